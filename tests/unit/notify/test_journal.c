// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "sys/log.h"
#include "tests/lib/child.h"
#include "tests/lib/journal.h"
#include "tests/lib/notices.h"

/* Return: the next entry, with a '\n' in front */
static const char *entry(int journal, char text[8192])
{
	ssize_t n = read(journal, text + 1, 8190);

	CHECK(n > 0);
	text[0] = '\n';
	text[n + 1] = '\0';
	return text;
}

static int entries(void *arg)
{
	int journal = test_journal(true);
	struct test_notices test;
	struct lvs_log *log;
	const char *got;
	char text[8192];

	(void)arg;
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	test_notices_init(&test, false);
	test.conf.topics = 0;	/* is about the others */
	test_notices_start(&test, NULL, log);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, LVS_EVENT_QUORUM_GAINED);
	got = entry(journal, text);
	CHECK(!strncmp(got, "\nMESSAGE=it is quorum_lost\nPRIORITY=4\nSYSLOG_IDENTIFIER=lvsd\nMESSAGE_ID=ffd82db8f3b64c1d931c7249e34cf136\n", 103));
	CHECK(strstr(got, "\nLVSD_EVENT=quorum_lost\n") && strstr(got, "\nLVSD_SERVICE=web\n") && strstr(got, "\nLVSD_STATE=lost\n"));
	CHECK(strstr(got, "\nLVSD_PREVIOUS=gained\n") && strstr(got, "\nLVSD_WEIGHT=3\n") && strstr(got, "\nLVSD_REASON=because\n"));
	CHECK(strstr(got, "\nLVSD_TIME=20") && strstr(got, "\nLVSD_SERVICE_ADDRESS=[192.0.2.10]:tcp:80\n"));
	CHECK(!strstr(got, "LVSD_SERVER") && !strstr(got, "LVSD_MESSAGE"));
	test_notices_put(&test, LVS_EVENT_SERVER_UP, LVS_EVENT_COUNT);
	got = entry(journal, text);
	CHECK(strstr(got, "\nPRIORITY=5\n") && strstr(got, "\nLVSD_SERVER=a\"b\n") && !strstr(got, "LVSD_PREVIOUS"));
	test.conf.journal = false;
	lvs_notices_configure(test.notices, &test.conf);
	test_notices_put(&test, LVS_EVENT_RELOAD_REFUSED, LVS_EVENT_COUNT);
	CHECK(!strcmp(entry(journal, text), "\nMESSAGE=it is reload_refused\nPRIORITY=3\nSYSLOG_IDENTIFIER=lvsd\n"));
	test_notices_fini(&test);
	lvs_log_free(log);
	return TEST_CHILD_OK;
}

static void entries_have_fields(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNS, entries, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(entries_have_fields) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
