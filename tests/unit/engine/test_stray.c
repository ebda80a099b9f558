// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	client ---- director (VIP:80) ---- servers (:8080)
 *
 * A director that has just started, between ends whose connection is in full swing.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>

#include "engine/sched.h"
#include "engine/stray.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

enum { CPORT = 40000, VPORT = 80, RPORT = 8080, SERVERS = 5 };

static const struct net {
	const char *client, *vip, *other_vip, *stranger;
	const char *servers[SERVERS];
	uint8_t icmp;
} nets[2] = {
	{ "198.51.100.7", "192.0.2.10", "192.0.2.11", "10.0.0.99",
	  { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5" }, LVS_PROTO_ICMP },
	{ "2001:db8:1::7", "2001:db8::10", "2001:db8::11", "fd00::99",
	  { "fd00::1", "fd00::2", "fd00::3", "fd00::4", "fd00::5" }, LVS_PROTO_ICMP6 },
};

static struct lvs_service *serve_at(struct director *director, const struct net *net, const char *vip, uint16_t vport,
				    bool pickup)
{
	struct lvs_service_spec spec;
	struct lvs_service *service = NULL;

	for (size_t i = 0; i < SERVERS; i++)
		service = director_serve(director, LVS_PROTO_TCP, vip, vport, net->servers[i], RPORT)->service;
	spec = service->spec;
	spec.sched = lvs_sched_find("mh");
	spec.pickup = pickup;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	return service;
}

static struct lvs_service *serve(struct director *director, const struct net *net, const char *vip, bool pickup)
{
	return serve_at(director, net, vip, VPORT, pickup);
}

/* Index of the server that mh sends a new connection of the client to, found by one to another director. */
static size_t chosen(const struct net *net)
{
	const struct build syn = { .src = net->client, .dst = net->vip, .sport = CPORT, .dport = VPORT,
				   .tcp_flags = LVS_TCP_SYN };
	struct director *director;
	struct lvs_packet got;
	size_t i = 0;
	void *own;

	director_setup(&own);
	director = own;
	serve(director, net, net->vip, false);
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	got = director->out[0];
	assert_int_equal(lvs_packet_parse(&got), LVS_DROP_NONE);
	while (i < SERVERS) {
		const struct lvs_addr addr = test_addr(net->servers[i]);

		if (lvs_addr_equal(&addr, &got.tuple.dst))
			break;
		i++;
	}
	director_teardown(&own);
	assert_true(i < SERVERS);
	return i;
}

/* Segments of all shapes, both checksum kinds; of a super-packet too. */
static const struct build segments[] = {
	{ .tcp_flags = LVS_TCP_ACK, .seq = 1000, .ack = 2000 },
	{ .tcp_flags = LVS_TCP_ACK | LVS_TCP_PSH, .seq = 7, .ack = 8, .payload = 101, .first = 200 },
	{ .tcp_flags = LVS_TCP_ACK, .payload = 64, .csum = BUILD_PARTIAL },
	{ .tcp_flags = LVS_TCP_ACK, .payload = 4321, .csum = BUILD_PARTIAL, .gso_size = 1000 },
	{ .tcp_flags = LVS_TCP_ACK | LVS_TCP_FIN, .seq = 99, .ack = 98, .tcp_options = 12 },
};

static void expect_relayed(struct director *director, struct build what, const char *src, uint16_t sport, const char *dst,
			   uint16_t dport)
{
	what.src = src;
	what.sport = sport;
	what.dst = dst;
	what.dport = dport;
	director_expect(director, build(&what));
}

static enum lvs_drop request(struct director *director, const struct net *net, struct build what)
{
	what.src = net->client;
	what.sport = CPORT;
	what.dst = net->vip;
	what.dport = VPORT;
	return director_take(director, &what);
}

static enum lvs_drop reply(struct director *director, const struct net *net, size_t server, struct build what)
{
	what.src = net->servers[server];
	what.sport = RPORT;
	what.dst = net->client;
	what.dport = CPORT;
	return director_take(director, &what);
}

static const struct lvs_conn *only_conn(const struct director *director)
{
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	return lvs_conn_at(lvs_engine_conns(director->engine), 1);
}

static void whoever_speaks_first_the_connection_goes_on(void **state)
{
	(void)state;
	for (size_t n = 0; n < 4 * ARRAY_LEN(segments); n++) {
		const struct net *net = &nets[n & 1];
		const struct build *segment = &segments[n / 4];
		size_t server = chosen(net);
		struct director *director;
		void *own;

		director_setup(&own);
		director = own;
		serve(director, net, net->vip, true);
		for (unsigned int turn = 0; turn < 2; turn++) {
			if ((n & 2) != 0) {
				assert_int_equal(reply(director, net, server, *segment), LVS_DROP_NONE);
				expect_relayed(director, *segment, net->vip, VPORT, net->client, CPORT);
			}
			assert_int_equal(request(director, net, *segment), LVS_DROP_NONE);
			expect_relayed(director, *segment, net->client, CPORT, net->servers[server], RPORT);
			if ((n & 2) == 0) {
				assert_int_equal(reply(director, net, server, *segment), LVS_DROP_NONE);
				expect_relayed(director, *segment, net->vip, VPORT, net->client, CPORT);
			}
		}
		if (!(segment->tcp_flags & LVS_TCP_FIN)) {
			assert_int_equal(only_conn(director)->class, LVS_CLASS_ESTABLISHED);
			assert_int_equal(only_conn(director)->flags & LVS_CONN_ACTIVE, LVS_CONN_ACTIVE);
			director_wait(director, LVS_SECONDS(890));
			assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
		}
		director_teardown(&own);
	}
}

static void what_is_not_answered_is_half_open(void **state)
{
	const struct net *net = &nets[0];
	struct director *director = *state;

	serve(director, net, net->vip, true);
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	assert_int_equal(request(director, net, segments[1]), LVS_DROP_NONE);
	assert_int_equal(only_conn(director)->class, LVS_CLASS_HALF_OPEN);
	director_wait(director, LVS_SECONDS(LVS_STRAY_SECONDS + 1));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void a_server_that_knows_nothing_ends_it(void **state)
{
	const struct build reset = { .tcp_flags = LVS_TCP_RST, .seq = 2000 };
	const struct net *net = &nets[0];
	struct director *director = *state;
	size_t server = chosen(net);

	serve(director, net, net->vip, true);
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	assert_int_equal(reply(director, net, server, reset), LVS_DROP_NONE);
	expect_relayed(director, reset, net->vip, VPORT, net->client, CPORT);
	assert_int_equal(only_conn(director)->class, LVS_CLASS_CLOSING);
	director_wait(director, LVS_SECONDS(11));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

/* Made-up segments from everywhere push each other out, and nobody whose server speaks to him. */
static void a_flood_of_segments_fills_nothing(void **state)
{
	struct lvs_engine_settings settings;
	const struct net *net = &nets[0];
	struct director *director = *state;
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);
	size_t server = chosen(net);
	char from[32];

	serve(director, net, net->vip, true);
	settings = director->engine->settings;
	settings.defence.max_half_open = 10;
	lvs_engine_configure(director->engine, &settings, director->now);
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	assert_int_equal(reply(director, net, server, segments[0]), LVS_DROP_NONE);
	for (unsigned int i = 0; i < 3000; i++) {
		struct build ack = segments[0];

		(void)snprintf(from, sizeof(from), "203.0.%u.%u", i / 250, i % 250 + 1);
		ack.src = from;
		ack.dst = net->vip;
		ack.sport = 5;
		ack.dport = VPORT;
		director->now += LVS_NS_PER_MS;
		assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
		assert_true(conns->used <= 11);
	}
	assert_int_equal(reply(director, net, server, segments[1]), LVS_DROP_NONE);
	expect_relayed(director, segments[1], net->vip, VPORT, net->client, CPORT);
}

static void only_the_server_that_the_table_names_is_believed(void **state)
{
	const struct net *net = &nets[1];
	struct director *director = *state;
	size_t server = chosen(net);

	serve(director, net, net->vip, true);
	for (size_t i = 0; i < SERVERS; i++) {
		if (i == server)
			continue;
		assert_int_equal(reply(director, net, i, segments[1]), LVS_DROP_NONE);
		expect_relayed(director, segments[1], net->servers[i], RPORT, net->client, CPORT);
	}
	assert_int_equal(lvs_engine_stats(director->engine)->passed, SERVERS - 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static const struct {
	const char *what;
	struct build segment;
	bool from_server;
	bool off;
	enum lvs_drop drop;
	bool reset;
} rows[] = {
	{ "a reset of the client's", { .tcp_flags = LVS_TCP_RST }, false, false, LVS_DROP_NO_CONN, false },
	{ "a reset of the server's passes", { .tcp_flags = LVS_TCP_RST }, true, false, LVS_DROP_NONE, false },
	{ "a SYN of the server's passes", { .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK }, true, false, LVS_DROP_NONE, false },
	{ "pickup is off: the client is reset", { .tcp_flags = LVS_TCP_ACK }, false, true, LVS_DROP_NO_CONN, true },
	{ "pickup is off: the server's passes", { .tcp_flags = LVS_TCP_ACK }, true, true, LVS_DROP_NONE, false },
};

static void nothing_else_is_picked_up(void **state)
{
	(void)state;
	for (size_t n = 0; n < 2 * ARRAY_LEN(rows); n++) {
		const struct net *net = &nets[n & 1];
		size_t server = chosen(net);
		struct director *director;
		enum lvs_drop drop;
		void *own;

		director_setup(&own);
		director = own;
		serve(director, net, net->vip, !rows[n / 2].off);
		drop = rows[n / 2].from_server ? reply(director, net, server, rows[n / 2].segment) :
						 request(director, net, rows[n / 2].segment);
		if (drop != rows[n / 2].drop || lvs_engine_conns(director->engine)->used)
			fail_msg("%s", rows[n / 2].what);
		assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_RESET], rows[n / 2].reset);
		assert_int_equal(lvs_engine_stats(director->engine)->passed, rows[n / 2].from_server);
		director_teardown(&own);
	}
}

/* Of weight 0 or overloaded, it still has the connections that it had; unless fall-back gave them to somebody else. */
static void a_server_need_not_be_free(void **state)
{
	const struct net *net = &nets[0];
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = serve(director, net, net->vip, true);
	const struct lvs_addr rip = test_addr(net->servers[chosen(net)]);
	struct lvs_server *server = lvs_server_find(service, &rip, LVS_BE16(RPORT));
	struct lvs_service_spec spec = service->spec;
	struct lvs_server_spec edited = server->spec;

	edited.weight = 0;
	assert_int_equal(lvs_server_edit(rules, server, &edited), 0);
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	expect_relayed(director, segments[0], net->client, CPORT, net->servers[chosen(net)], RPORT);
	assert_int_equal(request(director, net, (struct build){ .tcp_flags = LVS_TCP_RST }), LVS_DROP_NONE);
	director_wait(director, LVS_SECONDS(11));

	spec.sched_flags = LVS_SCHED_FALLBACK;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	assert_int_not_equal(only_conn(director)->server, server->id);
	assert_int_equal(request(director, net, (struct build){ .tcp_flags = LVS_TCP_RST }), LVS_DROP_NONE);
	director_wait(director, LVS_SECONDS(11));

	edited.weight = 1;
	edited.upper = 1;
	assert_int_equal(lvs_server_edit(rules, server, &edited), 0);
	server->overload = true;
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	assert_int_equal(only_conn(director)->server, server->id);
}

static void whom_the_client_asked_has_to_be_plain(void **state)
{
	const struct net *net = &nets[0];
	struct director *director = *state;
	size_t server = chosen(net);
	struct lvs_service *second;

	serve(director, net, net->vip, true);
	second = serve(director, net, net->other_vip, true);
	assert_int_equal(reply(director, net, server, segments[1]), LVS_DROP_NO_CONN);
	assert_int_equal(director->nout, 0);
	assert_int_equal(request(director, net, segments[0]), LVS_DROP_NONE);
	assert_int_equal(reply(director, net, server, segments[1]), LVS_DROP_NONE);
	expect_relayed(director, segments[1], net->vip, VPORT, net->client, CPORT);
	lvs_service_remove(lvs_engine_rules(director->engine), second, director->now);
}

static void a_list_of_ports_is_traced_where_servers_keep_the_port(void **state)
{
	const struct net *net = &nets[0];
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec spec = { .key = { .addr = test_addr(net->vip), .port = LVS_BE16(80), .ranged = true,
						  .proto = LVS_PROTO_TCP },
					 .ports = { 2, { { 80, 90 }, { RPORT, RPORT } } }, .sched = lvs_sched_find("mh"), .pickup = true };
	struct lvs_server_spec to = { .addr = test_addr(net->servers[0]), .weight = 1, .forward = lvs_forward_find("masq") };
	const struct build answer = { .src = net->servers[0], .dst = net->client, .sport = 85, .dport = CPORT,
				      .tcp_flags = LVS_TCP_ACK, .payload = 5 };
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &to, &server), 0);
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	expect_relayed(director, answer, net->vip, 85, net->client, CPORT);
	lvs_server_remove(rules, server, director->now);
	to.addr = test_addr(net->servers[1]);
	to.port = LVS_BE16(RPORT);
	assert_int_equal(lvs_server_add(rules, service, &to, &server), 0);
	assert_int_equal(reply(director, net, 1, segments[1]), LVS_DROP_NONE);
	/* To which of the ports? */
	expect_relayed(director, segments[1], net->servers[1], RPORT, net->client, CPORT);
}

/* Its answers go elsewhere: each silence ends the connection, and each packet begins it again, at the same server. */
static void where_replies_do_not_pass_it_stays_half_open(void **state)
{
	const struct net *net = &nets[1];
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = serve_at(director, net, net->vip, RPORT, true);
	size_t server = chosen(net);
	struct lvs_addr rip = test_addr(net->servers[server]);
	struct build to_server = segments[0];
	uint32_t id = 0;

	to_server.src = net->client;
	to_server.sport = CPORT;
	to_server.dst = net->vip;
	to_server.dport = RPORT;
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server_spec direct = service->servers[i]->spec;

		direct.forward = lvs_forward_find("droute");
		assert_int_equal(lvs_server_edit(rules, service->servers[i], &direct), 0);
		if (lvs_addr_equal(&direct.addr, &rip))
			id = service->servers[i]->id;
	}
	for (unsigned int turn = 0; turn < 3; turn++) {
		for (unsigned int i = 0; i < 20; i++)
			assert_int_equal(director_take(director, &to_server), LVS_DROP_NONE);
		assert_int_equal(only_conn(director)->server, id);
		assert_int_equal(only_conn(director)->class, LVS_CLASS_HALF_OPEN);
		assert_int_equal(reply(director, net, server, segments[0]), LVS_DROP_NONE);
		expect_relayed(director, segments[0], net->servers[server], RPORT, net->client, CPORT);
		director_wait(director, LVS_SECONDS(LVS_STRAY_SECONDS + 1));
		assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	}
}

static void only_a_table_can_name_servers(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = serve(director, &nets[0], nets[0].vip, true);
	struct lvs_service_spec spec = service->spec;

	assert_int_equal(rules->npickup, 1);
	for (size_t i = 0; lvs_scheds[i]; i++) {
		spec.sched = lvs_scheds[i];
		assert_int_equal(lvs_service_edit(rules, service, &spec), strcmp(spec.sched->name, "mh") ? -EINVAL : 0);
	}
	spec = service->spec;
	spec.persist.timeout = 300;
	assert_int_equal(lvs_service_edit(rules, service, &spec), -EINVAL);
	spec.persist.timeout = 0;
	spec.syn_proxy = LVS_SYN_PROXY_ON;
	assert_int_equal(lvs_service_edit(rules, service, &spec), -EINVAL);
	spec.syn_proxy = LVS_SYN_PROXY_OFF;
	spec.key.proto = LVS_PROTO_UDP;
	assert_int_equal(lvs_service_add(rules, &spec, &service), -EINVAL);
	spec.pickup = false;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	assert_int_equal(rules->npickup, 0);
}

#define CHUNK(type) { (type), 0, 0, 4 }
static const uint8_t data_chunk[] = CHUNK(0), abort_chunk[] = CHUNK(6);

static const struct {
	const char *what;
	struct build packet;
	bool told;
} unknown[] = {
	{ "a segment", { .tcp_flags = LVS_TCP_ACK, .payload = 11 }, true },
	{ "a SYN", { .tcp_flags = LVS_TCP_SYN }, true },
	{ "a reset", { .tcp_flags = LVS_TCP_RST }, false },
	{ "a reset with an acknowledgment", { .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK }, false },
	{ "a datagram", { .proto = LVS_PROTO_UDP, .payload = 33 }, true },
	{ "an empty datagram", { .proto = LVS_PROTO_UDP }, true },
	{ "a chunk", { .proto = LVS_PROTO_SCTP, .seq = 5, .quote = data_chunk, .quote_bytes = 4 }, true },
	{ "an abort", { .proto = LVS_PROTO_SCTP, .seq = 5, .quote = abort_chunk, .quote_bytes = 4 }, false },
};

/* What a host would say that has not heard of the connection: as if it were the client. */
static struct lvs_packet unreachable(const struct net *net, const struct build *what, const struct director *director)
{
	struct lvs_packet about = build(what), packet;
	const struct build error = {
		.src = what->dst, .dst = what->src, .proto = net->icmp, .icmp_type = net->icmp == LVS_PROTO_ICMP ? 3 : 1,
		.icmp_code = net->icmp == LVS_PROTO_ICMP ? 3 : 4, .tos = net->icmp == LVS_PROTO_ICMP ? 0xc0 : 0,
		.quote = about.data, .quote_bytes = about.len,
		.id = net->icmp == LVS_PROTO_ICMP ? (uint32_t)director->out[0].data[4] << 8 | director->out[0].data[5] : 0,
	};

	packet = build(&error);
	build_free(&about);
	return packet;
}

static void a_server_is_told_what_nobody_knows(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP, LVS_PROTO_SCTP };

	(void)state;
	for (size_t n = 0; n < 4 * ARRAY_LEN(unknown); n++) {
		const struct net *net = &nets[n & 1];
		struct build what = unknown[n / 4].packet;
		struct lvs_engine_settings settings;
		struct director *director;
		bool on = n & 2;
		void *own;

		director_setup(&own);
		director = own;
		settings = director->engine->settings;
		settings.nat_icmp_send = on;
		lvs_engine_configure(director->engine, &settings, director->now);
		for (size_t i = 0; i < ARRAY_LEN(protos); i++)
			director_serve(director, protos[i], net->vip, VPORT, net->servers[0], RPORT);
		what.src = net->servers[0];
		what.dst = net->client;
		what.sport = RPORT;
		what.dport = CPORT;
		assert_int_equal(director_take(director, &what),
				 on && unknown[n / 4].told ? LVS_DROP_NO_CONN : LVS_DROP_NONE);
		director_expect(director, on && unknown[n / 4].told ? unreachable(net, &what, director) : build(&what));

		/* From elsewhere on that host, or from somebody else, it is none of ours. */
		what.sport = RPORT + 1;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.sport = RPORT;
		what.src = net->stranger;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&what));
		director_teardown(&own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_speaks_first_the_connection_goes_on),
		cmocka_unit_test_setup_teardown(what_is_not_answered_is_half_open, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_server_that_knows_nothing_ends_it, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_flood_of_segments_fills_nothing, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(only_the_server_that_the_table_names_is_believed, director_setup,
						director_teardown),
		cmocka_unit_test(nothing_else_is_picked_up),
		cmocka_unit_test_setup_teardown(a_server_need_not_be_free, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(whom_the_client_asked_has_to_be_plain, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_list_of_ports_is_traced_where_servers_keep_the_port, director_setup,
						director_teardown),
		cmocka_unit_test_setup_teardown(where_replies_do_not_pass_it_stays_half_open, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(only_a_table_can_name_servers, director_setup, director_teardown),
		cmocka_unit_test(a_server_is_told_what_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
