// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/errors.h"

#define WEB(more) "services: ( { name = \"web\"; address = \"192.0.2.10:80\"; servers: (\n" more " ); } );"
#define ONE "{ address = \"10.0.0.1:80\"; }"

#define OF(proto, more)                                                                                       \
	"services: ( { name = \"a\"; address = \"192.0.2.10:80\"; servers: ( " ONE " ); protocol = \"" proto "\";\n" more " } );"
#define ONE_ANY "{ address = \"10.0.0.1\"; }"
#define MARKS(rules) "marks: (\n" rules " );\n"
#define MARKED(keys, servers) "services: ( { name = \"m\"; one_packet = true; " keys " servers: (\n" servers " ); } );"

#define SCHED(name, more)                                                                                     \
	"services: ( { address = \"192.0.2.10:80\"; servers: ( " ONE " );\nscheduler = \"" name "\";\n" more " } );"

#define HEALTH(keys, server) "services: ( { name = \"a\"; address = \"192.0.2.10:80\"; servers: ( " server " );\n" keys " } );"

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
	/* who may ask the director over TCP */
	{ "control: { listen = \"127.0.0.1:8404\"; };\n" WEB(ONE), 0, { NULL } },
	{ "control: { listen = \"[::1]:8404\"; mode = \"600\"; group = \"adm\"; socket = \"/tmp/s\"; };\n" WEB(ONE), 0, { NULL } },
	{ "control: { listen = \"192.0.2.1:8404\"; listen_any = true; };\n" WEB(ONE), 0, { NULL } },
	{ "control: { listen = \"192.0.2.1:8404\"; };\n" WEB(ONE), -EINVAL,
	  { ":1:21: \"192.0.2.1:8404\" is not a loopback address (\"listen_any = true;\" if others may read the status)" } },
	{ "control: { listen = \"192.0.2.1:8404\"; listen_any = true;\ntoken_file = \"/t\"; };\n" WEB(ONE), -EINVAL,
	  { ":2:14: over \"192.0.2.1:8404\" a token would be there for all to see (let \"listen\" be \"127.0.0.1\" or \"[::1]\", "
	    "and come by ssh)" } },
	{ "control: { token_file = \"/t\"; };\n" WEB(ONE), 0,
	  { ":1:25: warning: the token is for TCP, where nobody listens (add \"listen\", such as \"127.0.0.1:8404\")" } },
	{ "control: { listen = \"127.0.0.1\"; };\n" WEB(ONE), -EINVAL,
	  { ":1:21: \"127.0.0.1\" has no port (add one, such as \":8404\")" } },
	{ "control: { mode = \"0980\";\nsocket = \"sock\"; };\n" WEB(ONE), -EINVAL,
	  { ":1:19: \"mode\": \"0980\" is not a mode in octal digits, such as \"0660\" "
	    "(the mode of the socket: who may connect, such as \"0660\")",
	    ":2:10: \"socket\": \"sock\" does not begin with \"/\" (the path of the socket for lvsctl and lvsadm)" } },
	/* twins */
	{ "services: ( { address = \"192.0.2.10:80\"; servers: ( " ONE " ); },\n"
	  "{ address = \"192.0.2.10:80\"; servers: ( " ONE " ); } );",
	  -EINVAL, { ":2:13: there are two services at 192.0.2.10:80, tcp (the first one is in line 1)" } },
	{ "services: ( { address = \"[2001:db8::1]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8::2]\"; } ); },\n"
	  "{ address = \"[2001:db8:0::1]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8::2]\"; } ); } );",
	  -EINVAL, { ":2:13: there are two services at [2001:db8::1]:53, udp (the first one is in line 1)" } },
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
	/* servers that fail their clients */
	{ SCHED("wlc", "connect_retry: { };\npassive: { };"), 0, { NULL } },
	{ SCHED("wlc", "protocol = \"udp\";\nconnect_retry: {\nservers = 3; };"), -EINVAL,
	  { ":5:11: \"connect_retry\" is only for TCP (only TCP says at once whether a connection is wanted)" } },
	{ SCHED("wlc", "persistent: { on_failure = \"keep\"; };\nconnect_retry: { servers = 3; };"), -EINVAL,
	  { ":4:28: a client that is to \"keep\" his server cannot be offered to another one (with on_failure = \"break\" he "
	    "takes his new server for his own)" } },
	{ SCHED("wlc", "syn_proxy = \"on\";\nconnect_retry: { servers = 3; };"), -EINVAL,
	  { ":4:28: with the SYN proxy \"on\" a client is connected before any server is asked (\"syn_proxy\" is in line 3)" } },
	{ SCHED("mh", "connect_retry: { servers = 3; };"), 0,
	  { ":3:28: warning: scheduler \"mh\" has no second server for a client (give it scheduler_flags = (\"mh-fallback\"))" } },
	{ SCHED("sh", "scheduler_flags = (\"sh-fallback\");\nconnect_retry: { servers = 3; };"), 0, { NULL } },
	{ SCHED("dh", "connect_retry: { servers = 3; };"), 0,
	  { ":3:28: warning: scheduler \"dh\" has no second server for a client (any other scheduler has)" } },
	{ SCHED("wlc", "passive: { eject = 60;\neject_max = 30; };"), -EINVAL, { ":4:13: \"eject_max\" is 30 (\"eject\" is 60)" } },
	{ SCHED("wlc", "passive: { eject = 301; };"), -EINVAL, { ":3:20: \"eject_max\" is 300 (\"eject\" is 301)" } },
	{ SCHED("wlc", "protocol = \"udp\"; one_packet = true;\npassive: { };"), -EINVAL,
	  { ":3:32: a datagram of \"one_packet\" has no end that \"passive\" could see (remove one of them)" } },
	{ SCHED("wlc", "forward = \"tunnel\"; passive: { }; connect_retry: { };"), 0,
	  { ":1:65: warning: by \"tunnel\" nobody sees whether server \"10.0.0.1:80\" answers, so \"connect_retry\" and \"passive\" "
	    "have no effect on it (use \"masq\" or \"fullnat\")" } },
	{ SCHED("wlc", "forward = \"droute\"; passive: { };"), 0,
	  { ":1:65: warning: by \"droute\" nobody sees whether server \"10.0.0.1:80\" answers, so \"passive\" has no effect on it "
	    "(use \"masq\" or \"fullnat\")" } },
	/* health */
	{ HEALTH("check = { type = \"tcp\"; interval = 1; timeout = 1.0; };", ONE), 0, { NULL } },
	{ HEALTH("check = { type = \"tcp\"; interval = 1;\n timeout = 1.001; };", ONE), -EINVAL,
	  { ":3:12: \"timeout\" is longer than \"interval\" (answers may take as long as the \"interval\" at most, 1 seconds)" } },
	{ HEALTH("check = { type = \"tcp\"; interval = 1;\n fast_interval = 2; };", ONE), -EINVAL,
	  { ":3:18: \"fast_interval\" is longer than \"interval\" (it is for asking sooner, not later)" } },
	{ HEALTH("check = { type = \"tcp\";\n path = \"/\"; };", ONE), -EINVAL,
	  { ":3:9: \"path\" is no key of a \"tcp\" check (it has none beside those of all checks)" } },
	{ HEALTH("check = { type = \"udp\";\n verify = true; };", ONE), -EINVAL,
	  { ":3:11: \"verify\" is no key of a \"udp\" check (beside those of all checks it has send expect)" } },
	{ HEALTH("check = { type = \"udp\";\n expect = \"00\"; };", ONE), -EINVAL,
	  { ":3:11: \"expect\" without \"send\": servers answer what they are sent (add \"send\")" } },
	{ HEALTH("check = { type = \"https\";\n verify = true; };", ONE), -EINVAL,
	  { ":3:11: \"verify\" has no name that the certificate could be valid for (give it a \"host\", or an \"sni\")" } },
	{ HEALTH("check = { type = \"grpc\"; grpc_service = \"a.B\"; tls = true; sni = \"a.example\"; verify = true; };", ONE), 0, { NULL } },
	{ HEALTH("check = {\n type = \"grpc\"; sni = \"a.example\"; };", ONE), -EINVAL,
	  { ":3:9: \"sni\", \"verify\" and \"pin\" are about TLS, and the check does without (add \"tls = true\")" } },
	{ HEALTH("check = { type = \"https\";\n tls = true; };", ONE), -EINVAL,
	  { ":3:8: \"tls\" is no key of a \"https\" check (beside those of all checks it has method path host headers status"
	    " body regex digest http_version sni verify ca pin)" } },
	{ HEALTH("check = { type = \"ping\";\n port = 7; };", ONE), -EINVAL,
	  { ":3:9: a \"ping\" check has no port (remove it)" } },
	{ "services: ( { address = \"192.0.2.10\"; ports = \"1-9\"; servers: ( { address = \"10.0.0.1\"; } );\n"
	  "check = { type = \"ping\"; }; } );", 0, { NULL } },
	{ HEALTH("checks = ( { type = \"tcp\"; },\n{ type = \"tcp\"; port = 9; } ); checks_needed = 2;", ONE), 0, { NULL } },
	{ HEALTH("checks = ( { type = \"tcp\"; },\n{ type = \"tcp\"; port = 9; } ); checks_needed = 3;", ONE), -EINVAL,
	  { ":3:48: \"checks_needed\" is 3, and there are 2 (write \"all\", \"any\" or a smaller number)" } },
	{ HEALTH("check = { type = \"tcp\"; };", "{ address = \"10.0.0.1:80\";\nchecks_needed = 2; }"), -EINVAL,
	  { ":2:17: \"checks_needed\" is 2, and there is 1 (write \"all\", \"any\" or a smaller number)" } },
	{ HEALTH("check = { type = \"tcp\"; source = \"2001:db8::1\"; };", ONE ", { address = \"10.0.0.2\"; }"), -EINVAL,
	  { ":2:34: \"source\" is IPv6 and server 10.0.0.1:80 is not (give the server a check of its own)" } },
	{ "services: ( { address = \"192.0.2.10\"; ports = \"1-9\"; servers: ( { address = \"10.0.0.1\"; } );\n"
	  "check = { type = \"tcp\"; }; } );", -EINVAL,
	  { ":2:18: server 10.0.0.1 has no port of its own that a \"tcp\" check could ask (give the check a \"port\")" } },
	/* through the VIP */
	{ HEALTH("check = { type = \"tcp\"; via = \"vip\"; source = \"198.18.0.1\"; };", ONE), 0, { NULL } },
	{ HEALTH("check = { type = \"tcp\"; via = \"vip\"; source = \"198.18.0.1\"; port = 80; };", "{ address = \"10.0.0.1:8080\"; }"), 0,
	  { NULL } },
	{ HEALTH("check = { type = \"tcp\";\n via = \"vips\"; };", ONE), -EINVAL,
	  { ":3:8: there is no via \"vips\" (did you mean \"vip\"? there is \"direct\" \"vip\")" } },
	{ HEALTH("check = { type = \"tcp\";\n via = \"vip\"; };", ONE), -EINVAL,
	  { ":3:8: a check that goes through the VIP needs a \"source\" (an address that nobody has and servers answer to; lvsd "
	    "puts it on its device)" } },
	{ HEALTH("check = { type = \"tcp\"; via = \"vip\";\n source = \"2001:db8::1\"; };", ONE), -EINVAL,
	  { ":3:11: \"source\" is IPv6 and service \"a\" is not" } },
	{ "services: ( { name = \"a\"; address = \"[2001:db8::1]:80\"; servers: ( { address = \"[2001:db8::2]:80\"; } );\n"
	  "check = { type = \"tcp\"; via = \"vip\";\n source = \"fe80::1\"; }; } );", -EINVAL,
	  { ":3:11: \"source\" is of one link alone, and nothing of it gets to a VIP (take one that is routed)" } },
	{ HEALTH("check = { type = \"ping\";\n via = \"vip\"; };", ONE), -EINVAL,
	  { ":3:8: a \"ping\" check cannot go through the VIP (tcp, http, https, tls, udp, send_expect, dns, smtp and grpc can)" } },
	{ HEALTH("check = { type = \"file\"; file = \"/x\";\n via = \"vip\"; };", ONE), -EINVAL,
	  { ":3:8: a \"file\" check cannot go through the VIP (tcp, http, https, tls, udp, send_expect, dns, smtp and grpc can)" } },
	{ HEALTH("check = { type = \"agent\"; port = 80;\n via = \"vip\"; };", ONE), -EINVAL,
	  { ":3:8: a \"agent\" check cannot go through the VIP (tcp, http, https, tls, udp, send_expect, dns, smtp and grpc can)" } },
	{ HEALTH("check = { type = \"dns\";\n via = \"vip\"; source = \"198.18.0.1\"; };", ONE), -EINVAL,
	  { ":3:8: a \"dns\" check is of UDP, and service \"a\" is not (leave it out: checks ask the servers themselves)" } },
	{ HEALTH("protocol = \"udp\"; check = { type = \"tcp\";\n via = \"vip\"; source = \"198.18.0.1\"; };", ONE), -EINVAL,
	  { ":3:8: a \"tcp\" check is of TCP, and service \"a\" is not (leave it out: checks ask the servers themselves)" } },
	{ HEALTH("protocol = \"sctp\"; check = { type = \"tcp\";\n via = \"vip\"; source = \"198.18.0.1\"; };", ONE), -EINVAL,
	  { ":3:8: a \"tcp\" check is of TCP, and service \"a\" is not (leave it out: checks ask the servers themselves)" } },
	{ HEALTH("check = { type = \"tcp\"; via = \"vip\"; source = \"198.18.0.1\";\n port = 81; };", ONE), -EINVAL,
	  { ":3:9: service \"a\" does not have port 81 (through the VIP a port of the service is asked; leave it out, or leave "
	    "out \"via\")" } },
	{ "services: ( { name = \"a\"; address = \"192.0.2.10\"; ports = \"1-9,20\"; servers: ( { address = \"10.0.0.1\"; } );\n"
	  "checks = ( { type = \"tcp\"; port = 9; via = \"vip\"; source = \"198.18.0.1\"; },\n"
	  "{ type = \"tcp\"; port = 10; via = \"vip\"; source = \"198.18.0.1\"; },\n"
	  "{ type = \"tcp\"; via = \"vip\"; source = \"198.18.0.1\"; } ); } );", -EINVAL,
	  { ":3:24: service \"a\" does not have port 10 (through the VIP a port of the service is asked; leave it out, or leave "
	    "out \"via\")",
	    ":4:23: service \"a\" has many ports that the check could go to (give the check a \"port\")" } },
	{ "services: ( { name = \"a\"; mark = 1; servers: ( { address = \"10.0.0.1:80\"; } );\n"
	  "check = { type = \"tcp\"; via = \"vip\"; source = \"198.18.0.1\"; }; } );\n"
	  "marks: ( { mark = 1; address = \"192.0.2.0/24\"; protocol = \"tcp\"; ports = \"80\"; } );", -EINVAL,
	  { ":2:31: service \"a\" has a mark, and no VIP that a check could go through (leave it out: checks ask the servers "
	    "themselves)" } },
	{ HEALTH("check = { type = \"tcp\"; via = \"vip\";\n source = \"192.0.2.10\"; };", ONE), -EINVAL,
	  { ":3:11: \"source\" is '192.0.2.10', which is that of service \"a\" (the source of checks that go through the VIP is "
	    "theirs alone)" } },
	{ HEALTH("", "{ address = \"10.0.0.1:80\"; check = { type = \"tcp\"; via = \"vip\"; source = \"10.0.0.1\"; }; }"), -EINVAL,
	  { ":1:138: \"source\" is '10.0.0.1', which is that of server \"10.0.0.1:80\" (the source of checks that go through the "
	    "VIP is theirs alone)" } },
	{ "director: { source_pool = \"10.0.0.64-10.0.0.71\"; dip = \"10.0.0.5\"; };\n" HEALTH(
	  "checks = ( { type = \"tcp\"; via = \"vip\"; source = \"10.0.0.70\"; },\n{ type = \"tcp\"; via = \"vip\"; source = \"10.0.0.5\"; } );",
	  ONE), -EINVAL,
	  { ":3:50: \"source\" is '10.0.0.70', which is that of the director's \"source_pool\" (the source of checks that go through "
	    "the VIP is theirs alone)",
	    ":4:39: \"source\" is '10.0.0.5', which is that of the director's \"dip\" (the source of checks that go through the VIP "
	    "is theirs alone)" } },
	{ "device: { type = \"tap\"; }; tap: { addresses = [ \"10.0.0.5/24\" ]; };\n" HEALTH(
	  "check = { type = \"tcp\"; via = \"vip\"; source = \"198.18.0.1\"; };", ONE), -EINVAL,
	  { ":3:31: with a TAP device no check of this host's can go through the VIP (leave it out: checks ask the servers "
	    "themselves)" } },
	{ HEALTH("quorum = 3;\nquorum_hysteresis = 3;", ONE), 0,
	  { ":3:21: warning: \"quorum_hysteresis\" is as large as \"quorum\", and counts as 2 (as keepalived does; a quorum that "
	    "can be lost is larger)" } },
	{ HEALTH("min_servers = 2;", ONE), 0,
	  { ":2:15: warning: \"min_servers\" is 2, and service \"a\" has 1 (then no check takes any of them out)" } },
	{ HEALTH("sorry_server = { address = \"10.0.0.1\"; };", "{ address = \"10.0.0.1\"; }"), -EINVAL,
	  { ":2:28: 10.0.0.1:80 is a server of service \"a\", and its sorry server too (the first one is in line 1)" } },
	{ HEALTH("sorry_server = { address = \"192.0.2.10\"; };", ONE), -EINVAL,
	  { ":2:28: server 192.0.2.10:80 is the service itself: its packets would come back (a server needs an address of its "
	    "own, not a service's)" } },
	{ HEALTH("sorry_server = { address = \"10.0.0.9:81\"; forward = \"droute\"; };", ONE), -EINVAL,
	  { ":2:28: \"droute\" keeps the port, and server 10.0.0.9:81 has another one than service \"a\" (only masq and fullnat "
	    "can map a port to another one)" } },
	/* limits */
	{ SCHED("wlc", "limits: { client_connections = 9;\nclient_rate = 3;\nclient_burst = 9; server_rate = 1; };"), 0, { NULL } },
	{ SCHED("wlc", "limits: { client_prefix4 = 24; };"), 0,
	  { ":1:25: warning: \"limits\" of service \"tcp-192.0.2.10:80\" limit nothing (give it \"client_connections\", "
	    "\"client_rate\" or \"server_rate\")" } },
	{ SCHED("wlc", "limits: { client_connections = 9;\nclient_rate = 3;\nclient_burst = 10; };"), -EINVAL,
	  { ":5:16: \"client_burst\" is 10 and \"client_connections\" is 9 (\"client_connections\" is in line 3)" } },
	{ SCHED("wlc", "limits: { client_burst = 10; server_burst = 4;\n client_connections = 20; };"), -EINVAL,
	  { ":3:26: \"client_burst\" is 10 without a \"client_rate\" (it begins a \"client_rate\")",
	    ":3:45: \"server_burst\" is 4 without a \"server_rate\" (it begins a \"server_rate\")" } },
	{ SCHED("wlc", "protocol = \"udp\"; one_packet = true;\nlimits: { client_rate = 5; };"), 0, { NULL } },
	{ SCHED("wlc", "protocol = \"udp\"; one_packet = true;\nlimits: { client_connections = 5; };"), -EINVAL,
	  { ":4:32: a datagram of \"one_packet\" is no connection that \"client_connections\" could count (\"one_packet\" is "
	    "in line 3; a \"client_rate\" counts datagrams)" } },
	/* pickup */
	{ SCHED("mh", "pickup = true;"), 0, { NULL } },
	{ SCHED("sh", "pickup = true;"), -EINVAL,
	  { ":3:10: \"pickup\" is not for scheduler \"sh\" (use \"mh\", whose table names the server of each client)" } },
	{ SCHED("mh", "protocol = \"udp\"; pickup = true;"), -EINVAL,
	  { ":3:28: \"pickup\" is only for TCP (any packet begins a flow of UDP; SCTP has \"sloppy_sctp\")" } },
	{ "marks: ( { mark = 7; address = \"192.0.2.16\"; } ); services: ( { mark = 7; scheduler = \"mh\"; servers: ( "
	  "{ address = \"10.0.0.1\"; } );\npickup = true; } );", -EINVAL,
	  { ":2:10: \"pickup\" is not for services of a mark (a server's segment does not tell what mark its client's had)" } },
	{ SCHED("mh", "syn_proxy = \"auto\"; pickup = true;"), -EINVAL,
	  { ":3:30: \"pickup\" does not go with \"syn_proxy\" (remove one of them; after a restart nobody knows how sequence "
	    "numbers were translated)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; scheduler = \"mh\"; pickup = true; servers: ( " ONE " ); },\n"
	  "{ address = \"192.0.2.11:80\"; scheduler = \"mh\"; pickup = true; servers: ( { address = \"10.0.0.2\"; },\n"
	  ONE " ); } );", 0,
	  { ":3:13: warning: server 10.0.0.1:80 is in two services that pick connections up (the first one is in line 1; "
	    "segments of the server do not tell whose they are)" } },
	{ SCHED("mh", "persistent: {}; pickup = true;"), -EINVAL,
	  { ":3:26: \"pickup\" asks a table, and \"persistent\" does not (remove one of them; \"mh\" without \"mh-port\" "
	    "sends a client to one server too)" } },
	/* who speaks in a server's place has to hear it */
	{ "services: ( { address = \"192.0.2.10:80\"; servers: ( { address = \"10.0.0.1\"; },\n"
	  "{ address = \"10.0.0.2\"; forward = \"droute\"; } ); syn_proxy = \"auto\"; } );",
	  -EINVAL, { ":2:62: \"syn_proxy\" needs the replies of server 10.0.0.2:80, which \"droute\" does not lead through "
		     "lvsd (\"masq\" brings them back)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; forward = \"local\"; syn_proxy = \"on\";\n"
	  "servers: ( { address = \"10.0.0.1\"; } ); } );",
	  -EINVAL, { ":1:73: \"syn_proxy\" needs the replies of server 10.0.0.1:80, which \"local\" does not lead through "
		     "lvsd (\"masq\" brings them back)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; syn_proxy = \"off\"; forward = \"droute\";\n"
	  "servers: ( { address = \"10.0.0.1\"; } ); } );", 0, { NULL } },
	/* a tunnel begins at an address: the host's, or one of those that a host of its own has */
	{ "services: ( { address = \"192.0.2.10:80\"; forward = \"tunnel\"; servers: ( " ONE ", { address = \"[2001:db8::1]:80\"; } ); } );",
	  0, { NULL } },
	{ "device: { type = \"tap\"; }; tap: { addresses = [ \"10.0.0.5/24\" ]; };\n"
	  "services: ( { address = \"192.0.2.10:80\"; forward = \"tunnel\"; servers: (\n{ address = \"[2001:db8::1]:80\"; name = \"x\"; } ); } );",
	  -EINVAL, { ":3:13: no route leads to server \"2001:db8::1\" (add a gateway or a route to \"tap\")",
		     ":3:13: tunnel packets to server \"x\" have no address to come from (give \"tap.addresses\" one of IPv6)" } },
	/* a tunnel is one, whether anybody uses it or not */
	{ WEB("{ address = \"10.0.0.1\"; forward = \"tunnel\";\ntunnel: { type = \"gue\"; port = 6080; }; }"), 0, { NULL } },
	{ WEB("{ address = \"10.0.0.1\"; forward = \"tunnel\";\ntunnel: { type = \"gue\"; }; }"), -EINVAL,
	  { ":3:18: a \"gue\" tunnel needs a \"port\" (the server listens there, often at 6080)" } },
	{ WEB("{ address = \"10.0.0.1\"; name = \"x\";\ntunnel: { csum = \"csum\"; port = 1; }; }"), -EINVAL,
	  { ":3:18: a tunnel of type \"ipip\" has no such checksum (\"ipip\" has none, \"gre\" takes \"csum\", \"gue\" all)",
	    ":3:33: a tunnel of type \"ipip\" has no \"port\" (only \"gue\" has a port)",
	    ":3:33: warning: server \"x\" has a tunnel, but its forwarding method is \"masq\" (it needs \"forward = \\\"tunnel\\\"\" "
	    "to have a meaning)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; name = \"x\"; tunnel: { type = \"gue\"; port = 6080; }; servers: ( " ONE " ); } );",
	  0, { ":1:71: warning: service \"x\" has a tunnel, and none of its servers is reached by it (it is for servers with "
	       "\"forward = \\\"tunnel\\\"\" that have none of their own)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; name = \"x\"; tunnel: { type = \"gue\"; };\nservers: (\n"
	  "{ address = \"10.0.0.1\"; forward = \"tunnel\"; tunnel: { type = \"gre\"; }; } ); } );",
	  -EINVAL, { ":1:71: a \"gue\" tunnel needs a \"port\" (the server listens there, often at 6080)",
		     ":1:71: warning: service \"x\" has a tunnel, and none of its servers is reached by it (it is for servers with "
		     "\"forward = \\\"tunnel\\\"\" that have none of their own)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; forward = \"tunnel\"; tunnel: { type = \"gre\"; csum = \"csum\"; };\n"
	  "servers: ( { address = \"10.0.0.1\"; }, { address = \"10.0.0.2\"; forward = \"masq\"; } ); } );", 0, { NULL } },
	{ "services: ( { address = \"192.0.2.10:80\"; tunnel: { type = \"gre\"; }; servers: ( " ONE ",\n"
	  "{ address = \"10.0.0.2\"; forward = \"tunnel\"; } ); } );", 0, { NULL } },
	/* a path that nothing of its family fits through */
	{ WEB("{ address = \"10.0.0.1\"; mtu = 68; }"), 0, { NULL } },
	{ WEB("{ address = \"10.0.0.1\"; mtu = 67; }"), -EINVAL, 
	  { ":2:31: \"mtu\" is 67, but has to be from 68 to 65535 (bytes that a packet on the path to it may have, if the host's "
	    "routes do not know)" } },
	{ "services: ( { address = \"[2001:db8::1]:80\"; servers: (\n{ address = \"[2001:db8:1::1]\"; mtu = 1280; } ); } );",
	  0, { NULL } },
	{ "services: ( { address = \"[2001:db8::1]:80\"; servers: (\n{ address = \"[2001:db8:1::1]\"; mtu = 1279; } ); } );",
	  -EINVAL, { ":2:38: an \"mtu\" of 1279 is too small for IPv6 server \"[2001:db8:1::1]:80\" (every link carries 1280 "
		     "bytes of IPv6)" } },
	/* and who is told of its clients, too */
	{ "services: ( { address = \"192.0.2.10:80\"; client_address = \"proxy-v2\"; servers: ( { address = \"10.0.0.1\"; },\n"
	  "{ address = \"10.0.0.2\"; forward = \"droute\"; } ); } );",
	  -EINVAL, { ":1:59: \"client_address\" needs the replies of server 10.0.0.2:80, which \"droute\" does not lead through "
		     "lvsd (\"masq\" brings them back)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; client_address = \"proxy-v2\"; servers: ( { address = \"10.0.0.1\"; },\n"
	  "{ address = \"10.0.0.2\"; forward = \"droute\"; client_address = \"none\"; } ); } );", 0, { NULL } },
	{ "services: ( { address = \"192.0.2.10:80\"; protocol = \"udp\"; servers: (\n"
	  "{ address = \"10.0.0.1\"; client_address = \"toa\"; } ); } );",
	  -EINVAL, { ":2:42: \"client_address\" is of tcp, and service \"udp-192.0.2.10:80\" is udp (remove it)" } },
	{ "services: ( { address = \"192.0.2.10:21\"; helper = \"ftp\"; servers: (\n"
	  "{ address = \"10.0.0.1\"; client_address = \"toa\"; } ); } );",
	  -EINVAL, { ":2:42: \"client_address\" of server 10.0.0.1:21 does not go with helper \"ftp\" (remove one of them; the "
		     "data connections would come without)" } },
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
	/* thresholds */
	{ WEB("{ address = \"10.0.0.1\"; upper_threshold = 5; lower_threshold = 5; }"), 0, { NULL } },
	{ WEB("{ address = \"10.0.0.1\"; upper_threshold = 4294967295; }"), 0, { NULL } },
	{ WEB("{ address = \"10.0.0.1\"; upper_threshold = 5;\nlower_threshold = 6; }"), -EINVAL,
	  { ":3:19: \"lower_threshold\" is 6 and \"upper_threshold\" is 5 (\"upper_threshold\" is in line 2)" } },
	{ WEB("{ address = \"10.0.0.1\"; lower_threshold = 1; }"), -EINVAL,
	  { ":2:43: \"lower_threshold\" is 1 and \"upper_threshold\" is 0 (it needs an \"upper_threshold\" that is not "
	    "smaller)" } },
	/* what schedulers take */
	{ SCHED("sh", "scheduler_flags = ( \"sh-port\", \"sh-fallback\" );"), 0, { NULL } },
	{ SCHED("mh", "scheduler_flags = [ \"mh-port\", \"flag-1\", \"flag-3\" ];"), 0, { NULL } },
	{ SCHED("rr", "scheduler_flags = ( \"flag-1\", \"flag-2\", \"flag-3\" );"), 0, { NULL } },
	{ SCHED("rr", "scheduler_flags = ();"), 0, { NULL } },
	{ SCHED("sh", "scheduler_flags = ( \"mh-port\" );"), -EINVAL,
	  { ":3:19: scheduler \"sh\" has no flags of \"mh\" (flag-1, flag-2 and flag-3 go with any scheduler)" } },
	{ SCHED("rr", "scheduler_flags = ( \"mh-fallback\", \"sh-port\" );"), -EINVAL,
	  { ":3:19: scheduler \"rr\" has no flags of \"mh\" (flag-1, flag-2 and flag-3 go with any scheduler)",
	    ":3:19: scheduler \"rr\" has no flags of \"sh\" (flag-1, flag-2 and flag-3 go with any scheduler)" } },
	{ SCHED("mh", "mh_table_size = 251; mh_order = \"added\";"), 0, { NULL } },
	/* what concerns another protocol */
	{ OF("tcp", "timeouts: { tcp = 1; tcp_synack = 2678400; udp = 0; sctp = 0; }; sloppy_tcp = \"yes\"; sloppy_sctp = \"default\";"),
	  0, { NULL } },
	{ OF("udp", "timeouts: { udp = 30; };"), 0, { NULL } },
	{ OF("sctp", "timeouts: { sctp_cookie = 30; }; sloppy_sctp = \"no\";"), 0, { NULL } },
	{ OF("udp", "timeouts: { tcp_listen = 30; };\ntimeouts = 1;"), -EINVAL,
	  { ":2:26: a timeout is of tcp, and service \"a\" is udp (remove it)",
	    ":3:1: \"timeouts\" is set twice (the first one is in line 2)" } },
	{ OF("tcp", "timeouts: { udp = 30; sctp_closed = 3; };"), -EINVAL,
	  { ":2:19: a timeout is of udp, and service \"a\" is tcp (remove it)",
	    ":2:37: a timeout is of sctp, and service \"a\" is tcp (remove it)" } },
	{ OF("sctp", "sloppy_tcp = \"no\";"), -EINVAL, { ":2:14: \"sloppy_tcp\" is of tcp, and service \"a\" is sctp (remove it)" } },
	/* families */
	{ WEB("{ address = \"[2001:db8::1]\"; }"), -EINVAL,
	  { ":2:13: server [2001:db8::1]:80 is IPv6 and service \"web\" is IPv4 (masq keeps the address family)" } },
	{ "services: ( { name = \"six\"; address = \"[2001:db8::1]:80\"; servers: (\n" ONE " ); } );", -EINVAL,
	  { ":2:13: server 10.0.0.1:80 is IPv4 and service \"six\" is IPv6 (masq keeps the address family)" } },
	/* forwarding methods */
	{ WEB("{ address = \"10.0.0.1\"; forward = \"droute\"; }, { address = \"127.0.0.1\"; forward = \"local\"; }"), 0,
	  { NULL } },
	{ WEB("{ address = \"10.0.0.1:8080\"; forward = \"droute\"; }"), -EINVAL,
	  { ":2:13: \"droute\" keeps the port, and server 10.0.0.1:8080 has another one than service \"web\" (only masq and fullnat can "
	    "map a port to another one)" } },
	{ WEB("{ address = \"[2001:db8::1]\"; forward = \"droute\"; }"), -EINVAL,
	  { ":2:13: server [2001:db8::1]:80 is IPv6 and service \"web\" is IPv4 (droute keeps the address family)" } },
	/* marks */
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") MARKED("mark = 7;", ONE_ANY), 0, { NULL } },
	/* addresses of others, which servers may be among, and what goes on to them */
	{ MARKS("{ mark = 7; address = \"0.0.0.0/0\"; transparent = true; }") MARKED("mark = 7; cache_bypass = \"yes\";",
	  ONE_ANY ", { address = \"10.0.0.9\"; forward = \"bypass\"; }"), 0, { NULL } },
	{ "director: { cache_bypass = true; };" MARKS("{ mark = 7; address = \"2000::/3\"; transparent = true; }")
	  MARKED("mark = 7; family = \"inet6\"; cache_bypass = \"no\";", "{ address = \"[2001:db8::1]\"; forward = \"droute\"; }"), 0,
	  { NULL } },
	{ "director: {\n cache_bypass = true; };" MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") MARKED("mark = 7;", ONE_ANY), 0,
	  { ":2:17: warning: \"cache_bypass\" has no effect: no rule of \"marks\" is transparent (it takes rules with "
	    "\"transparent = true\")" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") MARKED("mark = 7;\ncache_bypass = \"yes\";", ONE_ANY), 0,
	  { ":4:16: warning: \"cache_bypass\" has no effect: no rule of mark 7 is transparent (it takes rules with "
	    "\"transparent = true\")" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") MARKED("mark = 7;",
	  "{ address = \"192.0.2.17\"; forward = \"bypass\"; name = \"x\"; }"), -EINVAL,
	  { ":4:37: server \"x\": nothing can bypass it, as no rule of mark 7 is transparent (it takes rules with "
	    "\"transparent = true\")" } },
	{ "services: ( { address = \"192.0.2.10:80\"; forward = \"bypass\"; servers: (\n{ address = \"10.0.0.1\"; name = \"x\"; } ); } );",
	  -EINVAL, { ":2:13: server \"x\": \"bypass\" is for services of a transparent mark (a virtual address has nobody behind "
		     "it but the servers)" } },
	{ "services: ( { address = \"192.0.2.10:80\"; servers: ( " ONE " );\ncache_bypass = \"no\"; } );", -EINVAL,
	  { ":2:16: \"cache_bypass\" goes with \"mark\" (a virtual address has nobody behind it but the servers)" } },
	{ MARKS("{ mark = 7; address = \"198.51.0.0/16\"; },\n{ mark = 8; address = \"198.51.100.0/24\"; transparent = true; }") "\n"
	  "services: ( { mark = 7; servers: ( " ONE_ANY " ); }, { mark = 8; servers: ( " ONE_ANY " ); } );", -EINVAL,
	  { ":3:23: \"198.51.100.0/24\" is not that of others: \"198.51.0.0/16\" is virtual as a whole (that is what line 2 "
	    "says)" } },
	{ MARKS("{ mark = 7; address = \"198.51.100.0/24\"; ports = \"80\"; },\n"
		"{ mark = 7; address = \"198.51.100.0/24\"; transparent = true; }") MARKED("mark = 7;", ONE_ANY), -EINVAL,
	  { ":3:23: \"198.51.100.0/24\" is not that of others: \"198.51.100.0/24\" is virtual as a whole (that is what line 2 "
	    "says)" } },
	{ MARKS("{ mark = 7; address = \"198.51.0.0/16\"; transparent = true; },\n{ mark = 8; address = \"198.51.100.0/24\"; }")
	  "services: ( { mark = 7; servers: ( " ONE_ANY " ); }, { mark = 8; servers: ( " ONE_ANY " ); } );", 0, { NULL } },
	{ MARKS("{ mark = 7; address = \"198.51.0.0/16\"; transparent = true; }") WEB(ONE), 0,
	  { ":2:10: warning: mark 7 has no service (inet) (its packets go on unless a service has their address)" } },
	{ "network: { client_interfaces = [ \"eth0\", \"lvs0\", \"eth0\" ]; };" WEB(ONE), -EINVAL,
	  { ":1:32: \"client_interfaces\" holds \"eth0\" twice",
	    ":1:32: \"client_interfaces\" holds \"lvs0\", the device itself (name the interfaces that lead to the clients)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; protocol = \"tcp\"; ports = \"80,443\"; },\n"
		"{ mark = 7; address = \"192.0.2.16/28\"; protocol = \"udp\"; ports = \"80,443\"; },\n"
		"{ mark = 7; address = \"192.0.2.16/28\"; ports = \"80\"; client = \"10.0.0.0/8\"; }")
	  MARKED("mark = 7;", ONE_ANY), 0, { NULL } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; ports = \"80,443\"; },\n"
		"{ mark = 7; address = \"192.0.2.0/24\"; ports = \"80,443\"; },\n"
		"{ mark = 8; ports = \"443,80\"; protocol = \"any\"; address = \"192.0.2.16/28\"; }")
	  MARKED("mark = 7;", ONE_ANY), -EINVAL,
	  { ":4:10: mark 8 has no packets: there is a rule for the same ones (the first one is in line 2)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; },\n{ mark = 7; address = \"2001:db8::/64\"; }")
	  MARKED("mark = 7;", ONE_ANY), 0,
	  { ":3:10: warning: mark 7 has no service (inet6) (its packets are refused unless a service has their address)" } },
	{ MARKS("{ mark = 8; address = \"192.0.2.16/28\"; }") MARKED("mark = 8; family = \"inet6\";", ""), 0,
	  { ":2:10: warning: mark 8 has no service (inet) (its packets are refused unless a service has their address)",
	    ":3:53: warning: service \"m\" has no packets: nothing has mark 8 (inet6) (give packets that mark in \"marks\")",
	    ":3:53: warning: service \"m\" has no servers (clients are refused until it has some)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; client = \"2001:db8::/32\"; }") MARKED("mark = 7;", ONE_ANY), -EINVAL,
	  { ":2:49: \"client\" is IPv6 and \"address\" is IPv4 (no packet goes from one to the other)" } },
	{ MARKS("{ mark = 7; address = \"10.0.0.0/24\"; }") MARKED("mark = 7;", ONE_ANY), -EINVAL,
	  { ":4:13: server 10.0.0.1 is in \"10.0.0.0/24\", which has mark 7: its packets would come back (the mark is in line 2)" } },
	{ MARKS("{ mark = 7; address = \"10.0.0.1\"; }") WEB(ONE) , -EINVAL,
	  { ":4:13: server 10.0.0.1:80 is in \"10.0.0.1\", which has mark 7: its packets would come back (the mark is in line 2)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") "services: ( { mark = 7; servers: (\n{ address = \"192.0.2.1\"; } ); },\n"
	  "{ address = \"192.0.2.1:53\"; protocol = \"udp\"; servers: ( " ONE_ANY " ); } );", -EINVAL,
	  { ":4:13: server 192.0.2.1 is a service: its packets would come back (a server needs an address of its own, not a "
	    "service's)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") MARKED("mark = 7; persistent: { };", ONE), 0,
	  { ":4:13: warning: port 80 is not used: connections of a persistent mark keep the port that the client asked for "
	    "(leave it out)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") MARKED("mark = 7;", "{ address = \"[2001:db8::1]\"; }"), -EINVAL,
	  { ":4:13: server [2001:db8::1] is IPv6 and service \"m\" is IPv4 (masq keeps the address family)" } },
	{ MARKS("{ mark = 7; address = \"192.0.2.16/28\"; }") "services: (\n{ mark = 7; servers: ( " ONE_ANY " ); },\n"
	  "{ name = \"b\"; mark = 7; servers: ( " ONE_ANY " ); } );", -EINVAL,
	  { ":5:22: there are two services of mark 7, inet (the first one is in line 4)" } },
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

static void mh_has_a_slot_for_each_server(void **state)
{
	static const char *const sizes[] = { "", "mh_table_size = 251;\n" };
	char *text = NULL, line[512];
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	size_t len;

	(void)state;
	for (unsigned int n = 251; n <= 252; n++) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			FILE *file = open_memstream(&text, &len);
			int err;

			assert_non_null(file);
			fprintf(file, "services: ( { name = \"web\"; address = \"192.0.2.10:80\"; scheduler = \"mh\";\n%sservers: (\n",
				sizes[i]);
			for (unsigned int k = 1; k <= n; k++)
				fprintf(file, "%s{ address = \"10.0.0.%u\"; }", k > 1 ? ",\n" : "", k);
			fputs(" ); } );", file);
			fclose(file);
			err = lvs_conf_parse(text, len, "", &errors, &conf);
			free(text);
			if (n == 251 || i == 0) {
				assert_int_equal(err, 0);
				lvs_conf_free(conf);
				continue;
			}
			assert_int_equal(err, -EINVAL);
			assert_int_equal(errors.n, 1);
			assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)),
					    ":255:13: service \"web\" has 252 servers and \"mh_table_size\" is 251 "
					    "(\"mh_table_size\" is in line 2)");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collisions_are_found),
		cmocka_unit_test(mh_has_a_slot_for_each_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
