/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and servers by what people call them: their name, their id, or an address with or without its port. */
#ifndef LVS_LVSCTL_OBJECT_H
#define LVS_LVSCTL_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "lvsctl/command.h"

/**
 * lvs_object_services() - all of them, as the API lists them
 * @brief:	without their settings and rates, which is a fifth of the work
 * @ret_services: counted array
 *
 * Return: LVS_EXIT_OK, or an exit status after a message
 */
int lvs_object_services(struct lvs_ctl *ctl, bool brief, json_t **ret_services);

/**
 * lvs_object_listed() - those that a listing is about: the ones named, in that order, or all if none is
 * @words:	@n of them
 * @ret_services: counted array; brief where the listing's options leave no use for the rest
 *
 * Return: as lvs_object_services() and lvs_object_service()
 */
int lvs_object_listed(struct lvs_ctl *ctl, char *words[], size_t n, json_t **ret_services);

/**
 * lvs_object_service() - the one that is meant
 * @services:	of lvs_object_services()
 * @ret_service: borrowed from it
 *
 * Return: LVS_EXIT_OK; LVS_EXIT_NO_OBJECT after a message with what may have been meant; LVS_EXIT_USAGE when several fit
 */
int lvs_object_service(json_t *services, const char *word, json_t **ret_service);

/* The same for a server of a service. */
int lvs_object_server(json_t *service, const char *word, json_t **ret_server);

/**
 * lvs_object_each_server() - all servers of that name or address, in whatever service
 * @take:	called for each; Return: LVS_EXIT_OK to go on
 *
 * Return: what @take said last; LVS_EXIT_NO_OBJECT after a message when there is none
 */
int lvs_object_each_server(json_t *services, const char *word, int (*take)(void *arg, json_t *service, json_t *server), void *arg);

/* "/v1/services/ID", with "/servers/ID" behind it unless @server is NULL. Return: owned, or NULL without memory */
char *lvs_object_path(const json_t *service, const json_t *server);

/* Has it a name that says more than its id? Where lvs.conf gives none, one is made from the address. */
bool lvs_object_is_named(const json_t *object);

/* What to call an object: its name, or its id. Return: borrowed */
const char *lvs_object_name(const json_t *object);

#endif
