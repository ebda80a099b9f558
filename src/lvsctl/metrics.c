// SPDX-License-Identifier: GPL-2.0-or-later
/* metrics: what a monitoring system would get. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	static const char *const headers[] = { "Accept: application/openmetrics-text; version=1.0.0", NULL };
	const struct lvs_request request = { .method = "GET", .path = "/metrics", .headers = headers };
	struct lvs_answer answer;
	int status = lvs_api_open(ctl);

	(void)args;
	(void)n;
	if (status)
		return status;
	if (lvs_client_call(ctl->client, &request, &answer))
		status = lvs_api_complain(&answer.problem);
	else
		fputs(answer.text ? answer.text : "", stdout);
	lvs_answer_fini(&answer);
	return status;
}

const struct lvs_command lvs_command_metrics = {
	.name = "metrics",
	.args = "",
	.help = "print all counters as OpenMetrics",
	.options = LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count),
	.run = run,
};
