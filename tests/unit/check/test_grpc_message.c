// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "check/grpc_message.h"

static void requests_are_the_bytes_of_protocol_buffers(void **state)
{
	static const uint8_t whole[] = { 0, 0, 0, 0, 0 };
	static const uint8_t named[] = { 0, 0, 0, 0, 5, 0x0a, 3, 'a', '.', 'b' };
	uint8_t bytes[LVS_GRPC_REQUEST_BYTES];
	char name[LVS_GRPC_SERVICE_MAX + 1];

	(void)state;
	assert_int_equal(lvs_grpc_request("", bytes), sizeof(whole));
	assert_memory_equal(bytes, whole, sizeof(whole));
	assert_int_equal(lvs_grpc_request("a.b", bytes), sizeof(named));
	assert_memory_equal(bytes, named, sizeof(named));
	memset(name, 'x', sizeof(name));
	name[127] = '\0';
	assert_int_equal(lvs_grpc_request(name, bytes), 5 + 2 + 127);
	assert_int_equal(bytes[4], 2 + 127);
	assert_int_equal(bytes[6], 127);
	name[127] = 'x';
	name[LVS_GRPC_SERVICE_MAX] = '\0';
	assert_int_equal(lvs_grpc_request(name, bytes), LVS_GRPC_REQUEST_BYTES);
	assert_memory_equal(bytes, ((const uint8_t[]){ 0, 0, 0, 1, 2, 0x0a, 0xff, 0x01, 'x' }), 9);
}

/* @len: of @bytes; the prefix's length is right unless it is part of the row */
static const struct row {
	const char *what;
	size_t len;
	const char *bytes;
	int err;
	uint32_t status;
} rows[] = {
	{ "nothing", 0, "", -ENODATA, 0 },
	{ "less than a prefix", 4, "\0\0\0\0", -EBADMSG, 0 },
	{ "no field: unknown", 5, "\0\0\0\0\0", 0, LVS_GRPC_UNKNOWN },
	{ "serving", 7, "\0\0\0\0\2\x08\x01", 0, LVS_GRPC_SERVING },
	{ "not serving", 7, "\0\0\0\0\2\x08\x02", 0, LVS_GRPC_NOT_SERVING },
	{ "no such service", 7, "\0\0\0\0\2\x08\x03", 0, LVS_GRPC_SERVICE_UNKNOWN },
	{ "a status of more bytes than it needs", 9, "\0\0\0\0\4\x08\x81\x80\0", 0, LVS_GRPC_SERVING },
	{ "a status that nobody knows", 8, "\0\0\0\0\3\x08\xac\x02", 0, 300 },
	{ "minus one, in ten bytes", 16, "\0\0\0\0\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 0, 0xffffffff },
	{ "in eleven", 17, "\0\0\0\0\x0c\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", -EBADMSG, 0 },
	{ "the last one counts", 9, "\0\0\0\0\4\x08\x01\x08\x02", 0, LVS_GRPC_NOT_SERVING },
	{ "behind a text", 12, "\0\0\0\0\7\x12\3abc\x08\x01", 0, LVS_GRPC_SERVING },
	{ "behind eight bytes", 16, "\0\0\0\0\x0b\x11" "12345678" "\x08\x01", 0, LVS_GRPC_SERVING },
	{ "behind four", 12, "\0\0\0\0\7\x15" "1234" "\x08\x01", 0, LVS_GRPC_SERVING },
	{ "behind another number", 9, "\0\0\0\0\4\x10\x02\x08\x01", 0, LVS_GRPC_SERVING },
	{ "behind a field of a large number", 10, "\0\0\0\0\5\x80\x01\x02\x08\x01", 0, LVS_GRPC_SERVING },
	{ "field 1 that is no number", 9, "\0\0\0\0\4\x0a\2\x08\x01", 0, LVS_GRPC_UNKNOWN },
	{ "field 0", 7, "\0\0\0\0\2\x00\x01", -EBADMSG, 0 },
	{ "a group", 8, "\0\0\0\0\3\x0b\x08\x0c", -EBADMSG, 0 },
	{ "the end of one", 6, "\0\0\0\0\1\x0c", -EBADMSG, 0 },
	{ "a wire type that is none", 7, "\0\0\0\0\2\x0e\x01", -EBADMSG, 0 },
	{ "a tag alone", 6, "\0\0\0\0\1\x08", -EBADMSG, 0 },
	{ "a number without an end", 7, "\0\0\0\0\2\x08\x81", -EBADMSG, 0 },
	{ "a text cut short", 8, "\0\0\0\0\3\x12\2a", -EBADMSG, 0 },
	{ "a text as long as the world", 17, "\0\0\0\0\x0c\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" "a", -EBADMSG, 0 },
	{ "eight bytes cut short", 10, "\0\0\0\0\5\x11" "1234", -EBADMSG, 0 },
	{ "four bytes cut short", 9, "\0\0\0\0\4\x15" "123", -EBADMSG, 0 },
	{ "compressed", 7, "\1\0\0\0\2\x1f\x8b", -ENOTSUP, 0 },
	{ "a flag that is none", 7, "\2\0\0\0\2\x08\x01", -EBADMSG, 0 },
	{ "less than promised", 7, "\0\0\0\0\3\x08\x01", -EBADMSG, 0 },
	{ "much less", 7, "\0\xff\xff\xff\xff\x08\x01", -EBADMSG, 0 },
	{ "more than promised", 8, "\0\0\0\0\2\x08\x01\x08", -EBADMSG, 0 },
	{ "two messages", 14, "\0\0\0\0\2\x08\x01\0\0\0\0\2\x08\x01", -EBADMSG, 0 },
	{ "NULs", 9, "\0\0\0\0\4\0\0\0\0", -EBADMSG, 0 },
};

static void answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t status = 4711;
		int err = lvs_grpc_answer((const uint8_t *)rows[i].bytes, rows[i].len, &status);

		if (err != rows[i].err || status != (err ? 4711 : rows[i].status))
			fail_msg("%s: %d, status %u", rows[i].what, err, status);
	}
}

/* One byte less is no answer, whatever it was: the length in front does not fit any more. */
static void what_is_cut_short_is_no_answer(void **state)
{
	uint32_t status;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t len = 1; len < rows[i].len && !rows[i].err; len++)
			if (!lvs_grpc_answer((const uint8_t *)rows[i].bytes, len, &status))
				fail_msg("%s: %zu bytes of %zu", rows[i].what, len, rows[i].len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_the_bytes_of_protocol_buffers),
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(what_is_cut_short_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
