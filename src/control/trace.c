// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets as they pass, for as long as somebody reads: one line of JSON each, or a capture. Between bursts the tracer's ring
 * is emptied into the answer; while it is empty the stream rests, and a timer looks again. A reader that is too slow lets
 * the ring run full, which is told: packets do not wait for anybody.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "base/pcapng.h"
#include "control/request.h"
#include "control/stream.h"
#include "control/trace_filter.h"
#include "control/trace_text.h"
#include "engine/trace.h"
#include "sys/clock.h"
#include "sys/loop.h"

#define RING_BYTES (8u << 20)
#define LOOK_AGAIN (20 * LVS_NS_PER_MS)
/* Of a part, if it is more than a single record; a line takes far longer to write than it takes to copy a packet. */
#define LINES_BYTES 8192
#define BLOCKS_BYTES 65536
#define SIGN_OF_LIFE LVS_SECONDS(15)

/**
 * struct watch - one who watches
 * @epoch:	what the engine's clock lacks to be the time since 1970
 * @left:	packets that are still to be told of
 * @lost:	that were told of
 * @said:	when something was, last
 */
struct watch {
	struct lvs_request *request;
	struct lvs_tracer *tracer;
	struct lvs_timer *timer;
	lvs_ns epoch, said;
	uint64_t left, lost;
	uint32_t snaplen;
	bool begun;
};

/* How a record is told; without one: a sign of life. */
typedef void tell_fn(struct watch *watch, const struct lvs_trace_record *record);

static void tell_line(struct watch *watch, const struct lvs_trace_record *record)
{
	struct lvs_request *request = watch->request;
	uint64_t lost = lvs_trace_lost(watch->tracer);

	if (lost != watch->lost) {
		lvs_json_object(&request->json, NULL);
		lvs_json_number(&request->json, "lost", lost - watch->lost);
		lvs_json_end_object(&request->json);
		lvs_json_flush(&request->json);
		(void)evbuffer_add(request->out, "\n", 1);
		lvs_json_init(&request->json, request->out);
		watch->lost = lost;
	}
	if (record)
		lvs_trace_json(&request->json, record, watch->epoch);
	lvs_json_flush(&request->json);
	(void)evbuffer_add(request->out, "\n", 1);
	lvs_json_init(&request->json, request->out);
}

static void tell_block(struct watch *watch, const struct lvs_trace_record *record)
{
	uint64_t lost = lvs_trace_lost(watch->tracer);
	struct lvs_pcapng_packet packet;
	char text[LVS_TRACE_TEXT_BYTES];
	uint8_t statistics[LVS_PCAPNG_STATISTICS_BYTES];
	struct evbuffer_iovec space;
	size_t bytes;

	if (!record) {
		lvs_pcapng_statistics(lvs_clock_now() + watch->epoch, lost, statistics);
		(void)evbuffer_add(watch->request->out, statistics, sizeof(statistics));
		return;
	}
	packet = (struct lvs_pcapng_packet){
		.out = record->out, .time = record->time + watch->epoch, .captured = record->captured, .len = record->len,
		.data = record->data, .lost = lost - watch->lost, .comment = lvs_trace_text(record, text),
	};
	bytes = lvs_pcapng_packet_bytes(&packet);
	if (evbuffer_reserve_space(watch->request->out, (ev_ssize_t)bytes, &space, 1) != 1)
		return;
	lvs_pcapng_packet(&packet, space.iov_base);
	space.iov_len = bytes;
	(void)evbuffer_commit_space(watch->request->out, &space, 1);
	watch->lost = lost;
}

/* Return: is more to come? */
static bool step(struct watch *watch, tell_fn *tell, size_t part_bytes)
{
	const struct lvs_trace_record *record;
	lvs_ns now = lvs_clock_now();

	while ((record = lvs_trace_peek(watch->tracer)) && evbuffer_get_length(watch->request->out) < part_bytes) {
		if (!record->out && !watch->left--)
			return false;
		tell(watch, record);
		lvs_trace_pop(watch->tracer);
		watch->said = now;
	}
	if (record)
		return true;
	if (!watch->left)	/* what left for the last one is there as well */
		return false;
	if (now - watch->said >= SIGN_OF_LIFE) {
		tell(watch, NULL);
		watch->said = now;
	}
	lvs_stream_rest(watch->request);
	lvs_timer_start(watch->timer, now + LOOK_AGAIN, now);
	return true;
}

static bool step_lines(void *state, struct lvs_request *request, struct lvs_json *json)
{
	(void)request;
	(void)json;
	return step(state, tell_line, LINES_BYTES);
}

static bool step_blocks(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct watch *watch = state;
	uint8_t bytes[LVS_PCAPNG_BEGIN_BYTES];

	(void)json;
	if (!watch->begun) {
		lvs_pcapng_begin(watch->snaplen, bytes);
		(void)evbuffer_add(request->out, bytes, sizeof(bytes));
		watch->begun = true;
	}
	return step(watch, tell_block, BLOCKS_BYTES);
}

static void on_timer(void *arg)
{
	struct watch *watch = arg;
	lvs_ns now = lvs_clock_now();

	if (lvs_trace_peek(watch->tracer) || now - watch->said >= SIGN_OF_LIFE)
		lvs_stream_wake(watch->request);
	else
		lvs_timer_start(watch->timer, now + LOOK_AGAIN, now);
}

static void dismiss(void *state)
{
	struct watch *watch = state;

	lvs_timer_free(watch->timer);
	lvs_trace_stop(watch->tracer);
	free(watch);
}

/* Return: is it a number from @min to @max? */
static bool read_number(const char *text, unsigned long long min, unsigned long long max, unsigned long long *ret_number)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

static void refuse(struct lvs_request *request, const char *detail, const char *given, const char *allowed)
{
	lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = detail, .given = given,
						    .allowed = allowed });
}

/* Return: false after an answer that says what is wrong */
static bool read_query(struct lvs_request *request, struct watch *watch, struct lvs_trace_filter *filter)
{
	char detail[LVS_TRACE_DETAIL_BYTES];
	const struct evkeyval *pair;

	TAILQ_FOREACH(pair, &request->query, next) {
		struct lvs_problem problem;
		unsigned long long number;
		int set = lvs_trace_filter_set(filter, pair->key, pair->value, detail, &problem);

		if (set < 0) {
			lvs_problem(request, &problem);
			return false;
		}
		if (set)
			continue;
		if (strcmp(pair->key, "limit") == 0) {
			if (!read_number(pair->value, 1, UINT32_MAX, &number)) {
				refuse(request, "\"limit\" is a number of packets", pair->value, "1 to 4294967295");
				return false;
			}
			watch->left = number;
		} else if (strcmp(pair->key, "snaplen") == 0) {
			if (!read_number(pair->value, 1, LVS_TRACE_SNAPLEN_MAX, &number)) {
				refuse(request, "\"snaplen\" is a number of bytes", pair->value, "1 to 65535");
				return false;
			}
			watch->snaplen = (uint32_t)number;
		} else {
			refuse(request, "unknown key", pair->key,
			       "protocol, family, client, virtual, server, verdict, reason, limit, snaplen");
			return false;
		}
	}
	return true;
}

static int start(struct watch *watch, const struct lvs_trace_filter *filter, bool capture)
{
	const struct lvs_control_host *host = &watch->request->control->host;
	struct timespec wall = { .tv_sec = 0 };
	int err;

	(void)clock_gettime(CLOCK_REALTIME, &wall);
	watch->said = lvs_clock_now();
	watch->epoch = LVS_SECONDS(wall.tv_sec) + (lvs_ns)wall.tv_nsec - watch->said;
	err = lvs_timer_new(host->loop, on_timer, watch, &watch->timer);
	return err ? err : lvs_trace_start(host->engine, filter, capture ? watch->snaplen : 0, RING_BYTES, &watch->tracer);
}

static void begin(struct lvs_request *request, const char *type, lvs_stream_fn *fn, bool capture)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	struct lvs_trace_filter filter = { .proto = 0 };
	int err;

	if (!watch) {
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_BUSY, .detail = "out of memory" });
		return;
	}
	watch->request = request;
	watch->left = UINT64_MAX;
	watch->snaplen = LVS_TRACE_SNAPLEN_MAX;
	if (!read_query(request, watch, &filter)) {
		dismiss(watch);
		return;
	}
	err = start(watch, &filter, capture);
	if (!err) {
		lvs_request_stream(request, type, fn, dismiss, watch);
		return;
	}
	dismiss(watch);
	lvs_problem(request, &(struct lvs_problem){
		.kind = LVS_PROBLEM_BUSY, .detail = err == -EBUSY ? "too many watch packets already" : strerror(-err),
		.allowed = err == -EBUSY ? "8 traces and captures at a time" : NULL });
}

void lvs_api_trace(struct lvs_request *request)
{
	begin(request, "application/jsonl", step_lines, false);
}

void lvs_api_capture(struct lvs_request *request)
{
	begin(request, "application/x-pcapng", step_blocks, true);
}
