// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program on the server answers each connection with a line about how it does, as HAProxy's agent checks have it. "send_text"
 * is said first, for agents that want to know what they are asked about.
 */
#include "check/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/dialog.h"
#include "check/words.h"

/* The checker's configuration is what it says first. */
static int agent_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		       char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *send = lvs_check_param_find(params, nparams, "send_text");
	char *text = strdup(send ? send : "");

	if (!text) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	*ret_config = text;
	return 0;
}

static void agent_heard(struct lvs_check *check, struct lvs_dialog *dialog, bool ended)
{
	char *end = dialog->in + strcspn(dialog->in, "\r\n");
	struct lvs_check_result result;

	if (!*end && !ended && dialog->in_len < LVS_DIALOG_IN_BYTES)
		return;
	if (!*end && !ended) {
		lvs_dialog_stop(dialog);
		lvs_check_broken(check, "said too much in one line");
		return;
	}
	*end = '\0';
	(void)lvs_words_read(dialog->in, &result);
	lvs_dialog_stop(dialog);
	lvs_check_done(check, &result);
}

static void agent_start(struct lvs_check *check)
{
	lvs_dialog_start(check, check->run, check->config, agent_heard);
}

static void agent_cancel(struct lvs_check *check)
{
	lvs_dialog_stop(check->run);
}

const struct lvs_check_ops lvs_check_agent = {
	.name = "agent", .run_bytes = sizeof(struct lvs_dialog), .parse = agent_parse, .free_config = free,
	.start = agent_start, .cancel = agent_cancel,
};
