// SPDX-License-Identifier: GPL-2.0-or-later
/* Labels are made once for each object: they are most of what is written. */
#include "metrics/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "control/control.h"
#include "control/show.h"
#include "engine/wire.h"
#include "sys/addrtext.h"

static_assert(sizeof(struct lvs_counters) == LVS_SNAP_ACTIVE * sizeof(uint64_t), "counters come first");

/* Room for one more of @size bytes. Return: the array, or NULL and nothing changed */
static void *grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 64;

	if (n < *room)
		return array;
	array = reallocarray(array, more, size);
	if (array)
		*room = more;
	return array;
}

/* In capitals, as in /proc/net/ip_vs. */
static const char *protocol_of(uint8_t proto)
{
	switch (proto) {
	case LVS_PROTO_TCP:
		return "TCP";
	case LVS_PROTO_UDP:
		return "UDP";
	case LVS_PROTO_SCTP:
		return "SCTP";
	default:
		return "FWM";
	}
}

static void put_address(struct lvs_writer *out, const char *label, const struct lvs_addr *addr)
{
	char text[LVS_ADDR_TEXT_BYTES];

	lvs_metric_label(out, label, lvs_addr_format(addr, text));
	lvs_writer_char(out, ',');
}

static void put_port(struct lvs_writer *out, const char *label, lvs_be16 port)
{
	lvs_writer_text(out, label);
	lvs_writer_bytes(out, "=\"", 2);
	lvs_writer_u64(out, lvs_host16(port));
	lvs_writer_char(out, '"');
}

/* As node_exporter reads them: where there is a mark there is neither address nor port. */
static void put_service_labels(struct lvs_writer *out, const struct lvs_service_key *key)
{
	if (key->mark) {
		lvs_writer_format(out, "local_address=\"\",local_port=\"\",local_mark=\"%08X\"", key->mark);
	} else {
		put_address(out, "local_address", &key->addr);
		put_port(out, "local_port", key->port);
		lvs_writer_text(out, ",local_mark=\"\"");
	}
	lvs_writer_char(out, ',');
	lvs_metric_label(out, "proto", protocol_of(key->proto));
}

static bool take_service(struct lvs_snapshot *snapshot, const struct lvs_walk *walk)
{
	struct lvs_snap_service *services = grow(snapshot->services, snapshot->nservices, &snapshot->services_room,
						 sizeof(*services)), *snap;
	struct lvs_control_quorum quorum;
	size_t plain;

	if (!services)
		return false;
	snapshot->services = services;
	snap = &services[snapshot->nservices++];
	memset(snap, 0, sizeof(*snap));
	memcpy(snap->values, &walk->service->counters, sizeof(walk->service->counters));
	snap->labels = snapshot->text.len;
	lvs_metric_label(&snapshot->text, "service", walk->conf->name);
	lvs_writer_char(&snapshot->text, ',');
	plain = snapshot->text.len;
	put_service_labels(&snapshot->text, &walk->service->spec.key);
	snap->plain = (uint32_t)(plain - snap->labels);
	snap->len = (uint32_t)(snapshot->text.len - snap->labels);
	walk->host->quorum(walk->host->arg, walk->conf, &quorum);
	snap->values[LVS_SNAP_QUORUM] = quorum.quorum;
	return !snapshot->text.failed;
}

static void put_health(struct lvs_snap_server *snap, const struct lvs_walk *walk)
{
	struct lvs_control_health health = { .state = "up", .in = true };
	const char *state;

	if (walk->server_conf)
		walk->host->health(walk->host->arg, walk->conf, walk->server_conf, &health);
	state = lvs_show_state(walk->server, walk->server_conf, &health);
	snap->values[LVS_SNAP_UP] = strcmp(state, "up") == 0;
	snap->values[LVS_SNAP_DRAINING] = strcmp(state, "draining") == 0 || strcmp(state, "drained") == 0;
	snap->values[LVS_SNAP_CHANGES] = health.changes;
	snap->values[LVS_SNAP_CHANGED_AT] = health.changes ? (uint64_t)health.changed_at : LVS_METRIC_ABSENT;
	snap->values[LVS_SNAP_CHECK_PASSED] = health.checks ? health.passed : LVS_METRIC_ABSENT;
	snap->values[LVS_SNAP_CHECK_FAILED] = health.checks ? health.failed : LVS_METRIC_ABSENT;
	snap->values[LVS_SNAP_CHECK_BROKEN] = health.checks ? health.broken : LVS_METRIC_ABSENT;
	snap->values[LVS_SNAP_CHECK_UP] = health.checks ? strcmp(health.state, "up") == 0 : LVS_METRIC_ABSENT;
	snap->values[LVS_SNAP_CHECK_LATENCY] = health.deciding.checked_at ? health.deciding.latency : LVS_METRIC_ABSENT;
}

static void put_values(struct lvs_snap_server *snap, const struct lvs_server *server)
{
	memcpy(snap->values, &server->counters, sizeof(server->counters));
	snap->values[LVS_SNAP_ACTIVE] = server->active;
	snap->values[LVS_SNAP_INACTIVE] = server->inactive;
	snap->values[LVS_SNAP_PERSISTENT] = server->persistent;
	snap->values[LVS_SNAP_WEIGHT] = server->spec.weight;
	snap->values[LVS_SNAP_OVERLOADED] = server->overload;
	snap->values[LVS_SNAP_EJECTED] = server->seen.ejected;
	snap->values[LVS_SNAP_ANSWERED] = server->seen.answered;
	for (size_t i = 0; i < LVS_FAILURE_COUNT; i++)
		snap->values[LVS_SNAP_FAILED] += server->seen.failures[i];
	snap->values[LVS_SNAP_LATENCY] = server->seen.latency ? server->seen.latency : LVS_METRIC_ABSENT;
}

static bool take_server(struct lvs_snapshot *snapshot, const struct lvs_walk *walk)
{
	struct lvs_snap_server *servers = grow(snapshot->servers, snapshot->nservers, &snapshot->servers_room,
					       sizeof(*servers)), *snap;
	struct lvs_snap_service *of = &snapshot->services[snapshot->nservices - 1];
	const struct lvs_server_spec *spec = &walk->server->spec;
	struct lvs_writer *text = &snapshot->text;
	char name[LVS_ENDPOINT_TEXT_BYTES];
	size_t plain;

	if (!servers)
		return false;
	snapshot->servers = servers;
	snap = &servers[snapshot->nservers++];
	memset(snap, 0, sizeof(*snap));
	snap->service = (uint32_t)(snapshot->nservices - 1);
	snap->labels = text->len;
	lvs_metric_label(text, "server", walk->server_conf ? walk->server_conf->name :
			 lvs_endpoint_format(&spec->addr, lvs_host16(spec->port), name));
	lvs_writer_char(text, ',');
	plain = text->len;
	put_address(text, "remote_address", &spec->addr);
	put_port(text, "remote_port", spec->port);
	snap->plain = (uint32_t)(plain - snap->labels);
	snap->len = (uint32_t)(text->len - snap->labels);
	put_values(snap, walk->server);
	put_health(snap, walk);
	of->values[LVS_SNAP_ACTIVE] += walk->server->active;
	of->values[LVS_SNAP_INACTIVE] += walk->server->inactive;
	of->values[LVS_SNAP_SERVERS]++;
	of->values[LVS_SNAP_USABLE] += lvs_server_usable(walk->server);
	return !text->failed;
}

bool lvs_snapshot_take(struct lvs_snapshot *snapshot, const struct lvs_walk *walk, enum lvs_walk_step step)
{
	if (step == LVS_WALK_SERVICE)
		return take_service(snapshot, walk);
	return step != LVS_WALK_SERVER || take_server(snapshot, walk);
}

void lvs_snapshot_fini(struct lvs_snapshot *snapshot)
{
	free(snapshot->services);
	free(snapshot->servers);
	lvs_writer_fini(&snapshot->text);
	*snapshot = (struct lvs_snapshot){ .services = NULL };
}
