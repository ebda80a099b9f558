/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that are long: made a part at a time, between bursts of packets, and never further than the peer reads. */
#ifndef LVS_CONTROL_STREAM_H
#define LVS_CONTROL_STREAM_H

#include <stdbool.h>

struct lvs_control;
struct lvs_json;
struct lvs_request;
struct lvs_stream;

#define LVS_STREAM_MARK_BYTES 65536	/* with so much unread nothing more is made */

/**
 * lvs_stream_fn - one part
 * @state:	of the stream
 * @json:	where it is written; goes on where the last part ended
 *
 * At most about 200 us of work, a few kilobytes. Whatever @state points to outside of itself may have changed or vanished
 * since the last call.
 *
 * Return: is there more to come?
 */
typedef bool lvs_stream_fn(void *state, struct lvs_request *request, struct lvs_json *json);

/**
 * lvs_request_stream() - answer 200 with what @step makes until it is done
 * @type:	as in Content-Type
 * @dismiss:	called with @state once, when the stream ends or the peer is gone; may be NULL
 *
 * The request is the stream's from now on. HEAD gets no part at all.
 */
void lvs_request_stream(struct lvs_request *request, const char *type, lvs_stream_fn *step, void (*dismiss)(void *state),
			void *state);

/* For a step that has nothing to say now: the next one is made when it is woken, or what it said has been read. */
void lvs_stream_rest(struct lvs_request *request);

/* There is something to say again. Nothing happens while the peer has more to read than it should. */
void lvs_stream_wake(struct lvs_request *request);

/* For control->turn: who waits longest makes one part. */
void lvs_streams_turn(struct lvs_control *control);

/* @stream: may be NULL */
void lvs_stream_free(struct lvs_stream *stream);

#endif
