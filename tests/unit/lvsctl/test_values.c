// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "lvsctl/command.h"
#include "lvsctl/values.h"

/* @json: what comes of it; NULL: a message and LVS_EXIT_USAGE */
static const struct row {
	const char *what;
	const struct lvs_conf_group *group;
	const char *args[4];
	const char *json;
} rows[] = {
	{ "a number", &lvs_conf_server_group, { "weight=7" }, "{\"weight\":7}" },
	{ "one that is none is the daemon's to refuse", &lvs_conf_server_group, { "weight=heavy" }, "{\"weight\":\"heavy\"}" },
	{ "one that is too large as well", &lvs_conf_server_group, { "weight=70000" }, "{\"weight\":70000}" },
	{ "seconds with a fraction", &lvs_conf_service_group, { "initial_wait=2.5" }, "{\"initial_wait\":2.5}" },
	{ "a truth", &lvs_conf_service_group, { "one_packet=yes", "pickup=off" }, "{\"one_packet\":true,\"pickup\":false}" },
	{ "words and texts", &lvs_conf_service_group, { "scheduler=rr", "name=80" }, "{\"scheduler\":\"rr\",\"name\":\"80\"}" },
	{ "a list", &lvs_conf_service_group, { "scheduler_flags=mh-port,flag-1" }, "{\"scheduler_flags\":[\"mh-port\",\"flag-1\"]}" },
	{ "keys of a group", &lvs_conf_service_group, { "persistent.timeout=60", "persistent.netmask=255.255.255.0" },
	  "{\"persistent\":{\"timeout\":60,\"netmask\":\"255.255.255.0\"}}" },
	{ "a group with its defaults", &lvs_conf_service_group, { "persistent=true" }, "{\"persistent\":{}}" },
	{ "a group as JSON", &lvs_conf_server_group, { "drain={\"timeout\":5}" }, "{\"drain\":{\"timeout\":5}}" },
	{ "servers", &lvs_conf_service_group, { "servers=10.0.0.1:80,10.0.0.2" },
	  "{\"servers\":[{\"address\":\"10.0.0.1:80\"},{\"address\":\"10.0.0.2\"}]}" },
	{ "back to the default", &lvs_conf_server_group, { "drain=" }, "{\"drain\":null}" },
	{ "a value with an equals sign", &lvs_conf_service_group, { "name=a=b" }, "{\"name\":\"a=b\"}" },
	{ "nothing at all", &lvs_conf_service_group, { NULL }, "{}" },
	{ "no value", &lvs_conf_service_group, { "scheduler" }, NULL },
	{ "no such key", &lvs_conf_service_group, { "schedular=rr" }, NULL },
	{ "no such key in a group", &lvs_conf_service_group, { "persistent.tiemout=1" }, NULL },
	{ "what is no group", &lvs_conf_service_group, { "name.x=1" }, NULL },
	{ "a group that is no JSON", &lvs_conf_service_group, { "persistent=60" }, NULL },
	{ "no key", &lvs_conf_service_group, { "=1" }, NULL },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *args[4], *text;
		json_t *object = NULL;
		size_t n = 0;
		int status;

		while (n < 4 && rows[i].args[n]) {
			args[n] = strdup(rows[i].args[n]);
			n++;
		}
		status = lvs_values(rows[i].group, args, n, &object);
		text = object ? json_dumps(object, JSON_COMPACT) : NULL;
		if (status != (rows[i].json ? LVS_EXIT_OK : LVS_EXIT_USAGE) || !text != !rows[i].json ||
		    (text && strcmp(text, rows[i].json) != 0))
			fail_msg("%s: status %d, %s", rows[i].what, status, text ? text : "nothing");
		for (size_t k = 0; k < n; k++) {
			assert_string_equal(args[k], rows[i].args[k]);
			free(args[k]);
		}
		free(text);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
