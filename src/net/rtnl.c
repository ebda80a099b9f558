// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rtnetlink answers a question before sendto() returns, so asking is a blocking call that never waits. Listings are
 * filtered in the kernel where it can do that (NETLINK_GET_STRICT_CHK, Linux 4.20); the readers filter again for those
 * that cannot.
 */
#include "net/rtnl.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/ip.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/net.h"

/* Notifications of a burst of changes by somebody else; what does not fit costs a new look at everything. */
#define LISTEN_BYTES (1 << 20)

static void set_option(const struct lvs_rtnl *rtnl, int option)
{
	int on = 1;

	(void)mnl_socket_setsockopt(rtnl->nl, option, &on, sizeof(on));	/* older kernels lack some of them */
}

int lvs_rtnl_open(uint32_t groups, struct lvs_rtnl *ret_rtnl)
{
	struct lvs_rtnl rtnl = { .buf = malloc(LVS_RTNL_BUF_BYTES) };
	int size = LISTEN_BYTES;
	int err;

	if (!rtnl.buf)
		return -ENOMEM;
	rtnl.nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0));
	if (!rtnl.nl || mnl_socket_bind(rtnl.nl, groups, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		lvs_rtnl_close(&rtnl);
		return err;
	}
	rtnl.portid = mnl_socket_get_portid(rtnl.nl);
	set_option(&rtnl, NETLINK_EXT_ACK);
	set_option(&rtnl, NETLINK_CAP_ACK);
	set_option(&rtnl, NETLINK_GET_STRICT_CHK);
	if (groups)
		(void)setsockopt(mnl_socket_get_fd(rtnl.nl), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	*ret_rtnl = rtnl;
	return 0;
}

void lvs_rtnl_close(struct lvs_rtnl *rtnl)
{
	if (rtnl->nl)
		(void)mnl_socket_close(rtnl->nl);
	free(rtnl->buf);
	*rtnl = (struct lvs_rtnl){ 0 };
}

static int on_why(const struct nlattr *attr, void *arg)
{
	struct lvs_rtnl *rtnl = arg;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0) {
		size_t len = strnlen(mnl_attr_get_str(attr), sizeof(rtnl->why) - 1);

		memcpy(rtnl->why, mnl_attr_get_str(attr), len);
		rtnl->why[len] = '\0';
	}
	return MNL_CB_OK;
}

/* The kernel's words follow the message they are about, of which NETLINK_CAP_ACK leaves the header. */
static void keep_why(struct lvs_rtnl *rtnl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*error);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += error->msg.nlmsg_len - sizeof(error->msg);
	if (skip <= mnl_nlmsg_get_payload_len(nlh))
		(void)mnl_attr_parse(nlh, (unsigned int)skip, on_why, rtnl);
}

/* Return: 1 to read on, 0 at the end, or the error */
static int read_message(struct lvs_rtnl *rtnl, const struct nlmsghdr *nlh, mnl_cb_t on_answer, void *arg)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	switch (nlh->nlmsg_type) {
	case NLMSG_DONE:
		return 0;
	case NLMSG_ERROR:
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
			return -EBADMSG;
		keep_why(rtnl, nlh);
		return error->error;
	default:
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && on_answer)
			(void)on_answer(nlh, arg);
		return 1;
	}
}

int lvs_rtnl_ask(struct lvs_rtnl *rtnl, struct nlmsghdr *nlh, mnl_cb_t on_answer, void *arg)
{
	bool torn = false;
	int rc = 1;

	nlh->nlmsg_flags |= NLM_F_REQUEST;
	/* Every question has a last answer, so that nothing is left in the socket. Flags of listings and of changes share
	 * bits. */
	if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = ++rtnl->seq;
	rtnl->why[0] = '\0';
	if (mnl_socket_sendto(rtnl->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (rc > 0) {
		ssize_t got = mnl_socket_recvfrom(rtnl->nl, rtnl->buf, LVS_RTNL_BUF_BYTES);
		int len = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		nlh = (struct nlmsghdr *)(void *)rtnl->buf;
		for (; rc > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != rtnl->seq)
				continue;
			torn |= (nlh->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
			rc = read_message(rtnl, nlh, on_answer, arg);
		}
	}
	return rc == 0 && torn ? -EINTR : rc;
}

static int on_attr(const struct nlattr *attr, void *arg)
{
	struct lvs_rtnl_attrs *attrs = arg;

	if (mnl_attr_get_type(attr) < ARRAY_LEN(attrs->v))
		attrs->v[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

const void *lvs_rtnl_parse(const struct nlmsghdr *nlh, size_t header, struct lvs_rtnl_attrs *ret_attrs)
{
	*ret_attrs = (struct lvs_rtnl_attrs){ 0 };
	if (mnl_nlmsg_get_payload_len(nlh) < header)
		return NULL;
	(void)mnl_attr_parse(nlh, (unsigned int)header, on_attr, ret_attrs);
	return mnl_nlmsg_get_payload(nlh);
}

void lvs_rtnl_parse_nested(const struct nlattr *attr, struct lvs_rtnl_attrs *ret_attrs)
{
	*ret_attrs = (struct lvs_rtnl_attrs){ 0 };
	if (attr)
		(void)mnl_attr_parse_nested(attr, on_attr, ret_attrs);
}

uint32_t lvs_rtnl_get_u32(const struct lvs_rtnl_attrs *attrs, unsigned int type)
{
	const struct nlattr *attr = attrs->v[type];

	return attr && mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

void lvs_rtnl_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct lvs_addr *addr)
{
	if (lvs_addr_is4(addr))
		mnl_attr_put(nlh, type, sizeof(addr->words[3]), &addr->words[3]);
	else
		mnl_attr_put(nlh, type, sizeof(addr->bytes), addr->bytes);
}

bool lvs_rtnl_get_addr(const struct nlattr *attr, struct lvs_addr *ret_addr)
{
	lvs_be32 addr4;

	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(addr4):
		memcpy(&addr4, mnl_attr_get_payload(attr), sizeof(addr4));
		*ret_addr = lvs_addr_from4(addr4);
		return true;
	case sizeof(*ret_addr):
		*ret_addr = lvs_addr_from6(mnl_attr_get_payload(attr));
		return true;
	default:
		return false;
	}
}

static uint8_t family_of(const struct lvs_net_object *object)
{
	return lvs_addr_is4(&object->addr) ? AF_INET : AF_INET6;
}

static uint8_t wire_bits(const struct lvs_net_object *object)
{
	return (uint8_t)(object->bits - lvs_net_any_bits(lvs_addr_is4(&object->addr)));
}

static void put_route(struct nlmsghdr *nlh, const struct lvs_net_object *route, bool install, uint8_t proto)
{
	struct rtmsg *rt = mnl_nlmsg_put_extra_header(nlh, sizeof(*rt));

	nlh->nlmsg_type = install ? RTM_NEWROUTE : RTM_DELROUTE;
	*rt = (struct rtmsg){
		.rtm_family = family_of(route),
		.rtm_dst_len = wire_bits(route),
		.rtm_table = RT_TABLE_UNSPEC,	/* RTA_TABLE: numbers above 255 */
		.rtm_protocol = proto,
		.rtm_scope = lvs_addr_is4(&route->addr) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	if (rt->rtm_dst_len)
		lvs_rtnl_put_addr(nlh, RTA_DST, &route->addr);
	mnl_attr_put_u32(nlh, RTA_OIF, route->ifindex);
	mnl_attr_put_u32(nlh, RTA_TABLE, route->table);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, route->pref);
}

static void put_proxy(struct nlmsghdr *nlh, const struct lvs_net_object *proxy, bool install, uint8_t proto)
{
	struct ndmsg *nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));

	nlh->nlmsg_type = install ? RTM_NEWNEIGH : RTM_DELNEIGH;
	*nd = (struct ndmsg){
		.ndm_family = family_of(proxy),
		.ndm_ifindex = (int)proxy->ifindex,
		.ndm_state = NUD_PERMANENT,
		.ndm_flags = NTF_PROXY,
	};
	lvs_rtnl_put_addr(nlh, NDA_DST, &proxy->addr);
	if (install)
		mnl_attr_put_u8(nlh, NDA_PROTOCOL, proto);
}

static void put_rule(struct nlmsghdr *nlh, const struct lvs_net_object *rule, bool install, uint8_t proto)
{
	struct fib_rule_hdr *fr = mnl_nlmsg_put_extra_header(nlh, sizeof(*fr));

	nlh->nlmsg_type = install ? RTM_NEWRULE : RTM_DELRULE;
	*fr = (struct fib_rule_hdr){
		.family = family_of(rule),
		.src_len = wire_bits(rule),
		.table = RT_TABLE_UNSPEC,
		.action = FR_ACT_TO_TBL,
	};
	if (fr->src_len)
		lvs_rtnl_put_addr(nlh, FRA_SRC, &rule->addr);
	mnl_attr_put_u32(nlh, FRA_PRIORITY, rule->pref);
	mnl_attr_put_u32(nlh, FRA_TABLE, rule->table);
	mnl_attr_put_u8(nlh, FRA_PROTOCOL, proto);
	if (rule->iif[0])
		mnl_attr_put_strz(nlh, FRA_IIFNAME, rule->iif);
	if (rule->ip_proto)
		mnl_attr_put_u8(nlh, FRA_IP_PROTO, rule->ip_proto);
	if (rule->suppress)
		mnl_attr_put_u32(nlh, FRA_SUPPRESS_PREFIXLEN, rule->suppress - 1u);
}

/* One that nobody uses who does not ask for it: IPv6 has no scope for that, but time that is over. */
static void put_ifaddr(struct nlmsghdr *nlh, const struct lvs_net_object *addr, bool install)
{
	const struct ifa_cacheinfo deprecated = { .ifa_prefered = 0, .ifa_valid = UINT32_MAX };
	bool ip4 = lvs_addr_is4(&addr->addr);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	nlh->nlmsg_type = install ? RTM_NEWADDR : RTM_DELADDR;
	*ifa = (struct ifaddrmsg){
		.ifa_family = family_of(addr),
		.ifa_prefixlen = wire_bits(addr),
		.ifa_scope = ip4 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
		.ifa_flags = ip4 ? 0 : IFA_F_NODAD,
		.ifa_index = addr->ifindex,
	};
	lvs_rtnl_put_addr(nlh, IFA_LOCAL, &addr->addr);
	lvs_rtnl_put_addr(nlh, IFA_ADDRESS, &addr->addr);
	if (install && !ip4)
		mnl_attr_put(nlh, IFA_CACHEINFO, sizeof(deprecated), &deprecated);
}

int lvs_rtnl_change(struct lvs_rtnl *rtnl, const struct lvs_net_object *object, bool install, uint8_t proto)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int err;

	switch ((enum lvs_net_kind)object->kind) {
	case LVS_NET_ROUTE:
		put_route(nlh, object, install, proto);
		break;
	case LVS_NET_PROXY:
		put_proxy(nlh, object, install, proto);
		break;
	case LVS_NET_RULE:
		put_rule(nlh, object, install, proto);
		break;
	case LVS_NET_ADDR:
		put_ifaddr(nlh, object, install);
		break;
	}
	if (install)
		nlh->nlmsg_flags = NLM_F_CREATE | (object->kind == LVS_NET_RULE ? NLM_F_EXCL : NLM_F_REPLACE);
	err = lvs_rtnl_ask(rtnl, nlh, NULL, NULL);
	if (install && err == -EEXIST)
		return 0;
	if (!install && (err == -ENOENT || err == -ESRCH || err == -ENODEV || err == -EADDRNOTAVAIL))
		return 0;	/* gone already: that is what was asked for */
	return err;
}

static struct nlmsghdr *begin_link(char *buf, uint32_t ifindex, uint32_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	nlh->nlmsg_type = RTM_NEWLINK;
	ifi->ifi_index = (int)ifindex;
	ifi->ifi_flags = ifi->ifi_change = flags;
	return nlh;
}

static void route_anything(struct lvs_rtnl *rtnl, uint32_t ifindex)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = begin_link(buf, ifindex, 0);
	struct nlattr *spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	struct nlattr *family = mnl_attr_nest_start(nlh, AF_INET);
	struct nlattr *conf = mnl_attr_nest_start(nlh, IFLA_INET_CONF);

	mnl_attr_put_u32(nlh, IPV4_DEVCONF_FORWARDING, 1);
	mnl_attr_put_u32(nlh, IPV4_DEVCONF_RP_FILTER, 0);
	mnl_attr_put_u32(nlh, IPV4_DEVCONF_ACCEPT_LOCAL, 1);
	mnl_attr_nest_end(nlh, conf);
	mnl_attr_nest_end(nlh, family);
	mnl_attr_nest_end(nlh, spec);
	(void)lvs_rtnl_ask(rtnl, nlh, NULL, NULL);
}

void lvs_rtnl_link_prepare(struct lvs_rtnl *rtnl, uint32_t ifindex, bool routed)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh;
	struct nlattr *spec, *family;

	if (routed)
		route_anything(rtnl, ifindex);
	nlh = begin_link(buf, ifindex, 0);
	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	family = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, family);
	mnl_attr_nest_end(nlh, spec);
	(void)lvs_rtnl_ask(rtnl, nlh, NULL, NULL);
}

int lvs_rtnl_link_enslave(struct lvs_rtnl *rtnl, uint32_t ifindex, uint32_t master)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = begin_link(buf, ifindex, 0);

	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	return lvs_rtnl_ask(rtnl, nlh, NULL, NULL);
}

int lvs_rtnl_link_up(struct lvs_rtnl *rtnl, uint32_t ifindex, uint32_t mtu, uint32_t txqueuelen)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = begin_link(buf, ifindex, IFF_UP);

	if (mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	if (txqueuelen)
		mnl_attr_put_u32(nlh, IFLA_TXQLEN, txqueuelen);
	return lvs_rtnl_ask(rtnl, nlh, NULL, NULL);
}
