/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sites: places where real servers stand, and which of them are good for which client, in which order. Made as a whole,
 * then only read.
 */
#ifndef LVS_BASE_SITES_H
#define LVS_BASE_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct lvs_prefix_map;

#define LVS_SITES_MAX 64
#define LVS_SITE_BYTES 32	/* of a name, with its NUL */

/**
 * struct lvs_sites - all of them
 * @names:	site @names[i] is number i + 1
 * @orders:	lists of numbers, each ended by a 0; the first one is for clients that @map does not know
 * @orders_len:	bytes
 * @others:	owners beside the first one; any thread may have one
 * @map:	from a client to where his list begins in @orders; may be NULL, then it knows nobody
 */
struct lvs_sites {
	uint32_t n;
	uint32_t others;
	char names[LVS_SITES_MAX][LVS_SITE_BYTES];
	uint8_t *orders;
	uint32_t orders_len;
	struct lvs_prefix_map *map;
};

/* One more owner. @sites: may be NULL. Return: @sites */
struct lvs_sites *lvs_sites_ref(struct lvs_sites *sites);

/* @sites: from malloc(), as @orders; may be NULL. The last owner's frees it. */
void lvs_sites_free(struct lvs_sites *sites);

/* Return: the number of a site, 0 if there is none of that name. @sites: may be NULL */
uint8_t lvs_sites_find(const struct lvs_sites *sites, const char *name);

/* Return: borrowed; where @client is to go: numbers, ended by a 0. @sites: may be NULL, then to none */
const uint8_t *lvs_sites_order(const struct lvs_sites *sites, const struct lvs_addr *client);

/* Have both the same sites, and the same order for every client? Either may be NULL. */
bool lvs_sites_equal(const struct lvs_sites *a, const struct lvs_sites *b);

#endif
