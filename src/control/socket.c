// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A socket outlives the process that made it, so whoever finds one asks it: when nobody answers it is removed and made
 * anew. It comes into being with a mode that lets nobody in, and gets its group first and its mode last.
 *
 * Who connects is what the kernel says of the process at the moment when it connected; it need not say anything itself.
 * Users that this user namespace does not know are all seen as one, which may be this process' own number: that one is
 * nobody.
 */
#include "control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "sys/addrtext.h"

#define DEFAULT_GROUP "lvsd"
#define OVERFLOW_ID 65534
#define GROUPS_MAX 1024
/* Who finds no room here is sent away by the kernel, though the next one might have been let in. */
#define BACKLOG 512

int lvs_socket_group(const char *name, gid_t *ret_group)
{
	const struct group *group = getgrnam(*name ? name : DEFAULT_GROUP);
	unsigned long value;
	char *end;

	if (group) {
		*ret_group = group->gr_gid;
		return 0;
	}
	if (!*name) {
		*ret_group = LVS_CONTROL_NO_GROUP;
		return 0;
	}
	errno = 0;
	value = strtoul(name, &end, 10);
	if (errno || *name < '0' || *name > '9' || *end || value >= UINT32_MAX)
		return -ENOENT;
	*ret_group = (gid_t)value;
	return 0;
}

static int fail(char *message, int err, const char *what, const char *path)
{
	(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "cannot %s '%s': %s", what, path, strerror(-err));
	return err;
}

/* All that is missing of the directories above @path. */
static int make_directory(const char *path, char *message)
{
	char directory[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		memcpy(directory, path, (size_t)(slash - path));
		directory[slash - path] = '\0';
		if (mkdir(directory, 0755) < 0 && errno != EEXIST)
			return fail(message, -errno, "make directory", directory);
	}
	return 0;
}

/* Return: 0: nobody is there any more, and @path is free; -EADDRINUSE; or -Exxx */
static int replace(const struct sockaddr_un *addr, char *message)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(addr->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : fail(message, -errno, "look at", addr->sun_path);
	if (!S_ISSOCK(st.st_mode)) {
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "cannot make socket '%s': there is something else, which stays",
			       addr->sun_path);
		return -EEXIST;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(message, -errno, "ask at socket", addr->sun_path);
	/* EAGAIN: so many others ask there that we would have to wait. */
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 || errno == EAGAIN)
		err = -EADDRINUSE;
	else if (errno != ECONNREFUSED && errno != ENOENT)
		err = -errno;
	close(fd);
	if (err == -EADDRINUSE)
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "another director listens at '%s': give this one a \"socket\" of its own",
			       addr->sun_path);
	else if (err)
		return fail(message, err, "ask at socket", addr->sun_path);
	else if (unlink(addr->sun_path) < 0 && errno != ENOENT)
		return fail(message, -errno, "replace socket", addr->sun_path);
	return err;
}

static int bind_unix(int fd, const struct sockaddr_un *addr, mode_t mode, gid_t group, char *message)
{
	mode_t old = umask(0777);
	int err = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? -errno : 0;

	(void)umask(old);
	if (err)
		return fail(message, err, "make socket", addr->sun_path);
	/* Who may not give it away has a socket for himself. */
	if (group != LVS_CONTROL_NO_GROUP && lchown(addr->sun_path, (uid_t)-1, group) < 0 && errno != EPERM && errno != EINVAL)
		return fail(message, -errno, "change the group of", addr->sun_path);
	if (chmod(addr->sun_path, mode) < 0)
		return fail(message, -errno, "change the mode of", addr->sun_path);
	if (listen(fd, BACKLOG) < 0)
		return fail(message, -errno, "listen at", addr->sun_path);
	return 0;
}

int lvs_socket_unix(const char *path, mode_t mode, gid_t group, char message[LVS_CONTROL_MESSAGE_MAX], int *ret_fd)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return fail(message, -ENAMETOOLONG, "make socket", path);
	memcpy(addr.sun_path, path, strlen(path));
	err = make_directory(path, message);
	if (!err)
		err = replace(&addr, message);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(message, -errno, "make socket", path);
	err = bind_unix(fd, &addr, mode, group, message);
	if (err) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

static socklen_t socket_address(const struct lvs_addr *addr, uint16_t port, struct sockaddr_storage *ret_addr)
{
	struct sockaddr_in *in = (void *)ret_addr;
	struct sockaddr_in6 *in6 = (void *)ret_addr;

	memset(ret_addr, 0, sizeof(*ret_addr));
	if (lvs_addr_is4(addr)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, addr->bytes + 12, sizeof(in->sin_addr));
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, addr->bytes, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

int lvs_socket_tcp(const struct lvs_addr *addr, uint16_t port, char message[LVS_CONTROL_MESSAGE_MAX], int *ret_fd)
{
	char text[LVS_ENDPOINT_TEXT_BYTES];
	struct sockaddr_storage storage;
	socklen_t len = socket_address(addr, port, &storage);
	const int one = 1;
	int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	(void)lvs_endpoint_format(addr, port, text);
	if (fd < 0)
		return fail(message, -errno, "make a socket for", text);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&storage, len) < 0 || listen(fd, BACKLOG) < 0) {
		err = -errno;
		close(fd);
		return fail(message, err, "listen at", text);
	}
	*ret_fd = fd;
	return 0;
}

static bool is_member(int fd, gid_t own, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);

	if (own == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == group)
			return true;
	return false;
}

bool lvs_socket_is_admin(int fd, gid_t group)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || len != sizeof(peer))
		return false;
	if (peer.uid == 0 || (peer.uid == geteuid() && peer.uid != OVERFLOW_ID))
		return true;
	return group != LVS_CONTROL_NO_GROUP && group != OVERFLOW_ID && is_member(fd, peer.gid, group);
}
