// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Direct routing, whole bytes. The packet that comes out is the one that came in, or what its sender would have sent
 * without offloads, and says who its next hop is.
 */
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define CLIENT_PORT 40000
#define VPORT 80

static const struct {
	const char *client, *vip, *server;
} families[] = {
	{ "198.51.100.7", "192.0.2.1", "10.0.0.11" },
	{ "2001:db8:c::7", "2001:db8::1", "2001:db8:1::11" },
};

static struct lvs_server *serve(struct director *director, int ip6, uint8_t proto)
{
	struct lvs_server *server = director_serve(director, proto, families[ip6].vip, VPORT, families[ip6].server, VPORT);
	struct lvs_server_spec spec = server->spec;

	spec.forward = lvs_forward_find("droute");
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	return server;
}

static struct build request(int ip6, uint8_t proto)
{
	return (struct build){ .src = families[ip6].client, .dst = families[ip6].vip, .sport = CLIENT_PORT, .dport = VPORT,
			       .proto = proto, .tcp_flags = LVS_TCP_SYN, .payload = 7, .id = 77 };
}

static void expect_next_hop(const struct director *director, size_t n, const char *via)
{
	struct lvs_addr addr = test_addr(via);

	assert_true(n < director->nout);
	assert_true(lvs_addr_equal(&director->via[n], &addr));
}

static void packets_stay_as_they_are(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
	static const enum build_csum sums[] = { BUILD_COMPLETE, BUILD_PARTIAL, BUILD_WRONG };
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		for (size_t p = 0; p < ARRAY_LEN(protos); p++) {
			serve(director, ip6, protos[p]);
			for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
				struct build what = request(ip6, protos[p]);

				what.csum = sums[i];
				assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
				if (what.csum == BUILD_PARTIAL)
					what.csum = BUILD_COMPLETE;
				director_expect(director, build(&what));
				expect_next_hop(director, 0, families[ip6].server);
			}
		}
	}
}

static void super_packets_leave_as_segments(void **state)
{
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = request(ip6, LVS_PROTO_TCP);

		serve(director, ip6, LVS_PROTO_TCP);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.tcp_flags = LVS_TCP_ACK;
		what.csum = BUILD_PARTIAL;
		what.gso_size = 1001;
		what.payload = 2500;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 3);
		for (uint32_t i = 0; i < 3; i++) {
			struct build part = what;

			part.csum = BUILD_COMPLETE;
			part.gso_size = 0;
			part.payload = i < 2 ? 1001 : 498;
			part.first = (uint8_t)(1001 * i);
			part.seq += 1001 * i;
			part.id += i;
			build_expect("segment", &director->out[i], build(&part));
			expect_next_hop(director, i, families[ip6].server);
		}
		assert_int_equal(lvs_engine_stats(director->engine)->total.in_packets, 2 + 2 * ip6);
	}
}

/* A device that reaches neighbours by itself does the cutting too. */
static void super_packets_stay_whole_on_a_link(void **state)
{
	struct director *director = *state;
	struct build what = request(0, LVS_PROTO_TCP);
	struct lvs_engine_settings settings = director->engine->settings;

	settings.direct_offload = true;
	lvs_engine_configure(director->engine, &settings, director->now);
	serve(director, 0, LVS_PROTO_TCP);
	what.csum = BUILD_PARTIAL;
	what.gso_size = 1001;
	what.payload = 2500;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&what));
	expect_next_hop(director, 0, families[0].server);
}

static void mtu_of_the_way(void **state)
{
	struct director *director = *state;
	struct build what = request(0, LVS_PROTO_UDP);
	struct lvs_server *server = serve(director, 0, LVS_PROTO_UDP);

	lvs_server_set_mtu(server, 1400);
	for (size_t over = 0; over < 2; over++) {
		what.payload = 1400 - 28 + over;
		what.df = true;
		assert_int_equal(director_take(director, &what), over ? LVS_DROP_TOO_BIG : LVS_DROP_NONE);
		what.df = false;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 1 + over);
		for (size_t i = 0; over && i < 2; i++) {
			struct build part = what;

			part.frag_offset = 1376 * i;
			part.frag_bytes = i ? 8 + what.payload - 1376 : 1376;
			build_expect("fragment", &director->out[i], build(&part));
			expect_next_hop(director, i, families[0].server);
		}
	}
}

/* The server answers by itself: the state machine sees one side only, and two services may share a server's port. */
static void replies_pass_by(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, 0, LVS_PROTO_TCP);
	struct lvs_server *other = director_serve(director, LVS_PROTO_TCP, "192.0.2.2", VPORT, families[0].server, VPORT);
	struct lvs_server_spec spec = server->spec;
	struct build what = request(0, LVS_PROTO_TCP), back;

	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), other, &spec), 0);
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	what.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	back = (struct build){ .src = families[0].server, .sport = VPORT, .dst = families[0].client, .dport = CLIENT_PORT,
			       .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK };
	assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
	director_expect(director, build(&back));	/* none of ours */
	what.dst = "192.0.2.2";
	for (size_t i = 0; i < 2; i++) {
		what.tcp_flags = i ? LVS_TCP_ACK : LVS_TCP_SYN;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(other->active, 1);
	}
	what.tcp_flags = LVS_TCP_FIN | LVS_TCP_ACK;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	assert_int_equal(other->active, 0);	/* FIN_WAIT, by the client's FIN */
	assert_int_equal(other->inactive, 1);
	director_wait(director, LVS_SECONDS(121));
	assert_int_equal(other->inactive, 0);
	assert_int_equal(server->active, 1);
}

/* What a router says of a reply that it saw is for the server, as it is. */
static void errors_go_to_the_server(void **state)
{
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = request(ip6, LVS_PROTO_TCP), reply, error;
		struct lvs_packet quoted;

		serve(director, ip6, LVS_PROTO_TCP);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		reply = (struct build){ .src = families[ip6].vip, .sport = VPORT, .dst = families[ip6].client,
					.dport = CLIENT_PORT, .tcp_flags = LVS_TCP_ACK, .payload = 99 };
		quoted = build(&reply);
		error = (struct build){ .src = ip6 ? "2001:db8:c::1" : "198.51.100.1", .dst = families[ip6].vip,
					.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
					.icmp_type = ip6 ? LVS_ICMP6_TOO_BIG : LVS_ICMP_UNREACHABLE,
					.icmp_code = ip6 ? 0 : LVS_ICMP_UNREACHABLE_FRAG_NEEDED, .icmp_rest = 1300,
					.quote = quoted.data, .quote_bytes = 77 };
		assert_int_equal(director_take(director, &error), LVS_DROP_NONE);
		director_expect(director, build(&error));
		expect_next_hop(director, 0, families[ip6].server);
		build_free(&quoted);
	}
}

static void held_fragments_follow(void **state)
{
	struct director *director = *state;
	struct build what = request(0, LVS_PROTO_UDP), later;

	serve(director, 0, LVS_PROTO_UDP);
	what.payload = 96;
	what.frag_bytes = 48;
	later = what;
	later.frag_offset = 48;
	later.frag_bytes = 56;
	assert_int_equal(director_take(director, &later), LVS_DROP_NONE);
	assert_int_equal(director->nout, 0);
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	assert_int_equal(director->nout, 2);
	build_expect("first", &director->out[0], build(&what));
	build_expect("later", &director->out[1], build(&later));
	expect_next_hop(director, 0, families[0].server);
	expect_next_hop(director, 1, families[0].server);
}

/* Each datagram has its server, and nothing remembers which: the rest of one must not come back by way of the host. */
static void the_rest_of_a_one_packet_datagram_is_not_the_host_s(void **state)
{
	struct director *director = *state;
	struct build what = request(0, LVS_PROTO_UDP), later;
	struct lvs_service *service = serve(director, 0, LVS_PROTO_UDP)->service;
	struct lvs_service_spec spec = service->spec;

	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	what.payload = 96;
	what.frag_bytes = 48;
	later = what;
	later.frag_offset = 48;
	later.frag_bytes = 56;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	expect_next_hop(director, 0, families[0].server);
	assert_int_equal(director_take(director, &later), LVS_DROP_FRAG_FIRST_DROPPED);
	assert_int_equal(director->nout, 0);
}

/* Nobody could map a port or a family where the packet stays as it is. */
static void servers_that_cannot_be(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, families[0].vip, VPORT, families[0].server, VPORT);
	struct lvs_server_spec spec = server->spec;

	spec.addr = test_addr("10.0.0.12");
	spec.forward = lvs_forward_find("droute");
	spec.port = LVS_BE16(8080);
	assert_int_equal(lvs_server_add(rules, server->service, &spec, &server), -EINVAL);
	spec.port = LVS_BE16(VPORT);
	spec.addr = test_addr(families[1].server);
	assert_int_equal(lvs_server_add(rules, server->service, &spec, &server), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(packets_stay_as_they_are, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(super_packets_leave_as_segments, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(super_packets_stay_whole_on_a_link, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(mtu_of_the_way, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(replies_pass_by, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(errors_go_to_the_server, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(held_fragments_follow, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(the_rest_of_a_one_packet_datagram_is_not_the_host_s, director_setup,
						director_teardown),
			cmocka_unit_test_setup_teardown(servers_that_cannot_be, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
