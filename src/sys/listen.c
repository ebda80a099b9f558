// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handed-in descriptors: the first is 3, $LISTEN_FDS says how many, $LISTEN_FDNAMES what they are called, separated by
 * colons, and $LISTEN_PID for whom they are. The same for systemd, podman and a five-line wrapper, so no library is asked.
 */
#include "sys/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD 3

/* Return: 0 or -EINVAL */
static int number(const char *text, long max, long *ret_value)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < 0 || value > max)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

/* Is the @index-th of the colon-separated @names @name? Return: -1 when there are not so many. */
static int name_at(const char *names, long index, const char *name)
{
	size_t len;

	for (; index > 0; index--) {
		names = strchr(names, ':');
		if (!names)
			return -1;
		names++;
	}
	len = strcspn(names, ":");
	return strlen(name) == len && memcmp(names, name, len) == 0;
}

int lvs_listen_find(const char *name, int *ret_fd)
{
	const char *pid_text = getenv("LISTEN_PID");
	const char *count_text = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	long pid, count;

	if (!pid_text || !count_text)
		return -ENOENT;
	if (number(pid_text, INT32_MAX, &pid) < 0 || number(count_text, LVS_LISTEN_MAX, &count) < 0)
		return -EINVAL;
	if (pid != getpid())	/* left over from the process that started us */
		return -ENOENT;
	for (long i = 0; i < count; i++) {
		int hit = names ? name_at(names, i, name) : strcmp(name, "unknown") == 0;
		int fd = FIRST_FD + (int)i;

		if (hit < 0)
			return -EINVAL;
		if (!hit)
			continue;
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return -errno;
		*ret_fd = fd;
		return 0;
	}
	return -ENOENT;
}
