/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines in one string, for tests of lvsadm. */
#ifndef LVS_TESTS_UNIT_LVSADM_WORDS_H
#define LVS_TESTS_UNIT_LVSADM_WORDS_H

#include <string.h>

#include "lvsadm/parse.h"

/* @line: words between blanks, the program's name first; must be legal */
static inline struct lvsadm_command parse_line(const char *line)
{
	static char copy[1024];
	char *argv[64] = { NULL }, *save = NULL;
	struct lvsadm_command command;
	struct lvsadm_fault fault;
	size_t n = 0;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	if (!lvsadm_parse(argv, &command, &fault))
		fail_msg("%s: %s", line, fault.text);
	return command;
}

#endif
