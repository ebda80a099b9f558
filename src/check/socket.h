/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What checkers that speak for themselves do with sockets. */
#ifndef LVS_CHECK_SOCKET_H
#define LVS_CHECK_SOCKET_H

#include <sys/socket.h>

#include "base/addr.h"

struct lvs_check;

/* Return: the length of what was filled in */
socklen_t lvs_sockaddr_of(const struct lvs_addr *addr, uint16_t port, struct sockaddr_storage *ret);

/**
 * lvs_check_bind() - @fd comes from where the check wants to come from, and is led to where it is to go
 *
 * Has to be the last thing before it is connected. Calls: bind, getsockname.
 *
 * Return: 0 or -Exxx, which is ours
 */
int lvs_check_bind(struct lvs_check *check, int fd, int type);

/* What lvs_check_bind() began for the run is over. Nothing happens if there is nothing. */
void lvs_check_leave(struct lvs_check *check);

/**
 * lvs_check_connect() - a socket of its own for a run, on its way to the server
 * @type:	SOCK_STREAM or SOCK_DGRAM
 * @ret_fd:	the caller's; non-blocking. When it is writable lvs_check_connected() says how it went.
 * @ret_broken:	on failure: was it ours?
 *
 * Calls: socket, bind, getsockname, connect, close.
 *
 * Return: 0, or -Exxx; then @ret_fd is untouched, and lvs_check_refused() may say it
 */
int lvs_check_connect(struct lvs_check *check, int type, int *ret_fd, bool *ret_broken);

/* Return: 0, or what connect() came to, -Exxx. Calls: getsockopt. */
int lvs_check_connected(int fd);

/* Is @err, -Exxx, one of ours, that says nothing of the server? */
bool lvs_check_is_ours(int err);

/* Ends the run: FAILED, or BROKEN as lvs_check_connect() had it, "connect: Connection refused". */
void lvs_check_refused(struct lvs_check *check, int err, bool broken);

#endif
