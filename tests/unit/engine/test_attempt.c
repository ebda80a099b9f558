// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define SERVERS 3
#define PORT 40000
#define MANY 60
#define SILENCE (500 * LVS_NS_PER_MS)

static const char *const clients[] = { "203.0.113.5", "2001:db8:5::5" };
static const char *const vips[] = { "192.0.2.10", "2001:db8::10" };
static const char *const rips[][SERVERS] = {
	{ "10.0.0.1", "10.0.0.2", "10.0.0.3" }, { "fd00::1", "fd00::2", "fd00::3" },
};

/* A service with servers 1 to 3, which rr asks as 3, 2, 1. */
static struct lvs_service *serve(struct director *director, unsigned int family, uint8_t proto, unsigned int n)
{
	struct lvs_service *service = NULL;

	for (unsigned int i = 0; i < n; i++)
		service = director_serve(director, proto, vips[family], 80, rips[family][i], 8080)->service;
	return service;
}

static void edit(struct director *director, struct lvs_service *service, const struct lvs_service_spec *spec)
{
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, spec), 0);
}

static struct lvs_service *retrying(struct director *director, unsigned int family, uint8_t proto, unsigned int n, uint8_t offers)
{
	struct lvs_service *service = serve(director, family, proto, n);
	struct lvs_service_spec spec = service->spec;

	spec.retry = (struct lvs_retry_spec){ .offers = offers, .silence = SILENCE };
	edit(director, service, &spec);
	return service;
}

static struct build syn(unsigned int family, enum build_csum csum)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7 };

	return (struct build){ .src = clients[family], .dst = vips[family], .sport = PORT, .dport = 80, .csum = csum,
			       .tcp_flags = LVS_TCP_SYN, .seq = 0xfffffffe, .window = 64240, .options = options,
			       .tcp_options = sizeof(options) };
}

/* The same as it reaches a server, which counts from 1. */
static struct lvs_packet arrives(struct build what, unsigned int family, unsigned int server)
{
	what.dst = rips[family][server - 1];
	what.dport = 8080;
	return build(&what);
}

static struct build from_server(unsigned int family, unsigned int server, uint8_t flags)
{
	return (struct build){ .src = rips[family][server - 1], .dst = clients[family], .sport = 8080, .dport = PORT,
			       .tcp_flags = flags, .ack = 0xffffffff };
}

static struct build reset(unsigned int family, unsigned int server)
{
	return from_server(family, server, LVS_TCP_RST | LVS_TCP_ACK);
}

/* "No such host", about what server @server was sent. */
static enum lvs_drop unreachable(struct director *director, unsigned int family, unsigned int server, uint8_t proto,
				 uint8_t type, uint8_t code)
{
	struct build about = { .src = clients[family], .dst = rips[family][server - 1], .sport = PORT, .dport = 8080,
			       .proto = proto, .tcp_flags = LVS_TCP_SYN, .seq = 0xfffffffe };
	struct lvs_packet quote = build(&about);
	struct build what = { .src = family ? "fd00::ffff" : "10.0.0.254", .dst = clients[family],
			      .proto = family ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP, .icmp_type = type, .icmp_code = code,
			      .quote = quote.data, .quote_bytes = quote.len };
	enum lvs_drop drop = director_take(director, &what);

	build_free(&quote);
	return drop;
}

static void send_syn(struct director *director, const struct build *what)
{
	assert_int_equal(director_take(director, what), LVS_DROP_NONE);
	assert_int_equal(director->nout, 1);
}

/* Goes to @server and there only; whole bytes. */
static void went_to(const struct director *director, const struct build *what, unsigned int family, unsigned int server)
{
	director_expect(director, arrives(*what, family, server));
}

static void shake_hands(struct director *director, unsigned int family, unsigned int server)
{
	struct build answer = from_server(family, server, LVS_TCP_SYN | LVS_TCP_ACK), ack = syn(family, BUILD_COMPLETE);

	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	answer.src = vips[family];
	answer.sport = 80;
	director_expect(director, build(&answer));
	ack.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	went_to(director, &ack, family, server);
}

static void whoever_turns_a_client_away(void **state)
{
	for (unsigned int row = 0; row < 2 * 2 * 3; row++) {
		unsigned int family = row & 1, how = row / 4;
		struct build what = syn(family, row & 2 ? BUILD_PARTIAL : BUILD_COMPLETE);
		struct build no = reset(family, 3);
		struct lvs_service *service;
		struct director *director;

		(void)state;
		director_setup((void **)&director);
		director->headroom = 64;
		service = retrying(director, family, LVS_PROTO_TCP, SERVERS, 2);
		send_syn(director, &what);
		went_to(director, &what, family, 3);
		if (how == 0) {
			assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
		} else if (how == 1) {
			assert_int_equal(unreachable(director, family, 3, LVS_PROTO_TCP, family ? 1 : 3, 1), LVS_DROP_NONE);
		} else {
			director_wait(director, LVS_SECONDS(1));
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		}
		went_to(director, &what, family, 2);
		shake_hands(director, family, 2);
		assert_int_equal(director->engine->stats.offered, 1);
		assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
		for (uint32_t i = 0; i < service->nservers; i++) {
			const struct lvs_server *server = service->servers[i];

			assert_int_equal(server->active, i == 1);
			assert_int_equal(server->inactive, 0);
			assert_int_equal(server->seen.offered, i == 0);
			assert_int_equal(server->seen.failures[how == 0 ? LVS_FAILURE_REFUSED : how == 1 ?
					 LVS_FAILURE_UNREACHABLE : LVS_FAILURE_SILENT], i == 0);
			assert_int_equal(server->seen.answered, i == 1);
		}
		assert_int_equal(director->engine->attempts.touched, 1);
		assert_int_equal(director->engine->attempts.free, 1);
		/* What the first one says now is nobody's: it goes on as it is. */
		no.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
		assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
		director_expect(director, build(&no));
		director_teardown((void **)&director);
	}
}

/* As often as was said, and to nobody twice; the last answer is the client's. */
static void each_other_server_once(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE), no;

	retrying(director, 0, LVS_PROTO_TCP, SERVERS, 7);
	send_syn(director, &what);
	for (unsigned int server = 3; server > 1; server--) {
		no = reset(0, server);
		assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
		went_to(director, &what, 0, server - 1);
	}
	no = reset(0, 1);
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	no.src = vips[0];
	no.sport = 80;
	director_expect(director, build(&no));
	assert_int_equal(director->engine->attempts.free, 1);
}

static void no_more_often_than_was_said(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE), no = reset(0, 3);

	retrying(director, 0, LVS_PROTO_TCP, SERVERS, 1);
	send_syn(director, &what);
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	went_to(director, &what, 0, 2);
	director_wait(director, LVS_SECONDS(1));
	send_syn(director, &what);
	went_to(director, &what, 0, 2);
}

/* RFC 9293: a reset that does not acknowledge the SYN means nothing to the client, nor to us. */
static void a_forged_reset_moves_nobody(void **state)
{
	static const struct { uint8_t flags; uint32_t ack; } rows[] = {
		{ LVS_TCP_RST, 0xffffffff }, { LVS_TCP_RST | LVS_TCP_ACK, 0xfffffffe }, { LVS_TCP_RST | LVS_TCP_ACK, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build what = syn(1, BUILD_COMPLETE), no = reset(1, 3);
		struct director *director;
		struct lvs_service *service;

		(void)state;
		director_setup((void **)&director);
		service = retrying(director, 1, LVS_PROTO_TCP, SERVERS, 2);
		send_syn(director, &what);
		no.tcp_flags = rows[i].flags;
		no.ack = rows[i].ack;
		assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
		no.src = vips[1];
		no.sport = 80;
		director_expect(director, build(&no));
		assert_int_equal(service->servers[0]->seen.failures[LVS_FAILURE_REFUSED], 0);
		director_teardown((void **)&director);
	}
}

/* Nobody listens at server 3 any more, but it remembers a connection of this client's port. */
static void an_old_connection_is_no_answer(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE), old = from_server(0, 3, LVS_TCP_ACK), no = what, away = reset(0, 3);
	struct lvs_service *service = retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);

	send_syn(director, &what);
	old.ack = no.seq = 4711;
	assert_int_equal(director_take(director, &old), LVS_DROP_NONE);
	old.src = vips[0];
	old.sport = 80;
	director_expect(director, build(&old));
	assert_int_equal(service->servers[0]->seen.answered, 0);
	assert_int_equal(director->engine->attempts.free, 1);
	no.tcp_flags = LVS_TCP_RST;
	send_syn(director, &no);
	went_to(director, &no, 0, 3);
	/* He asks anew, and again: of two others one is there. */
	send_syn(director, &what);
	went_to(director, &what, 0, 2);
	away.src = rips[0][1];
	assert_int_equal(director_take(director, &away), LVS_DROP_NONE);
	went_to(director, &what, 0, 1);
	shake_hands(director, 0, 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
}

static void a_repetition_may_be_too_early(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE);

	retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);
	send_syn(director, &what);
	director_wait(director, SILENCE - 1);
	send_syn(director, &what);
	went_to(director, &what, 0, 3);
	director_wait(director, 1);
	send_syn(director, &what);
	went_to(director, &what, 0, 2);
	/* Each server gets its time. */
	director_wait(director, SILENCE - 1);
	send_syn(director, &what);
	went_to(director, &what, 0, 2);
}

static void who_has_an_answer_stays(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE), answer = from_server(0, 3, LVS_TCP_SYN | LVS_TCP_ACK), no = reset(0, 3);

	retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);
	send_syn(director, &what);
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	director_wait(director, LVS_SECONDS(3));
	send_syn(director, &what);
	went_to(director, &what, 0, 3);
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	no.src = vips[0];
	no.sport = 80;
	director_expect(director, build(&no));
}

/* A SYN with data is too long to be kept: only its own repetition goes to another server. */
static void what_was_not_kept(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE), no = reset(0, 3);

	retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);
	what.payload = 41;
	send_syn(director, &what);
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	no.src = vips[0];
	no.sport = 80;
	director_expect(director, build(&no));

	what.sport = PORT + 1;
	send_syn(director, &what);
	went_to(director, &what, 0, 2);
	director_wait(director, LVS_SECONDS(1));
	send_syn(director, &what);
	went_to(director, &what, 0, 1);
}

static void a_template_goes_along(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);
	struct build what = syn(0, BUILD_COMPLETE), no = reset(0, 3);
	struct lvs_service_spec spec = service->spec;

	spec.persist = (struct lvs_persist_spec){ .timeout = 300, .mask = lvs_persist_mask6(128) };
	edit(director, service, &spec);
	send_syn(director, &what);
	went_to(director, &what, 0, 3);
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	went_to(director, &what, 0, 2);
	assert_int_equal(service->servers[0]->persistent, 0);
	assert_int_equal(service->servers[1]->persistent, 1);
	what.sport++;
	send_syn(director, &what);
	went_to(director, &what, 0, 2);

	/* Who is to keep his server is not offered to others. */
	spec.persist.keep = true;
	edit(director, service, &spec);
	no = reset(0, 2);
	no.dport++;
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	no.src = vips[0];
	no.sport = 80;
	director_expect(director, build(&no));
}

static void each_record_is_given_back(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = retrying(director, 0, LVS_PROTO_TCP, 1, 2);
	struct lvs_server *server = service->servers[0];

	for (unsigned int i = 0; i < MANY; i++) {
		struct build what = syn(0, BUILD_COMPLETE);

		what.sport = (uint16_t)(PORT + i);
		send_syn(director, &what);
	}
	director_wait(director, LVS_SECONDS(61));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	assert_int_equal(server->seen.failures[LVS_FAILURE_SILENT], MANY);
	assert_int_equal(director->engine->attempts.touched, MANY);
	for (unsigned int i = 0; i < MANY; i++) {
		struct build what = syn(0, BUILD_COMPLETE);

		what.sport = (uint16_t)(PORT + i);
		send_syn(director, &what);
	}
	assert_int_equal(director->engine->attempts.touched, MANY);
	lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	director_wait(director, LVS_SECONDS(61));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void without_room_nobody_is_watched(void **state)
{
	struct director *director = *state;
	struct build what = syn(0, BUILD_COMPLETE), no = reset(0, 3);

	retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);
	director->engine->attempts.capacity = 0;
	send_syn(director, &what);
	assert_int_equal(director->engine->attempts.unwatched, 1);
	assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
	no.src = vips[0];
	no.sport = 80;
	director_expect(director, build(&no));
}

/* The other server may be reached in another way, and be of the other family. */
static void from_method_to_method(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = retrying(director, 0, LVS_PROTO_TCP, SERVERS, 2);
	struct build what = syn(0, BUILD_COMPLETE), no = reset(0, 3);
	struct lvs_server_spec spec = service->servers[1]->spec;

	spec.forward = lvs_forward_find("droute");
	spec.addr = test_addr("10.0.0.4");
	spec.port = LVS_BE16(80);
	assert_int_equal(lvs_server_add(lvs_engine_rules(director->engine), service, &spec, &(struct lvs_server *){ NULL }), 0);
	/* 4, by droute, is asked first: nobody sees whether it answers. */
	send_syn(director, &what);
	director_expect(director, build(&what));
	assert_int_equal(director->engine->attempts.touched, 0);
	/* Now 3, and whoever comes next; round the ring to 4. */
	what.sport++;
	no.dport++;
	send_syn(director, &what);
	went_to(director, &what, 0, 3);
	for (unsigned int server = 3; server > 1; server--) {
		no.src = rips[0][server - 1];
		assert_int_equal(director_take(director, &no), LVS_DROP_NONE);
		went_to(director, &what, 0, server - 1);
	}
	assert_int_equal(director->engine->stats.offered, 2);
}

static void udp_is_watched_but_not_offered(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, 0, LVS_PROTO_UDP, SERVERS);
	struct build what = { .src = clients[0], .dst = vips[0], .sport = PORT, .dport = 80, .proto = LVS_PROTO_UDP, .payload = 7 };
	struct lvs_service_spec spec = service->spec;

	spec.eject = (struct lvs_eject_spec){ .failures = 1, .time = LVS_SECONDS(10), .time_max = LVS_SECONDS(300), .share = 50 };
	edit(director, service, &spec);
	send_syn(director, &what);
	assert_int_equal(unreachable(director, 0, 3, LVS_PROTO_UDP, 3, 3), LVS_DROP_NONE);
	assert_int_equal(director->out[0].data[20], 3);
	assert_int_equal(service->servers[0]->seen.failures[LVS_FAILURE_UNREACHABLE], 1);
	assert_true(service->servers[0]->seen.ejected);
	/* Too big is not unreachable. */
	what.sport++;
	send_syn(director, &what);
	assert_int_equal(unreachable(director, 0, 2, LVS_PROTO_UDP, 3, 4), LVS_DROP_NONE);
	assert_int_equal(service->servers[1]->seen.failures[LVS_FAILURE_UNREACHABLE], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_turns_a_client_away),
		cmocka_unit_test_setup_teardown(each_other_server_once, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(no_more_often_than_was_said, director_setup, director_teardown),
		cmocka_unit_test(a_forged_reset_moves_nobody),
		cmocka_unit_test_setup_teardown(an_old_connection_is_no_answer, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_repetition_may_be_too_early, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_has_an_answer_stays, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(what_was_not_kept, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_template_goes_along, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(each_record_is_given_back, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(without_room_nobody_is_watched, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(from_method_to_method, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(udp_is_watched_but_not_offered, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
