// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations made from others: copies stand on their own, whatever memory there is. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sites.h"
#include "conf/conf.h"
#include "conf/edit.h"
#include "conf/errors.h"
#include "tests/lib/memory.h"

/* Every list that there is, and one inside of another. */
static const char text[] =
	"device: { type = \"tap\"; };\n"
	"tap: { addresses = [\"10.9.0.5/24\"]; gateway = \"10.9.0.1\"; routes: ( { to = \"10.8.0.0/16\"; via = \"10.9.0.7\"; } ); };\n"
	"geo: { sites = \"fra,nyc\"; rules: ( { prefix = \"203.0.113.0/24\"; sites = \"nyc,*\"; } ); };\n"
	"marks: ( { mark = 7; address = \"192.0.2.7\"; } );\n"
	"services: (\n"
	"  { address = \"192.0.2.10:80\"; scheduler = \"geo\"; check = { type = \"tcp\"; };\n"
	"    servers: ( { address = \"10.9.0.11:80\"; site = \"fra\"; checks: ( { type = \"tcp\"; port = 81; } ); },\n"
	"               { address = \"10.9.0.12:80\"; site = \"nyc\"; } ); },\n"
	"  { mark = 7; servers: ( { address = \"10.9.0.13\"; } ); } );\n";

static struct lvs_conf *parse(const char *conf_text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;

	if (lvs_conf_parse(conf_text, strlen(conf_text), "test", &errors, &conf))
		fail_msg("%s", errors.list[0].message);
	return conf;
}

static void a_copy_stands_on_its_own(void **state)
{
	struct lvs_conf *conf = parse(text), *copy, *again = parse(text);

	(void)state;
	assert_int_equal(lvs_conf_copy(conf, &copy), 0);
	assert_true(lvs_conf_equal(conf, copy));
	assert_ptr_equal(copy->geo.table, conf->geo.table);
	assert_ptr_not_equal(copy->services, conf->services);
	assert_ptr_not_equal(copy->services[0].servers[0].checks, conf->services[0].servers[0].checks);
	copy->services[0].servers[0].checks[0].port = 82;
	copy->marks[0].mark = 8;
	copy->tap.routes[0].via = test_addr("10.9.0.8");
	assert_true(lvs_conf_equal(conf, again));
	lvs_conf_free(conf);
	assert_int_equal(lvs_sites_find(copy->geo.table, "nyc"), 2);
	assert_int_equal(copy->services[0].servers[0].checks[0].port, 82);
	lvs_conf_free(copy);
	lvs_conf_free(again);
}

static void findings_about_a_copy_have_no_place(void **state)
{
	struct lvs_conf *conf = parse(text), *copy;
	struct lvs_conf_errors errors;

	(void)state;
	assert_int_equal(lvs_conf_copy(conf, &copy), 0);
	assert_int_equal(copy->services[0].where.line, LVS_CONF_ELSEWHERE);
	lvs_conf_errors_init(&errors, "lvs.conf", text, strlen(text));
	copy->services[1].servers[0].site[0] = 'x';
	assert_int_equal(lvs_conf_check_all(copy, &errors), 0);
	assert_int_equal(errors.nerrors, 1);
	assert_int_equal(errors.list[0].line, 0);
	lvs_conf_errors_seal(&errors);
	lvs_conf_free(copy);
	lvs_conf_free(conf);
}

static const char from_file[] =
	"services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.1\"; } ); } );";
static const char running_text[] =
	"services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.1\"; weight = 9; }, { address = \"10.0.0.2\"; },\n"
	"                { address = \"10.0.0.3\"; check = { type = \"tcp\"; }; } ); },\n"
	"  { address = \"192.0.2.2:80\"; check = { type = \"tcp\"; }; servers: ( { address = \"10.0.0.4\"; } ); },\n"
	"  { address = \"192.0.2.3:80\"; servers: ( { address = \"10.0.0.5\"; } ); } );";

static struct lvs_conf *running_conf(void)
{
	struct lvs_conf *conf = parse(running_text);

	conf->services[0].servers[2].origin = LVS_CONF_AT_RUN_TIME;
	conf->services[1].origin = LVS_CONF_AT_RUN_TIME;
	return conf;
}

static void what_was_made_stays_and_what_the_file_gave_up_goes(void **state)
{
	struct lvs_conf *conf = parse(from_file), *running = running_conf();

	(void)state;
	assert_int_equal(lvs_conf_keep_made(conf, running), 1);
	lvs_conf_free(running);
	assert_int_equal(conf->nservices, 2);
	assert_int_equal(conf->services[0].nservers, 2);
	assert_int_equal(conf->services[0].servers[0].weight, 1);
	assert_int_equal(conf->services[0].servers[1].ncheck, 1);
	assert_int_equal(conf->services[1].origin, LVS_CONF_AT_RUN_TIME);
	assert_int_equal(conf->services[1].ncheck, 1);
	assert_int_equal(conf->services[1].nservers, 1);
	lvs_conf_free(conf);
	conf = parse(from_file);
	running = parse(running_text);
	assert_int_equal(lvs_conf_keep_made(conf, running), 0);
	assert_int_equal(conf->nservices, 1);
	lvs_conf_free(running);
	lvs_conf_free(conf);
}

/* Each allocation fails once: what is there is freed, and nobody else's. */
static void memory_may_end_at_any_time(void **state)
{
	struct lvs_conf *running = running_conf(), *all = parse(text), *copy;
	bool failed = true;

	(void)state;
	for (unsigned int nth = 1; failed; nth++) {
		int err;

		memory_fail_at(nth);
		err = lvs_conf_copy(all, &copy);
		failed = memory_failed();
		assert_int_equal(err, failed ? -ENOMEM : 0);
		if (!err)
			lvs_conf_free(copy);
	}
	failed = true;
	for (unsigned int nth = 1; failed; nth++) {
		struct lvs_conf *conf = parse(from_file);
		int err;

		memory_fail_at(nth);
		err = lvs_conf_keep_made(conf, running);
		failed = memory_failed();
		assert_int_equal(err, failed ? -ENOMEM : 1);
		lvs_conf_free(conf);
	}
	failed = true;
	for (unsigned int nth = 1; failed; nth++) {
		struct lvs_conf *conf = parse(from_file);
		int err;

		memory_fail_at(nth);
		err = lvs_conf_set_origins(conf, running);
		failed = memory_failed();
		assert_int_equal(err, failed ? -ENOMEM : 0);
		lvs_conf_free(conf);
	}
	lvs_conf_free(all);
	lvs_conf_free(running);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_stands_on_its_own),
		cmocka_unit_test(findings_about_a_copy_have_no_place),
		cmocka_unit_test(what_was_made_stays_and_what_the_file_gave_up_goes),
		cmocka_unit_test(memory_may_end_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
