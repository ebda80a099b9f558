// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments that follow their first one.
 *
 * A datagram is in one of three states. WAITING: later fragments came before the first, they are held. KNOWN: the first
 * one has walked, its fate is everybody's. CONDEMNED: fragments contradicted each other, all that follow are dropped.
 * Each state has a list, oldest first, and all datagrams on a list live equally long, so the head is always the next to
 * expire. A table that is full gives up the oldest condemned or known datagram; waiting ones are never given up, but as
 * each of them holds a fragment there are no more of them than fragments may be held.
 *
 * Fate is not a pointer to a connection but the tuple that finds it. Each later fragment looks it up afresh: the record
 * may have been given to somebody else meanwhile.
 *
 * Every fragment seen is noted as a piece [from, to), in order, so that exact copies can be told from overlaps. When the
 * pieces make up the whole datagram the entry is forgotten at once, and a sender whose identifications come round quickly
 * starts on a clean one. One that lost a fragment on its way stays until @lifetime; there a contradiction after a pause of
 * @timeout is taken for a new datagram, a sooner one for an attack.
 *
 * Held fragments lie in an arena of 2 KiB units, each in one run of units: its header, headroom for the driver, its bytes.
 */
#include "engine/fragment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "engine/core.h"
#include "engine/one_packet.h"
#include "engine/wire.h"

#define UNIT_BYTES 2048
#define COPY_HEADROOM 96	/* for a tunnel's headers, and the driver's */
#define PIECES_MAX 128	/* 64 KiB in fragments of 512 bytes */

enum state {
	WAITING,
	KNOWN,
	CONDEMNED,
	NSTATES
};

struct piece {
	uint16_t from, to;
};

/* A held fragment; @packet's bytes stand behind it. */
struct copy {
	struct lvs_list of_datagram;
	size_t nunits;
	struct lvs_packet packet;
};
static_assert(sizeof(struct copy) + COPY_HEADROOM + 1500 <= UNIT_BYTES, "an Ethernet's fragment fits one unit");

/*
 * What the fragments of a datagram have in common: addresses, identification, family and, in IPv4, protocol. In IPv6 only
 * the first fragment's next header counts (RFC 8200 section 4.5), and extension headers may hide behind it.
 */
struct key {
	uint64_t words[5];
};

/**
 * struct datagram - what is known of one
 * @order:	in the list of its state, or of free ones
 * @tuple:	of the first fragment, once KNOWN; of its reply for a one-packet datagram
 * @seen:	when a fragment last came
 * @bytes:	sum of @pieces
 * @end:	where the last fragment ends, 0 until it came
 * @copies:	held fragments as they arrived
 */
struct datagram {
	struct lvs_list order;
	struct datagram *next;
	struct key key;
	struct lvs_tuple tuple;
	uint8_t state;
	uint8_t fate;
	lvs_ns deadline, seen;
	uint32_t bytes, end;
	struct lvs_list copies;
	uint32_t ncopies;
	uint32_t npieces;
	struct piece pieces[PIECES_MAX];
};

/**
 * struct lvs_fragments - all of them
 * @touched:	datagrams[touched] and later were never used
 * @heads:	hash chains, @mask + 1 of them
 * @held:	copies in all
 * @used:	one byte per unit
 */
struct lvs_fragments {
	struct lvs_fragment_limits limits;
	struct lvs_hash_key key;
	struct datagram *datagrams;
	uint32_t touched;
	struct lvs_list free;
	struct lvs_list states[NSTATES];
	struct datagram **heads;
	size_t mask;
	uint32_t held;
	uint8_t *arena;
	uint8_t *used;
	size_t nunits, units_free;
};

const struct lvs_fragment_limits lvs_fragment_limits_default = {
	.datagrams = 4096,
	.held = 1024,
	.per_datagram = 64,
	.bytes = 4 << 20,
	.timeout = LVS_SECONDS(2),
	.lifetime = LVS_SECONDS(30),
};

int lvs_fragments_new(const struct lvs_fragment_limits *limits, const struct lvs_hash_key *key,
		      struct lvs_fragments **ret_fragments)
{
	struct lvs_fragments *fragments;
	size_t nheads = 1;

	if (limits->datagrams == 0 || limits->timeout == 0)
		return -EINVAL;
	while (nheads < limits->datagrams)
		nheads *= 2;
	fragments = calloc(1, sizeof(*fragments));
	if (!fragments)
		return -ENOMEM;
	fragments->limits = *limits;
	fragments->key = *key;
	fragments->mask = nheads - 1;
	fragments->nunits = fragments->units_free = limits->bytes / UNIT_BYTES;
	lvs_list_init(&fragments->free);
	for (size_t i = 0; i < NSTATES; i++)
		lvs_list_init(&fragments->states[i]);
	fragments->heads = calloc(nheads, sizeof(*fragments->heads));
	fragments->datagrams = calloc(limits->datagrams, sizeof(*fragments->datagrams));
	fragments->arena = calloc(fragments->nunits + 1, UNIT_BYTES);	/* not 0 bytes, of which calloc() may make NULL */
	fragments->used = calloc(fragments->nunits + 1, 1);
	if (!fragments->heads || !fragments->datagrams || !fragments->arena || !fragments->used) {
		lvs_fragments_free(fragments);
		return -ENOMEM;
	}
	*ret_fragments = fragments;
	return 0;
}

void lvs_fragments_free(struct lvs_fragments *fragments)
{
	if (!fragments)
		return;
	free(fragments->heads);
	free(fragments->datagrams);
	free(fragments->arena);
	free(fragments->used);
	free(fragments);
}

/* First fit. Return: where @n units in a row begin, or NULL */
static void *take_units(struct lvs_fragments *fragments, size_t n)
{
	uint8_t *used = fragments->used, *end = used + fragments->nunits;

	if (n > fragments->units_free)
		return NULL;
	for (uint8_t *at = used; (at = memchr(at, 0, (size_t)(end - at)));) {
		uint8_t *stop = memchr(at, 1, LVS_MIN(n, (size_t)(end - at)));

		if (stop) {
			at = stop;
			continue;
		}
		if ((size_t)(end - at) < n)
			return NULL;
		memset(at, 1, n);
		fragments->units_free -= n;
		return fragments->arena + (size_t)(at - used) * UNIT_BYTES;
	}
	return NULL;
}

static void give_units(struct lvs_fragments *fragments, const struct copy *copy)
{
	size_t at = (size_t)((const uint8_t *)copy - fragments->arena) / UNIT_BYTES;
	size_t n = copy->nunits;

	memset(fragments->used + at, 0, n);
	fragments->units_free += n;
}

static struct key key_of(const struct lvs_packet *packet)
{
	const struct lvs_tuple *tuple = &packet->tuple;
	uint32_t kind = packet->ip6 ? 1U << 8 : tuple->proto;

	return (struct key){ { tuple->src.halves[0], tuple->src.halves[1], tuple->dst.halves[0], tuple->dst.halves[1],
			       (uint64_t)(LVS_FORCE uint32_t)packet->frag_id << 32 | kind } };
}

static struct datagram **chain_of(const struct lvs_fragments *fragments, const struct key *key)
{
	return &fragments->heads[lvs_hash_words(&fragments->key, key->words, ARRAY_LEN(key->words)) & fragments->mask];
}

static void enter(struct lvs_fragments *fragments, struct datagram *datagram, enum state state, lvs_ns deadline)
{
	lvs_list_remove(&datagram->order);
	lvs_list_push_back(&fragments->states[state], &datagram->order);
	datagram->state = (uint8_t)state;
	datagram->deadline = deadline;
}

/* @datagram holds nothing. */
static void forget(struct lvs_fragments *fragments, struct datagram *datagram)
{
	struct datagram **at = chain_of(fragments, &datagram->key);

	while (*at != datagram)
		at = &(*at)->next;
	*at = datagram->next;
	lvs_list_remove(&datagram->order);
	lvs_list_push_front(&fragments->free, &datagram->order);
}

static struct datagram *oldest(const struct lvs_list *list)
{
	return lvs_list_empty(list) ? NULL : lvs_list_entry(list->next, struct datagram, order);
}

/* Return: a datagram that is on no list, or NULL if all are WAITING */
static struct datagram *take_datagram(struct lvs_fragments *fragments)
{
	struct datagram *datagram;

	if (lvs_list_empty(&fragments->free) && fragments->touched < fragments->limits.datagrams) {
		datagram = &fragments->datagrams[fragments->touched++];
		lvs_list_init(&datagram->order);
		return datagram;
	}
	if (lvs_list_empty(&fragments->free)) {
		datagram = oldest(&fragments->states[CONDEMNED]);
		if (!datagram)
			datagram = oldest(&fragments->states[KNOWN]);
		if (!datagram)
			return NULL;
		forget(fragments, datagram);
	}
	datagram = oldest(&fragments->free);
	lvs_list_remove(&datagram->order);
	return datagram;
}

/* A new entry, WAITING. Return: NULL if there is no room */
static struct datagram *begin(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	struct lvs_fragments *fragments = engine->fragments;
	struct datagram *datagram = take_datagram(fragments);
	struct datagram **head;

	if (!datagram)
		return NULL;
	datagram->key = key_of(packet);
	datagram->seen = engine->now;
	datagram->bytes = datagram->end = 0;
	datagram->ncopies = datagram->npieces = 0;
	lvs_list_init(&datagram->copies);
	head = chain_of(fragments, &datagram->key);
	datagram->next = *head;
	*head = datagram;
	enter(fragments, datagram, WAITING, engine->now + fragments->limits.timeout);
	return datagram;
}

/* Return: the oldest copy, to be given back by free_copy() when its packet has left; or NULL */
static struct copy *take_copy(struct lvs_engine *engine, struct datagram *datagram)
{
	struct copy *copy;

	if (lvs_list_empty(&datagram->copies))
		return NULL;
	copy = lvs_list_entry(datagram->copies.next, struct copy, of_datagram);
	lvs_list_remove(&copy->of_datagram);
	datagram->ncopies--;
	engine->fragments->held--;
	engine->stats.held--;
	return copy;
}

static void drop_copies(struct lvs_engine *engine, struct datagram *datagram, enum lvs_drop drop)
{
	struct copy *copy;

	while ((copy = take_copy(engine, datagram))) {
		lvs_engine_drop(engine, drop);
		give_units(engine->fragments, copy);
	}
}

static void condemn(struct lvs_engine *engine, struct datagram *datagram)
{
	drop_copies(engine, datagram, LVS_DROP_FRAG_OVERLAP);
	enter(engine->fragments, datagram, CONDEMNED, engine->now + engine->fragments->limits.timeout);
}

static void expire(struct lvs_engine *engine, struct datagram *datagram)
{
	drop_copies(engine, datagram, LVS_DROP_FRAG_TIMEOUT);
	forget(engine->fragments, datagram);
}

/* Return: the live entry of the datagram that @packet is of, or NULL */
static struct datagram *find(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	struct key key = key_of(packet);
	struct datagram *datagram = *chain_of(engine->fragments, &key);

	while (datagram && memcmp(&datagram->key, &key, sizeof(key)) != 0)
		datagram = datagram->next;
	if (!datagram || datagram->deadline > engine->now)
		return datagram;
	expire(engine, datagram);
	return NULL;
}

/* Its fragments are done coming, for all we know. */
static bool is_stale(const struct lvs_engine *engine, const struct datagram *datagram)
{
	return datagram->state == KNOWN && engine->now - datagram->seen >= engine->fragments->limits.timeout;
}

static bool is_complete(const struct datagram *datagram)
{
	return datagram->end > 0 && datagram->bytes == datagram->end;
}

enum fit {
	FITS,
	IS_COPY,	/* of one that came before, to the byte */
	CONTRADICTS,	/* overlaps another, or the datagram had two ends */
	ONE_TOO_MANY,
};

/* @ret_at: on FITS, the place in datagram->pieces where @piece belongs */
static enum fit judge(const struct datagram *datagram, struct piece piece, bool more, uint32_t *ret_at)
{
	uint32_t at = datagram->npieces;
	uint32_t last = at > 0 ? datagram->pieces[at - 1].to : 0;

	if (more ? datagram->end > 0 && piece.to >= datagram->end
		 : last > piece.to || (datagram->end > 0 && piece.to != datagram->end))
		return CONTRADICTS;
	while (at > 0 && datagram->pieces[at - 1].from >= piece.to)
		at--;
	if (at > 0 && datagram->pieces[at - 1].to > piece.from)
		return datagram->pieces[at - 1].from == piece.from && datagram->pieces[at - 1].to == piece.to ?
			IS_COPY : CONTRADICTS;
	if (datagram->npieces == PIECES_MAX)
		return ONE_TOO_MANY;
	*ret_at = at;
	return FITS;
}

static void insert(struct datagram *datagram, struct piece piece, bool more, uint32_t at)
{
	memmove(&datagram->pieces[at + 1], &datagram->pieces[at], (datagram->npieces - at) * sizeof(piece));
	datagram->pieces[at] = piece;
	datagram->npieces++;
	datagram->bytes += (uint32_t)(piece.to - piece.from);
	if (!more)
		datagram->end = piece.to;
}

/* The parser has seen to it that this is at least a byte and ends within 64 KiB. */
static struct piece piece_of(const struct lvs_packet *packet)
{
	uint32_t begin = packet->ip6 ? packet->frag_hdr + (uint32_t)sizeof(struct lvs_ip6_frag) : packet->l4;

	return (struct piece){ packet->frag_offset, (uint16_t)(packet->frag_offset + packet->len - begin) };
}

enum lvs_drop lvs_fragment_first(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	struct datagram *datagram = find(engine, packet);
	struct piece piece = piece_of(packet);
	uint32_t at;

	if (datagram && is_stale(engine, datagram)) {
		forget(engine->fragments, datagram);
		datagram = NULL;
	}
	if (!datagram)
		datagram = begin(engine, packet);
	if (!datagram)
		return LVS_DROP_FRAG_LIMIT;
	if (datagram->state == CONDEMNED)
		return LVS_DROP_FRAG_OVERLAP;
	switch (judge(datagram, piece, packet->frag_more, &at)) {
	case FITS:
		insert(datagram, piece, packet->frag_more, at);
		break;
	case IS_COPY:
		break;
	case CONTRADICTS:
		condemn(engine, datagram);
		return LVS_DROP_FRAG_OVERLAP;
	case ONE_TOO_MANY:
		return LVS_DROP_FRAG_LIMIT;
	}
	return LVS_DROP_NONE;
}

/* @datagram is KNOWN. */
static enum lvs_drop follow(struct lvs_engine *engine, const struct datagram *datagram, struct lvs_packet *packet)
{
	struct lvs_conn_table *conns = &engine->conns;
	struct lvs_conn *conn;
	enum lvs_drop drop;
	enum lvs_dir dir;

	switch ((enum lvs_fragment_fate)datagram->fate) {
	case LVS_FRAGMENT_FOLLOW:
	case LVS_FRAGMENT_FOLLOW_ONE_PACKET:
		break;
	case LVS_FRAGMENT_PASS:
		drop = lvs_engine_take_hop(engine, packet);
		if (!drop)
			lvs_engine_pass(engine, packet);
		return drop;
	case LVS_FRAGMENT_DROP:
		return LVS_DROP_FRAG_FIRST_DROPPED;
	}
	conn = lvs_conn_find(conns, &datagram->tuple, lvs_conn_hash(conns, &datagram->tuple), &dir);
	if (datagram->fate == LVS_FRAGMENT_FOLLOW_ONE_PACKET)
		dir = LVS_DIR_REQUEST;	/* found from the other side */
	return conn ? lvs_engine_relay(engine, conn, packet, dir) : LVS_DROP_FRAG_NO_CONN;
}

/* A fragment of a KNOWN datagram has come; more may. */
static void settle(struct lvs_engine *engine, struct datagram *datagram)
{
	if (is_complete(datagram)) {
		forget(engine->fragments, datagram);
		return;
	}
	datagram->seen = engine->now;
	enter(engine->fragments, datagram, KNOWN, engine->now + engine->fragments->limits.lifetime);
}

void lvs_fragment_resolve(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_fragment_fate fate)
{
	struct datagram *datagram = find(engine, packet);
	struct copy *copy;

	assert(datagram && datagram->state != CONDEMNED);
	datagram->tuple = packet->tuple;
	if (fate == LVS_FRAGMENT_FOLLOW_ONE_PACKET)
		datagram->tuple = lvs_conn_reply_tuple(&engine->conns, engine->one_packet);
	datagram->fate = (uint8_t)fate;
	while ((copy = take_copy(engine, datagram))) {
		enum lvs_drop drop = follow(engine, datagram, &copy->packet);

		if (drop != LVS_DROP_NONE)
			lvs_engine_drop(engine, drop);
		give_units(engine->fragments, copy);
	}
	settle(engine, datagram);
}

/* Return: a copy of @packet, or NULL where it is over a limit. @ncopies: held of its datagram so far */
static struct copy *make_copy(struct lvs_fragments *fragments, const struct lvs_packet *packet, uint32_t ncopies)
{
	size_t nunits = (sizeof(struct copy) + COPY_HEADROOM + packet->len + UNIT_BYTES - 1) / UNIT_BYTES;
	struct copy *copy;

	if (fragments->held >= fragments->limits.held || ncopies >= fragments->limits.per_datagram)
		return NULL;
	copy = take_units(fragments, nunits);
	if (!copy)
		return NULL;
	copy->nunits = nunits;
	copy->packet = *packet;
	copy->packet.data = (uint8_t *)(copy + 1) + COPY_HEADROOM;
	copy->packet.headroom = COPY_HEADROOM - LVS_REPLY_FRONT;
	copy->packet.tailroom = 0;
	memcpy(copy->packet.data, packet->data, packet->len);
	return copy;
}

/* @datagram: WAITING, or NULL: then it is begun, but only for a copy that there is room for */
static enum lvs_drop hold(struct lvs_engine *engine, struct datagram *datagram, const struct lvs_packet *packet,
			  struct piece piece, uint32_t at)
{
	struct lvs_fragments *fragments = engine->fragments;
	struct copy *copy = make_copy(fragments, packet, datagram ? datagram->ncopies : 0);

	if (!copy)
		return LVS_DROP_FRAG_LIMIT;
	if (!datagram)
		datagram = begin(engine, packet);
	if (!datagram) {
		give_units(fragments, copy);
		return LVS_DROP_FRAG_LIMIT;
	}
	insert(datagram, piece, packet->frag_more, at);
	lvs_list_push_back(&datagram->copies, &copy->of_datagram);
	datagram->ncopies++;
	fragments->held++;
	engine->stats.held++;
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_fragment_later(struct lvs_engine *engine, struct lvs_packet *packet)
{
	struct datagram *datagram = find(engine, packet);
	struct piece piece = piece_of(packet);
	enum fit fit = FITS;
	enum lvs_drop drop;
	uint32_t at = 0;

	if (datagram && datagram->state == CONDEMNED)
		return LVS_DROP_FRAG_OVERLAP;
	if (datagram)
		fit = judge(datagram, piece, packet->frag_more, &at);
	if (fit == CONTRADICTS && is_stale(engine, datagram)) {
		forget(engine->fragments, datagram);
		datagram = NULL;
		fit = FITS;
		at = 0;
	}
	if (fit == CONTRADICTS) {
		condemn(engine, datagram);
		return LVS_DROP_FRAG_OVERLAP;
	}
	if (fit == ONE_TOO_MANY)
		return LVS_DROP_FRAG_LIMIT;
	if (!datagram || datagram->state == WAITING)
		return fit == IS_COPY ? LVS_DROP_FRAG_DUPLICATE : hold(engine, datagram, packet, piece, at);
	drop = follow(engine, datagram, packet);
	if (fit == FITS)
		insert(datagram, piece, packet->frag_more, at);
	settle(engine, datagram);
	return drop;
}

const struct lvs_tuple *lvs_fragment_first_tuple(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	const struct datagram *datagram = find(engine, packet);

	return datagram && datagram->state == KNOWN ? &datagram->tuple : NULL;
}

lvs_ns lvs_fragments_expire(struct lvs_engine *engine, lvs_ns now)
{
	lvs_ns next = LVS_NS_NEVER;

	for (size_t i = 0; i < NSTATES; i++) {
		struct lvs_list *list = &engine->fragments->states[i];
		struct datagram *datagram;

		while ((datagram = oldest(list)) && datagram->deadline <= now)
			expire(engine, datagram);
		if (datagram)
			next = LVS_MIN(next, datagram->deadline);
	}
	return next;
}
