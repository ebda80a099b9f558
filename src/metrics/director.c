// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is one of, or one of each kind. */
#include "metrics/director.h"

#include <string.h>

#include "control/control.h"
#include "engine/engine.h"
#include "metrics/exposition.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/turns.h"

#define FAMILY(name, type, unit, help) (&(const struct lvs_metric){ "lvsd_" name, LVS_METRIC_##type, unit, help, 0 })

static void process(const struct lvs_control_host *host, struct lvs_exposition *out)
{
	const struct lvs_metric *build = FAMILY("build", INFO, NULL, "The version of lvsd.");
	const struct lvs_metric uptime = { "lvsd_uptime_seconds", LVS_METRIC_GAUGE, "seconds", "How long the daemon has been running.", 3 };

	lvs_metric_begin(out, build);
	lvs_metric_labelled(out, build, "version", PACKAGE_VERSION, 1);
	lvs_metric_single(out, &uptime, (lvs_clock_now() - host->started) / LVS_NS_PER_MS);
	lvs_metric_single(out, FAMILY("services", GAUGE, NULL, "Virtual services."), lvs_engine_rules(host->engine)->nservices);
}

/* The latest reload, as long as no other changes have taken its place in memory. */
static void reload(const struct lvs_control_host *host, struct lvs_exposition *out)
{
	const struct lvs_metric *success =
		FAMILY("reload_success", GAUGE, NULL, "Whether the latest reload of lvs.conf took effect.");
	const struct lvs_metric *when =
		FAMILY("reload_timestamp_seconds", GAUGE, "seconds", "When that was, in seconds since 1970.");
	uint64_t ok = LVS_METRIC_ABSENT, time = LVS_METRIC_ABSENT;
	struct lvs_control_change change;

	for (size_t back = 0; ok == LVS_METRIC_ABSENT && host->history(host->arg, back, &change); back++) {
		if (strcmp(change.what, "reload") != 0)
			continue;
		ok = change.ok;
		time = (uint64_t)change.time;
	}
	lvs_metric_single(out, success, ok);
	lvs_metric_single(out, when, time);
}

static void connections(const struct lvs_engine *engine, struct lvs_exposition *out)
{
	static const char *const classes[] = {
		[LVS_CLASS_HALF_OPEN] = "half_open", [LVS_CLASS_CLOSING] = "closing", [LVS_CLASS_DATAGRAM] = "datagram",
		[LVS_CLASS_TEMPLATE] = "template", [LVS_CLASS_ESTABLISHED] = "established",
	};
	const struct lvs_metric *tracked = FAMILY("tracked", GAUGE, NULL, "Connections and templates in the table, by class.");
	const struct lvs_metric *evicted = FAMILY("evicted", COUNTER, NULL, "Connections given up by a full table, by class.");
	const struct lvs_conn_table *table = lvs_engine_conns(engine);

	lvs_metric_begin(out, tracked);
	for (size_t i = 0; i < LVS_CLASS_COUNT; i++)
		lvs_metric_labelled(out, tracked, "class", classes[i], table->wheel.counts[i]);
	lvs_metric_single(out, FAMILY("tracked_max", GAUGE, NULL, "Connections that the table has room for."), table->capacity);
	lvs_metric_begin(out, evicted);
	for (size_t i = 0; i < LVS_CLASS_COUNT; i++)
		lvs_metric_labelled(out, evicted, "class", classes[i], table->evicted[i]);
	lvs_metric_single(out, FAMILY("attack", GAUGE, NULL, "Whether the table is filling up."),
			  lvs_engine_defence(engine)->attack);
}

static void totals(const struct lvs_counters *total, struct lvs_exposition *out)
{
	lvs_metric_single(out, FAMILY("connections", COUNTER, NULL, "Connections scheduled."), total->conns);
	lvs_metric_single(out, FAMILY("incoming_packets", COUNTER, NULL, "Packets from clients to services."), total->in_packets);
	lvs_metric_single(out, FAMILY("outgoing_packets", COUNTER, NULL, "Packets of services to clients."), total->out_packets);
	lvs_metric_single(out, FAMILY("incoming_bytes", COUNTER, "bytes", "Bytes from clients to services."), total->in_bytes);
	lvs_metric_single(out, FAMILY("outgoing_bytes", COUNTER, "bytes", "Bytes of services to clients."), total->out_bytes);
}

static void packets(const struct lvs_stats *stats, struct lvs_exposition *out)
{
	static const char *const replies[] = {
		[LVS_REPLY_ECHO] = "echo", [LVS_REPLY_RESET] = "reset", [LVS_REPLY_ERROR] = "error", [LVS_REPLY_PROBE] = "probe",
		[LVS_REPLY_COOKIE] = "cookie", [LVS_REPLY_HANDSHAKE] = "handshake", [LVS_REPLY_INTRODUCTION] = "introduction",
	};
	const struct lvs_metric *handled = FAMILY("packets", COUNTER, NULL, "Packets received, by what became of them.");
	const struct lvs_metric *drops = FAMILY("drops", COUNTER, NULL, "Packets dropped, by reason.");
	const struct lvs_metric *said = FAMILY("replies", COUNTER, NULL, "Packets that the director made itself, by kind.");
	const struct lvs_metric *limited =
		FAMILY("replies_limited", COUNTER, NULL, "Those it did not make, as there were too many.");

	lvs_metric_begin(out, handled);
	lvs_metric_labelled(out, handled, "result", "forwarded", stats->forwarded);
	lvs_metric_labelled(out, handled, "result", "passed", stats->passed);
	lvs_metric_labelled(out, handled, "result", "answered", stats->answered);
	lvs_metric_single(out, FAMILY("received_packets", COUNTER, NULL, "Packets received."), stats->received);
	lvs_metric_single(out, FAMILY("received_bytes", COUNTER, "bytes", "Bytes received."), stats->received_bytes);
	lvs_metric_begin(out, drops);
	for (enum lvs_drop drop = 1; drop < LVS_DROP_COUNT; drop++)
		lvs_metric_labelled(out, drops, "reason", lvs_drop_name(drop), stats->dropped[drop]);
	lvs_metric_begin(out, said);
	for (size_t i = 0; i < LVS_REPLY_COUNT; i++)
		lvs_metric_labelled(out, said, "kind", replies[i], stats->replied[i]);
	lvs_metric_begin(out, limited);
	for (size_t i = 0; i < LVS_REPLY_LIMITED; i++)
		lvs_metric_labelled(out, limited, "kind", replies[i], stats->limited[i]);
	lvs_metric_single(out, FAMILY("offered", COUNTER, NULL, "Clients offered to another server than the one that failed."),
			  stats->offered);
	lvs_metric_single(out, FAMILY("bypassed", COUNTER, NULL, "Connections that went on without a server."), stats->bypassed);
}

static void device(const struct lvs_control_host *host, struct lvs_exposition *out)
{
	const struct lvs_metric *lost = FAMILY("device_dropped", COUNTER, NULL,
					       "Packets lost at the device: in its queue towards lvsd, or refused by it.");
	struct lvs_control_device of;

	host->device(host->arg, &of);
	lvs_metric_begin(out, lost);
	lvs_metric_labelled(out, lost, "direction", "in", of.queue_dropped);
	lvs_metric_labelled(out, lost, "direction", "out", of.refused);
}

/* Turns by octaves from 16 microseconds to half a second. */
static void loop(const struct lvs_turns *turns, struct lvs_exposition *out)
{
	const struct lvs_metric lag = { "lvsd_loop_lag_seconds", LVS_METRIC_HISTOGRAM, "seconds",
					"How long turns of the loop take, and packets may have to wait.", 0 };
	uint64_t n = 0;

	lvs_metric_begin(out, &lag);
	for (unsigned int bucket = 0; bucket < LVS_TURNS_BUCKETS; bucket++) {
		lvs_ns edge = lvs_turns_edge(bucket);

		n += turns->counts[bucket];
		if (bucket % 4 != 3 || edge < 16 * LVS_NS_PER_US || edge > LVS_SECONDS(1))
			continue;
		lvs_writer_text(&out->out, "lvsd_loop_lag_seconds_bucket{le=\"");
		lvs_writer_fixed(&out->out, edge / LVS_NS_PER_US, 6);
		lvs_writer_text(&out->out, "\"} ");
		lvs_writer_u64(&out->out, n);
		lvs_writer_char(&out->out, '\n');
	}
	lvs_writer_text(&out->out, "lvsd_loop_lag_seconds_bucket{le=\"+Inf\"} ");
	lvs_writer_u64(&out->out, n);
	lvs_writer_text(&out->out, "\nlvsd_loop_lag_seconds_sum ");
	lvs_writer_fixed(&out->out, turns->sum, 9);
	lvs_writer_text(&out->out, "\nlvsd_loop_lag_seconds_count ");
	lvs_writer_u64(&out->out, n);
	lvs_writer_char(&out->out, '\n');
}

void lvs_metrics_director(const struct lvs_control_host *host, struct lvs_exposition *exposition)
{
	const struct lvs_stats *stats = lvs_engine_stats(host->engine);

	process(host, exposition);
	reload(host, exposition);
	connections(host->engine, exposition);
	totals(&stats->total, exposition);
	packets(stats, exposition);
	device(host, exposition);
	loop(lvs_loop_turns(host->loop), exposition);
}
