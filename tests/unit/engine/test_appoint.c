// SPDX-License-Identifier: GPL-2.0-or-later
/* Health checks on the way of clients: they reach whom they ask, whatever is said of it, and nobody else. Whole bytes. */
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/appoint.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define SERVERS 3
#define SPORT 40000
#define VPORT 80
#define RPORT 8080
#define LATER LVS_SECONDS(5)

static const char *const sources[] = { "198.18.0.77", "2001:db8:77::77" };
static const char *const vips[] = { "192.0.2.10", "2001:db8::10" };
static const char *const rips[][SERVERS] = {
	{ "10.0.0.1", "10.0.0.2", "10.0.0.3" }, { "fd00::1", "fd00::2", "fd00::3" },
};

/* Servers 0 to 2. */
static struct lvs_service *serve(struct director *director, unsigned int family, uint8_t proto, uint16_t rport)
{
	struct lvs_service *service = NULL;

	for (unsigned int i = 0; i < SERVERS; i++)
		service = director_serve(director, proto, vips[family], VPORT, rips[family][i], rport)->service;
	return service;
}

static void edit(struct director *director, struct lvs_service *service, const struct lvs_service_spec *spec)
{
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, spec), 0);
}

static void edit_server(struct director *director, struct lvs_server *server, const struct lvs_server_spec *spec)
{
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, spec), 0);
}

static struct lvs_server *server_at(const struct lvs_service *service, unsigned int family, unsigned int n, uint16_t rport)
{
	struct lvs_addr addr = test_addr(rips[family][n]);

	return lvs_server_find(service, &addr, LVS_BE16(rport));
}

static struct lvs_tuple tuple(unsigned int family, uint8_t proto, uint16_t sport)
{
	return (struct lvs_tuple){ .src = test_addr(sources[family]), .dst = test_addr(vips[family]),
				   .sport = LVS_BE16(sport), .dport = LVS_BE16(VPORT), .proto = proto };
}

static int appoint(struct director *director, unsigned int family, uint8_t proto, uint16_t sport, unsigned int n)
{
	const struct lvs_tuple who = tuple(family, proto, sport);
	const struct lvs_addr addr = test_addr(rips[family][n]);

	return lvs_appoint(director->engine, &who, &addr, LVS_BE16(RPORT), director->now, director->now + LATER);
}

static void end(struct director *director, unsigned int family, uint8_t proto, uint16_t sport)
{
	const struct lvs_tuple who = tuple(family, proto, sport);

	lvs_appoint_end(director->engine, &who);
}

static struct build request(unsigned int family, uint8_t proto, enum build_csum csum)
{
	return (struct build){ .src = sources[family], .dst = vips[family], .sport = SPORT, .dport = VPORT, .proto = proto,
			       .csum = csum, .tcp_flags = LVS_TCP_SYN, .seq = 7, .payload = proto == LVS_PROTO_UDP ? 7 : 0,
			       .id = 77 };
}

/* Takes @what in; it comes out for server @n. */
static void goes_to(struct director *director, struct build what, unsigned int family, unsigned int n)
{
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	what.dst = rips[family][n];
	what.dport = RPORT;
	director_expect(director, build(&what));
}

/* The server's answer comes out as the virtual address's. */
static void answers(struct director *director, uint8_t proto, unsigned int family, unsigned int n, uint8_t flags)
{
	struct build what = { .src = rips[family][n], .dst = sources[family], .sport = RPORT, .dport = SPORT, .proto = proto,
			      .tcp_flags = flags, .seq = 1000, .ack = 8, .payload = proto == LVS_PROTO_UDP ? 9 : 0 };

	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	what.src = vips[family];
	what.sport = VPORT;
	director_expect(director, build(&what));
}

static void each_server_in_turn_and_back(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };

	(void)state;
	for (unsigned int row = 0; row < 2 * 2 * 2 * SERVERS; row++) {
		unsigned int family = row & 1, n = row >> 3;
		uint8_t proto = protos[row >> 1 & 1];
		struct build what = request(family, proto, row & 4 ? BUILD_PARTIAL : BUILD_COMPLETE);
		struct lvs_service *service;
		struct director *director;

		director_setup((void **)&director);
		service = serve(director, family, proto, RPORT);
		assert_int_equal(appoint(director, family, proto, SPORT, n), 0);
		goes_to(director, what, family, n);
		answers(director, proto, family, n, LVS_TCP_SYN | LVS_TCP_ACK);
		what.tcp_flags = LVS_TCP_ACK;
		what.payload = 19;
		goes_to(director, what, family, n);
		for (unsigned int i = 0; i < SERVERS; i++)
			assert_int_equal(server_at(service, family, i, RPORT)->counters.conns, i == n);
		assert_int_equal(service->counters.conns, 1);
		/* What there is of datagrams goes with it, and what there is of segments does not. */
		end(director, family, proto, SPORT);
		assert_int_equal(director->engine->nappointments, 0);
		assert_int_equal(lvs_engine_conns(director->engine)->used, proto == LVS_PROTO_TCP);
		director_teardown((void **)&director);
	}
}

/* By the other methods the packet is for the same server, in the way that it has. */
static void by_whatever_method(void **state)
{
	for (unsigned int family = 0; family < 2; family++) {
		struct build what = request(family, LVS_PROTO_TCP, BUILD_COMPLETE);
		struct lvs_addr addr = test_addr(rips[family][1]), source = test_addr(family ? "fd00::99" : "10.0.0.99");
		const struct lvs_tuple who = tuple(family, LVS_PROTO_TCP, SPORT);
		struct lvs_server_spec spec;
		struct lvs_server *server;
		struct director *director;

		(void)state;
		director_setup((void **)&director);
		director->headroom = 64;
		server = server_at(serve(director, family, LVS_PROTO_TCP, VPORT), family, 1, VPORT);
		spec = server->spec;
		spec.forward = lvs_forward_find("droute");
		edit_server(director, server, &spec);
		assert_int_equal(lvs_appoint(director->engine, &who, &addr, LVS_BE16(VPORT), director->now, director->now + LATER), 0);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&what));
		assert_true(lvs_addr_equal(&director->via[0], &addr));
		/* The same check, asked again by another method. */
		spec.forward = lvs_forward_find("fullnat");
		edit_server(director, server, &spec);
		assert_int_equal(lvs_engine_set_sources(director->engine, &source, 1, 20000, 20000), 0);
		assert_int_equal(lvs_appoint(director->engine, &who, &addr, LVS_BE16(VPORT), director->now, director->now + LATER), 0);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.src = family ? "fd00::99" : "10.0.0.99";
		what.sport = 20000;
		what.dst = rips[family][1];
		director_expect(director, build(&what));
		assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
		director_teardown((void **)&director);
	}
}

/* Whatever keeps clients away from a server, or from a service. */
static void nothing_is_in_the_way(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, 0, LVS_PROTO_TCP, RPORT);
	struct lvs_server *server = server_at(service, 0, 1, RPORT);
	const struct lvs_server_spec was = server->spec;
	struct lvs_service_spec spec = service->spec;
	struct lvs_server_spec specs[5];

	for (unsigned int i = 0; i < ARRAY_LEN(specs); i++)
		specs[i] = was;
	specs[0].weight = 0;
	specs[1].drain = true;
	specs[2].down = true;
	specs[3].down = specs[3].reset = true;
	specs[4].upper = 1;
	spec.syn_proxy = LVS_SYN_PROXY_ON;
	spec.limits.client_connections = 1;
	spec.retry = (struct lvs_retry_spec){ .offers = 2, .silence = LVS_SECONDS(1) };
	spec.eject = (struct lvs_eject_spec){ .failures = 1, .time = LVS_SECONDS(10), .time_max = LVS_SECONDS(300), .share = 50 };
	spec.expire_nodest_conn = LVS_CHOICE_YES;
	edit(director, service, &spec);
	for (unsigned int i = 0; i < ARRAY_LEN(specs); i++) {
		struct build what = request(0, LVS_PROTO_TCP, BUILD_COMPLETE);

		edit_server(director, server, &specs[i]);
		assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, SPORT, 1), 0);
		goes_to(director, what, 0, 1);
		/* Its SYN again, and what follows, when the time of who is down is over. */
		director_wait(director, LVS_SECONDS(1));
		lvs_engine_dismiss(director->engine, director->now, &director->sink);
		goes_to(director, what, 0, 1);
		answers(director, LVS_PROTO_TCP, 0, 1, LVS_TCP_SYN | LVS_TCP_ACK);
		lvs_engine_dismiss(director->engine, director->now, &director->sink);
		what.tcp_flags = LVS_TCP_ACK;
		goes_to(director, what, 0, 1);
		end(director, 0, LVS_PROTO_TCP, SPORT);
	}
	/* Nobody was offered to another server, watched, or counted as a failure. */
	assert_int_equal(director->engine->stats.offered, 0);
	assert_int_equal(director->engine->attempts.touched, 0);
	assert_false(server->seen.ejected);
	edit_server(director, server, &was);
}

/* A refusal is the check's own to see. */
static void a_reset_goes_back(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, 1, LVS_PROTO_TCP, RPORT);
	struct lvs_service_spec spec = service->spec;

	spec.retry = (struct lvs_retry_spec){ .offers = 2, .silence = LVS_SECONDS(1) };
	edit(director, service, &spec);
	assert_int_equal(appoint(director, 1, LVS_PROTO_TCP, SPORT, 2), 0);
	goes_to(director, request(1, LVS_PROTO_TCP, BUILD_COMPLETE), 1, 2);
	answers(director, LVS_PROTO_TCP, 1, 2, LVS_TCP_RST | LVS_TCP_ACK);
	assert_int_equal(server_at(service, 1, 2, RPORT)->seen.failures[LVS_FAILURE_REFUSED], 0);
}

/* An old connection of the same ends, to another server, is over when they are used anew. */
static void what_was_before_is_over(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(protos); i++) {
		struct build what = request(0, protos[i], BUILD_COMPLETE);

		serve(director, 0, protos[i], RPORT);
		assert_int_equal(appoint(director, 0, protos[i], SPORT, 0), 0);
		goes_to(director, what, 0, 0);
		assert_int_equal(appoint(director, 0, protos[i], SPORT, 2), 0);
		assert_int_equal(director->engine->nappointments, 1);
		goes_to(director, what, 0, 2);
		end(director, 0, protos[i], SPORT);
	}
}

/* The one is gone: nobody else gets the packet. He is back, or another takes his place: as the rules are then. */
static void the_server_goes(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, 0, LVS_PROTO_TCP, RPORT);
	struct build what = request(0, LVS_PROTO_TCP, BUILD_COMPLETE);

	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, SPORT, 1), 0);
	lvs_server_remove(lvs_engine_rules(director->engine), server_at(service, 0, 1, RPORT), director->now);
	assert_int_equal(director_take(director, &what), LVS_DROP_SERVER_GONE);
	assert_int_equal(director->nout, 0);
	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, SPORT, 1), -ENOENT);
	director_serve(director, LVS_PROTO_TCP, vips[0], VPORT, rips[0][1], RPORT);
	goes_to(director, what, 0, 1);
	lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, SPORT, 1), -ENOENT);
	/* Without its service the address is somebody else's. */
	what.sport++;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&what));
}

static void others_are_clients(void **state)
{
	struct director *director = *state;
	struct build what = request(0, LVS_PROTO_TCP, BUILD_COMPLETE);
	struct lvs_service *service = serve(director, 0, LVS_PROTO_TCP, RPORT);

	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, SPORT, 1), 0);
	/* In the midst of nothing. */
	what.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_CONN);
	/* Another port, which goes round. */
	what.tcp_flags = LVS_TCP_SYN;
	for (unsigned int i = 0; i < SERVERS; i++) {
		what.sport++;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	}
	for (unsigned int i = 0; i < SERVERS; i++)
		assert_int_equal(server_at(service, 0, i, RPORT)->counters.conns, 1);
}

/* So many and no more, until the time of some is over. */
static void a_full_table(void **state)
{
	struct director *director = *state;
	struct lvs_engine *engine = director->engine;

	serve(director, 0, LVS_PROTO_TCP, RPORT);
	serve(director, 1, LVS_PROTO_TCP, RPORT);
	for (unsigned int i = 0; i < LVS_APPOINTMENTS_MAX; i++)
		assert_int_equal(appoint(director, i & 1, LVS_PROTO_TCP, (uint16_t)(1024 + i), i % SERVERS), 0);
	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, 60000, 0), -ENOSPC);
	/* One that stands can be made anew. */
	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, 1024, 0), 0);
	end(director, 1, LVS_PROTO_TCP, 1025);
	end(director, 1, LVS_PROTO_TCP, 1025);
	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, 60000, 1), 0);
	assert_int_equal(engine->nappointments, LVS_APPOINTMENTS_MAX);
	director_wait(director, LATER);
	assert_int_equal(appoint(director, 0, LVS_PROTO_TCP, 60001, 0), 0);
	assert_int_equal(engine->nappointments, 1);
	for (unsigned int i = 0; i < 2; i++) {
		struct build what = request(0, LVS_PROTO_TCP, BUILD_COMPLETE);

		what.sport = (uint16_t)(60000 + i);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->out[0].data[19], i ? 1 : 3);	/* rr begins at the last one */
	}
}

/* Every datagram for itself. */
static void one_packet(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, 0, LVS_PROTO_UDP, RPORT);
	struct lvs_service_spec spec = service->spec;
	struct build what = request(0, LVS_PROTO_UDP, BUILD_COMPLETE);

	spec.one_packet = true;
	edit(director, service, &spec);
	assert_int_equal(appoint(director, 0, LVS_PROTO_UDP, SPORT, 1), 0);
	for (unsigned int i = 0; i < SERVERS + 1; i++)
		goes_to(director, what, 0, 1);
	answers(director, LVS_PROTO_UDP, 0, 1, 0);
	end(director, 0, LVS_PROTO_UDP, SPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_server_in_turn_and_back),
		cmocka_unit_test(by_whatever_method),
		cmocka_unit_test_setup_teardown(nothing_is_in_the_way, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_reset_goes_back, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(what_was_before_is_over, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(the_server_goes, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(others_are_clients, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_full_table, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(one_packet, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
