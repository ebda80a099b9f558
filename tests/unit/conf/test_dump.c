// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is written reads back as the same configuration: for one with every kind of value in it, for a large one, and for
 * every text that is one slip away from the sample.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sites.h"
#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"

static char *dump(const struct lvs_conf *conf, size_t *ret_len)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, ret_len);

	assert_non_null(file);
	assert_int_equal(lvs_conf_dump(conf, file), 0);
	fclose(file);
	return text;
}

static void check_round_trip(const struct lvs_conf *conf)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *again = NULL;
	size_t len, len2;
	char *text = dump(conf, &len), *text2;

	if (lvs_conf_parse(text, len, "dump", &errors, &again) < 0) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("refused: %s", text);
	}
	assert_true(lvs_conf_equal(conf, again));
	text2 = dump(again, &len2);
	assert_string_equal(text, text2);
	lvs_conf_free(again);
	free(text);
	free(text2);
}

static void every_kind_of_value_comes_back(void **state)
{
	static const char text[] =
		"device: { name = \"t-1.2\"; mtu = 65535; txqueuelen = 1; offload = false; };\n"
		"network: { setup = \"manual\"; table = 4294967295; priority = 1; proxy = false;\n"
		"  server_interfaces = [ \"eth0\", \"br-\xc3\" \"\" ]; };\n";
	static const char good[] =
		"device: { name = \"t-1.2\"; mtu = 65535; txqueuelen = 1; offload = false; };\n"
		"network: { setup = \"manual\"; table = 4294967295; priority = 1; proxy = false;\n"
		"  server_interfaces = [ \"eth0\", \"br-a'b$\" ]; client_interfaces = [ \"eth1\" ]; };\n"
		"director: { source_pool = \"10.0.0.64\"; max_connections = 1024; fragments = 1; user = \"u\"; group = \"g\"; ping = \"always\";\n"
		"  reply_rate = 7; log_level = \"error\"; expire_nodest_conn = true; conn_reuse_mode = 0; cache_bypass = true; };\n"
		"marks: ( { mark = 4294967295; address = \"192.0.2.128/25\"; },\n"
		"  { mark = 2; address = \"2000::/3\"; transparent = true; },\n"
		"  { mark = 1; protocol = \"sctp\"; address = \"2001:db8::\"; client = \"2001:db8:1::/127\"; ports = \"9,1-2\"; } );\n"
		"services: ( { mark = 1; family = \"inet6\"; }, { mark = 2; family = \"inet6\"; cache_bypass = \"no\";\n"
		"    servers: ( { address = \"[2001:db8::9]\"; forward = \"bypass\"; } ); }, { mark = 4294967295; one_packet = true; },\n"
		"  { address = \"[2001:db8::1]:1\"; protocol = \"udp\"; scheduler = \"lc\"; },\n"
		"  { address = \"192.0.2.9\"; persistent: { timeout = 5; netmask = \"255.0.255.0\"; prefix6 = 1;"
		"    sliding = true; on_failure = \"keep\"; on_drain = \"keep\"; };"
		"    sloppy_tcp = \"yes\"; expire_nodest_conn = \"no\"; expire_quiescent_template = \"yes\"; conn_reuse_mode = \"2\";"
		"    timeouts: { tcp = 2678400; tcp_close = 1; };"
		"    servers: ( { address = \"10.0.0.7\"; drain: { timeout = 0; }; } ); },\n"
		"  { address = \"192.0.2.2\"; ports = \"8000-8999,80\"; helper = \"ftp\"; servers: ( { address = \"10.0.0.1\"; } ); },\n"
		"  { name = \"[a]:b-c_d.e\"; address = \"192.0.2.1:65535\"; servers: ( { address = \"10.0.0.1\"; name = \"x\"; },\n"
		"    { address = \"10.0.0.1:1\"; weight = 0; upper_threshold = 3000000000; lower_threshold = 1; mtu = 68; } );\n"
		"    scheduler = \"sh\"; scheduler_flags = [ \"flag-2\", \"sh-port\", \"sh-fallback\" ]; mh_table_size = 251;\n"
		"    mh_order = \"added\"; syn_proxy = \"on\"; mss = 88; mss_clamp = \"auto\"; },\n"
		"  { name = \"x\"; address = \"192.0.2.1:1\"; },\n"
		"  { address = \"192.0.2.3:80\"; client_address = \"proxy-v2\"; servers: ( { address = \"10.0.0.1\"; },\n"
		"    { address = \"10.0.0.2\"; client_address = \"none\"; },\n"
		"    { address = \"10.0.0.3\"; client_address = \"toa\"; } ); },\n"
		"  { address = \"192.0.2.4:80\"; check: { type = \"tcp\"; interval = 0.125; fast_interval = 0.1; timeout = 0.01; };\n"
		"    checks: ( { type = \"https\"; method = \"GET\"; path = \"/a?b=%20\"; host = \"a.b-c\";\n"
		"        headers = ( \"X: \\\"a\\\\b\\\"\", \"Y:\" ); status = \"200, 300-399\"; body = \"a\\\\b\\\"c\"; sni = \"d\";\n"
		"        verify = true; http_version = \"2\"; },\n"
		"      { type = \"udp\"; send = \"00 ff\"; expect = \"?? 0?\"; }, { type = \"ping\"; }, { type = \"tcp\"; port = 65535; source = \"10.0.0.9\"; rise = 100; fall = 1; jitter = 0; start_spread = 0.01; } );\n"
		"    checks_needed = 2; on_failure = \"quiesce\"; initial = \"last\"; initial_wait = 3600; quorum = 4294967295;\n"
		"    quorum_hysteresis = 7; min_servers = 1; depends_on = ( \"x\", \"[a]:b-c_d.e\" ); slow_start: { time = 86400; curve = \"doubling\"; };\n"
		"    flap: { changes = 16; window = 1; hold = 1.001; };\n"
		"    sorry_server: { address = \"10.0.0.9:81\"; forward = \"fullnat\"; };\n"
		"    servers: ( { address = \"10.0.0.1\"; maintenance = true; },\n"
		"      { address = \"10.0.0.2\"; check: { type = \"tcp\"; interval = 86400; }; checks_needed = \"any\"; },\n"
		"      { address = \"10.0.0.3\"; checks: ( { type = \"tcp\"; }, { type = \"tcp\"; port = 1; } ); } ); } );\n";
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL, *defaults = lvs_conf_new();

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "lvs.conf", &errors, &conf), -EINVAL);
	assert_int_equal(lvs_conf_parse(good, strlen(good), "lvs.conf", &errors, &conf), 0);
	check_round_trip(conf);
	check_round_trip(defaults);
	assert_false(lvs_conf_equal(conf, defaults));
	lvs_conf_free(conf);
	lvs_conf_free(defaults);
}

/* Else 80000 servers by tunnels would be more than the 16 MiB that are read. */
static void what_servers_have_from_their_service_is_said_once(void **state)
{
	static const char service[] = "director: { dip = \"192.0.2.250\"; }; services: ( { address = \"192.0.2.1:80\";"
		" forward = \"tunnel\"; tunnel: { type = \"gue\"; port = 6080; }; servers: ( { address = \"10.0.0.1\"; },"
		" { address = \"10.0.0.2\"; forward = \"masq\"; }, { address = \"10.0.0.3\"; tunnel: { type = \"gre\"; }; } ); } );";
	static const struct { const char *key; unsigned int times; } rows[] = {
		{ "forward = \"tunnel\"", 1 }, { "forward = \"masq\"", 1 }, { "tunnel: {", 2 }, { "\"gue\"", 1 }, { "\"gre\"", 1 },
	};
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(lvs_conf_parse(service, strlen(service), "lvs.conf", &errors, &conf), 0);
	check_round_trip(conf);
	text = dump(conf, &len);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int times = 0;

		for (const char *p = text; (p = strstr(p, rows[i].key)); p++)
			times++;
		if (times != rows[i].times)
			fail_msg("%s: %u times in %s", rows[i].key, times, text);
	}
	lvs_conf_free(conf);
	free(text);
}

static void a_full_device_is_an_error(void **state)
{
	struct lvs_conf *conf = lvs_conf_new();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(lvs_conf_dump(conf, full), -EIO);
	fclose(full);
	lvs_conf_free(conf);
}

/* @nservices services of 10 servers; to be freed */
static char *large_text(unsigned int nservices, unsigned int weight, size_t *ret_len)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, ret_len);

	assert_non_null(file);
	fputs("services: (\n", file);
	for (unsigned int i = 0; i < nservices; i++) {
		fprintf(file, "%s { name = \"s%u\"; address = \"198.51.%u.%u:80\"; servers: (", i ? ",\n" : "", i, i >> 8,
			i & 255);
		for (unsigned int k = 0; k < 10; k++)
			fprintf(file, "%s { address = \"10.%u.%u.%u:8080\"; weight = %u; }", k ? "," : "", k + 1, i >> 8,
				i & 255, weight);
		fputs(" ); }", file);
	}
	fputs(" );\n", file);
	fclose(file);
	return text;
}

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Return: CPU time of what a reload does with two such files */
static double reload(unsigned int nservices)
{
	struct lvs_conf *old_conf = NULL, *new_conf = NULL;
	struct lvs_conf_errors errors;
	struct lvs_conf_diff diff;
	size_t old_len, new_len;
	char *old_text = large_text(nservices, 1, &old_len), *new_text = large_text(nservices, 2, &new_len);
	double start, spent;

	assert_int_equal(lvs_conf_parse(old_text, old_len, "old", &errors, &old_conf), 0);
	start = milliseconds();
	assert_int_equal(lvs_conf_parse(new_text, new_len, "new", &errors, &new_conf), 0);
	assert_int_equal(lvs_conf_diff_init(old_conf, new_conf, &diff), 0);
	spent = milliseconds() - start;
	assert_int_equal(diff.n, nservices * 10);
	lvs_conf_diff_fini(&diff);
	check_round_trip(new_conf);
	free(dump(new_conf, &new_len));
	print_message("%u servers are %zu bytes\n", nservices * 10, new_len);
	lvs_conf_free(old_conf);
	lvs_conf_free(new_conf);
	free(old_text);
	free(new_text);
	return spent;
}

static void cost_grows_with_the_file_and_not_faster(void **state)
{
	double small = reload(1000), large = reload(8000);

	(void)state;
	print_message("1000 services of 10 servers: %.1f ms, 8000: %.1f ms\n", small, large);
	/* A quadratic step would make it 64 times; the slack is for a machine that is busy with something else. */
	assert_true(large < small * 8 * 3 + 5);
}

static char *read_sample(void)
{
	char path[4096], *text = calloc(1, 65536);
	const char *top = getenv("top_srcdir");
	FILE *file;

	snprintf(path, sizeof(path), "%s/etc/lvs.conf", top ? top : "..");
	file = fopen(path, "r");
	assert_non_null(text);
	assert_non_null(file);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return text;
}

/* Prose begins with "# ", settings that are commented out with "#" alone. */
static void uncomment(char *text)
{
	bool first = true;

	for (char *p = text; *p; p++) {
		if (first && p[0] == '#' && p[1] != ' ' && p[1] != '\n')
			*p = ' ';
		if (first && !strncmp(p, "#  ", 3))
			*p = ' ';
		first = *p == '\n';
	}
}

static void the_sample_is_valid_and_shows_the_defaults(void **state)
{
	char *text = read_sample();
	struct lvs_conf *conf = NULL, *defaults = lvs_conf_new();
	struct lvs_conf_errors errors;

	(void)state;
	assert_int_equal(lvs_conf_parse(text, strlen(text), "sample", &errors, &conf), 0);
	assert_true(lvs_conf_equal(conf, defaults));
	lvs_conf_free(conf);
	uncomment(text);
	if (lvs_conf_parse(text, strlen(text), "sample", &errors, &conf) < 0 || errors.n) {
		lvs_conf_errors_print(&errors, stderr);
		fail();
	}
	assert_true(conf->nservices >= 2);
	while (conf->nservices) {
		struct lvs_conf_service *last = &conf->services[--conf->nservices];

		for (size_t i = 0; i < last->nservers; i++) {
			free(last->servers[i].check);
			free(last->servers[i].checks);
		}
		free(last->servers);
		free(last->check);
		free(last->checks);
	}
	/* As optional as services are. */
	assert_true(conf->geo.nrules > 0);
	free(conf->geo.rules);
	lvs_sites_free(conf->geo.table);
	conf->geo = defaults->geo;
	assert_int_equal(conf->nmarks, 1);
	conf->nmarks = 0;
	assert_true(lvs_conf_equal(conf, defaults));
	lvs_conf_free(conf);
	lvs_conf_free(defaults);
	free(text);
}

/* Refused at a place, or understood in a way that can be written down. */
static void check_mutant(const char *mutant, size_t len, size_t *accepted)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char *text = malloc(len ? len : 1);

	/* Nothing behind the text, so that a read beyond its end is seen under ASan. */
	assert_non_null(text);
	memcpy(text, mutant, len);
	if (lvs_conf_parse(text, len, "mutant", &errors, &conf) == 0) {
		++*accepted;
		check_round_trip(conf);
		lvs_conf_free(conf);
		free(text);
		return;
	}
	free(text);
	assert_true(errors.nerrors > 0);
	for (size_t i = 0; i < errors.n; i++)
		if (!errors.list[i].line || !errors.list[i].column)
			fail_msg("no place for \"%s\" in: %s", errors.list[i].message, mutant);
}

static void every_slip_is_refused_at_a_place_or_understood(void **state)
{
	static const char others[] = "\"{(,;=0-x\n\\#";
	char *text, *sample = read_sample(), *p;
	size_t len, mutants = 0, accepted = 0;

	(void)state;
	uncomment(sample);
	len = strlen(sample);
	text = malloc(len + 1);
	assert_non_null(text);
	for (size_t at = 0; at < len; at++) {
		bool in_comment = false;

		for (p = sample + at; p > sample && p[-1] != '\n' && !in_comment; p--)
			in_comment = p[-1] == '#';
		if (in_comment)
			continue;
		/* one character less */
		memcpy(text, sample, at);
		memcpy(text + at, sample + at + 1, len - at);
		check_mutant(text, len - 1, &accepted);
		/* the end of the file here */
		check_mutant(sample, at, &accepted);
		/* another one, each time the next of the list */
		memcpy(text, sample, len + 1);
		text[at] = others[at % (sizeof(others) - 1)];
		check_mutant(text, len, &accepted);
		mutants += 3;
	}
	print_message("%zu of %zu mutants accepted\n", accepted, mutants);
	assert_true(accepted > 0 && accepted < mutants);
	free(text);
	free(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_comes_back),
		cmocka_unit_test(what_servers_have_from_their_service_is_said_once),
		cmocka_unit_test(a_full_device_is_an_error),
		cmocka_unit_test(cost_grows_with_the_file_and_not_faster),
		cmocka_unit_test(the_sample_is_valid_and_shows_the_defaults),
		cmocka_unit_test(every_slip_is_refused_at_a_place_or_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
