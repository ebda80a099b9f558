/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of services and servers as they were when they were looked at. The formats want all samples of a family
 * together, so each object is looked at once and shown many times.
 */
#ifndef LVS_METRICS_SNAPSHOT_H
#define LVS_METRICS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/walk.h"
#include "metrics/exposition.h"

/* The first five as struct lvs_counters has them, for both. */
enum {
	LVS_SNAP_CONNS,
	LVS_SNAP_IN_PACKETS,
	LVS_SNAP_OUT_PACKETS,
	LVS_SNAP_IN_BYTES,
	LVS_SNAP_OUT_BYTES,
	LVS_SNAP_ACTIVE,
	LVS_SNAP_INACTIVE,
	LVS_SNAP_COMMON,
	/* of services */
	LVS_SNAP_SERVERS = LVS_SNAP_COMMON,
	LVS_SNAP_USABLE,
	LVS_SNAP_QUORUM,
	LVS_SNAP_OF_SERVICE,
	/* of servers */
	LVS_SNAP_PERSISTENT = LVS_SNAP_COMMON,
	LVS_SNAP_WEIGHT,
	LVS_SNAP_UP,
	LVS_SNAP_DRAINING,
	LVS_SNAP_OVERLOADED,
	LVS_SNAP_EJECTED,
	LVS_SNAP_ANSWERED,
	LVS_SNAP_FAILED,
	LVS_SNAP_CHANGES,
	LVS_SNAP_CHANGED_AT,	/* seconds since 1970, or LVS_METRIC_ABSENT, as all that come next */
	LVS_SNAP_LATENCY,	/* ns */
	LVS_SNAP_CHECK_UP,
	LVS_SNAP_CHECK_LATENCY,	/* ns */
	LVS_SNAP_CHECK_PASSED,
	LVS_SNAP_CHECK_FAILED,
	LVS_SNAP_CHECK_BROKEN,
	LVS_SNAP_OF_SERVER,
};

/**
 * struct lvs_snap_service, struct lvs_snap_server - one of them
 * @labels:	where its labels are in the text, @len bytes; from @plain on those that node_exporter has too
 * @service:	index of the server's
 */
struct lvs_snap_service {
	size_t labels;
	uint32_t len, plain;
	uint64_t values[LVS_SNAP_OF_SERVICE];
};

struct lvs_snap_server {
	size_t labels;
	uint32_t len, plain;
	uint32_t service;
	uint64_t values[LVS_SNAP_OF_SERVER];
};

/* @text: labels of all of them. Zeroes are an empty one. */
struct lvs_snapshot {
	struct lvs_snap_service *services;
	size_t nservices, services_room;
	struct lvs_snap_server *servers;
	size_t nservers, servers_room;
	struct lvs_writer text;
};

/* What @walk says of a step. Return: false without memory */
bool lvs_snapshot_take(struct lvs_snapshot *snapshot, const struct lvs_walk *walk, enum lvs_walk_step step);

void lvs_snapshot_fini(struct lvs_snapshot *snapshot);

#endif
