// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl (sys/transfers.h) is told the server's address, whatever the URL's host is, so that it never looks up a name;
 * takes no proxy, no connection that is open already and no other protocol; and is not asked to decode anything, so that
 * nothing can swell.
 */
#include "check/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "check/socket.h"
#include "sys/addrtext.h"

#define TOO_LARGE 100	/* CURLE_TOO_LARGE, a name that libcurl's headers have since 8.6 */

static void on_finished(struct lvs_transfer *transfer, CURLcode code)
{
	struct lvs_fetch *fetch = container_of(transfer, struct lvs_fetch, transfer);

	fetch->finished(fetch, code);
}

void lvs_fetch_tear_down(void *shared)
{
	lvs_transfers_free(shared);
}

int lvs_fetch_set_up(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct lvs_transfers *transfers;
	int err = lvs_transfers_new(base, &transfers);

	if (err)
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "libcurl cannot be used");
	else
		*ret_shared = transfers;
	return err;
}

int lvs_fetch_set_up_tls(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES])
{
	if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL)) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "this libcurl has no TLS");
		return -ENOTSUP;
	}
	return lvs_fetch_set_up(base, ret_shared, message);
}

/* Return: 0, also if there is no @name; or -ENOMEM */
static int copy_param(const struct lvs_check_param *params, size_t nparams, const char *name, char **ret_copy)
{
	const char *value = lvs_check_param_find(params, nparams, name);

	*ret_copy = value ? strdup(value) : NULL;
	return value && !*ret_copy ? -ENOMEM : 0;
}

int lvs_fetch_tls_parse(const struct lvs_check_param *params, size_t nparams, struct lvs_fetch_tls *ret_tls)
{
	const char *name = lvs_check_param_find(params, nparams, "sni") ? "sni" : "host";
	int err;

	*ret_tls = (struct lvs_fetch_tls){ .verify = lvs_check_param_find(params, nparams, "verify") };
	err = copy_param(params, nparams, name, &ret_tls->name);
	if (!err)
		err = copy_param(params, nparams, "ca", &ret_tls->ca);
	if (!err)
		err = copy_param(params, nparams, "pin", &ret_tls->pin);
	return err;
}

void lvs_fetch_tls_fini(struct lvs_fetch_tls *tls)
{
	free(tls->name);
	free(tls->ca);
	free(tls->pin);
}

static int set_url(struct lvs_fetch *fetch, const char *scheme, const char *host, const char *path)
{
	const struct lvs_check *check = fetch->check;
	char to[LVS_ENDPOINT_TEXT_BYTES + 2], endpoint[LVS_ENDPOINT_TEXT_BYTES], *url = NULL;
	int len;

	(void)snprintf(to, sizeof(to), "::%s", lvs_endpoint_format(&check->addr, check->port, endpoint));
	if (host)
		len = asprintf(&url, "%s://%s:%u%s", scheme, host, check->port, path);
	else
		len = asprintf(&url, "%s://%s%s", scheme, endpoint, path);
	if (len < 0)
		return -ENOMEM;
	fetch->connect_to = curl_slist_append(NULL, to);
	if (!fetch->connect_to || curl_easy_setopt(fetch->easy, CURLOPT_URL, url) != CURLE_OK) {
		free(url);
		return -ENOMEM;
	}
	free(url);
	return 0;
}

static CURLcode set_tls(CURL *easy, const struct lvs_fetch_tls *tls)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long)tls->verify);

	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls->verify ? 2L : 0L);
	if (code == CURLE_OK && tls->ca)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca);
	if (code == CURLE_OK && tls->pin)
		code = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, tls->pin);
	/* Each run is a handshake of its own, as a new client's would be. */
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	return code;
}

/* In the place of libcurl's own way to a source, which tells nobody of the port before it connects. */
static int bind_to_check(struct lvs_transfer *transfer, int fd, int type)
{
	return lvs_check_bind(container_of(transfer, struct lvs_fetch, transfer)->check, fd, type);
}

static CURLcode set_source(struct lvs_fetch *fetch)
{
	char from[LVS_ADDR_TEXT_BYTES], interface[LVS_ADDR_TEXT_BYTES + 5];

	fetch->transfer.bind = fetch->check->through.forward ? bind_to_check : NULL;
	if (fetch->check->through.forward)
		return CURLE_OK;
	if (lvs_addr_is_any(&fetch->check->source))
		return CURLE_OK;
	(void)snprintf(interface, sizeof(interface), "host!%s", lvs_addr_format(&fetch->check->source, from));
	return curl_easy_setopt(fetch->easy, CURLOPT_INTERFACE, interface);
}

static CURLcode set_common(struct lvs_fetch *fetch)
{
	/* A cache of names, of which there are none, would be searched from end to end by each run. */
	const struct { CURLoption option; long value; } flags[] = {
		{ CURLOPT_NOSIGNAL, 1 }, { CURLOPT_FRESH_CONNECT, 1 }, { CURLOPT_FORBID_REUSE, 1 }, { CURLOPT_BUFFERSIZE, 4096 },
		{ CURLOPT_DNS_CACHE_TIMEOUT, 0 },
	};
	const struct { CURLoption option; const char *value; } texts[] = {
		{ CURLOPT_PROXY, "" }, { CURLOPT_USERAGENT, "lvsd/" PACKAGE_VERSION },
	};
	CURLcode code = CURLE_OK;
	CURL *easy = fetch->easy;

	for (size_t i = 0; i < ARRAY_LEN(flags) && code == CURLE_OK; i++)
		code = curl_easy_setopt(easy, flags[i].option, flags[i].value);
	for (size_t i = 0; i < ARRAY_LEN(texts) && code == CURLE_OK; i++)
		code = curl_easy_setopt(easy, texts[i].option, texts[i].value);
	if (code == CURLE_OK)
		code = set_source(fetch);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
	return code;
}

CURL *lvs_fetch_open(struct lvs_fetch *fetch, struct lvs_check *check, const char *scheme,
		     const struct lvs_fetch_tls *tls, const char *path)
{
	fetch->check = check;
	fetch->easy = curl_easy_init();
	if (!fetch->easy)
		return NULL;
	if (set_common(fetch) != CURLE_OK || set_url(fetch, scheme, tls ? tls->name : NULL, path) ||
	    curl_easy_setopt(fetch->easy, CURLOPT_CONNECT_TO, fetch->connect_to) != CURLE_OK ||
	    (tls && set_tls(fetch->easy, tls) != CURLE_OK)) {
		lvs_fetch_end(check);
		return NULL;
	}
	return fetch->easy;
}

CURLcode lvs_fetch_hear(struct lvs_fetch *fetch, lvs_fetch_fn *on_header, lvs_fetch_fn *on_body, void *arg)
{
	CURLcode code = curl_easy_setopt(fetch->easy, CURLOPT_HEADERFUNCTION, on_header);

	if (code == CURLE_OK)
		code = curl_easy_setopt(fetch->easy, CURLOPT_HEADERDATA, arg);
	if (code == CURLE_OK)
		code = curl_easy_setopt(fetch->easy, CURLOPT_WRITEFUNCTION, on_body);
	if (code == CURLE_OK)
		code = curl_easy_setopt(fetch->easy, CURLOPT_WRITEDATA, arg);
	return code;
}

int lvs_fetch_start(struct lvs_fetch *fetch)
{
	fetch->error[0] = '\0';
	fetch->transfer.easy = fetch->easy;
	fetch->transfer.finished = on_finished;
	return lvs_transfers_start(fetch->check->shared, &fetch->transfer);
}

void lvs_fetch_cancel(struct lvs_check *check)
{
	struct lvs_fetch *fetch = check->run;

	lvs_transfers_cancel(check->shared, &fetch->transfer);
}

void lvs_fetch_end(struct lvs_check *check)
{
	struct lvs_fetch *fetch = check->run;

	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->connect_to);
	curl_slist_free_all(fetch->headers);
	fetch->easy = NULL;
	fetch->connect_to = fetch->headers = NULL;
}

static bool is_ours(const struct lvs_fetch *fetch, CURLcode code)
{
	long err = 0;

	switch (code) {
	case CURLE_FAILED_INIT:
	case CURLE_COULDNT_RESOLVE_HOST:	/* an address, which takes memory alone */
	case CURLE_OUT_OF_MEMORY:
	case CURLE_INTERFACE_FAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_URL_MALFORMAT:
	case CURLE_NOT_BUILT_IN:
		return true;
	case CURLE_COULDNT_CONNECT:
		(void)curl_easy_getinfo(fetch->easy, CURLINFO_OS_ERRNO, &err);
		return err && lvs_check_is_ours((int)-err);
	default:
		return false;
	}
}

/*
 * What is too long for libcurl's buffers has a code of its own since 8.6. Before, it is a want of memory, and nothing tells it from
 * one that comes after the answer has begun. The library that is loaded decides, not the one that lvsd was built with. Where it
 * has more to say it is about something else, as too many headers.
 */
static bool is_endless(const struct lvs_fetch *fetch, CURLcode code)
{
	bool has_own_code = curl_version_info(CURLVERSION_NOW)->version_num >= 0x080600;
	curl_off_t began = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_STARTTRANSFER_TIME_T, &began);
	return (int)code == (has_own_code ? TOO_LARGE : CURLE_OUT_OF_MEMORY) && began > 0 && !fetch->error[0];
}

void lvs_fetch_failed(struct lvs_fetch *fetch, CURLcode code)
{
	const char *text = fetch->error[0] ? fetch->error : curl_easy_strerror(code);
	long err = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_OS_ERRNO, &err);
	if (fetch->transfer.err)
		lvs_check_refused(fetch->check, fetch->transfer.err, true);
	else if (fetch->transfer.too_much)
		lvs_check_failed(fetch->check, "it says more than anybody wants to know");
	else if (is_endless(fetch, code))
		lvs_check_failed(fetch->check, "a line that does not end");
	else if (is_ours(fetch, code))
		lvs_check_broken(fetch->check, "%s", text);
	else if (code == CURLE_COULDNT_CONNECT && err)
		lvs_check_failed(fetch->check, "connect: %s", strerror((int)err));
	else
		lvs_check_failed(fetch->check, "%s", text);
}
