// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service manager's notification protocol: one datagram of VARIABLE=value lines to the socket in $NOTIFY_SOCKET, which
 * sd_notify(3) promises to keep and invites programs to speak themselves. Spoken here instead of through libsystemd because
 * sd_notify() opens a socket for each message: the sandbox would have to allow socket() and connect() for ever, only for
 * this. One socket, connected at start, needs sendto() alone; and there is one code path with and without systemd.
 */
#include "sys/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define STATUS_MAX 512

/* Return: connected socket or -Exxx. @path: absolute, or "@name" in the abstract namespace */
static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd, err;

	if ((path[0] != '/' && path[0] != '@') || len < 2)
		return -EAFNOSUPPORT;
	if (len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&addr, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0) {
		err = -errno;
		(void)close(fd);
		return err;
	}
	return fd;
}

/* sd_watchdog_enabled(3): the variables may be meant for the process that started us. */
static lvs_ns watchdog_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	unsigned long long value;
	char *end;

	if (!usec || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	errno = 0;
	value = strtoull(usec, &end, 10);
	if (errno || *end || value > UINT64_MAX / LVS_NS_PER_US)
		return 0;
	return value * LVS_NS_PER_US;
}

int lvs_notify_init(struct lvs_notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int fd;

	*notify = (struct lvs_notify){ .fd = -1 };
	if (!path || !*path)
		return 0;
	fd = connect_to(path);
	if (fd < 0)
		return fd;
	notify->fd = fd;
	notify->watchdog = watchdog_interval();
	return 0;
}

void lvs_notify_fini(struct lvs_notify *notify)
{
	if (notify->fd >= 0)
		(void)close(notify->fd);
	notify->fd = -1;
}

static void tell(struct lvs_notify *notify, const char *text)
{
	if (notify->fd >= 0)
		(void)send(notify->fd, text, strlen(text), MSG_NOSIGNAL);
}

void lvs_notify_ready(struct lvs_notify *notify)
{
	tell(notify, "READY=1");
}

void lvs_notify_reloading(struct lvs_notify *notify, lvs_ns now)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
		       (unsigned long long)(now / LVS_NS_PER_US));
	tell(notify, text);
}

void lvs_notify_stopping(struct lvs_notify *notify)
{
	tell(notify, "STOPPING=1");
}

void lvs_notify_alive(struct lvs_notify *notify)
{
	tell(notify, "WATCHDOG=1");
}

void lvs_notify_status(struct lvs_notify *notify, const char *fmt, ...)
{
	char text[STATUS_MAX] = "STATUS=";
	const size_t used = sizeof("STATUS=") - 1;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text + used, sizeof(text) - used, fmt, args);
	va_end(args);
	for (char *c = text; *c; c++)	/* a newline would begin another variable */
		if (*c == '\n')
			*c = ' ';
	tell(notify, text);
}
