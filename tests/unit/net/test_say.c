// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "net/say.h"

static void count(void *arg, enum lvs_net_level level, const char *text)
{
	int *n = arg;

	assert_int_equal(level, LVS_NET_WARNING);
	assert_non_null(text);
	(*n)++;
}

static void what_lasts_is_said_once(void **state)
{
	int n = 0;
	struct lvs_net_say say = { .arg = &n, .say = count };

	(void)state;
	for (int round = 0; round < 5; round++) {
		lvs_net_complain(&say, LVS_NET_WARNING, "\"%s\" is down", "eth0");
		lvs_net_complain(&say, LVS_NET_WARNING, "\"%s\" is down", "eth0");
		lvs_net_say_round(&say);
	}
	assert_int_equal(n, 1);
	lvs_net_complain(&say, LVS_NET_WARNING, "\"%s\" is down", "eth1");
	assert_int_equal(n, 2);
	lvs_net_say_fini(&say);
}

static void what_comes_back_is_news(void **state)
{
	int n = 0;
	struct lvs_net_say say = { .arg = &n, .say = count };

	(void)state;
	lvs_net_complain(&say, LVS_NET_WARNING, "no route");
	lvs_net_say_round(&say);
	lvs_net_say_round(&say);	/* a round in which it was fine */
	lvs_net_complain(&say, LVS_NET_WARNING, "no route");
	assert_int_equal(n, 2);
	lvs_net_say_fini(&say);
}

static void events_are_said_each_time(void **state)
{
	int n = 0;
	struct lvs_net_say say = { .arg = &n, .say = count };

	(void)state;
	lvs_net_say(&say, LVS_NET_WARNING, "brought up");
	lvs_net_say(&say, LVS_NET_WARNING, "brought up");
	assert_int_equal(n, 2);
	lvs_net_say_fini(&say);
}

static void many_and_long_complaints_are_kept_apart(void **state)
{
	int n = 0;
	struct lvs_net_say say = { .arg = &n, .say = count };

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 100; i++)
			lvs_net_complain(&say, LVS_NET_WARNING, "%0*d", 400, i);
		lvs_net_complain(&say, LVS_NET_WARNING, "%0*d", 2000, 1);
		lvs_net_say_round(&say);
	}
	assert_int_equal(n, 101);
	lvs_net_say_fini(&say);
}

static void silence_is_possible(void **state)
{
	struct lvs_net_say say = { 0 };

	(void)state;
	lvs_net_say(&say, LVS_NET_ERROR, "nobody hears this");
	lvs_net_complain(&say, LVS_NET_ERROR, "nor this");
	lvs_net_say_fini(&say);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lasts_is_said_once),
		cmocka_unit_test(what_comes_back_is_news),
		cmocka_unit_test(events_are_said_each_time),
		cmocka_unit_test(many_and_long_complaints_are_kept_apart),
		cmocka_unit_test(silence_is_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
