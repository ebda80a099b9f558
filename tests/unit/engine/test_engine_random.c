// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A million packets in bursts, between them rules that change and time that passes, in a table that is often full: an
 * engine and its ideal (tests/lib/ideal.h) must agree about every packet, every connection and every count.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/ideal.h"
#include "tests/lib/invariants.h"

#define CAPACITY 150
#define PACKETS 1000000
#define BURST 64
#define PACKET_BYTES 64
#define SERIAL_BYTES 4
#define LONG_AGO_BY 4000	/* packets between two looks at everything */

/* In calm times nobody closes a connection, and all is TCP: the table fills with those that are established. */
#define CALM_FLAGS 7
#define CALM_SERVICES 2

/* @serial: of the next packet; each carries its own, so that what comes out is known again */
struct scene {
	void *memory;
	struct lvs_engine *engine;
	struct lvs_sink sink;
	struct ideal ideal;
	uint64_t random;
	lvs_ns now;
	uint32_t serial;
	bool calm;
	struct ideal_packet burst[BURST];
	uint8_t bytes[BURST][PACKET_BYTES], out[BURST][PACKET_BYTES];
	size_t nout, taken;
	uint64_t dropped[LVS_DROP_COUNT], passed, forwarded;
	uint64_t evictions, clashes, begins, full;
};

static void keep(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct scene *scene = container_of(sink, struct scene, sink);

	assert_true(scene->nout < BURST);
	assert_true(packet->len <= PACKET_BYTES);
	memcpy(scene->out[scene->nout++], packet->data, packet->len);
}

/* xorshift64*: the same sequence everywhere. */
static uint32_t draw(struct scene *scene, uint32_t below)
{
	scene->random ^= scene->random >> 12;
	scene->random ^= scene->random << 25;
	scene->random ^= scene->random >> 27;
	return (uint32_t)((scene->random * 0x2545f4914f6cdd1dULL >> 32) % below);
}

static struct lvs_addr address(bool ip6, const char *ip4_base, const char *ip6_base, unsigned int n)
{
	struct lvs_addr addr = test_addr(ip6 ? ip6_base : ip4_base);

	addr.bytes[15] = (uint8_t)n;
	return addr;
}

static struct lvs_addr client_addr(unsigned int service, unsigned int client)
{
	return address(ideal_places[service].ip6, "10.0.0.0", "2001:db8::", 1 + client / 10);
}

static uint16_t client_port(unsigned int client)
{
	return (uint16_t)(1000 + client % 10);
}

static struct lvs_addr vip_addr(unsigned int service)
{
	return address(ideal_places[service].ip6, "192.0.2.0", "2001:db8:a::", ideal_places[service].vip);
}

static uint16_t vip_port(unsigned int service)
{
	return ideal_places[service].proto == LVS_PROTO_TCP ? 80 : 53;
}

static struct lvs_addr server_addr(unsigned int service, unsigned int server)
{
	return address(ideal_places[service].ip6, "10.1.0.0", "2001:db8:b::", 1 + server);
}

static uint16_t server_port(unsigned int service)
{
	return ideal_places[service].proto == LVS_PROTO_TCP ? 8080 : 5300;
}

struct end {
	struct lvs_addr addr;
	uint16_t port;
};

/* Return: how many of @bytes it takes */
static size_t write_packet(const struct ideal_packet *packet, struct end src, struct end dst, uint32_t serial,
			   uint8_t bytes[PACKET_BYTES])
{
	bool ip6 = ideal_places[packet->service].ip6, tcp = ideal_places[packet->service].proto == LVS_PROTO_TCP;
	size_t header = ip6 ? 40 : 20, rest = tcp ? 20 : 8 + SERIAL_BYTES;
	uint8_t *l4 = bytes + header;

	memset(bytes, 0, PACKET_BYTES);
	if (ip6) {
		bytes[0] = 0x60;
		bytes[5] = (uint8_t)rest;
		bytes[6] = ideal_places[packet->service].proto;
		bytes[7] = 64;
		memcpy(bytes + 8, src.addr.bytes, 16);
		memcpy(bytes + 24, dst.addr.bytes, 16);
	} else {
		bytes[0] = 0x45;
		bytes[3] = (uint8_t)(header + rest);
		bytes[8] = 64;
		bytes[9] = ideal_places[packet->service].proto;
		memcpy(bytes + 12, src.addr.bytes + 12, 4);
		memcpy(bytes + 16, dst.addr.bytes + 12, 4);
		build_fix_ip4(bytes);
	}
	l4[0] = (uint8_t)(src.port >> 8);
	l4[1] = (uint8_t)src.port;
	l4[2] = (uint8_t)(dst.port >> 8);
	l4[3] = (uint8_t)dst.port;
	if (tcp) {
		l4[12] = 5 << 4;
		l4[13] = packet->tcp_flags;
	} else {
		l4[5] = (uint8_t)rest;	/* and no checksum */
	}
	memcpy(l4 + (tcp ? 4 : 8), &serial, sizeof(serial));
	return header + rest;
}

/* Is the next one that came out @packet? */
static bool is_out(const struct scene *scene, const struct ideal_packet *packet, uint32_t serial)
{
	bool ip6 = ideal_places[packet->service].ip6, tcp = ideal_places[packet->service].proto == LVS_PROTO_TCP;
	const uint8_t *out = scene->out[scene->taken];

	return scene->taken < scene->nout && out[0] >> 4 == (ip6 ? 6 : 4) &&
	       out[ip6 ? 6 : 9] == ideal_places[packet->service].proto &&
	       !memcmp(out + (ip6 ? 40 : 20) + (tcp ? 4 : 8), &serial, sizeof(serial));
}

static struct end client_end(const struct ideal_packet *packet)
{
	return (struct end){ client_addr(packet->service, packet->client), client_port(packet->client) };
}

static struct end vip_end(unsigned int service)
{
	return (struct end){ vip_addr(service), vip_port(service) };
}

static struct end server_end(unsigned int service, unsigned int server)
{
	return (struct end){ server_addr(service, server), server_port(service) };
}

/* It leaves from @src to @dst. TCP checksums are not compared: they were wrong from the beginning. */
static void expect_out(struct scene *scene, const struct ideal_packet *packet, struct end src, struct end dst,
		       uint32_t serial)
{
	uint8_t expect[PACKET_BYTES], *out = scene->out[scene->taken];
	size_t len = write_packet(packet, src, dst, serial, expect);
	size_t csum = (ideal_places[packet->service].ip6 ? 40U : 20U) + 16U;

	assert_true(is_out(scene, packet, serial));
	if (ideal_places[packet->service].proto == LVS_PROTO_TCP)
		memset(out + csum, 0, 2);
	assert_memory_equal(out, expect, len);
	scene->taken++;
}

static struct lvs_conn *find(struct scene *scene, unsigned int service, unsigned int client)
{
	const struct lvs_tuple tuple = {
		.src = client_addr(service, client), .dst = vip_addr(service), .sport = LVS_BE16(client_port(client)),
		.dport = LVS_BE16(vip_port(service)), .proto = ideal_places[service].proto,
	};
	struct lvs_conn_table *table = &scene->engine->conns;
	enum lvs_dir dir;

	return lvs_conn_find(table, &tuple, lvs_conn_hash(table, &tuple), &dir);
}

static void evict(struct scene *scene, struct ideal_conn *conn, const struct ideal_conn *newcomer)
{
	assert_true(ideal_may_evict(&scene->ideal, conn, newcomer, lvs_tick_from_ns(scene->now)));
	ideal_end(&scene->ideal, conn);
	scene->evictions++;
}

/* Return: the one that the engine does not have any more, or NULL */
static struct ideal_conn *missing(struct scene *scene)
{
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++)
		for (unsigned int c = 0; c < IDEAL_CLIENTS; c++)
			if (scene->ideal.conns[s][c].used && !find(scene, s, c))
				return &scene->ideal.conns[s][c];
	return NULL;
}

/* No connection has begun where one might have: there is a reason. */
static void judge_refusal(struct scene *scene, const struct ideal_packet *packet, bool full)
{
	struct ideal_conn *victim = full ? missing(scene) : NULL;

	if (full && !victim) {
		assert_true(ideal_all_established(&scene->ideal));
		scene->dropped[LVS_DROP_TABLE_FULL]++;
		scene->full++;
		return;
	}
	assert_true(ideal_may_clash(&scene->ideal, packet));
	scene->dropped[LVS_DROP_CONN_CLASH]++;
	scene->clashes++;
	if (victim)
		evict(scene, victim, NULL);
}

/* A packet that may begin a connection. If the table was @full somebody had to go, and was allowed to be the one. */
static void judge_beginning(struct scene *scene, const struct ideal_packet *packet, uint32_t serial, bool full)
{
	const uint8_t *last = &scene->out[scene->taken][ideal_places[packet->service].ip6 ? 39 : 19];
	struct ideal_conn *twin, *victim;
	unsigned int server;

	if (!is_out(scene, packet, serial)) {
		judge_refusal(scene, packet, full);
		return;
	}
	server = *last - 1U;
	assert_in_range(server, 0, IDEAL_SERVERS - 1);
	twin = ideal_twin(&scene->ideal, packet, server);
	if (full && twin && !ideal_is_over(&scene->ideal, twin))
		evict(scene, twin, NULL);
	assert_true(ideal_begin(&scene->ideal, packet, server, lvs_tick_from_ns(scene->now)));
	victim = full ? missing(scene) : NULL;
	if (victim)
		evict(scene, victim, &scene->ideal.conns[packet->service][packet->client]);
	scene->begins++;
	scene->forwarded++;
	expect_out(scene, packet, client_end(packet), server_end(packet->service, server), serial);
}

static void judge(struct scene *scene, const struct ideal_packet *packet, uint32_t serial, bool full)
{
	struct ideal_verdict verdict = ideal_take(&scene->ideal, packet, lvs_tick_from_ns(scene->now));

	switch (verdict.fate) {
	case IDEAL_DROPPED:
		scene->dropped[verdict.drop]++;
		break;
	case IDEAL_PASSED:
		scene->passed++;
		if (packet->request)
			expect_out(scene, packet, client_end(packet), vip_end(packet->service), serial);
		else
			expect_out(scene, packet, server_end(packet->service, packet->server), client_end(packet), serial);
		break;
	case IDEAL_FORWARDED:
		scene->forwarded++;
		if (packet->request)
			expect_out(scene, packet, client_end(packet), server_end(verdict.service, verdict.server), serial);
		else
			expect_out(scene, packet, vip_end(verdict.service), client_end(packet), serial);
		break;
	case IDEAL_BEGINS:
		judge_beginning(scene, packet, serial, full && scene->ideal.used == CAPACITY);
		break;
	}
}

static struct ideal_packet draw_packet(struct scene *scene)
{
	static const uint8_t flags[] = { LVS_TCP_SYN, LVS_TCP_SYN, LVS_TCP_SYN, LVS_TCP_ACK, LVS_TCP_ACK, LVS_TCP_ACK,
					 LVS_TCP_ACK, LVS_TCP_ACK | LVS_TCP_FIN, LVS_TCP_RST, 0 };
	struct ideal_packet packet = {
		.service = draw(scene, scene->calm ? CALM_SERVICES : IDEAL_SERVICES), .client = draw(scene, IDEAL_CLIENTS),
		.server = draw(scene, IDEAL_SERVERS), .request = draw(scene, 5) > 1,
	};
	const struct ideal_conn *conn = &scene->ideal.conns[packet.service][packet.client];

	if (!packet.request && conn->used && draw(scene, 10))
		packet.server = conn->server;
	if (ideal_places[packet.service].proto == LVS_PROTO_TCP)
		packet.tcp_flags = flags[draw(scene, scene->calm ? CALM_FLAGS : ARRAY_LEN(flags))];
	return packet;
}

static void send_burst(struct scene *scene)
{
	/* Whom a full table gives up can be told for one packet at a time. */
	size_t n = scene->ideal.used + BURST > CAPACITY ? 1 : 1 + draw(scene, BURST);
	bool full = scene->ideal.used == CAPACITY;
	struct lvs_packet packets[BURST];
	uint32_t serial = scene->serial;

	for (size_t i = 0; i < n; i++) {
		struct ideal_packet *packet = &scene->burst[i];
		struct end src, dst;

		*packet = draw_packet(scene);
		src = packet->request ? client_end(packet) : server_end(packet->service, packet->server);
		dst = packet->request ? vip_end(packet->service) : client_end(packet);
		packets[i] = (struct lvs_packet){ .data = scene->bytes[i] };
		packets[i].len = (uint32_t)write_packet(packet, src, dst, scene->serial++, scene->bytes[i]);
	}
	scene->nout = scene->taken = 0;
	lvs_engine_handle(scene->engine, packets, n, scene->now, &scene->sink);
	for (size_t i = 0; i < n; i++)
		judge(scene, &scene->burst[i], serial++, full);
	assert_int_equal(scene->taken, scene->nout);
	assert_int_equal(scene->engine->conns.used, scene->ideal.used);
	assert_memory_equal(scene->engine->stats.dropped, scene->dropped, sizeof(scene->dropped));
	assert_int_equal(scene->engine->stats.passed, scene->passed);
	assert_int_equal(scene->engine->stats.forwarded, scene->forwarded);
}

static void expire(struct scene *scene)
{
	lvs_tick first;
	lvs_ns next;
	bool any;

	do
		next = lvs_engine_expire(scene->engine, scene->now);
	while (next <= scene->now);
	first = ideal_expire(&scene->ideal, lvs_tick_from_ns(scene->now), &any);
	assert_int_equal(scene->engine->conns.used, scene->ideal.used);
	if (any)
		assert_true(next <= (lvs_ns)first << LVS_TICK_SHIFT);
	else if (!scene->engine->rules.ntrash)
		assert_true(next == LVS_NS_NEVER);
}

/* Mostly moments, sometimes minutes, seldom days; the engine is not always asked what that has ended. */
static void let_time_pass(struct scene *scene)
{
	uint32_t kind = draw(scene, 1000);

	if (kind < 900)
		scene->now += draw(scene, 200) * LVS_NS_PER_MS;
	else if (kind < 990)
		scene->now += LVS_SECONDS(draw(scene, 100));
	else if (kind < 999)
		scene->now += LVS_SECONDS(draw(scene, 10000));
	else
		scene->now += LVS_SECONDS(draw(scene, 1000000));
	if (draw(scene, 4))
		expire(scene);
}

static struct lvs_service_spec service_spec(unsigned int service)
{
	return (struct lvs_service_spec){
		.key = { .addr = vip_addr(service), .port = LVS_BE16(vip_port(service)), .proto = ideal_places[service].proto },
		.sched = lvs_sched_find(service % 2 ? "wlc" : "rr"),
	};
}

static struct lvs_service *service_of(struct scene *scene, unsigned int service)
{
	struct lvs_service_spec spec = service_spec(service);
	struct lvs_service *found = lvs_service_find(&scene->engine->rules, &spec.key);

	assert_int_equal(found != NULL, scene->ideal.services[service].there);
	return found;
}

static struct lvs_server *server_of(struct scene *scene, unsigned int service, unsigned int server)
{
	struct lvs_addr addr = server_addr(service, server);

	return lvs_server_find(service_of(scene, service), &addr, LVS_BE16(server_port(service)));
}

static void change_service(struct scene *scene, unsigned int s)
{
	struct ideal_service *ideal = &scene->ideal.services[s];
	struct lvs_service *service = service_of(scene, s);
	struct lvs_service_spec spec = service_spec(s);

	if (service) {
		lvs_service_remove(&scene->engine->rules, service, scene->now);
		for (unsigned int k = 0; k < IDEAL_SERVERS; k++)
			ideal->servers[k].there = false;
	} else {
		assert_int_equal(lvs_service_add(&scene->engine->rules, &spec, &service), 0);
	}
	ideal->there = !ideal->there;
}

/* A server that comes back has its number of connections, and its counters unless it was forgotten meanwhile. */
static void add_server(struct scene *scene, unsigned int s, unsigned int k, const struct lvs_server_spec *spec)
{
	struct ideal_server *ideal = &scene->ideal.services[s].servers[k];
	uint32_t conns = ideal_count(&scene->ideal, s, k, true) + ideal_count(&scene->ideal, s, k, false);
	struct lvs_server *server;

	assert_int_equal(lvs_server_add(&scene->engine->rules, service_of(scene, s), spec, &server), 0);
	assert_int_equal(server->active + server->inactive, conns);
	if (conns || server->counters.conns)
		assert_int_equal(server->counters.conns, ideal->chosen);
	ideal->chosen = server->counters.conns;
	ideal->there = true;
	ideal->weight = spec->weight;
}

static void change_server(struct scene *scene, unsigned int s, unsigned int k)
{
	struct ideal_server *ideal = &scene->ideal.services[s].servers[k];
	struct lvs_server_spec spec = {
		.addr = server_addr(s, k), .port = LVS_BE16(server_port(s)), .weight = draw(scene, 4),
		.forward = lvs_forward_find("masq"),
	};

	if (!ideal->there) {
		add_server(scene, s, k, &spec);
	} else if (draw(scene, 2)) {
		assert_int_equal(lvs_server_edit(&scene->engine->rules, server_of(scene, s, k), &spec), 0);
		ideal->weight = spec.weight;
	} else {
		lvs_server_remove(&scene->engine->rules, server_of(scene, s, k), scene->now);
		ideal->there = false;
	}
}

static void change_rules(struct scene *scene)
{
	unsigned int s = draw(scene, IDEAL_SERVICES);

	if (!draw(scene, 12) || !scene->ideal.services[s].there)
		change_service(scene, s);
	else
		change_server(scene, s, draw(scene, IDEAL_SERVERS));
}

static void change_settings(struct scene *scene)
{
	struct lvs_engine_settings settings = { .ping = LVS_PING_NEVER };

	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++) {
		for (size_t s = 0; s < lvs_protos[p]->nstates; s++) {
			uint32_t seconds = draw(scene, 3) ? 0 : 1 + draw(scene, draw(scene, 10) ? 2000 : 100000);

			settings.timeouts[p][s] = seconds;
			scene->ideal.timeouts[p][s] =
				lvs_ticks_from_seconds(seconds ? seconds : lvs_protos[p]->states[s].timeout);
		}
	}
	lvs_engine_configure(scene->engine, &settings, scene->now);
}

static void look_at_everything(struct scene *scene)
{
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++) {
		for (unsigned int c = 0; c < IDEAL_CLIENTS; c++) {
			const struct ideal_conn *ideal = &scene->ideal.conns[s][c];
			const struct lvs_conn *conn = find(scene, s, c);

			assert_int_equal(conn != NULL, ideal->used);
			if (!conn)
				continue;
			assert_int_equal(conn->state, ideal->state);
			assert_int_equal(conn->expires, ideal->touched + ideal->timeout);
			assert_int_equal(conn->daddr.bytes[15], ideal->server + 1);
		}
		for (unsigned int k = 0; k < IDEAL_SERVERS; k++) {
			const struct ideal_server *ideal = &scene->ideal.services[s].servers[k];
			const struct lvs_server *server = scene->ideal.services[s].there ? server_of(scene, s, k) : NULL;

			assert_int_equal(server != NULL, ideal->there);
			if (!server)
				continue;
			assert_int_equal(server->active, ideal_count(&scene->ideal, s, k, true));
			assert_int_equal(server->inactive, ideal_count(&scene->ideal, s, k, false));
			assert_int_equal(server->counters.conns, ideal->chosen);
		}
	}
	invariants_hold(scene->engine);
}

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lvs_engine_options options = {
		.max_connections = CAPACITY, .key = { 1, 2 }, .fragments = lvs_fragment_limits_default,
	};
	size_t bytes = (lvs_conn_table_bytes(CAPACITY) + 63) / 64 * 64;

	assert_non_null(scene);
	scene->memory = aligned_alloc(64, bytes);
	assert_non_null(scene->memory);
	memset(scene->memory, 0, bytes);
	options.memory = scene->memory;
	scene->sink.emit = keep;
	scene->now = LVS_SECONDS(5);
	scene->random = 20261122;
	assert_int_equal(lvs_engine_new(&options, scene->now, &scene->engine), 0);
	change_settings(scene);
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++)
		change_service(scene, s);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	lvs_engine_free(scene->engine);
	free(scene->memory);
	free(scene);
	return 0;
}

static void engine_and_ideal_agree(void **state)
{
	struct scene *scene = *state;
	uint32_t look = 0;

	while (scene->serial < PACKETS) {
		unsigned int weather = scene->serial / 20000 % 4;

		scene->calm = weather == 3;
		if (!draw(scene, weather ? 300 : 6))
			let_time_pass(scene);
		if (!draw(scene, 40))
			change_rules(scene);
		if (!draw(scene, 5000))
			change_settings(scene);
		send_burst(scene);
		if (scene->serial < look)
			continue;
		look_at_everything(scene);
		look = scene->serial + LONG_AGO_BY;
	}
	print_message("%u packets: %llu connections, %llu evicted, %llu refused by a full table, %llu clashes\n", scene->serial,
		      (unsigned long long)scene->begins, (unsigned long long)scene->evictions,
		      (unsigned long long)scene->full, (unsigned long long)scene->clashes);
	/* Or it would prove little. */
	assert_true(scene->begins > 100000 && scene->evictions > 1000 && scene->full > 100 && scene->clashes > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(engine_and_ideal_agree, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
