/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What net can install in the kernel, as values that can be compared: the plan and the host are both sets of these. */
#ifndef LVS_NET_OBJECT_H
#define LVS_NET_OBJECT_H

#include <net/if.h>
#include <stddef.h>

#include "base/addr.h"

enum lvs_net_kind {
	LVS_NET_ROUTE,
	LVS_NET_PROXY,
	LVS_NET_RULE,
	LVS_NET_ADDR,
};

/* Prefix lengths are those of the 16-byte form everywhere in net: an IPv4 /24 is a /120, the IPv4 default route a /96. */
#define LVS_NET_HOST_BITS 128
#define LVS_NET_IP4_BITS 96

/**
 * struct lvs_net_object - a route, a proxy neighbour entry, a policy rule or an address
 * @addr:	route: destination; proxy: the address answered for; rule: source; address: itself. The family is that of this
 *		address
 * @bits:	prefix length
 * @table:	route, rule: routing table
 * @pref:	rule: preference; route: metric
 * @ifindex:	route: output; proxy: where the question comes from; address: whose it is
 * @iif:	rule: input interface, empty for any
 * @ip_proto:	rule: only this protocol, 0 for any
 * @suppress:	rule: routes in the table with less bits than that, as they are written, do not count; 1: a default route
 *
 * Fields that a kind does not use are zero, padding included: values are compared as bytes.
 */
struct lvs_net_object {
	struct lvs_addr addr;
	uint32_t table;
	uint32_t pref;
	uint32_t ifindex;
	char iif[IFNAMSIZ];
	uint8_t kind;
	uint8_t bits;
	uint8_t ip_proto;
	uint8_t suppress;
};

static_assert(sizeof(struct lvs_net_object) == 48, "compared as bytes, so nothing may hide between fields");

/* @failed: memory ran out at some point, so that the set is not whole */
struct lvs_net_objects {
	struct lvs_net_object *v;
	size_t n, room;
	bool failed;
};

/* The whole address space of a family as an address of /96 or /0. */
struct lvs_addr lvs_net_any(bool ip4);

/* The address that our device has while IPv4 passes it; nobody else's business, inside of the host as well as outside. */
struct lvs_net_object lvs_net_own_addr(uint32_t device);

/* Return: the prefix length of lvs_net_any() */
static inline uint8_t lvs_net_any_bits(bool ip4)
{
	return ip4 ? LVS_NET_IP4_BITS : 0;
}

/* Return: whether @addr begins with the first @bits bits of @prefix */
bool lvs_net_in_prefix(const struct lvs_addr *addr, const struct lvs_addr *prefix, uint8_t bits);

/* Order of bytes, so that the addresses of a prefix stand together. For qsort(3) too. */
int lvs_net_addr_compare(const void *a, const void *b);

/**
 * lvs_net_addr_first() - where in a sorted list of addresses a prefix begins
 * @first:	the address inside of the first element
 * @stride:	distance of elements, bytes
 *
 * Return: index of the first element that is not below @prefix, @n if there is none
 */
size_t lvs_net_addr_first(const struct lvs_addr *first, size_t stride, size_t n, const struct lvs_addr *prefix);

/* Append a copy; memory that runs out is remembered and reported by lvs_net_objects_sort(). */
void lvs_net_objects_push(struct lvs_net_objects *set, const struct lvs_net_object *object);

/* Bring into order and drop duplicates. Return: 0, or -ENOMEM if a push has failed */
int lvs_net_objects_sort(struct lvs_net_objects *set);

/* @set: sorted */
bool lvs_net_objects_has(const struct lvs_net_objects *set, const struct lvs_net_object *object);

void lvs_net_objects_fini(struct lvs_net_objects *set);

#endif
