// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/hostile.h"

#include "tests/lib/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

/* Pages of a row's own, so that a server that is a process of its own can tell of itself. */
struct hostile {
	const struct hostile_row *row;
	_Atomic size_t taken;
	_Atomic unsigned int begun, over;
};

static void wait_ms(long ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&pause, NULL);
}

static bool push(struct hostile *hostile, int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		hostile->taken += (size_t)n;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* What the other side says is thrown away, so that it is never what keeps it. */
static bool drain(int fd)
{
	char bytes[4096];
	ssize_t n;

	do {
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (n > 0);
	return n < 0;
}

static void flood(struct hostile *hostile, int fd)
{
	static char block[65536];
	size_t len = 0;

	while (len + hostile->row->again_len <= sizeof(block)) {
		memcpy(block + len, hostile->row->again, hostile->row->again_len);
		len += hostile->row->again_len;
	}
	while (hostile->taken < HOSTILE_OFFER && push(hostile, fd, block, len))
		(void)drain(fd);
}

static void trickle(struct hostile *hostile, int fd)
{
	for (size_t i = 0; push(hostile, fd, hostile->row->again + i % hostile->row->again_len, 1); i++) {
		wait_ms(10);
		if (!drain(fd))
			break;
	}
}

static void listen_on(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static void act(int fd, const void *arg)
{
	struct hostile *hostile = *(struct hostile *const *)arg;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	const struct hostile_row *row = hostile->row;
	char bytes[4096];

	hostile->begun++;
	if (row->hears)
		test_hear(fd);
	else if (!strcmp(row->kind, "https") || !strcmp(row->kind, "tls"))
		(void)!read(fd, bytes, sizeof(bytes));
	if (push(hostile, fd, row->first, row->first_len)) {
		if (row->end == HOSTILE_FLOODS)
			flood(hostile, fd);
		else if (row->end == HOSTILE_TRICKLES)
			trickle(hostile, fd);
		else if (row->end == HOSTILE_IS_SILENT)
			listen_on(fd);
	}
	if (row->end == HOSTILE_RESETS)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	hostile->over++;
}

size_t hostile_peak(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, "VmHWM:", 6))
			kib = strtoul(line + 6, NULL, 10);
	(void)fclose(file);
	assert_true(kib > 0);
	return kib << 10;
}

void hostile_expect_words(const char *what, const char *reason)
{
	size_t len = strnlen(reason, LVS_CHECK_REASON_BYTES);

	if (!len || len == LVS_CHECK_REASON_BYTES)
		fail_msg("%s: a reason of %zu bytes", what, len);
	for (size_t i = 0; i < len; i++)
		if (reason[i] < ' ' || reason[i] > '~')
			fail_msg("%s: byte %zu of the reason is 0x%02x", what, i, (unsigned int)(unsigned char)reason[i]);
}

static void judge(const struct hostile_row *row, struct hostile *hostile, size_t before)
{
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, act, &hostile);
	struct lvs_verdict verdict;
	size_t n = 0, peak;

	while (n < ARRAY_LEN(row->params) && row->params[n].name)
		n++;
	verdict = test_ask(row->kind, &server, row->params, n, row->timeout_ms ? row->timeout_ms : 60000, NULL);
	/* The check has hung up, which the server notices: what it got rid of by then is all. */
	for (int i = 0; hostile->over < hostile->begun && i < 60000; i++)
		wait_ms(1);
	test_server_stop(&server);
	peak = hostile_peak();
	hostile_expect_words(row->what, verdict.reason);
	if (verdict.state != row->state || (row->reason && !strstr(verdict.reason, row->reason)))
		fail_msg("%s, %s: %s, %s", row->kind, row->what, lvs_health_names[verdict.state], verdict.reason);
	if (hostile->over < hostile->begun)
		fail_msg("%s, %s: the connection is still there", row->kind, row->what);
	if (hostile->taken > HOSTILE_TAKEN_MAX)
		fail_msg("%s, %s: %zu bytes were taken", row->kind, row->what, (size_t)hostile->taken);
	if (peak > before + HOSTILE_GROWTH_MAX)
		fail_msg("%s, %s: grew by %zu bytes", row->kind, row->what, peak - before);
}

void hostile_judge(const struct hostile_row *rows, size_t n)
{
	struct hostile *hostile = mmap(NULL, sizeof(*hostile), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t before = hostile_peak();

	assert_true(hostile != MAP_FAILED);
	for (size_t i = 0; i < n; i++) {
		*hostile = (struct hostile){ .row = &rows[i] };
		judge(&rows[i], hostile, before);
	}
	(void)munmap(hostile, sizeof(*hostile));
}
