// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/notices.h"

#define UP LVS_EVENT_SERVER_UP
#define DOWN LVS_EVENT_SERVER_DOWN
#define NONE LVS_EVENT_COUNT

/* Return: the file in the directory of @test */
static const char *slurp(const struct test_notices *test, const char *name, char text[4096])
{
	char path[64];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", test->dir, name);
	file = fopen(path, "re");
	n = file ? fread(text, 1, 4095, file) : 0;
	text[n] = '\0';
	if (file)
		(void)fclose(file);
	return text;
}

static void the_contract(void **state)
{
	struct test_notices test;
	char text[4096], *time;

	(void)state;
	test_notices_init(&test, true);
	(void)snprintf(test.conf.script, sizeof(test.conf.script),
		       "/bin/sh -c 'env | grep -v \"^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD=\" | LC_ALL=C sort >%s/$0' \"a b\"", test.dir);
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, DOWN, UP);
	test_notices_until_over(&test, LVS_NOTIFY_script, 1);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).sent, 1);
	(void)slurp(&test, "a b", text);
	/* The host's name and the time are what they are. */
	assert_ptr_equal(strstr(text, "LVSD_DIRECTOR="), text);
	time = strstr(text, "\nLVSD_TIME=20");
	assert_non_null(time);
	*time = '\0';
	assert_string_equal(strchr(text, '\n'),
			    "\nLVSD_EVENT=server_down\nLVSD_MESSAGE=it is server_down\nLVSD_PREVIOUS=up\nLVSD_REASON=because\nLVSD_SECONDS=\n"
			    "LVSD_SERVER=a\"b\nLVSD_SERVER_ADDRESS=[10.0.0.1]:tcp:8080\nLVSD_SERVICE=web\n"
			    "LVSD_SERVICE_ADDRESS=[192.0.2.10]:tcp:80\nLVSD_STATE=down");
	assert_string_equal(strchr(time + 1, '\n'),
			    "\nLVSD_WEIGHT=3\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
	test_notices_fini(&test);
}

/* The first one holds until there is a file; the others wait meanwhile. */
static void one_at_a_time(void **state)
{
	struct test_notices test;
	char text[4096], gate[64];

	(void)state;
	test_notices_init(&test, true);
	(void)snprintf(gate, sizeof(gate), "%s/gate", test.dir);
	(void)snprintf(test.conf.script, sizeof(test.conf.script),
		       "/bin/sh -c 'until [ -e %s ]; do sleep 0.01; done; echo $LVSD_EVENT $LVSD_PREVIOUS >>%s/order'", gate, test.dir);
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, UP, NONE);
	for (int i = 0; i < 1000; i++) {	/* flaps, and is down at last */
		test_notices_put(&test, DOWN, UP);
		test_notices_put(&test, UP, DOWN);
	}
	test_notices_put(&test, DOWN, UP);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).waiting, 2);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).superseded, 2000);
	(void)fclose(fopen(gate, "we"));
	test_notices_until_over(&test, LVS_NOTIFY_script, 3);
	assert_string_equal(slurp(&test, "order", text), "server_up\nserver_down up\nquorum_lost\n");
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).waiting, 0);
	test_notices_fini(&test);
}

static void programs_that_fail(void **state)
{
	static const char *const scripts[] = {
		"/bin/sh -c 'exit 3'", "/bin/sh -c 'kill -9 $$'", "/nonexistent/program", "/bin/sleep 600",
	};
	struct test_notices test;

	(void)state;
	test_notices_init(&test, true);
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, DOWN, UP);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).waiting, 0);
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(test.conf.script, sizeof(test.conf.script), "%s", scripts[i]);
		test.conf.script_timeout = i == 3 ? 50 * LVS_NS_PER_MS : LVS_SECONDS(600);
		lvs_notices_configure(test.notices, &test.conf);
		test_notices_put(&test, DOWN, UP);
		test_notices_until_over(&test, LVS_NOTIFY_script, i + 1);
		assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).failed, i + 1);
	}
	/* The last one is under way when all ends, and another one waits. */
	test.conf.script_timeout = LVS_SECONDS(600);
	lvs_notices_configure(test.notices, &test.conf);
	test_notices_put(&test, DOWN, UP);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
	test_notices_fini(&test);
}

static void without_a_helper(void **state)
{
	struct test_notices test;

	(void)state;
	test_notices_init(&test, false);
	(void)snprintf(test.conf.script, sizeof(test.conf.script), "/bin/true");
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, DOWN, UP);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_script).dropped, 1);
	test_notices_fini(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contract),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(programs_that_fail),
		cmocka_unit_test(without_a_helper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
