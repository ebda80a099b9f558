// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration as text of lvs.conf, which is written beside the loop. */
#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "control/changes.h"
#include "control/request.h"

/* In the other thread: nothing is to change. */
static int dump(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	struct lvs_change *change = container_of(job, struct lvs_change, job);
	FILE *out = open_memstream(&change->text, &change->len);
	int err;

	(void)errors;
	if (!out)
		return -ENOMEM;
	err = lvs_conf_dump(change->file ? file : running, out);
	if (fclose(out) || err)
		return -ENOMEM;
	*ret_conf = NULL;
	return 0;
}

static void free_text(const void *data, size_t len, void *arg)
{
	(void)data;
	(void)len;
	free(arg);
}

static void on_dumped(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome)
{
	struct lvs_change *change = container_of(job, struct lvs_change, job);
	struct lvs_request *request = change->request;

	if (outcome->err || evbuffer_add_reference(request->out, change->text, change->len, free_text, change->text) < 0) {
		lvs_change_done(job, outcome);
		return;
	}
	change->text = NULL;
	request->control->pending -= change->bytes;
	lvs_request_send(request, 200, LVS_TYPE_TEXT);
	lvs_change_free(change);
}

void lvs_api_config_get(struct lvs_request *request)
{
	const char *origin = lvs_request_query(request, "origin");
	struct lvs_change *change;

	if (origin && strcmp(origin, "file") != 0 && strcmp(origin, "running") != 0) {
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = "there is no such origin",
							    .given = origin, .allowed = "running or file" });
		return;
	}
	change = lvs_change_new(request, "config");
	if (!change)
		return;
	change->file = origin && strcmp(origin, "file") == 0;
	change->job.make = dump;
	change->job.done = on_dumped;
	lvs_change_submit(change);
}
