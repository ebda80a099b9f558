// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * evhttp speaks HTTP; what it does not know of is how many came in and how much they hold. So each connection gets a
 * bufferevent from here, of which one reference is kept: when evhttp is done with it nobody is called back any more, by
 * which the sweep knows it. The sweep comes each second while anybody is there, and when there are too many.
 *
 * Nobody is trusted to be quick. A request has a minute to come in as a whole, however small its parts are; a reader has a
 * minute for each part; and when all together hold too much, it is who holds the most that has to go. All that is
 * theirs alone: packets never wait for any of them.
 */
#include "control/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "control/request.h"
#include "sys/clock.h"
#include "sys/loop.h"

#define SWEEP_EVERY 16	/* newcomers */
#define ADMIT_AT_ONCE 8	/* which takes a fraction of a millisecond */

/**
 * struct peer - one connection
 * @bev:	counted
 * @since:	when it came in, or was answered last
 * @busy:	its answer is under way
 */
struct peer {
	struct lvs_list node;
	struct lvs_door *door;
	struct bufferevent *bev;
	lvs_ns since;
	size_t held;
	bool busy;
};

static struct peer *find_peer(struct lvs_door *door, const struct bufferevent *bev)
{
	struct peer *peer;

	lvs_list_for_each(peer, &door->peers, node)
		if (peer->bev == bev)
			return peer;
	return NULL;
}

static struct bufferevent *bev_of(struct evhttp_request *http)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(http);

	return connection ? evhttp_connection_get_bufferevent(connection) : NULL;
}

static void on_bytes(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct peer *peer = arg;
	struct lvs_control *control = peer->door->control;

	(void)buffer;
	peer->held += info->n_added - info->n_deleted;
	control->held += info->n_added - info->n_deleted;
	if (control->held > LVS_CONTROL_HELD_MAX)
		event_active(control->sweep, EV_TIMEOUT, 1);
}

static void watch_bytes(struct peer *peer, bool on)
{
	struct evbuffer *buffers[] = { bufferevent_get_input(peer->bev), bufferevent_get_output(peer->bev) };

	for (size_t i = 0; i < ARRAY_LEN(buffers); i++) {
		if (on)
			(void)evbuffer_add_cb(buffers[i], on_bytes, peer);
		else
			(void)evbuffer_remove_cb(buffers[i], on_bytes, peer);
	}
}

static void forget(struct peer *peer)
{
	struct lvs_door *door = peer->door;

	watch_bytes(peer, false);
	door->control->held -= peer->held;
	(void)bufferevent_decref(peer->bev);
	lvs_list_remove(&peer->node);
	free(peer);
	door->n--;
	door->closed = false;
	event_active(door->control->admit, EV_TIMEOUT, 1);
}

/* evhttp's way of seeing it: this one did not read or write in time. */
static void show_out(struct peer *peer)
{
	bufferevent_trigger_event(peer->bev, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, 0);
}

static bool is_gone(const struct peer *peer)
{
	bufferevent_data_cb read, write;
	bufferevent_event_cb event;
	void *arg;

	bufferevent_getcb(peer->bev, &read, &write, &event, &arg);
	return !event;
}

static void start_sweeping(struct lvs_control *control)
{
	const struct timeval second = { .tv_sec = 1 };

	if (!control->sweeping)
		control->sweeping = event_add(control->sweep, &second) == 0;
}

/* One more came to @arg, the door. Return: its bufferevent, or NULL, and evhttp makes one that nobody watches */
static struct bufferevent *on_enter(struct event_base *base, void *arg)
{
	struct lvs_door *door = arg;
	struct peer *peer = calloc(1, sizeof(*peer));
	struct bufferevent *bev = peer ? bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE) : NULL;

	if (!bev) {
		free(peer);
		return NULL;
	}
	bufferevent_incref(bev);
	peer->bev = bev;
	peer->door = door;
	peer->since = lvs_clock_now();
	lvs_list_push_back(&door->peers, &peer->node);
	watch_bytes(peer, true);
	door->n++;
	start_sweeping(door->control);
	door->closed = door->n >= door->max;
	if (door->closed || ++door->burst >= ADMIT_AT_ONCE) {
		(void)evconnlistener_disable(door->listener);
		event_active(door->control->admit, EV_TIMEOUT, 1);
	}
	if (door->closed || door->n % SWEEP_EVERY == 0)
		event_active(door->control->sweep, EV_TIMEOUT, 1);
	return bev;
}

static void on_request(struct evhttp_request *http, void *arg)
{
	lvs_request_begin(arg, http);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)evconnlistener_enable(arg);
}

/* Out of descriptors or memory: who waits stays at the door for a second, or we would hear of him all the time. */
static void on_refused(struct evconnlistener *listener, void *arg)
{
	const struct timeval second = { .tv_sec = 1 };

	(void)arg;
	(void)evconnlistener_disable(listener);
	(void)event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, on_retry, listener, &second);
}

int lvs_door_open(struct lvs_control *control, struct lvs_door *door, int fd)
{
	struct event_base *base = lvs_loop_base(control->host.loop);
	const struct timeval patience = { .tv_sec = LVS_CONTROL_PATIENCE };

	door->control = control;
	door->local = door == &control->doors[LVS_DOOR_UNIX];
	door->max = door->local ? LVS_CONTROL_PEERS_MAX : LVS_CONTROL_TCP_PEERS_MAX;
	door->http = evhttp_new(base);
	door->listener = evconnlistener_new(base, NULL, door, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!door->listener)
		close(fd);
	if (!door->http || !door->listener)
		return -ENOMEM;
	evconnlistener_set_error_cb(door->listener, on_refused);
	evhttp_set_allowed_methods(door->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
						       EVHTTP_REQ_DELETE | EVHTTP_REQ_PATCH | EVHTTP_REQ_OPTIONS);
	evhttp_set_max_headers_size(door->http, LVS_CONTROL_HEADER_MAX);
	evhttp_set_max_body_size(door->http, LVS_CONTROL_BODY_MAX);
	evhttp_set_timeout_tv(door->http, &patience);
	evhttp_set_default_content_type(door->http, NULL);
	evhttp_set_bevcb(door->http, on_enter, door);
	evhttp_set_gencb(door->http, on_request, door);
	return evhttp_bind_listener(door->http, door->listener) ? 0 : -ENOMEM;
}

void lvs_door_close(struct lvs_door *door)
{
	struct peer *peer, *next;

	/* What was bound is evhttp's. */
	if (door->http)
		evhttp_free(door->http);
	else if (door->listener)
		evconnlistener_free(door->listener);
	door->http = NULL;
	door->listener = NULL;
	if (!door->control)
		return;
	lvs_list_for_each_safe(peer, next, &door->peers, node)
		forget(peer);
}

/* Return: who holds the most of all, unless it is very little */
static struct peer *greediest(struct lvs_control *control)
{
	struct peer *most = NULL, *peer;

	for (size_t i = 0; i < LVS_DOORS; i++)
		lvs_list_for_each(peer, &control->doors[i].peers, node)
			if (!is_gone(peer) && (!most || peer->held > most->held))
				most = peer;
	return most;
}

/* Who waits for nothing makes room for who waits at the door. */
static void make_room(struct lvs_door *door)
{
	struct peer *peer;

	lvs_list_for_each(peer, &door->peers, node) {
		if (peer->busy || is_gone(peer))
			continue;
		show_out(peer);
		return;
	}
}

static void sweep_door(struct lvs_door *door, lvs_ns now)
{
	struct peer *peer, *next;

	lvs_list_for_each_safe(peer, next, &door->peers, node) {
		if (!is_gone(peer) && !peer->busy && now >= peer->since + LVS_SECONDS(LVS_CONTROL_PATIENCE))
			show_out(peer);
		if (is_gone(peer))
			forget(peer);
	}
}

void lvs_doors_admit(struct lvs_control *control)
{
	for (size_t i = 0; i < LVS_DOORS; i++) {
		struct lvs_door *door = &control->doors[i];

		door->burst = 0;
		if (door->listener && !door->closed)
			(void)evconnlistener_enable(door->listener);
	}
}

void lvs_doors_sweep(struct lvs_control *control)
{
	lvs_ns now = lvs_clock_now();
	bool anybody = false;

	control->sweeping = false;
	if (control->held > LVS_CONTROL_HELD_MAX) {
		struct peer *peer = greediest(control);

		if (peer)
			show_out(peer);
	}
	for (size_t i = 0; i < LVS_DOORS; i++) {
		struct lvs_door *door = &control->doors[i];

		sweep_door(door, now);
		if (door->closed)
			make_room(door);
		anybody = anybody || door->n;
	}
	if (anybody)
		start_sweeping(control);
}

void lvs_door_busy(struct lvs_door *door, struct evhttp_request *http, bool busy)
{
	struct peer *peer = find_peer(door, bev_of(http));

	if (!peer)
		return;
	peer->busy = busy;
	peer->since = lvs_clock_now();
	/* The first in the list is who has waited longest for nothing. */
	lvs_list_remove(&peer->node);
	lvs_list_push_back(&door->peers, &peer->node);
}

bool lvs_door_is_admin(const struct lvs_door *door, struct evhttp_request *http)
{
	struct bufferevent *bev = bev_of(http);

	return door->local && bev && lvs_socket_is_admin(bufferevent_getfd(bev), door->control->group);
}
