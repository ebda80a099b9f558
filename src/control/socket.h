/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket that the daemon is asked by, and who it is that asks. */
#ifndef LVS_CONTROL_SOCKET_H
#define LVS_CONTROL_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/addr.h"

#define LVS_CONTROL_MESSAGE_MAX 512
#define LVS_CONTROL_NO_GROUP ((gid_t)-1)

/**
 * lvs_socket_group() - whose members may change things
 * @name:	a name or a number; empty: "lvsd", if there is such a group
 *
 * Return: 0 and a group or LVS_CONTROL_NO_GROUP; -ENOENT
 */
int lvs_socket_group(const char *name, gid_t *ret_group);

/**
 * lvs_socket_unix() - listen at @path
 * @group:	gets the socket, if that is allowed; or LVS_CONTROL_NO_GROUP
 * @message:	set on failure
 *
 * The directory is made where it is missing. What a daemon left behind that is gone is replaced; a socket that somebody
 * listens on is not, nor is anything that is no socket. Needs whatever privilege the path needs.
 *
 * Return: 0; -EADDRINUSE: somebody listens there; or what the system says
 */
int lvs_socket_unix(const char *path, mode_t mode, gid_t group, char message[LVS_CONTROL_MESSAGE_MAX], int *ret_fd);

/* The same over TCP, at an address of this machine. */
int lvs_socket_tcp(const struct lvs_addr *addr, uint16_t port, char message[LVS_CONTROL_MESSAGE_MAX], int *ret_fd);

/**
 * lvs_socket_is_admin() - may who is at the other end of @fd change things?
 * @group:	whose members may, beside root and the user that this process is; or LVS_CONTROL_NO_GROUP
 *
 * Calls: getsockopt, geteuid.
 */
bool lvs_socket_is_admin(int fd, gid_t group);

#endif
