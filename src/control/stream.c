// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams that can go on stand in a queue; each turn of the loop lets the first one make a part, however many there are.
 * One whose peer is slow leaves the queue until evhttp has handed everything to the socket.
 */
#include "control/stream.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "control/problem.h"
#include "control/request.h"
#include "sys/loop.h"

/**
 * struct lvs_stream
 * @node:	in control->ready, or alone
 * @lines:	its last part gets a line break
 * @resting:	has nothing to say
 */
struct lvs_stream {
	struct lvs_list node;
	struct lvs_request *request;
	bool lines, resting;
	lvs_stream_fn *step;
	void (*dismiss)(void *state);
	void *state;
};

static void get_in_line(struct lvs_stream *stream)
{
	struct lvs_control *control = stream->request->control;

	if (lvs_list_empty(&stream->node))
		lvs_list_push_back(&control->ready, &stream->node);
	event_active(control->turn, EV_TIMEOUT, 1);
}

static void on_drained(struct evhttp_connection *connection, void *arg)
{
	(void)connection;
	get_in_line(arg);
}

static size_t unread(struct evhttp_request *http)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(http);

	return connection ? evbuffer_get_length(bufferevent_get_output(evhttp_connection_get_bufferevent(connection))) : 0;
}

static void end(struct lvs_stream *stream)
{
	struct lvs_request *request = stream->request;

	evhttp_send_reply_end(lvs_request_hand_over(request));
	lvs_request_free(request);
}

/* The peer is there, or the stream would not be. */
static void make_part(struct lvs_stream *stream)
{
	struct lvs_request *request = stream->request;
	bool more;

	stream->resting = false;
	more = stream->step(stream->state, request, &request->json);
	lvs_json_flush(&request->json);
	if (!more && stream->lines)
		(void)evbuffer_add(request->out, "\n", 1);
	evhttp_send_reply_chunk_with_cb(request->http, request->out, on_drained, stream);
	if (!more)
		end(stream);
	else if (!stream->resting && unread(request->http) < LVS_STREAM_MARK_BYTES)
		get_in_line(stream);
}

void lvs_stream_rest(struct lvs_request *request)
{
	request->stream->resting = true;
}

void lvs_stream_wake(struct lvs_request *request)
{
	if (unread(request->http) < LVS_STREAM_MARK_BYTES)
		get_in_line(request->stream);
}

void lvs_streams_turn(struct lvs_control *control)
{
	struct lvs_stream *stream;

	lvs_loop_mark(control->host.loop);
	if (lvs_list_empty(&control->ready))
		return;
	stream = lvs_list_entry(control->ready.next, struct lvs_stream, node);
	lvs_list_remove(&stream->node);
	make_part(stream);
	if (!lvs_list_empty(&control->ready))
		event_active(control->turn, EV_TIMEOUT, 1);
	lvs_loop_end_turn(control->host.loop);
}

void lvs_request_stream(struct lvs_request *request, const char *type, lvs_stream_fn *step, void (*dismiss)(void *state),
			void *state)
{
	struct lvs_stream *stream = calloc(1, sizeof(*stream));

	if (!stream || !request->http) {
		if (dismiss)
			dismiss(state);
		free(stream);
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_BUSY, .detail = "out of memory" });
		return;
	}
	lvs_list_init(&stream->node);
	stream->request = request;
	stream->step = step;
	stream->dismiss = dismiss;
	stream->state = state;
	stream->lines = strcmp(type, LVS_TYPE_JSON) == 0;
	request->stream = stream;
	lvs_request_add_header(request, "Content-Type", type);
	lvs_request_add_header(request, "Cache-Control", "no-store");
	evhttp_send_reply_start(request->http, 200, "OK");
	if (evhttp_request_get_command(request->http) == EVHTTP_REQ_HEAD)
		end(stream);
	else
		get_in_line(stream);
}

void lvs_stream_free(struct lvs_stream *stream)
{
	if (!stream)
		return;
	lvs_list_remove(&stream->node);
	if (stream->dismiss)
		stream->dismiss(stream->state);
	free(stream);
}
