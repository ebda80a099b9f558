// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace: a line for each packet as it came, and one for each that left for it. The daemon sends lines of JSON; they are cut
 * from the stream here, whatever parts it comes in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lvsctl/api.h"
#include "lvsctl/follow.h"

#define LINE_MAX_BYTES 8192

/* @n: bytes of @line so far */
struct trace {
	const struct lvs_ctl *ctl;
	size_t n;
	char line[LINE_MAX_BYTES];
};

static void print_packet(const json_t *record)
{
	time_t seconds = (time_t)lvs_api_int(record, "seconds");
	char clock[16] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%06lld #%lld %-3s %s > %s %s%s%s %lld  %s\n", clock, lvs_api_int(record, "nanoseconds") / 1000,
	       lvs_api_int(record, "number"), lvs_api_text(record, "side"), lvs_api_text(record, "source"),
	       lvs_api_text(record, "destination"), lvs_api_text(record, "protocol"), *lvs_api_text(record, "flags") ? " " : "",
	       lvs_api_text(record, "flags"), lvs_api_int(record, "length"), lvs_api_text(record, "text"));
}

/* Signs of life are empty. */
static int print_line(const struct trace *trace)
{
	json_t *record;

	if (!trace->n)
		return 0;
	if (lvs_ctl_given(trace->ctl, LVS_OPTION_json)) {
		printf("%.*s\n", (int)trace->n, trace->line);
		return 0;
	}
	record = json_loadb(trace->line, trace->n, 0, NULL);
	if (!record)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "lvsd sent a line that is no JSON");
	if (json_object_get(record, "lost"))
		printf("... %lld packets were too many to be shown\n", lvs_api_int(record, "lost"));
	else
		print_packet(record);
	json_decref(record);
	return 0;
}

static int take(void *arg, const char *bytes, size_t n)
{
	struct trace *trace = arg;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		if (bytes[i] == '\n') {
			err = print_line(trace);
			trace->n = 0;
		} else if (trace->n == sizeof(trace->line)) {
			err = lvs_ctl_fail(LVS_EXIT_FAILED, "lvsd sent a line that is too long");
		} else {
			trace->line[trace->n++] = bytes[i];
		}
	}
	return fflush(stdout) || err;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int status;

	if (!trace)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	trace->ctl = ctl;
	status = lvs_follow(ctl, "trace", args, n, NULL, take, trace);
	free(trace);
	return status;
}

const struct lvs_command lvs_command_trace = {
	.name = "trace",
	.args = "[FILTER...]",
	.help = "show packets as they pass, and what becomes of them",
	.detail = LVS_FOLLOW_DETAIL,
	.options = LVS_FOLLOW_OPTIONS | LVS_OPTION_BIT(json),
	.max = 16,
	.run = run,
};
