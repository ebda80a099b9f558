// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One socket for each family. They receive nothing: protocol 255 never arrives. The kernel fills in the IPv4 header
 * checksum, and the identification only where it is 0; everything else goes out as it is.
 */
#include "io/direct.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bursts wait here while the interface is busy. */
#define QUEUE_BYTES (4 * 1024 * 1024)

#ifndef IPV6_HDRINCL	/* headers before Linux 4.20 */
#define IPV6_HDRINCL 36
#endif

struct lvs_direct {
	int fd4, fd6;
};

static int open_one(int family)
{
	const int on = 1, bytes = QUEUE_BYTES;
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	int err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, family == AF_INET ? IP_HDRINCL : IPV6_HDRINCL,
		       &on, sizeof(on)) < 0) {
		err = errno;
		(void)close(fd);
		return -err;
	}
	/* Without CAP_NET_ADMIN the system's limit holds. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return fd;
}

int lvs_direct_open(struct lvs_direct **ret_direct)
{
	struct lvs_direct *direct = calloc(1, sizeof(*direct));
	int err;

	if (!direct)
		return -ENOMEM;
	direct->fd6 = -1;
	direct->fd4 = open_one(AF_INET);
	err = direct->fd4;
	if (err >= 0) {
		direct->fd6 = open_one(AF_INET6);
		err = direct->fd6 == -EAFNOSUPPORT ? 0 : direct->fd6;
	}
	if (err < 0) {
		lvs_direct_close(direct);
		return err;
	}
	*ret_direct = direct;
	return 0;
}

/* Calls: sendto. */
int lvs_direct_send(const struct lvs_direct *direct, const struct lvs_packet *packet)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} to;
	socklen_t bytes;
	ssize_t done;

	memset(&to, 0, sizeof(to));
	if (lvs_addr_is4(packet->via)) {
		to.in.sin_family = AF_INET;
		to.in.sin_addr.s_addr = (LVS_FORCE uint32_t)packet->via->words[3];
		bytes = sizeof(to.in);
	} else {
		to.in6.sin6_family = AF_INET6;
		memcpy(&to.in6.sin6_addr, packet->via->bytes, sizeof(to.in6.sin6_addr));
		bytes = sizeof(to.in6);
	}
	do
		done = sendto(bytes == sizeof(to.in) ? direct->fd4 : direct->fd6, packet->data, packet->len, 0, &to.any, bytes);
	while (lvs_unlikely(done < 0) && errno == EINTR);
	return done < 0 ? -errno : 0;
}

void lvs_direct_close(struct lvs_direct *direct)
{
	if (!direct)
		return;
	if (direct->fd4 >= 0)
		(void)close(direct->fd4);
	if (direct->fd6 >= 0)
		(void)close(direct->fd6);
	free(direct);
}
