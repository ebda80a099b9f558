// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On a TUN device the host is made to lead packets to it; on a TAP device the station there says by itself what it has.
 */
#include "lvsd/announce.h"

#include <errno.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "conf/via.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/masquerade.h"
#include "io/io.h"
#include "net/net.h"
#include "sys/clock.h"

/* Is it a machine that packets are sent to, or this one, or a name? */
static bool is_elsewhere(const struct lvs_server *server)
{
	return server->spec.forward != &lvs_forward_local && server->spec.forward != &lvs_forward_bypass;
}

/* Do its packets to strangers have to pass lvsd? What it begins itself in another name does, by whatever method. */
static bool is_led(const struct lvs_engine *engine, const struct lvs_server *server)
{
	if (!is_elsewhere(server))
		return server->led;
	return server->led || lvs_engine_masquerades(engine) ||
	       (server->spec.forward->replies && server->service->spec.helper);
}

/*
 * Single addresses of mark rules are VIPs like any other, unless they are those of others. Return: 0 or -ENOMEM; both lists are
 * the caller's, networks of others at the end of the second one
 */
static int list_addresses(const struct lvs_rules *rules, struct lvs_addr **ret_vips, struct lvs_prefix **ret_prefixes,
			  struct lvs_net_wanted *wanted)
{
	const struct lvs_prefix *prefix;
	struct lvs_prefix *end;
	bool transparent;
	uint32_t n = 0;

	while (lvs_classifier_prefix(rules->classifier, n, &transparent))
		n++;
	*ret_vips = calloc(rules->nservices + rules->nown + n + rules->ndips + 1, sizeof(**ret_vips));
	*ret_prefixes = calloc(n + 1, sizeof(**ret_prefixes));
	if (!*ret_vips || !*ret_prefixes)
		return -ENOMEM;
	end = *ret_prefixes + n;
	for (uint32_t i = 0; i < rules->nheads; i++)
		for (const struct lvs_vip *vip = rules->vip_heads[i]; vip; vip = vip->next)
			if ((vip->own || !lvs_list_empty(&vip->services)) && !lvs_addr_is_any(&vip->addr))
				(*ret_vips)[wanted->nvips++] = vip->addr;
	for (uint32_t i = 0; i < rules->ndips; i++)
		(*ret_vips)[wanted->nvips++] = rules->own[i].addr;
	for (uint32_t i = 0; (prefix = lvs_classifier_prefix(rules->classifier, i, &transparent)); i++) {
		if (transparent)
			end[-(ptrdiff_t)++wanted->ntransparent] = *prefix;
		else if (prefix->bits == LVS_PREFIX_HOST)
			(*ret_vips)[wanted->nvips++] = prefix->addr;
		else
			(*ret_prefixes)[wanted->nprefixes++] = *prefix;
	}
	wanted->vips = *ret_vips;
	wanted->prefixes = *ret_prefixes;
	wanted->transparent = end - wanted->ntransparent;
	return 0;
}

/* Do packets to it come from an address of the host, as the director has none? */
static bool is_sourced(const struct lvs_rules *rules, const struct lvs_server *server)
{
	bool ip4 = lvs_addr_is4(&server->spec.addr), own = false;

	for (uint32_t i = 0; i < rules->ndips && !own; i++)
		own = lvs_addr_is4(&rules->own[i].addr) == ip4;
	return server->spec.forward == &lvs_forward_tunnel && !own;
}

static int tell_net(struct lvs_engine *engine, struct lvs_net_wanted *wanted, struct lvs_net *net, bool at_once)
{
	const struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_addr *led = calloc(rules->servers_len, sizeof(*led));
	struct lvs_addr *one_way = calloc(rules->servers_len, sizeof(*one_way));
	struct lvs_addr *sourced = calloc(rules->servers_len, sizeof(*sourced));
	int err = led && one_way && sourced ? 0 : -ENOMEM;

	for (uint32_t i = 1; !err && i < rules->servers_len; i++) {
		const struct lvs_server *server = rules->servers[i];

		if (!server || !server->service)
			continue;
		if (is_sourced(rules, server))
			sourced[wanted->nsourced++] = server->spec.addr;
		if (is_led(engine, server))
			led[wanted->nservers++] = server->spec.addr;
		else if (is_elsewhere(server))
			one_way[wanted->none_way++] = server->spec.addr;
	}
	wanted->servers = led;
	wanted->one_way = one_way;
	wanted->sourced = sourced;
	if (!err)
		err = at_once ? lvs_net_apply(net, wanted) : lvs_net_want(net, wanted);
	free(led);
	free(one_way);
	free(sourced);
	return err;
}

/* No host stands between us and the servers: the way to each is the link. */
static int tell_lan(struct lvs_rules *rules, const struct lvs_net_wanted *wanted, uint32_t mtu, struct lvs_io *io,
		    struct lvs_net *net)
{
	const struct lvs_net_wanted nothing = { .nvips = 0 };
	int err = io->ops->claim(io, wanted->vips, wanted->nvips, lvs_clock_now());

	for (uint32_t i = 1; i < rules->servers_len; i++)
		if (rules->servers[i])
			lvs_server_set_mtu(rules->servers[i], mtu);
	return err ? err : lvs_net_apply(net, &nothing);
}

int lvs_announce(struct lvs_engine *engine, const struct lvs_conf *conf, struct lvs_net *net, struct lvs_io *io, bool at_once)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_addr asking[LVS_CONF_VIA_SOURCES_MAX];
	struct lvs_net_wanted wanted = { .asking = asking, .nasking = lvs_conf_via_sources(conf, asking) };
	struct lvs_prefix *prefixes = NULL;
	struct lvs_addr *vips = NULL;
	int err = list_addresses(rules, &vips, &prefixes, &wanted);

	if (!err && io->ops->claim)
		err = tell_lan(rules, &wanted, conf->device.mtu, io, net);
	else if (!err)
		err = tell_net(engine, &wanted, net, at_once);
	free(vips);
	free(prefixes);
	return err;
}
