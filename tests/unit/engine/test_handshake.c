// SPDX-License-Identifier: GPL-2.0-or-later
/* What may happen between a client that has proven itself and a server that has not answered yet. */
#include "tests/lib/test.h"

#include "tests/lib/talk.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

static const struct lvs_stats *stats(const struct talk *t)
{
	return lvs_engine_stats(t->director->engine);
}

/* A talk of either family, up to where the server is asked. */
static struct talk asked(void **state, size_t family)
{
	struct talk t = { .hosts = &talk_families[family], .scale = 7 };

	director_setup(state);
	t.director = *state;
	serve(&t, LVS_SYN_PROXY_ON);
	knock(&t);
	prove(&t);
	expect_counts(&t, 1, 0);
	return t;
}

static struct build reset_to_client(const struct talk *t)
{
	return own(to_client(t, (struct build){ .tcp_flags = RST | ACK, .seq = t->isn + 1, .ack = TALK_CLIENT_ISN + 1 }));
}

static struct build reset_to_server(const struct talk *t, uint32_t seq)
{
	return own(to_server(t, (struct build){ .tcp_flags = RST, .seq = seq }));
}

static void over(const struct talk *t)
{
	expect_counts(t, 0, 0);
	assert_int_equal(lvs_engine_conns(t->director->engine)->used, 0);
	assert_int_equal(stats(t)->forwarded, 0);
}

static void server_refuses(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		struct build segment = from_server(&t, (struct build){ .tcp_flags = RST | ACK, .ack = TALK_CLIENT_ISN });

		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);	/* not what was asked */
		expect_n("blind reset", &t, 0);
		segment.ack++;
		segment.tcp_flags = RST;
		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);	/* acknowledges nothing */
		expect_n("another one", &t, 0);
		segment.tcp_flags = RST | ACK;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_only("refusal", &t, reset_to_client(&t));
		over(&t);
		director_teardown(state);
	}
}

/* At 0, 1 and 3 seconds, then at 7 the client is told; the wheel adds its laziness. */
static void server_is_silent(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		static const struct {
			uint32_t ms, quiet_ms;
		} tries[] = { { 300, 900 }, { 300, 1900 }, { 300, 3900 } };

		for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
			director_begin(t.director);
			director_wait(t.director, tries[i].quiet_ms * LVS_NS_PER_MS);
			expect_n("too early", &t, 0);
			director_wait(t.director, (tries[i].ms + 100) * LVS_NS_PER_MS);
			if (i < 2) {
				expect_server_syn("again", &t);
				expect_counts(&t, 1, 0);
			}
		}
		expect_only("told", &t, reset_to_client(&t));
		over(&t);
		director_wait(t.director, LVS_SECONDS(60));
		director_teardown(state);
	}
}

static void lost_syn_is_repeated_and_answered(void **state)
{
	struct talk t = asked(state, 0);

	director_begin(t.director);
	director_wait(t.director, LVS_SECONDS(2));
	expect_server_syn("again", &t);
	meet(&t);
	expect_counts(&t, 0, 1);
	director_begin(t.director);
	director_wait(t.director, LVS_SECONDS(100));
	expect_n("nobody is asked any more", &t, 0);
	expect_counts(&t, 0, 1);
	director_wait(t.director, LVS_SECONDS(900));
	over(&t);
	director_teardown(state);
}

static const struct waiting_row {
	const char *what;
	struct build segment;	/* numbers are relative */
} waiting[] = {
	{ "the ACK again", { .tcp_flags = ACK, .seq = 1, .ack = 1 } },
	{ "a probe of the closed window", { .tcp_flags = ACK, .seq = 0, .ack = 1 } },
	{ "data", { .tcp_flags = ACK | PSH, .seq = 1, .ack = 1, .payload = 100 } },
	{ "FIN", { .tcp_flags = ACK | FIN, .seq = 1, .ack = 1 } },
	{ "the SYN again", { .tcp_flags = SYN } },
	{ "another SYN", { .tcp_flags = SYN, .seq = 99999 } },
	{ "a reset next to it", { .tcp_flags = RST, .seq = 2 } },
	{ "a reset of the SYN", { .tcp_flags = RST, .seq = 0 } },
	{ "a first fragment", { .tcp_flags = RST, .seq = 1, .payload = 100, .frag_bytes = 64 } },
};

static void client_waits(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);

		for (size_t i = 0; i < ARRAY_LEN(waiting); i++) {
			struct build segment = from_client(&t, waiting[i].segment);

			segment.seq += TALK_CLIENT_ISN;
			segment.ack = segment.tcp_flags & ACK ? t.isn + segment.ack : 0;
			assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
			expect_n(waiting[i].what, &t, 0);
			expect_counts(&t, 1, 0);
		}
		meet(&t);
		director_teardown(state);
	}
}

static void client_gives_up(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		struct build segment = from_client(&t, (struct build){ .tcp_flags = RST, .seq = TALK_CLIENT_ISN + 1 });

		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_only("the server is told", &t, reset_to_server(&t, TALK_CLIENT_ISN + 1));
		over(&t);
		director_teardown(state);
	}
}

/* It remembers an older connection of the same ends: RFC 9293 figure 9. */
static void server_is_elsewhere(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		struct build segment = from_server(&t, (struct build){ .tcp_flags = ACK, .seq = 77, .ack = 12345 });

		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
		expect_only("reset", &t, reset_to_server(&t, 12345));
		segment.tcp_flags = SYN | ACK;
		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
		expect_only("reset", &t, reset_to_server(&t, 12345));
		segment = from_server(&t, (struct build){ .tcp_flags = ACK, .seq = 77, .ack = TALK_CLIENT_ISN + 1 });
		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
		expect_n("neither SYN nor reset", &t, 0);
		segment.tcp_flags = SYN;
		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
		expect_n("SYN alone", &t, 0);
		segment = from_server(&t, (struct build){ .tcp_flags = SYN | ACK, .ack = TALK_CLIENT_ISN + 1, .payload = 60,
							  .frag_bytes = 40 });
		assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
		expect_n("a fragment", &t, 0);
		meet(&t);
		director_teardown(state);
	}
}

static void server_without_timestamps_costs_one_connection(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		struct options options;
		struct build segment;

		t.lacks = TALK_NO_TIMESTAMPS;
		options = agreed(&t);
		segment = syn_ack(&t, &options);
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_n("both are reset", &t, 2);
		expect_out("the server", &t, 0, reset_to_server(&t, TALK_CLIENT_ISN + 1));
		expect_out("the client", &t, 1, reset_to_client(&t));
		over(&t);
		t.offered = TALK_NO_TIMESTAMPS;
		t.mss = TALK_SERVER_MSS;
		knock(&t);
		prove(&t);
		meet(&t);
		director_teardown(state);
	}
}

static const struct lacking_row {
	const char *what;
	unsigned int lacks;
} lacking[] = {
	{ "nothing but the size is learned", 0 },
	{ "SACK", TALK_NO_SACK },
	{ "ECN", TALK_NO_ECN },
	{ "window scaling", TALK_NO_SCALE },
	{ "all three", TALK_NO_SACK | TALK_NO_ECN | TALK_NO_SCALE },
};

/* Until servers come or go. */
static void what_a_server_lacks_is_promised_no_more(void **state)
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(lacking); i++) {
		struct talk t = asked(state, i % 2);
		struct lvs_server *server = lvs_server_at(lvs_engine_rules(t.director->engine), 1);
		struct lvs_server_spec spec = server->spec;
		struct build segment = from_client(&t, (struct build){ .tcp_flags = RST, .seq = TALK_CLIENT_ISN + 1 });

		print_message("  %s\n", lacking[i / 2].what);
		t.lacks = lacking[i / 2].lacks;
		meet(&t);
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		t.offered = t.lacks;
		t.mss = TALK_SERVER_MSS;
		knock(&t);	/* the reset connection gives way */
		prove(&t);
		meet(&t);
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		spec.addr = test_addr(i % 2 ? "2001:db8:1::12" : "10.0.0.12");
		assert_int_equal(lvs_server_add(lvs_engine_rules(t.director->engine), server->service, &spec, &server), 0);
		t.offered = t.mss = 0;
		knock(&t);
		director_teardown(state);
	}
}

static void removed_server_is_not_asked_again(void **state)
{
	struct talk t = asked(state, 0);
	struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
	struct options options = agreed(&t);
	struct build segment = syn_ack(&t, &options);

	lvs_server_remove(rules, lvs_server_at(rules, 1), t.director->now);
	assert_int_equal(take(&t, &segment), LVS_DROP_SERVER_GONE);
	director_begin(t.director);
	director_wait(t.director, LVS_SECONDS(2));
	expect_only("told", &t, reset_to_client(&t));
	assert_int_equal(lvs_engine_conns(t.director->engine)->used, 0);
	director_teardown(state);
}

/* Whatever ends the wait for a server that leaves, the client, to whom the connection stands, hears of it. */
static void leaving_server_is_not_waited_for(void **state)
{
	for (unsigned int how = 0; how < 4; how++) {
		struct talk t = asked(state, how & 1);
		struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
		struct lvs_server *server = lvs_server_at(rules, 1);
		struct lvs_engine_settings settings = t.director->engine->settings;
		struct lvs_server_spec spec = server->spec;
		struct options options = agreed(&t);
		struct build segment = syn_ack(&t, &options);

		settings.expire_nodest_conn = true;
		lvs_engine_configure(t.director->engine, &settings, t.director->now);
		spec.weight = 0;
		spec.drain = true;
		spec.drain_seconds = 1;
		director_begin(t.director);
		director_wait(t.director, LVS_SECONDS(1) + LVS_SECONDS(1) / 2);
		expect_server_syn("again", &t);
		if (how & 2)
			assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
		else
			lvs_server_remove(rules, server, t.director->now);
		director_begin(t.director);
		director_wait(t.director, 0);
		director_wait(t.director, how & 2 ? LVS_SECONDS(1) + LVS_NS_PER_MS * 50 : 0);
		expect_n("still waiting", &t, 0);
		assert_int_equal(take(&t, &segment), how & 2 ? LVS_DROP_DRAINED : LVS_DROP_SERVER_GONE);
		expect_n("server is refused", &t, 1);
		assert_int_equal(stats(&t)->replied[LVS_REPLY_RESET], 1);
		director_begin(t.director);
		director_wait(t.director, LVS_SECONDS(8));
		expect_only("told", &t, reset_to_client(&t));
		assert_int_equal(lvs_engine_conns(t.director->engine)->used, 0);
		director_teardown(state);
	}
}

static void packets_are_counted(void **state)
{
	struct talk t = asked(state, 1);
	const struct lvs_server *server = lvs_server_at(lvs_engine_rules(t.director->engine), 1);

	assert_int_equal(stats(&t)->cookies_accepted, 1);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_COOKIE], 1);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_HANDSHAKE], 1);
	assert_int_equal(stats(&t)->answered, 2);
	assert_int_equal(server->counters.conns, 1);
	assert_int_equal(server->counters.in_packets, 1);
	meet(&t);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_HANDSHAKE], 3);
	assert_int_equal(stats(&t)->answered, 3);
	assert_int_equal(server->counters.in_packets, 1);
	assert_int_equal(server->counters.out_packets, 1);
	assert_int_equal(stats(&t)->received, 3);
	director_teardown(state);
}

/* Repeated by a server that has not got our ACK: the client knows what to say. */
static void repeated_syn_ack_is_translated(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		struct options options = agreed(&t), heard;
		struct build segment = syn_ack(&t, &options), expect;

		meet(&t);
		heard = options;
		heard.bytes[8] = (uint8_t)(t.value >> 24);
		heard.bytes[9] = (uint8_t)(t.value >> 16);
		heard.bytes[10] = (uint8_t)(t.value >> 8);
		heard.bytes[11] = (uint8_t)t.value;
		expect = with(to_client(&t, segment), &heard);
		expect.seq = t.isn;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_only("SYN-ACK", &t, expect);
		expect_counts(&t, 0, 1);
		director_teardown(state);
	}
}

/* The client has begun anew from the same port before the director believed the old connection to be over. */
static void another_handshake_goes_through(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = asked(state, family);
		struct options options = { .len = 0 };
		struct build segment, expect;
		uint32_t shift;

		t.scale = 10;
		meet(&t);
		shift = t.isn - TALK_SERVER_ISN;
		segment = from_server(&t, (struct build){ .tcp_flags = ACK, .seq = TALK_SERVER_ISN + 1, .ack = TALK_CLIENT_ISN + 1,
							  .window = 100 });
		expect = to_client(&t, segment);
		expect.seq += shift;
		expect.window = 800;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_only("window of the old connection", &t, expect);
		put_option(&options, (uint8_t[]){ 1, 3, 3, 10 }, 4);
		segment = with(from_server(&t, (struct build){ .tcp_flags = SYN | ACK, .seq = 4711, .ack = 12345, .window = 100 }),
			       &options);
		expect = to_client(&t, segment);
		expect.seq += shift;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_only("SYN-ACK", &t, expect);
		segment = from_server(&t, (struct build){ .tcp_flags = ACK, .seq = 4712, .ack = 12345, .window = 100 });
		expect = to_client(&t, segment);
		expect.seq += shift;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_only("window of the new one", &t, expect);
		director_teardown(state);
	}
}

/* Two directors that are each other's server come to an end. */
static void server_is_asked_with_the_hops_that_are_left(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		struct talk t = { .hosts = &talk_families[i % 2], .scale = 7 };
		struct lvs_engine_settings settings;
		struct options options;
		struct build segment;

		director_setup(state);
		t.director = *state;
		settings = t.director->engine->settings;
		settings.decrement_ttl = i / 2;
		lvs_engine_configure(t.director->engine, &settings, t.director->now);
		serve(&t, LVS_SYN_PROXY_ON);
		knock(&t);
		options = proof_options(&t);
		segment = proof(&t, &options);
		segment.ttl = 9;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		assert_int_equal(t.director->nout, 1);
		assert_int_equal(t.director->out[0].data[i % 2 ? 7 : 8], i / 2 ? 8 : 9);
		director_teardown(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_refuses),
		cmocka_unit_test(server_is_asked_with_the_hops_that_are_left),
		cmocka_unit_test(server_is_silent),
		cmocka_unit_test(lost_syn_is_repeated_and_answered),
		cmocka_unit_test(client_waits),
		cmocka_unit_test(client_gives_up),
		cmocka_unit_test(server_is_elsewhere),
		cmocka_unit_test(server_without_timestamps_costs_one_connection),
		cmocka_unit_test(what_a_server_lacks_is_promised_no_more),
		cmocka_unit_test(removed_server_is_not_asked_again),
		cmocka_unit_test(leaving_server_is_not_waited_for),
		cmocka_unit_test(packets_are_counted),
		cmocka_unit_test(repeated_syn_ack_is_translated),
		cmocka_unit_test(another_handshake_goes_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
