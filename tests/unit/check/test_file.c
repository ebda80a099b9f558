// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

static struct lvs_verdict ask(const char *path, struct lvs_check_answer *ret_answer)
{
	const struct lvs_check_param params[] = { { "file", path } };
	const struct test_server server = { .addr = test_addr("127.0.0.1") };

	return test_ask("file", &server, params, 1, 20000, ret_answer);
}

static void says_what_stands_in_it(void **state)
{
	static const struct { const char *text; enum lvs_health_state state; const char *reason; } rows[] = {
		{ "up\n", LVS_HEALTH_UP, "said \"up\"" },	{ "up", LVS_HEALTH_UP, "said \"up\"" },
		{ "down # moved\nup\n", LVS_HEALTH_DOWN, "said \"down # moved\"" },
		{ "", LVS_HEALTH_UNKNOWN, "said nothing" },	{ "maybe\n", LVS_HEALTH_UNKNOWN, "cannot make sense of \"maybe\"" },
	};
	char path[] = "/tmp/lvsd-file-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_verdict verdict;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].text, strlen(rows[i].text), 0), strlen(rows[i].text));
		verdict = ask(path, NULL);
		assert_string_equal(verdict.reason, rows[i].reason);
		assert_int_equal(verdict.state, rows[i].state);
	}
	(void)close(fd);
	(void)unlink(path);
}

/* A pipe in its place holds nobody up, and a large file is not read. */
static void what_is_no_file(void **state)
{
	char dir[] = "/tmp/lvsd-file-XXXXXX", path[64];
	struct lvs_verdict verdict;

	(void)state;
	assert_non_null(mkdtemp(dir));
	verdict = ask(dir, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_UNKNOWN);
	assert_non_null(strstr(verdict.reason, "not a file"));
	(void)snprintf(path, sizeof(path), "%s/x", dir);
	verdict = ask(path, NULL);
	assert_non_null(strstr(verdict.reason, "No such file"));
	assert_int_equal(verdict.last, LVS_OUTCOME_BROKEN);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_non_null(strstr(ask(path, NULL).reason, "not a file"));
	(void)unlink(path);
	(void)rmdir(dir);
	assert_int_equal(ask("/proc/self/maps", NULL).last, LVS_OUTCOME_BROKEN);
}

static void weight_stands_in_it_too(void **state)
{
	char path[] = "/tmp/lvsd-file-XXXXXX";
	struct lvs_check_answer answer;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "12\n", 3), 3);
	assert_int_equal(ask(path, &answer).state, LVS_HEALTH_UP);
	assert_int_equal(answer.weight, LVS_CHECK_WEIGHT_ABSOLUTE);
	assert_int_equal(answer.value, 12);
	(void)close(fd);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_stands_in_it),
		cmocka_unit_test(what_is_no_file),
		cmocka_unit_test(weight_stands_in_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
