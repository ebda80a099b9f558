/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the group "geo", the file and the database that it names to one table of clients. For conf/ sources only. */
#ifndef LVS_CONF_GEO_H
#define LVS_CONF_GEO_H

#include <stdbool.h>

#include "base/prefix_map.h"
#include "base/sites.h"
#include "conf/conf.h"
#include "conf/errors.h"

#define LVS_CONF_CODES (26 * 26)

/**
 * struct lvs_conf_geo_maker - a table that is being made
 * @sites:	all but the map; NULL: the file has no group "geo"
 * @orders_size: room in sites->orders
 * @index:	by hash of a list where it stands in sites->orders, and one more; 0: free
 * @norders:	how many there are
 * @entries:	@n of them, room for @size
 * @countries, @continents: by code, which order is for it, and one more; 0: no rule says
 */
struct lvs_conf_geo_maker {
	struct lvs_conf_errors *errors;
	struct lvs_sites *sites;
	size_t orders_size;
	uint32_t *index;
	uint32_t norders;
	struct lvs_prefix_entry *entries;
	size_t n, size;
	uint32_t countries[LVS_CONF_CODES];
	uint32_t continents[LVS_CONF_CODES];
};

/**
 * lvs_conf_geo_build() - check the sites of @conf, and fill in its table
 * @files:	read the file and the database
 *
 * Return: 0, also after findings; or -ENOMEM
 */
int lvs_conf_geo_build(struct lvs_conf *conf, bool files, struct lvs_conf_errors *errors);

/* Sites that servers name and @conf's table does not know. */
void lvs_conf_geo_check_servers(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/**
 * lvs_conf_geo_order() - read a list of sites
 * @text:	@len bytes, without a line's end
 * @where:	where they stand
 * @exact:	@text is what stands there, byte by byte
 * @ret_order:	where the list is in the table
 *
 * Return: 0; -EINVAL, which was reported; or -ENOMEM
 */
int lvs_conf_geo_order(struct lvs_conf_geo_maker *maker, const char *text, size_t len, const struct lvs_conf_where *where,
		       bool exact, uint32_t *ret_order);

/* One more. Return: 0, -E2BIG when there are too many, or -ENOMEM */
int lvs_conf_geo_add(struct lvs_conf_geo_maker *maker, const struct lvs_prefix_entry *entry);

/* Of two capital letters, below LVS_CONF_CODES; LVS_CONF_CODES if @code, of @len bytes, is something else. */
uint32_t lvs_conf_geo_code(const char *code, size_t len);

/**
 * lvs_conf_geo_parse() - read the text of a file of prefixes; each entry is tagged with where its line begins
 *
 * Return: 0, also after findings; or -ENOMEM
 */
int lvs_conf_geo_parse(struct lvs_conf_geo_maker *maker, const char *text, size_t len);

/**
 * lvs_conf_geo_database() - read a database; what it says is weak
 * @where:	where its name stands
 *
 * Return: 0, also after findings; or -ENOMEM
 */
int lvs_conf_geo_database(struct lvs_conf_geo_maker *maker, const char *path, const struct lvs_conf_where *where);

#endif
