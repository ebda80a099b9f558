// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What directors usually get wrong and no other test is about: see tests/points.txt, which names the tests of all such
 * points. Each is shown on a whole engine, from outside.
 */
#include "tests/lib/test.h"

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define VIP "192.0.2.10"

/* Servers 1 to 3 of equal weight behind @vport, scheduled by @sched; the newest, 3, stands first. */
static struct lvs_service *serve(struct director *director, uint8_t proto, uint16_t vport, const char *sched,
				 struct lvs_server *ret_servers[4])
{
	static const char *const addrs[] = { NULL, "10.0.0.1", "10.0.0.2", "10.0.0.3" };
	struct lvs_service_spec spec;

	for (unsigned int n = 1; n <= 3; n++)
		ret_servers[n] = director_serve(director, proto, VIP, vport, addrs[n], vport);
	spec = ret_servers[1]->service->spec;
	spec.sched = lvs_sched_find(sched);
	assert_non_null(spec.sched);
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), ret_servers[1]->service, &spec), 0);
	return ret_servers[1]->service;
}

static struct build from_client(uint8_t proto, uint16_t cport, uint16_t vport, uint8_t flags)
{
	return (struct build){ .src = "198.51.100.7", .sport = cport, .dst = VIP, .dport = vport, .proto = proto,
			       .tcp_flags = flags };
}

/* Point 1. A busy server with a single free connection is no different from an idle one, as none of them counts. */
static void datagrams_never_make_a_server_active(void **state)
{
	static const struct {
		const char *sched;
		uint32_t conns[4];	/* of 12 sockets, per server */
	} rows[] = {
		{ "nq", { 0, 0, 0, 12 } },	/* idle, whatever it has */
		{ "ovf", { 0, 0, 0, 12 } },	/* never more active than its weight */
		{ "sed", { 0, 0, 0, 12 } },	/* one more than none everywhere */
		{ "lc", { 0, 4, 4, 4 } },	/* who looks at totals, sees them */
		{ "wlc", { 0, 4, 4, 4 } },
	};
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_server *servers[4];
		struct lvs_service *service = serve(director, LVS_PROTO_UDP, 53, rows[i].sched, servers);

		for (uint16_t cport = 1; cport <= 12; cport++) {
			struct build ask = from_client(LVS_PROTO_UDP, 40000 + cport, 53, 0);

			assert_int_equal(director_take(director, &ask), LVS_DROP_NONE);
		}
		for (unsigned int n = 1; n <= 3; n++) {
			assert_int_equal(servers[n]->active, 0);
			if (servers[n]->inactive != rows[i].conns[n])
				fail_msg("%s: server %u has %u", rows[i].sched, n, servers[n]->inactive);
		}
		director_wait(director, LVS_SECONDS(302));
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

/* Point 1. Whatever the protocol, a connection is born inactive; TCP's first segment makes it active. */
static void the_first_change_of_state_makes_active(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80);
	const struct lvs_tuple tuple = { .src = test_addr("198.51.100.7"), .dst = test_addr(VIP), .sport = LVS_BE16(40000),
					 .dport = LVS_BE16(80), .proto = LVS_PROTO_TCP };
	struct build syn = from_client(LVS_PROTO_TCP, 40000, 80, LVS_TCP_SYN);

	director_begin(director);
	assert_non_null(lvs_engine_schedule_quoted(director->engine, &tuple));
	assert_int_equal(server->active, 0);
	assert_int_equal(server->inactive, 1);
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	assert_int_equal(server->active, 1);
	assert_int_equal(server->inactive, 0);
}

/* Point 5. Which table: that of a client alone until the server was heard, then for ever the other one. */
static void one_reply_ends_the_time_of_input_only(void **state)
{
	struct director *director = *state;
	struct lvs_conn_table *table = &director->engine->conns;
	const struct lvs_tuple tuple = { .src = test_addr("198.51.100.7"), .dst = test_addr(VIP), .sport = LVS_BE16(40000),
					 .dport = LVS_BE16(80), .proto = LVS_PROTO_TCP };
	struct build fin = from_client(LVS_PROTO_TCP, 40000, 80, LVS_TCP_FIN | LVS_TCP_ACK);
	struct build ack = from_client(LVS_PROTO_TCP, 40000, 80, LVS_TCP_ACK);
	struct build syn = from_client(LVS_PROTO_TCP, 40000, 80, LVS_TCP_SYN);
	struct build reply = { .src = "10.0.0.1", .sport = 80, .dst = "198.51.100.7", .dport = 40000,
			       .tcp_flags = LVS_TCP_ACK };
	struct lvs_conn *conn;
	enum lvs_dir dir;

	director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80);
	for (unsigned int heard = 0; heard < 2; heard++) {
		assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
		conn = lvs_conn_find(table, &tuple, lvs_conn_hash(table, &tuple), &dir);
		assert_non_null(conn);
		conn->flags |= LVS_CONN_NO_OUTPUT;	/* as with methods whose replies do not come back */
		assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
		if (heard)
			assert_int_equal(director_take(director, &reply), LVS_DROP_NONE);
		assert_int_equal(!!(conn->flags & LVS_CONN_NO_OUTPUT), !heard);
		assert_int_equal(director_take(director, &fin), LVS_DROP_NONE);
		assert_string_equal(lvs_proto_tcp.states[conn->state].name, heard ? "CLOSE_WAIT" : "FIN_WAIT");
		director_wait(director, LVS_SECONDS(heard ? 59 : 119));
		assert_int_equal(table->used, 1);
		director_wait(director, LVS_SECONDS(2));
		assert_int_equal(table->used, 0);
	}
}

/* Point 6. Nothing that has begun is touched, however many of the new ones go. */
static void drop_packet_spares_what_has_begun(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;
	struct build ack = from_client(LVS_PROTO_TCP, 40000, 80, LVS_TCP_ACK);
	struct build syn = from_client(LVS_PROTO_TCP, 40000, 80, LVS_TCP_SYN), other = syn;

	director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.0.0.1", 80);
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	settings.defence = (struct lvs_defence_settings){ .drop_packet = LVS_DEFENCE_ALWAYS, .rate = 1 };
	lvs_engine_configure(director->engine, &settings, director->now);
	for (uint16_t i = 1; i <= 50; i++) {
		other.sport = (uint16_t)(41000 + i);
		assert_int_equal(director_take(director, &other), LVS_DROP_DEFENCE);
		assert_int_equal(director->nout, 0);
		assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);	/* even that, sent again */
		assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	}
}

/* Point 17. What is said of a TCP service is not heard: its connections are connections. */
static void one_packet_means_nothing_but_to_datagrams(void **state)
{
	struct director *director = *state;
	struct lvs_server *servers[4];
	struct lvs_service *service = serve(director, LVS_PROTO_TCP, 80, "rr", servers);
	struct lvs_service_spec spec = service->spec;

	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	for (unsigned int i = 0; i < 6; i++) {
		struct build segment = from_client(LVS_PROTO_TCP, 40000, 80, i ? LVS_TCP_ACK : LVS_TCP_SYN);

		assert_int_equal(director_take(director, &segment), LVS_DROP_NONE);
	}
	assert_int_equal(servers[3]->counters.conns, 1);
	assert_int_equal(servers[3]->counters.in_packets, 6);
	assert_int_equal(servers[3]->active, 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)
		TEST(datagrams_never_make_a_server_active),
		TEST(the_first_change_of_state_makes_active),
		TEST(one_reply_ends_the_time_of_input_only),
		TEST(drop_packet_spares_what_has_begun),
		TEST(one_packet_means_nothing_but_to_datagrams),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
