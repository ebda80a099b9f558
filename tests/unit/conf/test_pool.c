// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "conf/pool.h"
#include "sys/addrtext.h"

static const struct {
	const char *text;
	const char *reason;	/* NULL: it is fine, and has @n addresses from @first to @last */
	uint32_t n;
	const char *first, *last;
} texts[] = {
	{ "10.0.0.64", NULL, 1, "10.0.0.64", "10.0.0.64" },
	{ "10.0.0.64-10.0.0.71", NULL, 8, "10.0.0.64", "10.0.0.71" },
	{ " 10.0.0.64 - 10.0.0.71 ,\t10.0.0.1 ", NULL, 9, "10.0.0.1", "10.0.0.71" },
	{ "10.0.0.255-10.0.1.0", NULL, 2, "10.0.0.255", "10.0.1.0" },
	{ "10.0.0.0-10.0.3.255", NULL, 1024, "10.0.0.0", "10.0.3.255" },
	{ "10.0.0.0-10.0.4.0", "holds more than 1024 addresses", 0, NULL, NULL },
	{ "10.0.0.0-10.0.3.255, 2001:db8::1", "holds more than 1024 addresses", 0, NULL, NULL },
	{ "0.0.0.1-255.255.255.254", "holds an address that no machine can have", 0, NULL, NULL },
	{ "2001:db8::fffe-2001:db8::1:1, 2001:db8::5", NULL, 5, "2001:db8::5", "2001:db8::1:1" },
	{ "::2-ffff::", "holds more than 1024 addresses", 0, NULL, NULL },
	{ "10.0.0.9-10.0.0.8", "holds a range that ends before it begins", 0, NULL, NULL },
	{ "10.0.0.9-2001:db8::1", "holds a range that ends before it begins", 0, NULL, NULL },
	{ "10.0.0.1-10.0.0.4, 10.0.0.4", "holds an address twice", 0, NULL, NULL },
	{ "", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ ",", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "10.0.0.1,", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "10.0.0.1 10.0.0.2", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "10.0.0.1-", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "10.0.0.1-10.0.0.2-10.0.0.3", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "10.0.0.0/24", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "10.0.0.1:80", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "web", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "::ffff:10.0.0.1", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", "is not a list of addresses and ranges", 0, NULL, NULL },
	{ "127.0.0.1", "holds an address that no machine can have", 0, NULL, NULL },
	{ "224.0.0.1", "holds an address that no machine can have", 0, NULL, NULL },
	{ "0.0.0.0", "holds an address that no machine can have", 0, NULL, NULL },
	{ "::1", "holds an address that no machine can have", 0, NULL, NULL },
	{ "fe80::1", "holds an address that no machine can have", 0, NULL, NULL },
};

static void lists_are_read(void **state)
{
	struct lvs_addr addrs[LVS_CONF_POOL_MAX];
	char text[LVS_ADDR_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		uint32_t n = 4711;
		const char *reason = lvs_conf_pool_parse(texts[i].text, addrs, &n);

		if (texts[i].reason) {
			assert_non_null(reason);
			assert_string_equal(reason, texts[i].reason);
			assert_int_equal(n, 4711);
			continue;
		}
		assert_null(reason);
		assert_int_equal(n, texts[i].n);
		assert_string_equal(lvs_addr_format(&addrs[0], text), texts[i].first);
		assert_string_equal(lvs_addr_format(&addrs[n - 1], text), texts[i].last);
	}
}

static const struct {
	const char *text, *reason;	/* NULL: it is fine */
	bool servers;
	uint32_t n;
} masquerades[] = {
	{ "servers", NULL, true, 0 },
	{ "10.0.0.0/24", NULL, false, 1 },
	{ " 10.0.0.0/24 , servers,2001:db8:1::/64\t, 10.1.0.1", NULL, true, 3 },
	{ "0.0.0.0/0", NULL, false, 1 },
	{ "", "is not a list of networks, and perhaps \"servers\"", false, 0 },
	{ "servers,", "is not a list of networks, and perhaps \"servers\"", false, 0 },
	{ "server", "is not a list of networks, and perhaps \"servers\"", false, 0 },
	{ "10.0.0.0/33", "is not a list of networks, and perhaps \"servers\"", false, 0 },
	{ "10.0.0.1/24", "holds a network with ones behind its length", false, 0 },
	{ "10.0.0.0/24 10.0.1.0/24", "is not separated by commas", false, 0 },
	{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", "is not a list of networks", false, 0 },
};

static void networks_are_read(void **state)
{
	struct lvs_prefix prefixes[LVS_CONF_MASQUERADE_MAX];
	char text[LVS_CONF_POOL_BYTES];
	bool servers;
	uint32_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(masquerades); i++) {
		const char *reason = lvs_conf_masquerade_parse(masquerades[i].text, &servers, prefixes, &n);

		if (masquerades[i].reason) {
			assert_non_null(reason);
			assert_string_equal(reason, masquerades[i].reason);
			continue;
		}
		assert_null(reason);
		assert_int_equal(servers, masquerades[i].servers);
		assert_int_equal(n, masquerades[i].n);
	}
	for (uint32_t k = 0; k <= LVS_CONF_MASQUERADE_MAX; k++)
		memcpy(text + k * 4, k < LVS_CONF_MASQUERADE_MAX ? "::1," : "::1", 4);
	assert_string_equal(lvs_conf_masquerade_parse(text, &servers, prefixes, &n), "holds more than 64 networks");
	text[LVS_CONF_MASQUERADE_MAX * 4 - 1] = '\0';
	assert_null(lvs_conf_masquerade_parse(text, &servers, prefixes, &n));
	assert_int_equal(n, LVS_CONF_MASQUERADE_MAX);
}

#define POOL(text) "director: {\nsource_pool = \"" text "\";\n};"
#define WEB(address, server)                                                                                           \
	"services: ( { name = \"web\"; address = \"" address "\"; forward = \"fullnat\"; servers: (\n{ name = \"a\"; "   \
	"address = \"" server "\"; } ); } );"
#define HINT4 "(give \"director.source_pool\" addresses that the server has a way to, such as \"10.0.0.64-10.0.0.71\")"
#define HINT6                                                                                                          \
	"(give \"director.source_pool\" addresses that the server has a way to, such as \"2001:db8:1::64-2001:db8:1::71\")"

static const struct {
	const char *text, *finding;
} files[] = {
	{ POOL("10.0.0.64") WEB("192.0.2.1:80", "10.0.0.1:8080"), NULL },
	{ POOL("10.0.0.64") WEB("[2001:db8::1]:80", "10.0.0.1"), NULL },
	{ POOL("2001:db8:1::64") WEB("192.0.2.1:80", "[2001:db8:1::1]"), NULL },
	{ "director: { dip = \"10.0.0.2\"; };" WEB("192.0.2.1:80", "10.0.0.1"), NULL },
	{ "director: { dip6 = \"[2001:db8:1::2]\"; source_pool = \"10.0.0.64\"; };" WEB("192.0.2.1:80", "[2001:db8:1::1]"), NULL },
	{ WEB("192.0.2.1:80", "10.0.0.1"), ":2:25: \"fullnat\" to server \"a\" has no IPv4 address to come from " HINT4 },
	{ POOL("2001:db8:1::64") WEB("192.0.2.1:80", "10.0.0.1"),
	  ":4:25: \"fullnat\" to server \"a\" has no IPv4 address to come from " HINT4 },
	{ POOL("10.0.0.64") WEB("192.0.2.1:80", "[2001:db8:1::1]"),
	  ":4:25: \"fullnat\" to server \"a\" has no IPv6 address to come from " HINT6 },
	{ POOL("10.0.0.1-10.0.0.9") WEB("192.0.2.1:80", "10.0.0.9"),
	  ":2:15: \"source_pool\" holds \"10.0.0.9\", which is that of server \"a\" (its addresses are lvsd's alone)" },
	{ POOL("10.0.0.64") WEB("10.0.0.64:80", "10.0.0.9"),
	  ":2:15: \"source_pool\" holds \"10.0.0.64\", which is that of service \"web\" (its addresses are lvsd's alone)" },
	{ "director: { dip = \"10.0.0.2\";\nsource_pool = \"10.0.0.2\"; };" WEB("192.0.2.1:80", "10.0.0.9"),
	  ":2:15: \"source_pool\" holds \"10.0.0.2\", which is that of \"dip\" (its addresses are lvsd's alone)" },
	{ POOL("10.0.0.9-10.0.0.1") WEB("192.0.2.1:80", "10.0.0.1"),
	  ":2:15: \"source_pool\": \"10.0.0.9-10.0.0.1\" holds a range that ends before it begins (addresses that servers see "
	  "in place of clients, such as \"10.0.0.64-10.0.0.71, 2001:db8:1::64\")" },
	{ "director: { source_pool = \"10.0.0.64\";\nsource_ports = \"1024-2000,3000-4000\"; };"
	  WEB("192.0.2.1:80", "10.0.0.1"), ":2:16: \"source_ports\" is a single range (such as \"1024-65535\")" },
	{ "director: {\nmasquerade = \"servers\";\n};" WEB("192.0.2.1:80", "10.0.0.1"),
	  ":2:14: \"masquerade\" has no address that connections could come from (give \"source_pool\" some, or a \"dip\")" },
	{ "director: { source_pool = \"10.0.0.64\";\nmasquerade = \"servers, 10.0.0.0/24, 2001:db8::/32\";\n};"
	  WEB("192.0.2.1:80", "10.0.0.1"),
	  ":2:14: \"masquerade\" has no IPv6 address that connections could come from (give \"source_pool\" some, or a "
	  "\"dip\")" },
	{ "director: { source_pool = \"10.0.0.64\"; masquerade = \"servers, 10.0.0.0/24\"; };" WEB("192.0.2.1:80", "10.0.0.1"),
	  NULL },
	{ "director: { source_pool = \"10.0.0.64\"; };\nservices: ( { name = \"f\"; address = \"192.0.2.1:21\"; helper = \"ftp\";\n"
	  "servers: ( { address = \"10.0.0.1\"; forward = \"fullnat\"; } ); } );",
	  ":3:46: helper \"ftp\" of service \"f\" does not work with \"fullnat\" (\"masq\" keeps the clients' addresses)" },
};

static void what_does_not_fit_together_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf *conf = NULL;
		char line[600];
		int err = lvs_conf_parse(files[i].text, strlen(files[i].text), "", &errors, &conf);

		if (errors.n)
			(void)lvs_conf_errors_line(&errors, 0, line, sizeof(line));
		if (files[i].finding) {
			assert_int_equal(err, -EINVAL);
			assert_string_equal(line, files[i].finding);
		} else {
			if (err)
				fail_msg("%s", line);
			assert_int_equal(errors.n, 0);
		}
		lvs_conf_free(conf);
	}
}

static void what_has_no_effect_is_warned_of(void **state)
{
	static const char text[] = "director: { source_pool = \"10.0.0.64\"; };\nservices: ( { address = \"192.0.2.1:80\"; "
				   "scheduler = \"mh\"; pickup = true;\nservers: ( { name = \"a\"; address = \"10.0.0.1\"; "
				   "forward = \"fullnat\"; } ); } );";
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char line[300];

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "", &errors, &conf), 0);
	assert_int_equal(errors.n, 1);
	assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)),
			    ":3:58: warning: connections of server \"a\" are not picked up, as its method is \"fullnat\" (nobody "
			    "remembers their ports of the source pool)");
	lvs_conf_free(conf);
}

static void a_family_without_a_pool_has_the_directors_address(void **state)
{
	static const char text[] = "director: { dip = \"10.0.0.1\"; dip6 = \"[2001:db8::1]\"; source_pool = \"10.0.0.64-10.0.0.65\"; };";
	struct lvs_addr addrs[LVS_CONF_POOL_MAX + 2];
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "", &errors, &conf), 0);
	assert_int_equal(lvs_conf_sources(&conf->director, addrs), 3);
	assert_true(lvs_addr_equal(&addrs[0], &(struct lvs_addr[]){ test_addr("10.0.0.64") }[0]));
	assert_true(lvs_addr_equal(&addrs[2], &(struct lvs_addr[]){ test_addr("2001:db8::1") }[0]));
	lvs_conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(networks_are_read),
		cmocka_unit_test(what_does_not_fit_together_is_found),
		cmocka_unit_test(what_has_no_effect_is_warned_of),
		cmocka_unit_test(a_family_without_a_pool_has_the_directors_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
