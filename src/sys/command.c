// SPDX-License-Identifier: GPL-2.0-or-later
/* Words are moved together in place, so that what is between quotes and what is beside them becomes one. */
#include "sys/command.h"

#include <errno.h>
#include <string.h>

int lvs_command_split(char *text, const char *ret_words[LVS_COMMAND_WORDS_MAX + 1])
{
	size_t n = 0;
	char *to;

	for (;;) {
		text += strspn(text, " \t");
		if (!*text)
			break;
		if (n == LVS_COMMAND_WORDS_MAX)
			return -E2BIG;
		ret_words[n++] = to = text;
		while (*text && *text != ' ' && *text != '\t') {
			char quote = *text == '"' || *text == '\'' ? *text++ : '\0';

			while (*text && (quote ? *text != quote : !strchr(" \t\"'", *text)))
				*to++ = *text++;
			if (quote && *text++ != quote)
				return -EINVAL;
		}
		text += *text != '\0';
		*to = '\0';
	}
	ret_words[n] = NULL;
	return 0;
}
