// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message about a missing route is worth most when its reader can paste the remedy. Our protocol number is left out
 * of the commands: what somebody installs by hand is theirs, and stays when lvsd cleans up.
 */
#include "net/text.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>

#include "net/state.h"
#include "sys/addrtext.h"

static const char *table_name(uint32_t table, char number[16])
{
	if (table == RT_TABLE_MAIN)
		return "main";
	if (table == RT_TABLE_LOCAL)
		return "local";
	(void)snprintf(number, 16, "%u", table);
	return number;
}

static const char *link_name(const struct lvs_net_state *state, uint32_t ifindex, char number[16])
{
	const struct lvs_net_link *link = lvs_net_state_link(state, ifindex);

	if (link)
		return link->name;
	(void)snprintf(number, 16, "if%u", ifindex);
	return number;
}

static const char *prefix_text(const struct lvs_net_object *object, const char *any, char text[LVS_ADDR_TEXT_BYTES + 4])
{
	uint8_t any_bits = lvs_net_any_bits(lvs_addr_is4(&object->addr));
	size_t len;

	if (object->bits == any_bits)
		return any;
	len = strlen(lvs_addr_format(&object->addr, text));
	(void)snprintf(text + len, 5, "/%d", object->bits - any_bits);
	return text;
}

char *lvs_net_command(const struct lvs_net_state *state, const struct lvs_net_object *object, bool install, char *text)
{
	const char *verb = install ? "add" : "del", *family = lvs_addr_is4(&object->addr) ? "" : "-6 ";
	char prefix[LVS_ADDR_TEXT_BYTES + 4], table[16], link[16];
	int n;

	switch ((enum lvs_net_kind)object->kind) {
	case LVS_NET_ROUTE:
		(void)snprintf(text, LVS_NET_COMMAND_BYTES, "ip %sroute %s %s dev %s table %s metric %u", family,
			       install ? "replace" : "del",	/* may be asked for twice */
			       prefix_text(object, "default", prefix), link_name(state, object->ifindex, link),
			       table_name(object->table, table), object->pref);
		break;
	case LVS_NET_PROXY:
		(void)snprintf(text, LVS_NET_COMMAND_BYTES, "ip %sneigh %s proxy %s dev %s", family, verb,
			       lvs_addr_format(&object->addr, prefix), link_name(state, object->ifindex, link));
		break;
	case LVS_NET_ADDR:
		(void)snprintf(text, LVS_NET_COMMAND_BYTES, "ip %saddr %s %s dev %s%s", family, verb,
			       prefix_text(object, "", prefix), link_name(state, object->ifindex, link),
			       lvs_addr_is4(&object->addr) ? " scope host" : install ? " nodad preferred_lft 0" : "");
		break;
	case LVS_NET_RULE:
		n = snprintf(text, LVS_NET_COMMAND_BYTES, "ip %srule %s pref %u", family, verb, object->pref);
		if (object->bits > lvs_net_any_bits(lvs_addr_is4(&object->addr)))
			n += snprintf(text + n, (size_t)(LVS_NET_COMMAND_BYTES - n), " from %s",
				      prefix_text(object, "all", prefix));
		if (object->iif[0])
			n += snprintf(text + n, (size_t)(LVS_NET_COMMAND_BYTES - n), " iif %s", object->iif);
		if (object->ip_proto)
			n += snprintf(text + n, (size_t)(LVS_NET_COMMAND_BYTES - n), " ipproto %s",
				      object->ip_proto == IPPROTO_ICMP ? "icmp" : "ipv6-icmp");
		n += snprintf(text + n, (size_t)(LVS_NET_COMMAND_BYTES - n), " lookup %s", table_name(object->table, table));
		if (object->suppress)
			(void)snprintf(text + n, (size_t)(LVS_NET_COMMAND_BYTES - n), " suppress_prefixlength %u",
				       object->suppress - 1u);
		break;
	}
	return text;
}
