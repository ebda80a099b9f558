/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers as they lie in a packet. Every struct is laid over bytes that lvs_packet_at() has bounds-checked. */
#ifndef LVS_ENGINE_WIRE_H
#define LVS_ENGINE_WIRE_H

#include "base/bytes.h"

enum {
	LVS_PROTO_HOPOPTS = 0,
	LVS_PROTO_ICMP = 1,
	LVS_PROTO_IP4 = 4,		/* inside of another IP packet */
	LVS_PROTO_TCP = 6,
	LVS_PROTO_UDP = 17,
	LVS_PROTO_IP6 = 41,
	LVS_PROTO_ROUTING = 43,
	LVS_PROTO_FRAGMENT = 44,
	LVS_PROTO_GRE = 47,
	LVS_PROTO_ESP = 50,
	LVS_PROTO_AH = 51,
	LVS_PROTO_ICMP6 = 58,
	LVS_PROTO_NONE = 59,
	LVS_PROTO_DSTOPTS = 60,
	LVS_PROTO_SCTP = 132,
	LVS_PROTO_MOBILITY = 135,
};

/* RFC 8200 section 5: every link carries as much. */
#define LVS_MTU_MIN_IP6 1280
/* RFC 791 section 3.2 */
#define LVS_MTU_MIN_IP4 68

/* RFC 791 section 3.1 */
struct LVS_WIRE lvs_ip4 {
	uint8_t ver_ihl;
	uint8_t tos;
	lvs_be16 len;
	lvs_be16 id;
	lvs_be16 frag;
	uint8_t ttl;
	uint8_t proto;
	lvs_be16 csum;
	lvs_be32 src;
	lvs_be32 dst;
};
static_assert(sizeof(struct lvs_ip4) == 20, "RFC 791");

#define LVS_IP4_DF LVS_BE16(0x4000)
#define LVS_IP4_MF LVS_BE16(0x2000)
#define LVS_IP4_OFFSET LVS_BE16(0x1fff)

/* RFC 8200 section 3 */
struct LVS_WIRE lvs_ip6 {
	lvs_be32 ver_class_flow;
	lvs_be16 len;		/* of all that follows this header */
	uint8_t next;
	uint8_t hop_limit;
	uint8_t src[16];
	uint8_t dst[16];
};
static_assert(sizeof(struct lvs_ip6) == 40, "RFC 8200");

/* RFC 8200 section 4: hop-by-hop, routing and destination options share their first two bytes. */
struct LVS_WIRE lvs_ip6_ext {
	uint8_t next;
	uint8_t len;		/* 8-byte units, the first not counted */
};

/* RFC 8200 section 4.5 */
struct LVS_WIRE lvs_ip6_frag {
	uint8_t next;
	uint8_t reserved;
	lvs_be16 offset;	/* 8-byte units << 3, two reserved bits, more-fragments bit */
	lvs_be32 id;
};
static_assert(sizeof(struct lvs_ip6_frag) == 8, "RFC 8200");

#define LVS_IP6_FRAG_OFFSET LVS_BE16(0xfff8)
#define LVS_IP6_FRAG_MORE LVS_BE16(0x0001)

/* RFC 9293 section 3.1 */
struct LVS_WIRE lvs_tcp {
	lvs_be16 sport;
	lvs_be16 dport;
	lvs_be32 seq;
	lvs_be32 ack;
	uint8_t offset;		/* header length in words, upper half */
	uint8_t flags;
	lvs_be16 window;
	lvs_be16 csum;
	lvs_be16 urgent;
};
static_assert(sizeof(struct lvs_tcp) == 20, "RFC 9293");

enum {
	LVS_TCP_FIN = 0x01,
	LVS_TCP_SYN = 0x02,
	LVS_TCP_RST = 0x04,
	LVS_TCP_PSH = 0x08,
	LVS_TCP_ACK = 0x10,
	LVS_TCP_URG = 0x20,
	LVS_TCP_ECE = 0x40,
	LVS_TCP_CWR = 0x80,
};

/* RFC 768 */
struct LVS_WIRE lvs_udp {
	lvs_be16 sport;
	lvs_be16 dport;
	lvs_be16 len;
	lvs_be16 csum;		/* 0: none was computed; a computed 0 is sent as 0xffff */
};
static_assert(sizeof(struct lvs_udp) == 8, "RFC 768");

/* RFC 9260 section 3.1 */
struct LVS_WIRE lvs_sctp {
	lvs_be16 sport;
	lvs_be16 dport;
	lvs_be32 tag;
	lvs_be32 csum;		/* see lvs_sctp_csum(); 0: none was computed (RFC 9653) */
};
static_assert(sizeof(struct lvs_sctp) == 12, "RFC 9260");

/* A CRC32c as it stands in the header, the one field there whose first byte is the lowest (RFC 9260 appendix A). */
static inline lvs_be32 lvs_sctp_csum(uint32_t crc)
{
	return LVS_BE32(__builtin_bswap32(crc));
}

/* RFC 9260 section 3.2 */
struct LVS_WIRE lvs_sctp_chunk {
	uint8_t type;
	uint8_t flags;
	lvs_be16 len;		/* with this header, without padding to a multiple of 4 */
};
static_assert(sizeof(struct lvs_sctp_chunk) == 4, "RFC 9260");

enum {
	LVS_SCTP_DATA = 0,
	LVS_SCTP_INIT = 1,
	LVS_SCTP_INIT_ACK = 2,
	LVS_SCTP_ABORT = 6,
	LVS_SCTP_SHUTDOWN = 7,
	LVS_SCTP_SHUTDOWN_ACK = 8,
	LVS_SCTP_ERROR = 9,
	LVS_SCTP_COOKIE_ECHO = 10,
	LVS_SCTP_COOKIE_ACK = 11,
	LVS_SCTP_SHUTDOWN_COMPLETE = 14,

	LVS_SCTP_TAG_REFLECTED = 1,	/* the T bit of ABORT and SHUTDOWN COMPLETE */
};

/* RFC 792 and RFC 4443 section 2.1: one shape for ICMP and ICMPv6 */
struct LVS_WIRE lvs_icmp {
	uint8_t type;
	uint8_t code;
	lvs_be16 csum;
	union {
		lvs_be32 rest;
		struct {
			lvs_be16 id;
			lvs_be16 seq;
		} echo;
		struct {
			lvs_be16 unused;
			lvs_be16 mtu;	/* RFC 1191 section 4 */
		} frag_needed;
		lvs_be32 mtu6;		/* RFC 4443 section 3.2 */
	};
};
static_assert(sizeof(struct lvs_icmp) == 8, "RFC 792");

enum {
	LVS_ICMP_ECHO_REPLY = 0,
	LVS_ICMP_UNREACHABLE = 3,
	LVS_ICMP_SOURCE_QUENCH = 4,
	LVS_ICMP_REDIRECT = 5,
	LVS_ICMP_ECHO = 8,
	LVS_ICMP_TIME_EXCEEDED = 11,
	LVS_ICMP_PARAMETER = 12,

	LVS_ICMP_UNREACHABLE_HOST = 1,
	LVS_ICMP_UNREACHABLE_PROTOCOL = 2,
	LVS_ICMP_UNREACHABLE_PORT = 3,
	LVS_ICMP_UNREACHABLE_FRAG_NEEDED = 4,

	LVS_ICMP6_UNREACHABLE = 1,
	LVS_ICMP6_TOO_BIG = 2,
	LVS_ICMP6_TIME_EXCEEDED = 3,
	LVS_ICMP6_PARAMETER = 4,
	LVS_ICMP6_ECHO = 128,
	LVS_ICMP6_ECHO_REPLY = 129,
	LVS_ICMP6_REDIRECT = 137,

	LVS_ICMP6_UNREACHABLE_ADDRESS = 3,
	LVS_ICMP6_UNREACHABLE_PORT = 4,
};

#endif
