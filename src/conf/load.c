// SPDX-License-Identifier: GPL-2.0-or-later
/* The file is read as a whole before anything looks at it, so that one text at one moment is what is parsed. */
#include "conf/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/errors.h"
#include "conf/parse.h"

/* Pipes and /proc files have no size beforehand: the buffer grows until the end has come. */
static int read_all(int fd, size_t max, char **ret_text, size_t *ret_len)
{
	size_t len = 0, size = 0;
	char *text = NULL;
	int err = 0;

	for (;;) {
		ssize_t got;

		if (len == size) {
			size_t more = size ? size * 2 : 65536;
			char *larger = len > max ? NULL : realloc(text, more);

			if (!larger) {
				err = len > max ? -EFBIG : -ENOMEM;
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
	if (err == 0 && len > max)
		err = -EFBIG;
	if (err < 0) {
		free(text);
		return err;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int lvs_conf_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, max, ret_text, ret_len);
	close(fd);
	return err;
}

int lvs_conf_load(const char *path, struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	char *text = NULL;
	size_t len = 0;
	int err = lvs_conf_read_file(path, LVS_CONF_FILE_BYTES_MAX, &text, &len);

	if (err < 0) {
		lvs_conf_errors_init(errors, path, NULL, 0);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, NULL, NULL, "cannot be read: %s", strerror(-err));
		return err;
	}
	err = lvs_conf_parse_text(text, len, path, true, errors, ret_conf);
	free(text);
	return err;
}
