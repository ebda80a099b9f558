// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl says which sockets it waits for and when it wants to be called at the latest; both become events of the loop.
 *
 * Much of what a server may say is read and passed over without a word: frames that nobody knows, extensions of chunks,
 * wishes to begin a handshake anew. So what arrives is counted by the kernel, and who has said too much is reset: looked at
 * before each call, and in a long one as well, because libcurl and its libraries read for as long as there is something to
 * read, and a server that is fast enough would keep the loop for as long as it likes. A timer of the CPU's time that is spent
 * in a call tells of long ones by a signal, to the thread that is in it.
 */
#include "sys/transfers.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Of what has arrived and waits to be read: a server that sends faster than it is read waits, not the kernel's memory. */
#define RECEIVE_BYTES 16384
/* A call that takes so long is looked into, again and again. */
#define LONG_NS 4000000
/* The loop's clock is coarse, and libcurl does not say once more when it was called too early. */
#define LATE_MS 10

/* @timer: when libcurl wants to be called; @guard: of long calls; @running: transfers; @lost: some are over */
struct lvs_transfers {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	bool guarded, lost;
	timer_t guard;
	struct lvs_list running;
};

static uint64_t received(int fd)
{
	struct tcp_info info = { .tcpi_bytes_received = 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? 0 : info.tcpi_bytes_received;
}

/* Who has said too much is reset, and what waits to be read is dropped: libcurl finds a connection that is gone. */
static void cut_off(struct lvs_transfers *transfers)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct lvs_transfer *transfer;

	lvs_list_for_each(transfer, &transfers->running, of_running) {
		if (transfer->fd < 0 || received(transfer->fd) <= LVS_MAX(transfer->bytes_max, LVS_TRANSFER_BYTES_MAX))
			continue;
		transfer->too_much = true;
		(void)connect(transfer->fd, &nobody, sizeof(nobody));
	}
}

/* Interrupts a call, during which the list stays as it is. */
static void on_long_call(int signo, siginfo_t *info, void *context)
{
	const int err = errno;

	(void)signo;
	(void)context;
	if (info->si_code == SI_TIMER)
		cut_off(info->si_value.sival_ptr);
	errno = err;
}

static int start_guard(struct lvs_transfers *transfers)
{
	const struct sigaction action = { .sa_sigaction = on_long_call, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMAX,
				  .sigev_value = { .sival_ptr = transfers } };

	event.sigev_notify_thread_id = gettid();
	if (sigaction(SIGRTMAX, &action, NULL) < 0 || timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &transfers->guard) < 0)
		return -errno;
	transfers->guarded = true;
	return 0;
}

static void call(struct lvs_transfers *transfers, int fd, int action)
{
	const struct itimerspec often = { { .tv_nsec = LONG_NS }, { .tv_nsec = LONG_NS } }, never = { .it_value = { .tv_sec = 0 } };
	struct lvs_transfer *transfer;
	CURLMcode code;
	int running;

	if (fd != CURL_SOCKET_TIMEOUT && received(fd) > LVS_TRANSFER_BYTES_MAX)
		cut_off(transfers);
	(void)timer_settime(transfers->guard, 0, &often, NULL);
	code = curl_multi_socket_action(transfers->multi, fd, action, &running);
	(void)timer_settime(transfers->guard, 0, &never, NULL);
	/* Without memory: whose it was going to be libcurl does not say, and it may not call for him again. */
	if (code != CURLM_OK)
		lvs_list_for_each(transfer, &transfers->running, of_running)
			transfer->err = -ENOMEM;
	transfers->lost |= code != CURLM_OK;
}

static void take_out(struct lvs_transfer *transfer)
{
	lvs_list_remove(&transfer->of_running);
	transfer->running = false;
}

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
		take_out(transfer);
		transfer->finished(transfer, code);
	}
}

static void end_lost(struct lvs_transfers *transfers)
{
	while (transfers->lost) {
		struct lvs_transfer *transfer;

		transfers->lost = false;
		lvs_list_for_each(transfer, &transfers->running, of_running) {
			if (!transfer->err)
				continue;
			transfers->lost = true;
			(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
			take_out(transfer);
			transfer->finished(transfer, CURLE_OUT_OF_MEMORY);
			break;
		}
	}
}

static void on_socket_event(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_transfers *transfers = arg;

	call(transfers, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
	reap(transfers);
	end_lost(transfers);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_transfers *transfers = arg;

	(void)fd;
	(void)what;
	call(transfers, CURL_SOCKET_TIMEOUT, 0);
	reap(transfers);
	end_lost(transfers);
}

/* Without memory nothing would be heard of it any more: it is over when the call is. */
static void lose(struct lvs_transfers *transfers, CURL *easy)
{
	struct lvs_transfer *transfer = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
	if (transfer)
		transfer->err = -ENOMEM;
	transfers->lost |= transfer != NULL;
}

/* @arg_of_socket: its event */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *arg_of_socket)
{
	struct event *event = arg_of_socket;
	struct lvs_transfers *transfers = arg;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(transfers->base, fd, (short)(wanted | EV_PERSIST), on_socket_event, transfers);
		if (!event || event_add(event, NULL) < 0)
			lose(transfers, easy);
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
	if (transfers->guarded)
		(void)timer_delete(transfers->guard);
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
	lvs_list_init(&transfers->running);
	transfers->multi = curl_multi_init();
	transfers->timer = evtimer_new(base, on_timer, transfers);
	/* The first one of all makes what the others find. */
	first = curl_easy_init();
	curl_easy_cleanup(first);
	if (!transfers->multi || !transfers->timer || !first || start_guard(transfers)) {
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

/* libcurl does not say why it got none. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	const int bytes = RECEIVE_BYTES;
	struct lvs_transfer *transfer = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	if (fd < 0)
		transfer->err = -errno;
	else
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (fd >= 0 && transfer->bind)
		transfer->err = transfer->bind(transfer, fd, address->socktype);
	if (transfer->err) {
		if (fd >= 0)
			(void)close(fd);
		return CURL_SOCKET_BAD;
	}
	transfer->fd = fd;
	return fd;
}

int lvs_transfers_start(struct lvs_transfers *transfers, struct lvs_transfer *transfer)
{
	transfer->fd = -1;
	transfer->err = 0;
	transfer->too_much = false;
	if (curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer) != CURLE_OK ||
	    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) != CURLE_OK ||
	    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, transfer) != CURLE_OK ||
	    curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK)
		return -EIO;
	lvs_list_push_back(&transfers->running, &transfer->of_running);
	transfer->running = true;
	return 0;
}

void lvs_transfers_cancel(struct lvs_transfers *transfers, struct lvs_transfer *transfer)
{
	if (!transfer->running)
		return;
	(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
	take_out(transfer);
}
