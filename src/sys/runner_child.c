// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The helper process: one poll(2) over the daemon's socket, the death of children, and what they write. It is small, and
 * single-threaded, and does one thing; whatever it starts has a process group of its own, the null device for input, and
 * a pipe for output, of which the first line is kept. The helper waits for nobody: a second pipe tells, once the child is
 * dead, whether there was a program at all.
 *
 * A program that is over time gets SIGTERM, and half a second later SIGKILL, both with all of its group; what has left the
 * group is left to whoever looks after the daemon's processes.
 */
#include "sys/runner_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

/* Between SIGTERM and SIGKILL. */
#define GRACE (500 * LVS_NS_PER_MS)

/**
 * struct job - an order that runs, or ran: its slot is free again once it was reported
 * @pid:	0: the slot is free
 * @out:	what it writes comes from here; -1: nothing more
 * @tell:	and from here why it did not start
 * @deadline:	when it gets its next signal
 * @late:	it got SIGTERM; @killed: and SIGKILL
 * @muted:	it was cancelled: nobody wants to know
 * @whole:	of its output, the first line is there
 */
struct job {
	pid_t pid;
	int out, tell;
	uint32_t order;
	lvs_ns deadline;
	bool late, killed, muted, whole;
	size_t len;
	char output[LVS_RUNNER_OUTPUT_MAX];
};

/* An order that waits for a slot. @bytes: of it */
struct waiting {
	struct waiting *next;
	size_t bytes;
	struct lvs_runner_order order;
};

struct helper {
	int fd;
	int deaths;
	size_t running;
	struct job jobs[LVS_RUNNER_CHILDREN_MAX];
	struct waiting *first, **last;
	struct lvs_runner_order in;
};

static lvs_ns now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return LVS_SECONDS(time.tv_sec) + (lvs_ns)time.tv_nsec;
}

static void report(struct helper *helper, uint32_t order, enum lvs_run_end end, int code, const char *output)
{
	struct lvs_runner_report report = { .order = order, .result = { .end = end, .code = code } };

	strncpy(report.result.output, output, sizeof(report.result.output) - 1);
	(void)send(helper->fd, &report, sizeof(report), MSG_NOSIGNAL);
}

/* In the child. Tells @tell why there is no program, if there is none. */
static void become_program(struct lvs_runner_order *order, int out, int tell)
{
	char *argv[LVS_RUNNER_STRINGS_MAX + 1], *envp[LVS_RUNNER_STRINGS_MAX + 1], *text = order->text;
	size_t i = 0, n = 0;
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE };
	sigset_t none;
	int null, err;

	for (; i < order->argc; i++, text += strlen(text) + 1)
		argv[i] = text;
	argv[i] = NULL;
	for (; i < order->count; i++, text += strlen(text) + 1)
		envp[n++] = text;
	envp[n] = NULL;
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t k = 0; k < ARRAY_LEN(ignored); k++)
		(void)signal(ignored[k], SIG_DFL);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (setpgid(0, 0) || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0 || chdir("/") < 0) {
		err = errno;
	} else {
		(void)execve(argv[0], argv, envp);
		err = errno;
	}
	(void)!write(tell, &err, sizeof(err));
	_exit(127);
}

static struct job *free_job(struct helper *helper)
{
	for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++)
		if (!helper->jobs[i].pid)
			return &helper->jobs[i];
	return NULL;
}

/* Return: 0, or why it did not start */
static int start(struct helper *helper, struct lvs_runner_order *order)
{
	struct job *job = free_job(helper);
	int out[2], tell[2], err;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC | O_NONBLOCK))
		return errno;
	if (pipe2(tell, O_CLOEXEC | O_NONBLOCK)) {
		err = errno;
		close(out[0]);
		close(out[1]);
		return err;
	}
	pid = fork();
	if (!pid)
		become_program(order, out[1], tell[1]);
	err = pid < 0 ? errno : 0;
	close(out[1]);
	close(tell[1]);
	if (err) {
		close(out[0]);
		close(tell[0]);
		return err;
	}
	*job = (struct job){ .pid = pid, .out = out[0], .tell = tell[0], .order = order->order,
			     .deadline = now() + order->timeout };
	helper->running++;
	return 0;
}

static void start_waiting(struct helper *helper)
{
	while (helper->first && helper->running < LVS_RUNNER_CHILDREN_MAX) {
		struct waiting *next = helper->first;
		int err = start(helper, &next->order);

		if (err)
			report(helper, next->order.order, LVS_RUN_FAILED, err, "");
		helper->first = next->next;
		if (!helper->first)
			helper->last = &helper->first;
		free(next);
	}
}

static void put_off(struct helper *helper, size_t bytes)
{
	struct waiting *waiting = malloc(offsetof(struct waiting, order) + bytes);

	if (!waiting) {
		report(helper, helper->in.order, LVS_RUN_FAILED, ENOMEM, "");
		return;
	}
	waiting->next = NULL;
	waiting->bytes = bytes;
	memcpy(&waiting->order, &helper->in, bytes);
	*helper->last = waiting;
	helper->last = &waiting->next;
}

static void signal_job(struct job *job, int signo)
{
	if (kill(-job->pid, signo))
		(void)kill(job->pid, signo);
}

static void cancel(struct helper *helper, uint32_t order)
{
	for (struct waiting **link = &helper->first; *link; link = &(*link)->next) {
		struct waiting *waiting = *link;

		if (waiting->order.order != order)
			continue;
		*link = waiting->next;
		if (helper->last == &waiting->next)
			helper->last = link;
		free(waiting);
		return;
	}
	for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++) {
		struct job *job = &helper->jobs[i];

		if (!job->pid || job->order != order)
			continue;
		job->muted = true;
		job->deadline = 0;
	}
}

/* Return: are the strings where they are said to be? */
static bool is_sound(const struct lvs_runner_order *order, size_t bytes)
{
	size_t head = offsetof(struct lvs_runner_order, text), strings = 0;

	if (bytes < head || order->argc > order->count || order->count > LVS_RUNNER_STRINGS_MAX)
		return false;
	for (size_t i = 0; i < bytes - head; i++)
		strings += !order->text[i];
	return strings == order->count && (bytes == head || !order->text[bytes - head - 1]);
}

static void leave(struct helper *helper) __attribute__((noreturn));

static void leave(struct helper *helper)
{
	for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++)
		if (helper->jobs[i].pid)
			signal_job(&helper->jobs[i], SIGKILL);
	_exit(EXIT_SUCCESS);
}

static void take_order(struct helper *helper)
{
	ssize_t n = recv(helper->fd, &helper->in, sizeof(helper->in), 0);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0 || !is_sound(&helper->in, (size_t)n))
		leave(helper);
	if (helper->in.argc)
		put_off(helper, (size_t)n);
	else
		cancel(helper, helper->in.order);
}

/* What has come of its first line. */
static void listen_to(struct job *job)
{
	char bytes[512];
	ssize_t n = read(job->out, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(job->out);
		job->out = -1;
		return;
	}
	for (ssize_t i = 0; i < n && !job->whole; i++) {
		job->whole = bytes[i] == '\n' || job->len == sizeof(job->output) - 1;
		if (!job->whole)
			job->output[job->len++] = bytes[i] ? bytes[i] : ' ';
	}
}

static void bury(struct helper *helper, struct job *job, int status)
{
	int err;

	/* It may have written just before it died; somebody it left behind may hold the pipe open, and is not waited for. */
	for (int i = 0; job->out >= 0 && i < 8; i++)
		listen_to(job);
	if (job->out >= 0)
		close(job->out);
	(void)kill(-job->pid, SIGKILL);
	if (job->muted)
		;
	else if (read(job->tell, &err, sizeof(err)) == sizeof(err))
		report(helper, job->order, LVS_RUN_FAILED, err, "");
	else if (job->late)
		report(helper, job->order, LVS_RUN_TIMED_OUT, 0, job->output);
	else if (WIFSIGNALED(status))
		report(helper, job->order, LVS_RUN_SIGNALED, WTERMSIG(status), job->output);
	else
		report(helper, job->order, LVS_RUN_EXITED, WEXITSTATUS(status), job->output);
	close(job->tell);
	job->pid = 0;
	helper->running--;
}

static void take_deaths(struct helper *helper)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)!read(helper->deaths, &info, sizeof(info));
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++)
			if (helper->jobs[i].pid == pid)
				bury(helper, &helper->jobs[i], status);
}

/* Those who are over time get what they are due. Return: milliseconds until the next one is, or -1 */
static int judge(struct helper *helper)
{
	lvs_ns time = now(), next = LVS_NS_NEVER;

	for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++) {
		struct job *job = &helper->jobs[i];

		if (!job->pid || job->killed)
			continue;
		if (job->deadline <= time) {
			signal_job(job, job->late ? SIGKILL : SIGTERM);
			job->killed = job->late;
			job->late = true;
			job->deadline = time + GRACE;
		}
		next = LVS_MIN(next, job->deadline);
	}
	if (next == LVS_NS_NEVER)
		return -1;
	return next <= time ? 0 : (int)LVS_MIN((next - time) / LVS_NS_PER_MS + 1, (lvs_ns)INT_MAX);
}

static void turn(struct helper *helper)
{
	struct pollfd polled[2 + LVS_RUNNER_CHILDREN_MAX] = {
		{ .fd = helper->fd, .events = POLLIN }, { .fd = helper->deaths, .events = POLLIN },
	};

	for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++)
		polled[2 + i] = (struct pollfd){ .fd = helper->jobs[i].pid ? helper->jobs[i].out : -1, .events = POLLIN };
	start_waiting(helper);
	if (poll(polled, ARRAY_LEN(polled), judge(helper)) < 0)
		return;
	for (size_t i = 0; i < LVS_RUNNER_CHILDREN_MAX; i++)
		if (polled[2 + i].revents && helper->jobs[i].out == polled[2 + i].fd)
			listen_to(&helper->jobs[i]);
	if (polled[1].revents)
		take_deaths(helper);
	if (polled[0].revents)
		take_order(helper);
}

void lvs_runner_child(int fd)
{
	struct helper *helper = calloc(1, sizeof(*helper));
	sigset_t set;

	if (!helper)
		_exit(EXIT_FAILURE);
	helper->fd = fd;
	helper->last = &helper->first;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	(void)prctl(PR_SET_NAME, "lvsd-runner");
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	/* The daemon says when it is over, with the end of the socket; what is meant for it does not concern the helper. */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	helper->deaths = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (helper->deaths < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		_exit(EXIT_FAILURE);
	for (;;)
		turn(helper);
}
