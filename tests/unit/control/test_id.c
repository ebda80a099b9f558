// SPDX-License-Identifier: GPL-2.0-or-later
/* Ids are read and written in one spelling; names are found too. */
#include "tests/lib/test.h"

#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "control/id.h"
#include "control/walk.h"

static const char *const services[] = {
	"tcp:192.0.2.10:80", "tcp:192.0.2.10:0",	"udp:[2001:db8::53]:53",	"sctp:[::1]:65535", "fwm:7",
	"fwm6:7",	     "fwm:4294967295",		"tcp:192.0.2.10:80,443,8000-8999", "udp:[2001:db8::1]:1-65535",
};

static const char *const wrong[] = {
	"", ":", "tcp", "tcp:", "tcp:192.0.2.10", "tcp:192.0.2.10:", "tcp:192.0.2.10:080", "tcp:192.0.2.10:65536",
	"tcp:192.0.2.10:+80", "tcp:192.0.2.10:80 ", "tcp:192.0.2.256:80", "tcp:2001:db8::1:80", "tcp:[192.0.2.10]:80",
	"icmp:192.0.2.10:80", "TCP:192.0.2.10:80", "fwm:0", "fwm:", "fwm:4294967296", "fwm:-1", "fwm:07", "fwm7:7",
	"tcp:192.0.2.10:80,", "tcp:192.0.2.10:90-80", "tcp:[2001:db8::53]", "tcp:192.0.2.10:99999999999999999999",
	"tcp:1111111111111111111111111111111111111111111111111111111111:80",
};

static void ids_are_read_as_they_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		struct lvs_service_key key;
		struct lvs_ports ports;
		char text[LVS_ID_BYTES];

		if (!lvs_id_parse_service(services[i], &key, &ports))
			fail_msg("\"%s\" is not read", services[i]);
		assert_string_equal(lvs_id_service(&key, &ports, text), services[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct lvs_service_key key;
		struct lvs_ports ports;

		if (lvs_id_parse_service(wrong[i], &key, &ports))
			fail_msg("\"%s\" is read", wrong[i]);
	}
}

static void ends_have_a_port_even_if_it_is_none(void **state)
{
	static const char *const ends[] = { "10.0.0.1:8080", "10.0.0.1:0", "[2001:db8::1]:0", "[::]:65535" };
	struct lvs_addr addr;
	lvs_be16 port;
	char text[LVS_ENDPOINT_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		assert_true(lvs_id_parse_end(ends[i], &addr, &port));
		assert_string_equal(lvs_id_end(&addr, port, text), ends[i]);
	}
	assert_false(lvs_id_parse_end("10.0.0.1", &addr, &port));
	assert_false(lvs_id_parse_end("10.0.0.1:", &addr, &port));
	assert_false(lvs_id_parse_end("10.0.0.1:x", &addr, &port));
}

static const char text[] =
	"services: ("
	"{ name = \"web\"; address = \"192.0.2.1:80\"; servers: ( { name = \"one\"; address = \"10.0.0.1:80\"; },"
	"	{ address = \"10.0.0.2:80\"; } ); },"
	"{ address = \"192.0.2.1:443\"; },"
	"{ name = \"tcp:192.0.2.1:80\"; address = \"192.0.2.2:80\"; },"
	"{ name = \"many\"; address = \"192.0.2.3\"; ports = \"80,90-99\"; },"
	"{ name = \"mark\"; mark = 7; family = \"inet6\"; }"
	");";

static void services_and_servers_are_found_by_id_and_by_name(void **state)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ "tcp:192.0.2.1:80", "web" },	 { "web", "web" },	      { "tcp:192.0.2.1:443", "tcp-192.0.2.1:443" },
		{ "tcp-192.0.2.1:443", "tcp-192.0.2.1:443" },		      { "tcp:192.0.2.2:80", "tcp:192.0.2.1:80" },
		{ "tcp:192.0.2.3:80,90-99", "many" }, { "fwm6:7", "mark" },   { "tcp:192.0.2.3:80", NULL },
		{ "tcp:192.0.2.3:80,90-98", NULL },   { "fwm:7", NULL },      { "udp:192.0.2.1:80", NULL },
		{ "we", NULL },			      { "", NULL },
	};
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	const struct lvs_conf_service *web;

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "test", &errors, &conf), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lvs_conf_service *service = lvs_id_find_service(conf, rows[i].text);

		if (!service != !rows[i].name || (service && strcmp(service->name, rows[i].name) != 0))
			fail_msg("\"%s\" finds \"%s\"", rows[i].text, service ? service->name : "nothing");
	}
	web = lvs_id_find_service(conf, "web");
	assert_ptr_equal(lvs_id_find_server(web, "one"), &web->servers[0]);
	assert_ptr_equal(lvs_id_find_server(web, "10.0.0.1:80"), &web->servers[0]);
	assert_ptr_equal(lvs_id_find_server(web, "10.0.0.2:80"), &web->servers[1]);
	assert_null(lvs_id_find_server(web, "10.0.0.2:81"));
	assert_null(lvs_id_find_server(web, "10.0.0.2"));
	assert_null(lvs_id_find_server(web, "two"));
	lvs_conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_read_as_they_are_written),
		cmocka_unit_test(ends_have_a_port_even_if_it_is_none),
		cmocka_unit_test(services_and_servers_are_found_by_id_and_by_name),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
