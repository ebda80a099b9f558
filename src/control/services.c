// SPDX-License-Identifier: GPL-2.0-or-later
/* Services and servers, read: listings of all of them or of one service's, and single ones. */
#include <stdlib.h>
#include <string.h>

#include "control/id.h"
#include "control/problem.h"
#include "control/request.h"
#include "control/show.h"
#include "control/stream.h"
#include "control/walk.h"
#include "engine/engine.h"
#include "sys/clock.h"

/* One part of an answer: some ten microseconds. */
#define PART_BYTES 16384

enum shape {
	SHAPE_LISTING,	/* { "services": [ ... ] } */
	SHAPE_SERVICE,	/* { ... "servers": [ ... ] } */
	SHAPE_SERVERS,	/* { "servers": [ ... ] } */
	SHAPE_HEALTH,	/* as LISTING, but for what checks say alone */
};

/**
 * struct listing - state of a stream
 * @protocol, @name: what services have to have; NULL: anything
 * @skip:	this service does not
 */
struct listing {
	struct lvs_walk walk;
	struct lvs_show show;
	enum shape shape;
	char *protocol, *name;
	bool begun, skip;
};

static void free_listing(void *arg)
{
	struct listing *listing = arg;

	if (!listing)
		return;
	lvs_walk_fini(&listing->walk);
	free(listing->protocol);
	free(listing->name);
	free(listing);
}

static bool wanted(const struct listing *listing)
{
	const char *protocol = lvs_id_protocol(listing->walk.service->spec.key.proto);

	return (!listing->protocol || !strcmp(listing->protocol, protocol)) &&
	       (!listing->name || !strcmp(listing->name, listing->walk.conf->name));
}

static void put_health(struct lvs_json *json, const struct listing *listing, enum lvs_walk_step step)
{
	const struct lvs_walk *walk = &listing->walk;
	const struct lvs_control_host *host = walk->host;
	struct lvs_control_health health = { .state = "up", .in = true };
	struct lvs_control_quorum quorum;
	char id[LVS_ID_BYTES];

	lvs_json_object(json, NULL);
	if (step == LVS_WALK_SERVICE) {
		host->quorum(host->arg, walk->conf, &quorum);
		lvs_json_text(json, "id", lvs_id_service(&walk->service->spec.key, &walk->service->spec.ports, id));
		lvs_json_text(json, "name", walk->conf->name);
		lvs_show_quorum(json, &quorum);
		lvs_json_number(json, "live", quorum.live);
		lvs_json_number(json, "live_weight", quorum.live_weight);
		lvs_json_number(json, "kept", quorum.kept);
		lvs_json_array(json, "servers");
		return;
	}
	if (walk->server_conf)
		host->health(host->arg, walk->conf, walk->server_conf, &health);
	lvs_json_text(json, "id", lvs_id_end(&walk->server->spec.addr, walk->server->spec.port, id));
	lvs_json_text(json, "name", walk->server_conf ? walk->server_conf->name : id);
	lvs_show_states(json, walk->server, walk->server_conf, &health);
	lvs_json_number(json, "weight", walk->server->spec.weight);
	lvs_show_health(json, &listing->show, &health, walk->conf, walk->server_conf);
	lvs_json_end_object(json);
}

/* Each on a line of its own, but for an object that is the whole answer. */
static void put(struct listing *listing, enum lvs_walk_step step, struct lvs_json *json)
{
	const struct lvs_walk *walk = &listing->walk;

	if (step == LVS_WALK_SERVICE)
		listing->skip = !wanted(listing);
	if (listing->skip || (listing->shape == SHAPE_SERVERS && step != LVS_WALK_SERVER))
		return;
	if (step == LVS_WALK_SERVICE_END) {
		lvs_json_end_array(json);
		lvs_json_end_object(json);
		return;
	}
	if (step == LVS_WALK_SERVER || listing->shape != SHAPE_SERVICE)
		lvs_json_line(json);
	if (listing->shape == SHAPE_HEALTH)
		put_health(json, listing, step);
	else if (step == LVS_WALK_SERVICE)
		lvs_show_service(json, &listing->show, walk->service, walk->conf);
	else
		lvs_show_server(json, &listing->show, walk->server, walk->conf, walk->server_conf);
}

static void begin(struct listing *listing, struct lvs_json *json)
{
	if (!listing->begun && listing->shape != SHAPE_SERVICE) {
		lvs_json_object(json, NULL);
		lvs_json_array(json, listing->shape == SHAPE_SERVERS ? "servers" : "services");
	}
	listing->begun = true;
}

static void end(const struct listing *listing, struct lvs_json *json)
{
	if (listing->shape == SHAPE_SERVICE)
		return;
	lvs_json_end_array(json);
	lvs_json_end_object(json);
}

static bool go_on(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct listing *listing = state;
	size_t enough = lvs_json_length(json) + PART_BYTES;

	(void)request;
	begin(listing, json);
	listing->show.now = lvs_clock_now();
	while (lvs_json_length(json) < enough) {
		enum lvs_walk_step step = lvs_walk_next(&listing->walk);

		if (step == LVS_WALK_FAILED)
			return false;	/* what is cut off is no JSON: nobody takes it for the whole */
		if (step == LVS_WALK_END) {
			end(listing, json);
			return false;
		}
		put(listing, step, json);
	}
	return true;
}

/* Return: true and @ret_copy is NULL or the query's value; false without memory */
static bool copy_query(const struct lvs_request *request, const char *key, char **ret_copy)
{
	const char *value = lvs_request_query(request, key);

	*ret_copy = value ? strdup(value) : NULL;
	return !value || *ret_copy;
}

static void no_memory(struct lvs_request *request)
{
	lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
}

static void list(struct lvs_request *request, enum shape shape, const struct lvs_service_key *one)
{
	const struct lvs_control_host *host = &request->control->host;
	const char *counters = lvs_request_query(request, "counters");
	struct listing *listing = calloc(1, sizeof(*listing));

	if (!listing) {
		no_memory(request);
		return;
	}
	lvs_walk_init(&listing->walk, host, one);
	listing->shape = shape;
	listing->show = (struct lvs_show){ .host = host, .meter = lvs_engine_meter(host->engine),
					   .history = shape == SHAPE_HEALTH,
					   .brief = lvs_request_flag(request, "brief") && !lvs_request_flag(request, "config"),
					   .no_stats = counters && strcmp(counters, "stats") != 0,
					   .no_rates = counters && strcmp(counters, "rates") != 0 };
	if (one || (copy_query(request, "protocol", &listing->protocol) && copy_query(request, "name", &listing->name))) {
		lvs_request_stream(request, LVS_TYPE_JSON, go_on, free_listing, listing);
		return;
	}
	free_listing(listing);
	no_memory(request);
}

void lvs_api_health_get(struct lvs_request *request)
{
	list(request, SHAPE_HEALTH, NULL);
}

void lvs_api_services_get(struct lvs_request *request)
{
	list(request, SHAPE_LISTING, NULL);
}

/* The service that the path names. Return: borrowed; NULL and the request is answered */
static const struct lvs_conf_service *find_service(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_conf_service *service = lvs_id_find_service(host->conf(host->arg), request->params[0]);

	if (!service)
		lvs_problem(request, &(struct lvs_problem){
			LVS_PROBLEM_NOT_FOUND, .detail = "there is no such service", .given = request->params[0],
			.hint = "GET /v1/services lists all of them; ids are like \"tcp:192.0.2.10:80\" or \"fwm:7\"" });
	return service;
}

void lvs_api_service_get(struct lvs_request *request)
{
	const struct lvs_conf_service *service = find_service(request);
	struct lvs_service_key key;

	if (!service)
		return;
	key = lvs_walk_key(service);
	list(request, SHAPE_SERVICE, &key);
}

void lvs_api_servers_get(struct lvs_request *request)
{
	const struct lvs_conf_service *service = find_service(request);
	struct lvs_service_key key;

	if (!service)
		return;
	key = lvs_walk_key(service);
	list(request, SHAPE_SERVERS, &key);
}

void lvs_api_server_get(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_conf_service *of = find_service(request);
	const struct lvs_show show = { .host = host, .meter = lvs_engine_meter(host->engine), .now = lvs_clock_now(),
				       .history = true };
	const struct lvs_conf_server *conf;
	const struct lvs_service *service;
	const struct lvs_server *server;
	struct lvs_service_key key;

	if (!of)
		return;
	key = lvs_walk_key(of);
	service = lvs_service_find(lvs_engine_rules(host->engine), &key);
	conf = lvs_id_find_server(of, request->params[1]);
	server = service && conf ? lvs_server_find(service, &conf->addr, LVS_BE16(conf->port)) : NULL;
	if (!server) {
		lvs_problem(request, &(struct lvs_problem){
			LVS_PROBLEM_NOT_FOUND, .detail = "the service has no such server", .given = request->params[1],
			.hint = "ids are like \"10.0.0.11:8080\"" });
		return;
	}
	lvs_show_server(&request->json, &show, server, of, conf);
	lvs_request_send_json(request, 200);
}
