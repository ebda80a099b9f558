// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server that takes a connection is up. The connection is reset, not closed, lest a thousand servers a second leave a
 * thousand ports in TIME_WAIT each second on the director.
 */
#include "check/check.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check/socket.h"

struct tcp_run {
	int fd;
	struct event event;
};

static void tcp_cancel(struct lvs_check *check)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct tcp_run *run = check->run;

	(void)event_del(&run->event);
	(void)setsockopt(run->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)close(run->fd);
}

static void on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_check *check = arg;
	int err = lvs_check_connected(fd);

	(void)what;
	tcp_cancel(check);
	if (err)
		lvs_check_refused(check, err, false);
	else
		lvs_check_passed(check, "connected");
}

static void tcp_start(struct lvs_check *check)
{
	struct tcp_run *run = check->run;
	bool broken = false;
	int err = lvs_check_connect(check, SOCK_STREAM, &run->fd, &broken);

	if (err) {
		lvs_check_refused(check, err, broken);
		return;
	}
	if (event_assign(&run->event, check->base, run->fd, EV_WRITE, on_connected, check) < 0 ||
	    event_add(&run->event, NULL) < 0) {
		(void)close(run->fd);
		lvs_check_broken(check, "cannot wait for an answer");
	}
}

const struct lvs_check_ops lvs_check_tcp = {
	.name = "tcp", .run_bytes = sizeof(struct tcp_run), .start = tcp_start, .cancel = tcp_cancel,
};
