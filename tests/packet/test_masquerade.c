// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real servers that are clients, whole bytes: of their own service (hairpin), and of somebody else (masquerade). Sources are
 * 10.0.0.64 and 2001:db8:1::64, port 20000 only.
 */
#include "tests/lib/test.h"

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

static const struct hosts {
	const char *vip, *source, *first, *second, *world, *stranger;
	const char *network;
} families[] = {
	{ "192.0.2.1", "10.0.0.64", "10.0.0.11", "10.0.0.12", "203.0.113.9", "10.0.0.77", "10.0.0.0" },
	{ "2001:db8::1", "2001:db8:1::64", "2001:db8:1::11", "2001:db8:1::12", "2001:db8:f::9", "2001:db8:1::77", "2001:db8:1::" },
};

static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };

static void set_sources(struct director *director)
{
	const struct lvs_addr sources[] = { test_addr(families[0].source), test_addr(families[1].source) };

	assert_int_equal(lvs_engine_set_sources(director->engine, sources, 2, 20000, 20000), 0);
}

static struct build packet(uint8_t proto, const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return (struct build){ .proto = proto, .src = src, .sport = sport, .dst = dst, .dport = dport, .payload = 33,
			       .tcp_flags = LVS_TCP_SYN, .ttl = 60, .seq = 7 };
}

static void expect(struct director *director, struct build in, struct build out)
{
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));
}

/* The error that its router sends about @about, and what of it comes out for whoever knows the packet as @known. */
static void expect_error(struct director *director, struct build about, struct build known, const char *router, const char *from)
{
	struct lvs_packet about_packet = build(&about), known_packet = build(&known);
	bool ip6 = about_packet.data[0] >> 4 == 6;
	struct build in = { .src = router, .dst = about.src, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
			    .icmp_type = ip6 ? 1 : 3, .icmp_code = ip6 ? 4 : 3, .quote = about_packet.data,
			    .quote_bytes = about_packet.len };
	struct build out = in;

	out.src = from;
	out.dst = known.src;
	out.quote = known_packet.data;
	expect(director, in, out);
	build_free(&about_packet);
	build_free(&known_packet);
}

/* @client asks the service, whose server is @server; both directions, and the server's error. */
static void talk(struct director *director, const struct hosts *hosts, uint8_t proto, const char *client, const char *server,
		 const char *seen, uint16_t seen_port)
{
	struct build request = packet(proto, client, 40000, hosts->vip, 80);
	struct build at_server = packet(proto, seen, seen_port, server, 8080);
	struct build reply = packet(proto, server, 8080, seen, seen_port);
	struct build at_client = packet(proto, hosts->vip, 80, client, 40000);

	reply.tcp_flags = at_client.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
	expect(director, request, at_server);
	expect(director, reply, at_client);
	expect_error(director, at_server, request, server, hosts->vip);
}

static void a_server_is_its_own_client(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * ARRAY_LEN(protos); i++) {
		const struct hosts *hosts = &families[i & 1];
		uint8_t proto = protos[i / 2];
		void *director;

		director_setup(&director);
		director_serve(director, proto, hosts->vip, 80, hosts->second, 8080);
		director_serve(director, proto, hosts->vip, 80, hosts->first, 8080);
		set_sources(director);
		/* Itself, its neighbour; and whoever is none of them keeps his address. */
		talk(director, hosts, proto, hosts->first, hosts->first, hosts->source, 20000);
		director_wait(director, LVS_SECONDS(3600));
		talk(director, hosts, proto, hosts->first, hosts->second, hosts->source, 20000);
		talk(director, hosts, proto, hosts->stranger, hosts->first, hosts->stranger, 40000);
		director_teardown(&director);
	}
}

static void without_a_source_nothing_is_different(void **state)
{
	const struct hosts *hosts = &families[0];

	director_serve(*state, LVS_PROTO_TCP, hosts->vip, 80, hosts->first, 8080);
	talk(*state, hosts, LVS_PROTO_TCP, hosts->first, hosts->first, hosts->first, 40000);
}

/* A server of another service is a client like any other. */
static void only_servers_of_the_service_are_neighbours(void **state)
{
	const struct hosts *hosts = &families[0];

	set_sources(*state);
	director_serve(*state, LVS_PROTO_TCP, hosts->vip, 80, hosts->first, 8080);
	director_serve(*state, LVS_PROTO_TCP, "192.0.2.2", 80, hosts->second, 8080);
	talk(*state, hosts, LVS_PROTO_TCP, hosts->second, hosts->first, hosts->second, 40000);
}

static void datagrams_of_one_packet_services_too(void **state)
{
	const struct hosts *hosts = &families[0];
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_UDP, hosts->vip, 80, hosts->first, 8080);
	struct lvs_service_spec spec = server->service->spec;

	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), server->service, &spec), 0);
	set_sources(director);
	expect(director, packet(LVS_PROTO_UDP, hosts->first, 40000, hosts->vip, 80),
	       packet(LVS_PROTO_UDP, hosts->source, 20000, hosts->first, 8080));
	expect(director, packet(LVS_PROTO_UDP, hosts->first, 8080, hosts->source, 20000),
	       packet(LVS_PROTO_UDP, hosts->vip, 80, hosts->first, 40000));
	/* The one port is taken until the record goes. */
	assert_int_equal(director_take(director, &(struct build[]){ packet(LVS_PROTO_UDP, hosts->first, 40000, hosts->vip, 80) }[0]),
			 LVS_DROP_NO_SOURCE);
	assert_int_equal(director->nout, 1);
}

/* @inside begins a connection with the world, which knows of the source only. */
static void expect_masqueraded(struct director *director, const struct hosts *hosts, uint8_t proto, const char *inside)
{
	struct build out = packet(proto, inside, 40000, hosts->world, 443);
	struct build seen = packet(proto, hosts->source, 20000, hosts->world, 443);
	struct build reply = packet(proto, hosts->world, 443, hosts->source, 20000);
	struct build back = packet(proto, hosts->world, 443, inside, 40000);

	reply.tcp_flags = back.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
	expect(director, out, seen);
	expect(director, reply, back);
	expect(director, out, seen);
	expect_error(director, seen, out, hosts->world, hosts->world);
	expect_error(director, back, reply, inside, hosts->source);
	assert_int_equal(director->engine->conns.used, 1);
}

static void expect_passed(struct director *director, struct build what)
{
	expect(director, what, what);
	assert_int_equal(director->engine->conns.used, 0);
}

static void what_servers_begin_leaves_with_an_address_of_the_director(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * 2 * ARRAY_LEN(protos); i++) {
		const struct hosts *hosts = &families[i & 1];
		const struct lvs_prefix network = { test_addr(hosts->network), i & 1 ? 64 : LVS_PREFIX_IP4 + 24 };
		bool servers = i & 2;
		uint8_t proto = protos[i / 4];
		struct director *director;
		void *setup;

		director_setup(&setup);
		director = setup;
		director_serve(director, proto, hosts->vip, 80, hosts->first, 8080);
		director_serve(director, proto, hosts->vip, 80, hosts->second, 8080);
		set_sources(director);
		expect_passed(director, packet(proto, hosts->first, 40000, hosts->world, 443));
		lvs_engine_set_masquerade(director->engine, servers, &network, servers ? 0 : 1);
		/* Not to each other, not the world's, and not what is in the midst of something. */
		expect_passed(director, packet(proto, hosts->first, 40000, hosts->second, 443));
		expect_passed(director, packet(proto, hosts->world, 40000, hosts->first, 443));
		if (servers)
			expect_passed(director, packet(proto, hosts->stranger, 40000, hosts->world, 443));
		if (proto == LVS_PROTO_TCP) {
			struct build ack = packet(proto, hosts->first, 40000, hosts->world, 443);

			ack.tcp_flags = LVS_TCP_ACK;
			expect_passed(director, ack);
		}
		expect_masqueraded(director, hosts, proto, servers ? hosts->first : hosts->stranger);
		/* The only port towards that end is taken. */
		assert_int_equal(director_take(director, &(struct build[]){ packet(proto, hosts->second, 40000, hosts->world,
										   443) }[0]), LVS_DROP_NO_SOURCE);
		assert_int_equal(director->nout, 1);
		director_wait(director, LVS_SECONDS(3600));
		assert_int_equal(director->engine->conns.used, 0);
		assert_int_equal(director->engine->masquerade.other_side.active, 0);
		assert_int_equal(director->engine->masquerade.other_side.inactive, 0);
		director_teardown(&setup);
	}
}

static void fragments_of_a_datagram_leave_alike(void **state)
{
	const struct hosts *hosts = &families[0];
	struct director *director = *state;

	director_serve(director, LVS_PROTO_UDP, hosts->vip, 80, hosts->first, 8080);
	set_sources(director);
	lvs_engine_set_masquerade(director->engine, true, NULL, 0);
	for (size_t at = 0; at < 3000; at += 1000) {
		struct build in = packet(LVS_PROTO_UDP, hosts->first, 40000, hosts->world, 53), out;

		in.payload = 2992;
		in.id = 77;
		in.frag_offset = at;
		in.frag_bytes = 1000;
		out = in;
		out.src = hosts->source;
		out.sport = 20000;
		expect(director, in, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_its_own_client),
		cmocka_unit_test_setup_teardown(without_a_source_nothing_is_different, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(only_servers_of_the_service_are_neighbours, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(datagrams_of_one_packet_services_too, director_setup, director_teardown),
		cmocka_unit_test(what_servers_begin_leaves_with_an_address_of_the_director),
		cmocka_unit_test_setup_teardown(fragments_of_a_datagram_leave_alike, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
