// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of the configuration as the engine wants them. Both sides name the same things in enums of their own. */
#include "lvsd/spec.h"

#include <arpa/inet.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/pool.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/helper.h"
#include "engine/introduce.h"
#include "engine/persist.h"
#include "engine/sched.h"

/* Milliseconds: half of RFC 6298's first timeout, so that no client's first repetition comes too early to count. */
#define SILENCE_DEFAULT 500

static void timeouts_from(const struct lvs_conf_timeouts *t, uint32_t ret[LVS_PROTO_INDEX_COUNT][LVS_STATES_MAX])
{
	/* Order of the states in engine/proto/tcp.c: IPVS' numbers. */
	const uint32_t tcp[] = { 0,		t->tcp,		 t->tcp_synsent,  t->tcp_synrecv, t->tcpfin,	 t->tcp_timewait,
				 t->tcp_close,	t->tcp_closewait, t->tcp_lastack, t->tcp_listen,  t->tcp_synack };
	/* And in engine/proto/sctp.c. */
	const uint32_t sctp[] = { 0,		   t->sctp_init1,  t->sctp_init, t->sctp_cookie,   t->sctp_cookie,
				  t->sctp_cookie,  t->sctp_cookie, t->sctp_cookie, t->sctp,	   t->sctp_shutdown,
				  t->sctp_shutdown, t->sctp_shutdown, t->sctp_rejected, t->sctp_closed };

	memcpy(ret[LVS_PROTO_INDEX_tcp], tcp, sizeof(tcp));
	ret[LVS_PROTO_INDEX_udp][0] = t->udp;
	memcpy(ret[LVS_PROTO_INDEX_sctp], sctp, sizeof(sctp));
}

static uint8_t choice_of(enum lvs_conf_answer answer)
{
	static const uint8_t choices[] = {
		[LVS_CONF_DEFAULT] = LVS_CHOICE_INHERIT, [LVS_CONF_NO] = LVS_CHOICE_NO, [LVS_CONF_YES] = LVS_CHOICE_YES,
	};

	return choices[answer];
}

static enum lvs_reuse reuse_of(enum lvs_conf_reuse reuse)
{
	static const enum lvs_reuse reuses[] = {
		[LVS_CONF_REUSE_DEFAULT] = LVS_REUSE_INHERIT, [LVS_CONF_REUSE_0] = LVS_REUSE_NEVER,
		[LVS_CONF_REUSE_1] = LVS_REUSE_OVER, [LVS_CONF_REUSE_2] = LVS_REUSE_CLOSING,
	};

	return reuses[reuse];
}

/* What a host does for us on a TUN device. */
static void lan_settings_from(const struct lvs_conf *conf, struct lvs_engine_settings *ret)
{
	ret->decrement_ttl = true;
	ret->direct_offload = true;
	ret->link_mtu = conf->device.mtu;
	for (size_t i = 0; i < conf->tap.addresses.n; i++)
		ret->own[ret->nown++] = conf->tap.addresses.list[i].addr;
}
static_assert(LVS_CONF_ADDRESSES_MAX <= LVS_OWN_MAX - 2, "what a file may have the engine takes");

void lvs_spec_settings(const struct lvs_conf *conf, struct lvs_engine_settings *ret)
{
	static const enum lvs_ping pings[] = {
		[LVS_CONF_PING_WHEN_UP] = LVS_PING_WHEN_LIVE,
		[LVS_CONF_PING_ALWAYS] = LVS_PING_ALWAYS,
		[LVS_CONF_PING_NEVER] = LVS_PING_NEVER,
	};

	*ret = (struct lvs_engine_settings){ .ping = pings[conf->director.ping],
					     .reply_rate = conf->director.reply_rate };
	ret->defence = (struct lvs_defence_settings){
		.drop_entry = (enum lvs_defence_mode)conf->director.drop_entry,
		.drop_packet = (enum lvs_defence_mode)conf->director.drop_packet,
		.secure_tcp = (enum lvs_defence_mode)conf->director.secure_tcp,
		.rate = conf->director.am_droprate,
		.max_half_open = conf->director.max_half_open,
	};
	ret->syn_backlog = conf->director.syn_backlog;
	ret->mtu = conf->device.mtu;
	ret->dip4 = lvs_conf_dip(conf, true);
	ret->dip6 = lvs_conf_dip(conf, false);
	if (lvs_conf_on_lan(conf))
		lan_settings_from(conf, ret);
	else
		ret->decrement_ttl_apart = true;
	ret->pmtu_disc = conf->director.pmtu_disc;
	ret->schedule_icmp = conf->director.schedule_icmp;
	ret->sloppy[LVS_PROTO_INDEX_tcp] = conf->director.sloppy_tcp;
	ret->sloppy[LVS_PROTO_INDEX_sctp] = conf->director.sloppy_sctp;
	ret->nat_icmp_send = conf->director.nat_icmp_send;
	ret->expire_nodest_conn = conf->director.expire_nodest_conn;
	ret->expire_quiescent_template = conf->director.expire_quiescent_template;
	ret->cache_bypass = conf->director.cache_bypass;
	ret->conn_reuse = reuse_of((enum lvs_conf_reuse)(LVS_CONF_REUSE_0 + conf->director.conn_reuse_mode));
	timeouts_from(&conf->timeouts, ret->timeouts);
}

static struct lvs_persist_spec persist_spec(const struct lvs_conf_service *service)
{
	const struct lvs_conf_persistent *conf = &service->persistent;
	struct in_addr netmask;

	if (!conf->on)
		return (struct lvs_persist_spec){ .timeout = 0 };
	(void)inet_pton(AF_INET, conf->netmask, &netmask);	/* was read before */
	return (struct lvs_persist_spec){
		.timeout = conf->timeout,
		.sliding = conf->sliding,
		.keep = conf->on_failure == LVS_CONF_KEEP,
		.stay = conf->on_drain == LVS_CONF_KEEP,
		.mask = lvs_addr_is4(&service->addr) ? lvs_persist_mask4((LVS_FORCE lvs_be32)netmask.s_addr) :
						      lvs_persist_mask6(conf->prefix6),
	};
}

static struct lvs_limit_spec limit_spec(const struct lvs_conf_service *service)
{
	const struct lvs_conf_limits *conf = &service->limits;

	if (!conf->on)
		return (struct lvs_limit_spec){ .reset = false };
	return (struct lvs_limit_spec){
		.client_connections = conf->client_connections,
		.client_bits4 = (uint8_t)(LVS_PREFIX_IP4 + conf->client_prefix4),
		.client_bits6 = (uint8_t)conf->client_prefix6,
		.client_rate = lvs_rate_of(conf->client_rate, conf->client_burst),
		.server_rate = lvs_rate_of(conf->server_rate, conf->server_burst),
		.reset = conf->on_limit == LVS_CONF_LIMIT_RESET,
	};
}

static struct lvs_retry_spec retry_spec(const struct lvs_conf_retry *conf)
{
	return (struct lvs_retry_spec){
		.offers = conf->on ? (uint8_t)conf->servers : 0,
		.silence = (conf->on ? conf->silence : SILENCE_DEFAULT) * LVS_NS_PER_MS,
	};
}

static struct lvs_eject_spec eject_spec(const struct lvs_conf_passive *conf)
{
	return (struct lvs_eject_spec){
		.failures = conf->on ? conf->failures : 0,
		.time = LVS_SECONDS(conf->eject),
		.time_max = LVS_SECONDS(conf->eject_max),
		.share = (uint8_t)conf->share,
	};
}

/* Where names differ bits are the same: what is a port to sh is one to mh. */
static uint8_t sched_flags(uint32_t flags)
{
	uint8_t bits = 0;

	if (flags & (LVS_CONF_SH_FALLBACK | LVS_CONF_MH_FALLBACK | LVS_CONF_FLAG_1))
		bits |= LVS_SCHED_FALLBACK;
	if (flags & (LVS_CONF_SH_PORT | LVS_CONF_MH_PORT | LVS_CONF_FLAG_2))
		bits |= LVS_SCHED_PORT;
	if (flags & LVS_CONF_FLAG_3)
		bits |= LVS_SCHED_FLAG_3;
	return bits;
}

struct lvs_service_key lvs_spec_key(const struct lvs_conf_service *service)
{
	bool ranged = service->ports.n > 0;
	uint16_t port = ranged ? service->ports.ranges[0].first : service->port;

	return (struct lvs_service_key){ .addr = service->addr, .port = LVS_BE16(port), .proto = service->protocol,
					 .ranged = ranged, .mark = service->mark };
}

struct lvs_service_spec lvs_spec_service(const struct lvs_conf_service *service)
{
	static const enum lvs_syn_proxy_mode syn_proxies[] = {
		[LVS_CONF_SYN_PROXY_OFF] = LVS_SYN_PROXY_OFF,
		[LVS_CONF_SYN_PROXY_AUTO] = LVS_SYN_PROXY_AUTO,
		[LVS_CONF_SYN_PROXY_ON] = LVS_SYN_PROXY_ON,
	};
	struct lvs_service_spec spec = {
		.key = lvs_spec_key(service),
		.ports = service->ports,
		.sched = lvs_sched_find(service->scheduler),
		.persist = persist_spec(service),
		.limits = limit_spec(service),
		.retry = retry_spec(&service->connect_retry),
		.eject = eject_spec(&service->passive),
		.pickup = service->pickup,
		.one_packet = service->one_packet,
		.helper = lvs_helper_find(service->helper),
		.syn_proxy = syn_proxies[service->syn_proxy],
		.mss = (uint16_t)service->mss,
		.mss_of_path = service->mss_clamp == LVS_CONF_MSS_AUTO,
		.sched_flags = sched_flags(service->scheduler_flags),
		.mh_as_added = service->mh_order == LVS_CONF_MH_ORDER_ADDED,
		.mh_slots = service->mh_table_size,
		.lblc_expiration = service->lblc_expiration,
		.sloppy = { [LVS_PROTO_INDEX_tcp] = choice_of(service->sloppy_tcp),
			    [LVS_PROTO_INDEX_sctp] = choice_of(service->sloppy_sctp) },
		.expire_nodest_conn = choice_of(service->expire_nodest_conn),
		.expire_quiescent_template = choice_of(service->expire_quiescent_template),
		.cache_bypass = choice_of(service->cache_bypass),
		.conn_reuse = (uint8_t)reuse_of(service->conn_reuse_mode),
	};

	timeouts_from(&service->timeouts.seconds, spec.timeouts);
	return spec;
}

static struct lvs_tunnel_spec tunnel_spec(const struct lvs_conf_tunnel *conf)
{
	static const uint8_t csums[] = {
		[LVS_CONF_NOCSUM] = LVS_TUNNEL_NOCSUM,
		[LVS_CONF_CSUM] = LVS_TUNNEL_CSUM,
		[LVS_CONF_REMCSUM] = LVS_TUNNEL_REMCSUM,
	};

	return (struct lvs_tunnel_spec){ .type = lvs_tunnel_find(conf->type)->index, .csum = csums[conf->csum],
					 .port = LVS_BE16(conf->port) };
}

struct lvs_server_spec lvs_spec_server(const struct lvs_conf_server *server)
{
	static const uint8_t introductions[] = {
		[LVS_CONF_CLIENT_UNSAID] = LVS_INTRODUCE_NOT,
		[LVS_CONF_CLIENT_NONE] = LVS_INTRODUCE_NOT,
		[LVS_CONF_CLIENT_PROXY_V2] = LVS_INTRODUCE_PROXY,
		[LVS_CONF_CLIENT_TOA] = LVS_INTRODUCE_TOA,
	};
	struct lvs_server_spec spec = {
		.addr = server->addr,
		.port = LVS_BE16(server->port),
		.weight = server->weight,
		.upper = server->upper_threshold,
		.lower = server->lower_threshold,
		.drain = server->drain.on,
		.drain_seconds = server->drain.timeout,
		.forward = lvs_forward_find(server->forward),
		.tunnel = tunnel_spec(&server->tunnel),
		.mtu = server->mtu,
		.introduce = introductions[server->client_address],
	};
	memcpy(spec.site, server->site, sizeof(spec.site));
	return spec;
}
