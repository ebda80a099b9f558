/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What real servers begin themselves leaves with an address of the director: whoever they ask needs to know nothing of
 * their network.
 */
#ifndef LVS_ENGINE_MASQUERADE_H
#define LVS_ENGINE_MASQUERADE_H

#include "base/prefix.h"
#include "engine/service.h"
#include "engine/source.h"

struct lvs_engine;

/* Networks that it may be about. */
#define LVS_MASQUERADE_MAX 64

/**
 * struct lvs_masquerade - who is translated
 * @servers:	all real servers
 * @prefixes:	and who is in these networks
 * @nowhere, @other_side: the service and server that stand for whom such connections lead to, and those that bypass all
 *		servers. They are in no list; the server has number 0, which no other one has, and forwarding method and
 *		address of the latest connection
 */
struct lvs_masquerade {
	bool servers;
	uint32_t n;
	struct lvs_prefix prefixes[LVS_MASQUERADE_MAX];
	struct lvs_service nowhere;
	struct lvs_server other_side;
};

/* Nobody, until that is set. */
void lvs_masquerade_init(struct lvs_masquerade *masquerade, struct lvs_rules *rules);

/**
 * lvs_engine_set_masquerade() - whose connections are translated from now on; those that are there stay as they are
 * @servers:	those of real servers
 * @prefixes:	and those of these networks, at most LVS_MASQUERADE_MAX
 */
void lvs_engine_set_masquerade(struct lvs_engine *engine, bool servers, const struct lvs_prefix *prefixes, uint32_t n);

/* The server of a connection that is about to begin with nobody's server at @addr. Return: borrowed */
struct lvs_server *lvs_masquerade_other_side(struct lvs_engine *engine, const struct lvs_forward_ops *forward,
					     const struct lvs_addr *addr);

/* Is anybody's connection? */
bool lvs_engine_masquerades(const struct lvs_engine *engine);

/**
 * lvs_masquerade_begin() - a packet of no connection and no service: does it begin one that is translated?
 *
 * From one of those, to anybody who is none of them and not of the director. Its source is taken as for "fullnat".
 *
 * Return: whether it was dealt with; then @ret_drop is how
 */
bool lvs_masquerade_begin(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop);

#endif
