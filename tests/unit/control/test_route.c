// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "control/route.h"

static const struct {
	const char *what;
	enum lvs_method method;
	const char *path;
	const char *expect;	/* the route's path, NULL: there is none */
	bool allowed;		/* others are */
} rows[] = {
	{ "a resource", LVS_METHOD_GET, "/v1/version", "/v1/version", true },
	{ "another method", LVS_METHOD_DELETE, "/v1/version", NULL, true },
	{ "a method that nobody knows", LVS_METHOD_OTHER, "/v1/version", NULL, true },
	{ "no resource", LVS_METHOD_GET, "/v1/versions", NULL, false },
	{ "the beginning of one", LVS_METHOD_GET, "/v1", NULL, false },
	{ "more than one", LVS_METHOD_GET, "/v1/version/now", NULL, false },
	{ "an empty end", LVS_METHOD_GET, "/v1/version/", NULL, false },
	{ "an empty middle", LVS_METHOD_GET, "/v1//version", NULL, false },
	{ "no path", LVS_METHOD_GET, "", NULL, false },
	{ "no slash", LVS_METHOD_GET, "v1/version", NULL, false },
	{ "not decoded", LVS_METHOD_GET, "/v1/v%65rsion", NULL, false },
};

static void paths_lead_where_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *params[LVS_ROUTE_PARAMS_MAX] = { NULL };
		unsigned int allowed;
		const struct lvs_route *route = lvs_route_find(rows[i].method, rows[i].path, params, &allowed);

		if (!route != !rows[i].expect || (route && strcmp(route->path, rows[i].expect) != 0))
			fail_msg("%s: leads to %s", rows[i].what, route ? route->path : "nothing");
		if (!allowed == rows[i].allowed)
			fail_msg("%s: methods %x", rows[i].what, allowed);
	}
}

static void no_path_has_a_method_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < lvs_nroutes; i++)
		for (size_t k = 0; k < i; k++)
			if (lvs_routes[i].method == lvs_routes[k].method)
				assert_string_not_equal(lvs_routes[i].path, lvs_routes[k].path);
}

static void whoever_changes_something_is_an_admin(void **state)
{
	(void)state;
	for (size_t i = 0; i < lvs_nroutes; i++)
		if (lvs_routes[i].method != LVS_METHOD_GET && lvs_routes[i].access == LVS_ACCESS_READ)
			fail_msg("%s", lvs_routes[i].path);
}

static void methods_are_named(void **state)
{
	char text[LVS_METHODS_TEXT_BYTES];

	(void)state;
	assert_string_equal(lvs_methods_text(0, text), "");
	assert_string_equal(lvs_methods_text(1u << LVS_METHOD_GET | 1u << LVS_METHOD_PUT, text), "GET, HEAD, PUT");
	assert_string_equal(lvs_methods_text(0x1f, text), "GET, HEAD, POST, PUT, PATCH, DELETE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_where_the_table_says),
		cmocka_unit_test(no_path_has_a_method_twice),
		cmocka_unit_test(whoever_changes_something_is_an_admin),
		cmocka_unit_test(methods_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
