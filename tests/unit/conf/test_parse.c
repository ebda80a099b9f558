// SPDX-License-Identifier: GPL-2.0-or-later
/* Text in, values or exact findings out: parse.c with keys.c and value.c behind it. */
#include "tests/lib/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "conf/conf.h"
#include "conf/errors.h"

#define SERVERS " servers: ( { address = \"10.0.0.1:80\"; } );"
#define WEB "services: ( { address = \"192.0.2.10:80\";" SERVERS " } );"

/* A TAP device; its LAN with more keys; a service whose server is there. */
#define ON_LAN "device: { type = \"tap\"; };"
#define TAP(keys) "tap: { addresses = [\"10.9.0.5/24\"]; " keys " };"
#define NEAR "services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.9.0.11:80\"; } ); } );"
#define SERVICE(keys) "services: ( { address = \"192.0.2.10:80\"; " keys SERVERS " } );"
#define SERVER(keys) "services: ( { address = \"192.0.2.10:80\"; servers: ( { " keys " } ); } );"
#define MARK(keys) "marks: ( { " keys " } ); " WEB
#define MARKED(keys) "services: ( { " keys SERVERS " } );"
#define ADDRESS(text) "mark = 7; address = \"" text "\";"
#define NOT_REACHED(text)                                                                                      \
	"1:32: \"address\": \"" text "\" is not what clients can reach (what clients reach: an address, or a " \
	"network that is led to the device as a whole)"
#define ONLY_VIP(address) "services: ( { address = " address ";" SERVERS " } );"

#define TWO_PROTOCOLS                                                                                                \
	"services: ( { address = \"192.0.2.10:53\"; servers: ( { address = \"10.0.0.1\"; } ); },"                  \
	" { address = \"192.0.2.10:53\"; protocol = \"udp\"; servers: ( { address = \"10.0.0.1\"; } ); } );"

static struct lvs_conf *valid(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (lvs_conf_parse(text, strlen(text), "lvs.conf", &errors, &conf) < 0) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("refused: %s", text);
	}
	assert_int_equal(errors.nerrors, 0);
	assert_null(errors.text);
	return conf;
}

static void a_list_has_an_end(void **state)
{
	static const struct { const char *head, *tail, *finding; } rows[] = {
		{ "marks: ( ", "{}", "lvs.conf:1:8: \"marks\" has 65537 elements, but may have 65536" },
		{ "services: ( ", "{}", "lvs.conf:1:11: \"services\" has 65537 elements, but may have 65536" },
		{ "services: ( { address = \"192.0.2.1:80\"; servers: ( ", "{} ); }",
		  "lvs.conf:1:50: \"servers\" has 65537 elements, but may have 65536" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf *conf = NULL;
		char *text = NULL, line[512];
		size_t len, at;
		FILE *file = open_memstream(&text, &len);

		assert_non_null(file);
		fputs(rows[i].head, file);
		for (unsigned int k = 0; k < 65536; k++)
			fputs("{},", file);
		fprintf(file, "%s );", rows[i].tail);
		fclose(file);
		assert_int_equal(lvs_conf_parse(text, len, "lvs.conf", &errors, &conf), -EINVAL);
		assert_int_equal(errors.nerrors, 1);
		at = errors.list[0].severity == LVS_CONF_ERROR ? 0 : 1;	/* a warning of a service without servers */
		assert_memory_equal(lvs_conf_errors_line(&errors, at, line, sizeof(line)), rows[i].finding,
				    strlen(rows[i].finding));
		free(text);
	}
}

static void an_empty_file_has_every_default(void **state)
{
	struct lvs_conf *conf = valid("");
	struct lvs_conf *defaults = lvs_conf_new();

	(void)state;
	assert_true(lvs_conf_equal(conf, defaults));
	assert_string_equal(conf->device.type, "tun");
	assert_string_equal(conf->device.name, "lvs0");
	assert_int_equal(conf->device.mtu, 1500);
	assert_int_equal(conf->device.txqueuelen, 10000);
	assert_true(conf->device.offload);
	assert_int_equal(conf->network.setup, LVS_CONF_SETUP_AUTO);
	assert_int_equal(conf->network.table, 77);
	assert_true(conf->network.proxy);
	assert_int_equal(conf->network.priority, 10);
	assert_int_equal(conf->network.server_interfaces.n, 0);
	assert_int_equal(conf->director.max_connections, 1048576);
	assert_int_equal(conf->director.fragments, 4096);
	assert_string_equal(conf->director.user, "lvsd");
	assert_string_equal(conf->director.group, "");
	assert_int_equal(conf->director.ping, LVS_CONF_PING_WHEN_UP);
	assert_int_equal(conf->director.reply_rate, 1000);
	assert_int_equal(conf->director.syn_backlog, 1024);
	assert_int_equal(conf->director.log_level, LOG_INFO);
	assert_int_equal(conf->timeouts.tcp, 900);
	assert_int_equal(conf->timeouts.tcpfin, 120);
	assert_int_equal(conf->timeouts.udp, 300);
	assert_int_equal(conf->timeouts.tcp_synsent, 120);
	assert_int_equal(conf->timeouts.tcp_synrecv, 60);
	assert_int_equal(conf->timeouts.tcp_timewait, 120);
	assert_int_equal(conf->timeouts.tcp_close, 10);
	assert_int_equal(conf->timeouts.tcp_closewait, 60);
	assert_int_equal(conf->timeouts.tcp_lastack, 30);
	assert_int_equal(conf->timeouts.tcp_listen, 120);
	assert_int_equal(conf->timeouts.tcp_synack, 120);
	assert_int_equal(conf->nservices, 0);
	lvs_conf_free(conf);
	lvs_conf_free(defaults);
}

static void every_key_reaches_its_member(void **state)
{
	struct lvs_conf *conf = valid(
		"device: { type = \"tun\"; name = \"tun-a\"; mtu = 9000; txqueuelen = 7; offload = false; };\n"
		"network: { setup = \"manual\"; table = 0xfffffffe; proxy = false; priority = 32000;\n"
		"  server_interfaces = [ \"eth1\", \"eth\" \"2.100\" ]; };\n"
		"director: { max_connections = 100000000; fragments = 0; user = \"nobody\"; group = \"no-group\";\n"
		"  ping = \"never\"; reply_rate = 0; log_level = \"debug\"; };\n"
		"timeouts: { tcp = 1; tcpfin = 2; udp = 2678400; tcp_synsent = 4; tcp_synrecv = 5; tcp_timewait = 6;\n"
		"  tcp_close = 7; tcp_closewait = 8; tcp_lastack = 9; tcp_listen = 10; tcp_synack = 11; };\n"
		"services: (\n"
		"  { servers: ( { address = \"[2001:db8:1::5]\"; }, { address = \"[2001:db8:1::6]:54\"; weight = 0;\n"
		"      name = \"six\"; } ); name = \"dns6\"; address = \"[2001:db8::53]:53\"; protocol = \"udp\";\n"
		"    scheduler = \"wrr\"; forward = \"masq\"; },\n"
		"  { address = \"192.0.2.10:443\"; scheduler = \"mh\"; mh_table_size = 65521; mh_order = \"added\";\n"
		"    scheduler_flags = ( \"mh-port\", \"flag-3\", \"mh-port\" );\n"
		"    servers: ( { address = \"10.0.0.1\"; weight = 65535; upper_threshold = 4294967295; lower_threshold = 2; } );\n"
		"  } );\n");
	const struct lvs_conf_service *service;
	struct lvs_addr addr;

	(void)state;
	assert_string_equal(conf->device.name, "tun-a");
	assert_int_equal(conf->device.mtu, 9000);
	assert_int_equal(conf->device.txqueuelen, 7);
	assert_false(conf->device.offload);
	assert_int_equal(conf->network.setup, LVS_CONF_SETUP_MANUAL);
	assert_true(conf->network.table == 0xfffffffe);
	assert_false(conf->network.proxy);
	assert_int_equal(conf->network.priority, 32000);
	assert_int_equal(conf->network.server_interfaces.n, 2);
	assert_string_equal(conf->network.server_interfaces.names[0], "eth1");
	assert_string_equal(conf->network.server_interfaces.names[1], "eth2.100");
	assert_int_equal(conf->director.max_connections, 100000000);
	assert_int_equal(conf->director.fragments, 0);
	assert_string_equal(conf->director.user, "nobody");
	assert_string_equal(conf->director.group, "no-group");
	assert_int_equal(conf->director.ping, LVS_CONF_PING_NEVER);
	assert_int_equal(conf->director.reply_rate, 0);
	assert_int_equal(conf->director.log_level, LOG_DEBUG);
	assert_int_equal(conf->timeouts.tcp, 1);
	assert_int_equal(conf->timeouts.tcpfin, 2);
	assert_int_equal(conf->timeouts.udp, 2678400);
	assert_int_equal(conf->timeouts.tcp_synsent, 4);
	assert_int_equal(conf->timeouts.tcp_synack, 11);
	assert_int_equal(conf->nservices, 2);
	service = &conf->services[0];
	addr = test_addr("2001:db8::53");
	assert_true(lvs_addr_equal(&service->addr, &addr));
	assert_int_equal(service->port, 53);
	assert_int_equal(service->protocol, IPPROTO_UDP);
	assert_string_equal(service->name, "dns6");
	assert_string_equal(service->scheduler, "wrr");
	assert_int_equal(service->scheduler_flags, 0);
	assert_int_equal(service->mh_table_size, 4093);
	assert_int_equal(service->mh_order, LVS_CONF_MH_ORDER_ADDRESS);
	assert_string_equal(service->forward, "masq");
	assert_int_equal(service->where.line, 10);
	assert_int_equal(service->nservers, 2);
	addr = test_addr("2001:db8:1::5");
	assert_true(lvs_addr_equal(&service->servers[0].addr, &addr));
	assert_int_equal(service->servers[0].port, 53);
	assert_int_equal(service->servers[0].weight, 1);
	assert_int_equal(service->servers[0].upper_threshold, 0);
	assert_int_equal(service->servers[0].lower_threshold, 0);
	assert_string_equal(service->servers[0].name, "[2001:db8:1::5]:53");
	assert_int_equal(service->servers[1].port, 54);
	assert_int_equal(service->servers[1].weight, 0);
	assert_string_equal(service->servers[1].name, "six");
	service = &conf->services[1];
	assert_string_equal(service->name, "tcp-192.0.2.10:443");
	assert_int_equal(service->protocol, IPPROTO_TCP);
	assert_string_equal(service->scheduler, "mh");
	assert_int_equal(service->scheduler_flags, LVS_CONF_MH_PORT | LVS_CONF_FLAG_3);
	assert_int_equal(service->mh_table_size, 65521);
	assert_int_equal(service->mh_order, LVS_CONF_MH_ORDER_ADDED);
	assert_string_equal(service->forward, "masq");
	assert_int_equal(service->servers[0].port, 443);
	assert_int_equal(service->servers[0].weight, 65535);
	assert_true(service->servers[0].upper_threshold == UINT32_MAX);
	assert_int_equal(service->servers[0].lower_threshold, 2);
	lvs_conf_free(conf);
}

/* What libconfig's grammar allows, and files from other systems. */
static void spellings_are_accepted(void **state)
{
	static const char *const texts[] = {
		WEB, WEB "# no newline at the end", WEB "// nor here", WEB "/* nor\nhere */",
		"\xef\xbb\xbf" WEB,
		"# comment\r\n" WEB "\r\n",
		"device = { mtu : 1500, offload = TRUE }\n" WEB,
		"services = ( { address = \"192.0.2.10\" \":80\"; servers = ( { address = \"10.0.0.1:\\x380\" } ) } )",
		"director: { reply_rate = +1000L; };" WEB,
		"network: { server_interfaces = ( \"eth1\" ); };" WEB,
		"network: { server_interfaces = []; };" WEB,
		TWO_PROTOCOLS,
		"services: ( { address = \"192.0.2.10\"; ports = \"80-90\";" SERVERS " },"
		" { address = \"192.0.2.10:80\";" SERVERS " }, { address = \"192.0.2.10\"; ports = \" 91, 70 \";" SERVERS " },"
		" { address = \"192.0.2.10\"; ports = \"80-90\"; protocol = \"udp\";" SERVERS " } );",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		lvs_conf_free(valid(texts[i]));
}

#define PORTS(list) "services: ( { address = \"192.0.2.10\"; ports = \"" list "\";" SERVERS " } );"
#define PORTS_AT "1:47: \"ports\": "
#define PORTS_HINT "(write it like \"80,443,8000-8999\")"
static const struct row {
	const char *text;
	const char *finding;
} rows[] = {
	/* keys */
	{ "device: { mto = 1500; };" WEB, "1:11: unknown key \"mto\" in device (did you mean \"mtu\"?)" },
	{ "devise: { };" WEB, "1:1: unknown key \"devise\" in the file (did you mean \"device\"?)" },
	{ "\n  zzz = 1;" WEB, "2:3: unknown key \"zzz\" in the file" },
	{ SERVICE("weight = 2;"), "1:42: unknown key \"weight\" in a service (it is a key of a server)" },
	{ SERVICE("udp = 2;"), "1:42: unknown key \"udp\" in a service (it is a key of timeouts)" },
	{ SERVICE("persistent = { timeout = 0; };"),
	  "1:67: \"timeout\" is 0, but has to be from 1 to 2678400 (seconds that a client's server is remembered)" },
	{ SERVICE("persistent = { netmask = \"255.255\"; };"),
	  "1:67: \"netmask\": \"255.255\" is not four numbers up to 255, such as \"255.255.255.0\" (what makes IPv4 addresses "
	  "one client)" },
	{ SERVICE("persistent = { prefix6 = 129; };"),
	  "1:67: \"prefix6\" is 129, but has to be from 1 to 128 (how many equal bits make IPv6 addresses one client)" },
	{ SERVICE("conn_reuse_mode = 2;"), "1:60: \"conn_reuse_mode\" takes a word in quotes, not a whole number "
	  "(there is \"default\" \"0\" \"1\" \"2\")" },
	{ SERVICE("conn_reuse_mode = \"3\";"), "1:60: there is no conn_reuse_mode \"3\" (there is \"default\" \"0\" \"1\" \"2\")" },
	{ SERVICE("timeouts: { tcp = 2678401; };"), "1:60: \"tcp\" is 2678401, but has to be from 0 to 2678400 (seconds without a packet; 0: those of the director)" },
	{ SERVICE("timeouts: { tcp_fin = 1; };"), "1:54: unknown key \"tcp_fin\" in timeouts of a service (did you mean \"tcpfin\"?)" },
	{ "director: { conn_reuse_mode = 3; };", "1:31: \"conn_reuse_mode\" is 3, but has to be from 0 to 2 (when a client's "
	  "port may begin another connection: 0: never, 1: its last one is over, 2: or closing)" },
	{ SERVICE("persistent = { on_failure = \"stay\"; };"),
	  "1:70: there is no on_failure \"stay\" (there is \"break\" \"keep\")" },
	{ SERVICE("persistent = 300;"), "1:55: \"persistent\" takes a group, { ... }, not a whole number (clients come back to "
	  "their server)" },
	{ SERVICE("helper = \"fpt\";"), "1:51: there is no helper \"fpt\" (did you mean \"ftp\"? "
	  "there is \"none\" \"ftp\" \"sip\")" },
	{ SERVICE("helper = \"ftp\"; protocol = \"udp\";"), "1:51: helper \"ftp\" is only for TCP, and service "
	  "\"udp-192.0.2.10:80\" is udp (FTP is of TCP)" },
	{ SERVICE("one_packet = true;"), "1:55: \"one_packet\" is only for UDP, and service \"tcp-192.0.2.10:80\" is tcp "
					 "(a connection of any other protocol would be torn apart)" },
	{ SERVICE("helper = \"sip\"; persistent = {};"), "1:51: helper \"sip\" is only for UDP, and service \"tcp-192.0.2.10:80\" "
					 "is tcp (a Call-ID is looked for in datagrams)" },
	{ SERVICE("protocol = \"udp\"; helper = \"sip\";"), "1:69: helper \"sip\" keeps dialogs at their servers, and service "
	  "\"udp-192.0.2.10:80\" is not persistent (write \"persistent = { timeout = 3600; };\" beside it, for how long a dialog "
	  "is remembered)" },
	{ SERVICE("helper = \"spi\";"), "1:51: there is no helper \"spi\" (did you mean \"sip\"? "
	  "there is \"none\" \"ftp\" \"sip\")" },
	{ SERVICE("helper = \"tftp-and-such\";"), "1:51: there is no helper \"tftp-and-such\" (there is \"none\" \"ftp\" \"sip\")" },
	{ SERVICE("syn_proxy = \"maybe\";"),
	  "1:54: there is no syn_proxy \"maybe\" (there is \"off\" \"auto\" \"on\")" },
	{ SERVICE("protocol = \"udp\"; syn_proxy = \"on\";"),
	  "1:72: \"syn_proxy\" is of tcp, and service \"udp-192.0.2.10:80\" is udp (remove it)" },
	{ SERVICE("client_address = \"proxy\";"), "1:59: there is no client_address \"proxy\" (there is \"none\" \"proxy-v2\" \"toa\")" },
	{ SERVICE("protocol = \"udp\"; client_address = \"toa\";"),
	  "1:77: \"client_address\" is of tcp, and service \"udp-192.0.2.10:80\" is udp (remove it)" },
	{ SERVICE("syn_proxy = true;"), "1:54: \"syn_proxy\" takes a word in quotes, not true or false "
	  "(there is \"off\" \"auto\" \"on\")" },
	{ SERVICE("mss_clamp = 1300;"), "1:54: \"mss_clamp\" takes a word in quotes, not a whole number "
	  "(there is \"off\" \"auto\")" },
	{ SERVICE("mss = 87;"), "1:48: \"mss\" is 87, but has to be from 88 to 65495 (bytes that a TCP segment may carry)" },
	{ SERVICE("mss = 65496;"), "1:48: \"mss\" is 65496, but has to be from 88 to 65495 (bytes that a TCP segment may carry)" },
	{ SERVICE("protocol = \"udp\"; mss = 1300;"),
	  "1:66: \"mss\" is of tcp, and service \"udp-192.0.2.10:80\" is udp (remove it)" },
	{ SERVICE("protocol = \"udp\"; mss_clamp = \"auto\";"),
	  "1:72: \"mss_clamp\" is of tcp, and service \"udp-192.0.2.10:80\" is udp (remove it)" },
	{ SERVICE("ports = \"81\";"),
	  "1:50: \"192.0.2.10:80\" has a port already (leave the port out of \"address\")" },
	{ PORTS("80,0"), PORTS_AT "\"80,0\" is not a list of ports from 1 to 65535 " PORTS_HINT },
	{ PORTS("80-65536"), PORTS_AT "\"80-65536\" is not a list of ports from 1 to 65535 " PORTS_HINT },
	{ PORTS("80,"), PORTS_AT "\"80,\" is not a list of ports from 1 to 65535 " PORTS_HINT },
	{ PORTS("http"), PORTS_AT "\"http\" is not a list of ports from 1 to 65535 " PORTS_HINT },
	{ PORTS(""), PORTS_AT "\"\" is not a list of ports from 1 to 65535 " PORTS_HINT },
	{ PORTS("90-80"), PORTS_AT "\"90-80\" has a range that ends before it begins " PORTS_HINT },
	{ PORTS("80-90,70,85"), PORTS_AT "\"80-90,70,85\" has a port twice " PORTS_HINT },
	{ "services: ( { address = \"192.0.2.10\"; ports = \"80-90\";" SERVERS " },\n"
	  "  { address = \"192.0.2.10\"; ports = \"70,90-99\";" SERVERS " } );",
	  "2:37: port 90 of 192.0.2.10 (tcp) is in two services' lists (the first one is in line 1)" },
	{ "services: ( { address = \"192.0.2.10\"; ports = \"80-90\"; servers: ( { address = \"192.0.2.10:85\"; } ); } );",
	  "1:79: server 192.0.2.10:85 is the service itself: its packets would come back "
	  "(a server needs an address of its own, not a service's)" },
	{ SERVICE("check = { type = \"tpc\"; };"), "1:59: there is no type \"tpc\" (did you mean \"tcp\"? "
	  "there is \"tcp\" \"http\" \"https\" \"tls\" \"ping\" \"udp\" \"send_expect\" \"dns\" \"smtp\" \"grpc\" \"agent\" \"script\" \"file\")" },
	{ SERVICE("check = { };"), "1:50: a check needs \"type\" (how the server is asked)" },
	{ SERVICE("check = ( { type = \"tcp\"; } );"), "1:50: \"check\" takes a group, { ... }, not a list (how a server is asked "
	  "whether it is up)" },
	{ SERVICE("checks = { type = \"tcp\"; };"), "1:51: \"checks\" takes a list of groups, ( { ... }, { ... } ), not a group "
	  "(several ways in which a server is asked whether it is up)" },
	{ SERVICE("check = { type = \"tcp\"; intervall = 1; };"), "1:66: unknown key \"intervall\" in a check (did you mean "
	  "\"interval\"?)" },
	{ SERVICE("check = { type = \"tcp\"; interval = 0.05; };"), "1:77: \"interval\" is 0.05, but has to be from 0.1 to 86400 "
	  "seconds (seconds from one question to the next)" },
	{ SERVICE("check = { type = \"tcp\"; interval = 1e9; };"), "1:77: \"interval\" is 1e9, but has to be from 0.1 to 86400 "
	  "seconds (seconds from one question to the next)" },
	{ SERVICE("check = { type = \"tcp\"; interval = -1; };"), "1:77: \"interval\" is -1, but has to be from 0.1 to 86400 "
	  "seconds (seconds from one question to the next)" },
	{ SERVICE("check = { type = \"tcp\"; interval = \"2\"; };"), "1:77: \"interval\" takes a number of seconds, not a string "
	  "(seconds from one question to the next)" },
	{ SERVICE("check = { type = \"tcp\"; rise = 0; };"), "1:73: \"rise\" is 0, but has to be from 1 to 100 (good answers in a "
	  "row that bring a server up)" },
	{ SERVICE("check = { type = \"tcp\"; source = \"10.0.0.1:80\"; };"), "1:75: \"10.0.0.1:80\" is not an address (the address "
	  "of this host that asks)" },
#define CHECK_OF(keys) SERVICE("check = { type = \"http\"; " keys " };")
	{ CHECK_OF("method = \"get\";"), "1:76: \"method\": \"get\" is not a method, which has capital letters only (the HTTP method)" },
	{ CHECK_OF("path = \"x\";"), "1:74: \"path\": \"x\" does not begin with \"/\" (the path of the URL, with its query)" },
	{ CHECK_OF("path = \"/ \";"), "1:74: \"path\": \"/ \" holds what a URL would have as %20 or the like (the path of the URL, with "
	  "its query)" },
	{ CHECK_OF("host = \"a/b\";"), "1:74: \"host\": \"a/b\" is not a name: letters, digits and . - _ (the host of the URL)" },
	{ CHECK_OF("headers = ( \"X\" );"), "1:79: \"headers\": \"X\" is not a header, \"Name: value\" (more header lines: "
	  "( \"Name: value\" ))" },
	{ CHECK_OF("headers = ( \"X: a\\r\\nY: b\" );"), "1:79: \"headers\": \"X: a??Y: b\" holds characters that cannot be printed "
	  "(more header lines: ( \"Name: value\" ))" },
	{ CHECK_OF("headers = ( 1 );"), "1:79: \"headers\" takes strings, not a whole number (more header lines: ( \"Name: value\" ))" },
	{ CHECK_OF("status = \"200-99\";"), "1:76: \"status\": \"200-99\" is not a list of status codes from 100 to 599 (the status codes "
	  "that are good: \"200-299,301\")" },
	{ CHECK_OF("status = \"300-200\";"), "1:76: \"status\": \"300-200\" has a range that ends before it begins (the status codes "
	  "that are good: \"200-299,301\")" },
	{ CHECK_OF("body = \"\";"), "1:74: \"body\": \"\" is empty (a text that the body holds)" },
#ifdef HAVE_PCRE2
	{ CHECK_OF("regex = \"a(b\";"), "1:75: \"regex\": \"a(b\" is not a regular expression that compiles (a regular expression that "
	  "the body matches)" },
#endif
	{ CHECK_OF("http_version = \"3\";"), "1:82: there is no http_version \"3\" (there is \"1.0\" \"1.1\" \"2\")" },
	{ CHECK_OF("pin = \"sha256//AA==\";"), "1:73: \"pin\": \"sha256//AA==\" is not \"sha256//\" and the 44 characters of a SHA-256 in "
	  "Base64 (what the server's key is: \"sha256//...\")" },
	{ CHECK_OF("send = \"123\";"), "1:74: \"send\": \"123\" has an odd number of digits (the bytes that are sent, in hexadecimal)" },
	{ CHECK_OF("expect = \"1x\";"), "1:76: \"expect\": \"1x\" holds more than hexadecimal digits, \"?\" and blanks (the bytes that the "
	  "answer begins with, in hexadecimal; \"?\" is any digit)" },
	{ SERVICE("checks_needed = 0;"), "1:58: \"checks_needed\" is 0, but has to be from 1 to 65535 (how many checks have to be up: "
	  "\"all\", \"any\" or a number)" },
	{ SERVICE("checks_needed = \"each\";"), "1:58: there is no checks_needed \"each\" (there is \"all\" \"any\")" },
	{ SERVICE("on_failure = \"drop\";"), "1:55: there is no on_failure \"drop\" (there is \"remove\" \"quiesce\" \"reset\")" },
	{ SERVICE("sorry_server = { };"), "1:57: a sorry server needs \"address\" (the sorry server's address, and its port if it is "
	  "not the service's)" },
	{ SERVICE("quorum = 0;"), "1:51: \"quorum\" is 0, but has to be from 1 to 4294967295 (the weight of servers that are up, in all, "
	  "that makes a service)" },
	{ SERVICE("flap = { changes = 17; };"), "1:61: \"changes\" is 17, but has to be from 2 to 16 (so many falls within the window "
	  "are too many)" },
	{ MARK("mark = 0; address = \"192.0.2.1\";"),
	  "1:19: \"mark\" is 0, but has to be from 1 to 4294967295 (the number that services name)" },
	{ MARK("mark = 4294967296; address = \"192.0.2.1\";"),
	  "1:19: \"mark\" is 4294967296, but has to be from 1 to 4294967295 (the number that services name)" },
	{ MARK("address = \"192.0.2.1\";"), "1:10: a mark needs \"mark\" (the number that services name)" },
	{ MARK("mark = 7;"), "1:10: a mark needs \"address\" (what clients reach: an address, or a network that is led to the "
			     "device as a whole)" },
	{ MARK(ADDRESS("192.0.2.17/28")),
	  "1:32: \"192.0.2.17/28\" is not where a network of that length begins (did you mean \"192.0.2.16/28\"?)" },
	{ MARK(ADDRESS("192.0.2.0/33")),
	  "1:32: \"192.0.2.0/33\" has no valid length (behind the slash stands a number up to 32, for IPv6 up to 128)" },
	{ MARK(ADDRESS("192.0.2.1:80")), "1:32: \"192.0.2.1:80\" is neither an address nor a network (write it like "
					 "\"192.0.2.0/28\" or \"2001:db8::/64\")" },
	{ MARK(ADDRESS("192.0.0.0/7")), "1:32: \"192.0.0.0/7\" is too wide to be virtual as a whole: /8 is the widest, of IPv6 /16 "
				      "(say \"transparent = true\" if the addresses are those of others)" },
	{ MARK(ADDRESS("2000::/15")), "1:32: \"2000::/15\" is too wide to be virtual as a whole: /8 is the widest, of IPv6 /16 "
				      "(say \"transparent = true\" if the addresses are those of others)" },
	{ MARK(ADDRESS("::/0") " transparent = true;"), "1:32: \"address\": \"::/0\" is too wide: \"2000::/3\" is all that is "
				      "routed (what clients reach: an address, or a network that is led to the device as a whole)" },
	{ MARK(ADDRESS("128.0.0.0/1") " transparent = true;"), NOT_REACHED("128.0.0.0/1") },
	{ MARK(ADDRESS("192.0.2.1") " transparent = 1;"), "1:59: \"transparent\" takes true or false, not a whole number "
				      "(whether the addresses are those of others, as in front of caches)" },
	{ MARK(ADDRESS("224.0.0.0/8")), NOT_REACHED("224.0.0.0/8") },
	{ MARK(ADDRESS("127.0.0.1")), NOT_REACHED("127.0.0.1") },
	{ MARK(ADDRESS("0.0.0.0")), NOT_REACHED("0.0.0.0") },
	{ MARK(ADDRESS("fe80::/64")), NOT_REACHED("fe80::/64") },
	{ MARK(ADDRESS("::/16")), NOT_REACHED("::/16") },
	{ MARK("mark = 7; address = \"192.0.2.1\"; client = \"224.0.0.0/4\";"),
	  "1:54: \"client\": \"224.0.0.0/4\" is not where clients are (where the clients are: an address or a network)" },
	{ MARK("mark = 7; address = \"192.0.2.1\"; interface = \"eth0\";"),
	  "1:45: \"interface\" (a packet from a TUN device does not say where it came in; from a TAP device it will) is not "
	  "supported by this version (tell the sides apart by \"client\", the network that packets come from)" },
	{ MARK("mark = 7; address = \"192.0.2.1\"; protocol = \"icmp\";"),
	  "1:56: there is no protocol \"icmp\" (there is \"any\" \"tcp\" \"udp\" \"sctp\")" },
	{ MARKED("mark = 0;"), "1:22: \"mark\" is 0, but has to be from 1 to 4294967295 (what packets have that \"marks\" gives "
			       "this mark, in place of an address)" },
	{ MARKED("mark = 7; address = \"192.0.2.1:80\";"),
	  "1:35: a service of a mark has no \"address\" (put it into a rule of \"marks\")" },
	{ MARKED("mark = 7; ports = \"80\";"),
	  "1:33: a service of a mark has no \"ports\" (put it into a rule of \"marks\")" },
	{ MARKED("mark = 7; protocol = \"tcp\";"),
	  "1:36: a service of a mark has no \"protocol\" (put it into a rule of \"marks\")" },
	{ MARKED("family = \"inet6\"; address = \"192.0.2.1:80\";"),
	  "1:24: \"family\" goes with \"mark\" (an address says it itself)" },
	{ "services: ( {" SERVERS " } );",
	  "1:13: a service needs \"address\" (the address and port that clients reach)" },
	{ SERVER("weight = 1;"),
	  "1:53: a server needs \"address\" (the server's address, and its port if it is not the service's)" },
	/* types */
	{ "device: { mtu = \"1500\"; };" WEB,
	  "1:17: \"mtu\" takes a whole number, not a string (the largest packet, in bytes)" },
	{ "device: { mtu = 1500.0; };" WEB,
	  "1:17: \"mtu\" takes a whole number, not a number with a fraction (the largest packet, in bytes)" },
	{ "device: { mtu = true; };" WEB,
	  "1:17: \"mtu\" takes a whole number, not true or false (the largest packet, in bytes)" },
	{ "device: { offload = 1; };" WEB, "1:21: \"offload\" takes true or false, not a whole number "
					   "(whether super-packets and unfinished checksums pass through)" },
	{ "device: { name = 0; };" WEB, "1:18: \"name\" takes a string, not a whole number (the name of the device)" },
	{ "device: ( );" WEB, "1:9: \"device\" takes a group, { ... }, not a list (where packets come from)" },
	{ "services: { };",
	  "1:11: \"services\" takes a list of groups, ( { ... }, { ... } ), not a group (the virtual services)" },
	{ "services: ( 1 );", "1:13: \"services\" takes groups, { ... }, not a whole number (the virtual services)" },
	{ SERVICE("protocol = 6;"), "1:53: \"protocol\" takes a word in quotes, not a whole number "
	  "(there is \"tcp\" \"udp\" \"sctp\")" },
	{ ONLY_VIP("80"), "1:25: \"address\" takes a string, not a whole number (the address and port that clients reach)" },
	{ "network: { server_interfaces = \"eth1\"; };" WEB, "1:32: \"server_interfaces\" takes an array of names, not a string "
							     "(the interfaces where replies of real servers arrive)" },
	{ "network: { server_interfaces = [ 1 ]; };" WEB, "1:34: \"server_interfaces\" takes names in quotes, not a whole number "
							   "(the interfaces where replies of real servers arrive)" },
	/* ranges, before a 32-bit integer could hide them */
	{ "device: { mtu = 1279; };" WEB,
	  "1:17: \"mtu\" is 1279, but has to be from 1280 to 65535 (the largest packet, in bytes)" },
	{ "device: { mtu = 65536; };" WEB,
	  "1:17: \"mtu\" is 65536, but has to be from 1280 to 65535 (the largest packet, in bytes)" },
	{ "timeouts: { udp = 4294967376; };" WEB,
	  "1:19: \"udp\" is 4294967376, but has to be from 1 to 2678400 (seconds without a packet)" },
	{ "timeouts: { udp = 0x100000050; };" WEB,
	  "1:19: \"udp\" is 0x100000050, but has to be from 1 to 2678400 (seconds without a packet)" },
	{ "timeouts: { udp = 99999999999999999999999999999999999; };" WEB,
	  "1:19: \"udp\" is 99999999999999999999999999999999999, but has to be from 1 to 2678400 "
	  "(seconds without a packet)" },
	{ "timeouts: { udp = -18446744073709551556; };" WEB,
	  "1:19: \"udp\" is -18446744073709551556, but has to be from 1 to 2678400 (seconds without a packet)" },
	{ "timeouts: { udp = 0; };" WEB,
	  "1:19: \"udp\" is 0, but has to be from 1 to 2678400 (seconds without a packet)" },
	{ SERVER("address = \"10.0.0.1\"; weight = -1;"),
	  "1:86: \"weight\" is -1, but has to be from 0 to 65535 (the server's share; 0: no new connections)" },
	{ "director: { max_connections = 1023; };" WEB, "1:31: \"max_connections\" is 1023, but has to be from 1024 to "
							"100000000 (the size of the connection table, in connections)" },
	{ "network: { table = 254; };" WEB, "1:20: \"table\": 254 is one of the kernel's own tables "
					    "(the number of the routing table that lvsd owns)" },
	/* words */
	{ SERVICE("scheduler = \"wlcc\";"), "1:54: there is no scheduler \"wlcc\" (did you mean \"wlc\"? there is "
	  "\"rr\" \"wrr\" \"lc\" \"wlc\" \"lblc\" \"lblcr\" \"dh\" \"sh\" \"sed\" \"nq\" \"fo\" \"ovf\" \"mh\" \"twos\" \"geo\" \"ll\")" },
	{ SERVICE("scheduler = \"fastest\";"), "1:54: there is no scheduler \"fastest\" (there is \"rr\" \"wrr\" \"lc\" "
					       "\"wlc\" \"lblc\" \"lblcr\" \"dh\" \"sh\" \"sed\" \"nq\" \"fo\" "
					       "\"ovf\" \"mh\" \"twos\" \"geo\" \"ll\")" },
	{ SERVICE("scheduler_flags = ( \"sh-prot\" );"), "1:62: there is no flag \"sh-prot\" (did you mean \"sh-port\"? "
	  "there is \"sh-fallback\" \"sh-port\" \"mh-fallback\" \"mh-port\" \"flag-1\" \"flag-2\" \"flag-3\")" },
	{ SERVICE("scheduler_flags = ( \"nosuch\" );"),
	  "1:62: there is no flag \"nosuch\" (there is \"sh-fallback\" \"sh-port\" \"mh-fallback\" \"mh-port\" "
	  "\"flag-1\" \"flag-2\" \"flag-3\")" },
	{ SERVICE("scheduler_flags = \"sh-port\";"),
	  "1:60: \"scheduler_flags\" takes a list of words, ( \"...\" ), not a string (how the scheduler does it)" },
	{ SERVICE("scheduler_flags = ( 1 );"),
	  "1:62: \"scheduler_flags\" takes words in quotes, not a whole number "
	  "(there is \"sh-fallback\" \"sh-port\" \"mh-fallback\" \"mh-port\" \"flag-1\" \"flag-2\" \"flag-3\")" },
	{ SERVICE("mh_table_size = 4096;"),
	  "1:58: \"mh_table_size\": 4096 is not one of 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071 "
	  "(the slots of mh's table)" },
	{ SERVICE("mh_order = \"weight\";"), "1:53: there is no mh_order \"weight\" (there is \"address\" \"added\")" },
	{ SERVICE("forward = \"gatewaying\";"), "1:52: there is no forward \"gatewaying\" "
						"(there is \"masq\" \"droute\" \"tunnel\" \"local\" \"bypass\" \"fullnat\")" },
	{ SERVICE("protocol = \"icmp\";"), "1:53: there is no protocol \"icmp\" "
					   "(there is \"tcp\" \"udp\" \"sctp\")" },
	{ "device: { type = \"tap\"; };" WEB,
	  "1:18: a TAP device needs the group \"tap\" (add tap: { addresses = [\"10.9.0.5/24\"]; };)" },
	{ "device: { mac = \"02:00:00:00:00:05\"; };" WEB, "1:17: a device of type \"tun\" has no \"mac\" (say type = \"tap\")" },
	{ "device: { bridge = \"br0\"; };" WEB,
	  "1:20: a device of type \"tun\" cannot be a port of a bridge (say type = \"tap\")" },
	{ "tap: { addresses = [\"10.9.0.5/24\"]; };" WEB,
	  "1:20: \"tap\" is for a TAP device, and \"tun\" is none (say device.type = \"tap\", or leave \"tap\" out)" },
	{ "device: { mac = \"03:00:00:00:00:05\"; };" WEB,
	  "1:17: \"mac\": \"03:00:00:00:00:05\" is a group's address (its first byte is odd), not one station's (the station's "
	  "address, such as \"02:00:00:00:00:05\")" },
	{ "device: { mac = \"2:0:0:0:0:5\"; };" WEB,
	  "1:17: \"mac\": \"2:0:0:0:0:5\" is not six pairs of hexadecimal digits, such as \"02:00:00:00:00:05\" (the "
	  "station's address, such as \"02:00:00:00:00:05\")" },
	{ "device: { mac = \"00:00:00:00:00:00\"; };" WEB,
	  "1:17: \"mac\": \"00:00:00:00:00:00\" is no station's address (the station's address, such as \"02:00:00:00:00:05\")" },
	{ "device: { type = \"tap\"; mtu = 65522; }; " TAP("") NEAR, "1:31: \"mtu\" is 65522, and a TAP device takes 65521 at most" },
	{ "device: { type = \"tap\"; }; tap: { vlan = 10; };" WEB,
	  "1:33: tap needs \"addresses\" (lvsd's own addresses with their networks' lengths, such as [\"10.9.0.5/24\"])" },
	{ ON_LAN "tap: { addresses = [\"10.9.0.0/24\"]; };" NEAR,
	  "1:46: \"10.9.0.0\" is the first or last address of its network, which no host has" },
	{ ON_LAN "tap: { addresses = [\"10.9.0.5/33\"]; };" NEAR,
	  "1:47: \"10.9.0.5/33\" has no valid length (behind the slash stands a number up to 32, for IPv6 up to 128)" },
	{ ON_LAN "tap: { addresses = [\"10.9.0.5/24\", \"10.9.0.5/16\"]; };" NEAR, "1:46: \"addresses\" holds \"10.9.0.5\" twice" },
	{ ON_LAN "tap: { addresses = [\"10.9.0.5/3\"]; };" NEAR,
	  "1:46: the network of \"10.9.0.5\" is too wide for a LAN (/8 is the widest)" },
	{ ON_LAN "tap: { addresses = []; };" NEAR,
	  "1:46: \"addresses\" holds 0 addresses, but has to hold from 1 to 16 (lvsd's own addresses with their networks' lengths, "
	  "such as [\"10.9.0.5/24\"])" },
	{ ON_LAN TAP("gateway = \"10.8.0.1\";") NEAR,
	  "1:73: \"gateway\": \"10.8.0.1\" is not on the link (a next hop has to be in the network of one of \"addresses\")" },
	{ ON_LAN TAP("gateway = \"10.9.0.5\";") NEAR,
	  "1:73: \"gateway\" is lvsd's own address \"10.9.0.5\" (name the neighbour that takes the packets)" },
	{ ON_LAN TAP("gateway = \"fe80::1\";") NEAR, "1:73: \"gateway\" has to be IPv4, and \"fe80::1\" is not" },
	{ ON_LAN TAP("gateway = \"10.9.0.1/24\";") NEAR,
	  "1:73: \"gateway\" is a single address, without a length (the neighbour that all other IPv4 packets go to)" },
	{ ON_LAN TAP("routes: ( { to = \"10.8.0.0/16\"; via = \"10.9.0.7\"; }, { to = \"10.8.0.0/16\"; via = \"10.9.0.8\"; } );") NEAR,
	  "1:123: two routes lead to \"10.8.0.0/16\" (the first one is in line 1)" },
	{ ON_LAN TAP("routes: ( { to = \"10.9.0.0/24\"; via = \"10.9.0.7\"; } );") NEAR,
	  "1:80: \"10.9.0.0/24\" is the network of one of \"addresses\" (its hosts are neighbours)" },
	{ ON_LAN TAP("gateway = \"10.9.0.1\"; routes: ( { to = \"0.0.0.0/0\"; via = \"10.9.0.7\"; } );") NEAR,
	  "1:102: \"0.0.0.0/0\" is what the gateway is for (leave one of them out)" },
	{ ON_LAN TAP("routes: ( { to = \"10.8.0.0/16\"; via = \"192.0.2.7\"; } );") NEAR,
	  "1:101: \"via\": \"192.0.2.7\" is not on the link (a next hop has to be in the network of one of \"addresses\")" },
	{ ON_LAN TAP("vlan = 4095;") NEAR,
	  "1:70: \"vlan\" is 4095, but has to be from 1 to 4094 (the number of the VLAN whose tags the frames have)" },
	{ ON_LAN TAP("") WEB, "1:130: no route leads to server \"10.0.0.1\" (add a gateway or a route to \"tap\")" },
	{ "director: { ping = \"sometimes\"; };" WEB,
	  "1:20: there is no ping \"sometimes\" (there is \"when_up\" \"always\" \"never\")" },
	/* texts */
	{ "device: { name = \"abcdefghijklmnop\"; };" WEB,
	  "1:18: \"name\" is longer than 15 characters (the name of the device)" },
	{ "device: { name = \"a/b\"; };" WEB,
	  "1:18: \"name\": \"a/b\" is not the name of an interface (the name of the device)" },
	{ "device: { name = \"\"; };" WEB,
	  "1:18: \"name\": \"\" is not the name of an interface (the name of the device)" },
	{ SERVICE("name = \"a b\";"), "1:49: \"name\": \"a b\" holds more than letters, digits and . _ - : [ ] "
				      "(what logs and counters call the service)" },
	{ "director: { user = \"-r\"; };" WEB,
	  "1:20: \"user\": \"-r\" begins with \"-\" (the user to become after start)" },
	/* addresses */
	{ ONLY_VIP("\"192.0.2.10\""), "1:25: \"192.0.2.10\" has no port (put it behind a colon; only a persistent service may have all ports)" },
	{ ONLY_VIP("\"192.0.2.10:0\""), "1:25: \"192.0.2.10:0\" has no valid port (a port is a number from 1 to 65535)" },
	{ ONLY_VIP("\"192.0.2.10:70000\""),
	  "1:25: \"192.0.2.10:70000\" has no valid port (a port is a number from 1 to 65535)" },
	{ ONLY_VIP("\"192.0.2.10:http\""),
	  "1:25: \"192.0.2.10:http\" has no valid port (a port is a number from 1 to 65535)" },
	{ ONLY_VIP("\"192.0.2.010:80\""), "1:25: \"192.0.2.010:80\" is not an address "
					  "(IPv4 addresses have no leading zeros, which some read as octal)" },
	{ ONLY_VIP("\"192.0.2.256:80\""), "1:25: \"192.0.2.256:80\" is not an address "
					  "(an IPv4 address has four numbers up to 255: \"192.0.2.10:80\")" },
	{ ONLY_VIP("\"2001:db8::53\""),
	  "1:25: \"2001:db8::53\" is not an address (IPv6 stands in brackets: \"[2001:db8::53]\", \"[2001:db8::53]:53\")" },
	{ ONLY_VIP("\"2001:db8::zz:80\""),
	  "1:25: \"2001:db8::zz:80\" is not an address (IPv6 stands in brackets: \"[2001:db8::53]\", \"[2001:db8::53]:53\")" },
	{ ONLY_VIP("\"[::ffff:192.0.2.1]:80\""),
	  "1:25: \"[::ffff:192.0.2.1]:80\" is not an address (write it as an IPv4 address)" },
	{ ONLY_VIP("\"www.example.com:80\""), "1:25: \"www.example.com:80\" is not an address (names are not looked up: "
					      "write \"192.0.2.10:80\" or \"[2001:db8::53]:53\")" },
	{ ONLY_VIP("\"0.0.0.0:80\""), "1:25: \"0.0.0.0:80\" stands for every address" },
	{ ONLY_VIP("\"239.1.2.3:80\""), "1:25: \"239.1.2.3:80\" is a multicast address" },
	{ ONLY_VIP("\"[ff02::1]:80\""), "1:25: \"[ff02::1]:80\" is a multicast address" },
	{ ONLY_VIP("\"255.255.255.255:80\""), "1:25: \"255.255.255.255:80\" is not the address of one machine" },
	{ ONLY_VIP("\"127.0.0.1:80\""),
	  "1:25: \"127.0.0.1:80\" is a loopback address, which never leaves its machine" },
	{ ONLY_VIP("\"[fe80::1]:80\""), "1:25: \"[fe80::1]:80\" is a link-local address, which is not routed" },
	{ SERVER("address = \"[::]:80\";"), "1:65: \"[::]:80\" stands for every address" },
};

static void each_mistake_has_its_place_and_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf *conf = (struct lvs_conf *)&errors, *untouched = conf;
		char line[600], expect[600];

		snprintf(expect, sizeof(expect), "lvs.conf:%s", rows[i].finding);
		assert_int_equal(lvs_conf_parse(rows[i].text, strlen(rows[i].text), "lvs.conf", &errors, &conf), -EINVAL);
		assert_ptr_equal(conf, untouched);
		if (errors.n != 1)
			lvs_conf_errors_print(&errors, stderr);
		assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)), expect);
		assert_int_equal(errors.n, 1);
		assert_int_equal(errors.nerrors, 1);
	}
}

static void all_mistakes_come_at_once(void **state)
{
	static const char text[] = "device: { mtu = 1; mtu = 2; name = lvs0; };;\n"
				   "timeouts: { tcp = 080; };\n"
				   "services: ( { adress = \"192.0.2.10:80\"; weight = 1;\n"
				   "  servers: ( { address = \"10.0.0.1\"; weight = -1; }, ); } );\n";
	static const char *const expect[] = {
		"lvs.conf:1:17: \"mtu\" is 1, but has to be from 1280 to 65535 (the largest packet, in bytes)",
		"lvs.conf:1:20: \"mtu\" is set twice (the first one is in line 1)",
		"lvs.conf:1:36: \"lvs0\" is not a value (strings stand in quotes; truth is true or false)",
		"lvs.conf:1:44: \";\" without a setting in front of it (remove it)",
		"lvs.conf:2:19: \"080\" is not a value (write it without the leading zero)",
		"lvs.conf:3:13: a service needs \"address\" (the address and port that clients reach)",
		"lvs.conf:3:15: unknown key \"adress\" in a service (did you mean \"address\"?)",
		"lvs.conf:3:41: unknown key \"weight\" in a service (it is a key of a server)",
		"lvs.conf:4:47: \"weight\" is -1, but has to be from 0 to 65535 (the server's share; 0: no new connections)",
		"lvs.conf:4:52: \",\" without an element after it (remove it)",
	};
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	char line[600];

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "lvs.conf", &errors, &conf), -EINVAL);
	for (size_t i = 0; i < errors.n && i < ARRAY_LEN(expect); i++)
		assert_string_equal(lvs_conf_errors_line(&errors, i, line, sizeof(line)), expect[i]);
	assert_int_equal(errors.n, ARRAY_LEN(expect));
}

static void a_text_beyond_the_limit_is_refused(void **state)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	char *text = malloc(LVS_CONF_FILE_BYTES_MAX + 1);
	char line[200];

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LVS_CONF_FILE_BYTES_MAX + 1);
	assert_int_equal(lvs_conf_parse(text, LVS_CONF_FILE_BYTES_MAX + 1, "lvs.conf", &errors, &conf), -EINVAL);
	assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)),
			    "lvs.conf: longer than 16777216 bytes");
	assert_int_equal(lvs_conf_parse(text, LVS_CONF_FILE_BYTES_MAX, "lvs.conf", &errors, &conf), 0);
	lvs_conf_free(conf);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_has_every_default),
		cmocka_unit_test(a_list_has_an_end),
		cmocka_unit_test(every_key_reaches_its_member),
		cmocka_unit_test(spellings_are_accepted),
		cmocka_unit_test(each_mistake_has_its_place_and_words),
		cmocka_unit_test(all_mistakes_come_at_once),
		cmocka_unit_test(a_text_beyond_the_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
