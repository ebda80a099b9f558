// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/trace_text.h"

#include <stdarg.h>
#include <stdio.h>

#include "control/json.h"
#include "engine/forward.h"
#include "engine/proto.h"
#include "engine/trace.h"
#include "engine/wire.h"
#include "sys/addrtext.h"

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text + len, LVS_TRACE_TEXT_BYTES - len, format, args);
	va_end(args);
}

static const char *state_name(uint8_t number, uint8_t state)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(number);

	return proto && state < proto->nstates ? proto->states[state].name : "?";
}

static void add_forwarded(char *text, const struct lvs_trace_record *record)
{
	char end[LVS_ENDPOINT_TEXT_BYTES];

	if (record->dir == LVS_DIR_REQUEST)
		add(text, " to %s", lvs_endpoint_format(&record->daddr, lvs_host16(record->dport), end));
	else
		add(text, " to client %s", lvs_endpoint_format(&record->caddr, lvs_host16(record->cport), end));
	add(text, " (%s)", lvs_forwards[record->forward]->name);
}

static void add_state(char *text, const struct lvs_trace_record *record)
{
	const char *before = state_name(record->proto, record->before), *after = state_name(record->proto, record->after);

	if (record->begun)
		add(text, ", new connection, %s", after);
	else if (record->ended)
		add(text, ", connection over, was %s", before);
	else if (record->before != record->after)
		add(text, ", %s -> %s", before, after);
	else
		add(text, ", %s", after);
}

char *lvs_trace_text(const struct lvs_trace_record *record, char text[LVS_TRACE_TEXT_BYTES])
{
	text[0] = '\0';
	add(text, "%s", lvs_trace_verdicts[record->verdict]);
	switch ((enum lvs_trace_verdict)record->verdict) {
	case LVS_TRACE_FORWARDED:
		if (record->known)
			add_forwarded(text, record);
		break;
	case LVS_TRACE_PASSED:
		add(text, ": for no virtual service");
		break;
	case LVS_TRACE_ANSWERED:
		add(text, " by the director");
		break;
	case LVS_TRACE_HELD:
		add(text, " until its first fragment comes");
		break;
	case LVS_TRACE_DROPPED:
		add(text, " (%s): %s", lvs_drop_name(record->drop), lvs_drop_text(record->drop));
		break;
	case LVS_TRACE_SAID:
		add(text, " by the director%s", record->drop ? ": " : "");
		if (record->drop)
			add(text, "%s", lvs_drop_name(record->drop));
		break;
	case LVS_TRACE_VERDICT_COUNT:
		break;
	}
	if (record->known)
		add_state(text, record);
	return text;
}

static void put_endpoint(struct lvs_json *json, const char *key, const struct lvs_addr *addr, lvs_be16 port)
{
	char text[LVS_ENDPOINT_TEXT_BYTES];

	lvs_json_text(json, key, lvs_endpoint_format(addr, lvs_host16(port), text));
}

static void put_proto(struct lvs_json *json, uint8_t number)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(number);

	if (proto)
		lvs_json_text(json, "protocol", proto->name);
	else if (number == LVS_PROTO_ICMP || number == LVS_PROTO_ICMP6)
		lvs_json_text(json, "protocol", number == LVS_PROTO_ICMP ? "icmp" : "icmp6");
	else
		lvs_json_format(json, "protocol", "%u", number);
}

static void put_flags(struct lvs_json *json, uint8_t flags)
{
	static const char letters[] = "FSRPAUEC";
	char text[sizeof(letters)];
	size_t n = 0;

	for (unsigned int bit = 0; bit < 8; bit++)
		if (flags & 1u << bit)
			text[n++] = letters[bit];
	lvs_json_textn(json, "flags", text, n);
}

static void put_connection(struct lvs_json *json, const struct lvs_trace_record *record)
{
	lvs_json_object(json, "connection");
	lvs_json_number(json, "id", record->id);
	put_proto(json, record->proto);
	put_endpoint(json, "client", &record->caddr, record->cport);
	put_endpoint(json, "virtual", &record->vaddr, record->vport);
	put_endpoint(json, "server", &record->daddr, record->dport);
	lvs_json_text(json, "forward", lvs_forwards[record->forward]->name);
	lvs_json_text(json, "direction", record->dir == LVS_DIR_REQUEST ? "request" : "reply");
	lvs_json_bool(json, "begun", record->begun);
	lvs_json_bool(json, "ended", record->ended);
	if (!record->begun)
		lvs_json_text(json, "before", state_name(record->proto, record->before));
	if (!record->ended)
		lvs_json_text(json, "after", state_name(record->proto, record->after));
	lvs_json_end_object(json);
}

void lvs_trace_json(struct lvs_json *json, const struct lvs_trace_record *record, lvs_ns epoch)
{
	lvs_ns time = record->time + epoch;
	char text[LVS_TRACE_TEXT_BYTES];

	lvs_json_object(json, NULL);
	lvs_json_number(json, "number", record->number);
	lvs_json_number(json, "seconds", time / LVS_NS_PER_SEC);
	lvs_json_number(json, "nanoseconds", time % LVS_NS_PER_SEC);
	lvs_json_text(json, "side", record->out ? "out" : "in");
	lvs_json_text(json, "verdict", lvs_trace_verdicts[record->verdict]);
	if (record->drop)
		lvs_json_text(json, "reason", lvs_drop_name(record->drop));
	put_endpoint(json, "source", &record->tuple.src, record->tuple.sport);
	put_endpoint(json, "destination", &record->tuple.dst, record->tuple.dport);
	put_proto(json, record->tuple.proto);
	if (record->tuple.proto == LVS_PROTO_TCP)
		put_flags(json, record->tcp_flags);
	lvs_json_number(json, "length", record->len);
	if (!lvs_addr_is_any(&record->via))
		put_endpoint(json, "next_hop", &record->via, 0);
	if (record->known)
		put_connection(json, record);
	lvs_json_text(json, "text", lvs_trace_text(record, text));
	lvs_json_end_object(json);
}
