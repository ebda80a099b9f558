// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealed children that do what a director does, and sealed children that do what it never does. The first must live, the
 * second must be killed with SIGSYS by the very call that is tried: each first does nothing, to see that it would live.
 */
#include "tests/lib/test.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "priv/stages.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "tests/lib/child.h"
#include "tests/lib/tun.h"

static void seal(bool net_admin)
{
	const struct lvs_priv_params params = { .net_admin = net_admin };
	char message[LVS_PRIV_MESSAGE_MAX];
	int err;

#ifdef LVS_SANITIZED
	(void)fprintf(stderr, "built with sanitizers: never sealed\n");
	_exit(TEST_CHILD_SKIP);
#endif
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	err = lvs_priv_seal(&params, message);
	if (err < 0)
		(void)fprintf(stderr, "%s\n", message);
	CHECK(err == 0);
	CHECK(strcmp(message, "sealed: system calls are restricted") == 0);
}

static int descending(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static void take_and_give_memory(void)
{
	static const size_t sizes[] = { 16, 4096, 1 << 20, 64 << 20 };
	int *many = calloc(100000, sizeof(*many));

	CHECK(many);
	for (int i = 0; i < 100000; i++)
		many[i] = i;
	qsort(many, 100000, sizeof(*many), descending);
	CHECK(many[0] == 99999 && many[99999] == 0);
	free(many);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *p = malloc(sizes[i]);

		CHECK(p);
		memset(p, 1, sizes[i]);
		p = realloc(p, sizes[i] * 2);
		CHECK(p);
		free(p);
	}
}

static void read_files(void)
{
	char buf[256];
	struct stat st;
	FILE *file = fopen("/etc/passwd", "re");
	int fd;

	CHECK(file && fgets(buf, sizeof(buf), file) && fseek(file, 0, SEEK_END) == 0 && ftell(file) > 0);
	CHECK(fstat(fileno(file), &st) == 0);
	CHECK(fclose(file) == 0);
	CHECK(stat("/etc/passwd", &st) == 0);
	CHECK(open("/nonexistent", O_RDONLY | O_CLOEXEC) < 0 && errno == ENOENT);
	fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	file = fdopen(fd, "r");
	CHECK(file && fgets(buf, sizeof(buf), file) && fclose(file) == 0);
}

struct scene {
	struct lvs_loop *loop;
	struct lvs_timer *timer;
	int fd;
	int signals;
};

static void on_signal(void *arg)
{
	((struct scene *)arg)->signals++;
}

static void on_readable(void *arg)
{
	struct scene *scene = arg;
	lvs_ns now = lvs_clock_now();
	char byte;

	CHECK(read(scene->fd, &byte, 1) == 1);
	lvs_timer_start(scene->timer, now + LVS_NS_PER_MS, now);
}

static void on_timer(void *arg)
{
	lvs_loop_stop(((struct scene *)arg)->loop);
}

static void turn_the_loop(struct scene *scene, int write_fd)
{
	CHECK(raise(SIGHUP) == 0);
	CHECK(write(write_fd, "x", 1) == 1);
	CHECK(lvs_loop_run(scene->loop) == 0);
	CHECK(scene->signals == 1);
}

/* What a health check does with sockets. */
static void ask_around(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) }, .sin_port = htons(9) };
	const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	socklen_t len;
	int error;

	for (size_t i = 0; i < 2 * ARRAY_LEN(types); i++) {
		int family = i % 2 ? AF_INET6 : AF_INET, sock = socket(family, types[i / 2] | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (sock < 0)	/* a host may do without IPv6 */
			continue;
		len = sizeof(error);
		(void)bind(sock, (const struct sockaddr *)&at, sizeof(at));
		(void)connect(sock, (const struct sockaddr *)&at, sizeof(at));
		CHECK(getsockopt(sock, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
		CHECK(setsockopt(sock, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger)) == 0);
		(void)setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		CHECK(close(sock) == 0);
	}
}

static int director(void *arg)
{
	struct scene scene = { 0 };
	struct lvs_log *log;
	char buf[16];
	int fds[2], pair[2];

	(void)arg;
	CHECK(pipe(fds) == 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	scene.fd = fds[0];
	CHECK(lvs_loop_new(&scene.loop) == 0);
	CHECK(lvs_loop_on_signal(scene.loop, SIGHUP, on_signal, &scene) == 0);
	CHECK(lvs_loop_on_readable(scene.loop, fds[0], on_readable, &scene) == 0);
	CHECK(lvs_timer_new(scene.loop, on_timer, &scene, &scene.timer) == 0);
	CHECK(lvs_log_new("test", LVS_LOG_INFO, &log) == 0);
	seal(false);
	turn_the_loop(&scene, fds[1]);
	take_and_give_memory();
	read_files();
	CHECK(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
	ask_around();
	CHECK(send(pair[0], "x", 1, MSG_DONTWAIT) == 1 && recv(pair[1], buf, 1, MSG_DONTWAIT) == 1);
	lvs_log(log, LVS_LOG_INFO, "said while sealed");
	lvs_timer_free(scene.timer);
	lvs_loop_free(scene.loop);
	lvs_log_free(log);
	exit(TEST_CHILD_OK);	/* with all that exit() does */
}

struct worker {
	pthread_mutex_t lock;	/* held until we are sealed */
	bool forbidden;
};

static void *work(void *arg)
{
	struct worker *worker = arg;

	CHECK(pthread_mutex_lock(&worker->lock) == 0);
	take_and_give_memory();
	read_files();
	if (worker->forbidden)
		(void)!socket(AF_UNIX, SOCK_DGRAM, 0);
	CHECK(pthread_mutex_unlock(&worker->lock) == 0);
	return NULL;
}

/* A thread that was made before sealing is sealed too, and can work. */
static int second_thread(void *arg)
{
	struct worker worker = { .forbidden = *(bool *)arg };
	pthread_t thread;

	CHECK(pthread_mutex_init(&worker.lock, NULL) == 0 && pthread_mutex_lock(&worker.lock) == 0);
	CHECK(pthread_create(&thread, NULL, work, &worker) == 0);
	seal(false);
	CHECK(pthread_mutex_unlock(&worker.lock) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	return TEST_CHILD_OK;
}

/* One datagram out, turned round on the device, and back in. */
static void carry_one(struct lvs_io *io, int fd)
{
	struct lvs_packet packet;
	char buf[8];

	CHECK(send(fd, "sealed", 6, 0) == 6);
	test_tun_next(io, IPPROTO_UDP, &packet);
	test_tun_turn(&packet);
	lvs_io_tx(io, &packet);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 6 && memcmp(buf, "sealed", 6) == 0);
}

static void put_sysctl(const char *value)
{
	int fd = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, value, 1) == 1 && close(fd) == 0);
}

/* From opened to sealed, and what must still work there. */
static int all_stages(void *arg)
{
	const struct lvs_priv_params *params = arg;
	char message[LVS_PRIV_MESSAGE_MAX];
	struct lvs_io *io = test_tun(true);
	int fd = test_tun_udp(4000);

	CHECK(lvs_priv_drop(params, message) == 0);
	seal(params->net_admin);
	carry_one(io, fd);
	if (params->net_admin) {
		put_sysctl("1");
		put_sysctl("0");
	}
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

/* Root of the machine, in a network of its own: there is another user to become. */
static int all_stages_as_root(void *arg)
{
	if (unshare(CLONE_NEWNET) < 0) {
		(void)fprintf(stderr, "not started by root\n");
		return TEST_CHILD_SKIP;
	}
	return all_stages(arg);
}

static int assertion(void *arg)
{
	CHECK(freopen("/dev/null", "w", stderr));	/* what it says is not for the test's log */
	(void)arg;
	seal(false);
	__assert_fail("a >= b", __FILE__, __LINE__, __func__);
}

static int write_sysctl(void *arg)
{
	bool net_admin = *(bool *)arg;
	int fd;

	seal(net_admin);
	fd = open("/proc/self/comm", O_WRONLY | O_CLOEXEC);	/* a file of /proc that may be written */
	CHECK(fd >= 0 && write(fd, "sealed", 6) == 6 && close(fd) == 0);
	return TEST_CHILD_OK;
}

struct outside {
	pid_t parent;
	int fd;
	void *page;
};

/* Results are looked at nowhere: whether a call fails or not, it must not be made. */
#define ATTEMPT(name, expression) \
	static void name(const struct outside *outside) \
	{ \
		(void)outside; \
		(void)!(expression); \
	}

static char *const no_strings[] = { NULL };

ATTEMPT(try_execve, execve("/bin/true", no_strings, no_strings))
ATTEMPT(try_fork, fork())
ATTEMPT(try_raw, socket(AF_INET, SOCK_RAW, IPPROTO_RAW))
ATTEMPT(try_packet, socket(AF_PACKET, SOCK_DGRAM, 0))
ATTEMPT(try_listen, listen(outside->fd, 1))
ATTEMPT(try_accept, accept(outside->fd, NULL, NULL))
ATTEMPT(try_option, setsockopt(outside->fd, IPPROTO_IP, IP_TTL, NULL, 0))
ATTEMPT(try_unix, socket(AF_UNIX, SOCK_DGRAM, 0))
ATTEMPT(try_netlink, socket(AF_NETLINK, SOCK_RAW, 0))
ATTEMPT(try_write_open, open("/dev/null", O_WRONLY))
ATTEMPT(try_read_write_open, open("/dev/null", O_RDWR))
ATTEMPT(try_create, open("/tmp", O_RDONLY | O_CREAT, 0600))
ATTEMPT(try_tmpfile, open("/tmp", O_WRONLY | O_TMPFILE, 0600))
ATTEMPT(try_unlink, unlink("/nonexistent/file"))
ATTEMPT(try_rename, rename("/nonexistent/a", "/nonexistent/b"))
ATTEMPT(try_chmod, chmod("/nonexistent/file", 0777))
ATTEMPT(try_exec_map, mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
ATTEMPT(try_exec_protect, mprotect(outside->page, 4096, PROT_READ | PROT_EXEC))
ATTEMPT(try_ioctl, ioctl(outside->fd, TIOCSTI, outside->page))
ATTEMPT(try_prctl, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
ATTEMPT(try_setuid, setuid(getuid()))
ATTEMPT(try_kill, kill(outside->parent, 0))
ATTEMPT(try_tgkill, syscall(SYS_tgkill, outside->parent, outside->parent, 0))
ATTEMPT(try_dup, fcntl(outside->fd, F_DUPFD, 100))
ATTEMPT(try_unshare, syscall(SYS_unshare, 0))
ATTEMPT(try_bpf, syscall(SYS_bpf, 0, NULL, 0))
ATTEMPT(try_unknown, syscall(100000))

static const struct row {
	const char *what;
	void (*attempt)(const struct outside *outside);
	bool net_admin;
} rows[] = {
	{ "running a program", try_execve, false },
	{ "making a process", try_fork, false },
	{ "a raw socket", try_raw, false },
	{ "a packet socket", try_packet, false },
	{ "a UNIX socket", try_unix, false },
	{ "a netlink socket", try_netlink, false },
	{ "a netlink socket, even when the network is looked after", try_netlink, true },
	{ "listening", try_listen, false },
	{ "taking connections", try_accept, false },
	{ "options of a socket's IP layer", try_option, false },
	{ "opening a file for writing", try_write_open, false },
	{ "opening a file for reading and writing", try_read_write_open, false },
	{ "making a file", try_create, false },
	{ "making a file, even when /proc/sys is written", try_create, true },
	{ "making a file without a name", try_tmpfile, true },
	{ "removing a file", try_unlink, false },
	{ "renaming a file", try_rename, false },
	{ "changing a file's mode", try_chmod, false },
	{ "memory to execute", try_exec_map, false },
	{ "making memory executable", try_exec_protect, false },
	{ "device control", try_ioctl, false },
	{ "process control", try_prctl, false },
	{ "changing the user", try_setuid, false },
	{ "signals to others", try_kill, false },
	{ "signals to others' threads", try_tgkill, false },
	{ "copying a descriptor", try_dup, false },
	{ "leaving namespaces", try_unshare, false },
	{ "loading BPF", try_bpf, false },
	{ "a call that nobody knows", try_unknown, false },
};

struct attempt {
	const struct row *row;
	bool really;
};

static int attempt(void *arg)
{
	const struct attempt *a = arg;
	struct outside outside = {
		.parent = getppid(),
		.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	};
	int fds[2];

	CHECK(outside.page != MAP_FAILED && pipe(fds) == 0);
	outside.fd = fds[0];
	seal(a->row->net_admin);
	if (a->really)
		a->row->attempt(&outside);
	return TEST_CHILD_OK;
}

static void lets_a_director_work(void **state)
{
	(void)state;
	test_judge(test_in_child(director, NULL));
}

static void seals_other_threads_too(void **state)
{
	bool forbidden[] = { false, true };
	int status;

	(void)state;
	for (int i = 0; i < 100; i++)	/* sealing and the thread's first steps race */
		test_judge(test_in_child(second_thread, &forbidden[0]));
	status = test_in_child(second_thread, &forbidden[1]);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void lets_packets_through_after_all_stages(void **state)
{
	struct lvs_priv_params params[] = { { .user = "4711" }, { .user = "4711", .net_admin = true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		test_judge(test_in_namespaces(CLONE_NEWNET, all_stages, &params[i]));
}

static void lets_another_user_work_where_root_started(void **state)
{
	struct lvs_priv_params params[] = { { .user = "4711" }, { .user = "4711", .net_admin = true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		test_judge(test_in_child(all_stages_as_root, &params[i]));
}

static void lets_an_assertion_be_seen(void **state)
{
	int status = test_in_child(assertion, NULL);

	(void)state;
	if (WIFEXITED(status))
		test_judge(status);
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void lets_existing_files_be_written_where_the_network_is_looked_after(void **state)
{
	bool net_admin[] = { true, false };
	int status;

	(void)state;
	test_judge(test_in_child(write_sysctl, &net_admin[0]));
	status = test_in_child(write_sysctl, &net_admin[1]);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void ends_whoever_does_anything_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct attempt idle = { .row = &rows[i], .really = false }, active = { .row = &rows[i], .really = true };
		int status;

		test_judge(test_in_child(attempt, &idle));
		status = test_in_child(attempt, &active);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s is not prevented (status %#x)", rows[i].what, status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_a_director_work),
		cmocka_unit_test(seals_other_threads_too),
		cmocka_unit_test(lets_packets_through_after_all_stages),
		cmocka_unit_test(lets_another_user_work_where_root_started),
		cmocka_unit_test(lets_an_assertion_be_seen),
		cmocka_unit_test(lets_existing_files_be_written_where_the_network_is_looked_after),
		cmocka_unit_test(ends_whoever_does_anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
