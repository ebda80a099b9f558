// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state file. Input: what lines a text may have; and the same bytes over the newer one of two texts in a file, from a place
 * on that the first two choose. A text is read or refused; a file whose newer text is spoilt still has the older one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "lvsd/memory.h"
#include "sys/slots.h"
#include "sys/writer.h"
#include "tests/fuzz/fuzz.h"

static const char older[] = "what was", newer[] = "what is, and is longer";
static const char servers[] = "services: ( { name = \"a\"; address = \"192.0.2.10:80\"; servers: ( "
			      "{ name = \"x\"; address = \"10.0.0.1\"; }, { name = \"y\"; address = \"10.0.0.2\"; } ); } );";

/* What was read can be written, and is read as the same. */
static void read_lines(const uint8_t *input, size_t size)
{
	struct lvs_conf_errors errors;
	struct lvs_memory memory = { .text = NULL };
	struct lvs_writer writer = { .bytes = NULL };
	struct lvs_conf *conf;
	char *text = malloc(size + 1);
	uint8_t verdicts[2];
	int err;

	CHECK(text);
	memcpy(text, input, size);
	text[size] = '\0';
	err = lvs_memory_init(&memory, text, size);
	CHECK(!err || err == -EINVAL);
	if (err)
		return;
	CHECK(!lvs_conf_parse(servers, sizeof(servers) - 1, "fuzz", &errors, &conf));
	(void)lvs_memory_maintain(&memory, conf);
	for (size_t i = 0; i < 2; i++) {
		verdicts[i] = (uint8_t)lvs_memory_verdict(&memory, &conf->services[0], &conf->services[0].servers[i]);
		CHECK(verdicts[i] < LVS_HEALTH_COUNT);
	}
	lvs_memory_fini(&memory);
	lvs_memory_write(&writer, conf, verdicts, 4096);
	CHECK(!writer.failed && writer.len <= 4096);
	text = calloc(1, writer.len + 1);
	CHECK(text);
	if (writer.len)
		memcpy(text, writer.bytes, writer.len);
	CHECK(!lvs_memory_init(&memory, text, writer.len));
	for (size_t i = 0; i < 2; i++)
		CHECK(verdicts[i] == lvs_memory_verdict(&memory, &conf->services[0], &conf->services[0].servers[i]));
	lvs_memory_fini(&memory);
	lvs_writer_fini(&writer);
	lvs_conf_free(conf);
}

static void read_slots(const uint8_t *input, size_t size)
{
	struct lvs_slots slots;
	char path[64], *text;
	size_t len, at;
	int err;

	(void)snprintf(path, sizeof(path), "/dev/shm/lvsd-fuzz-%d", (int)getpid());
	(void)unlink(path);
	CHECK(lvs_slots_open(path, &slots, &text, &len) == 0 && !len);
	free(text);
	CHECK(!lvs_slots_write(&slots, older, sizeof(older) - 1) && !lvs_slots_write(&slots, newer, sizeof(newer) - 1));
	at = ((size_t)input[0] << 8 | input[1]) % (LVS_SLOTS_HEAD_BYTES + sizeof(newer));
	/* The second text is in the first slot. */
	CHECK(pwrite(slots.fd, input + 2, size - 2, (off_t)at) == (ssize_t)(size - 2));
	lvs_slots_close(&slots);
	err = lvs_slots_open(path, &slots, &text, &len);
	CHECK(!err && ((len == sizeof(older) - 1 && !memcmp(text, older, len)) ||
		       (len == sizeof(newer) - 1 && !memcmp(text, newer, len))));
	free(text);
	CHECK(!lvs_slots_write(&slots, (const char *)input, size));
	lvs_slots_close(&slots);
	CHECK(!lvs_slots_open(path, &slots, &text, &len) && len == size && !memcmp(text, input, size));
	free(text);
	lvs_slots_close(&slots);
	(void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	read_lines(input, size);
	if (size >= 2)
		read_slots(input, size);
	return 0;
}
