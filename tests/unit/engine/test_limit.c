// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/limit.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/model.h"

#define VIP "192.0.2.10"
#define VIP6 "2001:db8::10"
#define SERVERS 2

static struct lvs_service *limited(struct director *director, const char *vip, uint8_t proto, const char *sched,
				   const struct lvs_limit_spec *limits)
{
	const char *rips[2][SERVERS] = { { "10.0.0.1", "10.0.0.2" }, { "fd00::1", "fd00::2" } };
	struct lvs_service_spec spec;
	struct lvs_service *service = NULL;

	for (size_t i = 0; i < SERVERS; i++) {
		struct lvs_server *server = director_serve(director, proto, vip, 80, rips[strchr(vip, ':') != NULL][i], 8080);
		struct lvs_server_spec heavy = server->spec;

		heavy.weight = 100;	/* connections, to ovf */
		assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &heavy), 0);
		service = server->service;
	}
	spec = service->spec;
	spec.sched = lvs_sched_find(sched);
	spec.limits = *limits;
	if (!spec.limits.client_bits4)
		spec.limits.client_bits4 = spec.limits.client_bits6 = LVS_PREFIX_HOST;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	return service;
}

static enum lvs_drop send(struct director *director, const char *from, uint16_t port, uint8_t flags)
{
	const struct build what = { .src = from, .dst = strchr(from, ':') ? VIP6 : VIP, .sport = port, .dport = 80,
				    .tcp_flags = flags };

	return director_take(director, &what);
}

static enum lvs_drop syn(struct director *director, const char *from, uint16_t port)
{
	return send(director, from, port, LVS_TCP_SYN);
}

/* The handshake of @from:@port to its end. Return: what became of the SYN */
static enum lvs_drop shake_hands(struct director *director, const char *from, uint16_t port)
{
	enum lvs_drop drop = syn(director, from, port);
	struct build answer = { .dst = from, .sport = 8080, .dport = port, .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK };
	struct lvs_packet request;

	if (drop)
		return drop;
	assert_int_equal(director->nout, 1);
	request = director->out[0];
	assert_int_equal(lvs_packet_parse(&request), LVS_DROP_NONE);
	answer.src = lvs_addr_is4(&request.tuple.dst) ? (request.tuple.dst.bytes[15] == 1 ? "10.0.0.1" : "10.0.0.2") :
							(request.tuple.dst.bytes[15] == 1 ? "fd00::1" : "fd00::2");
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	return send(director, from, port, LVS_TCP_ACK);
}

static void so_many_at_a_time(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 2 };
	struct director *director = *state;

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	assert_int_equal(syn(director, "198.51.100.1", 1), LVS_DROP_NONE);
	assert_int_equal(shake_hands(director, "198.51.100.1", 2), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 3), LVS_DROP_CLIENT_CONNECTIONS);
	assert_int_equal(director->nout, 0);
	assert_int_equal(syn(director, "198.51.100.2", 3), LVS_DROP_NONE);
	/* What is there goes on; a SYN again is no new connection. */
	assert_int_equal(syn(director, "198.51.100.1", 1), LVS_DROP_NONE);
	assert_int_equal(send(director, "198.51.100.1", 2, LVS_TCP_ACK), LVS_DROP_NONE);
	/* The half-open one ends, and one more may come. */
	director_wait(director, LVS_SECONDS(65));
	assert_int_equal(syn(director, "198.51.100.1", 3), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 4), LVS_DROP_CLIENT_CONNECTIONS);
}

static void a_port_that_is_used_again_is_one_connection(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 1 };
	struct director *director = *state;

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	assert_int_equal(shake_hands(director, "198.51.100.1", 1), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 2), LVS_DROP_CLIENT_CONNECTIONS);
	assert_int_equal(send(director, "198.51.100.1", 1, LVS_TCP_RST), LVS_DROP_NONE);
	assert_int_equal(lvs_engine_clients(director->engine)->used, 0);
	assert_int_equal(syn(director, "198.51.100.1", 1), LVS_DROP_NONE);
	assert_int_equal(lvs_engine_clients(director->engine)->used, 1);
	assert_int_equal(syn(director, "198.51.100.1", 2), LVS_DROP_CLIENT_CONNECTIONS);
}

/* Whoever closes first; a persistent client's connection comes to life again in the same record. */
static void what_is_closed_counts_no_more(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 1 };
	struct build fin = { .dst = "198.51.100.1", .sport = 8080, .dport = 1, .tcp_flags = LVS_TCP_FIN | LVS_TCP_ACK };
	struct director *director = *state;
	struct lvs_service *service = limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	struct lvs_service_spec spec = service->spec;

	spec.persist = (struct lvs_persist_spec){ .timeout = 300, .mask = lvs_persist_mask6(128) };
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	for (unsigned int turn = 0; turn < 4; turn++) {
		assert_int_equal(shake_hands(director, "198.51.100.1", 1), LVS_DROP_NONE);
		fin.src = director->out[0].data[19] == 1 ? "10.0.0.1" : "10.0.0.2";
		if (turn & 1)
			assert_int_equal(director_take(director, &fin), LVS_DROP_NONE);
		assert_int_equal(syn(director, "198.51.100.1", 2), LVS_DROP_CLIENT_CONNECTIONS);
		assert_int_equal(send(director, "198.51.100.1", 1, LVS_TCP_FIN | LVS_TCP_ACK), LVS_DROP_NONE);
		if (!(turn & 1)) {
			assert_int_equal(syn(director, "198.51.100.1", 2), LVS_DROP_CLIENT_CONNECTIONS);
			assert_int_equal(director_take(director, &fin), LVS_DROP_NONE);
		}
		assert_int_equal(lvs_engine_clients(director->engine)->used, 0);
	}
	assert_int_equal(shake_hands(director, "198.51.100.1", 2), LVS_DROP_NONE);
}

static void a_client_may_be_a_network(void **state)
{
	static const struct {
		const char *first, *second;
		uint8_t bits;
		bool one;
	} rows[] = {
		{ "198.51.100.1", "198.51.100.254", 120, true },  { "198.51.100.1", "198.51.101.1", 120, false },
		{ "198.51.100.1", "198.51.100.2", 128, false },   { "2001:db8:1::1", "2001:db8:1::ffff", 64, true },
		{ "2001:db8:1::1", "2001:db8:1:1::1", 64, false }, { "2001:db8:1::1", "2001:db8:1::2", 128, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lvs_limit_spec limits = { .client_connections = 1, .client_bits4 = rows[i].bits,
						       .client_bits6 = rows[i].bits };
		struct director *director;
		void *own;

		(void)state;
		assert_int_equal(director_setup(&own), 0);
		director = own;
		limited(director, strchr(rows[i].first, ':') ? VIP6 : VIP, LVS_PROTO_TCP, "rr", &limits);
		assert_int_equal(syn(director, rows[i].first, 1), LVS_DROP_NONE);
		assert_int_equal(syn(director, rows[i].second, 1), rows[i].one ? LVS_DROP_CLIENT_CONNECTIONS : LVS_DROP_NONE);
		director_teardown(&own);
	}
}

static void so_many_per_second(void **state)
{
	const struct lvs_limit_spec limits = { .client_rate = lvs_rate_of(10, 3) };
	struct director *director = *state;
	uint16_t port = 1000;

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(syn(director, "198.51.100.1", port++), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", port++), LVS_DROP_CLIENT_RATE);
	assert_int_equal(syn(director, "198.51.100.2", port++), LVS_DROP_NONE);
	director_wait(director, 100 * LVS_NS_PER_MS);
	assert_int_equal(syn(director, "198.51.100.1", port++), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", port++), LVS_DROP_CLIENT_RATE);
	assert_int_equal(lvs_engine_stats(director->engine)->dropped[LVS_DROP_CLIENT_RATE], 2);
}

static void datagrams_of_their_own_are_counted_one_by_one(void **state)
{
	const struct build datagram = { .src = "198.51.100.1", .dst = VIP, .sport = 5, .dport = 80, .proto = LVS_PROTO_UDP,
					.payload = 9 };
	const struct lvs_limit_spec limits = { .client_rate = lvs_rate_of(10, 2) };
	struct director *director = *state;
	struct lvs_service *service = limited(director, VIP, LVS_PROTO_UDP, "rr", &limits);
	struct lvs_service_spec spec = service->spec;

	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	assert_int_equal(director_take(director, &datagram), LVS_DROP_NONE);
	assert_int_equal(director_take(director, &datagram), LVS_DROP_NONE);
	assert_int_equal(director_take(director, &datagram), LVS_DROP_CLIENT_RATE);
	director_wait(director, 100 * LVS_NS_PER_MS);
	assert_int_equal(director_take(director, &datagram), LVS_DROP_NONE);
}

static void who_is_refused_may_be_told(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 1, .reset = true };
	struct build second = { .src = "198.51.100.1", .dst = VIP, .sport = 2, .dport = 80, .tcp_flags = LVS_TCP_SYN,
				.seq = 1000 };
	const struct build reset = { .src = VIP, .dst = "198.51.100.1", .sport = 80, .dport = 2, .ack = 1001,
				     .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK };
	struct director *director = *state;
	struct lvs_packet got, expect = build(&reset);

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	limited(director, VIP, LVS_PROTO_UDP, "rr", &limits);
	assert_int_equal(syn(director, "198.51.100.1", 1), LVS_DROP_NONE);
	assert_int_equal(director_take(director, &second), LVS_DROP_CLIENT_CONNECTIONS);
	assert_int_equal(director->nout, 1);
	got = director->out[0];
	assert_int_equal(lvs_packet_parse(&got), LVS_DROP_NONE);
	assert_memory_equal(got.data + 20, expect.data + 20, 20);	/* identifications are random */
	build_free(&expect);

	second.proto = LVS_PROTO_UDP;
	second.tcp_flags = 0;
	second.payload = 4;
	assert_int_equal(director_take(director, &second), LVS_DROP_NONE);
	second.sport = 3;
	assert_int_equal(director_take(director, &second), LVS_DROP_CLIENT_CONNECTIONS);
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].data[9], LVS_PROTO_ICMP);
	assert_int_equal(director->out[0].data[20] << 8 | director->out[0].data[21], 3 << 8 | 3);
}

static void what_began_before_counts_but_is_not_refused(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 2, .client_rate = lvs_rate_of(1, 1) };
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	settings.sloppy[LVS_PROTO_INDEX_tcp] = true;
	lvs_engine_configure(director->engine, &settings, director->now);
	for (uint16_t port = 1; port <= 3; port++)
		assert_int_equal(send(director, "198.51.100.1", port, LVS_TCP_ACK), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 9), LVS_DROP_CLIENT_CONNECTIONS);
	assert_int_equal(send(director, "198.51.100.1", 1, LVS_TCP_RST), LVS_DROP_NONE);
	assert_int_equal(send(director, "198.51.100.1", 2, LVS_TCP_RST), LVS_DROP_NONE);
	director_wait(director, LVS_SECONDS(1));
	assert_int_equal(syn(director, "198.51.100.1", 9), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 10), LVS_DROP_CLIENT_CONNECTIONS);
}

/* Forged sources fill the table over and over; who has an established connection keeps his limit. */
static void a_flood_of_sources_frees_nobody(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 3 };
	struct director *director = *state;
	const struct lvs_clients *clients = lvs_engine_clients(director->engine);
	char from[32];

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	for (uint16_t port = 1; port <= 3; port++)
		assert_int_equal(shake_hands(director, "198.51.100.1", port), LVS_DROP_NONE);
	for (unsigned int i = 0; i < 5000; i++) {
		(void)snprintf(from, sizeof(from), "203.0.%u.%u", i / 250, i % 250 + 1);
		director->now += 20 * LVS_NS_PER_MS;
		assert_int_equal(syn(director, from, 7), LVS_DROP_NONE);
		assert_true(clients->used <= DIRECTOR_CLIENTS);
	}
	assert_int_equal(syn(director, "198.51.100.1", 4), LVS_DROP_CLIENT_CONNECTIONS);
	assert_int_equal(clients->unlimited, 0);
	assert_in_range(clients->evicted, 4001, 5000);
	assert_int_equal(send(director, "198.51.100.1", 1, LVS_TCP_RST), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 4), LVS_DROP_NONE);
}

/* His entry goes in the middle of the handshake; what is established counts anew. */
static void who_gets_through_a_flood_is_counted(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 1 };
	struct director *director = *state;
	struct build answer = { .src = "10.0.0.2", .dst = "198.51.100.1", .sport = 8080, .dport = 1,
				.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK };
	char from[32];

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	assert_int_equal(syn(director, "198.51.100.1", 1), LVS_DROP_NONE);
	for (unsigned int i = 1; i <= 2 * DIRECTOR_CLIENTS; i++) {
		(void)snprintf(from, sizeof(from), "203.0.113.%u", i);
		assert_int_equal(syn(director, from, 7), LVS_DROP_NONE);
	}
	assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
	assert_int_equal(send(director, "198.51.100.1", 1, LVS_TCP_ACK), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 2), LVS_DROP_CLIENT_CONNECTIONS);
}

/* More clients with established connections than there is room for: the last one is not limited, the others are. */
static void a_full_table_lets_strangers_in(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 1 };
	struct director *director = *state;
	const struct lvs_clients *clients = lvs_engine_clients(director->engine);
	char from[32];

	limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	for (unsigned int i = 1; i <= DIRECTOR_CLIENTS; i++) {
		(void)snprintf(from, sizeof(from), "198.51.100.%u", i);
		assert_int_equal(shake_hands(director, from, 1), LVS_DROP_NONE);
	}
	assert_int_equal(shake_hands(director, "203.0.113.1", 1), LVS_DROP_NONE);
	assert_int_equal(shake_hands(director, "203.0.113.1", 2), LVS_DROP_NONE);
	assert_true(clients->unlimited >= 2);
	for (unsigned int i = 1; i <= DIRECTOR_CLIENTS; i++) {
		(void)snprintf(from, sizeof(from), "198.51.100.%u", i);
		assert_int_equal(syn(director, from, 2), LVS_DROP_CLIENT_CONNECTIONS);
	}
}

static void limits_come_and_go_with_the_rules(void **state)
{
	const struct lvs_limit_spec limits = { .client_connections = 1 };
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = limited(director, VIP, LVS_PROTO_TCP, "rr", &(struct lvs_limit_spec){ 0 });
	struct lvs_service_spec spec = service->spec;

	assert_int_equal(shake_hands(director, "198.51.100.1", 1), LVS_DROP_NONE);
	spec.limits = limits;
	spec.limits.client_bits4 = LVS_PREFIX_HOST;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	/* What began without a limit was not counted. */
	assert_int_equal(shake_hands(director, "198.51.100.1", 2), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.1", 3), LVS_DROP_CLIENT_CONNECTIONS);
	spec.limits.client_bits4 = 120;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	assert_int_equal(syn(director, "198.51.100.1", 3), LVS_DROP_NONE);
	spec.limits.client_connections = 0;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	assert_int_equal(syn(director, "198.51.100.1", 4), LVS_DROP_NONE);
	assert_int_equal(lvs_engine_clients(director->engine)->used, 2);
	lvs_service_remove(rules, service, director->now);
	director_wait(director, LVS_SECONDS(1000));
	assert_int_equal(lvs_engine_clients(director->engine)->used, 0);
}

static const char *const schedulers[] = { "rr", "wrr", "lc", "wlc", "sed", "nq", "lblc", "lblcr", "fo", "ovf", "twos" };

/* Return: the last octet of the server that the connection went to; 0 if it went nowhere */
static unsigned int served(struct director *director, uint16_t port, enum lvs_drop expect)
{
	enum lvs_drop drop = syn(director, "198.51.100.1", port);
	struct lvs_packet got;

	if (drop != expect)
		fail_msg("connection from port %u: %s", port, lvs_drop_name(drop));
	if (expect)
		return 0;
	got = director->out[0];
	assert_int_equal(lvs_packet_parse(&got), LVS_DROP_NONE);
	return got.tuple.dst.bytes[15];
}

/* Two servers, two connections per second each, both at once: four, then one per server and half a second. */
static void each_server_gets_its_share_and_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(schedulers); i++) {
		const struct lvs_limit_spec limits = { .server_rate = lvs_rate_of(2, 0) };
		unsigned int got[3] = { 0 };
		struct director *director;
		uint16_t port = 1000;
		void *own;

		assert_int_equal(director_setup(&own), 0);
		director = own;
		limited(director, VIP, LVS_PROTO_TCP, schedulers[i], &limits);
		for (unsigned int k = 0; k < 4; k++)
			got[served(director, port++, LVS_DROP_NONE)]++;
		if (got[1] != 2 || got[2] != 2)
			fail_msg("%s: %u and %u", schedulers[i], got[1], got[2]);
		served(director, port++, LVS_DROP_SERVER_RATE);
		assert_int_equal(director->nout, 0);
		director_wait(director, 499 * LVS_NS_PER_MS);
		served(director, port++, LVS_DROP_SERVER_RATE);
		director_wait(director, LVS_NS_PER_MS);
		got[served(director, port++, LVS_DROP_NONE)]++;
		got[served(director, port++, LVS_DROP_NONE)]++;
		served(director, port++, LVS_DROP_SERVER_RATE);
		if (got[1] != 3 || got[2] != 3)
			fail_msg("%s: %u and %u after a wait", schedulers[i], got[1], got[2]);
		director_teardown(&own);
	}
}

static void persistent_clients_are_not_sent_away(void **state)
{
	const struct lvs_limit_spec limits = { .server_rate = lvs_rate_of(1, 1) };
	struct director *director = *state;
	struct lvs_service *service = limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	struct lvs_service_spec spec = service->spec;
	uint16_t port = 1000;
	unsigned int own;

	spec.persist = (struct lvs_persist_spec){ .timeout = 300, .mask = lvs_persist_mask6(128) };
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	own = served(director, port++, LVS_DROP_NONE);
	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(served(director, port++, LVS_DROP_NONE), own);
	assert_int_equal(syn(director, "198.51.100.2", 1), LVS_DROP_NONE);
	assert_int_equal(syn(director, "198.51.100.3", 1), LVS_DROP_SERVER_RATE);
	director_wait(director, LVS_SECONDS(1));
	assert_int_equal(syn(director, "198.51.100.3", 1), LVS_DROP_NONE);
}

static void who_waits_may_go_or_be_forgiven(void **state)
{
	const struct lvs_limit_spec limits = { .server_rate = lvs_rate_of(1, 1) };
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = limited(director, VIP, LVS_PROTO_TCP, "rr", &limits);
	struct lvs_service_spec spec = service->spec;
	struct lvs_server *first = service->servers[0];
	struct lvs_server_spec first_spec = first->spec;
	uint16_t port = 1000;

	served(director, port++, LVS_DROP_NONE);
	served(director, port++, LVS_DROP_NONE);
	served(director, port++, LVS_DROP_SERVER_RATE);
	lvs_server_remove(rules, first, director->now);
	served(director, port++, LVS_DROP_SERVER_RATE);
	assert_int_equal(lvs_server_add(rules, service, &first_spec, &first), 0);
	served(director, port++, LVS_DROP_NONE);
	served(director, port++, LVS_DROP_SERVER_RATE);
	spec.limits.server_rate = lvs_rate_of(2, 1);
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	served(director, port++, LVS_DROP_NONE);
	served(director, port++, LVS_DROP_NONE);
	served(director, port++, LVS_DROP_SERVER_RATE);
	spec.limits.server_rate = lvs_rate_of(0, 0);
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	for (unsigned int i = 0; i < 9; i++)
		served(director, port++, LVS_DROP_NONE);
	spec.limits = limits;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	served(director, port++, LVS_DROP_NONE);
	lvs_service_remove(rules, service, director->now);
}

/* xorshift64*: the same sequence everywhere. */
static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)((*random * 0x2545f4914f6cdd1dULL >> 32) % below);
}

/* A segment or datagram of one of a few clients, or of a server to him. */
static struct lvs_packet any_packet(uint64_t *random)
{
	static const uint8_t flags[] = { LVS_TCP_SYN, LVS_TCP_SYN, LVS_TCP_ACK, LVS_TCP_ACK, LVS_TCP_FIN | LVS_TCP_ACK,
					 LVS_TCP_RST, LVS_TCP_SYN | LVS_TCP_ACK };
	bool ip6 = draw(random, 2), to_client = draw(random, 3) == 0;
	uint8_t proto = draw(random, 4) ? LVS_PROTO_TCP : LVS_PROTO_UDP;
	unsigned int vip = draw(random, MODEL_VIPS);
	uint16_t port = (uint16_t)(1000 + draw(random, 3));
	struct build what = { .proto = proto, .tcp_flags = flags[draw(random, ARRAY_LEN(flags))] };
	char client[32];

	(void)snprintf(client, sizeof(client), ip6 ? "2001:db8:c:%u::7" : "198.51.100.%u", 1 + draw(random, 6));
	if (to_client) {
		what.src = model_server(ip6, draw(random, MODEL_SERVERS));
		what.sport = model_server_port(proto, vip);
		what.dst = client;
		what.dport = port;
	} else {
		what.src = client;
		what.sport = port;
		what.dst = model_vip(ip6, vip);
		what.dport = model_vport(proto);
	}
	return build(&what);
}

/* Limits that change under the traffic, in tables that are full: the model goes through the books after each step. */
static void whatever_happens_the_books_are_right(void **state)
{
	const struct lvs_engine_settings settings = { .reply_rate = 1000 };
	uint64_t random = 0x9e3779b97f4a7c15;
	struct model model;

	(void)state;
	model_init(&model, 12, &settings);
	for (unsigned int step = 0; step < 10000; step++) {
		bool ip6 = draw(&random, 2);
		uint8_t proto = draw(&random, 2) ? LVS_PROTO_TCP : LVS_PROTO_UDP;
		unsigned int vip = draw(&random, MODEL_VIPS), server = draw(&random, MODEL_SERVERS);
		struct lvs_packet packet;

		switch (draw(&random, 200)) {
		case 0:
			model_toggle_server(&model, ip6, proto, vip, server, 1 + draw(&random, 3));
			break;
		case 1:
			model_edit_server(&model, ip6, proto, vip, server, draw(&random, 3), 0);
			break;
		case 2:
		case 3:
			model_limit_service(&model, ip6, proto, vip, (uint8_t)draw(&random, 256));
			break;
		case 4:
			model_advance(&model, LVS_SECONDS(draw(&random, 100)));
			break;
		case 5:
			model_toggle_service(&model, ip6, proto, vip, draw(&random, 4));
			break;
		default:
			model.now += draw(&random, 20) * LVS_NS_PER_MS;
			packet = any_packet(&random);
			model_handle(&model, &packet, 1);
			free(packet.data);
			break;
		}
	}
	assert_true(lvs_engine_stats(model.engine)->dropped[LVS_DROP_CLIENT_CONNECTIONS] > 10);
	assert_true(lvs_engine_stats(model.engine)->dropped[LVS_DROP_CLIENT_RATE] > 10);
	assert_true(lvs_engine_stats(model.engine)->dropped[LVS_DROP_SERVER_RATE] > 10);
	assert_true(lvs_engine_clients(model.engine)->evicted > 10);
	assert_true(lvs_engine_clients(model.engine)->unlimited > 0);
	model_advance(&model, LVS_SECONDS(100000));
	assert_int_equal(lvs_engine_conns(model.engine)->used, 0);
	model_fini(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(so_many_at_a_time, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_port_that_is_used_again_is_one_connection, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(what_is_closed_counts_no_more, director_setup, director_teardown),
		cmocka_unit_test(a_client_may_be_a_network),
		cmocka_unit_test_setup_teardown(so_many_per_second, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(datagrams_of_their_own_are_counted_one_by_one, director_setup,
						director_teardown),
		cmocka_unit_test_setup_teardown(who_is_refused_may_be_told, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(what_began_before_counts_but_is_not_refused, director_setup,
						director_teardown),
		cmocka_unit_test_setup_teardown(a_flood_of_sources_frees_nobody, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_gets_through_a_flood_is_counted, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_full_table_lets_strangers_in, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(limits_come_and_go_with_the_rules, director_setup, director_teardown),
		cmocka_unit_test(each_server_gets_its_share_and_waits),
		cmocka_unit_test_setup_teardown(persistent_clients_are_not_sent_away, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_waits_may_go_or_be_forgiven, director_setup, director_teardown),
		cmocka_unit_test(whatever_happens_the_books_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
