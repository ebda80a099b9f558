/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of connections whose server retires, or that are themselves past their best. */
#ifndef LVS_ENGINE_RETIRE_H
#define LVS_ENGINE_RETIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/packet.h"
#include "engine/proto.h"

struct lvs_engine;

enum lvs_retire {
	LVS_RETIRE_STAYS,	/* the packet goes on as usual, though perhaps as a reset */
	LVS_RETIRE_DONE,	/* it is done with, in one way or another */
	LVS_RETIRE_ENDED,	/* the connection did; the packet belongs to none now */
};

/**
 * struct lvs_retire_work - what is being done step by step
 * @sweep_at:	record where lvs_retire_sweep() goes on; 0: it does not
 * @dismiss_at:	the same for lvs_engine_dismiss()
 * @dismiss_due: not before
 * @dismiss_again: it has met connections that go on, in this round
 * @dismiss_rounds: through all records so far
 */
struct lvs_retire_work {
	uint32_t sweep_at, dismiss_at;
	lvs_ns dismiss_due;
	bool dismiss_again;
	unsigned int dismiss_rounds;
};

/**
 * lvs_retire_judge() - a packet of a connection whose server is retiring
 * @packet:	parsed; may become a reset
 * @ret_drop:	set with LVS_RETIRE_DONE: why it was dropped, or LVS_DROP_NONE
 */
enum lvs_retire lvs_retire_judge(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_ops *proto,
				 struct lvs_packet *packet, enum lvs_dir dir, enum lvs_drop *ret_drop);

/* Does @packet begin a connection in the place of @conn, whose state is over or closing? */
bool lvs_retire_replaced(const struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_proto_ops *proto,
			 const struct lvs_packet *packet, enum lvs_dir dir);

/**
 * lvs_retire_sweep() - end what removed servers leave behind, where it is not to wait for them
 * @budget:	records still to be looked at in this turn, counted down
 *
 * Return: there is more to do
 */
bool lvs_retire_sweep(struct lvs_engine *engine, unsigned int *budget);

#endif
