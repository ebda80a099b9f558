// SPDX-License-Identifier: GPL-2.0-or-later
/* What the status page says, a server a line, for spreadsheets and scripts (RFC 4180). */
#include <event2/buffer.h>
#include <inttypes.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "control/id.h"
#include "control/problem.h"
#include "control/stream.h"
#include "engine/forward.h"
#include "engine/service.h"
#include "metrics/html.h"
#include "metrics/page.h"

#define PART_BYTES 16384

struct table {
	struct lvs_walk walk;
	bool begun;
};

static void free_table(void *arg)
{
	struct table *table = arg;

	lvs_walk_fini(&table->walk);
	free(table);
}

static void put_server(const struct lvs_walk *walk, struct evbuffer *out)
{
	const struct lvs_service *service = walk->service;
	const struct lvs_server *server = walk->server;
	char of[LVS_ID_BYTES], id[LVS_ENDPOINT_TEXT_BYTES];
	const struct lvs_counters *c = &server->counters;
	struct lvs_control_health health;
	const char *class;

	lvs_id_service(&service->spec.key, &service->spec.ports, of);
	lvs_id_end(&server->spec.addr, server->spec.port, id);
	/*
	 * Ids of lists of ports have commas, and so have names that are made of them; names of others have nothing that would
	 * have to be escaped, see lvs.conf(5).
	 */
	lvs_htmlf(out, "\"%s\",\"%s\",%s,%s,%s,%s,%u,%u,%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.3f\r\n",
		  of, walk->conf->name, id, walk->server_conf ? walk->server_conf->name : id, lvs_page_state(walk, &class, &health),
		  server->spec.forward->name, server->spec.weight, server->active, server->inactive, server->persistent, c->conns,
		  c->in_packets, c->out_packets, c->in_bytes, c->out_bytes,
		  (double)server->seen.latency / (double)LVS_NS_PER_MS);
}

static bool go_on(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct table *table = state;
	struct evbuffer *out = json->out;
	const size_t enough = evbuffer_get_length(out) + PART_BYTES;
	enum lvs_walk_step step;

	(void)request;
	if (!table->begun)
		lvs_html(out, "service,service_name,server,server_name,state,method,weight,active,inactive,persistent,connections,"
			      "in_packets,out_packets,in_bytes,out_bytes,latency_ms\r\n");
	table->begun = true;
	while (evbuffer_get_length(out) < enough) {
		step = lvs_walk_next(&table->walk);
		if (step == LVS_WALK_END || step == LVS_WALK_FAILED)
			return false;
		if (step == LVS_WALK_SERVER)
			put_server(&table->walk, out);
	}
	return true;
}

void lvs_api_csv(struct lvs_request *request)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table) {
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
		return;
	}
	lvs_walk_init(&table->walk, &request->control->host, NULL);
	lvs_request_stream(request, "text/csv; charset=utf-8; header=present", go_on, free_table, table);
}
