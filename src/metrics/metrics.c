// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /metrics: first all services and servers are looked at, some in each turn, then family after family is written. And
 * /healthz, for who only wants to know whether anybody is there.
 */
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "control/id.h"
#include "control/problem.h"
#include "control/request.h"
#include "control/stream.h"
#include "engine/engine.h"
#include "metrics/director.h"
#include "metrics/families.h"
#include "metrics/snapshot.h"

#define TYPE_OPEN "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define TYPE_PLAIN "text/plain; version=0.0.4; charset=utf-8"
#define STEPS 256	/* of the walk, in one part */
#define PART_BYTES 16384

/**
 * struct scrape - state of the stream
 * @control:	whose @scrapes this is one of
 * @director:	scope
 * @walked:	the snapshot is complete
 */
struct scrape {
	struct lvs_control *control;
	struct lvs_walk walk;
	struct lvs_snapshot snapshot;
	struct lvs_families families;
	struct lvs_exposition exposition;
	struct lvs_counters total;
	bool director, walked;
};

static void free_scrape(void *arg)
{
	struct scrape *scrape = arg;

	scrape->control->scrapes--;
	lvs_walk_fini(&scrape->walk);
	lvs_snapshot_fini(&scrape->snapshot);
	lvs_writer_fini(&scrape->exposition.out);
	free(scrape);
}

/* Return: false without memory */
static bool walk_on(struct scrape *scrape)
{
	for (int i = 0; i < STEPS && !scrape->walked; i++) {
		enum lvs_walk_step step = lvs_walk_next(&scrape->walk);

		scrape->walked = step == LVS_WALK_END;
		if (step == LVS_WALK_FAILED || !lvs_snapshot_take(&scrape->snapshot, &scrape->walk, step))
			return false;
	}
	return true;
}

static bool part(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct scrape *scrape = state;
	struct lvs_exposition *exposition = &scrape->exposition;
	bool more = true;

	if (!scrape->walked)
		return walk_on(scrape);
	exposition->out.len = 0;
	if (scrape->director)
		lvs_metrics_director(&request->control->host, exposition);
	else
		more = lvs_families_write(&scrape->families, &scrape->snapshot, exposition, PART_BYTES);
	scrape->director = false;
	if (!more)
		lvs_exposition_end(exposition);
	if (exposition->out.failed)
		return false;	/* without its end it is not taken for the whole */
	(void)evbuffer_add(json->out, exposition->out.bytes, exposition->out.len);
	return more;
}

/* "services,servers". Return: false: one of them is no scope */
static bool read_scope(const char *text, struct scrape *scrape)
{
	static const char *const words[] = { "director", "services", "servers" };
	bool *const flags[] = { &scrape->director, &scrape->families.services, &scrape->families.servers };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		*flags[i] = !text;
	while (text && *text) {
		size_t len = strcspn(text, ","), i = 0;

		while (i < ARRAY_LEN(words) && (strlen(words[i]) != len || memcmp(words[i], text, len) != 0))
			i++;
		if (i == ARRAY_LEN(words))
			return false;
		*flags[i] = true;
		text += len + (text[len] == ',');
	}
	return true;
}

/* The service that is asked for. Return: false and the request is answered */
static bool read_service(struct lvs_request *request, struct lvs_service_key *ret_key, bool *ret_one)
{
	const struct lvs_control_host *host = &request->control->host;
	const char *text = lvs_request_query(request, "service");
	const struct lvs_conf_service *service = text ? lvs_id_find_service(host->conf(host->arg), text) : NULL;

	if (text && !service) {
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_NOT_FOUND, .detail = "there is no such service",
							    .given = text });
		return false;
	}
	*ret_one = service;
	if (service)
		*ret_key = lvs_walk_key(service);
	return true;
}

void lvs_api_metrics(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const char *scope = lvs_request_query(request, "scope");
	struct scrape *scrape = calloc(1, sizeof(*scrape));
	struct lvs_service_key key;
	bool one;

	if (!scrape) {
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
		return;
	}
	if (!read_scope(scope, scrape)) {
		free(scrape);
		lvs_problem(request, &(struct lvs_problem){
					     LVS_PROBLEM_INVALID, .detail = "there is no such scope", .given = scope,
					     .allowed = "director, services and servers, with commas between them" });
		return;
	}
	if (!read_service(request, &key, &one)) {
		free(scrape);
		return;
	}
	if (request->control->scrapes >= LVS_CONTROL_SCRAPES_MAX) {
		free(scrape);
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_BUSY, .detail = "too many are reading already" });
		return;
	}
	scrape->control = request->control;
	scrape->control->scrapes++;
	scrape->exposition.open = lvs_exposition_wants_open(lvs_request_header(request, "Accept"));
	scrape->total = lvs_engine_stats(host->engine)->total;
	scrape->families.total = &scrape->total;
	scrape->families.node_ipvs = scrape->families.servers && host->conf(host->arg)->metrics.compat & LVS_CONF_COMPAT_NODE_IPVS;
	scrape->walked = !scrape->families.services && !scrape->families.servers;
	lvs_walk_init(&scrape->walk, host, one ? &key : NULL);
	lvs_request_stream(request, scrape->exposition.open ? TYPE_OPEN : TYPE_PLAIN, part, free_scrape, scrape);
}

void lvs_api_healthz(struct lvs_request *request)
{
	struct lvs_rules *rules = lvs_engine_rules(request->control->host.engine);
	const struct lvs_service *service;
	struct lvs_service_key key;
	bool one, live;

	if (!read_service(request, &key, &one))
		return;
	service = one ? lvs_service_find(rules, &key) : NULL;
	live = !one;
	for (uint32_t i = 0; service && i < service->nservers; i++)
		live |= lvs_server_usable(service->servers[i]);
	(void)evbuffer_add_printf(request->out, "%s\n", live ? "ok" : "no server");
	lvs_request_send(request, live ? 200 : 503, LVS_TYPE_TEXT);
}
