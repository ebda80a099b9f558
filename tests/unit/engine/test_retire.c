// SPDX-License-Identifier: GPL-2.0-or-later
/* Servers that are removed or get weight 0, and what their connections and clients see of it. */
#include "tests/lib/test.h"

#include "engine/persist.h"
#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

#define VIP "192.0.2.1"
#define CLIENT "10.9.0.1"

static int setup(void **state)
{
	struct director *director;

	director_setup(state);
	director = *state;
	director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 8080);
	director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.2", 8080);
	director_serve(director, LVS_PROTO_UDP, VIP, 53, "10.0.0.1", 53);
	director_serve(director, LVS_PROTO_UDP, VIP, 53, "10.0.0.2", 53);
	return 0;
}

static struct lvs_rules *rules_of(struct director *director)
{
	return lvs_engine_rules(director->engine);
}

static struct lvs_service *service_of(struct director *director, uint8_t proto, uint16_t port)
{
	return lvs_service_find(rules_of(director),
				&(struct lvs_service_key){ .addr = test_addr(VIP), .port = LVS_BE16(port), .proto = proto });
}

static struct lvs_service *web(struct director *director)
{
	return service_of(director, LVS_PROTO_TCP, 80);
}

/* Return: last byte of the server's address, 0 if the packet went nowhere */
static unsigned int request(struct director *director, uint16_t cport, uint8_t flags)
{
	struct build what = { .src = CLIENT, .dst = VIP, .sport = cport, .dport = 80, .proto = LVS_PROTO_TCP,
			      .tcp_flags = flags, .seq = 100, .ack = 200 };

	return director_take(director, &what) == LVS_DROP_NONE ? director->out[0].data[19] : 0;
}

/* Return: the server that @cport is connected to */
static struct lvs_server *connected(struct director *director, uint16_t cport)
{
	const struct lvs_service *service = web(director);
	unsigned int last = request(director, cport, LVS_TCP_SYN);

	assert_int_equal(request(director, cport, LVS_TCP_ACK), last);
	for (uint32_t i = 0; i < service->nservers; i++)
		if (service->servers[i]->spec.addr.bytes[15] == last)
			return service->servers[i];
	fail();
	return NULL;
}

static void set_weight(struct director *director, struct lvs_server *server, uint32_t weight)
{
	struct lvs_server_spec spec = server->spec;

	spec.weight = weight;
	assert_int_equal(lvs_server_edit(rules_of(director), server, &spec), 0);
}

static void choose(struct director *director, const struct lvs_service_spec *choices)
{
	struct lvs_service *service = web(director);
	struct lvs_service_spec spec = service->spec;

	spec.expire_nodest_conn = choices->expire_nodest_conn;
	spec.expire_quiescent_template = choices->expire_quiescent_template;
	spec.conn_reuse = choices->conn_reuse;
	spec.persist = choices->persist;
	memcpy(spec.sloppy, choices->sloppy, sizeof(spec.sloppy));
	memcpy(spec.timeouts, choices->timeouts, sizeof(spec.timeouts));
	assert_int_equal(lvs_service_edit(rules_of(director), service, &spec), 0);
}

/* Reference section 6, point 15. */
static void connections_wait_in_silence_for_a_removed_server(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = connected(director, 1000);
	struct lvs_service *service = web(director);
	struct lvs_server_spec spec = server->spec;

	lvs_server_remove(rules_of(director), server, director->now);
	director_wait(director, LVS_SECONDS(1));
	assert_int_equal(request(director, 1000, LVS_TCP_ACK), 0);
	assert_int_equal(director->nout, 0);
	assert_int_equal(lvs_engine_stats(director->engine)->dropped[LVS_DROP_SERVER_GONE], 1);
	assert_int_equal(lvs_server_add(rules_of(director), service, &spec, &server), 0);
	assert_int_equal(server->active, 1);
	assert_int_equal(request(director, 1000, LVS_TCP_ACK), spec.addr.bytes[15]);
}

static void who_was_not_answered_does_not_wait_for_a_removed_server(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = web(director);
	unsigned int first = request(director, 1000, LVS_TCP_SYN);
	struct lvs_server *server = service->servers[service->servers[0]->spec.addr.bytes[15] == first ? 0 : 1];

	assert_int_equal(request(director, 1000, LVS_TCP_SYN), first);
	lvs_server_remove(rules_of(director), server, director->now);
	/* Whoever speaks for the connection does; only who asks for it again gets another. */
	assert_int_equal(request(director, 1000, LVS_TCP_ACK), 0);
	assert_int_equal(request(director, 1000, LVS_TCP_SYN), 3 - first);
	assert_int_equal(server->active + server->inactive, 0);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	invariants_hold(director->engine);
}

static void with_expire_nodest_conn_they_are_reset_or_begin_anew(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = connected(director, 1000);
	unsigned int other = server->spec.addr.bytes[15] == 1 ? 2 : 1;

	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_YES });
	assert_ptr_not_equal(connected(director, 1001), server);
	assert_ptr_equal(connected(director, 1002), server);
	lvs_server_remove(rules_of(director), server, director->now);
	/* Before the sweep: a segment is reset, a SYN goes to the other server. */
	assert_int_equal(request(director, 1000, LVS_TCP_ACK), 0);
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].data[33], LVS_TCP_RST);
	assert_int_equal(request(director, 1002, LVS_TCP_SYN), other);
	invariants_hold(director->engine);
}

static void with_expire_nodest_conn_a_removal_sweeps(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = connected(director, 1000);

	(void)connected(director, 1001);
	(void)connected(director, 1002);
	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_YES });
	lvs_server_remove(rules_of(director), server, director->now);
	director_wait(director, 1);
	assert_int_equal(server->active + server->inactive, 0);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	invariants_hold(director->engine);
}

static void the_sweep_spares_those_who_are_to_wait(void **state)
{
	struct director *director = *state;
	struct lvs_server *server;

	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_YES,
						     .persist = { .timeout = 60, .keep = true, .mask = lvs_persist_mask6(128) } });
	server = connected(director, 1000);
	lvs_server_remove(rules_of(director), server, director->now);
	director_wait(director, 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	assert_int_equal(server->persistent, 1);
	assert_int_equal(request(director, 1001, LVS_TCP_SYN), 0);
}

static void the_service_goes_before_the_settings(void **state)
{
	static const struct {
		uint8_t choice;
		bool settings, yes;
	} rows[] = {
		{ LVS_CHOICE_INHERIT, false, false }, { LVS_CHOICE_INHERIT, true, true }, { LVS_CHOICE_NO, true, false },
		{ LVS_CHOICE_YES, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(lvs_choice_is(rows[i].choice, rows[i].settings), rows[i].yes);
}

static void weight_0_and_expire_nodest_conn_send_a_new_syn_elsewhere(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = connected(director, 1000);
	unsigned int mine = server->spec.addr.bytes[15];

	set_weight(director, server, 0);
	assert_int_equal(request(director, 1000, LVS_TCP_SYN), mine);
	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_YES });
	assert_int_equal(request(director, 1000, LVS_TCP_ACK), mine);
	assert_int_equal(request(director, 1000, LVS_TCP_SYN), 3 - mine);
	assert_int_equal(server->active + server->inactive, 0);
}

/* conn_reuse_mode; the SYN is never lost. The states are those of the client's and the server's segments so far. */
static void a_syn_takes_the_place_of_what_its_mode_says(void **state)
{
	static const struct {
		const char *what;
		uint8_t mode;
		bool no_output;
		uint8_t flags;	/* the client's last segment */
		bool anew;
	} rows[] = {
		{ "default, CLOSE", LVS_REUSE_INHERIT, false, LVS_TCP_RST, true },
		{ "0, CLOSE", LVS_REUSE_NEVER, false, LVS_TCP_RST, false },
		{ "1, CLOSE", LVS_REUSE_OVER, false, LVS_TCP_RST, true },
		{ "1, established", LVS_REUSE_OVER, false, LVS_TCP_ACK, false },
		{ "1, FIN_WAIT without replies", LVS_REUSE_OVER, true, LVS_TCP_FIN, false },
		{ "2, FIN_WAIT without replies", LVS_REUSE_CLOSING, true, LVS_TCP_FIN, true },
		{ "2, CLOSE", LVS_REUSE_CLOSING, false, LVS_TCP_RST, true },
		{ "2, established", LVS_REUSE_CLOSING, true, LVS_TCP_ACK, false },
	};
	struct director *director = *state;
	uint64_t before;

	for (uint16_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_tuple tuple = { .src = test_addr(CLIENT), .dst = test_addr(VIP), .sport = LVS_BE16(2000 + i),
					   .dport = LVS_BE16(80), .proto = LVS_PROTO_TCP };
		struct lvs_conn_table *table = &director->engine->conns;
		enum lvs_dir dir;

		choose(director, &(struct lvs_service_spec){ .conn_reuse = rows[i].mode });
		(void)connected(director, (uint16_t)(2000 + i));
		if (rows[i].no_output)
			lvs_conn_find(table, &tuple, lvs_conn_hash(table, &tuple), &dir)->flags |= LVS_CONN_NO_OUTPUT;
		assert_true(request(director, (uint16_t)(2000 + i), rows[i].flags) != 0);
		before = web(director)->counters.conns;
		assert_true(request(director, (uint16_t)(2000 + i), LVS_TCP_SYN) != 0);
		if ((web(director)->counters.conns != before) != rows[i].anew)
			fail_msg("%s", rows[i].what);
	}
}

static void a_service_has_its_own_timeouts(void **state)
{
	struct director *director = *state;

	choose(director, &(struct lvs_service_spec){ .timeouts = { [LVS_PROTO_INDEX_tcp] = { [1] = 7 } } });
	(void)connected(director, 1000);
	(void)request(director, 1001, LVS_TCP_SYN);
	director_wait(director, LVS_SECONDS(8));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	director_wait(director, LVS_SECONDS(60));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

/* Two hosts took thirty connections each, and the engine looks at one record at a time. */
static void a_sweep_takes_as_many_records_as_it_may(void **state)
{
	struct director *director = *state;
	struct lvs_server *server;
	unsigned int budget, steps = 0;

	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_YES });
	for (uint16_t i = 0; i < 60; i++)
		server = connected(director, (uint16_t)(1000 + i));
	lvs_server_remove(rules_of(director), server, director->now);
	do {
		budget = 1;
		steps++;
	} while (lvs_retire_sweep(director->engine, &budget));
	assert_int_equal(steps, 61);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 30);
	assert_int_equal(server->active + server->inactive, 0);

	/* Nobody looks where there is nothing to end. */
	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_NO });
	lvs_server_remove(rules_of(director), web(director)->servers[0], director->now);
	budget = 1;
	assert_false(lvs_retire_sweep(director->engine, &budget));
	assert_int_equal(budget, 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 30);
}

static void a_reply_of_a_removed_server_ends_its_connection_too(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = connected(director, 1000);
	unsigned int mine = server->spec.addr.bytes[15];
	struct build what = { .src = mine == 1 ? "10.0.0.1" : "10.0.0.2", .dst = CLIENT, .sport = 8080, .dport = 1000,
			      .tcp_flags = LVS_TCP_ACK, .seq = 300, .ack = 400 };

	choose(director, &(struct lvs_service_spec){ .expire_nodest_conn = LVS_CHOICE_YES });
	lvs_server_remove(rules_of(director), server, director->now);
	assert_int_equal(director_take(director, &what), LVS_DROP_SERVER_GONE);
	director_expect(director, build(&(struct build){ .src = CLIENT, .dst = what.src, .sport = 1000, .dport = 8080,
							 .tcp_flags = LVS_TCP_RST, .seq = 400, .df = true }));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void a_service_may_be_sloppy_alone_or_not_at_all(void **state)
{
	static const struct {
		uint8_t choice;
		bool settings, taken;
	} rows[] = {
		{ LVS_CHOICE_INHERIT, false, false }, { LVS_CHOICE_INHERIT, true, true }, { LVS_CHOICE_NO, true, false },
		{ LVS_CHOICE_YES, false, true },
	};
	struct director *director = *state;

	for (uint16_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_engine_settings settings = { .reply_rate = 1000, .sloppy = { [LVS_PROTO_INDEX_tcp] = rows[i].settings } };

		lvs_engine_configure(director->engine, &settings, director->now);
		choose(director, &(struct lvs_service_spec){ .sloppy = { [LVS_PROTO_INDEX_tcp] = rows[i].choice } });
		assert_int_equal(request(director, (uint16_t)(3000 + i), LVS_TCP_ACK) != 0, rows[i].taken);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(connections_wait_in_silence_for_a_removed_server),
		TEST(who_was_not_answered_does_not_wait_for_a_removed_server),
		TEST(with_expire_nodest_conn_they_are_reset_or_begin_anew),
		TEST(with_expire_nodest_conn_a_removal_sweeps),
		TEST(the_sweep_spares_those_who_are_to_wait),
		cmocka_unit_test(the_service_goes_before_the_settings),
		TEST(weight_0_and_expire_nodest_conn_send_a_new_syn_elsewhere),
		TEST(a_syn_takes_the_place_of_what_its_mode_says),
		TEST(a_service_has_its_own_timeouts),
		TEST(a_sweep_takes_as_many_records_as_it_may),
		TEST(a_reply_of_a_removed_server_ends_its_connection_too),
		TEST(a_service_may_be_sloppy_alone_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
