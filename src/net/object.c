// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of kernel objects as sorted arrays: they are built by the thousand, compared as a whole and rarely changed one
 * by one.
 */
#include "net/object.h"

#include <errno.h>
#include <stdlib.h>

struct lvs_addr lvs_net_any(bool ip4)
{
	return ip4 ? lvs_addr_from4(0) : (struct lvs_addr){ .halves = { 0, 0 } };
}

struct lvs_net_object lvs_net_own_addr(uint32_t device)
{
	return (struct lvs_net_object){
		.kind = LVS_NET_ADDR, .addr = lvs_addr_from4(LVS_BE32(0x7f00004d)), .bits = LVS_NET_HOST_BITS,
		.ifindex = device,
	};
}

bool lvs_net_in_prefix(const struct lvs_addr *addr, const struct lvs_addr *prefix, uint8_t bits)
{
	size_t whole = bits / 8;

	if (memcmp(addr->bytes, prefix->bytes, whole) != 0)
		return false;
	if (bits % 8 == 0)
		return true;
	return ((addr->bytes[whole] ^ prefix->bytes[whole]) >> (8 - bits % 8)) == 0;
}

int lvs_net_addr_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lvs_addr));
}

size_t lvs_net_addr_first(const struct lvs_addr *first, size_t stride, size_t n, const struct lvs_addr *prefix)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lvs_net_addr_compare((const char *)first + middle * stride, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void lvs_net_objects_push(struct lvs_net_objects *set, const struct lvs_net_object *object)
{
	if (set->n == set->room) {
		size_t room = set->room ? set->room * 2 : 64;
		struct lvs_net_object *v = reallocarray(set->v, room, sizeof(*v));

		if (!v) {
			set->failed = true;
			return;
		}
		set->v = v;
		set->room = room;
	}
	set->v[set->n++] = *object;
}

static int compare(const void *a, const void *b)
{
	const struct lvs_net_object *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return memcmp(x, y, sizeof(*x));
}

int lvs_net_objects_sort(struct lvs_net_objects *set)
{
	size_t kept = 0;

	if (set->failed)
		return -ENOMEM;
	if (set->n)
		qsort(set->v, set->n, sizeof(*set->v), compare);
	for (size_t i = 0; i < set->n; i++)
		if (kept == 0 || compare(&set->v[i], &set->v[kept - 1]) != 0)
			set->v[kept++] = set->v[i];
	set->n = kept;
	return 0;
}

bool lvs_net_objects_has(const struct lvs_net_objects *set, const struct lvs_net_object *object)
{
	return set->n && bsearch(object, set->v, set->n, sizeof(*object), compare);
}

void lvs_net_objects_fini(struct lvs_net_objects *set)
{
	free(set->v);
	*set = (struct lvs_net_objects){ 0 };
}
