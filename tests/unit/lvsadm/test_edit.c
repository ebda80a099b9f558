// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "lvsadm/edit.h"
#include "tests/unit/lvsadm/words.h"

#define SERVICE "/v1/services/tcp:192.0.2.10:80"

static const struct {
	const char *line;
	const char *method;
	const char *path;
	const char *body;	/* keys in alphabetical order; NULL: none */
} rows[] = {
	{ "ipvsadm -A -t 192.0.2.10:80", "PUT", SERVICE, "{\"one_packet\":false,\"scheduler\":\"wlc\",\"scheduler_flags\":[]}" },
	{ "ipvsadm -A -t 192.0.2.10:80 -s rr -p", "PUT", SERVICE,
	  "{\"one_packet\":false,\"persistent\":{\"netmask\":\"255.255.255.255\",\"timeout\":360},\"scheduler\":\"rr\","
	  "\"scheduler_flags\":[]}" },
	{ "ipvsadm -A -t [2001:db8::10]:80 -p 60 -M 64", "PUT", "/v1/services/tcp:%5B2001:db8::10%5D:80",
	  "{\"one_packet\":false,\"persistent\":{\"prefix6\":64,\"timeout\":60},\"scheduler\":\"wlc\",\"scheduler_flags\":[]}" },
	{ "ipvsadm -A -u 192.0.2.10:5060 -s rr -p 60 -M 255.255.255.0 --pe sip", "PUT", "/v1/services/udp:192.0.2.10:5060",
	  "{\"helper\":\"sip\",\"one_packet\":false,\"persistent\":{\"netmask\":\"255.255.255.0\",\"timeout\":60},"
	  "\"scheduler\":\"rr\",\"scheduler_flags\":[]}" },
	{ "ipvsadm -A -f 7 -s sh -b sh-port,flag-1 -o", "PUT", "/v1/services/fwm:7",
	  "{\"one_packet\":true,\"scheduler\":\"sh\",\"scheduler_flags\":[\"sh-fallback\",\"sh-port\"]}" },
	{ "ipvsadm -A -f 4294967295 -6 -s rr -b flag-2,flag-3", "PUT", "/v1/services/fwm6:4294967295",
	  "{\"one_packet\":false,\"scheduler\":\"rr\",\"scheduler_flags\":[\"flag-2\",\"flag-3\"]}" },
	{ "ipvsadm -A --sctp-service 192.0.2.10:0 -s rr -p 1", "PUT", "/v1/services/sctp:192.0.2.10:0",
	  "{\"one_packet\":false,\"persistent\":{\"netmask\":\"255.255.255.255\",\"timeout\":1},\"scheduler\":\"rr\","
	  "\"scheduler_flags\":[]}" },
	{ "ipvsadm -E -t 192.0.2.10:80 -s rr", "PATCH", SERVICE,
	  "{\"one_packet\":false,\"persistent\":null,\"scheduler\":\"rr\",\"scheduler_flags\":[]}" },
	{ "ipvsadm -E -t 192.0.2.10:80 -p 5", "PATCH", SERVICE,
	  "{\"one_packet\":false,\"persistent\":{\"netmask\":\"255.255.255.255\",\"timeout\":5},\"scheduler\":\"wlc\","
	  "\"scheduler_flags\":[]}" },
	{ "ipvsadm -A -t 192.0.2.10:80 -s r\xf0r", "PUT", SERVICE,
	  "{\"one_packet\":false,\"scheduler\":\"r?r\",\"scheduler_flags\":[]}" },
	{ "ipvsadm -D -t 192.0.2.10:80", "DELETE", SERVICE, NULL },
	{ "ipvsadm -D -f 7 -6", "DELETE", "/v1/services/fwm6:7", NULL },
	{ "ipvsadm -C", "DELETE", "/v1/services", NULL },
	{ "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1", "PUT", SERVICE "/servers/10.0.0.1:80",
	  "{\"forward\":\"droute\",\"lower_threshold\":0,\"upper_threshold\":0,\"weight\":1}" },
	{ "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:8080 -m -w 5 -x 100 -y 50", "PUT", SERVICE "/servers/10.0.0.1:8080",
	  "{\"forward\":\"masq\",\"lower_threshold\":50,\"upper_threshold\":100,\"weight\":5}" },
	{ "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:8080 -g", "PUT", SERVICE "/servers/10.0.0.1:80",
	  "{\"forward\":\"droute\",\"lower_threshold\":0,\"upper_threshold\":0,\"weight\":1}" },
	{ "ipvsadm -a -t 192.0.2.10:80 -r [2001:db8:1::3]:80 -i", "PUT", SERVICE "/servers/%5B2001:db8:1::3%5D:80",
	  "{\"forward\":\"tunnel\",\"lower_threshold\":0,\"tunnel\":{\"csum\":\"nocsum\",\"port\":0,\"type\":\"ipip\"},"
	  "\"upper_threshold\":0,\"weight\":1}" },
	{ "ipvsadm -a -f 3 -r 10.0.0.3 -i --tun-type gue --tun-port 6080 --tun-remcsum", "PUT",
	  "/v1/services/fwm:3/servers/10.0.0.3:0",
	  "{\"forward\":\"tunnel\",\"lower_threshold\":0,\"tunnel\":{\"csum\":\"remcsum\",\"port\":6080,\"type\":\"gue\"},"
	  "\"upper_threshold\":0,\"weight\":1}" },
	{ "ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.1:80 -m -w 0", "PATCH", SERVICE "/servers/10.0.0.1:80",
	  "{\"forward\":\"masq\",\"lower_threshold\":0,\"tunnel\":null,\"upper_threshold\":0,\"weight\":0}" },
	{ "ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.1 -i --tun-type gre --tun-csum", "PATCH", SERVICE "/servers/10.0.0.1:80",
	  "{\"forward\":\"tunnel\",\"lower_threshold\":0,\"tunnel\":{\"csum\":\"csum\",\"port\":0,\"type\":\"gre\"},"
	  "\"upper_threshold\":0,\"weight\":1}" },
	{ "ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.1:0", "DELETE", SERVICE "/servers/10.0.0.1:80", NULL },
	{ "ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.1:90", "DELETE", SERVICE "/servers/10.0.0.1:90", NULL },
};

static void makes_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lvsadm_command command = parse_line(rows[i].line);
		struct lvsadm_edit edit;
		json_t *operation;
		char *body;

		assert_true(lvsadm_is_edit(command.kind));
		assert_int_equal(lvsadm_edit_new(&command, &edit), 0);
		assert_string_equal(edit.method, rows[i].method);
		assert_string_equal(edit.path, rows[i].path);
		assert_int_equal(edit.create, strcmp(rows[i].method, "PUT") == 0);
		body = edit.body ? json_dumps(edit.body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
		assert_int_equal(body != NULL, rows[i].body != NULL);
		if (body)
			assert_string_equal(body, rows[i].body);
		free(body);

		operation = lvsadm_edit_operation(&edit);
		assert_string_equal(json_string_value(json_object_get(operation, "method")), rows[i].method);
		assert_string_equal(json_string_value(json_object_get(operation, "path")), rows[i].path);
		assert_int_equal(json_is_true(json_object_get(operation, "if_none_match")), edit.create);
		assert_true(json_equal(json_object_get(operation, "body"), edit.body) || !edit.body);
		json_decref(operation);
		lvsadm_edit_fini(&edit);
	}
}

static void others_make_none(void **state)
{
	(void)state;
	assert_false(lvsadm_is_edit(parse_line("ipvsadm -L").kind));
	assert_false(lvsadm_is_edit(parse_line("ipvsadm -Z").kind));
	assert_false(lvsadm_is_edit(parse_line("ipvsadm --set 1 2 3").kind));
	assert_false(lvsadm_is_edit(parse_line("ipvsadm -h").kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_requests),
		cmocka_unit_test(others_make_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
