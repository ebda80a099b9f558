// SPDX-License-Identifier: GPL-2.0-or-later
/* What a server answers to gRPC's health check. Input: any bytes. Whatever is an answer is none any more when it is cut. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/grpc_message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	/* Of its very size, so that a byte too far is seen. */
	uint8_t *bytes = malloc(size ? size : 1);
	uint32_t status, again;
	int err;

	CHECK(bytes);
	if (size)
		memcpy(bytes, input, size);
	err = lvs_grpc_answer(bytes, size, &status);
	CHECK(!err || err == -ENODATA || err == -ENOTSUP || err == -EBADMSG);
	CHECK((err == -ENODATA) == !size);
	if (!err) {
		CHECK(!lvs_grpc_answer(bytes, size, &again) && again == status);
		CHECK(lvs_grpc_answer(bytes, size - 1, &again) != 0);
	}
	free(bytes);
	return 0;
}
