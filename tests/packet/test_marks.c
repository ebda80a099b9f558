// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Services of a mark, whole packets. In front of them, in both families:
 *
 *	mark 7: TCP 80 and 443, UDP 443 of 192.0.2.16/28 and 2001:db8::10/124; the FTP ports of 192.0.2.10 and 2001:db8::1
 *	mark 8: all of 198.51.100.80 and 2001:db8:8::80
 *	mark 9: TCP 80 of 192.0.2.10 and 2001:db8::1 from 203.0.113.0/24 and 2001:db8:f::/48; there is no service of it
 */
#include "tests/lib/test.h"

#include "engine/classify.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* what is left out is 0 */

static const struct family {
	const char *client, *friend, *net[3], *below, *above, *ftp, *all, *servers[3];
	uint8_t net_bits, friend_bits;
	const char *template;
} families[] = {
	{ "198.51.100.7", "203.0.113.9", { "192.0.2.16", "192.0.2.20", "192.0.2.31" }, "192.0.2.15", "192.0.2.32", "192.0.2.10",
	  "198.51.100.80", { "10.0.0.11", "10.0.0.12", "10.0.0.13" }, 124, 120, "0.0.0.7" },
	{ "2001:db8:1::7", "2001:db8:f::9", { "2001:db8::10", "2001:db8::14", "2001:db8::1f" }, "2001:db8::f", "2001:db8::20",
	  "2001:db8::1", "2001:db8:8::80", { "fd00::11", "fd00::12", "fd00::13" }, 124, 48, "0:7::" },
};

static struct lvs_prefix net(const char *addr, uint8_t bits)
{
	const struct lvs_addr base = test_addr(addr), mask = lvs_prefix_mask(bits);

	return (struct lvs_prefix){ .addr = lvs_addr_masked(&base, &mask), .bits = bits };
}

static void mark(struct director *director)
{
	struct lvs_mark_rule rules[10];
	struct lvs_classifier *classifier;
	uint32_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];

		rules[n++] = (struct lvs_mark_rule){ 9, LVS_PROTO_TCP, net(f->ftp, 128), net(f->friend, f->friend_bits), { 1, { { 80, 80 } } } };
		rules[n++] = (struct lvs_mark_rule){ 7, LVS_PROTO_TCP, net(f->net[0], f->net_bits), { .bits = 0 }, { 2, { { 80, 80 }, { 443, 443 } } } };
		rules[n++] = (struct lvs_mark_rule){ 7, LVS_PROTO_UDP, net(f->net[0], f->net_bits), { .bits = 0 }, { 1, { { 443, 443 } } } };
		rules[n++] = (struct lvs_mark_rule){ 7, LVS_PROTO_TCP, net(f->ftp, 128), { .bits = 0 }, { 2, { { 21, 21 }, { 1024, 65535 } } } };
		rules[n++] = (struct lvs_mark_rule){ 8, 0, net(f->all, 128), { .bits = 0 }, { 0 } };
	}
	assert_int_equal(lvs_classifier_new(rules, n, &director->engine->rules.key, &classifier), 0);
	lvs_classifier_free(lvs_rules_set_classifier(&director->engine->rules, classifier));
}

/* Three servers, the newest first; @port: of all of them, or 0 */
static struct lvs_service *serve(struct director *director, const struct family *f, uint32_t number, uint16_t port,
				 uint32_t persistent)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = lvs_addr_any(f == &families[0]), .mark = number },
		.sched = lvs_sched_find("rr"), .persist = { .timeout = persistent, .mask = lvs_persist_mask6(128) },
	};
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	for (size_t i = ARRAY_LEN(f->servers); i-- > 0;) {
		struct lvs_server_spec spec = { .addr = test_addr(f->servers[i]), .port = LVS_BE16(port), .weight = 1,
						.forward = lvs_forward_find("masq") };

		assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	}
	return service;
}

static uint16_t next_port = 30000;

/* A packet that begins a connection of @client. */
static struct build opening(const char *client, const char *vip, uint8_t proto, uint16_t port)
{
	return (struct build){ .src = client, .sport = next_port++, .dst = vip, .dport = port, .proto = proto,
			       .tcp_flags = proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0, .payload = proto == LVS_PROTO_UDP ? 7 : 0 };
}

/* @packet goes to @server, at @port, and the answer comes back in the name that the client knows. */
static void expect_way(struct director *director, struct build packet, const char *server, uint16_t port)
{
	struct build in = packet, reply = { .src = server, .sport = port, .dst = packet.src, .dport = packet.sport,
					    .proto = packet.proto, .csum = packet.csum, .payload = 13,
					    .tcp_flags = packet.tcp_flags ? LVS_TCP_SYN | LVS_TCP_ACK : 0 };

	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	packet.dst = server;
	packet.dport = port;
	director_expect(director, build(&packet));
	packet = reply;
	assert_int_equal(director_take(director, &packet), LVS_DROP_NONE);
	reply.src = in.dst;
	reply.sport = in.dport;
	director_expect(director, build(&reply));
}

static void what_has_the_mark_goes_to_its_service_and_back(void **state)
{
	static const enum build_csum csums[] = { BUILD_COMPLETE, BUILD_PARTIAL };
	struct director *director = *state;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];

		serve(director, f, 7, 0, 0);
		for (size_t k = 0; k < ARRAY_LEN(csums); k++) {
			const struct build ways[] = {
				opening(f->client, f->net[0], LVS_PROTO_TCP, 80), opening(f->client, f->net[1], LVS_PROTO_TCP, 443),
				opening(f->client, f->net[2], LVS_PROTO_UDP, 443), opening(f->client, f->ftp, LVS_PROTO_TCP, 1024),
				opening(f->client, f->ftp, LVS_PROTO_TCP, 65535), opening(f->friend, f->net[0], LVS_PROTO_TCP, 80),
			};

			for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
				struct build way = ways[w];

				way.csum = csums[k];
				expect_way(director, way, f->servers[w % 3], way.dport);
			}
		}
	}
}

static void a_server_with_a_port_has_that_for_all_ports_of_the_mark(void **state)
{
	struct director *director = *state;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];

		serve(director, f, 7, 8080, 0);
		expect_way(director, opening(f->client, f->net[0], LVS_PROTO_TCP, 80), f->servers[0], 8080);
		expect_way(director, opening(f->client, f->net[0], LVS_PROTO_TCP, 443), f->servers[1], 8080);
	}
}

/* ipvs.md 1.5: one template for all protocols, addresses and ports of the mark, and the client's port on the server. */
static void a_client_has_one_server_for_all_of_the_mark(void **state)
{
	struct director *director = *state;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];
		struct lvs_conn_table *table = &director->engine->conns;
		struct lvs_tuple key = { .src = test_addr(f->client), .dst = test_addr(f->template), .proto = LVS_PERSIST_PROTO };
		struct lvs_service *service = serve(director, f, 7, 8080, 300);
		struct lvs_conn *template;
		enum lvs_dir dir;

		expect_way(director, opening(f->client, f->net[0], LVS_PROTO_TCP, 80), f->servers[0], 80);
		expect_way(director, opening(f->friend, f->net[0], LVS_PROTO_TCP, 80), f->servers[1], 80);
		expect_way(director, opening(f->client, f->net[0], LVS_PROTO_TCP, 443), f->servers[0], 443);
		expect_way(director, opening(f->client, f->net[2], LVS_PROTO_TCP, 443), f->servers[0], 443);
		expect_way(director, opening(f->client, f->net[1], LVS_PROTO_UDP, 443), f->servers[0], 443);
		expect_way(director, opening(f->client, f->ftp, LVS_PROTO_TCP, 21), f->servers[0], 21);
		expect_way(director, opening(f->client, f->ftp, LVS_PROTO_TCP, 49152), f->servers[0], 49152);
		expect_way(director, opening(f->friend, f->ftp, LVS_PROTO_TCP, 21), f->servers[1], 21);
		template = lvs_conn_find(table, &key, lvs_conn_hash(table, &key), &dir);
		assert_non_null(template);
		assert_int_equal(template->ncontrolled, 6);
		assert_true(template->flags & LVS_CONN_TEMPLATE && !template->dport);
		assert_int_equal(service->servers[0]->persistent, 1);
		assert_int_equal(lvs_engine_conns(director->engine)->ntemplates, 2 * (i + 1));
	}
}

static void two_marks_of_a_client_are_two_things(void **state)
{
	struct director *director = *state;
	const struct family *f = &families[0];

	mark(director);
	serve(director, f, 7, 0, 300);
	serve(director, f, 8, 0, 300);
	expect_way(director, opening(f->friend, f->net[0], LVS_PROTO_TCP, 80), f->servers[0], 80);
	expect_way(director, opening(f->client, f->net[0], LVS_PROTO_TCP, 80), f->servers[1], 80);
	expect_way(director, opening(f->client, f->all, LVS_PROTO_TCP, 80), f->servers[0], 80);
	expect_way(director, opening(f->client, f->net[0], LVS_PROTO_TCP, 443), f->servers[1], 443);
	expect_way(director, opening(f->client, f->all, LVS_PROTO_UDP, 53), f->servers[0], 53);
}

static void a_mark_comes_before_an_address_and_one_without_service_is_none(void **state)
{
	struct director *director = *state;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];

		serve(director, f, 8, 0, 0);
		director_serve(director, LVS_PROTO_TCP, f->all, 80, f->servers[2], 8080);
		director_serve(director, LVS_PROTO_TCP, f->ftp, 80, f->servers[2], 8080);
		expect_way(director, opening(f->client, f->all, LVS_PROTO_TCP, 80), f->servers[0], 80);
		expect_way(director, opening(f->friend, f->ftp, LVS_PROTO_TCP, 80), f->servers[2], 8080);
	}
}

static void a_service_is_of_one_family(void **state)
{
	struct director *director = *state;
	struct build syn4 = opening(families[0].client, families[0].all, LVS_PROTO_TCP, 80);
	struct build syn6 = opening(families[1].client, families[1].all, LVS_PROTO_TCP, 80);

	mark(director);
	serve(director, &families[0], 8, 0, 0);
	expect_way(director, syn4, families[0].servers[0], 80);
	assert_int_equal(director_take(director, &syn6), LVS_DROP_NO_SERVICE);
}

static void what_is_not_marked_is_refused_at_marked_addresses_and_passes_at_others(void **state)
{
	static const struct row {
		uint8_t proto, flags;
		uint16_t port;
		enum lvs_drop drop;
	} rows[] = {
		{ LVS_PROTO_TCP, LVS_TCP_SYN, 81, LVS_DROP_NO_SERVICE },	/* a reset */
		{ LVS_PROTO_TCP, LVS_TCP_ACK, 80, LVS_DROP_NO_CONN },		/* a reset */
		{ LVS_PROTO_UDP, 0, 80, LVS_DROP_NO_SERVICE },			/* port unreachable */
	};
	struct director *director = *state;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];

		serve(director, f, 7, 0, 0);
		for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
			struct build packet = opening(f->client, f->net[1], rows[r].proto, rows[r].port);

			packet.tcp_flags = rows[r].flags;
			assert_int_equal(director_take(director, &packet), rows[r].drop);
			assert_int_equal(director->nout, 1);
		}
		for (size_t o = 0; o < 2; o++) {
			struct build other = opening(f->client, o ? f->below : f->above, LVS_PROTO_TCP, 80);

			assert_int_equal(director_take(director, &other), LVS_DROP_NONE);
			director_expect(director, build(&other));
		}
	}
}

static void without_a_server_the_port_is_unreachable(void **state)
{
	struct director *director = *state;
	struct lvs_service *service;
	struct build syn;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		service = serve(director, &families[i], 7, 0, 0);
		while (service->nservers)
			lvs_server_remove(lvs_engine_rules(director->engine), service->servers[0], director->now);
		syn = opening(families[i].client, families[i].net[1], LVS_PROTO_TCP, 443);
		assert_int_equal(director_take(director, &syn), LVS_DROP_NO_SERVER);
		assert_int_equal(director->nout, 1);
	}
}

static struct build ping(const struct family *f, const char *dst)
{
	bool ip6 = f == &families[1];

	return (struct build){ .src = f->client, .dst = dst, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP, .payload = 9,
			       .icmp_type = ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO };
}

static void a_ping_to_a_marked_address_is_answered_while_a_service_lives(void **state)
{
	struct director *director = *state;

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];
		struct build request = ping(f, f->net[2]), nobody = ping(f, f->above);
		struct lvs_service *service;

		assert_int_equal(director_take(director, &request), LVS_DROP_ECHO_NO_SERVER);
		service = serve(director, f, 7, 0, 0);
		assert_int_equal(director_take(director, &request), LVS_DROP_NONE);
		assert_int_equal(director->nout, 1);
		assert_int_equal(director->out[0].data[f == &families[1] ? 40 : 20], f == &families[1] ? 129 : 0);
		assert_int_equal(director_take(director, &nobody), LVS_DROP_NONE);
		director_expect(director, build(&nobody));
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
		assert_int_equal(director_take(director, &request), LVS_DROP_ECHO_NO_SERVER);
	}
}

static void the_host_answers_for_its_own_addresses_among_the_marked(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);

	mark(director);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];
		const struct lvs_addr own = test_addr(f->net[1]), stranger = test_addr(f->above);
		struct build ssh = opening(f->client, f->net[1], LVS_PROTO_TCP, 22);

		serve(director, f, 7, 0, 0);
		lvs_vip_set_local(rules, &own, true);
		lvs_vip_set_local(rules, &stranger, true);
		assert_int_equal(lvs_rules_owner(rules, &own), LVS_OWNER_HOST);
		assert_int_equal(lvs_rules_owner(rules, &stranger), LVS_OWNER_OTHER);
		assert_int_equal(director_take(director, &ssh), LVS_DROP_NONE);
		director_expect(director, build(&ssh));
		expect_way(director, opening(f->client, f->net[1], LVS_PROTO_TCP, 80), f->servers[0], 80);
		lvs_vip_set_local(rules, &own, false);
		assert_int_equal(lvs_rules_owner(rules, &own), LVS_OWNER_DIRECTOR);
		assert_null(lvs_vip_find(rules, &own));
		assert_int_equal(director_take(director, &ssh), LVS_DROP_NO_SERVICE);
		lvs_vip_set_local(rules, &own, true);
	}
	/* Nothing is marked any more: these addresses are forgotten. */
	lvs_classifier_free(lvs_rules_set_classifier(rules, NULL));
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct lvs_addr own = test_addr(families[i].net[1]);

		assert_null(lvs_vip_find(rules, &own));
		assert_int_equal(lvs_rules_owner(rules, &own), LVS_OWNER_OTHER);
	}
}

static void connections_outlive_the_rules_that_marked_them(void **state)
{
	struct director *director = *state;
	const struct family *f = &families[0];
	struct build syn = opening(f->client, f->net[0], LVS_PROTO_TCP, 80), ack = syn;

	mark(director);
	serve(director, f, 7, 0, 0);
	expect_way(director, syn, f->servers[0], 80);
	lvs_classifier_free(lvs_rules_set_classifier(lvs_engine_rules(director->engine), NULL));
	ack.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	ack.dst = f->servers[0];
	director_expect(director, build(&ack));
	syn.sport = next_port++;
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);	/* passes: it is nobody's */
	director_expect(director, build(&syn));
}

static void only_udp_of_a_mark_goes_packet_by_packet(void **state)
{
	struct director *director = *state;
	const struct family *f = &families[0];
	struct build datagram = opening(f->client, f->net[0], LVS_PROTO_UDP, 443), out = datagram;
	struct build syn = opening(f->client, f->net[0], LVS_PROTO_TCP, 443), ack = syn;
	struct lvs_service *service;
	struct lvs_service_spec spec;

	mark(director);
	service = serve(director, f, 7, 0, 0);
	spec = service->spec;
	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(director_take(director, &datagram), LVS_DROP_NONE);
		out.dst = f->servers[i % 3];
		director_expect(director, build(&out));
	}
	expect_way(director, syn, f->servers[1], 443);
	ack.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	ack.dst = f->servers[1];
	director_expect(director, build(&ack));
}

static void keys_that_are_half_a_mark_are_refused(void **state)
{
	struct director *director = *state;
	const struct lvs_service_key bad[] = {
		{ .addr = test_addr("192.0.2.10"), .mark = 7 },
		{ .addr = test_addr("0.0.0.0"), .mark = 7, .port = LVS_BE16(80) },
		{ .addr = test_addr("0.0.0.0"), .mark = 7, .proto = LVS_PROTO_TCP },
		{ .addr = test_addr("0.0.0.0"), .proto = LVS_PROTO_TCP, .port = LVS_BE16(80) },
	};
	struct lvs_service *service;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct lvs_service_spec spec = { .key = bad[i], .sched = lvs_sched_find("rr") };

		assert_int_not_equal(lvs_service_add(lvs_engine_rules(director->engine), &spec, &service), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, director_setup, director_teardown)
		TEST(what_has_the_mark_goes_to_its_service_and_back),
		TEST(a_server_with_a_port_has_that_for_all_ports_of_the_mark),
		TEST(a_client_has_one_server_for_all_of_the_mark),
		TEST(two_marks_of_a_client_are_two_things),
		TEST(a_mark_comes_before_an_address_and_one_without_service_is_none),
		TEST(a_service_is_of_one_family),
		TEST(what_is_not_marked_is_refused_at_marked_addresses_and_passes_at_others),
		TEST(without_a_server_the_port_is_unreachable),
		TEST(a_ping_to_a_marked_address_is_answered_while_a_service_lives),
		TEST(the_host_answers_for_its_own_addresses_among_the_marked),
		TEST(connections_outlive_the_rules_that_marked_them),
		TEST(only_udp_of_a_mark_goes_packet_by_packet),
		TEST(keys_that_are_half_a_mark_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
