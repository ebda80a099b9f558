/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONF_SUGGEST_H
#define LVS_CONF_SUGGEST_H

#include <stddef.h>

/**
 * struct lvs_conf_suggest - looks for the candidate that somebody who wrote @wrong may have meant
 * @best:	the nearest candidate so far, borrowed; NULL while none is near enough
 */
struct lvs_conf_suggest {
	const char *wrong;
	const char *best;
	unsigned int distance;
};

/* @wrong: borrowed */
void lvs_conf_suggest_init(struct lvs_conf_suggest *suggest, const char *wrong);

/* Among equally near ones the first stays. */
void lvs_conf_suggest_try(struct lvs_conf_suggest *suggest, const char *candidate);

#endif
