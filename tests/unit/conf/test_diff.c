// SPDX-License-Identifier: GPL-2.0-or-later
/* Two texts in, the lines that a reload would log out. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"

#define A "{ address = \"10.0.0.1\"; }"
#define A2 "{ address = \"10.0.0.1\"; weight = 2; }"
#define B "{ address = \"10.0.0.2:81\"; weight = 3; }"
#define WEB(keys, servers) "{ name = \"web\"; address = \"192.0.2.10:80\"; " keys " servers: ( " servers " ); }"
#define DNS "{ name = \"dns\"; address = \"192.0.2.10:80\"; protocol = \"udp\"; servers: ( " A " ); }"
#define RANGE(ports) "{ name = \"range\"; address = \"192.0.2.10\"; ports = \"" ports "\"; servers: ( " A " ); }"
#define MARK(mark, address) "{ mark = " mark "; address = \"" address "\"; }"
#define MARKS(mark, address) "marks: ( " MARK(mark, address) " );"
#define SERVICES(services) "services: ( " services " );"

static const struct row {
	const char *old_text, *new_text;
	const char *lines[8];
	size_t nrestart;
} rows[] = {
	{ SERVICES(WEB("", A)), SERVICES(WEB("", A)), { NULL }, 0 },
	{ SERVICES(WEB("", A "," B) "," DNS), "\n\n" SERVICES(DNS "," WEB("scheduler = \"wlc\";", B "," A)), { NULL }, 0 },
	{ "", "device: { mtu = 1400; name = \"t\"; offload = false; };", {
		"device: name \"lvs0\" -> \"t\" (takes a restart)", "device: mtu 1500 -> 1400 (takes a restart)",
		"device: offload true -> false (takes a restart)" }, 3 },
	{ "network: { setup = \"manual\"; };", "network: { server_interfaces = [ \"eth0\", \"eth1\" ]; };", {
		"network: setup \"manual\" -> \"auto\" (takes a restart)",
		"network: server_interfaces [] -> [\"eth0\", \"eth1\"] (takes a restart)" }, 2 },
	{ "director: { max_connections = 2000; };", "director: { reply_rate = 5; log_level = \"debug\"; };", {
		"director: max_connections 2000 -> 1048576 (takes a restart)", "director: reply_rate 1000 -> 5",
		"director: log_level \"info\" -> \"debug\"" }, 1 },
	{ "timeouts: { tcp = 5; };", "timeouts: { tcp_synack = 6; };", {
		"timeouts: tcp 5 -> 900", "timeouts: tcp_synack 120 -> 6" }, 0 },
	{ "", SERVICES(WEB("", A "," B) "," DNS), {
		"service \"web\" (192.0.2.10:80, tcp) added, 2 servers",
		"service \"dns\" (192.0.2.10:80, udp) added, 1 server" }, 0 },
	{ SERVICES(WEB("", A "," B) "," DNS), "", {
		"service \"web\" (192.0.2.10:80, tcp) removed, 2 servers",
		"service \"dns\" (192.0.2.10:80, udp) removed, 1 server" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("scheduler = \"rr\";", A)), {
		"service \"web\": scheduler \"wlc\" -> \"rr\"" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("persistent: { sliding = true; };", A)), {
		"service \"web\": persistent none -> { timeout = 300; netmask = \"255.255.255.255\"; prefix6 = 128; sliding = true; "
		"on_failure = \"break\"; on_drain = \"break\"; }" }, 0 },
	{ SERVICES(WEB("persistent: { prefix6 = 64; };", A)), SERVICES(WEB("persistent: { };", A)), {
		"service \"web\": persistent { timeout = 300; netmask = \"255.255.255.255\"; prefix6 = 64; sliding = false; "
		"on_failure = \"break\"; on_drain = \"break\"; } -> { timeout = 300; netmask = \"255.255.255.255\"; prefix6 = 128; sliding = false; "
		"on_failure = \"break\"; on_drain = \"break\"; }" }, 0 },
	{ SERVICES(WEB("persistent: { };", A)), SERVICES(WEB("persistent: { timeout = 300; };", A)), { NULL }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("helper = \"ftp\";", A)), {
		"service \"web\": helper \"none\" -> \"ftp\"" }, 0 },
	{ SERVICES(WEB("protocol = \"udp\";", A)), SERVICES(WEB("protocol = \"udp\"; one_packet = true;", A)), {
		"service \"web\": one_packet false -> true" }, 0 },
	{ SERVICES(WEB("protocol = \"udp\"; persistent = {};", A)), SERVICES(WEB("protocol = \"udp\"; persistent = {}; helper = \"sip\";", A)), {
		"service \"web\": helper \"none\" -> \"sip\"" }, 0 },
	{ SERVICES(WEB("", A)), "director: { syn_backlog = 7; };" SERVICES(WEB("syn_proxy = \"auto\";", A)), {
		"director: syn_backlog 1024 -> 7", "service \"web\": syn_proxy \"off\" -> \"auto\"" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("mss = 1360; mss_clamp = \"auto\";", "{ address = \"10.0.0.1\"; mtu = 1400; }")), {
		"service \"web\": mss 0 -> 1360, mss_clamp \"off\" -> \"auto\"",
		"service \"web\": server 10.0.0.1:80: mtu 0 -> 1400" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("client_address = \"toa\";", A)), {
		"service \"web\": client_address \"none\" -> \"toa\"",
		"service \"web\": server 10.0.0.1:80: client_address none -> \"toa\"" }, 0 },
	{ SERVICES(WEB("client_address = \"toa\";", A)),
	  SERVICES(WEB("client_address = \"toa\";", "{ address = \"10.0.0.1\"; client_address = \"none\"; }")), {
		"service \"web\": server 10.0.0.1:80: client_address \"toa\" -> \"none\"" }, 0 },
	{ SERVICES(RANGE("8000-8999,80")), SERVICES(RANGE("80,443,8000-8999")), {
		"service \"range\": ports \"80,8000-8999\" -> \"80,443,8000-8999\"" }, 0 },
	{ SERVICES(RANGE("80,81")), SERVICES(RANGE("81")), {
		"service \"range\" (192.0.2.10:80,81, tcp) removed, 1 server",
		"service \"range\" (192.0.2.10:81, tcp) added, 1 server" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("", A2)), {
		"service \"web\": server 10.0.0.1:80: weight 1 -> 2" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("", "{ address = \"10.0.0.1\"; upper_threshold = 9; lower_threshold = 3; }")), {
		"service \"web\": server 10.0.0.1:80: upper_threshold 0 -> 9, lower_threshold 0 -> 3" }, 0 },
	{ SERVICES(WEB("scheduler = \"mh\";", A)), SERVICES(WEB("scheduler = \"mh\"; mh_order = \"added\"; mh_table_size = 251;"
	  "scheduler_flags = ( \"mh-port\", \"mh-fallback\" );", A)), {
		"service \"web\": scheduler_flags () -> (\"mh-fallback\", \"mh-port\"), mh_table_size 4093 -> 251, "
		"mh_order \"address\" -> \"added\"" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("", B)), {
		"service \"web\": server 10.0.0.1:80 removed",
		"service \"web\": server 10.0.0.2:81 added, weight 3" }, 0 },
	{ SERVICES("{ name = \"www\"; address = \"192.0.2.10:80\"; servers: ( " A " ); }"),
	  SERVICES(WEB("scheduler = \"lc\";", A)), {
		"service \"www\": name \"www\" -> \"web\", scheduler \"wlc\" -> \"lc\"" }, 0 },
	{ MARKS("1", "192.0.2.0/24"), MARKS("1", "192.0.2.0/24"), { NULL }, 0 },
	{ "", MARKS("1", "192.0.2.0/24"), { "marks: 0 rules -> 1" }, 0 },
	{ MARKS("1", "192.0.2.0/24"), "marks: ( { mark = 1; address = \"192.0.2.0/24\"; transparent = true; } );", {
		"marks: 1 rule -> 1, from rule 1 on: transparent false -> true" }, 0 },
	{ "marks: ( " MARK("1", "192.0.2.0/24") ", " MARK("1", "192.0.2.1") " );",
	  "marks: ( " MARK("1", "192.0.2.0/24") ", " MARK("2", "192.0.2.0/25") ", " MARK("3", "192.0.2.1") " );", {
		"marks: 2 rules -> 3, from rule 2 on: mark 1 -> 2, address \"192.0.2.1\" -> \"192.0.2.0/25\"" }, 0 },
	{ SERVICES("{ mark = 7; servers: ( " A " ); }"), SERVICES("{ mark = 7; family = \"inet6\"; }"), {
		"service \"fwmark-7\" (mark 7, inet) removed, 1 server",
		"service \"fwmark-7-inet6\" (mark 7, inet6) added, 0 servers" }, 0 },
	{ SERVICES("{ mark = 7; servers: ( " A " ); }"), SERVICES("{ mark = 7; scheduler = \"rr\"; servers: ( " B " ); }"), {
		"service \"fwmark-7\": server 10.0.0.1 removed",
		"service \"fwmark-7\": scheduler \"wlc\" -> \"rr\"",
		"service \"fwmark-7\": server 10.0.0.2:81 added, weight 3" }, 0 },
	{ SERVICES(WEB("check: { type = \"tcp\"; };", A)), SERVICES(WEB("check: { type = \"tcp\"; rise = 2; };", A)), { NULL }, 0 },
	{ SERVICES(WEB("check: { type = \"tcp\"; };", A)), SERVICES(WEB("check: { type = \"tcp\"; rise = 3; }; checks_needed = 1;", A)), {
		"service \"web\": other check, checks_needed \"all\" -> \"any\"" }, 0 },
	{ SERVICES(WEB("", A)), SERVICES(WEB("initial_wait = 2.5;", "{ address = \"10.0.0.1\"; checks: ( { type = \"tcp\"; } ); "
	  "maintenance = true; }")), {
		"service \"web\": initial_wait 30.0 -> 2.5",
		"service \"web\": server 10.0.0.1:80: maintenance false -> true, other checks" }, 0 },
	/* all kinds at once, in the order in which they can be applied */
	{ SERVICES(WEB("", A "," B) "," DNS), "timeouts: { udp = 5; };"
	  SERVICES(WEB("scheduler = \"rr\";", A2 ", { address = \"10.0.0.9\"; }") ", { address = \"192.0.2.11:80\"; }"), {
		"timeouts: udp 300 -> 5",
		"service \"web\": server 10.0.0.2:81 removed",
		"service \"dns\" (192.0.2.10:80, udp) removed, 1 server",
		"service \"web\": scheduler \"wlc\" -> \"rr\"",
		"service \"web\": server 10.0.0.1:80: weight 1 -> 2",
		"service \"tcp-192.0.2.11:80\" (192.0.2.11:80, tcp) added, 0 servers",
		"service \"web\": server 10.0.0.9:80 added, weight 1" }, 0 },
};

static struct lvs_conf *parse(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (lvs_conf_parse(text, strlen(text), "lvs.conf", &errors, &conf) < 0) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("refused: %s", text);
	}
	return conf;
}

static void changes_are_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf *old_conf = parse(rows[i].old_text), *new_conf = parse(rows[i].new_text);
		struct lvs_conf_diff diff;
		size_t expected = 0;
		char line[500];

		assert_int_equal(lvs_conf_diff_init(old_conf, new_conf, &diff), 0);
		while (expected < ARRAY_LEN(rows[i].lines) && rows[i].lines[expected])
			expected++;
		for (size_t k = 0; k < diff.n && k < expected; k++)
			assert_string_equal(lvs_conf_change_describe(&diff.changes[k], line, sizeof(line)),
					    rows[i].lines[k]);
		assert_int_equal(diff.n, expected);
		assert_int_equal(diff.nrestart, rows[i].nrestart);
		lvs_conf_diff_fini(&diff);
		lvs_conf_free(old_conf);
		lvs_conf_free(new_conf);
	}
}

static void objects_stand_on_the_side_where_they_exist(void **state)
{
	struct lvs_conf *old_conf = parse(SERVICES(WEB("", A) "," DNS)), *new_conf = parse(SERVICES(WEB("", B)));
	struct lvs_conf_diff diff;

	(void)state;
	assert_int_equal(lvs_conf_diff_init(old_conf, new_conf, &diff), 0);
	assert_int_equal(diff.n, 3);
	assert_int_equal(diff.changes[0].kind, LVS_CONF_SERVER_REMOVED);
	assert_ptr_equal(diff.changes[0].old_service, &old_conf->services[0]);
	assert_ptr_equal(diff.changes[0].new_service, &new_conf->services[0]);
	assert_ptr_equal(diff.changes[0].old_server, &old_conf->services[0].servers[0]);
	assert_null(diff.changes[0].new_server);
	assert_int_equal(diff.changes[1].kind, LVS_CONF_SERVICE_REMOVED);
	assert_ptr_equal(diff.changes[1].old_service, &old_conf->services[1]);
	assert_null(diff.changes[1].new_service);
	assert_int_equal(diff.changes[2].kind, LVS_CONF_SERVER_ADDED);
	assert_null(diff.changes[2].old_server);
	assert_ptr_equal(diff.changes[2].new_server, &new_conf->services[0].servers[0]);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(old_conf);
	lvs_conf_free(new_conf);
}

static void a_line_is_cut_where_the_buffer_ends(void **state)
{
	struct lvs_conf *old_conf = parse(""), *new_conf = parse("network: { server_interfaces = [ \"eth0\" ]; };");
	struct lvs_conf_diff diff;
	char line[24];

	(void)state;
	assert_int_equal(lvs_conf_diff_init(old_conf, new_conf, &diff), 0);
	assert_string_equal(lvs_conf_change_describe(&diff.changes[0], line, sizeof(line)), "network: server_interfa");
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(old_conf);
	lvs_conf_free(new_conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_listed),
		cmocka_unit_test(objects_stand_on_the_side_where_they_exist),
		cmocka_unit_test(a_line_is_cut_where_the_buffer_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
