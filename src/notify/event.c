// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of events, and what each of them comes to as names and values. */
#include "notify/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/hash.h"

static const struct kind {
	const char *name, *state, *id;
	enum lvs_topic topic;
	enum lvs_log_level level;
} kinds[] = {
#define EVENT(symbol, text, of, word, log_level, message_id)                                                          \
	[LVS_EVENT_##symbol] = { .name = (text), .state = (word), .id = (message_id), .topic = LVS_TOPIC_##of,            \
				 .level = LVS_LOG_##log_level },
#include "notify/event.def"
#undef EVENT
};

const char *lvs_event_name(enum lvs_event_kind kind)
{
	return kinds[kind].name;
}

const char *lvs_event_state(enum lvs_event_kind kind)
{
	return kind < LVS_EVENT_COUNT ? kinds[kind].state : "";
}

const char *lvs_event_id(enum lvs_event_kind kind)
{
	return kinds[kind].id;
}

enum lvs_topic lvs_event_topic(enum lvs_event_kind kind)
{
	return kinds[kind].topic;
}

enum lvs_log_level lvs_event_level(enum lvs_event_kind kind)
{
	return kinds[kind].level;
}

bool lvs_event_same_subject(const struct lvs_event *a, const struct lvs_event *b)
{
	return kinds[a->kind].topic == kinds[b->kind].topic && !strcmp(a->service, b->service) &&
	       !strcmp(a->server, b->server) && !strcmp(a->service_at, b->service_at) && !strcmp(a->server_at, b->server_at);
}

static void hash_text(struct lvs_hash_state *state, const char *text)
{
	for (;; text += sizeof(uint64_t)) {
		size_t n = strnlen(text, sizeof(uint64_t));
		uint64_t word = 0;

		memcpy(&word, text, n);
		lvs_hash_word(state, word);
		if (n < sizeof(uint64_t))
			return;
	}
}

uint64_t lvs_event_subject(const struct lvs_event *event)
{
	/* Names are the operator's: nobody aims at a collision, which would cost nothing but time. */
	const struct lvs_hash_key key = { 0, 0 };
	struct lvs_hash_state state = lvs_hash_begin(&key);

	hash_text(&state, event->service);
	hash_text(&state, event->server);
	hash_text(&state, event->service_at);
	hash_text(&state, event->server_at);
	return lvs_hash_finish(&state, kinds[event->kind].topic);
}

/* RFC 3339 */
static void format_time(int64_t ms, char text[LVS_EVENT_SCRATCH_BYTES])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	(void)snprintf(text, LVS_EVENT_SCRATCH_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		       tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
}

static void format_number(bool known, uint64_t number, char text[LVS_EVENT_SCRATCH_BYTES])
{
	text[0] = '\0';
	if (known)
		(void)snprintf(text, LVS_EVENT_SCRATCH_BYTES, "%" PRIu64, number);
}

void lvs_event_fields(const struct lvs_event *event, const char *director, struct lvs_event_fields *ret_fields)
{
	const struct lvs_event_field list[] = {
		{ "EVENT", kinds[event->kind].name, false },
		{ "TIME", ret_fields->time, false },
		{ "DIRECTOR", director, false },
		{ "SERVICE", event->service, false },
		{ "SERVICE_ADDRESS", event->service_at, false },
		{ "SERVER", event->server, false },
		{ "SERVER_ADDRESS", event->server_at, false },
		{ "STATE", kinds[event->kind].state, false },
		{ "PREVIOUS", lvs_event_state(event->was), false },
		{ "WEIGHT", ret_fields->weight, true },
		{ "SECONDS", ret_fields->seconds, true },
		{ "REASON", event->reason, false },
		{ "MESSAGE", event->message, false },
	};

	static_assert(ARRAY_LEN(list) == LVS_EVENT_FIELDS, "fields");
	format_time(event->time, ret_fields->time);
	format_number(event->has_weight, event->weight, ret_fields->weight);
	format_number(event->has_seconds, event->seconds, ret_fields->seconds);
	memcpy(ret_fields->list, list, sizeof(list));
}
