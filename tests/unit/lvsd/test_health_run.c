// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks that somebody wants to have now: what they find, what follows from it, and what is remembered of it. */
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "conf/conf.h"
#include "lvsd/health_records.h"
#include "tests/lib/ward.h"

/* Never again by itself while a test runs. */
#define RARELY "interval = 3600; fast_interval = 3600; timeout = 3000;"
#define CHECK_RARELY "check: { type = \"tcp\"; rise = 1; fall = 1; " RARELY " };"
/* Whoever listens and says nothing is waited for. */
#define CHECK_ENDLESS "check: { type = \"smtp\"; " RARELY " };"

/* What was answered to a wish, and what was true then. */
struct answer {
	struct ward *ward;
	int times;
	size_t n;
	struct lvs_health_result results[4];
	enum lvs_health_state state;
};

static void on_done(void *arg, const struct lvs_health_result *results, size_t n)
{
	struct answer *answer = arg;

	answer->times++;
	answer->n = n;
	memcpy(answer->results, results, n * sizeof(*results));
	answer->state = ward_view(answer->ward, 0).state;
	answer->ward->mark++;
}

static int wish(struct ward *f, int i, struct answer *answer)
{
	const struct lvs_conf_service *service = &f->conf->services[f->web];

	*answer = (struct answer){ .ward = f };
	return lvs_health_check_now(f->health, service, &service->servers[i], on_done, answer);
}

static bool one_answer(struct ward *f) { return f->mark == 1; }

/* Of the first server. */
static struct answer ask(struct ward *f)
{
	struct answer answer;

	f->mark = 0;
	assert_int_equal(wish(f, 0, &answer), 0);
	assert_int_equal(answer.times, 0);
	ward_wait_for(f, one_answer);
	assert_int_equal(answer.times, 1);
	return answer;
}

static const struct lvs_health_change *change(struct ward *f, size_t back)
{
	const struct lvs_conf_service *service = &f->conf->services[f->web];

	return lvs_health_change(f->health, service, &service->servers[0], back);
}

static void assert_change(struct ward *f, size_t back, enum lvs_health_state from, enum lvs_health_state to, const char *reason)
{
	assert_non_null(change(f, back));
	assert_int_equal(change(f, back)->from, from);
	assert_int_equal(change(f, back)->to, to);
	assert_string_equal(change(f, back)->reason, reason);
}

static void what_is_found_is_true_at_once(void **state)
{
	struct ward *f = *state;
	struct answer answer;

	ward_start(f, CHECK_RARELY, "");
	answer = ask(f);
	assert_int_equal(answer.n, 1);
	assert_true(!strncmp(answer.results[0].asked, "127.0.0.1:", 10));
	assert_string_equal(answer.results[0].type, "tcp");
	assert_int_equal(answer.results[0].outcome, LVS_OUTCOME_PASSED);
	assert_int_equal(answer.results[0].state, LVS_HEALTH_UP);
	assert_true(answer.results[0].latency > 0);
	assert_int_equal(answer.state, LVS_HEALTH_UP);
	ward_take_down(f, 0);
	answer = ask(f);
	assert_int_equal(answer.results[0].outcome, LVS_OUTCOME_FAILED);
	assert_string_equal(answer.results[0].reason, "connect: Connection refused");
	assert_int_equal(answer.results[0].state, LVS_HEALTH_DOWN);
	assert_int_equal(answer.state, LVS_HEALTH_DOWN);
	assert_int_equal(ward_weights(f) / 10000, 0);
	ward_bring_up(f, 0);
	assert_int_equal(ask(f).state, LVS_HEALTH_UP);
	assert_int_equal(ward_weights(f) / 10000, 10);
}

static void it_counts_as_any_other(void **state)
{
	struct ward *f = *state;

	ward_start(f, "check: { type = \"tcp\"; rise = 2; fall = 3; " RARELY " };", "");
	assert_int_equal(ask(f).state, LVS_HEALTH_UP);
	ward_take_down(f, 0);
	assert_int_equal(ask(f).state, LVS_HEALTH_UP);
	assert_int_equal(ask(f).state, LVS_HEALTH_UP);
	assert_int_equal(ask(f).state, LVS_HEALTH_DOWN);
	ward_bring_up(f, 0);
	assert_int_equal(ask(f).state, LVS_HEALTH_DOWN);
	assert_int_equal(ask(f).state, LVS_HEALTH_UP);
}

static void all_of_its_checks_are_run(void **state)
{
	struct ward *f = *state;
	struct answer answer;

	/* The second one asks from an address that is not ours. */
	ward_start(f, CHECK_RARELY "checks: ( { type = \"tcp\"; source = \"192.0.2.250\"; " RARELY " } );", "");
	answer = ask(f);
	assert_int_equal(answer.n, 2);
	assert_int_equal(answer.results[0].outcome, LVS_OUTCOME_PASSED);
	assert_int_equal(answer.results[1].outcome, LVS_OUTCOME_BROKEN);
	assert_int_equal(answer.results[1].latency, 0);
	assert_int_equal(answer.state, LVS_HEALTH_UNKNOWN);
}

static void who_is_not_checked_is_not_checked_now(void **state)
{
	struct answer answer;

	ward_start(*state, "", "");
	assert_int_equal(wish(*state, 0, &answer), -ENOENT);
	ward_reload(*state, ward_configure(*state, "", "check: { type = \"tcp\"; " RARELY " };"));
	assert_int_equal(wish(*state, 1, &answer), -ENOENT);
	assert_int_equal(ask(*state).n, 1);
}

static bool all_answered(struct ward *f) { return f->mark == LVS_HEALTH_RUNS_MAX; }

/* So many and no more; a reload that takes the check away ends them, and then there is room again. */
static void there_is_an_end_to_wishes(void **state)
{
	struct answer answers[LVS_HEALTH_RUNS_MAX], beyond;
	struct ward *f = *state;

	ward_start(f, CHECK_ENDLESS, "");
	for (size_t i = 0; i < LVS_HEALTH_RUNS_MAX; i++)
		assert_int_equal(wish(f, (int)i % 2, &answers[i]), 0);
	assert_int_equal(wish(f, 2, &beyond), -EBUSY);
	f->mark = 0;
	ward_reload(f, ward_configure(f, CHECK_ENDLESS "mss = 1000;", ""));
	assert_int_equal(f->mark, 0);	/* nothing has changed for them */
	ward_reload(f, ward_configure(f, CHECK_RARELY, ""));
	ward_wait_for(f, all_answered);
	for (size_t i = 0; i < LVS_HEALTH_RUNS_MAX; i++) {
		assert_int_equal(answers[i].times, 1);
		assert_int_equal(answers[i].n, 1);
		assert_string_equal(answers[i].results[0].type, "smtp");
		assert_true(answers[i].results[0].gone);
	}
	assert_int_equal(ask(f).results[0].outcome, LVS_OUTCOME_PASSED);
}

/* The teardown ends it under way; nobody is told any more. */
static void the_end_of_all_ends_wishes(void **state)
{
	static struct answer answer;

	ward_start(*state, CHECK_ENDLESS, "");
	assert_int_equal(wish(*state, 0, &answer), 0);
}

static void changes_are_remembered(void **state)
{
	struct ward *f = *state;

	ward_start(f, CHECK_RARELY, "");
	assert_null(change(f, 0));
	(void)ask(f);
	assert_change(f, 0, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UP, "tcp check: connected");
	assert_true(change(f, 0)->time > 0);
	(void)ask(f);
	assert_null(change(f, 1));
	ward_take_down(f, 0);
	(void)ask(f);
	assert_change(f, 0, LVS_HEALTH_UP, LVS_HEALTH_DOWN, "tcp check: connect: Connection refused");
	/* By reloads of whatever: of the service, of nothing, of the server itself, of how it is asked. */
	ward_reload(f, ward_configure(f, CHECK_RARELY "mss = 1000;", ""));
	ward_reload(f, ward_configure(f, CHECK_RARELY "mss = 1000;", ""));
	assert_null(change(f, 2));
	ward_reload(f, ward_configure(f, CHECK_RARELY, "maintenance = true;"));
	assert_change(f, 0, LVS_HEALTH_DOWN, LVS_HEALTH_MAINTENANCE, "maintenance");
	ward_reload(f, ward_configure(f, CHECK_RARELY, "check: { type = \"tcp\"; rise = 2; " RARELY " };"));
	assert_change(f, 0, LVS_HEALTH_MAINTENANCE, LVS_HEALTH_UNKNOWN, "tcp check: no answer yet");
	assert_change(f, 2, LVS_HEALTH_UP, LVS_HEALTH_DOWN, "tcp check: connect: Connection refused");
	assert_change(f, 3, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UP, "tcp check: connected");
	assert_null(change(f, 4));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ward_setup, ward_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_found_is_true_at_once),
		TEST(it_counts_as_any_other),
		TEST(all_of_its_checks_are_run),
		TEST(who_is_not_checked_is_not_checked_now),
		TEST(there_is_an_end_to_wishes),
		TEST(the_end_of_all_ends_wishes),
		TEST(changes_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
