// SPDX-License-Identifier: GPL-2.0-or-later
/* ready: a server that was drained, or out for maintenance, takes new connections again. */
#include "lvsctl/command.h"

#include "lvsctl/turn.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *body = json_pack("{s:n, s:n}", "drain", "maintenance");
	int status = lvs_turn(ctl, args, n, body, "make ready", lvs_turn_is_up);

	json_decref(body);
	return status;
}

const struct lvs_command lvs_command_ready = {
	.name = "ready",
	.args = "[SERVICE] SERVER",
	.help = "give a drained server new connections again",
	.detail = "Without SERVICE, in all services that have the server.\n",
	.options = LVS_OPTION_BIT(wait) | LVS_OPTION_BIT(yes),
	.min = 1,
	.max = 2,
	.run = run,
};
