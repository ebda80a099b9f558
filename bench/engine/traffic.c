// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/engine/traffic.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/csum.h"
#include "engine/wire.h"
#include "sys/map.h"

#define PORTS 50000
#define HEADROOM 128

struct traffic traffic_new(size_t n)
{
	struct traffic traffic = { .n = n };
	void *memory;

	if (lvs_map_new(n * TRAFFIC_BYTES, &memory)) {
		(void)fprintf(stderr, "bench: out of memory for %zu packets\n", n);
		exit(EXIT_FAILURE);
	}
	traffic.bytes = memory;
	return traffic;
}

void traffic_free(struct traffic *traffic)
{
	lvs_map_free(traffic->bytes, traffic->n * TRAFFIC_BYTES);
	traffic->bytes = NULL;
}

static size_t put_ip4(uint8_t *bytes, const struct lvs_tuple *tuple)
{
	struct lvs_ip4 ip = { .ver_ihl = 0x45, .len = LVS_BE16(TRAFFIC_BYTES), .ttl = 64, .proto = tuple->proto,
			      .src = tuple->src.words[3], .dst = tuple->dst.words[3] };

	ip.csum = (LVS_FORCE lvs_be16)(uint16_t)~lvs_csum_fold(lvs_csum_add(0, &ip, sizeof(ip)));
	memcpy(bytes, &ip, sizeof(ip));
	return sizeof(ip);
}

static size_t put_ip6(uint8_t *bytes, const struct lvs_tuple *tuple)
{
	struct lvs_ip6 ip = { .ver_class_flow = LVS_BE32(6U << 28), .len = LVS_BE16(TRAFFIC_BYTES - sizeof(ip)),
			      .next = tuple->proto, .hop_limit = 64 };

	memcpy(ip.src, tuple->src.bytes, sizeof(ip.src));
	memcpy(ip.dst, tuple->dst.bytes, sizeof(ip.dst));
	memcpy(bytes, &ip, sizeof(ip));
	return sizeof(ip);
}

void traffic_set(struct traffic *traffic, size_t i, const struct lvs_tuple *tuple, uint8_t tcp_flags)
{
	uint8_t *bytes = traffic->bytes + i * TRAFFIC_BYTES;
	size_t l4 = lvs_addr_is4(&tuple->src) ? put_ip4(bytes, tuple) : put_ip6(bytes, tuple);
	uint32_t len = (uint32_t)(TRAFFIC_BYTES - l4);
	struct lvs_tcp tcp = { .sport = tuple->sport, .dport = tuple->dport, .seq = LVS_BE32(1), .offset = 5 << 4,
			       .flags = tcp_flags, .window = LVS_BE16(0xffff) };
	struct lvs_udp udp = { .sport = tuple->sport, .dport = tuple->dport, .len = LVS_BE16(len) };
	uint64_t sum = lvs_csum_pseudo(&tuple->src, &tuple->dst, tuple->proto, len);
	lvs_be16 csum;

	memset(bytes + l4, 0, len);
	if (tuple->proto == LVS_PROTO_TCP)
		memcpy(bytes + l4, &tcp, sizeof(tcp));
	else
		memcpy(bytes + l4, &udp, sizeof(udp));
	csum = (LVS_FORCE lvs_be16)(uint16_t)~lvs_csum_fold(lvs_csum_add(sum, bytes + l4, len));
	if (tuple->proto == LVS_PROTO_TCP)
		memcpy(bytes + l4 + offsetof(struct lvs_tcp, csum), &csum, sizeof(csum));
	else
		memcpy(bytes + l4 + offsetof(struct lvs_udp, csum), &csum, sizeof(csum));
}

struct lvs_addr traffic_vip(bool ip6)
{
	struct lvs_addr addr = lvs_addr_from4(LVS_BE32(0xc000020a));

	if (ip6)
		addr.words[0] = LVS_BE32(0x20010db8);
	return addr;
}

struct lvs_tuple traffic_client(const struct traffic_kind *kind, size_t i)
{
	struct lvs_tuple tuple = {
		.src = lvs_addr_from4(LVS_BE32(0x0a000001 + (uint32_t)(i / PORTS))),
		.dst = traffic_vip(kind->ip6),
		.sport = LVS_BE16(1024 + i % PORTS), .dport = TRAFFIC_PORT, .proto = kind->proto,
	};

	if (kind->ip6)
		tuple.src.words[0] = LVS_BE32(0x20010db8);
	return tuple;
}

void traffic_load(struct traffic_buffers *buffers, const struct traffic *traffic, size_t at, size_t n)
{
	const uint8_t *from = traffic->bytes + at * TRAFFIC_BYTES;

	for (size_t i = 0; i < n; i++, from += TRAFFIC_BYTES) {
		struct lvs_packet *packet = &buffers->packets[i];

		packet->data = buffers->memory[i] + HEADROOM;
		packet->len = TRAFFIC_BYTES;
		packet->headroom = HEADROOM;
		packet->tailroom = sizeof(buffers->memory[i]) - HEADROOM - TRAFFIC_BYTES;
		packet->vnet = (struct lvs_vnet){ 0 };
		memcpy(packet->data, from, TRAFFIC_BYTES);
	}
}
