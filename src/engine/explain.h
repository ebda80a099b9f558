/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would become of a packet that began a connection now, without anything becoming of it. */
#ifndef LVS_ENGINE_EXPLAIN_H
#define LVS_ENGINE_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/drop.h"

struct lvs_conn;
struct lvs_engine;
struct lvs_server;
struct lvs_service;
struct lvs_tuple;

/* By what a packet's service is found. */
enum lvs_found {
	LVS_FOUND_NONE,
	LVS_FOUND_MARK,
	LVS_FOUND_PORT,
	LVS_FOUND_PORT_LIST,
	LVS_FOUND_FTP,		/* the persistent FTP service of the address has it, as a data connection might */
	LVS_FOUND_ANY_PORT,
};

/**
 * struct lvs_explanation - all borrowed until the next burst
 * @conn:	it belongs to this one, which is what decides; NULL: to none
 * @mark:	that mark rules give it
 * @service, @found: whose it is; NULL, and then it is @passed or dropped
 * @passed:	written back unchanged: the address is not virtual, or its host's too
 * @bypassed:	no server can take it, and it goes on to its own destination
 * @cookie:	the SYN proxy answers first; the rest is what comes after the client's answer
 * @defence:	drop_packet is at work: it may be dropped all the same
 * @template:	persistence knows the client
 * @keyed:	the service's helper would read from the packet whose it is; the rest is for a key that nobody knows yet
 * @forgiven:	nobody is left but servers that were left out since they failed: one of them gets another chance
 * @server:	where it would go; NULL: nowhere
 * @drop:	why
 */
struct lvs_explanation {
	struct lvs_conn *conn;
	uint32_t mark;
	struct lvs_service *service;
	enum lvs_found found;
	bool passed;
	bool bypassed;
	bool cookie;
	bool defence;
	struct lvs_conn *template;
	bool keyed;
	bool forgiven;
	struct lvs_server *server;
	enum lvs_drop drop;
};

/**
 * lvs_engine_explain() - follow the walk of a first packet
 * @tuple:	as the client's packet would have it; source port 0: of no connection that there is
 * @mark:	that it has, whatever mark rules say; 0: they say it
 *
 * What time alone does to the rules is done by this as by any packet; nothing else changes. Connections that helpers have
 * announced are not looked for.
 *
 * Return: 0, or -ENOMEM
 */
int lvs_engine_explain(struct lvs_engine *engine, const struct lvs_tuple *tuple, uint32_t mark, lvs_ns now,
		       struct lvs_explanation *ret_explanation);

#endif
