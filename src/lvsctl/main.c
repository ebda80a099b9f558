// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvsctl(8): finds the command, runs it, once or (--watch) again and again, and sees that what it wrote arrived.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/client.h"
#include "lvsctl/command.h"
#include "lvsctl/usage.h"

/* On a terminal each time takes the place of the last one; elsewhere a blank line stands between them. */
static int watch(struct lvs_ctl *ctl, const struct lvs_command *command, char *args[], size_t n)
{
	unsigned long seconds, count;
	int status = lvs_ctl_number(ctl, LVS_OPTION_watch, 1, 86400, 2, &seconds);

	if (!status)
		status = lvs_ctl_number(ctl, LVS_OPTION_count, 1, 1000000000, 0, &count);
	for (unsigned long i = 0; !status && (!count || i < count); i++) {
		if (i)
			(void)nanosleep(&(struct timespec){ .tv_sec = (time_t)seconds }, NULL);
		if (ctl->terminal)
			fputs("\033[H\033[2J", stdout);
		else if (i)
			putchar('\n');
		status = command->run(ctl, args, n);
		if (fflush(stdout))
			break;
	}
	return status;
}

int main(int argc, char *argv[])
{
	struct lvs_ctl ctl = { .terminal = isatty(STDOUT_FILENO) };
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	const struct lvs_command *command = NULL;
	size_t n = 0;
	int status;

	ctl.colour = ctl.terminal && !(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0;
	status = lvs_usage_parse(argv + 1, (size_t)argc - (argc > 0), &ctl, &command, &n);
	if (status >= 0)
		return status;
	if (lvs_ctl_given(&ctl, LVS_OPTION_version) && !command) {
		puts("lvsctl " PACKAGE_VERSION);
	} else if (lvs_ctl_given(&ctl, LVS_OPTION_help)) {
		lvs_usage_print(command);
	} else if (!command) {
		lvs_usage_print(NULL);
		return LVS_EXIT_USAGE;
	} else {
		(void)signal(SIGPIPE, SIG_DFL);
		status = lvs_ctl_given(&ctl, LVS_OPTION_watch) ? watch(&ctl, command, argv + 2, n - 1)
							       : command->run(&ctl, argv + 2, n - 1);
		lvs_client_free(ctl.client);
	}
	if (status < 0)
		status = LVS_EXIT_OK;
	if (fflush(stdout) || ferror(stdout))
		return lvs_ctl_fail(LVS_EXIT_FAILED, "cannot write to standard output: %s", strerror(errno));
	return status;
}
