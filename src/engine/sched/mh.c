// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maglev hashing (Eisenbud et al.: "Maglev: A Fast and Reliable Software Network Load Balancer", 2016, section 3.4). A
 * table with a prime number of slots is filled by the servers in turn, each of which has its own order of preference of
 * slots and, when it is its turn, takes the next free ones as its weight says. The client's address names the slot, with
 * flag mh-port its port too. So clients are shared out evenly, and few of them move when a server comes or goes.
 *
 * Slots, turns and hashes are those of a 64-bit kernel, so that both agree on the server of a client. A server at weight 0
 * keeps the slots of its last weight, and its clients get nobody; with flag mh-fallback their keys are hashed again, with
 * the numbers of slots, until they name a usable server.
 *
 * Where two servers want the same slot in the same round, the one whose turn comes first has it. In the kernel that is the
 * one that was added last, and two directors agree only if theirs were added in the same order. Here it is the one of the
 * greater address, whatever the order: the kernel's table for servers that were added in ascending order. On request
 * (mh_as_added) it is the kernel's table for any order.
 *
 * The table is filled anew when servers come, go or change weight, by the first choice after that.
 */
#include <errno.h>

#include "base/gcd.h"
#include "engine/kernel_hash.h"
#include "engine/sched.h"
#include "engine/service.h"

#define SLOTS_DEFAULT 4093
#define NOBODY UINT32_MAX

/* @bits: greater quotients of weights are scaled down to that many, lest a round be longer than the table is fair. */
static const struct {
	uint32_t slots;
	uint32_t bits;
} sizes[] = {
	{ 251, 4 },  { 509, 4 },   { 1021, 5 },  { 2039, 5 },  { 4093, 6 },
	{ 8191, 6 }, { 16381, 7 }, { 32749, 7 }, { 65521, 8 }, { 131071, 8 },
};

/**
 * struct filler - a server while the table is filled
 * @pos:	of the server
 * @turns:	slots it takes in a round
 * @slot, @skip: where it looks next, and how far it goes from there
 */
struct filler {
	uint32_t pos;
	uint32_t turns;
	uint32_t slot, skip;
};

/* @table: of as many slots as the service wants; behind it, room for a filler per server */
struct mh {
	bool filled;
	uint32_t table[];	/* position of the server, or NOBODY */
};

static uint32_t slots_of(const struct lvs_service_spec *spec)
{
	return spec->mh_slots ? spec->mh_slots : SLOTS_DEFAULT;
}

/* The first half is where a server begins and which slot a client has; the second how a server goes on. */
static uint32_t hash(const struct lvs_addr *addr, lvs_be16 port, uint32_t offset, uint64_t key)
{
	return (uint32_t)lvs_hash_32(&(struct lvs_hash_key){ key, key }, offset + lvs_host16(port) + lvs_kernel_fold(addr));
}

#define KEY_SLOT 2654435761u
#define KEY_SKIP 2654446892u

/* Is it @a's turn before @b's? */
static bool before(const struct lvs_service *service, const struct filler *a, const struct filler *b)
{
	const struct lvs_server_spec *x = &service->servers[a->pos]->spec, *y = &service->servers[b->pos]->spec;
	int order = memcmp(x->addr.bytes, y->addr.bytes, sizeof(x->addr.bytes));

	return order ? order > 0 : lvs_host16(x->port) > lvs_host16(y->port);
}

/* Shell's sort: in place, and fast enough for as many servers as there may be. */
static void sort(const struct lvs_service *service, struct filler *fillers)
{
	uint32_t n = service->nservers, gap = 1;

	while (gap < n / 3)
		gap = 3 * gap + 1;
	for (; gap > 0; gap /= 3) {
		for (uint32_t i = gap; i < n; i++) {
			struct filler filler = fillers[i];
			uint32_t k = i;

			for (; k >= gap && before(service, &filler, &fillers[k - gap]); k -= gap)
				fillers[k] = fillers[k - gap];
			fillers[k] = filler;
		}
	}
}

/* Return: how far quotients by @divisor have to be shifted to be below 2^bits */
static uint32_t shift_for(const struct lvs_service *service, uint32_t slots, uint32_t divisor)
{
	uint32_t max = 0, bits = 0, shift = 0;

	for (uint32_t i = 0; i < service->nservers; i++)
		max = LVS_MAX(max, service->servers[i]->last_weight);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		if (sizes[i].slots == slots)
			bits = sizes[i].bits;
	while (max / divisor >> bits >> shift)
		shift++;
	return shift;
}

/* Return: whether any server ever had a weight */
static bool line_up(const struct lvs_service *service, uint32_t slots, struct filler *fillers)
{
	uint32_t divisor = 0, shift;

	for (uint32_t i = 0; i < service->nservers; i++)
		divisor = lvs_gcd(divisor, service->servers[i]->last_weight);
	if (!divisor)
		return false;
	shift = shift_for(service, slots, divisor);
	for (uint32_t i = 0; i < service->nservers; i++) {
		const struct lvs_server *server = service->servers[i];
		uint32_t turns = server->last_weight / divisor >> shift;

		fillers[i] = (struct filler){
			.pos = i,
			.turns = turns || !server->last_weight ? turns : 1,
			.slot = hash(&server->spec.addr, server->spec.port, 0, KEY_SLOT) % slots,
			.skip = hash(&server->spec.addr, server->spec.port, 0, KEY_SKIP) % (slots - 1) + 1,
		};
	}
	if (!service->spec.mh_as_added)
		sort(service, fillers);
	return true;
}

static void fill(struct mh *mh, const struct lvs_service *service)
{
	const uint32_t slots = slots_of(&service->spec);
	struct filler *fillers = (struct filler *)(mh->table + slots);
	uint32_t left = slots, next = 0;

	for (uint32_t slot = 0; slot < slots; slot++)
		mh->table[slot] = NOBODY;
	mh->filled = true;
	if (!line_up(service, slots, fillers))
		return;
	for (; left > 0; next = (next + 1) % service->nservers) {
		struct filler *filler = &fillers[next];

		for (uint32_t turn = 0; turn < filler->turns && left > 0; turn++, left--) {
			while (mh->table[filler->slot] != NOBODY) {
				filler->slot += filler->skip;
				if (filler->slot >= slots)
					filler->slot -= slots;
			}
			mh->table[filler->slot] = filler->pos;
		}
	}
}

/* @slot: the one whose server is not usable */
static struct lvs_server *fall_back(const struct mh *mh, const struct lvs_service *service, const struct lvs_addr *addr,
				    lvs_be16 port, uint32_t slot)
{
	const uint32_t slots = slots_of(&service->spec);
	uint32_t usable = 0;

	while (usable < service->nservers && !lvs_server_usable(service->servers[usable]))
		usable++;
	for (uint32_t i = 0; i < slots && usable < service->nservers; i++) {
		uint32_t other = hash(addr, port, (slot + i) % slots, KEY_SLOT) % slots;
		struct lvs_server *server = service->servers[mh->table[other]];

		if (lvs_server_usable(server))
			return server;
	}
	return NULL;
}

/* @for_new: has it to be usable? If not, one of weight 0 still has those clients who got no other server. */
static struct lvs_server *look_up(struct lvs_service *service, const struct lvs_tuple *tuple, bool for_new)
{
	const bool falls_back = service->spec.sched_flags & LVS_SCHED_FALLBACK;
	const uint32_t slots = slots_of(&service->spec);
	lvs_be16 port = service->spec.sched_flags & LVS_SCHED_PORT ? tuple->sport : 0;
	struct mh *mh = service->sched_state;
	uint32_t slot = hash(&tuple->src, port, 0, KEY_SLOT) % slots;
	struct lvs_server *server;

	if (!mh->filled)
		fill(mh, service);
	if (mh->table[slot] == NOBODY)
		return NULL;
	server = service->servers[mh->table[slot]];
	if (lvs_server_usable(server) || (!for_new && (server->spec.weight || !falls_back)))
		return server;
	return falls_back ? fall_back(mh, service, &tuple->src, port, slot) : NULL;
}

static struct lvs_server *mh_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)now;
	return look_up(service, tuple, true);
}

static struct lvs_server *mh_names(struct lvs_service *service, const struct lvs_tuple *tuple)
{
	return look_up(service, tuple, false);
}

static size_t mh_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	return slots_of(spec) * sizeof(uint32_t) + nservers * sizeof(struct filler);
}

static int mh_check(const struct lvs_service_spec *spec, uint32_t nservers)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		if (sizes[i].slots == slots_of(spec))
			return nservers > sizes[i].slots ? -ENOSPC : 0;
	return -EINVAL;
}

static bool mh_fits(const struct lvs_service_spec *from, const struct lvs_service_spec *to)
{
	return slots_of(from) == slots_of(to) && from->mh_as_added == to->mh_as_added;
}

static void mh_edited(struct lvs_service *service)
{
	struct mh *mh = service->sched_state;

	mh->filled = false;
}

static void mh_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	mh_edited(service);
}

const struct lvs_sched_ops lvs_sched_mh = {
	.name = "mh",
	.state_bytes = sizeof(struct mh),
	.more_bytes = mh_more_bytes,
	.check = mh_check,
	.fits = mh_fits,
	.pick = mh_pick,
	.names = mh_names,
	.added = mh_moved,
	.removed = mh_moved,
	.edited = mh_edited,
};
