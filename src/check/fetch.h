/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcurl on our loop, for the checks that speak HTTP or TLS. */
#ifndef LVS_CHECK_FETCH_H
#define LVS_CHECK_FETCH_H

#include <curl/curl.h>

#include "check/check.h"
#include "sys/transfers.h"

/**
 * struct lvs_fetch - one transfer of one check; the first member of its @run
 * @easy:	made by the first run, kept for the next ones
 * @finished:	the checker's: the transfer is over and taken out. Has to end the run
 */
struct lvs_fetch {
	struct lvs_check *check;
	CURL *easy;
	struct curl_slist *connect_to, *headers;
	struct lvs_transfer transfer;
	void (*finished)(struct lvs_fetch *fetch, CURLcode code);
	char error[CURL_ERROR_SIZE];
};

/**
 * struct lvs_fetch_tls - whom to believe
 * @name:	that is asked for, and that the certificate has to be valid for; NULL: none
 * @ca:		file of certificates; NULL: the system's
 * @pin:	"sha256//..."; NULL: any key
 */
struct lvs_fetch_tls {
	char *name, *ca, *pin;
	bool verify;
};

/* For lvs_check_ops: each kind of check has transfers of its own. */
int lvs_fetch_set_up(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES]);
void lvs_fetch_tear_down(void *shared);
void lvs_fetch_end(struct lvs_check *check);
void lvs_fetch_cancel(struct lvs_check *check);

/* Fails where libcurl has no TLS. */
int lvs_fetch_set_up_tls(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES]);

/* "sni", "verify", "ca" and "pin". Return: 0 or -ENOMEM; lvs_fetch_tls_fini() is due in either case */
int lvs_fetch_tls_parse(const struct lvs_check_param *params, size_t nparams, struct lvs_fetch_tls *ret_tls);
void lvs_fetch_tls_fini(struct lvs_fetch_tls *tls);

/**
 * lvs_fetch_open() - @fetch->easy with what all checks have
 * @scheme:	"http" or "https"
 * @tls:	NULL: it takes none
 * @path:	of the URL
 *
 * Return: the handle, for more options; NULL without memory
 */
CURL *lvs_fetch_open(struct lvs_fetch *fetch, struct lvs_check *check, const char *scheme,
		     const struct lvs_fetch_tls *tls, const char *path);

/* libcurl's CURLOPT_HEADERFUNCTION and CURLOPT_WRITEFUNCTION, with what both are given; of the handle that was just opened. */
typedef size_t lvs_fetch_fn(char *data, size_t size, size_t n, void *arg);
CURLcode lvs_fetch_hear(struct lvs_fetch *fetch, lvs_fetch_fn *on_header, lvs_fetch_fn *on_body, void *arg);

/* @fetch->easy goes; @fetch->finished is called later. Return: 0, or -EIO: it could not begin */
int lvs_fetch_start(struct lvs_fetch *fetch);

/* Ends the run: FAILED, or BROKEN if @code is about us. */
void lvs_fetch_failed(struct lvs_fetch *fetch, CURLcode code);

#endif
