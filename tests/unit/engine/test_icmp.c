// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	client ---- router ---- director ---- inner ---- server
 *	            (edge)      (VIP)         router
 *
 * One connection of each family and protocol, with another port on the server. What the error must become is never
 * updated but built anew, with the other addresses and ports in the quoted packet.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/icmp.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

enum { CPORT = 40000, VPORT = 80, RPORT = 8080 };

static const struct net {
	const char *client, *edge, *vip, *inner, *server, *stranger;
	uint8_t icmp;
} nets[2] = {
	{ "198.51.100.7", "203.0.113.1", "192.0.2.10", "10.0.0.254", "10.0.0.11", "203.0.113.99", LVS_PROTO_ICMP },
	{ "2001:db8:1::7", "2001:db8:2::1", "2001:db8::10", "fd00::fe", "fd00::11", "2001:db8:3::99", LVS_PROTO_ICMP6 },
};

static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
static const uint8_t record_route[] = { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0 };

/* *@state: a director with the four connections established by their first packet and its answer. */
static int setup(void **state)
{
	struct director *director;

	director_setup(state);
	director = *state;
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		const struct net *net = &nets[ip6];

		for (size_t i = 0; i < ARRAY_LEN(protos); i++) {
			director_serve(director, protos[i], net->vip, VPORT, net->server, RPORT);
			assert_int_equal(director_take(director, &(struct build){
				.src = net->client, .dst = net->vip, .sport = CPORT, .dport = VPORT, .proto = protos[i],
				.tcp_flags = LVS_TCP_SYN }), LVS_DROP_NONE);
			assert_int_equal(director_take(director, &(struct build){
				.src = net->server, .dst = net->client, .sport = RPORT, .dport = CPORT, .proto = protos[i],
				.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK }), LVS_DROP_NONE);
		}
	}
	assert_int_equal(lvs_engine_conns(director->engine)->used, 4);
	return 0;
}

/* An error about a packet of the connection, as it enters and as it must leave. */
struct pair {
	struct lvs_packet in, out;
};

static struct lvs_packet error_of(const struct build *error, const char *src, const char *dst, const struct build *quoted,
				  size_t cut)
{
	struct lvs_packet quote = build(quoted), packet;
	struct build made = *error;

	made.src = src;
	made.dst = dst;
	made.proto = nets[strchr(src, ':') != NULL].icmp;
	made.quote = quote.data;
	made.quote_bytes = cut && cut < quote.len ? cut : quote.len;
	packet = build(&made);
	build_free(&quote);
	return packet;
}

/*
 * @error: type, code and outer header; @quoted: of the packet that it is about; addresses and ports are filled in
 * @cut: bytes that are quoted, 0 for all
 */
static struct pair pair_of(size_t ip6, enum lvs_dir dir, bool router, const struct build *error, struct build quoted,
			   size_t cut)
{
	const struct net *net = &nets[ip6];
	struct pair pair;

	if (dir == LVS_DIR_REPLY) {	/* about a request, from the server's side */
		quoted.src = net->client;
		quoted.sport = CPORT;
		quoted.dst = net->server;
		quoted.dport = RPORT;
		pair.in = error_of(error, router ? net->inner : net->server, net->client, &quoted, cut);
		quoted.dst = net->vip;
		quoted.dport = VPORT;
		pair.out = error_of(error, net->vip, net->client, &quoted, cut);
	} else {			/* about a reply, from the client's side */
		quoted.dst = net->client;
		quoted.dport = CPORT;
		quoted.src = net->vip;
		quoted.sport = VPORT;
		pair.in = error_of(error, router ? net->edge : net->client, net->vip, &quoted, cut);
		quoted.src = net->server;
		quoted.sport = RPORT;
		pair.out = error_of(error, router ? net->edge : net->client, net->server, &quoted, cut);
	}
	return pair;
}

static const struct {
	const char *what;
	struct build errors[2];
} kinds[] = {
	{ "network unreachable, no route", { { .icmp_type = 3 }, { .icmp_type = 1 } } },
	{ "port unreachable", { { .icmp_type = 3, .icmp_code = 3 }, { .icmp_type = 1, .icmp_code = 4 } } },
	{ "administratively prohibited", { { .icmp_type = 3, .icmp_code = 13 }, { .icmp_type = 1, .icmp_code = 1 } } },
	{ "too big", { { .icmp_type = 3, .icmp_code = 4, .icmp_rest = 1400 }, { .icmp_type = 2, .icmp_rest = 1400 } } },
	{ "too big, smallest MTU there is",
	  { { .icmp_type = 3, .icmp_code = 4, .icmp_rest = 68 }, { .icmp_type = 2, .icmp_rest = 1280 } } },
	{ "too big, from a router that does not say how much; an absurdly large MTU",
	  { { .icmp_type = 3, .icmp_code = 4 }, { .icmp_type = 2, .icmp_rest = 0xffffffff } } },
	{ "time exceeded", { { .icmp_type = 11 }, { .icmp_type = 3 } } },
	{ "reassembly time exceeded", { { .icmp_type = 11, .icmp_code = 1 }, { .icmp_type = 3, .icmp_code = 1 } } },
	{ "parameter problem", { { .icmp_type = 12, .icmp_rest = 9U << 24 }, { .icmp_type = 4, .icmp_rest = 40 } } },
	{ "source quench, and the last error type of ICMPv6", { { .icmp_type = 4 }, { .icmp_type = 127 } } },
	{ "with DSCP, TTL and identification of its own",
	  { { .icmp_type = 3, .tos = 0xc0, .ttl = 33, .id = 44667 }, { .icmp_type = 1, .tos = 0x28, .ttl = 33 } } },
	{ "with options or extension headers of its own",
	  { { .icmp_type = 3, .ip_options = record_route, .ip_options_len = sizeof(record_route) },
	    { .icmp_type = 1, .ext_count = 2, .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_DSTOPTS } } } },
};

static const struct {
	const char *what;
	struct build quoted;
	size_t transport;	/* bytes of transport header and payload quoted, 0 for all */
} quotes[] = {
	{ "whole", { .payload = 100 }, 0 },
	{ "whole, of odd length", { .payload = 101, .first = 5 }, 0 },
	{ "8 bytes of transport header", { .payload = 1000 }, 8 },
	{ "9 bytes", { .payload = 1000 }, 9 },
	{ "up to the TCP checksum", { .payload = 1000 }, 16 },
	{ "with the TCP checksum", { .payload = 1000 }, 18 },
	{ "the TCP header", { .payload = 1000, .tcp_options = 12 }, 20 },
	{ "cut somewhere, odd", { .payload = 1000, .tcp_options = 12 }, 333 },
	{ "cut on 8 bytes", { .payload = 1000, .ttl = 1, .tos = 3, .df = true, .id = 7 }, 528 },
	{ "of a first fragment", { .payload = 1000, .frag_bytes = 512, .id = 99 }, 100 },
	{ "without a checksum", { .payload = 100, .csum = BUILD_NO_CSUM }, 0 },
	{ "with a wrong checksum, which must stay as wrong", { .payload = 100, .csum = BUILD_WRONG }, 0 },
	{ "with options or extension headers",
	  { .payload = 99, .ip_options = record_route, .ip_options_len = sizeof(record_route), .ext_count = 3,
	    .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_ROUTING, LVS_PROTO_DSTOPTS } }, 24 },
	{ "of an atomic fragment", { .payload = 64, .ext_count = 1, .ext = { LVS_PROTO_FRAGMENT }, .id = 5 }, 0 },
};

static size_t cut_of(const struct build *quoted, size_t ip6, size_t transport)
{
	size_t header = ip6 ? 40 + 8 * (quoted->ext_count + (quoted->frag_bytes > 0)) :
			      20 + (quoted->ip_options_len + 3) / 4 * 4;

	return transport ? header + transport : 0;
}

static void expect_pair(struct director *director, struct pair pair)
{
	assert_int_equal(director_handle(director, pair.in), LVS_DROP_NONE);
	director_expect(director, pair.out);
}

static void errors_of_all_kinds_are_translated_both_ways(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		print_message("  %s\n", kinds[i].what);
		for (size_t n = 0; n < 16; n++) {
			struct build quoted = { .proto = protos[n & 1], .tcp_flags = LVS_TCP_ACK, .payload = 30 };

			expect_pair(*state, pair_of(n >> 1 & 1, n >> 2 & 1, n >> 3 & 1, &kinds[i].errors[n >> 1 & 1],
						    quoted, 0));
		}
	}
}

static void quotes_of_all_shapes_are_translated_both_ways(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
		print_message("  %s\n", quotes[i].what);
		for (size_t n = 0; n < 16; n++) {
			struct build quoted = quotes[i].quoted;
			size_t ip6 = n >> 1 & 1;

			quoted.proto = protos[n & 1];
			quoted.tcp_flags = LVS_TCP_ACK;
			if (quoted.csum == BUILD_NO_CSUM && quoted.proto == LVS_PROTO_TCP)
				continue;	/* only UDP's is optional */
			expect_pair(*state, pair_of(ip6, n >> 2 & 1, n >> 3 & 1, &kinds[1].errors[ip6], quoted,
						    cut_of(&quoted, ip6, quotes[i].transport)));
		}
	}
}

/* Half a checksum cannot be updated; it stays, and all around it is translated. */
static void a_quote_may_end_inside_the_tcp_checksum(void **state)
{
	for (size_t n = 0; n < 4; n++) {
		struct build quoted = { .tcp_flags = LVS_TCP_ACK, .payload = 30 }, error = kinds[1].errors[n & 1];
		struct pair pair = pair_of(n & 1, n >> 1 & 1, false, &error, quoted, cut_of(&quoted, n & 1, 17));

		pair.out.data[pair.out.len - 1] = pair.in.data[pair.in.len - 1];
		assert_int_equal(lvs_packet_parse(&pair.out), LVS_DROP_NONE);
		lvs_icmp_seal(&pair.out);
		expect_pair(*state, pair);
	}
}

/* The payload's first word moves the checksum: go through 0 and 0xffff, which mean "none" and 0, on either side. */
static void quoted_udp_checksums_never_become_none(void **state)
{
	for (size_t n = 0; n < 8; n++) {
		enum lvs_dir dir = n >> 1 & 1;
		bool translated = n >> 2;
		struct build quoted = { .proto = LVS_PROTO_UDP, .payload = 2, .tweak = 1 };
		struct pair pair = pair_of(n & 1, dir, false, &kinds[1].errors[n & 1], quoted, 0);
		const struct lvs_packet *side = translated ? &pair.out : &pair.in;
		uint32_t csum = (uint32_t)side->data[side->len - 4] << 8 | side->data[side->len - 3];

		expect_pair(*state, pair);
		for (uint32_t tweak = csum - 2; tweak <= csum + 4; tweak++) {
			quoted.tweak = (uint16_t)tweak;
			expect_pair(*state, pair_of(n & 1, dir, false, &kinds[1].errors[n & 1], quoted, 0));
		}
	}
}

static void nothing_is_remembered_of_an_error(void **state)
{
	struct director *director = *state;
	struct lvs_conn_table *conns = &director->engine->conns;
	struct lvs_conn before[5];

	director->now += LVS_SECONDS(7);
	memcpy(before, conns->records, sizeof(before));
	errors_of_all_kinds_are_translated_both_ways(state);
	assert_memory_equal(before, conns->records, sizeof(before));
}

static void errors_count_as_packets_of_their_direction(void **state)
{
	struct director *director = *state;
	struct build quoted = { .tcp_flags = LVS_TCP_ACK, .payload = 30 };
	struct lvs_server *server = lvs_server_at(&director->engine->rules, 1);

	for (enum lvs_dir dir = 0; dir <= LVS_DIR_REPLY; dir++) {
		struct lvs_counters before = server->counters, expect = before;
		struct pair pair = pair_of(0, dir, false, &kinds[0].errors[0], quoted, 0);

		*(dir == LVS_DIR_REQUEST ? &expect.in_packets : &expect.out_packets) += 1;
		*(dir == LVS_DIR_REQUEST ? &expect.in_bytes : &expect.out_bytes) += pair.in.len;
		expect_pair(director, pair);
		assert_memory_equal(&server->counters, &expect, sizeof(expect));
		assert_memory_equal(&server->service->counters, &expect, sizeof(expect));
	}
}

static void a_sum_that_the_host_vouches_for_is_not_made_again(void **state)
{
	struct director *director = *state;

	for (size_t n = 0; n < 4; n++) {
		struct build quoted = { .tcp_flags = LVS_TCP_ACK, .payload = 30 };
		struct build wrong = { .icmp_type = 3, .csum = BUILD_WRONG };
		struct pair pair = pair_of(n & 1, n >> 1 & 1, false, &(struct build){ .icmp_type = 3 }, quoted, 0);
		struct pair bad = pair_of(n & 1, n >> 1 & 1, false, &wrong, quoted, 0);

		build_free(&pair.in);
		build_free(&bad.out);
		pair.in = bad.in;
		pair.in.vnet.flags = LVS_VNET_DATA_VALID;
		expect_pair(director, pair);
	}
}

static const struct refused_row {
	const char *what;
	struct build errors[2];
	struct build quoted;
	size_t transport;
	enum lvs_drop drop;
} refused[] = {
	{ "bad checksum", { { .icmp_type = 3, .csum = BUILD_WRONG }, { .icmp_type = 1, .csum = BUILD_WRONG } },
	  { .payload = 8 }, 0, LVS_DROP_ICMP_CSUM },
	{ "7 bytes of transport header", { { .icmp_type = 3 }, { .icmp_type = 1 } },
	  { .payload = 8 }, 7, LVS_DROP_ICMP_SHORT },
	{ "an MTU that no link has",
	  { { .icmp_type = 3, .icmp_code = 4, .icmp_rest = 67 }, { .icmp_type = 2, .icmp_rest = 1279 } },
	  { .payload = 1000 }, 0, LVS_DROP_ICMP_MTU },
	{ "an MTU of 1, of 0",
	  { { .icmp_type = 3, .icmp_code = 4, .icmp_rest = 1 }, { .icmp_type = 2, .icmp_rest = 0 } },
	  { .payload = 1000 }, 0, LVS_DROP_ICMP_MTU },
};

static void refused_errors(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		print_message("  %s\n", refused[i].what);
		for (size_t n = 0; n < 8; n++) {
			struct build quoted = refused[i].quoted;
			size_t ip6 = n >> 1 & 1;
			struct pair pair;

			quoted.proto = protos[n & 1];
			pair = pair_of(ip6, n >> 2 & 1, false, &refused[i].errors[ip6], quoted,
				       cut_of(&quoted, ip6, refused[i].transport));
			assert_int_equal(director_handle(director, pair.in), refused[i].drop);
			assert_int_equal(director->nout, 0);
			build_free(&pair.out);
		}
	}
}

static void a_quoted_header_with_a_bad_checksum_is_refused(void **state)
{
	struct director *director = *state;

	for (enum lvs_dir dir = 0; dir <= LVS_DIR_REPLY; dir++) {
		struct build quoted = { .tcp_flags = LVS_TCP_ACK };
		struct pair pair = pair_of(0, dir, false, &kinds[0].errors[0], quoted, 0);

		pair.in.data[20 + 8 + 8] ^= 1;	/* TTL */
		assert_int_equal(lvs_packet_parse(&pair.in), LVS_DROP_NONE);
		lvs_icmp_seal(&pair.in);
		assert_int_equal(director_handle(director, pair.in), LVS_DROP_IP_CSUM);
		build_free(&pair.out);
	}
}

static void errors_end_with_the_server_s_removal(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);

	lvs_server_remove(rules, lvs_server_at(rules, 1), director->now);
	for (enum lvs_dir dir = 0; dir <= LVS_DIR_REPLY; dir++) {
		struct build quoted = { .tcp_flags = LVS_TCP_ACK };
		struct pair pair = pair_of(0, dir, false, &kinds[0].errors[0], quoted, 0);

		assert_int_equal(director_handle(director, pair.in), LVS_DROP_SERVER_GONE);
		build_free(&pair.out);
	}
}

/* Whom a message is for that belongs to no connection. */
enum whose { OURS, ALSO_LOCAL, STRANGER_S };

static void set_local(struct director *director, bool local)
{
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		struct lvs_addr vip = test_addr(nets[ip6].vip);

		lvs_vip_set_local(lvs_engine_rules(director->engine), &vip, local);
	}
}

static void expect_end_or_pass(struct director *director, struct lvs_packet packet, bool passes, enum lvs_drop drop)
{
	struct lvs_packet copy = build_prefix(&packet, packet.len);
	uint64_t passed = lvs_engine_stats(director->engine)->passed;

	assert_int_equal(director_handle(director, packet), passes ? LVS_DROP_NONE : drop);
	assert_int_equal(lvs_engine_stats(director->engine)->passed - passed, passes);
	if (passes) {
		director_expect(director, copy);
	} else {
		assert_int_equal(director->nout, 0);
		build_free(&copy);
	}
}

static const struct {
	const char *what;
	struct build quoted;	/* the other way round than it went: it left @dst of the error */
} unknown[] = {
	{ "another client port", { .sport = VPORT, .dport = CPORT + 1 } },
	{ "another virtual port", { .sport = VPORT + 1, .dport = CPORT } },
	{ "the server's port", { .sport = RPORT, .dport = CPORT } },
	{ "another protocol", { .sport = VPORT, .dport = CPORT, .proto = 132, .payload = 20 } },
	{ "a later fragment",
	  { .sport = VPORT, .dport = CPORT, .proto = LVS_PROTO_UDP, .payload = 100, .frag_offset = 48, .frag_bytes = 60 } },
};

static void errors_about_nothing_known(void **state)
{
	struct director *director = *state;

	for (size_t n = 0; n < 6 * ARRAY_LEN(unknown); n++) {
		const struct net *net = &nets[n & 1];
		enum whose whose = (n >> 1) % 3;
		const char *dst = whose == STRANGER_S ? net->stranger : net->vip;
		struct build quoted = unknown[n / 6].quoted;

		set_local(director, whose == ALSO_LOCAL);
		quoted.src = dst;
		quoted.dst = net->client;
		expect_end_or_pass(director, error_of(&kinds[0].errors[n & 1], net->edge, dst, &quoted, 0), whose != OURS,
				   LVS_DROP_ICMP_NO_CONN);
	}
}

/* The quote is of a live connection, but the message goes to another than who sent what it quotes. */
static void an_error_goes_to_the_sender_of_its_quote(void **state)
{
	struct director *director = *state;

	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		const struct net *net = &nets[ip6];
		struct build reply = { .src = net->vip, .dst = net->client, .sport = VPORT, .dport = CPORT };
		struct build request = { .src = net->client, .dst = net->server, .sport = CPORT, .dport = RPORT };

		expect_end_or_pass(director, error_of(&kinds[0].errors[ip6], net->edge, net->stranger, &reply, 0), true,
				   LVS_DROP_NONE);
		expect_end_or_pass(director, error_of(&kinds[0].errors[ip6], net->inner, net->vip, &request, 0), false,
				   LVS_DROP_ICMP_NO_CONN);
	}
}

static const struct {
	const char *what;
	uint8_t types[2];
} others[] = {
	{ "echo reply", { 0, 129 } },
	{ "redirect", { 5, 137 } },
	{ "timestamp request, multicast listener report", { 13, 131 } },
	{ "address mask request, neighbour solicitation", { 17, 135 } },
	{ "unassigned", { 42, 200 } },
};

static void other_messages_are_not_for_virtual_addresses(void **state)
{
	struct director *director = *state;

	for (size_t n = 0; n < 6 * ARRAY_LEN(others); n++) {
		const struct net *net = &nets[n & 1];
		enum whose whose = (n >> 1) % 3;

		set_local(director, whose == ALSO_LOCAL);
		expect_end_or_pass(director, build(&(struct build){
			.src = net->client, .dst = whose == STRANGER_S ? net->stranger : net->vip, .proto = net->icmp,
			.icmp_type = others[n / 6].types[n & 1], .payload = 21 }), whose != OURS, LVS_DROP_ICMP_TYPE);
	}
}

static struct lvs_packet ping(size_t ip6, const char *dst, enum build_csum csum)
{
	return build(&(struct build){ .src = nets[ip6].client, .dst = dst, .proto = nets[ip6].icmp, .csum = csum,
				      .icmp_type = ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO, .payload = 56 });
}

static const struct {
	const char *what;
	enum lvs_ping policy;
	uint32_t weight;
	bool removed;
	enum build_csum csum;
	enum lvs_drop drop;
} policies[] = {
	{ "while a server is up", LVS_PING_WHEN_LIVE, 1, false, BUILD_COMPLETE, LVS_DROP_NONE },
	{ "all servers drain", LVS_PING_WHEN_LIVE, 0, false, BUILD_COMPLETE, LVS_DROP_ECHO_NO_SERVER },
	{ "no server", LVS_PING_WHEN_LIVE, 1, true, BUILD_COMPLETE, LVS_DROP_ECHO_NO_SERVER },
	{ "always, and a server is up", LVS_PING_ALWAYS, 1, false, BUILD_COMPLETE, LVS_DROP_NONE },
	{ "always, no server", LVS_PING_ALWAYS, 1, true, BUILD_COMPLETE, LVS_DROP_NONE },
	{ "never", LVS_PING_NEVER, 1, false, BUILD_COMPLETE, LVS_DROP_ICMP_TYPE },
	{ "bad checksum", LVS_PING_ALWAYS, 1, false, BUILD_WRONG, LVS_DROP_ICMP_CSUM },
};

static void pings_follow_the_policy(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);

	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		struct lvs_engine_settings settings = { .ping = policies[i].policy, .reply_rate = 1000 };
		struct lvs_server *servers[2];

		print_message("  %s\n", policies[i].what);
		lvs_engine_configure(director->engine, &settings, director->now);
		for (size_t ip6 = 0; ip6 < 2; ip6++) {
			struct lvs_server_spec spec;

			servers[ip6] = director_serve(director, LVS_PROTO_TCP, ip6 ? "2001:db8::11" : "192.0.2.11", 80,
						      nets[ip6].server, 80);
			spec = servers[ip6]->spec;
			spec.weight = policies[i].weight;
			assert_int_equal(lvs_server_edit(rules, servers[ip6], &spec), 0);
			if (policies[i].removed)
				lvs_server_remove(rules, servers[ip6], director->now);
			assert_int_equal(director_handle(director, ping(ip6, ip6 ? "2001:db8::11" : "192.0.2.11",
									policies[i].csum)), policies[i].drop);
			assert_int_equal(director->nout, !policies[i].drop);
			if (!policies[i].removed)
				lvs_server_remove(rules, servers[ip6], director->now);
		}
	}
}

static void pings_are_limited_and_strangers_are_not(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = { .reply_rate = 1 };

	lvs_engine_configure(director->engine, &settings, director->now);
	assert_int_equal(director_handle(director, ping(0, nets[0].vip, BUILD_COMPLETE)), LVS_DROP_NONE);
	assert_int_equal(director_handle(director, ping(1, nets[1].vip, BUILD_COMPLETE)), LVS_DROP_ECHO_LIMIT);
	for (size_t ip6 = 0; ip6 < 2; ip6++) {
		expect_end_or_pass(director, ping(ip6, nets[ip6].stranger, BUILD_COMPLETE), true, LVS_DROP_NONE);
		expect_end_or_pass(director, ping(ip6, nets[ip6].stranger, BUILD_WRONG), true, LVS_DROP_NONE);
	}
}

/* Where no host counts the hop, errors are counted too, and an expired one says nothing about itself. */
static void errors_take_hops(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = { .reply_rate = 1000, .decrement_ttl = true };

	lvs_engine_configure(director->engine, &settings, director->now);
	for (size_t n = 0; n < 4; n++) {
		struct build quoted = { .tcp_flags = LVS_TCP_ACK }, error = { .icmp_type = 3, .ttl = 9 }, later = error;
		struct pair before = pair_of(n & 1, n >> 1 & 1, true, &error, quoted, 0), after;

		later.ttl = 8;
		after = pair_of(n & 1, n >> 1 & 1, true, &later, quoted, 0);
		expect_pair(director, (struct pair){ before.in, after.out });
		error.ttl = 1;
		build_free(&before.out);
		build_free(&after.in);
		before = pair_of(n & 1, n >> 1 & 1, true, &error, quoted, 0);
		assert_int_equal(director_handle(director, before.in), LVS_DROP_TTL);
		assert_int_equal(director->nout, 0);
		build_free(&before.out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_CONNECTIONS(test) cmocka_unit_test_setup_teardown(test, setup, director_teardown)
		WITH_CONNECTIONS(errors_of_all_kinds_are_translated_both_ways),
		WITH_CONNECTIONS(quotes_of_all_shapes_are_translated_both_ways),
		WITH_CONNECTIONS(a_quote_may_end_inside_the_tcp_checksum),
		WITH_CONNECTIONS(quoted_udp_checksums_never_become_none),
		WITH_CONNECTIONS(nothing_is_remembered_of_an_error),
		WITH_CONNECTIONS(errors_count_as_packets_of_their_direction),
		WITH_CONNECTIONS(a_sum_that_the_host_vouches_for_is_not_made_again),
		WITH_CONNECTIONS(refused_errors),
		WITH_CONNECTIONS(a_quoted_header_with_a_bad_checksum_is_refused),
		WITH_CONNECTIONS(errors_end_with_the_server_s_removal),
		WITH_CONNECTIONS(errors_about_nothing_known),
		WITH_CONNECTIONS(an_error_goes_to_the_sender_of_its_quote),
		WITH_CONNECTIONS(other_messages_are_not_for_virtual_addresses),
		WITH_CONNECTIONS(pings_follow_the_policy),
		WITH_CONNECTIONS(pings_are_limited_and_strangers_are_not),
		WITH_CONNECTIONS(errors_take_hops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
