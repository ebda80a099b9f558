// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Neighbour unreachability detection (RFC 4861 section 7.3), for both families:
 *
 *	          resolve          answer            some time            resolve
 *	(nobody) ───────> ASKED ──────────> FRESH ──────────────> FRESH, old ───────> PROBED
 *	    ^ three times    │                 ^    somebody says so                    │   │
 *	    └──── nothing ───┘                 │          ┌───> STALE ── resolve ───────┘   │ three times
 *	                                       └──── answer ────────────────────────────────┤ nothing: (nobody)
 *
 * To everybody but one who is ASKED packets go at once; who is PROBED is asked at the station that he was last seen at.
 * There is no DELAY state: nobody tells the table that a neighbour is alive in other ways, so waiting for it is in vain.
 *
 * Those who are asked stand in two lists, in the order in which their time comes: all wait equally long. Entries and
 * packets are taken out of arrays that never grow. When all entries are taken, a new one takes the place of the one that
 * waits longest for an answer, if a quarter of all wait for one, or of the one out of sixteen that was used longest ago.
 */
#include "io/neighbour.h"

#include <errno.h>
#include <stdlib.h>

#define NONE UINT32_MAX
#define SAMPLE 16
#define TICK_BUDGET 64

enum state { FREE, ASKED, PROBED, FRESH, STALE };

/**
 * struct entry - a neighbour
 * @until:	FRESH: when that ends
 * @due:	ASKED, PROBED: when it is asked again
 * @confirmed:	when @mac was last confirmed by an answer, 0: never
 * @used:	when a packet was last sent there
 * @chain:	next of the same bucket; next that is free
 * @prev, @next: in the list of its state
 * @held, @held_last: packets that wait, @nheld of them
 */
struct entry {
	struct lvs_addr addr;
	struct lvs_mac mac;
	uint8_t state;
	uint8_t tries;
	lvs_ns until, due, confirmed, used;
	uint32_t chain;
	uint32_t prev, next;
	uint32_t held, held_last, nheld;
};

/* A packet that waits; its bytes are in the arena. */
struct held {
	struct lvs_vnet vnet;
	uint32_t len;
	uint32_t next;
};

struct list {
	uint32_t first, last;
	uint32_t n;
};

struct lvs_neighbours {
	struct lvs_neighbour_limits limits;
	struct lvs_neighbour_callbacks callbacks;
	struct lvs_neighbour_stats stats;
	struct lvs_hash_key key;
	struct entry *entries;
	uint32_t *buckets;
	uint32_t mask;
	uint32_t free;
	uint32_t hand;
	struct list lists[PROBED + 1];
	struct held *held;
	uint32_t held_free;
	uint8_t *arena;
};

static size_t slot_bytes(const struct lvs_neighbours *neighbours)
{
	return ((size_t)neighbours->limits.front + neighbours->limits.held_bytes + 15) & ~(size_t)15;
}

static void clear(struct lvs_neighbours *neighbours)
{
	for (uint32_t i = 0; i <= neighbours->mask; i++)
		neighbours->buckets[i] = NONE;
	for (uint32_t i = 0; i < neighbours->limits.neighbours; i++)
		neighbours->entries[i].chain = i + 1 < neighbours->limits.neighbours ? i + 1 : NONE;
	for (uint32_t i = 0; i < neighbours->limits.held; i++)
		neighbours->held[i].next = i + 1 < neighbours->limits.held ? i + 1 : NONE;
	for (size_t i = 0; i < ARRAY_LEN(neighbours->lists); i++)
		neighbours->lists[i] = (struct list){ NONE, NONE, 0 };
}

int lvs_neighbours_new(const struct lvs_neighbour_limits *limits, const struct lvs_neighbour_callbacks *callbacks,
		       const struct lvs_hash_key *key, struct lvs_neighbours **ret_neighbours)
{
	struct lvs_neighbours *neighbours = calloc(1, sizeof(*neighbours));

	if (!neighbours)
		return -ENOMEM;
	neighbours->limits = *limits;
	neighbours->callbacks = *callbacks;
	neighbours->key = *key;
	while (neighbours->mask < limits->neighbours)
		neighbours->mask = neighbours->mask * 2 + 1;
	neighbours->entries = calloc(limits->neighbours, sizeof(*neighbours->entries));
	neighbours->buckets = calloc((size_t)neighbours->mask + 1, sizeof(*neighbours->buckets));
	neighbours->held = calloc(limits->held, sizeof(*neighbours->held));
	neighbours->arena = malloc(limits->held * slot_bytes(neighbours));
	if (!neighbours->entries || !neighbours->buckets || !neighbours->held || !neighbours->arena) {
		lvs_neighbours_free(neighbours);
		return -ENOMEM;
	}
	clear(neighbours);
	*ret_neighbours = neighbours;
	return 0;
}

void lvs_neighbours_free(struct lvs_neighbours *neighbours)
{
	if (!neighbours)
		return;
	free(neighbours->entries);
	free(neighbours->buckets);
	free(neighbours->held);
	free(neighbours->arena);
	free(neighbours);
}

static uint32_t *bucket_of(const struct lvs_neighbours *neighbours, const struct lvs_addr *addr)
{
	return &neighbours->buckets[lvs_hash_words(&neighbours->key, addr->halves, 2) & neighbours->mask];
}

static struct entry *find(const struct lvs_neighbours *neighbours, const struct lvs_addr *addr)
{
	uint32_t i = *bucket_of(neighbours, addr);

	while (i != NONE && !lvs_addr_equal(&neighbours->entries[i].addr, addr))
		i = neighbours->entries[i].chain;
	return i == NONE ? NULL : &neighbours->entries[i];
}

static uint32_t index_of(const struct lvs_neighbours *neighbours, const struct entry *entry)
{
	return (uint32_t)(entry - neighbours->entries);
}

static void leave_list(struct lvs_neighbours *neighbours, struct entry *entry)
{
	struct list *list;

	if (entry->state != ASKED && entry->state != PROBED)
		return;
	list = &neighbours->lists[entry->state];
	if (entry->prev == NONE)
		list->first = entry->next;
	else
		neighbours->entries[entry->prev].next = entry->next;
	if (entry->next == NONE)
		list->last = entry->prev;
	else
		neighbours->entries[entry->next].prev = entry->prev;
	list->n--;
}

static void set_state(struct lvs_neighbours *neighbours, struct entry *entry, enum state state)
{
	struct list *list;

	leave_list(neighbours, entry);
	entry->state = (uint8_t)state;
	if (state != ASKED && state != PROBED)
		return;
	list = &neighbours->lists[state];
	entry->prev = list->last;
	entry->next = NONE;
	if (list->last == NONE)
		list->first = index_of(neighbours, entry);
	else
		neighbours->entries[list->last].next = index_of(neighbours, entry);
	list->last = index_of(neighbours, entry);
	list->n++;
}

static void free_held(struct lvs_neighbours *neighbours, uint32_t i)
{
	neighbours->held[i].next = neighbours->held_free;
	neighbours->held_free = i;
}

static void drop_held(struct lvs_neighbours *neighbours, struct entry *entry)
{
	while (entry->nheld) {
		uint32_t i = entry->held;

		entry->held = neighbours->held[i].next;
		entry->nheld--;
		free_held(neighbours, i);
		neighbours->stats.absent++;
	}
}

static void forget(struct lvs_neighbours *neighbours, struct entry *entry)
{
	uint32_t *link = bucket_of(neighbours, &entry->addr), i = index_of(neighbours, entry);

	drop_held(neighbours, entry);
	set_state(neighbours, entry, FREE);
	while (*link != i)
		link = &neighbours->entries[*link].chain;
	*link = entry->chain;
	entry->chain = neighbours->free;
	neighbours->free = i;
}

/* Whom the table can do without most easily. */
static struct entry *victim(struct lvs_neighbours *neighbours, bool asked)
{
	const uint32_t n = neighbours->limits.neighbours;
	struct entry *best = NULL;

	for (uint32_t i = 0; !asked && i < LVS_MIN(n, SAMPLE); i++) {
		struct entry *entry = &neighbours->entries[neighbours->hand];

		neighbours->hand = (neighbours->hand + 1) % n;
		if (entry->state != ASKED && (!best || entry->used < best->used))
			best = entry;
	}
	if (!best && neighbours->lists[ASKED].n)
		best = &neighbours->entries[neighbours->lists[ASKED].first];
	return best;
}

/* @state: what it is to become */
static struct entry *add(struct lvs_neighbours *neighbours, const struct lvs_addr *addr, enum state state, lvs_ns now)
{
	bool crowd = state == ASKED && neighbours->lists[ASKED].n >= LVS_MAX(neighbours->limits.neighbours / 4, 1u);
	uint32_t *bucket = bucket_of(neighbours, addr), i;
	struct entry *entry;

	if (crowd || neighbours->free == NONE) {
		forget(neighbours, victim(neighbours, crowd));
		neighbours->stats.evicted++;
	}
	i = neighbours->free;
	entry = &neighbours->entries[i];
	neighbours->free = entry->chain;
	*entry = (struct entry){ .addr = *addr, .used = now, .chain = *bucket };
	*bucket = i;
	set_state(neighbours, entry, state);
	return entry;
}

/* Everybody, or the one who had the address. */
static void ask(struct lvs_neighbours *neighbours, struct entry *entry, lvs_ns now)
{
	const struct lvs_addr addr = entry->addr;
	const struct lvs_mac mac = entry->mac;

	entry->tries++;
	entry->due = now + LVS_NEIGHBOUR_RETRY;
	neighbours->stats.asked++;
	neighbours->callbacks.ask(neighbours->callbacks.arg, &addr, entry->state == ASKED ? NULL : &mac);
}

static void hold(struct lvs_neighbours *neighbours, struct entry *entry, const struct lvs_packet *packet)
{
	uint32_t i = neighbours->held_free;

	if (i == NONE || entry->nheld == LVS_NEIGHBOUR_HELD || packet->len > neighbours->limits.held_bytes) {
		neighbours->stats.full++;
		return;
	}
	neighbours->held_free = neighbours->held[i].next;
	neighbours->held[i] = (struct held){ .vnet = packet->vnet, .len = packet->len, .next = NONE };
	memcpy(neighbours->arena + i * slot_bytes(neighbours) + neighbours->limits.front, packet->data, packet->len);
	if (entry->nheld++)
		neighbours->held[entry->held_last].next = i;
	else
		entry->held = i;
	entry->held_last = i;
	neighbours->stats.held++;
}

static void release(struct lvs_neighbours *neighbours, struct entry *entry)
{
	const struct lvs_mac mac = entry->mac;

	while (entry->nheld) {
		uint32_t i = entry->held;
		struct lvs_packet packet = {
			.data = neighbours->arena + i * slot_bytes(neighbours) + neighbours->limits.front,
			.len = neighbours->held[i].len,
			.vnet = neighbours->held[i].vnet,
		};

		entry->held = neighbours->held[i].next;
		entry->nheld--;
		neighbours->callbacks.send(neighbours->callbacks.arg, &packet, &mac);
		free_held(neighbours, i);
	}
}

static const struct lvs_mac *resolve_slowly(struct lvs_neighbours *neighbours, struct entry *entry,
					    const struct lvs_addr *addr, const struct lvs_packet *packet, lvs_ns now)
{
	if (!entry) {
		entry = add(neighbours, addr, ASKED, now);
		hold(neighbours, entry, packet);
		ask(neighbours, entry, now);
		return NULL;
	}
	entry->used = now;
	switch (entry->state) {
	case ASKED:
		hold(neighbours, entry, packet);
		return NULL;
	case PROBED:
		break;
	default:
		set_state(neighbours, entry, PROBED);
		entry->tries = 0;
		ask(neighbours, entry, now);
	}
	return &entry->mac;
}

const struct lvs_mac *lvs_neighbours_find(struct lvs_neighbours *neighbours, const struct lvs_addr *addr, lvs_ns now)
{
	struct entry *entry = find(neighbours, addr);

	if (lvs_unlikely(!entry || entry->state != FRESH || now >= entry->until))
		return NULL;
	entry->used = now;
	return &entry->mac;
}

const struct lvs_mac *lvs_neighbours_resolve(struct lvs_neighbours *neighbours, const struct lvs_addr *addr,
					     const struct lvs_packet *packet, lvs_ns now)
{
	const struct lvs_mac *mac = lvs_neighbours_find(neighbours, addr, now);

	return mac ? mac : resolve_slowly(neighbours, find(neighbours, addr), addr, packet, now);
}

void lvs_neighbours_forget(struct lvs_neighbours *neighbours, const struct lvs_addr *addr)
{
	struct entry *entry = find(neighbours, addr);

	if (entry)
		forget(neighbours, entry);
}

static void confirm(struct lvs_neighbours *neighbours, struct entry *entry, lvs_ns now)
{
	const lvs_ns spread = LVS_NEIGHBOUR_FRESH_MAX - LVS_NEIGHBOUR_FRESH_MIN;

	set_state(neighbours, entry, FRESH);
	entry->confirmed = now;
	entry->until = now + LVS_NEIGHBOUR_FRESH_MIN + lvs_hash_words(&neighbours->key, entry->addr.halves, 2) % spread;
}

void lvs_neighbours_hear(struct lvs_neighbours *neighbours, const struct lvs_addr *addr, const struct lvs_mac *mac,
			 unsigned int how, lvs_ns now)
{
	struct entry *entry = find(neighbours, addr);
	bool asked, same;

	if (!entry) {
		if (how & LVS_HEARD_CREATE)
			add(neighbours, addr, STALE, now)->mac = *mac;
		return;
	}
	asked = entry->state == ASKED || entry->state == PROBED;
	same = entry->state != ASKED && lvs_mac_equal(&entry->mac, mac);
	if (!same && entry->state != ASKED) {
		if (entry->confirmed && now < entry->confirmed + LVS_NEIGHBOUR_LOCK)
			return;
		if (!(how & LVS_HEARD_OVERRIDE)) {
			if (entry->state == FRESH)
				set_state(neighbours, entry, STALE);
			return;
		}
		neighbours->stats.moved++;
	}
	entry->mac = *mac;
	if (asked && how & LVS_HEARD_ANSWER)
		confirm(neighbours, entry, now);
	else if (!same)
		set_state(neighbours, entry, STALE);
	release(neighbours, entry);
}

static void ask_again(struct lvs_neighbours *neighbours, struct entry *entry, lvs_ns now)
{
	if (entry->tries < LVS_NEIGHBOUR_TRIES) {
		set_state(neighbours, entry, (enum state)entry->state);	/* to the end of the list */
		ask(neighbours, entry, now);
		return;
	}
	neighbours->stats.unreachable++;
	forget(neighbours, entry);
}

lvs_ns lvs_neighbours_due(const struct lvs_neighbours *neighbours)
{
	lvs_ns due = LVS_NS_NEVER;

	for (size_t i = ASKED; i < ARRAY_LEN(neighbours->lists); i++)
		if (neighbours->lists[i].n)
			due = LVS_MIN(due, neighbours->entries[neighbours->lists[i].first].due);
	return due;
}

lvs_ns lvs_neighbours_tick(struct lvs_neighbours *neighbours, lvs_ns now)
{
	unsigned int budget = TICK_BUDGET;

	for (size_t i = ASKED; i < ARRAY_LEN(neighbours->lists); i++) {
		const struct list *list = &neighbours->lists[i];

		while (list->n && budget && neighbours->entries[list->first].due <= now) {
			budget--;
			ask_again(neighbours, &neighbours->entries[list->first], now);
		}
	}
	return lvs_neighbours_due(neighbours);
}

const struct lvs_neighbour_stats *lvs_neighbours_stats(const struct lvs_neighbours *neighbours)
{
	return &neighbours->stats;
}
