/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scheduler axis: one file in engine/sched/ and one row in sched.def per scheduler. */
#ifndef LVS_ENGINE_SCHED_H
#define LVS_ENGINE_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct lvs_server;
struct lvs_service;
struct lvs_service_spec;
struct lvs_tuple;

/* What the bits of lvs_service_spec.sched_flags are to those schedulers that know them. */
#define LVS_SCHED_FALLBACK 0x1u	/* sh, mh: where the table names one that is not usable, take another */
#define LVS_SCHED_PORT 0x2u	/* sh, mh: the client's port is part of the key */
#define LVS_SCHED_FLAG_3 0x4u	/* kept for the operator; it means nothing yet */

/**
 * struct lvs_sched_ops - a scheduler
 * @name:	as in lvs.conf and ipvsadm
 * @state_bytes: in front of service->sched_state; kept as long as the scheduler is attached, wherever they move to
 * @more_bytes:	how many follow for @nservers servers; NULL: none. Whatever they hold is lost when servers come
 * @measures:	it wants to know the latency of servers, see engine/eject.h
 * @check:	can it serve that many servers? NULL: always. Return: 0, -EINVAL (it is @spec) or -ENOSPC
 * @fits:	does state that was made for @from do for @to, whose flags may differ? NULL: it does
 * @attach:	the state is there, all zeroes; servers will be @added. @seed is random. May be NULL
 * @detach:	the state is about to go; may be NULL
 * @pick:	choose among service->servers for a new connection of @tuple (client's view); no side effect but on its
 *		own state. Return: borrowed server that lvs_server_usable() holds for, or NULL
 * @peek:	whom @pick would choose, without any effect; NULL: @pick does for a copy of the state
 * @names:	whose a connection of @tuple is that began before, as far as the scheduler would send all of that client's to
 *		one server: usable or not. NULL if it would not. Return: borrowed server, or NULL
 * @added:	the server at @pos was just inserted; may be NULL. Also called once per server, in ascending order of
 *		position, after attaching to a service that has servers
 * @removed:	the server that stood at @pos was just taken out; may be NULL
 * @edited:	a server was edited, its weight perhaps; may be NULL
 * @changed:	the server at @pos has other counts, or became usable or unusable; may be NULL. Several times in the life
 *		of each connection: to be cheap
 */
struct lvs_sched_ops {
	const char *name;
	size_t state_bytes;
	size_t (*more_bytes)(const struct lvs_service_spec *spec, uint32_t nservers);
	bool measures;
	int (*check)(const struct lvs_service_spec *spec, uint32_t nservers);
	bool (*fits)(const struct lvs_service_spec *from, const struct lvs_service_spec *to);
	void (*attach)(struct lvs_service *service, uint64_t seed);
	void (*detach)(struct lvs_service *service);
	struct lvs_server *(*pick)(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now);
	struct lvs_server *(*peek)(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now);
	struct lvs_server *(*names)(struct lvs_service *service, const struct lvs_tuple *tuple);
	void (*added)(struct lvs_service *service, uint32_t pos);
	void (*removed)(struct lvs_service *service, uint32_t pos);
	void (*edited)(struct lvs_service *service);
	void (*changed)(struct lvs_service *service, uint32_t pos);
};

#define SCHED(name) extern const struct lvs_sched_ops lvs_sched_##name;
#include "engine/sched.def"
#undef SCHED

/* NULL-terminated, in the order of sched.def. */
extern const struct lvs_sched_ops *const lvs_scheds[];

/**
 * lvs_sched_peek() - whom the scheduler of @service would choose for a new connection, were there one now
 * @ret_server:	borrowed; NULL: nobody
 *
 * Nothing moves on by it: the next connection gets whom it would have got.
 *
 * Return: 0 or -ENOMEM
 */
int lvs_sched_peek(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now, struct lvs_server **ret_server);

/* Return: NULL if there is none of that name */
const struct lvs_sched_ops *lvs_sched_find(const char *name);

#endif
