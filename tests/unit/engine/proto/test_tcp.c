// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/proto.h"
#include "engine/wire.h"

/* The numbers are those of connection synchronisation, so they are part of the contract. */
enum { NO, ES, SS, SR, FW, TW, CL, CW, LA, LI, SA, STATES };
enum { SYN, FIN, ACK, RST, EVENTS };

static const struct {
	const char *name;
	uint32_t timeout;
	enum lvs_class class;
	bool active, over;
} states[STATES] = {
	[NO] = { "NONE",        2,   LVS_CLASS_HALF_OPEN,   false, false },
	[ES] = { "ESTABLISHED", 900, LVS_CLASS_ESTABLISHED, true,  false },
	[SS] = { "SYN_SENT",    120, LVS_CLASS_HALF_OPEN,   true,  false },
	[SR] = { "SYN_RECV",    60,  LVS_CLASS_HALF_OPEN,   true,  false },
	[FW] = { "FIN_WAIT",    120, LVS_CLASS_CLOSING,     false, false },
	[TW] = { "TIME_WAIT",   120, LVS_CLASS_CLOSING,     false, true },
	[CL] = { "CLOSE",       10,  LVS_CLASS_CLOSING,     false, true },
	[CW] = { "CLOSE_WAIT",  60,  LVS_CLASS_CLOSING,     false, false },
	[LA] = { "LAST_ACK",    30,  LVS_CLASS_CLOSING,     false, false },
	[LI] = { "LISTEN",      120, LVS_CLASS_HALF_OPEN,   false, false },
	[SA] = { "SYNACK",      120, LVS_CLASS_HALF_OPEN,   true,  false },
};

/* Who sent the segment, and the state it leads to from each state. */
static const struct table {
	const char *who;
	enum lvs_dir dir;
	uint16_t conn_flags;
	bool secure;
	uint8_t next[STATES][EVENTS];
} tables[] = {
	{ "the client, replies pass the director", LVS_DIR_REQUEST, 0, false, {
		/*        SYN   FIN   ACK   RST */
		[NO] = { SR,  CL,  ES,  CL },
		[ES] = { ES,  CW,  ES,  CL },
		[SS] = { ES,  SS,  SS,  CL },
		[SR] = { SR,  TW,  ES,  SR },
		[FW] = { SR,  TW,  FW,  CL },
		[TW] = { SR,  TW,  TW,  CL },
		[CL] = { SR,  CL,  CL,  CL },
		[CW] = { SR,  CW,  CW,  CL },
		[LA] = { SR,  LA,  CL,  LA },
		[LI] = { SR,  LI,  LI,  LI },
		[SA] = { SR,  TW,  ES,  SR },
	} },
	{ "the server", LVS_DIR_REPLY, 0, false, {
		/*        SYN   FIN   ACK   RST */
		[NO] = { SS,  TW,  ES,  CL },
		[ES] = { ES,  FW,  ES,  CL },
		[SS] = { SS,  SS,  SS,  SS },
		[SR] = { SR,  TW,  ES,  CL },
		[FW] = { SS,  FW,  FW,  CL },
		[TW] = { SS,  TW,  TW,  TW },
		[CL] = { SS,  CL,  CL,  CL },
		[CW] = { SS,  TW,  CW,  CL },
		[LA] = { SS,  LA,  LA,  CL },
		[LI] = { LI,  LI,  ES,  CL },
		[SA] = { SR,  TW,  ES,  CL },
	} },
	{ "the client, no reply was seen", LVS_DIR_REQUEST, LVS_CONN_NO_OUTPUT, false, {
		/*        SYN   FIN   ACK   RST */
		[NO] = { SR,  CL,  ES,  CL },
		[ES] = { ES,  FW,  ES,  CL },
		[SS] = { ES,  SS,  SS,  CL },
		[SR] = { SR,  TW,  ES,  SR },
		[FW] = { SR,  FW,  FW,  CL },
		[TW] = { SR,  TW,  TW,  CL },
		[CL] = { SR,  CL,  CL,  CL },
		[CW] = { SR,  CW,  CW,  CL },
		[LA] = { SR,  LA,  CL,  LA },
		[LI] = { SR,  LI,  LI,  LI },
		[SA] = { SR,  TW,  ES,  CL },
	} },
	{ "the client, secure", LVS_DIR_REQUEST, 0, true, {
		/*        SYN   FIN   ACK   RST */
		[NO] = { SR,  CL,  ES,  CL },
		[ES] = { ES,  CW,  ES,  CL },
		[SS] = { ES,  SS,  SS,  CL },
		[SR] = { SR,  TW,  SR,  SR },
		[FW] = { SR,  TW,  FW,  CL },
		[TW] = { SR,  TW,  TW,  CL },
		[CL] = { SR,  CL,  CL,  CL },
		[CW] = { SR,  CW,  CW,  CL },
		[LA] = { SR,  LA,  CL,  LA },
		[LI] = { SR,  LI,  LI,  LI },
		[SA] = { SA,  SA,  SA,  CL },
	} },
	{ "the server, secure", LVS_DIR_REPLY, 0, true, {
		/*        SYN   FIN   ACK   RST */
		[NO] = { SS,  TW,  ES,  CL },
		[ES] = { ES,  FW,  ES,  CL },
		[SS] = { SS,  SS,  SS,  SS },
		[SR] = { SA,  TW,  ES,  CL },
		[FW] = { SS,  FW,  FW,  CL },
		[TW] = { SS,  TW,  TW,  TW },
		[CL] = { SS,  CL,  CL,  CL },
		[CW] = { SS,  TW,  CW,  CL },
		[LA] = { SS,  LA,  LA,  CL },
		[LI] = { LI,  LI,  ES,  CL },
		[SA] = { SA,  TW,  ES,  CL },
	} },
	{ "the client, no reply was seen, secure", LVS_DIR_REQUEST, LVS_CONN_NO_OUTPUT, true, {
		/*        SYN   FIN   ACK   RST */
		[NO] = { SA,  CL,  ES,  CL },
		[ES] = { ES,  FW,  ES,  CL },
		[SS] = { ES,  SS,  SS,  CL },
		[SR] = { SR,  TW,  ES,  SR },
		[FW] = { SA,  FW,  FW,  CL },
		[TW] = { SA,  TW,  TW,  CL },
		[CL] = { SA,  CL,  CL,  CL },
		[CW] = { SA,  CW,  CW,  CL },
		[LA] = { SA,  LA,  CL,  LA },
		[LI] = { SA,  LI,  LI,  LI },
		[SA] = { SA,  TW,  ES,  CL },
	} },
};

static uint8_t step(uint8_t from, uint8_t tcp_flags, enum lvs_dir dir, uint16_t conn_flags, bool secure)
{
	struct lvs_packet packet = { .proto = LVS_PROTO_TCP, .tcp_flags = tcp_flags };
	struct lvs_conn conn = { .proto = LVS_PROTO_TCP, .state = from, .flags = conn_flags };
	uint8_t next = lvs_proto_tcp.next_state(&conn, &packet, dir, secure);

	assert_int_equal(conn.state, from);
	assert_int_equal(conn.flags, conn_flags);
	return next;
}

static void is_found(void **state)
{
	(void)state;
	assert_ptr_equal(lvs_proto_find(LVS_PROTO_TCP), &lvs_proto_tcp);
	assert_ptr_equal(lvs_protos[LVS_PROTO_INDEX_tcp], &lvs_proto_tcp);
	assert_int_equal(lvs_proto_tcp.index, LVS_PROTO_INDEX_tcp);
	assert_int_equal(lvs_proto_tcp.number, 6);
	assert_string_equal(lvs_proto_tcp.name, "tcp");
	assert_null(lvs_proto_find(LVS_PROTO_ICMP));
	assert_null(lvs_proto_find(255));
}

static void header_is_rfc_9293s(void **state)
{
	(void)state;
	assert_int_equal(lvs_proto_tcp.header_bytes, 20);
	assert_int_equal(lvs_proto_tcp.csum_offset, 16);
	assert_false(lvs_proto_tcp.csum_optional);
}

static void states_are_ipvss(void **state)
{
	(void)state;
	assert_int_equal(lvs_proto_tcp.nstates, STATES);
	for (size_t i = 0; i < STATES; i++) {
		assert_string_equal(lvs_proto_tcp.states[i].name, states[i].name);
		assert_int_equal(lvs_proto_tcp.states[i].timeout, states[i].timeout);
		assert_int_equal(lvs_proto_tcp.states[i].class, states[i].class);
		assert_int_equal(lvs_proto_tcp.states[i].active, states[i].active);
		assert_int_equal(lvs_proto_tcp.states[i].over, states[i].over);
	}
}

/* What a segment counts as: the first of these that it has. */
static uint8_t expected(const struct table *table, uint8_t from, uint8_t tcp_flags)
{
	if (tcp_flags & LVS_TCP_RST)
		return table->next[from][RST];
	if (tcp_flags & LVS_TCP_SYN)
		return table->next[from][SYN];
	if (tcp_flags & LVS_TCP_FIN)
		return table->next[from][FIN];
	if (tcp_flags & LVS_TCP_ACK)
		return table->next[from][ACK];
	return CL;
}

static void every_cell_under_all_flags(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (uint8_t from = 0; from < STATES; from++)
			for (unsigned int flags = 0; flags <= 0xff; flags++) {
				const struct table *table = &tables[t];
				uint8_t want = expected(table, from, (uint8_t)flags);
				uint8_t got = step(from, (uint8_t)flags, table->dir, table->conn_flags, table->secure);

				if (got != want)
					fail_msg("%s sends %#x in %s: %s, not %s", table->who, flags,
						 states[from].name, states[want].name, states[got].name);
			}
}

static void server_is_heard_whatever_was_seen_before(void **state)
{
	(void)state;
	for (uint8_t from = 0; from < STATES; from++)
		for (unsigned int flags = 0; flags <= 0x1f; flags++)
			for (unsigned int secure = 0; secure < 2; secure++)
				assert_int_equal(step(from, (uint8_t)flags, LVS_DIR_REPLY, LVS_CONN_NO_OUTPUT, secure),
						 step(from, (uint8_t)flags, LVS_DIR_REPLY, 0, secure));
}

/* Lives of connections as kernel 6.12 IPVS listed them: > is the client, < the server. */
static const struct story {
	const char *what;
	uint16_t conn_flags;
	struct {
		char who;
		uint8_t tcp_flags;
		uint8_t state;
	} segments[10];
} stories[] = {
#define S LVS_TCP_SYN
#define A LVS_TCP_ACK
#define F (LVS_TCP_FIN | LVS_TCP_ACK)
#define R (LVS_TCP_RST | LVS_TCP_ACK)
	{ "masq, client closes first", 0,
	  { { '>', S, SR }, { '<', S | A, SR }, { '>', A, ES }, { '<', A, ES }, { '>', F, CW }, { '<', A, CW },
	    { '<', F, TW }, { '>', A, TW } } },
	{ "masq, server closes first", 0,
	  { { '>', S, SR }, { '<', S | A, SR }, { '>', A, ES }, { '<', F, FW }, { '>', A, FW }, { '>', F, TW },
	    { '<', A, TW } } },
	{ "masq, client resets", 0, { { '>', S, SR }, { '<', S | A, SR }, { '>', A, ES }, { '>', R, CL } } },
	{ "masq, server resets", 0, { { '>', S, SR }, { '<', S | A, SR }, { '>', A, ES }, { '<', R, CL } } },
	{ "masq, no listener", 0, { { '>', S, SR }, { '<', R, CL } } },
	{ "masq, a blind reset while half open", 0, { { '>', S, SR }, { '>', R, SR } } },
	{ "masq, same ports again in TIME_WAIT", 0, { { '>', S, SR }, { '>', F, TW }, { '>', S, SR } } },
	{ "droute, client closes first", LVS_CONN_NO_OUTPUT,
	  { { '>', S, SR }, { '>', A, ES }, { '>', F, FW }, { '>', A, FW } } },
	{ "droute, server closes first: the client's FIN tells", LVS_CONN_NO_OUTPUT,
	  { { '>', S, SR }, { '>', A, ES }, { '>', A, ES }, { '>', F, FW } } },
	{ "droute, client resets", LVS_CONN_NO_OUTPUT, { { '>', S, SR }, { '>', A, ES }, { '>', R, CL } } },
	{ "a null scan", 0, { { '>', S, SR }, { '>', 0, CL } } },
};

static void connections_live_as_in_ipvs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		const struct story *story = &stories[i];
		uint8_t now = NO;

		for (size_t k = 0; story->segments[k].who; k++) {
			now = step(now, story->segments[k].tcp_flags,
				   story->segments[k].who == '>' ? LVS_DIR_REQUEST : LVS_DIR_REPLY,
				   story->conn_flags, false);
			if (now != story->segments[k].state)
				fail_msg("%s, segment %zu: %s, not %s", story->what, k + 1,
					 states[story->segments[k].state].name, states[now].name);
		}
	}
}

static void syn_starts_unless_it_resets(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags <= 0xff; flags++) {
		struct lvs_packet packet = {
			.proto = LVS_PROTO_TCP,
			.tcp_flags = (uint8_t)flags,
			.tuple.sport = LVS_BE16(40000),
		};

		assert_int_equal(lvs_proto_tcp.starts(&packet, false), (flags & LVS_TCP_SYN) && !(flags & LVS_TCP_RST));
	}
}

static void sloppy_takes_all_but_a_reset(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags <= 0xff; flags++) {
		struct lvs_packet packet = { .proto = LVS_PROTO_TCP, .tcp_flags = (uint8_t)flags };

		packet.tuple.sport = LVS_BE16(40000);
		assert_int_equal(lvs_proto_tcp.starts(&packet, true), !(flags & LVS_TCP_RST));
		packet.tuple.sport = LVS_BE16(20);
		assert_false(lvs_proto_tcp.starts(&packet, true));
	}
}

static void port_20_never_starts(void **state)
{
	struct lvs_packet packet = { .proto = LVS_PROTO_TCP, .tcp_flags = LVS_TCP_SYN };

	(void)state;
	packet.tuple.sport = LVS_BE16(20);
	assert_false(lvs_proto_tcp.starts(&packet, false));
	packet.tuple.sport = LVS_BE16(20 << 8);
	assert_true(lvs_proto_tcp.starts(&packet, false));
	packet.tuple.sport = LVS_BE16(21);
	packet.tuple.dport = LVS_BE16(20);
	assert_true(lvs_proto_tcp.starts(&packet, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found),
		cmocka_unit_test(header_is_rfc_9293s),
		cmocka_unit_test(states_are_ipvss),
		cmocka_unit_test(every_cell_under_all_flags),
		cmocka_unit_test(server_is_heard_whatever_was_seen_before),
		cmocka_unit_test(connections_live_as_in_ipvs),
		cmocka_unit_test(syn_starts_unless_it_resets),
		cmocka_unit_test(sloppy_takes_all_but_a_reset),
		cmocka_unit_test(port_20_never_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
