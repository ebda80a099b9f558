/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SYN cookies: initial sequence numbers that remember a client's SYN, so that nobody else has to (RFC 4987 section 3.6).
 *
 * 32 bits: a keyed hash over both ends, the client's sequence number, the minute and everything below; 3 bits for one of
 * eight segment sizes. Where the client sends timestamps the hash has 29 bits, and the rest stands in the lowest 6 of our
 * timestamp: 4 for the window scale, 1 for SACK, 1 for ECN. They are hashed too: a timestamp that something on the way has
 * rewritten makes no connection, rather than one with a wrong idea of windows. Where it sends none the hash has 25 bits: 3
 * more are for one of eight scales, 1 for SACK, and there is no ECN.
 *
 * A cookie is good for one to two minutes. A guess is right for 2 minutes and 2 sequence numbers (a probe repeats the one
 * before), whatever it says in the bits below the hash: one in 2^23, so that a million forged segments per second get one
 * connection in eight seconds, to one server, half-open for seconds.
 */
#ifndef LVS_ENGINE_COOKIE_H
#define LVS_ENGINE_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/time.h"
#include "engine/packet.h"
#include "engine/tcp_options.h"

#define LVS_COOKIE_PERIOD LVS_SECONDS(60)
/* A cookie that was sent so long ago is not accepted any more. */
#define LVS_COOKIE_LIFETIME (2 * LVS_COOKIE_PERIOD)

/**
 * struct lvs_cookie - what a cookie remembers
 * @client:	initial sequence number of the client
 * @mss:	of the client; made smaller to one of those that there are, of which 216 is the least
 * @scale:	of the client's windows, or LVS_TCP_NO_SCALE; without timestamps made smaller likewise
 * @sack, @ecn:	both ends may use it
 * @timestamps:	likewise; without them there is no ECN
 */
struct lvs_cookie {
	uint32_t client;
	uint16_t mss;
	uint8_t scale;
	bool sack;
	bool ecn;
	bool timestamps;
};

/**
 * lvs_cookie_make() - the sequence number that a SYN is answered with
 * @key:	secret
 * @tuple:	of the SYN
 * @cookie:	becomes what will be remembered of it
 * @ret_value:	our timestamp that goes with it
 */
uint32_t lvs_cookie_make(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, struct lvs_cookie *cookie,
			 lvs_ns now, uint32_t *ret_value);

/**
 * lvs_cookie_read() - is that an answer to a SYN-ACK of ours?
 * @tuple:	of the client's segment
 * @seq, @ack:	its numbers; @seq: of the octet behind the SYN, or, in a probe, of the SYN itself
 * @options:	its options
 *
 * Return: false if it was never made, not for this one, or too long ago
 */
bool lvs_cookie_read(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, uint32_t seq, uint32_t ack,
		     const struct lvs_tcp_options *options, lvs_ns now, struct lvs_cookie *ret_cookie);

#endif
