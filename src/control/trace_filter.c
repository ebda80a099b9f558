// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/trace_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/drop.h"
#include "engine/proto.h"
#include "engine/trace.h"
#include "engine/wire.h"
#include "sys/addrtext.h"

#define ENDS "an address, a prefix, either with a port, or a port as \":80\""

static bool set_protocol(struct lvs_trace_filter *filter, const char *value)
{
	static const struct {
		const char *name;
		uint8_t number;
	} others[] = { { "icmp", LVS_PROTO_ICMP }, { "icmp6", LVS_PROTO_ICMP6 } };

	for (size_t i = 0; i < LVS_PROTO_INDEX_COUNT; i++) {
		if (strcmp(lvs_protos[i]->name, value) == 0) {
			filter->proto = lvs_protos[i]->number;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(others[i].name, value) == 0) {
			filter->proto = others[i].number;
			return true;
		}
	}
	return false;
}

static bool set_family(struct lvs_trace_filter *filter, const char *value)
{
	if (strcmp(value, "4") != 0 && strcmp(value, "6") != 0)
		return false;
	filter->family = *value == '4' ? LVS_TRACE_IP4 : LVS_TRACE_IP6;
	return true;
}

static bool set_end(struct lvs_trace_end *end, const char *value)
{
	uint16_t port;

	if (lvs_ends_parse(value, &end->prefix, &port))
		return false;
	end->port = LVS_BE16(port);
	return true;
}

static bool set_client(struct lvs_trace_filter *filter, const char *value)
{
	return set_end(&filter->client, value);
}

static bool set_virtual(struct lvs_trace_filter *filter, const char *value)
{
	return set_end(&filter->vip, value);
}

static bool set_server(struct lvs_trace_filter *filter, const char *value)
{
	return set_end(&filter->server, value);
}

/* One or several, with commas. */
static bool set_verdict(struct lvs_trace_filter *filter, const char *value)
{
	uint32_t verdicts = 0;

	for (size_t len;; value += len + 1) {
		uint32_t bit = 0;

		len = strcspn(value, ",");
		for (unsigned int v = 0; v < LVS_TRACE_VERDICT_COUNT; v++)
			if (strlen(lvs_trace_verdicts[v]) == len && strncmp(lvs_trace_verdicts[v], value, len) == 0)
				bit = 1u << v;
		if (!bit)
			return false;
		verdicts |= bit;
		if (!value[len])
			break;
	}
	filter->verdicts = verdicts;
	return true;
}

static bool set_reason(struct lvs_trace_filter *filter, const char *value)
{
	for (enum lvs_drop drop = LVS_DROP_NONE + 1; drop < LVS_DROP_COUNT; drop++) {
		if (strcmp(lvs_drop_name(drop), value) == 0) {
			filter->drop = drop;
			return true;
		}
	}
	return false;
}

int lvs_trace_filter_set(struct lvs_trace_filter *filter, const char *key, const char *value,
			 char detail[LVS_TRACE_DETAIL_BYTES], struct lvs_problem *ret_problem)
{
	static const struct {
		const char *key;
		bool (*set)(struct lvs_trace_filter *filter, const char *value);
		const char *allowed;
	} keys[] = {
		{ "protocol", set_protocol, "tcp, udp, sctp, icmp or icmp6" },
		{ "family", set_family, "4 or 6" },
		{ "client", set_client, ENDS },
		{ "virtual", set_virtual, ENDS },
		{ "server", set_server, ENDS },
		{ "verdict", set_verdict, "forwarded, passed, answered, held, dropped or said, or some of them with commas" },
		{ "reason", set_reason, "a reason that /v1/drops names" },
	};
	size_t i = 0;

	while (i < ARRAY_LEN(keys) && strcmp(keys[i].key, key) != 0)
		i++;
	if (i == ARRAY_LEN(keys))
		return 0;
	if (keys[i].set(filter, value))
		return 1;
	(void)snprintf(detail, LVS_TRACE_DETAIL_BYTES, "no packet can have this \"%s\"", key);
	*ret_problem = (struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = detail, .given = value,
					     .allowed = keys[i].allowed };
	return -EINVAL;
}
