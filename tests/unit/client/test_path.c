// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "client/path.h"

static const struct {
	const char *what;
	const char *segments[6];
	const char *expect;
} paths[] = {
	{ "nothing", { NULL }, "" },
	{ "plain words", { "v1", "services" }, "/v1/services" },
	{ "IPv4 needs nothing", { "v1", "services", "tcp:192.0.2.10:80" }, "/v1/services/tcp:192.0.2.10:80" },
	{ "brackets are encoded", { "udp:[2001:db8::53]:53", "servers", "[2001:db8::5]:53" },
	  "/udp:%5B2001:db8::53%5D:53/servers/%5B2001:db8::5%5D:53" },
	{ "a slash stays in its segment", { "v1", "a/b?c#d%e" }, "/v1/a%2Fb%3Fc%23d%25e" },
	{ "bytes above 127, blanks and controls", { "\xc3\xa9 \n" }, "/%C3%A9%20%0A" },
	{ "a dot is no way up", { "v1", "..", "." }, "/v1/%2E%2E/%2E" },
	{ "three dots are a name", { "..." }, "/..." },
	{ "an empty segment", { "v1", "", "servers" }, "/v1//servers" },
};

static void joins_segments(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char *path = lvs_client_path(paths[i].segments);

		assert_string_equal(path, paths[i].expect);
		free(path);
	}
}

static const struct {
	const char *what;
	const char *pairs[8];
	const char *expect;
} queries[] = {
	{ "none", { NULL }, "/v1/x" },
	{ "one", { "brief", "1" }, "/v1/x?brief=1" },
	{ "what is not given is left out", { "client", NULL, "state", "TIME_WAIT", "limit", NULL, "virtual", "[::1]:80" },
	  "/v1/x?state=TIME_WAIT&virtual=%5B::1%5D:80" },
	{ "what separates is encoded", { "a&b", "c=d&e+f" }, "/v1/x?a%26b=c%3Dd%26e%2Bf" },
	{ "an empty value is one", { "a", "" }, "/v1/x?a=" },
};

static void adds_queries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		const char *pairs[9] = { NULL };
		char *path;

		for (size_t j = 0; j < 8; j++)
			pairs[j] = queries[i].pairs[j];
		path = lvs_client_query("/v1/x", pairs);
		assert_string_equal(path, queries[i].expect);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_segments),
		cmocka_unit_test(adds_queries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
