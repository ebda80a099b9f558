/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of a check against a server that follows a script, on loopback. */
#ifndef LVS_TESTS_LIB_ASKER_H
#define LVS_TESTS_LIB_ASKER_H

#include <sys/types.h>

#include "check/check.h"

/* What the server does with a connection (closed when this returns), or, UDP, with its socket whenever it can be read. */
typedef void test_serve_fn(int fd, const void *arg);

/* @source: where to ask from; all zeros: anywhere. @guide, @through: of checks that come through a virtual address */
struct test_server {
	struct lvs_addr addr, source;
	const struct lvs_check_guide *guide;
	struct lvs_check_through through;
	uint16_t port;
	pid_t pid;
};

/* @addr: of loopback; @type: SOCK_STREAM or SOCK_DGRAM. A child process serves until test_server_stop(). */
struct test_server test_server_start(const char *addr, int type, test_serve_fn *fn, const void *arg);
void test_server_stop(struct test_server *server);

/* In a server: writes all of a string, or as much as the client takes. */
void test_say(int fd, const char *text);

/* In a server: reads until "\n\r\n" or the end, so that closing sends no reset. */
void test_hear(int fd);

/* A port of 127.0.0.1 where nobody listens; it stays bound until @ret_fd is closed. */
uint16_t test_dead_port(int *ret_fd);

/**
 * test_ask() - run a check of @kind once
 * @timeout_ms:	as the check has it
 * @ret_answer:	may be NULL
 *
 * Return: the verdict after the first result
 */
struct lvs_verdict test_ask(const char *kind, const struct test_server *server, const struct lvs_check_param *params,
			    size_t nparams, unsigned int timeout_ms, struct lvs_check_answer *ret_answer);

#endif
