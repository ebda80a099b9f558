// SPDX-License-Identifier: GPL-2.0-or-later
/* What is written into a segment, and what is spliced into it, against the segment that is built that way at once. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/segment.h"
#include "tests/lib/build.h"

#define ROOM 2000

/* A parsed copy of @what with rooms around it, in @block. */
static struct lvs_packet roomy(const struct build *what, uint8_t *block, uint32_t headroom, uint32_t tailroom)
{
	struct lvs_packet built = build(what), packet = built;

	memset(block, 0x5a, ROOM);
	assert_true(headroom + built.len + tailroom <= ROOM);
	memcpy(block + headroom, built.data, built.len);
	packet.data = block + headroom;
	packet.headroom = headroom;
	packet.tailroom = tailroom;
	build_free(&built);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	return packet;
}

static struct build base_of(unsigned int variant)
{
	return (struct build){
		.src = variant & 1 ? "2001:db8::1" : "192.0.2.1", .dst = variant & 1 ? "2001:db8::2" : "192.0.2.2",
		.sport = 21, .dport = 40000, .seq = 1000, .ack = 2000, .window = 500, .tcp_flags = LVS_TCP_ACK,
		.csum = variant & 2 ? BUILD_PARTIAL : variant & 4 ? BUILD_WRONG : BUILD_COMPLETE,
		.tcp_options = variant & 8 ? 12 : 0,
		.ip_options = "\1\1\1", .ip_options_len = variant & 16 ? 3 : 0,
	};
}

/* Every place and length within a short payload, every kind of sum, odd and even. */
static void test_splice(void **state)
{
	static const uint8_t text[] = "0123456789abcdefghi", fresh[] = "ZYXWVUTSRQPONMLKJIHG";
	uint8_t block[ROOM], joined[64];

	(void)state;
	for (unsigned int variant = 0; variant < 32; variant++) {
		for (uint32_t n = 0; n < 20 * 8 * 8 * 2; n++) {
			uint32_t len = n % 20, old_len = n / 20 % 8, new_len = n / 160 % 8, off = n * 7 % (len + 1);
			struct build what = base_of(variant);
			struct lvs_packet packet, expect;

			old_len = LVS_MIN(old_len, len - off);
			what.quote = text;
			what.quote_bytes = len;
			packet = n / 1280 ? roomy(&what, block, 8, 0) : roomy(&what, block, 0, 8);
			assert_int_equal(lvs_segment_splice(&packet, off, old_len, fresh, new_len), LVS_DROP_NONE);
			assert_int_equal(packet.headroom + packet.len + packet.tailroom,
					 8 + lvs_segment_header_end(&packet) + len);
			memcpy(joined, text, off);
			memcpy(joined + off, fresh, new_len);
			memcpy(joined + off + new_len, text + off + old_len, len - off - old_len);
			what.quote = joined;
			what.quote_bytes = len - old_len + new_len;
			expect = build(&what);
			build_expect("spliced", &packet, expect);
		}
	}
}

static void test_no_room(void **state)
{
	struct build what = base_of(0);
	uint8_t block[ROOM], before[ROOM];
	struct lvs_packet packet;

	(void)state;
	what.payload = 10;
	packet = roomy(&what, block, 7, 7);
	memcpy(before, block, sizeof(before));
	assert_int_equal(lvs_segment_splice(&packet, 3, 2, "0123456789", 10), LVS_DROP_NO_TAILROOM);
	assert_memory_equal(block, before, sizeof(before));
	assert_int_equal(lvs_segment_splice(&packet, 3, 3, "0123456789", 10), LVS_DROP_NONE);
	assert_int_equal(packet.tailroom, 0);
	assert_int_equal(lvs_segment_splice(&packet, 0, 0, "0123456", 7), LVS_DROP_NONE);
	assert_int_equal(packet.headroom, 0);
	assert_ptr_equal(packet.data, block);
	assert_int_equal(lvs_segment_splice(&packet, 0, 0, "0", 1), LVS_DROP_NO_TAILROOM);
}

static void test_longest(void **state)
{
	struct build what = base_of(2);
	struct lvs_packet packet;

	(void)state;
	what.payload = 65535 - 40;
	what.gso_size = 1400;
	packet = build_with_room(build(&what), 8);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_segment_splice(&packet, 100, 3, "0123", 4), LVS_DROP_NO_TAILROOM);
	assert_int_equal(packet.len, 65535);
	assert_int_equal(lvs_segment_splice(&packet, 100, 4, "0123", 4), LVS_DROP_NONE);
	build_free(&packet);
}

/* A super-packet stays one as long as it makes two segments. */
static void test_super(void **state)
{
	struct build what = base_of(2 | 8);
	uint8_t block[ROOM];
	struct lvs_packet packet;

	(void)state;
	what.payload = 110;
	what.gso_size = 100;
	packet = roomy(&what, block, 0, 0);
	assert_int_equal(lvs_segment_splice(&packet, 101, 9, NULL, 0), LVS_DROP_NONE);
	what.payload = 101;
	build_expect("two segments", &packet, build(&what));
	assert_int_equal(lvs_segment_splice(&packet, 100, 1, NULL, 0), LVS_DROP_NONE);
	what.payload = 100;
	what.gso_size = 0;
	build_expect("one segment", &packet, build(&what));
}

static void test_set(void **state)
{
	uint8_t block[ROOM], options[12] = { 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1 };

	(void)state;
	for (unsigned int variant = 0; variant < 32; variant++) {
		struct build what = base_of(variant | 8);
		struct lvs_packet packet;

		what.options = options;
		what.payload = variant;
		memcpy(options + 3, "\1\2\3\4", 4);
		packet = roomy(&what, block, 0, 0);
		lvs_segment_set32(&packet, 4, 0xfffffff0);
		lvs_segment_set32(&packet, 23, 0xfedcba98);
		lvs_segment_set(&packet, 13, "\x19", 1);
		lvs_segment_set(&packet, 14, "\x12\x34", 2);
		what.seq = 0xfffffff0;
		what.tcp_flags = 0x19;
		what.window = 0x1234;
		memcpy(options + 3, "\xfe\xdc\xba\x98", 4);
		build_expect("set", &packet, build(&what));
	}
}

/* Of a quoted segment there may be eight bytes, without a checksum. */
static void test_set_quoted(void **state)
{
	uint8_t bytes[8] = { 0 };
	struct lvs_packet packet = { .data = bytes, .len = sizeof(bytes) };

	(void)state;
	lvs_segment_set32(&packet, 4, 0x01020304);
	lvs_segment_set32(&packet, 8, 0x01020304);
	assert_memory_equal(bytes, "\0\0\0\0\1\2\3\4", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splice),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_super),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
