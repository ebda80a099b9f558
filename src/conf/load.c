// SPDX-License-Identifier: GPL-2.0-or-later
/* The file is read as a whole before anything looks at it, so that one text at one moment is what is parsed. */
#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/errors.h"

/* Pipes and /proc files have no size beforehand: the buffer grows until the end has come. */
static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	size_t len = 0, size = 0;
	char *text = NULL;
	int err = 0;

	for (;;) {
		ssize_t got;

		if (len == size) {
			size_t more = size ? size * 2 : 65536;
			char *larger = len > LVS_CONF_FILE_BYTES_MAX ? NULL : realloc(text, more);

			if (!larger) {
				err = len > LVS_CONF_FILE_BYTES_MAX ? -EFBIG : -ENOMEM;
				break;
			}
			text = larger;
			size = more;
		}
		got = read(fd, text + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = -errno;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (err == 0 && len > LVS_CONF_FILE_BYTES_MAX)
		err = -EFBIG;
	if (err < 0) {
		free(text);
		return err;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int lvs_conf_load(const char *path, struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;
	char *text = NULL;
	size_t len = 0;

	if (err == 0)
		err = read_all(fd, &text, &len);
	if (fd >= 0)
		close(fd);
	if (err < 0) {
		lvs_conf_errors_init(errors, path, NULL, 0);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, NULL, NULL, "cannot be read: %s", strerror(-err));
		return err;
	}
	err = lvs_conf_parse(text, len, path, errors, ret_conf);
	free(text);
	return err;
}
