// SPDX-License-Identifier: GPL-2.0-or-later
/* log: how much lvsd says. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *body = n ? json_pack("{s:s}", "level", args[0]) : NULL;
	struct lvs_answer answer;
	int status = lvs_api_call(ctl, n ? "PUT" : "GET", "/v1/log", body, &answer);

	json_decref(body);
	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json))
		(void)lvs_api_print(answer.json);
	else
		puts(lvs_api_text(answer.json, "level"));
	lvs_answer_fini(&answer);
	return LVS_EXIT_OK;
}

static const char *const levels[] = { "error", "warning", "notice", "info", "debug", NULL };

const struct lvs_command lvs_command_log = {
	.name = "log",
	.args = "{error|warning|notice|info|debug}",
	.help = "print or set how much lvsd says",
	.detail = "Without a level, the present one is printed. A new one holds until the next reload.\n",
	.words = levels,
	.options = LVS_OPTION_BIT(json),
	.max = 1,
	.run = run,
};
