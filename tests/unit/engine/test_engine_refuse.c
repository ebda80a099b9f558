// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of packets that no service takes: to an address that only we have, that the host has too, that is none
 * of ours.
 */
#include "tests/lib/test.h"

#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

static const struct net {
	const char *client, *vip, *server, *stranger;
	uint8_t icmp;
} nets[2] = {
	{ "198.51.100.7", "192.0.2.10", "10.0.0.11", "203.0.113.99", LVS_PROTO_ICMP },
	{ "2001:db8:1::7", "2001:db8::10", "fd00::11", "2001:db8:3::99", LVS_PROTO_ICMP6 },
};

static int setup(void **state)
{
	director_setup(state);
	for (size_t ip6 = 0; ip6 < 2; ip6++)
		director_serve(*state, LVS_PROTO_TCP, nets[ip6].vip, 80, nets[ip6].server, 8080);
	return 0;
}

static void set_local(struct director *director, const char *vip, bool local)
{
	struct lvs_addr addr = test_addr(vip);

	lvs_vip_set_local(lvs_engine_rules(director->engine), &addr, local);
}

static const struct row {
	const char *what;
	struct build packet;
	enum lvs_drop drop;	/* where the address is ours alone */
	uint64_t resets, errors;
} rows[] = {
	{ "SYN to a closed port", { .dport = 22, .tcp_flags = LVS_TCP_SYN }, LVS_DROP_NO_SERVICE, 1, 0 },
	{ "segment to a closed port", { .dport = 22, .tcp_flags = LVS_TCP_ACK, .payload = 9 }, LVS_DROP_NO_SERVICE, 1, 0 },
	{ "reset to a closed port", { .dport = 22, .tcp_flags = LVS_TCP_RST }, LVS_DROP_NO_SERVICE, 0, 0 },
	{ "datagram to a closed port", { .dport = 80, .proto = LVS_PROTO_UDP, .payload = 9 }, LVS_DROP_NO_SERVICE, 0, 1 },
	{ "first fragment of one",
	  { .dport = 80, .proto = LVS_PROTO_UDP, .payload = 90, .frag_bytes = 64, .id = 1 }, LVS_DROP_NO_SERVICE, 0, 1 },
	{ "another protocol", { .proto = 253, .payload = 9 }, LVS_DROP_PROTO_UNSUPPORTED, 0, 0 },
};

static void expect_refusal(struct director *director, const struct row *row, const struct build *what)
{
	const struct lvs_stats *stats = lvs_engine_stats(director->engine);
	uint64_t resets = stats->replied[LVS_REPLY_RESET], errors = stats->replied[LVS_REPLY_ERROR];

	assert_int_equal(director_take(director, what), row->drop);
	assert_int_equal(director->nout, row->resets + row->errors);
	assert_int_equal(stats->replied[LVS_REPLY_RESET] - resets, row->resets);
	assert_int_equal(stats->replied[LVS_REPLY_ERROR] - errors, row->errors);
}

static void the_host_answers_for_its_own_addresses(void **state)
{
	struct director *director = *state;

	for (size_t n = 0; n < 2 * ARRAY_LEN(rows); n++) {
		const struct row *row = &rows[n / 2];
		const struct net *net = &nets[n & 1];
		struct build what = row->packet;

		print_message("  %s\n", row->what);
		what.src = net->client;
		what.dst = net->vip;
		expect_refusal(director, row, &what);

		what.id += 1;
		set_local(director, net->vip, true);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&what));
		set_local(director, net->vip, false);

		what.dst = net->stranger;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&what));
	}
}

static void what_a_service_takes_is_never_the_host_s(void **state)
{
	struct director *director = *state;

	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		struct build what = { .src = nets[ip6].client, .dst = nets[ip6].vip, .sport = 4000, .dport = 80,
				      .tcp_flags = LVS_TCP_ACK };
		struct row row = { .drop = LVS_DROP_NO_CONN, .resets = 1 };

		set_local(director, nets[ip6].vip, true);
		expect_refusal(director, &row, &what);
		what.tcp_flags = LVS_TCP_SYN;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(lvs_engine_stats(director->engine)->forwarded, ip6 + 1);
	}
}

static const struct {
	const char *src, *dst;
	enum lvs_drop drop;
} nowhere[] = {
	{ "198.51.100.7", "224.0.0.251", LVS_DROP_LINK_SCOPE },	 { "198.51.100.7", "255.255.255.255", LVS_DROP_LINK_SCOPE },
	{ "0.0.0.0", "192.0.2.10", LVS_DROP_MARTIAN },		 { "127.0.0.1", "192.0.2.10", LVS_DROP_MARTIAN },
	{ "224.0.0.1", "192.0.2.10", LVS_DROP_MARTIAN },	 { "240.0.0.1", "192.0.2.10", LVS_DROP_MARTIAN },
	{ "192.0.2.10", "192.0.2.10", LVS_DROP_LAND },		 { "2001:db8:1::7", "ff02::16", LVS_DROP_LINK_SCOPE },
	{ "2001:db8:1::7", "fe80::1", LVS_DROP_LINK_SCOPE },	 { "fe80::7", "2001:db8::10", LVS_DROP_LINK_SCOPE },
	{ "fe80::7", "2001:db8:3::99", LVS_DROP_LINK_SCOPE },	 { "::", "2001:db8::10", LVS_DROP_MARTIAN },
	{ "::1", "2001:db8::10", LVS_DROP_MARTIAN },		 { "ff02::1", "2001:db8::10", LVS_DROP_MARTIAN },
	{ "2001:db8::10", "2001:db8::10", LVS_DROP_LAND },
};

static void some_addresses_are_never_forwarded_nor_answered(void **state)
{
	struct director *director = *state;

	for (size_t n = 0; n < 4 * ARRAY_LEN(nowhere); n++) {
		bool ip6 = strchr(nowhere[n / 4].src, ':');
		const uint8_t protos[4] = { LVS_PROTO_TCP, LVS_PROTO_UDP, 253, nets[ip6].icmp };
		struct build what = { .src = nowhere[n / 4].src, .dst = nowhere[n / 4].dst, .sport = 80, .dport = 80,
				      .proto = protos[n % 4], .tcp_flags = LVS_TCP_SYN, .payload = 4,
				      .icmp_type = ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO };

		assert_int_equal(director_take(director, &what), nowhere[n / 4].drop);
		assert_int_equal(director->nout, 0);
	}
}

/* Inside of the engine IPv4 addresses are mapped ones; nobody may pass for them by writing them into an IPv6 header. */
static void an_ipv6_header_does_not_speak_of_ipv4_addresses(void **state)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
	struct director *director = *state;
	struct build what = { .src = nets[0].client, .dst = nets[0].vip, .sport = 4000, .dport = 80,
			      .tcp_flags = LVS_TCP_SYN };
	struct lvs_addr ends[2] = { test_addr(nets[0].client), test_addr(nets[0].vip) };
	const struct lvs_conn *conn;
	uint8_t before;

	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	conn = lvs_conn_at(lvs_engine_conns(director->engine), 1);
	before = conn->state;
	for (unsigned int mapped = 1; mapped < 4; mapped++) {
		struct build six = { .src = nets[1].client, .dst = nets[1].vip, .sport = 4000, .dport = 80,
				     .tcp_flags = LVS_TCP_ACK };
		struct lvs_packet packet = build(&six);

		for (unsigned int end = 0; end < 2; end++) {
			if (!(mapped & 1U << end))
				continue;
			memcpy(packet.data + 8 + 16 * end, prefix, sizeof(prefix));
			memcpy(packet.data + 20 + 16 * end, &ends[end].words[3], 4);
		}
		assert_int_equal(director_handle(director, packet), LVS_DROP_MARTIAN);
		assert_int_equal(director->nout, 0);
		assert_int_equal(conn->state, before);
	}
}

static const struct {
	const char *what;
	uint16_t dport;
	uint8_t flags;
	uint32_t weight;
	enum lvs_drop local, ours;	/* where the address is the host's as well, and where it is ours alone */
} ftp_rows[] = {
	{ "segment of no connection", 21, LVS_TCP_ACK, 1, LVS_DROP_NO_CONN, LVS_DROP_NO_CONN },
	{ "segment of no data connection", 2000, LVS_TCP_ACK, 1, LVS_DROP_NONE, LVS_DROP_NO_SERVICE },
	{ "no server", 21, LVS_TCP_SYN, 0, LVS_DROP_NO_SERVER, LVS_DROP_NO_SERVER },
	{ "no server for a data connection", 2000, LVS_TCP_SYN, 0, LVS_DROP_NONE, LVS_DROP_NO_SERVICE },
	{ "a port that is not FTP's", 999, LVS_TCP_SYN, 1, LVS_DROP_NONE, LVS_DROP_NO_SERVICE },
};

/* FTP has ports by the thousand, in the hope that data connections come there; what is none is the host's, as in IPVS. */
static void ports_that_ftp_does_not_use_are_the_host_s(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = test_addr("192.0.2.21"), .port = LVS_BE16(21), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find("rr"), .persist = { .timeout = 300, .mask = lvs_persist_mask4(LVS_BE32(~0U)) },
	};
	struct lvs_server_spec spec = { .addr = test_addr("10.0.0.21"), .port = LVS_BE16(21), .weight = 1,
					.forward = lvs_forward_find("masq") };
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	for (size_t n = 0; n < 2 * ARRAY_LEN(ftp_rows); n++) {
		bool local = n & 1;
		const struct build what = { .src = nets[0].client, .dst = "192.0.2.21", .sport = 4000,
					    .dport = ftp_rows[n / 2].dport, .tcp_flags = ftp_rows[n / 2].flags };

		print_message("  %s\n", ftp_rows[n / 2].what);
		spec.weight = ftp_rows[n / 2].weight;
		assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
		set_local(director, "192.0.2.21", local);
		assert_int_equal(director_take(director, &what), local ? ftp_rows[n / 2].local : ftp_rows[n / 2].ours);
		if (local && !ftp_rows[n / 2].local)
			director_expect(director, build(&what));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_host_answers_for_its_own_addresses, setup, director_teardown),
		cmocka_unit_test_setup_teardown(what_a_service_takes_is_never_the_host_s, setup, director_teardown),
		cmocka_unit_test_setup_teardown(some_addresses_are_never_forwarded_nor_answered, setup, director_teardown),
		cmocka_unit_test_setup_teardown(ports_that_ftp_does_not_use_are_the_host_s, setup, director_teardown),
		cmocka_unit_test_setup_teardown(an_ipv6_header_does_not_speak_of_ipv4_addresses, setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
