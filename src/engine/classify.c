// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules whose two prefixes have the same lengths form a space; in a space, those with the same prefixes form a cell, found by
 * hashing a packet's masked addresses (V. Srinivasan, S. Suri, G. Varghese: Packet Classification using Tuple Space Search,
 * SIGCOMM 1999). A cell knows for each protocol and port which of its rules comes first, as ascending pieces that do not
 * overlap: they are made by sweeping over the ports with a heap of the rules that are open, so that R ranges cost
 * R log R and make no more than 2R pieces. The lowest rule of all spaces counts.
 *
 * Beside that, each address prefix is a place, which knows what marks its packets may get, and whose it is.
 */
#include "engine/classify.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/packet.h"

#define NO_RULE UINT32_MAX

struct space {
	struct lvs_addr address_mask, client_mask;
	uint32_t first;		/* rule */
};

struct cell {
	struct lvs_addr address, client;
	uint32_t space;
	uint32_t next;		/* in its chain, from 1 */
	uint32_t pieces, npieces;
};

struct piece {
	uint32_t rule;
	uint16_t first, last;
	uint8_t proto;
};

struct place {
	struct lvs_prefix prefix;
	uint32_t next;		/* in its chain, from 1 */
	uint32_t marks, nmarks;
	bool transparent;
};

/* Chains begin in @cell_heads and @place_heads, numbers from 1. @place_marks: of all places, each once per place */
struct lvs_classifier {
	struct lvs_hash_key key;
	uint32_t *marks;
	uint32_t nspaces, ncells, nplaces, nheads;
	struct space *spaces;
	struct cell *cells;
	struct piece *pieces;
	struct place *places;
	uint32_t *place_marks;
	uint32_t *cell_heads, *place_heads;
	uint32_t nlengths;
	uint8_t lengths[LVS_PREFIX_HOST + 1];
};

/* While rules are sorted: @cell is known after the first pass. */
struct entry {
	const struct lvs_mark_rule *rule;
	uint32_t index, cell;
};

/* A range of ports of a rule, while pieces are made. */
struct range {
	uint32_t cell, rule;
	uint16_t first, last;
	uint8_t proto;
};

static uint64_t hash_cell(const struct lvs_classifier *classifier, uint32_t space, const struct lvs_addr *address,
			  const struct lvs_addr *client)
{
	const uint64_t words[] = { address->halves[0], address->halves[1], client->halves[0], client->halves[1], space };

	return lvs_hash_words(&classifier->key, words, ARRAY_LEN(words));
}

static uint64_t hash_place(const struct lvs_classifier *classifier, const struct lvs_prefix *prefix)
{
	const uint64_t words[] = { prefix->addr.halves[0], prefix->addr.halves[1], prefix->bits };

	return lvs_hash_words(&classifier->key, words, ARRAY_LEN(words));
}

static int compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_cell(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = compare(x->rule->address.bits, y->rule->address.bits);

	if (!order)
		order = compare(x->rule->client.bits, y->rule->client.bits);
	if (!order)
		order = memcmp(&x->rule->address.addr, &y->rule->address.addr, sizeof(struct lvs_addr));
	if (!order)
		order = memcmp(&x->rule->client.addr, &y->rule->client.addr, sizeof(struct lvs_addr));
	return order ? order : compare(x->index, y->index);
}

static int by_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = compare(x->rule->address.bits, y->rule->address.bits);

	if (!order)
		order = memcmp(&x->rule->address.addr, &y->rule->address.addr, sizeof(struct lvs_addr));
	return order ? order : compare(x->rule->mark, y->rule->mark);
}

static int by_port(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int order = compare(x->cell, y->cell);

	if (!order)
		order = compare(x->proto, y->proto);
	if (!order)
		order = compare(x->first, y->first);
	return order ? order : compare(x->rule, y->rule);
}

static void add_cell(struct lvs_classifier *classifier, const struct lvs_mark_rule *rule, uint32_t space)
{
	struct cell *cell = &classifier->cells[classifier->ncells++];
	uint32_t *head = &classifier->cell_heads[hash_cell(classifier, space, &rule->address.addr, &rule->client.addr) %
						 classifier->nheads];

	*cell = (struct cell){ .address = rule->address.addr, .client = rule->client.addr, .space = space, .next = *head };
	*head = classifier->ncells;
}

/* @entries: sorted by cell, each gets to know its own */
static void add_spaces(struct lvs_classifier *classifier, struct entry *entries, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct lvs_mark_rule *rule = entries[i].rule, *before = i ? entries[i - 1].rule : NULL;
		bool same_space = before && before->address.bits == rule->address.bits &&
				  before->client.bits == rule->client.bits;

		if (!same_space)
			classifier->spaces[classifier->nspaces++] = (struct space){
				.address_mask = lvs_prefix_mask(rule->address.bits),
				.client_mask = lvs_prefix_mask(rule->client.bits), .first = NO_RULE,
			};
		if (!same_space || !lvs_addr_equal(&before->address.addr, &rule->address.addr) ||
		    !lvs_addr_equal(&before->client.addr, &rule->client.addr))
			add_cell(classifier, rule, classifier->nspaces - 1);
		classifier->spaces[classifier->nspaces - 1].first =
			LVS_MIN(classifier->spaces[classifier->nspaces - 1].first, entries[i].index);
		entries[i].cell = classifier->ncells - 1;
	}
}

/* @entries: sorted by place */
static void add_places(struct lvs_classifier *classifier, const struct entry *entries, uint32_t n)
{
	struct place *place = NULL;
	uint32_t nmarks = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct lvs_prefix *prefix = &entries[i].rule->address;
		uint32_t *head;

		if (!place || !lvs_prefix_equal(&place->prefix, prefix)) {
			if (!place || place->prefix.bits != prefix->bits)
				classifier->lengths[classifier->nlengths++] = prefix->bits;
			head = &classifier->place_heads[hash_place(classifier, prefix) % classifier->nheads];
			place = &classifier->places[classifier->nplaces++];
			*place = (struct place){ .prefix = *prefix, .next = *head, .marks = nmarks, .transparent = true };
			*head = classifier->nplaces;
		}
		place->transparent = place->transparent && entries[i].rule->transparent;
		if (place->nmarks && classifier->place_marks[nmarks - 1] == entries[i].rule->mark)
			continue;
		classifier->place_marks[nmarks++] = entries[i].rule->mark;
		place->nmarks++;
	}
}

/* The open ranges, the lowest rule first. */
struct heap {
	const struct range **v;
	uint32_t n;
};

static void heap_push(struct heap *heap, const struct range *range)
{
	uint32_t i = heap->n++;

	for (; i && heap->v[(i - 1) / 2]->rule > range->rule; i = (i - 1) / 2)
		heap->v[i] = heap->v[(i - 1) / 2];
	heap->v[i] = range;
}

static void heap_pop(struct heap *heap)
{
	const struct range *last = heap->v[--heap->n];
	uint32_t i = 0;

	for (uint32_t child = 1; child < heap->n; child = 2 * i + 1) {
		if (child + 1 < heap->n && heap->v[child + 1]->rule < heap->v[child]->rule)
			child++;
		if (last->rule <= heap->v[child]->rule)
			break;
		heap->v[i] = heap->v[child];
		i = child;
	}
	heap->v[i] = last;
}

static void add_piece(struct lvs_classifier *classifier, struct cell *cell, const struct range *range, uint32_t first,
		      uint32_t last)
{
	struct piece *piece = &classifier->pieces[cell->pieces + cell->npieces];

	if (cell->npieces && piece[-1].rule == range->rule && piece[-1].proto == range->proto && piece[-1].last + 1u == first) {
		piece[-1].last = (uint16_t)last;
		return;
	}
	*piece = (struct piece){ .rule = range->rule, .first = (uint16_t)first, .last = (uint16_t)last,
				 .proto = range->proto };
	cell->npieces++;
}

/* @ranges: of one cell and protocol, by their first port */
static void sweep(struct lvs_classifier *classifier, const struct range *ranges, uint32_t n, struct heap *heap)
{
	struct cell *cell = &classifier->cells[ranges->cell];
	uint32_t port = 0;

	for (uint32_t i = 0; i < n || heap->n;) {
		uint32_t last;

		if (!heap->n)
			port = ranges[i].first;
		while (i < n && ranges[i].first <= port)
			heap_push(heap, &ranges[i++]);
		while (heap->n && heap->v[0]->last < port)
			heap_pop(heap);
		if (!heap->n)
			continue;
		last = heap->v[0]->last;
		if (i < n)
			last = LVS_MIN(last, ranges[i].first - 1u);
		add_piece(classifier, cell, heap->v[0], port, last);
		port = last + 1;
	}
}

static uint32_t count_ranges(const struct lvs_mark_rule *rules, uint32_t n)
{
	uint32_t nranges = 0;

	for (uint32_t i = 0; i < n; i++)
		nranges += LVS_MAX(rules[i].ports.n, 1u);
	return nranges;
}

static void list_ranges(const struct entry *entries, uint32_t n, struct range *ranges)
{
	static const struct lvs_ports every_port = { 1, { { 0, UINT16_MAX } } };

	for (uint32_t i = 0; i < n; i++) {
		const struct lvs_ports *ports = entries[i].rule->ports.n ? &entries[i].rule->ports : &every_port;

		for (uint32_t k = 0; k < ports->n; k++)
			*ranges++ = (struct range){ .cell = entries[i].cell, .rule = entries[i].index,
						    .first = ports->ranges[k].first, .last = ports->ranges[k].last,
						    .proto = entries[i].rule->proto };
	}
}

static int add_pieces(struct lvs_classifier *classifier, const struct entry *entries, uint32_t n, uint32_t nranges)
{
	struct range *ranges = calloc(nranges, sizeof(*ranges));
	struct heap heap = { .v = calloc(nranges, sizeof(const struct range *)) };
	uint32_t at = 0, next;
	int err = ranges && heap.v ? 0 : -ENOMEM;

	if (!err) {
		list_ranges(entries, n, ranges);
		qsort(ranges, nranges, sizeof(*ranges), by_port);
	}
	for (uint32_t i = 0; !err && i < nranges; i = next) {
		struct cell *cell = &classifier->cells[ranges[i].cell];

		if (!i || ranges[i].cell != ranges[i - 1].cell)
			cell->pieces = at;
		for (next = i; next < nranges && ranges[next].cell == ranges[i].cell && ranges[next].proto == ranges[i].proto;)
			next++;
		sweep(classifier, ranges + i, next - i, &heap);
		at = cell->pieces + cell->npieces;
	}
	free(ranges);
	free(heap.v);
	return err;
}

static bool prefix_ok(const struct lvs_prefix *prefix)
{
	return prefix->bits <= LVS_PREFIX_HOST && lvs_prefix_has(prefix, &prefix->addr);
}

static bool rule_ok(const struct lvs_mark_rule *rule)
{
	const struct lvs_port_range *ranges = rule->ports.ranges;

	if (!rule->mark || rule->ports.n > LVS_PORTS_MAX || !prefix_ok(&rule->address) || !prefix_ok(&rule->client))
		return false;
	for (uint32_t i = 0; i < rule->ports.n; i++)
		if (ranges[i].first > ranges[i].last || (i && ranges[i].first <= ranges[i - 1].last))
			return false;
	return true;
}

static int fill(struct lvs_classifier *classifier, const struct lvs_mark_rule *rules, uint32_t n, struct entry *entries)
{
	uint32_t nranges = count_ranges(rules, n);

	for (classifier->nheads = 16; classifier->nheads < n;)
		classifier->nheads *= 2;
	classifier->marks = calloc(n, sizeof(*classifier->marks));
	classifier->spaces = calloc(n, sizeof(*classifier->spaces));
	classifier->cells = calloc(n, sizeof(*classifier->cells));
	classifier->pieces = calloc(2 * (size_t)nranges, sizeof(*classifier->pieces));
	classifier->places = calloc(n, sizeof(*classifier->places));
	classifier->place_marks = calloc(n, sizeof(*classifier->place_marks));
	classifier->cell_heads = calloc(classifier->nheads, sizeof(*classifier->cell_heads));
	classifier->place_heads = calloc(classifier->nheads, sizeof(*classifier->place_heads));
	if (!classifier->marks || !classifier->spaces || !classifier->cells || !classifier->pieces ||
	    !classifier->places || !classifier->place_marks || !classifier->cell_heads || !classifier->place_heads)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		classifier->marks[i] = rules[i].mark;
		entries[i] = (struct entry){ .rule = &rules[i], .index = i };
	}
	qsort(entries, n, sizeof(*entries), by_place);
	add_places(classifier, entries, n);
	qsort(entries, n, sizeof(*entries), by_cell);
	add_spaces(classifier, entries, n);
	return add_pieces(classifier, entries, n, nranges);
}

int lvs_classifier_new(const struct lvs_mark_rule *rules, uint32_t n, const struct lvs_hash_key *key,
		       struct lvs_classifier **ret_classifier)
{
	struct lvs_classifier *classifier;
	struct entry *entries;
	int err = 0;

	if (n > LVS_MARK_RULES_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (!rule_ok(&rules[i]))
			return -EINVAL;
	classifier = calloc(1, sizeof(*classifier));
	entries = calloc(n + 1u, sizeof(*entries));
	if (!classifier || !entries) {
		err = -ENOMEM;
		goto out;
	}
	classifier->key = *key;
	if (n)
		err = fill(classifier, rules, n, entries);
out:
	free(entries);
	if (err)
		lvs_classifier_free(classifier);
	else
		*ret_classifier = classifier;
	return err;
}

void lvs_classifier_free(struct lvs_classifier *classifier)
{
	if (!classifier)
		return;
	free(classifier->marks);
	free(classifier->spaces);
	free(classifier->cells);
	free(classifier->pieces);
	free(classifier->places);
	free(classifier->place_marks);
	free(classifier->cell_heads);
	free(classifier->place_heads);
	free(classifier);
}

static const struct cell *find_cell(const struct lvs_classifier *classifier, uint32_t space, const struct lvs_tuple *tuple)
{
	const struct lvs_addr address = lvs_addr_masked(&tuple->dst, &classifier->spaces[space].address_mask);
	const struct lvs_addr client = lvs_addr_masked(&tuple->src, &classifier->spaces[space].client_mask);
	uint32_t at = classifier->cell_heads[hash_cell(classifier, space, &address, &client) % classifier->nheads];

	for (const struct cell *cell; at; at = cell->next) {
		cell = &classifier->cells[at - 1];
		if (cell->space == space && lvs_addr_equal(&cell->address, &address) && lvs_addr_equal(&cell->client, &client))
			return cell;
	}
	return NULL;
}

/* Return: the first rule of @cell that has the port, or NO_RULE */
static uint32_t find_rule(const struct lvs_classifier *classifier, const struct cell *cell, uint8_t proto, uint16_t port)
{
	const struct piece *pieces = classifier->pieces + cell->pieces;
	uint32_t low = 0, high = cell->npieces;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pieces[middle].proto != proto ? pieces[middle].proto < proto : pieces[middle].last < port)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == cell->npieces || pieces[low].proto != proto || pieces[low].first > port)
		return NO_RULE;
	return pieces[low].rule;
}

uint32_t lvs_classify(const struct lvs_classifier *classifier, const struct lvs_tuple *tuple)
{
	uint32_t best = NO_RULE;

	for (uint32_t space = 0; classifier && space < classifier->nspaces; space++) {
		const struct cell *cell;

		if (classifier->spaces[space].first > best)
			continue;
		cell = find_cell(classifier, space, tuple);
		if (!cell)
			continue;
		best = LVS_MIN(best, find_rule(classifier, cell, tuple->proto, lvs_host16(tuple->dport)));
		best = LVS_MIN(best, find_rule(classifier, cell, 0, lvs_host16(tuple->dport)));
	}
	return best == NO_RULE ? 0 : classifier->marks[best];
}

static const struct place *find_place(const struct lvs_classifier *classifier, const struct lvs_addr *addr, uint8_t bits)
{
	const struct lvs_addr mask = lvs_prefix_mask(bits);
	const struct lvs_prefix prefix = { .addr = lvs_addr_masked(addr, &mask), .bits = bits };
	uint32_t at = classifier->place_heads[hash_place(classifier, &prefix) % classifier->nheads];

	while (at && !lvs_prefix_equal(&classifier->places[at - 1].prefix, &prefix))
		at = classifier->places[at - 1].next;
	return at ? &classifier->places[at - 1] : NULL;
}

bool lvs_classifier_covers(const struct lvs_classifier *classifier, const struct lvs_addr *addr)
{
	for (uint32_t i = 0; classifier && i < classifier->nlengths; i++) {
		const struct place *place = find_place(classifier, addr, classifier->lengths[i]);

		if (place && !place->transparent)
			return true;
	}
	return false;
}

bool lvs_classifier_any(const struct lvs_classifier *classifier, const struct lvs_addr *addr,
			bool (*fn)(const void *arg, uint32_t mark), const void *arg)
{
	for (uint32_t i = 0; classifier && i < classifier->nlengths; i++) {
		const struct place *place = find_place(classifier, addr, classifier->lengths[i]);

		for (uint32_t k = 0; place && k < place->nmarks; k++)
			if (fn(arg, classifier->place_marks[place->marks + k]))
				return true;
	}
	return false;
}

const struct lvs_prefix *lvs_classifier_prefix(const struct lvs_classifier *classifier, uint32_t i, bool *ret_transparent)
{
	if (!classifier || i >= classifier->nplaces)
		return NULL;
	*ret_transparent = classifier->places[i].transparent;
	return &classifier->places[i].prefix;
}
