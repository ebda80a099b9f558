/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source pool: addresses that are seen in place of others; and whose place they take. */
#ifndef LVS_CONF_POOL_H
#define LVS_CONF_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/prefix.h"

#define LVS_CONF_POOL_MAX 1024	/* addresses of both families */

struct lvs_conf;
struct lvs_conf_director;
struct lvs_conf_errors;
struct lvs_conf_server;
struct lvs_conf_service;

/**
 * lvs_conf_pool_parse() - read "10.0.0.64-10.0.0.71, 2001:db8:1::100"
 * @ret_addrs:	in ascending order, each once
 *
 * Return: NULL, or why it is refused, as the end of a sentence about the text
 */
const char *lvs_conf_pool_parse(const char *text, struct lvs_addr ret_addrs[LVS_CONF_POOL_MAX], uint32_t *ret_n);

#define LVS_CONF_MASQUERADE_MAX 64	/* networks */

/**
 * lvs_conf_masquerade_parse() - read "servers, 10.0.0.0/24"
 * @ret_servers: it names all real servers
 * @ret_prefixes: the networks that it names
 *
 * Return: NULL, or why it is refused, as the end of a sentence about the text
 */
const char *lvs_conf_masquerade_parse(const char *text, bool *ret_servers,
				      struct lvs_prefix ret_prefixes[LVS_CONF_MASQUERADE_MAX], uint32_t *ret_n);

/* For the table of keys. */
const char *lvs_conf_bad_pool(const void *value);
const char *lvs_conf_bad_masquerade(const void *value);

/**
 * lvs_conf_sources() - where connections come from whose source is translated
 *
 * The pool; of a family that has no address in it, the director's own address, if there is one.
 *
 * Return: how many
 */
uint32_t lvs_conf_sources(const struct lvs_conf_director *director, struct lvs_addr ret_addrs[LVS_CONF_POOL_MAX + 2]);

/* @four: of IPv4, else of IPv6 */
bool lvs_conf_has_source(const struct lvs_conf_director *director, bool four);

/* An address of the pool is nobody else's, and there is one for whoever is masqueraded. */
void lvs_conf_check_pool(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/* @server is one of "fullnat". */
void lvs_conf_check_fullnat(const struct lvs_conf *conf, const struct lvs_conf_service *service,
			    const struct lvs_conf_server *server, struct lvs_conf_errors *errors);

#endif
