// SPDX-License-Identifier: GPL-2.0-or-later
/* What is expected is what ipvsadm 1.31 prints. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "lvsadm/print.h"
#include "tests/unit/lvsadm/words.h"

/* In an order that is not ipvsadm's. */
static const char services[] =
	"[{ 'protocol': 'fwm', 'mark': 20, 'family': 4, 'scheduler': 'rr', 'servers': ["
	"    { 'address': '10.0.0.2', 'port': 80, 'forward': 'masq', 'label': 'Masq', 'weight': 1 },"
	"    { 'address': '10.0.0.1', 'port': 0, 'forward': 'local', 'label': 'Local', 'weight': 2 } ] },"
	" { 'protocol': 'fwm', 'mark': 4, 'family': 6, 'scheduler': 'rr', 'servers': [] },"
	" { 'protocol': 'fwm', 'mark': 4294967295, 'family': 4, 'scheduler': 'rr', 'one_packet': true },"
	" { 'protocol': 'tcp', 'address': '2001:db8::10', 'port': 80, 'family': 6, 'scheduler': 'rr',"
	"     'persistent': { 'timeout': 60, 'prefix6': 64 }, 'servers': ["
	"    { 'address': '2001:db8:1::1', 'port': 8080, 'forward': 'masq', 'label': 'Masq', 'weight': 5 },"
	"    { 'address': '10.0.0.1', 'port': 80, 'forward': 'tunnel', 'label': 'Tunnel', 'weight': 1 } ] },"
	" { 'protocol': 'udp', 'address': '192.0.2.10', 'port': 5060, 'family': 4, 'scheduler': 'wrr',"
	"     'one_packet': true, 'helper': 'sip', 'persistent': { 'timeout': 60, 'netmask': '255.255.255.0' } },"
	" { 'protocol': 'udp', 'address': '192.0.2.10', 'port': 5061, 'family': 4, 'scheduler': 'rr',"
	"     'helper': 'sip' },"
	" { 'protocol': 'sctp', 'address': '192.0.2.10', 'port': 9999, 'family': 4, 'scheduler': 'sh',"
	"     'scheduler_flags': ['sh-port', 'sh-fallback'] },"
	" { 'protocol': 'tcp', 'address': '192.0.2.100', 'port': 80, 'family': 4, 'scheduler': 'sh',"
	"     'scheduler_flags': ['flag-3'] },"
	" { 'protocol': 'tcp', 'address': '192.0.2.10', 'port': 443, 'family': 4, 'scheduler': 'wlc',"
	"     'scheduler_flags': ['flag-1', 'flag-3'] },"
	" { 'protocol': 'tcp', 'address': '192.0.2.10', 'port': 80, 'family': 4, 'scheduler': 'rr',"
	"   'stats': { 'conns': 99999999, 'in_packets': 100000000, 'out_packets': 999999999, 'in_bytes': 1000000000,"
	"              'out_bytes': 99999999999 },"
	"   'rates': { 'ipvs': { 'cps': 123456789, 'in_pps': 2, 'out_pps': 3, 'in_bps': 4000000000, 'out_bps': 5 } }, 'servers': ["
	"    { 'address': '10.0.0.30', 'port': 80, 'forward': 'tunnel', 'label': 'Tunnel', 'weight': 1, 'tunnel': {"
	"        'type': 'gue', 'port': 6080, 'csum': 'remcsum' } },"
	"    { 'address': '10.0.0.2', 'port': 80, 'forward': 'tunnel', 'label': 'Tunnel', 'weight': 1,"
	"      'tunnel': { 'type': 'gre', 'csum': 'csum', 'port': 0 } },"
	"    { 'address': '10.0.0.1', 'port': 8080, 'forward': 'masq', 'label': 'Masq', 'weight': 65535, 'active': 12,"
	"      'inactive': 345, 'persistent': 6, 'upper': 100, 'lower': 50,"
	"      'stats': { 'conns': 100000000000, 'in_packets': 99999999999999, 'out_packets': 100000000000000, 'in_bytes': 0,"
	"                 'out_bytes': 1 },"
	"      'rates': { 'ipvs': { 'cps': 123456789, 'in_pps': 2, 'out_pps': 3, 'in_bps': 4000000000, 'out_bps': 5 } } },"
	"    { 'address': '10.0.0.4', 'port': 80, 'forward': 'droute', 'label': 'Route', 'weight': 0 } ] } ]";

#define HEADING                                                                                                        \
	"Prot LocalAddress:Port Scheduler Flags\n"                                                                     \
	"  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
static const struct {
	const char *line;
	const char *expect;
} rows[] = {
	{ "ipvsadm -L -n",
	  HEADING
	  "FWM  -1 rr ops\n"
	  "TCP  192.0.2.10:80 rr\n"
	  "  -> 10.0.0.1:8080                Masq    65535  12         345       \n"
	  "  -> 10.0.0.2:80                  Tunnel  1      0          0         \n"
	  "  -> 10.0.0.4:80                  Route   0      0          0         \n"
	  "  -> 10.0.0.30:80                 Tunnel  1      0          0         \n"
	  "TCP  192.0.2.10:443 wlc (flag-1,flag-3)\n"
	  "TCP  192.0.2.100:80 sh ()\n"
	  "UDP  192.0.2.10:5060 wrr persistent 60 mask 255.255.255.0 pe sip ops\n"
	  "UDP  192.0.2.10:5061 rr\n"
	  "SCTP 192.0.2.10:9999 sh (sh-fallback,sh-port)\n"
	  "TCP  [2001:db8::10]:80 rr persistent 60 mask 64\n"
	  "  -> 10.0.0.1:80                  Tunnel  1      0          0         \n"
	  "  -> [2001:db8:1::1]:8080         Masq    5      0          0         \n"
	  "FWM  4 IPv6 rr\n"
	  "FWM  20 rr\n"
	  "  -> 10.0.0.1:0                   Local   2      0          0         \n"
	  "  -> 10.0.0.2:80                  Masq    1      0          0         \n" },
	{ "ipvsadm -L -n --tun-info",
	  "Prot LocalAddress:Port Scheduler Flags\n"
	  "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n"
	  "FWM  -1 rr ops\n"
	  "TCP  192.0.2.10:80 rr\n"
	  "  -> 10.0.0.1:8080                Masq    n/a           65535  12         345       \n"
	  "  -> 10.0.0.2:80                  Tunnel  gre:+c        1      0          0         \n"
	  "  -> 10.0.0.4:80                  Route   n/a           0      0          0         \n"
	  "  -> 10.0.0.30:80                 Tunnel  gue:6080:r+c  1      0          0         \n"
	  "TCP  192.0.2.10:443 wlc (flag-1,flag-3)\n" },
	{ "ipvsadm -L -n --stats",
	  "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
	  "  -> RemoteAddress:Port\n"
	  "FWM  -1                                  0        0        0        0        0\n"
	  "TCP  192.0.2.10:80                99999999  100000K  999999K    1000M   99999M\n"
	  "  -> 10.0.0.1:8080                    100G   99999G     100T        0        1\n"
	  "  -> 10.0.0.2:80                         0        0        0        0        0\n" },
	{ "ipvsadm -L -n --stats --exact",
	  "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
	  "  -> RemoteAddress:Port\n"
	  "FWM  -1                                  0        0        0        0        0\n"
	  "TCP  192.0.2.10:80                99999999 100000000 999999999 1000000000 99999999999\n"
	  "  -> 10.0.0.1:8080                100000000000 99999999999999 100000000000000        0        1\n"
	  "  -> 10.0.0.2:80                         0        0        0        0        0\n" },
	{ "ipvsadm -L -n --rate",
	  "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
	  "  -> RemoteAddress:Port\n"
	  "FWM  -1                                  0        0        0        0        0\n"
	  "TCP  192.0.2.10:80                 123456K        2        3    4000M        5\n"
	  "  -> 10.0.0.1:8080                123456789        2        3    4000M        5\n"
	  "  -> 10.0.0.2:80                         0        0        0        0        0\n" },
	{ "ipvsadm -L -n --thresholds",
	  "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n"
	  "  -> RemoteAddress:Port\n"
	  "FWM  -1 rr ops\n"
	  "TCP  192.0.2.10:80 rr\n"
	  "  -> 10.0.0.1:8080                100        50         12         345       \n"
	  "  -> 10.0.0.2:80                  0          0          0          0         \n" },
	{ "ipvsadm -L -n --persistent-conn",
	  "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n"
	  "  -> RemoteAddress:Port\n"
	  "FWM  -1 rr ops\n"
	  "TCP  192.0.2.10:80 rr\n"
	  "  -> 10.0.0.1:8080                65535     6           12         345       \n"
	  "  -> 10.0.0.2:80                  1         0           0          0         \n" },
	{ "ipvsadm -S -n",
	  "-A -f 4294967295 -s rr -o\n"
	  "-A -t 192.0.2.10:80 -s rr\n"
	  "-a -t 192.0.2.10:80 -r 10.0.0.1:8080 -m -w 65535\n"
	  "-a -t 192.0.2.10:80 -r 10.0.0.2:80 -i -w 1 --tun-type gre --tun-csum\n"
	  "-a -t 192.0.2.10:80 -r 10.0.0.4:80 -g -w 0\n"
	  "-a -t 192.0.2.10:80 -r 10.0.0.30:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum\n"
	  "-A -t 192.0.2.10:443 -s wlc -b flag-1,flag-3\n"
	  "-A -t 192.0.2.100:80 -s sh -b \n"
	  "-A -u 192.0.2.10:5060 -s wrr -p 60 -M 255.255.255.0 --pe sip -o\n"
	  "-A -u 192.0.2.10:5061 -s rr --pe sip\n"
	  "-A --sctp-service 192.0.2.10:9999 -s sh -b sh-fallback,sh-port\n"
	  "-A -t [2001:db8::10]:80 -s rr -p 60 -M 64\n"
	  "-a -t [2001:db8::10]:80 -r 10.0.0.1:80 -i -w 1 --tun-type ipip\n"
	  "-a -t [2001:db8::10]:80 -r [2001:db8:1::1]:8080 -m -w 5\n"
	  "-A -f 4 -6 -s rr\n"
	  "-A -f 20 -s rr\n"
	  "-a -f 20 -r 10.0.0.1:0 -g -w 2\n"
	  "-a -f 20 -r 10.0.0.2:80 -m -w 1\n" },
};

/* @text: JSON with ' for " */
static void fill(struct lvsadm_table *table, const char *text)
{
	char *copy = strdup(text);
	json_t *list, *service;
	size_t i;

	for (char *at = copy; (at = strchr(at, '\''));)
		*at = '"';
	list = json_loads(copy, 0, NULL);
	assert_non_null(list);
	*table = (struct lvsadm_table){ .nservices = 0 };
	json_array_foreach(list, i, service)
		assert_int_equal(lvsadm_table_add(table, service), 0);
	json_decref(list);
	free(copy);
}

/* @warn: where warnings are to go */
static char *printed(const struct lvsadm_table *table, const char *line, FILE *warn)
{
	struct lvsadm_command command = parse_line(line);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (command.kind == LVSADM_LIST)
		lvsadm_print_heading(out, &command);
	for (size_t i = 0; i < table->nservices; i++)
		if (command.kind == LVSADM_LIST)
			lvsadm_print_service(out, &command, &table->services[i]);
		else
			lvsadm_print_saved(out, warn, &command, &table->services[i]);
	fclose(out);
	return text;
}

static void prints_every_format(void **state)
{
	struct lvsadm_table table;

	(void)state;
	fill(&table, services);
	lvsadm_table_sort(&table);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = printed(&table, rows[i].line, stderr);

		/* of the longer ones the beginning will do */
		if (strlen(text) > strlen(rows[i].expect) && !strstr(rows[i].expect, "FWM  20") && !strstr(rows[i].expect, "-f 20"))
			text[strlen(rows[i].expect)] = '\0';
		assert_string_equal(text, rows[i].expect);
		free(text);
	}
	lvsadm_table_fini(&table);
}

/* Several formats at once, in any order: one of them. */
static void one_format_wins(void **state)
{
	static const struct {
		const char *line, *winner;
	} formats[] = {
		{ "ipvsadm -L -n --rate --stats", "ipvsadm -L -n --stats" },
		{ "ipvsadm -L -n --thresholds --rate", "ipvsadm -L -n --rate" },
		{ "ipvsadm -L -n --persistent-conn --thresholds", "ipvsadm -L -n --thresholds" },
		{ "ipvsadm -L -n --tun-info --persistent-conn", "ipvsadm -L -n --persistent-conn" },
		{ "ipvsadm -L -n --exact", "ipvsadm -L -n" },
	};
	struct lvsadm_table table;

	(void)state;
	fill(&table, services);
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		char *text = printed(&table, formats[i].line, stderr), *winner = printed(&table, formats[i].winner, stderr);

		assert_string_equal(text, winner);
		free(text);
		free(winner);
	}
	lvsadm_table_fini(&table);
}

static void warns_of_what_cannot_be_saved(void **state)
{
	struct lvsadm_table table;
	char *warning = NULL, *text;
	size_t size;
	FILE *warn = open_memstream(&warning, &size);

	(void)state;
	fill(&table, "[{ 'protocol': 'tcp', 'address': '192.0.2.1', 'port': 80, 'family': 4, 'scheduler': 'geo', 'servers': ["
		     "{ 'address': '10.0.0.1', 'port': 80, 'forward': 'fullnat', 'label': 'FullNAT', 'weight': 1 } ] }]");
	text = printed(&table, "ipvsadm -S -n", warn);
	fclose(warn);
	assert_string_equal(text, "-A -t 192.0.2.1:80 -s geo\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1\n");
	assert_string_equal(warning, "10.0.0.1:80 of -t 192.0.2.1:80 is a FullNAT server, and was saved as -m\n");
	free(text);
	free(warning);
	lvsadm_table_fini(&table);
}

static void refuses_what_makes_no_sense(void **state)
{
	static const char *const bad[] = {
		"{}", "[]", "7", "{\"protocol\":\"icmp\",\"address\":\"192.0.2.1\"}", "{\"protocol\":\"tcp\"}",
		"{\"protocol\":\"tcp\",\"address\":\"no\"}", "{\"protocol\":7,\"address\":\"192.0.2.1\"}",
		"{\"protocol\":\"tcp\",\"address\":\"192.0.2.1\",\"servers\":[{}]}",
		"{\"protocol\":\"tcp\",\"address\":\"192.0.2.1\",\"servers\":[{\"address\":\"10.0.0.1\"},7]}",
	};
	struct lvsadm_table table = { .nservices = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		json_t *json = json_loads(bad[i], JSON_DECODE_ANY, NULL);

		assert_true(lvsadm_table_add(&table, json) < 0);
		assert_int_equal(table.nservices, 0);
		json_decref(json);
	}
	lvsadm_table_fini(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_every_format),
		cmocka_unit_test(one_format_wins),
		cmocka_unit_test(warns_of_what_cannot_be_saved),
		cmocka_unit_test(refuses_what_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
