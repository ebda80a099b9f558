// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parser, fed with anything. Input: one byte of switches, the offload header, the packet. What the parser accepts must
 * lie inside the packet, be read the same way twice and with padding behind it, and leave the bytes alone.
 */
#include <stdlib.h>

#include "engine/packet.h"
#include "engine/tcp_options.h"
#include "engine/wire.h"
#include "tests/fuzz/fuzz.h"

#define FIX_IP4_CSUM 0x01	/* else random bytes hardly ever get past it */
#define NO_VNET 0x02
#define PADDING 18

static struct lvs_packet copy_of(const uint8_t *bytes, size_t len, size_t room, const struct lvs_vnet *vnet)
{
	struct lvs_packet packet = { .data = malloc(room), .len = (uint32_t)room, .vnet = *vnet };

	CHECK(packet.data);
	memset(packet.data, 0xa5, room);
	memcpy(packet.data, bytes, len);
	return packet;
}

static void check_same(const struct lvs_packet *a, const struct lvs_packet *b)
{
	CHECK(a->len == b->len);
	CHECK(a->l4 == b->l4);
	CHECK(memcmp(&a->tuple, &b->tuple, sizeof(a->tuple)) == 0);
	CHECK(a->kind == b->kind);
	CHECK(a->ip6 == b->ip6);
	CHECK(a->fragment == b->fragment);
	CHECK(a->frag_more == b->frag_more);
	CHECK(a->proto == b->proto);
	CHECK(a->tcp_flags == b->tcp_flags);
	CHECK(a->frag_hdr == b->frag_hdr);
	CHECK(a->frag_offset == b->frag_offset);
	CHECK(a->frag_id == b->frag_id);
}

static void check_options(const struct lvs_packet *packet)
{
	struct lvs_tcp_options options = lvs_tcp_options_read(packet);
	uint8_t bytes[LVS_TCP_OPTIONS_MAX];
	size_t len = lvs_tcp_options_write(bytes, &options);

	CHECK(options.scale <= LVS_TCP_NO_SCALE);
	CHECK(len % 4 == 0 && len <= 24);
	CHECK(options.timestamps || (!options.value && !options.echo));
}

static void check_accepted(const struct lvs_packet *packet)
{
	const struct lvs_tuple *tuple = &packet->tuple;
	struct lvs_tuple reverse = lvs_tuple_reverse(tuple), again = lvs_tuple_reverse(&reverse);
	static const uint8_t zero[sizeof(tuple->zero)];

	CHECK(packet->l4 <= packet->len);
	CHECK(packet->ip6 || (lvs_addr_is4(&tuple->src) && lvs_addr_is4(&tuple->dst)));
	CHECK(memcmp(tuple->zero, zero, sizeof(zero)) == 0);
	CHECK(memcmp(&again, tuple, sizeof(again)) == 0);
	CHECK(packet->tuple.proto == packet->proto);
	CHECK(lvs_packet_wire_len(packet) <= packet->len);
	CHECK(!packet->ip6 || !lvs_packet_may_fragment(packet));
	CHECK(packet->fragment || (packet->frag_offset == 0 && !packet->frag_more));
	switch (packet->kind) {
	case LVS_PACKET_FLOW:
		CHECK(packet->proto == LVS_PROTO_TCP || packet->proto == LVS_PROTO_UDP || packet->proto == LVS_PROTO_SCTP);
		CHECK(lvs_packet_at(packet, packet->l4, packet->proto == LVS_PROTO_TCP ? 20 : packet->proto == LVS_PROTO_UDP ? 8 : 12));
		if (packet->proto == LVS_PROTO_TCP)
			check_options(packet);
		if (lvs_packet_is_partial(packet))
			CHECK(packet->vnet.csum_start == packet->l4);
		break;
	case LVS_PACKET_ICMP:
		CHECK(!packet->fragment);
		CHECK(lvs_packet_at(packet, packet->l4, 8));
		CHECK(!lvs_packet_is_partial(packet));
		break;
	case LVS_PACKET_FRAGMENT:
		CHECK(packet->fragment && packet->frag_offset > 0);
		CHECK(tuple->sport == 0 && tuple->dport == 0);
		break;
	case LVS_PACKET_OTHER:
		CHECK(tuple->sport == 0 && tuple->dport == 0);
		break;
	}
	if (packet->fragment)
		CHECK(packet->vnet.gso_type == LVS_GSO_NONE && !lvs_packet_is_partial(packet));
}

static void check_quoted(const struct lvs_packet *outer)
{
	for (size_t off = 0; off <= outer->len; off++) {
		struct lvs_packet inner;

		if (lvs_packet_parse_quoted(outer, off, &inner))
			continue;
		CHECK(inner.data == outer->data + off);
		CHECK(inner.len == outer->len - off);
		CHECK(inner.l4 <= inner.len);
		CHECK(inner.ip6 == outer->ip6);
		if (inner.kind == LVS_PACKET_FLOW)
			CHECK(lvs_packet_at(&inner, inner.l4, 8));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct lvs_packet packet, again, padded;
	struct lvs_vnet vnet = { 0 };
	enum lvs_drop drop;
	uint8_t switches;

	if (size < 1 + sizeof(vnet))
		return 0;
	switches = input[0];
	if (!(switches & NO_VNET))
		memcpy(&vnet, input + 1, sizeof(vnet));
	input += 1 + sizeof(vnet);
	size -= 1 + sizeof(vnet);

	packet = copy_of(input, size, size, &vnet);
	if (switches & FIX_IP4_CSUM)
		fuzz_fix_ip4(packet.data, size);
	again = copy_of(packet.data, size, size, &vnet);
	padded = copy_of(packet.data, size, size + PADDING, &vnet);

	drop = lvs_packet_parse(&packet);
	CHECK(drop < LVS_DROP_COUNT);
	CHECK(packet.len <= size);
	CHECK(memcmp(packet.data, again.data, size) == 0);
	CHECK(lvs_packet_parse(&again) == drop);
	if (!drop) {
		check_same(&packet, &again);
		CHECK(lvs_packet_parse(&again) == LVS_DROP_NONE);
		check_same(&packet, &again);
		CHECK(lvs_packet_parse(&padded) == LVS_DROP_NONE);
		check_same(&packet, &padded);
		check_accepted(&packet);
		if (packet.kind == LVS_PACKET_ICMP)
			check_quoted(&packet);
	}
	free(packet.data);
	free(again.data);
	free(padded.data);
	return 0;
}
