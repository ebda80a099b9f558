// SPDX-License-Identifier: GPL-2.0-or-later
/* An address is looked up in networks by bisection, once for each length that they have. */
#include "net/wants.h"

#include <errno.h>
#include <stdlib.h>

#include "net/net.h"
#include "net/state.h"

static int compare_prefixes(const void *a, const void *b)
{
	const struct lvs_prefix *x = a, *y = b;
	int order = (int)x->bits - (int)y->bits;

	return order ? order : lvs_net_addr_compare(&x->addr, &y->addr);
}

/* Return: a sorted copy without duplicates, its length in *ret_n; NULL if there is no memory */
static void *sort(const void *v, size_t n, size_t size, int (*compare)(const void *, const void *), size_t *ret_n)
{
	char *copy = calloc(n + 1, size);
	bool sorted = true;
	size_t kept = 0;

	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, v, n * size);
	for (size_t i = 1; i < n && sorted; i++)
		sorted = compare(copy + (i - 1) * size, copy + i * size) <= 0;
	if (!sorted)
		qsort(copy, n, size, compare);
	for (size_t i = 0; i < n; i++) {
		if (kept && !compare(copy + (kept - 1) * size, copy + i * size))
			continue;
		if (i != kept)
			memcpy(copy + kept * size, copy + i * size, size);
		kept++;
	}
	*ret_n = kept;
	return copy;
}

static bool same(const struct lvs_net_wants *a, const struct lvs_net_wants *b)
{
	if (a->nvips != b->nvips || a->nasking != b->nasking || a->nprefixes != b->nprefixes || a->ntransparent != b->ntransparent)
		return false;
	for (size_t i = 0; i < a->nprefixes; i++)
		if (!lvs_prefix_equal(&a->prefixes[i], &b->prefixes[i]))
			return false;
	for (size_t i = 0; i < a->ntransparent; i++)
		if (!lvs_prefix_equal(&a->transparent[i], &b->transparent[i]))
			return false;
	if (a->nasking && memcmp(a->asking, b->asking, a->nasking * sizeof(*a->asking)) != 0)
		return false;
	return !a->nvips || !memcmp(a->vips, b->vips, a->nvips * sizeof(*a->vips));
}

struct lvs_addr lvs_net_way(const struct lvs_prefix *network)
{
	bool ip4 = lvs_addr_is4(&network->addr);

	if (network->bits == LVS_NET_HOST_BITS)
		return network->addr;
	return network->bits == lvs_net_any_bits(ip4) ? lvs_net_stranger(ip4) : lvs_net_probe(&network->addr);
}

/* Those of @wants become those that the networks of @next need. */
static int replace_probes(struct lvs_net_wants *wants, const struct lvs_net_wants *next)
{
	struct lvs_addr *probes = calloc(next->nprefixes + next->ntransparent + 1, sizeof(*probes));
	int rc;

	if (!probes)
		return -ENOMEM;
	for (size_t i = 0; i < next->ntransparent; i++)
		probes[i] = lvs_net_way(&next->transparent[i]);
	rc = lvs_net_targets_replace(&wants->ways, probes, next->ntransparent);
	for (size_t i = 0; i < next->nprefixes; i++)
		probes[i] = lvs_net_probe(&next->prefixes[i].addr);
	if (rc >= 0)
		rc = lvs_net_targets_replace(&wants->probes, probes, next->nprefixes);
	free(probes);
	return rc;
}

int lvs_net_wants_replace(struct lvs_net_wants *wants, const struct lvs_net_wanted *wanted)
{
	struct lvs_net_wants next = { .nvips = 0 };
	int rc = -ENOMEM;

	next.vips = sort(wanted->vips, wanted->nvips, sizeof(*next.vips), lvs_net_addr_compare, &next.nvips);
	next.asking = sort(wanted->asking, wanted->nasking, sizeof(*next.asking), lvs_net_addr_compare, &next.nasking);
	next.prefixes = sort(wanted->prefixes, wanted->nprefixes, sizeof(*next.prefixes), compare_prefixes, &next.nprefixes);
	next.transparent = sort(wanted->transparent, wanted->ntransparent, sizeof(*next.transparent), compare_prefixes,
				&next.ntransparent);
	if (!next.vips || !next.asking || !next.prefixes || !next.transparent)
		goto out;
	rc = 0;
	if (same(wants, &next))
		goto out;
	for (size_t i = 0; i < next.nprefixes; i++)
		if (!i || next.prefixes[i].bits != next.prefixes[i - 1].bits)
			next.lengths[next.nlengths++] = next.prefixes[i].bits;
	rc = replace_probes(wants, &next);
	if (rc < 0)
		goto out;
	next.probes = wants->probes;
	next.ways = wants->ways;
	free(wants->vips);
	free(wants->asking);
	free(wants->prefixes);
	free(wants->transparent);
	*wants = next;
	return 1;
out:
	free(next.vips);
	free(next.asking);
	free(next.prefixes);
	free(next.transparent);
	return rc;
}

/* Addresses in ascending order, gone through up to @at. */
struct sorted {
	struct lvs_addr *v;
	size_t n, at;
};

/* Questions come in ascending order, too. */
static bool has(struct sorted *sorted, const struct lvs_addr *addr)
{
	while (sorted->at < sorted->n && lvs_net_addr_compare(&sorted->v[sorted->at], addr) < 0)
		sorted->at++;
	return sorted->at < sorted->n && lvs_addr_equal(&sorted->v[sorted->at], addr);
}

/* Return: whether any of them changed. @heard: those that are not one-way; @unheard: those that are too */
static bool set_one_way(struct lvs_net_targets *servers, struct sorted *heard, struct sorted *unheard)
{
	bool changed = false;

	for (size_t i = 0; i < servers->n; i++) {
		struct lvs_net_target *server = &servers->v[i];
		bool one_way = !has(heard, &server->addr), answers = has(unheard, &server->addr);

		changed |= server->one_way != one_way || server->answers != answers;
		server->one_way = one_way;
		server->answers = answers;
	}
	return changed;
}

/* Return: whether any of them changed. Who was not asked for is asked for anew. */
static bool set_sourced(struct lvs_net_targets *servers, struct sorted *sourced)
{
	bool changed = false;

	for (size_t i = 0; i < servers->n; i++) {
		struct lvs_net_target *server = &servers->v[i];
		bool is = has(sourced, &server->addr);

		if (server->sourced == is)
			continue;
		changed = true;
		server->sourced = is;
		servers->nstale += !server->stale;
		server->stale = true;
	}
	return changed;
}

bool lvs_net_wants_asking(const struct lvs_net_wants *wants, const struct lvs_addr *addr)
{
	return wants->nasking &&
	       bsearch(addr, wants->asking, wants->nasking, sizeof(*wants->asking), lvs_net_addr_compare);
}

int lvs_net_wants_servers(const struct lvs_net_wanted *wanted, struct lvs_net_targets *servers)
{
	struct lvs_addr *all = calloc(wanted->nservers + wanted->none_way + 1, sizeof(*all));
	struct sorted heard = { .n = 0 }, unheard = { .n = 0 }, sourced = { .n = 0 };
	int rc = -ENOMEM;

	heard.v = sort(wanted->servers, wanted->nservers, sizeof(*all), lvs_net_addr_compare, &heard.n);
	unheard.v = sort(wanted->one_way, wanted->none_way, sizeof(*all), lvs_net_addr_compare, &unheard.n);
	sourced.v = sort(wanted->sourced, wanted->nsourced, sizeof(*all), lvs_net_addr_compare, &sourced.n);
	if (all && heard.v && unheard.v && sourced.v) {
		for (size_t i = 0; i < heard.n; i++)
			all[i] = heard.v[i];
		for (size_t i = 0; i < unheard.n; i++)
			all[heard.n + i] = unheard.v[i];
		rc = lvs_net_targets_replace(servers, all, heard.n + unheard.n);
	}
	if (rc >= 0 && set_one_way(servers, &heard, &unheard))
		rc = 1;
	if (rc >= 0 && set_sourced(servers, &sourced))
		rc = 1;
	free(all);
	free(heard.v);
	free(unheard.v);
	free(sourced.v);
	return rc;
}

size_t lvs_net_wants_seek(const struct lvs_net_wants *wants, const struct lvs_prefix *prefix)
{
	size_t low = 0, high = wants->nprefixes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_prefixes(&wants->prefixes[middle], prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_inside(const struct lvs_net_wants *wants, const struct lvs_addr *addr)
{
	for (size_t i = 0; i < wants->nlengths; i++) {
		const struct lvs_addr mask = lvs_prefix_mask(wants->lengths[i]);
		const struct lvs_prefix key = { lvs_addr_masked(addr, &mask), wants->lengths[i] };

		size_t at = lvs_net_wants_seek(wants, &key);

		if (at < wants->nprefixes && lvs_prefix_equal(&wants->prefixes[at], &key))
			return true;
	}
	return false;
}

int lvs_net_wants_vips(const struct lvs_net_wants *wants, const struct lvs_net_state *state, struct lvs_addr **ret_vips,
		       size_t *ret_nvips)
{
	struct lvs_addr *vips = calloc(wants->nvips + wants->nasking + state->naddrs + 1, sizeof(*vips));
	size_t n = wants->nvips;

	if (!vips)
		return -ENOMEM;
	if (n)
		memcpy(vips, wants->vips, n * sizeof(*vips));
	for (size_t i = 0; i < wants->nasking; i++)
		vips[n++] = wants->asking[i];
	for (size_t i = 0; i < state->naddrs; i++)
		if (is_inside(wants, &state->addrs[i].addr))
			vips[n++] = state->addrs[i].addr;
	*ret_vips = vips;
	*ret_nvips = n;
	return 0;
}

void lvs_net_wants_fini(struct lvs_net_wants *wants)
{
	free(wants->vips);
	free(wants->asking);
	free(wants->prefixes);
	free(wants->transparent);
	lvs_net_targets_fini(&wants->probes);
	lvs_net_targets_fini(&wants->ways);
	*wants = (struct lvs_net_wants){ 0 };
}
