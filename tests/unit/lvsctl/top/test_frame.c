// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "lvsctl/top/frame.h"

static const char text[] =
	"[ { 'id': 'tcp:192.0.2.10:80', 'name': 'web', 'scheduler': 'wlc', 'live': true, 'active': 12, 'inactive': 123456,"
	"   'rates': { '1s': { 'cps': 20.4, 'in_bps': 999.6, 'out_bps': 12345678 } }, 'servers': ["
	"     { 'id': '10.0.0.11:8080', 'name': '10.0.0.11:8080', 'forward': 'masq', 'weight': 1, 'state': 'up', 'active': 2, 'inactive': 0 },"
	"     { 'id': '10.0.0.12:8080', 'name': 'two', 'forward': 'droute', 'weight': 65535, 'state': 'draining', 'active': 10 } ] },"
	"  { 'id': 'udp:[2001:db8::53]:53', 'name': 'udp-[2001:db8::53]:53', 'scheduler': 'rr', 'live': false, 'active': 0, 'servers': ["
	"     { 'id': '[2001:db8:1::5]:53', 'name': '[2001:db8:1::5]:53', 'forward': 'tunnel', 'weight': 1, 'state': 'down' } ] } ]";

static struct lvs_top_data make_data(void)
{
	struct lvs_top_data data = { .clock = "12:34:56" };
	json_error_t error;
	char json[sizeof(text)];

	for (size_t i = 0; i < sizeof(text); i++)
		json[i] = text[i] == '\'' ? '"' : text[i];
	data.services = json_loads(json, 0, &error);
	assert_non_null(data.services);
	return data;
}

/* @expect: one line, or part of one; NULL: there is none */
static const struct row {
	const char *what;
	struct lvs_top_view view;
	size_t nlines;
	size_t at;
	const char *expect;
	enum lvs_top_style style;
} rows[] = {
	{ "a service, with large numbers made short", { .width = 80, .servers = true }, 9, 4,
	  "web tcp:192.0.2.10:80    wlc            live         12   123k    20  1000 12.3M", LVS_TOP_SERVICE },
	{ "a server that is up", { .width = 80, .servers = true }, 9, 5, "  10.0.0.11:8080         masq         1 up            2", LVS_TOP_PLAIN },
	{ "one that drains", { .width = 80, .servers = true }, 9, 6, "  two 10.0.0.12:8080     droute   65535 draining     10", LVS_TOP_WARN },
	{ "a service that nobody serves", { .width = 80, .servers = true }, 9, 7, "udp:[2001:db8::53]:53    rr             DEAD", LVS_TOP_BAD },
	{ "one that is down", { .width = 80, .servers = true }, 9, 8, "  [2001:db8:1::5]:53     tunnel       1 down", LVS_TOP_BAD },
	{ "services alone", { .width = 80 }, 6, 5, "udp:[2001:db8::53]:53 ", LVS_TOP_BAD },
	{ "a filter that fits a server shows its service", { .width = 80, .servers = true, .filter = "TWO" }, 6, 5, "  two ", LVS_TOP_WARN },
	{ "a filter that fits a service shows its servers", { .width = 80, .servers = true, .filter = "web" }, 7, 6, "  two ", LVS_TOP_WARN },
	{ "a filter that fits nothing", { .width = 80, .servers = true, .filter = "none" }, 4, 2, "sorted: as listed   filter: none", LVS_TOP_PLAIN },
	{ "by the number of connections", { .width = 80, .servers = true, .sort = LVS_TOP_SORT_ACTIVE }, 9, 5, "  two ", LVS_TOP_WARN },
	{ "by name", { .width = 80, .servers = true, .sort = LVS_TOP_SORT_NAME }, 9, 4, "udp:", LVS_TOP_BAD },
	{ "a screen is filled, with keys at its end", { .width = 80, .height = 24, .servers = true }, 24, 23, "F1 Help", LVS_TOP_KEYS },
	{ "the selected row", { .width = 80, .height = 24, .servers = true, .selected = 1 }, 24, 5, "  10.0.0.11:8080", LVS_TOP_SELECTED },
	{ "a row beyond the last one is the last one", { .width = 80, .height = 24, .servers = true, .selected = 99 }, 24, 8,
	  "  [2001:db8:1::5]:53", LVS_TOP_SELECTED },
	{ "a small screen follows the selected row", { .width = 80, .height = 7, .servers = true, .selected = 4 }, 7, 5,
	  "  [2001:db8:1::5]:53", LVS_TOP_SELECTED },
	{ "a message in place of the keys", { .width = 80, .height = 10, .message = "lvsd is gone" }, 10, 9, "lvsd is gone", LVS_TOP_KEYS },
	{ "help in place of the rows", { .width = 80, .height = 24, .help = true }, 24, 4, "Up Down", LVS_TOP_PLAIN },
	{ "a wide screen has room for names", { .width = 100, .servers = true }, 9, 4,
	  "web tcp:192.0.2.10:80                        wlc ", LVS_TOP_SERVICE },
};

static void test_frame(void **state)
{
	struct lvs_top_data data = make_data();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lvs_top_view view = rows[i].view;
		struct lvs_top_line *lines;
		size_t n = lvs_top_frame(&data, &view, &lines);

		if (n != rows[i].nlines || strncmp(lines[rows[i].at].text, rows[i].expect, strlen(rows[i].expect)) != 0 ||
		    lines[rows[i].at].style != rows[i].style)
			fail_msg("%s: %zu lines, '%s' of style %d", rows[i].what, n, lines[rows[i].at].text, (int)lines[rows[i].at].style);
		for (size_t k = 0; k < n; k++)
			assert_true(strlen(lines[k].text) <= view.width);
		free(lines);
	}
	json_decref(data.services);
}

/* Who is up, but: the word for that, and not in the style of those that are well. */
static void test_conditions(void **state)
{
	static const struct { const char *state, *condition, *shown; enum lvs_top_style style; } servers[] = {
		{ "up", "ejected", " ejected ", LVS_TOP_WARN }, { "up", "out", " out ", LVS_TOP_WARN },
		{ "up", "starting", " starting ", LVS_TOP_WARN }, { "down", "kept", " down ", LVS_TOP_BAD },
		{ "up", NULL, " up ", LVS_TOP_PLAIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
		struct lvs_top_view view = { .width = 80, .servers = true };
		struct lvs_top_data data = {
			.services = json_pack("[{s:s, s:b, s:[{s:s, s:s, s:s*}]}]", "id", "tcp:192.0.2.10:80", "live", 1, "servers",
					      "id", "10.0.0.1:80", "state", servers[i].state, "condition", servers[i].condition),
		};
		struct lvs_top_line *lines;
		size_t n;

		assert_non_null(data.services);
		n = lvs_top_frame(&data, &view, &lines);
		assert_non_null(strstr(lines[n - 1].text, servers[i].shown));
		assert_int_equal(lines[n - 1].style, servers[i].style);
		free(lines);
		json_decref(data.services);
	}
}

/* What the API says may be anything. */
static void test_strange(void **state)
{
	static const char *const answers[] = { "[]", "[ 1, null, [] ]", "[ { \"servers\": [ 5, {} ] } ]", "[ { \"id\": \"\\u001b[2J\", \"name\": 7 } ]" };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct lvs_top_view view = { .width = 80, .height = 24, .servers = true };
		struct lvs_top_data data = { .services = json_loads(answers[i], 0, NULL) };
		struct lvs_top_line *lines;
		size_t n = lvs_top_frame(&data, &view, &lines);

		assert_int_equal(n, 24);
		for (size_t k = 0; k < n; k++)
			assert_null(strchr(lines[k].text, '\033'));
		free(lines);
		json_decref(data.services);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_frame), cmocka_unit_test(test_conditions), cmocka_unit_test(test_strange) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
