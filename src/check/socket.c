// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which errors of connect() are the server's and which are ours: a host that answers with a reset, or that nobody on the
 * way can reach, is down; a director without descriptors, ports or memory knows nothing.
 */
#include "check/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"

socklen_t lvs_sockaddr_of(const struct lvs_addr *addr, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	memset(ret, 0, sizeof(*ret));
	if (lvs_addr_is4(addr)) {
		memcpy(&in.sin_addr, &addr->bytes[12], sizeof(in.sin_addr));
		memcpy(ret, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, addr->bytes, sizeof(in6.sin6_addr));
	memcpy(ret, &in6, sizeof(in6));
	return sizeof(in6);
}

bool lvs_check_is_ours(int err)
{
	switch (err) {
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
	case -ETIMEDOUT:
	case -EHOSTDOWN:
	case -EPIPE:
		return false;
	default:
		return true;
	}
}

/* A run that connects a second time has done with the first. */
static int lead(struct lvs_check *check, int fd, int type)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	int err;

	if (!check->guide)
		return -EOPNOTSUPP;
	if (getsockname(fd, (struct sockaddr *)&from, &len) < 0)
		return -errno;
	lvs_check_leave(check);
	/* The port is at the same place in both families. */
	check->lead = (struct lvs_check_lead){ type, ntohs(((const struct sockaddr_in *)(const void *)&from)->sin_port) };
	err = check->guide->lead(check->guide->arg, check);
	if (err)
		check->lead = (struct lvs_check_lead){ .type = 0 };
	return err;
}

int lvs_check_bind(struct lvs_check *check, int fd, int type)
{
	struct sockaddr_storage from;
	socklen_t len;

	if (lvs_addr_is_any(&check->source))
		return check->through.forward ? -EINVAL : 0;
	len = lvs_sockaddr_of(&check->source, 0, &from);
	if (bind(fd, (const struct sockaddr *)&from, len) < 0)
		return -errno;
	return check->through.forward ? lead(check, fd, type) : 0;
}

void lvs_check_leave(struct lvs_check *check)
{
	if (check->lead.type)
		check->guide->leave(check->guide->arg, check);
	check->lead = (struct lvs_check_lead){ .type = 0 };
}

int lvs_check_connect(struct lvs_check *check, int type, int *ret_fd, bool *ret_broken)
{
	struct sockaddr_storage to;
	socklen_t to_len = lvs_sockaddr_of(&check->addr, check->port, &to);
	int fd = socket(to.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err;

	if (fd < 0) {
		*ret_broken = true;
		return -errno;
	}
	err = lvs_check_bind(check, fd, type);
	*ret_broken = err < 0;
	if (!err && connect(fd, (const struct sockaddr *)&to, to_len) < 0 && errno != EINPROGRESS) {
		err = -errno;
		*ret_broken = lvs_check_is_ours(err);
	}
	if (err) {
		(void)close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

int lvs_check_connected(int fd)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		return -errno;
	return -err;
}

void lvs_check_refused(struct lvs_check *check, int err, bool broken)
{
	if (broken && check->through.forward && err == -ENOENT)
		lvs_check_broken(check, "no service has the server there");
	else if (broken && check->through.forward && err == -ENOSPC)
		lvs_check_broken(check, "too many checks are on their way");
	else if (broken || lvs_check_is_ours(err))
		lvs_check_broken(check, "cannot connect: %s", strerror(-err));
	else
		lvs_check_failed(check, "connect: %s", strerror(-err));
}
