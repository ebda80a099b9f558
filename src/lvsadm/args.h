/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options one by one, as popt reads them for ipvsadm: several letters in one word, a value in the same word with or
 * without "=", long names in full only, words that are no options anywhere.
 */
#ifndef LVS_LVSADM_ARGS_H
#define LVS_LVSADM_ARGS_H

#include <stdbool.h>

/**
 * enum lvsadm_takes - does an option have a value?
 * @LVSADM_TAKES_MAYBE:	a next word that does not begin with "-" is one
 */
enum lvsadm_takes { LVSADM_TAKES_NONE, LVSADM_TAKES_VALUE, LVSADM_TAKES_MAYBE };

/**
 * struct lvsadm_option - one that there is
 * @name:	long
 * @letter:	0: none
 * @code:	> 0, what lvsadm_args_next() returns; two rows may share it
 * @opt:	enum lvsadm_opt, or -1
 */
struct lvsadm_option {
	const char *name;
	char letter;
	enum lvsadm_takes takes;
	int code;
	int opt;
};

enum { LVSADM_ARGS_END = -1, LVSADM_ARGS_MISSING = -10, LVSADM_ARGS_UNKNOWN = -11, LVSADM_ARGS_UNWANTED = -12 };

/**
 * struct lvsadm_args - where we are
 * @argv:	NULL-terminated; the first is the program
 * @options:	ends with a row without a name
 * @next:	the word after those that were read
 * @letters:	what is left of a word of letters, or NULL
 * @option:	the last one
 * @value:	its value, or NULL
 * @left:	words that were no options, borrowed; room for all
 */
struct lvsadm_args {
	char **argv;
	const struct lvsadm_option *options;
	int next;
	const char *letters;
	const struct lvsadm_option *option;
	const char *value;
	const char **left;
	int nleft;
	bool only_left;
};

/* @left: room for as many pointers as there are words */
void lvsadm_args_init(struct lvsadm_args *args, char **argv, const struct lvsadm_option *options, const char **left);

/* Return: a code, LVSADM_ARGS_END, or what is wrong with the word lvsadm_args_word() */
int lvsadm_args_next(struct lvsadm_args *args);

/* The last word that was read. */
const char *lvsadm_args_word(const struct lvsadm_args *args);

/* What popt says about an error. */
const char *lvsadm_args_error(int err);

#endif
