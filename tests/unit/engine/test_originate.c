// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls that servers begin, see tests/lib/dialog.h. Every test runs with connections and with one-packet scheduling. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "engine/persist.h"
#include "engine/wire.h"
#include "tests/lib/dialog.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* what is left out is 0 */

static void a_server_calls_and_the_answer_comes_back_to_it(void **state)
{
	struct director *director = *state;

	for (unsigned int family = 0; family < 2; family++) {
		for (size_t i = 0; i < ARRAY_LEN(dialog_csums); i++) {
			struct dialog_message *words;
			char call_id[40];

			(void)snprintf(call_id, sizeof(call_id), "call-%zu%.*s", i, (int)i, "-----");
			words = dialog_message("INVITE", call_id);
			words->build.csum = dialog_csums[i];
			dialog_tell(director, family, 0, dialog_clients[family][0], (uint16_t)(5060 + i), words);
			words = dialog_message("SIP/2.0 180", call_id);
			words->build.csum = dialog_csums[i];
			assert_int_equal(dialog_say(director, family, dialog_clients[family][0], (uint16_t)(5060 + i), words), 0);
			assert_int_equal(dialog_say(director, family, dialog_clients[family][1], 1024, dialog_message("SIP/2.0 200", call_id)), 0);
			dialog_tell(director, family, 0, dialog_clients[family][0], (uint16_t)(5060 + i), dialog_message("ACK", call_id));
		}
	}
}

static void a_call_of_a_server_is_counted_as_a_connection(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = dialog_service(director, dialog_vips[0]);
	struct dialog_message *words = dialog_message("INVITE", "one");
	struct lvs_server *server = service->servers[2];

	dialog_tell(director, 0, 0, dialog_clients[0][0], 5060, words);
	assert_int_equal(lvs_engine_stats(director->engine)->total.conns, 1);
	assert_int_equal(service->counters.conns, 1);
	assert_int_equal(server->counters.conns, 1);
	assert_int_equal(server->counters.in_packets, 0);
	assert_int_equal(server->counters.out_packets, 1);
	assert_int_equal(server->counters.out_bytes, 28 + words->build.quote_bytes);
	assert_int_equal(server->persistent, 1);
	assert_int_equal(dialog_template(director, "one")->state, dialog_is_one_packet(director) ? LVS_PERSIST_NONE : LVS_PERSIST_ASSURED);
	assert_int_equal(server->inactive, dialog_is_one_packet(director) ? 0 : 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 2);
}

/* A server that takes no new calls still makes some. */
static void a_server_of_weight_0_calls_too(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = dialog_service(director, dialog_vips[0])->servers[2];
	struct lvs_server_spec spec = server->spec;

	spec.weight = 0;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	dialog_tell(director, 0, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one"));
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("SIP/2.0 200", "one")), 0);
}

static void a_server_that_drains_calls_until_its_time_is_over(void **state)
{
	struct director *director = *state;
	struct build late = dialog_message("INVITE", "late")->build;

	dialog_drain(director, 50);
	dialog_tell(director, 0, 2, dialog_clients[0][0], 5060, dialog_message("INVITE", "one"));
	director_wait(director, LVS_SECONDS(51));
	late.src = dialog_servers[0][2];
	late.sport = DIALOG_PORT;
	late.dst = dialog_clients[0][1];
	late.dport = 5060;
	assert_int_equal(director_take(director, &late), LVS_DROP_DRAINED);
	assert_int_equal(director->nout, 0);
}

/* The telephone registered with one server a moment ago, from the same port; another one calls it. */
static void a_client_of_one_server_is_called_by_another(void **state)
{
	struct director *director = *state;

	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("REGISTER", "registration")), 2);
	dialog_tell(director, 0, 2, dialog_clients[0][0], 5060, dialog_message("SIP/2.0 200", "registration"));
	dialog_tell(director, 0, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "call"));
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("SIP/2.0 180", "call")), 0);
	dialog_tell(director, 0, 2, dialog_clients[0][0], 5060, dialog_message("OPTIONS", "ping"));
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("SIP/2.0 200", "ping")), 2);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5061, dialog_message("REGISTER", "registration")), 2);
}

/* With one-packet scheduling the record of the registration is there, but it says nothing of the call. */
static void the_server_that_just_answered_calls(void **state)
{
	struct director *director = *state;

	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("REGISTER", "registration")), 2);
	dialog_tell(director, 0, 2, dialog_clients[0][0], 5060, dialog_message("SIP/2.0 200", "registration"));
	for (unsigned int n = 0; n < 5; n++) {
		char call_id[20];

		(void)snprintf(call_id, sizeof(call_id), "call-%u", n);
		dialog_tell(director, 0, 2, dialog_clients[0][0], 5060, dialog_message("INVITE", call_id));
		assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("SIP/2.0 200", call_id)), 2);
	}
}

static void a_server_takes_a_dialog_over(void **state)
{
	struct director *director = *state;

	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one")), 2);
	dialog_tell(director, 0, 1, dialog_clients[0][1], 5070, dialog_message("BYE", "one"));
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5061, dialog_message("SIP/2.0 200", "one")), 1);
	assert_int_equal(dialog_service(director, dialog_vips[0])->servers[0]->persistent, 0);
	assert_int_equal(dialog_service(director, dialog_vips[0])->servers[1]->persistent, 1);
}

static void all_fragments_of_a_call_leave_in_the_services_name(void **state)
{
	struct director *director = *state;

	for (unsigned int family = 0; family < 2; family++) {
		struct dialog_message *words = dialog_message("INVITE", "one");
		struct build first, later;

		memset(words->text + words->build.quote_bytes, 'x', 2000 - words->build.quote_bytes);
		words->build.quote_bytes = 2000;
		words->build.src = dialog_servers[family][0];
		words->build.dst = dialog_clients[family][0];
		words->build.sport = DIALOG_PORT;
		words->build.dport = 5060;
		words->build.id = 7;
		first = later = words->build;
		first.frag_bytes = 1000;
		later.frag_offset = 1000;
		later.frag_bytes = 1008;
		assert_int_equal(director_take(director, &later), LVS_DROP_NONE);
		assert_int_equal(director->nout, 0);
		assert_int_equal(director_take(director, &first), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		first.src = later.src = dialog_vips[family];
		first.sport = later.sport = DIALOG_VPORT;
		build_expect("the first fragment", &director->out[0], build(&first));
		build_expect("the one that was held", &director->out[1], build(&later));
		assert_int_equal(dialog_say(director, family, dialog_clients[family][1], 5060, dialog_message("SIP/2.0 200", "one")), 0);
	}
}

/* @what leaves as it came. */
static void expect_passed(struct director *director, const struct build *what)
{
	assert_int_equal(director_take(director, what), LVS_DROP_NONE);
	director_expect(director, build(what));
}

static void what_a_server_says_besides_is_its_own(void **state)
{
	struct director *director = *state;
	struct build what = dialog_message("INVITE", "one")->build;

	what.src = dialog_servers[0][0];
	what.sport = DIALOG_VPORT;	/* not the server's port */
	what.dst = dialog_clients[0][0];
	what.dport = 5060;
	expect_passed(director, &what);
	what.src = "10.2.0.9";	/* nobody's address */
	what.sport = DIALOG_PORT;
	expect_passed(director, &what);
	what.src = dialog_servers[0][0];
	what.proto = LVS_PROTO_TCP;
	what.tcp_flags = LVS_TCP_SYN;
	expect_passed(director, &what);
	what.proto = LVS_PROTO_UDP;
	what.quote = NULL;	/* no Call-ID */
	what.payload = 12;
	expect_passed(director, &what);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

/* nat_icmp_send: that nobody knows its connection is only said of what begins none. */
static void a_call_comes_before_the_answer_that_nobody_knows_it(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;
	struct build what = { .proto = LVS_PROTO_UDP, .src = dialog_servers[0][0], .sport = DIALOG_PORT,
			      .dst = dialog_clients[0][0], .dport = 5060, .payload = 12 };

	settings.nat_icmp_send = true;
	lvs_engine_configure(director->engine, &settings, director->now);
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_CONN);
	dialog_tell(director, 0, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one"));
}

/* Whom servers call has not asked for it. */
static void calls_are_not_held_against_the_client(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = dialog_service(director, dialog_vips[0]);
	struct lvs_service_spec spec = service->spec;

	spec.limits.client_rate = (struct lvs_rate){ .interval = LVS_SECONDS(10), .slack = 0 };
	spec.limits.client_bits4 = 32;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	for (uint16_t port = 5060; port < 5065; port++)
		dialog_tell(director, 0, 0, dialog_clients[0][0], port, dialog_message("INVITE", "one"));
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 6000, dialog_message("INVITE", "two")), 2);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 6001, dialog_message("INVITE", "three")), -1);
}

static void a_virtual_address_is_no_client(void **state)
{
	struct director *director = *state;
	struct build what = dialog_message("INVITE", "one")->build;

	what.src = dialog_servers[0][0];
	what.sport = DIALOG_PORT;
	what.dst = dialog_vips[0];
	what.dport = 9;
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_SERVICE);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void a_server_that_asks_the_service_is_its_client(void **state)
{
	struct director *director = *state;

	assert_int_equal(dialog_say(director, 0, dialog_servers[0][0], DIALOG_PORT, dialog_message("INVITE", "one")), 2);
}

static void without_the_helper_servers_call_in_their_own_name(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = dialog_service(director, dialog_vips[0]);
	struct lvs_service_spec spec = service->spec;
	struct build what = dialog_message("INVITE", "two")->build;

	dialog_tell(director, 0, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one"));
	spec.helper = NULL;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	dialog_tell(director, 0, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "two"));	/* it has a connection still */
	what.src = dialog_servers[0][0];
	what.sport = DIALOG_PORT;
	what.dst = dialog_clients[0][1];
	what.dport = 5060;
	expect_passed(director, &what);
	lvs_service_remove(lvs_engine_rules(director->engine), dialog_service(director, dialog_vips[1]), director->now);
	assert_int_equal(lvs_engine_rules(director->engine)->noriginating, 0);
}

/* Many more calls than there are records, by way of a new connection each and by way of the same one. */
static void a_full_table_loses_calls_but_not_its_head(void **state)
{
	struct director *director = *state;

	for (uint16_t n = 0; n < 1000; n++) {
		char call_id[20];

		(void)snprintf(call_id, sizeof(call_id), "call-%u", n);
		dialog_tell(director, 0, n % 3, dialog_clients[0][0], (uint16_t)(1000 + n), dialog_message("INVITE", call_id));
		(void)snprintf(call_id, sizeof(call_id), "again-%u", n);
		dialog_tell(director, 0, n % 3, dialog_clients[0][0], (uint16_t)(1000 + n), dialog_message("INVITE", call_id));
		assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], (uint16_t)(1000 + n), dialog_message("SIP/2.0 200", call_id)), n % 3);
		if (n % 100 == 0)
			director_wait(director, LVS_SECONDS(1));
	}
	assert_int_equal(lvs_engine_conns(director->engine)->used, lvs_engine_conns(director->engine)->capacity);
}

/* One-packet records are found by replies only. */
static void an_error_about_a_call_reaches_the_server_of_a_connection(void **state)
{
	struct director *director = *state;
	struct dialog_message *words = dialog_message("INVITE", "one");
	struct build error = { .proto = LVS_PROTO_ICMP, .src = dialog_clients[0][0], .dst = dialog_vips[0], .icmp_type = 3, .icmp_code = 3 };
	struct lvs_packet quote;

	dialog_tell(director, 0, 1, dialog_clients[0][0], 5060, words);
	quote = build(&words->build);
	error.quote = quote.data;
	error.quote_bytes = quote.len;
	assert_int_equal(director_take(director, &error), dialog_is_one_packet(director) ? LVS_DROP_ICMP_NO_CONN : LVS_DROP_NONE);
	build_free(&quote);
	if (dialog_is_one_packet(director))
		return;
	words->build.src = dialog_servers[0][1];
	words->build.sport = DIALOG_PORT;
	quote = build(&words->build);
	error.dst = dialog_servers[0][1];
	error.quote = quote.data;
	director_expect(director, build(&error));
	build_free(&quote);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, dialog_setup_connections, director_teardown), \
		cmocka_unit_test_setup_teardown(f, dialog_setup_one_packet, director_teardown)
		TEST(a_server_calls_and_the_answer_comes_back_to_it),
		TEST(a_call_of_a_server_is_counted_as_a_connection),
		TEST(a_server_of_weight_0_calls_too),
		TEST(a_server_that_drains_calls_until_its_time_is_over),
		TEST(a_client_of_one_server_is_called_by_another),
		TEST(the_server_that_just_answered_calls),
		TEST(a_server_takes_a_dialog_over),
		TEST(all_fragments_of_a_call_leave_in_the_services_name),
		TEST(what_a_server_says_besides_is_its_own),
		TEST(a_call_comes_before_the_answer_that_nobody_knows_it),
		TEST(calls_are_not_held_against_the_client),
		TEST(a_virtual_address_is_no_client),
		TEST(a_server_that_asks_the_service_is_its_client),
		TEST(without_the_helper_servers_call_in_their_own_name),
		TEST(a_full_table_loses_calls_but_not_its_head),
		TEST(an_error_about_a_call_reaches_the_server_of_a_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
