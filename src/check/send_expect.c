// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Something is said, and something is expected in what comes back: anywhere in the first bytes of it. Without "expect_text"
 * and "expect_regex" any answer is good, and without "send_text" the server speaks first.
 *
 * An expression is tried when the answer begins, and when a line has ended, for lines are what most protocols consist of; but
 * not each time that a server cares to end one. The last time is when nothing more will come.
 */
#include "check/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/dialog.h"
#include "check/regex.h"

#define TRIES_MAX 32

/* @send, @expect: in @text. @regex: or NULL */
struct send_expect_config {
	const char *send, *expect;
	struct lvs_regex *regex;
	char text[];
};

/* @searched: bytes of the answer that the expression was tried on, @tries times in all */
struct send_expect_run {
	struct lvs_dialog dialog;
	size_t searched;
	unsigned int tries;
};

static void send_expect_free_config(void *arg)
{
	struct send_expect_config *config = arg;

	lvs_regex_free(config->regex);
	free(config);
}

static int send_expect_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
			     char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *send = lvs_check_param_find(params, nparams, "send_text");
	const char *expect = lvs_check_param_find(params, nparams, "expect_text");
	const char *regex = lvs_check_param_find(params, nparams, "expect_regex");
	size_t send_bytes = strlen(send ? send : "") + 1, expect_bytes = strlen(expect ? expect : "") + 1;
	struct send_expect_config *config = malloc(sizeof(*config) + send_bytes + expect_bytes);
	int err;

	if (!config) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	config->send = memcpy(config->text, send ? send : "", send_bytes);
	config->expect = memcpy(config->text + send_bytes, expect ? expect : "", expect_bytes);
	config->regex = NULL;
	err = regex ? lvs_regex_new(regex, &config->regex, message) : 0;
	if (err) {
		free(config);
		return err;
	}
	*ret_config = config;
	return 0;
}

/* Blanks in place of what would spoil a line of a log. */
static void quote(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++)
		ret[n++] = (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
	ret[n] = '\0';
}

/* @last: nothing more will come */
static enum lvs_regex_found search(const struct send_expect_config *config, struct send_expect_run *run, bool last)
{
	const struct lvs_dialog *dialog = &run->dialog;

	if (!dialog->in_len || !strstr(dialog->in, config->expect))
		return LVS_REGEX_NOT_FOUND;
	if (!config->regex)
		return LVS_REGEX_FOUND;
	if (!last && (run->tries == TRIES_MAX || (run->tries && !strchr(dialog->in + run->searched, '\n'))))
		return LVS_REGEX_NOT_FOUND;
	run->searched = dialog->in_len;
	run->tries++;
	return lvs_regex_search(config->regex, dialog->in, dialog->in_len);
}

static void send_expect_heard(struct lvs_check *check, struct lvs_dialog *dialog, bool ended)
{
	const struct send_expect_config *config = check->config;
	bool last = ended || dialog->in_len == LVS_DIALOG_IN_BYTES;
	enum lvs_regex_found found = search(config, check->run, last);
	char text[48];

	if (found == LVS_REGEX_NO_MEMORY) {
		lvs_dialog_stop(dialog);
		lvs_check_broken(check, "out of memory");
		return;
	}
	if (found == LVS_REGEX_FOUND) {
		lvs_dialog_stop(dialog);
		lvs_check_passed(check, *config->expect || config->regex ? "answered as expected" : "answered");
		return;
	}
	if (!last)
		return;
	quote(dialog->in, text, sizeof(text));
	lvs_dialog_stop(dialog);
	if (dialog->in_len)
		lvs_check_failed(check, "answered \"%s\", not as expected", text);
	else
		lvs_check_failed(check, "hung up without an answer");
}

static void send_expect_start(struct lvs_check *check)
{
	const struct send_expect_config *config = check->config;
	struct send_expect_run *run = check->run;

	run->searched = run->tries = 0;
	lvs_dialog_start(check, &run->dialog, config->send, send_expect_heard);
}

static void send_expect_cancel(struct lvs_check *check)
{
	struct send_expect_run *run = check->run;

	lvs_dialog_stop(&run->dialog);
}

const struct lvs_check_ops lvs_check_send_expect = {
	.name = "send_expect", .run_bytes = sizeof(struct send_expect_run), .parse = send_expect_parse,
	.free_config = send_expect_free_config, .start = send_expect_start, .cancel = send_expect_cancel,
};
