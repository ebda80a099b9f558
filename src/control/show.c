// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the engine knows comes from the engine, whatever the configuration says; that is asked for names and for what the
 * engine has in another form. Even a brief object has what `ipvsadm -L` prints in any of its forms.
 */
#include "control/show.h"

#include <string.h>

#include "conf/keys.h"
#include "control/control.h"
#include "control/id.h"
#include "control/json.h"
#include "control/settings.h"
#include "engine/forward.h"
#include "engine/sched.h"

static void put_counters(struct lvs_json *json, const char *name, const struct lvs_counters *counters)
{
	lvs_json_object(json, name);
	lvs_json_number(json, "conns", counters->conns);
	lvs_json_number(json, "in_packets", counters->in_packets);
	lvs_json_number(json, "out_packets", counters->out_packets);
	lvs_json_number(json, "in_bytes", counters->in_bytes);
	lvs_json_number(json, "out_bytes", counters->out_bytes);
	lvs_json_end_object(json);
}

/* Whole numbers, of which most are, without a point. */
static void put_rate(struct lvs_json *json, const char *name, uint64_t rate, bool tenths)
{
	if (!tenths || rate % 10 == 0)
		lvs_json_number(json, name, tenths ? rate / 10 : rate);
	else
		lvs_json_float(json, name, (double)rate / 10, 1);
}

static void put_rates(struct lvs_json *json, const char *name, const struct lvs_counters *rates, bool tenths)
{
	lvs_json_object(json, name);
	put_rate(json, "cps", rates->conns, tenths);
	put_rate(json, "in_pps", rates->in_packets, tenths);
	put_rate(json, "out_pps", rates->out_packets, tenths);
	put_rate(json, "in_bps", rates->in_bytes, tenths);
	put_rate(json, "out_bps", rates->out_bytes, tenths);
	lvs_json_end_object(json);
}

void lvs_show_counters(struct lvs_json *json, const struct lvs_show *show, const char *name,
		       const struct lvs_counters *counters, const struct lvs_rates *rates)
{
	static const char *const spans[] = { [LVS_RATES_1S] = "1s", [LVS_RATES_10S] = "10s", [LVS_RATES_60S] = "60s" };
	struct lvs_counters values;

	if (!show->no_stats)
		put_counters(json, name, counters);
	if (show->no_rates)
		return;
	lvs_json_object(json, "rates");
	lvs_rates_estimate(show->meter, rates, &values);
	put_rates(json, "ipvs", &values, false);
	for (enum lvs_rates_span span = 0; !show->brief && span < LVS_RATES_SPANS; span++) {
		lvs_rates_average(show->meter, rates, span, &values);
		put_rates(json, spans[span], &values, true);
	}
	lvs_json_end_object(json);
}

/* What ipvsadm prints behind the scheduler. */
static void put_flags(struct lvs_json *json, const struct lvs_conf_service *conf)
{
	static const struct {
		uint32_t bit;
		const char *text;
	} flags[] = {
		{ LVS_CONF_SH_FALLBACK, "sh-fallback" }, { LVS_CONF_SH_PORT, "sh-port" },
		{ LVS_CONF_MH_FALLBACK, "mh-fallback" }, { LVS_CONF_MH_PORT, "mh-port" },
		{ LVS_CONF_FLAG_1, "flag-1" },		 { LVS_CONF_FLAG_2, "flag-2" },
		{ LVS_CONF_FLAG_3, "flag-3" },
	};

	if (conf->scheduler_flags) {
		lvs_json_array(json, "scheduler_flags");
		for (size_t i = 0; i < ARRAY_LEN(flags); i++)
			if (conf->scheduler_flags & flags[i].bit)
				lvs_json_text(json, NULL, flags[i].text);
		lvs_json_end_array(json);
	}
	if (conf->persistent.on) {
		lvs_json_object(json, "persistent");
		lvs_json_number(json, "timeout", conf->persistent.timeout);
		if (lvs_addr_is4(&conf->addr))
			lvs_json_text(json, "netmask", conf->persistent.netmask);
		else
			lvs_json_number(json, "prefix6", conf->persistent.prefix6);
		lvs_json_end_object(json);
	}
	if (conf->one_packet)
		lvs_json_bool(json, "one_packet", true);
	if (strcmp(conf->helper, "none") != 0)
		lvs_json_text(json, "helper", conf->helper);
}

static void put_sums(struct lvs_json *json, const struct lvs_service *service)
{
	uint64_t active = 0, inactive = 0;
	bool live = false;

	for (uint32_t i = 0; i < service->nservers; i++) {
		active += service->servers[i]->active;
		inactive += service->servers[i]->inactive;
		live |= lvs_server_usable(service->servers[i]);
	}
	lvs_json_bool(json, "live", live);
	lvs_json_number(json, "active", active);
	lvs_json_number(json, "inactive", inactive);
}

void lvs_show_quorum(struct lvs_json *json, const struct lvs_control_quorum *quorum)
{
	lvs_json_bool(json, "quorum", quorum->quorum);
	if (!quorum->quorum)
		lvs_json_text(json, "quorum_reason", quorum->reason);
	lvs_json_bool(json, "sorry", quorum->sorry);
}

void lvs_show_service(struct lvs_json *json, const struct lvs_show *show, const struct lvs_service *service,
		      const struct lvs_conf_service *conf)
{
	const struct lvs_service_key *key = &service->spec.key;
	struct lvs_control_quorum quorum;
	char text[LVS_ID_BYTES];

	show->host->quorum(show->host->arg, conf, &quorum);
	lvs_json_object(json, NULL);
	lvs_json_text(json, "id", lvs_id_service(key, &service->spec.ports, text));
	lvs_json_text(json, "name", conf->name);
	lvs_json_text(json, "origin", conf->origin == LVS_CONF_AT_RUN_TIME ? "runtime" : "file");
	lvs_json_text(json, "protocol", lvs_id_protocol(key->proto));
	if (key->mark) {
		lvs_json_number(json, "mark", key->mark);
	} else {
		lvs_json_text(json, "address", lvs_addr_format(&key->addr, text));
		lvs_json_number(json, "port", lvs_host16(key->port));
	}
	if (key->ranged)
		lvs_json_text(json, "ports", lvs_conf_ports_format(&service->spec.ports, text));
	lvs_json_number(json, "family", lvs_addr_is4(&key->addr) ? 4 : 6);
	lvs_json_text(json, "scheduler", service->spec.sched->name);
	put_flags(json, conf);
	put_sums(json, service);
	lvs_show_quorum(json, &quorum);
	lvs_show_counters(json, show, "stats", &service->counters, service->rates);
	if (!show->brief) {
		lvs_json_object(json, "config");
		lvs_settings_json(json, &lvs_conf_service_group, conf, NULL, NULL);
		lvs_json_end_object(json);
	}
	lvs_json_array(json, "servers");
}

const char *lvs_show_state(const struct lvs_server *server, const struct lvs_conf_server *conf,
			   const struct lvs_control_health *health)
{
	bool drains = conf ? conf->drain.on || !conf->weight || health->drains : !server->spec.weight;

	if (strcmp(health->state, "maintenance") == 0)
		return health->state;
	if (drains)
		return server->drained || !(server->active || server->inactive) ? "drained" : "draining";
	return health->checks ? health->state : "up";
}

const char *lvs_show_condition(const char *state, const struct lvs_server *server, const struct lvs_control_health *health)
{
	if (health->kept)
		return "kept";
	if (strcmp(state, "up") != 0)
		return NULL;
	if (!health->in)
		return "out";
	if (server->seen.ejected)
		return "ejected";
	if (server->overload)
		return "full";
	if (server->waits)
		return "busy";
	return health->starting ? "starting" : NULL;
}

void lvs_show_states(struct lvs_json *json, const struct lvs_server *server, const struct lvs_conf_server *conf,
		     const struct lvs_control_health *health)
{
	const char *state = lvs_show_state(server, conf, health), *condition = lvs_show_condition(state, server, health);

	lvs_json_text(json, "state", state);
	if (condition)
		lvs_json_text(json, "condition", condition);
}

static void put_seconds(struct lvs_json *json, const struct lvs_show *show, const char *name, lvs_ns since)
{
	if (since)
		lvs_json_float(json, name, (double)(show->now - since) / LVS_NS_PER_SEC, 1);
}

/* Of one check: what it said last. */
static void put_verdict(struct lvs_json *json, const struct lvs_show *show, const struct lvs_control_verdict *verdict)
{
	lvs_json_text(json, "check", verdict->type);
	lvs_json_text(json, "reason", verdict->reason);
	if (*verdict->wish)
		lvs_json_text(json, "wish", verdict->wish);
	lvs_json_bool(json, "held", verdict->held);
	put_seconds(json, show, "checked", verdict->checked_at);
	if (verdict->checked_at)
		lvs_json_float(json, "latency_ms", (double)verdict->latency / LVS_NS_PER_MS, 3);
}

/* Of each check, in the order of the file. */
static void put_verdicts(struct lvs_json *json, const struct lvs_show *show, const struct lvs_conf_service *of,
			 const struct lvs_conf_server *conf)
{
	const struct lvs_control_host *host = show->host;
	struct lvs_control_verdict verdict;

	lvs_json_array(json, "verdicts");
	for (size_t i = 0; conf && host->verdict(host->arg, of, conf, i, &verdict); i++) {
		lvs_json_object(json, NULL);
		lvs_json_text(json, "state", verdict.state);
		put_seconds(json, show, "seconds", verdict.since);
		put_verdict(json, show, &verdict);
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
}

/* Changes of the state, the latest first. */
static void put_history(struct lvs_json *json, const struct lvs_control_host *host, const struct lvs_conf_service *of,
			const struct lvs_conf_server *conf)
{
	struct lvs_control_turn turn;

	lvs_json_array(json, "history");
	for (size_t back = 0; conf && host->turn(host->arg, of, conf, back, &turn); back++) {
		lvs_json_object(json, NULL);
		lvs_json_number(json, "time", (uint64_t)turn.time);
		lvs_json_text(json, "from", turn.from);
		lvs_json_text(json, "to", turn.to);
		lvs_json_text(json, "reason", turn.reason);
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
}

void lvs_show_health(struct lvs_json *json, const struct lvs_show *show, const struct lvs_control_health *health,
		     const struct lvs_conf_service *of, const struct lvs_conf_server *conf)
{
	lvs_json_object(json, "health");
	lvs_json_text(json, "state", health->state);
	put_seconds(json, show, "seconds", health->since);
	lvs_json_number(json, "changes", health->changes);
	lvs_json_number(json, "checks", health->checks);
	lvs_json_bool(json, "in", health->in);
	lvs_json_bool(json, "kept", health->kept);
	lvs_json_bool(json, "starting", health->starting);
	if (health->checks) {
		put_verdict(json, show, &health->deciding);
		lvs_json_number(json, "passed", health->passed);
		lvs_json_number(json, "failed", health->failed);
		lvs_json_number(json, "broken", health->broken);
	}
	if (show->history)
		put_verdicts(json, show, of, conf);
	if (show->history)
		put_history(json, show->host, of, conf);
	lvs_json_end_object(json);
}

/* What clients' connections say of it. */
static void put_seen(struct lvs_json *json, const struct lvs_seen *seen)
{
	lvs_json_object(json, "seen");
	lvs_json_number(json, "answered", seen->answered);
	lvs_json_number(json, "refused", seen->failures[LVS_FAILURE_REFUSED]);
	lvs_json_number(json, "silent", seen->failures[LVS_FAILURE_SILENT]);
	lvs_json_number(json, "unreachable", seen->failures[LVS_FAILURE_UNREACHABLE]);
	lvs_json_number(json, "offered", seen->offered);
	lvs_json_number(json, "ejections", seen->ejections);
	lvs_json_bool(json, "ejected", seen->ejected);
	if (seen->latency)
		lvs_json_float(json, "latency_ms", (double)seen->latency / LVS_NS_PER_MS, 3);
	lvs_json_end_object(json);
}

static void put_tunnel(struct lvs_json *json, const struct lvs_tunnel_spec *tunnel)
{
	static const char *const csums[] = { [LVS_TUNNEL_NOCSUM] = "nocsum", [LVS_TUNNEL_CSUM] = "csum",
					     [LVS_TUNNEL_REMCSUM] = "remcsum" };

	lvs_json_object(json, "tunnel");
	lvs_json_text(json, "type", lvs_tunnels[tunnel->type]->name);
	lvs_json_number(json, "port", lvs_host16(tunnel->port));
	lvs_json_text(json, "csum", csums[tunnel->csum]);
	lvs_json_end_object(json);
}

/* Names of keys. */
static void put_commands(struct lvs_json *json, const struct lvs_conf_commands *commands)
{
	lvs_json_array(json, "commanded");
	if (commands->drain)
		lvs_json_text(json, NULL, "drain");
	if (commands->maintenance)
		lvs_json_text(json, NULL, "maintenance");
	if (commands->weight)
		lvs_json_text(json, NULL, "weight");
	lvs_json_end_array(json);
}

void lvs_show_server(struct lvs_json *json, const struct lvs_show *show, const struct lvs_server *server,
		     const struct lvs_conf_service *of, const struct lvs_conf_server *conf)
{
	const struct lvs_server_spec *spec = &server->spec;
	struct lvs_control_health health = { .state = "up", .in = true };
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (conf)
		show->host->health(show->host->arg, of, conf, &health);
	lvs_json_object(json, NULL);
	lvs_json_text(json, "id", lvs_id_end(&spec->addr, spec->port, text));
	lvs_json_text(json, "name", conf ? conf->name : text);
	lvs_json_text(json, "origin", conf && conf->origin == LVS_CONF_AT_RUN_TIME ? "runtime" : "file");
	lvs_json_text(json, "address", lvs_addr_format(&spec->addr, text));
	lvs_json_number(json, "port", lvs_host16(spec->port));
	lvs_json_number(json, "family", lvs_addr_is4(&spec->addr) ? 4 : 6);
	lvs_json_text(json, "forward", spec->forward->name);
	lvs_json_text(json, "label", spec->forward->label);
	if (spec->forward->way == LVS_WAY_TUNNEL)
		put_tunnel(json, &spec->tunnel);
	lvs_json_number(json, "weight", spec->weight);
	lvs_json_number(json, "active", server->active);
	lvs_json_number(json, "inactive", server->inactive);
	lvs_json_number(json, "persistent", server->persistent);
	lvs_json_number(json, "upper", spec->upper);
	lvs_json_number(json, "lower", spec->lower);
	lvs_json_bool(json, "overload", server->overload);
	lvs_show_states(json, server, conf, &health);
	if (conf && lvs_conf_is_commanded(&conf->commands))
		put_commands(json, &conf->commands);
	if (!conf)
		lvs_json_bool(json, "sorry", true);
	if (health.checks || show->history)
		lvs_show_health(json, show, &health, of, conf);
	lvs_show_counters(json, show, "stats", &server->counters, server->rates);
	if (!show->brief)
		put_seen(json, &server->seen);
	if (!show->brief && conf) {
		lvs_json_object(json, "config");
		lvs_settings_json(json, &lvs_conf_server_group, conf, &lvs_conf_service_group, of);
		lvs_json_end_object(json);
	}
	lvs_json_end_object(json);
}
