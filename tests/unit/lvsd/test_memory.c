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
static const char whole[] = "tcp:192.0.2.10:80 10.0.0.2:81 down maintenance drain=0 weight=65535/1\n"
			    "udp:[2001:db8::53]:53 [2001:db8:1::5]:53 up weight=0/1\n"
			    "fwm:7 10.0.0.1:80 unknown drain=2678400\n"
			    "tcp:192.0.2.10:80 10.0.0.1:80 up\n"
			    "tcp:192.0.2.11:80,443,8000-8999 10.0.0.1:0 down\n";

static struct lvs_conf_server *server_of(struct lvs_conf *conf, size_t service, size_t server)
{
	return &conf->services[service].servers[server];
}

static void command(struct lvs_conf_server *server, struct lvs_conf_commands commands)
{
	assert_true(lvs_conf_obey(server, &commands));
}

static void what_is_written_is_remembered(void **state)
{
	struct lvs_conf *conf = parse(conf_text), *other = parse(conf_text);
	struct lvs_memory memory;
	size_t at = 0;

	(void)state;
	expect_text(conf, NULL, SIZE_MAX, "");
	command(server_of(conf, 0, 1), (struct lvs_conf_commands){ .maintenance = true, .drain = true, .weight = true,
								   .weight_value = 65535, .weight_of_file = 1 });
	command(server_of(conf, 1, 0), (struct lvs_conf_commands){ .weight = true, .weight_of_file = 1 });
	command(server_of(conf, 2, 0), (struct lvs_conf_commands){ .drain = true, .drain_timeout = 2678400 });
	expect_text(conf, all_known, SIZE_MAX, whole);

	assert_int_equal(take(&memory, whole), 0);
	for (size_t i = 0; i < other->nservices; i++)
		for (size_t k = 0; k < other->services[i].nservers; k++)
			assert_int_equal(lvs_memory_verdict(&memory, &other->services[i], &other->services[i].servers[k]),
					 all_known[at++]);
	assert_int_equal(lvs_memory_command(&memory, other), 3);
	assert_true(lvs_conf_equal(conf, other));
	assert_true(server_of(other, 0, 1)->maintenance && server_of(other, 0, 1)->drain.on && server_of(other, 2, 0)->drain.on);
	assert_int_equal(server_of(other, 0, 1)->drain.timeout, 0);
	assert_int_equal(server_of(other, 0, 1)->weight, 65535);
	assert_int_equal(server_of(other, 1, 0)->weight, 0);
	assert_int_equal(server_of(other, 2, 0)->drain.timeout, 2678400);
	expect_text(other, all_known, SIZE_MAX, whole);
	lvs_memory_fini(&memory);
	lvs_conf_free(conf);
	lvs_conf_free(other);
}

/* A weight that was commanded instead of another one than the file has now is void; the rest of the line is not. */
static void the_file_may_say_another_weight(void **state)
{
	struct lvs_conf *conf = parse(conf_text);
	struct lvs_memory memory;

	(void)state;
	assert_int_equal(take(&memory, "tcp:192.0.2.10:80 10.0.0.1:80 up drain=7 weight=9/2\n"
				       "tcp:192.0.2.10:80 10.0.0.2:81 up weight=9/2\n"), 0);
	assert_int_equal(lvs_memory_command(&memory, conf), 1);
	assert_int_equal(server_of(conf, 0, 0)->weight, 1);
	assert_int_equal(server_of(conf, 0, 0)->drain.timeout, 7);
	expect_text(conf, NULL, SIZE_MAX, "tcp:192.0.2.10:80 10.0.0.1:80 unknown drain=7\n");
	lvs_memory_fini(&memory);
	lvs_conf_free(conf);
}

/* What the file alone says is the file's matter. */
static void the_file_is_not_remembered(void **state)
{
	struct lvs_conf *conf = parse(conf_text);

	(void)state;
	server_of(conf, 0, 0)->maintenance = server_of(conf, 0, 0)->drain.on = true;
	server_of(conf, 0, 0)->weight = 5;
	expect_text(conf, NULL, SIZE_MAX, "");
	lvs_conf_free(conf);
}

static void room_is_for_commands_first(void **state)
{
	struct lvs_conf *conf = parse(conf_text);
	const char *one = "fwm:7 10.0.0.1:80 unknown maintenance\n";

	(void)state;
	command(server_of(conf, 2, 0), (struct lvs_conf_commands){ .maintenance = true });
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
	assert_int_equal(lvs_memory_command(&memory, conf), 0);
	assert_int_equal(lvs_memory_verdict(&memory, &conf->services[0], &conf->services[0].servers[0]), LVS_HEALTH_UNKNOWN);
	lvs_memory_fini(&memory);
	assert_int_equal(take(&memory, ""), 0);
	assert_int_equal(lvs_memory_command(&memory, conf), 0);
	lvs_memory_fini(&memory);
	lvs_conf_free(conf);
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = {
		"\n", "a\n", "a b\n", "a b maintenance\n", "a b c\n", "a b up x\n", "a b up maintenance \n", "a b up maintenance",
		"a b up", "a b up\nx", "a b up\n\n", "a  up\n\n",
		"a b upx\n", "a b up  drain=1\n", "a b up drain\n", "a b up drain=\n", "a b up drain=-1\n", "a b up drain=2678401\n",
		"a b up drain=18446744073709551617\n", "a b up drain=1 maintenance\n", "a b up drain=1 drain=1\n",
		"a b up weight=1\n", "a b up weight=/1\n", "a b up weight=1/\n", "a b up weight=65536/1\n", "a b up weight=1/65536\n",
		"a b up weight=1/1/1\n", "a b up weight=1/1x\n",
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

/* The same change as an operation makes it: a copy of what is running, changed, and told where it comes from. */
static struct lvs_conf *edited(const struct lvs_conf *running, void (*change)(struct lvs_conf_server *server))
{
	struct lvs_conf *conf;

	assert_int_equal(lvs_conf_copy(running, &conf), 0);
	if (change)
		change(server_of(conf, 0, 0));
	assert_int_equal(lvs_conf_set_origins(conf, running), 0);
	return conf;
}

static void into_maintenance(struct lvs_conf_server *server) { server->maintenance = true; }
static void back_from_maintenance(struct lvs_conf_server *server) { server->maintenance = false; }
static void drained(struct lvs_conf_server *server) { server->drain = (struct lvs_conf_drain){ .on = true, .timeout = 60 }; }
static void drained_longer(struct lvs_conf_server *server) { server->drain.timeout = 90; }
static void ready(struct lvs_conf_server *server) { server->drain = (struct lvs_conf_drain){ .on = false, .timeout = 300 }; }
static void weight_7(struct lvs_conf_server *server) { server->weight = 7; }
static void weight_8(struct lvs_conf_server *server) { server->weight = 8; }
static void weight_1(struct lvs_conf_server *server) { server->weight = 1; }

/*
 * One server over changes by command and reloads. @command: what is changed, NULL: somebody else; @file: then the file, which
 * says this, is read.
 */
static const struct {
	const char *what;
	void (*command[2])(struct lvs_conf_server *server);
	const char *file;
	bool maintenance, drain;
	uint32_t drain_timeout, weight;
	struct lvs_conf_commands commands;
} rows[] = {
	{ "nothing", { NULL }, "", .weight = 1, .drain_timeout = 300 },
	{ "maintenance stays", { into_maintenance, NULL }, "", .maintenance = true, .weight = 1, .drain_timeout = 300,
	  .commands = { .maintenance = true } },
	{ "and is taken back", { into_maintenance, back_from_maintenance }, "", .weight = 1, .drain_timeout = 300 },
	{ "then the file's holds", { into_maintenance, back_from_maintenance }, "maintenance = true;", .maintenance = true,
	  .weight = 1, .drain_timeout = 300 },
	{ "drain stays, with its timeout", { drained, NULL }, "", .drain = true, .drain_timeout = 60, .weight = 1,
	  .commands = { .drain = true } },
	{ "whatever the file says", { drained, NULL }, "drain = { timeout = 5; };", .drain = true, .drain_timeout = 60, .weight = 1,
	  .commands = { .drain = true } },
	{ "another timeout", { drained, drained_longer }, "", .drain = true, .drain_timeout = 90, .weight = 1,
	  .commands = { .drain = true } },
	{ "ready again", { drained, ready }, "", .drain_timeout = 300, .weight = 1 },
	{ "drained by the file then", { drained, ready }, "drain = { timeout = 5; };", .drain = true, .drain_timeout = 5, .weight = 1 },
	{ "a weight stays", { weight_7, NULL }, "", .drain_timeout = 300, .weight = 7, .commands = { .weight = true } },
	{ "and the next one", { weight_7, weight_8 }, "", .drain_timeout = 300, .weight = 8, .commands = { .weight = true } },
	{ "until the file's is commanded", { weight_7, weight_1 }, "", .drain_timeout = 300, .weight = 1 },
	{ "or the file says another", { weight_7, NULL }, "weight = 3;", .drain_timeout = 300, .weight = 3 },
	{ "be it that one", { weight_7, NULL }, "weight = 7;", .drain_timeout = 300, .weight = 7 },
	{ "another key of the file does not count", { weight_7, drained }, "upper_threshold = 9;", .drain = true,
	  .drain_timeout = 60, .weight = 7, .commands = { .weight = true, .drain = true } },
};

static void commands_outlive_the_file(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lvs_conf *file, *conf = parse(conf_text);
		const struct lvs_conf_server *server;

		print_message("%s\n", rows[i].what);
		for (size_t k = 0; k < 2; k++) {
			struct lvs_conf *next = edited(conf, rows[i].command[k]);

			lvs_conf_free(conf);
			conf = next;
		}
		(void)snprintf(text, sizeof(text), "services: ( { address = \"192.0.2.10:80\";"
			       "servers: ( { address = \"10.0.0.2:81\"; }, { address = \"10.0.0.1:80\"; %s } ); } );", rows[i].file);
		file = parse(text);
		/* Twice: the second time the file is as it was. */
		for (size_t k = 0; k < 2; k++) {
			assert_int_equal(lvs_conf_keep_commands(file, conf), 0);
			server = server_of(file, 0, 1);
			assert_int_equal(server->maintenance, rows[i].maintenance);
			assert_int_equal(server->drain.on, rows[i].drain);
			assert_int_equal(server->drain.timeout, rows[i].drain_timeout);
			assert_int_equal(server->weight, rows[i].weight);
			assert_int_equal(server->commands.maintenance, rows[i].commands.maintenance);
			assert_int_equal(server->commands.drain, rows[i].commands.drain);
			assert_int_equal(server->commands.weight, rows[i].commands.weight);
			assert_false(lvs_conf_is_commanded(&server_of(file, 0, 0)->commands));
			lvs_conf_free(conf);
			conf = file;
			file = parse(text);
		}
		lvs_conf_free(file);
		lvs_conf_free(conf);
	}
}

/* Who was made at run time has no other weight than his own. */
static void what_was_made_has_no_file(void **state)
{
	struct lvs_conf *running = parse("services: ( { address = \"192.0.2.10:80\"; } );"), *conf = parse(conf_text), *next;

	(void)state;
	server_of(conf, 0, 0)->drain.on = true;
	assert_int_equal(lvs_conf_set_origins(conf, running), 0);
	assert_true(server_of(conf, 0, 0)->commands.drain);
	next = edited(conf, weight_7);
	assert_false(server_of(next, 0, 0)->commands.weight);
	assert_true(server_of(next, 0, 0)->commands.drain);
	lvs_conf_free(running);
	lvs_conf_free(conf);
	lvs_conf_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_remembered),
		cmocka_unit_test(the_file_may_say_another_weight),
		cmocka_unit_test(the_file_is_not_remembered),
		cmocka_unit_test(room_is_for_commands_first),
		cmocka_unit_test(others_are_not_taken_for_it),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(commands_outlive_the_file),
		cmocka_unit_test(what_was_made_has_no_file),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
