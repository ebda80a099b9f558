// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program of the operator's decides, as keepalived's MISC_CHECK does: status 0 is up, 1 is down, and any other is up with
 * a weight, which is two less. It is run by the helper process (sys/runner.h), which the probes were given; the first
 * line of what it writes is the reason. No shell is involved: words stand between blanks, quotes keep them together.
 */
#include "check/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/addrtext.h"
#include "sys/command.h"
#include "sys/runner.h"

#define WEIGHT_AT 2
#define VARIABLE_BYTES (LVS_ADDR_TEXT_BYTES + 24)

/* @words: point into @text */
struct script_config {
	char *text;
	const char *words[LVS_COMMAND_WORDS_MAX + 1];
};

struct script_run {
	uint32_t order;
};

static void free_config(void *arg)
{
	struct script_config *config = arg;

	free(config->text);
	free(config);
}

static int script_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
			char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *command = lvs_check_param_find(params, nparams, "command");
	struct script_config *config = calloc(1, sizeof(*config));
	int err = -ENOMEM;

	if (config)
		config->text = strdup(command ? command : "");
	if (config && config->text) {
		err = lvs_command_split(config->text, config->words);
		if (!err && (!config->words[0] || config->words[0][0] != '/'))
			err = -ENOENT;
	}
	if (!err) {
		*ret_config = config;
		return 0;
	}
	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "%s",
		       err == -ENOENT ? "\"command\" does not begin with an absolute path" :
		       err == -EINVAL ? "\"command\" has a quote without an end" :
		       err == -E2BIG ? "\"command\" has more than 32 words" : "out of memory");
	if (config)
		free_config(config);
	return err == -ENOMEM ? err : -EINVAL;
}

static void on_done(void *arg, const struct lvs_run_result *run)
{
	struct lvs_check *check = arg;
	struct lvs_check_result result = { .outcome = LVS_OUTCOME_PASSED, .answer = { .weight = LVS_CHECK_WEIGHT_OWN } };
	const char *said = run->output;

	switch (run->end) {
	case LVS_RUN_EXITED:
		if (run->code == 1)
			result.outcome = LVS_OUTCOME_FAILED;
		if (run->code >= WEIGHT_AT)
			result.answer = (struct lvs_check_answer){ LVS_CHECK_WEIGHT_ABSOLUTE, run->code - WEIGHT_AT, 0 };
		(void)snprintf(result.reason, sizeof(result.reason), "%.80s%sstatus %d", said, *said ? ", " : "", run->code);
		lvs_check_done(check, &result);
		break;
	case LVS_RUN_TIMED_OUT:
		lvs_check_failed(check, "%s%sno end within %u ms", said, *said ? ", " : "",
				 (unsigned int)(check->timeout / LVS_NS_PER_MS));
		break;
	case LVS_RUN_SIGNALED:
		lvs_check_broken(check, "%s%sended by signal %d", said, *said ? ", " : "", run->code);
		break;
	case LVS_RUN_FAILED:
		lvs_check_broken(check, "cannot be run: %s", strerror(run->code));
		break;
	case LVS_RUN_LOST:
		lvs_check_broken(check, "the process that runs scripts is gone");
		break;
	}
}

static void script_start(struct lvs_check *check)
{
	const struct script_config *config = check->config;
	struct script_run *run = check->run;
	char address[VARIABLE_BYTES], port[VARIABLE_BYTES], text[LVS_ADDR_TEXT_BYTES];
	const char *env[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", address, port, NULL };
	const struct lvs_run order = { .argv = config->words, .envp = env, .timeout = check->timeout };
	int err = -EPIPE;

	(void)snprintf(address, sizeof(address), "LVSD_ADDRESS=%s", lvs_addr_format(&check->addr, text));
	(void)snprintf(port, sizeof(port), "LVSD_PORT=%u", check->port);
	if (check->runner)
		err = lvs_runner_run(check->runner, &order, on_done, check, &run->order);
	if (err)
		lvs_check_broken(check, "cannot be run: %s", err == -EPIPE ? "there is no process that runs scripts" :
				 err == -EBUSY ? "too many scripts are running" : strerror(-err));
}

static void script_cancel(struct lvs_check *check)
{
	const struct script_run *run = check->run;

	lvs_runner_cancel(check->runner, run->order);
}

const struct lvs_check_ops lvs_check_script = {
	.name = "script", .run_bytes = sizeof(struct script_run), .parse = script_parse, .free_config = free_config,
	.start = script_start, .cancel = script_cancel,
};
