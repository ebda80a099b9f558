// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is out stands in a list of his service in the order in which that ends, and the next choice for the service lets
 * them in again: packets need no timer for that. Whoever wants to see it without packets has a list of the services with
 * such servers.
 *
 * Each change puts the server into a list of news, once, however often it changes until somebody looks: that costs packets
 * nothing but on a change, and whoever tells of it looks when he likes.
 *
 * Who comes back is on probation: one failure more and he is out again, for twice the time; one answer and all is
 * forgotten. A client can make a server fail in nobody's eyes but his own: a reset and an error have to come from the
 * server's side, and silence counts only where the server's words would have passed here.
 */
#include "engine/eject.h"

#include "base/bytes.h"
#include "engine/server.h"
#include "engine/service.h"

/* The newest sample's share of the average, as in RFC 6298. */
#define LATENCY_SHIFT 3

static void note(struct lvs_server *server)
{
	lvs_list_remove(&server->seen.of_news);
	lvs_list_push_back(&server->service->rules->ejections, &server->seen.of_news);
}

/* Of who is out and who is in again. */
static void take_off(struct lvs_server *server)
{
	struct lvs_service *service = server->service;

	lvs_list_remove(&server->seen.of_ejected);
	server->seen.ejected = false;
	service->nejected--;
	if (lvs_list_empty(&service->ejected))
		lvs_list_remove(&service->of_ejecting);
}

static void let_in(struct lvs_server *server, enum lvs_readmission why)
{
	take_off(server);
	server->seen.readmission = why;
	note(server);
	lvs_server_changed(server);
}

/*
 * One of several that clients can be sent to, and not too many are out already? Where servers fail by the hundred and no more
 * may go, each failure asks this.
 */
static bool may_go(const struct lvs_server *server)
{
	const struct lvs_service *service = server->service;

	if ((service->nejected + 1ULL) * 100 > (uint64_t)service->spec.eject.share * service->nservers)
		return false;
	for (uint32_t i = 0; i < service->nservers; i++)
		if (service->servers[i] != server && lvs_server_usable(service->servers[i]))
			return true;
	return false;
}

static void eject(struct lvs_server *server, enum lvs_failure failure, lvs_ns now)
{
	const struct lvs_eject_spec *spec = &server->service->spec.eject;
	struct lvs_list *head = &server->service->ejected, *prev = head->prev;
	struct lvs_seen *seen = &server->seen;
	lvs_ns time = spec->time;

	for (uint32_t i = 0; i < seen->times && time < spec->time_max; i++)
		time *= 2;
	seen->time = LVS_MIN(time, spec->time_max);
	seen->until = now + seen->time;
	seen->failed = seen->row;
	seen->failure = failure;
	while (prev != head && lvs_list_entry(prev, struct lvs_server, seen.of_ejected)->seen.until > seen->until)
		prev = prev->prev;
	lvs_list_insert(prev, prev->next, &seen->of_ejected);
	seen->ejected = true;
	server->service->nejected++;
	seen->times++;
	seen->ejections++;
	lvs_list_remove(&server->service->of_ejecting);
	lvs_list_push_back(&server->service->rules->ejecting, &server->service->of_ejecting);
	note(server);
	lvs_server_changed(server);
}

void lvs_eject_failed(struct lvs_server *server, enum lvs_failure failure, lvs_ns now)
{
	const struct lvs_eject_spec *spec = &server->service->spec.eject;
	struct lvs_seen *seen = &server->seen;

	seen->failures[failure]++;
	seen->row++;
	if (spec->failures && !seen->ejected && (seen->row >= spec->failures || seen->times) && may_go(server))
		eject(server, failure, now);
}

void lvs_eject_answered(struct lvs_server *server, lvs_ns latency)
{
	struct lvs_seen *seen = &server->seen;

	seen->answered++;
	seen->row = 0;
	if (!seen->ejected)
		seen->times = 0;
	if (!latency)
		return;
	if (!seen->latency)
		seen->latency = latency;
	else if (latency > seen->latency)
		seen->latency += (latency - seen->latency) >> LATENCY_SHIFT;
	else
		seen->latency -= (seen->latency - latency) >> LATENCY_SHIFT;
	lvs_server_changed(server);
}

void lvs_eject_recover(struct lvs_service *service, lvs_ns now)
{
	struct lvs_server *server, *next;

	lvs_list_for_each_safe(server, next, &service->ejected, seen.of_ejected) {
		if (server->seen.until > now)
			return;
		let_in(server, LVS_READMIT_TIME);
	}
}

bool lvs_eject_forgive(struct lvs_service *service, enum lvs_readmission why)
{
	bool any = false;

	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		any |= server->seen.ejected;
		server->seen.row = server->seen.times = 0;
		if (server->seen.ejected)
			let_in(server, why);
	}
	return any;
}

void lvs_eject_pardon(struct lvs_server *server)
{
	server->seen.row = server->seen.times = 0;
	if (server->seen.ejected)
		let_in(server, LVS_READMIT_RULES);
}

void lvs_eject_forget(struct lvs_server *server)
{
	if (server->seen.ejected)
		take_off(server);
	lvs_list_remove(&server->seen.of_news);
	server->seen.told = false;
	server->seen.row = server->seen.times = 0;
}

bool lvs_eject_any(const struct lvs_rules *rules)
{
	return !lvs_list_empty(&rules->ejections);
}

bool lvs_eject_next(struct lvs_rules *rules, struct lvs_ejection *ret_ejection)
{
	while (lvs_eject_any(rules)) {
		struct lvs_server *server = lvs_list_entry(rules->ejections.next, struct lvs_server, seen.of_news);
		struct lvs_seen *seen = &server->seen;
		bool told = seen->told, anew = seen->ejections != seen->ntold;

		lvs_list_remove(&seen->of_news);
		seen->told = seen->ejected;
		seen->ntold = seen->ejections;
		if (seen->ejected ? told && !anew : !told)
			continue;	/* it is as it was */
		*ret_ejection = (struct lvs_ejection){ .server = server, .out = seen->ejected, .again = seen->ejected && told };
		return true;
	}
	return false;
}

lvs_ns lvs_eject_readmit(struct lvs_rules *rules, lvs_ns now)
{
	struct lvs_service *service, *next;
	lvs_ns due = LVS_NS_NEVER;

	lvs_list_for_each_safe(service, next, &rules->ejecting, of_ejecting) {
		lvs_eject_recover(service, now);
		if (!lvs_list_empty(&service->ejected))
			due = LVS_MIN(due, lvs_list_entry(service->ejected.next, struct lvs_server, seen.of_ejected)->seen.until);
	}
	return due;
}
