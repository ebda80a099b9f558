// SPDX-License-Identifier: GPL-2.0-or-later
/* Servers that are told of their clients, in whole bytes: who they all are is in tests/lib/talk.h. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/talk.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define SERVER_ISN 0xfffffffeu

/* What the two ends are, byte by byte. */
static const struct told {
	uint32_t bytes;
	uint8_t header[52];
	uint32_t option_bytes;
	uint8_t option[20];
} told[2] = {
	{ 28,
	  { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c,
	    198, 51, 100, 7, 192, 0, 2, 1, 0x9c, 0x40, 0x00, 0x50 },
	  8, { 254, 8, 0x9c, 0x40, 198, 51, 100, 7 } },
	{ 52,
	  { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x21, 0x00, 0x24,
	    0x20, 0x01, 0x0d, 0xb8, 0, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
	    0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x9c, 0x40, 0x00, 0x50 },
	  20, { 254, 20, 0x9c, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 } },
};

/**
 * struct meeting - one connection to a server that is told
 * @first:	the client's number of its first byte
 * @csum:	of all that comes in
 */
struct meeting {
	struct talk talk;
	const struct told *told;
	uint32_t first;
	enum build_csum csum;
};

static struct meeting prepare(size_t family, uint32_t first, enum build_csum csum, enum lvs_introduction_kind kind,
			      enum lvs_syn_proxy_mode mode)
{
	struct meeting m = { .talk = { .hosts = &talk_families[family], .scale = 7 }, .told = &told[family], .first = first,
			     .csum = csum };
	struct lvs_server_spec spec;
	struct lvs_server *server;

	director_setup((void **)&m.talk.director);
	server = serve(&m.talk, mode);
	spec = server->spec;
	spec.introduce = (uint8_t)kind;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(m.talk.director->engine), server, &spec), 0);
	return m;
}

static void finish(struct meeting *m)
{
	director_teardown((void **)&m->talk.director);
}

/* @in goes to the server, and comes out with @seq and @payload bytes; 0 of those: as it is. */
static void requests(const char *what, const struct meeting *m, struct build shape, struct build changed)
{
	struct build in = from_client(&m->talk, shape);

	assert_int_equal(take(&m->talk, &in), LVS_DROP_NONE);
	expect_only(what, &m->talk, to_server(&m->talk, changed));
}

static void replies(const char *what, const struct meeting *m, struct build shape, struct build changed)
{
	struct build in = from_server(&m->talk, shape);

	assert_int_equal(take(&m->talk, &in), LVS_DROP_NONE);
	expect_only(what, &m->talk, to_client(&m->talk, changed));
}

/* What the director says of @shape's sender. */
static struct build header_of(const struct meeting *m, struct build shape, const struct options *options)
{
	return own(to_server(&m->talk, with((struct build){
		.tcp_flags = ACK | PSH, .seq = m->first - m->told->bytes, .ack = shape.ack, .window = shape.window,
		.quote = m->told->header, .quote_bytes = m->told->bytes }, options)));
}

static struct build client_segment(const struct meeting *m, uint8_t flags, uint32_t off, uint32_t payload)
{
	return (struct build){ .tcp_flags = flags, .seq = m->first + off, .ack = SERVER_ISN + 1, .window = 501,
			       .tos = TALK_TOS, .payload = payload, .csum = m->csum };
}

static struct build server_segment(const struct meeting *m, uint8_t flags, uint32_t ack, uint32_t payload)
{
	return (struct build){ .tcp_flags = flags, .seq = SERVER_ISN + 1, .ack = ack, .window = 1000, .payload = payload,
			       .csum = m->csum };
}

static void ask(const struct meeting *m)
{
	struct build syn = { .tcp_flags = SYN, .seq = m->first - 1, .window = 64240, .csum = m->csum }, out = syn;

	out.seq -= m->told->bytes;
	requests("SYN", m, syn, out);
}

static void agree(const struct meeting *m)
{
	struct build in = { .tcp_flags = SYN | ACK, .seq = SERVER_ISN, .ack = m->first - m->told->bytes, .window = 65000,
			    .csum = m->csum }, out = in;

	out.ack = m->first;
	out.window = (uint16_t)(65000 - m->told->bytes);
	replies("SYN-ACK", m, in, out);
}

/* @shape, in whose place the header goes. */
static void is_replaced(const char *what, const struct meeting *m, struct build shape)
{
	struct options options = stamp(true, 7000, 9000), none = { .len = 0 };
	const struct lvs_stats *stats = lvs_engine_stats(m->talk.director->engine);
	uint64_t answered = stats->answered;
	struct build in = from_client(&m->talk, shape);

	assert_int_equal(take(&m->talk, &in), LVS_DROP_NONE);
	expect_only(what, &m->talk, header_of(m, shape, &none));
	in = with(in, &options);
	assert_int_equal(take(&m->talk, &in), LVS_DROP_NONE);
	expect_only(what, &m->talk, header_of(m, shape, &options));
	assert_int_equal(stats->answered, answered + 2);
}

/* @shape with the header in front of it. */
static void is_preceded(const char *what, const struct meeting *m, struct build shape)
{
	struct options none = { .len = 0 };
	struct build in = from_client(&m->talk, shape);

	assert_int_equal(take(&m->talk, &in), LVS_DROP_NONE);
	expect_n(what, &m->talk, 2);
	expect_out(what, &m->talk, 0, header_of(m, shape, &none));
	expect_out(what, &m->talk, 1, to_server(&m->talk, shape));
}

static void is_left(const char *what, const struct meeting *m, struct build shape)
{
	requests(what, m, shape, shape);
}

static const uint32_t firsts[] = { 1, 28, 20, 52, 51, 0, 0xffffffff, 0x80000000, 0x80000010, 123456789 };

static const struct shape {
	const char *what;
	struct build build;
} shapes[] = {
	{ "no payload", { .tcp_flags = ACK } },
	{ "a byte", { .tcp_flags = ACK | PSH, .payload = 1 } },
	{ "an odd number of bytes", { .tcp_flags = ACK, .payload = 33, .first = 7 } },
	{ "the longest", { .tcp_flags = ACK | PSH, .payload = 1440 } },
	{ "a super-packet", { .tcp_flags = ACK | PSH, .payload = 64001, .csum = BUILD_PARTIAL, .gso_size = 1440 } },
	{ "a wrong checksum, which stays wrong", { .tcp_flags = ACK, .payload = 8, .csum = BUILD_WRONG } },
	{ "FIN", { .tcp_flags = ACK | FIN, .payload = 5 } },
};

/* Once the server has acknowledged the header nothing changes any more, and nothing is added. */
static void is_known(const struct meeting *m)
{
	struct options sack = { .len = 0 };

	put_option(&sack, (uint8_t[]){ 1, 1, 5, 10 }, 4);
	put_option32(&sack, m->first + 100);
	put_option32(&sack, m->first + 200);
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct build shape = shapes[i].build;

		shape.seq = m->first;
		shape.ack = SERVER_ISN + 1;
		is_left(shapes[i].what, m, shape);
		shape.seq -= 1;
		is_left(shapes[i].what, m, shape);
		shape.ack = m->first - 1;
		shape = with(shape, &sack);
		replies(shapes[i].what, m, shape, shape);
	}
}

static void acknowledge(const struct meeting *m, uint32_t ack)
{
	struct build all = server_segment(m, ACK, ack, 0);

	replies("all is there", m, all, all);
}

static void client_speaks_first(void **state)
{
	for (size_t i = 0; i < 4 * ARRAY_LEN(firsts); i++) {
		struct meeting m = prepare(i & 1, firsts[i / 4], i & 2 ? BUILD_PARTIAL : BUILD_COMPLETE, LVS_INTRODUCE_PROXY,
					   LVS_SYN_PROXY_OFF);
		struct build lacks, asks;

		ask(&m);
		ask(&m);
		agree(&m);
		is_replaced("ACK", &m, client_segment(&m, ACK, 0, 0));
		agree(&m);
		is_replaced("ACK once more", &m, client_segment(&m, ACK, 0, 0));
		is_left("first data", &m, client_segment(&m, ACK | PSH, 0, 101));
		is_left("more", &m, client_segment(&m, ACK, 101, 1000));
		is_preceded("first data, again", &m, client_segment(&m, ACK | PSH, 0, 1101));
		for (uint32_t missing = m.told->bytes; missing; missing = missing == 1 ? 0 : missing / 2) {
			lacks = server_segment(&m, ACK, m.first - missing, 0);
			asks = lacks;
			asks.ack = m.first;
			asks.seq--;
			replies("something is missing", &m, lacks, asks);
		}
		is_replaced("what the client says then", &m, client_segment(&m, ACK, 1101, 0));
		lacks = asks = server_segment(&m, ACK, m.first - 1, 31);
		asks.ack = m.first;
		replies("data of an impatient server", &m, lacks, asks);
		acknowledge(&m, m.first + (i & 1 ? 101 : 0));
		is_known(&m);
		finish(&m);
	}
	(void)state;
}

static void segments_come_in_any_order(void **state)
{
	static const struct {
		const char *what;
		uint8_t flags;
		uint32_t off, payload;
		uint16_t gso_size;
	} rows[] = {
		{ "data", ACK | PSH, 0, 1440, 0 },
		{ "later data", ACK, 1440, 7, 0 },
		{ "a super-packet", ACK | PSH, 0, 50000, 1440 },
		{ "FIN", ACK | FIN, 0, 0, 0 },
		{ "data and FIN", ACK | FIN, 0, 3, 0 },
	};

	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct meeting m = prepare(i & 1, 10, BUILD_PARTIAL, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);
		struct build shape = client_segment(&m, rows[i / 2].flags, rows[i / 2].off, rows[i / 2].payload);

		shape.gso_size = rows[i / 2].gso_size;
		ask(&m);
		agree(&m);
		is_preceded(rows[i / 2].what, &m, shape);
		if (rows[i / 2].off) {
			is_left("and again", &m, shape);
			is_left("and the first", &m, client_segment(&m, ACK, 0, 1440));
			is_preceded("and the first again", &m, client_segment(&m, ACK, 0, 1440));
		} else {
			is_preceded("and again", &m, shape);
		}
		is_replaced("the ACK that was late", &m, client_segment(&m, ACK, 0, 0));
		acknowledge(&m, m.first);
		finish(&m);
	}
	(void)state;
}

/* What would stand where the header belongs, all of it or the last byte. */
static void nobody_else_writes_the_header(void **state)
{
	for (uint32_t i = 0; i < 2; i++) {
		for (uint32_t before = 1; before <= told[i].bytes; before += told[i].bytes - 1) {
			struct meeting m = prepare(i, 3, BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);
			struct build forged = client_segment(&m, ACK | PSH, -before, before + 40);

			ask(&m);
			agree(&m);
			is_replaced("in its place", &m, forged);
			is_left("data", &m, client_segment(&m, ACK | PSH, 0, 9));
			is_replaced("in its place, later", &m, forged);
			is_replaced("a question for a sign of life", &m, client_segment(&m, ACK, -1u, 1));
			finish(&m);
		}
	}
	(void)state;
}

/* RFC 7413: what is in a SYN would stand where the header belongs. */
static void data_of_a_syn_is_cut_off(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		struct meeting m = prepare(i & 1, 28, i & 2 ? BUILD_PARTIAL : BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);
		struct build in = { .tcp_flags = SYN, .seq = m.first - 1, .payload = 77, .tcp_options = 12, .csum = m.csum }, out = in;

		out.seq -= m.told->bytes;
		out.payload = 0;
		requests("SYN with data", &m, in, out);
		agree(&m);
		is_replaced("ACK", &m, client_segment(&m, ACK, 0, 0));
		finish(&m);
	}
	(void)state;
}

static void resets_are_exact(void **state)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct meeting m = prepare(i & 1, 5, BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);
		struct build in = { .tcp_flags = RST, .seq = m.first, .tos = TALK_TOS }, reset = in, out;

		ask(&m);
		if (i & 2) {
			agree(&m);
			in = from_client(&m.talk, in);
			assert_int_equal(take(&m.talk, &in), LVS_DROP_NONE);
			expect_n("reset", &m.talk, 2);
			reset.seq -= m.told->bytes;
			expect_out("reset, without the header", &m.talk, 0, own(to_server(&m.talk, reset)));
			reset.seq = m.first;
			expect_out("reset, behind the header", &m.talk, 1, to_server(&m.talk, reset));
			reset.seq++;
			is_left("a reset at another place", &m, reset);
		} else {
			/* Refused: the client believes it only if it is about its SYN. */
			out = in = (struct build){ .tcp_flags = RST | ACK, .ack = m.first - m.told->bytes };
			out.ack = m.first;
			replies("refusal", &m, in, out);
		}
		finish(&m);
	}
	(void)state;
}

/* The client's port comes back with another number before the director has forgotten the first one. */
static void another_connection_is_told_again(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct meeting m = prepare(i, 1000, BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);

		ask(&m);
		agree(&m);
		is_replaced("ACK", &m, client_segment(&m, ACK, 0, 0));
		acknowledge(&m, m.first);
		agree(&m);		/* late, and says nothing new */
		is_known(&m);
		m.first = 0x90000000;
		ask(&m);		/* perhaps a forgery */
		m.first = 1000;
		is_known(&m);
		m.first = 0x90000000;
		agree(&m);
		is_replaced("ACK of the second one", &m, client_segment(&m, ACK, 0, 0));
		acknowledge(&m, m.first);
		is_known(&m);
		finish(&m);
	}
	(void)state;
}

/* A connection that began elsewhere has been told there. */
static void what_has_begun_is_left(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct meeting m = prepare(i, 1000, BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);
		struct lvs_service *service = lvs_server_at(lvs_engine_rules(m.talk.director->engine), 1)->service;
		struct lvs_service_spec spec = service->spec;

		spec.sloppy[LVS_PROTO_INDEX_tcp] = LVS_CHOICE_YES;
		assert_int_equal(lvs_service_edit(lvs_engine_rules(m.talk.director->engine), service, &spec), 0);
		is_known(&m);
		finish(&m);
	}
	(void)state;
}

static struct build error_about(const struct build *about, const char *from, const char *to, struct lvs_packet *quoted)
{
	bool ip6 = from[4] == ':';

	*quoted = build(about);
	return (struct build){ .src = from, .dst = to, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
			       .icmp_type = ip6 ? LVS_ICMP6_UNREACHABLE : LVS_ICMP_UNREACHABLE, .icmp_code = 1,
			       .quote = quoted->data, .quote_bytes = quoted->len };
}

static void errors_quote_what_was_sent(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct meeting m = prepare(i, 9, BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_OFF);
		const struct {
			const char *what;
			uint8_t flags;
			uint32_t sent, known;
		} rows[] = {
			{ "the SYN", SYN, m.first - 1 - m.told->bytes, m.first - 1 },
			{ "the header", ACK, m.first - m.told->bytes, m.first },
			{ "its last byte", ACK, m.first - 1, m.first },
			{ "data", ACK, m.first, m.first },
			{ "later data", ACK, m.first + 5000, m.first + 5000 },
		};

		ask(&m);
		for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
			struct build sent = to_server(&m.talk, (struct build){ .tcp_flags = rows[k].flags, .seq = rows[k].sent });
			struct build known = from_client(&m.talk, (struct build){ .tcp_flags = rows[k].flags, .seq = rows[k].known });
			struct lvs_packet a, b;
			struct build in = error_about(&sent, m.talk.hosts->server, m.talk.hosts->client, &a);
			struct build out = error_about(&known, m.talk.hosts->vip, m.talk.hosts->client, &b);

			assert_int_equal(take(&m.talk, &in), LVS_DROP_NONE);
			expect_only(rows[k].what, &m.talk, out);
			build_free(&a);
			build_free(&b);
		}
		finish(&m);
	}
	(void)state;
}

/* The SYN proxy asks the server; the header goes out with its ACK, and all else is translated as without. */
static void behind_a_syn_proxy(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct meeting m = prepare(i, TALK_CLIENT_ISN + 1, BUILD_COMPLETE, LVS_INTRODUCE_PROXY, LVS_SYN_PROXY_ON);
		struct options proven, agreement, heard = stamp(true, TALK_CLIENT_VALUE + 5, TALK_SERVER_VALUE);
		struct talk *t = &m.talk;
		struct build in, out;

		knock(t);
		proven = proof_options(t);
		in = proof(t, &proven);
		assert_int_equal(take(t, &in), LVS_DROP_NONE);
		expect_n("SYN to the server", t, 1);
		agreement = agreed(t);
		in = syn_ack(t, &agreement);
		assert_int_equal(take(t, &in), LVS_DROP_HANDSHAKE);	/* and acknowledges what was not sent */
		in.ack -= m.told->bytes;
		assert_int_equal(take(t, &in), LVS_DROP_NONE);
		expect_n("SYN-ACK of the server", t, 2);
		expect_out("header", t, 0, header_of(&m, (struct build){ .ack = TALK_SERVER_ISN + 1, .window = 510 }, &heard));

		/* It was lost: the server says it again, and the client hears it. */
		out = to_client(t, in);
		agreement = agreed(t);
		assert_int_equal(take(t, &in), LVS_DROP_NONE);
		expect_n("SYN-ACK, again", t, 1);
		proven = stamp(true, TALK_CLIENT_VALUE + 9, t->value);
		heard = stamp(true, TALK_CLIENT_VALUE + 9, TALK_SERVER_VALUE);
		in = with(from_client(t, (struct build){ .tcp_flags = ACK, .seq = m.first, .ack = t->isn + 1, .window = 510,
							 .tos = TALK_TOS }), &proven);
		assert_int_equal(take(t, &in), LVS_DROP_NONE);
		expect_only("header, again", t, header_of(&m, (struct build){ .ack = TALK_SERVER_ISN + 1, .window = 510 }, &heard));
		in.payload = 333;
		assert_int_equal(take(t, &in), LVS_DROP_NONE);
		out = with(to_server(t, (struct build){ .tcp_flags = ACK, .seq = m.first, .ack = TALK_SERVER_ISN + 1, .window = 510,
							.tos = TALK_TOS, .payload = 333 }), &heard);
		expect_only("data", t, out);
		finish(&m);
	}
	(void)state;
}

/* TOA: @in from the client, and whether it has the option when it comes out, behind those that it has. */
static void has_option(const char *what, const struct meeting *m, struct build in, bool has)
{
	struct options options = { .len = 0 };

	if (in.tcp_options)
		put_option(&options, in.options, in.tcp_options);
	in = from_client(&m->talk, in);
	assert_int_equal(director_handle(m->talk.director, build_with_room(build(&in), 64)), LVS_DROP_NONE);
	in = to_server(&m->talk, in);
	if (has) {
		if (options.len && !options.bytes[options.len - 1])
			options.bytes[options.len - 1] = options.bytes[options.len - 2] = 1;
		put_option(&options, m->told->option, m->told->option_bytes);
	}
	expect_only(what, &m->talk, with(in, &options));
}

static void toa_agree(const struct meeting *m, uint32_t mss, uint32_t told_mss)
{
	struct options said = { .len = 0 }, heard = { .len = 0 };
	struct build in = { .tcp_flags = SYN | ACK, .seq = SERVER_ISN, .ack = m->first, .window = 65000, .csum = m->csum };

	put_option(&said, (uint8_t[]){ 1, 2, 4, (uint8_t)(mss >> 8), (uint8_t)mss, 1, 1, 1 }, 8);
	put_option(&heard, (uint8_t[]){ 1, 2, 4, (uint8_t)(told_mss >> 8), (uint8_t)told_mss, 1, 1, 1 }, 8);
	replies("SYN-ACK", m, with(in, &said), with(in, &heard));
}

static void an_option_tells(void **state)
{
	static const uint8_t nops[40] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
					  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const uint8_t ended[4] = { 1, 1, 0, 0 };

	for (size_t i = 0; i < 4; i++) {
		struct meeting m = prepare(i & 1, 1, i & 2 ? BUILD_PARTIAL : BUILD_COMPLETE, LVS_INTRODUCE_TOA, LVS_SYN_PROXY_OFF);
		struct lvs_server *server = lvs_server_at(lvs_engine_rules(m.talk.director->engine), 1);
		struct build syn = { .tcp_flags = SYN, .seq = m.first - 1, .csum = m.csum, .payload = 3 };
		struct build shape = client_segment(&m, ACK, 0, 0), reset = { .tcp_flags = RST | ACK, .seq = m.first };
		uint32_t room = 40 - m.told->option_bytes, longest = 1500 - (i & 1 ? 60 : 40) - m.told->option_bytes;

		requests("SYN", &m, syn, syn);
		has_option("no SYN-ACK", &m, shape, false);
		toa_agree(&m, 1440, 1440 - m.told->option_bytes);
		toa_agree(&m, 90, 90);
		lvs_server_set_mtu(server, 1500);
		for (uint32_t payload = 0; payload < 8; payload++)
			has_option("a few bytes", &m, client_segment(&m, ACK | PSH, 0, payload), true);
		for (uint32_t len = 4; len <= 40; len += 4) {
			shape.options = nops;
			shape.tcp_options = (uint8_t)len;
			has_option("options", &m, shape, len <= room);
		}
		shape.options = ended;
		shape.tcp_options = sizeof(ended);
		has_option("options that end", &m, shape, true);
		has_option("the longest", &m, client_segment(&m, ACK, 0, longest), true);
		has_option("longer", &m, client_segment(&m, ACK, 0, longest + 1), false);
		shape = client_segment(&m, ACK, 0, 40001);
		shape.csum = BUILD_PARTIAL;
		shape.gso_size = (uint16_t)longest;
		has_option("a super-packet", &m, shape, true);
		shape.gso_size++;
		has_option("one whose segments are longer", &m, shape, false);
		shape = client_segment(&m, ACK, 0, 31);
		shape.csum = BUILD_WRONG;
		has_option("a wrong checksum, which stays wrong", &m, shape, true);
		has_option("FIN", &m, client_segment(&m, ACK | FIN, 0, 0), true);
		is_left("a reset", &m, reset);
		finish(&m);
	}
	(void)state;
}

static void an_option_is_told_until_the_server_speaks(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct meeting m = prepare(i, 1, BUILD_COMPLETE, LVS_INTRODUCE_TOA, LVS_SYN_PROXY_OFF);
		struct build syn = { .tcp_flags = SYN, .seq = m.first - 1 }, ack = server_segment(&m, ACK, m.first, 0);

		requests("SYN", &m, syn, syn);
		toa_agree(&m, 1440, 1440 - m.told->option_bytes);
		has_option("ACK", &m, client_segment(&m, ACK, 0, 0), true);
		replies("ACK of the server", &m, ack, ack);
		is_known(&m);
		finish(&m);
	}
	(void)state;
}

static void an_option_behind_a_syn_proxy(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct meeting m = prepare(i, TALK_CLIENT_ISN + 1, BUILD_COMPLETE, LVS_INTRODUCE_TOA, LVS_SYN_PROXY_ON);
		struct options agreement, heard = stamp(true, TALK_CLIENT_VALUE + 5, TALK_SERVER_VALUE);
		struct build in;

		knock(&m.talk);
		prove(&m.talk);
		agreement = agreed(&m.talk);
		in = syn_ack(&m.talk, &agreement);
		assert_int_equal(take(&m.talk, &in), LVS_DROP_NONE);
		expect_n("SYN-ACK of the server", &m.talk, 2);
		put_option(&heard, m.told->option, m.told->option_bytes);
		expect_out("ACK", &m.talk, 0, own(with(to_server(&m.talk, (struct build){
			.tcp_flags = ACK, .seq = TALK_CLIENT_ISN + 1, .ack = TALK_SERVER_ISN + 1, .window = 510 }), &heard)));
		finish(&m);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_speaks_first),
		cmocka_unit_test(segments_come_in_any_order),
		cmocka_unit_test(nobody_else_writes_the_header),
		cmocka_unit_test(data_of_a_syn_is_cut_off),
		cmocka_unit_test(resets_are_exact),
		cmocka_unit_test(another_connection_is_told_again),
		cmocka_unit_test(what_has_begun_is_left),
		cmocka_unit_test(errors_quote_what_was_sent),
		cmocka_unit_test(behind_a_syn_proxy),
		cmocka_unit_test(an_option_tells),
		cmocka_unit_test(an_option_is_told_until_the_server_speaks),
		cmocka_unit_test(an_option_behind_a_syn_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
