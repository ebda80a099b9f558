/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long listings, object by object, while they come in. */
#ifndef LVS_CLIENT_EACH_H
#define LVS_CLIENT_EACH_H

#include "client/client.h"

/**
 * typedef lvs_client_object - takes one object of a listing
 * @object:	borrowed
 *
 * Return: 0 to go on, anything else to break off
 */
typedef int lvs_client_object(void *arg, json_t *object);

/**
 * lvs_client_each() - GET a listing: an object whose one array holds objects
 * @path:	as in struct lvs_request
 * @take:	called with each object of the array, in order; no more than one is in memory at a time
 * @ret_answer:	as for lvs_client_call(); after a success there is nothing in it but the status
 *
 * A listing that ends before its time is LVS_FAILURE_ANSWER; what came before was taken by then.
 *
 * Return: as lvs_client_call()
 */
enum lvs_failure lvs_client_each(struct lvs_client *client, const char *path, lvs_client_object *take, void *arg,
				 struct lvs_answer *ret_answer);

#endif
