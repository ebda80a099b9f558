// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on a configuration of three services: what they make of it, and what is said of those that make no sense. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "control/batch.h"
#include "control/edit.h"

static const char text[] =
	"services: (\n"
	"  { name = \"web\"; address = \"192.0.2.10:80\"; scheduler = \"wlc\"; persistent: { timeout = 60; };\n"
	"    servers: ( { address = \"10.0.0.1:8080\"; weight = 2; }, { address = \"10.0.0.2:8080\"; forward = \"fullnat\"; } ); },\n"
	"  { address = \"[2001:db8::53]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8:1::1]:53\"; } ); },\n"
	"  { mark = 7; servers: ( { address = \"10.0.0.3\"; } ); }\n"
	");\n"
	"director: { dip = \"10.0.0.9\"; };\n";

static struct lvs_conf *parse(const char *conf_text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;

	if (lvs_conf_parse(conf_text, strlen(conf_text), "test", &errors, &conf))
		fail_msg("%s", errors.list[0].message);
	return conf;
}

static char *dump(const struct lvs_conf *conf)
{
	char *out = NULL;
	size_t len;
	FILE *file = open_memstream(&out, &len);

	assert_non_null(file);
	assert_int_equal(lvs_conf_dump(conf, file), 0);
	assert_int_equal(fclose(file), 0);
	return out;
}

/* One request as its method, path and body; or a batch. */
static int make(const struct lvs_conf *running, const char *batch, struct lvs_edit *edit, struct lvs_conf **ret_conf)
{
	json_error_t error;
	json_t *body = json_loads(batch, JSON_REJECT_DUPLICATES, &error);
	int err;

	if (!body)
		fail_msg("%s: %s", batch, error.text);
	memset(edit, 0, sizeof(*edit));
	err = lvs_batch_make(body, running, edit, ret_conf);
	json_decref(body);
	return err;
}

#define BATCH(operations) "{\"operations\":[" operations "]}"
#define OP(method, path, body) "{\"method\":\"" method "\",\"path\":\"/v1/" path "\",\"body\":" body "}"
#define WEB "services/tcp:192.0.2.10:80"
#define DNS "services/udp:%5b2001:db8::53%5d:53"

static const struct {
	const char *what;
	const char *batch;
	const char *has[4];	/* in what comes of it, as text */
	const char *hasnt;
} good[] = {
	{ "a key changes", BATCH(OP("PATCH", WEB, "{\"scheduler\":\"rr\"}")),
	  { "scheduler = \"rr\"", "timeout = 60", "weight = 2", "forward = \"fullnat\"" }, NULL },
	{ "a key of a group changes, and its neighbours stay",
	  BATCH(OP("PATCH", WEB, "{\"persistent\":{\"netmask\":\"255.255.255.0\"}}")),
	  { "timeout = 60", "netmask = \"255.255.255.0\"" }, NULL },
	{ "null takes a group away", BATCH(OP("PATCH", WEB, "{\"persistent\":null}")), { "name = \"web\"" }, "timeout = 60" },
	{ "null is a default", BATCH(OP("PATCH", "services/web/servers/10.0.0.1:8080", "{\"weight\":null}")),
	  { "10.0.0.1:8080" }, "weight = 2" },
	{ "a service is replaced, its servers stay", BATCH(OP("PUT", WEB, "{}")),
	  { "10.0.0.1:8080", "weight = 2", "name = \"tcp-192.0.2.10:80\"" }, "name = \"web\"" },
	{ "and are replaced with it", BATCH(OP("PUT", WEB, "{\"servers\":[{\"address\":\"10.0.0.7:80\"}]}")),
	  { "10.0.0.7:80" }, "10.0.0.1:8080" },
	{ "or go", BATCH(OP("PATCH", WEB, "{\"servers\":[]}")), { "\"web\"" }, "10.0.0.1:8080" },
	{ "servers follow their service", BATCH(OP("PATCH", WEB, "{\"client_address\":\"toa\"}")),
	  { "client_address = \"toa\"" }, NULL },
	{ "a new service of IPv6", BATCH(OP("PUT", "services/tcp:%5B2001:db8::1%5D:80", "{\"scheduler\":\"sh\"}")),
	  { "address = \"[2001:db8::1]:80\"", "scheduler = \"sh\"" }, NULL },
	{ "a new service of a mark", BATCH(OP("PUT", "services/fwm6:9", "{}")), { "mark = 9", "family = \"inet6\"" }, NULL },
	{ "a new service of ports", BATCH(OP("PUT", "services/tcp:192.0.2.11:80,443", "{}")), { "ports = \"80,443\"" }, NULL },
	{ "all ports", BATCH(OP("PUT", "services/tcp:192.0.2.11:0", "{\"persistent\":{}}")),
	  { "address = \"192.0.2.11\"" }, NULL },
	{ "a server comes by its path", BATCH(OP("PUT", "services/web/servers/10.0.0.5:81", "{\"weight\":5}")),
	  { "address = \"10.0.0.5:81\"", "weight = 5" }, NULL },
	{ "a server of no port", BATCH(OP("PUT", "services/fwm:7/servers/10.0.0.5:0", "{}")), { "address = \"10.0.0.5\"" }, NULL },
	{ "one goes", BATCH("{\"method\":\"DELETE\",\"path\":\"/v1/services/web/servers/10.0.0.1:8080\"}"),
	  { "10.0.0.2:8080" }, "10.0.0.1:8080" },
	{ "a service goes", BATCH("{\"method\":\"DELETE\",\"path\":\"/v1/services/web\"}"), { "mark = 7" }, "\"web\"" },
	{ "all go, and one comes",
	  BATCH("{\"method\":\"DELETE\",\"path\":\"/v1/services\"}," OP("PUT", "services/tcp:192.0.2.12:80", "{}")),
	  { "192.0.2.12:80" }, "mark = 7" },
	{ "it goes and comes again", BATCH("{\"method\":\"DELETE\",\"path\":\"/v1/services/web\"}," OP("PUT", WEB, "{}")),
	  { "192.0.2.10:80" }, "10.0.0.1" },
	{ "words in a list", BATCH(OP("PATCH", WEB, "{\"scheduler\":\"sh\",\"scheduler_flags\":[\"sh-port\",\"sh-fallback\"]}")),
	  { "scheduler_flags = (\"sh-fallback\", \"sh-port\")" }, NULL },
	{ "what was made is changed", BATCH(OP("PUT", "services/tcp:192.0.2.12:80", "{\"name\":\"new\"}") ","
					    OP("PUT", "services/new/servers/10.0.0.4:80", "{\"name\":\"s4\"}") ","
					    OP("PATCH", "services/new/servers/s4", "{\"weight\":44}")),
	  { "name = \"new\"", "weight = 44" }, NULL },
	{ "timeouts and options", BATCH(OP("PATCH", "timeouts", "{\"tcp\":11}") "," OP("PATCH", "options", "{\"ping\":\"never\"}")),
	  { "tcp = 11", "ping = \"never\"", "dip = \"10.0.0.9\"" }, NULL },
	{ "checks", BATCH(OP("PATCH", WEB, "{\"check\":{\"type\":\"tcp\",\"interval\":2.5,\"rise\":4}}") ","
			    OP("PATCH", WEB "/servers/10.0.0.1:8080", "{\"checks\":[{\"type\":\"tcp\",\"port\":81},{\"type\":\"tcp\",\"port\":82}]}") ","
			    OP("PATCH", WEB, "{\"check\":{\"rise\":5}}")),
	  { "interval = 2.5", "rise = 5", "port = 81", "port = 82" }, "rise = 4" },
	{ "nothing", BATCH(""), { "\"web\"" }, NULL },
};

static void operations_change_what_they_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct lvs_conf *running = parse(text), *conf = NULL, *again;
		char *before = dump(running), *after, *kept;
		struct lvs_edit edit;

		if (make(running, good[i].batch, &edit, &conf))
			fail_msg("%s: %s, at '%s'", good[i].what, edit.problems[0].detail, edit.problems[0].field);
		after = dump(conf);
		for (size_t k = 0; k < ARRAY_LEN(good[i].has) && good[i].has[k]; k++)
			if (!strstr(after, good[i].has[k]))
				fail_msg("%s: no '%s' in %s", good[i].what, good[i].has[k], after);
		if (good[i].hasnt && strstr(after, good[i].hasnt))
			fail_msg("%s: '%s' in %s", good[i].what, good[i].hasnt, after);
		/* What came of it is what a file with that text would be, and the running one is as it was. */
		again = parse(after);
		assert_true(lvs_conf_equal(conf, again));
		kept = dump(running);
		assert_string_equal(kept, before);
		lvs_conf_free(again);
		lvs_conf_free(conf);
		lvs_conf_free(running);
		free(before);
		free(after);
		free(kept);
	}
}

static const struct {
	const char *what;
	const char *batch;
	enum lvs_problem_kind kind;
	const char *field;
	const char *detail, *given, *allowed, *hint;	/* parts of these; NULL: whatever */
} bad[] = {
	{ "a number out of range", BATCH(OP("PUT", "services/web/servers/10.0.0.1:8080", "{\"weight\":65536}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/weight", "65536", "65536", "0 to 65535", NULL },
	{ "one that no int holds", BATCH(OP("PATCH", "timeouts", "{\"tcp\":4294967376}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/tcp", NULL, "4294967376", "1 to 2678400", NULL },
	{ "a text for a number", BATCH(OP("PATCH", "timeouts", "{\"tcp\":\"5\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/tcp", NULL, "\"5\"", NULL, NULL },
	{ "a float for a number", BATCH(OP("PATCH", "timeouts", "{\"tcp\":5.0}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/tcp", NULL, "5.0", NULL, NULL },
	{ "a number for a word", BATCH(OP("PATCH", WEB, "{\"scheduler\":1}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/scheduler", NULL, "1", "\"rr\"", NULL },
	{ "no such word", BATCH(OP("PATCH", WEB, "{\"scheduler\":\"wcl\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/scheduler", NULL, "\"wcl\"", "\"wlc\"", "did you mean \"wlc\"" },
	{ "no such key", BATCH(OP("PATCH", WEB, "{\"wieght\":1}")), LVS_PROBLEM_INVALID, "/operations/0/body/wieght",
	  "unknown key", NULL, NULL, NULL },
	{ "no such key in a group", BATCH(OP("PATCH", WEB, "{\"persistent\":{\"timeuot\":1}}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/persistent/timeuot", "unknown key", NULL, NULL, "did you mean \"timeout\"" },
	{ "a key that cannot be one", BATCH(OP("PATCH", WEB, "{\"a/b~c\":1}")), LVS_PROBLEM_INVALID, "/operations/0/body/a~1b~0c",
	  "unknown key", NULL, NULL, NULL },
	{ "an empty key", BATCH(OP("PATCH", WEB, "{\"\":1}")), LVS_PROBLEM_INVALID, "/operations/0/body/", "unknown key", NULL, NULL, NULL },
	{ "a key that would end the text", BATCH(OP("PATCH", WEB, "{\"a = 1; }\":1}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/a = 1; }", "unknown key", NULL, NULL, NULL },
	{ "a value that would", BATCH(OP("PATCH", WEB, "{\"name\":\"a\\\";}\\n}\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/name", NULL, NULL, NULL, NULL },
	{ "an include", BATCH(OP("PATCH", WEB, "{\"name\":\"\\n@include \\\"/etc/passwd\\\"\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/name", NULL, NULL, NULL, NULL },
	{ "nested too deeply", BATCH(OP("PATCH", WEB, "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}")),
	  LVS_PROBLEM_INVALID, "/operations/0/body/a/a/a/a/a/a/a/a/a", "deep", NULL, NULL, NULL },
	{ "servers that are none", BATCH(OP("PATCH", WEB, "{\"servers\":\"10.0.0.1\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/servers", NULL, NULL, NULL, NULL },
	{ "a server that is none", BATCH(OP("PATCH", WEB, "{\"servers\":[\"10.0.0.1\"]}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/servers", NULL, NULL, NULL, NULL },
	{ "a server without an address", BATCH(OP("PATCH", WEB, "{\"servers\":[{\"weight\":1}]}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/servers/0", "needs \"address\"", NULL, NULL, NULL },
	{ "the second of two twins", BATCH(OP("PATCH", WEB, "{\"servers\":[{\"address\":\"10.0.0.1:1\"},{\"address\":\"10.0.0.1:1\"}]}")),
	  LVS_PROBLEM_INVALID, "/operations/0/body/servers/1/address", NULL, NULL, NULL, NULL },
	{ "another address than the path", BATCH(OP("PUT", WEB, "{\"address\":\"192.0.2.11:80\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/address", "the path says", NULL, NULL, NULL },
	{ "another protocol", BATCH(OP("PUT", WEB, "{\"protocol\":\"udp\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/address", "the path says", NULL, NULL, NULL },
	{ "another server than the path", BATCH(OP("PUT", "services/web/servers/10.0.0.8:80", "{\"address\":\"10.0.0.9:80\"}")),
	  LVS_PROBLEM_INVALID, "/operations/0/body/address", "the path says", NULL, NULL, NULL },
	{ "a name that another one has", BATCH(OP("PUT", DNS, "{\"name\":\"web\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/name", "web", NULL, NULL, NULL },
	{ "what the director lacks", BATCH(OP("PATCH", "options", "{\"dip\":null}")), LVS_PROBLEM_INVALID, NULL, "fullnat", NULL, NULL, NULL },
	{ "a site that there is not", BATCH(OP("PATCH", "services/web/servers/10.0.0.1:8080", "{\"site\":\"fra\"}")), LVS_PROBLEM_INVALID,
	  "/operations/0/body/site", NULL, NULL, NULL, NULL },
	{ "no such service", BATCH(OP("PATCH", "services/tcp:192.0.2.99:80", "{}")), LVS_PROBLEM_NOT_FOUND, "/operations/0/path",
	  "192.0.2.99", NULL, NULL, NULL },
	{ "no such server", BATCH(OP("PATCH", "services/web/servers/10.9.9.9:80", "{}")), LVS_PROBLEM_NOT_FOUND, "/operations/0/path",
	  NULL, NULL, NULL, NULL },
	{ "a server of no service", BATCH(OP("PUT", "services/tcp:192.0.2.99:80/servers/10.9.9.9:80", "{}")), LVS_PROBLEM_NOT_FOUND,
	  "/operations/0/path", NULL, NULL, NULL, NULL },
	{ "one that was deleted before", BATCH("{\"method\":\"DELETE\",\"path\":\"/v1/services\"}," OP("PATCH", WEB, "{}")),
	  LVS_PROBLEM_NOT_FOUND, "/operations/1/path", NULL, NULL, NULL, NULL },
	{ "one that is there", BATCH("{\"method\":\"PUT\",\"path\":\"/v1/" WEB "\",\"body\":{},\"if_none_match\":true}"),
	  LVS_PROBLEM_EXISTS, "/operations/0/path", NULL, NULL, NULL, NULL },
	{ "a new one by name", BATCH(OP("PUT", "services/www", "{}")), LVS_PROBLEM_NOT_FOUND, "/operations/0/path", NULL, NULL, NULL,
	  "named by its address" },
	{ "no method", BATCH("{\"path\":\"/v1/services\"}"), LVS_PROBLEM_INVALID, "/operations/0/method", NULL, NULL, "PUT", NULL },
	{ "a method for something else", BATCH(OP("PUT", "log", "{\"level\":\"debug\"}")), LVS_PROBLEM_INVALID, "/operations/0/path",
	  NULL, NULL, NULL, NULL },
	{ "a batch in a batch", BATCH(OP("POST", "batch", "{}")), LVS_PROBLEM_INVALID, "/operations/0/method", NULL, NULL, NULL, NULL },
	{ "no body", BATCH("{\"method\":\"PUT\",\"path\":\"/v1/" WEB "\"}"), LVS_PROBLEM_INVALID, "/operations/0/body", NULL, NULL, NULL, NULL },
	{ "an unknown key of an operation", BATCH("{\"method\":\"DELETE\",\"path\":\"/v1/services\",\"force\":true}"),
	  LVS_PROBLEM_INVALID, "/operations/0", NULL, NULL, "method, path", NULL },
	{ "an operation that is none", BATCH("7"), LVS_PROBLEM_INVALID, "/operations/0", NULL, NULL, NULL, NULL },
	{ "no operations", "{}", LVS_PROBLEM_INVALID, "/operations", NULL, NULL, NULL, NULL },
	{ "a check that is wrong", BATCH(OP("PATCH", WEB, "{\"checks\":[{\"type\":\"tcp\"},{\"type\":\"tcp\",\"interval\":0.01}]}")),
	  LVS_PROBLEM_INVALID, "/operations/0/body/checks/1/interval", NULL, "0.01", "0.1 to 86400 seconds", NULL },
	{ "the second one is wrong", BATCH(OP("PUT", WEB, "{}") "," OP("PATCH", WEB, "{\"mss\":1}")), LVS_PROBLEM_INVALID,
	  "/operations/1/body/mss", NULL, "1", NULL, NULL },
};

static void check_part(const char *what, const char *which, const char *text_there, const char *part)
{
	if (part && !strstr(text_there, part))
		fail_msg("%s: %s is '%s', without '%s'", what, which, text_there, part);
}

static void refusals_say_where_and_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct lvs_conf *running = parse(text), *conf = NULL;
		char *before = dump(running), *kept;
		struct lvs_edit edit;
		const struct lvs_edit_problem *problem = &edit.problems[0];

		if (make(running, bad[i].batch, &edit, &conf) != -EINVAL)
			fail_msg("%s: was not refused", bad[i].what);
		assert_null(conf);
		assert_in_range(edit.n, 1, LVS_EDIT_PROBLEMS_MAX);
		if (problem->kind != bad[i].kind)
			fail_msg("%s: kind %d: %s", bad[i].what, problem->kind, problem->detail);
		if (bad[i].field && strcmp(problem->field, bad[i].field) != 0)
			fail_msg("%s: field '%s', not '%s': %s", bad[i].what, problem->field, bad[i].field, problem->detail);
		check_part(bad[i].what, "detail", problem->detail, bad[i].detail);
		check_part(bad[i].what, "given", problem->given, bad[i].given);
		check_part(bad[i].what, "allowed", problem->allowed, bad[i].allowed);
		check_part(bad[i].what, "hint", problem->hint, bad[i].hint);
		/* What is allowed is not told twice. */
		if (strstr(problem->hint, "there is \"") || (*problem->hint && !strcmp(problem->hint, problem->allowed)))
			fail_msg("%s: hint '%s', allowed '%s'", bad[i].what, problem->hint, problem->allowed);
		kept = dump(running);
		assert_string_equal(kept, before);
		free(before);
		free(kept);
		lvs_conf_free(running);
	}
}

/* Who made what is known afterwards, and a name made from an address counts as a name. */
static void origins_are_kept(void **state)
{
	struct lvs_conf *running = parse(text), *conf = NULL;
	struct lvs_edit edit;

	(void)state;
	assert_int_equal(make(running, BATCH(OP("PUT", "services/tcp:192.0.2.12:80", "{\"servers\":[{\"address\":\"10.0.0.4:80\"}]}") ","
					     OP("PATCH", WEB, "{\"scheduler\":\"rr\"}") ","
					     OP("PUT", WEB "/servers/10.0.0.6:80", "{}")), &edit, &conf), 0);
	assert_int_equal(conf->nservices, 4);
	assert_int_equal(conf->services[0].origin, LVS_CONF_FROM_FILE);
	assert_int_equal(conf->services[0].servers[0].origin, LVS_CONF_FROM_FILE);
	assert_int_equal(conf->services[0].servers[2].origin, LVS_CONF_AT_RUN_TIME);
	assert_int_equal(conf->services[3].origin, LVS_CONF_AT_RUN_TIME);
	assert_int_equal(conf->services[3].servers[0].origin, LVS_CONF_AT_RUN_TIME);
	lvs_conf_free(conf);
	lvs_conf_free(running);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_change_what_they_name),
		cmocka_unit_test(refusals_say_where_and_what),
		cmocka_unit_test(origins_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
