/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status page in parts; for the files page*.c. */
#ifndef LVS_METRICS_PAGE_H
#define LVS_METRICS_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/control.h"
#include "control/request.h"
#include "control/session.h"
#include "control/walk.h"
#include "engine/rates.h"

struct evbuffer;
struct lvs_server;

#define LVS_PAGE_REFRESH_DEFAULT 5

enum lvs_page_part {
	LVS_PAGE_HEAD,
	LVS_PAGE_SERVICES,
	LVS_PAGE_FOOT,
	LVS_PAGE_DONE,
};

/**
 * struct lvs_page - one page that is being made
 * @refresh:	seconds; 0: it stays as it is
 * @trouble:	only servers that something is wrong with
 * @may:	who asks may change servers, or log in to
 * @edit:	with what changes them
 * @local:	by the UNIX socket
 * @wrong:	tokens, since the start
 * @note:	to be told; may be empty
 * @token:	of the session, for forms
 * @service:	the only one, or NULL
 * @rows:	servers of the present service that were shown
 * @open:	the present service's table was begun
 * @shown:	services that were
 */
struct lvs_page {
	struct lvs_walk walk;
	const struct lvs_control_host *host;
	enum lvs_page_part part;
	unsigned int refresh;
	bool trouble, may, edit, local;
	uint64_t wrong;
	char *service;
	uint32_t rows;
	uint64_t shown;
	bool open;
	char note[LVS_SESSION_NOTE_BYTES];
	char token[LVS_SESSION_ID_BYTES];
};

/* How the server that @walk is at does: a word, and one of "good", "warn" and "bad". @ret_health: what checks say of it */
const char *lvs_page_state(const struct lvs_walk *walk, const char **ret_class, struct lvs_control_health *ret_health);

/* Sees to what servers can be changed with, if that is asked for. Return: false and the request is answered: it may not be */
bool lvs_page_edit(struct lvs_page *page, struct lvs_request *request);

/* What there is to be told in front of everything, and one more cell for the server @id. */
void lvs_page_edit_head(const struct lvs_page *page, struct evbuffer *out);
void lvs_page_edit_server(const struct lvs_page *page, struct evbuffer *out, const char *id);

/* Everything in front of the services, and behind them. */
void lvs_page_head(struct lvs_page *page, struct evbuffer *out);
void lvs_page_foot(struct lvs_page *page, struct evbuffer *out);

/* One step along the services. */
void lvs_page_step(struct lvs_page *page, struct evbuffer *out, enum lvs_walk_step step);

#endif
