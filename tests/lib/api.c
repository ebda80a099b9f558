// SPDX-License-Identifier: GPL-2.0-or-later
/* One request is read whole before it is answered; the answers' ends are found by their Content-Length or by the close. */
#include "tests/lib/api.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

/* Return: the value of Content-Length, 0 without one */
static size_t length_of(const char *head)
{
	for (const char *line = head; line; line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL)
		if (!strncasecmp(line, "Content-Length:", 15))
			return strtoul(line + 15, NULL, 10);
	return 0;
}

/* Return: whether there was one */
static bool read_request(FILE *in, struct test_api_request *request)
{
	size_t size = 0, n, want;
	FILE *head = open_memstream(&request->head, &size);
	char line[4096];

	while (fgets(line, sizeof(line), in) && strcmp(line, "\r\n") != 0)
		fputs(line, head);
	fclose(head);
	if (sscanf(request->head, "%15s %2047s", request->method, request->path) != 2)
		return false;
	want = length_of(request->head);
	request->body = calloc(1, want + 1);
	n = fread(request->body, 1, want, in);
	return n == want;
}

static void talk(struct test_api *api, int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	bool more = true;

	while (more) {
		struct test_api_request request = { .head = NULL };

		more = read_request(in, &request);
		if (more)
			api->handler(api->arg, &request, out);
		free(request.head);
		free(request.body);
		more = more && fflush(out) == 0 && !ferror(out);
	}
	fclose(in);
	fclose(out);
}

static void *serve(void *arg)
{
	struct test_api *api = arg;
	int fd;

	while ((fd = accept(api->fd, NULL, NULL)) >= 0)
		talk(api, fd);
	return NULL;
}

void test_api_start(struct test_api *api, test_api_handler *handler, void *arg)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	*api = (struct test_api){ .dir = "/tmp/lvs-api-XXXXXX", .handler = handler, .arg = arg };
	(void)signal(SIGPIPE, SIG_IGN);	/* clients may break off */
	require(mkdtemp(api->dir), "mkdtemp");
	(void)snprintf(api->socket, sizeof(api->socket), "%s/control.sock", api->dir);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", api->socket);
	api->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require(bind(api->fd, (struct sockaddr *)&addr, sizeof(addr)) == 0, "bind");
	require(listen(api->fd, 8) == 0, "listen");
	require(pthread_create(&api->thread, NULL, serve, api) == 0, "pthread_create");
}

void test_api_stop(struct test_api *api)
{
	(void)shutdown(api->fd, SHUT_RDWR);
	(void)pthread_join(api->thread, NULL);
	(void)close(api->fd);
}

void test_api_remove(struct test_api *api)
{
	(void)unlink(api->socket);
	(void)rmdir(api->dir);
}
