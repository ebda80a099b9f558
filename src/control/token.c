// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A secret that others can read is none, so the mode is looked at on the open file, and nothing is read from one that is
 * too open. What is told about it never has any of its characters.
 */
#include "control/token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HINT "such as one by 'openssl rand -hex 16'"

static int check_file(int fd, const char *path, char *message)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "cannot look at token file '%s': %s", path, strerror(errno));
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "token file '%s' is no file", path);
		return -EINVAL;
	}
	if (!(st.st_mode & (S_IRWXG | S_IRWXO)))
		return 0;
	(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX,
		       "token file '%s' is open to others: its mode is %04o, and is to be 0600 or 0400", path,
		       (unsigned int)st.st_mode & 07777);
	return -EPERM;
}

static int check_text(const char *text, size_t len, const char *path, char *message)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] > ' ' && text[i] < 0x7f)
			continue;
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX,
			       "token file '%s' is to have one line without spaces, of ASCII characters alone, " HINT, path);
		return -EINVAL;
	}
	if (len >= LVS_TOKEN_MIN && len <= LVS_TOKEN_MAX)
		return 0;
	(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "token file '%s' has a token that is too %s: %d to %d characters, " HINT,
		       path, len < LVS_TOKEN_MIN ? "short" : "long", LVS_TOKEN_MIN, LVS_TOKEN_MAX);
	return -EINVAL;
}

int lvs_token_read(const char *path, char message[LVS_CONTROL_MESSAGE_MAX], char ret_token[LVS_TOKEN_BYTES])
{
	char text[LVS_TOKEN_BYTES + 1];	/* and its line end */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), err = fd < 0 ? -errno : 0;
	ssize_t got = 0;

	if (!err) {
		err = check_file(fd, path, message);
		if (!err)
			got = read(fd, text, sizeof(text));
		if (got < 0)
			err = -errno;
		close(fd);
	}
	if (fd < 0 || got < 0)
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "cannot read token file '%s': %s", path, strerror(-err));
	if (err)
		return err;
	if (got && text[got - 1] == '\n')
		got--;
	err = check_text(text, (size_t)got, path, message);
	if (err)
		return err;
	memset(ret_token, 0, LVS_TOKEN_BYTES);
	memcpy(ret_token, text, (size_t)got);
	return 0;
}
