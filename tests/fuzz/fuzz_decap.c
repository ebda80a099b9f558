// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnel packets of anything. Input: one byte of switches, which protocol and whether the IPv4 header inside gets its right
 * checksum; the outer class of service; what is behind the outer IP header. What comes out lies inside of what went in, is
 * for a virtual address, from where a packet can come from, and is read the same way again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/prefix_map.h"
#include "decap/unwrap.h"
#include "engine/wire.h"
#include "tests/fuzz/fuzz.h"

#define GUE_PORT 6080

enum { SWITCH_PROTO = 3, SWITCH_FIX = 4, SWITCH_VIP = 8 };

/* 192.0.2.0/24 and 2001:db8::/32 */
static struct lvs_prefix_map *make_vips(void)
{
	struct lvs_prefix_entry entries[2] = { { .bits = 120, .value = 1 }, { .bits = 32, .value = 1 } };
	struct lvs_prefix_map *map;

	entries[0].addr = lvs_addr_from4(LVS_BE32(0xc0000200));
	entries[1].addr.words[0] = LVS_BE32(0x20010db8);
	lvs_prefix_entries_sort(entries, 2);
	CHECK(lvs_prefix_map_new(entries, 2, &map) == 0);
	return map;
}

/* Where a plain header of that protocol has its packet; the fields that must be right are made so. */
static size_t set_header(uint8_t *data, size_t len, uint8_t proto)
{
	if (proto == LVS_PROTO_GRE)
		return 4;
	if (proto != LVS_PROTO_UDP)
		return 0;
	if (len >= 4) {
		data[2] = GUE_PORT >> 8;
		data[3] = GUE_PORT & 0xff;
	}
	return 12;
}

static void set_vip(uint8_t *inner, size_t len)
{
	if (len >= 20 && inner[0] >> 4 == 4)
		memcpy(inner + 16, "\300\0\2", 3);
	else if (len >= 40 && inner[0] >> 4 == 6)
		memcpy(inner + 24, "\x20\x01\x0d\xb8", 4);
}

static void check_out(const struct lvs_packet *packet, const struct lvs_packet *in, const struct lvs_prefix_map *vips)
{
	struct lvs_packet again = { .data = packet->data, .len = packet->len, .vnet = packet->vnet };

	CHECK(packet->data >= in->data && packet->data + packet->len <= in->data + in->len);
	CHECK(lvs_prefix_map_find(vips, &packet->tuple.dst) == 1);
	CHECK(lvs_addr_is_unicast(&packet->tuple.src) && !lvs_addr_is_loopback(&packet->tuple.src));
	CHECK(!lvs_addr_equal(&packet->tuple.src, &packet->tuple.dst));
	CHECK(packet->proto != LVS_PROTO_IP4 && packet->proto != LVS_PROTO_IP6 && packet->proto != LVS_PROTO_GRE);
	CHECK(lvs_packet_parse(&again) == LVS_DROP_NONE);
	CHECK(again.len == packet->len && again.l4 == packet->l4 && again.kind == packet->kind);
	CHECK(packet->vnet.gso_type == LVS_GSO_NONE || (packet->vnet.gso_size > 0 && packet->vnet.hdr_len < packet->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static const uint8_t protos[] = { LVS_PROTO_IP4, LVS_PROTO_IP6, LVS_PROTO_GRE, LVS_PROTO_UDP };
	struct lvs_decap_rules rules = { .port = LVS_BE16(GUE_PORT) };
	struct lvs_decap_outer outer = { .src = lvs_addr_from4(LVS_BE32(0x0a000001)) };
	struct lvs_packet in, packet;
	uint8_t switches;
	size_t header;

	if (size < 3)
		return 0;
	switches = input[0];
	outer.tos = input[1];
	outer.proto = protos[switches & SWITCH_PROTO];
	in = (struct lvs_packet){ .data = malloc(size - 2), .len = (uint32_t)(size - 2) };
	CHECK(in.data);
	memcpy(in.data, input + 2, in.len);
	header = set_header(in.data, in.len, outer.proto);
	if (header < in.len && (switches & SWITCH_VIP))
		set_vip(in.data + header, in.len - header);
	if (header < in.len && (switches & SWITCH_FIX))
		fuzz_fix_ip4(in.data + header, in.len - header);
	packet = in;
	rules.vips = make_vips();
	if (lvs_decap_unwrap(&rules, &outer, &packet) == LVS_DECAP_NONE)
		check_out(&packet, &in, rules.vips);
	lvs_prefix_map_free(rules.vips);
	free(in.data);
	return 0;
}
