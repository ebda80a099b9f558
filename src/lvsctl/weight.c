// SPDX-License-Identifier: GPL-2.0-or-later
/* weight: a server's share. */
#include "lvsctl/command.h"

#include <errno.h>
#include <stdlib.h>

#include "lvsctl/turn.h"

static bool is_set(const json_t *server)
{
	(void)server;
	return true;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	const char *text = args[n - 1];
	unsigned long weight;
	json_t *body;
	char *end;
	int status;

	errno = 0;
	weight = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || weight > 65535)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "'%s' is no weight from 0 to 65535", text);
	body = json_pack("{s:I}", "weight", (json_int_t)weight);
	status = lvs_turn(ctl, args, n - 1, body, "change the weight of", weight ? is_set : lvs_turn_is_empty);
	json_decref(body);
	return status;
}

const struct lvs_command lvs_command_weight = {
	.name = "weight",
	.args = "[SERVICE] SERVER WEIGHT",
	.help = "give a server a share; 0: no new connections",
	.detail = "Without SERVICE, in all services that have the server. --wait is for weight 0: until no connection is left.\n",
	.options = LVS_OPTION_BIT(wait) | LVS_OPTION_BIT(yes),
	.min = 2,
	.max = 3,
	.run = run,
};
