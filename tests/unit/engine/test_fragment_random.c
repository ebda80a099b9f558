// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine/fragment.c against a model of the same rules that takes no short cuts: it colours every byte of every datagram,
 * keeps everything in plain arrays and searches them from end to end. Datagrams are cut at random, shuffled into each
 * other, and pieces of them lost, repeated, moved and lied about; after each packet what left (to the byte), what was
 * dropped and why, and what is held must be what the model says.
 */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/pieces.h"

#define SEQUENCES 100000
#define DATAGRAM_BYTES 1600
#define IDS 4
#define PIECES 64

enum { FREE, WAITING, KNOWN, CONDEMNED };

/* @key: flows that share it share identifications; @fate: of their first fragments */
static const struct flow_row {
	bool ip6;
	uint8_t proto;
	uint16_t sport, dport;
	bool stranger;
	unsigned int key;
	enum lvs_fragment_fate fate;
} flow_rows[] = {
	{ false, LVS_PROTO_UDP, 4000, 80, false, 0, LVS_FRAGMENT_FOLLOW },
	{ false, LVS_PROTO_UDP, 4001, 80, false, 0, LVS_FRAGMENT_FOLLOW },
	{ false, LVS_PROTO_UDP, 4000, 81, false, 0, LVS_FRAGMENT_DROP },
	{ false, LVS_PROTO_TCP, 4000, 80, false, 1, LVS_FRAGMENT_FOLLOW },
	{ true, LVS_PROTO_UDP, 4000, 80, false, 2, LVS_FRAGMENT_FOLLOW },
	{ true, LVS_PROTO_UDP, 4000, 81, false, 2, LVS_FRAGMENT_DROP },
	{ true, LVS_PROTO_UDP, 4000, 80, true, 3, LVS_FRAGMENT_PASS },
	{ false, LVS_PROTO_TCP, 4000, 80, true, 4, LVS_FRAGMENT_PASS },
};
#define FLOWS ARRAY_LEN(flow_rows)
#define KEYS 5

struct fragment {
	unsigned int flow, id;
	uint16_t from, to;
	bool more;
};

/* @colour: of each byte, which piece has it, counted from 1 */
struct model_datagram {
	int state;
	uint64_t entered;
	lvs_ns deadline, seen;
	enum lvs_fragment_fate fate;
	uint8_t colour[DATAGRAM_BYTES + 64];
	struct fragment pieces[PIECES];
	unsigned int npieces, end;
	struct fragment held[PIECES];
	unsigned int nheld;
};

/* @left: what has to leave in this step */
struct model {
	struct lvs_fragment_limits limits;
	struct model_datagram datagrams[KEYS][IDS];
	uint64_t entries;
	uint64_t dropped[LVS_DROP_COUNT];
	unsigned int held;
	lvs_ns now;
	struct fragment left[PIECES];
	unsigned int nleft;
};

static uint64_t rng = 88172645463325252ULL;

/* Marsaglia's xorshift. Return: below @n */
static unsigned int any(unsigned int n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 33) % n;
}

static void enter(struct model *model, struct model_datagram *d, int state, lvs_ns life)
{
	d->state = state;
	d->entered = ++model->entries;
	d->deadline = model->now + life;
}

static void drop_held(struct model *model, struct model_datagram *d, enum lvs_drop drop)
{
	model->dropped[drop] += d->nheld;
	model->held -= d->nheld;
	d->nheld = 0;
}

static void forget(struct model_datagram *d)
{
	*d = (struct model_datagram){ .state = FREE };
}

static void expire(struct model *model)
{
	for (unsigned int i = 0; i < KEYS * IDS; i++) {
		struct model_datagram *d = &model->datagrams[i / IDS][i % IDS];

		if (d->state == FREE || d->deadline > model->now)
			continue;
		drop_held(model, d, LVS_DROP_FRAG_TIMEOUT);
		forget(d);
	}
}

static struct model_datagram *oldest(struct model *model, int state)
{
	struct model_datagram *best = NULL;

	for (unsigned int i = 0; i < KEYS * IDS; i++) {
		struct model_datagram *d = &model->datagrams[i / IDS][i % IDS];

		if (d->state == state && (!best || d->entered < best->entered))
			best = d;
	}
	return best;
}

static bool make_room(struct model *model)
{
	struct model_datagram *victim;
	unsigned int n = 0;

	for (unsigned int i = 0; i < KEYS * IDS; i++)
		n += model->datagrams[i / IDS][i % IDS].state != FREE;
	if (n < model->limits.datagrams)
		return true;
	victim = oldest(model, CONDEMNED);
	if (!victim)
		victim = oldest(model, KNOWN);
	if (victim)
		forget(victim);
	return victim;
}

static bool begin(struct model *model, struct model_datagram *d)
{
	if (!make_room(model))
		return false;
	enter(model, d, WAITING, model->limits.timeout);
	d->seen = model->now;
	return true;
}

static bool contradicts(const struct model_datagram *d, const struct fragment *f)
{
	for (unsigned int i = 0; !f->more && i < ARRAY_LEN(d->colour); i++)
		if (d->colour[i] && i >= f->to)
			return true;
	if (d->end && (f->more ? f->to >= d->end : f->to != d->end))
		return true;
	for (unsigned int i = f->from; i < f->to; i++) {
		uint8_t colour = d->colour[i];

		if (colour && (d->pieces[colour - 1].from != f->from || d->pieces[colour - 1].to != f->to))
			return true;
	}
	return false;
}

static void note(struct model_datagram *d, const struct fragment *f)
{
	assert_true(d->npieces < PIECES);
	d->pieces[d->npieces++] = *f;
	for (unsigned int i = f->from; i < f->to; i++)
		d->colour[i] = (uint8_t)d->npieces;
	if (!f->more)
		d->end = f->to;
}

static void leave(struct model *model, const struct model_datagram *d, const struct fragment *f)
{
	if (d->fate == LVS_FRAGMENT_DROP)
		model->dropped[LVS_DROP_FRAG_FIRST_DROPPED]++;
	else
		model->left[model->nleft++] = *f;
}

static void settle(struct model *model, struct model_datagram *d)
{
	bool complete = d->end > 0;

	for (unsigned int i = 0; i < d->end; i++)
		complete &= d->colour[i] != 0;
	if (complete) {
		forget(d);
		return;
	}
	d->seen = model->now;
	enter(model, d, KNOWN, model->limits.lifetime);
}

static void condemn(struct model *model, struct model_datagram *d)
{
	drop_held(model, d, LVS_DROP_FRAG_OVERLAP);
	model->dropped[LVS_DROP_FRAG_OVERLAP]++;
	enter(model, d, CONDEMNED, model->limits.timeout);
}

static bool is_stale(const struct model *model, const struct model_datagram *d)
{
	return d->state == KNOWN && model->now - d->seen >= model->limits.timeout;
}

static void model_first(struct model *model, struct model_datagram *d, const struct fragment *f)
{
	const struct flow_row *row = &flow_rows[f->flow];

	if (is_stale(model, d))
		forget(d);
	if (d->state == FREE && !begin(model, d)) {
		model->dropped[LVS_DROP_FRAG_LIMIT]++;
		return;
	}
	if (d->state == CONDEMNED) {
		model->dropped[LVS_DROP_FRAG_OVERLAP]++;
		return;
	}
	if (contradicts(d, f)) {
		condemn(model, d);
		return;
	}
	if (!d->colour[0])
		note(d, f);
	d->fate = row->fate;
	if (row->fate == LVS_FRAGMENT_DROP)
		model->dropped[LVS_DROP_NO_SERVER]++;
	else
		model->left[model->nleft++] = *f;
	for (unsigned int i = 0; i < d->nheld; i++)
		leave(model, d, &d->held[i]);
	model->held -= d->nheld;
	d->nheld = 0;
	settle(model, d);
}

static void model_hold(struct model *model, struct model_datagram *d, const struct fragment *f)
{
	if (model->held >= model->limits.held || d->nheld >= model->limits.per_datagram ||
	    model->held >= model->limits.bytes / 2048 || (d->state == FREE && !begin(model, d))) {
		model->dropped[LVS_DROP_FRAG_LIMIT]++;
		return;
	}
	note(d, f);
	d->held[d->nheld++] = *f;
	model->held++;
}

static void model_later(struct model *model, struct model_datagram *d, const struct fragment *f)
{
	if (d->state == CONDEMNED) {
		model->dropped[LVS_DROP_FRAG_OVERLAP]++;
		return;
	}
	if (contradicts(d, f)) {
		if (!is_stale(model, d)) {
			condemn(model, d);
			return;
		}
		forget(d);
	}
	if (d->state == KNOWN) {
		leave(model, d, f);
		if (!d->colour[f->from])
			note(d, f);
		settle(model, d);
	} else if (d->colour[f->from]) {
		model->dropped[LVS_DROP_FRAG_DUPLICATE]++;
	} else {
		model_hold(model, d, f);
	}
}

static void model_feed(struct model *model, const struct fragment *f)
{
	struct model_datagram *d = &model->datagrams[flow_rows[f->flow].key][f->id];

	model->nleft = 0;
	if (d->state != FREE && d->deadline <= model->now) {
		drop_held(model, d, LVS_DROP_FRAG_TIMEOUT);
		forget(d);
	}
	if (f->from == 0)
		model_first(model, d, f);
	else
		model_later(model, d, f);
}

/* Pieces of one datagram, most of them as they should be. Return: how many */
static unsigned int cut(struct fragment *fragments)
{
	unsigned int flow = any(FLOWS), id = any(IDS), n = 0;
	unsigned int end = 48 + any(DATAGRAM_BYTES - 48), at = 0;

	while (at < end) {
		unsigned int step = at == 0 ? 24 + any(100) * 8 : 8 + any(100) * 8;
		unsigned int to = at + step >= end ? (at ? end : 24) : at + step;
		struct fragment f = { flow, id, (uint16_t)at, (uint16_t)to, to < end };

		at = to;
		if (any(16) == 0)
			continue;
		fragments[n++] = f;
		if (any(16) == 0)
			fragments[n++] = f;
		if (any(32) == 0 && f.from > 24)
			fragments[n - 1].from = (uint16_t)(f.from - 8);
		if (any(32) == 0 && f.more)
			fragments[n - 1].to = (uint16_t)(f.to + 8);
		if (any(64) == 0 && f.from > 0)
			fragments[n - 1].more = (f.to - f.from) % 8 == 0 && !f.more;
		if (n >= PIECES / 4 - 2)
			break;
	}
	return n;
}

static unsigned int make_sequence(struct fragment *fragments)
{
	unsigned int n = 0, swaps;

	for (unsigned int datagrams = 1 + any(3); datagrams; datagrams--)
		n += cut(fragments + n);
	for (swaps = any(3) ? n * any(3) : 0; swaps; swaps--) {
		unsigned int i = any(n), j = any(n);
		struct fragment f = fragments[i];

		fragments[i] = fragments[j];
		fragments[j] = f;
	}
	return n;
}

static void compare(const struct model *model, const struct pieces_world *world, const struct pieces pieces[][IDS])
{
	const struct lvs_stats *stats = lvs_engine_stats(world->engine);
	uint8_t packet[DATAGRAM_BYTES + 200];

	assert_memory_equal(stats->dropped, model->dropped, sizeof(model->dropped));
	assert_int_equal(stats->held, model->held);
	assert_true(model->held <= model->limits.held);
	assert_int_equal(world->nout, model->nleft);
	for (size_t i = 0; i < world->nout; i++) {
		const struct fragment *f = &model->left[i];
		const struct pieces *p = &pieces[f->flow][f->id];
		size_t len = pieces_cut(&p->translated, p->id, p->expected, f->from, f->to, f->more, packet);

		assert_int_equal(world->out[i].len, len);
		assert_memory_equal(world->out[i].bytes, packet, len);
	}
}

static void pass_time(struct model *model, struct pieces_world *world)
{
	switch (any(64)) {
	case 0:
		world->now += LVS_SECONDS(1) + any(1000) * LVS_NS_PER_MS;
		break;
	case 1:
		world->now += LVS_SECONDS(2);
		break;
	case 2:
		if (any(8) == 0)
			world->now += LVS_SECONDS(29) + any(3000) * LVS_NS_PER_MS;
		break;
	default:
		world->now += any(1000) * LVS_NS_PER_US;
	}
	model->now = world->now;
	if (any(16) == 0) {
		expire(model);
		(void)lvs_fragments_expire(world->engine, world->now);
	}
}

static void make_pieces(struct pieces pieces[][IDS])
{
	for (unsigned int f = 0; f < FLOWS; f++) {
		const struct flow_row *row = &flow_rows[f];
		struct pieces_flow flow = row->stranger ? pieces_stranger(row->ip6, row->proto, row->sport) :
					  pieces_client(row->ip6, row->proto, row->sport, row->dport);
		struct pieces_flow translated = row->stranger ? flow : pieces_translated(&flow);

		for (unsigned int id = 0; id < IDS; id++)
			pieces[f][id] = pieces_make(&flow, &translated, id, DATAGRAM_BYTES + 64);
	}
}

static void run(const struct lvs_fragment_limits *limits, unsigned int sequences)
{
	struct pieces pieces[FLOWS][IDS];
	struct fragment fragments[PIECES];
	struct model model;
	struct pieces_world world;

	make_pieces(pieces);
	pieces_world_init(&world, limits);
	model = (struct model){ .limits = *limits, .now = world.now };
	for (; sequences; sequences--) {
		unsigned int n = make_sequence(fragments);

		for (unsigned int i = 0; i < n; i++) {
			const struct fragment *f = &fragments[i];

			pass_time(&model, &world);
			model_feed(&model, f);
			pieces_feed(&world, &pieces[f->flow][f->id], f->from, f->to, f->more);
			compare(&model, &world, (const struct pieces(*)[IDS])pieces);
		}
	}
	/* Each way of ending was met, or this proved little. */
	assert_true(model.dropped[LVS_DROP_FRAG_OVERLAP] && model.dropped[LVS_DROP_FRAG_TIMEOUT] &&
		    model.dropped[LVS_DROP_FRAG_DUPLICATE] && model.dropped[LVS_DROP_FRAG_FIRST_DROPPED]);
	assert_true(model.dropped[LVS_DROP_FRAG_LIMIT] || limits == &lvs_fragment_limits_default);
	world.now = model.now += LVS_SECONDS(60);
	world.nout = model.nleft = 0;
	expire(&model);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), LVS_NS_NEVER);
	compare(&model, &world, (const struct pieces(*)[IDS])pieces);
	assert_int_equal(pieces_held(&world), 0);
	pieces_world_fini(&world);
	for (unsigned int i = 0; i < FLOWS * IDS; i++)
		pieces_unmake(&pieces[i / IDS][i % IDS]);
}

static void roomy(void **state)
{
	(void)state;
	run(&lvs_fragment_limits_default, SEQUENCES / 2);
}

static void few_may_be_held(void **state)
{
	(void)state;
	run(&(struct lvs_fragment_limits){ 16, 6, 3, 65536, LVS_SECONDS(2), LVS_SECONDS(30) }, SEQUENCES / 6);
}

static void little_memory(void **state)
{
	(void)state;
	run(&(struct lvs_fragment_limits){ 8, 7, 7, 5 * 2048 + 2047, LVS_SECONDS(2), LVS_SECONDS(30) }, SEQUENCES / 6);
}

static void few_datagrams(void **state)
{
	(void)state;
	run(&(struct lvs_fragment_limits){ 3, 20, 20, 65536, LVS_SECONDS(2), LVS_SECONDS(30) }, SEQUENCES / 6 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roomy),
		cmocka_unit_test(few_may_be_held),
		cmocka_unit_test(little_memory),
		cmocka_unit_test(few_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
