// SPDX-License-Identifier: GPL-2.0-or-later
/* drain: no new connections for a server; those that are there come to their end. */
#include "lvsctl/command.h"

#include "lvsctl/turn.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	unsigned long seconds;
	json_t *body;
	int status = lvs_ctl_number(ctl, LVS_OPTION_timeout, 0, 2678400, 300, &seconds);

	if (status)
		return status;
	body = json_pack("{s:{s:I}}", "drain", "timeout", (json_int_t)seconds);
	status = lvs_turn(ctl, args, n, body, "drain", lvs_turn_is_drained);
	json_decref(body);
	return status;
}

const struct lvs_command lvs_command_drain = {
	.name = "drain",
	.args = "[SERVICE] SERVER",
	.help = "let a server run empty",
	.detail = "Without SERVICE, in all services that have the server.\n",
	.options = LVS_OPTION_BIT(wait) | LVS_OPTION_BIT(yes) | LVS_OPTION_BIT(timeout),
	.min = 1,
	.max = 2,
	.run = run,
};
