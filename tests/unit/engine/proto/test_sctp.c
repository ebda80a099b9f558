// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/proto.h"
#include "engine/wire.h"

/* The numbers are those of connection synchronisation, so they are part of the contract. */
enum { NO, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL, STATES };

static const struct {
	const char *name;
	uint32_t timeout;
	enum lvs_class class;
} states[STATES] = {
	[NO] = { "NONE", 2, LVS_CLASS_HALF_OPEN },
	[I1] = { "INIT1", 4, LVS_CLASS_HALF_OPEN },
	[IN] = { "INIT", 61, LVS_CLASS_HALF_OPEN },
	[CS] = { "C-SENT", 61, LVS_CLASS_HALF_OPEN },
	[CR] = { "C-REPLIED", 61, LVS_CLASS_HALF_OPEN },
	[CW] = { "C-WAIT", 61, LVS_CLASS_HALF_OPEN },
	[CO] = { "COOKIE", 61, LVS_CLASS_HALF_OPEN },
	[CE] = { "C-ECHOED", 61, LVS_CLASS_HALF_OPEN },
	[ES] = { "ESTABLISHED", 900, LVS_CLASS_ESTABLISHED },
	[SS] = { "S-SENT", 61, LVS_CLASS_CLOSING },
	[SR] = { "S-RECEIVED", 61, LVS_CLASS_CLOSING },
	[SA] = { "S-ACK-SENT", 61, LVS_CLASS_CLOSING },
	[RJ] = { "REJECTED", 4, LVS_CLASS_CLOSING },
	[CL] = { "CLOSED", 61, LVS_CLASS_CLOSING },
};

/* Columns, and a chunk type for each. */
static const uint8_t types[] = { 0, 1, 2, 10, 11, 7, 8, 14, 9, 6 };
#define EVENTS ARRAY_LEN(types)

static const struct {
	enum lvs_dir dir;
	uint16_t conn_flags;
	uint8_t next[STATES][EVENTS];
} tables[] = {
	{ LVS_DIR_REQUEST, 0, {
		/*         DATA INIT IACK ECHO CACK SHUT SACK SCPL ERR ABRT */
		[NO] = { ES, I1, CW, CR, ES, SR, CL, CL, CL, CL },
		[I1] = { I1, IN, CW, IN, I1, I1, IN, CL, I1, CL },
		[IN] = { IN, IN, CW, IN, IN, IN, IN, CL, IN, CL },
		[CS] = { CS, CS, CS, CR, CS, CS, CS, CS, CS, CL },
		[CR] = { CR, CR, CR, CR, CR, CR, CR, CR, CR, CL },
		[CW] = { CW, CW, CO, CW, CW, CW, CW, CW, CW, RJ },
		[CO] = { CO, CO, CO, CO, CO, CO, CO, CO, CO, CL },
		[CE] = { CE, CE, CE, CE, ES, CE, CE, CE, CL, CL },
		[ES] = { ES, ES, ES, ES, ES, SR, ES, ES, ES, CL },
		[SS] = { SS, SS, SS, SS, SS, SS, CL, SS, SS, CL },
		[SR] = { SR, SR, SR, SR, SR, SR, SR, SR, SR, CL },
		[SA] = { SA, SA, SA, SA, SA, SA, CL, CL, SA, CL },
		[RJ] = { RJ, IN, RJ, RJ, RJ, RJ, RJ, RJ, RJ, CL },
		[CL] = { CL, IN, CL, CL, CL, CL, CL, CL, CL, CL },
	} },
	{ LVS_DIR_REPLY, 0, {
		[NO] = { ES, CW, CS, CE, ES, SS, SA, CL, CL, CL },
		[I1] = { I1, CW, CS, CE, ES, SS, SA, I1, CL, RJ },
		[IN] = { IN, CW, CS, CE, ES, SS, SA, IN, CL, CL },
		[CS] = { CS, CW, CS, CE, ES, SS, SA, CS, CL, CL },
		[CR] = { CR, CW, CR, CE, ES, SS, SA, CR, CL, CL },
		[CW] = { CW, CW, CW, CE, ES, SS, CW, CW, CW, CL },
		[CO] = { CO, CW, CO, CE, ES, SS, CO, CO, CO, CL },
		[CE] = { CE, CW, CE, CE, ES, SS, CE, CE, CE, CL },
		[ES] = { ES, ES, ES, ES, ES, SS, ES, ES, ES, CL },
		[SS] = { SS, CW, SS, SS, SS, SS, SA, SS, SS, CL },
		[SR] = { SR, CW, SR, SR, SR, SR, SA, SR, SR, CL },
		[SA] = { SA, CW, SA, SA, SA, SA, SA, SA, SA, CL },
		[RJ] = { RJ, CW, RJ, RJ, RJ, RJ, RJ, RJ, RJ, CL },
		[CL] = { CL, CW, CL, CL, CL, CL, CL, CL, CL, CL },
	} },
	{ LVS_DIR_REQUEST, LVS_CONN_NO_OUTPUT, {
		[NO] = { ES, I1, CE, ES, ES, SR, CL, CL, CL, CL },
		[I1] = { I1, IN, CE, ES, I1, I1, IN, CL, I1, CL },
		[IN] = { IN, IN, CE, ES, IN, IN, IN, CL, IN, CL },
		[CS] = { CS, IN, CE, ES, ES, CS, CS, CL, CS, CL },
		[CR] = { CR, IN, CE, ES, ES, CR, CR, CL, CR, CL },
		[CW] = { ES, IN, CE, ES, CW, CW, CW, CW, CW, RJ },
		[CO] = { CO, CO, CO, CO, ES, CO, CO, CO, CO, CL },
		[CE] = { CE, CE, CE, CE, ES, CE, CE, CE, CE, CL },
		[ES] = { ES, ES, ES, ES, ES, SR, CL, ES, ES, CL },
		[SS] = { SS, SS, SS, SS, SS, SS, CL, SS, SS, CL },
		[SR] = { SR, SR, SR, SR, SR, SR, SR, CL, SR, CL },
		[SA] = { SA, SA, SA, SA, SA, SA, CL, CL, SA, CL },
		[RJ] = { RJ, IN, RJ, RJ, RJ, RJ, RJ, RJ, RJ, CL },
		[CL] = { CL, IN, CL, CL, CL, CL, CL, CL, CL, CL },
	} },
};

/* A packet with these bytes behind the SCTP header; nothing but the transport header in front of it. */
struct wire {
	uint8_t bytes[64];
	struct lvs_packet packet;
};

static void wire_init(struct wire *wire, const void *chunks, size_t len)
{
	memset(wire, 0, sizeof(*wire));
	memcpy(wire->bytes + sizeof(struct lvs_sctp), chunks, len);
	wire->packet = (struct lvs_packet){ .data = wire->bytes, .len = (uint32_t)(sizeof(struct lvs_sctp) + len),
					    .proto = LVS_PROTO_SCTP, .tuple.sport = LVS_BE16(40000) };
}

static uint8_t step(uint8_t from, const void *chunks, size_t len, enum lvs_dir dir, uint16_t flags, bool secure)
{
	struct lvs_conn conn = { .state = from, .flags = flags };
	struct wire wire;

	wire_init(&wire, chunks, len);
	return lvs_proto_sctp.next_state(&conn, &wire.packet, dir, secure);
}

static void is_found(void **state)
{
	(void)state;
	assert_ptr_equal(lvs_proto_find(132), &lvs_proto_sctp);
	assert_ptr_equal(lvs_protos[LVS_PROTO_INDEX_sctp], &lvs_proto_sctp);
	assert_int_equal(lvs_proto_sctp.index, LVS_PROTO_INDEX_sctp);
	assert_string_equal(lvs_proto_sctp.name, "sctp");
}

static void states_are_ipvss(void **state)
{
	(void)state;
	assert_int_equal(lvs_proto_sctp.nstates, STATES);
	for (size_t i = 0; i < STATES; i++) {
		assert_string_equal(lvs_proto_sctp.states[i].name, states[i].name);
		assert_int_equal(lvs_proto_sctp.states[i].timeout, states[i].timeout);
		assert_int_equal(lvs_proto_sctp.states[i].class, states[i].class);
		assert_int_equal(lvs_proto_sctp.states[i].active, i == ES);
		assert_int_equal(lvs_proto_sctp.states[i].over, i == CL);
	}
}

static void every_cell(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (uint8_t from = 0; from < STATES; from++)
			for (size_t event = 0; event < 2 * EVENTS; event++) {
				uint8_t chunk[] = { types[event / 2], 0, 0, 4 }, want = tables[t].next[from][event / 2];
				uint8_t got = step(from, chunk, sizeof(chunk), tables[t].dir, tables[t].conn_flags, event % 2);

				if (got != want)
					fail_msg("table %zu, %s, chunk %u: %s, not %s", t, states[from].name, chunk[0],
						 states[got].name, states[want].name);
			}
}

/* SACK, HEARTBEAT, its ack, ECNE, CWR, and what does not exist (yet). */
static void all_other_chunks_are_data(void **state)
{
	(void)state;
	for (unsigned int type = 0; type <= 0xff; type++) {
		const uint8_t chunk[] = { (uint8_t)type, 0, 0, 4 };

		if (memchr(types, (int)type, sizeof(types)))
			continue;
		for (uint8_t from = 0; from < STATES; from++)
			for (size_t t = 0; t < ARRAY_LEN(tables); t++)
				assert_int_equal(step(from, chunk, sizeof(chunk), tables[t].dir, tables[t].conn_flags, false),
						 tables[t].next[from][0]);
	}
}

static void abort_behind_a_cookie_counts(void **state)
{
	static const struct {
		const char *what;
		size_t len;
		uint8_t bytes[24];
		uint8_t next;	/* of ESTABLISHED, client */
	} rows[] = {
		{ "COOKIE ACK, ABORT", 8, { 11, 0, 0, 4, 6, 0, 0, 4 }, CL },
		{ "COOKIE ECHO, padded, ABORT", 12, { 10, 0, 0, 5, 9, 0, 0, 0, 6, 0, 0, 4 }, CL },
		{ "COOKIE ECHO, DATA", 12, { 10, 0, 0, 8, 1, 2, 3, 4, 0, 3, 0, 4 }, ES },
		{ "COOKIE ECHO whose end is not there", 8, { 10, 0, 0, 5, 9, 0, 0, 0 }, ES },
		{ "COOKIE ACK with an impossible length", 8, { 11, 0, 0, 3, 6, 0, 0, 4 }, ES },
		{ "COOKIE ECHO as long as can be", 8, { 10, 0, 255, 255, 6, 0, 0, 4 }, ES },
		{ "SHUTDOWN, ABORT: only the first counts", 12, { 7, 0, 0, 8, 0, 0, 0, 0, 6, 0, 0, 4 }, SR },
		{ "no chunk at all", 0, { 0 }, ES },
		{ "three quarters of a chunk header", 3, { 6, 0, 0 }, ES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t got = step(ES, rows[i].bytes, rows[i].len, LVS_DIR_REQUEST, 0, false);

		if (got != rows[i].next)
			fail_msg("%s: %s", rows[i].what, states[got].name);
	}
}

static void init_starts_and_sloppy_all_but_abort(void **state)
{
	struct wire wire;

	(void)state;
	for (unsigned int type = 0; type <= 0xff; type++) {
		const uint8_t chunk[] = { (uint8_t)type, 0, 0, 4 };

		wire_init(&wire, chunk, sizeof(chunk));
		assert_int_equal(lvs_proto_sctp.starts(&wire.packet, false), type == 1);
		assert_int_equal(lvs_proto_sctp.starts(&wire.packet, true), type != 6);
		wire.packet.tuple.sport = LVS_BE16(20);
		assert_false(lvs_proto_sctp.starts(&wire.packet, true));
	}
	wire_init(&wire, "", 0);
	assert_false(lvs_proto_sctp.starts(&wire.packet, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found),
		cmocka_unit_test(states_are_ipvss),
		cmocka_unit_test(every_cell),
		cmocka_unit_test(all_other_chunks_are_data),
		cmocka_unit_test(abort_behind_a_cookie_counts),
		cmocka_unit_test(init_starts_and_sloppy_all_but_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
