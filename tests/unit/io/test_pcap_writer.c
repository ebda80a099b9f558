// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/pcap.h"
#include "io/pcap_writer.h"

static void writes_these_very_bytes(void **state)
{
	static const uint8_t expected[] = {
		0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0,
		0xd2, 0x02, 0x96, 0x49, 0x15, 0xcd, 0x5b, 0x07, 3, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c',
		0xff, 0xff, 0xff, 0xff, 0xff, 0xc9, 0x9a, 0x3b, 1, 0, 0, 0, 1, 0, 0, 0, 'd',
	};
	struct lvs_pcap_writer *writer;
	size_t len = 0;
	char *bytes = NULL;
	FILE *file = open_memstream(&bytes, &len);

	(void)state;
	assert_non_null(file);
	assert_int_equal(lvs_pcap_writer_new(file, &writer), 0);
	lvs_pcap_writer_put(writer, LVS_SECONDS(1234567890) + 123456789, "abc", 3);
	lvs_pcap_writer_put(writer, LVS_SECONDS(4294967295) + 999999999, "d", 1);
	assert_int_equal(lvs_pcap_writer_free(writer), 0);
	fclose(file);
	assert_int_equal(len, sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
	free(bytes);
}

static void what_it_writes_can_be_read(void **state)
{
	static uint8_t longest[LVS_PCAP_PACKET_MAX];
	struct lvs_pcap_packet packet;
	struct lvs_pcap_writer *writer;
	struct lvs_pcap *pcap;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	memset(longest, 0x45, sizeof(longest));
	assert_int_equal(lvs_pcap_writer_new(file, &writer), 0);
	lvs_pcap_writer_put(writer, 7, longest, sizeof(longest));
	lvs_pcap_writer_put(writer, 8, longest, 1);
	assert_int_equal(lvs_pcap_writer_free(writer), 0);
	rewind(file);
	assert_int_equal(lvs_pcap_new(file, &pcap), 0);
	assert_int_equal(lvs_pcap_next(pcap, &packet), 1);
	assert_int_equal(packet.found, LVS_PCAP_PACKET);
	assert_int_equal(packet.time, 7);
	assert_int_equal(packet.len, sizeof(longest));
	assert_memory_equal(packet.bytes, longest, sizeof(longest));
	assert_int_equal(lvs_pcap_next(pcap, &packet), 1);
	assert_int_equal(packet.time, 8);
	assert_int_equal(packet.len, 1);
	assert_int_equal(lvs_pcap_next(pcap, &packet), 0);
	assert_null(lvs_pcap_error(pcap));
	lvs_pcap_free(pcap);
	fclose(file);
}

static void says_that_a_disk_is_full(void **state)
{
	struct lvs_pcap_writer *writer;
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	if (!file)
		skip();
	assert_int_equal(lvs_pcap_writer_new(file, &writer), 0);
	lvs_pcap_writer_put(writer, 7, "abc", 3);
	assert_int_equal(lvs_pcap_writer_free(writer), -ENOSPC);
	fclose(file);
	assert_int_equal(lvs_pcap_writer_free(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_these_very_bytes),
		cmocka_unit_test(what_it_writes_can_be_read),
		cmocka_unit_test(says_that_a_disk_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
