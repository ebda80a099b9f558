// SPDX-License-Identifier: GPL-2.0-or-later
/* IP in IP (RFC 2003, RFC 2473, RFC 4213): no header of its own, the outer one says what is inside. */
#include "engine/tunnel.h"

#include "engine/wire.h"

static uint32_t ipip_bytes(const struct lvs_tunnel_spec *spec)
{
	(void)spec;
	return 0;
}

static uint8_t ipip_put(const struct lvs_tunnel_spec *spec, const struct lvs_tunnel_ends *ends, uint8_t *at, uint32_t len)
{
	(void)spec;
	(void)at;
	(void)len;
	return ends->ip6 ? LVS_PROTO_IP6 : LVS_PROTO_IP4;
}

static int ipip_peel(const struct lvs_packet *packet, size_t at, uint8_t proto, lvs_be16 port, bool *ret_ip6)
{
	(void)packet;
	(void)at;
	(void)port;
	if (proto != LVS_PROTO_IP4 && proto != LVS_PROTO_IP6)
		return -1;
	*ret_ip6 = proto == LVS_PROTO_IP6;
	return 0;
}

const struct lvs_tunnel_ops lvs_tunnel_ipip = {
	.name = "ipip",
	.index = LVS_TUNNEL_INDEX_ipip,
	.bytes = ipip_bytes,
	.put = ipip_put,
	.peel = ipip_peel,
};
