/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SYN proxy: for a service that wants it, the director answers a SYN itself, with a cookie and a closed window, and
 * remembers nothing. Who sends the cookie back has a real address; only then is a server chosen, and asked in the client's
 * name (engine/handshake.h).
 */
#ifndef LVS_ENGINE_SYN_PROXY_H
#define LVS_ENGINE_SYN_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/cookie.h"
#include "engine/drop.h"

struct lvs_engine;
struct lvs_packet;
struct lvs_rules;
struct lvs_service;

/* Windows of ours are scaled by so much: up to 8 MiB in steps of 128 bytes. What the servers use is translated. */
#define LVS_SYN_PROXY_SCALE 7

/**
 * lvs_syn_proxy_wants() - is @packet to be answered with a cookie?
 * @service:	has a SYN proxy
 * @packet:	belongs to no connection
 *
 * A SYN is, if the service has a server and wants that now.
 */
bool lvs_syn_proxy_wants(const struct lvs_engine *engine, const struct lvs_service *service,
			 const struct lvs_packet *packet);

/**
 * lvs_syn_proxy_answer() - answer a SYN
 * @packet:	parsed TCP segment with SYN, which belongs to no connection
 *
 * One packet for one packet, without a limit: one that a flood can exhaust would do the flood's work. At most 4 bytes
 * longer than the SYN: it always has the option for the segment size.
 *
 * Return: LVS_DROP_NONE, and it counts as answered; or why there is no answer
 */
enum lvs_drop lvs_syn_proxy_answer(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet);

/* Have cookies of @service been sent so recently that @packet, from its flags, may bring one back? */
bool lvs_syn_proxy_expects(const struct lvs_engine *engine, const struct lvs_service *service,
			   const struct lvs_packet *packet);

/* Does @packet, which belongs to no connection, bring one back? */
bool lvs_syn_proxy_proves(const struct lvs_engine *engine, const struct lvs_service *service,
			  const struct lvs_packet *packet, struct lvs_cookie *ret_cookie);

/**
 * lvs_syn_proxy_learn() - a server has answered: what is promised to later clients of @service must fit it too
 * @lacks:	LVS_SYN_LACKS_*
 * @mss:	the server's; 0 if it did not say
 */
void lvs_syn_proxy_learn(const struct lvs_rules *rules, struct lvs_service *service, uint8_t lacks, uint16_t mss);

#endif
