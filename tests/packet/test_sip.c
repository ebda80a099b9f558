// SPDX-License-Identifier: GPL-2.0-or-later
/* Dialogs that clients begin, see tests/lib/dialog.h. Every test runs with connections and with one-packet scheduling. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/classify.h"
#include "engine/persist.h"
#include "engine/wire.h"
#include "tests/lib/dialog.h"
#include "tests/lib/invariants.h"

static void a_dialog_stays_with_its_server_whoever_speaks(void **state)
{
	struct director *director = *state;

	for (unsigned int family = 0; family < 2; family++) {
		for (size_t i = 0; i < ARRAY_LEN(dialog_csums); i++) {
			struct dialog_message *words;
			char call_id[40];
			int server;

			(void)snprintf(call_id, sizeof(call_id), "dialog-%zu%.*s", i, (int)i, "-----");
			words = dialog_message("INVITE", call_id);
			words->build.csum = dialog_csums[i];
			server = dialog_say(director, family, dialog_clients[family][0], (uint16_t)(5000 + i), words);
			dialog_tell(director, family, server, dialog_clients[family][0], (uint16_t)(5000 + i), dialog_message("SIP/2.0 200", call_id));
			words = dialog_message("ACK", call_id);
			words->build.csum = dialog_csums[i];
			assert_int_equal(dialog_say(director, family, dialog_clients[family][0], (uint16_t)(6000 + i), words), server);
			assert_int_equal(dialog_say(director, family, dialog_clients[family][1], (uint16_t)(7000 + i), dialog_message("BYE", call_id)), server);
		}
	}
}

static void dialogs_of_one_address_are_spread(void **state)
{
	struct director *director = *state;
	unsigned int count[3] = { 0 };
	int first[20];

	for (unsigned int round = 0; round < 2; round++) {
		for (uint16_t n = 0; n < ARRAY_LEN(first); n++) {
			uint16_t port = dialog_is_one_packet(director) ? 5060 : (uint16_t)(5060 + n);
			char call_id[20];
			int server;

			(void)snprintf(call_id, sizeof(call_id), "call-%u", n);
			server = dialog_say(director, 0, dialog_clients[0][0], port, dialog_message(round ? "BYE" : "INVITE", call_id));
			if (round)
				assert_int_equal(server, first[n]);
			else
				count[first[n] = server]++;
		}
	}
	for (size_t i = 0; i < 3; i++)
		assert_in_range(count[i], 6, 7);
	assert_int_equal(lvs_engine_conns(director->engine)->ntemplates, 20);
	assert_int_equal(dialog_service(director, dialog_vips[0])->servers[0]->persistent, 7);
}

/* What belongs to a connection goes where the connection goes, in IPVS too: who wants otherwise says one_packet. */
static void a_socket_is_one_connection_unless_one_packet(void **state)
{
	struct director *director = *state;

	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one")), 2);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "two")), dialog_is_one_packet(director) ? 1 : 2);
}

static void a_dialog_ends_with_the_time_of_persistence(void **state)
{
	struct director *director = *state;

	director_wait(director, LVS_SECONDS(1));
	for (uint16_t i = 0; i < 3; i++) {
		assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one")), 2);
		director_wait(director, LVS_SECONDS(DIALOG_SECONDS - 2));
	}
	director_wait(director, LVS_SECONDS(900));	/* the connection ends, which may still hold the template */
	director_wait(director, LVS_SECONDS(DIALOG_SECONDS + 2));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one")), 1);
}

/* on_drain: else a dialog moves at once to a server that knows nothing of it. */
static void a_dialog_may_stay_with_a_server_that_drains(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = dialog_service(director, dialog_vips[0]);
	struct lvs_service_spec spec = service->spec;

	spec.persist.stay = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one")), 2);
	dialog_drain(director, 50);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5061, dialog_message("INVITE", "two")), 1);
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5062, dialog_message("BYE", "one")), 2);
	director_wait(director, LVS_SECONDS(51));
	assert_int_equal(dialog_say(director, 0, dialog_clients[0][1], 5063, dialog_message("BYE", "one")), 0);
}

static void what_names_no_dialog_is_dropped_and_counted(void **state)
{
	struct director *director = *state;
	struct dialog_message *words = dialog_message("OPTIONS", "");

	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, words), -1);
	words->build.quote_bytes = 0;
	assert_int_equal(dialog_say(director, 1, dialog_clients[1][0], 5060, words), -1);
	assert_int_equal(lvs_engine_stats(director->engine)->dropped[LVS_DROP_NO_CALL_ID], 2);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

/* Its number is no address's: a client who could choose his address freely would not find it. */
static void a_template_is_two_hashes_in_a_space_of_their_own(void **state)
{
	struct director *director = *state;
	struct lvs_conn_table *table = &director->engine->conns;
	struct lvs_tuple key = { .dst = test_addr(dialog_vips[0]), .dport = LVS_BE16(DIALOG_VPORT),
				 .proto = LVS_PROTO_UDP | LVS_PERSIST_PROTO };
	enum lvs_dir dir;

	assert_int_equal(dialog_say(director, 0, dialog_clients[0][0], 5060, dialog_message("INVITE", "one")), 2);
	assert_non_null(dialog_template(director, "one"));
	assert_null(dialog_template(director, "two"));
	key.src = dialog_template(director, "one")->caddr;
	assert_true(key.src.halves[0] != key.src.halves[1]);
	assert_null(lvs_conn_find(table, &key, lvs_conn_hash(table, &key), &dir));
}

/* schedule_icmp: an error tells of a packet, but not of its dialog. */
static void nothing_is_scheduled_for_an_error(void **state)
{
	struct director *director = *state;
	const struct lvs_tuple tuple = { .src = test_addr(dialog_clients[0][0]), .dst = test_addr(dialog_vips[0]), .sport = LVS_BE16(5060),
					 .dport = LVS_BE16(DIALOG_VPORT), .proto = LVS_PROTO_UDP };

	assert_null(lvs_engine_schedule_quoted(director->engine, &tuple));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

/* A service of mark 5, to which both @vips belong, at the port that was asked for. Its newest server is 10.2.1.3. */
static void serve_mark(struct director *director, const char *const vips[2])
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec spec = dialog_service(director, dialog_vips[0])->spec;
	struct lvs_mark_rule mark[2];
	struct lvs_classifier *classifier;
	struct lvs_service *service;
	struct lvs_server *server;

	for (size_t i = 0; i < 2; i++)
		mark[i] = (struct lvs_mark_rule){ 5, 0, { .addr = test_addr(vips[i]), .bits = 128 }, { .bits = 0 }, { .n = 0 }, false };
	assert_int_equal(lvs_classifier_new(mark, 2, &rules->key, &classifier), 0);
	lvs_classifier_free(lvs_rules_set_classifier(rules, classifier));
	spec.key = (struct lvs_service_key){ .addr = lvs_addr_any(true), .mark = 5 };
	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	for (unsigned int n = 1; n <= 3; n++) {
		struct lvs_server_spec server_spec = { .weight = 1, .forward = lvs_forward_find("masq") };

		server_spec.addr = test_addr(((const char *const[]){ "10.2.1.1", "10.2.1.2", "10.2.1.3" })[n - 1]);
		assert_int_equal(lvs_server_add(rules, service, &server_spec, &server), 0);
	}
}

/* Return: last byte of the address that @what left for, 0 if it was dropped */
static uint8_t left_for(struct director *director, const struct build *what)
{
	if (director_take(director, what))
		return 0;
	assert_int_equal(director->nout, 1);
	return director->out[0].data[19];
}

/* All addresses of the mark go together, but it has none to give to what its servers begin. */
static void a_mark_has_dialogs_too(void **state)
{
	static const char *const marked[] = { "192.0.2.40", "192.0.2.41" };
	struct director *director = *state;
	struct build what = dialog_message("INVITE", "one")->build;

	serve_mark(director, marked);
	what.src = dialog_clients[0][0];
	what.dst = marked[0];
	what.sport = 5060;
	what.dport = 5070;
	assert_int_equal(left_for(director, &what), 3);
	what.src = dialog_clients[0][1];
	what.dst = marked[1];
	what.dport = 5080;
	assert_int_equal(left_for(director, &what), 3);
	what.sport = 5061;
	what.quote = dialog_message("INVITE", "two")->build.quote;
	assert_int_equal(left_for(director, &what), 2);
	what.proto = LVS_PROTO_TCP;
	what.tcp_flags = LVS_TCP_SYN;
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_CALL_ID);
	what = dialog_message("INVITE", "three")->build;
	what.src = "10.2.1.1";
	what.dst = dialog_clients[0][0];
	what.sport = 5070;
	what.dport = 5062;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&what));
	lvs_classifier_free(lvs_rules_set_classifier(lvs_engine_rules(director->engine), NULL));
}

static void services_that_the_helper_does_not_fit_are_refused(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = dialog_service(director, dialog_vips[0]), *other;
	struct lvs_service_spec spec = service->spec;

	spec.persist.timeout = 0;
	assert_int_equal(lvs_service_edit(rules, service, &spec), -EINVAL);
	spec.key.port = LVS_BE16(5061);
	assert_int_equal(lvs_service_add(rules, &spec, &other), -EINVAL);
	spec.persist.timeout = DIALOG_SECONDS;
	spec.key.proto = LVS_PROTO_TCP;
	assert_int_equal(lvs_service_add(rules, &spec, &other), -EINVAL);
	spec.key.proto = LVS_PROTO_SCTP;
	assert_int_equal(lvs_service_add(rules, &spec, &other), -EINVAL);
	assert_int_equal(rules->noriginating, 2);
}

/* xorshift64*, Vigna 2014 */
static uint32_t below(uint64_t *random, uint32_t n)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)(((*random * 0x2545f4914f6cdd1dULL) >> 32) * n >> 32);
}

/* Bytes are changed anywhere, tails are missing; the books are gone through after each hundred, and at the end. */
static void damaged_messages_break_nothing(void **state)
{
	struct director *director = *state;
	const struct lvs_stats *stats = lvs_engine_stats(director->engine);
	uint64_t random = 0x9e3779b97f4a7c15ULL;

	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int family = below(&random, 2);
		bool call = below(&random, 2);
		struct dialog_message *words = dialog_message(call ? "INVITE" : "BYE", below(&random, 2) ? "one" : "two");
		struct lvs_packet packet;

		words->build.src = call ? dialog_servers[family][below(&random, 3)] : dialog_clients[family][below(&random, 2)];
		words->build.dst = call ? dialog_clients[family][below(&random, 2)] : dialog_vips[family];
		words->build.sport = call ? DIALOG_PORT : (uint16_t)(5060 + below(&random, 3));
		words->build.dport = call ? (uint16_t)(5060 + below(&random, 3)) : DIALOG_VPORT;
		packet = build(&words->build);
		for (uint32_t n = below(&random, 4); n > 0; n--)
			packet.data[below(&random, packet.len)] = (uint8_t)below(&random, 256);
		if (below(&random, 8) == 0)
			packet.len -= below(&random, packet.len);
		if (!family && packet.len >= 20 && packet.data[0] == 0x45)
			build_fix_ip4(packet.data);
		(void)director_handle(director, packet);
		if (round % 100 == 0) {
			director_wait(director, LVS_SECONDS(1));
			invariants_hold(director->engine);
		}
	}
	assert_true(stats->forwarded > 10000 && stats->dropped[LVS_DROP_NO_CALL_ID] > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, dialog_setup_connections, director_teardown), \
		cmocka_unit_test_setup_teardown(f, dialog_setup_one_packet, director_teardown)
		TEST(a_dialog_stays_with_its_server_whoever_speaks),
		TEST(dialogs_of_one_address_are_spread),
		TEST(a_socket_is_one_connection_unless_one_packet),
		TEST(a_dialog_ends_with_the_time_of_persistence),
		TEST(a_dialog_may_stay_with_a_server_that_drains),
		TEST(what_names_no_dialog_is_dropped_and_counted),
		TEST(a_template_is_two_hashes_in_a_space_of_their_own),
		TEST(nothing_is_scheduled_for_an_error),
		TEST(a_mark_has_dialogs_too),
		TEST(services_that_the_helper_does_not_fit_are_refused),
		TEST(damaged_messages_break_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
