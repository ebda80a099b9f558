// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A single level of slots per class. Deadlines beyond the horizon wait in the farthest slot and are filed again when it
 * passes, just as records are that were used in the meantime: what laziness does anyway replaces a hierarchy. Two levels
 * of bits find the first filled slot in a few steps however far away it is.
 */
#include "engine/wheel.h"

#include "base/bytes.h"
#include "engine/conn.h"

#define SLOT(tick) ((tick) % LVS_WHEEL_SLOTS)
#define WORDS (LVS_WHEEL_SLOTS / 64)
/*
 * Half-open connections stand in the order of their silence for that many ticks (half a minute); some states of theirs last
 * longer than others, and who has come just now is not to be given up before them. Later they are looked at again and
 * again, so that they stand before the newer ones.
 */
#define HALF_OPEN_TICKS 256
#define HALF_OPEN_AGAIN 128
/* How many used records the search for an idle one files again before it takes what it has. */
#define IDLEST_LOOKS 16

void lvs_wheel_init(struct lvs_wheel *wheel, struct lvs_conn *records, lvs_tick now)
{
	memset(wheel, 0, sizeof(*wheel));
	wheel->records = records;
	wheel->now = now;
}

static void set_filled(struct lvs_wheel *wheel, unsigned int class, uint32_t slot)
{
	wheel->filled[class][slot / 64] |= 1ULL << slot % 64;
	wheel->summary[class][slot / 64 / 64] |= 1ULL << slot / 64 % 64;
}

static void set_empty(struct lvs_wheel *wheel, unsigned int class, uint32_t slot)
{
	wheel->filled[class][slot / 64] &= ~(1ULL << slot % 64);
	if (!wheel->filled[class][slot / 64])
		wheel->summary[class][slot / 64 / 64] &= ~(1ULL << slot / 64 % 64);
}

void lvs_wheel_skip(struct lvs_wheel *wheel, lvs_tick now)
{
	for (unsigned int class = 0; class < LVS_CLASS_COUNT; class++)
		if (wheel->counts[class])
			return;
	if (lvs_tick_before(wheel->now, now))
		wheel->now = now;
}

static lvs_tick earlier(lvs_tick a, lvs_tick b)
{
	return lvs_tick_before(a, b) ? a : b;
}

/* A half-open connection that was silent from now on would not be in order any more then. */
static lvs_tick in_order_until(const struct lvs_conn *conn)
{
	return conn->expires - conn->timeout + HALF_OPEN_TICKS;
}

/* Under which tick @conn is to be filed. */
static lvs_tick place_of(const struct lvs_wheel *wheel, const struct lvs_conn *conn)
{
	lvs_tick until;

	if (conn->class != LVS_CLASS_HALF_OPEN)
		return conn->expires;
	until = in_order_until(conn);
	return earlier(conn->expires, lvs_tick_before(wheel->now + 1, until) ? until : wheel->now + HALF_OPEN_AGAIN);
}

/* Was @conn, filed under @tick, used since? */
static bool is_used(const struct lvs_conn *conn, lvs_tick tick)
{
	return lvs_tick_before(tick, conn->expires) &&
	       (conn->class != LVS_CLASS_HALF_OPEN || lvs_tick_before(tick, in_order_until(conn)));
}

void lvs_wheel_add(struct lvs_wheel *wheel, struct lvs_conn *conn)
{
	lvs_tick tick = place_of(wheel, conn);
	uint32_t id = (uint32_t)(conn - wheel->records), slot;

	assert(!(conn->flags & LVS_CONN_FILED));
	if (!lvs_tick_before(wheel->now, tick))
		tick = wheel->now + 1;
	else if (tick - wheel->now >= LVS_WHEEL_SLOTS)
		tick = wheel->now + LVS_WHEEL_SLOTS - 1;
	slot = SLOT(tick);
	conn->filed = tick;
	conn->prev = 0;
	conn->next = wheel->heads[conn->class][slot];
	if (conn->next)
		wheel->records[conn->next].prev = id;
	else
		set_filled(wheel, conn->class, slot);
	wheel->heads[conn->class][slot] = id;
	wheel->counts[conn->class]++;
	conn->flags |= LVS_CONN_FILED;
}

void lvs_wheel_remove(struct lvs_wheel *wheel, struct lvs_conn *conn)
{
	uint32_t slot = SLOT(conn->filed);

	if (!(conn->flags & LVS_CONN_FILED))
		return;
	if (conn->next)
		wheel->records[conn->next].prev = conn->prev;
	if (conn->prev) {
		wheel->records[conn->prev].next = conn->next;
	} else {
		wheel->heads[conn->class][slot] = conn->next;
		if (!conn->next)
			set_empty(wheel, conn->class, slot);
	}
	conn->next = conn->prev = 0;
	wheel->counts[conn->class]--;
	conn->flags &= (uint16_t)~LVS_CONN_FILED;
}

/* The first filled word at or behind @word, going round once; the class is not empty. */
static uint32_t first_word(const struct lvs_wheel *wheel, unsigned int class, uint32_t word)
{
	for (uint32_t i = 0; i <= ARRAY_LEN(wheel->summary[class]); i++) {
		uint32_t at = (word / 64 + i) % ARRAY_LEN(wheel->summary[class]);
		uint64_t bits = wheel->summary[class][at];

		if (i == 0)
			bits &= ~0ULL << word % 64;
		if (bits)
			return at * 64 + (uint32_t)__builtin_ctzll(bits);
	}
	assert(false);	/* the class was not empty */
	return 0;
}

/* Ticks from the next one to be handed out to the first filled slot of a class that is not empty. */
static uint32_t first_filled(const struct lvs_wheel *wheel, unsigned int class)
{
	uint32_t begin = SLOT(wheel->now + 1);
	uint64_t bits = wheel->filled[class][begin / 64] & ~0ULL << begin % 64;
	uint32_t word = begin / 64;

	if (!bits) {
		word = first_word(wheel, class, (word + 1) % WORDS);
		bits = wheel->filled[class][word];
	}
	return SLOT(word * 64 + (uint32_t)__builtin_ctzll(bits) - begin);
}

/* The class whose first filled slot comes first. Return: false if all are empty */
static bool first_class(const struct lvs_wheel *wheel, unsigned int *ret_class, lvs_tick *ret_tick)
{
	uint32_t best = UINT32_MAX;

	for (unsigned int class = 0; class < LVS_CLASS_COUNT; class++) {
		uint32_t distance;

		if (!wheel->counts[class])
			continue;
		distance = first_filled(wheel, class);
		if (distance < best) {
			best = distance;
			*ret_class = class;
		}
	}
	if (best == UINT32_MAX)
		return false;
	*ret_tick = wheel->now + 1 + best;
	return true;
}

bool lvs_wheel_next(const struct lvs_wheel *wheel, lvs_tick *ret_tick)
{
	unsigned int class;

	return first_class(wheel, &class, ret_tick);
}

struct lvs_conn *lvs_wheel_due(struct lvs_wheel *wheel, lvs_tick now, unsigned int *budget)
{
	while (*budget) {
		struct lvs_conn *conn;
		unsigned int class;
		lvs_tick tick;

		if (!first_class(wheel, &class, &tick) || lvs_tick_before(now, tick)) {
			if (lvs_tick_before(wheel->now, now))
				wheel->now = now;
			return NULL;
		}
		wheel->now = tick - 1;
		conn = &wheel->records[wheel->heads[class][SLOT(tick)]];
		lvs_wheel_remove(wheel, conn);
		--*budget;
		if (!lvs_tick_before(now, conn->expires))
			return conn;
		lvs_wheel_add(wheel, conn);
	}
	return NULL;
}

struct lvs_conn *lvs_wheel_idlest(struct lvs_wheel *wheel, enum lvs_class class)
{
	for (int looks = 0; wheel->counts[class]; looks++) {
		lvs_tick tick = wheel->now + 1 + first_filled(wheel, class);
		struct lvs_conn *conn = &wheel->records[wheel->heads[class][SLOT(tick)]];

		if (looks == IDLEST_LOOKS || !is_used(conn, tick))
			return conn;
		lvs_wheel_remove(wheel, conn);
		lvs_wheel_add(wheel, conn);
	}
	return NULL;
}
