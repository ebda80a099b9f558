// SPDX-License-Identifier: GPL-2.0-or-later
/* One spelling per value on the way out; on the way in, lists may stand in any order. */
#include "conf/text.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "sys/addrtext.h"

/* Return: behind the number, or NULL if there is none from 1 to 65535 */
static const char *parse_port(const char *text, uint16_t *ret_port)
{
	uint32_t port = 0;

	if (*text == '0')
		return NULL;
	for (; *text >= '0' && *text <= '9' && port <= UINT16_MAX; text++)
		port = port * 10 + (uint32_t)(*text - '0');
	if (!port || port > UINT16_MAX)
		return NULL;
	*ret_port = (uint16_t)port;
	return text;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

static const char *parse_range(const char *text, struct lvs_port_range *ret_range)
{
	text = parse_port(skip_blanks(text), &ret_range->first);
	if (!text)
		return NULL;
	ret_range->last = ret_range->first;
	if (*text == '-')
		text = parse_port(text + 1, &ret_range->last);
	return text ? skip_blanks(text) : NULL;
}

static int by_port(const void *a, const void *b)
{
	const struct lvs_port_range *x = a, *y = b;

	return (int)x->first - (int)y->first;
}

const char *lvs_conf_ports_parse(const char *text, struct lvs_ports *ret_ports)
{
	struct lvs_ports ports;

	memset(&ports, 0, sizeof(ports));
	do {
		struct lvs_port_range range;

		text = parse_range(text, &range);
		if (!text || (*text && *text != ','))
			return "is not a list of ports from 1 to 65535";
		if (range.first > range.last)
			return "has a range that ends before it begins";
		if (ports.n == LVS_PORTS_MAX)
			return "has more than 32 parts";
		ports.ranges[ports.n++] = range;
	} while (*text++ == ',');
	qsort(ports.ranges, ports.n, sizeof(*ports.ranges), by_port);
	for (uint32_t i = 1; i < ports.n; i++)
		if (ports.ranges[i].first <= ports.ranges[i - 1].last)
			return "has a port twice";
	*ret_ports = ports;
	return NULL;
}
static_assert(LVS_PORTS_MAX == 32, "the message says so");

char *lvs_conf_ports_format(const struct lvs_ports *ports, char buf[LVS_CONF_PORTS_TEXT_BYTES])
{
	size_t at = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < ports->n; i++) {
		const struct lvs_port_range *range = &ports->ranges[i];

		at += (size_t)snprintf(buf + at, LVS_CONF_PORTS_TEXT_BYTES - at, "%s%u", i ? "," : "", range->first);
		if (range->last != range->first)
			at += (size_t)snprintf(buf + at, LVS_CONF_PORTS_TEXT_BYTES - at, "-%u", range->last);
	}
	return buf;
}

const char *lvs_conf_protocol_text(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return "any";
	}
}

char *lvs_conf_service_text(const struct lvs_conf_service *service, char buf[LVS_CONF_SERVICE_TEXT_BYTES])
{
	char text[LVS_ENDPOINT_TEXT_BYTES], ports[LVS_CONF_PORTS_TEXT_BYTES];

	if (service->mark) {
		(void)snprintf(buf, LVS_CONF_SERVICE_TEXT_BYTES, "mark %u, %s", service->mark,
			       service->family == LVS_CONF_INET6 ? "inet6" : "inet");
		return buf;
	}
	lvs_endpoint_format(&service->addr, service->port, text);
	(void)snprintf(buf, LVS_CONF_SERVICE_TEXT_BYTES, "%s%s%s, %s", text, service->ports.n ? ":" : "",
		       lvs_conf_ports_format(&service->ports, ports), lvs_conf_protocol_text(service->protocol));
	return buf;
}

void lvs_conf_service_name(const struct lvs_conf_service *service, char name[LVS_CONF_NAME_BYTES])
{
	const struct lvs_ports *ports = &service->ports;
	uint16_t first = ports->n ? ports->ranges[0].first : service->port;
	char text[LVS_ENDPOINT_TEXT_BYTES], last[8] = "";

	if (service->mark) {
		(void)snprintf(name, LVS_CONF_NAME_BYTES, "fwmark-%u%s", service->mark,
			       service->family == LVS_CONF_INET6 ? "-inet6" : "");
		return;
	}
	lvs_endpoint_format(&service->addr, first, text);
	if (ports->n)
		(void)snprintf(last, sizeof(last), "-%u", ports->ranges[ports->n - 1].last);
	(void)snprintf(name, LVS_CONF_NAME_BYTES, "%s-%.48s%.6s", lvs_conf_protocol_text(service->protocol), text, last);
}
