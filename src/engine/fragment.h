/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragments without reassembly. The first fragment has the ports and walks like any packet; what became of it is
 * remembered under (source, destination, protocol, identification), and later fragments follow. One that comes too early
 * is copied and held, within count, bytes and time. A datagram whose fragments overlap is condemned as a whole
 * (RFC 5722, RFC 8200 section 4.5; IPv4 alike).
 */
#ifndef LVS_ENGINE_FRAGMENT_H
#define LVS_ENGINE_FRAGMENT_H

#include <stdint.h>

#include "base/hash.h"
#include "base/time.h"
#include "engine/packet.h"

struct lvs_engine;

/**
 * struct lvs_fragment_limits - how much fragments may cost
 * @datagrams:	tracked at a time; with more than @held, held fragments never keep a first one out
 * @held:	fragments held at a time, all datagrams together
 * @per_datagram: fragments held for one
 * @bytes:	of memory for those held, which take 2 KiB each if they are no longer than 1500 bytes
 * @timeout:	how long a fragment is held, counted from the first one held of its datagram; also how long a condemned
 *		datagram is remembered, and after what pause a fragment that contradicts those before it belongs to a new
 *		datagram that uses the same identification
 * @lifetime:	how long the fate of an incomplete datagram is remembered after its last fragment
 */
struct lvs_fragment_limits {
	uint32_t datagrams;
	uint32_t held;
	uint32_t per_datagram;
	uint32_t bytes;
	lvs_ns timeout;
	lvs_ns lifetime;
};

/* What the daemon allows: all in all 7 MiB, touched only as used. */
extern const struct lvs_fragment_limits lvs_fragment_limits_default;

/* What became of a first fragment. */
enum lvs_fragment_fate {
	LVS_FRAGMENT_FOLLOW,	/* belongs to a connection: find it by the first fragment's tuple */
	LVS_FRAGMENT_FOLLOW_ONE_PACKET,	/* belongs to engine->one_packet */
	LVS_FRAGMENT_PASS,	/* none of ours */
	LVS_FRAGMENT_DROP,
};

struct lvs_fragments;

/* All memory is taken here. Return: 0, -EINVAL (no datagrams, no timeout) or -ENOMEM */
int lvs_fragments_new(const struct lvs_fragment_limits *limits, const struct lvs_hash_key *key,
		      struct lvs_fragments **ret_fragments);

/* Held fragments are forgotten, not counted. */
void lvs_fragments_free(struct lvs_fragments *fragments);

/**
 * lvs_fragment_first() - a first fragment arrived; call before it walks on
 * @packet:	parsed, @fragment set, kind not LVS_PACKET_FRAGMENT
 *
 * A copy of one that came before walks again.
 *
 * Return: LVS_DROP_NONE, then lvs_fragment_resolve() must follow before the next fragment; or LVS_DROP_FRAG_*
 */
enum lvs_drop lvs_fragment_first(struct lvs_engine *engine, const struct lvs_packet *packet);

/**
 * lvs_fragment_resolve() - a first fragment has ended its walk: remember, and let those held go the same way
 * @packet:	as given to lvs_fragment_first(); @tuple and fragment fields unchanged, the bytes perhaps not
 *
 * Held fragments are emitted, passed or dropped here, and counted, in the order in which they came.
 */
void lvs_fragment_resolve(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_fragment_fate fate);

/**
 * lvs_fragment_later() - the walk of a later fragment
 * @packet:	parsed, kind LVS_PACKET_FRAGMENT
 *
 * Emits, passes or holds it (counted), unless a reason is returned. A copy of one that has left goes the same way; a copy
 * of one that is held is dropped.
 *
 * Return: LVS_DROP_NONE, or why it is dropped
 */
enum lvs_drop lvs_fragment_later(struct lvs_engine *engine, struct lvs_packet *packet);

/*
 * Return: the first fragment's tuple, for a later one whose first one has walked (of a one-packet datagram: that of its reply);
 * NULL: nobody knows it
 */
const struct lvs_tuple *lvs_fragment_first_tuple(struct lvs_engine *engine, const struct lvs_packet *packet);

/* Drop what waited too long. Return: when to come back, LVS_NS_NEVER if nothing is tracked */
lvs_ns lvs_fragments_expire(struct lvs_engine *engine, lvs_ns now);

#endif
