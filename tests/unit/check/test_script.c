// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

#define SH(script) "/bin/sh -c '" script "'"

static void status_decides(void **state)
{
	static const struct {
		const char *command;
		enum lvs_health_state state;
		enum lvs_check_weight weight;
		int32_t value;
		const char *reason;
	} rows[] = {
		{ SH("exit 0"), LVS_HEALTH_UP, LVS_CHECK_WEIGHT_OWN, 0, "status 0" },
		{ SH("echo all is well; exit 0"), LVS_HEALTH_UP, LVS_CHECK_WEIGHT_OWN, 0, "all is well, status 0" },
		{ SH("echo no disk >&2; exit 1"), LVS_HEALTH_DOWN, LVS_CHECK_WEIGHT_OWN, 0, "no disk, status 1" },
		{ SH("exit 2"), LVS_HEALTH_UP, LVS_CHECK_WEIGHT_ABSOLUTE, 0, "status 2" },
		{ SH("exit 255"), LVS_HEALTH_UP, LVS_CHECK_WEIGHT_ABSOLUTE, 253, "status 255" },
		{ SH("kill -9 $$"), LVS_HEALTH_UNKNOWN, LVS_CHECK_WEIGHT_UNSAID, 0, "ended by signal 9" },
		{ "/nonexistent/script", LVS_HEALTH_UNKNOWN, LVS_CHECK_WEIGHT_UNSAID, 0, "cannot be run: No such file or directory" },
		{ SH("echo $LVSD_ADDRESS $LVSD_PORT"), LVS_HEALTH_UP, LVS_CHECK_WEIGHT_OWN, 0, "127.0.0.1 8080, status 0" },
		{ "/bin/sh -c \"echo $0:$1\" \"a b\" 'c'd", LVS_HEALTH_UP, LVS_CHECK_WEIGHT_OWN, 0, "a b:cd, status 0" },
	};
	const struct test_server server = { .addr = test_addr("127.0.0.1"), .port = 8080 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lvs_check_param params[] = { { "command", rows[i].command } };
		struct lvs_check_answer answer;
		struct lvs_verdict verdict = test_ask("script", &server, params, 1, 60000, &answer);

		assert_string_equal(verdict.reason, rows[i].reason);
		assert_int_equal(verdict.state, rows[i].state);
		assert_int_equal(answer.weight, rows[i].weight);
		assert_int_equal(answer.value, rows[i].value);
	}
}

static void one_that_hangs(void **state)
{
	static const struct lvs_check_param params[] = { { "command", "/bin/sleep 600" } };
	const struct test_server server = { .addr = test_addr("127.0.0.1"), .port = 8080 };
	struct lvs_verdict verdict = test_ask("script", &server, params, 1, 100, NULL);

	(void)state;
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_non_null(strstr(verdict.reason, "within 100 ms"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_decides),
		cmocka_unit_test(one_that_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
