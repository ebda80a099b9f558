// SPDX-License-Identifier: GPL-2.0-or-later
/* A server drains: nobody new comes, what is there goes on until the time is over, then both ends of it are reset. */
#include "tests/lib/test.h"

#include "engine/sched.h"
#include "engine/persist.h"
#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

#define DRAIN_SECONDS 300

/* The two families, and the servers of each. */
static const struct world {
	const char *vip, *client, *servers[2];
} worlds[] = {
	{ "192.0.2.1", "10.9.0.1", { "10.0.0.1", "10.0.0.2" } },
	{ "2001:db8::1", "2001:db8:9::1", { "2001:db8:1::1", "2001:db8:1::2" } },
};

static int setup(void **state)
{
	struct director *director;

	director_setup(state);
	director = *state;
	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		for (size_t k = 0; k < 2; k++) {
			director_serve(director, LVS_PROTO_TCP, worlds[i].vip, 80, worlds[i].servers[k], 8080);
			director_serve(director, LVS_PROTO_UDP, worlds[i].vip, 53, worlds[i].servers[k], 5300);
			director_serve(director, LVS_PROTO_SCTP, worlds[i].vip, 80, worlds[i].servers[k], 8080);
		}
	}
	return 0;
}

static struct lvs_rules *rules_of(struct director *director)
{
	return lvs_engine_rules(director->engine);
}

static struct lvs_service *service_of(struct director *director, const struct world *world, uint8_t proto)
{
	return lvs_service_find(rules_of(director), &(struct lvs_service_key){ .addr = test_addr(world->vip),
			.port = LVS_BE16(proto == LVS_PROTO_UDP ? 53 : 80), .proto = proto });
}

static struct build from_client(const struct world *world, uint16_t cport, uint8_t flags)
{
	return (struct build){ .src = world->client, .dst = world->vip, .sport = cport, .dport = 80, .tcp_flags = flags,
			       .seq = 1000, .ack = 2000, .window = 77 };
}

static struct build from_server(const struct world *world, size_t server, uint16_t cport, uint8_t flags)
{
	return (struct build){ .src = world->servers[server], .dst = world->client, .sport = 8080, .dport = cport,
			       .tcp_flags = flags, .seq = 2000, .ack = 1000, .window = 88 };
}

static uint8_t last_byte(const struct lvs_packet *packet)
{
	return packet->data[packet->data[0] >> 4 == 6 ? 39 : 19];
}

/* Return: which of @world's servers the client's packet went to, or 2 if to none */
static size_t sent_to(struct director *director, const struct build *what)
{
	if (director_take(director, what) || director->nout != 1)
		return 2;
	return last_byte(&director->out[0]) - 1u;
}

/* Established through the handshake. Return: index of the server */
static size_t connected(struct director *director, const struct world *world, uint16_t cport)
{
	struct build what = from_client(world, cport, LVS_TCP_SYN);
	size_t server = sent_to(director, &what);

	assert_in_range(server, 0, 1);
	what = from_server(world, server, cport, LVS_TCP_SYN | LVS_TCP_ACK);
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	what = from_client(world, cport, LVS_TCP_ACK);
	assert_int_equal(sent_to(director, &what), server);
	return server;
}

static struct lvs_server *server_of(struct director *director, const struct world *world, uint8_t proto, size_t server)
{
	struct lvs_addr addr = test_addr(world->servers[server]);

	return lvs_server_find(service_of(director, world, proto), &addr, LVS_BE16(proto == LVS_PROTO_UDP ? 5300 : 8080));
}

static void set_drain(struct director *director, struct lvs_server *server, bool drain, uint32_t seconds)
{
	struct lvs_server_spec spec = server->spec;

	spec.weight = 5;
	spec.drain = drain;
	spec.drain_seconds = seconds;
	assert_int_equal(lvs_server_edit(rules_of(director), server, &spec), 0);
}

/* Its time begins and goes by. */
static void drain(struct director *director, struct lvs_server *server)
{
	set_drain(director, server, true, DRAIN_SECONDS);
	director_wait(director, 0);
	director_begin(director);
	director_wait(director, LVS_SECONDS(DRAIN_SECONDS));
	assert_true(server->drained);
}

static void persist(struct director *director, const struct world *world, bool stay)
{
	struct lvs_service *service = service_of(director, world, LVS_PROTO_TCP);
	struct lvs_service_spec spec = service->spec;

	spec.persist = (struct lvs_persist_spec){ .timeout = 1000, .stay = stay, .mask = lvs_persist_mask6(128) };
	assert_int_equal(lvs_service_edit(rules_of(director), service, &spec), 0);
}

static void nobody_new_comes_and_who_is_there_stays(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		size_t mine = connected(director, world, 1000);
		struct lvs_server *server = server_of(director, world, LVS_PROTO_TCP, mine);
		struct build segment = from_client(world, 1000, LVS_TCP_ACK), syn = from_client(world, 1000, LVS_TCP_SYN);

		set_drain(director, server, true, DRAIN_SECONDS);
		director_wait(director, 0);
		for (syn.sport = 2000; syn.sport < 2010; syn.sport++)
			assert_int_equal(sent_to(director, &syn), 1 - mine);
		director_wait(director, LVS_SECONDS(DRAIN_SECONDS) - 1);
		assert_false(server->drained);
		assert_int_equal(sent_to(director, &segment), mine);
		assert_int_equal(server->active, 1);
	}
}

static void persistent_clients_leave_at_once_or_when_they_are_idle(void **state)
{
	const struct world *world = &worlds[0];
	struct director *director = *state;
	struct build syn = from_client(world, 1001, LVS_TCP_SYN);
	struct lvs_server *server;
	size_t mine;

	persist(director, world, true);
	mine = connected(director, world, 1000);
	server = server_of(director, world, LVS_PROTO_TCP, mine);
	set_drain(director, server, true, 0);
	assert_int_equal(sent_to(director, &syn), mine);
	persist(director, world, false);
	syn.sport++;
	assert_int_equal(sent_to(director, &syn), 1 - mine);

	/* His connections end before his template does. */
	set_drain(director, server, false, 0);
	director_wait(director, LVS_SECONDS(5000));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	persist(director, world, true);
	mine = connected(director, world, 1000);
	director_wait(director, LVS_SECONDS(901));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	set_drain(director, server_of(director, world, LVS_PROTO_TCP, mine), true, 0);
	assert_int_equal(sent_to(director, &syn), 1 - mine);
}

/* What both ends get to hear, whoever spoke; then only who speaks again. */
static void the_first_segment_after_it_resets_both_ends(void **state)
{
	static const struct {
		const char *what;
		struct build extra;
	} rows[] = {
		{ "an ACK", { .tcp_flags = LVS_TCP_ACK } },
		{ "an odd payload and options", { .tcp_flags = LVS_TCP_ACK | LVS_TCP_PSH, .payload = 333, .tcp_options = 12 } },
		{ "a partial checksum", { .tcp_flags = LVS_TCP_ACK, .payload = 100, .csum = BUILD_PARTIAL } },
		{ "a super-packet", { .tcp_flags = LVS_TCP_ACK, .payload = 9001, .csum = BUILD_PARTIAL, .gso_size = 1400 } },
		{ "a FIN", { .tcp_flags = LVS_TCP_ACK | LVS_TCP_FIN } },
	};
	struct director *director = *state;

	for (size_t i = 0; i < 2 * 2 * ARRAY_LEN(rows); i++) {
		const struct world *world = &worlds[i / 2 % 2];
		const struct build *extra = &rows[i / 4].extra;
		size_t mine = connected(director, world, (uint16_t)(1000 + i));
		struct lvs_server *server = server_of(director, world, LVS_PROTO_TCP, mine);
		struct build to_client = { .src = world->vip, .dst = world->client, .sport = 80, .dport = (uint16_t)(1000 + i),
					   .seq = 2000 };
		struct build to_server = { .src = world->client, .dst = world->servers[mine], .sport = (uint16_t)(1000 + i),
					   .dport = 8080, .seq = 1000 };
		struct build what = i % 2 ? from_server(world, mine, to_server.sport, extra->tcp_flags) :
					    from_client(world, to_server.sport, extra->tcp_flags);
		struct build *sender = i % 2 ? &to_server : &to_client, *other = i % 2 ? &to_client : &to_server;

		drain(director, server);
		what.payload = extra->payload;
		what.tcp_options = extra->tcp_options;
		what.csum = extra->csum;
		what.gso_size = extra->gso_size;
		what.ttl = 63;
		what.tos = 0x10;
		what.id = 4711;
		*sender = (struct build){ .src = sender->src, .dst = sender->dst, .sport = sender->sport, .dport = sender->dport,
					  .seq = sender->seq, .tcp_flags = LVS_TCP_RST, .df = true, .tos = 0x10 };
		other->tcp_flags = LVS_TCP_RST | LVS_TCP_ACK;
		other->ack = what.ack;
		other->ttl = 63;
		other->tos = 0x10;
		other->id = 4711;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		build_expect(rows[i / 4].what, &director->out[0], build(sender));
		build_expect(rows[i / 4].what, &director->out[1], build(other));
		/* The server's numbers are beyond doubt; where the client spoke first, it is asked all the same. */
		if (i % 2 == 0) {
			assert_int_equal(server->active, 1);
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
			build_expect(rows[i / 4].what, &director->out[0], build(sender));
			build_expect(rows[i / 4].what, &director->out[1], build(other));
			what = from_server(world, mine, to_server.sport, LVS_TCP_ACK);
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
			sender = &to_server;
			*sender = (struct build){ .src = sender->src, .dst = sender->dst, .sport = sender->sport, .dport = 8080,
						  .seq = 1000, .tcp_flags = LVS_TCP_RST, .df = true };
		}
		assert_int_equal(server->active, 0);

		assert_int_equal(director_take(director, &what), LVS_DROP_DRAINED);
		director_expect(director, build(sender));
		director_wait(director, LVS_SECONDS(11));
		assert_int_equal(server->inactive, 0);
		set_drain(director, server, false, 0);
	}
}

/* The question has the ends of the connection and numbers that mean nothing. */
static void a_silent_connection_is_made_to_speak(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		size_t mine = connected(director, world, 1000), l4 = i ? 40 : 20;
		struct lvs_server *server = server_of(director, world, LVS_PROTO_TCP, mine);
		struct build expect = { .src = world->client, .dst = world->servers[mine], .sport = 1000, .dport = 8080,
					.tcp_flags = LVS_TCP_ACK, .df = true };
		struct build answer = from_server(world, mine, 1000, LVS_TCP_ACK);
		uint64_t forwarded = lvs_engine_stats(director->engine)->forwarded;
		lvs_be32 seq, ack;

		drain(director, server);
		assert_int_equal(director->nout, 1);
		memcpy(&seq, director->out[0].data + l4 + 4, sizeof(seq));
		memcpy(&ack, director->out[0].data + l4 + 8, sizeof(ack));
		expect.seq = lvs_host32(seq);
		expect.ack = lvs_host32(ack);
		director_expect(director, build(&expect));
		assert_true(expect.seq != 1000 && expect.ack != 2000);
		assert_true(lvs_engine_stats(director->engine)->forwarded == forwarded);

		/* Question or answer was lost: asked again, with other numbers. */
		director_wait(director, LVS_SECONDS(9));
		assert_int_equal(director->nout, 1);
		director_wait(director, LVS_SECONDS(1));
		assert_int_equal(director->nout, 2);
		assert_memory_not_equal(director->out[1].data + l4, director->out[0].data + l4, 20);

		assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		director_begin(director);
		director_wait(director, LVS_SECONDS(10));
		assert_int_equal(director->nout, 0);
		director_wait(director, LVS_SECONDS(10));
		assert_int_equal(server->active + server->inactive, 0);
		assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_PROBE], 2 * i + 2);
	}
}

/* A client's segment from long ago has a number that his server does not believe. It is asked, and says the right one. */
static void an_old_segment_does_not_leave_the_server_behind(void **state)
{
	const struct world *world = &worlds[0];
	struct director *director = *state;
	size_t mine = connected(director, world, 1000);
	struct lvs_server *server = server_of(director, world, LVS_PROTO_TCP, mine);
	struct build old = from_client(world, 1000, LVS_TCP_ACK), answer = from_server(world, mine, 1000, LVS_TCP_ACK);

	old.seq = 500;
	drain(director, server);
	assert_int_equal(director_take(director, &old), LVS_DROP_NONE);
	director_begin(director);
	director_wait(director, LVS_SECONDS(10));
	assert_int_equal(director->nout, 1);
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	assert_int_equal(director->nout, 2);
	build_expect("what it expects", &director->out[0],
		     build(&(struct build){ .src = world->client, .dst = world->servers[mine], .sport = 1000, .dport = 8080,
					    .seq = 1000, .tcp_flags = LVS_TCP_RST, .df = true }));

	/* One that was reset says so, which ends it too. */
	mine = 1 - mine;
	while (connected(director, world, ++old.sport) != mine)
		;
	server = server_of(director, world, LVS_PROTO_TCP, mine);
	drain(director, server);
	answer = from_server(world, mine, old.sport, LVS_TCP_RST);
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	assert_int_equal(server->active, 0);
}

/* Servers that answer past the director cannot be heard. */
static void a_client_is_asked_where_replies_do_not_pass(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, world->vip, 81, world->servers[0], 81);
		struct lvs_server_spec spec = server->spec;
		struct build what = from_client(world, 1000, LVS_TCP_SYN), expect;
		size_t l4 = i ? 40 : 20;
		lvs_be32 seq, ack;

		spec.forward = lvs_forward_find("droute");
		assert_int_equal(lvs_server_edit(rules_of(director), server, &spec), 0);
		what.dport = 81;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.tcp_flags = LVS_TCP_ACK;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		drain(director, server);
		memcpy(&seq, director->out[0].data + l4 + 4, sizeof(seq));
		memcpy(&ack, director->out[0].data + l4 + 8, sizeof(ack));
		expect = (struct build){ .src = world->vip, .dst = world->client, .sport = 81, .dport = 1000,
					 .tcp_flags = LVS_TCP_ACK, .df = true, .seq = lvs_host32(seq), .ack = lvs_host32(ack) };
		director_expect(director, build(&expect));

		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		expect.tcp_flags = LVS_TCP_RST;
		expect.seq = 2000;
		expect.ack = 0;
		build_expect("to the client", &director->out[0], build(&expect));
		what.tcp_flags |= LVS_TCP_RST;
		what.window = 0;
		build_expect("to the server", &director->out[1], build(&what));
		assert_int_equal(server->active, 0);
	}
}

static void questions_keep_to_their_rate(void **state)
{
	const struct world *world = &worlds[0];
	struct director *director = *state;
	struct lvs_engine_settings settings = { .reply_rate = 3 };
	struct lvs_server *server;
	size_t mine = 0;

	for (uint16_t i = 0; i < 20; i++)
		mine = connected(director, world, (uint16_t)(1000 + i));
	server = server_of(director, world, LVS_PROTO_TCP, mine);
	assert_int_equal(server->active, 10);
	lvs_engine_configure(director->engine, &settings, director->now);
	drain(director, server);
	assert_int_equal(director->nout, 3);
	director_wait(director, LVS_SECONDS(1));
	assert_int_equal(director->nout, 6);
	director_wait(director, LVS_SECONDS(1));
	director_wait(director, LVS_SECONDS(1));
	assert_int_equal(director->nout, 10);

	/* And where it is to be silent it is, and comes to an end all the same. */
	settings.reply_rate = 0;
	lvs_engine_configure(director->engine, &settings, director->now);
	for (int i = 0; i < 5; i++)
		director_wait(director, LVS_SECONDS(10));
	assert_int_equal(server->active, 10);
	director_wait(director, LVS_SECONDS(10));
	assert_int_equal(director->nout, 10);
	assert_int_equal(server->active + server->inactive, 0);
}

/* Of a server that says nothing any more, and of an association, which is not asked. */
static void after_a_minute_of_silence_nothing_is_left(void **state)
{
	static const uint8_t init[20] = { 1, 0, 0, 20, 0, 0, 0, 9 }, cookie_ack[4] = { 11, 0, 0, 4 };
	const struct world *world = &worlds[1];
	struct director *director = *state;
	size_t mine = connected(director, world, 1000), theirs;
	struct build what = { .src = world->client, .dst = world->vip, .sport = 1000, .dport = 80,
			      .proto = LVS_PROTO_SCTP, .quote = init, .quote_bytes = sizeof(init) };

	theirs = sent_to(director, &what);
	what = (struct build){ .src = world->servers[theirs], .dst = world->client, .sport = 8080, .dport = 1000,
			       .proto = LVS_PROTO_SCTP, .seq = 9, .quote = cookie_ack, .quote_bytes = sizeof(cookie_ack) };
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	set_drain(director, server_of(director, world, LVS_PROTO_SCTP, theirs), true, DRAIN_SECONDS);
	drain(director, server_of(director, world, LVS_PROTO_TCP, mine));
	for (int i = 0; i < 5; i++)
		director_wait(director, LVS_SECONDS(10));
	assert_int_equal(director->nout, 6);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 2);
	director_wait(director, LVS_SECONDS(10));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	director_begin(director);
	director_wait(director, LVS_SECONDS(10));
	assert_int_equal(director->nout, 0);
}

static void an_end_may_reset_the_other_itself(void **state)
{
	const struct world *world = &worlds[0];
	struct director *director = *state;
	size_t mine = connected(director, world, 1000);
	struct build reset = from_client(world, 1000, LVS_TCP_RST);

	drain(director, server_of(director, world, LVS_PROTO_TCP, mine));
	assert_int_equal(sent_to(director, &reset), mine);
	director_expect(director, build(&(struct build){ .src = world->client, .dst = world->servers[mine], .sport = 1000,
							 .dport = 8080, .tcp_flags = LVS_TCP_RST, .seq = 1000, .ack = 2000,
							 .window = 77 }));
}

static void who_begins_anew_gets_another_server(void **state)
{
	const struct world *world = &worlds[1];
	struct director *director = *state;
	size_t mine = connected(director, world, 1000);
	struct build syn = from_client(world, 1000, LVS_TCP_SYN), half = from_client(world, 1001, LVS_TCP_SYN);

	/* Two more, so that one of them is half-open at the same server. */
	assert_in_range(sent_to(director, &half), 0, 1);
	half.sport++;
	assert_int_equal(sent_to(director, &half), mine);
	drain(director, server_of(director, world, LVS_PROTO_TCP, mine));
	assert_int_equal(sent_to(director, &half), 1 - mine);
	assert_int_equal(sent_to(director, &syn), 1 - mine);
}

static void half_open_ones_end_with_it(void **state)
{
	const struct world *world = &worlds[0];
	struct director *director = *state;
	struct build syn = from_client(world, 1000, LVS_TCP_SYN);
	size_t mine = sent_to(director, &syn);
	struct lvs_server *server = server_of(director, world, LVS_PROTO_TCP, mine);
	struct build answer = from_server(world, mine, 1000, LVS_TCP_SYN | LVS_TCP_ACK);

	set_drain(director, server, true, 5);
	director_wait(director, 0);
	director->now += LVS_SECONDS(5);
	(void)lvs_engine_expire(director->engine, director->now);
	assert_true(server->drained);
	/* Its answer comes before its turn: it is reset, and the client hears nothing of it. */
	assert_int_equal(director_take(director, &answer), LVS_DROP_DRAINED);
	director_expect(director, build(&(struct build){ .src = world->client, .dst = world->servers[mine], .sport = 1000,
							 .dport = 8080, .tcp_flags = LVS_TCP_RST, .seq = 1000, .df = true }));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);

	set_drain(director, server, false, 0);
	do {
		syn.sport++;
	} while (sent_to(director, &syn) != mine);
	assert_int_equal(server->active, 1);
	drain(director, server);
	assert_int_equal(director->nout, 0);
	assert_int_equal(server->active + server->inactive, 0);
}

static void associations_are_aborted(void **state)
{
	static const uint8_t init[20] = { 1, 0, 0, 20, 0, 0, 0, 9 }, cookie_ack[4] = { 11, 0, 0, 4 };
	static const uint8_t data[20] = { 0, 3, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 'x' };
	static const uint8_t abort[4] = { 6, 0, 0, 4 }, reflected[4] = { 6, 1, 0, 4 };
	struct director *director = *state;

	for (size_t i = 0; i < 2 * ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i / 2];
		struct build what = { .src = world->client, .dst = world->vip, .sport = 1000, .dport = 80,
				      .proto = LVS_PROTO_SCTP, .quote = init, .quote_bytes = sizeof(init) };
		size_t mine = sent_to(director, &what);
		struct lvs_server *server = server_of(director, world, LVS_PROTO_SCTP, mine);
		struct build to_client = { .src = world->vip, .dst = world->client, .sport = 80, .dport = 1000, .quote_bytes = 4,
					   .proto = LVS_PROTO_SCTP, .seq = 55 };
		struct build to_server = { .src = world->client, .dst = world->servers[mine], .sport = 1000, .dport = 8080,
					   .proto = LVS_PROTO_SCTP, .seq = 55, .quote_bytes = 4 };

		what = (struct build){ .src = world->servers[mine], .dst = world->client, .sport = 8080, .dport = 1000,
				       .proto = LVS_PROTO_SCTP, .seq = 9, .quote = cookie_ack, .quote_bytes = sizeof(cookie_ack) };
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(server->active, 1);
		drain(director, server);
		assert_int_equal(director->nout, 0);
		if (i % 2 == 0)
			what = (struct build){ .src = world->client, .dst = world->vip, .sport = 1000, .dport = 80 };
		what.proto = LVS_PROTO_SCTP;
		what.seq = 55;
		what.quote = data;
		what.quote_bytes = sizeof(data);
		to_client.quote = i % 2 ? abort : reflected;
		to_server.quote = i % 2 ? reflected : abort;
		*(i % 2 ? &to_server.df : &to_client.df) = true;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		build_expect("to the sender", &director->out[0], build(i % 2 ? &to_server : &to_client));
		build_expect("to the other", &director->out[1], build(i % 2 ? &to_client : &to_server));
		director_wait(director, LVS_SECONDS(100));
		assert_int_equal(server->active + server->inactive, 0);
		set_drain(director, server, false, 0);
	}
}

static void datagrams_go_to_another_server(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		struct build what = { .src = world->client, .dst = world->vip, .sport = 1000, .dport = 53, .proto = LVS_PROTO_UDP };
		size_t mine = sent_to(director, &what);
		struct lvs_server *server = server_of(director, world, LVS_PROTO_UDP, mine);

		set_drain(director, server, true, DRAIN_SECONDS);
		director_wait(director, 0);
		director_wait(director, LVS_SECONDS(DRAIN_SECONDS - 1));
		assert_int_equal(sent_to(director, &what), mine);
		director->now += LVS_SECONDS(1);
		(void)lvs_engine_expire(director->engine, director->now);
		assert_int_equal(server->inactive, 1);
		assert_int_equal(sent_to(director, &what), 1 - mine);
		assert_int_equal(server->inactive, 0);
		set_drain(director, server, false, 0);
	}
}

static void time_may_change_while_it_runs(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = service_of(director, &worlds[0], LVS_PROTO_TCP)->servers[0];
	struct lvs_server_spec spec;

	set_drain(director, server, true, 100);
	assert_int_equal(server->spec.weight, 0);
	assert_int_equal(rules_of(director)->ndraining, 1);
	director_wait(director, 0);
	director_wait(director, LVS_SECONDS(60));
	set_drain(director, server, true, 200);
	director_wait(director, LVS_SECONDS(60));
	assert_false(server->drained);
	set_drain(director, server, true, 110);
	director_wait(director, 0);
	assert_true(server->drained);
	assert_int_equal(rules_of(director)->ndraining, 0);
	set_drain(director, server, true, 0);
	director_wait(director, LVS_SECONDS(100000));
	assert_false(server->drained);

	set_drain(director, server, true, 100);
	spec = server->spec;
	lvs_server_remove(rules_of(director), server, director->now);
	assert_int_equal(rules_of(director)->ndraining, 0);
	assert_int_equal(lvs_server_add(rules_of(director), service_of(director, &worlds[0], LVS_PROTO_TCP), &spec, &server), 0);
	assert_int_equal(rules_of(director)->ndraining, 1);
	director_wait(director, LVS_SECONDS(99));
	assert_false(server->drained);	/* it has only just begun */
	set_drain(director, server, false, 100);
	assert_int_equal(rules_of(director)->ndraining, 0);
	assert_int_equal(server->spec.weight, 5);
	assert_int_equal(server->last_weight, 5);
	director_wait(director, LVS_SECONDS(1000));
	assert_false(server->drained || server->retiring);
}

/* Weight 0 keeps the slots of mh's table, and their clients get nobody. */
static void its_slots_go_to_others(void **state)
{
	const struct world *world = &worlds[0];
	struct director *director = *state;
	struct lvs_service *service = service_of(director, world, LVS_PROTO_TCP);
	struct lvs_service_spec spec = service->spec;
	struct lvs_server_spec quiet = service->servers[0]->spec;
	size_t served[2] = { 0, 0 };

	spec.sched = lvs_sched_find("mh");
	spec.sched_flags = LVS_SCHED_PORT;
	assert_int_equal(lvs_service_edit(rules_of(director), service, &spec), 0);
	for (size_t step = 0; step < 2; step++) {
		quiet.weight = 0;
		quiet.drain = step;
		assert_int_equal(lvs_server_edit(rules_of(director), service->servers[0], &quiet), 0);
		for (uint16_t i = 0; i < 20; i++) {
			struct build syn = from_client(world, (uint16_t)(1000 + 100 * step + i), LVS_TCP_SYN);

			served[step] += sent_to(director, &syn) < 2;
		}
	}
	assert_true(served[0] < 20);
	assert_int_equal(served[1], 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, director_teardown)

/* A server that failed is not asked, for it would not answer: the client is, and both ends are reset with what he says. */
static void who_fails_is_reset_at_once(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		size_t mine = connected(director, world, 1000), l4 = i ? 40 : 20;
		struct lvs_server *server = server_of(director, world, LVS_PROTO_TCP, mine);
		struct lvs_server_spec spec = server->spec;
		struct build expect = { .src = world->vip, .dst = world->client, .sport = 80, .dport = 1000,
					.tcp_flags = LVS_TCP_ACK, .df = true };
		struct build to_client = { .src = world->vip, .dst = world->client, .sport = 80, .dport = 1000, .seq = 2000,
					   .tcp_flags = LVS_TCP_RST, .df = true };
		struct build to_server = { .src = world->client, .dst = world->servers[mine], .sport = 1000, .dport = 8080,
					   .seq = 1000, .ack = 2000, .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK };
		struct build what = from_client(world, 1000, LVS_TCP_ACK), syn = from_client(world, 1001, LVS_TCP_SYN);
		lvs_be32 seq, ack;

		spec.down = spec.reset = true;
		director_begin(director);
		assert_int_equal(lvs_server_edit(rules_of(director), server, &spec), 0);
		director_wait(director, 1);
		assert_int_equal(director->nout, 1);
		memcpy(&seq, director->out[0].data + l4 + 4, sizeof(seq));
		memcpy(&ack, director->out[0].data + l4 + 8, sizeof(ack));
		expect.seq = lvs_host32(seq);
		expect.ack = lvs_host32(ack);
		director_expect(director, build(&expect));

		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 2);
		build_expect("to the client", &director->out[0], build(&to_client));
		build_expect("to the server", &director->out[1], build(&to_server));
		assert_int_equal(sent_to(director, &syn), 1 - mine);

		/* It is back, and nothing is left of all that. */
		spec.down = spec.reset = false;
		assert_int_equal(lvs_server_edit(rules_of(director), server, &spec), 0);
		assert_false(server->drained);
		what = from_client(world, 1002, LVS_TCP_SYN);
		assert_in_range(sent_to(director, &what), 0, 1);
		director_wait(director, LVS_SECONDS(200));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_new_comes_and_who_is_there_stays),
		TEST(persistent_clients_leave_at_once_or_when_they_are_idle),
		TEST(the_first_segment_after_it_resets_both_ends),
		TEST(a_silent_connection_is_made_to_speak),
		TEST(an_old_segment_does_not_leave_the_server_behind),
		TEST(a_client_is_asked_where_replies_do_not_pass),
		TEST(questions_keep_to_their_rate),
		TEST(after_a_minute_of_silence_nothing_is_left),
		TEST(an_end_may_reset_the_other_itself),
		TEST(who_begins_anew_gets_another_server),
		TEST(half_open_ones_end_with_it),
		TEST(associations_are_aborted),
		TEST(datagrams_go_to_another_server),
		TEST(time_may_change_while_it_runs),
		TEST(its_slots_go_to_others),
		TEST(who_fails_is_reset_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
