// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of a state file. Input: any bytes. What is taken holds of a configuration, and what is written of that is taken
 * again and comes to the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/edit.h"
#include "lvsd/memory.h"
#include "sys/writer.h"
#include "tests/fuzz/fuzz.h"

#define ROOM 512

static const char text[] =
	"services: ( { address = \"192.0.2.10:80\"; servers: ( { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.2:81\"; } ); },"
	"{ mark = 7; servers: ( { address = \"10.0.0.1:80\"; weight = 0; } ); } );";

/* Return: what there is to remember, to be freed; @ret_n: of how many servers */
static char *remember(struct lvs_memory *memory, size_t *ret_n, size_t *ret_len)
{
	struct lvs_writer writer = { .bytes = NULL };
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char *bytes;

	CHECK(!lvs_conf_parse(text, sizeof(text) - 1, "fuzz", &errors, &conf));
	*ret_n = lvs_memory_command(memory, conf);
	for (size_t i = 0; i < conf->nservices; i++)
		for (size_t k = 0; k < conf->services[i].nservers; k++)
			CHECK(conf->services[i].servers[k].weight <= 65535 &&
			      conf->services[i].servers[k].drain.timeout <= 2678400);
	lvs_memory_write(&writer, conf, NULL, ROOM);
	CHECK(!writer.failed && writer.len <= ROOM);
	bytes = calloc(1, writer.len + 1);
	CHECK(bytes);
	if (writer.len)
		memcpy(bytes, writer.bytes, writer.len);
	*ret_len = writer.len;
	lvs_writer_fini(&writer);
	lvs_conf_free(conf);
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *bytes = calloc(1, size + 1), *first, *again;
	size_t n, of_first, len, len_again;
	struct lvs_memory memory;
	int err;

	CHECK(bytes);
	if (size)
		memcpy(bytes, input, size);
	err = lvs_memory_init(&memory, bytes, size);
	CHECK(!err || err == -EINVAL);
	if (err)
		return 0;
	first = remember(&memory, &of_first, &len);
	lvs_memory_fini(&memory);
	CHECK(!lvs_memory_init(&memory, strdup(first), len));
	again = remember(&memory, &n, &len_again);
	lvs_memory_fini(&memory);
	CHECK(n == of_first && len == len_again && !memcmp(first, again, len));
	free(first);
	free(again);
	return 0;
}
