// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/edit.h"
#include "lvsd/memory.h"
#include "sys/writer.h"

static const char conf_text[] =
	"services: ("
	"{ name = \"web\"; address = \"192.0.2.10:80\"; servers: ( { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.2:81\"; } ); },"
	"{ address = \"[2001:db8::53]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8:1::5]:53\"; } ); },"
	"{ mark = 7; servers: ( { address = \"10.0.0.1:80\"; } ); },"
	"{ address = \"192.0.2.11\"; ports = \"80,443,8000-8999\"; servers: ( { address = \"10.0.0.1\"; } ); } );";

static struct lvs_conf *parse(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (lvs_conf_parse(text, strlen(text), "test", &errors, &conf)) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("%s", "the text does not parse");
	}
	return conf;
}

static void expect_text(const struct lvs_conf *conf, const uint8_t *verdicts, size_t max, const char *text)
{
	struct lvs_writer writer = { .bytes = NULL };

	lvs_memory_write(&writer, conf, verdicts, max);
	assert_false(writer.failed);
	assert_int_equal(writer.len, strlen(text));
	if (writer.len)
		assert_memory_equal(writer.bytes, text, writer.len);
	lvs_writer_fini(&writer);
}

static int take(struct lvs_memory *memory, const char *text)
{
	return lvs_memory_init(memory, strdup(text), strlen(text));
}

static const uint8_t all_known[] = { LVS_HEALTH_UP, LVS_HEALTH_DOWN, LVS_HEALTH_UP, LVS_HEALTH_UNKNOWN, LVS_HEALTH_DOWN };
static const char whole[] = "tcp:192.0.2.10:80 10.0.0.2:81 down maintenance\n"
			    "fwm:7 10.0.0.1:80 unknown maintenance\n"
			    "tcp:192.0.2.10:80 10.0.0.1:80 up\n"
			    "udp:[2001:db8::53]:53 [2001:db8:1::5]:53 up\n"
			    "tcp:192.0.2.11:80,443,8000-8999 10.0.0.1:0 down\n";

static void what_is_written_is_remembered(void **state)
{
	struct lvs_conf *conf = parse(conf_text), *other = parse(conf_text);
	struct lvs_memory memory;
	size_t at = 0;

	(void)state;
	expect_text(conf, NULL, SIZE_MAX, "");
	conf->services[0].servers[1].maintenance = conf->services[0].servers[1].commanded = true;
	conf->services[2].servers[0].maintenance = conf->services[2].servers[0].commanded = true;
	expect_text(conf, all_known, SIZE_MAX, whole);

	assert_int_equal(take(&memory, whole), 0);
	for (size_t i = 0; i < other->nservices; i++)
		for (size_t k = 0; k < other->services[i].nservers; k++)
			assert_int_equal(lvs_memory_verdict(&memory, &other->services[i], &other->services[i].servers[k]),
					 all_known[at++]);
	assert_int_equal(lvs_memory_maintain(&memory, other), 2);
	expect_text(other, all_known, SIZE_MAX, whole);
	lvs_memory_fini(&memory);
	lvs_conf_free(conf);
	lvs_conf_free(other);
}

/* Whoever is in maintenance by the file alone is the file's matter. */
static void the_file_is_not_remembered(void **state)
{
	struct lvs_conf *conf = parse(conf_text);

	(void)state;
	conf->services[0].servers[0].maintenance = true;
	expect_text(conf, NULL, SIZE_MAX, "");
	lvs_conf_free(conf);
}

static void room_is_for_commands_first(void **state)
{
	struct lvs_conf *conf = parse(conf_text);
	const char *one = "fwm:7 10.0.0.1:80 unknown maintenance\n";

	(void)state;
	conf->services[2].servers[0].maintenance = conf->services[2].servers[0].commanded = true;
	expect_text(conf, all_known, strlen(one), one);
	expect_text(conf, all_known, strlen(one) - 1, "tcp:192.0.2.10:80 10.0.0.1:80 up\n");
	expect_text(conf, all_known, 0, "");
	lvs_conf_free(conf);
}

static void others_are_not_taken_for_it(void **state)
{
	struct lvs_conf *conf = parse(conf_text);
	struct lvs_memory memory;

	(void)state;
	assert_int_equal(take(&memory, "udp:192.0.2.10:80 10.0.0.1:80 up maintenance\n"
				       "tcp:192.0.2.10:80 10.0.0.1:8 up maintenance\n"), 0);
	assert_int_equal(lvs_memory_maintain(&memory, conf), 0);
	assert_int_equal(lvs_memory_verdict(&memory, &conf->services[0], &conf->services[0].servers[0]), LVS_HEALTH_UNKNOWN);
	lvs_memory_fini(&memory);
	assert_int_equal(take(&memory, ""), 0);
	assert_int_equal(lvs_memory_maintain(&memory, conf), 0);
	lvs_memory_fini(&memory);
	lvs_conf_free(conf);
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = {
		"\n", "a\n", "a b\n", "a b maintenance\n", "a b c\n", "a b up x\n", "a b up maintenance \n", "a b up maintenance",
		"a b up", "a b up\nx", "a b up\n\n", "a  up\n\n",
	};
	struct lvs_memory memory;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(take(&memory, texts[i]), -EINVAL);
	text = malloc(8);
	assert_non_null(text);
	memcpy(text, "a b\0up\n", 8);
	assert_int_equal(lvs_memory_init(&memory, text, 7), -EINVAL);
	/* Any byte at any place: taken or refused, no more. */
	for (size_t i = 0; i + 1 < sizeof(whole); i++) {
		for (int c = 0; c < 256; c += 1) {
			text = strdup(whole);
			assert_non_null(text);
			text[i] = (char)c;
			if (lvs_memory_init(&memory, text, sizeof(whole) - 1) == 0)
				lvs_memory_fini(&memory);
		}
	}
}

/* Set while lvsd runs: kept when the file is read again; taken back: gone. */
static void commands_outlive_the_file(void **state)
{
	struct lvs_conf *file = parse(conf_text), *running = parse(conf_text), *edited;
	struct lvs_conf_server *server = &file->services[0].servers[0];

	(void)state;
	assert_int_equal(lvs_conf_copy(running, &edited), 0);
	edited->services[0].servers[0].maintenance = true;
	assert_int_equal(lvs_conf_set_origins(edited, running), 0);
	assert_true(edited->services[0].servers[0].commanded);
	assert_false(edited->services[0].servers[1].commanded);

	assert_int_equal(lvs_conf_keep_maintenance(file, edited), 0);
	assert_true(server->maintenance && server->commanded);
	assert_false(file->services[0].servers[1].maintenance);
	assert_false(file->services[2].servers[0].maintenance);

	/* The next change is about something else; then it is taken back. */
	assert_int_equal(lvs_conf_set_origins(edited, file), 0);
	assert_true(edited->services[0].servers[0].commanded);
	edited->services[0].servers[0].maintenance = false;
	assert_int_equal(lvs_conf_set_origins(edited, file), 0);
	assert_false(edited->services[0].servers[0].commanded);
	server->maintenance = true;	/* the file says so */
	server->commanded = false;
	assert_int_equal(lvs_conf_keep_maintenance(file, edited), 0);
	assert_true(server->maintenance);
	assert_false(server->commanded);
	lvs_conf_free(file);
	lvs_conf_free(running);
	lvs_conf_free(edited);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_remembered),
		cmocka_unit_test(the_file_is_not_remembered),
		cmocka_unit_test(room_is_for_commands_first),
		cmocka_unit_test(others_are_not_taken_for_it),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(commands_outlive_the_file),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
