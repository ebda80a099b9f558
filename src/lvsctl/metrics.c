// SPDX-License-Identifier: GPL-2.0-or-later
/* metrics: what a monitoring system would get. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct lvs_answer answer;
	int status = lvs_api_call(ctl, "GET", "/metrics", NULL, &answer);

	(void)args;
	(void)n;
	if (status)
		return status;
	fputs(answer.text ? answer.text : "", stdout);
	lvs_answer_fini(&answer);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_metrics = {
	.name = "metrics",
	.args = "",
	.help = "print all counters as OpenMetrics",
	.options = LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count),
	.run = run,
};
