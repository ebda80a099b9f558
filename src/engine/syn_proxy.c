// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever answers a SYN makes promises in the name of a server that he does not know yet. Timestamps, SACK and ECN are
 * promised as long as no server of the service was seen to lack them, a segment size up to the smallest that any of them
 * has named; all that is forgotten when servers come or go. The scale of windows is always the same, because whatever
 * the server's is can be translated.
 *
 * The window is closed: data that came now would have nowhere to go.
 */
#include "engine/syn_proxy.h"

#include "engine/core.h"
#include "engine/mss.h"
#include "engine/own_segment.h"
#include "engine/wire.h"

#define MTU_ETHERNET 1500
/* RFC 9293 section 3.7.1: what to send to who says nothing. */
#define MSS_DEFAULT_IP4 LVS_MSS_LEAST_IP4
#define MSS_DEFAULT_IP6 LVS_MSS_LEAST_IP6

static bool under_attack(const struct lvs_engine *engine)
{
	uint32_t backlog = engine->settings.syn_backlog;

	return engine->defence.attack || (backlog && engine->conns.wheel.counts[LVS_CLASS_HALF_OPEN] >= backlog);
}

/* One that waits for its rate counts too: what is proven may have to wait, but nothing gets by for that. */
static bool has_server(const struct lvs_service *service)
{
	for (uint32_t i = 0; i < service->nservers; i++)
		if (lvs_server_usable(service->servers[i]))
			return true;
	return lvs_limit_waiting(service);
}

bool lvs_syn_proxy_wants(const struct lvs_engine *engine, const struct lvs_service *service,
			 const struct lvs_packet *packet)
{
	return (packet->tcp_flags & LVS_TCP_SYN) &&
	       (service->spec.syn_proxy == LVS_SYN_PROXY_ON || under_attack(engine)) && has_server(service);
}

static bool is_current(const struct lvs_rules *rules, const struct lvs_syn_memory *memory)
{
	return memory->generation == rules->generation;
}

static uint8_t lacks(const struct lvs_engine *engine, const struct lvs_service *service)
{
	return is_current(&engine->rules, &service->syn_memory) ? service->syn_memory.lacks : 0;
}

/* The client may be sent to any of the servers. Looked at once a second: whoever knocks costs the same with many of them. */
static uint16_t least_limit(const struct lvs_engine *engine, struct lvs_service *service)
{
	struct lvs_syn_memory *memory = &service->syn_memory;

	if (!service->spec.mss_of_path)
		return lvs_mss_limit(&service->spec, NULL);
	if (!memory->limit || engine->now - memory->limit_since >= LVS_SECONDS(1)) {
		memory->limit = UINT16_MAX;
		memory->limit_since = engine->now;
		for (uint32_t i = 0; i < service->nservers; i++)
			memory->limit = LVS_MIN(memory->limit, lvs_mss_limit(&service->spec, service->servers[i]));
	}
	return LVS_MIN(memory->limit, lvs_mss_limit(&service->spec, NULL));
}

static uint16_t our_mss(const struct lvs_engine *engine, struct lvs_service *service, bool ip6)
{
	const struct lvs_syn_memory *memory = &service->syn_memory;
	uint32_t mtu = engine->settings.mtu ? engine->settings.mtu : MTU_ETHERNET;
	uint32_t mss = mtu - (uint32_t)((ip6 ? sizeof(struct lvs_ip6) : sizeof(struct lvs_ip4)) + sizeof(struct lvs_tcp));

	if (is_current(&engine->rules, memory) && memory->mss)
		mss = LVS_MIN(mss, memory->mss);
	return (uint16_t)LVS_MIN(mss, least_limit(engine, service));
}

/* What @packet asks for and its service can give. */
static struct lvs_cookie offer(const struct lvs_engine *engine, const struct lvs_service *service,
			       const struct lvs_packet *packet, const struct lvs_tcp_options *asked)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	uint8_t missing = lacks(engine, service);
	const uint8_t both = LVS_TCP_ECE | LVS_TCP_CWR;

	return (struct lvs_cookie){
		.client = lvs_host32(tcp->seq),
		.mss = asked->mss ? asked->mss : packet->ip6 ? MSS_DEFAULT_IP6 : MSS_DEFAULT_IP4,
		.scale = missing & LVS_SYN_LACKS_SCALE ? LVS_TCP_NO_SCALE : asked->scale,
		.timestamps = asked->timestamps && !(missing & LVS_SYN_LACKS_TIMESTAMPS),
		.sack = asked->sack && !(missing & LVS_SYN_LACKS_SACK),
		.ecn = (packet->tcp_flags & both) == both && !(missing & LVS_SYN_LACKS_ECN),
	};
}

enum lvs_drop lvs_syn_proxy_answer(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet)
{
	struct lvs_tcp_options asked = lvs_tcp_options_read(packet);
	struct lvs_cookie cookie = offer(engine, service, packet, &asked);
	uint32_t value, seq = lvs_cookie_make(&engine->cookie_key, &packet->tuple, &cookie, engine->now, &value);
	struct lvs_own_segment segment = {
		.tuple = lvs_tuple_reverse(&packet->tuple), .tos = lvs_reply_dscp(packet),
		.flags = (uint8_t)(LVS_TCP_SYN | LVS_TCP_ACK | (cookie.ecn ? LVS_TCP_ECE : 0)),
		.seq = seq, .ack = cookie.client + 1,
		.options = { .mss = our_mss(engine, service, packet->ip6), .sack = cookie.sack,
			     .timestamps = cookie.timestamps, .value = value, .echo = asked.value,
			     .scale = cookie.scale == LVS_TCP_NO_SCALE ? LVS_TCP_NO_SCALE : LVS_SYN_PROXY_SCALE },
	};
	struct lvs_packet reply;

	if (packet->tcp_flags & (LVS_TCP_ACK | LVS_TCP_FIN) || packet->fragment) {
		lvs_reply_refuse(engine, packet);
		return LVS_DROP_NO_CONN;
	}
	reply = lvs_own_segment_make(engine, &segment);
	service->syn_memory.sent = engine->now;
	engine->stats.answered++;
	lvs_engine_say(engine, &reply, LVS_REPLY_COOKIE);
	return LVS_DROP_NONE;
}

bool lvs_syn_proxy_expects(const struct lvs_engine *engine, const struct lvs_service *service,
			   const struct lvs_packet *packet)
{
	const uint8_t asked = LVS_TCP_SYN | LVS_TCP_ACK | LVS_TCP_RST;
	lvs_ns sent = service->syn_memory.sent;

	return (packet->tcp_flags & asked) == LVS_TCP_ACK && !packet->fragment && sent &&
	       engine->now - sent < LVS_COOKIE_LIFETIME;
}

bool lvs_syn_proxy_proves(const struct lvs_engine *engine, const struct lvs_service *service,
			  const struct lvs_packet *packet, struct lvs_cookie *ret_cookie)
{
	const struct lvs_tcp *tcp;
	struct lvs_tcp_options options;

	if (!lvs_syn_proxy_expects(engine, service, packet))
		return false;
	tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	options = lvs_tcp_options_read(packet);
	return lvs_cookie_read(&engine->cookie_key, &packet->tuple, lvs_host32(tcp->seq), lvs_host32(tcp->ack), &options,
			       engine->now, ret_cookie);
}

void lvs_syn_proxy_learn(const struct lvs_rules *rules, struct lvs_service *service, uint8_t lacks, uint16_t mss)
{
	struct lvs_syn_memory *memory = &service->syn_memory;

	if (!is_current(rules, memory)) {
		memory->generation = rules->generation;
		memory->lacks = 0;
		memory->mss = 0;
	}
	memory->lacks |= lacks;
	if (mss)
		memory->mss = memory->mss ? LVS_MIN(memory->mss, mss) : mss;
}
