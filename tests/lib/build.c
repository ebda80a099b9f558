// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds from the inside out: transport header and payload, its checksum, the piece that a fragment carries, then the IP
 * header in front. Numbers go into the bytes by shifting, so that no struct of the engine's is trusted either.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/wire.h"
#include "tests/lib/build.h"

#define ROOM 70000	/* more than any IP packet */

struct bytes {
	size_t len;
	uint8_t at[ROOM];
};

static void put8(struct bytes *to, uint32_t value)
{
	assert_true(to->len < ROOM);
	to->at[to->len++] = (uint8_t)value;
}

static void put16(struct bytes *to, uint32_t value)
{
	put8(to, value >> 8);
	put8(to, value);
}

static void put32(struct bytes *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to, value);
}

static void put(struct bytes *to, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put8(to, ((const uint8_t *)bytes)[i]);
}

static void set16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

uint32_t build_sum(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

uint16_t build_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

void build_fix_ip4(uint8_t *header)
{
	set16(header + 10, 0);
	set16(header + 10, (uint16_t)~build_fold(build_sum(0, header, (header[0] & 0xfU) * 4)));
}

static uint32_t pseudo_sum(const struct lvs_addr *src, const struct lvs_addr *dst, uint8_t proto, size_t len)
{
	size_t skip = lvs_addr_is4(src) ? 12 : 0;
	uint32_t sum = build_sum(0, src->bytes + skip, 16 - skip);

	sum = build_sum(sum, dst->bytes + skip, 16 - skip);
	return sum + proto + (uint32_t)(len >> 16) + (uint32_t)(len & 0xffff);
}

static void put_payload(struct bytes *to, const struct build *what)
{
	size_t begin = to->len;

	if (what->quote) {
		put(to, what->quote, what->quote_bytes);
		return;
	}
	for (size_t i = 0; i < what->payload; i++)
		put8(to, (uint32_t)(what->first + i));
	if (what->tweak) {
		assert_true(what->payload >= 2);
		set16(to->at + begin, what->tweak);
	}
}

/* Return: where the checksum field is */
static size_t put_transport(struct bytes *to, const struct build *what, uint8_t proto)
{
	switch (proto) {
	case LVS_PROTO_TCP:
		put16(to, what->sport);
		put16(to, what->dport);
		put32(to, what->seq);
		put32(to, what->ack);
		put8(to, (uint32_t)(20 + what->tcp_options) / 4 << 4);
		put8(to, what->tcp_flags);
		put16(to, what->window);
		put32(to, 0);
		for (size_t i = 0; i < what->tcp_options; i++)
			put8(to, what->options ? what->options[i] : 1);
		put_payload(to, what);
		return 16;
	case LVS_PROTO_UDP:
		put16(to, what->sport);
		put16(to, what->dport);
		put16(to, (uint32_t)(8 + (what->quote ? what->quote_bytes : what->payload)));
		put16(to, 0);
		put_payload(to, what);
		return 6;
	case LVS_PROTO_SCTP:
		put16(to, what->sport);
		put16(to, what->dport);
		put32(to, what->seq);
		put32(to, 0);
		put_payload(to, what);
		return 8;
	case LVS_PROTO_ICMP:
	case LVS_PROTO_ICMP6:
		put8(to, what->icmp_type);
		put8(to, what->icmp_code);
		put16(to, 0);
		put32(to, what->icmp_rest);
		put_payload(to, what);
		return 2;
	default:
		put_payload(to, what);
		return 0;
	}
}

/* A bit at a time. */
uint32_t build_crc(const uint8_t *sctp, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len * 8; i++) {
		uint32_t byte = i / 8 >= 8 && i / 8 < 12 ? 0 : sctp[i / 8];

		crc = ((crc ^ byte >> i % 8) & 1) ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

static void put_crc(struct bytes *l4, size_t field, uint32_t wrong)
{
	uint32_t crc = build_crc(l4->at, l4->len) + wrong;

	for (size_t i = 0; i < 4; i++)
		l4->at[field + i] = (uint8_t)(crc >> 8 * i);
}

static void finish_csum(struct bytes *l4, size_t field, const struct build *what, uint8_t proto, uint32_t pseudo)
{
	uint16_t csum;

	if (!field || what->csum == BUILD_NO_CSUM)
		return;
	if (proto == LVS_PROTO_SCTP) {
		put_crc(l4, field, what->csum == BUILD_WRONG);
		return;
	}
	if (what->csum == BUILD_PARTIAL) {
		set16(l4->at + field, build_fold(pseudo));
		return;
	}
	csum = (uint16_t)~build_fold(build_sum(build_fold(pseudo), l4->at, l4->len));
	if (what->csum == BUILD_WRONG)
		csum = (uint16_t)(csum + 1);
	if (proto == LVS_PROTO_UDP && csum == 0)
		csum = 0xffff;
	set16(l4->at + field, csum);
}

static void put_ip4(struct bytes *to, const struct build *what, const struct lvs_addr *src, const struct lvs_addr *dst,
		    uint8_t proto, size_t len, bool more)
{
	size_t options = (what->ip_options_len + 3) / 4 * 4;

	put8(to, (uint32_t)(0x40 | (20 + options) / 4));
	put8(to, what->tos);
	put16(to, (uint32_t)(20 + options + len));
	put16(to, what->id);
	put16(to, (what->df ? 0x4000U : 0) | (more ? 0x2000U : 0) | (uint32_t)(what->frag_offset / 8));
	put8(to, what->ttl ? what->ttl : 64);
	put8(to, proto);
	put16(to, 0);
	put(to, src->bytes + 12, 4);
	put(to, dst->bytes + 12, 4);
	put(to, what->ip_options, what->ip_options_len);
	while (to->len < 20 + options)
		put8(to, 0);
	build_fix_ip4(to->at);
}

static void put_ext(struct bytes *to, uint8_t type, uint8_t next, const struct build *what)
{
	put8(to, next);
	put8(to, 0);
	if (type == LVS_PROTO_FRAGMENT) {
		put16(to, 0);
		put32(to, what->id);
	} else if (type == LVS_PROTO_ROUTING) {
		put16(to, 253 << 8);	/* RFC 4727: for experiments; no segments left */
		put32(to, 0);
	} else {
		put16(to, 0x0104);	/* PadN */
		put32(to, 0);
	}
}

static void put_ip6(struct bytes *to, const struct build *what, const struct lvs_addr *src, const struct lvs_addr *dst,
		    uint8_t proto, size_t len, bool more)
{
	bool piece = what->frag_bytes > 0;
	size_t ext = what->ext_count * 8 + (piece ? 8 : 0);
	uint8_t last = piece ? LVS_PROTO_FRAGMENT : proto;

	put32(to, 0x60000000U | (uint32_t)what->tos << 20);
	put16(to, (uint32_t)(ext + len));
	put8(to, what->ext_count ? what->ext[0] : last);
	put8(to, what->ttl ? what->ttl : 64);
	put(to, src->bytes, 16);
	put(to, dst->bytes, 16);
	for (size_t i = 0; i < what->ext_count; i++)
		put_ext(to, what->ext[i], i + 1 < what->ext_count ? what->ext[i + 1] : last, what);
	if (piece) {
		put8(to, proto);
		put8(to, 0);
		put16(to, (uint32_t)what->frag_offset | more);
		put32(to, what->id);
	}
}

struct lvs_packet build_raw(const void *bytes, size_t len)
{
	struct lvs_packet packet = { .data = malloc(len ? len : 1), .len = (uint32_t)len };

	assert_non_null(packet.data);
	if (len)
		memcpy(packet.data, bytes, len);
	return packet;
}

struct lvs_packet build_prefix(const struct lvs_packet *packet, size_t len)
{
	struct lvs_packet prefix = build_raw(packet->data, len);

	assert_true(len <= packet->len);
	prefix.vnet = packet->vnet;
	return prefix;
}

void build_free(struct lvs_packet *packet)
{
	free(packet->data);
	packet->data = NULL;
}

struct lvs_packet build_with_room(struct lvs_packet packet, size_t tailroom)
{
	packet.data = realloc(packet.data, packet.len + tailroom);
	assert_non_null(packet.data);
	packet.tailroom = (uint32_t)tailroom;
	return packet;
}

void build_expect(const char *what, const struct lvs_packet *got, struct lvs_packet expect)
{
	if (got->len != expect.len)
		fail_msg("%s: %u bytes, not %u", what, got->len, expect.len);
	for (size_t i = 0; i < expect.len; i++)
		if (got->data[i] != expect.data[i])
			fail_msg("%s: byte %zu is %02x, not %02x", what, i, got->data[i], expect.data[i]);
	if (memcmp(&got->vnet, &expect.vnet, sizeof(expect.vnet)))
		fail_msg("%s: the offload header changed", what);
	build_free(&expect);
}

static struct lvs_vnet vnet_of(const struct build *what, uint8_t proto, bool ip6, size_t l4, size_t field)
{
	struct lvs_vnet vnet = { 0 };

	if (what->csum != BUILD_PARTIAL)
		return vnet;
	vnet.flags = LVS_VNET_NEEDS_CSUM;
	vnet.csum_start = (uint16_t)l4;
	vnet.csum_offset = (uint16_t)field;
	if (!what->gso_size)
		return vnet;
	vnet.gso_size = what->gso_size;
	vnet.gso_type = proto == LVS_PROTO_UDP ? LVS_GSO_UDP_L4 : ip6 ? LVS_GSO_TCP6 : LVS_GSO_TCP4;
	vnet.hdr_len = (uint16_t)(l4 + (proto == LVS_PROTO_UDP ? 8U : 20U + what->tcp_options));
	return vnet;
}

struct lvs_packet build(const struct build *what)
{
	struct lvs_addr src = test_addr(what->src), dst = test_addr(what->dst);
	uint8_t proto = what->proto ? what->proto : LVS_PROTO_TCP;
	struct bytes *l4 = malloc(sizeof(*l4)), *all = malloc(sizeof(*all));
	bool ip6 = !lvs_addr_is4(&src);
	size_t offset = what->frag_offset, len, field, header;
	struct lvs_packet packet;

	assert_non_null(l4);
	assert_non_null(all);
	l4->len = all->len = 0;
	assert_int_equal(lvs_addr_is4(&src), lvs_addr_is4(&dst));
	field = put_transport(l4, what, proto);
	finish_csum(l4, field, what, proto, proto == LVS_PROTO_ICMP ? 0 : pseudo_sum(&src, &dst, proto, l4->len));
	len = what->frag_bytes ? what->frag_bytes : l4->len;
	assert_true(offset + len <= l4->len);
	(ip6 ? put_ip6 : put_ip4)(all, what, &src, &dst, proto, len, offset + len < l4->len);
	header = all->len;
	put(all, l4->at + offset, len);
	packet = build_raw(all->at, all->len);
	packet.vnet = vnet_of(what, proto, ip6, header, field);
	free(l4);
	free(all);
	return packet;
}
