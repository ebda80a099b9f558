/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragments without reassembly. The first fragment has the ports and walks like any packet; what became of it is
 * remembered under (source, destination, protocol, identification), and later fragments follow. One that comes too early
 * is copied and held, within count, bytes and time. A datagram whose fragments overlap is condemned as a whole
 * (RFC 5722, RFC 8200 section 4.5; IPv4 alike).
 */
#ifndef LVS_ENGINE_FRAGMENT_H
#define LVS_ENGINE_FRAGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/time.h"
#include "engine/packet.h"

struct lvs_engine;
struct lvs_fragment_datagram;
struct lvs_fragment_copy;

/**
 * struct lvs_fragment_limits - how much early fragments may cost
 * @datagrams:	tracked at a time
 * @held:	fragments held at a time, all datagrams together
 * @per_datagram: fragments held for one
 * @timeout:	from the first fragment seen to the last
 */
struct lvs_fragment_limits {
	uint32_t datagrams;
	uint32_t held;
	uint32_t per_datagram;
	lvs_ns timeout;
};

/* What became of a first fragment. */
enum lvs_fragment_fate {
	LVS_FRAGMENT_FOLLOW,	/* belongs to a connection: find it by the first fragment's tuple */
	LVS_FRAGMENT_PASS,	/* none of ours */
	LVS_FRAGMENT_DROP,
};

struct lvs_fragments;

/* All memory is taken here. Return: 0 or -ENOMEM */
int lvs_fragments_new(const struct lvs_fragment_limits *limits, const struct lvs_hash_key *key,
		      struct lvs_fragments **ret_fragments);
void lvs_fragments_free(struct lvs_fragments *fragments);

/**
 * lvs_fragment_first() - a first fragment arrived; call before it walks on
 * @packet:	parsed, @fragment set, kind not LVS_PACKET_FRAGMENT
 *
 * Return: LVS_DROP_NONE, or LVS_DROP_FRAG_* for an overlapping one or a full table
 */
enum lvs_drop lvs_fragment_first(struct lvs_engine *engine, const struct lvs_packet *packet);

/**
 * lvs_fragment_resolve() - a first fragment has ended its walk: remember, and let those held go the same way
 * @packet:	as given to lvs_fragment_first(); @tuple and fragment fields unchanged, the bytes perhaps not
 *
 * Held fragments are emitted, passed or dropped here, and counted.
 */
void lvs_fragment_resolve(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_fragment_fate fate);

/**
 * lvs_fragment_later() - the walk of a later fragment
 * @packet:	parsed, kind LVS_PACKET_FRAGMENT
 *
 * Emits, passes or holds it (counted), unless a reason is returned.
 *
 * Return: LVS_DROP_NONE, or why it is dropped
 */
enum lvs_drop lvs_fragment_later(struct lvs_engine *engine, struct lvs_packet *packet);

/* Drop what waited too long. Return: when to come back, LVS_NS_NEVER if nothing is tracked */
lvs_ns lvs_fragments_expire(struct lvs_engine *engine, lvs_ns now);

#endif
