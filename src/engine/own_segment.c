// SPDX-License-Identifier: GPL-2.0-or-later
/* Nothing here decides whether a segment may be sent: who makes one has a reason, and a limit of his own. */
#include "engine/own_segment.h"

#include "base/csum.h"
#include "engine/core.h"
#include "engine/wire.h"

struct lvs_packet lvs_own_segment_make(struct lvs_engine *engine, const struct lvs_own_segment *segment)
{
	const struct lvs_tuple *tuple = &segment->tuple;
	const struct lvs_packet against = { .tuple = lvs_tuple_reverse(tuple), .ip6 = !lvs_addr_is4(&tuple->dst) };
	uint8_t options[LVS_TCP_OPTIONS_MAX];
	size_t options_bytes = lvs_tcp_options_write(options, &segment->options);
	uint32_t header_bytes = (uint32_t)(sizeof(struct lvs_tcp) + options_bytes);
	struct lvs_reply_head head = {
		.bytes = header_bytes + segment->payload_bytes, .proto = LVS_PROTO_TCP, .tos = segment->tos, .ttl = segment->ttl,
		.atomic = true,
	};
	struct lvs_packet packet = lvs_reply_begin(engine, &against, &head);
	struct lvs_tcp *tcp = lvs_packet_at(&packet, packet.l4, head.bytes);

	*tcp = (struct lvs_tcp){
		.sport = tuple->sport, .dport = tuple->dport, .seq = LVS_BE32(segment->seq), .ack = LVS_BE32(segment->ack),
		.offset = (uint8_t)(header_bytes / 4 << 4), .flags = segment->flags, .window = LVS_BE16(segment->window),
	};
	memcpy(tcp + 1, options, options_bytes);
	if (segment->payload_bytes)
		memcpy((uint8_t *)tcp + header_bytes, segment->payload, segment->payload_bytes);
	tcp->csum = lvs_csum_finish(lvs_csum_add(lvs_csum_pseudo(&tuple->src, &tuple->dst, LVS_PROTO_TCP, head.bytes), tcp,
						 head.bytes));
	packet.tuple = *tuple;
	packet.kind = LVS_PACKET_FLOW;
	packet.tcp_flags = segment->flags;
	return packet;
}
