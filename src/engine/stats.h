/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is counted. A super-packet counts as one packet with all its bytes, as it does in the kernel; bytes are those of
 * IP packets. For every packet handed in exactly one of forwarded, passed, answered, dropped[] and held grows, so
 *
 *	received = forwarded + passed + answered + sum of dropped + held
 */
#ifndef LVS_ENGINE_STATS_H
#define LVS_ENGINE_STATS_H

#include <stdint.h>

#include "engine/drop.h"

/**
 * struct lvs_counters - of a service, of a server, or of all
 * @conns:	connections scheduled
 * @in_packets, @in_bytes: client to server, as the client sent them
 * @out_packets, @out_bytes: server to client; grow only where replies pass the director
 */
struct lvs_counters {
	uint64_t conns;
	uint64_t in_packets, out_packets;
	uint64_t in_bytes, out_bytes;
};

/* What the director says itself, and what of it the rate limit swallowed. */
enum lvs_reply_kind {
	LVS_REPLY_ECHO,
	LVS_REPLY_RESET,
	LVS_REPLY_ERROR,	/* ICMP and ICMPv6 errors */
	LVS_REPLY_PROBE,	/* lvs_reply_probe() */
	LVS_REPLY_LIMITED,	/* so many of them have a limit */
	LVS_REPLY_COOKIE = LVS_REPLY_LIMITED,	/* SYN-ACKs of the SYN proxy */
	LVS_REPLY_HANDSHAKE,	/* its other segments, but for resets */
	LVS_REPLY_INTRODUCTION,	/* what tells a server of its client, with segments of its own: engine/introduce.h */
	LVS_REPLY_COUNT
};

/* What helpers did. */
enum lvs_helped {
	LVS_HELPED_ANNOUNCED,	/* connections that were announced */
	LVS_HELPED_CONNECTED,	/* those that came */
	LVS_HELPED_CHANGED,	/* payloads that were changed */
	LVS_HELPED_REFUSED,	/* lines that lie: left as they are, and without effect */
	LVS_HELPED_COUNT
};

/**
 * struct lvs_stats - of one engine
 * @forwarded:	to a server or back to a client, held fragments once they are released
 * @passed:	not for any virtual service: written back unchanged
 * @answered:	pings, what the SYN proxy takes, and ACKs that came with a PROXY header: consumed by what was said instead
 * @bypassed:	connections that went on to their own destination, as their service had no server for them
 * @held:	fragments held back right now
 * @dropped:	by reason
 * @cookies_accepted: SYN cookies that came back; replied[LVS_REPLY_COOKIE] went out, dropped[LVS_DROP_COOKIE] were wrong
 * @offered:	clients whom a server turned away, and who were offered to another one
 * @helped:	see there
 * @replied:	packets that the director made, by kind; @limited: those it did not make
 */
struct lvs_stats {
	struct lvs_counters total;
	uint64_t received, received_bytes;
	uint64_t forwarded;
	uint64_t passed;
	uint64_t answered;
	uint64_t bypassed;
	uint64_t held;
	uint64_t dropped[LVS_DROP_COUNT];
	uint64_t cookies_accepted;
	uint64_t offered;
	uint64_t helped[LVS_HELPED_COUNT];
	uint64_t replied[LVS_REPLY_COUNT];
	uint64_t limited[LVS_REPLY_LIMITED];
};

#endif
