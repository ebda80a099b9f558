/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of net: told once when they happen, or, for what lasts, once when it begins. */
#ifndef LVS_NET_SAY_H
#define LVS_NET_SAY_H

#include "net/net.h"

/**
 * struct lvs_net_say - where messages go
 * @before:	hashes of the complaints of the last round
 * @current:	hashes of those of this round
 */
struct lvs_net_say {
	void *arg;
	void (*say)(void *arg, enum lvs_net_level level, const char *text);
	uint64_t *before, *current;
	size_t nbefore, ncurrent, room_before, room_current;
};

/* Something happened. */
void lvs_net_say(struct lvs_net_say *say, enum lvs_net_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Something is wrong: said unless the round before has said the same. */
void lvs_net_complain(struct lvs_net_say *say, enum lvs_net_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The host is looked at anew: complaints begin again, those that stay true remain silent. */
void lvs_net_say_round(struct lvs_net_say *say);

void lvs_net_say_fini(struct lvs_net_say *say);

#endif
