// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The listing of connections: how much work a part is, with a million of them; who is listed while others come and go; and
 * whom filters let through.
 */
#include "tests/lib/test.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "control/connections.h"
#include "control/json.h"
#include "engine/core.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"

#define MANY (1u << 20)
#define RECORD_BYTES 512	/* no record's text is longer */

struct scene {
	struct lvs_engine *engine;
	void *memory;
	size_t bytes;
	struct lvs_server *server;
	struct evbuffer *out;
	struct lvs_json json;
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lvs_engine_options options = { .max_connections = MANY, .key = { 1, 2 }, .fragments = lvs_fragment_limits_default };
	struct lvs_service_spec of = { .key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = LVS_PROTO_TCP },
				       .sched = lvs_sched_find("rr") };
	struct lvs_server_spec spec = { .addr = test_addr("10.0.0.1"), .port = LVS_BE16(8080), .weight = 1,
					.forward = lvs_forward_find("masq") };
	struct lvs_service *service;

	assert_non_null(scene);
	scene->bytes = lvs_conn_table_bytes(MANY);
	scene->memory = mmap(NULL, scene->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(scene->memory != MAP_FAILED);
	options.memory = scene->memory;
	assert_int_equal(lvs_engine_new(&options, LVS_SECONDS(1000), &scene->engine), 0);
	assert_int_equal(lvs_service_add(&scene->engine->rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(&scene->engine->rules, service, &spec, &scene->server), 0);
	scene->out = evbuffer_new();
	assert_non_null(scene->out);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	evbuffer_free(scene->out);
	lvs_engine_free(scene->engine);
	(void)munmap(scene->memory, scene->bytes);
	free(scene);
	return 0;
}

/* A connection of client number @n; its record is the newest that was given back, or a new one. */
static struct lvs_conn *connect_one(struct scene *scene, uint32_t n)
{
	struct lvs_conn *conn = lvs_conn_claim(&scene->engine->conns);

	assert_non_null(conn);
	conn->caddr = lvs_addr_from4(LVS_BE32(0x0b000000u + n / 60000));
	conn->cport = LVS_BE16(1024 + n % 60000);
	conn->vaddr = scene->server->of.addr;
	conn->vport = scene->server->of.port;
	conn->daddr = scene->server->spec.addr;
	conn->dport = scene->server->spec.port;
	conn->proto = LVS_PROTO_TCP;
	conn->state = lvs_proto_tcp.midst;
	conn->server = scene->server->id;
	assert_int_equal(lvs_conn_publish(&scene->engine->conns, conn), 0);
	lvs_server_bind(scene->server);
	lvs_conn_set_timer(&scene->engine->conns, conn, lvs_tick_from_ns(LVS_SECONDS(1000)), lvs_ticks_from_seconds(900),
			   LVS_CLASS_ESTABLISHED);
	return conn;
}

static void end_one(struct scene *scene, uint32_t id)
{
	lvs_server_unbind(scene->server, false);
	lvs_conn_release(&scene->engine->conns, lvs_conn_at(&scene->engine->conns, id));
}

struct seen {
	uint32_t records, bytes_max, looks_max, parts;
	uint8_t *times;	/* each record was listed; may be NULL */
};

static void note_lines(struct scene *scene, struct seen *seen)
{
	char *line;
	size_t len;

	while ((line = evbuffer_readln(scene->out, &len, EVBUFFER_EOL_LF))) {
		unsigned long id;

		assert_true(len < RECORD_BYTES);
		if (strncmp(line, "{\"id\":\"", 7) == 0) {
			id = strtoul(line + 7, NULL, 10);
			assert_in_range(id, 1, MANY);
			seen->records++;
			if (seen->times)
				seen->times[id]++;
		}
		free(line);
	}
}

/* @between: called after each part with its number */
static struct seen list(struct scene *scene, const struct lvs_conn_filter *filter, uint64_t limit, uint8_t *times,
			void (*between)(struct scene *scene, uint32_t part, uint32_t at))
{
	struct lvs_conn_listing listing = { .filter = *filter, .at = 1, .left = limit };
	struct seen seen = { .times = times };
	bool more = true;

	lvs_json_init(&scene->json, scene->out);
	while (more) {
		uint32_t at = listing.at;
		size_t before = lvs_json_length(&scene->json);

		more = lvs_conn_list(&listing, scene->engine, lvs_tick_from_ns(LVS_SECONDS(1000)), &scene->json);
		seen.bytes_max = LVS_MAX(seen.bytes_max, (uint32_t)(lvs_json_length(&scene->json) - before));
		seen.looks_max = LVS_MAX(seen.looks_max, listing.at - at);
		seen.parts++;
		lvs_json_flush(&scene->json);
		if (!more)
			assert_int_equal(evbuffer_add(scene->out, "\n", 1), 0);
		note_lines(scene, &seen);
		if (between && more)
			between(scene, seen.parts, listing.at);
	}
	assert_int_equal(scene->json.depth, 0);
	evbuffer_drain(scene->out, evbuffer_get_length(scene->out));
	return seen;
}

static const struct lvs_conn_filter everybody;

static void a_part_of_a_million_is_little_work(void **state)
{
	struct scene *scene = *state;
	struct lvs_conn_filter nobody = { .proto = LVS_PROTO_UDP };
	struct seen seen;

	for (uint32_t n = 0; n < MANY; n++)
		(void)connect_one(scene, n);
	seen = list(scene, &nobody, UINT64_MAX, NULL, NULL);
	assert_int_equal(seen.records, 0);
	assert_true(seen.looks_max <= LVS_CONNECTIONS_LOOKS);
	assert_true(seen.parts >= MANY / LVS_CONNECTIONS_LOOKS);
	seen = list(scene, &everybody, UINT64_MAX, NULL, NULL);
	assert_int_equal(seen.records, MANY);
	assert_true(seen.bytes_max <= LVS_CONNECTIONS_BYTES + RECORD_BYTES);
	assert_true(seen.looks_max <= LVS_CONNECTIONS_LOOKS);
	seen = list(scene, &everybody, 1000, NULL, NULL);
	assert_int_equal(seen.records, 1000);
}

#define SOME 20000

/* The record under the listing's nose, one before it and one behind it end; two begin. */
static void come_and_go(struct scene *scene, uint32_t part, uint32_t at)
{
	const uint32_t ids[] = { at, at - 2, at + 100 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (ids[i] % 3 == 0 && ids[i] <= SOME && lvs_conn_at(&scene->engine->conns, ids[i]))
			end_one(scene, ids[i]);
	(void)connect_one(scene, 500000 + 2 * part);
	(void)connect_one(scene, 500000 + 2 * part + 1);
}

static void who_stays_is_listed_once(void **state)
{
	struct scene *scene = *state;
	uint8_t *times = calloc(MANY + 1, 1);
	struct seen seen;

	assert_non_null(times);
	for (uint32_t n = 0; n < SOME; n++)
		(void)connect_one(scene, n);
	seen = list(scene, &everybody, UINT64_MAX, times, come_and_go);
	for (uint32_t id = 1; id <= SOME; id++) {
		if (id % 3 && times[id] != 1)
			fail_msg("record %u was listed %u times", id, times[id]);
		assert_true(times[id] <= 1);
	}
	assert_true(seen.parts > 100);
	free(times);
}

static void an_id_is_never_that_of_another(void **state)
{
	struct scene *scene = *state;
	struct lvs_conn_table *table = &scene->engine->conns;
	char id[LVS_CONNECTION_ID_BYTES], other[LVS_CONNECTION_ID_BYTES + 1];
	struct lvs_conn *conn = connect_one(scene, 1), *next;
	uint32_t number = lvs_conn_id(table, conn);

	lvs_connection_id(table, conn, id);
	assert_ptr_equal(lvs_connection_find(table, id), conn);
	(void)snprintf(other, sizeof(other), "0%s", id);
	assert_null(lvs_connection_find(table, other));
	assert_null(lvs_connection_find(table, ""));
	assert_null(lvs_connection_find(table, "1"));
	assert_null(lvs_connection_find(table, "0-00000000"));
	assert_null(lvs_connection_find(table, "99999999999999999999-00000000"));
	assert_null(lvs_connection_find(table, "-1-00000000"));
	end_one(scene, number);
	assert_null(lvs_connection_find(table, id));
	next = connect_one(scene, 2);
	assert_int_equal(lvs_conn_id(table, next), number);
	assert_null(lvs_connection_find(table, id));
	assert_ptr_equal(lvs_connection_find(table, lvs_connection_id(table, next, other)), next);
}

static struct lvs_end_filter end_filter(const char *text)
{
	struct lvs_end_filter filter;

	if (!lvs_end_filter_parse(text, &filter))
		fail_msg("\"%s\" is not read", text);
	return filter;
}

static void filters_let_through_what_fits(void **state)
{
	struct scene *scene = *state;
	const struct {
		const char *what;
		struct lvs_conn_filter filter;
		uint32_t n;
	} rows[] = {
		{ "all", everybody, 70000 },
		{ "tcp", { .proto = LVS_PROTO_TCP }, 70000 },
		{ "sctp", { .proto = LVS_PROTO_SCTP }, 0 },
		{ "an address", { .client = end_filter("11.0.0.1") }, 10000 },
		{ "a network", { .client = end_filter("11.0.0.0/31") }, 70000 },
		{ "another one", { .client = end_filter("12.0.0.0/8") }, 0 },
		{ "a port", { .client = end_filter("11.0.0.0/8:1024") }, 2 },
		{ "one client", { .client = end_filter("11.0.0.1:1024") }, 1 },
		{ "IPv6", { .client = end_filter("2001:db8::/32") }, 0 },
		{ "what they reach", { .virtual = end_filter("192.0.2.1:80") }, 70000 },
		{ "another port", { .virtual = end_filter("192.0.2.1:81") }, 0 },
		{ "the server", { .server = end_filter("10.0.0.1:8080") }, 70000 },
		{ "the service", { .has_service = true, .service = scene->server->of }, 70000 },
		{ "another service", { .has_service = true, .service = { .mark = 7 } }, 0 },
		{ "templates", { .templates = LVS_TEMPLATES_ONLY }, 0 },
		{ "no templates", { .templates = LVS_TEMPLATES_NOT }, 70000 },
	};
	struct lvs_conn_filter filter = everybody;

	for (uint32_t n = 0; n < 70000; n++)
		(void)connect_one(scene, n);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t n = list(scene, &rows[i].filter, UINT64_MAX, NULL, NULL).records;

		if (n != rows[i].n)
			fail_msg("%s: %u, not %u", rows[i].what, n, rows[i].n);
	}
	assert_int_equal(lvs_conn_filter_state(&filter, "NO_SUCH"), 0);
	assert_true(lvs_conn_filter_state(&filter, "CLOSE") >= 1);
	assert_int_equal(list(scene, &filter, UINT64_MAX, NULL, NULL).records, 0);
	lvs_conn_at(&scene->engine->conns, 5)->state = 6;	/* CLOSE */
	assert_int_equal(list(scene, &filter, UINT64_MAX, NULL, NULL).records, 1);
}

static void what_is_no_filter_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "x", "10.0.0.1:", "10.0.0.1:x", "10.0.0.1:65536", "10.0.0.1:-1", "10.0.0.0/33", "10.0.0.256", "[2001:db8::1]",
		"[2001:db8::1]:x", "[10.0.0.1]:80", "10.0.0.1:1234567", "1111111111111111111111111111111111111111111111111111:80",
	};
	struct lvs_end_filter filter;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (lvs_end_filter_parse(wrong[i], &filter))
			fail_msg("\"%s\" is read", wrong[i]);
	filter = end_filter("[2001:db8::1]:80");
	assert_true(filter.has_port && filter.port == LVS_BE16(80) && filter.prefix.bits == 128);
	filter = end_filter("2001:db8::/32");
	assert_true(!filter.has_port && filter.prefix.bits == 32);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_part_of_a_million_is_little_work),
		TEST(who_stays_is_listed_once),
		TEST(an_id_is_never_that_of_another),
		TEST(filters_let_through_what_fits),
		cmocka_unit_test(what_is_no_filter_is_refused),
	};

	return cmocka_run_group_tests_name("connections", tests, NULL, NULL);
}
