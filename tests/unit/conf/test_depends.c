// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/check.h"
#include "conf/conf.h"
#include "conf/depends.h"
#include "conf/edit.h"
#include "conf/errors.h"

#define S(name, port, depends)                                                                                        \
	"{ name = \"" name "\"; address = \"192.0.2.1:" port "\"; servers: ( { address = \"10.0.0.1\"; } );\n" depends " }"
#define OF(more) "services: (\n" more " );"
#define ITSELF "one of them has to come up without the others"

/* A service takes two lines, the second one is its list. */
static const struct row {
	const char *what, *text;
	const char *findings[3];
} rows[] = {
	{ "one depends on another, wherever it stands",
	  OF(S("a", "1", "depends_on = ( \"b\" );") ",\n" S("b", "2", "")), { NULL } },
	{ "an array is as good as a list", OF(S("a", "1", "depends_on = [ \"b\" ];") ",\n" S("b", "2", "")), { NULL } },
	{ "a list may be empty", OF(S("a", "1", "depends_on = ( );")), { NULL } },
	{ "two ways to the same service are no circle",
	  OF(S("a", "1", "depends_on = ( \"b\", \"c\" );") ",\n" S("b", "2", "depends_on = ( \"d\" );") ",\n"
	     S("c", "3", "depends_on = ( \"d\", \"b\" );") ",\n" S("d", "4", "")), { NULL } },
	{ "names that were made count too",
	  OF(S("a", "1", "depends_on = ( \"tcp-192.0.2.1:2\" );") ",\n{ address = \"192.0.2.1:2\"; servers: ( { address = \"10.0.0.1\"; } ); }"),
	  { NULL } },
	{ "a name nobody has, and who was meant",
	  OF(S("shop", "1", "depends_on = ( \"db\",\n  \"outh\" );") ",\n" S("db", "2", "") ",\n" S("auth", "3", "")),
	  { ":4:3: service \"shop\" depends on \"outh\", and there is no such service (did you mean \"auth\"?)" } },
	{ "nobody was meant", OF(S("a", "1", "depends_on = ( \"database\" );")),
	  { ":3:16: service \"a\" depends on \"database\", and there is no such service (write the \"name\" of another service)" } },
	{ "itself", OF(S("a", "1", "depends_on = ( \"b\", \"a\" );") ",\n" S("b", "2", "")),
	  { ":3:21: service \"a\" depends on itself (remove it)" } },
	{ "twice", OF(S("a", "1", "depends_on = ( \"b\", \"b\" );") ",\n" S("b", "2", "")),
	  { ":3:21: service \"a\" depends on \"b\" twice (remove it)" } },
	{ "a circle of two is told of once, by the first of them",
	  OF(S("a", "1", "depends_on = ( \"c\", \"b\" );") ",\n" S("b", "2", "depends_on = ( \"a\" );") ",\n" S("c", "3", "")),
	  { ":3:21: service \"a\" depends on itself, by way of \"b\" (" ITSELF ")" } },
	{ "a circle of three, and who leads to it",
	  OF(S("x", "9", "depends_on = ( \"c\" );") ",\n" S("a", "1", "depends_on = ( \"b\" );") ",\n"
	     S("b", "2", "depends_on = ( \"c\" );") ",\n" S("c", "3", "depends_on = ( \"a\" );")),
	  { ":5:16: service \"a\" depends on itself, by way of \"b\", \"c\" (" ITSELF ")" } },
	{ "two circles",
	  OF(S("a", "1", "depends_on = ( \"b\" );") ",\n" S("b", "2", "depends_on = ( \"a\" );") ",\n"
	     S("c", "3", "depends_on = ( \"d\" );") ",\n" S("d", "4", "depends_on = ( \"c\" );")),
	  { ":3:16: service \"a\" depends on itself, by way of \"b\" (" ITSELF ")",
	    ":7:16: service \"c\" depends on itself, by way of \"d\" (" ITSELF ")" } },
	{ "no name at all", OF(S("a", "1", "depends_on = ( \"b c\" );") ",\n" S("b", "2", "")),
	  { ":3:16: \"depends_on\": \"b c\" holds more than letters, digits and . _ - : [ ] (names of services without whose "
	    "quorum it has none either)" } },
	{ "no list", OF(S("a", "1", "depends_on = \"b\";") ",\n" S("b", "2", "")),
	  { ":3:14: \"depends_on\" takes a list of strings, ( \"...\" ), not a string (names of services without whose quorum it "
	    "has none either)" } },
	{ "too many", OF(S("a", "1", "depends_on = [ \"b\", \"b\", \"b\", \"b\", \"b\", \"b\", \"b\", \"b\", \"b\" ];") ",\n" S("b", "2", "")),
	  { ":3:14: \"depends_on\" holds more than 8 names (names of services without whose quorum it has none either)" } },
};

static void wrong_names_are_found(void **state)
{
	struct lvs_conf_errors errors;
	char line[600];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf *conf = NULL;
		size_t n = 0;
		int err = lvs_conf_parse(rows[i].text, strlen(rows[i].text), "", &errors, &conf);

		while (n < 3 && rows[i].findings[n])
			n++;
		assert_int_equal(err, n ? -EINVAL : 0);
		for (size_t k = 0; k < errors.n && k < n; k++)
			assert_string_equal(lvs_conf_errors_line(&errors, k, line, sizeof(line)), rows[i].findings[k]);
		if (errors.n != n)
			fail_msg("%zu findings: %s: %s", errors.n, rows[i].what, lvs_conf_errors_line(&errors, 0, line, sizeof(line)));
		lvs_conf_free(conf);
	}
}

static void the_line_is_shown(void **state)
{
	static const char text[] = OF(S("shop", "1", "depends_on = ( \"db\", \"outh\" );") ",\n" S("db", "2", "") ",\n" S("auth", "3", ""));
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char *printed = NULL;
	size_t len;
	FILE *file;

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "lvs.conf", &errors, &conf), -EINVAL);
	file = open_memstream(&printed, &len);
	assert_non_null(file);
	lvs_conf_errors_print(&errors, file);
	fclose(file);
	assert_non_null(strstr(printed, "lvs.conf:3:22: service \"shop\" depends on \"outh\""));
	assert_non_null(strstr(printed, "depends_on = ( \"db\", \"outh\" ); }"));
	assert_non_null(strstr(printed, " ^\n"));
	assert_non_null(strstr(printed, "hint: did you mean \"auth\"?"));
	free(printed);
}

/* The same findings, without places, of what was changed at run time. */
static void a_copy_is_checked_alike(void **state)
{
	static const char text[] = OF(S("a", "1", "depends_on = ( \"b\" );") ",\n" S("b", "2", ""));
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL, *copy = NULL;
	char line[600];

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "", &errors, &conf), 0);
	assert_int_equal(lvs_conf_copy(conf, &copy), 0);
	assert_true(lvs_conf_equal(conf, copy));
	strcpy(copy->services[1].name, "other");
	lvs_conf_errors_init(&errors, "running", NULL, 0);
	assert_int_equal(lvs_conf_check_all(copy, &errors), 0);
	assert_int_equal(errors.nerrors, 1);
	assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)),
			    "running: service \"a\" depends on \"b\", and there is no such service (write the \"name\" of another service)");
	lvs_conf_free(copy);
	lvs_conf_free(conf);
}

#define MANY 12

/* @edges: [i][k]: i depends on k. Return: to be freed */
static struct lvs_conf *make(bool edges[MANY][MANY])
{
	struct lvs_conf *conf = lvs_conf_new();

	assert_non_null(conf);
	conf->services = calloc(MANY, sizeof(*conf->services));
	assert_non_null(conf->services);
	conf->nservices = MANY;
	for (unsigned int i = 0; i < MANY; i++) {
		struct lvs_conf_service *service = &conf->services[i];
		size_t at = 0;

		snprintf(service->name, sizeof(service->name), "s%u", i);
		for (unsigned int k = 0; k < MANY; k++)
			if (edges[i][k])
				at += (size_t)snprintf(service->depends_on.names + at, sizeof(service->depends_on.names) - at,
						       "%ss%u", at ? "\n" : "", k);
	}
	return conf;
}

static bool circular(bool edges[MANY][MANY])
{
	bool reach[MANY][MANY];

	memcpy(reach, edges, sizeof(reach));
	for (size_t k = 0; k < MANY; k++)
		for (size_t i = 0; i < MANY; i++)
			for (size_t j = 0; j < MANY; j++)
				reach[i][j] |= reach[i][k] && reach[k][j];
	for (size_t i = 0; i < MANY; i++)
		if (reach[i][i])
			return true;
	return false;
}

static void check_order(const struct lvs_conf_needs *needs, bool edges[MANY][MANY])
{
	size_t place[MANY], n = 0, named = 0;
	const uint32_t *list;

	for (size_t i = 0; i < MANY; i++)
		place[i] = 0;	/* who needs nothing comes before all others */
	for (size_t i = 0; i < needs->norder; i++)
		place[needs->order[i]] = i + 1;
	for (size_t i = 0; i < MANY; i++) {
		size_t of = lvs_conf_needs_of(needs, i, &list), expected = 0;
		bool needed = false;

		for (size_t k = 0; k < MANY; k++) {
			expected += edges[i][k];
			needed |= edges[k][i];
			named += edges[i][k];
			if (edges[i][k])
				assert_true(place[i] > place[k]);
		}
		assert_int_equal(of, expected);
		for (size_t k = 0; k < of; k++)
			assert_true(edges[i][list[k]]);
		assert_int_equal(lvs_conf_needs_concern(needs, i), needed || expected);
		n += expected > 0;
	}
	if (named)
		assert_int_equal(needs->norder, n);
}

/* Some thousand ways to depend on each other, circles among them. */
static void the_order_is_one(void **state)
{
	unsigned int seed = 4711, circles = 0;

	(void)state;
	for (unsigned int round = 0; round < 3000; round++) {
		bool edges[MANY][MANY] = { { false } };
		unsigned int n = (unsigned int)rand_r(&seed) % 20;
		struct lvs_conf_needs needs;
		struct lvs_conf_errors errors;
		struct lvs_conf *conf;

		for (unsigned int k = 0; k < n; k++) {
			size_t from = (size_t)rand_r(&seed) % MANY, to = (size_t)rand_r(&seed) % MANY, of = 0;

			for (size_t j = 0; j < MANY; j++)
				of += edges[from][j];
			if (from != to && of < LVS_CONF_DEPENDS_MAX)
				edges[from][to] = true;
		}
		conf = make(edges);
		lvs_conf_errors_init(&errors, "", NULL, 0);
		assert_int_equal(lvs_conf_check_depends(conf, &errors), 0);
		circles += circular(edges);
		for (size_t k = 0; k < errors.n; k++)
			if (strstr(errors.list[k].message, "depends on itself, by way of"))
				break;
			else
				assert_true(k + 1 < errors.n || !circular(edges));
		if (!circular(edges)) {
			assert_int_equal(lvs_conf_needs_init(conf, &needs), 0);
			check_order(&needs, edges);
			lvs_conf_needs_fini(&needs);
		}
		lvs_conf_free(conf);
	}
	assert_true(circles > 300 && circles < 2700);
}

/* However long the way is. */
static void a_long_chain_has_an_order(void **state)
{
	const uint32_t n = 65536;
	struct lvs_conf *conf = lvs_conf_new();
	struct lvs_conf_needs needs;

	(void)state;
	assert_non_null(conf);
	conf->services = calloc(n, sizeof(*conf->services));
	assert_non_null(conf->services);
	conf->nservices = n;
	for (uint32_t i = 0; i < n; i++) {
		snprintf(conf->services[i].name, sizeof(conf->services[i].name), "s%u", i);
		if (i + 1 < n)
			snprintf(conf->services[i].depends_on.names, sizeof(conf->services[i].depends_on.names), "s%u", i + 1);
	}
	assert_int_equal(lvs_conf_needs_init(conf, &needs), 0);
	assert_int_equal(needs.norder, n - 1);
	for (uint32_t i = 0; i < n - 1; i++)
		assert_int_equal(needs.order[i], n - 2 - i);
	lvs_conf_needs_fini(&needs);
	lvs_conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_names_are_found), cmocka_unit_test(the_line_is_shown),
		cmocka_unit_test(a_copy_is_checked_alike), cmocka_unit_test(the_order_is_one),
		cmocka_unit_test(a_long_chain_has_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
