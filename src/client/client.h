/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to lvsd's API over its UNIX socket, one at a time. */
#ifndef LVS_CLIENT_CLIENT_H
#define LVS_CLIENT_CLIENT_H

#include <jansson.h>
#include <stddef.h>

#include "client/problem.h"

#define LVS_CLIENT_SOCKET "/run/lvsd/control.sock"
#define LVS_CLIENT_SOCKET_VARIABLE "LVSD_SOCKET"

/**
 * typedef lvs_client_sink - takes the bytes of an answer as they come
 * @arg:	as in the request
 * @bytes:	borrowed, not terminated
 *
 * Return: 0 to go on, anything else to break off (the call fails with LVS_FAILURE_STOPPED)
 */
typedef int lvs_client_sink(void *arg, const char *bytes, size_t n);

/**
 * struct lvs_request - one call
 * @method:	"GET", "PUT", ...
 * @path:	from "/v1" on, with its query, percent-encoded: see client/path.h
 * @body:	borrowed; NULL for none
 * @headers:	NULL for none, or "Name: value" texts and a NULL behind them
 * @sink:	NULL: the answer is kept. Else it gets the bytes of answers of status 2xx; those of other answers are
 *		kept, since they are problem documents.
 * @arg:	for @sink
 */
struct lvs_request {
	const char *method;
	const char *path;
	json_t *body;
	const char *const *headers;
	lvs_client_sink *sink;
	void *arg;
};

/**
 * struct lvs_answer - what came back
 * @status:	HTTP's, or 0 when none came
 * @json:	owned; NULL when the answer was not JSON, was empty or went to a sink
 * @text:	owned; the bytes of an answer that was kept and is not JSON, terminated; NULL for none
 * @problem:	what went wrong; only after a failure
 */
struct lvs_answer {
	unsigned int status;
	json_t *json;
	char *text;
	struct lvs_problem problem;
};

struct lvs_client;

/**
 * lvs_client_socket() - which socket to talk to
 * @option:	what --socket said, or NULL
 *
 * Return: borrowed; @option, else the variable LVSD_SOCKET if it is not empty, else LVS_CLIENT_SOCKET
 */
const char *lvs_client_socket(const char *option);

/**
 * lvs_client_new() - get ready to call; nothing is opened yet
 * @socket:	path, copied
 *
 * Return: 0, -ENOMEM, or -ENAMETOOLONG when @socket is longer than the system's names of sockets
 */
int lvs_client_new(const char *socket, struct lvs_client **ret_client);
void lvs_client_free(struct lvs_client *client);

/**
 * lvs_client_patience() - how long a silent daemon is waited for
 * @seconds:	without a byte in either direction, 0 for ever; 60 when this is never called
 */
void lvs_client_patience(struct lvs_client *client, unsigned int seconds);

/**
 * lvs_client_call() - ask, and wait for the answer
 * @ret_answer:	written in either case; lvs_answer_fini() is the caller's
 *
 * The connection is kept for the next call.
 *
 * Return: 0 for an answer of status 2xx, else the kind of failure, which is also in @ret_answer
 */
enum lvs_failure lvs_client_call(struct lvs_client *client, const struct lvs_request *request,
				 struct lvs_answer *ret_answer);

/* Takes what lvs_client_call() wrote, and zeros. */
void lvs_answer_fini(struct lvs_answer *answer);

#endif
