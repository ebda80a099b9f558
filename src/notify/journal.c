// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log's line of an event. Where the log goes to the journal it has the event's fields beside it, LVSD_EVENT and so on, and
 * the message id of its kind, so that "journalctl LVSD_SERVICE=web" finds what there is to be found.
 */
#include "notify/way.h"

#include <stdio.h>

#include "sys/log.h"

#define NAME_BYTES 32

static void journal_put(struct lvs_way *way, const struct lvs_event *event)
{
	struct lvs_log_field fields[LVS_EVENT_FIELDS + 1] = { { "MESSAGE_ID", lvs_event_id(event->kind) } };
	char names[LVS_EVENT_FIELDS][NAME_BYTES];
	struct lvs_event_fields all;
	size_t n = 1;

	lvs_event_fields(event, way->director, &all);
	for (size_t i = 0; i < LVS_EVENT_FIELDS; i++) {
		/* The sentence is the entry. */
		if (!*all.list[i].value || all.list[i].value == event->message)
			continue;
		(void)snprintf(names[i], sizeof(names[i]), "LVSD_%s", all.list[i].name);
		fields[n++] = (struct lvs_log_field){ names[i], all.list[i].value };
	}
	lvs_log_fields(way->options->log, lvs_event_level(event->kind), fields, way->conf->journal ? n : 0, "%s", event->message);
	way->counts.sent++;
}

const struct lvs_notify_ops lvs_notify_journal = { .name = "journal", .every = true, .put = journal_put };
