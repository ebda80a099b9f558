/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets for tests, made from a description. Every checksum is summed afresh over the finished bytes in the plainest way
 * there is, and nothing of base/csum is used: what is built here judges what is updated there.
 */
#ifndef LVS_TESTS_LIB_BUILD_H
#define LVS_TESTS_LIB_BUILD_H

#include "engine/packet.h"

enum build_csum {
	BUILD_COMPLETE,
	BUILD_PARTIAL,		/* the pseudo-header's sum, and NEEDS_CSUM says so */
	BUILD_NO_CSUM,		/* UDP: 0 */
	BUILD_WRONG,		/* complete, then 1 added */
};

/**
 * struct build - what a packet is made of; what is left out is 0, and 0 means the usual
 * @src, @dst:	literals of one family, which is the packet's
 * @proto:	0 for TCP
 * @tcp_options: bytes of them, a multiple of 4: those at @options, or NOPs if that is NULL
 * @payload:	bytes behind the transport header, counting upwards from @first
 * @tweak:	if not 0, the first two payload bytes, as a number
 * @gso_size:	if not 0, a super-packet (then @csum is BUILD_PARTIAL)
 * @ttl:	0 for 64
 * @ip_options:	of IPv4, @ip_options_len bytes, padded to a word
 * @ext:	of IPv6, @ext_count extension header types, 8 bytes each; LVS_PROTO_FRAGMENT makes an atomic fragment
 * @frag_offset, @frag_bytes: if @frag_bytes is not 0, only that piece of the transport header and payload
 * @id:		IPv4 identification, or that of the IPv6 fragment header
 * @icmp_rest:	the word behind the ICMP checksum
 * @quote, @quote_bytes: what an ICMP error carries, the chunks of SCTP or any other bytes, in place of @payload
 *
 * SCTP's verification tag is @seq.
 */
struct build {
	const char *src, *dst;
	uint16_t sport, dport;
	uint8_t proto;
	enum build_csum csum;
	uint8_t tcp_flags;
	uint32_t seq, ack;
	uint16_t window;
	uint8_t tcp_options;
	const uint8_t *options;
	size_t payload;
	uint8_t first;
	uint16_t tweak;
	uint16_t gso_size;
	uint8_t ttl;
	uint8_t tos;
	bool df;
	const void *ip_options;
	size_t ip_options_len;
	uint8_t ext[10];
	size_t ext_count;
	size_t frag_offset, frag_bytes;
	uint32_t id;
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_rest;
	const uint8_t *quote;
	size_t quote_bytes;
};

/**
 * build() - make a packet
 *
 * Return: not parsed; its bytes are a heap block of exactly its length, so that a sanitizer sees every step outside
 */
struct lvs_packet build(const struct build *what);

/* A packet of @len bytes as they are; the same about its block. */
struct lvs_packet build_raw(const void *bytes, size_t len);

/* The first @len bytes of @packet, in a block of their own. */
struct lvs_packet build_prefix(const struct lvs_packet *packet, size_t len);

void build_free(struct lvs_packet *packet);

/* @packet with @tailroom bytes behind it, in a block of their own. Its old block is freed. */
struct lvs_packet build_with_room(struct lvs_packet packet, size_t tailroom);

/**
 * build_expect() - @got is @expect in every byte and in its offload header, or the test fails
 * @what:	the sentence to fail with
 * @expect:	its block is freed
 */
void build_expect(const char *what, const struct lvs_packet *got, struct lvs_packet expect);

/* Put a right checksum into the IPv4 header at @header, after it was tampered with. */
void build_fix_ip4(uint8_t *header);

/* RFC 1071, as a number; @sum: 0, or of what stands before, an even number of bytes. */
uint32_t build_sum(uint32_t sum, const uint8_t *bytes, size_t len);
uint16_t build_fold(uint32_t sum);

/* RFC 9260 appendix A: of a whole SCTP packet, whose checksum field counts as zeros. */
uint32_t build_crc(const uint8_t *sctp, size_t len);

#endif
