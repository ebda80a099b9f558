// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/client.h"
#include "tests/lib/api.h"
#include "tests/lib/child.h"

/**
 * struct script - what the server says, and what it heard
 * @answer:	whole, or NULL: the request is sent back as text
 */
struct script {
	const char *answer;
	unsigned int calls;
	char method[16];
	char path[2048];
	char *head;
	char *body;
};

static void heard(struct script *script, const struct test_api_request *request)
{
	free(script->head);
	free(script->body);
	script->head = strdup(request->head);
	script->body = strdup(request->body);
	memcpy(script->method, request->method, sizeof(script->method));
	memcpy(script->path, request->path, sizeof(script->path));
	script->calls++;
}

static void say(void *arg, const struct test_api_request *request, FILE *out)
{
	struct script *script = arg;

	heard(script, request);
	fputs(script->answer, out);
}

struct scene {
	struct script script;
	struct test_api api;
	struct lvs_client *client;
};

static struct scene *begin(const char *answer)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->script.answer = answer;
	test_api_start(&scene->api, say, &scene->script);
	assert_int_equal(lvs_client_new(scene->api.socket, &scene->client), 0);
	return scene;
}

static void end(struct scene *scene)
{
	lvs_client_free(scene->client);
	test_api_stop(&scene->api);
	test_api_remove(&scene->api);
	free(scene->script.head);
	free(scene->script.body);
	free(scene);
}

#define JSON "Content-Type: application/json\r\n"
#define PROBLEM "Content-Type: application/problem+json\r\n"

static void gets_json(void **state)
{
	struct scene *scene = begin("HTTP/1.1 200 OK\r\n" JSON "Content-Length: 14\r\n\r\n{\"version\": 1}");
	struct lvs_request request = { .method = "GET", .path = "/v1/version?x=%5B" };
	struct lvs_answer answer;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_NONE);
		assert_int_equal(answer.status, 200);
		assert_int_equal(json_integer_value(json_object_get(answer.json, "version")), 1);
		assert_null(answer.text);
		assert_string_equal(scene->script.method, "GET");
		assert_string_equal(scene->script.path, "/v1/version?x=%5B");
		assert_string_equal(scene->script.body, "");
		lvs_answer_fini(&answer);
	}
	assert_int_equal(scene->script.calls, 3);
	end(scene);
}

static void gets_text(void **state)
{
	struct scene *scene = begin("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nservices: ();");
	struct lvs_request request = { .method = "GET", .path = "/v1/config" };
	struct lvs_answer answer;

	(void)state;
	assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_NONE);
	assert_null(answer.json);
	assert_string_equal(answer.text, "services: ();");
	lvs_answer_fini(&answer);
	end(scene);
}

/* Each method, with a body or without one, as the daemon sees it. */
static void sends_requests(void **state)
{
	static const struct {
		const char *method;
		bool body;
		const char *header;
	} rows[] = {
		{ "PUT", true, "If-None-Match: *" }, { "PATCH", true, NULL },	{ "DELETE", false, NULL },
		{ "POST", true, NULL },		     { "POST", false, NULL },	{ "PUT", false, NULL },
		{ "GET", false, "Accept: text/csv" },
	};
	struct scene *scene = begin("HTTP/1.1 204 No Content\r\n\r\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *headers[] = { rows[i].header, NULL };
		json_t *body = rows[i].body ? json_pack("{s:s}", "scheduler", "rr") : NULL;
		struct lvs_request request = { .method = rows[i].method, .path = "/v1/x", .body = body, .headers = headers };
		struct lvs_answer answer;

		assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_NONE);
		assert_int_equal(answer.status, 204);
		assert_null(answer.json);
		assert_string_equal(scene->script.method, rows[i].method);
		assert_string_equal(scene->script.body, rows[i].body ? "{\"scheduler\":\"rr\"}" : "");
		assert_true(!rows[i].header || strstr(scene->script.head, rows[i].header));
		assert_int_equal(strstr(scene->script.head, "Content-Type: application/json") != NULL, rows[i].body);
		assert_null(strstr(scene->script.head, "Expect:"));
		lvs_answer_fini(&answer);
		json_decref(body);
	}
	end(scene);
}

static const struct {
	const char *what;
	const char *answer;
	enum lvs_failure failure;
	const char *message;
} refusals[] = {
	{ "a problem", "HTTP/1.1 409 Conflict\r\n" PROBLEM "Content-Length: 57\r\n\r\n"
		       "{\"type\":\"urn:lvsd:problem:exists\",\"detail\":\"it is there\"}",
	  LVS_FAILURE_PROBLEM, "it is there" },
	{ "forbidden", "HTTP/1.1 403 Forbidden\r\n" PROBLEM "Content-Length: 22\r\n\r\n{\"detail\":\"not for U\"}",
	  LVS_FAILURE_PERMISSION, "not for U" },
	{ "no document", "HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<h1>", LVS_FAILURE_PROBLEM,
	  "lvsd answered with status 500 and no reason" },
	{ "a broken document", "HTTP/1.1 400 Oops\r\n" PROBLEM "Content-Length: 4\r\n\r\n{\"a\"", LVS_FAILURE_PROBLEM,
	  "lvsd answered with status 400 and no reason" },
	{ "JSON that is none", "HTTP/1.1 200 OK\r\n" JSON "Content-Length: 4\r\n\r\n{\"a\"", LVS_FAILURE_ANSWER,
	  "lvsd's answer is no JSON: ':' expected near end of file" },
};

static void tells_refusals_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct scene *scene = begin(refusals[i].answer);
		struct lvs_request request = { .method = "GET", .path = "/" };
		struct lvs_answer answer;

		assert_int_equal(lvs_client_call(scene->client, &request, &answer), refusals[i].failure);
		assert_int_equal(answer.problem.failure, refusals[i].failure);
		assert_string_equal(answer.problem.message, refusals[i].message);
		assert_null(answer.json);
		lvs_answer_fini(&answer);
		end(scene);
	}
}

static int collect(void *arg, const char *bytes, size_t n)
{
	return fwrite(bytes, 1, n, arg) != n;
}

static int stop(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	return 1;
}

static void streams_good_answers_only(void **state)
{
	static const char good[] = "HTTP/1.1 200 OK\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	static const char bad[] = "HTTP/1.1 404 No\r\n" PROBLEM "Content-Length: 15\r\n\r\n{\"detail\":\"no\"}";
	struct scene *scene = begin(good);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct lvs_request request = { .method = "GET", .path = "/", .sink = collect, .arg = out };
	struct lvs_answer answer;

	(void)state;
	assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_NONE);
	assert_null(answer.json);
	lvs_answer_fini(&answer);
	scene->script.answer = bad;
	assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_PROBLEM);
	assert_string_equal(answer.problem.message, "no");
	lvs_answer_fini(&answer);
	fclose(out);
	assert_string_equal(text, "abcde");
	free(text);
	scene->script.answer = good;
	request.sink = stop;
	assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_STOPPED);
	lvs_answer_fini(&answer);
	end(scene);
}

static enum lvs_failure call(const char *socket, char *message)
{
	struct lvs_request request = { .method = "GET", .path = "/v1/version" };
	struct lvs_client *client = NULL;
	struct lvs_answer answer;
	enum lvs_failure failure;

	assert_int_equal(lvs_client_new(socket, &client), 0);
	failure = lvs_client_call(client, &request, &answer);
	assert_int_equal(answer.status, 0);
	(void)snprintf(message, 1024, "%s", answer.problem.message);
	lvs_answer_fini(&answer);
	lvs_client_free(client);
	return failure;
}

static int call_as_nobody(void *arg)
{
	char message[1024];

	if (getuid() != 0 || setgid(65534) || setuid(65534))
		return getuid() ? TEST_CHILD_SKIP : TEST_CHILD_FAILED;
	CHECK(call(arg, message) == LVS_FAILURE_PERMISSION);
	CHECK(strstr(message, "permission denied: the socket \"") == message);
	CHECK(strstr(message, "\" is open to root"));
	return TEST_CHILD_OK;
}

static void three_ways_to_be_unreachable(void **state)
{
	struct scene *scene = begin("");
	char message[1024], expect[1200];

	(void)state;
	test_api_stop(&scene->api);
	assert_int_equal(call(scene->api.socket, message), LVS_FAILURE_STALE);
	(void)snprintf(expect, sizeof(expect), "lvsd is not running any more: nobody listens on its socket \"%s\"",
		       scene->api.socket);
	assert_string_equal(message, expect);

	test_api_remove(&scene->api);
	assert_int_equal(call(scene->api.socket, message), LVS_FAILURE_NO_SOCKET);
	(void)snprintf(expect, sizeof(expect), "lvsd is not running: there is no socket \"%s\"", scene->api.socket);
	assert_string_equal(message, expect);

	lvs_client_free(scene->client);
	free(scene);
}

static void who_may_not(void **state)
{
	struct scene *scene = begin("");

	(void)state;
	assert_int_equal(chmod(scene->api.dir, 0755), 0);
	assert_int_equal(chmod(scene->api.socket, 0600), 0);
	test_judge(test_in_child(call_as_nobody, scene->api.socket));
	end(scene);
}

static void an_answer_that_breaks_off(void **state)
{
	struct scene *scene = begin("HTTP/1.1 200 OK\r\nConnection: close\r\n" JSON "Content-Length: 99\r\n\r\n{");
	struct lvs_request request = { .method = "GET", .path = "/" };
	struct lvs_answer answer;

	(void)state;
	lvs_client_patience(scene->client, 1);
	assert_int_equal(lvs_client_call(scene->client, &request, &answer), LVS_FAILURE_UNREACHABLE);
	assert_non_null(strstr(answer.problem.message, "has been silent for 1 seconds"));
	assert_null(answer.json);
	lvs_answer_fini(&answer);
	end(scene);
}

static void which_socket(void **state)
{
	struct lvs_client *client = NULL;
	char longer[200];

	(void)state;
	unsetenv("LVSD_SOCKET");
	assert_string_equal(lvs_client_socket(NULL), "/run/lvsd/control.sock");
	setenv("LVSD_SOCKET", "", 1);
	assert_string_equal(lvs_client_socket(NULL), "/run/lvsd/control.sock");
	setenv("LVSD_SOCKET", "/a", 1);
	assert_string_equal(lvs_client_socket(NULL), "/a");
	assert_string_equal(lvs_client_socket("/b"), "/b");
	unsetenv("LVSD_SOCKET");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(lvs_client_new(longer, &client), -ENAMETOOLONG);
	assert_null(client);
	lvs_client_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets_json),
		cmocka_unit_test(gets_text),
		cmocka_unit_test(sends_requests),
		cmocka_unit_test(tells_refusals_apart),
		cmocka_unit_test(streams_good_answers_only),
		cmocka_unit_test(three_ways_to_be_unreachable),
		cmocka_unit_test(who_may_not),
		cmocka_unit_test(an_answer_that_breaks_off),
		cmocka_unit_test(which_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
