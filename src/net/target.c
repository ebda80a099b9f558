// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel is asked for the route to each address instead of matching prefixes here: only it knows all the tables
 * and the rules between them. RTM_F_FIB_MATCH makes it answer with the entry of the table, with all next hops and
 * without what it has learnt of the path for its own connections. An answer costs a few microseconds and is kept until
 * something changes. Which address a packet would be sent from, it says without that flag only.
 */
#include "net/target.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/rtnl.h"

struct lvs_addr lvs_net_stranger(bool ip4)
{
	return ip4 ? lvs_addr_from4(LVS_BE32(0xf0000001)) : (struct lvs_addr){ .bytes = { 0x01, 0x00, [15] = 1 } };
}

bool lvs_net_target_via(const struct lvs_net_target *target, uint32_t ifindex)
{
	for (uint32_t i = 0; i < target->nhops; i++)
		if (target->hops[i] == ifindex)
			return true;
	return false;
}

/* Return: a sorted copy without duplicates, its length in *ret_n; NULL if there is no memory */
static struct lvs_addr *sort(const struct lvs_addr *addrs, size_t n, size_t *ret_n)
{
	struct lvs_addr *v = calloc(n ? n : 1, sizeof(*v));
	bool sorted = true;
	size_t kept = 0;

	if (!v)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		v[i] = addrs[i];
		sorted = sorted && (i == 0 || lvs_net_addr_compare(&v[i - 1], &v[i]) < 0);
	}
	if (!sorted)
		qsort(v, n, sizeof(*v), lvs_net_addr_compare);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !lvs_addr_equal(&v[i], &v[kept - 1]))
			v[kept++] = v[i];
	*ret_n = kept;
	return v;
}

/* Return: how many of the addresses are known already */
static size_t fill(struct lvs_net_target *v, const struct lvs_addr *addrs, size_t n, const struct lvs_net_targets *known)
{
	size_t nknown = 0;

	for (size_t i = 0, k = 0; i < n; i++) {
		while (k < known->n && lvs_net_addr_compare(&known->v[k].addr, &addrs[i]) < 0)
			k++;
		if (k < known->n && lvs_addr_equal(&known->v[k].addr, &addrs[i])) {
			v[i] = known->v[k];
			nknown++;
			continue;
		}
		v[i] = (struct lvs_net_target){ .addr = addrs[i], .stale = true, .mtu = LVS_NET_MTU_UNKNOWN };
	}
	return nknown;
}

int lvs_net_targets_replace(struct lvs_net_targets *targets, const struct lvs_addr *addrs, size_t n)
{
	struct lvs_net_targets next = { .n = 0 };
	struct lvs_addr *sorted = sort(addrs, n, &next.n);
	int rc = -ENOMEM;

	next.v = sorted ? calloc(next.n ? next.n : 1, sizeof(*next.v)) : NULL;
	if (next.v) {
		size_t nknown = fill(next.v, sorted, next.n, targets);

		rc = nknown != next.n || next.n != targets->n;
	}
	free(sorted);
	if (rc != 1) {
		free(next.v);
		return rc;
	}
	for (size_t i = 0; i < next.n; i++)
		next.nstale += next.v[i].stale;
	free(targets->v);
	*targets = next;
	return 1;
}

const struct lvs_net_target *lvs_net_targets_find(const struct lvs_net_targets *targets, const struct lvs_addr *addr)
{
	size_t i = targets->n ? lvs_net_addr_first(&targets->v->addr, sizeof(*targets->v), targets->n, addr) : 0;

	return i < targets->n && lvs_addr_equal(&targets->v[i].addr, addr) ? &targets->v[i] : NULL;
}

void lvs_net_targets_touch(struct lvs_net_targets *targets, const struct lvs_addr *prefix, uint8_t bits)
{
	size_t i = targets->n ? lvs_net_addr_first(&targets->v->addr, sizeof(*targets->v), targets->n, prefix) : 0;

	for (; i < targets->n && lvs_net_in_prefix(&targets->v[i].addr, prefix, bits); i++) {
		if (lvs_addr_is4(&targets->v[i].addr) != lvs_addr_is4(prefix))
			continue;	/* the whole of IPv6 has mapped addresses in it */
		targets->nstale += !targets->v[i].stale;
		targets->v[i].stale = true;
	}
}

void lvs_net_targets_touch_all(struct lvs_net_targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		targets->v[i].stale = true;
	targets->nstale = targets->n;
}

void lvs_net_targets_touch_sourced(struct lvs_net_targets *targets)
{
	for (size_t i = 0; i < targets->n; i++) {
		struct lvs_net_target *target = &targets->v[i];

		targets->nstale += target->sourced && !target->stale;
		target->stale |= target->sourced;
	}
}

struct answer {
	struct lvs_addr source;
	uint8_t type, proto;
	uint32_t metric_mtu;
	uint32_t nhops;
	uint32_t hops[LVS_NET_HOPS];
};

static void add_hop(struct answer *answer, uint32_t ifindex)
{
	for (uint32_t i = 0; i < answer->nhops; i++)
		if (answer->hops[i] == ifindex)
			return;
	if (ifindex && answer->nhops < LVS_NET_HOPS)
		answer->hops[answer->nhops++] = ifindex;
}

static void add_multipath(struct answer *answer, const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	size_t left = mnl_attr_get_payload_len(attr);

	while (left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) && hop->rtnh_len <= left) {
		add_hop(answer, (uint32_t)hop->rtnh_ifindex);
		left -= LVS_MIN((size_t)RTNH_ALIGN(hop->rtnh_len), left);
		hop = RTNH_NEXT(hop);
	}
}

static int on_answer(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_rtnl_attrs attrs, metrics;
	const struct rtmsg *rt = lvs_rtnl_parse(nlh, sizeof(*rt), &attrs);
	struct answer *answer = arg;

	if (nlh->nlmsg_type != RTM_NEWROUTE || !rt)
		return MNL_CB_OK;
	lvs_rtnl_parse_nested(attrs.v[RTA_METRICS], &metrics);
	*answer = (struct answer){
		.type = rt->rtm_type, .proto = rt->rtm_protocol, .metric_mtu = lvs_rtnl_get_u32(&metrics, RTAX_MTU),
	};
	if (attrs.v[RTA_PREFSRC])
		(void)lvs_rtnl_get_addr(attrs.v[RTA_PREFSRC], &answer->source);
	add_hop(answer, lvs_rtnl_get_u32(&attrs, RTA_OIF));
	if (attrs.v[RTA_MULTIPATH])
		add_multipath(answer, attrs.v[RTA_MULTIPATH]);
	return MNL_CB_OK;
}

/* @flags: RTM_F_*; @src, @ifindex: of a packet that comes in, or NULL and 0 */
static int ask(struct lvs_rtnl *rtnl, uint32_t flags, const struct lvs_addr *dst, const struct lvs_addr *src, uint32_t ifindex,
	       struct answer *ret_answer)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rt = mnl_nlmsg_put_extra_header(nlh, sizeof(*rt));

	nlh->nlmsg_type = RTM_GETROUTE;
	rt->rtm_family = lvs_addr_is4(dst) ? AF_INET : AF_INET6;
	rt->rtm_dst_len = lvs_addr_is4(dst) ? 32 : 128;
	rt->rtm_flags = flags;
	lvs_rtnl_put_addr(nlh, RTA_DST, dst);
	if (src) {
		rt->rtm_src_len = rt->rtm_dst_len;
		lvs_rtnl_put_addr(nlh, RTA_SRC, src);
		mnl_attr_put_u32(nlh, RTA_IIF, ifindex);
	}
	*ret_answer = (struct answer){ .type = RTN_UNSPEC };
	return lvs_rtnl_ask(rtnl, nlh, on_answer, ret_answer);
}

int lvs_net_targets_query(struct lvs_net_targets *targets, struct lvs_rtnl *rtnl, size_t budget)
{
	for (size_t i = 0; i < targets->n && targets->nstale && budget; i++) {
		struct lvs_net_target *target = &targets->v[i];
		struct answer answer, source = { .nhops = 0 };
		int err;

		if (!target->stale)
			continue;
		err = ask(rtnl, RTM_F_FIB_MATCH, &target->addr, NULL, 0, &answer);
		/* Each way to have no route has an error of its own: ENETUNREACH, EHOSTUNREACH, EACCES (prohibit), EINVAL
		 * (blackhole). Others are about the question. */
		if (err == -ENOMEM || err == -ENOBUFS || err == -EBADF)
			return err;
		if (!err && target->sourced)
			(void)ask(rtnl, 0, &target->addr, NULL, 0, &source);
		target->source = source.source;
		target->type = err ? RTN_UNSPEC : answer.type;
		target->proto = answer.proto;
		target->metric_mtu = answer.metric_mtu;
		target->nhops = err ? 0 : answer.nhops;
		memcpy(target->hops, answer.hops, sizeof(target->hops));
		target->stale = false;
		targets->nstale--;
		budget--;
	}
	return 0;
}

uint32_t lvs_net_target_input(struct lvs_rtnl *rtnl, const struct lvs_addr *src, const struct lvs_addr *dst,
			      uint32_t ifindex)
{
	struct answer answer;

	if (ask(rtnl, RTM_F_FIB_MATCH, dst, src, ifindex, &answer) < 0 || answer.type != RTN_UNICAST || answer.nhops == 0)
		return 0;
	return answer.hops[0];
}

void lvs_net_targets_fini(struct lvs_net_targets *targets)
{
	free(targets->v);
	*targets = (struct lvs_net_targets){ 0 };
}
