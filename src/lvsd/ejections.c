// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine ejects while packets flow, and tells nobody. It keeps a list of whom that concerns, each once; the pump's timer,
 * which goes off about once a second, sees whether there is anything in it, and this goes through it. So what is told is
 * bounded by the number of servers and by the clock, never by packets.
 *
 * Servers are let in when a client asks for them. Nobody would hear that their time is over while no client comes, so as
 * long as anybody is out there is a timer for the next one.
 *
 * Finding a server in the configuration means going through its services, so a turn of the loop tells of a few at a time
 * where there are many.
 */
#include "lvsd/ejections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "control/walk.h"
#include "engine/engine.h"
#include "lvsd/director.h"
#include "lvsd/health.h"
#include "lvsd/tell.h"
#include "notify/notices.h"
#include "sys/clock.h"
#include "sys/loop.h"

#define TURN 16384	/* services and servers that are looked at in one turn */

struct lvs_ejections {
	struct lvs_director *director;
	struct lvs_timer *timer;
};

static const struct lvs_conf_service *find_service(const struct lvs_conf *conf, const struct lvs_service *service)
{
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_service_key key = lvs_walk_key(&conf->services[i]);

		if (lvs_walk_order(&key, &service->spec.key) == 0)
			return &conf->services[i];
	}
	return NULL;
}

/* Return: the sorry server too */
static const struct lvs_conf_server *find_server(const struct lvs_conf_service *conf, const struct lvs_server *server)
{
	for (size_t i = 0; i <= conf->nservers; i++) {
		const struct lvs_conf_server *one = i < conf->nservers ? &conf->servers[i] : &conf->sorry_server.server;

		if (LVS_BE16(one->port) == server->spec.port && lvs_addr_equal(&one->addr, &server->spec.addr))
			return one;
	}
	return NULL;
}

/* "5 failures in a row, the last one refused" */
static void give_reason(const struct lvs_ejection *ejection, char reason[LVS_EVENT_REASON_BYTES])
{
	static const char *const failures[] = {
		[LVS_FAILURE_REFUSED] = "refused",
		[LVS_FAILURE_SILENT] = "unanswered",
		[LVS_FAILURE_UNREACHABLE] = "unreachable",
	};
	static const char *const readmissions[] = {
		[LVS_READMIT_TIME] = "its time is over",
		[LVS_READMIT_NEEDED] = "there was nobody else",
		[LVS_READMIT_RULES] = "it was taken in, or its service has other rules",
	};
	const struct lvs_seen *seen = &ejection->server->seen;

	if (!ejection->out)
		(void)snprintf(reason, LVS_EVENT_REASON_BYTES, "%s", readmissions[seen->readmission]);
	else if (seen->failed == 1)
		(void)snprintf(reason, LVS_EVENT_REASON_BYTES, "1 failure, %s", failures[seen->failure]);
	else
		(void)snprintf(reason, LVS_EVENT_REASON_BYTES, "%u failures in a row, the last one %s", seen->failed,
			       failures[seen->failure]);
}

/* What was told last of it. */
static enum lvs_event_kind was(const struct lvs_ejection *ejection)
{
	if (!ejection->out || ejection->again)
		return LVS_EVENT_SERVER_EJECTED;
	return ejection->server->seen.ejections > 1 ? LVS_EVENT_SERVER_RETURNED : LVS_EVENT_COUNT;
}

/* Return: how many services and servers were looked at */
static size_t tell(struct lvs_ejections *ejections, const struct lvs_ejection *ejection)
{
	struct lvs_director *director = ejections->director;
	const struct lvs_conf *conf = director->conf;
	const struct lvs_conf_service *service = find_service(conf, ejection->server->service);
	const struct lvs_conf_server *server = service ? find_server(service, ejection->server) : NULL;
	struct lvs_event event;

	if (!server)
		return conf->nservices;
	lvs_tell_event(ejection->out ? LVS_EVENT_SERVER_EJECTED : LVS_EVENT_SERVER_RETURNED, was(ejection), service, server,
		       &event);
	give_reason(ejection, event.reason);
	event.has_weight = true;
	event.weight = ejection->out ? 0 : ejection->server->spec.weight;
	event.has_seconds = true;
	event.seconds = ejection->server->seen.time / LVS_NS_PER_SEC;
	if (ejection->out)
		lvs_notices_put(director->notices, &event, "service \"%s\": server \"%s\" is ejected for %llu s: %s", service->name,
				server->name, (unsigned long long)event.seconds, event.reason);
	else
		lvs_notices_put(director->notices, &event, "service \"%s\": server \"%s\" is no longer ejected: %s", service->name,
				server->name, event.reason);
	if (server != &service->sorry_server.server)
		lvs_health_note(director->health, service, server, ejection->out, event.reason);
	return conf->nservices + service->nservers;
}

void lvs_ejections_look(struct lvs_ejections *ejections)
{
	struct lvs_rules *rules = lvs_engine_rules(ejections->director->engine);
	struct lvs_ejection ejection;
	lvs_ns now = lvs_clock_now(), due;
	size_t done = 0;

	while (done < TURN && lvs_eject_next(rules, &ejection))
		done += 1 + tell(ejections, &ejection);
	/* First who went out, and then who is back: none of it is lost, however short it was. */
	due = lvs_eject_any(rules) ? now : lvs_eject_readmit(rules, now);
	lvs_timer_start(ejections->timer, lvs_eject_any(rules) ? now : due, now);
}

static void on_timer(void *arg)
{
	lvs_ejections_look(arg);
}

int lvs_ejections_new(struct lvs_director *director, struct lvs_ejections **ret_ejections)
{
	struct lvs_ejections *ejections = calloc(1, sizeof(*ejections));
	int err = ejections ? lvs_timer_new(director->loop, on_timer, ejections, &ejections->timer) : -ENOMEM;

	if (err) {
		free(ejections);
		return err;
	}
	ejections->director = director;
	*ret_ejections = ejections;
	return 0;
}

void lvs_ejections_free(struct lvs_ejections *ejections)
{
	if (!ejections)
		return;
	lvs_timer_free(ejections->timer);
	free(ejections);
}
