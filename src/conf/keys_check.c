// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a health check, and of what follows from it. Which type has which is in check_health.c. */
#include "conf/keys.h"

#include "base/bytes.h"
#include "conf/bad.h"
#include "conf/bad_check.h"
#include "conf/bad_dialog.h"
#include "conf/conf.h"

#define LIVE .reload = true

static const struct lvs_conf_word types[] = {
	{ "tcp", 0 },	     { "http", 0 },  { "https", 0 }, { "tls", 0 },
	{ "ping", 0 },	     { "udp", 0 },   { "send_expect", 0 }, { "dns", 0 },
	{ "smtp", 0 },	     { "grpc", 0 },  { "agent", 0 }, { "script", 0 }, { "file", 0 },
	{ NULL, 0 },
};
static const struct lvs_conf_word ways[] = {
	{ "direct", LVS_CONF_VIA_SERVER }, { "vip", LVS_CONF_VIA_VIP }, { NULL, 0 },
};
static const struct lvs_conf_word http_versions[] = {
	{ "1.0", 0 }, { "1.1", 0 }, { "2", 0 }, { NULL, 0 },
};
static const struct lvs_conf_word query_types[] = {
	{ "A", 0 },   { "AAAA", 0 }, { "CNAME", 0 }, { "MX", 0 },  { "NS", 0 },
	{ "PTR", 0 }, { "SOA", 0 },  { "SRV", 0 },	  { "TXT", 0 }, { NULL, 0 },
};
const struct lvs_conf_word lvs_conf_needed[] = {
	{ "all", LVS_CONF_CHECKS_ALL }, { "any", 1 }, { NULL, 0 },
};
const struct lvs_conf_word lvs_conf_on_downs[] = {
	{ "remove", LVS_CONF_REMOVE }, { "quiesce", LVS_CONF_QUIESCE },
	{ "reset", LVS_CONF_RESET }, { NULL, 0 },
};
const struct lvs_conf_word lvs_conf_initials[] = {
	{ "down", LVS_CONF_INITIAL_DOWN }, { "up", LVS_CONF_INITIAL_UP },
	{ "last", LVS_CONF_INITIAL_LAST }, { NULL, 0 },
};
static const struct lvs_conf_word curves[] = {
	{ "linear", LVS_CONF_LINEAR }, { "doubling", LVS_CONF_DOUBLING }, { NULL, 0 },
};

#define OF_CHECK(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_check, m)
#define PLACED(m) OF_CHECK(m), .where = offsetof(struct lvs_conf_check, m##_where)
/* Keys of some types only: what is not given is not there. */
#define TEXT(m) PLACED(m), .type = LVS_CONF_TEXT, .optional = true, .def_text = ""
static const struct lvs_conf_key check_keys[] = {
	{ PLACED(type), .type = LVS_CONF_WORD, .words = types, .required = true, .def_text = "tcp",
	  .help = "how the server is asked" },
	{ PLACED(interval), .type = LVS_CONF_SECONDS, .min = 100, .max = 86400000, .def = 5000,
	  .help = "seconds from one question to the next" },
	{ PLACED(fast_interval), .type = LVS_CONF_SECONDS, .optional = true, .min = 100, .max = 86400000,
	  .help = "the same while the last answer speaks against the state" },
	{ PLACED(timeout), .type = LVS_CONF_SECONDS, .optional = true, .min = 10, .max = 3600000,
	  .help = "seconds to wait for an answer" },
	{ OF_CHECK(rise), .type = LVS_CONF_NUMBER, .min = 1, .max = 100, .def = 2,
	  .help = "good answers in a row that bring a server up" },
	{ OF_CHECK(fall), .type = LVS_CONF_NUMBER, .min = 1, .max = 100, .def = 3,
	  .help = "bad answers in a row that take a server down" },
	{ OF_CHECK(jitter), .type = LVS_CONF_NUMBER, .min = 0, .max = 50, .def = 10,
	  .help = "percent by which intervals differ at random" },
	{ OF_CHECK(start_spread), .type = LVS_CONF_SECONDS, .optional = true, .min = 10, .max = 3600000,
	  .help = "seconds over which the first questions are spread" },
	{ PLACED(source), .type = LVS_CONF_ADDRESS, .optional = true, .bad = lvs_conf_bad_neighbour,
	  .help = "the address of this host that asks" },
	{ PLACED(port), .type = LVS_CONF_NUMBER, .optional = true, .min = 1, .max = 65535,
	  .help = "the port that is asked, if it is not the server's" },
	{ PLACED(via), .type = LVS_CONF_CHOICE, .words = ways, .def = LVS_CONF_VIA_SERVER,
	  .help = "the way to the server: straight to it, or as clients come" },
	{ TEXT(method), .bad = lvs_conf_bad_method, .help = "the HTTP method" },
	{ TEXT(path), .bad = lvs_conf_bad_url_path, .help = "the path of the URL, with its query" },
	{ TEXT(host), .bad = lvs_conf_bad_host, .help = "the host of the URL" },
	{ PLACED(headers), .type = LVS_CONF_LINES, .optional = true, .bad = lvs_conf_bad_header,
	  .help = "more header lines: ( \"Name: value\" )" },
	{ TEXT(status), .bad = lvs_conf_bad_status, .help = "the status codes that are good: \"200-299,301\"" },
	{ TEXT(body), .bad = lvs_conf_bad_printable, .help = "a text that the body holds" },
	{ TEXT(regex), .bad = lvs_conf_bad_regex, .help = "a regular expression that the body matches" },
	{ TEXT(digest), .bad = lvs_conf_bad_digest, .help = "the SHA-256 or MD5 of the body, in hexadecimal" },
	{ PLACED(http_version), .type = LVS_CONF_WORD, .optional = true, .words = http_versions,
	  .help = "the version of HTTP" },
	{ TEXT(sni), .bad = lvs_conf_bad_host, .help = "the name that TLS asks for" },
	{ PLACED(verify), .type = LVS_CONF_BOOL, .optional = true, .def = false,
	  .help = "whether the certificate has to be valid for the name" },
	{ TEXT(ca), .bad = lvs_conf_bad_ca, .help = "the file of certificates to trust, in place of the system's" },
	{ TEXT(pin), .bad = lvs_conf_bad_pin, .help = "what the server's key is: \"sha256//...\"" },
	{ TEXT(send), .bad = lvs_conf_bad_hex, .help = "the bytes that are sent, in hexadecimal" },
	{ TEXT(expect), .bad = lvs_conf_bad_hex_pattern,
	  .help = "the bytes that the answer begins with, in hexadecimal; \"?\" is any digit" },
	{ TEXT(send_text), .help = "the text to send, with its line ends" },
	{ TEXT(expect_text), .help = "what the answer holds" },
	{ TEXT(expect_regex), .bad = lvs_conf_bad_regex, .help = "a regular expression that the answer matches" },
	{ PLACED(query_type), .type = LVS_CONF_WORD, .optional = true, .words = query_types,
	  .help = "the type of records that are asked for" },
	{ TEXT(query_name), .bad = lvs_conf_bad_query_name, .help = "the name whose records are asked for" },
	{ TEXT(answer), .help = "what one of the records has to hold" },
	{ TEXT(helo_name), .bad = lvs_conf_bad_query_name, .help = "the name that lvsd gives itself" },
	{ TEXT(grpc_service), .bad = lvs_conf_bad_printable, .help = "the service of gRPC that is asked about" },
	{ PLACED(tls), .type = LVS_CONF_BOOL, .optional = true, .def = false, .help = "whether gRPC is spoken in TLS" },
	{ TEXT(command), .bad = lvs_conf_bad_command, .help = "the program that decides, and its arguments" },
	{ TEXT(file), .bad = lvs_conf_bad_word_file, .help = "the file that says how the server does" },
};

/* An answer that takes longer than the interval would delay the next question. */
static void finish_check(void *base)
{
	struct lvs_conf_check *check = base;

	if (!check->fast_interval)
		check->fast_interval = LVS_MIN(check->interval, 1000u);
	if (!check->timeout)
		check->timeout = LVS_MIN(check->interval, 2000u);
	if (!check->start_spread)
		check->start_spread = LVS_MIN(check->fast_interval, 1000u);
}

const struct lvs_conf_group lvs_conf_check_group = {
	"a check", sizeof(struct lvs_conf_check), ARRAY_LEN(check_keys), check_keys, finish_check,
};

#define SLOW_START(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_slow_start, m)
static const struct lvs_conf_key slow_start_keys[] = {
	{ SLOW_START(time), .type = LVS_CONF_SECONDS, .min = 1000, .max = 86400000, .def = 60000,
	  .help = "seconds until it has its whole share" },
	{ SLOW_START(curve), .type = LVS_CONF_CHOICE, .words = curves, .def = LVS_CONF_LINEAR,
	  .help = "how its share grows" },
};
const struct lvs_conf_group lvs_conf_slow_start_group = {
	"slow_start", sizeof(struct lvs_conf_slow_start), ARRAY_LEN(slow_start_keys), slow_start_keys, NULL,
};

#define FLAP(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_flap, m)
static const struct lvs_conf_key flap_keys[] = {
	{ FLAP(changes), .type = LVS_CONF_NUMBER, .min = 2, .max = 16, .def = 3,
	  .help = "so many falls within the window are too many" },
	{ FLAP(window), .type = LVS_CONF_SECONDS, .min = 1000, .max = 86400000, .def = 60000,
	  .help = "seconds in which falls are counted" },
	{ FLAP(hold), .type = LVS_CONF_SECONDS, .min = 1000, .max = 86400000, .def = 60000,
	  .help = "seconds that it stays down after the last of them" },
};
const struct lvs_conf_group lvs_conf_flap_group = {
	"flap", sizeof(struct lvs_conf_flap), ARRAY_LEN(flap_keys), flap_keys, NULL,
};
