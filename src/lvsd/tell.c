// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses are written as keepalived does: programs that read its lines know them. */
#include "lvsd/tell.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "notify/notices.h"
#include "sys/addrtext.h"

static_assert(LVS_CONF_EVENT_SERVER == 1 << LVS_TOPIC_SERVER && LVS_CONF_EVENT_QUORUM == 1 << LVS_TOPIC_QUORUM &&
	      LVS_CONF_EVENT_SORRY == 1 << LVS_TOPIC_SORRY && LVS_CONF_EVENT_PROTECTION == 1 << LVS_TOPIC_PROTECTION &&
	      LVS_CONF_EVENT_RELOAD == 1 << LVS_TOPIC_RELOAD &&
	      LVS_CONF_EVENT_EJECTION == 1 << LVS_TOPIC_EJECTION && LVS_CONF_EVENTS_ALL == (1 << LVS_TOPIC_COUNT) - 1,
	      "events of the configuration are topics");

void lvs_tell_configure(struct lvs_notices *notices, const struct lvs_conf *conf)
{
	const struct lvs_conf_notify *notify = &conf->notify;
	struct lvs_notices_conf wanted = {
		.topics = notify->events,
		.journal = notify->journal,
		.script_timeout = notify->script_timeout * LVS_NS_PER_MS,
		.webhook_address = notify->webhook_address,
		.webhook_timeout = notify->webhook_timeout * LVS_NS_PER_MS,
	};

	static_assert(sizeof(wanted.script) == sizeof(notify->script) && sizeof(wanted.webhook) == sizeof(notify->webhook) &&
		      sizeof(wanted.webhook_headers) == sizeof(notify->webhook_headers) &&
		      sizeof(wanted.webhook_ca) == sizeof(notify->webhook_ca), "room for all that can be written");
	memcpy(wanted.script, notify->script, sizeof(wanted.script));
	memcpy(wanted.webhook, notify->webhook, sizeof(wanted.webhook));
	memcpy(wanted.webhook_headers, notify->webhook_headers, sizeof(wanted.webhook_headers));
	memcpy(wanted.webhook_ca, notify->webhook_ca, sizeof(wanted.webhook_ca));
	lvs_notices_configure(notices, &wanted);
}

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_UDP ? "udp" : protocol == IPPROTO_SCTP ? "sctp" : "tcp";
}

static void format_at(const struct lvs_addr *addr, uint8_t protocol, uint16_t port, char text[LVS_EVENT_ADDRESS_BYTES])
{
	char address[LVS_ADDR_TEXT_BYTES];

	(void)snprintf(text, LVS_EVENT_ADDRESS_BYTES, "[%s]:%s:%u", lvs_addr_format(addr, address), protocol_name(protocol), port);
}

void lvs_tell_event(enum lvs_event_kind kind, enum lvs_event_kind was, const struct lvs_conf_service *service,
		    const struct lvs_conf_server *server, struct lvs_event *ret_event)
{
	memset(ret_event, 0, sizeof(*ret_event));
	ret_event->kind = kind;
	ret_event->was = was;
	if (!service)
		return;
	(void)snprintf(ret_event->service, sizeof(ret_event->service), "%s", service->name);
	if (service->mark)
		(void)snprintf(ret_event->service_at, sizeof(ret_event->service_at), "FWM %u", service->mark);
	else
		format_at(&service->addr, service->protocol, service->port, ret_event->service_at);
	if (!server)
		return;
	(void)snprintf(ret_event->server, sizeof(ret_event->server), "%s", server->name);
	format_at(&server->addr, service->protocol, server->port, ret_event->server_at);
}

enum lvs_event_kind lvs_tell_state(enum lvs_health_state state)
{
	static const enum lvs_event_kind kinds[] = {
		[LVS_HEALTH_UNKNOWN] = LVS_EVENT_SERVER_UNKNOWN,
		[LVS_HEALTH_DOWN] = LVS_EVENT_SERVER_DOWN,
		[LVS_HEALTH_UP] = LVS_EVENT_SERVER_UP,
		[LVS_HEALTH_MAINTENANCE] = LVS_EVENT_SERVER_MAINTENANCE,
	};

	return kinds[state];
}
