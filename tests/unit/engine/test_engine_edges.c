// SPDX-License-Identifier: GPL-2.0-or-later
/* What may keep a packet of a good connection from leaving, and what is counted of those that leave. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

static const struct net {
	const char *client, *vip, *server, *stranger;
	size_t headers;		/* of IP and TCP */
} nets[2] = {
	{ "198.51.100.7", "192.0.2.10", "10.0.0.11", "203.0.113.99", 40 },
	{ "2001:db8:1::7", "2001:db8::10", "fd00::11", "2001:db8:3::99", 60 },
};

static struct lvs_server *servers[2];

static struct build request(size_t ip6, uint8_t flags, size_t payload)
{
	return (struct build){ .src = nets[ip6].client, .dst = nets[ip6].vip, .sport = 4000, .dport = 80,
			       .tcp_flags = flags, .payload = payload };
}

/* As it leaves for the server. */
static struct build forwarded(struct build what, size_t ip6)
{
	what.dst = nets[ip6].server;
	what.dport = 8080;
	return what;
}

static struct build reply(size_t ip6, uint8_t flags, size_t payload)
{
	return (struct build){ .src = nets[ip6].server, .dst = nets[ip6].client, .sport = 8080, .dport = 4000,
			       .tcp_flags = flags, .payload = payload };
}

/* One connection in each family. */
static int setup(void **state)
{
	director_setup(state);
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		const struct build syn = request(ip6, LVS_TCP_SYN, 0);

		servers[ip6] = director_serve(*state, LVS_PROTO_TCP, nets[ip6].vip, 80, nets[ip6].server, 8080);
		assert_int_equal(director_take(*state, &syn), LVS_DROP_NONE);
	}
	return 0;
}

static const struct size {
	const char *what;
	uint32_t mtu;
	size_t bytes;		/* of the whole packet */
	uint16_t segment;	/* of a super-packet: bytes of one of its packets */
	bool df;
	bool fits[2];
} sizes[] = {
	{ "as large as the path takes", 1400, 1400, 0, true, { true, true } },
	{ "one byte more", 1400, 1401, 0, true, { false, false } },
	{ "one byte more, may be fragmented", 1400, 1401, 0, false, { true, false } },
	{ "path not known", 0, 9000, 0, true, { true, true } },
	{ "super-packet of packets that fit", 1400, 30000, 1400, true, { true, true } },
	{ "of packets that do not", 1400, 30000, 1401, true, { false, false } },
	{ "of packets that do not, may be fragmented", 1400, 30000, 1401, false, { true, false } },
	{ "of one packet that fits", 1400, 1399, 1401, true, { true, true } },
};

static void check_size(struct director *director, const struct size *size, size_t ip6)
{
	struct build what = request(ip6, LVS_TCP_ACK, size->bytes - nets[ip6].headers);
	uint64_t in = servers[ip6]->counters.in_packets;
	enum lvs_drop drop;

	what.df = size->df;
	if (size->segment) {
		what.csum = BUILD_PARTIAL;
		what.gso_size = (uint16_t)(size->segment - nets[ip6].headers);
	}
	lvs_server_set_mtu(servers[ip6], size->mtu);
	drop = director_take(director, &what);
	if (size->fits[ip6]) {
		struct build out = forwarded(what, ip6);

		assert_int_equal(drop, LVS_DROP_NONE);
		director_expect(director, build(&out));
		assert_int_equal(servers[ip6]->counters.in_packets, in + 1);
		return;
	}
	assert_int_equal(drop, LVS_DROP_TOO_BIG);
	assert_int_equal(servers[ip6]->counters.in_packets, in);
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].data[ip6 ? 40 : 20], ip6 ? 2 : 3);
	assert_int_equal(director->out[0].data[ip6 ? 46 : 26] << 8 | director->out[0].data[ip6 ? 47 : 27], size->mtu);
}

static void what_the_path_does_not_take_is_told(void **state)
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
		print_message("  %s\n", sizes[i / 2].what);
		check_size(*state, &sizes[i / 2], i & 1);
	}
}

/* The path towards the server is not the one towards the client. */
static void a_reply_may_be_larger(void **state)
{
	struct director *director = *state;

	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		struct build what = reply(ip6, LVS_TCP_ACK | LVS_TCP_SYN, 3000);

		what.df = true;
		lvs_server_set_mtu(servers[ip6], 1400);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	}
}

static void set_hops(struct director *director, bool counted)
{
	const struct lvs_engine_settings settings = { .ping = LVS_PING_ALWAYS, .reply_rate = 1000, .decrement_ttl = counted };

	lvs_engine_configure(director->engine, &settings, director->now);
}

/* The error quotes the packet as it came. */
static void expect_time_exceeded(const struct director *director, const struct build *what)
{
	const struct lvs_packet *out = &director->out[0];
	bool ip6 = out->data[0] >> 4 == 6;
	size_t header = ip6 ? 40 : 20;
	struct lvs_packet came = build(what);

	assert_int_equal(director->nout, 1);
	assert_int_equal(out->data[header], ip6 ? LVS_ICMP6_TIME_EXCEEDED : LVS_ICMP_TIME_EXCEEDED);
	assert_int_equal(out->len, header + 8 + came.len);
	assert_memory_equal(out->data + header + 8, came.data, came.len);
	build_free(&came);
}

static void expect_hop(struct director *director, struct build what, struct build out)
{
	for (unsigned int ttl = 255; ttl > 1; ttl--) {
		what.ttl = (uint8_t)ttl;
		out.ttl = (uint8_t)(ttl - 1);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&out));
	}
	what.ttl = 1;
	assert_int_equal(director_take(director, &what), LVS_DROP_TTL);
	expect_time_exceeded(director, &what);
}

static void a_hop_is_counted_where_no_host_does(void **state)
{
	struct director *director = *state;

	set_hops(director, true);
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		struct build there = request(ip6, LVS_TCP_ACK, 5), back = reply(ip6, LVS_TCP_ACK, 5), away = there;
		struct build out = back;

		out.src = nets[ip6].vip;
		out.sport = 80;
		away.dst = nets[ip6].stranger;
		expect_hop(director, there, forwarded(there, ip6));
		expect_hop(director, back, out);
		expect_hop(director, away, away);
	}
	set_hops(director, false);
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		struct build there = request(ip6, LVS_TCP_ACK, 5), out = forwarded(there, ip6);

		there.ttl = out.ttl = 1;
		assert_int_equal(director_take(director, &there), LVS_DROP_NONE);
		director_expect(director, build(&out));
	}
}

/* A TTL of 0 must not have come, and must not become 255. */
static void a_packet_without_hops_goes_nowhere(void **state)
{
	struct director *director = *state;

	set_hops(director, true);
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		const struct build what = request(ip6, LVS_TCP_ACK, 0);
		struct lvs_packet packet = build(&what);

		packet.data[ip6 ? 7 : 8] = 0;
		if (!ip6)
			build_fix_ip4(packet.data);
		assert_int_equal(director_handle(director, packet), LVS_DROP_TTL);
	}
}

static void expect_counters(const struct lvs_counters *counters, uint64_t in, uint64_t in_bytes, uint64_t out,
			    uint64_t out_bytes)
{
	assert_int_equal(counters->conns, 1);
	assert_int_equal(counters->in_packets, in);
	assert_int_equal(counters->in_bytes, in_bytes);
	assert_int_equal(counters->out_packets, out);
	assert_int_equal(counters->out_bytes, out_bytes);
}

static void packets_and_bytes_are_counted_both_ways(void **state)
{
	struct director *director = *state;
	const struct lvs_counters *total = &lvs_engine_stats(director->engine)->total;
	uint64_t received = lvs_engine_stats(director->engine)->received_bytes;

	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		struct build there = request(ip6, LVS_TCP_ACK, 500), back = reply(ip6, LVS_TCP_ACK, 30000), stranger = there;

		assert_int_equal(director_take(director, &there), LVS_DROP_NONE);
		back.csum = BUILD_PARTIAL;
		back.gso_size = 1000;
		assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
		assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
		stranger.sport = 4001;
		assert_int_equal(director_take(director, &stranger), LVS_DROP_NO_CONN);
		stranger.dst = nets[ip6].stranger;
		assert_int_equal(director_take(director, &stranger), LVS_DROP_NONE);
		expect_counters(&servers[ip6]->counters, 2, 2 * nets[ip6].headers + 500, 2, 2 * (nets[ip6].headers + 30000));
		expect_counters(&servers[ip6]->service->counters, 2, 2 * nets[ip6].headers + 500, 2,
				2 * (nets[ip6].headers + 30000));
	}
	assert_int_equal(total->conns, 2);
	assert_int_equal(total->in_packets, 4);
	assert_int_equal(total->in_bytes, 200 + 1000);
	assert_int_equal(total->out_packets, 4);
	assert_int_equal(total->out_bytes, 200 + 120000);
	assert_int_equal(lvs_engine_stats(director->engine)->received_bytes - received, 5 * 100 + 6 * 500 + 4 * 30000);
}

/* The same packets through two engines whose servers differ; what one does is nothing to the other. */
static void engines_do_not_know_of_each_other(void **state)
{
	struct director *one = *state, *two;
	struct build syn = request(0, LVS_TCP_SYN, 0), out;
	void *other;

	syn.sport = 4001;
	assert_int_equal(director_setup(&other), 0);
	two = other;
	(void)director_serve(two, LVS_PROTO_TCP, nets[0].vip, 80, "10.0.0.99", 9999);
	two->now += LVS_SECONDS(100000);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(director_take(one, &syn), LVS_DROP_NONE);
		out = forwarded(syn, 0);
		director_expect(one, build(&out));
		assert_int_equal(director_take(two, &syn), LVS_DROP_NONE);
		out.dst = "10.0.0.99";
		out.dport = 9999;
		director_expect(two, build(&out));
	}
	assert_int_equal(lvs_engine_conns(one->engine)->used, 3);
	assert_int_equal(lvs_engine_conns(two->engine)->used, 1);
	director_wait(two, LVS_SECONDS(61));
	assert_int_equal(lvs_engine_conns(one->engine)->used, 3);
	assert_int_equal(lvs_engine_conns(two->engine)->used, 0);
	director_wait(one, LVS_SECONDS(61));
	assert_int_equal(lvs_engine_conns(one->engine)->used, 0);
	invariants_hold(one->engine);
	invariants_hold(two->engine);
	assert_int_equal(director_teardown(&other), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_path_does_not_take_is_told, setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_reply_may_be_larger, setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_hop_is_counted_where_no_host_does, setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_packet_without_hops_goes_nowhere, setup, director_teardown),
		cmocka_unit_test_setup_teardown(packets_and_bytes_are_counted_both_ways, setup, director_teardown),
		cmocka_unit_test_setup_teardown(engines_do_not_know_of_each_other, setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
