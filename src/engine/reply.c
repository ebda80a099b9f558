// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nearly everything said here goes back to the sender of a packet, from the address that it was sent to: put_ip() writes
 * that header for all of them. A ping is answered where it lies; resets and errors are built in a buffer of the engine.
 * Headers are fresh and short: the options and extension headers of a ping are not reflected (RFC 1122 section 3.2.2.6
 * would have record route come back).
 *
 * A packet without the don't-fragment bit needs an identification (RFC 6864 section 4). It comes out of a keyed hash:
 * from a counter, a stranger could read how much the director says to others.
 *
 * Errors quote the packet as it came in, like the kernel's: of a super-packet the headers of the whole, and a partial
 * checksum stays partial. Whoever gets the error must not verify either of them, as a quote is cut anyway (RFC 5508
 * REQ-3c).
 */
#include "engine/reply.h"

#include "base/crc32c.h"
#include "base/csum.h"
#include "base/hash.h"
#include "engine/core.h"
#include "engine/icmp.h"
#include "engine/wire.h"

#define TOKEN LVS_NS_PER_SEC	/* one packet, in billionths */

enum {
	TTL = 64,
	TOS_INTERNETWORK_CONTROL = 0xc0,	/* RFC 1812 section 4.3.2.5 */
	ERROR_BYTES_IP4 = 576,			/* RFC 1812 section 4.3.2.3 */
	ERROR_BYTES_IP6 = LVS_REPLY_BYTES,
};

static uint64_t full(const struct lvs_replies *replies)
{
	return replies->rate * TOKEN;
}

/*
 * A rate per second earns as many billionths each nanosecond, and one second fills any bucket: nothing is rounded, and
 * no sum passes 2 * 2^32 * 10^9 < 2^63.
 */
static void refill(struct lvs_replies *replies, enum lvs_reply_kind kind, lvs_ns now)
{
	lvs_ns elapsed = now - replies->refilled[kind];

	if (elapsed < LVS_NS_PER_SEC)
		replies->tokens[kind] = LVS_MIN(replies->tokens[kind] + elapsed * replies->rate, full(replies));
	else
		replies->tokens[kind] = full(replies);
	replies->refilled[kind] = now;
}

void lvs_replies_init(struct lvs_replies *replies, uint32_t rate, lvs_ns now)
{
	replies->rate = rate;
	replies->ids = 0;
	for (enum lvs_reply_kind kind = 0; kind < LVS_REPLY_LIMITED; kind++) {
		replies->tokens[kind] = full(replies);
		replies->refilled[kind] = now;
	}
}

void lvs_replies_configure(struct lvs_replies *replies, uint32_t rate, lvs_ns now)
{
	for (enum lvs_reply_kind kind = 0; kind < LVS_REPLY_LIMITED; kind++)
		refill(replies, kind, now);
	replies->rate = rate;
	for (enum lvs_reply_kind kind = 0; kind < LVS_REPLY_LIMITED; kind++)
		replies->tokens[kind] = LVS_MIN(replies->tokens[kind], full(replies));
}

static bool take(struct lvs_engine *engine, enum lvs_reply_kind kind)
{
	struct lvs_replies *replies = &engine->replies;

	refill(replies, kind, engine->now);
	if (replies->tokens[kind] < TOKEN) {
		engine->stats.limited[kind]++;
		return false;
	}
	replies->tokens[kind] -= TOKEN;
	return true;
}

/* Can a machine have sent this, and to one machine? RFC 1122 section 3.2.2, RFC 4443 section 2.4 e. */
static bool answerable(const struct lvs_packet *packet)
{
	const struct lvs_addr *src = &packet->tuple.src, *dst = &packet->tuple.dst;

	return lvs_addr_is_unicast(src) && !lvs_addr_is_loopback(src) && !lvs_addr_is_linklocal6(src) &&
	       lvs_addr_is_unicast(dst);
}

static uint16_t ip_bytes(const struct lvs_packet *packet)
{
	return packet->ip6 ? sizeof(struct lvs_ip6) : sizeof(struct lvs_ip4);
}

uint8_t lvs_reply_dscp(const struct lvs_packet *packet)
{
	const struct lvs_ip4 *ip4 = lvs_packet_at(packet, 0, sizeof(*ip4));
	const struct lvs_ip6 *ip6 = (const void *)ip4;

	return (uint8_t)((packet->ip6 ? lvs_host32(ip6->ver_class_flow) >> 20 : ip4->tos) & 0xfc);
}

lvs_be16 lvs_reply_draw_id(struct lvs_engine *engine)
{
	uint64_t word = engine->replies.ids++;

	return (LVS_FORCE lvs_be16)(uint16_t)lvs_hash_words(&engine->conns.key, &word, 1);
}

/* The header of a packet that goes back where @packet came from. @at may lie over @packet's own, which is not read. */
static void put_ip(struct lvs_engine *engine, void *at, const struct lvs_packet *packet, const struct lvs_reply_head *head)
{
	const struct lvs_tuple *tuple = &packet->tuple;

	if (packet->ip6) {
		struct lvs_ip6 *ip = at;

		*ip = (struct lvs_ip6){
			.ver_class_flow = LVS_BE32(6U << 28 | (uint32_t)head->tos << 20),
			.len = LVS_BE16(head->bytes),
			.next = head->proto, .hop_limit = head->ttl ? head->ttl : TTL,
		};
		memcpy(ip->src, tuple->dst.bytes, sizeof(ip->src));
		memcpy(ip->dst, tuple->src.bytes, sizeof(ip->dst));
	} else {
		struct lvs_ip4 *ip = at;

		*ip = (struct lvs_ip4){
			.ver_ihl = 0x45, .tos = head->tos, .len = LVS_BE16(sizeof(*ip) + head->bytes),
			.id = head->atomic ? 0 : lvs_reply_draw_id(engine), .frag = head->atomic ? LVS_IP4_DF : 0,
			.ttl = head->ttl ? head->ttl : TTL, .proto = head->proto,
			.src = tuple->dst.words[3], .dst = tuple->src.words[3],
		};
		ip->csum = lvs_csum_finish(lvs_csum_add(0, ip, sizeof(*ip)));
	}
}

enum lvs_drop lvs_reply_echo(struct lvs_engine *engine, struct lvs_packet *packet)
{
	struct lvs_icmp *icmp = lvs_packet_at(packet, packet->l4, sizeof(*icmp));
	uint32_t surplus = packet->l4 - ip_bytes(packet);
	struct lvs_reply_head head = {
		.bytes = packet->len - packet->l4, .proto = packet->proto, .tos = lvs_reply_dscp(packet),
	};

	if (!answerable(packet))
		return LVS_DROP_MARTIAN;
	if (!take(engine, LVS_REPLY_ECHO))
		return LVS_DROP_ECHO_LIMIT;
	packet->data += surplus;
	packet->len -= surplus;
	packet->headroom += surplus;
	packet->l4 = ip_bytes(packet);
	icmp->type = packet->ip6 ? LVS_ICMP6_ECHO_REPLY : LVS_ICMP_ECHO_REPLY;
	put_ip(engine, packet->data, packet, &head);
	lvs_icmp_seal(packet);
	lvs_engine_answer(engine, packet);
	return LVS_DROP_NONE;
}

struct lvs_packet lvs_reply_begin(struct lvs_engine *engine, const struct lvs_packet *packet,
				  const struct lvs_reply_head *head)
{
	struct lvs_packet reply = {
		.data = engine->replies.buffer + LVS_REPLY_HEADROOM,
		.len = ip_bytes(packet) + head->bytes,
		.headroom = LVS_REPLY_HEADROOM - LVS_REPLY_FRONT,
		.tailroom = LVS_REPLY_BYTES - ip_bytes(packet) - head->bytes,
		.l4 = ip_bytes(packet),
		.ip6 = packet->ip6,
		.proto = head->proto,
	};

	put_ip(engine, reply.data, packet, head);
	return reply;
}

/* RFC 9293 section 3.4: SYN and FIN are octets of the sequence space too. A super-packet is one long segment. */
static uint32_t sequence_len(const struct lvs_packet *packet, const struct lvs_tcp *segment)
{
	uint32_t header_bytes = (segment->offset >> 4) * 4U;

	return packet->len - packet->l4 - header_bytes + ((segment->flags & LVS_TCP_SYN) != 0) +
	       ((segment->flags & LVS_TCP_FIN) != 0);
}

/* The checksum of a header without anything behind it. */
static void seal(struct lvs_tcp *tcp, const struct lvs_addr *src, const struct lvs_addr *dst)
{
	uint64_t sum = lvs_csum_pseudo(src, dst, LVS_PROTO_TCP, sizeof(*tcp));

	tcp->csum = 0;
	tcp->csum = lvs_csum_finish(lvs_csum_add(sum, tcp, sizeof(*tcp)));
}

void lvs_reply_reset(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	const struct lvs_tcp *segment = lvs_packet_at(packet, packet->l4, sizeof(*segment));
	struct lvs_reply_head head = {
		.bytes = sizeof(*segment), .proto = LVS_PROTO_TCP, .tos = lvs_reply_dscp(packet), .atomic = true,
	};
	struct lvs_packet reply;
	struct lvs_tcp *tcp;

	if ((segment->flags & LVS_TCP_RST) || !answerable(packet) || !take(engine, LVS_REPLY_RESET))
		return;
	reply = lvs_reply_begin(engine, packet, &head);
	tcp = lvs_packet_at(&reply, reply.l4, sizeof(*tcp));
	*tcp = (struct lvs_tcp){
		.sport = segment->dport, .dport = segment->sport, .offset = sizeof(*tcp) / 4 << 4, .flags = LVS_TCP_RST,
	};
	if (segment->flags & LVS_TCP_ACK) {
		tcp->seq = segment->ack;
	} else {
		tcp->flags |= LVS_TCP_ACK;
		tcp->ack = LVS_BE32(lvs_host32(segment->seq) + sequence_len(packet, segment));
	}
	seal(tcp, &packet->tuple.dst, &packet->tuple.src);
	lvs_engine_say(engine, &reply, LVS_REPLY_RESET);
}

/* RFC 1122 section 3.2.2 and RFC 4443 section 2.4 e; a redirect is among those that must not be answered. */
static bool may_cause_error(const struct lvs_packet *packet)
{
	const uint8_t *type = lvs_packet_at(packet, packet->l4, 1);

	if (!answerable(packet) || packet->frag_offset > 0)
		return false;
	if (packet->proto != (packet->ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP))
		return true;
	return type && !lvs_icmp_is_error(*type, packet->ip6) &&
	       *type != (packet->ip6 ? LVS_ICMP6_REDIRECT : LVS_ICMP_REDIRECT);
}

/*
 * Who speaks: the address that was written to, of which we speak in the name. What was on its way to somebody else has met
 * a router (RFC 1812 section 4.3.2.4), which has a name of its own if it was given one.
 */
static struct lvs_addr speaker(const struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_reply_error error)
{
	const struct lvs_rules *rules = &engine->rules;

	if (error == LVS_ERROR_TIME_EXCEEDED && lvs_rules_owner(rules, &packet->tuple.dst) == LVS_OWNER_OTHER)
		for (uint32_t i = 0; i < rules->ndips; i++)
			if (lvs_addr_is4(&rules->own[i].addr) == !packet->ip6)
				return rules->own[i].addr;
	return packet->tuple.dst;
}

void lvs_reply_error(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_reply_error error,
		     uint32_t mtu)
{
	static const struct {
		uint8_t type, code;
	} of_family[][2] = {
		[LVS_ERROR_PORT_UNREACHABLE] = { { LVS_ICMP_UNREACHABLE, LVS_ICMP_UNREACHABLE_PORT },
						 { LVS_ICMP6_UNREACHABLE, LVS_ICMP6_UNREACHABLE_PORT } },
		[LVS_ERROR_HOST_UNREACHABLE] = { { LVS_ICMP_UNREACHABLE, LVS_ICMP_UNREACHABLE_HOST },
						 { LVS_ICMP6_UNREACHABLE, LVS_ICMP6_UNREACHABLE_ADDRESS } },
		[LVS_ERROR_TIME_EXCEEDED] = { { LVS_ICMP_TIME_EXCEEDED, 0 }, { LVS_ICMP6_TIME_EXCEEDED, 0 } },
		[LVS_ERROR_TOO_BIG] = { { LVS_ICMP_UNREACHABLE, LVS_ICMP_UNREACHABLE_FRAG_NEEDED },
					{ LVS_ICMP6_TOO_BIG, 0 } },
	};
	uint32_t limit = packet->ip6 ? ERROR_BYTES_IP6 : ERROR_BYTES_IP4;
	uint32_t quote = limit - ip_bytes(packet) - (uint32_t)sizeof(struct lvs_icmp);
	struct lvs_reply_head head = {
		.proto = packet->ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
		.tos = packet->ip6 ? 0 : TOS_INTERNETWORK_CONTROL,
	};
	struct lvs_packet to = { .tuple = packet->tuple, .ip6 = packet->ip6 }, reply;
	struct lvs_icmp *icmp;

	if (!may_cause_error(packet) || !take(engine, LVS_REPLY_ERROR))
		return;
	quote = LVS_MIN(quote, packet->len);
	head.bytes = (uint32_t)sizeof(*icmp) + quote;
	to.tuple.dst = speaker(engine, packet, error);
	reply = lvs_reply_begin(engine, &to, &head);
	icmp = lvs_packet_at(&reply, reply.l4, sizeof(*icmp));
	*icmp = (struct lvs_icmp){
		.type = of_family[error][packet->ip6].type, .code = of_family[error][packet->ip6].code,
	};
	if (error == LVS_ERROR_TOO_BIG && packet->ip6)
		icmp->mtu6 = LVS_BE32(mtu);
	else if (error == LVS_ERROR_TOO_BIG)
		icmp->frag_needed.mtu = LVS_BE16(LVS_MIN(mtu, UINT16_MAX));
	memcpy(icmp + 1, packet->data, quote);
	lvs_icmp_seal(&reply);
	lvs_engine_say(engine, &reply, LVS_REPLY_ERROR);
}

/* Does any chunk of @packet have this type? */
static bool has_chunk(const struct lvs_packet *packet, uint8_t type)
{
	const struct lvs_sctp_chunk *chunk;
	size_t at = packet->l4 + sizeof(struct lvs_sctp);

	while ((chunk = lvs_packet_at(packet, at, sizeof(*chunk))) && lvs_host16(chunk->len) >= sizeof(*chunk)) {
		if (chunk->type == type)
			return true;
		at += (lvs_host16(chunk->len) + 3u) / 4 * 4;
	}
	return false;
}

/* RFC 9260 section 8.4. Return: is there an answer? Then @ret_answer and @ret_tag are what it is made of */
static bool out_of_the_blue(const struct lvs_packet *packet, struct lvs_sctp_chunk *ret_answer, lvs_be32 *ret_tag)
{
	const struct lvs_sctp *sctp = lvs_packet_at(packet, packet->l4, sizeof(*sctp));
	const struct lvs_sctp_chunk *chunk = lvs_packet_at(packet, packet->l4 + sizeof(*sctp), sizeof(*chunk));
	struct lvs_sctp_chunk answer = { .type = LVS_SCTP_ABORT, .flags = LVS_SCTP_TAG_REFLECTED,
					 .len = LVS_BE16(sizeof(answer)) };
	const lvs_be32 *init_tag;
	lvs_be32 tag = sctp->tag;

	if (!chunk || has_chunk(packet, LVS_SCTP_ABORT))
		return false;
	switch (chunk->type) {
	case LVS_SCTP_INIT:
		init_tag = lvs_packet_at(packet, packet->l4 + sizeof(*sctp) + sizeof(*chunk), sizeof(*init_tag));
		if (!init_tag || tag)	/* only an INIT has no tag, and an INIT has none */
			return false;
		memcpy(&tag, init_tag, sizeof(tag));
		answer.flags = 0;
		break;
	case LVS_SCTP_SHUTDOWN_ACK:
		answer.type = LVS_SCTP_SHUTDOWN_COMPLETE;
		break;
	case LVS_SCTP_COOKIE_ECHO:
	case LVS_SCTP_COOKIE_ACK:
	case LVS_SCTP_ERROR:
	case LVS_SCTP_SHUTDOWN_COMPLETE:
		return false;
	default:
		break;
	}
	*ret_answer = answer;
	*ret_tag = tag;
	return true;
}

static void abort_association(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	const struct lvs_sctp *from = lvs_packet_at(packet, packet->l4, sizeof(*from));
	struct lvs_reply_head head = {
		.bytes = sizeof(struct lvs_sctp) + sizeof(struct lvs_sctp_chunk), .proto = LVS_PROTO_SCTP,
		.tos = lvs_reply_dscp(packet), .atomic = true,
	};
	struct lvs_sctp_chunk answer;
	struct lvs_packet reply;
	struct lvs_sctp *sctp;
	lvs_be32 tag;

	if (!answerable(packet) || !out_of_the_blue(packet, &answer, &tag) || !take(engine, LVS_REPLY_RESET))
		return;
	reply = lvs_reply_begin(engine, packet, &head);
	sctp = lvs_packet_at(&reply, reply.l4, head.bytes);
	*sctp = (struct lvs_sctp){ .sport = from->dport, .dport = from->sport, .tag = tag };
	memcpy(sctp + 1, &answer, sizeof(answer));
	sctp->csum = lvs_sctp_csum(lvs_crc32c(sctp, head.bytes));
	lvs_engine_say(engine, &reply, LVS_REPLY_RESET);
}

void lvs_reply_refuse(struct lvs_engine *engine, const struct lvs_packet *packet)
{
	if (packet->proto == LVS_PROTO_TCP)
		lvs_reply_reset(engine, packet);
	else if (packet->proto == LVS_PROTO_SCTP)
		abort_association(engine, packet);
	else
		lvs_reply_error(engine, packet, LVS_ERROR_PORT_UNREACHABLE, 0);
}

/* @packet ends @bytes behind the beginning of its transport header, and is whole. */
static void cut(struct lvs_packet *packet, uint32_t bytes)
{
	packet->tailroom += packet->len - packet->l4 - bytes;
	packet->len = packet->l4 + bytes;
	packet->vnet = (struct lvs_vnet){ .gso_type = LVS_GSO_NONE };
	if (packet->ip6) {
		struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		ip->len = LVS_BE16(packet->len - sizeof(*ip));
	} else {
		struct lvs_ip4 *ip = lvs_packet_at(packet, 0, packet->l4);

		ip->len = LVS_BE16(packet->len);
		ip->csum = 0;
		ip->csum = lvs_csum_finish(lvs_csum_add(0, ip, packet->l4));
	}
}

void lvs_reply_hang_up(struct lvs_packet *packet)
{
	if (packet->proto == LVS_PROTO_TCP) {
		struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
		uint8_t ack = tcp->flags & LVS_TCP_ACK;

		*tcp = (struct lvs_tcp){
			.sport = tcp->sport, .dport = tcp->dport, .seq = tcp->seq, .ack = ack ? tcp->ack : 0,
			.offset = sizeof(*tcp) / 4 << 4, .flags = LVS_TCP_RST | ack,
		};
		packet->tcp_flags = tcp->flags;
		cut(packet, sizeof(*tcp));
		seal(tcp, &packet->tuple.src, &packet->tuple.dst);
	} else {
		static const struct lvs_sctp_chunk abort = { .type = LVS_SCTP_ABORT, .len = LVS_BE16(sizeof(abort)) };
		const uint32_t bytes = sizeof(struct lvs_sctp) + sizeof(abort);
		struct lvs_sctp *sctp = lvs_packet_at(packet, packet->l4, bytes);

		if (!sctp)
			return;
		memcpy(sctp + 1, &abort, sizeof(abort));
		cut(packet, bytes);
		sctp->csum = 0;
		sctp->csum = lvs_sctp_csum(lvs_crc32c(sctp, bytes));
	}
}

bool lvs_reply_probe(struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_forward_ops *forward = lvs_forwards[conn->forward];
	bool ask_server = forward->replies && !lvs_server_at(&engine->rules, conn->server)->spec.down;
	const struct lvs_addr *src = ask_server ? &conn->caddr : &conn->vaddr;
	const struct lvs_addr *dst = ask_server ? &conn->vaddr : &conn->caddr;
	const struct lvs_packet answer = {
		.tuple = { .src = *dst, .dst = *src, .proto = conn->proto }, .ip6 = !lvs_addr_is4(src),
	};
	struct lvs_reply_head head = { .bytes = sizeof(struct lvs_tcp), .proto = LVS_PROTO_TCP, .atomic = true };
	const uint64_t words[2] = { lvs_conn_id(&engine->conns, conn), engine->now };
	uint64_t number = lvs_hash_words(&engine->conns.key, words, ARRAY_LEN(words));
	struct lvs_packet packet;
	struct lvs_tcp *tcp;

	if (!take(engine, LVS_REPLY_PROBE))
		return false;
	packet = lvs_reply_begin(engine, &answer, &head);
	tcp = lvs_packet_at(&packet, packet.l4, sizeof(*tcp));
	*tcp = (struct lvs_tcp){
		.sport = ask_server ? conn->cport : conn->vport,
		.dport = ask_server ? conn->vport : conn->cport,
		.offset = sizeof(*tcp) / 4 << 4, .flags = LVS_TCP_ACK,
		.seq = LVS_BE32((uint32_t)number), .ack = LVS_BE32((uint32_t)(number >> 32)),
	};
	seal(tcp, src, dst);
	if (!ask_server || !forward->rewrite(engine, conn, &packet, LVS_DIR_REQUEST))
		lvs_engine_say(engine, &packet, LVS_REPLY_PROBE);
	return true;
}
