/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scheduler axis: one file in engine/sched/ and one row in sched.def per scheduler. */
#ifndef LVS_ENGINE_SCHED_H
#define LVS_ENGINE_SCHED_H

#include <stddef.h>
#include <stdint.h>

struct lvs_server;
struct lvs_service;
struct lvs_tuple;

/**
 * struct lvs_sched_ops - a scheduler
 * @name:	as in lvs.conf and ipvsadm
 * @state_bytes: of service->sched_state, zeroed when the scheduler is attached
 * @pick:	choose among service->servers for a new connection of @tuple (client's view); no side effect but on its
 *		own state. Return: borrowed server that lvs_server_usable() holds for, or NULL
 * @added:	the server at @pos was just inserted; may be NULL. Also called once per server, in ascending order of
 *		position, after attaching to a service that has servers
 * @removed:	the server that stood at @pos was just taken out; may be NULL
 * @edited:	a server was edited, its weight perhaps; may be NULL
 */
struct lvs_sched_ops {
	const char *name;
	size_t state_bytes;
	struct lvs_server *(*pick)(struct lvs_service *service, const struct lvs_tuple *tuple);
	void (*added)(struct lvs_service *service, uint32_t pos);
	void (*removed)(struct lvs_service *service, uint32_t pos);
	void (*edited)(struct lvs_service *service);
};

#define SCHED(name) extern const struct lvs_sched_ops lvs_sched_##name;
#include "engine/sched.def"
#undef SCHED

/* NULL-terminated, in the order of sched.def. */
extern const struct lvs_sched_ops *const lvs_scheds[];

/* Return: NULL if there is none of that name */
const struct lvs_sched_ops *lvs_sched_find(const char *name);

#endif
