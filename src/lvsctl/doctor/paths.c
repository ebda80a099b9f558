// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvsd's manual mode looks at the host and tells what is missing, with the command that mends it, and touches nothing: this
 * listens to what it says about the configuration at hand. It tries effects, so it does not matter who set things up.
 *
 * What it has no opinion on follows: clients and servers on one network, redirects, and tunnels through paths that are too
 * narrow for them.
 */
#include "lvsctl/doctor/doctor.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "conf/pool.h"
#include "conf/via.h"
#include "net/net.h"
#include "net/sysctl.h"
#include "sys/addrtext.h"

static const char mend[] = "; mend it with: ";

/* What a message of the network's part is about, by words in it; the first one that fits counts. */
static const struct {
	const char *words, *check;
} topics[] = {
	{ "rp_filter", "rp-filter" },		   { "reverse-path", "rp-filter" },
	{ "forward", "forwarding" },		   { "accept_local", "accept-local" },
	{ "requests to a virtual", "vip-route" },  { "attached subnet", "proxy" },
	{ "proxy_ndp", "proxy" },		   { "nobody answers", "proxy" },
	{ "replies do not reach", "return-route" }, { "packets do not reach", "vip-route" },
	{ "local table", "local-vip" },		   { "real server", "server-route" },
	{ "device", "device" },
};

/* @mtus: of the paths to servers */
struct look {
	struct lvs_doctor *doctor;
	size_t nmtus;
	struct {
		struct lvs_addr server;
		uint32_t mtu;
	} mtus[1024];
};

/*
 * "ip rule add A && ip rule del B" would stop where A is there already, which one half of the mistake may have left. Return:
 * the command, made to work in that case too
 */
static const char *again(const char *fix, char *buf, size_t size)
{
	const char *add = strstr(fix, "rule add "), *then = strstr(fix, " && ");

	if (!add || !then || then < add)
		return fix;
	(void)snprintf(buf, size, "%.*srule del %.*s 2>/dev/null; %s", (int)(add - fix), fix, (int)(then - add) - 9, add + 9, fix);
	return buf;
}

static void on_say(void *arg, enum lvs_net_level level, const char *text)
{
	struct look *look = arg;
	const char *fix = strstr(text, mend), *check = "network";
	char command[600];
	size_t i = 0;

	/* The device is the host's examination's. */
	if (level > LVS_NET_WARNING || !strncmp(text, "device \"", 8) || !strncmp(text, "no device", 9))
		return;
	while (i < sizeof(topics) / sizeof(*topics) && !strstr(text, topics[i].words))
		i++;
	if (i < sizeof(topics) / sizeof(*topics))
		check = topics[i].check;
	lvs_doctor_find(look->doctor, check, fix ? again(fix + strlen(mend), command, sizeof(command)) : "", "%.*s",
			fix ? (int)(fix - text) : (int)strlen(text), text);
}

static void on_path(void *arg, const struct lvs_addr *server, uint32_t mtu, const struct lvs_addr *source)
{
	struct look *look = arg;

	(void)source;
	if (look->nmtus == sizeof(look->mtus) / sizeof(*look->mtus))
		return;
	look->mtus[look->nmtus].server = *server;
	look->mtus[look->nmtus++].mtu = mtu;
}

/* All addresses that the configuration speaks of, sorted out. */
struct lists {
	struct lvs_addr *vips, *servers, *one_way;
	struct lvs_prefix *prefixes, *transparent;
	struct lvs_addr asking[LVS_CONF_VIA_SOURCES_MAX];
	struct lvs_net_wanted wanted;
};

static void list_services(const struct lvs_conf *conf, struct lists *lists)
{
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		if (!service->mark)
			lists->vips[lists->wanted.nvips++] = service->addr;
		for (size_t j = 0; j < service->nservers; j++) {
			const struct lvs_conf_server *server = &service->servers[j];

			if (!strcmp(server->forward, "local"))
				continue;
			if (!strcmp(server->forward, "masq"))
				lists->servers[lists->wanted.nservers++] = server->addr;
			else
				lists->one_way[lists->wanted.none_way++] = server->addr;
		}
	}
	for (size_t i = 0; i < conf->nmarks; i++) {
		const struct lvs_conf_mark *mark = &conf->marks[i];

		if (mark->transparent)
			lists->transparent[lists->wanted.ntransparent++] = mark->address;
		else if (mark->address.bits == LVS_PREFIX_HOST)
			lists->vips[lists->wanted.nvips++] = mark->address.addr;
		else
			lists->prefixes[lists->wanted.nprefixes++] = mark->address;
	}
}

/* Return: whether there was memory; lists_fini() in either case */
static bool make_lists(const struct lvs_conf *conf, struct lists *lists)
{
	size_t nservers = 1;
	uint32_t npool;

	for (size_t i = 0; i < conf->nservices; i++)
		nservers += conf->services[i].nservers;
	*lists = (struct lists){
		.vips = calloc(conf->nservices + conf->nmarks + LVS_CONF_POOL_MAX, sizeof(*lists->vips)),
		.servers = calloc(nservers, sizeof(*lists->servers)),
		.one_way = calloc(nservers, sizeof(*lists->one_way)),
		.prefixes = calloc(conf->nmarks + 1, sizeof(*lists->prefixes)),
		.transparent = calloc(conf->nmarks + 1, sizeof(*lists->transparent)),
	};
	if (!lists->vips || !lists->servers || !lists->one_way || !lists->prefixes || !lists->transparent)
		return false;
	list_services(conf, lists);
	if (*conf->director.source_pool &&
	    !lvs_conf_pool_parse(conf->director.source_pool, lists->vips + lists->wanted.nvips, &npool))
		lists->wanted.nvips += npool;
	lists->wanted.nasking = lvs_conf_via_sources(conf, lists->asking);
	lists->wanted.asking = lists->asking;
	lists->wanted.vips = lists->vips;
	lists->wanted.servers = lists->servers;
	lists->wanted.one_way = lists->one_way;
	lists->wanted.prefixes = lists->prefixes;
	lists->wanted.transparent = lists->transparent;
	return true;
}

static void lists_fini(struct lists *lists)
{
	free(lists->vips);
	free(lists->servers);
	free(lists->one_way);
	free(lists->prefixes);
	free(lists->transparent);
}

static void ask_net(struct look *look, const struct lists *lists)
{
	const struct lvs_conf *conf = look->doctor->conf;
	const char *interfaces[LVS_CONF_INTERFACES_MAX];
	const struct lvs_net_callbacks callbacks = { .arg = look, .say = on_say, .server_path = on_path };
	struct lvs_net_options options = {
		.setup = LVS_NET_MANUAL, .table = conf->network.table, .priority = conf->network.priority,
		.no_proxy = !conf->network.proxy, .ignore_tunneled = conf->director.ignore_tunneled,
		.server_interfaces = interfaces, .nserver_interfaces = conf->network.server_interfaces.n,
	};
	struct lvs_net *net;

	for (size_t i = 0; i < options.nserver_interfaces; i++)
		interfaces[i] = conf->network.server_interfaces.names[i];
	if (lvs_net_new(&options, &callbacks, &net)) {
		lvs_doctor_skip(look->doctor, "vip-route", "the kernel's routes cannot be asked for");
		return;
	}
	if (lvs_net_attach(net, conf->device.name))
		lvs_doctor_skip(look->doctor, "vip-route", "without the device there is nothing to lead packets to");
	else
		(void)lvs_net_apply(net, &lists->wanted);
	lvs_net_free(net);
}

/* The interface that has @addr on its network. Return: whether there is one; @ret_own is the interface's own address */
static bool attached(const struct ifaddrs *list, const struct lvs_addr *addr, const char **ret_name, struct lvs_addr *ret_own)
{
	for (; list; list = list->ifa_next) {
		const struct sockaddr_in *own = (const void *)list->ifa_addr, *mask = (const void *)list->ifa_netmask;

		if (!own || !mask || own->sin_family != AF_INET || !lvs_addr_is4(addr) ||
		    list->ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT) || mask->sin_addr.s_addr == INADDR_BROADCAST ||
		    (own->sin_addr.s_addr ^ addr->words[3]) & mask->sin_addr.s_addr)
			continue;
		*ret_name = list->ifa_name;
		*ret_own = lvs_addr_from4(own->sin_addr.s_addr);
		return true;
	}
	return false;
}

static void check_redirects(struct lvs_doctor *doctor, const char *interface)
{
	char path[LVS_NET_SYSCTL_BYTES], fix[160];
	int all = 0, own = 0;

	(void)snprintf(path, sizeof(path), "ipv4/conf/%.15s/send_redirects", interface);
	(void)lvs_net_sysctl_read("ipv4/conf/all/send_redirects", &all);
	(void)lvs_net_sysctl_read(path, &own);
	if (!all && !own)
		return;
	(void)snprintf(fix, sizeof(fix),
		       "sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.%.15s.send_redirects=0", interface);
	lvs_doctor_find(doctor, "redirects", fix,
			"clients and servers share \"%s\", where this host sends redirects past itself", interface);
}

/* A masqueraded server that has its client on its own network answers it directly, with an address the client never asked. */
static void check_neighbours(struct lvs_doctor *doctor)
{
	struct ifaddrs *list;
	char text[LVS_ADDR_TEXT_BYTES], fix[200];

	if (getifaddrs(&list))
		return;
	for (size_t i = 0; i < doctor->conf->nservices; i++) {
		const struct lvs_conf_service *service = &doctor->conf->services[i];
		const char *vip_side, *server_side;
		struct lvs_addr own;

		if (service->mark || !attached(list, &service->addr, &vip_side, &own))
			continue;
		for (size_t j = 0; j < service->nservers; j++) {
			const struct lvs_conf_server *server = &service->servers[j];

			if (strcmp(server->forward, "masq") != 0 || !attached(list, &server->addr, &server_side, &own) ||
			    strcmp(vip_side, server_side) != 0)
				continue;
			(void)snprintf(fix, sizeof(fix), "forward = \"fullnat\" and director.source_pool in lvs.conf, or forward = \"droute\"");
			lvs_doctor_find(doctor, "same-network", fix,
					"server %s is on the network of its service \"%s\": clients there get its answers directly, and take them for nobody's",
					lvs_addr_format(&server->addr, text), service->name);
			check_redirects(doctor, vip_side);
		}
	}
	freeifaddrs(list);
}

/* Bytes that a tunnel's packet is longer than what is in it, at most. */
static uint32_t overhead_of(const struct lvs_conf_server *server)
{
	uint32_t ip = lvs_addr_is4(&server->addr) ? 20 : 40;

	if (!server->tunnel.type || !strcmp(server->tunnel.type, "ipip"))
		return ip;
	return ip + (!strcmp(server->tunnel.type, "gre") ? 8 : 8 + 4 + 8);
}

static void check_tunnel(struct look *look, const struct lvs_conf_service *service, const struct lvs_conf_server *server)
{
	uint32_t mtu = server->mtu, mine = look->doctor->conf->device.mtu, more = overhead_of(server);
	char text[LVS_ADDR_TEXT_BYTES], fix[128];

	for (size_t i = 0; i < look->nmtus && !mtu; i++)
		if (lvs_addr_equal(&look->mtus[i].server, &server->addr))
			mtu = look->mtus[i].mtu;
	if (!mtu || mtu >= mine + more || service->mss || service->mss_clamp != LVS_CONF_MSS_OFF ||
	    service->protocol != IPPROTO_TCP)
		return;
	(void)snprintf(fix, sizeof(fix), "mss_clamp = \"auto\" in service \"%.60s\" of lvs.conf", service->name);
	lvs_doctor_find(look->doctor, "tunnel-mtu", fix,
			"server %s takes packets of %u bytes, and clients' packets of %u are %u longer in the tunnel",
			lvs_addr_format(&server->addr, text), mtu, mine, more);
}

void lvs_doctor_paths(struct lvs_doctor *doctor)
{
	struct look *look = calloc(1, sizeof(*look));
	struct lists lists;

	if (!look)
		return;
	look->doctor = doctor;
	if (!lvs_conf_on_lan(doctor->conf)) {
		if (make_lists(doctor->conf, &lists))
			ask_net(look, &lists);
		lists_fini(&lists);
		check_neighbours(doctor);
	}
	for (size_t i = 0; i < doctor->conf->nservices; i++)
		for (size_t j = 0; j < doctor->conf->services[i].nservers; j++)
			if (!strcmp(doctor->conf->services[i].servers[j].forward, "tunnel"))
				check_tunnel(look, &doctor->conf->services[i], &doctor->conf->services[i].servers[j]);
	free(look);
}
