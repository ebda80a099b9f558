// SPDX-License-Identifier: GPL-2.0-or-later
/* libcurl says which sockets it waits for and when it wants to be called at the latest; both become events of the loop. */
#include "sys/transfers.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

/* The loop's clock is coarse, and libcurl does not say once more when it was called too early. */
#define LATE_MS 10

/* @timer: when libcurl wants to be called */
struct lvs_transfers {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
};

/* What is over leaves, and its owner hears of it. */
static void reap(struct lvs_transfers *transfers)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(transfers->multi, &left))) {
		CURLcode code = message->data.result;
		CURL *easy = message->easy_handle;
		struct lvs_transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
		(void)curl_multi_remove_handle(transfers->multi, easy);
		transfer->running = false;
		transfer->finished(transfer, code);
	}
}

static void on_socket_event(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_transfers *transfers = arg;
	int action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0), running;

	(void)curl_multi_socket_action(transfers->multi, fd, action, &running);
	reap(transfers);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_transfers *transfers = arg;
	int running;

	(void)fd;
	(void)what;
	(void)curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(transfers);
}

/* @arg_of_socket: its event */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *arg_of_socket)
{
	struct event *event = arg_of_socket;
	struct lvs_transfers *transfers = arg;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(transfers->base, fd, (short)(wanted | EV_PERSIST), on_socket_event, transfers);
		/* Without memory nothing is heard, and the run times out. */
		if (event)
			(void)event_add(event, NULL);
	}
	(void)curl_multi_assign(transfers->multi, fd, event);
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	long late = ms > 0 ? ms + LATE_MS : ms;
	struct timeval tv = { .tv_sec = late / 1000, .tv_usec = late % 1000 * 1000 };
	struct lvs_transfers *transfers = arg;

	(void)multi;
	if (ms < 0)
		(void)evtimer_del(transfers->timer);
	else
		(void)evtimer_add(transfers->timer, &tv);
	return 0;
}

void lvs_transfers_free(struct lvs_transfers *transfers)
{
	if (!transfers)
		return;
	if (transfers->multi)
		(void)curl_multi_cleanup(transfers->multi);
	if (transfers->timer)
		event_free(transfers->timer);
	free(transfers);
	curl_global_cleanup();
}

int lvs_transfers_new(struct event_base *base, struct lvs_transfers **ret_transfers)
{
	struct lvs_transfers *transfers;
	CURL *first;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -EIO;
	transfers = calloc(1, sizeof(*transfers));
	if (!transfers) {
		curl_global_cleanup();
		return -ENOMEM;
	}
	transfers->base = base;
	transfers->multi = curl_multi_init();
	transfers->timer = evtimer_new(base, on_timer, transfers);
	/* The first one of all makes what the others find. */
	first = curl_easy_init();
	curl_easy_cleanup(first);
	if (!transfers->multi || !transfers->timer || !first) {
		lvs_transfers_free(transfers);
		return -ENOMEM;
	}
	(void)curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
	(void)curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	(void)curl_multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
	*ret_transfers = transfers;
	return 0;
}

int lvs_transfers_start(struct lvs_transfers *transfers, struct lvs_transfer *transfer)
{
	if (curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer) != CURLE_OK ||
	    curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK)
		return -EIO;
	transfer->running = true;
	return 0;
}

void lvs_transfers_cancel(struct lvs_transfers *transfers, struct lvs_transfer *transfer)
{
	if (transfer->running)
		(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
	transfer->running = false;
}
