// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/notify.h"
#include "tests/lib/child.h"

static void expect(int manager, const char *text)
{
	char buf[1024];
	ssize_t n = recv(manager, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	CHECK(n >= 0);
	buf[n] = '\0';
	if (strcmp(buf, text) != 0)
		(void)fprintf(stderr, "told: %s, expected: %s\n", buf, text);
	CHECK(strcmp(buf, text) == 0);
}

static void tell_everything(int manager)
{
	struct lvs_notify notify;

	CHECK(lvs_notify_init(&notify) == 0);
	CHECK(notify.fd >= 0);
	lvs_notify_ready(&notify);
	expect(manager, "READY=1");
	lvs_notify_reloading(&notify, LVS_SECONDS(12) + 345678999);
	expect(manager, "RELOADING=1\nMONOTONIC_USEC=12345678");
	lvs_notify_alive(&notify);
	expect(manager, "WATCHDOG=1");
	lvs_notify_status(&notify, "%d services,\nREADY=%s", 3, "0");
	expect(manager, "STATUS=3 services, READY=0");
	lvs_notify_stopping(&notify);
	expect(manager, "STOPPING=1");
	for (int i = 0; i < 100000; i++)	/* nobody reads: the child's alarm ends a sender that waits */
		lvs_notify_alive(&notify);
	lvs_notify_fini(&notify);
	lvs_notify_fini(&notify);
	lvs_notify_ready(&notify);
}

static int at_path(void *arg)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/lvsd-notify-XXXXXX";
	int manager = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)arg;
	CHECK(mkdtemp(dir));
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/notify", dir);
	CHECK(bind(manager, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	(void)setenv("NOTIFY_SOCKET", addr.sun_path, 1);
	tell_everything(manager);
	CHECK(unlink(addr.sun_path) == 0 && rmdir(dir) == 0);
	return TEST_CHILD_OK;
}

static int in_abstract_namespace(void *arg)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	char name[64];
	int len = snprintf(name, sizeof(name), "@lvsd-notify-%d", getpid());

	(void)arg;
	memcpy(addr.sun_path, name, (size_t)len);
	addr.sun_path[0] = '\0';
	CHECK(bind(manager, (struct sockaddr *)&addr, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == 0);
	(void)setenv("NOTIFY_SOCKET", name, 1);
	tell_everything(manager);
	return TEST_CHILD_OK;
}

static void put(const char *name, const char *value)
{
	if (value)
		(void)setenv(name, value, 1);
	else
		(void)unsetenv(name);
}

static int nobody(void *arg)
{
	static const struct {
		const char *path;
		int expect;
	} rows[] = {
		{ NULL, 0 },
		{ "", 0 },
		{ "/nonexistent/socket", -ENOENT },
		{ "relative", -EAFNOSUPPORT },
		{ "vsock:2:1", -EAFNOSUPPORT },
		{ "/", -EAFNOSUPPORT },
		{ "/run/a-directory-with-a-name-that-is-much-too-long-for-the-address-of-a-socket-which-has-room-for-just/"
		  "108-bytes", -ENAMETOOLONG },
	};

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_notify notify;

		put("NOTIFY_SOCKET", rows[i].path);
		put("WATCHDOG_USEC", "1000000");
		CHECK(lvs_notify_init(&notify) == rows[i].expect);
		CHECK(notify.fd == -1 && notify.watchdog == 0);
		lvs_notify_ready(&notify);
		lvs_notify_status(&notify, "silent");
		lvs_notify_fini(&notify);
	}
	return TEST_CHILD_OK;
}

static int watchdog(void *arg)
{
	static const struct {
		const char *usec, *pid;
		lvs_ns expect;
	} rows[] = {
		{ "10000000", NULL, LVS_SECONDS(10) },
		{ "10000000", "self", LVS_SECONDS(10) },
		{ "10000000", "1", 0 },
		{ NULL, NULL, 0 },
		{ "10s", NULL, 0 },
		{ "", NULL, 0 },
		{ "18446744073709551615", NULL, 0 },
	};
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len = sizeof(addr);
	char name[sizeof(addr.sun_path)];

	(void)arg;
	CHECK(bind(manager, (struct sockaddr *)&addr, sizeof(addr.sun_family)) == 0);	/* the kernel finds a name */
	CHECK(getsockname(manager, (struct sockaddr *)&addr, &len) == 0);
	(void)snprintf(name, sizeof(name), "@%.*s", (int)(len - offsetof(struct sockaddr_un, sun_path) - 1),
		       addr.sun_path + 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_notify notify;
		char pid[16];

		(void)snprintf(pid, sizeof(pid), "%d", getpid());
		put("NOTIFY_SOCKET", name);
		put("WATCHDOG_USEC", rows[i].usec);
		put("WATCHDOG_PID", rows[i].pid && strcmp(rows[i].pid, "self") == 0 ? pid : rows[i].pid);
		CHECK(lvs_notify_init(&notify) == 0);
		CHECK(notify.watchdog == rows[i].expect);
		lvs_notify_fini(&notify);
	}
	return TEST_CHILD_OK;
}

static void speaks_to_a_socket_at_a_path(void **state)
{
	(void)state;
	test_judge(test_in_child(at_path, NULL));
}

static void speaks_to_an_abstract_socket(void **state)
{
	(void)state;
	test_judge(test_in_child(in_abstract_namespace, NULL));
}

static void is_silent_when_nobody_can_be_told(void **state)
{
	(void)state;
	test_judge(test_in_child(nobody, NULL));
}

static void knows_the_watchdog_that_is_meant_for_it(void **state)
{
	(void)state;
	test_judge(test_in_child(watchdog, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_to_a_socket_at_a_path),
		cmocka_unit_test(speaks_to_an_abstract_socket),
		cmocka_unit_test(is_silent_when_nobody_can_be_told),
		cmocka_unit_test(knows_the_watchdog_that_is_meant_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
