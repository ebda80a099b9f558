/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An HTTP server on a UNIX socket, for tests of those that call the API: it says what the test tells it to say. */
#ifndef LVS_TESTS_LIB_API_H
#define LVS_TESTS_LIB_API_H

#include <pthread.h>
#include <stdio.h>

/**
 * struct test_api_request - what was asked
 * @head:	everything before the empty line, with its line ends
 * @body:	"" when there is none
 */
struct test_api_request {
	char method[16];
	char path[2048];
	char *head;
	char *body;
};

/* Writes the whole answer, status line and all, to @out. In a thread of its own: no assertions. */
typedef void test_api_handler(void *arg, const struct test_api_request *request, FILE *out);

/**
 * struct test_api - one server
 * @dir:	a new directory, empty but for the socket
 * @socket:	its path
 */
struct test_api {
	char dir[64];
	char socket[96];
	test_api_handler *handler;
	void *arg;
	int fd;
	pthread_t thread;
};

/* test_api_start() - listen, and answer one connection after the other; ends the test program when that is impossible */
void test_api_start(struct test_api *api, test_api_handler *handler, void *arg);

/* Ends the thread, leaves directory and socket where they are: nobody listens there any more. */
void test_api_stop(struct test_api *api);

/* Removes directory and socket. */
void test_api_remove(struct test_api *api);

#endif
