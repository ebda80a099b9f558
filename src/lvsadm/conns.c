// SPDX-License-Identifier: GPL-2.0-or-later
/* One line per connection. As in the kernel's list a template of a mark is of protocol IP, with the mark for an address. */
#include "lvsadm/conns.h"

#include <inttypes.h>
#include <netinet/in.h>
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

/* Return: IPPROTO_*; 0 for what is of no protocol, a template of a mark */
static uint8_t read_protocol(json_t *json)
{
	const char *name = text(json, "protocol");

	return !strcmp(name, "tcp") ? IPPROTO_TCP : !strcmp(name, "udp") ? IPPROTO_UDP : !strcmp(name, "sctp") ? IPPROTO_SCTP : 0;
}

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? "TCP" : protocol == IPPROTO_UDP ? "UDP" : protocol == IPPROTO_SCTP ? "SCTP" : "IP";
}

void lvsadm_conns_print(FILE *out, const struct lvsadm_command *command, json_t *json)
{
	uint8_t protocol = read_protocol(json);
	double expires = json_number_value(json_object_get(json, "expires"));
	uint64_t seconds = expires > 0 && expires < 1e9 ? (uint64_t)expires : 0;
	char expire[24], ends[3][LVSADM_ADDRESS_BYTES];
	const char *name = protocol_name(protocol), *client, *virtual, *server;

	client = end_text(json, "client", command, protocol, ends[0]);
	virtual = end_text(json, "virtual", command, protocol, ends[1]);
	server = end_text(json, "server", command, protocol, ends[2]);
	(void)snprintf(expire, sizeof(expire), "%02" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
	if (lvsadm_has(command, LVSADM_PERSISTENT_CONN) && *text(json, "pe"))
		fprintf(out, "%-3s %-6s %-11s %-18s %-18s %-16s %-18s %s\n", name, expire, text(json, "state"), client, virtual,
			server, text(json, "pe"), text(json, "pe_data"));
	else
		fprintf(out, "%-3s %-6s %-11s %-18s %-18s %s\n", name, expire, text(json, "state"), client, virtual, server);
}
