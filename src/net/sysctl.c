// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files below /proc/sys/net belong to the network namespace of who opens them, and CAP_NET_ADMIN over that namespace
 * is enough to write them; in containers they are often mounted read-only. What cannot be written is therefore never
 * an error of its own: somebody else may set it, and the message says how.
 *
 * System calls: openat, read, write, close.
 */
#include "net/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/say.h"

#define ROOT "/proc/sys/net/"

void lvs_net_sysctls_push(struct lvs_net_sysctls *sysctls, const struct lvs_net_sysctl *sysctl)
{
	for (size_t i = 0; i < sysctls->n; i++)
		if (strcmp(sysctls->v[i].path, sysctl->path) == 0)
			return;
	if (sysctls->n == sysctls->room) {
		size_t room = sysctls->room ? sysctls->room * 2 : 16;
		struct lvs_net_sysctl *v = reallocarray(sysctls->v, room, sizeof(*v));

		if (!v) {
			sysctls->failed = true;
			return;
		}
		sysctls->v = v;
		sysctls->room = room;
	}
	sysctls->v[sysctls->n++] = *sysctl;
}

void lvs_net_sysctls_fini(struct lvs_net_sysctls *sysctls)
{
	free(sysctls->v);
	*sysctls = (struct lvs_net_sysctls){ 0 };
}

static int open_path(const char *path, int flags)
{
	char full[sizeof(ROOT) + LVS_NET_SYSCTL_BYTES];
	int fd;

	(void)snprintf(full, sizeof(full), ROOT "%s", path);
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int lvs_net_sysctl_read(const char *path, int *ret_value)
{
	int fd = open_path(path, O_RDONLY);
	char text[16];
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		len = -errno;
	(void)close(fd);
	if (len <= 0)
		return len < 0 ? (int)len : -EIO;
	text[len] = '\0';
	*ret_value = (int)strtol(text, NULL, 10);
	return 0;
}

static int write_value(const char *path, int value)
{
	int fd = open_path(path, O_WRONLY);
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", value);
	int err = 0;

	if (fd < 0)
		return fd;
	if (write(fd, text, (size_t)len) != len)
		err = -errno;
	(void)close(fd);
	return err;
}

static bool is_fine(const struct lvs_net_sysctl *sysctl, int value)
{
	return value >= 0 && value < 32 && (sysctl->fine >> value & 1);
}

/* Remember @old unless an older value is known; Return: false if there is no memory */
static bool remember(struct lvs_net_memory *memory, const struct lvs_net_sysctl *sysctl, int old)
{
	size_t n = memory->v.n;
	int *olds;

	if (sysctl->fleeting)
		return true;
	olds = reallocarray(memory->old, n + 1, sizeof(*olds));
	if (!olds)
		return false;
	memory->old = olds;
	olds[n] = old;
	lvs_net_sysctls_push(&memory->v, sysctl);
	return !memory->v.failed;
}

/* The names of sysctl(8) have dots where the path has slashes; an interface name with a dot in it keeps to slashes. */
static const char *sysctl_name(const char *path, char name[LVS_NET_SYSCTL_BYTES])
{
	bool dots = strchr(path, '.') == NULL;
	size_t i;

	for (i = 0; path[i]; i++)
		name[i] = dots && path[i] == '/' ? '.' : path[i];
	name[i] = '\0';
	return name;
}

static const char *separator(const char *path)
{
	return strchr(path, '.') ? "/" : ".";
}

void lvs_net_sysctls_apply(const struct lvs_net_sysctls *sysctls, struct lvs_net_memory *memory, struct lvs_net_say *say)
{
	for (size_t i = 0; i < sysctls->n; i++) {
		const struct lvs_net_sysctl *sysctl = &sysctls->v[i];
		char name[LVS_NET_SYSCTL_BYTES];
		int value, err;

		err = lvs_net_sysctl_read(sysctl->path, &value);
		if (err == -ENOENT || (!err && is_fine(sysctl, value)))
			continue;	/* no such file: no such interface any more, or a kernel that lacks it */
		if (!err && !remember(memory, sysctl, value))
			err = -ENOMEM;
		if (!err)
			err = write_value(sysctl->path, sysctl->set);
		if (err)
			lvs_net_complain(say, sysctl->comfort ? LVS_NET_INFO : LVS_NET_WARNING,
					 "cannot write \"" ROOT "%s\": %s; try: sysctl -w net%s%s=%d", sysctl->path,
					 strerror(-err), separator(sysctl->path), sysctl_name(sysctl->path, name),
					 sysctl->set);
		else
			lvs_net_say(say, LVS_NET_INFO, "set net%s%s from %d to %d", separator(sysctl->path),
				    sysctl_name(sysctl->path, name), value, sysctl->set);
	}
}

void lvs_net_sysctls_check(const struct lvs_net_sysctls *sysctls, struct lvs_net_say *say)
{
	for (size_t i = 0; i < sysctls->n; i++) {
		const struct lvs_net_sysctl *sysctl = &sysctls->v[i];
		char name[LVS_NET_SYSCTL_BYTES];
		int value;

		if (sysctl->comfort || lvs_net_sysctl_read(sysctl->path, &value) < 0 || is_fine(sysctl, value))
			continue;
		sysctl_name(sysctl->path, name);
		lvs_net_complain(say, LVS_NET_WARNING, "net%s%s is %d; mend it with: sysctl -w net%s%s=%d",
				 separator(sysctl->path), name, value, separator(sysctl->path), name, sysctl->set);
	}
}

void lvs_net_sysctls_restore(struct lvs_net_memory *memory, struct lvs_net_say *say)
{
	while (memory->v.n) {
		const struct lvs_net_sysctl *sysctl = &memory->v.v[--memory->v.n];
		char name[LVS_NET_SYSCTL_BYTES];
		int value, err;

		if (lvs_net_sysctl_read(sysctl->path, &value) < 0 || value != sysctl->set)
			continue;
		err = write_value(sysctl->path, memory->old[memory->v.n]);
		if (err)
			lvs_net_say(say, LVS_NET_WARNING, "cannot put net%s%s back to %d: %s", separator(sysctl->path),
				    sysctl_name(sysctl->path, name), memory->old[memory->v.n], strerror(-err));
	}
	lvs_net_sysctls_fini(&memory->v);
	free(memory->old);
	memory->old = NULL;
}
