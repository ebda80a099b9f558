// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/proto.h"
#include "engine/wire.h"

static void is_found(void **state)
{
	(void)state;
	assert_ptr_equal(lvs_proto_find(LVS_PROTO_UDP), &lvs_proto_udp);
	assert_ptr_equal(lvs_protos[LVS_PROTO_INDEX_udp], &lvs_proto_udp);
	assert_int_equal(lvs_proto_udp.index, LVS_PROTO_INDEX_udp);
	assert_int_equal(lvs_proto_udp.number, 17);
	assert_string_equal(lvs_proto_udp.name, "udp");
}

static void header_is_rfc_768s(void **state)
{
	(void)state;
	assert_int_equal(lvs_proto_udp.header_bytes, 8);
	assert_int_equal(lvs_proto_udp.csum_offset, 6);
	assert_true(lvs_proto_udp.csum_optional);
}

static void has_one_state_that_is_never_active(void **state)
{
	(void)state;
	assert_int_equal(lvs_proto_udp.nstates, 1);
	assert_string_equal(lvs_proto_udp.states[0].name, "UDP");
	assert_int_equal(lvs_proto_udp.states[0].timeout, 300);
	assert_int_equal(lvs_proto_udp.states[0].class, LVS_CLASS_DATAGRAM);
	assert_false(lvs_proto_udp.states[0].active);
	assert_false(lvs_proto_udp.states[0].over);
}

static void stays_in_it(void **state)
{
	struct lvs_packet packet = { .proto = LVS_PROTO_UDP };
	struct lvs_conn conn = { .state = 0 };

	(void)state;
	assert_int_equal(lvs_proto_udp.next_state(&conn, &packet, LVS_DIR_REQUEST, false), 0);
	assert_int_equal(lvs_proto_udp.next_state(&conn, &packet, LVS_DIR_REPLY, false), 0);
	conn.flags = LVS_CONN_NO_OUTPUT;
	assert_int_equal(lvs_proto_udp.next_state(&conn, &packet, LVS_DIR_REQUEST, false), 0);
}

static void any_datagram_starts_but_from_port_20(void **state)
{
	static const struct {
		uint16_t sport;
		bool starts;
	} rows[] = {
		{ 0, true }, { 19, true }, { 20, false }, { 21, true }, { 20 << 8, true }, { 65535, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_packet packet = { .proto = LVS_PROTO_UDP, .tuple.sport = LVS_BE16(rows[i].sport) };

		assert_int_equal(lvs_proto_udp.starts(&packet, false), rows[i].starts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found),
		cmocka_unit_test(header_is_rfc_768s),
		cmocka_unit_test(has_one_state_that_is_never_active),
		cmocka_unit_test(stays_in_it),
		cmocka_unit_test(any_datagram_starts_but_from_port_20),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
