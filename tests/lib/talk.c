// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "tests/lib/talk.h"

const struct talk_hosts talk_families[2] = {
	{ "198.51.100.7", "192.0.2.1", "10.0.0.11" },
	{ "2001:db8:c::7", "2001:db8::1", "2001:db8:1::11" },
};

void put_option(struct options *options, const uint8_t *bytes, size_t len)
{
	memcpy(options->bytes + options->len, bytes, len);
	options->len = (uint8_t)(options->len + len);
}

void put_option32(struct options *options, uint32_t value)
{
	put_option(options, (uint8_t[]){ (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value }, 4);
}

void put_timestamps(struct options *options, uint32_t value, uint32_t echo)
{
	put_option(options, (uint8_t[]){ 8, 10 }, 2);
	put_option32(options, value);
	put_option32(options, echo);
}

struct options stamp(bool there, uint32_t value, uint32_t echo)
{
	struct options options = { .len = 0 };

	if (there) {
		put_option(&options, (uint8_t[]){ 1, 1 }, 2);
		put_timestamps(&options, value, echo);
	}
	return options;
}

struct build from_client(const struct talk *t, struct build what)
{
	what.src = t->hosts->client;
	what.sport = TALK_CLIENT_PORT;
	what.dst = t->hosts->vip;
	what.dport = TALK_VPORT;
	return what;
}

struct build to_server(const struct talk *t, struct build what)
{
	what.src = t->hosts->client;
	what.sport = TALK_CLIENT_PORT;
	what.dst = t->hosts->server;
	what.dport = TALK_SERVER_PORT;
	return what;
}

struct build from_server(const struct talk *t, struct build what)
{
	what.src = t->hosts->server;
	what.sport = TALK_SERVER_PORT;
	what.dst = t->hosts->client;
	what.dport = TALK_CLIENT_PORT;
	return what;
}

struct build to_client(const struct talk *t, struct build what)
{
	what.src = t->hosts->vip;
	what.sport = TALK_VPORT;
	what.dst = t->hosts->client;
	what.dport = TALK_CLIENT_PORT;
	return what;
}

struct build with(struct build what, const struct options *options)
{
	what.options = options->bytes;
	what.tcp_options = options->len;
	return what;
}

/* The director's own segments have fresh headers. */
struct build own(struct build what)
{
	what.df = true;
	what.tos = TALK_TOS;
	return what;
}

enum lvs_drop take(const struct talk *t, const struct build *what)
{
	return director_take(t->director, what);
}

void expect_n(const char *what, const struct talk *t, size_t n)
{
	if (t->director->nout != n)
		fail_msg("%s: %zu packets came out, not %zu", what, t->director->nout, n);
}

void expect_out(const char *what, const struct talk *t, size_t i, struct build wanted)
{
	assert_true(i < t->director->nout);
	build_expect(what, &t->director->out[i], build(&wanted));
}

void expect_only(const char *what, const struct talk *t, struct build wanted)
{
	expect_n(what, t, 1);
	expect_out(what, t, 0, wanted);
}

static uint32_t out32(const struct talk *t, size_t off)
{
	const struct lvs_packet *out = &t->director->out[0];
	const uint8_t *at = out->data + (out->data[0] >> 4 == 4 ? 20 : 40) + off;

	assert_true(at + 4 <= out->data + out->len);
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint16_t mss_of(const struct talk *t)
{
	return t->hosts == &talk_families[0] ? 1460 : 1440;
}

/* MSS, then what may follow it: as Linux and lvsd both write it. */
static struct options handshake_options(uint16_t mss, bool timestamps, bool sack, int scale, uint32_t value, uint32_t echo)
{
	struct options options = { .len = 0 };

	put_option(&options, (uint8_t[]){ 2, 4, (uint8_t)(mss >> 8), (uint8_t)mss }, 4);
	if (timestamps) {
		put_option(&options, sack ? (uint8_t[]){ 4, 2 } : (uint8_t[]){ 1, 1 }, 2);
		put_timestamps(&options, value, echo);
	} else if (sack) {
		put_option(&options, (uint8_t[]){ 1, 1, 4, 2 }, 4);
	}
	if (scale >= 0)
		put_option(&options, (uint8_t[]){ 1, 3, 3, (uint8_t)scale }, 4);
	return options;
}

struct lvs_server *serve(struct talk *t, enum lvs_syn_proxy_mode mode)
{
	struct lvs_server *server = director_serve(t->director, LVS_PROTO_TCP, t->hosts->vip, TALK_VPORT, t->hosts->server,
						   TALK_SERVER_PORT);
	struct lvs_service_spec spec = server->service->spec;

	spec.syn_proxy = mode;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(t->director->engine), server->service, &spec), 0);
	return server;
}

struct options syn_options(const struct talk *t)
{
	return handshake_options(mss_of(t), !t->plain && !t->unstamped, !t->plain, t->plain ? -1 : 9, TALK_CLIENT_VALUE, 0);
}

static bool stamped(const struct talk *t)
{
	return !t->plain && !t->unstamped && !(t->offered & TALK_NO_TIMESTAMPS);
}

static uint8_t ecn(const struct talk *t, unsigned int missing, uint8_t flags)
{
	return !stamped(t) || missing & TALK_NO_ECN ? 0 : flags;
}

struct build syn(const struct talk *t, const struct options *options)
{
	return with(from_client(t, (struct build){ .tcp_flags = SYN | (t->plain ? 0 : ECE | CWR), .seq = TALK_CLIENT_ISN,
						   .window = 64240, .tos = TALK_TOS }), options);
}

static int offered_scale(const struct talk *t, int scale)
{
	return t->plain || t->offered & TALK_NO_SCALE ? -1 : scale;
}

void knock(struct talk *t)
{
	struct options asked = syn_options(t), said;
	struct build segment = syn(t, &asked);

	assert_int_equal(take(t, &segment), LVS_DROP_NONE);
	expect_n("SYN", t, 1);
	t->isn = out32(t, 4);
	t->value = stamped(t) ? out32(t, 28) : 0;
	said = handshake_options(t->mss ? t->mss : mss_of(t), stamped(t), !t->plain && !(t->offered & TALK_NO_SACK),
				 offered_scale(t, TALK_OUR_SCALE), t->value, TALK_CLIENT_VALUE);
	expect_out("SYN-ACK", t, 0,
		   own(with(to_client(t, (struct build){ .tcp_flags = SYN | ACK | ecn(t, t->offered, ECE), .seq = t->isn,
							 .ack = TALK_CLIENT_ISN + 1 }), &said)));
}

struct options proof_options(const struct talk *t)
{
	return stamp(stamped(t), TALK_CLIENT_VALUE + 5, t->value);
}

static uint16_t client_window(const struct talk *t)
{
	return t->plain || t->offered & TALK_NO_SCALE ? 8000 : 510;
}

struct build proof(const struct talk *t, const struct options *options)
{
	return with(from_client(t, (struct build){ .tcp_flags = ACK, .seq = TALK_CLIENT_ISN + 1, .ack = t->isn + 1,
						   .window = client_window(t), .tos = TALK_TOS }), options);
}

void expect_server_syn(const char *what, const struct talk *t)
{
	/* Without timestamps 9 is taken for 8. */
	struct options asked = handshake_options(mss_of(t), stamped(t), !t->plain && !(t->offered & TALK_NO_SACK),
						 offered_scale(t, stamped(t) ? 9 : 8), TALK_CLIENT_VALUE + 5, 0);

	expect_only(what, t, own(with(to_server(t, (struct build){
		.tcp_flags = SYN | ecn(t, t->offered, ECE | CWR), .seq = TALK_CLIENT_ISN,
		.window = client_window(t) == 510 ? 65535 : 8000 }), &asked)));
}

void prove(struct talk *t)
{
	struct options options = proof_options(t);
	struct build segment = proof(t, &options);

	assert_int_equal(take(t, &segment), LVS_DROP_NONE);
	expect_server_syn("SYN to the server", t);
}

struct options agreed(const struct talk *t)
{
	unsigned int lacks = t->lacks | t->offered;

	return handshake_options(TALK_SERVER_MSS, stamped(t) && !(lacks & TALK_NO_TIMESTAMPS),
				 !t->plain && !(lacks & TALK_NO_SACK),
				 t->plain || lacks & TALK_NO_SCALE ? -1 : t->scale, TALK_SERVER_VALUE, TALK_CLIENT_VALUE + 5);
}

struct build syn_ack(const struct talk *t, const struct options *options)
{
	return with(from_server(t, (struct build){ .tcp_flags = SYN | ACK | ecn(t, t->lacks | t->offered, ECE),
						   .seq = TALK_SERVER_ISN, .ack = TALK_CLIENT_ISN + 1, .window = 64000 }), options);
}

void meet(struct talk *t)
{
	struct options options = agreed(t), server = stamp(stamped(t), TALK_CLIENT_VALUE + 5, TALK_SERVER_VALUE);
	struct options client = stamp(stamped(t), t->value, TALK_CLIENT_VALUE + 5);
	struct build segment = syn_ack(t, &options);
	bool scaled = client_window(t) == 510;

	assert_int_equal(take(t, &segment), LVS_DROP_NONE);
	expect_n("SYN-ACK of the server", t, 2);
	expect_out("ACK to the server", t, 0, own(with(to_server(t, (struct build){
		.tcp_flags = ACK, .seq = TALK_CLIENT_ISN + 1, .ack = TALK_SERVER_ISN + 1,
		.window = scaled && t->lacks & TALK_NO_SCALE ? 65535 : client_window(t) }), &server)));
	expect_out("window for the client", t, 1, own(with(to_client(t, (struct build){
		.tcp_flags = ACK, .seq = t->isn + 1, .ack = TALK_CLIENT_ISN + 1,
		.window = scaled ? 64000 >> TALK_OUR_SCALE : 64000 }), &client)));
}

void expect_counts(const struct talk *t, uint32_t half_open, uint32_t established)
{
	const struct lvs_conn_table *conns = lvs_engine_conns(t->director->engine);
	const struct lvs_server *server = lvs_server_at(lvs_engine_rules(t->director->engine), 1);

	assert_int_equal(conns->wheel.counts[LVS_CLASS_HALF_OPEN], half_open);
	assert_int_equal(conns->wheel.counts[LVS_CLASS_ESTABLISHED], established);
	assert_int_equal(server->active, half_open + established);
	assert_int_equal(t->director->engine->streams.used, half_open + established);
}

void begin_talk(struct talk *t)
{
	serve(t, LVS_SYN_PROXY_ON);
	knock(t);
	assert_int_equal(lvs_engine_conns(t->director->engine)->used, 0);
	prove(t);
	expect_counts(t, 1, 0);
	meet(t);
	expect_counts(t, 0, 1);
}
