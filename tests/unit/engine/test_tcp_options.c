// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/tcp_options.h"
#include "engine/wire.h"
#include "tests/lib/build.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define NONE .scale = LVS_TCP_NO_SCALE

static const struct row {
	const char *what;
	uint8_t bytes[40];
	uint8_t len;
	struct lvs_tcp_options expect;
} rows[] = {
	{ "no options", { 0 }, 0, { NONE } },
	{ "all that there are, as Linux sends them",
	  { 2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7 }, 20,
	  { .mss = 1460, .scale = 7, .sack = true, .timestamps = true, .value = 0x01020304, .echo = 0x05060708 } },
	{ "in another order, at odd places",
	  { 1, 3, 3, 0, 8, 10, 255, 0, 0, 1, 0, 0, 0, 0, 2, 4, 255, 255, 4, 2 }, 20,
	  { .mss = 65535, .scale = 0, .sack = true, .timestamps = true, .value = 0xff000001 } },
	{ "unknown ones are skipped", { 254, 4, 9, 9, 34, 2, 30, 2, 2, 4, 2, 24 }, 12, { .mss = 536, NONE } },
	{ "nothing is read behind the end", { 1, 0, 2, 4, 5, 180, 0, 0 }, 8, { NONE } },
	{ "a scale beyond the largest is the largest", { 3, 3, 15, 0 }, 4, { .scale = 14 } },
	{ "of two the later one counts", { 2, 4, 1, 0, 2, 4, 2, 0 }, 8, { .mss = 512, NONE } },
	{ "a length of 0 ends the reading", { 2, 4, 5, 180, 8, 0, 4, 2 }, 8, { .mss = 1460, NONE } },
	{ "so does a length of 1", { 8, 1, 4, 2 }, 4, { NONE } },
	{ "and one that leads out of the header", { 4, 2, 8, 10, 1, 2, 3, 4 }, 8, { .sack = true, NONE } },
	{ "and a kind without a length at the very end", { 1, 1, 1, 2 }, 4, { NONE } },
	{ "a wrong length means something else",
	  { 2, 3, 5, 3, 4, 7, 7, 4, 3, 0, 8, 6, 1, 1, 1, 1 }, 16, { NONE } },
};

static void same(const struct lvs_tcp_options *a, const struct lvs_tcp_options *b)
{
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->scale, b->scale);
	assert_int_equal(a->sack, b->sack);
	assert_int_equal(a->timestamps, b->timestamps);
	assert_int_equal(a->value, b->value);
	assert_int_equal(a->echo, b->echo);
}

static struct lvs_tcp_options read_from(const char *src, const char *dst, const uint8_t *bytes, uint8_t len)
{
	struct lvs_packet packet = build(&(struct build){ .src = src, .dst = dst, .tcp_flags = LVS_TCP_SYN, .options = bytes,
							  .tcp_options = len });
	struct lvs_tcp_options options;

	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	options = lvs_tcp_options_read(&packet);
	build_free(&packet);
	return options;
}

static void what_is_there_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_tcp_options four, six;

		print_message("  %s\n", rows[i].what);
		four = read_from("198.51.100.7", "192.0.2.10", rows[i].bytes, rows[i].len);
		six = read_from("2001:db8:1::7", "2001:db8::10", rows[i].bytes, rows[i].len);
		same(&four, &rows[i].expect);
		same(&six, &rows[i].expect);
	}
}

/* All settings of the four that may be there; @which has a bit for each. */
static void what_is_written_can_be_read(void **state)
{
	(void)state;
	for (unsigned int which = 0; which < 16; which++) {
		struct lvs_tcp_options said = { .scale = which & 2 ? 9 : LVS_TCP_NO_SCALE, .sack = which & 4 }, heard;
		uint8_t bytes[LVS_TCP_OPTIONS_MAX];
		size_t len;

		if (which & 1)
			said.mss = 1220;
		if (which & 8) {
			said.timestamps = true;
			said.value = 0x89abcdef;
			said.echo = 0x12345678;
		}
		len = lvs_tcp_options_write(bytes, &said);
		assert_int_equal(len % 4, 0);
		assert_true(len <= 24);
		heard = read_from("198.51.100.7", "192.0.2.10", bytes, (uint8_t)len);
		same(&heard, &said);
	}
}

/* RFC 7323 appendix A; what fast paths of receivers compare with. */
static void lone_timestamps_are_aligned(void **state)
{
	static const uint8_t expect[] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	const struct lvs_tcp_options said = { .timestamps = true, .value = 1, .echo = 2, .scale = LVS_TCP_NO_SCALE };
	uint8_t bytes[LVS_TCP_OPTIONS_MAX];

	(void)state;
	assert_int_equal(lvs_tcp_options_write(bytes, &said), sizeof(expect));
	assert_memory_equal(bytes, expect, sizeof(expect));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_read),
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(lone_timestamps_are_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
