// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * opened -> dropped. First who we can become is found out, from the user and group asked for and from what this user
 * namespace knows; then libcap-ng changes ids and capabilities in the one order that works (keep capabilities over
 * setresuid(), groups before users, the bounding set while CAP_SETPCAP is there). Nothing is changed before everything
 * was looked up.
 */
#include "priv/stages.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define OVERFLOW_ID 65534	/* "nobody" and "nogroup": owns nothing, by convention */

struct identity {
	uid_t uid;
	gid_t gid;
};

/* Return: true and the number, when @text is nothing but a number */
static bool is_number(const char *text, uint32_t *ret_id)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value >= UINT32_MAX)	/* the last one means "leave it" to the kernel */
		return false;
	*ret_id = (uint32_t)value;
	return true;
}

/* Return: 0, or -ENOENT and a message */
static int find_identity(const struct lvs_priv_params *params, char *message, struct identity *ret_id)
{
	struct identity id = { .uid = OVERFLOW_ID, .gid = OVERFLOW_ID };
	const struct passwd *passwd = getpwnam(params->user ? params->user : LVS_PRIV_USER);
	const struct group *group;

	if (passwd) {
		id.uid = passwd->pw_uid;
		id.gid = passwd->pw_gid;
	} else if (params->user && is_number(params->user, &id.uid)) {
		id.gid = id.uid;
	} else if (params->user) {
		(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "there is no user \"%s\"", params->user);
		return -ENOENT;
	}
	if (params->group) {
		group = getgrnam(params->group);
		if (group) {
			id.gid = group->gr_gid;
		} else if (!is_number(params->group, &id.gid)) {
			(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "there is no group \"%s\"", params->group);
			return -ENOENT;
		}
	}
	*ret_id = id;
	return 0;
}

/* Does this user namespace know @id? user_namespaces(7): lines of "first-inside first-outside count". */
static bool is_mapped(const char *path, uint32_t id)
{
	unsigned long first, count;
	bool found = false;
	FILE *file = fopen(path, "re");

	if (!file)
		return true;	/* no /proc, or no user namespaces: then the kernel will tell */
	while (!found && fscanf(file, "%lu %*u %lu", &first, &count) == 2)
		found = id >= first && id - first < count;
	(void)fclose(file);
	return found;
}

/* A process that was given a few capabilities but not these two cannot become anybody else. */
static bool may_change_ids(void)
{
	return capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID);
}

/* Return: true: become @id; false: stay who we are, and @ret_why says why, unless there is nothing to say */
static bool choose(const struct identity *id, const char **ret_why)
{
	*ret_why = "";
	if (geteuid() != 0)
		return false;
	if (!is_mapped("/proc/self/uid_map", id->uid) || !is_mapped("/proc/self/gid_map", id->gid))
		*ret_why = " (this user namespace knows no other user)";
	else if (!may_change_ids())
		*ret_why = " (no CAP_SETUID and CAP_SETGID to become another user)";
	else
		return true;
	return false;
}

/* Return: 0 or -Exxx */
static int change(const struct identity *id, bool other, bool net_admin)
{
	bool setpcap = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);

	capng_clear(CAPNG_SELECT_ALL);
	if (net_admin)
		(void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
	errno = 0;
	if (other) {
		if (capng_change_id((int)id->uid, (int)id->gid,
				    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT) != 0)
			return errno ? -errno : -EPERM;
	} else {
		/* Without CAP_SETPCAP the bounding set stays, and libcap-ng would complain to syslog; no_new_privs takes its
		 * meaning away. */
		if (setpcap)
			(void)capng_apply(CAPNG_SELECT_BOUNDS);
		if (capng_apply(CAPNG_SELECT_CAPS) != 0 || capng_apply(CAPNG_SELECT_AMBIENT) != 0)
			return errno ? -errno : -EPERM;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
#ifndef LVS_SANITIZED	/* LeakSanitizer looks at us with ptrace */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
#endif
	return 0;
}

/* Believe the kernel, not the calls that should have done it. */
static bool is_dropped(const struct identity *id, bool other, bool net_admin)
{
	if (other && (getuid() != id->uid || geteuid() != id->uid || getgid() != id->gid || getegid() != id->gid))
		return false;
	if (other && id->uid != 0 && setuid(0) == 0)
		return false;
	if (capng_get_caps_process() < 0)
		return false;
	if (net_admin)
		(void)capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
	return capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE;
}

int lvs_priv_drop(const struct lvs_priv_params *params, char message[LVS_PRIV_MESSAGE_MAX])
{
	struct identity id = { .uid = geteuid(), .gid = getegid() };
	struct identity wanted = id;
	const char *why;
	bool net_admin, other;
	int err;

	if (capng_get_caps_process() < 0) {
		(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "cannot read own capabilities");
		return -EPERM;
	}
	if (geteuid() == 0) {
		err = find_identity(params, message, &wanted);
		if (err < 0)
			return err;
	}
	other = choose(&wanted, &why);
	if (other)
		id = wanted;
	net_admin = params->net_admin && capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN);
	err = change(&id, other, net_admin);
	if (err == 0 && !is_dropped(&id, other, net_admin))
		err = -EPERM;
	if (err < 0) {
		(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "cannot give up privileges as uid %u, gid %u: %s", id.uid,
			       id.gid, strerror(-err));
		return err;
	}
	(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "running as uid %u, gid %u%s with %s", id.uid, id.gid, why,
		       net_admin ? "CAP_NET_ADMIN only" : "no capability");
	return 0;
}
