// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An event with whatever somebody made it say, on its way to a webhook. Input: the texts, each with a NUL behind it. What goes out
 * is JSON that another library reads, with as many members as the event has values.
 */
#include <event2/buffer.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "notify/event.h"
#include "tests/fuzz/fuzz.h"

/* Return: behind the text that went to @ret */
static size_t take(const uint8_t *input, size_t size, size_t at, char *ret, size_t room)
{
	size_t n = 0;

	for (; at < size && input[at] && n + 1 < room; at++)
		ret[n++] = (char)input[at];
	ret[n] = '\0';
	return at < size ? at + 1 : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct evbuffer *out = evbuffer_new();
	struct lvs_event_fields fields;
	struct lvs_event event = { .was = LVS_EVENT_COUNT };
	char director[64];
	struct lvs_json json;
	size_t at = 1, members = 0;
	json_t *read;

	CHECK(out);
	if (!size) {
		evbuffer_free(out);
		return 0;
	}
	event.kind = *input % LVS_EVENT_COUNT;
	at = take(input, size, at, event.service, sizeof(event.service));
	at = take(input, size, at, event.server, sizeof(event.server));
	at = take(input, size, at, event.reason, sizeof(event.reason));
	at = take(input, size, at, event.message, sizeof(event.message));
	(void)take(input, size, at, director, sizeof(director));
	lvs_event_fields(&event, director, &fields);
	lvs_json_init(&json, out);
	lvs_json_object(&json, NULL);
	for (size_t i = 0; i < LVS_EVENT_FIELDS; i++) {
		if (!*fields.list[i].value)
			continue;
		lvs_json_text(&json, fields.list[i].name, fields.list[i].value);
		members++;
	}
	lvs_json_end_object(&json);
	lvs_json_flush(&json);
	read = json_loadb((const char *)evbuffer_pullup(out, -1), evbuffer_get_length(out), JSON_REJECT_DUPLICATES, NULL);
	CHECK(read && json_object_size(read) == members);
	json_decref(read);
	evbuffer_free(out);
	return 0;
}
