/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to the daemon whose failures become a message and an exit status, and what its objects hold. */
#ifndef LVS_LVSCTL_API_H
#define LVS_LVSCTL_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "client/client.h"
#include "lvsctl/command.h"

/* Opens the way to the daemon, once. Return: LVS_EXIT_OK, or an exit status after a message */
int lvs_api_open(struct lvs_ctl *ctl);

/* Says what went wrong, and each of several errors. Return: the exit status for it */
int lvs_api_complain(const struct lvs_problem *problem);

/**
 * lvs_api_call() - ask, and wait for the answer
 * @body:	borrowed; NULL for none
 * @ret_answer:	only after success; lvs_answer_fini() is the caller's. NULL: nobody wants it
 *
 * Return: LVS_EXIT_OK, or an exit status after a message
 */
int lvs_api_call(struct lvs_ctl *ctl, const char *method, const char *path, json_t *body, struct lvs_answer *ret_answer);

/* The same for a GET of JSON. @ret_json: counted */
int lvs_api_get(struct lvs_ctl *ctl, const char *path, json_t **ret_json);

/* Prints JSON for --json. Return: LVS_EXIT_OK */
int lvs_api_print(const json_t *json);

/* A member's text, number or truth; "", 0 and false when it is not there or something else. */
const char *lvs_api_text(const json_t *object, const char *key);
long long lvs_api_int(const json_t *object, const char *key);
double lvs_api_number(const json_t *object, const char *key);
bool lvs_api_true(const json_t *object, const char *key);

#endif
