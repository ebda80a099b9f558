/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share: doors, who came in by them, and what is under way. */
#ifndef LVS_CONTROL_SERVER_H
#define LVS_CONTROL_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/list.h"
#include "control/control.h"
#include "control/session.h"

struct event;
struct evhttp;
struct evhttp_request;
struct evconnlistener;

#define LVS_CONTROL_PEERS_MAX 512	/* at the UNIX socket */
#define LVS_CONTROL_TCP_PEERS_MAX 128
#define LVS_CONTROL_HELD_MAX (64u << 20)	/* bytes that all peers together have sent, or not read yet */
#define LVS_CONTROL_PENDING_MAX (32u << 20)
#define LVS_CONTROL_HEADER_MAX 16384
#define LVS_CONTROL_BODY_MAX (16u << 20)
#define LVS_CONTROL_SCRAPES_MAX 8	/* snapshots of all services and servers at a time */
#define LVS_CONTROL_PATIENCE 60	/* seconds for a request to come in as a whole, or for a reader to read on */

/**
 * struct lvs_door - where peers come in
 * @local:	the UNIX socket: who comes in is known
 * @peers:	of struct lvs_peer, who came first is the first
 * @n, @max:	of them
 * @closed:	there are @max, the next one waits
 * @burst:	how many came in since the door was last opened
 */
struct lvs_door {
	struct lvs_control *control;
	struct evhttp *http;
	struct evconnlistener *listener;
	bool local;
	bool closed;
	unsigned int burst;
	struct lvs_list peers;
	unsigned int n, max;
};

enum { LVS_DOOR_UNIX, LVS_DOOR_TCP, LVS_DOORS };

/**
 * struct lvs_control
 * @group:	whose members may change things
 * @held:	see LVS_CONTROL_HELD_MAX
 * @scrapes:	see LVS_CONTROL_SCRAPES_MAX
 * @requests:	of struct lvs_request, those that have no whole answer yet
 * @ready:	of struct lvs_stream, those that can go on at once
 * @pending:	bytes of bodies that wait to be worked at
 * @sessions:	of browsers that change things
 * @turn:	gives the first of @ready its turn
 * @admit:	opens doors again
 * @sweep:	looks after the peers
 */
struct lvs_control {
	struct lvs_control_host host;
	gid_t group;
	struct lvs_door doors[LVS_DOORS];
	size_t held;
	unsigned int scrapes;
	struct lvs_list requests;
	struct lvs_list ready;
	size_t pending;
	struct lvs_sessions sessions;
	struct event *turn;
	struct event *admit;
	struct event *sweep;
	bool sweeping;
};

/* Takes @fd, also on failure. Return: 0 or -ENOMEM */
int lvs_door_open(struct lvs_control *control, struct lvs_door *door, int fd);

/* Everybody inside is shown out. A door that was never open is fine. */
void lvs_door_close(struct lvs_door *door);

/* For @admit: those at the doors may come in. */
void lvs_doors_admit(struct lvs_control *control);

/* For @sweep: peers that are gone are forgotten, and those who take too long or too much are shown out. */
void lvs_doors_sweep(struct lvs_control *control);

/* A request came in by @door, or was answered, so that its peer need not hurry or has to again. */
void lvs_door_busy(struct lvs_door *door, struct evhttp_request *http, bool busy);

/* Who asks may change things? */
bool lvs_door_is_admin(const struct lvs_door *door, struct evhttp_request *http);

#endif
