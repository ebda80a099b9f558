/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a subcommand is: a file that ends in a struct lvs_command, and a row in command.def. */
#ifndef LVS_LVSCTL_COMMAND_H
#define LVS_LVSCTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum lvs_exit {
	LVS_EXIT_OK,
	LVS_EXIT_FAILED,
	LVS_EXIT_USAGE,
	LVS_EXIT_UNREACHABLE,
	LVS_EXIT_NO_OBJECT,
	LVS_EXIT_PERMISSION,
	LVS_EXIT_CONFIG,
};

enum lvs_option {
#define OPTION(name, letter, value, maybe, help) LVS_OPTION_##name,
#include "lvsctl/option.def"
#undef OPTION
	LVS_OPTION_COUNT,
};
#define LVS_OPTION_BIT(name) (1U << LVS_OPTION_##name)

struct lvs_client;

/**
 * struct lvs_ctl - one call of lvsctl
 * @options:	their values, by enum lvs_option; NULL: not given, "" without a value
 * @terminal:	standard output is one
 * @colour:	may be used on it
 * @client:	NULL until it is needed
 */
struct lvs_ctl {
	const char *options[LVS_OPTION_COUNT];
	bool terminal;
	bool colour;
	struct lvs_client *client;
};

/**
 * struct lvs_command - one subcommand
 * @args:	its arguments, for the help
 * @words:	what its first argument may be, a list that ends with NULL; NULL: anything
 * @options:	bits of LVS_OPTION_BIT(); help and socket are options of all
 * @min, @max:	how many arguments
 * @detail:	lines for its own help, or NULL
 * @run:	Return: enum lvs_exit
 */
struct lvs_command {
	const char *name;
	const char *args;
	const char *help;
	const char *const *words;
	unsigned int options;
	size_t min, max;
	const char *detail;
	int (*run)(struct lvs_ctl *ctl, char *args[], size_t n);
};

/* Says on standard error what is wrong: "lvsctl: ...". Return: @status */
int lvs_ctl_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Return: whether the option was given */
static inline bool lvs_ctl_given(const struct lvs_ctl *ctl, enum lvs_option option)
{
	return ctl->options[option] != NULL;
}

/**
 * lvs_ctl_number() - an option's number
 * @otherwise:	if it was not given, or has no value
 *
 * Return: LVS_EXIT_OK, or LVS_EXIT_USAGE after a message
 */
int lvs_ctl_number(const struct lvs_ctl *ctl, enum lvs_option option, unsigned long min, unsigned long max,
		   unsigned long otherwise, unsigned long *ret_number);

/* Asks on a terminal; elsewhere only --yes says yes. @what: "remove 3 services". Return: LVS_EXIT_OK or why not */
int lvs_ctl_confirm(const struct lvs_ctl *ctl, const char *what);

#endif
