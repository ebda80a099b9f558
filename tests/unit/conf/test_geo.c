// SPDX-License-Identifier: GPL-2.0-or-later
/* The group "geo", a file of prefixes and a database: what they come to, and what is said of their faults. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/sites.h"
#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "tests/lib/memory.h"

static char dir[] = "test_geo.XXXXXX";
static char conf_path[64], file_path[4200], database_path[4200];

static int make_dir(void **state)
{
	char here[4096];

	(void)state;
	if (!mkdtemp(dir) || !getcwd(here, sizeof(here)))
		return -1;
	snprintf(conf_path, sizeof(conf_path), "%s/lvs.conf", dir);
	snprintf(file_path, sizeof(file_path), "%s/%s/p", here, dir);
	snprintf(database_path, sizeof(database_path), "%s/%s/d", here, dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	(void)unlink(conf_path);
	(void)unlink(file_path);
	(void)unlink(database_path);
	return rmdir(dir);
}

static void write_file(const char *path, const void *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* One server in each of two sites, and whatever stands in geo. */
#define SERVICE "services: ( { address = \"192.0.2.10:80\"; scheduler = \"geo\"; servers: (\n" \
	"{ address = \"10.0.0.1\"; site = \"fra\"; }, { address = \"10.0.0.2\"; site = \"nyc\"; } ); } );\n"
#define GEO(more) "geo: { sites = \"fra,nyc\";\n" more " };\n" SERVICE
#define RULE(rule) GEO("rules: ( { " rule " } );")

static const struct row {
	const char *text;
	int err;
	const char *findings[3];
} rows[] = {
	{ GEO(""), 0, { NULL } },
	{ RULE("prefix = \"192.0.2.0/24\"; sites = \"nyc, fra\";"), 0, { NULL } },
	{ RULE("prefix = \"2001:db8::/32\"; sites = \"nyc,*\";"), 0, { NULL } },
	{ RULE("prefix = \"192.0.2.1\"; sites = \"*\";"), 0, { NULL } },
	/* sites */
	{ SERVICE, -EINVAL,
	  { ":1:25: warning: service \"tcp-192.0.2.10:80\" is scheduled by sites, and there are none (name them in \"sites\" of "
	    "\"geo\"; without, \"geo\" is as \"wlc\")",
	    ":2:32: there is no site \"fra\" (\"sites\" of \"geo\" names all there are)",
	    ":2:73: there is no site \"nyc\" (\"sites\" of \"geo\" names all there are)" } },
	{ "geo: { };\n", -EINVAL,
	  { ":1:6: geo needs \"sites\" (the names of all sites, such as \"fra,nyc\", the best one first for clients that no rule "
	    "knows)" } },
	{ "geo: { sites = \"fra,nyc,syd\"; };\n" SERVICE, 0,
	  { ":1:16: warning: site \"syd\" has no servers (give \"site\" to servers of a service whose scheduler is \"geo\")" } },
	{ "geo: { sites = \"fra,nyk\"; };\n" SERVICE, -EINVAL, { ":3:73: there is no site \"nyc\" (did you mean \"nyk\"?)" } },
	{ "geo: { sites = \"fra,nyc,fra\"; };\n" SERVICE, -EINVAL, { ":1:16: \"sites\": a site is there twice" } },
	{ "geo: { sites = \"fra,nyc,*\"; };\n" SERVICE, -EINVAL, { ":1:16: \"sites\": \"*\" is not the name of a site" } },
	{ "geo: { sites = \"fra nyc\"; };\n" SERVICE, -EINVAL, { ":1:16: \"sites\": there is no comma between two sites" } },
	{ "geo: { sites = \"fra,,nyc\"; };\n" SERVICE, -EINVAL, { ":1:16: \"sites\": the name of a site is missing" } },
	{ "geo: { sites = \"abcdefghijabcdefghijabcdefghij12\"; };\n" SERVICE, -EINVAL,
	  { ":1:16: \"sites\": the name of a site is longer than 31 characters" } },
	/* rules */
	{ RULE("prefix = \"192.0.2.1/24\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:21: \"192.0.2.1/24\" has ones behind its length (write \"192.0.2.0/24\")" } },
	{ RULE("prefix = \"2001:db8::1/64\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:21: \"2001:db8::1/64\" has ones behind its length (write \"2001:db8::/64\")" } },
	{ RULE("prefix = \"192.0.2.0/33\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:21: \"prefix\": \"192.0.2.0/33\" has no length from 0 to 32, or to 128 (clients' addresses, such as "
	    "\"192.0.2.0/24\" or \"2001:db8::/32\")" } },
	{ RULE("prefix = \"192.0.2.0/24\"; sites = \"nyk\";"), -EINVAL,
	  { ":2:45: there is no site \"nyk\" (did you mean \"nyc\"?)" } },
	{ RULE("prefix = \"192.0.2.0/24\"; sites = \"nyc,nyc\";"), -EINVAL, { ":2:45: site \"nyc\" is there twice" } },
	{ RULE("prefix = \"192.0.2.0/24\"; sites = \"*,nyc\";"), -EINVAL,
	  { ":2:45: \"*\" stands for all other sites, and so at the end (write it like \"fra,nyc\")" } },
	{ RULE("prefix = \"192.0.2.0/24\";"), -EINVAL,
	  { ":2:10: a rule needs \"sites\" (where these clients go, such as \"fra,nyc\")" } },
	{ RULE("sites = \"nyc\";"), -EINVAL, { ":2:20: a rule needs \"prefix\", \"country\" or \"continent\"" } },
	{ RULE("prefix = \"192.0.2.0/24\"; country = \"DE\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:61: a rule takes only one of \"prefix\", \"country\" and \"continent\"" } },
	{ RULE("country = \"DE\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:22: who is in \"DE\" is not known (name a MaxMind database in \"database\")" } },
	{ RULE("country = \"QQ\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:22: \"country\": \"QQ\" is not the code of a country (the two capital letters of a country in ISO 3166-1, such as "
	    "\"DE\")" } },
	{ RULE("continent = \"XX\"; sites = \"nyc\";"), -EINVAL,
	  { ":2:24: \"continent\": \"XX\" is not the code of a continent (AF, AN, AS, EU, NA, OC or SA)" } },
	{ RULE("prefix = \"10.0.0.0/8\"; sites = \"nyc\"; },\n{ prefix = \"10.0.0.0/8\"; sites = \"fra\";"), -EINVAL,
	  { ":3:12: there are two rules for 10.0.0.0/8 (the first one is in line 2)" } },
	{ GEO("database = \"/nowhere\"; rules: ( { country = \"DE\"; sites = \"nyc\"; },\n{ country = \"DE\"; sites = \"fra\"; } );"),
	  -EINVAL, { ":3:13: there are two rules for \"DE\"" } },
	/* files are not read here, only named */
	{ GEO("file = \"/nowhere\"; database = \"/nowhere\";"), 0, { NULL } },
	{ GEO("file = \"p\";"), -EINVAL,
	  { ":2:8: \"file\": \"p\" does not begin with \"/\" (a file of lines such as \"192.0.2.0/24 fra,nyc\")" } },
};

static void check_findings(const char *text, const struct lvs_conf_errors *errors, const char *const findings[3])
{
	size_t expected = 0;
	char line[600];

	while (expected < 3 && findings[expected])
		expected++;
	for (size_t k = 0; k < errors->n && k < expected; k++)
		assert_string_equal(lvs_conf_errors_line(errors, k, line, sizeof(line)), findings[k]);
	if (errors->n != expected)
		fail_msg("%zu findings in: %s", errors->n, text);
}

static void faults_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf *conf = NULL;
		int err = lvs_conf_parse(rows[i].text, strlen(rows[i].text), "", &errors, &conf);

		check_findings(rows[i].text, &errors, rows[i].findings);
		assert_int_equal(err, rows[i].err);
		lvs_conf_free(conf);
	}
}

/* @text: in which "@" is the file of prefixes, and "&" the database */
static struct lvs_conf *load(const char *text, int err, struct lvs_conf_errors *errors)
{
	FILE *file = fopen(conf_path, "w");
	struct lvs_conf *conf = NULL;

	assert_non_null(file);
	for (const char *c = text; *c; c++) {
		if (*c == '@' || *c == '&')
			fputs(*c == '@' ? file_path : database_path, file);
		else
			fputc(*c, file);
	}
	assert_int_equal(fclose(file), 0);
	if (lvs_conf_load(conf_path, errors, &conf) != err) {
		lvs_conf_errors_print(errors, stderr);
		fail_msg("not %d: %s", err, text);
	}
	return conf;
}

#define WITH_FILE "geo: { sites = \"fra,nyc\"; file = \"@\"; };\n" SERVICE

/* In the file's line and column. */
static const struct {
	const char *text, *finding;
} lines[] = {
	{ "", NULL },
	{ "# nothing\n\n \t\r\n", NULL },
	{ "192.0.2.0/24 fra", NULL },
	{ "192.0.2.0/24\tnyc , fra\t# both\r\n\n2001:db8::/32 *\n203.0.113.7 nyc,*\n", NULL },
	{ "\xef\xbb\xbf" "0.0.0.0/0 nyc\n::/0 fra\n", NULL },
	{ "\n  192.0.2/24 fra\n", ":2:3: \"192.0.2/24\" is not a prefix (write it like 192.0.2.0/24 or 2001:db8::/32)" },
	{ "192.0.2.0/24.5 fra\n", ":1:1: \"192.0.2.0/24.5\" has no length from 0 to 32, or to 128 (write it like 192.0.2.0/24 or "
				   "2001:db8::/32)" },
	{ "192.0.2.1/24 fra\n", ":1:1: \"192.0.2.1/24\" has ones behind its length (write 192.0.2.0/24)" },
	{ "192.0.2.0/24\n", ":1:13: the name of a site is missing (write it like \"fra,nyc\")" },
	{ "192.0.2.0/24 fra,\n", ":1:18: the name of a site is missing (write it like \"fra,nyc\")" },
	{ "192.0.2.0/24 fra nyc\n", ":1:18: there is no comma between two sites (write it like \"fra,nyc\")" },
	{ "192.0.2.0/24 nyc, fro # x\n", ":1:19: there is no site \"fro\" (did you mean \"fra\"?)" },
	{ "192.0.2.0/24 nyc,nyc\n", ":1:18: site \"nyc\" is there twice" },
	{ "192.0.2.0/24 *,nyc\n", ":1:16: \"*\" stands for all other sites, and so at the end (write it like \"fra,nyc\")" },
	{ "192.0.2.0/24 fra\n#\n192.0.2.0/24 nyc\n", ":3:1: there are two rules for 192.0.2.0/24 (the first one is in line 1)" },
};

static void a_file_is_read_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct lvs_conf_errors errors;
		char expect[4600], line[4600];
		struct lvs_conf *conf;

		write_file(file_path, lines[i].text, strlen(lines[i].text));
		conf = load(WITH_FILE, lines[i].finding ? -EINVAL : 0, &errors);
		assert_int_equal(errors.n, lines[i].finding != NULL);
		if (lines[i].finding) {
			snprintf(expect, sizeof(expect), "%.255s%s", file_path, lines[i].finding);
			assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)), expect);
		}
		lvs_conf_free(conf);
	}
}

static void both_files_are_named_where_they_collide(void **state)
{
	struct lvs_conf_errors errors;
	char line[4600];

	(void)state;
	write_file(file_path, "\n10.0.0.0/8 fra\n", 16);
	load("geo: { sites = \"fra,nyc\"; file = \"@\";\nrules: ( { prefix = \"10.0.0.0/8\"; sites = \"nyc\"; } ); };\n" SERVICE,
	     -EINVAL, &errors);
	assert_int_equal(errors.n, 1);
	assert_non_null(strstr(lvs_conf_errors_line(&errors, 0, line, sizeof(line)),
			       "/p:2:1: there are two rules for 10.0.0.0/8 (the first one is in line 2 of the configuration)"));
}

static void what_is_no_file_of_prefixes_ends_soon(void **state)
{
	struct lvs_conf_errors errors;
	char text[20000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 1; i < sizeof(text); i += 2)
		text[i] = '\n';
	write_file(file_path, text, sizeof(text));
	load(WITH_FILE, -EINVAL, &errors);
	assert_int_equal(errors.nerrors, LVS_CONF_ERRORS_MAX);
	memset(text, '\0', sizeof(text));
	write_file(file_path, text, sizeof(text));
	load(WITH_FILE, -EINVAL, &errors);
	assert_int_equal(errors.nerrors, 1);
	unlink(file_path);
	load(WITH_FILE, -EINVAL, &errors);
	assert_int_equal(errors.nerrors, 1);
	assert_non_null(strstr(errors.list[0].message, "cannot be read: No such file or directory"));
}

/* Lists of four of sixteen sites: more than there is room for, in a file that is otherwise fine. */
static void orders_are_bounded(void **state)
{
	struct lvs_conf_errors errors;
	FILE *file = fopen(file_path, "w");
	unsigned int n = 0;

	(void)state;
	assert_non_null(file);
	for (unsigned int i = 0; i < 65536; i++) {
		unsigned int a = i & 15, b = i >> 4 & 15, c = i >> 8 & 15, d = i >> 12;

		if (a == b || a == c || a == d || b == c || b == d || c == d)
			continue;
		fprintf(file, "10.0.%u.%u %c,%c,%c,%c\n", i >> 8, i & 255, 'a' + a, 'a' + b, 'a' + c, 'a' + d);
		n++;
	}
	assert_int_equal(fclose(file), 0);
	assert_true(n > 32768);
	load("geo: { sites = \"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\"; file = \"@\"; };", -EINVAL, &errors);
	assert_int_equal(errors.nerrors, LVS_CONF_ERRORS_MAX);
	assert_string_equal(errors.list[0].message, "more than 32768 different orders of sites");
	assert_true(errors.list[0].line > 32700);
}

static void check_order(const struct lvs_conf *conf, const char *client, const char *expect)
{
	struct lvs_addr addr = test_addr(client);
	char seen[200] = "";

	for (const uint8_t *site = lvs_sites_order(conf->geo.table, &addr); *site; site++)
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s%s", *seen ? "," : "",
			 conf->geo.table->names[*site - 1]);
	assert_string_equal(seen, expect);
}

#define THREE "geo: { sites = \"fra,nyc,syd\"; file = \"@\"; database = \"&\";\n"
#define THREE_SERVERS "services: ( { address = \"192.0.2.10:80\"; scheduler = \"geo\"; servers: (\n" \
	"{ address = \"10.0.0.1\"; site = \"fra\"; }, { address = \"10.0.0.2\"; site = \"nyc\"; },\n" \
	"{ address = \"10.0.0.3\"; site = \"syd\"; } ); } );\n"

static void rules_and_file_make_one_table(void **state)
{
	static const char prefixes[] = "192.0.2.0/24 nyc,*\n2001:db8::/32 syd\n";
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;

	(void)state;
	write_file(file_path, prefixes, strlen(prefixes));
	conf = load("geo: { sites = \"fra,nyc,syd\"; file = \"@\";\nrules: ( { prefix = \"192.0.2.128/25\"; sites = \"syd\"; } ); };\n"
		    THREE_SERVERS, 0, &errors);
	assert_int_equal(conf->geo.nprefixes, 3);
	check_order(conf, "192.0.2.1", "nyc,fra,syd");
	check_order(conf, "192.0.2.129", "syd");
	check_order(conf, "192.0.3.0", "fra,nyc,syd");
	check_order(conf, "2001:db8::1", "syd");
	check_order(conf, "2001:db9::", "fra,nyc,syd");
	/* Lists that are equal are one. */
	assert_int_equal(conf->geo.table->orders_len, 4 + 4 + 2);
	lvs_conf_free(conf);
}

/* Each allocation fails once: nothing is left behind, and the reason is said. */
static void without_memory_there_is_no_table(void **state)
{
	static const char prefixes[] = "192.0.2.0/24 nyc\n2001:db8::/32 nyc,*\n";
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	unsigned int n = 0;

	(void)state;
	write_file(file_path, prefixes, strlen(prefixes));
	conf = load(WITH_FILE, 0, &errors);
	for (;;) {
		int err;

		lvs_conf_free(conf);
		conf = NULL;
		memory_fail_at(++n);
		err = lvs_conf_load(conf_path, &errors, &conf);
		if (!memory_failed())
			break;
		assert_int_equal(err, -ENOMEM);
		assert_null(conf);
		assert_true(errors.nerrors > 0);
	}
	assert_non_null(conf);
	assert_true(n > 8);
	lvs_conf_free(conf);
}

static void another_file_is_a_change(void **state)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *a, *b, *c;
	struct lvs_conf_diff diff;
	char text[300];

	(void)state;
	write_file(file_path, "192.0.2.0/24 nyc\n", 17);
	a = load(WITH_FILE, 0, &errors);
	b = load(WITH_FILE, 0, &errors);
	write_file(file_path, "192.0.2.0/24 fra\n192.0.3.0/24 nyc\n", 34);
	c = load(WITH_FILE, 0, &errors);
	assert_int_equal(lvs_conf_diff_init(a, b, &diff), 0);
	assert_int_equal(diff.n, 0);
	lvs_conf_diff_fini(&diff);
	assert_int_equal(lvs_conf_diff_init(a, c, &diff), 0);
	assert_int_equal(diff.n, 1);
	assert_int_equal(diff.nrestart, 0);
	assert_string_equal(lvs_conf_change_describe(&diff.changes[0], text, sizeof(text)),
			    "geo: other orders of sites, 1 prefixes -> 2");
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(a);
	lvs_conf_free(b);
	lvs_conf_free(c);
}

#define COUNTRIES THREE "rules: ( { country = \"DE\"; sites = \"fra,nyc\"; }, { country = \"AU\"; sites = \"syd\"; },\n" \
	"{ continent = \"NA\"; sites = \"nyc,*\"; }, { prefix = \"198.51.0.0/16\"; sites = \"syd,fra\"; } ); };\n" THREE_SERVERS

#ifdef HAVE_MAXMINDDB
static void make_database(const char *arguments)
{
	const char *top = getenv("top_srcdir");
	char command[9000];

	if (system("python3 -c ''") != 0)
		skip();
	snprintf(command, sizeof(command), "python3 '%s/tests/lib/mmdb.py' '%s' %s", top ? top : "..", database_path, arguments);
	assert_int_equal(system(command), 0);
}

static void a_database_knows_countries(void **state)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;

	(void)state;
	write_file(file_path, "203.0.113.0/24 nyc\n", 19);
	for (int family = 4; family <= 6; family += 2) {
		make_database(family == 4 ? "4 192.0.2.0/25,DE,EU 192.0.2.128/25,DE,EU 203.0.113.0/25,DE,EU 198.51.100.0/24,US,NA "
					    "100.64.0.0/10,FR,EU 100.0.0.0/12,CA,NA 1.0.0.0/24,AU,OC 5.0.0.0/8,,NA 6.0.0.0/8,,"
					  : "6 192.0.2.0/25,DE,EU 192.0.2.128/25,DE,EU 203.0.113.0/25,DE,EU 198.51.100.0/24,US,NA "
					    "100.64.0.0/10,FR,EU 100.0.0.0/12,CA,NA 1.0.0.0/24,AU,OC 5.0.0.0/8,,NA 6.0.0.0/8,, "
					    "2001:db8::/32,AU,OC 2001:db9::/33,US,NA");
		conf = load(COUNTRIES, 0, &errors);
		check_order(conf, "192.0.2.1", "fra,nyc");
		check_order(conf, "192.0.2.200", "fra,nyc");
		check_order(conf, "203.0.113.1", "nyc");	/* the file's, though it is shorter */
		check_order(conf, "198.51.100.1", "syd,fra");	/* the rule's, likewise */
		check_order(conf, "100.64.0.1", "fra,nyc,syd");	/* no rule for that country */
		check_order(conf, "100.15.0.1", "nyc,fra,syd");
		check_order(conf, "1.0.0.255", "syd");
		check_order(conf, "5.1.2.3", "nyc,fra,syd");
		check_order(conf, "6.1.2.3", "fra,nyc,syd");
		check_order(conf, "2001:db8::5", family == 4 ? "fra,nyc,syd" : "syd");
		check_order(conf, "2001:db9::5", family == 4 ? "fra,nyc,syd" : "nyc,fra,syd");
		check_order(conf, "2001:db9:8000::5", "fra,nyc,syd");
		check_order(conf, "2002:100::5", "fra,nyc,syd");	/* an alias of 1.0.0.0/24 */
		/* Two halves of 192.0.2.0/24 are one; France has no rule. */
		assert_int_equal(conf->geo.nprefixes, family == 4 ? 8 : 10);
		lvs_conf_free(conf);
	}
}

static void a_broken_database_is_refused(void **state)
{
	static const struct {
		const char *arguments, *message;
	} faults[] = {
		{ "4 loop 192.0.2.0/24,DE,EU 1.0.0.0/24,AU,OC", "is not a tree of networks" },
		{ "6 loop 192.0.2.0/24,DE,EU 2001:db8::/32,AU,OC", "is not a tree of networks" },
		{ "6 cut 192.0.2.0/24,DE,EU 2001:db8::/32,AU,OC", "cannot be read: " },
	};
	struct lvs_conf_errors errors;

	(void)state;
	write_file(file_path, "", 0);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		make_database(faults[i].arguments);
		load(COUNTRIES, -EINVAL, &errors);
		assert_int_equal(errors.n, 1);
		assert_non_null(strstr(errors.list[0].message, faults[i].message));
		assert_int_equal(errors.list[0].line, 1);
	}
	unlink(database_path);
	load(COUNTRIES, -EINVAL, &errors);
	assert_int_equal(errors.n, 1);
	assert_non_null(strstr(errors.list[0].message, "cannot be read: No such file or directory"));
}
#else
static void without_the_library_there_are_no_databases(void **state)
{
	struct lvs_conf_errors errors;

	(void)state;
	write_file(file_path, "", 0);
	load(COUNTRIES, -EINVAL, &errors);
	assert_int_equal(errors.n, 1);
	assert_non_null(strstr(errors.list[0].message, "without libmaxminddb"));
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_found),
		cmocka_unit_test(a_file_is_read_line_by_line),
		cmocka_unit_test(both_files_are_named_where_they_collide),
		cmocka_unit_test(what_is_no_file_of_prefixes_ends_soon),
		cmocka_unit_test(orders_are_bounded),
		cmocka_unit_test(rules_and_file_make_one_table),
		cmocka_unit_test(without_memory_there_is_no_table),
		cmocka_unit_test(another_file_is_a_change),
#ifdef HAVE_MAXMINDDB
		cmocka_unit_test(a_database_knows_countries),
		cmocka_unit_test(a_broken_database_is_refused),
#else
		cmocka_unit_test(without_the_library_there_are_no_databases),
#endif
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
