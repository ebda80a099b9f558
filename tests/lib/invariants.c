// SPDX-License-Identifier: GPL-2.0-or-later
/* Plain walks over plain arrays; nothing is borrowed from the code that is judged but its own lookup. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/sched.h"
#include "tests/lib/invariants.h"

static void check_pool(const struct lvs_conn_table *table)
{
	uint32_t used = 0, freed = 0, templates = 0;

	assert_true(table->touched <= table->capacity);
	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);

		used += conn != NULL;
		templates += conn && conn->flags & LVS_CONN_TEMPLATE;
	}
	assert_int_equal(templates, table->ntemplates);
	assert_int_equal(used, table->used);
	for (uint32_t id = table->free; id; id = table->records[id].next) {
		assert_true(id <= table->touched);
		assert_null(lvs_conn_at(table, id));
		assert_true(++freed <= table->touched);	/* no ring */
	}
	assert_int_equal(used + freed, table->touched);
}

/* Return: found by its tuple of direction @dir */
static bool is_found(struct lvs_conn_table *table, const struct lvs_conn *conn, enum lvs_dir dir)
{
	const struct lvs_tuple request = { .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport,
					   .dport = conn->vport, .proto = conn->proto };
	const bool own = conn->source != 0;
	const struct lvs_tuple reply = { .src = conn->daddr, .dst = own ? table->sources[conn->source].addr : conn->caddr,
					 .sport = conn->dport, .dport = own ? conn->lport : conn->cport, .proto = conn->proto };
	const struct lvs_tuple *tuple = dir == LVS_DIR_REQUEST ? &request : &reply;
	enum lvs_dir seen = LVS_DIR_REQUEST + LVS_DIR_REPLY - dir;

	return lvs_conn_find(table, tuple, lvs_conn_hash(table, tuple), &seen) == conn && seen == dir;
}

/* Every record has its entries: a template and one whose replies pass by that of requests, a one-packet record that of replies, all others both. */
static void check_index(struct lvs_conn_table *table)
{
	uint64_t entries = 0, expected = 0;

	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);
		bool requests, replies;

		if (!conn)
			continue;
		requests = !(conn->flags & LVS_CONN_ONE_PACKET);
		replies = !(conn->flags & (LVS_CONN_TEMPLATE | LVS_CONN_ONE_WAY));
		assert_true(conn->flags & LVS_CONN_INDEXED);
		assert_true(!requests || is_found(table, conn, LVS_DIR_REQUEST));
		assert_true(!replies || is_found(table, conn, LVS_DIR_REPLY));
		expected += requests + replies;
	}
	for (uint32_t b = 0; b < table->nbuckets; b++)
		for (size_t slot = 0; slot < ARRAY_LEN(table->buckets[b].tags); slot++)
			entries += table->buckets[b].tags[slot] != 0;
	assert_int_equal(entries, expected);
}

/* Return: how many records stand in the slot */
static uint32_t check_slot(const struct lvs_wheel *wheel, unsigned int class, uint32_t slot)
{
	uint32_t n = 0, prev = 0;

	for (uint32_t id = wheel->heads[class][slot]; id; id = wheel->records[id].next) {
		const struct lvs_conn *conn = &wheel->records[id];

		assert_int_equal(conn->flags & (LVS_CONN_USED | LVS_CONN_FILED), LVS_CONN_USED | LVS_CONN_FILED);
		assert_int_equal(conn->class, class);
		assert_int_equal(conn->prev, prev);
		assert_int_equal(conn->filed % LVS_WHEEL_SLOTS, slot);
		assert_true(conn->filed - wheel->now - 1 < LVS_WHEEL_SLOTS - 1);
		assert_false(lvs_tick_before(conn->expires, conn->filed));
		prev = id;
		n++;
	}
	return n;
}

static void check_wheel(const struct lvs_conn_table *table)
{
	const struct lvs_wheel *wheel = &table->wheel;
	uint32_t all = 0;

	for (unsigned int class = 0; class < LVS_CLASS_COUNT; class++) {
		uint32_t n = 0;

		for (uint32_t slot = 0; slot < LVS_WHEEL_SLOTS; slot++) {
			bool filled = wheel->filled[class][slot / 64] >> slot % 64 & 1;

			assert_int_equal(filled, wheel->heads[class][slot] != 0);
			if (filled)
				n += check_slot(wheel, class, slot);
		}
		for (uint32_t word = 0; word < LVS_WHEEL_SLOTS / 64; word++)
			assert_int_equal(wheel->summary[class][word / 64] >> word % 64 & 1, wheel->filled[class][word] != 0);
		assert_int_equal(n, wheel->counts[class]);
		all += n;
	}
	assert_int_equal(all, table->used);
}

/* What a server is the subject of. */
struct census {
	uint32_t active, inactive, persistent, once;
};

static void check_control(const struct lvs_engine *engine, const struct lvs_conn *conn, uint32_t *controlled)
{
	const struct lvs_conn_table *table = &engine->conns;
	const struct lvs_conn *control = conn->control ? lvs_conn_at(table, conn->control) : NULL;
	uint32_t serial = 0;

	assert_true(conn->control <= table->touched);
	if (control && control->flags & LVS_CONN_TEMPLATE)
		serial = control->serial;
	else if (control && control->stream && lvs_stream_of(&engine->streams, control)->text)
		serial = lvs_stream_text_of(&engine->streams, lvs_stream_of(&engine->streams, control))->serial;
	if (control && serial == conn->serial)
		controlled[conn->control]++;
}

static void count_conns(const struct lvs_engine *engine, struct census *census)
{
	const struct lvs_conn_table *table = &engine->conns;
	uint32_t *controlled = calloc((size_t)table->touched + 1, sizeof(*controlled)), templates = 0;

	assert_non_null(controlled);
	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);

		if (!conn)
			continue;
		assert_in_range(conn->server, 0, engine->rules.servers_len - 1);
		check_control(engine, conn, controlled);
		if (conn->flags & LVS_CONN_TEMPLATE) {
			census[conn->server].persistent++;
			templates++;
			continue;
		}
		assert_int_equal((conn->flags & LVS_CONN_ACTIVE) != 0,
				 lvs_proto_find(conn->proto)->states[conn->state].active);
		if (conn->flags & LVS_CONN_ONE_PACKET)
			census[conn->server].once++;
		else if (conn->flags & LVS_CONN_ACTIVE)
			census[conn->server].active++;
		else
			census[conn->server].inactive++;
	}
	for (uint32_t id = 1; id <= table->touched; id++)
		if (lvs_conn_at(table, id))
			assert_int_equal(table->records[id].ncontrolled, controlled[id]);
	assert_int_equal(table->ntemplates, templates);
	free(controlled);
}

static void check_servers(const struct lvs_engine *engine)
{
	const struct lvs_rules *rules = &engine->rules;
	struct census *census = calloc(rules->servers_len, sizeof(*census));
	uint32_t removed = 0;

	assert_non_null(census);
	count_conns(engine, census);
	for (uint32_t id = 1; id < rules->servers_len; id++) {
		const struct lvs_server *server = rules->servers[id];
		const struct census *seen = &census[id];

		if (!server) {
			assert_true(id >= rules->free_id);
			assert_int_equal(seen->active + seen->inactive + seen->persistent + seen->once, 0);
			continue;
		}
		assert_int_equal(server->id, id);
		assert_int_equal(server->active, seen->active);
		assert_int_equal(server->inactive, seen->inactive);
		assert_int_equal(server->persistent, seen->persistent);
		assert_true(server->pins >= seen->once);
		if (server->service && !server->service->spec.sched->detach)	/* no scheduler that takes notes of its own */
			assert_int_equal(server->pins, seen->once);
		assert_int_equal(!server->origin, !server->service);
		removed += server->service == NULL;
	}
	assert_int_equal(removed, rules->ntrash);
	/* The other side of what servers begin, which is in no list. */
	assert_int_equal(rules->servers[0]->active, census[0].active);
	assert_int_equal(rules->servers[0]->inactive, census[0].inactive);
	assert_int_equal(census[0].persistent + census[0].once, 0);
	free(census);
}

/* Each source knows how many connections name it. */
static void check_sources(const struct lvs_engine *engine)
{
	const struct lvs_sources *sources = &engine->sources;
	uint32_t *named = calloc(LVS_SOURCE_SLOTS, sizeof(*named));

	assert_non_null(named);
	for (uint32_t id = 1; id <= engine->conns.touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(&engine->conns, id);

		if (conn)
			named[conn->source]++;
	}
	for (uint32_t i = 1; i < sources->touched; i++)
		assert_int_equal(sources->slots[i].conns, named[i]);
	free(named);
}

/* Each record of a stream has its connection, each text its stream. */
static void check_streams(const struct lvs_engine *engine)
{
	const struct lvs_streams *streams = &engine->streams;
	uint32_t used = 0, texts = 0;

	for (uint32_t id = 1; id <= engine->conns.touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(&engine->conns, id);

		if (!conn)
			continue;
		assert_int_equal(!(conn->flags & LVS_CONN_STREAM), !conn->stream);
		used += conn->stream != 0;
		texts += conn->stream && lvs_stream_of(streams, conn)->text;
	}
	assert_int_equal(used, streams->used);
	assert_int_equal(texts, streams->texts_used);
	for (uint32_t id = streams->free; id; id = streams->records[id].next)
		used++;
	for (uint32_t id = streams->texts_free; id; id = streams->texts[id].next)
		texts++;
	assert_int_equal(used, streams->touched);
	assert_int_equal(texts, streams->texts_touched);
}

/* Every server of a service stands where it is looked for, behind none of a later service. */
static void check_origins(const struct lvs_rules *rules)
{
	uint32_t n = 0, nservers = 0;

	for (uint32_t id = 1; id < rules->servers_len; id++)
		nservers += rules->servers[id] && rules->servers[id]->service;
	for (uint32_t i = 0; i < rules->origins.nheads; i++) {
		for (const struct lvs_origin *origin = rules->origins.heads[i]; origin; origin = origin->next) {
			const struct lvs_server *server;
			uint64_t serial = 0;

			assert_false(lvs_list_empty(&origin->servers));
			lvs_list_for_each(server, &origin->servers, of_origin) {
				assert_ptr_equal(server->origin, origin);
				assert_true(lvs_addr_equal(&server->spec.addr, &origin->addr));
				assert_true(server->spec.port == origin->port && server->of.proto == origin->proto);
				assert_true(server->service->serial > serial);
				serial = server->service->serial;
				nservers--;
			}
			n++;
		}
	}
	assert_int_equal(n, rules->origins.n);
	assert_int_equal(nservers, 0);
}

static void check_services(const struct lvs_rules *rules)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rules->nheads; i++) {
		for (const struct lvs_service *service = rules->service_heads[i]; service; service = service->next) {
			assert_ptr_equal(lvs_service_find(rules, &service->spec.key), service);
			assert_ptr_equal(lvs_vip_find(rules, &service->spec.key.addr), service->vip);
			for (uint32_t k = 0; k < service->nservers; k++) {
				assert_ptr_equal(service->servers[k]->service, service);
				assert_int_equal(service->servers[k]->pos, k);
				assert_ptr_equal(rules->servers[service->servers[k]->id], service->servers[k]);
			}
			n++;
		}
	}
	assert_int_equal(n, rules->nservices);
}

static void check_counters(const struct lvs_stats *stats)
{
	uint64_t ends = stats->forwarded + stats->passed + stats->answered + stats->held;

	for (size_t i = 0; i < LVS_DROP_COUNT; i++)
		ends += stats->dropped[i];
	assert_int_equal(stats->received, ends);
}

/* Return: the entry that @conn names, if it is still its client's; else 0 */
static uint32_t client_of(const struct lvs_clients *clients, const struct lvs_conn *conn)
{
	return lvs_clients_know(clients, conn->client, &conn->caddr) ? conn->client & LVS_CLIENTS_MAX : 0;
}

/* Return: entries in the ring, each of which belongs there */
static uint32_t check_ring(const struct lvs_clients *clients, enum lvs_client_ring ring)
{
	uint32_t n = 0, older = 0;

	for (uint32_t i = clients->rings[ring].oldest; i; i = clients->clients[i].newer) {
		const struct lvs_client *client = &clients->clients[i];

		assert_int_equal(client->ring, ring);
		assert_int_equal(client->older, older);
		assert_int_equal(client->established, 0);
		assert_int_equal(client->conns != 0, ring == LVS_CLIENT_LOOSE);
		older = i;
		n++;
	}
	assert_int_equal(clients->rings[ring].newest, older);
	return n;
}

/* A client's numbers are those of the connections that name him. */
static void check_clients(const struct lvs_engine *engine)
{
	const struct lvs_clients *clients = &engine->clients;
	struct census *census = calloc((size_t)clients->touched + 1, sizeof(*census));
	uint32_t used = 0, kept = 0;

	assert_non_null(census);
	for (uint32_t id = 1; id <= engine->conns.touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(&engine->conns, id);
		uint32_t index = conn && conn->client ? client_of(clients, conn) : 0;

		assert_true(index <= clients->touched);
		census[index].active += index && conn->class == LVS_CLASS_ESTABLISHED;
		census[index].inactive += index != 0;
	}
	for (uint32_t head = 0; clients->heads && head <= clients->mask; head++) {
		for (uint32_t i = clients->heads[head]; i; i = clients->clients[i].next) {
			assert_int_equal(clients->clients[i].conns, census[i].inactive);
			assert_int_equal(clients->clients[i].established, census[i].active);
			kept += clients->clients[i].ring == LVS_CLIENT_KEPT;
			used++;
		}
	}
	assert_int_equal(used, clients->used);
	assert_int_equal(check_ring(clients, LVS_CLIENT_SPENT) + check_ring(clients, LVS_CLIENT_LOOSE) + kept, used);
	free(census);
}

void invariants_of_counts(const struct lvs_engine *engine)
{
	check_pool(&engine->conns);
	check_servers(engine);
	check_sources(engine);
	check_services(&engine->rules);
	check_origins(&engine->rules);
	check_clients(engine);
	check_counters(&engine->stats);
}

void invariants_hold(struct lvs_engine *engine)
{
	invariants_of_counts(engine);
	check_index(&engine->conns);
	check_wheel(&engine->conns);
	check_streams(engine);
}
