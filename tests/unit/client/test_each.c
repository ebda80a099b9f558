// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "client/each.h"
#include "tests/lib/api.h"

struct script {
	const char *body;
	size_t piece;	/* bytes of @body that go into one chunk */
};

static void say(void *arg, const struct test_api_request *request, FILE *out)
{
	struct script *script = arg;
	size_t len = strlen(script->body);

	(void)request;
	fputs("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", out);
	for (size_t at = 0; at < len; at += script->piece) {
		size_t n = len - at < script->piece ? len - at : script->piece;

		fprintf(out, "%zx\r\n%.*s\r\n", n, (int)n, script->body + at);
		fflush(out);
	}
	fputs("0\r\n\r\n", out);
}

struct taken {
	char names[256];
	unsigned int left;	/* objects until it stops; 0: never */
};

static int take(void *arg, json_t *object)
{
	struct taken *taken = arg;
	const char *name = json_string_value(json_object_get(object, "n"));

	(void)snprintf(taken->names + strlen(taken->names), sizeof(taken->names) - strlen(taken->names), "<%s>", name ? name : "?");
	return taken->left && --taken->left == 0;
}

static const struct {
	const char *what;
	const char *body;
	unsigned int left;
	enum lvs_failure failure;
	const char *names;
} rows[] = {
	{ "no objects", "{\"connections\":[]}", 0, LVS_FAILURE_NONE, "" },
	{ "one", "{\"connections\":[{\"n\":\"a\"}]}\n", 0, LVS_FAILURE_NONE, "<a>" },
	{ "three, one per line", "{ \"connections\": [\n{\"n\":\"a\"},\n{\"n\":\"b\"},\n{\"n\":\"c\"}\n] }\n", 0, LVS_FAILURE_NONE,
	  "<a><b><c>" },
	{ "keys beside the array", "{\"total\":3,\"x\":{\"y\":1},\"connections\":[{\"n\":\"a\"}],\"more\":false}", 0, LVS_FAILURE_NONE,
	  "<a>" },
	{ "brackets in strings", "{\"l\":[{\"n\":\"}]{[\",\"x\":\"\\\\\"},{\"n\":\"\\\"}\"}]}", 0, LVS_FAILURE_NONE, "<}]{[><\"}>" },
	{ "objects and arrays within", "{\"l\":[{\"n\":\"a\",\"s\":[{\"n\":\"x\",\"t\":{}},[]]},{\"n\":\"b\"}]}", 0, LVS_FAILURE_NONE,
	  "<a><b>" },
	{ "broken off by the taker", "{\"l\":[{\"n\":\"a\"},{\"n\":\"b\"},{\"n\":\"c\"}]}", 2, LVS_FAILURE_STOPPED, "<a><b>" },
	{ "ends in an object", "{\"l\":[{\"n\":\"a\"},{\"n\":", 0, LVS_FAILURE_ANSWER, "<a>" },
	{ "ends between objects", "{\"l\":[{\"n\":\"a\"},", 0, LVS_FAILURE_ANSWER, "<a>" },
	{ "ends before it began", "", 0, LVS_FAILURE_ANSWER, "" },
	{ "brackets closed that nobody opened", "{\"l\":[]}]", 0, LVS_FAILURE_ANSWER, "" },
	{ "an object that is none", "{\"l\":[{\"n\":\"a\"},{n}]}", 0, LVS_FAILURE_ANSWER, "<a>" },
};

static void takes_object_by_object(void **state)
{
	struct script script;
	struct test_api api;
	struct lvs_client *client;

	(void)state;
	test_api_start(&api, say, &script);
	assert_int_equal(lvs_client_new(api.socket, &client), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t piece = 1; piece < 40; piece++) {
			struct taken taken = { .left = rows[i].left };
			struct lvs_answer answer;

			script = (struct script){ rows[i].body, piece };
			assert_int_equal(lvs_client_each(client, "/v1/connections", take, &taken, &answer), rows[i].failure);
			assert_int_equal(answer.problem.failure, rows[i].failure);
			assert_string_equal(taken.names, rows[i].names);
			lvs_answer_fini(&answer);
		}
	}
	lvs_client_free(client);
	test_api_stop(&api);
	test_api_remove(&api);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_object_by_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
