// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's side. Orders and reports are packets of a socket pair, so that each arrives whole; orders that the socket
 * does not take at once are refused, not queued: the other side reads them as they come and keeps what has to wait.
 */
#include "sys/runner.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/loop.h"
#include "sys/runner_child.h"

struct pending {
	uint32_t order;
	lvs_run_fn *done;
	void *arg;
};

/* @pending: orders under way, in no order; @npending of them */
struct lvs_runner {
	int fd;
	struct event *event;
	pid_t pid;
	uint32_t order;
	size_t npending;
	struct pending pending[LVS_RUNNER_ORDERS_MAX];
};

bool lvs_runner_alive(const struct lvs_runner *runner)
{
	return runner->fd >= 0;
}

/* Return: whether @order was under way; it is not any more */
static bool take(struct lvs_runner *runner, uint32_t order, struct pending *ret)
{
	for (size_t i = 0; i < runner->npending; i++) {
		if (runner->pending[i].order != order)
			continue;
		*ret = runner->pending[i];
		runner->pending[i] = runner->pending[--runner->npending];
		return true;
	}
	return false;
}

static void lose(struct lvs_runner *runner)
{
	const struct lvs_run_result lost = { .end = LVS_RUN_LOST };
	struct pending pending;

	(void)event_del(runner->event);
	close(runner->fd);
	runner->fd = -1;
	while (runner->npending) {
		pending = runner->pending[--runner->npending];
		pending.done(pending.arg, &lost);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_runner *runner = arg;
	struct lvs_runner_report report;
	struct pending pending;
	ssize_t n;

	(void)what;
	n = recv(fd, &report, sizeof(report), MSG_DONTWAIT);
	if (n == sizeof(report)) {
		report.result.output[sizeof(report.result.output) - 1] = '\0';
		if (take(runner, report.order, &pending))
			pending.done(pending.arg, &report.result);
	} else if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
		lose(runner);
	}
}

static void child(int fd, int (*become)(void *arg), void *arg)
{
	/* Nothing of the daemon's is left to whatever will be started. */
	if (dup2(fd, STDERR_FILENO + 1) < 0 || close_range(STDERR_FILENO + 2, ~0u, 0))
		_exit(EXIT_FAILURE);
	if (become && become(arg))
		_exit(EXIT_FAILURE);
	lvs_runner_child(STDERR_FILENO + 1);
}

int lvs_runner_new(struct lvs_loop *loop, int (*become)(void *arg), void *arg, struct lvs_runner **ret_runner)
{
	struct lvs_runner *runner = malloc(sizeof(*runner));
	int fds[2], err;

	if (!runner)
		return -ENOMEM;
	runner->order = 0;
	runner->npending = 0;
	runner->event = NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds)) {
		err = -errno;
		free(runner);
		return err;
	}
	runner->fd = fds[0];
	runner->pid = fork();
	if (!runner->pid)
		child(fds[1], become, arg);
	err = runner->pid < 0 ? -errno : 0;
	close(fds[1]);
	if (!err)
		runner->event = event_new(lvs_loop_base(loop), runner->fd, EV_READ | EV_PERSIST, on_readable, runner);
	if (!err && (!runner->event || event_add(runner->event, NULL) < 0))
		err = -ENOMEM;
	if (err) {
		lvs_runner_free(runner);
		return err;
	}
	*ret_runner = runner;
	return 0;
}

void lvs_runner_free(struct lvs_runner *runner)
{
	if (!runner)
		return;
	if (runner->event)
		event_free(runner->event);
	if (runner->fd >= 0)
		close(runner->fd);
	/* It sees the end of the socket, ends what it has started, and itself. */
	if (runner->pid > 0)
		while (waitpid(runner->pid, NULL, 0) < 0 && errno == EINTR)
			;
	free(runner);
}

static bool append(struct lvs_runner_order *order, size_t *used, const char *string)
{
	size_t bytes = strlen(string) + 1;

	if (bytes > sizeof(order->text) - *used || order->count == LVS_RUNNER_STRINGS_MAX)
		return false;
	memcpy(order->text + *used, string, bytes);
	*used += bytes;
	order->count++;
	return true;
}

static int post(struct lvs_runner *runner, const struct lvs_runner_order *order, size_t text)
{
	size_t bytes = offsetof(struct lvs_runner_order, text) + text;

	if (send(runner->fd, order, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)bytes)
		return 0;
	return errno == EAGAIN || errno == ENOBUFS ? -EBUSY : -EPIPE;
}

int lvs_runner_run(struct lvs_runner *runner, const struct lvs_run *run, lvs_run_fn *done, void *arg, uint32_t *ret_order)
{
	struct lvs_runner_order order = { .timeout = run->timeout };
	size_t used = 0;
	int err;

	if (runner->fd < 0)
		return -EPIPE;
	if (!run->argv[0] || run->argv[0][0] != '/')
		return -EINVAL;
	if (runner->npending == LVS_RUNNER_ORDERS_MAX)
		return -EBUSY;
	for (const char *const *argv = run->argv; *argv; argv++)
		if (!append(&order, &used, *argv))
			return -E2BIG;
	order.argc = order.count;
	for (const char *const *envp = run->envp; *envp; envp++)
		if (!append(&order, &used, *envp))
			return -E2BIG;
	if (!++runner->order)
		runner->order = 1;
	order.order = runner->order;
	err = post(runner, &order, used);
	if (err)
		return err;
	runner->pending[runner->npending++] = (struct pending){ order.order, done, arg };
	*ret_order = order.order;
	return 0;
}

void lvs_runner_cancel(struct lvs_runner *runner, uint32_t id)
{
	const struct lvs_runner_order order = { .order = id };
	struct pending pending;

	/* If the socket is full it will run to its end or its timeout, and nobody hears of it. */
	if (take(runner, id, &pending) && runner->fd >= 0)
		(void)post(runner, &order, 0);
}
