/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command line without a shell: words stand between blanks, and quotes of both kinds keep blanks in them. */
#ifndef LVS_SYS_COMMAND_H
#define LVS_SYS_COMMAND_H

#define LVS_COMMAND_WORDS_MAX 32

/**
 * lvs_command_split() - cut @text into words
 * @text:	is changed
 * @ret_words:	point into it; NULL at the end
 *
 * Return: 0; -EINVAL: a quote without an end; -E2BIG: too many words
 */
int lvs_command_split(char *text, const char *ret_words[LVS_COMMAND_WORDS_MAX + 1]);

#endif
