/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request that changes the configuration, while it is a job. */
#ifndef LVS_CONTROL_CHANGES_H
#define LVS_CONTROL_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/job.h"
#include "control/edit.h"

struct evbuffer;
struct lvs_request;

/**
 * struct lvs_change - one of them
 * @request:	to be answered
 * @service, @server: of the path, owned
 * @body:	owned, may be NULL; @bytes of it while it waits
 * @create:	If-None-Match: *
 * @batch:	the body says what to do, else @kind
 * @edit:	what came of it
 * @text:	a configuration as text, if that was asked for; owned, @len bytes
 * @file:	... of the file
 */
struct lvs_change {
	struct lvs_conf_job job;
	struct lvs_request *request;
	enum lvs_edit_kind kind;
	char *service, *server;
	struct evbuffer *body;
	size_t bytes;
	bool create;
	bool batch;
	struct lvs_edit edit;
	char *text;
	size_t len;
	bool file;
};

/* Answers with a problem unless it is 0. @change: NULL if there is no memory for it. Consumed on failure. */
struct lvs_change *lvs_change_new(struct lvs_request *request, const char *what);

/* For job.make: what @kind, @service, @server and @body say. */
int lvs_change_make(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		    struct lvs_conf_errors *errors, struct lvs_conf **ret_conf);

/* Have it done, with the @body it has, which may be NULL. Return: 0; or -EBUSY, and @change is still the caller's */
int lvs_change_queue(struct lvs_change *change);

/*
 * Have it done with the request's body; @change->job.make and done are set. On failure the request is answered and @change
 * is gone.
 */
void lvs_change_submit(struct lvs_change *change);

void lvs_change_free(struct lvs_change *change);

/* Answer with what became of a change of the configuration, and be gone. */
void lvs_change_done(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome);

/* For @path of an operation of a batch: what @handler's route does. Return: is it one of these? */
bool lvs_change_kind(void (*handler)(struct lvs_request *request), enum lvs_edit_kind *ret_kind);

/* Does it have a body? */
bool lvs_change_has_body(enum lvs_edit_kind kind);

#endif
