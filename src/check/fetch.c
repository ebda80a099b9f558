// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl says which sockets it waits for and when it wants to be called at the latest; both become events of the loop.
 * It is told the server's address, whatever the URL's host is, so that it never looks up a name; takes no proxy, no
 * connection that is open already and no other protocol; and is not asked to decode anything, so that nothing can swell.
 */
#include "check/fetch.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "check/socket.h"
#include "sys/addrtext.h"

/* The loop's clock is coarse, and libcurl does not say once more when it was called too early. */
#define LATE_MS 10

/* @timer: when libcurl wants to be called */
struct shared {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
};

/* What is over leaves, and its checker hears of it; that may not begin another transfer. */
static void reap(struct shared *shared)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(shared->multi, &left))) {
		CURLcode code = message->data.result;
		CURL *easy = message->easy_handle;
		struct lvs_fetch *fetch = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
		(void)curl_multi_remove_handle(shared->multi, easy);
		fetch->running = false;
		fetch->finished(fetch, code);
	}
}

static void on_socket_event(evutil_socket_t fd, short what, void *arg)
{
	struct shared *shared = arg;
	int action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0), running;

	(void)curl_multi_socket_action(shared->multi, fd, action, &running);
	reap(shared);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct shared *shared = arg;
	int running;

	(void)fd;
	(void)what;
	(void)curl_multi_socket_action(shared->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(shared);
}

/* @arg_of_socket: its event */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *arg_of_socket)
{
	struct event *event = arg_of_socket;
	struct shared *shared = arg;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(shared->base, fd, (short)(wanted | EV_PERSIST), on_socket_event, shared);
		/* Without memory nothing is heard, and the run times out. */
		if (event)
			(void)event_add(event, NULL);
	}
	(void)curl_multi_assign(shared->multi, fd, event);
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	long late = ms > 0 ? ms + LATE_MS : ms;
	struct timeval tv = { .tv_sec = late / 1000, .tv_usec = late % 1000 * 1000 };
	struct shared *shared = arg;

	(void)multi;
	if (ms < 0)
		(void)evtimer_del(shared->timer);
	else
		(void)evtimer_add(shared->timer, &tv);
	return 0;
}

void lvs_fetch_tear_down(void *arg)
{
	struct shared *shared = arg;

	if (shared->multi)
		(void)curl_multi_cleanup(shared->multi);
	if (shared->timer)
		event_free(shared->timer);
	free(shared);
	curl_global_cleanup();
}

int lvs_fetch_set_up(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct shared *shared;
	CURL *first;

	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "libcurl cannot be used");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -EIO;
	shared = calloc(1, sizeof(*shared));
	if (!shared) {
		curl_global_cleanup();
		return -ENOMEM;
	}
	shared->base = base;
	shared->multi = curl_multi_init();
	shared->timer = evtimer_new(base, on_timer, shared);
	/* The first one of all makes what the others find. */
	first = curl_easy_init();
	curl_easy_cleanup(first);
	if (!shared->multi || !shared->timer || !first) {
		lvs_fetch_tear_down(shared);
		return -ENOMEM;
	}
	(void)curl_multi_setopt(shared->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(shared->multi, CURLMOPT_SOCKETDATA, shared);
	(void)curl_multi_setopt(shared->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	(void)curl_multi_setopt(shared->multi, CURLMOPT_TIMERDATA, shared);
	*ret_shared = shared;
	return 0;
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

static CURLcode set_common(struct lvs_fetch *fetch)
{
	const struct { CURLoption option; long value; } flags[] = {
		{ CURLOPT_NOSIGNAL, 1 }, { CURLOPT_FRESH_CONNECT, 1 }, { CURLOPT_FORBID_REUSE, 1 }, { CURLOPT_BUFFERSIZE, 4096 },
	};
	const struct { CURLoption option; const char *value; } texts[] = {
		{ CURLOPT_PROXY, "" }, { CURLOPT_USERAGENT, "lvsd/" PACKAGE_VERSION },
	};
	char from[LVS_ADDR_TEXT_BYTES], interface[LVS_ADDR_TEXT_BYTES + 5];
	CURLcode code = CURLE_OK;
	CURL *easy = fetch->easy;

	for (size_t i = 0; i < ARRAY_LEN(flags) && code == CURLE_OK; i++)
		code = curl_easy_setopt(easy, flags[i].option, flags[i].value);
	for (size_t i = 0; i < ARRAY_LEN(texts) && code == CURLE_OK; i++)
		code = curl_easy_setopt(easy, texts[i].option, texts[i].value);
	if (code == CURLE_OK && !lvs_addr_is_any(&fetch->check->source)) {
		(void)snprintf(interface, sizeof(interface), "host!%s", lvs_addr_format(&fetch->check->source, from));
		code = curl_easy_setopt(easy, CURLOPT_INTERFACE, interface);
	}
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
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

int lvs_fetch_start(struct lvs_fetch *fetch)
{
	struct shared *shared = fetch->check->shared;

	fetch->error[0] = '\0';
	if (curl_multi_add_handle(shared->multi, fetch->easy) != CURLM_OK)
		return -EIO;
	fetch->running = true;
	return 0;
}

void lvs_fetch_cancel(struct lvs_check *check)
{
	struct shared *shared = check->shared;
	struct lvs_fetch *fetch = check->run;

	if (fetch->running)
		(void)curl_multi_remove_handle(shared->multi, fetch->easy);
	fetch->running = false;
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

/* What is too long for its buffers libcurl calls a want of memory, before version 8.6 at least. */
static bool is_endless(const struct lvs_fetch *fetch, CURLcode code)
{
	curl_off_t began = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_STARTTRANSFER_TIME_T, &began);
	return code == CURLE_OUT_OF_MEMORY && began > 0;
}

void lvs_fetch_failed(struct lvs_fetch *fetch, CURLcode code)
{
	const char *text = fetch->error[0] ? fetch->error : curl_easy_strerror(code);
	long err = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_OS_ERRNO, &err);
	if (is_endless(fetch, code))
		lvs_check_failed(fetch->check, "a line that does not end");
	else if (is_ours(fetch, code))
		lvs_check_broken(fetch->check, "%s", text);
	else if (code == CURLE_COULDNT_CONNECT && err)
		lvs_check_failed(fetch->check, "connect: %s", strerror((int)err));
	else
		lvs_check_failed(fetch->check, "%s", text);
}
