// SPDX-License-Identifier: GPL-2.0-or-later
/* What the commands do that are made: they are run, as lvsd would. */
#include "tests/lib/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lvsctl/import/programs.h"
#include "sys/addrtext.h"
#include "sys/command.h"

/* The value of a pair, without its quotation marks and what they need. */
static void unquote(const char *value, char text[LVS_IMPORT_COMMAND_BYTES])
{
	assert_int_equal(*value++, '"');
	for (; *value != '"'; value++) {
		value += *value == '\\';
		*text++ = *value;
	}
	*text = '\0';
}

/* Return: the exit status; @ret_out: the first bytes that it writes */
static int run(const char *command, const char *const env[], char ret_out[200])
{
	char text[LVS_IMPORT_COMMAND_BYTES], *words[LVS_COMMAND_WORDS_MAX + 1];
	int pipes[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	(void)snprintf(text, sizeof(text), "%s", command);
	assert_int_equal(lvs_command_split(text, (const char **)words), 0);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)dup2(pipes[1], STDOUT_FILENO);
		(void)close(pipes[0]);
		(void)close(pipes[1]);
		(void)execve(words[0], words, (char *const *)env);
		_exit(126);
	}
	(void)close(pipes[1]);
	while (len < 199 && (n = read(pipes[0], ret_out + len, 199 - len)) > 0)
		len += (size_t)n;
	ret_out[len] = '\0';
	(void)close(pipes[0]);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const char *const no_env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

/* Return: the exit status of the check's command; both are over then */
static int run_check(struct lvs_import *import, struct lvs_import_pairs *check)
{
	char command[LVS_IMPORT_COMMAND_BYTES], out[200];

	assert_false(import->failed);
	unquote(lvs_import_pair_find(check, "command"), command);
	lvs_import_pairs_fini(check);
	lvs_import_fini(import);
	return run(command, no_env, out);
}

static void test_words(void **state)
{
	static const char *const words[] = { "plain", "", "two words", "it's", "\"quoted\" 'twice'", "'", "a\tb" };
	char command[LVS_IMPORT_COMMAND_BYTES] = "", out[200];
	char *split[LVS_COMMAND_WORDS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		lvs_import_command_add(command, words[i]);
	assert_int_equal(lvs_command_split(command, (const char **)split), 0);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_string_equal(split[i], words[i]);
	assert_null(split[ARRAY_LEN(words)]);
	assert_int_equal(run("/bin/echo \"a 'b\" c", no_env, out), 0);
	assert_string_equal(out, "a 'b c\n");
}

/* A word that is longer than all commands leaves one that ends, with quotes that do. */
static void test_too_long(void **state)
{
	char command[LVS_IMPORT_COMMAND_BYTES] = "", word[2000];
	const char *split[LVS_COMMAND_WORDS_MAX + 1];

	(void)state;
	memset(word, '\'', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (size_t i = 0; i < 3; i++)
		lvs_import_command_add(command, word);
	assert_true(strlen(command) < sizeof(command));
	assert_int_equal(lvs_command_split(command, split), 0);
}

static const struct status_row {
	const char *what, *command, *expect;
	bool regex;
	int status;
} status_rows[] = {
	{ "good is good", "/bin/sh -c 'exit 0'", NULL, false, 0 },
	{ "bad is bad", "/bin/sh -c 'exit 1'", NULL, false, 1 },
	{ "so is any other status", "/bin/sh -c 'exit 3'", NULL, false, 1 },
	{ "words stay what they are", "/usr/bin/test 'a  b' = \"a  b\"", NULL, false, 0 },
	{ "a program that is not there is bad", "/nowhere/at/all x", NULL, false, 1 },
	{ "what is expected is written", "/bin/echo all is well", "is w", false, 0 },
	{ "it is not", "/bin/echo all is bad", "is w", false, 1 },
	{ "a text is no expression", "/bin/echo abc", "a.c", false, 1 },
	{ "an expression is one", "/bin/echo abc", "^a.c$", true, 0 },
	{ "one that begins with a dash", "/bin/echo -- -v x", "-v", false, 0 },
};

static void test_status(void **state)
{
	(void)state;
	for (const struct status_row *row = status_rows; row < status_rows + ARRAY_LEN(status_rows); row++) {
		struct lvs_import_at at = { .file = "test" };
		struct lvs_import_pairs check = { .n = 0 };
		struct lvs_import import;
		int status;

		assert_int_equal(lvs_import_init(&import), 0);
		if (row->expect)
			lvs_import_command_expect(&import, &check, at, row->command, row->expect, row->regex);
		else
			lvs_import_command_strict(&import, &check, at, row->command);
		status = run_check(&import, &check);
		if (status != row->status)
			fail_msg("%s: %d", row->what, status);
	}
}

static const struct file_row {
	const char *what, *text, *factor;
	int status;
} file_rows[] = {
	{ "no file is 0", NULL, "0", 0 },
	{ "0 is good", "0\n", "0", 0 },
	{ "anything else is bad", "-3\n", "0", 1 },
	{ "so is what is no number", "full\n", "0", 1 },
	{ "no file is the weight", NULL, "2", 12 },
	{ "a number times the factor is added", "5\n", "2", 22 },
	{ "or taken away", "5\n", "-1", 7 },
	{ "without a line's end", "5", "2", 22 },
	{ "a weight has a least", "100\n", "-1", 2 },
	{ "and a greatest", "100\n", "3", 255 },
	{ "an empty file is 0", "", "2", 12 },
};

static void test_file(void **state)
{
	char path[] = "/tmp/test-programs-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (const struct file_row *row = file_rows; row < file_rows + ARRAY_LEN(file_rows); row++) {
		struct lvs_import_at at = { .file = "test" };
		struct lvs_import_pairs check = { .n = 0 };
		struct lvs_import import;
		int status;

		assert_int_equal(lvs_import_init(&import), 0);
		assert_int_equal(ftruncate(fd, 0), 0);
		if (row->text)
			assert_int_equal(pwrite(fd, row->text, strlen(row->text), 0), strlen(row->text));
		lvs_import_command_file(&import, &check, at, row->text ? path : "/nowhere/at all", 10, row->factor);
		status = run_check(&import, &check);
		if (status != row->status)
			fail_msg("%s: %d", row->what, status);
	}
	(void)close(fd);
	(void)unlink(path);
}

/* Two services with a server each, and a mark. */
static void make_services(struct lvs_import *import)
{
	static const char *const addresses[] = { "192.0.2.10", "2001:db8::10" };
	struct lvs_import_at at = { .file = "test" };

	assert_int_equal(lvs_import_init(import), 0);
	for (size_t i = 0; i < 2; i++) {
		struct lvs_import_service *service = lvs_import_add_service(import, at);
		struct lvs_import_server *server = lvs_import_add_server(import, service, at);

		assert_int_equal(lvs_addr_parse(addresses[i], &service->conf.addr), 0);
		assert_int_equal(lvs_addr_parse("10.0.0.1", &server->conf.addr), 0);
		service->conf.port = 80;
		service->conf.protocol = i ? IPPROTO_UDP : IPPROTO_TCP;
		server->conf.port = 8080;
	}
	lvs_import_add_service(import, at)->conf.mark = 7;
}

static const struct event_row {
	const char *what, *event, *service, *server, *out;
} event_rows[] = {
	{ "a service's event", "LVSD_EVENT=quorum_lost", "LVSD_SERVICE_ADDRESS=[192.0.2.10]:tcp:80", "LVSD_SERVER_ADDRESS=",
	  "lost 'it'\n" },
	{ "its other one", "LVSD_EVENT=quorum_gained", "LVSD_SERVICE_ADDRESS=[192.0.2.10]:tcp:80", "LVSD_SERVER_ADDRESS=",
	  "gained\n" },
	{ "a server's", "LVSD_EVENT=server_up", "LVSD_SERVICE_ADDRESS=[2001:db8::10]:udp:80",
	  "LVSD_SERVER_ADDRESS=[10.0.0.1]:udp:8080", "up\n" },
	{ "the same server of the other service", "LVSD_EVENT=server_up", "LVSD_SERVICE_ADDRESS=[192.0.2.10]:tcp:80",
	  "LVSD_SERVER_ADDRESS=[10.0.0.1]:tcp:8080", "" },
	{ "a mark's", "LVSD_EVENT=quorum_lost", "LVSD_SERVICE_ADDRESS=FWM 7", "LVSD_SERVER_ADDRESS=", "mark\n" },
	{ "one that nobody asked for", "LVSD_EVENT=sorry_in", "LVSD_SERVICE_ADDRESS=FWM 7", "LVSD_SERVER_ADDRESS=", "" },
};

static void test_hooks(void **state)
{
	struct lvs_import_at at = { .file = "test", .line = 1 };
	struct lvs_import import;

	(void)state;
	make_services(&import);
	lvs_import_hook(&import, &import.services[0].hooks, at, "quorum_lost", "echo \"lost 'it'\"");
	lvs_import_hook(&import, &import.services[0].hooks, at, "quorum_gained", "echo gained");
	lvs_import_hook(&import, &import.services[1].servers[0].hooks, at, "server_up", "echo up");
	lvs_import_hook(&import, &import.services[2].hooks, at, "quorum_lost", "echo mark");
	lvs_import_hooks_finish(&import);
	assert_false(import.failed);
	assert_int_equal(import.nnotes, 4);
	assert_int_equal(import.notes[0].kind, LVS_IMPORT_APPROXIMATED);
	assert_int_equal(import.base->notify.events, LVS_CONF_EVENT_SERVER | LVS_CONF_EVENT_QUORUM);
	for (const struct event_row *row = event_rows; row < event_rows + ARRAY_LEN(event_rows); row++) {
		const char *const env[] = { no_env[0], row->event, row->service, row->server, NULL };
		char out[200];
		int status = run(import.base->notify.script, env, out);

		if (status || strcmp(out, row->out) != 0)
			fail_msg("%s: %d, \"%s\"", row->what, status, out);
	}
	lvs_import_fini(&import);
}

static void test_too_many_hooks(void **state)
{
	struct lvs_import_at at = { .file = "test", .line = 1 };
	struct lvs_import import;

	(void)state;
	make_services(&import);
	for (size_t i = 0; i < 3; i++)
		lvs_import_hook(&import, &import.services[i].hooks, at, "quorum_lost",
				"echo 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789");
	lvs_import_hooks_finish(&import);
	assert_false(import.failed);
	assert_string_equal(import.base->notify.script, "");
	assert_int_equal(import.nnotes, 3);
	assert_int_equal(import.notes[0].kind, LVS_IMPORT_LEFT);
	assert_int_equal(import.nlines, 4);
	assert_memory_equal(import.lines[3], "quorum_lost FWM 7: echo 0123", 28);
	lvs_import_fini(&import);
}

static void test_no_hooks(void **state)
{
	struct lvs_import import;

	(void)state;
	make_services(&import);
	lvs_import_hooks_finish(&import);
	assert_string_equal(import.base->notify.script, "");
	assert_int_equal(import.base->notify.events, LVS_CONF_EVENTS_ALL);
	assert_int_equal(import.nnotes + import.nlines, 0);
	lvs_import_fini(&import);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_too_many_hooks),
		cmocka_unit_test(test_no_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
