// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mail server that greets (220) and answers HELO (250), RFC 5321 section 4.1.1.1; then QUIT, without which many a
 * server's log complains. Replies may have many lines, of which the last has a blank behind its code.
 */
#include "check/check.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "check/dialog.h"

#define NAME_DEFAULT "lvsd"
#define NAME_MAX_BYTES 255

struct smtp_config {
	char helo[NAME_MAX_BYTES + sizeof("HELO \r\n")];
};

struct smtp_run {
	struct lvs_dialog dialog;
	bool greeted;
};

static int smtp_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		      char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *name = lvs_check_param_find(params, nparams, "helo_name");
	struct smtp_config *config;

	name = name ? name : NAME_DEFAULT;
	for (const char *c = name; *c; c++) {
		if (isgraph((unsigned char)*c) && c - name < NAME_MAX_BYTES)
			continue;
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "\"helo_name\" is no name of a host");
		return -EINVAL;
	}
	config = calloc(1, sizeof(*config));
	if (!config) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	(void)snprintf(config->helo, sizeof(config->helo), "HELO %s\r\n", name);
	*ret_config = config;
	return 0;
}

/* Return: the code of a whole reply, which is dropped, 0 if there is none yet, or -1 if it is none */
static int take_reply(struct lvs_dialog *dialog, char *ret_line, size_t size)
{
	char *at = dialog->in, *end;

	while ((end = strchr(at, '\n'))) {
		size_t len = (size_t)(end - at);
		int code;

		if (len < 3 || !isdigit((unsigned char)at[0]) || !isdigit((unsigned char)at[1]) || !isdigit((unsigned char)at[2]))
			return -1;
		code = atoi((const char[]){ at[0], at[1], at[2], '\0' });
		(void)snprintf(ret_line, size, "%.*s", (int)LVS_MIN(strcspn(at, "\r\n"), size), at);
		if (at[3] != '-') {
			lvs_dialog_drop(dialog, (size_t)(end + 1 - dialog->in));
			return code;
		}
		at = end + 1;
	}
	return 0;
}

static void smtp_heard(struct lvs_check *check, struct lvs_dialog *dialog, bool ended)
{
	struct smtp_run *run = check->run;
	const struct smtp_config *config = check->config;
	char line[80] = "";
	int code = take_reply(dialog, line, sizeof(line));

	if (!code && !ended && dialog->in_len < LVS_DIALOG_IN_BYTES)
		return;
	if (code == 220 && !run->greeted) {
		run->greeted = true;
		lvs_dialog_say(dialog, config->helo);
		smtp_heard(check, dialog, ended);
		return;
	}
	if (code == 250 && run->greeted) {
		lvs_dialog_say(dialog, "QUIT\r\n");
		lvs_dialog_finish(dialog);
		lvs_check_passed(check, "%s", line);
		return;
	}
	lvs_dialog_stop(dialog);
	if (code > 0)
		lvs_check_failed(check, "%s: %s", run->greeted ? "HELO" : "greeting", line);
	else if (ended && !dialog->in_len)
		lvs_check_failed(check, "hung up without %s", run->greeted ? "an answer" : "a greeting");
	else
		lvs_check_failed(check, "does not speak SMTP");
}

static void smtp_start(struct lvs_check *check)
{
	struct smtp_run *run = check->run;

	run->greeted = false;
	lvs_dialog_start(check, &run->dialog, "", smtp_heard);
}

static void smtp_cancel(struct lvs_check *check)
{
	struct smtp_run *run = check->run;

	lvs_dialog_stop(&run->dialog);
}

const struct lvs_check_ops lvs_check_smtp = {
	.name = "smtp", .run_bytes = sizeof(struct smtp_run), .parse = smtp_parse, .free_config = free, .start = smtp_start,
	.cancel = smtp_cancel,
};
