// SPDX-License-Identifier: GPL-2.0-or-later
/* getopt_long() abbreviates, permutes and words its errors differently, so scripts could tell; hence this reader. */
#include "lvsadm/args.h"

#include <stddef.h>
#include <string.h>

void lvsadm_args_init(struct lvsadm_args *args, char **argv, const struct lvsadm_option *options, const char **left)
{
	*args = (struct lvsadm_args){ .argv = argv, .options = options, .next = argv[0] ? 1 : 0, .left = left };
}

const char *lvsadm_args_word(const struct lvsadm_args *args)
{
	return args->next ? args->argv[args->next - 1] : "";
}

const char *lvsadm_args_error(int err)
{
	switch (err) {
	case LVSADM_ARGS_MISSING:
		return "missing argument";
	case LVSADM_ARGS_UNWANTED:
		return "option does not take an argument";
	default:
		return "unknown option";
	}
}

/* @same: the value in the same word, or NULL */
static int found(struct lvsadm_args *args, const struct lvsadm_option *option, const char *same)
{
	const char *word = args->argv[args->next];

	args->option = option;
	args->value = same;
	if (option->takes == LVSADM_TAKES_NONE)
		return option->code;
	args->letters = NULL;
	if (same)
		return option->code;
	if (option->takes == LVSADM_TAKES_MAYBE && (!word || *word == '-'))
		return option->code;
	if (!word)
		return LVSADM_ARGS_MISSING;
	args->value = word;
	args->next++;
	return option->code;
}

static int next_long(struct lvsadm_args *args, const char *name)
{
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);

	for (const struct lvsadm_option *option = args->options; option->name; option++) {
		if (strlen(option->name) != len || strncmp(option->name, name, len) != 0)
			continue;
		if (equals && option->takes == LVSADM_TAKES_NONE)
			return LVSADM_ARGS_UNWANTED;
		return found(args, option, equals ? equals + 1 : NULL);
	}
	return LVSADM_ARGS_UNKNOWN;
}

static int next_letter(struct lvsadm_args *args)
{
	char letter = *args->letters++;
	const char *rest = *args->letters ? args->letters : NULL;

	if (!rest)
		args->letters = NULL;
	for (const struct lvsadm_option *option = args->options; option->name; option++) {
		if (!option->letter || option->letter != letter)
			continue;
		if (rest && *rest == '=' && option->takes == LVSADM_TAKES_NONE)
			return LVSADM_ARGS_UNWANTED;
		if (rest && *rest == '=')
			rest++;
		return found(args, option, option->takes == LVSADM_TAKES_NONE ? NULL : rest);
	}
	return LVSADM_ARGS_UNKNOWN;
}

int lvsadm_args_next(struct lvsadm_args *args)
{
	while (!args->letters) {
		const char *word = args->argv[args->next];

		if (!word)
			return LVSADM_ARGS_END;
		args->next++;
		if (args->only_left || word[0] != '-' || !word[1]) {
			args->left[args->nleft++] = word;
		} else if (word[1] != '-') {
			args->letters = word + 1;
		} else if (word[2]) {
			return next_long(args, word + 2);
		} else {
			args->only_left = true;
		}
	}
	return next_letter(args);
}
