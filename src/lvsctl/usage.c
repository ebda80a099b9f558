// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options may stand anywhere, before the command or behind it: the first word that is no option is the command. An option
 * takes its value behind "=" or as the next word; where the value may be missing, only behind "=", since the next word
 * could be an argument. "--" ends options.
 */
#include "lvsctl/usage.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/suggest.h"

static const struct {
	const char *name;
	char letter;
	const char *value;
	bool maybe;
	const char *help;
} options[LVS_OPTION_COUNT] = {
#define OPTION(n, l, v, m, h) { #n, l, v, m, h },
#include "lvsctl/option.def"
#undef OPTION
};

#define COMMAND(name) extern const struct lvs_command lvs_command_##name;
#include "lvsctl/command.def"
#undef COMMAND

static const struct lvs_command *const commands[] = {
#define COMMAND(name) &lvs_command_##name,
#include "lvsctl/command.def"
#undef COMMAND
};

#define EVERYWHERE (LVS_OPTION_BIT(socket) | LVS_OPTION_BIT(help))

const struct lvs_command *lvs_usage_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static void print_options(unsigned int which)
{
	for (size_t i = 0; i < LVS_OPTION_COUNT; i++) {
		char left[40];

		if (!(which & 1U << i))
			continue;
		(void)snprintf(left, sizeof(left), "%s%c%s --%s%s%s%s%s", options[i].letter ? "-" : " ",
			       options[i].letter ? options[i].letter : ' ', options[i].letter ? "," : " ", options[i].name,
			       options[i].maybe ? "[=" : options[i].value ? " " : "", options[i].value ? options[i].value : "",
			       options[i].maybe ? "]" : "", "");
		printf("  %-24s  %s\n", left, options[i].help);
	}
}

void lvs_usage_print(const struct lvs_command *command)
{
	if (command) {
		printf("usage: lvsctl %s%s%s [OPTION...]\n\n%s\n", command->name, *command->args ? " " : "", command->args,
		       command->help);
		if (command->detail)
			printf("\n%s", command->detail);
		puts("\nOptions:");
		print_options(command->options | EVERYWHERE);
		return;
	}
	puts("usage: lvsctl COMMAND [ARGUMENT...] [OPTION...]\n\nCommands:");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		char left[80];

		(void)snprintf(left, sizeof(left), "%s %s", commands[i]->name, commands[i]->args);
		printf("  %-38s  %s\n", left, commands[i]->help);
	}
	puts("\nOptions of all commands:");
	print_options(EVERYWHERE | LVS_OPTION_BIT(version));
	puts("\n\"lvsctl COMMAND --help\" tells more. See lvsctl(8).");
}

static int unknown(const char *what, const char *word, const struct lvs_conf_suggest *suggest)
{
	return suggest->best ? lvs_ctl_fail(LVS_EXIT_USAGE, "there is no %s '%s'; did you mean '%s'?", what, word, suggest->best)
			     : lvs_ctl_fail(LVS_EXIT_USAGE, "there is no %s '%s'; try 'lvsctl --help'", what, word);
}

/* @len: of the name in @word, behind its dashes. Return: LVS_OPTION_COUNT when there is none */
static size_t find_option(const char *name, size_t len)
{
	size_t i = 0;

	while (i < LVS_OPTION_COUNT && (strlen(options[i].name) != len || memcmp(options[i].name, name, len) != 0))
		i++;
	return i;
}

static int no_option(const char *word, const struct lvs_command *command)
{
	struct lvs_conf_suggest suggest;
	char name[64];
	int len = (int)strcspn(word, "=");

	(void)snprintf(name, sizeof(name), "%.*s", len > 63 ? 63 : len, word);
	lvs_conf_suggest_init(&suggest, name + (strncmp(name, "--", 2) ? 0 : 2));
	for (size_t i = 0; i < LVS_OPTION_COUNT; i++)
		if (!command || (command->options | EVERYWHERE) & 1U << i)
			lvs_conf_suggest_try(&suggest, options[i].name);
	if (suggest.best)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "there is no option '%s'; did you mean '--%s'?", name, suggest.best);
	return lvs_ctl_fail(LVS_EXIT_USAGE, "there is no option '%s'; try 'lvsctl --help'", name);
}

/* The words that were taken, and the next one. */
struct words {
	char **argv;
	size_t argc, at;
};

static int set(struct lvs_ctl *ctl, struct words *words, size_t option, const char *value)
{
	if (!options[option].value && value)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "--%s has no value", options[option].name);
	if (options[option].value && !options[option].maybe && !value) {
		if (words->at == words->argc)
			return lvs_ctl_fail(LVS_EXIT_USAGE, "--%s needs its %s", options[option].name, options[option].value);
		value = words->argv[words->at++];
	}
	ctl->options[option] = value ? value : "";
	return -1;
}

static int take_long(struct lvs_ctl *ctl, struct words *words, const char *word)
{
	const char *name = word + 2, *value = strchr(name, '=');
	size_t option = find_option(name, value ? (size_t)(value - name) : strlen(name));

	if (option == LVS_OPTION_COUNT)
		return no_option(word, NULL);
	return set(ctl, words, option, value ? value + 1 : NULL);
}

/* Some letters have two meanings, of which a command has one. @command: NULL: not known yet */
static bool is_letter(size_t option, char letter, const struct lvs_command *command)
{
	return options[option].letter == letter && (!command || (command->options | EVERYWHERE) & 1U << option);
}

static size_t find_letter(char letter, const struct lvs_command *command)
{
	size_t option = 0;

	while (option < LVS_OPTION_COUNT && !is_letter(option, letter, command))
		option++;
	return option;
}

static int take_short(struct lvs_ctl *ctl, struct words *words, const char *word, const struct lvs_command *command)
{
	for (const char *letter = word + 1; *letter; letter++) {
		size_t option = find_letter(*letter, command);
		int status;

		if (option == LVS_OPTION_COUNT)
			option = find_letter(*letter, NULL);
		if (option == LVS_OPTION_COUNT)
			return no_option(word, NULL);
		if (options[option].value && letter[1])
			return set(ctl, words, option, letter + 1 + (letter[1] == '='));
		status = set(ctl, words, option, NULL);
		if (status >= 0)
			return status;
	}
	return -1;
}

static int check_words(const struct lvs_command *command, const struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct lvs_conf_suggest suggest;

	for (size_t i = 0; i < LVS_OPTION_COUNT; i++)
		if (lvs_ctl_given(ctl, (enum lvs_option)i) && !((command->options | EVERYWHERE) & 1U << i))
			return lvs_ctl_fail(LVS_EXIT_USAGE, "'%s' has no option --%s; try 'lvsctl %s --help'", command->name,
					    options[i].name, command->name);
	if (n < command->min || n > command->max)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl %s %s", command->name, command->args);
	if (!command->words || !n)
		return -1;
	lvs_conf_suggest_init(&suggest, args[0]);
	for (const char *const *word = command->words; *word; word++) {
		if (!strcmp(*word, args[0]))
			return -1;
		lvs_conf_suggest_try(&suggest, *word);
	}
	if (suggest.best)
		return unknown(command->name, args[0], &suggest);
	return lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl %s %s", command->name, command->args);
}

int lvs_usage_parse(char *argv[], size_t argc, struct lvs_ctl *ret_ctl, const struct lvs_command **ret_command, size_t *ret_n)
{
	struct words words = { argv, argc, 0 };
	const struct lvs_command *command = NULL;
	struct lvs_conf_suggest suggest;
	bool only_words = false;
	size_t n = 0;
	int status = -1;

	while (words.at < argc && status < 0) {
		char *word = argv[words.at++];

		if (only_words || *word != '-' || !word[1] || !strcmp(word, "->"))
			argv[n++] = word;
		else if (!strcmp(word, "--"))
			only_words = true;
		else if (word[1] == '-')
			status = take_long(ret_ctl, &words, word);
		else
			status = take_short(ret_ctl, &words, word, n ? lvs_usage_find(argv[0]) : NULL);
	}
	if (status >= 0)
		return status;
	if (n) {
		command = lvs_usage_find(argv[0]);
		lvs_conf_suggest_init(&suggest, argv[0]);
		for (size_t i = 0; i < ARRAY_LEN(commands); i++)
			lvs_conf_suggest_try(&suggest, commands[i]->name);
		if (!command)
			return unknown("command", argv[0], &suggest);
	}
	*ret_command = command;
	*ret_n = n;
	if (!command || lvs_ctl_given(ret_ctl, LVS_OPTION_help) || lvs_ctl_given(ret_ctl, LVS_OPTION_version))
		return -1;
	return check_words(command, ret_ctl, argv + 1, n - 1);
}
