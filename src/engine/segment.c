// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A complete checksum changes by what is written minus what was there; where bytes move, they are summed before and after,
 * for behind an odd difference each of them is the other half of its word. A partial checksum is the sum of the
 * pseudo-header alone, in which only the length can change here.
 *
 * What grows takes the room behind the packet first, then that in front of it.
 */
#include "engine/segment.h"

#include "base/csum.h"
#include "engine/tcp_options.h"

#define DATAGRAM_BYTES_MAX 65535

/* In one's complement a sum over bytes that begin in the middle of a word is that of the words, its halves swapped. */
static uint16_t turn(uint16_t delta, bool odd)
{
	return odd ? __builtin_bswap16(delta) : delta;
}

static void update_csum(struct lvs_tcp *tcp, bool partial, uint16_t delta)
{
	tcp->csum = partial ? lvs_csum_update_partial(tcp->csum, delta) : lvs_csum_update(tcp->csum, delta);
}

void lvs_segment_set(struct lvs_packet *packet, uint32_t off, const void *bytes, size_t len)
{
	struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	uint8_t *at = lvs_packet_at(packet, (size_t)packet->l4 + off, len);
	uint16_t delta;

	if (!at)
		return;
	delta = lvs_csum_delta(lvs_csum_fold(lvs_csum_add(0, at, len)), lvs_csum_fold(lvs_csum_add(0, bytes, len)));
	memcpy(at, bytes, len);
	if (tcp && !lvs_packet_is_partial(packet))
		update_csum(tcp, false, turn(delta, off & 1));
}

/* Make a hole of @new_len bytes, at @at from packet->data, out of one of @old_len. */
static bool resize(struct lvs_packet *packet, uint32_t at, uint32_t old_len, uint32_t new_len)
{
	uint32_t grow = new_len > old_len ? new_len - old_len : 0;
	uint32_t behind = packet->len - at - old_len;

	if (grow > packet->tailroom) {
		if (grow > packet->headroom)
			return false;
		memmove(packet->data - grow, packet->data, at);
		packet->data -= grow;
		packet->headroom -= grow;
	} else {
		memmove(packet->data + at + new_len, packet->data + at + old_len, behind);
		packet->tailroom += old_len - new_len;
	}
	packet->len += new_len - old_len;
	return true;
}

static void set_ip_len(struct lvs_packet *packet)
{
	if (packet->ip6) {
		struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		ip->len = LVS_BE16(packet->len - sizeof(*ip));
	} else {
		struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
		lvs_be16 len = LVS_BE16(packet->len);

		ip->csum = lvs_csum_update(ip->csum, lvs_csum_delta((LVS_FORCE uint16_t)ip->len, (LVS_FORCE uint16_t)len));
		ip->len = len;
	}
}

static uint64_t sum_from(const struct lvs_packet *packet, uint32_t off)
{
	uint32_t len = packet->len - off;

	return lvs_csum_add(0, lvs_packet_at(packet, off, len), len);
}

enum lvs_drop lvs_segment_splice(struct lvs_packet *packet, uint32_t off, uint32_t old_len, const void *bytes,
				 uint32_t new_len)
{
	uint32_t at = lvs_segment_header_end(packet) + off, even = at - (at - packet->l4) % 2;
	bool partial = lvs_packet_is_partial(packet);
	uint32_t old_total = packet->len - packet->l4;
	uint16_t old_sum = 0, new_sum = 0;
	struct lvs_tcp *tcp;

	assert(at <= packet->len && old_len <= packet->len - at);
	if (packet->len - old_len + new_len > DATAGRAM_BYTES_MAX)
		return LVS_DROP_NO_TAILROOM;
	if (!partial)
		old_sum = lvs_csum_fold(sum_from(packet, even));
	if (!resize(packet, at, old_len, new_len))
		return LVS_DROP_NO_TAILROOM;
	if (new_len)
		memcpy(packet->data + at, bytes, new_len);
	if (!partial)
		new_sum = lvs_csum_fold(sum_from(packet, even));
	set_ip_len(packet);
	tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	update_csum(tcp, partial, lvs_csum_delta((uint32_t)old_sum + (LVS_FORCE uint16_t)LVS_BE16(old_total),
						 (uint32_t)new_sum +
						 (LVS_FORCE uint16_t)LVS_BE16(packet->len - packet->l4)));
	if (packet->vnet.gso_type != LVS_GSO_NONE &&
	    packet->len - lvs_segment_header_end(packet) <= packet->vnet.gso_size) {
		packet->vnet.gso_type = LVS_GSO_NONE;
		packet->vnet.gso_size = 0;
		packet->vnet.hdr_len = 0;	/* as it is where nothing is to be segmented */
	}
	return LVS_DROP_NONE;
}

/* Nobody looks behind an end of options, which pads as well as NOPs do. */
static void open_options(struct lvs_packet *packet)
{
	uint32_t end = lvs_segment_header_end(packet) - packet->l4, len;
	static const uint8_t nops[LVS_TCP_OPTIONS_MAX] = { [0 ... LVS_TCP_OPTIONS_MAX - 1] = LVS_TCPOPT_NOP };

	for (uint32_t off = sizeof(struct lvs_tcp); off < end; off += len) {
		const uint8_t *option = lvs_packet_at(packet, (size_t)packet->l4 + off, end - off);

		len = 1;
		if (option[0] == LVS_TCPOPT_NOP)
			continue;
		if (option[0] == LVS_TCPOPT_END) {
			lvs_segment_set(packet, off, nops, end - off);
			return;
		}
		if (end - off < 2 || option[1] < 2 || option[1] > end - off)
			return;
		len = option[1];
	}
}

enum lvs_drop lvs_segment_add_option(struct lvs_packet *packet, const void *option, uint32_t len)
{
	enum lvs_drop drop = lvs_segment_splice(packet, 0, 0, option, len);
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	uint8_t offset = (uint8_t)(tcp->offset + (len / 4 << 4));

	if (drop)
		return drop;
	open_options(packet);
	lvs_segment_set(packet, offsetof(struct lvs_tcp, offset), &offset, sizeof(offset));
	if (packet->vnet.gso_type != LVS_GSO_NONE)
		packet->vnet.hdr_len = (uint16_t)lvs_segment_header_end(packet);
	return LVS_DROP_NONE;
}
