// SPDX-License-Identifier: GPL-2.0-or-later
/* reload: lvsd reads its file again, and says what that changed or why it was refused. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct lvs_answer answer;
	json_t *changes, *change;
	int status = lvs_api_call(ctl, "POST", "/v1/reload", NULL, &answer);
	size_t i;

	(void)args;
	(void)n;
	if (status)
		return status;
	changes = json_object_get(answer.json, "changes");
	if (lvs_ctl_given(ctl, LVS_OPTION_json)) {
		(void)lvs_api_print(answer.json);
	} else if (!json_array_size(changes)) {
		puts("nothing has changed");
	} else {
		json_array_foreach(changes, i, change)
			puts(json_is_string(change) ? json_string_value(change) : lvs_api_text(change, "text"));
	}
	lvs_answer_fini(&answer);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_reload = {
	.name = "reload",
	.args = "",
	.help = "make lvsd read its configuration again",
	.options = LVS_OPTION_BIT(json),
	.run = run,
};
