// SPDX-License-Identifier: GPL-2.0-or-later
/* Single connections are ended, in silence or with a word to both ends, and their neighbours go on. */
#include "tests/lib/test.h"

#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/trace.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define CLIENT "10.9.0.1"
#define VIP "192.0.2.1"
#define RIP "10.0.0.1"

static struct build from_client(uint16_t cport, uint8_t flags)
{
	return (struct build){ .src = CLIENT, .dst = VIP, .sport = cport, .dport = 80, .tcp_flags = flags, .seq = 1000,
			       .ack = 2000, .window = 77 };
}

static struct build from_server(uint16_t cport, uint8_t flags)
{
	return (struct build){ .src = RIP, .dst = CLIENT, .sport = 8080, .dport = cport, .tcp_flags = flags, .seq = 2000,
			       .ack = 1000, .window = 88 };
}

static struct lvs_conn *find(struct director *director, uint16_t cport, uint8_t proto)
{
	const struct lvs_tuple tuple = { .src = test_addr(CLIENT), .dst = test_addr(VIP), .sport = LVS_BE16(cport),
					 .dport = LVS_BE16(proto == LVS_PROTO_UDP ? 53 : 80), .proto = proto };
	struct lvs_conn_table *table = &director->engine->conns;
	enum lvs_dir dir;

	return lvs_conn_find(table, &tuple, lvs_conn_hash(table, &tuple), &dir);
}

static void take(struct director *director, struct build what)
{
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
}

static struct lvs_conn *connected(struct director *director, uint16_t cport)
{
	take(director, from_client(cport, LVS_TCP_SYN));
	take(director, from_server(cport, LVS_TCP_SYN | LVS_TCP_ACK));
	take(director, from_client(cport, LVS_TCP_ACK));
	return find(director, cport, LVS_PROTO_TCP);
}

static bool disconnect(struct director *director, struct lvs_conn *conn, bool reset)
{
	director_begin(director);
	return lvs_engine_disconnect(director->engine, conn, reset, director->now, &director->sink);
}

static void in_silence_it_is_gone_at_once(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 8080);
	struct build what = from_client(1000, LVS_TCP_ACK);

	(void)connected(director, 1000);
	(void)connected(director, 1001);
	assert_true(disconnect(director, find(director, 1000, LVS_PROTO_TCP), false));
	assert_int_equal(director->nout, 0);
	assert_null(find(director, 1000, LVS_PROTO_TCP));
	assert_int_equal(server->active, 1);
	assert_int_equal(server->retiring, 0);
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_CONN);
	take(director, from_client(1001, LVS_TCP_ACK));
}

static void both_ends_are_reset_by_what_the_server_says(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 8080);
	struct build answer = from_server(1000, LVS_TCP_ACK), again = from_client(1000, LVS_TCP_SYN);

	(void)connected(director, 1000);
	(void)connected(director, 1001);
	assert_false(disconnect(director, find(director, 1000, LVS_PROTO_TCP), true));
	assert_int_equal(director->nout, 1);	/* the server is asked where it stands */
	assert_true(server->retiring);
	take(director, from_client(1001, LVS_TCP_ACK));
	assert_int_equal(director->nout, 1);
	take(director, answer);
	assert_int_equal(director->nout, 2);
	build_expect("the server's", &director->out[0],
		     build(&(struct build){ .src = CLIENT, .dst = RIP, .sport = 1000, .dport = 8080, .seq = 1000,
					    .tcp_flags = LVS_TCP_RST, .df = true }));
	build_expect("the client's", &director->out[1],
		     build(&(struct build){ .src = VIP, .dst = CLIENT, .sport = 80, .dport = 1000, .seq = 2000, .ack = 1000,
					    .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK }));
	assert_int_equal(server->active, 1);
	/* Who begins anew is welcome. */
	take(director, again);
	assert_int_equal(find(director, 1000, LVS_PROTO_TCP)->dismissed, 0);
	assert_int_equal(server->dismissing, 0);
	assert_int_equal(server->retiring, 0);
	take(director, from_client(1001, LVS_TCP_ACK));
}

static void who_watches_sees_the_question(void **state)
{
	const struct lvs_trace_filter everything = { .proto = 0 };
	const struct lvs_trace_record *record;
	struct director *director = *state;
	struct lvs_tracer *tracer;
	struct lvs_conn *conn;

	(void)director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 8080);
	conn = connected(director, 1000);
	assert_int_equal(lvs_trace_start(director->engine, &everything, 128, 65536, &tracer), 0);
	assert_false(disconnect(director, conn, true));
	assert_int_equal(director->nout, 1);
	record = lvs_trace_peek(tracer);
	assert_non_null(record);
	assert_true(record->out && record->known);
	assert_int_equal(record->verdict, LVS_TRACE_SAID);
	assert_int_equal(record->cport, LVS_BE16(1000));
	assert_int_equal(record->len, director->out[0].len);
	lvs_trace_pop(tracer);
	assert_null(lvs_trace_peek(tracer));
	lvs_trace_stop(tracer);
}

static void who_says_nothing_is_not_told(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 8080);

	assert_false(disconnect(director, connected(director, 1000), true));
	assert_false(disconnect(director, find(director, 1000, LVS_PROTO_TCP), true));	/* twice is once */
	assert_int_equal(server->dismissing, 1);
	director_wait(director, LVS_SECONDS(9));
	assert_non_null(find(director, 1000, LVS_PROTO_TCP));
	director_wait(director, LVS_SECONDS(2));
	assert_null(find(director, 1000, LVS_PROTO_TCP));
	assert_int_equal(server->dismissing, 0);
	assert_int_equal(server->retiring, 0);
}

static void a_server_may_go_and_come_back_meanwhile(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 8080);
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = server->service;
	struct lvs_server_spec spec = server->spec;

	assert_false(disconnect(director, connected(director, 1000), true));
	lvs_server_remove(rules, server, director->now);
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	assert_true(server->retiring);
	director_wait(director, LVS_SECONDS(11));
	assert_int_equal(server->retiring, 0);
	spec.weight = 0;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	assert_true(server->retiring);
}

static void what_has_no_end_to_tell_is_gone_at_once(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 8080);
	struct lvs_service_spec spec = server->service->spec;
	struct lvs_conn *template;

	(void)director_serve(director, LVS_PROTO_UDP, VIP, 53, RIP, 53);
	take(director, (struct build){ .src = CLIENT, .dst = VIP, .sport = 1000, .dport = 53, .proto = LVS_PROTO_UDP });
	assert_true(disconnect(director, find(director, 1000, LVS_PROTO_UDP), true));
	take(director, from_client(1000, LVS_TCP_SYN));
	assert_true(disconnect(director, find(director, 1000, LVS_PROTO_TCP), true));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	spec.persist = (struct lvs_persist_spec){ .timeout = 100, .mask = lvs_persist_mask6(128) };
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), server->service, &spec), 0);
	template = lvs_conn_at(lvs_engine_conns(director->engine), connected(director, 1001)->control);
	assert_true(disconnect(director, template, true));
	assert_int_equal(server->persistent, 0);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	take(director, from_client(1001, LVS_TCP_ACK));
}

static void associations_wait_for_a_heartbeat(void **state)
{
	static const uint8_t init[] = { 1, 0, 0, 20, 0, 0, 0, 9, 0, 0, 0x20, 0, 0, 10, 0, 10, 0, 0, 0, 1 };
	struct director *director = *state;
	struct lvs_conn *conn;

	(void)director_serve(director, LVS_PROTO_SCTP, VIP, 80, RIP, 8080);
	take(director, (struct build){ .src = CLIENT, .dst = VIP, .sport = 1000, .dport = 80, .proto = LVS_PROTO_SCTP,
				       .quote = init, .quote_bytes = sizeof(init) });
	conn = find(director, 1000, LVS_PROTO_SCTP);
	conn->state = lvs_proto_sctp.midst;
	assert_false(disconnect(director, conn, true));
	assert_int_equal(director->nout, 0);
	director_wait(director, LVS_SECONDS(58));
	assert_non_null(find(director, 1000, LVS_PROTO_SCTP));
	director_wait(director, LVS_SECONDS(3));
	assert_null(find(director, 1000, LVS_PROTO_SCTP));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_silence_it_is_gone_at_once),
		TEST(both_ends_are_reset_by_what_the_server_says),
		TEST(who_watches_sees_the_question),
		TEST(who_says_nothing_is_not_told),
		TEST(a_server_may_go_and_come_back_meanwhile),
		TEST(what_has_no_end_to_tell_is_gone_at_once),
		TEST(associations_wait_for_a_heartbeat),
	};

	return cmocka_run_group_tests_name("disconnect", tests, NULL, NULL);
}
