// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of a packet is held against what that packet meets, whatever the rules and whoever came before. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "engine/classify.h"
#include "engine/explain.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define VIP "192.0.2.1"
#define STEPS 4000

static uint32_t below(uint64_t *seed, uint32_t bound)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)((*seed >> 20) % bound);
}

static struct lvs_explanation explain(struct director *director, const char *client, uint16_t cport, const char *vip,
				      uint16_t vport, uint8_t proto)
{
	const struct lvs_tuple tuple = { .src = test_addr(client), .dst = test_addr(vip), .sport = LVS_BE16(cport),
					 .dport = LVS_BE16(vport), .proto = proto };
	struct lvs_explanation ret;

	assert_int_equal(lvs_engine_explain(director->engine, &tuple, 0, director->now, &ret), 0);
	return ret;
}

static void edit_service(struct director *director, struct lvs_service *service, struct lvs_service_spec spec)
{
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
}

/* Weights, thresholds, persistence, limits and scheduler change as they like. */
static void shuffle(struct director *director, struct lvs_service *service, uint64_t *seed)
{
	struct lvs_server *server = service->servers[below(seed, service->nservers)];
	struct lvs_server_spec spec = server->spec;
	struct lvs_service_spec of = service->spec;
	size_t nscheds = 0;

	while (lvs_scheds[nscheds])
		nscheds++;
	spec.weight = below(seed, 4);
	spec.upper = below(seed, 3) ? 0 : below(seed, 6);
	spec.lower = 0;
	spec.drain = !below(seed, 6);
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	if (below(seed, 10))
		return;
	of.sched = lvs_scheds[below(seed, (uint32_t)nscheds)];
	of.persist = (struct lvs_persist_spec){ .timeout = below(seed, 2) ? 100 : 0, .keep = below(seed, 2),
						.mask = lvs_persist_mask6(126) };
	of.limits = (struct lvs_limit_spec){ .client_connections = below(seed, 3) ? 0 : 3, .client_bits4 = 128,
					     .client_bits6 = 128,
					     .server_rate = below(seed, 3) ? (struct lvs_rate){ 0 } : lvs_rate_of(1, 2) };
	of.expire_quiescent_template = below(seed, 3) == 0 ? LVS_CHOICE_YES : LVS_CHOICE_NO;
	edit_service(director, service, of);
}

static void what_is_said_is_what_happens(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80)->service;
	uint64_t seed = 88172645463325252ULL, served = 0, refused = 0;

	(void)director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.2", 80);
	(void)director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.3", 80);
	(void)director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.4", 80);
	for (int step = 0; step < STEPS; step++) {
		char client[20];
		struct build what = { .src = client, .dst = VIP, .sport = (uint16_t)(1024 + below(&seed, 60)), .dport = 80,
				      .tcp_flags = LVS_TCP_SYN };
		struct lvs_explanation said;
		enum lvs_drop drop;

		(void)snprintf(client, sizeof(client), "10.9.0.%u", 1 + below(&seed, 8));
		shuffle(director, service, &seed);
		director_wait(director, below(&seed, 5) ? LVS_NS_PER_MS * below(&seed, 100) : LVS_SECONDS(below(&seed, 90)));
		said = explain(director, client, what.sport, VIP, 80, LVS_PROTO_TCP);
		drop = director_take(director, &what);
		if (drop != said.drop)
			fail_msg("step %d, %s: drop %d, not %d as was said", step, service->spec.sched->name, (int)drop, (int)said.drop);
		if (drop) {
			refused++;
			continue;
		}
		assert_non_null(said.server);
		assert_int_equal(director->nout, 1);
		assert_memory_equal(director->out[0].data + 16, &said.server->spec.addr.words[3], 4);
		served++;
	}
	assert_true(served > STEPS / 4 && refused > STEPS / 20);
}

static void nothing_moves_on_by_asking(void **state)
{
	struct director *director = *state;
	struct lvs_server *first = director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80);
	struct lvs_stats before;

	(void)director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.2", 80);
	before = *lvs_engine_stats(director->engine);
	for (int i = 0; i < 5; i++)
		assert_ptr_equal(explain(director, "10.9.0.1", 0, VIP, 80, LVS_PROTO_TCP).server, first->service->servers[0]);
	assert_memory_equal(&before, lvs_engine_stats(director->engine), sizeof(before));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	assert_int_equal(director->nout, 0);
}

static void a_connection_that_is_known_decides(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80);
	const struct build syn = { .src = "10.9.0.1", .dst = VIP, .sport = 1000, .dport = 80, .tcp_flags = LVS_TCP_SYN };
	struct lvs_explanation said;

	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	(void)director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.2", 80);
	said = explain(director, "10.9.0.1", 1000, VIP, 80, LVS_PROTO_TCP);
	assert_non_null(said.conn);
	assert_ptr_equal(said.server, server);
	assert_ptr_equal(said.service, server->service);
	assert_null(explain(director, "10.9.0.1", 1001, VIP, 80, LVS_PROTO_TCP).conn);
	assert_null(explain(director, "10.9.0.1", 0, VIP, 80, LVS_PROTO_TCP).conn);
	lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	assert_int_equal(explain(director, "10.9.0.1", 1000, VIP, 80, LVS_PROTO_TCP).drop, LVS_DROP_SERVER_GONE);
}

static void services_are_found_by_what_they_are_found_by(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	const struct lvs_mark_rule rule = { .mark = 7, .address = { .addr = test_addr("192.0.2.9"), .bits = 128 } };
	const struct lvs_persist_spec persist = { .timeout = 100, .mask = lvs_persist_mask6(128) };
	struct lvs_classifier *classifier;
	const struct {
		const char *what;
		struct lvs_service_key key;
		uint16_t port;
		const char *vip;
		enum lvs_found found;
	} rows[] = {
		{ "its port", { .addr = test_addr(VIP), .port = LVS_BE16(80), .proto = LVS_PROTO_TCP }, 80, VIP, LVS_FOUND_PORT },
		{ "a list", { .addr = test_addr(VIP), .port = LVS_BE16(90), .proto = LVS_PROTO_TCP, .ranged = true }, 95, VIP,
		  LVS_FOUND_PORT_LIST },
		{ "FTP", { .addr = test_addr("192.0.2.2"), .port = LVS_BE16(21), .proto = LVS_PROTO_TCP }, 5000, "192.0.2.2",
		  LVS_FOUND_FTP },
		{ "all ports", { .addr = test_addr("192.0.2.3"), .proto = LVS_PROTO_TCP }, 5000, "192.0.2.3", LVS_FOUND_ANY_PORT },
		{ "a mark", { .addr = lvs_addr_any(true), .mark = 7 }, 5000, "192.0.2.9", LVS_FOUND_MARK },
	};

	assert_int_equal(lvs_classifier_new(&rule, 1, &rules->key, &classifier), 0);
	lvs_classifier_free(lvs_rules_set_classifier(rules, classifier));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_service_spec spec = { .key = rows[i].key, .sched = lvs_sched_find("rr"), .persist = persist };
		struct lvs_explanation said;
		struct lvs_service *service;

		if (rows[i].key.ranged)
			spec.ports = (struct lvs_ports){ .n = 1, .ranges = { { 90, 99 } } };
		assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
		said = explain(director, "10.9.0.1", 1000, rows[i].vip, rows[i].port, LVS_PROTO_TCP);
		assert_ptr_equal(said.service, service);
		assert_int_equal(said.found, rows[i].found);
		assert_int_equal(said.mark, rows[i].key.mark);
		assert_int_equal(said.drop, LVS_DROP_NO_SERVER);
	}
	assert_int_equal(explain(director, "10.9.0.1", 1000, VIP, 443, LVS_PROTO_TCP).drop, LVS_DROP_NO_SERVICE);
	assert_true(explain(director, "10.9.0.1", 1000, "198.51.100.1", 443, LVS_PROTO_TCP).passed);
	assert_int_equal(explain(director, "127.0.0.1", 1000, VIP, 80, LVS_PROTO_TCP).drop, LVS_DROP_MARTIAN);
}

static void what_stands_in_the_way_is_said(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80);
	struct lvs_service_spec spec = server->service->spec;
	struct lvs_engine_settings settings = director->engine->settings;
	struct lvs_explanation said;

	spec.syn_proxy = LVS_SYN_PROXY_ON;
	edit_service(director, server->service, spec);
	settings.defence = (struct lvs_defence_settings){ .drop_packet = LVS_DEFENCE_ALWAYS, .rate = 10 };
	lvs_engine_configure(director->engine, &settings, director->now);
	said = explain(director, "10.9.0.1", 1000, VIP, 80, LVS_PROTO_TCP);
	assert_true(said.cookie && said.defence && !said.forgiven);
	assert_ptr_equal(said.server, server);
	server->seen.ejected = true;
	lvs_list_push_back(&server->service->ejected, &server->seen.of_ejected);
	server->seen.until = director->now + LVS_SECONDS(100);
	lvs_server_changed(server);
	said = explain(director, "10.9.0.1", 1000, VIP, 80, LVS_PROTO_TCP);
	assert_true(said.forgiven);
	assert_null(said.server);
	assert_true(server->seen.ejected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_said_is_what_happens),
		TEST(nothing_moves_on_by_asking),
		TEST(a_connection_that_is_known_decides),
		TEST(services_are_found_by_what_they_are_found_by),
		TEST(what_stands_in_the_way_is_said),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
