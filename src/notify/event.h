/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened, and the one way in which programs see it, whatever way it takes to them. */
#ifndef LVS_NOTIFY_EVENT_H
#define LVS_NOTIFY_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/log.h"

/* What somebody may want to hear of; as bits, 1 << topic. */
enum lvs_topic {
	LVS_TOPIC_SERVER,
	LVS_TOPIC_QUORUM,
	LVS_TOPIC_SORRY,
	LVS_TOPIC_PROTECTION,
	LVS_TOPIC_RELOAD,
	LVS_TOPIC_EJECTION,
	LVS_TOPIC_COUNT
};

enum lvs_event_kind {
#define EVENT(symbol, name, topic, state, level, id) LVS_EVENT_##symbol,
#include "notify/event.def"
#undef EVENT
	LVS_EVENT_COUNT
};

#define LVS_EVENT_NAME_BYTES 64
#define LVS_EVENT_ADDRESS_BYTES 56
#define LVS_EVENT_REASON_BYTES 192
#define LVS_EVENT_MESSAGE_BYTES 512

/**
 * struct lvs_event - one thing that happened. What it has nothing to say about is empty
 * @was:	what was told last of the same thing; LVS_EVENT_COUNT: nothing was
 * @time:	milliseconds since 1970
 * @service, @server: names in the configuration
 * @service_at:	"[192.0.2.10]:tcp:80" or "FWM 5", as keepalived writes it
 * @server_at:	"[10.0.0.1]:tcp:8080"
 * @has_weight: @weight, of the server now or of all servers that are up, is known
 * @has_seconds: @seconds, for how long a server is left out, is known
 * @reason:	in words
 * @message:	the line of the log
 */
struct lvs_event {
	enum lvs_event_kind kind, was;
	int64_t time;
	char service[LVS_EVENT_NAME_BYTES], server[LVS_EVENT_NAME_BYTES];
	char service_at[LVS_EVENT_ADDRESS_BYTES], server_at[LVS_EVENT_ADDRESS_BYTES];
	bool has_weight;
	uint64_t weight;
	bool has_seconds;
	uint64_t seconds;
	char reason[LVS_EVENT_REASON_BYTES];
	char message[LVS_EVENT_MESSAGE_BYTES];
};

const char *lvs_event_name(enum lvs_event_kind kind);
const char *lvs_event_state(enum lvs_event_kind kind);
const char *lvs_event_id(enum lvs_event_kind kind);
enum lvs_topic lvs_event_topic(enum lvs_event_kind kind);
enum lvs_log_level lvs_event_level(enum lvs_event_kind kind);

/* Are both about the same thing, so that the later one says all there is to know? */
bool lvs_event_same_subject(const struct lvs_event *a, const struct lvs_event *b);

/* A number that is the same for the same subject, and hardly ever for another one. */
uint64_t lvs_event_subject(const struct lvs_event *event);

#define LVS_EVENT_FIELDS 13
#define LVS_EVENT_SCRATCH_BYTES 64

/**
 * struct lvs_event_fields - an event as names and values: the contract with programs, see lvs.conf(5)
 * @list:	always all of them, in the same order; borrowed from the event
 * @number:	the value is one
 */
struct lvs_event_fields {
	struct lvs_event_field {
		const char *name, *value;
		bool number;
	} list[LVS_EVENT_FIELDS];
	char time[LVS_EVENT_SCRATCH_BYTES], weight[LVS_EVENT_SCRATCH_BYTES], seconds[LVS_EVENT_SCRATCH_BYTES];
};

/* @director: the host's name */
void lvs_event_fields(const struct lvs_event *event, const char *director, struct lvs_event_fields *ret_fields);

#endif
