// SPDX-License-Identifier: GPL-2.0-or-later
/* The director as the API sees it. */
#include "lvsd/host.h"

#include <assert.h>
#include <string.h>

#include "conf/conf.h"
#include "control/control.h"
#include "io/io.h"
#include "lvsd/director.h"
#include "lvsd/health.h"
#include "lvsd/pump.h"
#include "net/net.h"
#include "sys/clock.h"
#include "sys/log.h"

static const struct lvs_conf *host_conf(void *arg)
{
	const struct lvs_director *director = arg;

	return director->conf;
}

static void host_device(void *arg, struct lvs_control_device *ret_device)
{
	struct lvs_director *director = arg;
	const struct lvs_io *io = director->io;
	struct lvs_net_stats stats = { 0 };

	(void)lvs_net_device_stats(director->net, &stats);
	*ret_device = (struct lvs_control_device){
		.name = io->name,
		.type = io->ops->name,
		.mtu = director->conf->device.mtu,
		.offload_csum = io->offloads & LVS_IO_CSUM,
		.offload_tso = io->offloads & LVS_IO_TSO,
		.offload_uso = io->offloads & LVS_IO_USO,
		.rx_packets = io->stats.rx_packets,
		.rx_bytes = io->stats.rx_bytes,
		.tx_packets = io->stats.tx_packets,
		.tx_bytes = io->stats.tx_bytes,
		.queue_dropped = stats.tx_dropped,
		.refused = io->stats.tx_full + io->stats.tx_down + io->stats.tx_invalid + io->stats.tx_errors,
	};
}

static bool host_disconnect(void *arg, struct lvs_conn *conn, bool reset)
{
	struct lvs_director *director = arg;

	return lvs_pump_disconnect(director->pump, conn, reset);
}

static struct lvs_control_verdict verdict_of(const struct lvs_check_view *view)
{
	return (struct lvs_control_verdict){ .type = view->type, .state = lvs_health_names[view->state], .reason = view->reason,
					     .wish = view->wish, .since = view->since, .checked_at = view->checked_at,
					     .latency = view->latency, .held = view->held };
}

static void host_health(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
			struct lvs_control_health *ret_health)
{
	const struct lvs_director *director = arg;
	struct lvs_server_view view;

	lvs_health_server(director->health, service, server, &view);
	*ret_health = (struct lvs_control_health){
		.checks = view.nchecks,
		.state = lvs_health_names[view.state],
		.since = view.since,
		.changes = view.changes,
		.changed_at = view.changed_at,
		.passed = view.results[LVS_OUTCOME_PASSED],
		.failed = view.results[LVS_OUTCOME_FAILED],
		.broken = view.results[LVS_OUTCOME_BROKEN],
		.deciding = verdict_of(&view.deciding),
		.in = view.in,
		.drains = view.drains,
		.kept = view.kept,
		.starting = view.starting,
	};
}

static void host_quorum(void *arg, const struct lvs_conf_service *service, struct lvs_control_quorum *ret_quorum)
{
	const struct lvs_director *director = arg;
	struct lvs_service_view view;

	lvs_health_service(director->health, service, &view);
	*ret_quorum = (struct lvs_control_quorum){ .quorum = view.quorum, .sorry = view.sorry,
						   .live_weight = view.live_weight, .live = view.live, .kept = view.kept };
	static_assert(sizeof(ret_quorum->reason) == sizeof(view.reason), "room for all that can be said");
	memcpy(ret_quorum->reason, view.reason, sizeof(view.reason));
}

static bool host_verdict(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server, size_t i,
			 struct lvs_control_verdict *ret_verdict)
{
	const struct lvs_director *director = arg;
	struct lvs_server_view server_view;
	struct lvs_check_view view;

	lvs_health_server(director->health, service, server, &server_view);
	if (i >= server_view.nchecks)
		return false;
	lvs_health_check(director->health, service, server, i, &view);
	*ret_verdict = verdict_of(&view);
	return true;
}

static bool host_turn(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server, size_t back,
		      struct lvs_control_turn *ret_turn)
{
	const struct lvs_director *director = arg;
	const struct lvs_health_change *change = lvs_health_change(director->health, service, server, back);

	if (!change)
		return false;
	*ret_turn = (struct lvs_control_turn){ .time = change->time, .reason = change->reason };
	ret_turn->from = change->returned ? "ejected" : lvs_health_names[change->from];
	ret_turn->to = change->ejected ? "ejected" : lvs_health_names[change->to];
	return true;
}

static void on_checked(void *wish, const struct lvs_health_result *results, size_t n)
{
	static const char *const outcomes[] = { [LVS_OUTCOME_PASSED] = "passed", [LVS_OUTCOME_FAILED] = "failed",
						[LVS_OUTCOME_BROKEN] = "broken" };
	struct lvs_control_check checks[2 * LVS_CONF_CHECKS_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct lvs_health_result *result = &results[i];

		checks[i] = (struct lvs_control_check){ .type = result->type, .asked = result->asked, .outcome = "gone",
							.reason = "the configuration has changed" };
		if (result->gone)
			continue;
		checks[i].outcome = outcomes[result->outcome];
		checks[i].reason = result->reason;
		checks[i].state = lvs_health_names[result->state];
		checks[i].latency = result->latency;
	}
	lvs_control_checked(wish, checks, n);
}

static int host_check(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server, void *wish)
{
	const struct lvs_director *director = arg;

	return lvs_health_check_now(director->health, service, server, on_checked, wish);
}

static int host_submit(void *arg, struct lvs_conf_job *job)
{
	return lvs_director_submit(arg, job);
}

static bool host_history(void *arg, size_t back, struct lvs_control_change *ret_change)
{
	const struct lvs_director *director = arg;
	const struct lvs_jobs *jobs = &director->jobs;
	const struct lvs_reload *entry;

	if (back >= LVS_RELOADS_KEPT || back >= jobs->ntried)
		return false;
	entry = &jobs->history[(jobs->ntried - 1 - back) % LVS_RELOADS_KEPT];
	*ret_change = (struct lvs_control_change){ .time = entry->time, .what = entry->what, .ok = entry->ok,
						   .changes = entry->changes, .message = entry->message };
	return true;
}

int lvs_director_listen(struct lvs_director *director)
{
	const struct lvs_control_host host = {
		.arg = director,
		.loop = director->loop,
		.log = director->log,
		.engine = director->engine,
		.conf = host_conf,
		.device = host_device,
		.disconnect = host_disconnect,
		.path = director->path,
		.started = lvs_clock_now(),
		.health = host_health,
		.quorum = host_quorum,
		.verdict = host_verdict,
		.turn = host_turn,
		.check = host_check,
		.submit = host_submit,
		.history = host_history,
	};
	char message[LVS_CONTROL_MESSAGE_MAX];
	int err;

	if (!director->conf->control.enabled)
		return 0;
	err = lvs_control_new(&host, &director->conf->control, message, &director->control);
	if (err)
		lvs_log(director->log, LVS_LOG_ERROR, "%s", message);
	return err;
}
