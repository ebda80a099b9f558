// SPDX-License-Identifier: GPL-2.0-or-later
/* Dropping privileges for real, in children, from every way there is to be started. What counts is what the kernel says. */
#include "tests/lib/test.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "priv/stages.h"
#include "tests/lib/child.h"

#define NET_ADMIN (1ULL << CAP_NET_ADMIN)

static char message[LVS_PRIV_MESSAGE_MAX];

/* A hexadecimal or decimal number in /proc/self/status, or ~0 */
static unsigned long long status(const char *field, int base)
{
	unsigned long long value = ~0ULL;
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");

	CHECK(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0 && line[strlen(field)] == ':')
			value = strtoull(line + strlen(field) + 1, NULL, base);
	(void)fclose(file);
	return value;
}

static void drop(const char *user, const char *group, bool net_admin)
{
	const struct lvs_priv_params params = { .user = user, .group = group, .net_admin = net_admin };
	int err = lvs_priv_drop(&params, message);

	if (err < 0)
		(void)fprintf(stderr, "%s\n", message);
	CHECK(err == 0);
}

static void check_capabilities(unsigned long long caps, bool bounding)
{
	CHECK(status("CapEff", 16) == caps);
	CHECK(status("CapPrm", 16) == caps);
	CHECK(status("CapInh", 16) == 0);
	CHECK(status("CapAmb", 16) == 0);
	if (bounding)
		CHECK(status("CapBnd", 16) == 0);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
#ifndef LVS_SANITIZED
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
#endif
	CHECK(strstr(message, caps ? "with CAP_NET_ADMIN only" : "with no capability"));
}

static void need_root(void)
{
	if (geteuid() == 0 && capng_get_caps_process() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID))
		return;
	(void)fprintf(stderr, "not started by root\n");
	_exit(TEST_CHILD_SKIP);
}

static int root_to_number(void *arg)
{
	gid_t groups[] = { 1, 2, 3 };

	(void)arg;
	need_root();
	CHECK(setgroups(3, groups) == 0);
	drop("4711", NULL, false);
	CHECK(getuid() == 4711 && geteuid() == 4711 && getgid() == 4711 && getegid() == 4711);
	CHECK(getgroups(0, NULL) == 0);
	CHECK(setuid(0) < 0 && setgid(0) < 0);
	check_capabilities(0, true);
	CHECK(strstr(message, "running as uid 4711, gid 4711 "));
	return TEST_CHILD_OK;
}

static int root_to_name(void *arg)
{
	(void)arg;
	need_root();
	drop("daemon", "4712", true);
	CHECK(getuid() != 0 && getgid() == 4712);
	check_capabilities(NET_ADMIN, true);
	return TEST_CHILD_OK;
}

static int root_to_default(void *arg)
{
	(void)arg;
	need_root();
	drop(NULL, NULL, false);
	CHECK(getuid() != 0 && getgid() != 0);
	check_capabilities(0, true);
	return TEST_CHILD_OK;
}

static int root_stays_root(void *arg)
{
	(void)arg;
	need_root();
	drop("root", NULL, false);
	CHECK(getuid() == 0);
	check_capabilities(0, true);
	return TEST_CHILD_OK;
}

/* As in a container that was given CAP_NET_ADMIN and nothing else. */
static int root_without_setuid(void *arg)
{
	(void)arg;
	need_root();
	capng_clear(CAPNG_SELECT_CAPS);
	CHECK(capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN) == 0);
	CHECK(capng_apply(CAPNG_SELECT_CAPS) == 0);
	drop("4711", NULL, true);
	CHECK(getuid() == 0);
	check_capabilities(NET_ADMIN, false);
	CHECK(strstr(message, "no CAP_SETUID"));
	return TEST_CHILD_OK;
}

/* As systemd starts a unit with User= and AmbientCapabilities=CAP_NET_ADMIN. */
static int user_with_ambient(void *arg)
{
	bool keep = *(bool *)arg;

	need_root();
	capng_clear(CAPNG_SELECT_BOTH);
	CHECK(capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE | CAPNG_BOUNDING_SET,
			    CAP_NET_ADMIN, -1) == 0);
	CHECK(capng_change_id(4711, 4711, CAPNG_DROP_SUPP_GRP) == 0);
	CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) == 0);
	drop("daemon", NULL, keep);
	CHECK(getuid() == 4711);
	check_capabilities(keep ? NET_ADMIN : 0, false);
	return TEST_CHILD_OK;
}

static int user_without_anything(void *arg)
{
	(void)arg;
	if (geteuid() == 0)
		CHECK(setgroups(0, NULL) == 0 && setgid(4711) == 0 && setuid(4711) == 0);
	drop(NULL, NULL, true);
	check_capabilities(0, false);
	return TEST_CHILD_OK;
}

static int namespace_root(void *arg)
{
	bool keep = *(bool *)arg;

	drop(NULL, NULL, keep);
	CHECK(getuid() == 0);
	check_capabilities(keep ? NET_ADMIN : 0, true);
	CHECK(strstr(message, "this user namespace knows no other user"));
	return TEST_CHILD_OK;
}

static int nobody_of_that_name(void *arg)
{
	const struct lvs_priv_params user = { .user = "no such user" }, group = { .user = "daemon", .group = "4711x" };
	const struct lvs_priv_params minus_one = { .user = "4294967295" };

	(void)arg;
	CHECK(lvs_priv_drop(&user, message) == -ENOENT);
	CHECK(strcmp(message, "there is no user \"no such user\"") == 0);
	CHECK(lvs_priv_drop(&group, message) == -ENOENT);
	CHECK(strcmp(message, "there is no group \"4711x\"") == 0);
	CHECK(lvs_priv_drop(&minus_one, message) == -ENOENT);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);	/* nothing was changed */
	return TEST_CHILD_OK;
}

static void root_becomes_a_numbered_user(void **state)
{
	(void)state;
	test_judge(test_in_child(root_to_number, NULL));
}

static void root_becomes_a_named_user_and_keeps_what_is_asked_for(void **state)
{
	(void)state;
	test_judge(test_in_child(root_to_name, NULL));
}

static void root_becomes_somebody_even_when_nobody_is_named(void **state)
{
	(void)state;
	test_judge(test_in_child(root_to_default, NULL));
}

static void root_may_stay_root_but_powerless(void **state)
{
	(void)state;
	test_judge(test_in_child(root_stays_root, NULL));
}

static void root_without_setuid_stays_and_says_so(void **state)
{
	(void)state;
	test_judge(test_in_child(root_without_setuid, NULL));
}

static void a_user_with_an_ambient_capability_keeps_or_loses_it(void **state)
{
	bool keep[] = { false, true };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keep); i++)
		test_judge(test_in_child(user_with_ambient, &keep[i]));
}

static void a_user_without_anything_has_nothing_to_lose(void **state)
{
	(void)state;
	test_judge(test_in_child(user_without_anything, NULL));
}

static void the_root_of_a_user_namespace_loses_its_capabilities(void **state)
{
	bool keep[] = { false, true };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keep); i++)
		test_judge(test_in_namespaces(CLONE_NEWNET, namespace_root, &keep[i]));
}

static void says_which_name_is_unknown_and_changes_nothing(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(0, nobody_of_that_name, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_becomes_a_numbered_user),
		cmocka_unit_test(root_becomes_a_named_user_and_keeps_what_is_asked_for),
		cmocka_unit_test(root_becomes_somebody_even_when_nobody_is_named),
		cmocka_unit_test(root_may_stay_root_but_powerless),
		cmocka_unit_test(root_without_setuid_stays_and_says_so),
		cmocka_unit_test(a_user_with_an_ambient_capability_keeps_or_loses_it),
		cmocka_unit_test(a_user_without_anything_has_nothing_to_lose),
		cmocka_unit_test(the_root_of_a_user_namespace_loses_its_capabilities),
		cmocka_unit_test(says_which_name_is_unknown_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
