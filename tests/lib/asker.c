// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/asker.h"

#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/probe.h"
#include "check/socket.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/runner.h"

static void serve(int fd, int type, test_serve_fn *fn, const void *arg)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int conn;

		if (type == SOCK_DGRAM) {
			if (poll(&poll_fd, 1, -1) == 1)
				fn(fd, arg);
			continue;
		}
		conn = accept(fd, NULL, NULL);
		if (conn < 0)
			continue;
		fn(conn, arg);
		(void)close(conn);
	}
}

struct test_server test_server_start(const char *addr, int type, test_serve_fn *fn, const void *arg)
{
	struct test_server server = { .addr = test_addr(addr) };
	struct sockaddr_storage at;
	socklen_t len = lvs_sockaddr_of(&server.addr, 0, &at);
	int fd = socket(at.ss_family, type, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_true(type == SOCK_DGRAM || listen(fd, 16) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	/* The port is at the same place in both families. */
	server.port = ntohs(((const struct sockaddr_in *)(const void *)&at)->sin_port);
	server.pid = fork();
	assert_true(server.pid >= 0);
	if (!server.pid)
		serve(fd, type, fn, arg);
	(void)close(fd);
	return server;
}

void test_server_stop(struct test_server *server)
{
	int status;

	assert_int_equal(kill(server->pid, SIGKILL), 0);
	assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
}

void test_say(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

void test_hear(int fd)
{
	char last[3] = "", c;

	while (memcmp(last, "\n\r\n", 3) != 0 && read(fd, &c, 1) == 1) {
		last[0] = last[1];
		last[1] = last[2];
		last[2] = c;
	}
}

uint16_t test_dead_port(int *ret_fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);

	*ret_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*ret_fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

struct question {
	struct lvs_loop *loop;
	struct lvs_timer *timer;
	struct lvs_probe_watch watch;
};

static void on_changed(struct lvs_probe_watch *watch)
{
	(void)watch;
}

/* A result that leaves the verdict at "unknown" is told to nobody. */
static void on_look(void *arg)
{
	struct question *question = arg;
	lvs_ns now = lvs_clock_now();

	if (lvs_probe_verdict(question->watch.probe)->checked_at)
		lvs_loop_stop(question->loop);
	else
		lvs_timer_start(question->timer, now + 5 * LVS_NS_PER_MS, now);
}

struct lvs_verdict test_ask(const char *kind, const struct test_server *server, const struct lvs_check_param *params,
			    size_t nparams, unsigned int timeout_ms, struct lvs_check_answer *ret_answer)
{
	const struct lvs_probe_spec spec = {
		.kind = lvs_check_find(kind), .addr = server->addr, .port = server->port,
		.source = server->source, .through = server->through, .interval = LVS_SECONDS(3600),
		.fast_interval = 1, .timeout = timeout_ms * LVS_NS_PER_MS,
		.rules = { .rise = 1, .fall = 1 }, .params = params, .nparams = nparams,
	};
	struct question question = { .watch = { .changed = on_changed } };
	char message[LVS_CHECK_MESSAGE_BYTES] = "";
	struct lvs_runner *runner = NULL;
	struct lvs_probes *probes;
	struct lvs_verdict verdict;

	assert_true(spec.kind >= 0);
	assert_int_equal(lvs_loop_new(&question.loop), 0);
	assert_int_equal(lvs_timer_new(question.loop, on_look, &question, &question.timer), 0);
	if (!strcmp(kind, "script"))
		assert_int_equal(lvs_runner_new(question.loop, NULL, NULL, &runner), 0);
	assert_int_equal(lvs_probes_new(question.loop, runner, server->guide, 1, &probes), 0);
	if (lvs_probes_watch(probes, &spec, &question.watch, message))
		fail_msg("%s", message);
	on_look(&question);
	assert_int_equal(lvs_loop_run(question.loop), 0);
	verdict = *lvs_probe_verdict(question.watch.probe);
	if (ret_answer)
		*ret_answer = *lvs_probe_answer(question.watch.probe);
	lvs_probes_unwatch(probes, &question.watch);
	lvs_probes_free(probes);
	lvs_runner_free(runner);
	lvs_timer_free(question.timer);
	lvs_loop_free(question.loop);
	return verdict;
}
