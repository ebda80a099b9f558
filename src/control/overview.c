// SPDX-License-Identifier: GPL-2.0-or-later
/* The members of /v1/status that cost nothing. */
#include "control/overview.h"

#include <unistd.h>

#include "control/control.h"
#include "control/json.h"
#include "control/show.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/turns.h"

static void put_process(struct lvs_json *json, const struct lvs_control_host *host)
{
	lvs_json_text(json, "version", PACKAGE_VERSION);
	lvs_json_number(json, "pid", (uint64_t)getpid());
	lvs_json_number(json, "uptime", (lvs_clock_now() - host->started) / LVS_NS_PER_SEC);
	lvs_json_text(json, "config", host->path);
	lvs_json_text(json, "log_level", lvs_log_level_name(lvs_log_level(host->log)));
}

static void put_device(struct lvs_json *json, const struct lvs_control_host *host)
{
	struct lvs_control_device device;

	host->device(host->arg, &device);
	lvs_json_object(json, "device");
	lvs_json_text(json, "name", device.name);
	lvs_json_text(json, "type", device.type);
	lvs_json_number(json, "mtu", device.mtu);
	lvs_json_array(json, "offloads");
	if (device.offload_csum)
		lvs_json_text(json, NULL, "checksum");
	if (device.offload_tso)
		lvs_json_text(json, NULL, "tso");
	if (device.offload_uso)
		lvs_json_text(json, NULL, "uso");
	lvs_json_end_array(json);
	lvs_json_number(json, "rx_packets", device.rx_packets);
	lvs_json_number(json, "rx_bytes", device.rx_bytes);
	lvs_json_number(json, "tx_packets", device.tx_packets);
	lvs_json_number(json, "tx_bytes", device.tx_bytes);
	lvs_json_number(json, "queue_dropped", device.queue_dropped);
	lvs_json_number(json, "refused", device.refused);
	lvs_json_end_object(json);
}

static void put_connections(struct lvs_json *json, const struct lvs_engine *engine)
{
	static const char *const classes[] = {
		[LVS_CLASS_HALF_OPEN] = "half_open", [LVS_CLASS_CLOSING] = "closing", [LVS_CLASS_DATAGRAM] = "datagram",
		[LVS_CLASS_TEMPLATE] = "template", [LVS_CLASS_ESTABLISHED] = "established",
	};
	const struct lvs_conn_table *table = lvs_engine_conns(engine);
	const struct lvs_defence *defence = lvs_engine_defence(engine);

	lvs_json_object(json, "connections");
	lvs_json_number(json, "used", table->used);
	lvs_json_number(json, "capacity", table->capacity);
	lvs_json_number(json, "templates", table->ntemplates);
	lvs_json_object(json, "classes");
	for (size_t i = 0; i < LVS_CLASS_COUNT; i++)
		lvs_json_number(json, classes[i], table->wheel.counts[i]);
	lvs_json_end_object(json);
	lvs_json_object(json, "evicted");
	for (size_t i = 0; i < LVS_CLASS_COUNT; i++)
		lvs_json_number(json, classes[i], table->evicted[i]);
	lvs_json_end_object(json);
	lvs_json_bool(json, "attack", defence->attack);
	lvs_json_number(json, "given_up", defence->given_up);
	lvs_json_end_object(json);
}

static void put_packets(struct lvs_json *json, const struct lvs_stats *stats)
{
	static const char *const replies[] = {
		[LVS_REPLY_ECHO] = "echo", [LVS_REPLY_RESET] = "reset", [LVS_REPLY_ERROR] = "error", [LVS_REPLY_PROBE] = "probe",
		[LVS_REPLY_COOKIE] = "cookie", [LVS_REPLY_HANDSHAKE] = "handshake", [LVS_REPLY_INTRODUCTION] = "introduction",
	};
	uint64_t dropped = 0;

	for (enum lvs_drop drop = 1; drop < LVS_DROP_COUNT; drop++)
		dropped += stats->dropped[drop];
	lvs_json_object(json, "packets");
	lvs_json_number(json, "received", stats->received);
	lvs_json_number(json, "received_bytes", stats->received_bytes);
	lvs_json_number(json, "forwarded", stats->forwarded);
	lvs_json_number(json, "passed", stats->passed);
	lvs_json_number(json, "answered", stats->answered);
	lvs_json_number(json, "held", stats->held);
	lvs_json_number(json, "dropped", dropped);
	lvs_json_number(json, "bypassed", stats->bypassed);
	lvs_json_number(json, "offered", stats->offered);
	lvs_json_end_object(json);
	lvs_json_object(json, "replies");
	for (size_t i = 0; i < LVS_REPLY_COUNT; i++)
		lvs_json_number(json, replies[i], stats->replied[i]);
	lvs_json_object(json, "limited");
	for (size_t i = 0; i < LVS_REPLY_LIMITED; i++)
		lvs_json_number(json, replies[i], stats->limited[i]);
	lvs_json_end_object(json);
	lvs_json_end_object(json);
}

static void put_loop(struct lvs_json *json, const struct lvs_loop *loop)
{
	struct lvs_turns_summary summary;

	lvs_turns_summarize(lvs_loop_turns(loop), lvs_clock_now(), &summary);
	lvs_json_object(json, "loop");
	lvs_json_number(json, "turns", summary.n);
	lvs_json_number(json, "p50_us", summary.p50 / LVS_NS_PER_US);
	lvs_json_number(json, "p99_us", summary.p99 / LVS_NS_PER_US);
	lvs_json_number(json, "max_us", summary.max / LVS_NS_PER_US);
	lvs_json_end_object(json);
}

/* Changes of the configuration that were tried, the latest first. */
static void put_changes(struct lvs_json *json, const struct lvs_control_host *host)
{
	struct lvs_control_change change;

	lvs_json_array(json, "reloads");
	for (size_t back = 0; host->history(host->arg, back, &change); back++) {
		lvs_json_object(json, NULL);
		lvs_json_number(json, "time", (uint64_t)change.time);
		lvs_json_text(json, "what", change.what);
		lvs_json_bool(json, "ok", change.ok);
		lvs_json_number(json, "changes", change.changes);
		lvs_json_text(json, "message", change.message);
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
}

void lvs_overview(struct lvs_json *json, const struct lvs_control_host *host)
{
	const struct lvs_meter *meter = lvs_engine_meter(host->engine);
	const struct lvs_show show = { .host = host, .meter = meter };

	lvs_json_object(json, NULL);
	put_process(json, host);
	put_changes(json, host);
	put_device(json, host);
	put_connections(json, host->engine);
	put_packets(json, lvs_engine_stats(host->engine));
	put_loop(json, host->loop);
	lvs_show_counters(json, &show, "total", &lvs_engine_stats(host->engine)->total, &meter->total);
}
