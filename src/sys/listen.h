/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that whoever started us opened for us: sd_listen_fds(3). */
#ifndef LVS_SYS_LISTEN_H
#define LVS_SYS_LISTEN_H

#define LVS_LISTEN_MAX 64	/* descriptors; systemd's FileDescriptorStoreMax= is asked for as much */

/**
 * lvs_listen_find() - find a handed-in descriptor by name
 * @name:	as in $LISTEN_FDNAMES; where that is not set all are called "unknown", as sd_listen_fds_with_names(3) has it
 * @ret_fd:	the caller's from now on: close-on-exec is set; nobody else closes it
 *
 * Reads $LISTEN_PID, $LISTEN_FDS and $LISTEN_FDNAMES, and leaves them: two names can be asked for.
 *
 * Return: 0; -ENOENT: nothing of that name was handed to this process; -EINVAL: the variables contradict themselves;
 * -EBADF: the descriptor is not open
 */
int lvs_listen_find(const char *name, int *ret_fd);

#endif
