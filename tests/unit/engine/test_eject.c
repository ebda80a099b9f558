// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define SERVERS 4

/* rr asks them from the last to the first. */
static struct lvs_service *serve(struct director *director, const char *sched, unsigned int n)
{
	const struct lvs_eject_spec eject = { .failures = 3, .time = LVS_SECONDS(10), .time_max = LVS_SECONDS(30), .share = 50 };
	const char *rips[SERVERS] = { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4" };
	struct lvs_service *service = NULL;
	struct lvs_service_spec spec;

	for (unsigned int i = 0; i < n; i++)
		service = director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, rips[i], 8080)->service;
	spec = service->spec;
	spec.sched = lvs_sched_find(sched);
	spec.eject = eject;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	return service;
}

/* The server that a new connection of client number @n would get. */
static struct lvs_server *choice(struct director *director, struct lvs_service *service, unsigned int n)
{
	const struct lvs_packet packet = { .kind = LVS_PACKET_FLOW, .proto = LVS_PROTO_TCP, .tcp_flags = 2,
					   .tuple = { .src = { .words = { 0, 0, LVS_BE32(0xffff), LVS_BE32(0xc6336400 + n) } },
						      .dst = test_addr("192.0.2.10"), .dport = LVS_BE16(80),
						      .proto = LVS_PROTO_TCP } };
	struct lvs_conn *template = NULL;
	struct lvs_server *server;

	director_begin(director);
	assert_int_equal(lvs_engine_choose(director->engine, service, &packet, &server, &template), LVS_DROP_NONE);
	assert_null(template);
	return server;
}

static void lose(struct director *director, struct lvs_server *server, unsigned int times)
{
	while (times--)
		lvs_eject_failed(server, LVS_FAILURE_REFUSED, director->now);
}

static bool is_chosen(struct director *director, struct lvs_service *service, const struct lvs_server *server)
{
	bool chosen = false;

	for (unsigned int i = 0; i < service->nservers; i++)
		chosen |= choice(director, service, i) == server;
	return chosen;
}

/* Who fails often enough in a row is left out for a while, for longer each time, and back for good after one answer. */
static void out_and_in_again(void **state)
{
	static const unsigned int times[] = { 10, 20, 30, 30 };
	struct director *director = *state;
	struct lvs_service *service = serve(director, "rr", SERVERS);
	struct lvs_server *server = service->servers[1];

	lose(director, server, 2);
	lvs_eject_answered(server, 0);
	lose(director, server, 2);
	assert_true(is_chosen(director, service, server));
	for (unsigned int i = 0; i < ARRAY_LEN(times); i++) {
		lose(director, server, 1);
		assert_true(server->seen.ejected);
		assert_int_equal(server->seen.ejections, i + 1);
		assert_false(is_chosen(director, service, server));
		/* What began before it was left out says nothing more. */
		lose(director, server, 5);
		lvs_eject_answered(server, 0);
		director->now += LVS_SECONDS(times[i]) - 1;
		assert_false(is_chosen(director, service, server));
		director->now += 1;
		assert_true(is_chosen(director, service, server));
	}
	lvs_eject_answered(server, 0);
	lose(director, server, 2);
	assert_true(is_chosen(director, service, server));
	lose(director, server, 1);
	assert_int_equal(server->seen.until, director->now + LVS_SECONDS(10));
}

static void not_too_many_at_a_time(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "wlc", SERVERS);

	for (unsigned int i = 0; i < SERVERS; i++)
		lose(director, service->servers[i], 10);
	for (unsigned int i = 0; i < SERVERS; i++)
		assert_int_equal(service->servers[i]->seen.ejected, i < 2);
}

static void never_the_last(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "wlc", 2);
	struct lvs_service_spec all = service->spec;
	struct lvs_server_spec idle = service->servers[1]->spec;

	all.eject.share = 100;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &all), 0);
	idle.weight = 0;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), service->servers[1], &idle), 0);
	lose(director, service->servers[0], 10);
	assert_false(service->servers[0]->seen.ejected);
	idle.weight = 1;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), service->servers[1], &idle), 0);
	lose(director, service->servers[0], 1);
	assert_true(service->servers[0]->seen.ejected);
	/* The other one goes for another reason: better one that may fail than none. */
	idle.weight = 0;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), service->servers[1], &idle), 0);
	assert_ptr_equal(choice(director, service, 1), service->servers[0]);
	assert_false(service->servers[0]->seen.ejected);
}

/* A check, or an operator, that took it out and lets it in again outweighs what clients met before. */
static void who_is_let_in_is_in(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "rr", SERVERS);
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_server *server = service->servers[1];
	struct lvs_server_spec spec = server->spec;

	lose(director, server, 3);
	spec.weight = 5;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	assert_true(server->seen.ejected);
	spec.down = true;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	assert_false(is_chosen(director, service, server));
	spec.down = false;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	assert_true(is_chosen(director, service, server));
	lose(director, server, 2);
	assert_false(server->seen.ejected);
	lose(director, server, 1);
	assert_int_equal(server->seen.until, director->now + LVS_SECONDS(10));
}

static void who_ends_first_is_back_first(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "rr", SERVERS);
	struct lvs_server *twice = service->servers[0], *once = service->servers[2];

	lose(director, twice, 3);
	director->now += LVS_SECONDS(10);
	assert_true(is_chosen(director, service, twice));
	lose(director, twice, 1);
	director->now += LVS_SECONDS(1);
	lose(director, once, 3);
	director->now += LVS_SECONDS(10);
	assert_true(is_chosen(director, service, once));
	assert_false(is_chosen(director, service, twice));
	director->now += LVS_SECONDS(9);
	assert_true(is_chosen(director, service, twice));
}

static void rules_that_go_take_it_along(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "rr", SERVERS);
	struct lvs_server *server = service->servers[0];
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec spec = service->spec;
	struct lvs_server_spec again = server->spec;

	lose(director, server, 3);
	lvs_server_remove(rules, server, director->now);
	assert_int_equal(lvs_server_add(rules, service, &again, &server), 0);
	assert_false(server->seen.ejected);
	lose(director, server, 3);
	assert_true(server->seen.ejected);
	spec.eject.failures = 0;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	assert_false(server->seen.ejected);
	assert_false(service->watched);
	lose(director, server, 10);
	assert_false(server->seen.ejected);
}

/* The next change that is told; "" if there is none: "1 out", "1 in", "1 again". */
static const char *next_change(struct director *director, char text[16])
{
	struct lvs_ejection ejection;

	text[0] = '\0';
	if (lvs_eject_next(lvs_engine_rules(director->engine), &ejection))
		(void)snprintf(text, 16, "%u %s", ejection.server->pos, ejection.again ? "again" : ejection.out ? "out" : "in");
	return text;
}

/* However often it goes out and comes in, it is told of once, as it is now. */
static void changes_are_told_once(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "rr", SERVERS);
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_server *server = service->servers[1], *other = service->servers[3];
	struct lvs_server_spec spec = server->spec;
	char text[16];

	assert_false(lvs_eject_any(rules));
	assert_true(lvs_eject_readmit(rules, director->now) == LVS_NS_NEVER);
	lose(director, server, 2);
	assert_false(lvs_eject_any(rules));
	lvs_eject_failed(server, LVS_FAILURE_SILENT, director->now);
	assert_true(lvs_eject_any(rules));
	assert_string_equal(next_change(director, text), "1 out");
	assert_int_equal(server->seen.failed, 3);
	assert_int_equal(server->seen.failure, LVS_FAILURE_SILENT);
	assert_true(server->seen.time == LVS_SECONDS(10));
	assert_string_equal(next_change(director, text), "");
	/* What fails while it is out is no news. */
	lose(director, server, 20);
	assert_false(lvs_eject_any(rules));
	/* In and out again. */
	director->now += LVS_SECONDS(10);
	assert_true(is_chosen(director, service, server));
	lose(director, server, 1);
	assert_string_equal(next_change(director, text), "1 again");
	assert_int_equal(server->seen.failed, 24);
	assert_true(server->seen.time == LVS_SECONDS(20));
	/* Nobody comes: it is let in nevertheless. */
	lose(director, other, 3);
	assert_string_equal(next_change(director, text), "3 out");
	assert_true(lvs_eject_readmit(rules, director->now) == director->now + LVS_SECONDS(10));
	director->now += LVS_SECONDS(10);
	assert_true(lvs_eject_readmit(rules, director->now) == director->now + LVS_SECONDS(10));
	assert_string_equal(next_change(director, text), "3 in");
	assert_int_equal(other->seen.readmission, LVS_READMIT_TIME);
	director->now += LVS_SECONDS(10);
	assert_true(lvs_eject_readmit(rules, director->now) == LVS_NS_NEVER);
	assert_string_equal(next_change(director, text), "1 in");
	/* Out and in before anybody looked: nobody has heard of it. */
	lose(director, server, 1);
	spec.weight = 0;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	spec.weight = 1;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	assert_true(lvs_eject_any(rules));
	assert_string_equal(next_change(director, text), "");
	/* Somebody takes it in, and it is heard of. */
	lose(director, server, 3);
	assert_string_equal(next_change(director, text), "1 out");
	spec.weight = 0;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	spec.weight = 1;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	assert_string_equal(next_change(director, text), "1 in");
	assert_int_equal(server->seen.readmission, LVS_READMIT_RULES);
	/* Who is gone is not spoken of, and begins anew. */
	lose(director, server, 3);
	lvs_server_remove(rules, server, director->now);
	assert_false(lvs_eject_any(rules));
	assert_true(lvs_eject_readmit(rules, director->now) == LVS_NS_NEVER);
	lose(director, other, 1);
	assert_string_equal(next_change(director, text), "2 out");
	lvs_service_remove(rules, service, director->now);
	assert_string_equal(next_change(director, text), "");
	assert_true(lvs_eject_readmit(rules, director->now) == LVS_NS_NEVER);
}

/* Whatever happens in whatever order, what is told adds up to what is. */
static void what_is_told_is_what_is(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, "rr", SERVERS);
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	bool told[SERVERS] = { false };
	unsigned int seed = 4711, outs = 0, ins = 0, agains = 0;
	struct lvs_service_spec spec = service->spec;
	struct lvs_ejection ejection;

	spec.eject.share = 100;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	for (unsigned int round = 0; round < 20000; round++) {
		struct lvs_server *server = service->servers[rand_r(&seed) % SERVERS];
		struct lvs_server_spec other = server->spec;

		switch (rand_r(&seed) % 12) {
		case 0:
			lvs_eject_answered(server, 0);
			break;
		case 1:
			director->now += LVS_SECONDS(rand_r(&seed) % 15);
			break;
		case 2:
			(void)choice(director, service, (unsigned int)rand_r(&seed) % 200);
			break;
		case 3:
			(void)lvs_eject_readmit(rules, director->now);
			break;
		case 4:
			other.weight = !other.weight;
			assert_int_equal(lvs_server_edit(rules, server, &other), 0);
			break;
		case 5:
			(void)lvs_eject_forgive(service, LVS_READMIT_NEEDED);
			break;
		case 6:
			while (lvs_eject_next(rules, &ejection)) {
				uint32_t pos = ejection.server->pos;

				assert_int_equal(ejection.out, ejection.server->seen.ejected);
				assert_int_equal(ejection.again, ejection.out && told[pos]);
				assert_true(ejection.out || told[pos]);
				told[pos] = ejection.out;
				outs += ejection.out && !ejection.again;
				ins += !ejection.out;
				agains += ejection.again;
			}
			for (uint32_t i = 0; i < SERVERS; i++)
				assert_int_equal(told[i], service->servers[i]->seen.ejected);
			break;
		default:
			lvs_eject_failed(server, rand_r(&seed) % LVS_FAILURE_COUNT, director->now);
		}
	}
	assert_true(outs > 100 && ins > 100 && agains > 10);
}

static void latency_is_an_average(void **state)
{
	static const struct { lvs_ns sample, expect; } rows[] = {
		{ 8000, 8000 }, { 16000, 9000 }, { 0, 9000 }, { 1000, 8000 }, { 8000, 8000 }, { 8007, 8000 }, { 7992, 7999 },
	};
	struct director *director = *state;
	struct lvs_server *server = serve(director, "ll", 1)->servers[0];

	assert_true(server->service->watched);
	for (unsigned int i = 0; i < ARRAY_LEN(rows); i++) {
		lvs_eject_answered(server, rows[i].sample);
		assert_int_equal(server->seen.latency, rows[i].expect);
	}
	assert_int_equal(server->seen.answered, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(out_and_in_again, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(not_too_many_at_a_time, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(never_the_last, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_is_let_in_is_in, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_ends_first_is_back_first, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(rules_that_go_take_it_along, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(changes_are_told_once, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(what_is_told_is_what_is, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(latency_is_an_average, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
