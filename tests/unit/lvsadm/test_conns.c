// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "lvsadm/conns.h"
#include "tests/unit/lvsadm/words.h"

#define PLAIN "ipvsadm -L -n -c"
#define WITH_PE "ipvsadm -L -n -c --persistent-conn"

static const struct {
	const char *what;
	const char *line;
	const char *json;
	const char *expect;
} rows[] = {
	{ "TCP", PLAIN,
	  "{\"protocol\":\"tcp\",\"client\":\"10.1.0.2:40079\",\"virtual\":\"192.0.2.10:8000\",\"server\":\"10.2.0.1:8000\","
	  "\"service\":\"tcp:192.0.2.10:8000\",\"state\":\"ESTABLISHED\",\"expires\":899.73,\"template\":false}",
	  "TCP 14:59  ESTABLISHED 10.1.0.2:40079     192.0.2.10:8000    10.2.0.1:8000\n" },
	{ "IPv6 template", PLAIN,
	  "{\"protocol\":\"tcp\",\"family\":6,\"client\":\"[fd01::1]:0\",\"virtual\":\"[2001:db8::10]:8000\","
	  "\"server\":\"[fd02::1]:8000\",\"service\":\"tcp:[2001:db8::10]:8000\",\"state\":\"ASSURED\",\"expires\":99.2,"
	  "\"template\":true}",
	  "TCP 01:39  ASSURED     [fd01::1]:0        [2001:db8::10]:8000 [fd02::1]:8000\n" },
	{ "a client without its port", PLAIN,
	  "{\"protocol\":\"udp\",\"client\":\"10.1.0.2\",\"virtual\":\"192.0.2.10:53\",\"server\":\"10.2.0.1:53\","
	  "\"state\":\"NONE\",\"expires\":0,\"template\":true}",
	  "UDP 00:00  NONE        10.1.0.2:0         192.0.2.10:53      10.2.0.1:53\n" },
	{ "a connection of a mark", PLAIN,
	  "{\"protocol\":\"sctp\",\"family\":4,\"client\":\"10.1.0.3:40082\",\"virtual\":\"10.99.7.1:8000\","
	  "\"server\":\"10.2.0.2:8000\",\"service\":\"fwm:7\",\"state\":\"ESTABLISHED\",\"expires\":6000,\"template\":false}",
	  "SCTP 100:00 ESTABLISHED 10.1.0.3:40082     10.99.7.1:8000     10.2.0.2:8000\n" },
	{ "a template of a mark", PLAIN,
	  "{\"protocol\":\"ip\",\"family\":4,\"client\":\"10.1.0.3:0\",\"virtual\":\"0.0.0.7:0\",\"server\":\"10.2.0.2:0\","
	  "\"service\":\"fwm:7\",\"state\":\"ASSURED\",\"expires\":49,\"template\":true}",
	  "IP  00:49  ASSURED     10.1.0.3:0         0.0.0.7:0          10.2.0.2:0\n" },
	{ "a template of an IPv6 mark", PLAIN,
	  "{\"protocol\":\"ip\",\"family\":6,\"client\":\"[fd01::1]:0\",\"virtual\":\"[1:7::]:0\",\"server\":\"[fd02::1]:0\","
	  "\"service\":\"fwm6:65543\",\"state\":\"NONE\",\"expires\":49,\"template\":true}",
	  "IP  00:49  NONE        [fd01::1]:0        [1:7::]:0          [fd02::1]:0\n" },
	{ "a persistence engine, not asked for", PLAIN,
	  "{\"protocol\":\"udp\",\"client\":\"10.1.0.2:0\",\"virtual\":\"192.0.2.10:5060\",\"server\":\"10.2.0.1:5060\","
	  "\"state\":\"NONE\",\"expires\":59,\"template\":true,\"pe\":\"sip\",\"pe_data\":\"abc@x\"}",
	  "UDP 00:59  NONE        10.1.0.2:0         192.0.2.10:5060    10.2.0.1:5060\n" },
	{ "a persistence engine", WITH_PE,
	  "{\"protocol\":\"udp\",\"client\":\"10.1.0.2:0\",\"virtual\":\"192.0.2.10:5060\",\"server\":\"10.2.0.1:5060\","
	  "\"state\":\"NONE\",\"expires\":59,\"template\":true,\"pe\":\"sip\",\"pe_data\":\"abc@x\"}",
	  "UDP 00:59  NONE        10.1.0.2:0         192.0.2.10:5060    10.2.0.1:5060    sip                abc@x\n" },
	{ "no persistence engine", WITH_PE,
	  "{\"protocol\":\"tcp\",\"client\":\"10.1.0.2:1\",\"virtual\":\"192.0.2.10:80\",\"server\":\"10.2.0.1:80\","
	  "\"state\":\"CLOSE\",\"expires\":9}",
	  "TCP 00:09  CLOSE       10.1.0.2:1         192.0.2.10:80      10.2.0.1:80\n" },
	{ "no time at all", PLAIN,
	  "{\"protocol\":\"tcp\",\"client\":\"10.1.0.2:1\",\"virtual\":\"192.0.2.10:80\",\"server\":\"10.2.0.1:80\","
	  "\"state\":\"CLOSE\",\"expires\":1e300}",
	  "TCP 00:00  CLOSE       10.1.0.2:1         192.0.2.10:80      10.2.0.1:80\n" },
	{ "nonsense stays as it is", PLAIN, "{\"protocol\":\"tcp\",\"client\":\"x\",\"virtual\":7}",
	  "TCP 00:00              x                                     \n" },
};

static void prints_connections(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lvsadm_command command = parse_line(rows[i].line);
		json_t *json = json_loads(rows[i].json, 0, NULL);
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(json);
		lvsadm_conns_print(out, &command, json);
		fclose(out);
		assert_string_equal(text, rows[i].expect);
		free(text);
		json_decref(json);
	}
}

static void prints_headings(void **state)
{
	struct lvsadm_command plain = parse_line(PLAIN), with_pe = parse_line(WITH_PE);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	lvsadm_conns_heading(out, &plain);
	lvsadm_conns_heading(out, &with_pe);
	fclose(out);
	assert_string_equal(text,
			    "IPVS connection entries\n"
			    "pro expire state       source             virtual            destination\n"
			    "IPVS connection entries\n"
			    "pro expire state       source             virtual            destination        pe name          pe_data\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_connections),
		cmocka_unit_test(prints_headings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
