// SPDX-License-Identifier: GPL-2.0-or-later
/* A program is looked at when the file is read: one that cannot be run is found now, and not by a server that is down. */
#include "conf/bad_dialog.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/bad.h"
#include "conf/conf.h"
#include "sys/command.h"

#define LABEL_BYTES 63
#define NAME_BYTES 253

const char *lvs_conf_bad_query_name(const void *value)
{
	const char *name = value;

	if (!strcmp(name, "."))
		return NULL;
	if (strlen(name) > NAME_BYTES)
		return "is longer than any name";
	do {
		size_t len = strcspn(name, ".");

		if (!len)
			return "has two dots in a row, or none but them";
		if (len > LABEL_BYTES)
			return "has more than 63 characters between two dots";
		for (size_t i = 0; i < len; i++)
			if (!isgraph((unsigned char)name[i]))
				return "holds what no name does";
		name += len;
		name += *name == '.';
	} while (*name);
	return NULL;
}

/* It may come later; but what is in its place never says anything. */
const char *lvs_conf_bad_word_file(const void *value)
{
	const char *bad = lvs_conf_bad_path(value);
	struct stat stat_of;

	if (!bad && !stat(value, &stat_of) && !S_ISREG(stat_of.st_mode))
		return "names what is not a file";
	return bad;
}

const char *lvs_conf_bad_command(const void *value)
{
	char text[LVS_CONF_LINES_BYTES];
	const char *words[LVS_COMMAND_WORDS_MAX + 1];
	struct stat stat_of;
	int err;

	strncpy(text, value, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err = lvs_command_split(text, words);
	if (err)
		return err == -EINVAL ? "has a quote without an end" : "has more than 32 words";
	if (!words[0] || words[0][0] != '/')
		return "does not begin with an absolute path";
	if (stat(words[0], &stat_of) < 0)
		return errno == ENOENT || errno == ENOTDIR ? "names a program that is not there" : NULL;
	if (!S_ISREG(stat_of.st_mode) || !(stat_of.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return "names what cannot be run";
	if (stat_of.st_mode & S_IWOTH)
		return "names a program that anybody may change";
	return NULL;
}
