// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes from another link has lost at least one hop: a hop limit of 255 is the proof of a neighbour (RFC 4861 section
 * 3.1), which nobody far away can give. Extension headers in front of such a message are nobody's habit; a packet that has
 * them is not taken for one, and as a packet to a link-local group it goes nowhere.
 */
#include "io/nd.h"

#include "base/csum.h"

#define ICMP6 58
#define HOP_BY_HOP 0
#define TYPE_QUERY 130
#define TYPE_ROUTER_SOLICIT 133
#define TYPE_REDIRECT 137
#define TYPE_REPORT 143

#define OPTION_SOURCE_MAC 1
#define OPTION_TARGET_MAC 2

#define FLAG_ROUTER 0x80
#define FLAG_SOLICITED 0x40
#define FLAG_OVERRIDE 0x20

#define TO_EXCLUDE 4	/* a record that listens to all sources but those listed */

struct ip6 {
	lvs_be32 ver_class_flow;
	lvs_be16 len;
	uint8_t next;
	uint8_t hop_limit;
	uint8_t src[16], dst[16];
} LVS_WIRE;

struct message {
	uint8_t type, code;
	lvs_be16 csum;
	uint8_t flags;
	uint8_t reserved[3];
	uint8_t target[16];
} LVS_WIRE;

struct option {
	uint8_t type;
	uint8_t units;	/* of 8 bytes */
	struct lvs_mac mac;
} LVS_WIRE;

struct router_alert {
	uint8_t next, units;
	uint8_t alert[4], pad[2];
} LVS_WIRE;

struct report {
	uint8_t type, reserved;
	lvs_be16 csum, reserved2, nrecords;
	uint8_t mode, aux;
	lvs_be16 nsources;
	uint8_t group[16];
} LVS_WIRE;

static_assert(sizeof(struct ip6) + sizeof(struct message) + sizeof(struct option) == LVS_ND_BYTES, "RFC 4861");
static_assert(sizeof(struct ip6) + sizeof(struct router_alert) + sizeof(struct report) == LVS_ND_REPORT_BYTES, "RFC 3810");

struct lvs_addr lvs_nd_solicited_node(const struct lvs_addr *addr)
{
	struct lvs_addr group = { .words = { LVS_BE32(0xff020000), 0, LVS_BE32(1), LVS_BE32(0xff000000) } };

	memcpy(group.bytes + 13, addr->bytes + 13, 3);
	return group;
}

struct lvs_addr lvs_nd_all_nodes(void)
{
	return (struct lvs_addr){ .words = { LVS_BE32(0xff020000), 0, 0, LVS_BE32(1) } };
}

struct lvs_addr lvs_nd_report_routers(void)
{
	return (struct lvs_addr){ .words = { LVS_BE32(0xff020000), 0, 0, LVS_BE32(0x16) } };
}

struct lvs_mac lvs_nd_group_mac(const struct lvs_addr *group)
{
	struct lvs_mac mac = { { 0x33, 0x33 } };

	memcpy(mac.bytes + 2, group->bytes + 12, 4);
	return mac;
}

struct lvs_addr lvs_nd_link_local(const struct lvs_mac *mac)
{
	struct lvs_addr addr = { .words = { LVS_BE32(0xfe800000), 0, LVS_BE32(0x000000ff), LVS_BE32(0xfe000000) } };

	memcpy(addr.bytes + 8, mac->bytes, 3);
	memcpy(addr.bytes + 13, mac->bytes + 3, 3);
	addr.bytes[8] ^= 2;
	return addr;
}

static uint16_t sum(const struct ip6 *ip, const void *icmp, size_t len)
{
	struct lvs_addr src = lvs_addr_from6(ip->src), dst = lvs_addr_from6(ip->dst);

	return lvs_csum_fold(lvs_csum_add(lvs_csum_pseudo(&src, &dst, ICMP6, (uint32_t)len), icmp, len));
}

/* Return: whether the options are well formed; the one of @type is taken along */
static bool parse_options(const uint8_t *at, size_t len, uint8_t type, struct lvs_nd *nd)
{
	while (len) {
		const struct option *option = (const void *)at;
		size_t bytes;

		if (len < sizeof(*option) || !option->units)
			return false;
		bytes = option->units * sizeof(*option);
		if (bytes > len)
			return false;
		if (option->type == type && option->units == 1) {
			nd->has_mac = true;
			nd->mac = option->mac;
		}
		at += bytes;
		len -= bytes;
	}
	return !nd->has_mac || lvs_mac_is_station(&nd->mac);
}

/* RFC 4861 sections 7.1.1 and 7.1.2 */
static bool is_valid(const struct lvs_nd *nd)
{
	struct lvs_addr group = lvs_nd_solicited_node(&nd->target);

	if (!lvs_addr_is_unicast(&nd->target) || lvs_addr_is4(&nd->target))
		return false;
	if (nd->type == LVS_ND_ADVERTISE)
		return lvs_addr_is_unicast(&nd->from) && !(nd->solicited && lvs_addr_is_multicast(&nd->to));
	if (lvs_addr_is_any(&nd->from))
		return !nd->has_mac && lvs_addr_equal(&nd->to, &group);
	return lvs_addr_is_unicast(&nd->from);
}

static enum lvs_nd_kind parse_message(const struct ip6 *ip, const uint8_t *icmp, size_t len, struct lvs_nd *ret_nd)
{
	const struct message *message = (const void *)icmp;
	struct lvs_nd nd;

	if (len < sizeof(*message) || message->code || ip->hop_limit != 255 || sum(ip, icmp, len) != 0xffff)
		return LVS_ND_IGNORED;
	nd = (struct lvs_nd){
		.type = message->type, .from = lvs_addr_from6(ip->src), .to = lvs_addr_from6(ip->dst),
		.target = lvs_addr_from6(message->target),
	};
	if (nd.type == LVS_ND_ADVERTISE) {
		nd.router = message->flags & FLAG_ROUTER;
		nd.solicited = message->flags & FLAG_SOLICITED;
		nd.override = message->flags & FLAG_OVERRIDE;
	}
	if (!parse_options(icmp + sizeof(*message), len - sizeof(*message),
			   nd.type == LVS_ND_SOLICIT ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC, &nd) || !is_valid(&nd))
		return LVS_ND_IGNORED;
	*ret_nd = nd;
	return LVS_ND_MESSAGE;
}

/* A query has a router alert in front (RFC 3810 section 5.1), and a hop limit of 1. */
static bool is_query(const struct ip6 *ip, const uint8_t *at, size_t len)
{
	const struct lvs_addr src = lvs_addr_from6(ip->src);
	const uint8_t *icmp = at + sizeof(struct router_alert);

	if (len < sizeof(struct router_alert) + sizeof(struct message) || at[0] != ICMP6 || at[1] != 0)
		return false;
	return icmp[0] == TYPE_QUERY && ip->hop_limit == 1 && lvs_addr_is_linklocal6(&src) &&
	       sum(ip, icmp, len - sizeof(struct router_alert)) == 0xffff;
}

enum lvs_nd_kind lvs_nd_parse(const uint8_t *packet, size_t len, struct lvs_nd *ret_nd)
{
	const struct ip6 *ip = (const void *)packet;
	const uint8_t *at = packet + sizeof(*ip);
	size_t bytes;

	if (len < sizeof(*ip) || lvs_host32(ip->ver_class_flow) >> 28 != 6)
		return LVS_ND_OTHER;
	bytes = lvs_host16(ip->len);
	if (bytes > len - sizeof(*ip))
		return LVS_ND_OTHER;
	if (ip->next == HOP_BY_HOP)
		return is_query(ip, at, bytes) ? LVS_ND_QUERY : LVS_ND_OTHER;
	if (ip->next != ICMP6 || !bytes || at[0] < TYPE_ROUTER_SOLICIT || at[0] > TYPE_REDIRECT)
		return LVS_ND_OTHER;
	if (at[0] != LVS_ND_SOLICIT && at[0] != LVS_ND_ADVERTISE)
		return LVS_ND_IGNORED;
	return parse_message(ip, at, bytes, ret_nd);
}

static void put_ip6(struct ip6 *ip, const struct lvs_addr *from, const struct lvs_addr *to, uint8_t next, size_t bytes)
{
	*ip = (struct ip6){ .ver_class_flow = LVS_BE32(6U << 28), .len = LVS_BE16(bytes), .next = next, .hop_limit = 255 };
	memcpy(ip->src, from->bytes, sizeof(ip->src));
	memcpy(ip->dst, to->bytes, sizeof(ip->dst));
}

void lvs_nd_build(const struct lvs_nd *nd, uint8_t packet[LVS_ND_BYTES])
{
	bool solicit = nd->type == LVS_ND_SOLICIT;
	struct ip6 *ip = (void *)packet;
	struct message *message = (void *)(packet + sizeof(*ip));
	struct option *option = (void *)(packet + sizeof(*ip) + sizeof(*message));
	size_t bytes = sizeof(*message) + sizeof(*option);

	put_ip6(ip, &nd->from, &nd->to, ICMP6, bytes);
	*message = (struct message){ .type = (uint8_t)nd->type };
	if (!solicit)
		message->flags = (uint8_t)((nd->router ? FLAG_ROUTER : 0) | (nd->solicited ? FLAG_SOLICITED : 0) |
					   (nd->override ? FLAG_OVERRIDE : 0));
	memcpy(message->target, nd->target.bytes, sizeof(message->target));
	*option = (struct option){ solicit ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC, 1, nd->mac };
	message->csum = (LVS_FORCE lvs_be16)(uint16_t)~sum(ip, message, bytes);
}

void lvs_nd_build_report(const struct lvs_addr *from, const struct lvs_addr *group, uint8_t packet[LVS_ND_REPORT_BYTES])
{
	const struct lvs_addr to = lvs_nd_report_routers();
	struct ip6 *ip = (void *)packet;
	struct router_alert *alert = (void *)(packet + sizeof(*ip));
	struct report *report = (void *)(packet + sizeof(*ip) + sizeof(*alert));

	put_ip6(ip, from, &to, HOP_BY_HOP, sizeof(*alert) + sizeof(*report));
	ip->hop_limit = 1;
	*alert = (struct router_alert){ .next = ICMP6, .alert = { 5, 2, 0, 0 }, .pad = { 1, 0 } };
	*report = (struct report){ .type = TYPE_REPORT, .nrecords = LVS_BE16(1), .mode = TO_EXCLUDE };
	memcpy(report->group, group->bytes, sizeof(report->group));
	report->csum = (LVS_FORCE lvs_be16)(uint16_t)~sum(ip, report, sizeof(*report));
}
