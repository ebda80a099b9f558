// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/pcapng.h"
#include "io/pcap.h"

static void begins_with_these_very_bytes(void **state)
{
	static const uint8_t expected[LVS_PCAPNG_BEGIN_BYTES] = {
		0x0a, 0x0d, 0x0d, 0x0a, 40, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 4, 0, 4, 0, 'l', 'v', 's', 'd', 0, 0, 0, 0, 40, 0, 0, 0,
		1, 0, 0, 0, 40, 0, 0, 0, 113, 0, 0, 0, 0x49, 0x30, 0, 0, 2, 0, 2, 0, 'i', 'n', 0, 0,
		9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0,
		1, 0, 0, 0, 40, 0, 0, 0, 113, 0, 0, 0, 0x49, 0x30, 0, 0, 2, 0, 3, 0, 'o', 'u', 't', 0,
		9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0,
	};
	uint8_t bytes[LVS_PCAPNG_BEGIN_BYTES];

	(void)state;
	lvs_pcapng_begin(12345, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
}

static void puts_packets_in_blocks(void **state)
{
	static const uint8_t expected[] = {
		6, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0, 0x15, 0x81, 0xe9, 0x7d, 0xf4, 0x10, 0x22, 0x11,
		19, 0, 0, 0, 16, 1, 0, 0, 0, 4, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 'E', 'b', 'c', 0, 1, 0, 2, 0, 'n', 'o', 0, 0, 2, 0, 4, 0, 2, 0, 0, 0,
		0, 0, 0, 0, 72, 0, 0, 0,
	};
	static const uint8_t bare[] = {
		6, 0, 0, 0, 76, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 17, 0, 0, 0, 25, 0, 0, 0,
		0, 0, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60, 0, 0, 0,
		2, 0, 4, 0, 1, 0, 0, 0, 4, 0, 8, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 76, 0, 0, 0,
	};
	struct lvs_pcapng_packet packet = {
		.out = true, .time = 0x7de98115112210f4, .captured = 3, .len = 256,
		.data = (const uint8_t *)"Ebc", .comment = "no",
	};
	uint8_t bytes[80];

	(void)state;
	assert_int_equal(lvs_pcapng_packet_bytes(&packet), sizeof(expected));
	lvs_pcapng_packet(&packet, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
	packet = (struct lvs_pcapng_packet){ .time = 1, .captured = 1, .len = 9, .data = (const uint8_t *)"\x60", .lost = 0x100000005, .comment = "" };
	assert_int_equal(lvs_pcapng_packet_bytes(&packet), sizeof(bare));
	lvs_pcapng_packet(&packet, bytes);
	assert_memory_equal(bytes, bare, sizeof(bare));
}

static void puts_statistics_in_between(void **state)
{
	static const uint8_t expected[LVS_PCAPNG_STATISTICS_BYTES] = {
		5, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
		5, 0, 8, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0,
	};
	uint8_t bytes[LVS_PCAPNG_STATISTICS_BYTES];

	(void)state;
	lvs_pcapng_statistics(0x100000002, 0x400000003, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
}

/* All lengths of padding, by the reader of another folder. */
static void can_be_read(void **state)
{
	static uint8_t data[LVS_PCAP_PACKET_MAX];
	char comment[2000] = "";
	struct lvs_pcap_packet read;
	uint8_t begin[LVS_PCAPNG_BEGIN_BYTES];
	struct lvs_pcap *pcap;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	memset(data, 'E', sizeof(data));
	lvs_pcapng_begin(65535, begin);
	fwrite(begin, 1, sizeof(begin), file);
	for (uint32_t i = 0; i < 2048; i++) {
		uint32_t len = i == 2047 ? sizeof(data) : i % 7 + 1;
		struct lvs_pcapng_packet packet = { .out = i % 3 == 2, .time = LVS_SECONDS(1) * i, .captured = len,
						    .len = len, .data = data, .comment = comment };
		uint8_t *bytes;

		comment[i < sizeof(comment) - 1 ? i : 0] = 'c';
		bytes = malloc(lvs_pcapng_packet_bytes(&packet));
		assert_non_null(bytes);
		lvs_pcapng_packet(&packet, bytes);
		fwrite(bytes, 1, lvs_pcapng_packet_bytes(&packet), file);
		free(bytes);
	}
	rewind(file);
	assert_int_equal(lvs_pcap_new(file, &pcap), 0);
	for (uint32_t i = 0; i < 2048; i++) {
		assert_int_equal(lvs_pcap_next(pcap, &read), 1);
		assert_int_equal(read.found, i % 3 == 2 ? LVS_PCAP_OUTBOUND : LVS_PCAP_PACKET);
		if (read.found)
			continue;
		assert_int_equal(read.time, LVS_SECONDS(1) * i);
		assert_int_equal(read.len, i == 2047 ? sizeof(data) : i % 7 + 1);
		assert_memory_equal(read.bytes, data, read.len);
	}
	assert_int_equal(lvs_pcap_next(pcap, &read), 0);
	lvs_pcap_free(pcap);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_these_very_bytes),
		cmocka_unit_test(puts_packets_in_blocks),
		cmocka_unit_test(puts_statistics_in_between),
		cmocka_unit_test(can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
