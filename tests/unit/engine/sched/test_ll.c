// SPDX-License-Identifier: GPL-2.0-or-later
/* Least latency: by hand, (latency in microseconds) x (active + 1) / weight, ties to the newest. */
#include "tests/lib/test.h"

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

struct row {
	const char *what;
	struct {
		lvs_ns latency;
		uint32_t active, weight;
	} servers[3];		/* in the order in which they were added */
	int expect;		/* from 0; -1: nobody */
};

static const struct row rows[] = {
	{ "the quickest", { { 3000, 0, 1 }, { 2000, 0, 1 }, { 4000, 0, 1 } }, 1 },
	{ "of equals the newest", { { 2000, 0, 1 }, { 2000, 0, 1 }, { 4000, 0, 1 } }, 1 },
	{ "what it has to do counts", { { 2000, 2, 1 }, { 5000, 0, 1 }, { 9000, 0, 1 } }, 1 },
	{ "a tie by load", { { 2000, 1, 1 }, { 4000, 0, 1 }, { 9000, 0, 1 } }, 1 },
	{ "and the weight", { { 6000, 0, 4 }, { 2000, 0, 1 }, { 2000, 1, 2 } }, 0 },
	{ "who is not known is asked", { { 2000, 0, 1 }, { 0, 0, 1 }, { 3000, 0, 1 } }, 1 },
	{ "but not by everybody", { { 2000, 0, 1 }, { 0, 5, 1 }, { 3000, 0, 1 } }, 0 },
	{ "less than a microsecond is one", { { 999, 0, 1 }, { 1, 1, 1 }, { 1999, 0, 1 } }, 2 },
	{ "weight 0", { { 1000, 0, 0 }, { 5000, 0, 1 }, { 9000, 0, 1 } }, 1 },
	{ "nobody", { { 1000, 0, 0 }, { 5000, 0, 0 }, { 9000, 0, 0 } }, -1 },
	{ "no number is too large", { { LVS_SECONDS(3600), 4000000000u, 1 }, { LVS_SECONDS(1), 1048574, 1 }, { 1, 0, 0 } }, 1 },
};

static void chooses(void **state)
{
	static const char *const rips[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3" };
	const struct lvs_tuple tuple = { .src = test_addr("198.51.100.1"), .dst = test_addr("192.0.2.10") };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_server *servers[3], *choice;
		struct director *director;
		struct lvs_service *service = NULL;
		struct lvs_service_spec spec;

		director_setup((void **)&director);
		for (size_t n = 0; n < ARRAY_LEN(servers); n++) {
			servers[n] = director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, rips[n], 80);
			service = servers[n]->service;
		}
		spec = service->spec;
		spec.sched = lvs_sched_find("ll");
		assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
		for (size_t n = 0; n < ARRAY_LEN(servers); n++) {
			struct lvs_server_spec with = servers[n]->spec;

			with.weight = rows[i].servers[n].weight;
			assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), servers[n], &with), 0);
			servers[n]->active = rows[i].servers[n].active;
			servers[n]->seen.latency = rows[i].servers[n].latency;
			lvs_server_changed(servers[n]);
		}
		choice = service->spec.sched->pick(service, &tuple, director->now);
		if (choice != (rows[i].expect < 0 ? NULL : servers[rows[i].expect]))
			fail_msg("%s", rows[i].what);
		for (size_t n = 0; n < ARRAY_LEN(servers); n++)
			servers[n]->active = 0;
		director_teardown((void **)&director);
	}
}

/* Through the engine: who answers sooner gets more, once each is known. */
static void learns(void **state)
{
	struct director *director = *state;
	struct lvs_server *slow = director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, "10.0.0.1", 80);
	struct lvs_server *quick = director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, "10.0.0.2", 80);
	struct lvs_service_spec spec = slow->service->spec;

	spec.sched = lvs_sched_find("ll");
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), slow->service, &spec), 0);
	for (uint16_t i = 0; i < 11; i++) {
		struct build syn = { .src = "203.0.113.5", .dst = "192.0.2.10", .sport = (uint16_t)(1000 + i), .dport = 80,
				     .tcp_flags = LVS_TCP_SYN };
		struct build answer = { .dst = "203.0.113.5", .sport = 80, .dport = (uint16_t)(1000 + i),
					.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK };
		uint64_t before = slow->counters.conns;

		assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
		answer.src = slow->counters.conns != before ? "10.0.0.1" : "10.0.0.2";
		director->now += (slow->counters.conns != before ? 4 : 1) * LVS_NS_PER_MS;
		assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	}
	assert_int_equal(slow->seen.latency, 4 * LVS_NS_PER_MS);
	assert_int_equal(quick->seen.latency, LVS_NS_PER_MS);
	/* Kept open, 4 ms x (s + 1) against 1 ms x (q + 1): one of five. */
	assert_in_range(slow->counters.conns, 2, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test_setup_teardown(learns, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
