// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Something is said, and something is expected in what comes back: anywhere in the first bytes of it. Without "expect_text" any
 * answer is good, and without "send_text" the server speaks first.
 */
#include "check/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/dialog.h"

/* Both are the tails of one block. */
struct send_expect_config {
	const char *send, *expect;
	char text[];
};

static int send_expect_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
			     char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *send = lvs_check_param_find(params, nparams, "send_text");
	const char *expect = lvs_check_param_find(params, nparams, "expect_text");
	size_t send_bytes = strlen(send ? send : "") + 1, expect_bytes = strlen(expect ? expect : "") + 1;
	struct send_expect_config *config = malloc(sizeof(*config) + send_bytes + expect_bytes);

	if (!config) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	config->send = memcpy(config->text, send ? send : "", send_bytes);
	config->expect = memcpy(config->text + send_bytes, expect ? expect : "", expect_bytes);
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

static void send_expect_heard(struct lvs_check *check, struct lvs_dialog *dialog, bool ended)
{
	const struct send_expect_config *config = check->config;
	char text[48];

	if (dialog->in_len && strstr(dialog->in, config->expect)) {
		lvs_dialog_stop(dialog);
		lvs_check_passed(check, *config->expect ? "answered as expected" : "answered");
		return;
	}
	if (!ended && dialog->in_len < LVS_DIALOG_IN_BYTES)
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

	lvs_dialog_start(check, check->run, config->send, send_expect_heard);
}

static void send_expect_cancel(struct lvs_check *check)
{
	lvs_dialog_stop(check->run);
}

const struct lvs_check_ops lvs_check_send_expect = {
	.name = "send_expect", .run_bytes = sizeof(struct lvs_dialog), .parse = send_expect_parse, .free_config = free,
	.start = send_expect_start, .cancel = send_expect_cancel,
};
