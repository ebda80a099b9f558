/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wanted of the host: VIPs, and networks of them. Addresses of this host inside of such a network are VIPs like
 * those that are named. And networks of others, where they are not.
 */
#ifndef LVS_NET_WANTS_H
#define LVS_NET_WANTS_H

#include "base/prefix.h"
#include "net/target.h"

struct lvs_net_state;
struct lvs_net_wanted;

/**
 * struct lvs_net_wants - both, in ascending order, each once
 * @asking:	addresses that the host asks from; those among @vips that nobody reaches
 * @prefixes:	by length, then by address
 * @lengths:	that occur among them, ascending
 * @probes:	for each of @prefixes an address that stands for it: lvs_net_probe()
 * @transparent: networks of others
 * @ways:	for each of them an address that stands for it
 */
struct lvs_net_wants {
	struct lvs_addr *vips;
	size_t nvips;
	struct lvs_addr *asking;
	size_t nasking;
	struct lvs_prefix *prefixes;
	size_t nprefixes;
	uint8_t lengths[LVS_NET_HOST_BITS + 1];
	size_t nlengths;
	struct lvs_net_targets probes;
	struct lvs_prefix *transparent;
	size_t ntransparent;
	struct lvs_net_targets ways;
};

/* Return: 1 if anything changed, 0 if not, or -ENOMEM */
int lvs_net_wants_replace(struct lvs_net_wants *wants, const struct lvs_net_wanted *wanted);

/* Is @addr one that the host asks from? */
bool lvs_net_wants_asking(const struct lvs_net_wants *wants, const struct lvs_addr *addr);

/* The real servers, of both lists. Return: 1 if anything changed, 0 if not, or -ENOMEM */
int lvs_net_wants_servers(const struct lvs_net_wanted *wanted, struct lvs_net_targets *servers);

/**
 * lvs_net_wants_vips() - the VIPs as things stand on this host
 * @ret_vips:	the caller's; any order, with duplicates
 *
 * Return: 0 or -ENOMEM
 */
int lvs_net_wants_vips(const struct lvs_net_wants *wants, const struct lvs_net_state *state, struct lvs_addr **ret_vips,
		       size_t *ret_nvips);

/* Return: index of the first of the prefixes that is not before @prefix, nprefixes if there is none */
size_t lvs_net_wants_seek(const struct lvs_net_wants *wants, const struct lvs_prefix *prefix);

/* An address of a network that is not the one that the network begins with. */
static inline struct lvs_addr lvs_net_probe(const struct lvs_addr *network)
{
	struct lvs_addr probe = *network;

	probe.bytes[15] |= 1;
	return probe;
}

/* An address that stands for a network of others: itself, an address inside, or one that only default routes lead to. */
struct lvs_addr lvs_net_way(const struct lvs_prefix *network);

void lvs_net_wants_fini(struct lvs_net_wants *wants);

#endif
