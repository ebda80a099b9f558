// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole bytes of connections that begin with a SYN cookie: who they are and how they begin is in tests/lib/talk.h. */
#include "tests/lib/test.h"

#include <string.h>

#include "engine/helper.h"
#include "tests/lib/talk.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

/* What a window field becomes on its way through a shift to the left. */
static uint16_t shifted(uint32_t window, int bits)
{
	window = bits < 0 ? window >> -bits : window << bits;
	return (uint16_t)(window > 65535 ? 65535 : window);
}

/* @shape without ends and numbers; the client's @sent bytes before it have all arrived, so have the server's @got. */
static void client_says(const char *what, struct talk *t, struct build shape, uint32_t sent, uint32_t got)
{
	struct options said = stamp(!t->plain && !t->unstamped, TALK_CLIENT_VALUE + 20, t->value + 30);
	struct options heard = stamp(!t->plain && !t->unstamped, TALK_CLIENT_VALUE + 20, TALK_SERVER_VALUE + 30);
	struct build in = with(from_client(t, shape), &said), out = with(to_server(t, shape), &heard);

	in.seq = out.seq = TALK_CLIENT_ISN + 1 + sent;
	in.ack = t->isn + 1 + got;
	out.ack = TALK_SERVER_ISN + 1 + got;
	in.window = 500;
	out.window = !t->plain && t->lacks & TALK_NO_SCALE ? shifted(500, t->unstamped ? 8 : 9) : 500;
	assert_int_equal(take(t, &in), LVS_DROP_NONE);
	expect_only(what, t, out);
}

static void server_says(const char *what, struct talk *t, struct build shape, uint32_t sent, uint32_t got)
{
	struct options said = stamp(!t->plain && !t->unstamped, TALK_SERVER_VALUE + 40, TALK_CLIENT_VALUE + 20);
	struct options heard = stamp(!t->plain && !t->unstamped, t->value + 40, TALK_CLIENT_VALUE + 20);
	struct build in = with(from_server(t, shape), &said), out = with(to_client(t, shape), &heard);

	in.seq = TALK_SERVER_ISN + 1 + sent;
	out.seq = t->isn + 1 + sent;
	in.ack = out.ack = TALK_CLIENT_ISN + 1 + got;
	in.window = 1000;
	out.window = t->plain ? 1000 : shifted(1000, (t->lacks & TALK_NO_SCALE ? 0 : t->scale) - TALK_OUR_SCALE);
	assert_int_equal(take(t, &in), LVS_DROP_NONE);
	expect_only(what, t, out);
}

static const struct shape {
	const char *what;
	struct build build;
} shapes[] = {
	{ "no payload", { .tcp_flags = ACK } },
	{ "a byte", { .tcp_flags = ACK | PSH, .payload = 1 } },
	{ "an odd number of bytes", { .tcp_flags = ACK, .payload = 33, .first = 7 } },
	{ "an even number of bytes", { .tcp_flags = ACK | PSH, .payload = 1400 } },
	{ "a partial checksum", { .tcp_flags = ACK, .payload = 31, .csum = BUILD_PARTIAL } },
	{ "a super-packet", { .tcp_flags = ACK | PSH, .payload = 40001, .csum = BUILD_PARTIAL, .gso_size = 1388 } },
	{ "a wrong checksum, which stays wrong", { .tcp_flags = ACK, .payload = 8, .csum = BUILD_WRONG } },
	{ "FIN", { .tcp_flags = ACK | FIN, .payload = 5 } },
};

static void converse(struct talk *t)
{
	/* Numbers of both wrap on the way: TALK_SERVER_ISN does after 15 bytes, the cookie somewhere in 2^32. */
	static const uint32_t so_far[] = { 0, 14, 15, 16, 70000, 0x7fffffff, 0x80000000 };

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(so_far); k++) {
			struct build shape = shapes[i].build;
			uint32_t acked = so_far[ARRAY_LEN(so_far) - 1 - k];

			client_says(shapes[i].what, t, shape, so_far[k], acked);
			server_says(shapes[i].what, t, shape, so_far[k], acked);
		}
	}
}

static void every_segment_is_translated(void **state)
{
	static const int scales[] = { 0, 6, 7, 10, 14 };
	static const unsigned int lacks[] = { 0, TALK_NO_SACK | TALK_NO_ECN, TALK_NO_SCALE };

	for (size_t family = 0; family < ARRAY_LEN(talk_families); family++) {
		for (size_t i = 0; i < 2 * ARRAY_LEN(scales) * ARRAY_LEN(lacks); i++) {
			struct talk t = { .hosts = &talk_families[family], .unstamped = i & 1,
					  .scale = scales[i / 2 % ARRAY_LEN(scales)],
					  .lacks = lacks[i / 2 / ARRAY_LEN(scales)] };

			director_setup((void **)&t.director);
			begin_talk(&t);
			converse(&t);
			director_teardown((void **)&t.director);
		}
	}
	(void)state;
}

static void without_options_only_numbers_change(void **state)
{
	for (size_t family = 0; family < ARRAY_LEN(talk_families); family++) {
		struct talk t = { .hosts = &talk_families[family], .plain = true };

		director_setup((void **)&t.director);
		begin_talk(&t);
		converse(&t);
		director_teardown((void **)&t.director);
	}
	(void)state;
}

/* What a client has got of the server's stream in pieces, in the client's numbers and in the server's. */
static struct options pieces(const struct talk *t, bool odd, bool heard)
{
	uint32_t base = heard ? TALK_SERVER_ISN : t->isn, value = heard ? TALK_SERVER_VALUE : t->value;
	static const uint32_t edges[] = { 2001, 3001, 10, 20, 4000000, 5000001 };
	struct options options = { .len = 0 };

	put_option(&options, (uint8_t[]){ 1, 1, 1 }, odd ? 1 : 2);
	put_timestamps(&options, TALK_CLIENT_VALUE + 20, value + 30);
	put_option(&options, (uint8_t[]){ 5, odd ? 18 : 26 }, 2);
	for (size_t i = 0; i < (odd ? 4 : 6); i++)
		put_option32(&options, base + edges[i]);
	put_option(&options, (uint8_t[]){ 1, 0, 0 }, (4U - options.len % 4) % 4);
	return options;
}

static void selective_acknowledgements_are_translated(void **state)
{
	for (unsigned int i = 0; i < 8; i++) {
		struct talk t = { .hosts = &talk_families[i & 1], .scale = 7 };
		struct options said, heard;
		struct build in, out, shape = { .tcp_flags = ACK, .payload = i, .csum = i & 4 ? BUILD_PARTIAL : BUILD_COMPLETE };

		director_setup((void **)&t.director);
		begin_talk(&t);
		said = pieces(&t, i & 2, false);
		heard = pieces(&t, i & 2, true);
		in = with(from_client(&t, shape), &said);
		out = with(to_server(&t, shape), &heard);
		in.seq = out.seq = TALK_CLIENT_ISN + 1;
		in.ack = t.isn + 5;
		out.ack = TALK_SERVER_ISN + 5;
		assert_int_equal(take(&t, &in), LVS_DROP_NONE);
		expect_only("SACK", &t, out);
		director_teardown((void **)&t.director);
	}
	(void)state;
}

/* An ICMP error about a segment, as whoever sent that knows it. */
static struct build error_about(const struct build *about, const char *from, struct lvs_packet *quoted)
{
	bool ip6 = from[4] == ':';

	*quoted = build(about);
	return (struct build){ .src = from, .dst = about->src, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
			       .icmp_type = ip6 ? LVS_ICMP6_TOO_BIG : LVS_ICMP_UNREACHABLE,
			       .icmp_code = ip6 ? 0 : LVS_ICMP_UNREACHABLE_FRAG_NEEDED, .icmp_rest = 1280,
			       .quote = quoted->data, .quote_bytes = quoted->len };
}

/* A sender believes an error only if it is about numbers that it has sent: RFC 5927 section 4.1. */
static void errors_quote_what_was_sent(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = { .hosts = &talk_families[family], .scale = 7 };
		struct lvs_packet seen, sent;
		struct build out, in, error, expect;

		director_setup((void **)&t.director);
		begin_talk(&t);
		in = to_client(&t, (struct build){ .tcp_flags = ACK, .seq = t.isn + 100, .ack = TALK_CLIENT_ISN + 1, .payload = 40 });
		out = from_server(&t, (struct build){ .tcp_flags = ACK, .seq = TALK_SERVER_ISN + 100, .ack = TALK_CLIENT_ISN + 1,
						      .payload = 40 });
		error = error_about(&in, t.hosts->client, &seen);
		expect = error_about(&out, t.hosts->client, &sent);
		assert_int_equal(take(&t, &error), LVS_DROP_NONE);
		expect_only("error about the server's data", &t, expect);
		build_free(&seen);
		build_free(&sent);
		director_teardown((void **)&t.director);
	}
	(void)state;
}

/* @text is what one side says at @in's numbers, and @heard what the other side gets. */
static void line(const struct talk *t, struct build in, const char *text, struct build out, const char *heard)
{
	in.quote = (const uint8_t *)text;
	in.quote_bytes = strlen(text);
	out.quote = (const uint8_t *)heard;
	out.quote_bytes = strlen(heard);
	assert_int_equal(director_handle(t->director, build_with_room(build(&in), 64)), LVS_DROP_NONE);
	expect_only(text, t, out);
}

static struct build numbered(struct build what, uint32_t seq, uint32_t ack)
{
	what.seq = seq;
	what.ack = ack;
	return what;
}

/* What a helper replaces moves numbers beyond what the handshake does. */
static void helpers_read_behind_the_handshake(void **state)
{
	static const char asked[] = "PASV\r\n", said[] = "227 Entering Passive Mode (10,0,0,11,195,80).\r\n";
	static const char heard[] = "227 Entering Passive Mode (192,0,2,1,195,80).\r\n", more[] = "226 Done.\r\n";
	const uint32_t a = sizeof(asked) - 1, s = sizeof(said) - 1, h = sizeof(heard) - 1;

	for (unsigned int i = 0; i < 2; i++) {
		struct talk t = { .hosts = &talk_families[0], .scale = 10, .plain = true };
		enum build_csum csum = i ? BUILD_PARTIAL : BUILD_COMPLETE;
		struct lvs_service_spec spec;
		struct lvs_service *service;
		struct build in, out, back, told;
		uint32_t us = TALK_CLIENT_ISN + 1;

		director_setup((void **)&t.director);
		service = serve(&t, LVS_SYN_PROXY_ON)->service;
		spec = service->spec;
		spec.helper = lvs_helper_find("ftp");
		assert_int_equal(lvs_service_edit(lvs_engine_rules(t.director->engine), service, &spec), 0);
		knock(&t);
		prove(&t);
		meet(&t);
		in = from_client(&t, (struct build){ .tcp_flags = ACK, .window = 1000, .csum = csum });
		out = to_server(&t, in);
		line(&t, numbered(in, us, t.isn + 1), asked, numbered(out, us, TALK_SERVER_ISN + 1), asked);
		us += a;
		back = from_server(&t, in);
		told = to_client(&t, in);
		line(&t, numbered(back, TALK_SERVER_ISN + 1, us), said, numbered(told, t.isn + 1, us), heard);
		line(&t, numbered(in, us, t.isn + 1 + h), "", numbered(out, us, TALK_SERVER_ISN + 1 + s), "");
		line(&t, numbered(back, TALK_SERVER_ISN + 1 + s, us), more, numbered(told, t.isn + 1 + h, us), more);
		director_teardown((void **)&t.director);
	}
	(void)state;
}

/* xorshift64*, Vigna 2014 */
static uint64_t draw(uint64_t *random)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return *random * 0x2545f4914f6cdd1dULL;
}

static struct build any_segment(const struct talk *t, uint64_t *random, struct options *options)
{
	static const uint8_t flags[] = { SYN, ACK, SYN | ACK, RST, RST | ACK, FIN | ACK, ACK | PSH, 0, SYN | ECE | CWR };
	uint64_t dice = draw(random);
	struct build what = { .tcp_flags = flags[dice % ARRAY_LEN(flags)], .payload = dice >> 8 & 15, .window = (uint16_t)(dice >> 16),
			      .csum = dice >> 32 & 1 ? BUILD_PARTIAL : BUILD_COMPLETE };
	bool client = dice >> 33 & 1;

	what = client ? from_client(t, what) : from_server(t, what);
	what.seq = (client ? TALK_CLIENT_ISN : TALK_SERVER_ISN) + (uint32_t)(dice >> 34 & 3);
	what.ack = (client ? t->isn : TALK_CLIENT_ISN) + (uint32_t)(dice >> 36 & 1);
	*options = dice >> 38 & 1 ? syn_options(t) : dice >> 39 & 1 ? agreed(t) : proof_options(t);
	options->len = (uint8_t)(options->len - options->len % 4);
	for (uint64_t n = dice >> 40 & 3; n && options->len; n--)
		options->bytes[draw(random) % options->len] = (uint8_t)draw(random);
	return with(what, options);
}

/* Whatever comes at whatever moment: the books balance after each segment, and nothing is read where nothing is. */
static void nothing_shakes_it(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15ULL;

	for (unsigned int round = 0; round < 1500; round++) {
		struct talk t = { .hosts = &talk_families[round & 1], .scale = 7, .plain = round & 2 };
		const struct lvs_stats *stats;
		uint64_t ends;

		director_setup((void **)&t.director);
		serve(&t, LVS_SYN_PROXY_ON);
		knock(&t);
		if (round & 4)
			prove(&t);
		if ((round & 12) == 12)
			meet(&t);
		for (unsigned int i = 0; i < 12; i++) {
			struct options options;
			struct build segment = any_segment(&t, &random, &options);

			(void)take(&t, &segment);
			if (i % 4 == 3)
				director_wait(t.director, (draw(&random) & 3) * LVS_NS_PER_SEC);
		}
		stats = lvs_engine_stats(t.director->engine);
		ends = stats->forwarded + stats->passed + stats->answered + stats->held;
		for (size_t i = 0; i < LVS_DROP_COUNT; i++)
			ends += stats->dropped[i];
		assert_int_equal(stats->received, ends);
		assert_int_equal(t.director->engine->streams.used, lvs_engine_conns(t.director->engine)->used);
		director_teardown((void **)&t.director);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_segment_is_translated),
		cmocka_unit_test(without_options_only_numbers_change),
		cmocka_unit_test(selective_acknowledgements_are_translated),
		cmocka_unit_test(errors_quote_what_was_sent),
		cmocka_unit_test(helpers_read_behind_the_handshake),
		cmocka_unit_test(nothing_shakes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
