// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines in a FIFO, as keepalived writes them: "VS [192.0.2.10]:tcp:80 UP" when a service has its quorum, "RS
 * [10.0.0.1]:tcp:8080 [192.0.2.10]:tcp:80 DOWN" when a server is out. Of most events that keepalived does not know there is
 * none; who is left out for a while has a word of its own, since nobody says that he is up when that ends.
 *
 * It is opened for reading as well: then it opens without a reader, a reader may go and come, and what is written meanwhile
 * stays in the pipe, as much as that holds. A line is shorter than PIPE_BUF, so it is written whole or not at all.
 */
#include "notify/way.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/log.h"

#define LINE_BYTES (2 * LVS_EVENT_ADDRESS_BYTES + 16)

struct fifo {
	int fd;
};

static void fifo_close(struct lvs_way *way)
{
	struct fifo *fifo = way->state;

	if (fifo && fifo->fd >= 0)
		(void)close(fifo->fd);
	free(fifo);
}

/* Return: 0, -EEXIST: it is something else, or -Exxx */
static int open_fifo(struct fifo *fifo, const char *path)
{
	struct stat st;

	if (mkfifo(path, 0600) && errno != EEXIST)
		return -errno;
	fifo->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fifo->fd < 0 || fstat(fifo->fd, &st))
		return -errno;
	return S_ISFIFO(st.st_mode) ? 0 : -EEXIST;
}

static int fifo_open(struct lvs_way *way)
{
	const char *path = way->options->fifo;
	struct fifo *fifo;
	int err;

	if (!*path)
		return 0;
	fifo = malloc(sizeof(*fifo));
	if (!fifo)
		return -ENOMEM;
	fifo->fd = -1;
	way->state = fifo;
	err = open_fifo(fifo, path);
	if (err)
		lvs_log(way->options->log, LVS_LOG_ERROR, "cannot open the FIFO '%s': %s", path,
			err == -EEXIST ? "it is something else" : strerror(-err));
	return err;
}

/* Return: NULL: there is none */
static const char *word(enum lvs_event_kind kind)
{
	switch (kind) {
	case LVS_EVENT_SERVER_UP:
	case LVS_EVENT_QUORUM_GAINED:
		return "UP";
	case LVS_EVENT_SERVER_DOWN:
	case LVS_EVENT_SERVER_MAINTENANCE:
	case LVS_EVENT_QUORUM_LOST:
		return "DOWN";
	case LVS_EVENT_SERVER_EJECTED:
		return "EJECTED";
	case LVS_EVENT_SERVER_RETURNED:
		return "RETURNED";
	default:
		return NULL;
	}
}

static void fifo_put(struct lvs_way *way, const struct lvs_event *event)
{
	const char *said = event->was < LVS_EVENT_COUNT ? word(event->was) : NULL, *now = word(event->kind);
	const struct fifo *fifo = way->state;
	char line[LINE_BYTES];
	int len;

	if (!fifo || !now || (said && !strcmp(now, said)))
		return;
	if (*event->server_at)
		len = snprintf(line, sizeof(line), "RS %s %s %s\n", event->server_at, event->service_at, now);
	else
		len = snprintf(line, sizeof(line), "VS %s %s\n", event->service_at, now);
	if (write(fifo->fd, line, (size_t)len) == len)
		lvs_way_sent(way, 1);
	else
		lvs_way_dropped(way, 1, "%s", errno == EAGAIN ? "it is full, nobody reads it" : strerror(errno));
}

const struct lvs_notify_ops lvs_notify_fifo = { .name = "fifo", .open = fifo_open, .put = fifo_put, .close = fifo_close };
