// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/build.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define V4 .src = "198.51.100.7", .dst = "192.0.2.1", .sport = 40000, .dport = 80
#define V6 .src = "2001:db8:c::7", .dst = "2001:db8::1", .sport = 40000, .dport = 80
#define UDP .proto = LVS_PROTO_UDP
#define HBH LVS_PROTO_HOPOPTS
#define DST LVS_PROTO_DSTOPTS
#define RTG LVS_PROTO_ROUTING
#define FRG LVS_PROTO_FRAGMENT

/* One byte is overwritten. */
struct poke {
	bool set;
	uint16_t at;
	uint8_t value;
};
#define POKE(at, value) { true, at, value }

static void apply(struct lvs_packet *packet, const struct poke *pokes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pokes[i].set)
			*(uint8_t *)lvs_packet_at(packet, pokes[i].at, 1) = pokes[i].value;
}

static const struct refused {
	const char *what;
	struct build build;
	struct poke pokes[4];
	enum lvs_drop expect;
	bool stale_csum;	/* the IPv4 header checksum is left as it was before the pokes */
} refused[] = {
	{ "version 0", { V4 }, { POKE(0, 0x05) }, LVS_DROP_IP_VERSION },
	{ "version 5", { V4 }, { POKE(0, 0x55) }, LVS_DROP_IP_VERSION },
	{ "version 15", { V6 }, { POKE(0, 0xf0) }, LVS_DROP_IP_VERSION },
	{ "IPv4 header of four words", { V4 }, { POKE(0, 0x44) }, LVS_DROP_IP_LENGTH },
	{ "IPv4 header of no words", { V4 }, { POKE(0, 0x40) }, LVS_DROP_IP_LENGTH },
	{ "IPv4 header longer than the packet", { V4, .proto = 99 }, { POKE(0, 0x4f) }, LVS_DROP_IP_SHORT, true },
	{ "IPv4 length shorter than its header", { V4 }, { POKE(2, 0), POKE(3, 19) }, LVS_DROP_IP_LENGTH },
	{ "IPv4 length 0: a packet too big for the field", { V4 }, { POKE(2, 0), POKE(3, 0) }, LVS_DROP_IP_LENGTH },
	{ "IPv4 length longer than the packet", { V4 }, { POKE(3, 41) }, LVS_DROP_IP_LENGTH },
	{ "IPv4 checksum wrong", { V4 }, { POKE(8, 63) }, LVS_DROP_IP_CSUM, true },
	{ "IPv4 checksum 0", { V4 }, { POKE(10, 0), POKE(11, 0) }, LVS_DROP_IP_CSUM, true },
	{ "IPv4 checksum wrong, with options", { V4, .ip_options = "\1", .ip_options_len = 1 }, { POKE(20, 0) },
	  LVS_DROP_IP_CSUM, true },
	{ "option without its length", { V4, .ip_options = "\1\1\1\7", .ip_options_len = 4 }, { { 0 } },
	  LVS_DROP_IP_OPTIONS },
	{ "option of length 0", { V4, .ip_options = "\7\0\1\1", .ip_options_len = 4 }, { { 0 } }, LVS_DROP_IP_OPTIONS },
	{ "option of length 1", { V4, .ip_options = "\7\1\1\1", .ip_options_len = 4 }, { { 0 } }, LVS_DROP_IP_OPTIONS },
	{ "option longer than the header", { V4, .ip_options = "\7\5\4\0", .ip_options_len = 4 }, { { 0 } },
	  LVS_DROP_IP_OPTIONS },
	{ "loose source route", { V4, .ip_options = "\203\7\4\12\0\0\1", .ip_options_len = 7 }, { { 0 } },
	  LVS_DROP_SOURCE_ROUTE },
	{ "strict source route behind a NOP", { V4, .ip_options = "\1\211\7\4\12\0\0\1", .ip_options_len = 8 }, { { 0 } },
	  LVS_DROP_SOURCE_ROUTE },
	{ "IPv6 length longer than the packet", { V6 }, { POKE(5, 21) }, LVS_DROP_IP_LENGTH },
	{ "jumbogram", { V6, .ext = { HBH }, .ext_count = 1 }, { POKE(4, 0), POKE(5, 0) }, LVS_DROP_IP_LENGTH },
	{ "routing header of type 0", { V6, .ext = { RTG }, .ext_count = 1 }, { POKE(42, 0) }, LVS_DROP_SOURCE_ROUTE },
	{ "routing header of type 0 behind others", { V6, .ext = { HBH, DST, RTG }, .ext_count = 3 }, { POKE(58, 0) },
	  LVS_DROP_SOURCE_ROUTE },
	{ "hop-by-hop options in second place", { V6, .ext = { DST, HBH }, .ext_count = 2 }, { { 0 } },
	  LVS_DROP_EXT_HEADERS },
	{ "hop-by-hop options twice", { V6, .ext = { HBH, HBH }, .ext_count = 2 }, { { 0 } }, LVS_DROP_EXT_HEADERS },
	{ "nine extension headers", { V6, .ext = { HBH, DST, DST, DST, DST, DST, DST, DST, DST }, .ext_count = 9 },
	  { { 0 } }, LVS_DROP_EXT_HEADERS },
	{ "264 bytes of extension headers", { V6, .ext = { DST }, .ext_count = 1, .payload = 300 }, { POKE(41, 32) },
	  LVS_DROP_EXT_HEADERS },
	{ "extension header longer than the packet", { V6, .ext = { DST }, .ext_count = 1 }, { POKE(41, 3) },
	  LVS_DROP_EXT_HEADERS },
	{ "two fragment headers", { V6, .ext = { FRG, FRG }, .ext_count = 2 }, { { 0 } }, LVS_DROP_EXT_HEADERS },
	{ "chain that ends with the packet", { V6, .proto = 99 }, { POKE(6, DST) }, LVS_DROP_EXT_HEADERS },
	{ "TCP header of four words", { V4 }, { POKE(32, 0x40) }, LVS_DROP_L4_LENGTH },
	{ "TCP header longer than the packet", { V4 }, { POKE(32, 0x60) }, LVS_DROP_L4_LENGTH },
	{ "TCP header longer than the packet, IPv6", { V6, .payload = 3 }, { POKE(52, 0x60) }, LVS_DROP_L4_LENGTH },
	{ "TCP without a whole header", { V4, .proto = 99, .payload = 19 }, { POKE(9, 6) }, LVS_DROP_L4_SHORT },
	{ "TCP without a byte", { V6, .proto = 99 }, { POKE(6, 6) }, LVS_DROP_L4_SHORT },
	{ "UDP without a whole header", { V4, .proto = 99, .payload = 7 }, { POKE(9, 17) }, LVS_DROP_L4_SHORT },
	{ "UDP length shorter than its header", { V4, UDP }, { POKE(25, 7) }, LVS_DROP_L4_LENGTH },
	{ "UDP length 0", { V6, UDP }, { POKE(45, 0) }, LVS_DROP_L4_LENGTH },
	{ "UDP length longer than the packet", { V4, UDP, .payload = 3 }, { POKE(25, 12) }, LVS_DROP_L4_LENGTH },
	{ "ICMP without a whole header", { V4, .proto = 99, .payload = 7 }, { POKE(9, 1) }, LVS_DROP_ICMP_SHORT },
	{ "ICMPv6 without a whole header", { V6, .proto = 99, .payload = 7 }, { POKE(6, 58) }, LVS_DROP_ICMP_SHORT },

	{ "fragment of four bytes too many, more to follow", { V4, UDP, .payload = 64, .frag_bytes = 36 }, { { 0 } },
	  LVS_DROP_FRAG_MALFORMED },
	{ "fragment of odd length, more to follow, IPv6", { V6, UDP, .payload = 64, .frag_bytes = 33 }, { { 0 } },
	  LVS_DROP_FRAG_MALFORMED },
	{ "fragment without a byte", { V4, .proto = 99 }, { POKE(6, 0x20) }, LVS_DROP_FRAG_MALFORMED },
	{ "last fragment without a byte, IPv6", { V6, .proto = 99, .ext = { FRG }, .ext_count = 1 }, { POKE(43, 8) },
	  LVS_DROP_FRAG_MALFORMED },
	{ "fragment that ends behind byte 65535", { V4, .proto = 99, .payload = 20 }, { POKE(6, 0x1f), POKE(7, 0xfb) },
	  LVS_DROP_FRAG_MALFORMED },
	{ "fragment that ends behind byte 65535 of the payload, IPv6",
	  { V6, .proto = 99, .payload = 16, .ext = { FRG }, .ext_count = 1 }, { POKE(42, 0xff), POKE(43, 0xf0) },
	  LVS_DROP_FRAG_MALFORMED },
	{ "the same with another header before, 8 bytes later",
	  { V6, .proto = 99, .payload = 8, .ext = { DST, FRG }, .ext_count = 2 }, { POKE(50, 0xff), POKE(51, 0xf0) },
	  LVS_DROP_FRAG_MALFORMED },
	{ "fragment that rewrites a TCP header", { V4, .payload = 40, .frag_offset = 16, .frag_bytes = 16 }, { { 0 } },
	  LVS_DROP_FRAG_MALFORMED },
	{ "fragment that rewrites a TCP header, IPv6", { V6, .payload = 40, .frag_offset = 8, .frag_bytes = 16 },
	  { { 0 } }, LVS_DROP_FRAG_MALFORMED },
	{ "first fragment with a piece of a TCP header", { V4, .payload = 40, .frag_bytes = 16 }, { { 0 } },
	  LVS_DROP_L4_SHORT },
	{ "first fragment with a piece of the TCP options", { V6, .tcp_options = 12, .payload = 40, .frag_bytes = 24 },
	  { { 0 } }, LVS_DROP_L4_LENGTH },
	{ "first fragment with a chain cut short (RFC 7112)", { V6, .proto = DST, .payload = 16, .frag_bytes = 8 },
	  { POKE(49, 1) }, LVS_DROP_EXT_HEADERS },
};

static void refused_packets_name_their_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const struct refused *row = &refused[i];
		struct lvs_packet packet = build(&row->build);
		enum lvs_drop drop;

		apply(&packet, row->pokes, ARRAY_LEN(row->pokes));
		if (*packet.data >> 4 == 4 && !row->stale_csum && (*packet.data & 0xfU) * 4 <= packet.len)
			build_fix_ip4(packet.data);
		drop = lvs_packet_parse(&packet);
		if (drop != row->expect)
			fail_msg("%s: %s", row->what, lvs_drop_name(drop));
		build_free(&packet);
	}
}

/* All values of the field, in headers of 20 and of 24 bytes: what the plainest sum accepts is accepted, nothing else. */
static void header_checksums_are_judged_exactly(void **state)
{
	static const struct build builds[] = { { V4 }, { V4, .ip_options = "\1", .ip_options_len = 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builds); i++) {
		struct lvs_packet packet = build(&builds[i]);
		size_t header = (packet.data[0] & 0xfU) * 4;

		for (uint32_t csum = 0; csum <= 0xffff; csum++) {
			struct lvs_packet again = packet;
			bool right;

			packet.data[10] = (uint8_t)(csum >> 8);
			packet.data[11] = (uint8_t)csum;
			right = build_fold(build_sum(0, packet.data, header)) == 0xffff;
			assert_int_equal(lvs_packet_parse(&again), right ? LVS_DROP_NONE : LVS_DROP_IP_CSUM);
		}
		build_free(&packet);
	}
}

static const struct offload {
	const char *what;
	struct build build;
	struct lvs_vnet vnet;
	enum lvs_drop expect;
} offloads[] = {
	{ "nothing said", { V4 }, { 0 }, LVS_DROP_NONE },
	{ "sum vouched for", { V4 }, { .flags = LVS_VNET_DATA_VALID }, LVS_DROP_NONE },
	{ "vouched for, start and offset are left over", { V4 },
	  { .flags = LVS_VNET_DATA_VALID, .csum_start = 7, .csum_offset = 9 }, LVS_DROP_NONE },
	{ "partial TCP", { V4 }, { 1, 0, 0, 0, 20, 16 }, LVS_DROP_NONE },
	{ "partial TCP behind options", { V4, .ip_options = "\1", .ip_options_len = 1 }, { 1, 0, 0, 0, 24, 16 },
	  LVS_DROP_NONE },
	{ "partial UDP", { V6, UDP }, { 1, 0, 0, 0, 40, 6 }, LVS_DROP_NONE },
	{ "partial TCP behind extension headers", { V6, .ext = { HBH, DST }, .ext_count = 2 }, { 1, 0, 0, 0, 56, 16 },
	  LVS_DROP_NONE },
	{ "partial TCP in an atomic fragment", { V6, .ext = { FRG }, .ext_count = 1 }, { 1, 0, 0, 0, 48, 16 },
	  LVS_DROP_NONE },
	{ "start before the transport header", { V4 }, { 1, 0, 0, 0, 18, 16 }, LVS_DROP_VNET },
	{ "start behind the transport header", { V4 }, { 1, 0, 0, 0, 21, 16 }, LVS_DROP_VNET },
	{ "start outside the packet", { V4 }, { 1, 0, 0, 0, 0xffff, 16 }, LVS_DROP_VNET },
	{ "start behind the first of two headers", { V6, .ext = { HBH }, .ext_count = 1 }, { 1, 0, 0, 0, 40, 16 },
	  LVS_DROP_VNET },
	{ "TCP's offset in UDP", { V4, UDP, .payload = 40 }, { 1, 0, 0, 0, 20, 16 }, LVS_DROP_VNET },
	{ "UDP's offset in TCP", { V4 }, { 1, 0, 0, 0, 20, 6 }, LVS_DROP_VNET },
	{ "partial ICMP", { V4, .proto = 1 }, { 1, 0, 0, 0, 20, 2 }, LVS_DROP_VNET },
	{ "partial sum of another protocol, inside it", { V4, .proto = 47, .payload = 40 }, { 1, 0, 0, 0, 40, 18 },
	  LVS_DROP_NONE },
	{ "partial sum of another protocol, behind it", { V4, .proto = 47, .payload = 40 }, { 1, 0, 0, 0, 40, 19 },
	  LVS_DROP_VNET },
	{ "partial sum of another protocol, before it", { V4, .proto = 47, .payload = 40 }, { 1, 0, 0, 0, 10, 0 },
	  LVS_DROP_VNET },
	{ "partial sum of another protocol, far outside", { V4, .proto = 47 }, { 1, 0, 0, 0, 0xffff, 0xffff },
	  LVS_DROP_VNET },
	{ "partial first fragment", { V4, UDP, .payload = 64, .frag_bytes = 32 }, { 1, 0, 0, 0, 20, 6 }, LVS_DROP_VNET },
	{ "partial later fragment", { V4, UDP, .payload = 64, .frag_offset = 32, .frag_bytes = 40 },
	  { 1, 0, 0, 0, 20, 6 }, LVS_DROP_VNET },
	{ "super-packet of fragments", { V6, UDP, .payload = 64, .frag_bytes = 32 }, { 1, 5, 0, 16, 48, 6 },
	  LVS_DROP_VNET },

	{ "TCP segments", { V4, .payload = 99 }, { 1, 1, 40, 50, 20, 16 }, LVS_DROP_NONE },
	{ "TCP segments with ECN", { V4, .payload = 99 }, { 1, 0x81, 40, 50, 20, 16 }, LVS_DROP_NONE },
	{ "TCP segments, IPv6", { V6, .payload = 99 }, { 1, 4, 60, 50, 40, 16 }, LVS_DROP_NONE },
	{ "UDP segments", { V4, UDP, .payload = 99 }, { 1, 5, 28, 50, 20, 6 }, LVS_DROP_NONE },
	{ "UDP segments, IPv6", { V6, UDP, .payload = 99 }, { 1, 5, 48, 50, 40, 6 }, LVS_DROP_NONE },
	{ "UDP to be fragmented", { V6, UDP, .payload = 99 }, { 1, 3, 48, 48, 40, 6 }, LVS_DROP_NONE },
	{ "segments without a partial sum", { V4, .payload = 99 }, { 0, 1, 40, 50, 20, 16 }, LVS_DROP_VNET },
	{ "segments of no size", { V4, .payload = 99 }, { 1, 1, 40, 0, 20, 16 }, LVS_DROP_VNET },
	{ "IPv6's type in IPv4", { V4, .payload = 99 }, { 1, 4, 40, 50, 20, 16 }, LVS_DROP_VNET },
	{ "IPv4's type in IPv6", { V6, .payload = 99 }, { 1, 1, 60, 50, 40, 16 }, LVS_DROP_VNET },
	{ "UDP's type in TCP", { V4, .payload = 99 }, { 1, 5, 40, 50, 20, 16 }, LVS_DROP_VNET },
	{ "TCP's type in UDP", { V4, UDP, .payload = 99 }, { 1, 1, 28, 50, 20, 6 }, LVS_DROP_VNET },
	{ "ECN of UDP", { V4, UDP, .payload = 99 }, { 1, 0x85, 28, 50, 20, 6 }, LVS_DROP_VNET },
	{ "ECN of nothing", { V4, .payload = 99 }, { 1, 0x80, 40, 50, 20, 16 }, LVS_DROP_VNET },
	{ "a type that nobody knows", { V4, .payload = 99 }, { 1, 2, 40, 50, 20, 16 }, LVS_DROP_VNET },
	{ "segments of another protocol", { V4, .proto = 47, .payload = 99 }, { 1, 1, 40, 50, 20, 16 }, LVS_DROP_VNET },
	{ "headers longer than the packet", { V4 }, { 1, 1, 41, 50, 20, 16 }, LVS_DROP_VNET },
};

static void offload_headers_must_be_true(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(offloads); i++) {
		const struct offload *row = &offloads[i];
		struct lvs_packet packet = build(&row->build);
		enum lvs_drop drop;

		packet.vnet = row->vnet;
		drop = lvs_packet_parse(&packet);
		if (drop != row->expect)
			fail_msg("%s: %s", row->what, lvs_drop_name(drop));
		assert_memory_equal(&packet.vnet, &row->vnet, sizeof(row->vnet));
		build_free(&packet);
	}
}

static const struct parsed {
	const char *what;
	struct build build;
	enum lvs_packet_kind kind;
	uint16_t l4;
	uint8_t proto;
	bool fragment, more;
	uint16_t frag_hdr, frag_offset;
} parsed[] = {
	{ "TCP", { V4, .tcp_flags = LVS_TCP_SYN }, LVS_PACKET_FLOW, 20, 6 },
	{ "TCP, IPv6", { V6, .tcp_flags = LVS_TCP_ACK }, LVS_PACKET_FLOW, 40, 6 },
	{ "TCP with options and an odd payload", { V4, .tcp_options = 40, .payload = 1 }, LVS_PACKET_FLOW, 20, 6 },
	{ "flags that no stack sends", { V4, .tcp_flags = 0xff }, LVS_PACKET_FLOW, 20, 6 },
	{ "UDP", { V4, UDP, .payload = 33 }, LVS_PACKET_FLOW, 20, 17 },
	{ "UDP without payload, IPv6", { V6, UDP }, LVS_PACKET_FLOW, 40, 17 },
	{ "IPv4 options, no source route", { V4, .ip_options = "\7\7\4\0\0\0\0\224\4\0\0", .ip_options_len = 11 },
	  LVS_PACKET_FLOW, 32, 6 },
	{ "end of options hides what follows", { V4, .ip_options = "\0\203\3\4", .ip_options_len = 4 }, LVS_PACKET_FLOW,
	  24, 6 },
	{ "40 bytes of options",
	  { V4, .ip_options = "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1",
	    .ip_options_len = 40 }, LVS_PACKET_FLOW, 60, 6 },
	{ "hop-by-hop, routing of a harmless type, destination options",
	  { V6, UDP, .ext = { HBH, RTG, DST }, .ext_count = 3 }, LVS_PACKET_FLOW, 64, 17 },
	{ "eight extension headers", { V6, .ext = { HBH, DST, RTG, DST, DST, DST, DST, DST }, .ext_count = 8 },
	  LVS_PACKET_FLOW, 104, 6 },
	{ "ICMP", { V4, .proto = 1, .icmp_type = 8 }, LVS_PACKET_ICMP, 20, 1 },
	{ "ICMPv6", { V6, .proto = 58, .icmp_type = 128 }, LVS_PACKET_ICMP, 40, 58 },
	{ "ICMPv6 behind hop-by-hop options", { V6, .proto = 58, .ext = { HBH }, .ext_count = 1 }, LVS_PACKET_ICMP, 48,
	  58 },
	{ "ICMP in IPv6 is any protocol", { V6, .proto = 1, .payload = 8 }, LVS_PACKET_OTHER, 40, 1 },
	{ "ICMPv6 in IPv4 is any protocol", { V4, .proto = 58, .payload = 8 }, LVS_PACKET_OTHER, 20, 58 },
	{ "ESP", { V6, .proto = 50, .payload = 8 }, LVS_PACKET_OTHER, 40, 50 },
	{ "AH", { V6, .proto = 51, .payload = 24 }, LVS_PACKET_OTHER, 40, 51 },
	{ "no next header", { V6, .proto = 59, .payload = 5 }, LVS_PACKET_OTHER, 40, 59 },
	{ "no next header and no byte", { V6, .proto = 59 }, LVS_PACKET_OTHER, 40, 59 },
	{ "mobility", { V6, .proto = 135, .payload = 8, .ext = { DST }, .ext_count = 1 }, LVS_PACKET_OTHER, 48, 135 },
	{ "a protocol without a byte", { V4, .proto = 136 }, LVS_PACKET_OTHER, 20, 136 },

	{ "atomic fragment", { V6, .ext = { HBH, FRG }, .ext_count = 2 }, LVS_PACKET_FLOW, 56, 6, .frag_hdr = 48 },
	{ "first fragment", { V4, UDP, .payload = 64, .frag_bytes = 32 }, LVS_PACKET_FLOW, 20, 17, true, true },
	{ "first fragment, IPv6", { V6, .payload = 64, .frag_bytes = 32, .ext = { HBH }, .ext_count = 1 },
	  LVS_PACKET_FLOW, 56, 6, true, true, 48 },
	{ "first fragment that ends with its extension headers",
	  { V6, .proto = DST, .payload = 64, .tweak = 0x6300, .frag_bytes = 8 }, LVS_PACKET_OTHER, 56, 99, true, true, 40 },
	{ "smallest first fragment", { V4, UDP, .payload = 64, .frag_bytes = 8 }, LVS_PACKET_FLOW, 20, 17, true, true },
	{ "middle fragment", { V4, UDP, .payload = 64, .frag_offset = 8, .frag_bytes = 32 }, LVS_PACKET_FRAGMENT, 20, 17,
	  true, true, 0, 8 },
	{ "last fragment, odd", { V6, UDP, .payload = 65, .frag_offset = 40, .frag_bytes = 33 }, LVS_PACKET_FRAGMENT, 48,
	  17, true, false, 40, 40 },
	{ "earliest fragment behind a TCP header", { V4, .payload = 64, .frag_offset = 24, .frag_bytes = 8 },
	  LVS_PACKET_FRAGMENT, 20, 6, true, true, 0, 24 },
	{ "first fragment of ICMP", { V4, .proto = 1, .payload = 64, .frag_bytes = 32 }, LVS_PACKET_OTHER, 20, 1, true,
	  true },
	{ "later fragment that begins with an extension header",
	  { V6, .proto = DST, .payload = 64, .frag_offset = 32, .frag_bytes = 32 }, LVS_PACKET_FRAGMENT, 48, 60, true,
	  false, 40, 32 },
	{ "last fragment that ends with byte 65535",
	  { V4, .proto = 99, .payload = 65515, .frag_offset = 65496, .frag_bytes = 19 }, LVS_PACKET_FRAGMENT, 20, 99, true,
	  false, 0, 65496 },
	{ "the largest IPv6 packet", { V6, UDP, .payload = 65527 }, LVS_PACKET_FLOW, 40, 17 },
};

static void check_parsed(const struct parsed *row, const struct lvs_packet *packet)
{
	const struct build *build = &row->build;
	bool ports = row->kind == LVS_PACKET_FLOW;
	struct lvs_tuple tuple = { .src = test_addr(build->src), .dst = test_addr(build->dst), .proto = row->proto };

	tuple.sport = ports ? LVS_BE16(build->sport) : 0;
	tuple.dport = ports ? LVS_BE16(build->dport) : 0;
	assert_int_equal(packet->kind, row->kind);
	assert_int_equal(packet->l4, row->l4);
	assert_int_equal(packet->proto, row->proto);
	assert_memory_equal(&packet->tuple, &tuple, sizeof(tuple));
	assert_int_equal(packet->ip6, !lvs_addr_is4(&tuple.src));
	assert_int_equal(packet->tcp_flags, ports && row->proto == LVS_PROTO_TCP ? build->tcp_flags : 0);
	assert_int_equal(packet->fragment, row->fragment);
	assert_int_equal(packet->frag_more, row->more);
	assert_int_equal(packet->frag_hdr, row->frag_hdr);
	assert_int_equal(packet->frag_offset, row->frag_offset);
	assert_int_equal(lvs_host32(packet->frag_id), row->fragment ? build->id : 0);
}

static void good_packets_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parsed); i++) {
		struct parsed row = parsed[i];
		struct lvs_packet packet;
		enum lvs_drop drop;

		row.build.id = row.fragment ? 0xabcd : 0;
		packet = build(&row.build);
		/* What an earlier packet left in the struct must not show. */
		memset(&packet.tuple, 0xee, sizeof(packet.tuple));
		packet.fragment = packet.frag_more = true;
		packet.tcp_flags = 0xee;
		packet.frag_hdr = packet.frag_offset = packet.l4 = 0xeeee;
		packet.frag_id = LVS_BE32(0xeeee);
		drop = lvs_packet_parse(&packet);
		if (drop)
			fail_msg("%s: %s", row.what, lvs_drop_name(drop));
		check_parsed(&row, &packet);
		build_free(&packet);
	}
}

/* Every length of every good packet, in a block that ends where the packet does. */
static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parsed); i++) {
		struct lvs_packet packet = build(&parsed[i].build);

		for (size_t len = 0; len < packet.len && len < 200; len++) {
			struct lvs_packet prefix = build_prefix(&packet, len);

			if (lvs_packet_parse(&prefix) == LVS_DROP_NONE)
				fail_msg("%s, its first %zu bytes", parsed[i].what, len);
			build_free(&prefix);
		}
		build_free(&packet);
	}
}

/* The same, but with IP lengths that agree: what is cut is inside the packet. */
static void every_inner_truncation_is_refused_or_stays_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parsed); i++) {
		struct lvs_packet packet = build(&parsed[i].build);
		size_t header = *packet.data >> 4 == 4 ? 20 : 40;

		for (size_t len = header; len < packet.len && len < 200; len++) {
			struct lvs_packet prefix = build_prefix(&packet, len);

			if (header == 20) {
				prefix.data[2] = 0;
				prefix.data[3] = (uint8_t)len;
				if ((prefix.data[0] & 0xfU) * 4 <= len)
					build_fix_ip4(prefix.data);
			} else {
				prefix.data[4] = 0;
				prefix.data[5] = (uint8_t)(len - header);
			}
			if (lvs_packet_parse(&prefix) == LVS_DROP_NONE) {
				assert_true(prefix.l4 <= prefix.len);
				if (prefix.kind == LVS_PACKET_FLOW)
					assert_non_null(lvs_packet_at(&prefix, prefix.l4, 8));
			}
			build_free(&prefix);
		}
		build_free(&packet);
	}
}

static bool is_expected_somewhere(enum lvs_drop drop)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (refused[i].expect == drop)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(offloads); i++)
		if (offloads[i].expect == drop)
			return true;
	return false;
}

static void every_reason_of_the_parser_has_a_row(void **state)
{
	static const enum lvs_drop reasons[] = {
		LVS_DROP_IP_VERSION, LVS_DROP_IP_SHORT, LVS_DROP_IP_LENGTH, LVS_DROP_IP_CSUM, LVS_DROP_IP_OPTIONS,
		LVS_DROP_SOURCE_ROUTE, LVS_DROP_EXT_HEADERS, LVS_DROP_L4_SHORT, LVS_DROP_L4_LENGTH, LVS_DROP_VNET,
		LVS_DROP_ICMP_SHORT, LVS_DROP_FRAG_MALFORMED,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (!is_expected_somewhere(reasons[i]))
			fail_msg("%s", lvs_drop_name(reasons[i]));
}

static void ethernet_padding_is_cut_off(void **state)
{
	static const struct build builds[] = { { V4, UDP, .payload = 1 }, { V6, .payload = 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builds); i++) {
		struct lvs_packet packet = build(&builds[i]);
		uint8_t padded[128] = { 0 };
		struct lvs_packet longer;

		memcpy(padded, packet.data, packet.len);
		longer = build_raw(padded, sizeof(padded));
		assert_int_equal(lvs_packet_parse(&longer), LVS_DROP_NONE);
		assert_int_equal(longer.len, packet.len);
		build_free(&longer);
		build_free(&packet);
	}
}

static void udp_may_end_before_its_packet(void **state)
{
	struct lvs_packet packet = build(&(struct build){ V4, UDP, .payload = 10 });

	(void)state;
	packet.data[25] = 12;
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(packet.len, 38);
	build_free(&packet);
}

static const struct quoted {
	const char *what;
	struct build build;		/* the packet that is quoted */
	size_t bytes;			/* of it that are; 0 for all */
	struct poke pokes[2];		/* in the quoted bytes */
	enum lvs_drop expect;
	enum lvs_packet_kind kind;
	uint16_t l4, frag_offset;
	bool fragment;
} quotes[] = {
	{ "TCP, as little as RFC 792 asks for", { V4, .payload = 100 }, 28, { { 0 } }, LVS_DROP_NONE, LVS_PACKET_FLOW, 20 },
	{ "TCP, one byte less", { V4, .payload = 100 }, 27, { { 0 } }, LVS_DROP_ICMP_SHORT },
	{ "TCP, whole, IPv6", { V6, .payload = 3 }, 0, { { 0 } }, LVS_DROP_NONE, LVS_PACKET_FLOW, 40 },
	{ "UDP without payload", { V6, UDP }, 0, { { 0 } }, LVS_DROP_NONE, LVS_PACKET_FLOW, 40 },
	{ "half an IPv4 header", { V4 }, 19, { { 0 } }, LVS_DROP_ICMP_SHORT },
	{ "half an IPv6 header", { V6 }, 39, { { 0 } }, LVS_DROP_ICMP_SHORT },
	{ "options in the quoted header (RFC 5508 REQ-3b)", { V4, .ip_options = "\1\1\1\1", .ip_options_len = 4 }, 32,
	  { { 0 } }, LVS_DROP_NONE, LVS_PACKET_FLOW, 24 },
	{ "options cut short", { V4, .ip_options = "\1\1\1\1", .ip_options_len = 4 }, 23, { { 0 } }, LVS_DROP_ICMP_SHORT },
	{ "quoted header checksum wrong (RFC 5508 REQ-3a)", { V4 }, 0, { POKE(8, 1) }, LVS_DROP_IP_CSUM },
	{ "quoted header of four words", { V4 }, 0, { POKE(0, 0x44) }, LVS_DROP_IP_LENGTH },
	{ "another family quoted", { V4 }, 0, { POKE(0, 0x65) }, LVS_DROP_IP_VERSION },
	{ "another family quoted, IPv6", { V6 }, 0, { POKE(0, 0x45) }, LVS_DROP_IP_VERSION },
	{ "TCP's data offset is not looked at", { V4 }, 0, { POKE(32, 0) }, LVS_DROP_NONE, LVS_PACKET_FLOW, 20 },
	{ "IPv6 length is not looked at", { V6 }, 0, { POKE(5, 1) }, LVS_DROP_NONE, LVS_PACKET_FLOW, 40 },
	{ "extension headers", { V6, UDP, .ext = { HBH, RTG, DST }, .ext_count = 3 }, 72, { { 0 } }, LVS_DROP_NONE,
	  LVS_PACKET_FLOW, 64 },
	{ "extension headers cut short", { V6, UDP, .ext = { HBH, RTG, DST }, .ext_count = 3 }, 63, { { 0 } },
	  LVS_DROP_ICMP_SHORT },
	{ "too many extension headers", { V6, .ext = { DST, DST, DST, DST, DST, DST, DST, DST, DST }, .ext_count = 9 }, 0,
	  { { 0 } }, LVS_DROP_EXT_HEADERS },
	{ "echo request", { V4, .proto = 1, .icmp_type = 8 }, 0, { { 0 } }, LVS_DROP_NONE, LVS_PACKET_ICMP, 20 },
	{ "another protocol, four bytes", { V4, .proto = 47, .payload = 4 }, 0, { { 0 } }, LVS_DROP_NONE,
	  LVS_PACKET_OTHER, 20 },
	{ "another protocol, three bytes", { V4, .proto = 47, .payload = 3 }, 0, { { 0 } }, LVS_DROP_ICMP_SHORT },
	{ "first fragment", { V4, UDP, .payload = 64, .frag_bytes = 32 }, 28, { { 0 } }, LVS_DROP_NONE, LVS_PACKET_FLOW,
	  20, 0, true },
	{ "later fragment, header only", { V4, UDP, .payload = 64, .frag_offset = 16, .frag_bytes = 32 }, 20, { { 0 } },
	  LVS_DROP_NONE, LVS_PACKET_FRAGMENT, 20, 16, true },
	{ "later fragment, IPv6", { V6, UDP, .payload = 64, .frag_offset = 16, .frag_bytes = 32 }, 48, { { 0 } },
	  LVS_DROP_NONE, LVS_PACKET_FRAGMENT, 48, 16, true },
};

/* The ICMP error around @row's packet, not parsed. */
static struct lvs_packet error_about(const struct quoted *row, size_t bytes)
{
	struct lvs_packet about = build(&row->build), error;
	bool ip6 = *about.data >> 4 == 6;
	struct build outer = { .src = row->build.dst, .dst = row->build.src, .proto = ip6 ? 58 : 1, .icmp_type = 3 };

	apply(&about, row->pokes, ARRAY_LEN(row->pokes));
	outer.quote = about.data;
	outer.quote_bytes = bytes && bytes < about.len ? bytes : about.len;
	error = build(&outer);
	build_free(&about);
	return error;
}

static void quoted_packets_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
		const struct quoted *row = &quotes[i];
		struct lvs_packet outer = error_about(row, row->bytes), inner = { .len = 0xeeee };
		bool ports = row->kind == LVS_PACKET_FLOW;
		size_t off = *outer.data >> 4 == 4 ? 28 : 48;
		enum lvs_drop drop;

		assert_int_equal(lvs_packet_parse(&outer), LVS_DROP_NONE);
		drop = lvs_packet_parse_quoted(&outer, off, &inner);
		if (drop != row->expect)
			fail_msg("%s: %s", row->what, lvs_drop_name(drop));
		if (drop) {
			assert_int_equal(inner.len, 0xeeee);
		} else {
			assert_ptr_equal(inner.data, outer.data + off);
			assert_int_equal(inner.len, outer.len - off);
			assert_int_equal(inner.kind, row->kind);
			assert_int_equal(inner.l4, row->l4);
			assert_int_equal(inner.ip6, outer.ip6);
			assert_int_equal(inner.fragment, row->fragment);
			assert_int_equal(inner.frag_offset, row->frag_offset);
			assert_int_equal(inner.tuple.sport, ports ? LVS_BE16(row->build.sport) : 0);
			assert_int_equal(inner.tuple.dport, ports ? LVS_BE16(row->build.dport) : 0);
			assert_int_equal(inner.tuple.proto, inner.proto);
			assert_false(lvs_packet_is_partial(&inner));
		}
		build_free(&outer);
	}
}

static void every_cut_of_a_quote_stays_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
		size_t most = quotes[i].bytes ? quotes[i].bytes : 40;

		for (size_t bytes = 1; bytes <= most; bytes++) {
			struct lvs_packet outer = error_about(&quotes[i], bytes), inner;

			assert_int_equal(lvs_packet_parse(&outer), LVS_DROP_NONE);
			for (size_t off = 0; off <= outer.len + 1U; off++)
				(void)lvs_packet_parse_quoted(&outer, off, &inner);
			build_free(&outer);
		}
	}
}

static const struct wire {
	const char *what;
	struct build build;
	uint8_t gso_type;		/* 0: as built */
	uint32_t expect;
} wires[] = {
	{ "an ordinary packet", { V4, .payload = 100 }, 0, 140 },
	{ "a partial sum changes nothing", { V6, .payload = 100, .csum = BUILD_PARTIAL }, 0, 160 },
	{ "TCP segments", { V4, .tcp_options = 12, .payload = 5000, .csum = BUILD_PARTIAL, .gso_size = 1448 }, 0, 1500 },
	{ "TCP segments with ECN", { V6, .tcp_options = 12, .payload = 5000, .csum = BUILD_PARTIAL, .gso_size = 1428 },
	  LVS_GSO_TCP6 | LVS_GSO_ECN, 1500 },
	{ "one segment that is not full", { V4, .payload = 99, .csum = BUILD_PARTIAL, .gso_size = 1448 }, 0, 139 },
	{ "UDP segments", { V6, UDP, .payload = 5000, .csum = BUILD_PARTIAL, .gso_size = 1000 }, 0, 1048 },
	{ "UDP to be fragmented", { V4, UDP, .payload = 5000, .csum = BUILD_PARTIAL, .gso_size = 1480 }, LVS_GSO_UDP, 1500 },
};

static void wire_length_is_that_of_a_segment(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wires); i++) {
		struct lvs_packet packet = build(&wires[i].build);

		if (wires[i].gso_type)
			packet.vnet.gso_type = wires[i].gso_type;
		assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
		if (lvs_packet_wire_len(&packet) != wires[i].expect)
			fail_msg("%s: %u", wires[i].what, lvs_packet_wire_len(&packet));
		build_free(&packet);
	}
}

static void only_ip4_without_df_may_be_fragmented(void **state)
{
	static const struct {
		struct build build;
		bool expect;
	} rows[] = { { { V4 }, true }, { { V4, .df = true }, false }, { { V6 }, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_packet packet = build(&rows[i].build);

		assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
		assert_int_equal(lvs_packet_may_fragment(&packet), rows[i].expect);
		build_free(&packet);
	}
}

static void reversed_twice_is_the_same(void **state)
{
	struct lvs_packet packet = build(&(struct build){ V6, UDP });
	struct lvs_tuple reverse, again;

	(void)state;
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	reverse = lvs_tuple_reverse(&packet.tuple);
	assert_true(lvs_addr_equal(&reverse.src, &packet.tuple.dst));
	assert_true(lvs_addr_equal(&reverse.dst, &packet.tuple.src));
	assert_int_equal(reverse.sport, LVS_BE16(80));
	assert_int_equal(reverse.dport, LVS_BE16(40000));
	assert_false(lvs_tuple_equal(&reverse, &packet.tuple));
	again = lvs_tuple_reverse(&reverse);
	assert_memory_equal(&again, &packet.tuple, sizeof(again));
	build_free(&packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_packets_name_their_fault),
		cmocka_unit_test(header_checksums_are_judged_exactly),
		cmocka_unit_test(offload_headers_must_be_true),
		cmocka_unit_test(good_packets_are_read),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_inner_truncation_is_refused_or_stays_inside),
		cmocka_unit_test(every_reason_of_the_parser_has_a_row),
		cmocka_unit_test(ethernet_padding_is_cut_off),
		cmocka_unit_test(udp_may_end_before_its_packet),
		cmocka_unit_test(quoted_packets_are_read),
		cmocka_unit_test(every_cut_of_a_quote_stays_inside),
		cmocka_unit_test(wire_length_is_that_of_a_segment),
		cmocka_unit_test(only_ip4_without_df_may_be_fragmented),
		cmocka_unit_test(reversed_twice_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
