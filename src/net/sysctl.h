/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switches below /proc/sys/net. */
#ifndef LVS_NET_SYSCTL_H
#define LVS_NET_SYSCTL_H

#include <net/if.h>
#include <stddef.h>

#include "base/addr.h"

struct lvs_net_say;

#define LVS_NET_SYSCTL_BYTES 64

/**
 * struct lvs_net_sysctl - a switch that has to stand right
 * @path:	below /proc/sys/net, for example "ipv4/conf/lvs0/rp_filter"
 * @fine:	values that will do: bit n is set for value n
 * @set:	value to write otherwise, below 32
 * @comfort:	everything works without it, only slower: not worth a word in manual mode
 * @fleeting:	belongs to the device, so there is nothing to put back
 */
struct lvs_net_sysctl {
	char path[LVS_NET_SYSCTL_BYTES];
	uint32_t fine;
	int set;
	bool comfort, fleeting;
};

/* What stands in a switch, @path as above. Return: 0, or why it cannot be read; *ret_value is untouched then */
int lvs_net_sysctl_read(const char *path, int *ret_value);

/* In the order in which they should be written. */
struct lvs_net_sysctls {
	struct lvs_net_sysctl *v;
	size_t n, room;
	bool failed;
};

/* Append unless the path is there already; memory that runs out is remembered in @failed. */
void lvs_net_sysctls_push(struct lvs_net_sysctls *sysctls, const struct lvs_net_sysctl *sysctl);

void lvs_net_sysctls_fini(struct lvs_net_sysctls *sysctls);

/**
 * struct lvs_net_memory - what switches were before we touched them
 * @v:	.set: the value we wrote
 * @old:	one for each of @v
 */
struct lvs_net_memory {
	struct lvs_net_sysctls v;
	int *old;
};

/**
 * lvs_net_sysctls_apply() - write those that stand wrong
 * @memory:	remembers what was there before
 * @say:	told about what was written and about what could not be, with the command that does it
 */
void lvs_net_sysctls_apply(const struct lvs_net_sysctls *sysctls, struct lvs_net_memory *memory, struct lvs_net_say *say);

/* Say which ones stand wrong, with the command that mends it. */
void lvs_net_sysctls_check(const struct lvs_net_sysctls *sysctls, struct lvs_net_say *say);

/* Put back, last one first, what still has the value we wrote; consumes @memory. */
void lvs_net_sysctls_restore(struct lvs_net_memory *memory, struct lvs_net_say *say);

#endif
