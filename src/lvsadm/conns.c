// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One line per connection. A template of a mark has no virtual address: as in the kernel's list its protocol is IP, and the
 * mark stands where the address would be.
 */
#include "lvsadm/conns.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "lvsadm/address.h"
#include "sys/addrtext.h"

void lvsadm_conns_heading(FILE *out, const struct lvsadm_command *command)
{
	fputs("IPVS connection entries\n", out);
	if (lvsadm_has(command, LVSADM_PERSISTENT_CONN))
		fprintf(out, "pro expire %-11s %-18s %-18s %-18s %-16s %s\n", "state", "source", "virtual", "destination",
			"pe name", "pe_data");
	else
		fprintf(out, "pro expire %-11s %-18s %-18s %s\n", "state", "source", "virtual", "destination");
}

static const char *text(json_t *json, const char *key)
{
	const char *value = json_string_value(json_object_get(json, key));

	return value ? value : "";
}

/* Reads "192.0.2.1:80", "[2001:db8::1]:80", either without its port, and port 0; Return: whether it is one */
static bool read_end(const char *endpoint, struct lvs_addr *ret_addr, uint16_t *ret_port)
{
	char copy[LVS_ENDPOINT_TEXT_BYTES];
	size_t len = strlen(endpoint);

	if (len > 2 && len < sizeof(copy) && !strcmp(endpoint + len - 2, ":0")) {
		memcpy(copy, endpoint, len - 2);
		copy[len - 2] = '\0';
		endpoint = copy;
	}
	return lvs_endpoint_parse(endpoint, ret_addr, ret_port) == 0;
}

static const char *end_text(json_t *json, const char *key, const struct lvsadm_command *command, uint8_t protocol, char *name)
{
	struct lvs_addr addr;
	uint16_t port;

	if (!read_end(text(json, key), &addr, &port))
		return text(json, key);
	return lvsadm_address_text(&addr, port, protocol, lvsadm_has(command, LVSADM_NUMERIC), name, LVSADM_ADDRESS_BYTES);
}

static const char *mark_text(uint32_t mark, bool ip6, char *name)
{
	if (ip6)
		(void)snprintf(name, LVSADM_ADDRESS_BYTES, "[%x:%x::]:0", mark >> 16, mark & 0xffff);
	else
		(void)snprintf(name, LVSADM_ADDRESS_BYTES, "%u.%u.%u.%u:0", mark >> 24, mark >> 16 & 0xff, mark >> 8 & 0xff,
			       mark & 0xff);
	return name;
}

/* Return: of a template of "fwm:7" or "fwm6:7" the mark, else 0 */
static uint32_t template_mark(json_t *json)
{
	const char *service = text(json, "service"), *colon = strchr(service, ':');

	if (!json_is_true(json_object_get(json, "template")) || strncmp(service, "fwm", 3) != 0 || !colon)
		return 0;
	return (uint32_t)strtoul(colon + 1, NULL, 10);
}

void lvsadm_conns_print(FILE *out, const struct lvsadm_command *command, json_t *json)
{
	const char *name = text(json, "protocol");
	uint8_t protocol = !strcmp(name, "tcp") ? IPPROTO_TCP : !strcmp(name, "udp") ? IPPROTO_UDP : IPPROTO_SCTP;
	uint32_t mark = template_mark(json);
	uint64_t seconds = (uint64_t)json_number_value(json_object_get(json, "expires"));
	char expire[24], ends[3][LVSADM_ADDRESS_BYTES];
	const char *client, *virtual, *server;

	if (mark)
		protocol = 0;
	name = !protocol ? "IP" : protocol == IPPROTO_TCP ? "TCP" : protocol == IPPROTO_UDP ? "UDP" : "SCTP";
	client = end_text(json, "client", command, protocol, ends[0]);
	virtual = mark ? mark_text(mark, json_integer_value(json_object_get(json, "family")) == 6, ends[1])
		       : end_text(json, "virtual", command, protocol, ends[1]);
	server = end_text(json, "server", command, protocol, ends[2]);
	(void)snprintf(expire, sizeof(expire), "%02" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
	if (lvsadm_has(command, LVSADM_PERSISTENT_CONN) && *text(json, "pe"))
		fprintf(out, "%-3s %-6s %-11s %-18s %-18s %-16s %-18s %s\n", name, expire, text(json, "state"), client, virtual,
			server, text(json, "pe"), text(json, "pe_data"));
	else
		fprintf(out, "%-3s %-6s %-11s %-18s %-18s %s\n", name, expire, text(json, "state"), client, virtual, server);
}
