// SPDX-License-Identifier: GPL-2.0-or-later
/* What commands share: complaints, numbers of options, and the question before much is destroyed. */
#include "lvsctl/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

int lvs_ctl_fail(int status, const char *format, ...)
{
	va_list args;

	(void)fflush(stdout);
	fputs("lvsctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

int lvs_ctl_number(const struct lvs_ctl *ctl, enum lvs_option option, unsigned long min, unsigned long max,
		   unsigned long otherwise, unsigned long *ret_number)
{
	static const char *const names[] = {
#define OPTION(name, letter, value, maybe, help) #name,
#include "lvsctl/option.def"
#undef OPTION
	};
	const char *text = ctl->options[option];
	unsigned long number;
	char *end;

	if (!text || !*text) {
		*ret_number = otherwise;
		return LVS_EXIT_OK;
	}
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || number < min || number > max)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "--%s: '%s' is no number from %lu to %lu", names[option], text, min, max);
	*ret_number = number;
	return LVS_EXIT_OK;
}

int lvs_ctl_confirm(const struct lvs_ctl *ctl, const char *what)
{
	char answer[16];

	if (lvs_ctl_given(ctl, LVS_OPTION_yes))
		return LVS_EXIT_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return lvs_ctl_fail(LVS_EXIT_USAGE, "to %s, say --yes", what);
	fprintf(stderr, "%s? [y/N] ", what);
	(void)fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y'))
		return LVS_EXIT_OK;
	return lvs_ctl_fail(LVS_EXIT_FAILED, "nothing was done");
}
