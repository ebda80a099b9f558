// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "io/pcap_link.h"

static const struct row {
	const char *what;
	uint32_t link;
	size_t len;
	uint8_t frame[48];
	int err;
	size_t off;
} rows[] = {
	{ "Ethernet, IPv4", 1, 34, { [12] = 0x08, 0x00, 0x45 }, 0, 14 },
	{ "Ethernet, IPv6", 1, 54, { [12] = 0x86, 0xdd, 0x60 }, 0, 14 },
	{ "a VLAN tag", 1, 38, { [12] = 0x81, 0x00, 0, 7, 0x08, 0x00, 0x45 }, 0, 18 },
	{ "two tags", 1, 42, { [12] = 0x88, 0xa8, 0, 9, 0x81, 0x00, 0, 7, 0x86, 0xdd, 0x60 }, 0, 22 },
	{ "two tags of old", 1, 42, { [12] = 0x91, 0x00, 0, 9, 0x91, 0x00, 0, 7, 0x08, 0x00, 0x45 }, 0, 22 },
	{ "ARP", 1, 42, { [12] = 0x08, 0x06 }, -EPROTONOSUPPORT, 0 },
	{ "a length instead of a type", 1, 42, { [12] = 0x00, 0x26 }, -EPROTONOSUPPORT, 0 },
	{ "ARP behind a tag", 1, 46, { [12] = 0x81, 0x00, 0, 7, 0x08, 0x06 }, -EPROTONOSUPPORT, 0 },
	{ "Ethernet without a packet", 1, 14, { [12] = 0x08, 0x00 }, -EBADMSG, 0 },
	{ "one byte of a packet", 1, 15, { [12] = 0x08, 0x00, 0x45 }, 0, 14 },
	{ "ends behind a tag", 1, 18, { [12] = 0x81, 0x00, 0, 7, 0x08, 0x00 }, -EBADMSG, 0 },
	{ "ends within a tag", 1, 16, { [12] = 0x81, 0x00, 0, 7 }, -EBADMSG, 0 },
	{ "nothing at all", 1, 0, { 0 }, -EBADMSG, 0 },
	{ "raw", 101, 20, { 0x45 }, 0, 0 },
	{ "raw and empty", 101, 0, { 0 }, -EBADMSG, 0 },
	{ "raw, IPv4", 228, 20, { 0x45 }, 0, 0 },
	{ "raw, IPv6", 229, 40, { 0x60 }, 0, 0 },
	{ "cooked", 113, 36, { [14] = 0x08, 0x00, 0x45 }, 0, 16 },
	{ "cooked, with a tag", 113, 40, { [14] = 0x81, 0x00, 0, 7, 0x86, 0xdd, 0x60 }, 0, 20 },
	{ "cooked, something else", 113, 36, { [14] = 0x00, 0x04 }, -EPROTONOSUPPORT, 0 },
	{ "cooked, short", 113, 16, { [14] = 0x08, 0x00 }, -EBADMSG, 0 },
	{ "cooked, second version", 276, 40, { 0x86, 0xdd, [20] = 0x60 }, 0, 20 },
	{ "cooked, second version, short", 276, 20, { 0x86, 0xdd }, -EBADMSG, 0 },
};

static void finds_the_packet_behind_its_link_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		size_t off = 12345;
		int err;

		assert_true(lvs_pcap_link_known(row->link));
		err = lvs_pcap_link_skip(row->link, row->frame, row->len, &off);
		if (err != row->err || off != (err ? 12345 : row->off))
			fail_msg("%s: %d, %zu", row->what, err, off);
	}
}

static void knows_no_other_links(void **state)
{
	(void)state;
	assert_false(lvs_pcap_link_known(0));
	assert_false(lvs_pcap_link_known(105));
	assert_false(lvs_pcap_link_known(UINT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_packet_behind_its_link_header),
		cmocka_unit_test(knows_no_other_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
