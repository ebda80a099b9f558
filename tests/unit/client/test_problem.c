// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "client/problem.h"

static const struct {
	const char *what;
	int err;
	enum lvs_failure failure;
	const char *message;
} connects[] = {
	{ "no socket", ENOENT, LVS_FAILURE_NO_SOCKET, "lvsd is not running: there is no socket \"/nowhere/x.sock\"" },
	{ "a file on the way", ENOTDIR, LVS_FAILURE_NO_SOCKET, "lvsd is not running: there is no socket \"/nowhere/x.sock\"" },
	{ "a stale socket", ECONNREFUSED, LVS_FAILURE_STALE,
	  "lvsd is not running any more: nobody listens on its socket \"/nowhere/x.sock\"" },
	{ "no permission on the way", EACCES, LVS_FAILURE_PERMISSION,
	  "permission denied: the way to the socket \"/nowhere/x.sock\" is not open to you" },
	{ "anything else", EAGAIN, LVS_FAILURE_UNREACHABLE,
	  "cannot reach lvsd on \"/nowhere/x.sock\": Resource temporarily unavailable" },
};

static void names_what_keeps_from_connecting(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(connects) / sizeof(*connects); i++) {
		struct lvs_problem problem;

		lvs_problem_connect(&problem, "/nowhere/x.sock", connects[i].err);
		assert_int_equal(problem.failure, connects[i].failure);
		assert_string_equal(problem.message, connects[i].message);
		lvs_problem_fini(&problem);
	}
}

static const struct {
	const char *what;
	unsigned int status;
	const char *document;	/* NULL: none */
	enum lvs_failure failure;
	const char *kind, *detail, *field, *message;
} documents[] = {
	{ "all there is", 422,
	  "{\"type\":\"urn:lvsd:problem:invalid\",\"title\":\"Invalid\",\"status\":422,\"detail\":\"weight is too big\","
	  "\"field\":\"/servers/0/weight\",\"given\":70000,\"allowed\":\"0 to 65535\",\"hint\":\"take 65535\"}",
	  LVS_FAILURE_PROBLEM, "invalid", "weight is too big", "/servers/0/weight",
	  "weight is too big; take 65535" },
	{ "the title stands in for the detail", 404, "{\"type\":\"urn:lvsd:problem:not-found\",\"title\":\"no such service\"}",
	  LVS_FAILURE_PROBLEM, "not-found", "no such service", "", "no such service" },
	{ "several errors", 422, "{\"type\":\"urn:lvsd:problem:invalid\",\"detail\":\"a\",\"errors\":[{},{},{}]}",
	  LVS_FAILURE_PROBLEM, "invalid", "a", "", "a; and 2 more" },
	{ "403 is a question of permission", 403, "{\"type\":\"urn:lvsd:problem:forbidden\",\"detail\":\"only root may\"}",
	  LVS_FAILURE_PERMISSION, "forbidden", "only root may", "", "only root may" },
	{ "a kind of somebody else's", 400, "{\"type\":\"about:blank\",\"title\":\"Bad Request\"}", LVS_FAILURE_PROBLEM, "",
	  "Bad Request", "", "Bad Request" },
	{ "values of the wrong type", 400, "{\"type\":7,\"detail\":[],\"errors\":{},\"title\":null}", LVS_FAILURE_PROBLEM, "", "",
	  "", "" },
	{ "no document", 500, NULL, LVS_FAILURE_PROBLEM, "", "", "", "lvsd answered with status 500 and no reason" },
	{ "no object", 500, "[1]", LVS_FAILURE_PROBLEM, "", "", "", "lvsd answered with status 500 and no reason" },
	{ "403 without a word", 403, NULL, LVS_FAILURE_PERMISSION, "", "", "", "lvsd answered with status 403 and no reason" },
};

static void reads_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		json_t *json = documents[i].document ? json_loads(documents[i].document, 0, NULL) : NULL;
		struct lvs_problem problem;

		assert_int_equal(json != NULL, documents[i].document != NULL);
		lvs_problem_document(&problem, documents[i].status, json);
		assert_int_equal(problem.failure, documents[i].failure);
		assert_string_equal(problem.kind, documents[i].kind);
		assert_string_equal(problem.detail, documents[i].detail);
		assert_string_equal(problem.field, documents[i].field);
		assert_string_equal(problem.message, documents[i].message);
		lvs_problem_fini(&problem);
	}
}

static void cuts_what_is_too_long(void **state)
{
	char detail[5000];
	struct lvs_problem problem;

	(void)state;
	memset(detail, 'x', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	lvs_problem_document(&problem, 422,
			     json_pack("{s:s, s:s, s:s, s:i, s:[{},{}]}", "detail", detail, "field", "/a", "allowed", "b", "given",
				       1, "errors"));
	assert_int_equal(strlen(problem.message), sizeof(problem.message) - 1);
	assert_string_equal(problem.detail, detail);
	lvs_problem_fini(&problem);
	lvs_problem_set(&problem, LVS_FAILURE_ANSWER, "%s", detail);
	assert_int_equal(strlen(problem.message), sizeof(problem.message) - 1);
	assert_string_equal(problem.field, "");
	lvs_problem_fini(&problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_keeps_from_connecting),
		cmocka_unit_test(reads_documents),
		cmocka_unit_test(cuts_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
