// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink behaves like the meanest driver: it writes over all the headroom that a packet promises before it copies the
 * bytes away.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/sched.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

#define CONNECTIONS 64

static void keep(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct director *director = container_of(sink, struct director, sink);
	struct lvs_packet *out = &director->out[director->nout];

	assert_true(director->nout < DIRECTOR_OUT_MAX);
	memset(packet->data - packet->headroom, 0xa5, packet->headroom);
	*out = build_raw(packet->data, packet->len);
	out->vnet = packet->vnet;
	director->via[director->nout] = packet->via ? *packet->via : (struct lvs_addr){ .halves = { 0 } };
	director->nout++;
}

static void forget(struct director *director)
{
	while (director->nout)
		build_free(&director->out[--director->nout]);
}

int director_setup(void **state)
{
	struct director *director = calloc(1, sizeof(*director));
	struct lvs_engine_options options = {
		.max_connections = CONNECTIONS,
		.max_clients = DIRECTOR_CLIENTS,
		.key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 },
		.fragments = lvs_fragment_limits_default,
		.settings = { .ping = LVS_PING_WHEN_LIVE, .reply_rate = 1000 },
	};
	size_t bytes = (lvs_conn_table_bytes(CONNECTIONS) + 63) / 64 * 64;

	assert_non_null(director);
	director->memory = aligned_alloc(64, bytes);
	assert_non_null(director->memory);
	memset(director->memory, 0, bytes);
	director->sink.emit = keep;
	director->now = LVS_SECONDS(1000);
	options.memory = director->memory;
	assert_int_equal(lvs_engine_new(&options, director->now, &director->engine), 0);
	*state = director;
	return 0;
}

int director_teardown(void **state)
{
	struct director *director = *state;

	invariants_hold(director->engine);
	forget(director);
	lvs_engine_free(director->engine);
	free(director->memory);
	free(director);
	return 0;
}

struct lvs_server *director_serve(struct director *director, uint8_t proto, const char *vip, uint16_t vport,
				  const char *rip, uint16_t rport)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = test_addr(vip), .port = LVS_BE16(vport), .proto = proto },
		.sched = lvs_sched_find("rr"),
	};
	struct lvs_server_spec spec = {
		.addr = test_addr(rip), .port = LVS_BE16(rport), .weight = 1, .forward = lvs_forward_find("masq"),
	};
	struct lvs_service *service = lvs_service_find(rules, &of.key);
	struct lvs_server *server;

	if (!service)
		assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	return server;
}

enum lvs_drop director_handle(struct director *director, struct lvs_packet packet)
{
	struct lvs_stats before = *lvs_engine_stats(director->engine);
	const struct lvs_stats *after = lvs_engine_stats(director->engine);
	uint8_t *block = packet.data;
	enum lvs_drop drop = LVS_DROP_NONE;

	if (director->headroom) {
		block = malloc(director->headroom + packet.len);
		assert_non_null(block);
		memcpy(block + director->headroom, packet.data, packet.len);
		build_free(&packet);
		packet.data = block + director->headroom;
		packet.headroom = director->headroom;
	}
	forget(director);
	lvs_engine_handle(director->engine, &packet, 1, director->now, &director->sink);
	free(block);
	for (size_t i = 0; i < LVS_DROP_COUNT; i++) {
		if (after->dropped[i] != before.dropped[i]) {
			assert_int_equal(drop, LVS_DROP_NONE);
			drop = (enum lvs_drop)i;
		}
	}
	return drop;
}

enum lvs_drop director_take(struct director *director, const struct build *what)
{
	return director_handle(director, build(what));
}

void director_burst(struct director *director, struct lvs_packet *packets, size_t n)
{
	uint8_t *blocks[DIRECTOR_OUT_MAX];

	assert_true(n <= ARRAY_LEN(blocks));
	for (size_t i = 0; i < n; i++)
		blocks[i] = packets[i].data;
	forget(director);
	lvs_engine_handle(director->engine, packets, n, director->now, &director->sink);
	for (size_t i = 0; i < n; i++)
		free(blocks[i]);
}

void director_wait(struct director *director, lvs_ns ns)
{
	lvs_ns next;

	director->now += ns;
	do {
		next = lvs_engine_expire(director->engine, director->now);
		next = LVS_MIN(next, lvs_engine_dismiss(director->engine, director->now, &director->sink));
	} while (next <= director->now);
}

void director_begin(struct director *director)
{
	forget(director);
	lvs_engine_handle(director->engine, NULL, 0, director->now, &director->sink);
}

void director_expect(const struct director *director, struct lvs_packet expect)
{
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].len, expect.len);
	assert_memory_equal(director->out[0].data, expect.data, expect.len);
	assert_memory_equal(&director->out[0].vnet, &expect.vnet, sizeof(expect.vnet));
	build_free(&expect);
}
