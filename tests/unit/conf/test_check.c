// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"

#define WEB(more) "services: ( { name = \"web\"; address = \"192.0.2.10:80\"; servers: (\n" more " ); } );"
#define ONE "{ address = \"10.0.0.1:80\"; }"

/* Each on the lines given; warnings are accepted and said. */
static const struct row {
	const char *text;
	int err;
	const char *findings[3];
} rows[] = {
	{ WEB(ONE), 0, { NULL } },
	{ "", 0, { ": warning: there are no services (add some to \"services\")" } },
	{ "services: ();", 0, { ": warning: there are no services (add some to \"services\")" } },
	{ WEB(""), 0, { ":1:39: warning: service \"web\" has no servers (clients are refused until it has some)" } },
	{ WEB("{ address = \"10.0.0.1:80\"; weight = 0; }"), 0, { NULL } },
	/* twins */
	{ "services: ( { address = \"192.0.2.10:80\"; servers: ( " ONE " ); },\n"
	  "{ address = \"192.0.2.10:80\"; servers: ( " ONE " ); } );",
	  -EINVAL, { ":2:13: there are two services at 192.0.2.10:80 (tcp) (the first one is in line 1)" } },
	{ "services: ( { address = \"[2001:db8::1]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8::2]\"; } ); },\n"
	  "{ address = \"[2001:db8:0::1]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8::2]\"; } ); } );",
	  -EINVAL, { ":2:13: there are two services at [2001:db8::1]:53 (udp) (the first one is in line 1)" } },
	{ WEB(ONE ",\n{ address = \"10.0.0.1\"; }"), -EINVAL,
	  { ":3:13: server 10.0.0.1:80 is in service \"web\" twice (the first one is in line 2)" } },
	{ WEB(ONE ",\n{ address = \"10.0.0.1:81\"; }"), 0, { NULL } },
	{ "services: ( { name = \"web\"; address = \"192.0.2.10:80\"; servers: ( " ONE " ); },\n"
	  "{ name = \"web\"; address = \"192.0.2.10:81\"; servers: ( " ONE " ); } );",
	  -EINVAL, { ":2:10: two services have the name \"web\" (the first one is in line 1)" } },
	{ "services: ( { name = \"tcp-192.0.2.10:81\"; address = \"192.0.2.10:80\"; servers: ( " ONE " ); },\n"
	  "{ address = \"192.0.2.10:81\"; servers: ( " ONE " ); } );",
	  -EINVAL, { ":2:13: two services have the name \"tcp-192.0.2.10:81\" (the first one is in line 1)" } },
	{ WEB("{ name = \"a\"; address = \"10.0.0.1\"; },\n{ address = \"10.0.0.2\"; name = \"a\"; }"), -EINVAL,
	  { ":3:32: two servers have the name \"a\" (the first one is in line 2)" } },
	/* loops */
	{ WEB("{ address = \"192.0.2.10\"; }"), -EINVAL,
	  { ":2:13: server 192.0.2.10:80 is the service itself: its packets would come back (a server needs an address of "
	    "its own, not a service's)" } },
	{ "services: ( { name = \"a\"; address = \"192.0.2.10:80\"; servers: (\n{ address = \"192.0.2.11:81\"; } ); },\n"
	  "{ name = \"b\"; address = \"192.0.2.11:81\"; servers: ( " ONE " ); } );",
	  -EINVAL,
	  { ":2:13: server 192.0.2.11:81 is a service: its packets would come back (a server needs an address of its "
	    "own, not a service's)" } },
	{ "services: ( { name = \"a\"; address = \"192.0.2.10:80\"; servers: (\n{ address = \"192.0.2.11:81\"; } ); },\n"
	  "{ name = \"b\"; address = \"192.0.2.11:81\"; protocol = \"udp\"; servers: ( " ONE " ); } );",
	  0,
	  { ":2:13: warning: server 192.0.2.11:81 has the address of service \"b\" (it is reached only where that address "
	    "is also one of this machine)" } },
	{ WEB("{ address = \"192.0.2.10:8080\"; }"), 0,
	  { ":2:13: warning: server 192.0.2.10:8080 has the address of service \"web\" (it is reached only where that "
	    "address is also one of this machine)" } },
	/* families */
	{ WEB("{ address = \"[2001:db8::1]\"; }"), -EINVAL,
	  { ":2:13: server [2001:db8::1]:80 is IPv6 and service \"web\" is IPv4 (masq keeps the address family)" } },
	{ "services: ( { name = \"six\"; address = \"[2001:db8::1]:80\"; servers: (\n" ONE " ); } );", -EINVAL,
	  { ":2:13: server 10.0.0.1:80 is IPv4 and service \"six\" is IPv6 (masq keeps the address family)" } },
	/* interfaces */
	{ "network: { server_interfaces = [ \"eth0\", \"lvs0\", \"eth0\" ]; };" WEB(ONE), -EINVAL,
	  { ":1:32: \"server_interfaces\" holds \"eth0\" twice",
	    ":1:32: \"server_interfaces\" holds \"lvs0\", the device itself (name the interfaces that lead to the real "
	    "servers)" } },
	/* what could not be read is not compared */
	{ "services: ( { address = \"x\"; servers: ( { address = \"y\"; } ); },\n{ address = \"x\"; } );", -EINVAL,
	  { ":1:25: \"x\" is not an address (names are not looked up: write \"192.0.2.10:80\" or \"[2001:db8::53]:53\")",
	    ":1:53: \"y\" is not an address (names are not looked up: write \"192.0.2.10:80\" or \"[2001:db8::53]:53\")",
	    ":2:13: \"x\" is not an address (names are not looked up: write \"192.0.2.10:80\" or \"[2001:db8::53]:53\")" } },
};

static void collisions_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf *conf = NULL;
		size_t expected = 0;
		char line[600];

		assert_int_equal(lvs_conf_parse(rows[i].text, strlen(rows[i].text), "", &errors, &conf), rows[i].err);
		while (expected < 3 && rows[i].findings[expected])
			expected++;
		for (size_t k = 0; k < errors.n && k < expected; k++)
			assert_string_equal(lvs_conf_errors_line(&errors, k, line, sizeof(line)), rows[i].findings[k]);
		if (errors.n != expected)
			fail_msg("%zu findings in: %s", errors.n, rows[i].text);
		lvs_conf_free(conf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collisions_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
