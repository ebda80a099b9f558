// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink writes over the headroom of everything it gets, as drivers do, so that a fragment held too close to another
 * one's bytes shows.
 */
#include "tests/lib/pieces.h"

#include <stdlib.h>

#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/test.h"

#define HEADROOM 64
#define ROOM (4u << 20)
#define CONNS 4096

void pieces_datagram(const struct pieces_flow *flow, size_t len, uint32_t seed, uint8_t *ret_bytes)
{
	struct lvs_tcp *tcp = (void *)ret_bytes;
	struct lvs_udp *udp = (void *)ret_bytes;
	size_t csum_at, skip = lvs_addr_is4(&flow->src) ? 12 : 0;
	lvs_be16 csum;
	uint32_t sum;

	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		ret_bytes[i] = (uint8_t)(seed >> 24);
	}
	if (flow->proto == LVS_PROTO_TCP) {
		*tcp = (struct lvs_tcp){ .sport = LVS_BE16(flow->sport), .dport = LVS_BE16(flow->dport),
					 .seq = LVS_BE32(seed), .offset = 5 << 4, .flags = LVS_TCP_SYN,
					 .window = LVS_BE16(1000) };
		csum_at = offsetof(struct lvs_tcp, csum);
	} else {
		*udp = (struct lvs_udp){ .sport = LVS_BE16(flow->sport), .dport = LVS_BE16(flow->dport),
					 .len = LVS_BE16(len) };
		csum_at = offsetof(struct lvs_udp, csum);
	}
	sum = build_sum(flow->proto + (uint32_t)len, flow->src.bytes + skip, sizeof(flow->src) - skip);
	sum = build_sum(sum, flow->dst.bytes + skip, sizeof(flow->dst) - skip);
	csum = LVS_BE16(~build_fold(build_sum(sum, ret_bytes, len)));
	if (!csum && flow->proto == LVS_PROTO_UDP)
		csum = LVS_BE16(0xffff);
	memcpy(ret_bytes + csum_at, &csum, sizeof(csum));
}

static size_t cut4(const struct pieces_flow *flow, uint32_t id, size_t from, size_t len, bool more, uint8_t *ret_packet)
{
	struct lvs_ip4 *ip = (void *)ret_packet;

	*ip = (struct lvs_ip4){
		.ver_ihl = 0x45, .len = LVS_BE16(sizeof(*ip) + len), .id = LVS_BE16(id),
		.frag = LVS_BE16(from / 8 | (more ? 0x2000 : 0)), .ttl = 61, .proto = flow->proto,
		.src = flow->src.words[3], .dst = flow->dst.words[3],
	};
	build_fix_ip4(ret_packet);
	return sizeof(*ip);
}

static size_t cut6(const struct pieces_flow *flow, uint32_t id, size_t from, size_t len, bool more, uint8_t *ret_packet)
{
	struct lvs_ip6 *ip = (void *)ret_packet;
	struct lvs_ip6_frag *frag = (void *)(ip + 1);

	*ip = (struct lvs_ip6){ .ver_class_flow = LVS_BE32(0x60000000), .len = LVS_BE16(sizeof(*frag) + len),
				.next = LVS_PROTO_FRAGMENT, .hop_limit = 61 };
	memcpy(ip->src, flow->src.bytes, sizeof(ip->src));
	memcpy(ip->dst, flow->dst.bytes, sizeof(ip->dst));
	*frag = (struct lvs_ip6_frag){ .next = flow->proto, .offset = LVS_BE16(from | (more ? 1 : 0)), .id = LVS_BE32(id) };
	return sizeof(*ip) + sizeof(*frag);
}

size_t pieces_cut(const struct pieces_flow *flow, uint32_t id, const uint8_t *datagram, size_t from, size_t to, bool more,
		  uint8_t *ret_packet)
{
	size_t at = (lvs_addr_is4(&flow->src) ? cut4 : cut6)(flow, id, from, to - from, more, ret_packet);

	memcpy(ret_packet + at, datagram + from, to - from);
	return at + to - from;
}

static void collect(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct pieces_world *world = container_of(sink, struct pieces_world, sink);
	struct lvs_packet before = *packet;

	assert_true(world->nout < ARRAY_LEN(world->out));
	assert_true(world->room + packet->len <= ROOM);
	assert_true(packet->headroom >= HEADROOM);
	world->out[world->nout].len = packet->len;
	world->out[world->nout++].bytes = memcpy(world->bytes + world->room, packet->data, packet->len);
	world->room += packet->len;
	memset(packet->data - HEADROOM, 0xee, HEADROOM);
	assert_memory_equal(packet, &before, sizeof(before));
}

static void add_services(struct lvs_rules *rules, bool ip6, uint8_t proto)
{
	struct lvs_server_spec server_spec = { .addr = test_addr(ip6 ? "2001:db8:1::11" : "10.0.0.11"),
					       .port = LVS_BE16(8080), .weight = 1, .forward = lvs_forward_find("masq") };
	struct lvs_service_spec spec = { .key = { .addr = test_addr(ip6 ? "2001:db8::10" : "192.0.2.10"),
						  .port = LVS_BE16(80), .proto = proto },
					 .sched = lvs_sched_find("rr") };
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &server_spec, &server), 0);
	spec.key.port = LVS_BE16(81);
	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
}

void pieces_world_init(struct pieces_world *world, const struct lvs_fragment_limits *limits)
{
	struct lvs_engine_options options = { .max_connections = CONNS, .key = { 1, 2 }, .fragments = *limits };
	size_t bytes = (lvs_conn_table_bytes(CONNS) + 63) / 64 * 64;

	*world = (struct pieces_world){ .sink.emit = collect, .now = LVS_SECONDS(1000) };
	world->bytes = malloc(ROOM);
	world->memory = aligned_alloc(64, bytes);
	assert_true(world->bytes && world->memory);
	options.memory = memset(world->memory, 0, bytes);
	assert_int_equal(lvs_engine_new(&options, world->now, &world->engine), 0);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		add_services(lvs_engine_rules(world->engine), ip6, LVS_PROTO_UDP);
		add_services(lvs_engine_rules(world->engine), ip6, LVS_PROTO_TCP);
	}
}

void pieces_world_fini(struct pieces_world *world)
{
	lvs_engine_free(world->engine);
	free(world->memory);
	free(world->bytes);
}

struct pieces_flow pieces_client(bool ip6, uint8_t proto, uint16_t sport, uint16_t dport)
{
	return (struct pieces_flow){ .src = test_addr(ip6 ? "2001:db8:2::7" : "198.51.100.7"),
				     .dst = test_addr(ip6 ? "2001:db8::10" : "192.0.2.10"),
				     .sport = sport, .dport = dport, .proto = proto };
}

struct pieces_flow pieces_stranger(bool ip6, uint8_t proto, uint16_t sport)
{
	struct pieces_flow flow = pieces_client(ip6, proto, sport, 80);

	flow.dst = test_addr(ip6 ? "2001:db8::ffff" : "192.0.2.99");
	return flow;
}

struct pieces_flow pieces_translated(const struct pieces_flow *flow)
{
	struct pieces_flow translated = *flow;

	translated.dst = test_addr(lvs_addr_is4(&flow->dst) ? "10.0.0.11" : "2001:db8:1::11");
	translated.dport = 8080;
	return translated;
}

void pieces_hand_in(struct pieces_world *world, const uint8_t *packet, size_t len)
{
	uint8_t *block = malloc(HEADROOM + len);
	struct lvs_packet handed = { .data = block + HEADROOM, .len = (uint32_t)len, .headroom = HEADROOM };

	assert_non_null(block);
	memcpy(handed.data, packet, len);
	world->nout = world->room = 0;
	lvs_engine_handle(world->engine, &handed, 1, world->now, &world->sink);
	free(block);
}

uint64_t pieces_dropped(const struct pieces_world *world, enum lvs_drop drop)
{
	return lvs_engine_stats(world->engine)->dropped[drop];
}

uint64_t pieces_dropped_in_all(const struct pieces_world *world)
{
	uint64_t sum = 0;

	for (enum lvs_drop i = 0; i < LVS_DROP_COUNT; i++)
		sum += pieces_dropped(world, i);
	return sum;
}

uint64_t pieces_held(const struct pieces_world *world)
{
	return lvs_engine_stats(world->engine)->held;
}

bool pieces_conserved(const struct pieces_world *world)
{
	const struct lvs_stats *stats = lvs_engine_stats(world->engine);

	return stats->received == stats->forwarded + stats->passed + stats->answered + stats->held +
				  pieces_dropped_in_all(world);
}

struct pieces pieces_make(const struct pieces_flow *flow, const struct pieces_flow *translated, uint32_t id, size_t len)
{
	struct pieces d = { .flow = *flow, .translated = *translated, .id = id, .sent = malloc(len),
			    .expected = malloc(len) };

	assert_true(d.sent && d.expected);
	pieces_datagram(flow, len, id, d.sent);
	pieces_datagram(translated, len, id, d.expected);
	return d;
}

struct pieces pieces_make_client(bool ip6, uint8_t proto, uint32_t id, size_t len)
{
	struct pieces_flow flow = pieces_client(ip6, proto, PIECES_CLIENT_PORT, 80), translated = pieces_translated(&flow);

	return pieces_make(&flow, &translated, id, len);
}

void pieces_unmake(struct pieces *d)
{
	free(d->sent);
	free(d->expected);
}

void pieces_feed(struct pieces_world *world, const struct pieces *d, size_t from, size_t to, bool more)
{
	uint8_t *packet = malloc(PIECES_PACKET_MAX + 64);
	size_t len;

	assert_non_null(packet);
	len = pieces_cut(&d->flow, d->id, d->sent, from, to, more, packet);
	pieces_hand_in(world, packet, len);
	free(packet);
	assert_true(pieces_conserved(world));
}

void pieces_expect(const struct pieces_world *world, size_t n, const struct pieces *d, size_t from, size_t to,
		   bool more)
{
	uint8_t *packet = malloc(PIECES_PACKET_MAX + 64);
	size_t len;

	assert_non_null(packet);
	len = pieces_cut(&d->translated, d->id, d->expected, from, to, more, packet);
	assert_true(n < world->nout);
	assert_int_equal(world->out[n].len, len);
	assert_memory_equal(world->out[n].bytes, packet, len);
	free(packet);
}
