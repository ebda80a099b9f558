// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots are taken whole, five listings one after the other, and thrown away whole: there is no second path that
 * keeps a copy of the kernel's state up to date message by message. Notifications only decide whether a new look is
 * worth its price, so each is compared with what the last look has shown: addresses whose lifetime is refreshed or
 * interfaces that report wireless scans are no news. Routes of others are never listed, since a host may carry a
 * million of them.
 */
#include "net/state.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/ipv6.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/net.h"
#include "net/rtnl.h"

/* A listing that changes while it is read is read again, but not forever. */
#define TRIES 5

/* Flags of an interface that change where packets go. */
#define LINK_FLAGS (IFF_UP | IFF_RUNNING | IFF_LOOPBACK | IFF_NOARP)

static uint8_t get_u8(const struct lvs_rtnl_attrs *attrs, unsigned int type)
{
	const struct nlattr *attr = attrs->v[type];

	return attr && mnl_attr_get_payload_len(attr) >= 1 ? mnl_attr_get_u8(attr) : 0;
}

static void get_name(const struct lvs_rtnl_attrs *attrs, unsigned int type, char name[IFNAMSIZ])
{
	const struct nlattr *attr = attrs->v[type];

	memset(name, 0, IFNAMSIZ);
	if (attr)
		memcpy(name, mnl_attr_get_payload(attr), strnlen(mnl_attr_get_payload(attr),
								   LVS_MIN(mnl_attr_get_payload_len(attr), IFNAMSIZ - 1)));
}

/* @bits: as they stand in the message; Return: whether the family is one of ours */
static bool get_prefix(const struct lvs_rtnl_attrs *attrs, unsigned int type, uint8_t family, uint8_t bits,
		       struct lvs_addr *ret_addr, uint8_t *ret_bits)
{
	bool ip4 = family == AF_INET;

	if (!ip4 && family != AF_INET6)
		return false;
	*ret_addr = lvs_net_any(ip4);
	if (attrs->v[type] && !lvs_rtnl_get_addr(attrs->v[type], ret_addr))
		return false;
	*ret_bits = (uint8_t)LVS_MIN(bits + lvs_net_any_bits(ip4), LVS_NET_HOST_BITS);
	return lvs_addr_is4(ret_addr) == ip4;
}

/* IPv6's view of a link: inside of the link's own message, or the whole of a message that IPv6 sends. */
static uint32_t get_mtu6(const struct lvs_rtnl_attrs *attrs)
{
	struct lvs_rtnl_attrs families, settings;
	const struct nlattr *conf;
	int32_t mtu;

	lvs_rtnl_parse_nested(attrs->v[IFLA_AF_SPEC], &families);
	lvs_rtnl_parse_nested(attrs->v[IFLA_PROTINFO] ? attrs->v[IFLA_PROTINFO] : families.v[AF_INET6], &settings);
	conf = settings.v[IFLA_INET6_CONF];
	if (!conf || mnl_attr_get_payload_len(conf) < (DEVCONF_MTU6 + 1) * sizeof(mtu))
		return 0;
	memcpy(&mtu, (const char *)mnl_attr_get_payload(conf) + DEVCONF_MTU6 * sizeof(mtu), sizeof(mtu));
	return (uint32_t)mtu;
}

/* By the kind of address that its links have: of protocols that have IP right inside of IP. */
static bool is_tunnel(unsigned short type)
{
	return type == ARPHRD_TUNNEL || type == ARPHRD_TUNNEL6 || type == ARPHRD_SIT || type == ARPHRD_IPGRE ||
	       type == ARPHRD_IP6GRE;
}

static bool parse_link(const struct nlmsghdr *nlh, struct lvs_net_link *ret_link)
{
	struct lvs_rtnl_attrs attrs;
	const struct ifinfomsg *ifi = lvs_rtnl_parse(nlh, sizeof(*ifi), &attrs);

	if (!ifi || ifi->ifi_family == AF_BRIDGE)
		return false;
	*ret_link = (struct lvs_net_link){
		.ifindex = (uint32_t)ifi->ifi_index,
		.flags = ifi->ifi_flags,
		.mtu = lvs_rtnl_get_u32(&attrs, IFLA_MTU),
		.mtu6 = get_mtu6(&attrs),
		.master = lvs_rtnl_get_u32(&attrs, IFLA_MASTER),
		.tunnel = is_tunnel(ifi->ifi_type),
	};
	get_name(&attrs, IFLA_IFNAME, ret_link->name);
	return true;
}

static bool parse_ifaddr(const struct nlmsghdr *nlh, struct lvs_net_ifaddr *ret_ifaddr)
{
	struct lvs_rtnl_attrs attrs;
	const struct ifaddrmsg *ifa = lvs_rtnl_parse(nlh, sizeof(*ifa), &attrs);
	uint8_t bits;

	*ret_ifaddr = (struct lvs_net_ifaddr){ 0 };
	if (!ifa || !attrs.v[IFA_ADDRESS] ||
	    !get_prefix(&attrs, IFA_ADDRESS, ifa->ifa_family, ifa->ifa_prefixlen, &ret_ifaddr->subnet, &ret_ifaddr->bits) ||
	    !get_prefix(&attrs, attrs.v[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS, ifa->ifa_family, 0, &ret_ifaddr->addr, &bits))
		return false;
	ret_ifaddr->ifindex = ifa->ifa_index;
	ret_ifaddr->unasked = ifa->ifa_family == AF_INET ? ifa->ifa_scope == RT_SCOPE_HOST : ifa->ifa_flags & IFA_F_DEPRECATED;
	return true;
}

/* Return: whether it is a route we could have installed; its originator in *ret_proto */
static bool parse_route(const struct nlmsghdr *nlh, struct lvs_net_object *ret_route, uint8_t *ret_proto)
{
	struct lvs_rtnl_attrs attrs;
	const struct rtmsg *rt = lvs_rtnl_parse(nlh, sizeof(*rt), &attrs);

	*ret_route = (struct lvs_net_object){ .kind = LVS_NET_ROUTE };
	if (!rt || rt->rtm_flags & RTM_F_CLONED ||
	    !get_prefix(&attrs, RTA_DST, rt->rtm_family, rt->rtm_dst_len, &ret_route->addr, &ret_route->bits))
		return false;
	ret_route->table = attrs.v[RTA_TABLE] ? lvs_rtnl_get_u32(&attrs, RTA_TABLE) : rt->rtm_table;
	ret_route->pref = lvs_rtnl_get_u32(&attrs, RTA_PRIORITY);
	ret_route->ifindex = lvs_rtnl_get_u32(&attrs, RTA_OIF);
	*ret_proto = rt->rtm_protocol;
	return true;
}

static bool parse_proxy(const struct nlmsghdr *nlh, struct lvs_net_object *ret_proxy, uint8_t *ret_proto)
{
	struct lvs_rtnl_attrs attrs;
	const struct ndmsg *nd = lvs_rtnl_parse(nlh, sizeof(*nd), &attrs);

	*ret_proxy = (struct lvs_net_object){ .kind = LVS_NET_PROXY };
	if (!nd || !(nd->ndm_flags & NTF_PROXY) || !attrs.v[NDA_DST] ||
	    !get_prefix(&attrs, NDA_DST, nd->ndm_family, LVS_NET_HOST_BITS, &ret_proxy->addr, &ret_proxy->bits))
		return false;
	ret_proxy->ifindex = (uint32_t)nd->ndm_ifindex;
	*ret_proto = get_u8(&attrs, NDA_PROTOCOL);
	return true;
}

/* @ret_plain: it looks at the packet in no way that struct lvs_net_object cannot express */
static bool parse_rule(const struct nlmsghdr *nlh, struct lvs_net_object *ret_rule, uint8_t *ret_proto, bool *ret_plain)
{
	static const uint8_t others[] = { FRA_DST, FRA_OIFNAME, FRA_FWMARK, FRA_UID_RANGE, FRA_SPORT_RANGE, FRA_DPORT_RANGE,
					  FRA_TUN_ID };
	struct lvs_rtnl_attrs attrs;
	const struct fib_rule_hdr *fr = lvs_rtnl_parse(nlh, sizeof(*fr), &attrs);

	*ret_rule = (struct lvs_net_object){ .kind = LVS_NET_RULE };
	if (!fr || !get_prefix(&attrs, FRA_SRC, fr->family, fr->src_len, &ret_rule->addr, &ret_rule->bits))
		return false;
	ret_rule->table = attrs.v[FRA_TABLE] ? lvs_rtnl_get_u32(&attrs, FRA_TABLE) : fr->table;
	ret_rule->pref = lvs_rtnl_get_u32(&attrs, FRA_PRIORITY);
	get_name(&attrs, FRA_IIFNAME, ret_rule->iif);
	ret_rule->ip_proto = get_u8(&attrs, FRA_IP_PROTO);
	/* The kernel tells -1 for "not set", and else how many bits do not count yet. */
	if (attrs.v[FRA_SUPPRESS_PREFIXLEN])
		ret_rule->suppress = (uint8_t)LVS_MIN(lvs_rtnl_get_u32(&attrs, FRA_SUPPRESS_PREFIXLEN) + 1, 255u);
	*ret_proto = get_u8(&attrs, FRA_PROTOCOL);
	*ret_plain = fr->action == FR_ACT_TO_TBL && !(fr->flags & FIB_RULE_INVERT) && fr->dst_len == 0 && fr->tos == 0;
	for (size_t i = 0; i < sizeof(others); i++)
		*ret_plain &= attrs.v[others[i]] == NULL;
	return true;
}

/* Return: @v with room for one more than @n elements; NULL, and @v as it was, if there is no memory */
static void *make_room(void *v, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;
	void *larger;

	if (n < *room)
		return v;
	larger = reallocarray(v, more, size);
	if (larger)
		*room = more;
	return larger;
}

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_net_state *state = arg;
	struct lvs_net_link link, *links;

	if (!parse_link(nlh, &link))
		return MNL_CB_OK;
	links = make_room(state->links, state->nlinks, &state->room_links, sizeof(link));
	state->failed |= links == NULL;
	if (links) {
		state->links = links;
		links[state->nlinks++] = link;
	}
	return MNL_CB_OK;
}

/* By its place and kind: older kernels keep no originator of addresses. */
static bool is_own(const struct lvs_net_state *state, const struct lvs_net_ifaddr *ifaddr)
{
	return ifaddr->ifindex == state->device && ifaddr->bits == LVS_NET_HOST_BITS && ifaddr->unasked;
}

static int on_ifaddr(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_net_state *state = arg;
	struct lvs_net_ifaddr ifaddr, *addrs;

	if (!parse_ifaddr(nlh, &ifaddr))
		return MNL_CB_OK;
	if (is_own(state, &ifaddr)) {
		const struct lvs_net_object own = {
			.kind = LVS_NET_ADDR, .addr = ifaddr.addr, .bits = LVS_NET_HOST_BITS, .ifindex = ifaddr.ifindex,
		};

		lvs_net_objects_push(&state->ours, &own);
	}
	addrs = make_room(state->addrs, state->naddrs, &state->room_addrs, sizeof(ifaddr));
	state->failed |= addrs == NULL;
	if (addrs) {
		state->addrs = addrs;
		addrs[state->naddrs++] = ifaddr;
	}
	return MNL_CB_OK;
}

static int on_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_net_state *state = arg;
	struct lvs_net_object rule;
	uint32_t *pref;
	uint8_t proto;
	bool plain;

	if (!parse_rule(nlh, &rule, &proto, &plain))
		return MNL_CB_OK;
	pref = &state->local_pref[lvs_addr_is4(&rule.addr)];
	if (proto == LVS_NET_PROTO)
		lvs_net_objects_push(&state->ours, &rule);
	else if (plain && rule.table == RT_TABLE_LOCAL && !rule.iif[0] && !rule.ip_proto && !rule.suppress &&
		 rule.bits == lvs_net_any_bits(lvs_addr_is4(&rule.addr)))
		*pref = LVS_MIN(*pref, rule.pref);
	return MNL_CB_OK;
}

static int on_proxy(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_net_state *state = arg;
	struct lvs_net_object proxy;
	uint8_t proto;

	if (parse_proxy(nlh, &proxy, &proto))
		lvs_net_objects_push(proto == LVS_NET_PROTO ? &state->ours : &state->foreign, &proxy);
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_net_state *state = arg;
	struct lvs_net_object route;
	uint8_t proto;

	if (parse_route(nlh, &route, &proto) && proto == LVS_NET_PROTO)
		lvs_net_objects_push(&state->ours, &route);
	return MNL_CB_OK;
}

static int list(struct lvs_rtnl *rtnl, uint16_t type, uint8_t family, mnl_cb_t on_answer, struct lvs_net_state *state)
{
	/* Message types come in fours: new, delete, get, set. */
	static const size_t sizes[] = { sizeof(struct ifinfomsg), sizeof(struct ifaddrmsg), sizeof(struct rtmsg),
					sizeof(struct ndmsg), sizeof(struct fib_rule_hdr) };
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	char *header = mnl_nlmsg_put_extra_header(nlh, sizes[(type - RTM_BASE) / 4]);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_DUMP;
	header[0] = (char)family;	/* the first byte of all of them */
	if (type == RTM_GETLINK)
		mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (type == RTM_GETNEIGH)
		((struct ndmsg *)(void *)header)->ndm_flags = NTF_PROXY;
	if (type == RTM_GETROUTE)
		((struct rtmsg *)(void *)header)->rtm_protocol = LVS_NET_PROTO;
	return lvs_rtnl_ask(rtnl, nlh, on_answer, state);
}

static int load_once(struct lvs_rtnl *rtnl, struct lvs_net_state *state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	int err;

	err = list(rtnl, RTM_GETLINK, AF_UNSPEC, on_link, state);
	if (!err)
		err = list(rtnl, RTM_GETADDR, AF_UNSPEC, on_ifaddr, state);
	for (size_t i = 0; i < sizeof(families); i++) {
		if (!err)
			err = list(rtnl, RTM_GETRULE, families[i], on_rule, state);
		if (!err)
			err = list(rtnl, RTM_GETNEIGH, families[i], on_proxy, state);
		if (!err)
			err = list(rtnl, RTM_GETROUTE, families[i], on_route, state);
		if (err == -EAFNOSUPPORT || err == -EOPNOTSUPP)
			err = 0;	/* a kernel without IPv6 */
	}
	if (err)
		return err;
	if (state->failed || lvs_net_objects_sort(&state->ours) < 0 || lvs_net_objects_sort(&state->foreign) < 0)
		return -ENOMEM;
	return 0;
}

int lvs_net_state_load(struct lvs_rtnl *rtnl, uint32_t device, struct lvs_net_state *ret_state)
{
	int err = -EINTR;

	for (int i = 0; i < TRIES && err == -EINTR; i++) {
		struct lvs_net_state state = { .local_pref = { LVS_NET_NO_PREF, LVS_NET_NO_PREF }, .device = device };

		err = load_once(rtnl, &state);
		if (!err)
			*ret_state = state;
		else
			lvs_net_state_fini(&state);
	}
	return err;
}

void lvs_net_state_fini(struct lvs_net_state *state)
{
	free(state->links);
	free(state->addrs);
	lvs_net_objects_fini(&state->ours);
	lvs_net_objects_fini(&state->foreign);
	*state = (struct lvs_net_state){ 0 };
}

const struct lvs_net_link *lvs_net_state_link(const struct lvs_net_state *state, uint32_t ifindex)
{
	for (size_t i = 0; i < state->nlinks; i++)
		if (state->links[i].ifindex == ifindex)
			return &state->links[i];
	return NULL;
}

const struct lvs_net_link *lvs_net_state_link_by_name(const struct lvs_net_state *state, const char *name)
{
	for (size_t i = 0; i < state->nlinks; i++)
		if (strcmp(state->links[i].name, name) == 0)
			return &state->links[i];
	return NULL;
}

static bool link_is_known(const struct lvs_net_state *state, const struct lvs_net_link *link, const struct nlmsghdr *nlh)
{
	const struct lvs_net_link *known = lvs_net_state_link(state, link->ifindex);
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	if (!known)
		return false;
	if (ifi->ifi_family == AF_INET6)	/* IPv6 tells of its own settings alone */
		return known->mtu6 == link->mtu6;
	return strcmp(known->name, link->name) == 0 && ((known->flags ^ link->flags) & LINK_FLAGS) == 0 &&
	       known->mtu == link->mtu && known->master == link->master;
}

static bool ifaddr_is_known(const struct lvs_net_state *state, const struct lvs_net_ifaddr *ifaddr)
{
	for (size_t i = 0; i < state->naddrs; i++)
		if (state->addrs[i].ifindex == ifaddr->ifindex && state->addrs[i].bits == ifaddr->bits &&
		    lvs_addr_equal(&state->addrs[i].addr, &ifaddr->addr) &&
		    lvs_addr_equal(&state->addrs[i].subnet, &ifaddr->subnet))
			return true;
	return false;
}

static unsigned int lost(const struct nlmsghdr *nlh, uint16_t type, uint8_t proto)
{
	return nlh->nlmsg_type == type && proto == LVS_NET_PROTO ? LVS_NET_EVENT_OURS : 0;
}

unsigned int lvs_net_state_event(const struct lvs_net_state *state, const struct nlmsghdr *nlh, struct lvs_addr *ret_prefix,
				 uint8_t *ret_bits)
{
	struct lvs_net_object object;
	struct lvs_net_ifaddr ifaddr;
	struct lvs_net_link link;
	uint8_t proto;
	bool plain;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
		if (!parse_link(nlh, &link) || link_is_known(state, &link, nlh))
			return 0;
		return LVS_NET_EVENT_HOST | LVS_NET_EVENT_ROUTES;
	case RTM_DELLINK:
		return parse_link(nlh, &link) ? LVS_NET_EVENT_HOST | LVS_NET_EVENT_ROUTES : 0;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (!parse_ifaddr(nlh, &ifaddr) || ifaddr_is_known(state, &ifaddr) == (nlh->nlmsg_type == RTM_NEWADDR))
			return 0;
		/* IPv4 routes that preferred a lost source address go without a word. */
		return LVS_NET_EVENT_HOST | (nlh->nlmsg_type == RTM_DELADDR ? LVS_NET_EVENT_ROUTES : 0) |
		       (nlh->nlmsg_type == RTM_DELADDR && is_own(state, &ifaddr) ? LVS_NET_EVENT_OURS : 0);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (!parse_route(nlh, &object, &proto))
			return 0;
		*ret_prefix = object.addr;
		*ret_bits = object.bits;
		return LVS_NET_EVENT_PREFIX | (proto == LVS_NET_PROTO ? LVS_NET_EVENT_HOST : 0) |
		       lost(nlh, RTM_DELROUTE, proto);
	case RTM_NEWRULE:
	case RTM_DELRULE:
		if (!parse_rule(nlh, &object, &proto, &plain))
			return 0;
		return LVS_NET_EVENT_HOST | LVS_NET_EVENT_ROUTES | lost(nlh, RTM_DELRULE, proto);
	default:
		return 0;
	}
}
