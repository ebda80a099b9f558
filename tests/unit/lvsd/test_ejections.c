// SPDX-License-Identifier: GPL-2.0-or-later
/* From clients' failures, by way of the engine's list of changes, to lines in a FIFO and the servers' histories. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "engine/engine.h"
#include "engine/server.h"
#include "lvsd/director.h"
#include "lvsd/ejections.h"
#include "sys/clock.h"
#include "tests/lib/notices.h"
#include "tests/lib/ward.h"

#define PASSIVE "passive: { failures = 3; eject = 600; eject_max = 3600; share = 100; }; "

/* Somebody who is told; @lines of the FIFO are all that came so far. */
static struct watch {
	struct test_notices notices;
	struct lvs_director director;
	struct lvs_ejections *ejections;
	int fifo;
	char lines[8192];
	size_t len;
} watch;

static void begin(struct ward *f)
{
	char path[64];

	memset(&watch, 0, sizeof(watch));
	test_notices_init(&watch.notices, false);
	(void)snprintf(path, sizeof(path), "%s/fifo", watch.notices.dir);
	test_notices_start(&watch.notices, path, NULL);
	watch.fifo = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(watch.fifo >= 0);
	watch.director = (struct lvs_director){ .conf = f->conf, .loop = f->loop, .engine = f->engine, .health = f->health,
						.notices = watch.notices.notices };
	assert_int_equal(lvs_ejections_new(&watch.director, &watch.ejections), 0);
}

static void end(void)
{
	lvs_ejections_free(watch.ejections);
	lvs_ejections_free(NULL);
	(void)close(watch.fifo);
	test_notices_fini(&watch.notices);
}

/* Return: what has come */
static const char *lines(void)
{
	ssize_t n = read(watch.fifo, watch.lines + watch.len, sizeof(watch.lines) - 1 - watch.len);

	watch.len += n > 0 ? (size_t)n : 0;
	watch.lines[watch.len] = '\0';
	return watch.lines;
}

static const char *expected(struct ward *f, int i, const char *word, char text[128])
{
	(void)snprintf(text, 128, "RS [127.0.0.1]:tcp:%u [192.0.2.1]:tcp:80 %s\n", f->ports[i], word);
	return text;
}

static void lose(struct ward *f, int i, unsigned int times, enum lvs_failure failure)
{
	while (times--)
		lvs_eject_failed(ward_server_at(f, i), failure, lvs_clock_now());
}

static const struct lvs_health_change *history(struct ward *f, int i, size_t back)
{
	return lvs_health_change(f->health, &f->conf->services[f->web], &f->conf->services[f->web].servers[i], back);
}

static void it_is_told_once(void **state)
{
	struct ward *f = *state;
	const struct lvs_health_change *change;
	char text[128];

	ward_start(f, PASSIVE, "");
	begin(f);
	lvs_ejections_look(watch.ejections);
	assert_string_equal(lines(), "");
	lose(f, 1, 2, LVS_FAILURE_REFUSED);
	lose(f, 1, 100, LVS_FAILURE_UNREACHABLE);
	lvs_ejections_look(watch.ejections);
	lvs_ejections_look(watch.ejections);
	assert_string_equal(lines(), expected(f, 1, "EJECTED", text));
	change = history(f, 1, 0);
	assert_non_null(change);
	assert_true(change->ejected && !change->returned);
	assert_int_equal(change->from, LVS_HEALTH_UP);
	assert_int_equal(change->to, LVS_HEALTH_UP);
	assert_string_equal(change->reason, "3 failures in a row, the last one unreachable");
	assert_null(history(f, 1, 1));
	assert_null(history(f, 0, 0));
	end();
}

static bool is_back(struct ward *f)
{
	(void)f;
	return strstr(lines(), "RETURNED");
}

/* No client comes: the clock alone ends it. */
static void it_returns_by_itself(void **state)
{
	struct ward *f = *state;
	char text[256], line[128];

	ward_start(f, "passive: { failures = 1; eject = 1; eject_max = 1; share = 100; };", "");
	begin(f);
	lose(f, 2, 1, LVS_FAILURE_SILENT);
	lvs_ejections_look(watch.ejections);
	assert_string_equal(history(f, 2, 0)->reason, "1 failure, unanswered");
	ward_wait_for(f, is_back);
	(void)snprintf(text, sizeof(text), "%s", expected(f, 2, "EJECTED", line));
	strcat(text, expected(f, 2, "RETURNED", line));
	assert_string_equal(lines(), text);
	assert_true(history(f, 2, 0)->returned);
	assert_string_equal(history(f, 2, 0)->reason, "its time is over");
	assert_false(ward_server_at(f, 2)->seen.ejected);
	end();
}

/* With other rules everybody is in again; who is removed is not spoken of. */
static void rules_change(void **state)
{
	struct ward *f = *state;
	struct lvs_conf *conf;
	char text[128];

	ward_start(f, PASSIVE, "");
	begin(f);
	lose(f, 0, 3, LVS_FAILURE_REFUSED);
	lose(f, 1, 3, LVS_FAILURE_REFUSED);
	lvs_ejections_look(watch.ejections);
	(void)lines();
	watch.len = 0;
	conf = ward_configure(f, PASSIVE, "");
	conf->services[0].nservers = 2;
	memmove(&conf->services[0].servers[0], &conf->services[0].servers[1], 2 * sizeof(conf->services[0].servers[0]));
	ward_reload(f, conf);
	watch.director.conf = f->conf;
	lvs_ejections_look(watch.ejections);
	assert_string_equal(lines(), "");
	conf = ward_configure(f, "passive: { failures = 4; };", "");
	ward_reload(f, conf);
	watch.director.conf = f->conf;
	lvs_ejections_look(watch.ejections);
	assert_string_equal(lines(), expected(f, 1, "RETURNED", text));
	assert_string_equal(history(f, 1, 0)->reason, "it was taken in, or its service has other rules");
	end();
}

static bool all_told(struct ward *f)
{
	size_t n = 0;

	(void)f;
	for (const char *p = lines(); (p = strstr(p, "EJECTED")); p++)
		n++;
	return n == 2;
}

/* "web" behind so many others. Return: the configuration, for ward_start_at() */
static struct lvs_conf *configure_many(struct ward *f, unsigned int many)
{
	struct lvs_conf *conf;
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	assert_non_null(file);
	fputs("services: (", file);
	for (unsigned int i = 1; i <= many; i++)
		fprintf(file, "{ address = \"192.0.2.7:%u\"; },", i);
	fputs("{ name = \"web\"; address = \"192.0.2.1:80\"; " PASSIVE "servers: (", file);
	for (int i = 0; i < WARD_SERVERS; i++)
		fprintf(file, "%s{ address = \"10.0.0.1:%u\"; }", i ? "," : "", f->ports[i]);
	fputs("); } );", file);
	fclose(file);
	conf = ward_parse(text);
	free(text);
	for (size_t i = 0; i < WARD_SERVERS; i++)
		conf->services[many].servers[i].addr = test_addr("127.0.0.1");
	return conf;
}

/* Where there are many services a turn of the loop tells of a few servers. */
static void many_services_take_several_turns(void **state)
{
	const unsigned int many = 20000;
	struct ward *f = *state;

	ward_start_at(f, configure_many(f, many), many);
	begin(f);
	lose(f, 0, 3, LVS_FAILURE_REFUSED);
	lose(f, 1, 3, LVS_FAILURE_REFUSED);
	lvs_ejections_look(watch.ejections);
	assert_non_null(strstr(lines(), "EJECTED"));
	assert_false(all_told(f));
	ward_wait_for(f, all_told);
	end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ward_setup, ward_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_told_once),
		TEST(it_returns_by_itself),
		TEST(rules_change),
		TEST(many_services_take_several_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
