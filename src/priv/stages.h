/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon may do, and when it gives that up. There is no way back.
 *
 *	start	as it was started: by root, with CAP_NET_ADMIN alone, as the root of a user namespace, or with nothing
 *	opened	the device, the raw and netlink sockets, log and notify sockets are open, routes are set
 *	dropped	lvs_priv_drop(): another user, no capability or only CAP_NET_ADMIN, nothing to be gained by execve()
 *	sealed	lvs_priv_seal(): no program, no new file, no new socket but those of health checks; what is open can be used
 *
 * A file that has to be read again after dropping (lvs.conf on SIGHUP) must be readable by the user dropped to.
 */
#ifndef LVS_PRIV_STAGES_H
#define LVS_PRIV_STAGES_H

#include <stdbool.h>

#define LVS_PRIV_MESSAGE_MAX 256
#define LVS_PRIV_USER "lvsd"	/* made by the package; where it is missing, the overflow uid 65534 is used */

/**
 * struct lvs_priv_params - what is wanted
 * @user:	whom to become when started as root: a name or a number; NULL: LVS_PRIV_USER
 * @group:	a name or a number; NULL: the user's own (a number without an account: the group of that number)
 * @net_admin:	keep CAP_NET_ADMIN: addresses, routes and /proc/sys/net are looked after until the end
 */
struct lvs_priv_params {
	const char *user;
	const char *group;
	bool net_admin;
};

/**
 * lvs_priv_drop() - opened -> dropped
 * @message:	always set: on success what we are now, in one line fit for the log; else what failed
 *
 * Leaves supplementary groups, capabilities (bounding and ambient sets too), the ability to gain any, and the right of the
 * same user's processes to look into this one. Started as an ordinary user there is no other user to become. In a user
 * namespace that knows no second user it stays its root, without capabilities, and @message says so. Capabilities belong to
 * threads: others must be made after this.
 *
 * Return: 0; -ENOENT: there is no such user or group; or what the kernel says. After a failure the process must end.
 */
int lvs_priv_drop(const struct lvs_priv_params *params, char message[LVS_PRIV_MESSAGE_MAX]);

/**
 * lvs_priv_seal() - dropped -> sealed
 * @params:	as given to lvs_priv_drop(): with @net_admin, existing files may be opened for writing too (/proc/sys)
 * @message:	always set, as above
 *
 * From here on a system call that is not in the list of priv/seal.c ends the process with SIGSYS, which the kernel's audit
 * log and the service manager name. This is so for all threads. Whatever needs another one is called before, or gets a
 * row with its reason. A build with sanitizers is not sealed, for their runtimes make calls of their own; @message says
 * so then.
 *
 * Return: 0 or -Exxx
 */
int lvs_priv_seal(const struct lvs_priv_params *params, char message[LVS_PRIV_MESSAGE_MAX]);

#endif
