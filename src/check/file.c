// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file on this machine says how the server does, in the words of agents (words.h): whoever writes it decides. It is read
 * anew each time. One that is not there, or not to be read, says nothing about the server.
 */
#include "check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/words.h"

#define FILE_BYTES 256

static int file_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		      char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *file = lvs_check_param_find(params, nparams, "file");
	char *path;

	if (!file || *file != '/') {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "\"file\" is no absolute path");
		return -EINVAL;
	}
	path = strdup(file);
	if (!path) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	*ret_config = path;
	return 0;
}

/* Return: 0 and its beginning, which ends with NUL, the only one; -E2BIG: its first line is longer; or -Exxx */
static int read_file(const char *path, char ret[FILE_BYTES])
{
	/* A pipe in its place must not hold up anybody. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err = 0;
	struct stat stat;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat) < 0)
		err = -errno;
	else if (!S_ISREG(stat.st_mode))
		err = -EINVAL;
	else
		n = read(fd, ret, FILE_BYTES - 1);
	if (n < 0)
		err = -errno;
	(void)close(fd);
	if (err)
		return err;
	for (ssize_t i = 0; i < n; i++)
		if (!ret[i])
			ret[i] = ' ';
	ret[n] = '\0';
	return strcspn(ret, "\r\n") == FILE_BYTES - 1 ? -E2BIG : 0;
}

static const char *words_of(int err)
{
	return err == -EINVAL ? "not a file" : err == -E2BIG ? "it has a line of more than 254 characters" : strerror(-err);
}

static void file_start(struct lvs_check *check)
{
	struct lvs_check_result result;
	char text[FILE_BYTES];
	int err = read_file(check->config, text);

	if (err) {
		lvs_check_broken(check, "cannot read \"%s\": %s", (const char *)check->config, words_of(err));
		return;
	}
	text[strcspn(text, "\r\n")] = '\0';
	(void)lvs_words_read(text, &result);
	lvs_check_done(check, &result);
}

/* Never runs longer than a call. */
static void file_cancel(struct lvs_check *check)
{
	(void)check;
}

const struct lvs_check_ops lvs_check_file = {
	.name = "file", .no_port = true, .parse = file_parse, .free_config = free, .start = file_start, .cancel = file_cancel,
};
