// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One-packet scheduling: 192.0.2.10 and 2001:db8::10, port 53 of UDP, before 10.2.0.1, .2 and .3 (2001:db8:2::1 and so
 * on), port 5300, round robin.
 */
#include "tests/lib/test.h"

#include "engine/one_packet.h"
#include "engine/persist.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* what is left out is 0 */

static const char *const servers4[] = { "10.2.0.1", "10.2.0.2", "10.2.0.3" };
static const char *const servers6[] = { "2001:db8:2::1", "2001:db8:2::2", "2001:db8:2::3" };

static void serve(struct director *director, const char *vip, const char *const servers[3])
{
	struct lvs_service_spec spec;
	struct lvs_server *server = NULL;

	for (size_t i = 0; i < 3; i++)
		server = director_serve(director, LVS_PROTO_UDP, vip, 53, servers[i], 5300);
	spec = server->service->spec;
	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), server->service, &spec), 0);
}

static int set_up(void **state)
{
	int err = director_setup(state);

	serve(*state, "192.0.2.10", servers4);
	serve(*state, "2001:db8::10", servers6);
	return err;
}

#define REQUEST4(port) { .proto = LVS_PROTO_UDP, .src = "10.1.0.1", .sport = port, .dst = "192.0.2.10", .dport = 53, .payload = 1 }
#define REQUEST6(port) { .proto = LVS_PROTO_UDP, .src = "2001:db8:1::1", .sport = port, .dst = "2001:db8::10", .dport = 53, .payload = 1 }

/* @request arrives and leaves for @server. */
static void expect_request(struct director *director, struct build request, const char *server)
{
	assert_int_equal(director_take(director, &request), LVS_DROP_NONE);
	request.dst = server;
	request.dport = 5300;
	director_expect(director, build(&request));
}

/* @server answers @request, and the client gets it from the virtual service. */
static void expect_reply(struct director *director, const struct build *request, const char *server)
{
	struct build reply = { .proto = LVS_PROTO_UDP, .src = server, .sport = 5300, .dst = request->src,
			       .dport = request->sport, .payload = 2 };

	assert_int_equal(director_take(director, &reply), LVS_DROP_NONE);
	reply.src = request->dst;
	reply.sport = request->dport;
	director_expect(director, build(&reply));
}

/* The servers of the kernel's own series, its counters, and replies that the kernel leaves untranslated. */
static void each_datagram_of_one_socket_goes_to_the_next_server(void **state)
{
	static const struct build request4 = REQUEST4(40019), request6 = REQUEST6(40019);
	static const int kernel[] = { 3, 2, 1, 3, 2, 1 };
	struct director *director = *state;
	const struct lvs_stats *stats = lvs_engine_stats(director->engine);
	struct lvs_service_key key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(53), .proto = LVS_PROTO_UDP };
	struct lvs_service *service = lvs_service_find(lvs_engine_rules(director->engine), &key);

	for (size_t i = 0; i < ARRAY_LEN(kernel); i++) {
		expect_request(director, request4, servers4[kernel[i] - 1]);
		expect_reply(director, &request4, servers4[kernel[i] - 1]);
		expect_request(director, request6, servers6[kernel[i] - 1]);
		expect_reply(director, &request6, servers6[kernel[i] - 1]);
	}
	assert_int_equal(stats->total.conns, 12);
	assert_int_equal(service->counters.conns, 6);
	assert_int_equal(service->counters.in_packets, 6);
	for (uint32_t i = 0; i < service->nservers; i++) {
		assert_int_equal(service->servers[i]->counters.conns, 2);
		assert_int_equal(service->servers[i]->active + service->servers[i]->inactive, 0);
	}
	assert_int_equal(lvs_engine_conns(director->engine)->used, 6);
}

static void answers_that_come_late_and_crosswise_are_translated(void **state)
{
	static const struct build request = REQUEST4(40019), other = REQUEST4(40020);
	struct director *director = *state;

	expect_request(director, request, servers4[2]);
	expect_request(director, other, servers4[1]);
	expect_request(director, request, servers4[0]);
	expect_reply(director, &request, servers4[0]);
	expect_reply(director, &other, servers4[1]);
	expect_reply(director, &request, servers4[2]);
	expect_reply(director, &request, servers4[2]);
}

static void a_record_ends_soon_and_each_answer_prolongs_it(void **state)
{
	static const struct build request = REQUEST4(40019);
	static const struct build late = { .proto = LVS_PROTO_UDP, .src = "10.2.0.3", .sport = 5300, .dst = "10.1.0.1",
					   .dport = 40019 };
	struct director *director = *state;

	expect_request(director, request, servers4[2]);
	director_wait(director, LVS_SECONDS(LVS_ONE_PACKET_SECONDS - 1));
	expect_reply(director, &request, servers4[2]);
	director_wait(director, LVS_SECONDS(LVS_ONE_PACKET_SECONDS - 1));
	expect_reply(director, &request, servers4[2]);
	director_wait(director, LVS_SECONDS(LVS_ONE_PACKET_SECONDS + 2));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	assert_int_equal(director_take(director, &late), LVS_DROP_NONE);
	director_expect(director, build(&late));	/* none of ours any more */
}

static void all_fragments_of_a_datagram_go_to_its_server(void **state)
{
	struct director *director = *state;

	for (uint32_t id = 1; id <= 3; id++) {
		struct build first = REQUEST4(40019), later;
		const char *server = servers4[3 - id];

		first.payload = 2000;
		first.id = id;
		first.frag_bytes = 1000;
		later = first;
		later.frag_offset = 1000;
		later.frag_bytes = 1008;
		assert_int_equal(director_take(director, &later), LVS_DROP_NONE);
		assert_int_equal(director->nout, 0);
		assert_int_equal(director_take(director, &first), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		first.dst = later.dst = server;
		first.dport = later.dport = 5300;
		build_expect("the first fragment", &director->out[0], build(&first));
		build_expect("the one that was held", &director->out[1], build(&later));
	}
}

static void an_error_from_the_servers_side_reaches_the_client(void **state)
{
	static const struct build request = REQUEST4(40019);
	struct build sent = request, error = { .proto = LVS_PROTO_ICMP, .src = "10.2.0.3", .dst = "10.1.0.1", .icmp_type = 3,
					       .icmp_code = 3 };
	struct director *director = *state;
	struct lvs_packet quote;

	expect_request(director, request, servers4[2]);
	sent.dst = servers4[2];
	sent.dport = 5300;
	quote = build(&sent);
	error.quote = quote.data;
	error.quote_bytes = quote.len;
	assert_int_equal(director_take(director, &error), LVS_DROP_NONE);
	build_free(&quote);
	quote = build(&request);
	error.src = request.dst;
	error.quote = quote.data;
	director_expect(director, build(&error));
	build_free(&quote);
}

static void a_full_table_takes_the_idlest_records_and_spares_what_lives(void **state)
{
	struct director *director = *state;
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);
	struct build web = { .src = "10.1.0.1", .sport = 1, .dst = "192.0.2.10", .dport = 80, .tcp_flags = LVS_TCP_SYN };
	struct build answer = { .src = "10.2.0.1", .sport = 80, .dst = "10.1.0.1", .dport = 1,
				.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK };

	director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, "10.2.0.1", 80);
	assert_int_equal(director_take(director, &web), LVS_DROP_NONE);
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	web.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &web), LVS_DROP_NONE);
	for (uint16_t port = 1000; port < 2000; port++) {
		struct build request = REQUEST4(port);

		expect_request(director, request, servers4[2 - (port - 1000) % 3]);
	}
	assert_int_equal(conns->used, conns->capacity);
	assert_int_equal(director_take(director, &web), LVS_DROP_NONE);
}

static void a_removed_server_keeps_its_number_as_long_as_records_name_it(void **state)
{
	static const struct build request = REQUEST4(40019);
	static const struct build reply = { .proto = LVS_PROTO_UDP, .src = "10.2.0.3", .sport = 5300, .dst = "10.1.0.1",
					    .dport = 40019 };
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_key key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(53), .proto = LVS_PROTO_UDP };
	struct lvs_server *server = lvs_service_find(rules, &key)->servers[0];
	uint32_t id = server->id;

	expect_request(director, request, servers4[2]);
	assert_int_equal(server->pins, 1);
	lvs_server_remove(rules, server, director->now);
	assert_int_equal(director_take(director, &reply), LVS_DROP_SERVER_GONE);
	assert_ptr_equal(lvs_server_at(rules, id), server);
	director_wait(director, LVS_SECONDS(60));
	assert_int_equal(server->pins, 0);
	director_wait(director, LVS_SECONDS(200));
	assert_null(lvs_server_at(rules, id));
}

/* Two services before the same servers: whoever asked last is answered. */
static void a_socket_that_asks_two_services_gets_the_answer_of_the_later_one(void **state)
{
	static const struct build request = REQUEST4(40019);
	struct build second = request;
	struct director *director = *state;

	serve(director, "192.0.2.11", servers4);
	second.dst = "192.0.2.11";
	expect_request(director, request, servers4[2]);
	expect_request(director, second, servers4[2]);
	expect_reply(director, &second, servers4[2]);
}

static void an_ordinary_connection_to_the_server_is_not_disturbed(void **state)
{
	static const struct build request = REQUEST4(40019);
	struct build ordinary = request;
	struct director *director = *state;

	director_serve(director, LVS_PROTO_UDP, "192.0.2.12", 53, servers4[2], 5300);
	ordinary.dst = "192.0.2.12";
	expect_request(director, ordinary, servers4[2]);
	assert_int_equal(director_take(director, &request), LVS_DROP_CONN_CLASH);
	expect_reply(director, &ordinary, servers4[2]);
}

/* Templates hold all the same: then one-packet scheduling only means that no datagram is a flow. */
static void a_persistent_client_stays_with_his_server(void **state)
{
	static const struct build request = REQUEST4(40019), other = REQUEST4(40020);
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_key key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(53), .proto = LVS_PROTO_UDP };
	struct lvs_service *service = lvs_service_find(rules, &key);
	struct lvs_service_spec spec = service->spec;

	spec.persist.timeout = 60;
	spec.persist.mask = lvs_persist_mask4(LVS_BE32(0xffffffff));
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	for (size_t i = 0; i < 3; i++) {
		expect_request(director, request, servers4[2]);
		expect_request(director, other, servers4[2]);
		expect_reply(director, &request, servers4[2]);
		director_wait(director, LVS_SECONDS(50));
	}
	assert_int_equal(lvs_engine_conns(director->engine)->ntemplates, 1);
	director_wait(director, LVS_SECONDS(20));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	expect_request(director, request, servers4[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, director_teardown)
		TEST(each_datagram_of_one_socket_goes_to_the_next_server),
		TEST(answers_that_come_late_and_crosswise_are_translated),
		TEST(a_record_ends_soon_and_each_answer_prolongs_it),
		TEST(all_fragments_of_a_datagram_go_to_its_server),
		TEST(an_error_from_the_servers_side_reaches_the_client),
		TEST(a_full_table_takes_the_idlest_records_and_spares_what_lives),
		TEST(a_removed_server_keeps_its_number_as_long_as_records_name_it),
		TEST(a_socket_that_asks_two_services_gets_the_answer_of_the_later_one),
		TEST(an_ordinary_connection_to_the_server_is_not_disturbed),
		TEST(a_persistent_client_stays_with_his_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
