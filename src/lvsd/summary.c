// SPDX-License-Identifier: GPL-2.0-or-later
/* What a director has done so far, in the words of `ipvsadm -L --stats`. */
#include "lvsd/summary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/client.h"
#include "engine/drop.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "io/io.h"
#include "lvsd/director.h"
#include "net/net.h"
#include "notify/notices.h"
#include "sys/addrtext.h"
#include "sys/log.h"

#define COUNTERS_FORMAT \
	"%" PRIu64 " conns, in %" PRIu64 " packets %" PRIu64 " bytes, out %" PRIu64 " packets %" PRIu64 " bytes"
#define COUNTERS_ARGS(c) (c)->conns, (c)->in_packets, (c)->in_bytes, (c)->out_packets, (c)->out_bytes

static void tell(struct lvs_summary *summary, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct lvs_summary *summary, const char *format, ...)
{
	char line[LVS_LOG_LINE_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	summary->say(summary, line);
}

static const char *state_of(const struct lvs_server *server)
{
	return server->spec.down ? " down" : server->drained ? " drained" : server->spec.drain ? " draining" :
	       server->seen.ejected ? " ejected" : "";
}

static void tell_service(struct lvs_summary *summary, const struct lvs_service *service)
{
	const struct lvs_service_key *key = &service->spec.key;
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (key->mark)
		(void)snprintf(text, sizeof(text), "%u%s", key->mark, lvs_addr_is4(&key->addr) ? "" : " IPv6");
	else
		lvs_endpoint_format(&key->addr, lvs_host16(key->port), text);
	tell(summary, "service %s %s %s: %u servers, " COUNTERS_FORMAT,
		key->mark ? "FWM" : lvs_proto_find(key->proto)->name, text, service->spec.sched->name, service->nservers,
		COUNTERS_ARGS(&service->counters));
	for (uint32_t i = 0; i < service->nservers; i++) {
		const struct lvs_server *server = service->servers[i];

		lvs_endpoint_format(&server->spec.addr, lvs_host16(server->spec.port), text);
		tell(summary, "  -> %s %s weight %u%s: %u active, %u inactive, %u persistent, " COUNTERS_FORMAT, text,
			server->spec.forward->label, server->spec.weight, state_of(server), server->active, server->inactive,
			server->persistent, COUNTERS_ARGS(&server->counters));
	}
}

static void tell_clients(struct lvs_summary *summary, const struct lvs_clients *clients)
{
	if (clients->used || clients->evicted || clients->unlimited)
		tell(summary, "clients: %u of %u are counted, forgot %" PRIu64 ", no room for %" PRIu64,
			clients->used, clients->max, clients->evicted, clients->unlimited);
}

static void tell_drops(struct lvs_summary *summary, const struct lvs_stats *stats)
{
	for (enum lvs_drop drop = 1; drop < LVS_DROP_COUNT; drop++)
		if (stats->dropped[drop])
			tell(summary, "dropped %" PRIu64 " (%s): %s", stats->dropped[drop],
				lvs_drop_name(drop), lvs_drop_text(drop));
}

/* Of a station on a LAN. */
static void tell_lan(struct lvs_summary *summary, const struct lvs_io_stats *stats)
{
	tell(summary, "neighbours: asked %" PRIu64 ", answered %" PRIu64 ", unreachable %" PRIu64 ", over the limit %"
		PRIu64 ", ignored %" PRIu64 ", conflicts %" PRIu64, stats->lan_asked, stats->lan_answered,
		stats->lan_unreachable, stats->lan_limited, stats->lan_ignored, stats->lan_conflicts);
	tell(summary, "frames: for others %" PRIu64 "; packets without a route %" PRIu64 ", to the unreachable %"
		PRIu64 ", too many waiting %" PRIu64, stats->rx_foreign, stats->tx_no_route, stats->tx_unresolved,
		stats->tx_waiting);
}

static void tell_said(struct lvs_summary *summary, const struct lvs_stats *stats)
{
	tell(summary, "said: %" PRIu64 " echo replies, %" PRIu64 " resets, %" PRIu64 " errors, %" PRIu64 " probes",
	     stats->replied[LVS_REPLY_ECHO], stats->replied[LVS_REPLY_RESET], stats->replied[LVS_REPLY_ERROR],
	     stats->replied[LVS_REPLY_PROBE]);
	if (stats->bypassed)
		tell(summary, "bypassed: %" PRIu64 " connections without a server went on to their own destinations",
		     stats->bypassed);
	if (stats->replied[LVS_REPLY_COOKIE])
		tell(summary, "SYN proxy: %" PRIu64 " cookies sent, %" PRIu64 " accepted, %" PRIu64 " refused",
		     stats->replied[LVS_REPLY_COOKIE], stats->cookies_accepted, stats->dropped[LVS_DROP_COOKIE]);
	if (stats->replied[LVS_REPLY_INTRODUCTION])
		tell(summary, "client addresses: %" PRIu64 " segments sent to tell servers",
		     stats->replied[LVS_REPLY_INTRODUCTION]);
	if (stats->offered)
		tell(summary, "retries: %" PRIu64 " clients were offered to another server", stats->offered);
	if (stats->helped[LVS_HELPED_ANNOUNCED] || stats->helped[LVS_HELPED_REFUSED])
		tell(summary, "helpers: %" PRIu64 " connections announced, %" PRIu64 " of them came, %" PRIu64
		     " payloads changed, %" PRIu64 " lines refused", stats->helped[LVS_HELPED_ANNOUNCED],
		     stats->helped[LVS_HELPED_CONNECTED], stats->helped[LVS_HELPED_CHANGED],
		     stats->helped[LVS_HELPED_REFUSED]);
}

void lvs_summary_packets(struct lvs_engine *engine, struct lvs_summary *summary)
{
	const struct lvs_stats *stats = lvs_engine_stats(engine);
	const struct lvs_conn_table *conns = lvs_engine_conns(engine);
	const struct lvs_defence *defence = lvs_engine_defence(engine);

	tell(summary, "connections: %u of %u, evicted %" PRIu64 " half-open %" PRIu64 " closing %" PRIu64
	     " datagram %" PRIu64 " template %" PRIu64 " established", conns->used, conns->capacity,
	     conns->evicted[LVS_CLASS_HALF_OPEN], conns->evicted[LVS_CLASS_CLOSING], conns->evicted[LVS_CLASS_DATAGRAM],
	     conns->evicted[LVS_CLASS_TEMPLATE], conns->evicted[LVS_CLASS_ESTABLISHED]);
	if (defence->given_up || defence->attack)
		tell(summary, "defence: %s, drop_entry gave up %" PRIu64 " connections",
		     defence->attack ? "the table is filling up" : "the table has room", defence->given_up);
	tell_clients(summary, lvs_engine_clients(engine));
	tell(summary, "packets: %" PRIu64 " received, %" PRIu64 " forwarded, %" PRIu64 " passed, %" PRIu64 " answered, %" PRIu64
	     " held", stats->received, stats->forwarded, stats->passed, stats->answered, stats->held);
	tell_said(summary, stats);
}

void lvs_summary_services(struct lvs_engine *engine, struct lvs_summary *summary)
{
	const struct lvs_rules *rules = lvs_engine_rules(engine);

	tell_drops(summary, lvs_engine_stats(engine));
	for (uint32_t i = 0; i < rules->nheads; i++)
		for (const struct lvs_service *service = rules->service_heads[i]; service; service = service->next)
			tell_service(summary, service);
}

static void tell_device(struct lvs_summary *summary, const struct lvs_director *director)
{
	const struct lvs_io_stats *stats = &director->io->stats;
	struct lvs_net_stats device = { 0 };

	if (!lvs_net_device_stats(director->net, &device))
		tell(summary, "device: %" PRIu64 " packets lost in its queue, %" PRIu64 " writes refused", device.tx_dropped,
		     stats->tx_full + stats->tx_down + stats->tx_invalid + stats->tx_errors);
	if (director->io->ops->l2)
		tell_lan(summary, stats);
}

static void tell_notices(struct lvs_summary *summary, const struct lvs_notices *notices)
{
	for (enum lvs_notify_way way = 0; notices && way < LVS_NOTIFY_COUNT; way++) {
		struct lvs_notify_counts counts;

		lvs_notices_counts(notices, way, &counts);
		if (counts.sent || counts.failed || counts.dropped || counts.waiting)
			tell(summary, "notify: %s was told %" PRIu64 " times, %" PRIu64 " failed, %" PRIu64 " lost, %" PRIu64
			     " outdated, %zu waiting", lvs_notify_way_name(way), counts.sent, counts.failed, counts.dropped,
			     counts.superseded, counts.waiting);
	}
}

struct logged {
	struct lvs_summary summary;
	struct lvs_log *log;
};

static void say(struct lvs_summary *summary, const char *line)
{
	lvs_log(container_of(summary, struct logged, summary)->log, LVS_LOG_NOTICE, "%s", line);
}

void lvs_director_summary(struct lvs_director *director)
{
	struct logged logged = { .summary.say = say, .log = director->log };

	lvs_summary_packets(director->engine, &logged.summary);
	tell_device(&logged.summary, director);
	tell_notices(&logged.summary, director->notices);
	lvs_summary_services(director->engine, &logged.summary);
}
