// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/prefix_map.h"
#include "decap/options.h"
#include "engine/tunnel.h"

#define ARGS_MAX 20

static struct lvs_decap_options options;
static char message[LVS_DECAP_MESSAGE_MAX];

/* @line: words separated by blanks. Return: as lvs_decap_options_parse() */
static int parse(const char *line)
{
	static char words[512];
	char *argv[ARGS_MAX + 1] = { (char *)"lvs-decap" };
	int argc = 1;

	(void)snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc < ARGS_MAX);
		argv[argc++] = word;
	}
	optind = 0;	/* begin anew */
	opterr = 0;
	return lvs_decap_options_parse(argc, argv, message, &options);
}

static void defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("--vip 192.0.2.1"), 0);
	assert_int_equal(options.types, 1U << LVS_TUNNEL_INDEX_ipip);
	assert_string_equal(options.device, "lvsdecap0");
	assert_int_equal(options.nlisten, 0);
	assert_int_equal(options.rules.port, 0);
	assert_null(options.rules.from);
	lvs_decap_options_fini(&options);

	assert_int_equal(parse("-v 192.0.2.1 -t gue"), 0);
	assert_int_equal(options.rules.port, LVS_BE16(6080));
	lvs_decap_options_fini(&options);
}

static void lists(void **state)
{
	struct lvs_addr in = test_addr("192.0.2.17"), in6 = test_addr("2001:db8::5"), out = test_addr("192.0.2.33");

	(void)state;
	assert_int_equal(parse("-v 192.0.2.16/28 -v 2001:db8::/64 -v 192.0.2.16/28 -t gre,gue -t ipip -p 7"), 0);
	assert_int_equal(options.types, (1U << LVS_TUNNEL_INDEX_COUNT) - 1);
	assert_int_equal(options.rules.port, LVS_BE16(7));
	assert_int_equal(lvs_prefix_map_find(options.rules.vips, &in), 1);
	assert_int_equal(lvs_prefix_map_find(options.rules.vips, &in6), 1);
	assert_int_equal(lvs_prefix_map_find(options.rules.vips, &out), 0);
	lvs_decap_options_fini(&options);

	assert_int_equal(parse("-v 2001:db8::5 --from 10.0.0.0/8 --listen 10.1.1.1 --listen 2001:db8::9 --device tun7"), 0);
	assert_string_equal(options.device, "tun7");
	assert_int_equal(options.nlisten, 2);
	assert_non_null(options.rules.from);
	assert_int_equal(lvs_prefix_map_find(options.rules.vips, &in), 0);
	lvs_decap_options_fini(&options);
}

static void actions(void **state)
{
	(void)state;
	assert_int_equal(parse("--help"), 0);
	assert_int_equal(options.action, LVS_DECAP_HELP);
	assert_int_equal(parse("-V"), 0);
	assert_int_equal(options.action, LVS_DECAP_VERSION);
}

static void mistakes(void **state)
{
	static const struct {
		const char *line, *message;
	} rows[] = {
		{ "", "no --vip: nothing would be let in; give each virtual address of this server" },
		{ "--type gre", "no --vip: nothing would be let in; give each virtual address of this server" },
		{ "-v www", "--vip: \"www\" is neither an address nor a network" },
		{ "-v 192.0.2.1/33", "--vip: \"192.0.2.1/33\" has no length from 0 to 32, or 128 for IPv6" },
		{ "-v 192.0.2.1/24", "--vip: \"192.0.2.1/24\" has bits behind its length" },
		{ "-v 127.0.0.1", "--vip: \"127.0.0.1\" is no address that clients can reach" },
		{ "-v 224.0.0.1", "--vip: \"224.0.0.1\" is no address that clients can reach" },
		{ "-v ::", "--vip: \"::\" is no address that clients can reach" },
		{ "-v fe80::1", "--vip: \"fe80::1\" is no address that clients can reach" },
		{ "-v 192.0.2.1 -f x", "--from: \"x\" is neither an address nor a network" },
		{ "-v 192.0.2.1 -l 10.0.0.0/8", "--listen: \"10.0.0.0/8\" is no address" },
		{ "-v 192.0.2.1 -l 0.0.0.0", "--listen: \"0.0.0.0\" is no address of one host (leave the option out for all addresses)" },
		{ "-v 192.0.2.1 -t vxlan", "--type: \"vxlan\" is not made of ipip, gre and gue, separated by commas" },
		{ "-v 192.0.2.1 -t ipip,", "--type: \"ipip,\" is not made of ipip, gre and gue, separated by commas" },
		{ "-v 192.0.2.1 -t ipip,gregregre", "--type: \"ipip,gregregre\" is not made of ipip, gre and gue, separated by commas" },
		{ "-v 192.0.2.1 -p 6080", "--port is for gue, which is not among --type" },
		{ "-v 192.0.2.1 -t gue -p 0", "--port: \"0\" is no number from 1 to 65535" },
		{ "-v 192.0.2.1 -t gue -p 65536", "--port: \"65536\" is no number from 1 to 65535" },
		{ "-v 192.0.2.1 -t gue -p +1", "--port: \"+1\" is no number from 1 to 65535" },
		{ "-v 192.0.2.1 -t gue -p 1x", "--port: \"1x\" is no number from 1 to 65535" },
		{ "-v 192.0.2.1 -d ..", "--device: \"..\" is no name for a network device" },
		{ "-v 192.0.2.1 -d a/b", "--device: \"a/b\" is no name for a network device" },
		{ "-v 192.0.2.1 -d tun%d", "--device: \"tun%d\" is no name for a network device" },
		{ "-v 192.0.2.1 -d sixteen.letters.", "--device: \"sixteen.letters.\" is no name for a network device" },
		{ "-v 192.0.2.1 here", "unexpected argument \"here\"" },
		{ "-v 192.0.2.1 --nonsense", "" },
		{ "-v", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(parse(rows[i].line), -EINVAL);
		assert_string_equal(message, rows[i].message);
		lvs_decap_options_fini(&options);
	}
}

static void too_many(void **state)
{
	static char words[LVS_DECAP_PREFIXES_MAX + 1][2][16];
	static char *argv[2 * (LVS_DECAP_PREFIXES_MAX + 1) + 2];
	int argc = 0;

	(void)state;
	argv[argc++] = (char *)"lvs-decap";
	for (unsigned int i = 0; i <= LVS_DECAP_PREFIXES_MAX; i++) {
		(void)snprintf(words[i][0], sizeof(words[i][0]), "-v");
		(void)snprintf(words[i][1], sizeof(words[i][1]), "192.0.%u.%u", i / 256, i % 256);
		argv[argc++] = words[i][0];
		argv[argc++] = words[i][1];
	}
	optind = 0;
	assert_int_equal(lvs_decap_options_parse(argc, argv, message, &options), -EINVAL);
	assert_string_equal(message, "--vip: \"192.0.1.0\" is one too many: 256 are the limit");
	lvs_decap_options_fini(&options);
	optind = 0;
	assert_int_equal(lvs_decap_options_parse(argc - 2, argv, message, &options), 0);
	assert_int_equal(options.nvips, LVS_DECAP_PREFIXES_MAX);
	lvs_decap_options_fini(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults), cmocka_unit_test(lists),	cmocka_unit_test(actions),
		cmocka_unit_test(mistakes), cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
