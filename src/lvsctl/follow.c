// SPDX-License-Identifier: GPL-2.0-or-later
#include "lvsctl/follow.h"

#include <stdio.h>
#include <stdlib.h>

#include "lvsctl/api.h"
#include "lvsctl/filter.h"

static const char *const keys[] = {
	"client", "virtual", "server", "protocol", "family", "verdict", "reason", "limit", "snaplen", NULL,
};

static int call(struct lvs_ctl *ctl, const char *path, lvs_client_sink *sink, void *arg)
{
	const struct lvs_request request = { .method = "GET", .path = path, .sink = sink, .arg = arg };
	int status = lvs_api_open(ctl);
	struct lvs_answer answer;

	if (status)
		return status;
	lvs_client_patience(ctl->client, 0);	/* there may be no packet for hours */
	if (lvs_client_call(ctl->client, &request, &answer))
		status = answer.problem.failure == LVS_FAILURE_STOPPED ? LVS_EXIT_FAILED : lvs_api_complain(&answer.problem);
	lvs_answer_fini(&answer);
	return status;
}

int lvs_follow(struct lvs_ctl *ctl, const char *resource, char *args[], size_t n, const char *snaplen, lvs_client_sink *sink,
	       void *arg)
{
	struct lvs_filter filter = { .keys = keys, .usual = "client" };
	unsigned long limit;
	char *path;
	int status = lvs_ctl_number(ctl, LVS_OPTION_limit, 1, 4294967295, 1, &limit);

	if (!status)
		status = lvs_filter_read(&filter, args, n);
	if (status)
		return status;
	lvs_filter_set(&filter, "limit", ctl->options[LVS_OPTION_limit]);
	lvs_filter_set(&filter, "snaplen", snaplen);
	path = lvs_filter_path(&filter, resource);
	if (!path)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	status = call(ctl, path, sink, arg);
	free(path);
	return status;
}
