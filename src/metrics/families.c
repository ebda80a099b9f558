// SPDX-License-Identifier: GPL-2.0-or-later
/* One table: a family, whose it is, and which number of the snapshot it shows. */
#include "metrics/families.h"

#include <assert.h>

#include "base/bytes.h"
#include "engine/stats.h"
#include "metrics/snapshot.h"

enum scope { SERVICES, SERVERS, NODE_TOTAL, NODE_SERVERS };

#define COUNTER LVS_METRIC_COUNTER, NULL
#define BYTES LVS_METRIC_COUNTER, "bytes"
#define GAUGE LVS_METRIC_GAUGE, NULL
#define SECONDS LVS_METRIC_GAUGE, "seconds"

/* @value: LVS_SNAP_* */
static const struct family {
	enum scope scope;
	unsigned int value;
	struct lvs_metric metric;
} table[] = {
#define SERVICE(name, value, type, help) { SERVICES, LVS_SNAP_##value, { "lvsd_service_" name, type, help, 0 } }
	SERVICE("connections", CONNS, COUNTER, "Connections scheduled."),
	SERVICE("incoming_packets", IN_PACKETS, COUNTER, "Packets from clients."),
	SERVICE("outgoing_packets", OUT_PACKETS, COUNTER, "Packets to clients, where they pass the director."),
	SERVICE("incoming_bytes", IN_BYTES, BYTES, "Bytes from clients."),
	SERVICE("outgoing_bytes", OUT_BYTES, BYTES, "Bytes to clients, where they pass the director."),
	SERVICE("connections_active", ACTIVE, GAUGE, "Active connections of its servers."),
	SERVICE("connections_inactive", INACTIVE, GAUGE, "Inactive connections of its servers."),
	SERVICE("servers", SERVERS, GAUGE, "Servers it has."),
	SERVICE("servers_usable", USABLE, GAUGE, "Servers that may get new connections."),
	SERVICE("quorum", QUORUM, GAUGE, "Whether enough of its servers are up, and so it is with all that it depends on."),
#define SERVER(name, value, type, digits, help) { SERVERS, LVS_SNAP_##value, { "lvsd_server_" name, type, help, digits } }
	SERVER("connections", CONNS, COUNTER, 0, "Connections scheduled."),
	SERVER("incoming_packets", IN_PACKETS, COUNTER, 0, "Packets from clients."),
	SERVER("outgoing_packets", OUT_PACKETS, COUNTER, 0, "Packets to clients, where they pass the director."),
	SERVER("incoming_bytes", IN_BYTES, BYTES, 0, "Bytes from clients."),
	SERVER("outgoing_bytes", OUT_BYTES, BYTES, 0, "Bytes to clients, where they pass the director."),
	SERVER("connections_active", ACTIVE, GAUGE, 0, "Active connections."),
	SERVER("connections_inactive", INACTIVE, GAUGE, 0, "Inactive connections."),
	SERVER("connections_persistent", PERSISTENT, GAUGE, 0, "Clients that persistence pins to it."),
	SERVER("weight", WEIGHT, GAUGE, 0, "Its weight in force."),
	SERVER("up", UP, GAUGE, 0, "Whether it is wanted and its checks speak for it."),
	SERVER("draining", DRAINING, GAUGE, 0, "Whether it gets no new connections by the operator's will or its own."),
	SERVER("overloaded", OVERLOADED, GAUGE, 0, "Whether it has as many connections as it may have."),
	SERVER("ejected", EJECTED, GAUGE, 0, "Whether it is left out because it failed clients."),
	SERVER("answered", ANSWERED, COUNTER, 0, "Connections that it answered."),
	SERVER("failed", FAILED, COUNTER, 0, "Connections that came to nothing because of it."),
	SERVER("latency_seconds", LATENCY, SECONDS, 9, "How long it takes to answer a SYN, on the average of the last ones."),
	SERVER("state_changes", CHANGES, COUNTER, 0, "How often its state has changed."),
	SERVER("state_changed_timestamp_seconds", CHANGED_AT, SECONDS, 0, "When its state changed last, since 1970."),
	{ SERVERS, LVS_SNAP_CHECK_UP, { "lvsd_check_up", GAUGE, "Whether the server's checks say that it is up.", 0 } },
	{ SERVERS, LVS_SNAP_CHECK_LATENCY,
	  { "lvsd_check_duration_seconds", SECONDS, "How long the server's latest check took.", 9 } },
#define CHECK(name, value, help) { SERVERS, LVS_SNAP_CHECK_##value, { "lvsd_check_" name, COUNTER, help, 0 } }
	CHECK("passed", PASSED, "Checks of the server that it passed."),
	CHECK("failed", FAILED, "Checks of the server that it failed."),
	CHECK("broken", BROKEN, "Checks of the server that could not be run."),
#define NODE(name, value, type, help) { NODE_TOTAL, LVS_SNAP_##value, { "node_ipvs_" name, type, help, 0 } }
	NODE("connections", CONNS, COUNTER, "The total number of connections made."),
	NODE("incoming_packets", IN_PACKETS, COUNTER, "The total number of incoming packets."),
	NODE("outgoing_packets", OUT_PACKETS, COUNTER, "The total number of outgoing packets."),
	NODE("incoming_bytes", IN_BYTES, BYTES, "The total amount of incoming data."),
	NODE("outgoing_bytes", OUT_BYTES, BYTES, "The total amount of outgoing data."),
#define BACKEND(name, value, help) { NODE_SERVERS, LVS_SNAP_##value, { "node_ipvs_backend_" name, GAUGE, help, 0 } }
	BACKEND("connections_active", ACTIVE, "The current active connections by local and remote address."),
	BACKEND("connections_inactive", INACTIVE, "The current inactive connections by local and remote address."),
	BACKEND("weight", WEIGHT, "The current backend weight by local and remote address."),
};

static bool wanted(const struct lvs_families *families, const struct family *family)
{
	switch (family->scope) {
	case SERVICES:
		return families->services;
	case SERVERS:
		return families->servers;
	default:
		return families->node_ipvs;
	}
}

static size_t rows_of(const struct lvs_snapshot *snapshot, const struct family *family)
{
	if (family->scope == NODE_TOTAL)
		return 1;
	return family->scope == SERVICES ? snapshot->nservices : snapshot->nservers;
}

static uint64_t total_of(const struct lvs_counters *total, unsigned int value)
{
	uint64_t values[LVS_SNAP_ACTIVE];

	memcpy(values, total, sizeof(values));
	return values[value];
}

static void write_row(const struct lvs_families *families, const struct lvs_snapshot *snapshot,
		      struct lvs_exposition *exposition, const struct family *family, size_t row)
{
	const char *text = snapshot->text.bytes;
	const struct lvs_snap_service *service;
	const struct lvs_snap_server *server;
	uint32_t skip;

	if (family->scope == NODE_TOTAL) {
		lvs_metric_sample(exposition, &family->metric, "", 0, "", 0, total_of(families->total, family->value));
		return;
	}
	if (family->scope == SERVICES) {
		service = &snapshot->services[row];
		lvs_metric_sample(exposition, &family->metric, text + service->labels, service->len, "", 0,
				  service->values[family->value]);
		return;
	}
	server = &snapshot->servers[row];
	service = &snapshot->services[server->service];
	skip = family->scope == NODE_SERVERS ? service->plain : 0;
	text += service->labels;
	lvs_metric_sample(exposition, &family->metric, text + skip, service->len - skip,
			  snapshot->text.bytes + server->labels + (skip ? server->plain : 0),
			  server->len - (skip ? server->plain : 0), server->values[family->value]);
}

bool lvs_families_write(struct lvs_families *families, const struct lvs_snapshot *snapshot,
			struct lvs_exposition *exposition, size_t enough)
{
	while (families->family < ARRAY_LEN(table)) {
		const struct family *family = &table[families->family];

		if (wanted(families, family)) {
			if (!families->begun)
				lvs_metric_begin(exposition, &family->metric);
			families->begun = true;
			while (families->row < rows_of(snapshot, family)) {
				if (exposition->out.len >= enough)
					return true;
				write_row(families, snapshot, exposition, family, families->row++);
			}
		}
		families->begun = false;
		families->row = 0;
		families->family++;
	}
	return false;
}
