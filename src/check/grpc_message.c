// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gRPC puts five bytes in front of a message: is it compressed, and its length. A message of Protocol Buffers is fields, each
 * a tag (number and wire type) and a value whose type says how long it is, so that fields nobody knows are passed over. The
 * last value of a field counts; one that is not there is 0. Groups, which nobody sends any more, are not read.
 */
#include "check/grpc_message.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define PREFIX_BYTES 5
#define FIELD_SERVICE 1
#define FIELD_STATUS 1

enum wire_type { VARINT, FIXED64, LENGTH, GROUP, END_GROUP, FIXED32 };

/* What is left to be read. */
struct rest {
	const uint8_t *at;
	size_t len;
};

size_t lvs_grpc_request(const char *service, uint8_t ret[LVS_GRPC_REQUEST_BYTES])
{
	size_t name = strlen(service), n = PREFIX_BYTES;

	assert(name <= LVS_GRPC_SERVICE_MAX);
	if (name) {
		ret[n++] = FIELD_SERVICE << 3 | LENGTH;
		if (name > 127) {
			ret[n++] = (uint8_t)(name | 0x80);
			ret[n++] = (uint8_t)(name >> 7);
		} else {
			ret[n++] = (uint8_t)name;
		}
		memcpy(ret + n, service, name);
		n += name;
	}
	memset(ret, 0, PREFIX_BYTES);
	ret[3] = (uint8_t)((n - PREFIX_BYTES) >> 8);
	ret[4] = (uint8_t)(n - PREFIX_BYTES);
	return n;
}

static bool skip(struct rest *rest, uint64_t n)
{
	if (n > rest->len)
		return false;
	rest->at += n;
	rest->len -= (size_t)n;
	return true;
}

/* Ten bytes of seven bits; what goes beyond 64 bits is lost, as it is everywhere. */
static bool read_varint(struct rest *rest, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 70 && rest->len; shift += 7) {
		uint8_t byte = *rest->at;

		(void)skip(rest, 1);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

/* @value: set for a VARINT, untouched otherwise */
static bool read_field(struct rest *rest, uint64_t *ret_tag, uint64_t *value)
{
	uint64_t len;

	if (!read_varint(rest, ret_tag) || !(*ret_tag >> 3))
		return false;
	switch ((enum wire_type)(*ret_tag & 7)) {
	case VARINT:
		return read_varint(rest, value);
	case FIXED64:
		return skip(rest, 8);
	case LENGTH:
		return read_varint(rest, &len) && skip(rest, len);
	case FIXED32:
		return skip(rest, 4);
	default:
		return false;
	}
}

int lvs_grpc_answer(const uint8_t *bytes, size_t len, uint32_t *ret_status)
{
	struct rest rest = { bytes, len };
	uint64_t tag, value = 0;
	uint32_t status = LVS_GRPC_UNKNOWN, wanted;

	if (!len)
		return -ENODATA;
	if (len < PREFIX_BYTES)
		return -EBADMSG;
	if (bytes[0] == 1)
		return -ENOTSUP;
	wanted = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 | bytes[4];
	(void)skip(&rest, PREFIX_BYTES);
	if (bytes[0] || wanted != rest.len)
		return -EBADMSG;
	while (rest.len) {
		if (!read_field(&rest, &tag, &value))
			return -EBADMSG;
		if (tag == (FIELD_STATUS << 3 | VARINT))
			status = (uint32_t)value;
	}
	*ret_status = status;
	return 0;
}
