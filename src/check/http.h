/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What http and https have in common: all but TLS. */
#ifndef LVS_CHECK_HTTP_H
#define LVS_CHECK_HTTP_H

#include "check/fetch.h"

struct lvs_http_config;

#define LVS_HTTP_RUN_BYTES 1536

int lvs_http_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		   char message[LVS_CHECK_MESSAGE_BYTES]);
void lvs_http_free_config(void *config);

/* @scheme: "http" or "https" */
void lvs_http_start(struct lvs_check *check, const char *scheme);
void lvs_http_cancel(struct lvs_check *check);

#endif
