// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "io/mem.h"

static int set_up(void **state)
{
	const struct lvs_io_params params = { .fd = -1 };
	char message[LVS_IO_MESSAGE_MAX];

	return lvs_io_mem.open(&params, message, (struct lvs_io **)state);
}

static int tear_down(void **state)
{
	lvs_io_close(*state);
	return 0;
}

static void gives_packets_in_order_with_room_around_them(void **state)
{
	const struct lvs_vnet vnet = { .flags = LVS_VNET_NEEDS_CSUM, .csum_start = 20, .csum_offset = 16 };
	struct lvs_io *io = *state;
	struct lvs_packet packets[4];
	uint8_t bytes[3][40];

	for (int i = 0; i < 3; i++) {
		memset(bytes[i], 0x40 + i, sizeof(bytes[i]));
		assert_int_equal(lvs_io_mem_put(io, bytes[i], sizeof(bytes[i]) - (size_t)i, i == 1 ? &vnet : NULL), 0);
	}
	assert_int_equal(lvs_io_rx(io, packets, 2), 2);
	assert_true(io->more);
	assert_int_equal(packets[0].len, 40);
	assert_int_equal(packets[1].len, 39);
	assert_memory_equal(packets[0].data, bytes[0], 40);
	assert_memory_equal(packets[1].data, bytes[1], 39);
	assert_int_equal(packets[0].vnet.flags, 0);
	assert_memory_equal(&packets[1].vnet, &vnet, sizeof(vnet));
	assert_true(packets[0].headroom >= lvs_io_mem.headroom && packets[0].tailroom >= LVS_IO_TAILROOM);
	memset(packets[0].data - packets[0].headroom - LVS_IO_FRONT, 1, packets[0].headroom + LVS_IO_FRONT);
	memset(packets[0].data + packets[0].len, 1, packets[0].tailroom);
	assert_memory_equal(packets[1].data, bytes[1], 39);
	assert_int_equal(lvs_io_rx(io, packets, 4), 1);
	assert_false(io->more);
	assert_memory_equal(packets[0].data, bytes[2], 38);
	assert_int_equal(lvs_io_rx(io, packets, 4), 0);
	assert_int_equal(io->stats.rx_packets, 3);
	assert_int_equal(io->stats.rx_bytes, 40 + 39 + 38);
}

static void keeps_given_packets_while_others_are_put(void **state)
{
	struct lvs_io *io = *state;
	struct lvs_packet first, packets[64];
	uint8_t next = 0, expected = 0;

	for (int round = 0; round < 50; round++) {
		assert_int_equal(lvs_io_mem_put(io, &next, 1, NULL), 0);
		next++;
		assert_int_equal(lvs_io_rx(io, &first, 1), 1);
		for (int i = 0; i < round; i++, next++)	/* the ring grows and wraps around */
			assert_int_equal(lvs_io_mem_put(io, &next, 1, NULL), 0);
		assert_int_equal(*first.data, expected);
		expected++;
		assert_int_equal(lvs_io_rx(io, packets, ARRAY_LEN(packets)), round);
		for (int i = 0; i < round; i++, expected++)
			assert_int_equal(*packets[i].data, expected);
	}
}

static void records_what_is_sent_as_it_stood_then(void **state)
{
	const struct lvs_vnet vnet = { .gso_type = LVS_GSO_TCP4, .gso_size = 1400 };
	struct lvs_io *io = *state;
	struct lvs_io_mem_packet sent;
	uint8_t buf[LVS_IO_FRONT + 8];
	struct lvs_packet packet = { .data = buf + LVS_IO_FRONT, .len = 8, .vnet = vnet };

	memset(buf, 'a', sizeof(buf));
	lvs_io_tx(io, &packet);
	memset(packet.data, 'b', 8);
	packet.len = 7;
	packet.vnet = (struct lvs_vnet){ 0 };
	lvs_io_tx(io, &packet);
	memset(buf, 'c', sizeof(buf));
	assert_int_equal(lvs_io_mem_sent(io), 2);
	assert_true(lvs_io_mem_get(io, 0, &sent));
	assert_int_equal(sent.len, 8);
	assert_memory_equal(sent.bytes, "aaaaaaaa", 8);
	assert_memory_equal(&sent.vnet, &vnet, sizeof(vnet));
	assert_true(lvs_io_mem_get(io, 1, &sent));
	assert_int_equal(sent.len, 7);
	assert_memory_equal(sent.bytes, "bbbbbbb", 7);
	assert_int_equal(sent.vnet.gso_type, LVS_GSO_NONE);
	assert_false(lvs_io_mem_get(io, 2, &sent));
	assert_int_equal(io->stats.tx_packets, 2);
	assert_int_equal(io->stats.tx_bytes, 15);
	lvs_io_mem_forget(io);
	assert_int_equal(lvs_io_mem_sent(io), 0);
	assert_false(lvs_io_mem_get(io, 0, &sent));
}

static void takes_the_longest_packet_and_none_longer(void **state)
{
	static const uint8_t bytes[LVS_IO_BYTES_MAX];
	struct lvs_io *io = *state;
	struct lvs_packet packet;

	assert_int_equal(lvs_io_mem_put(io, bytes, LVS_IO_BYTES_MAX, NULL), -EMSGSIZE);
	assert_int_equal(lvs_io_rx(io, &packet, 1), 0);
	assert_int_equal(lvs_io_mem_put(io, bytes, LVS_IO_BYTES_MAX - 1, NULL), 0);
	assert_int_equal(lvs_io_rx(io, &packet, 1), 1);
	assert_int_equal(packet.len, LVS_IO_BYTES_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_packets_in_order_with_room_around_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_given_packets_while_others_are_put, set_up, tear_down),
		cmocka_unit_test_setup_teardown(records_what_is_sent_as_it_stood_then, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_the_longest_packet_and_none_longer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
