// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/engine/director.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sites.h"
#include "engine/forward.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "sys/map.h"

static void must(bool fact, const char *what)
{
	if (fact)
		return;
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(EXIT_FAILURE);
}

/* The way out: nothing but a count. */
static void emit(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct director *director = container_of(sink, struct director, sink);

	(void)packet;
	director->emitted++;
}

static struct lvs_addr server_addr(bool ip6, uint32_t i)
{
	struct lvs_addr addr = lvs_addr_from4(LVS_BE32(0xac100001 + i));

	if (ip6)
		addr.words[0] = LVS_BE32(0x20010db8);
	return addr;
}

static void add_service(struct director *director, const struct director_rules *what)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec spec = {
		.key = { .addr = traffic_vip(director->kind.ip6), .port = TRAFFIC_PORT, .proto = director->kind.proto },
		.sched = lvs_sched_find(what->sched),
		.persist = { .timeout = what->persist, .mask = lvs_persist_mask6(128) },
	};
	struct lvs_service *service;
	struct lvs_server *server;

	lvs_rules_set_sites(rules, what->sites);
	must(!lvs_service_add(rules, &spec, &service), "no service");
	for (uint32_t i = 0; i < what->nservers; i++) {
		struct lvs_server_spec server_spec = { .addr = server_addr(director->kind.ip6, i), .port = LVS_BE16(8080),
						       .weight = what->weight + (what->uneven ? i % 10 : 0),
						       .forward = lvs_forward_find("masq") };

		if (what->sites)
			(void)snprintf(server_spec.site, sizeof(server_spec.site), "%s", what->sites->names[i % what->sites->n]);
		must(!lvs_server_add(rules, service, &server_spec, &server), "no server");
	}
}

struct lvs_service *director_service(struct director *director)
{
	const struct lvs_service_key key = { .addr = traffic_vip(director->kind.ip6), .port = TRAFFIC_PORT,
					     .proto = director->kind.proto };

	return lvs_service_find(lvs_engine_rules(director->engine), &key);
}

void director_init_with(struct director *director, const struct traffic_kind *kind, uint32_t capacity,
			const struct director_rules *rules)
{
	struct lvs_engine_options options = {
		.max_connections = capacity, .key = { 0x0123456789abcdef, 0xfedcba9876543210 },
		.fragments = lvs_fragment_limits_default,
	};

	*director = (struct director){ .kind = *kind, .capacity = capacity, .now = LVS_SECONDS(1000), .sink.emit = emit };
	must(!lvs_map_new(lvs_conn_table_bytes(capacity), &director->memory), "out of memory for connections");
	options.memory = director->memory;
	must(!lvs_engine_new(&options, director->now, &director->engine), "no engine");
	add_service(director, rules);
}

void director_init(struct director *director, const struct traffic_kind *kind, uint32_t capacity)
{
	director_init_with(director, kind, capacity, &(struct director_rules){ .sched = "wlc", .nservers = 8, .weight = 1 });
}

void director_fini(struct director *director)
{
	lvs_engine_free(director->engine);
	lvs_map_free(director->memory, lvs_conn_table_bytes(director->capacity));
	*director = (struct director){ 0 };
}

void director_run(struct director *director, const struct traffic *traffic, size_t burst)
{
	uint64_t before = director->emitted;

	for (size_t at = 0; at < traffic->n; at += burst) {
		size_t n = LVS_MIN(burst, traffic->n - at);

		traffic_load(&director->buffers, traffic, at, n);
		lvs_engine_handle(director->engine, director->buffers.packets, n, director->now, &director->sink);
	}
	must(director->emitted == before + traffic->n, "packets were lost");
}

static struct lvs_tuple request_of(const struct lvs_conn *conn)
{
	return (struct lvs_tuple){ .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
				   .proto = conn->proto };
}

static struct lvs_tuple reply_of(const struct lvs_conn *conn)
{
	return (struct lvs_tuple){ .src = conn->daddr, .dst = conn->caddr, .sport = conn->dport, .dport = conn->cport,
				   .proto = conn->proto };
}

/* One packet of each connection from number @first on, in the order of their numbers. */
static void sweep(struct director *director, struct traffic *traffic, size_t first, bool reply, uint8_t tcp_flags)
{
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);

	for (size_t i = 0; i < traffic->n; i++) {
		const struct lvs_conn *conn = lvs_conn_at(conns, (uint32_t)(first + i + 1));
		struct lvs_tuple tuple = reply ? reply_of(conn) : request_of(conn);

		traffic_set(traffic, i, &tuple, tcp_flags);
	}
	director_run(director, traffic, TRAFFIC_BURST);
}

void director_fill(struct director *director, size_t n)
{
	for (size_t left; (left = n - director->live); director->live += LVS_MIN(left, 65536)) {
		struct traffic traffic = traffic_new(LVS_MIN(left, 65536));

		for (size_t i = 0; i < traffic.n; i++) {
			struct lvs_tuple tuple = traffic_client(&director->kind, director->live + i);

			traffic_set(&traffic, i, &tuple, LVS_TCP_SYN);
		}
		director_run(director, &traffic, TRAFFIC_BURST);
		if (director->kind.proto == LVS_PROTO_TCP) {
			sweep(director, &traffic, director->live, true, LVS_TCP_SYN | LVS_TCP_ACK);
			sweep(director, &traffic, director->live, false, LVS_TCP_ACK);
		}
		traffic_free(&traffic);
	}
	must(lvs_engine_conns(director->engine)->used == n, "connections were lost");
}

void director_hurry(struct director *director)
{
	struct lvs_engine_settings settings = { .reply_rate = 0 };

	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++)
		for (size_t s = 0; s < LVS_STATES_MAX; s++)
			settings.timeouts[p][s] = 1;
	lvs_engine_configure(director->engine, &settings, director->now);
}

size_t director_settle(struct director *director)
{
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);
	size_t before = conns->used;

	director->now += LVS_SECONDS(2);
	while (lvs_engine_expire(director->engine, director->now) <= director->now)
		;
	must(conns->used == director->live, "connections did not end as they should");
	return before - conns->used;
}

/* Lehmer's generator, good enough to visit connections without a pattern that a prefetcher could learn. */
static uint64_t next_random(__uint128_t *state)
{
	*state *= 0xda942042e4dd58b5ULL;
	return (uint64_t)(*state >> 64);
}

struct traffic director_traffic(const struct director *director, size_t n, bool mixed)
{
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);
	struct traffic traffic = traffic_new(n);
	__uint128_t state = 0x9e3779b97f4a7c15ULL;

	for (size_t i = 0; i < n; i++) {
		uint64_t random = next_random(&state);
		const struct lvs_conn *conn = lvs_conn_at(conns, (uint32_t)((random >> 1) % director->live + 1));
		struct lvs_tuple tuple = mixed && random & 1 ? reply_of(conn) : request_of(conn);

		traffic_set(&traffic, i, &tuple, LVS_TCP_ACK);
	}
	return traffic;
}
