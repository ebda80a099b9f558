// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Columns, paddings and trailing blanks are ipvsadm's, since scripts cut by them. Of several formats that were asked for,
 * one is printed: statistics before rates before thresholds before persistence before tunnels.
 */
#include "lvsadm/print.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>

#include "lvsadm/address.h"
#include "lvsadm/flags.h"

#define NAME_BYTES (LVSADM_ADDRESS_BYTES + 32)

void lvsadm_print_title(FILE *out, uint64_t size)
{
	fprintf(out, "IP Virtual Server version %s (size=%" PRIu64 ")\n", LVSADM_IPVS_VERSION, size);
}

void lvsadm_print_heading(FILE *out, const struct lvsadm_command *command)
{
	static const char local[] = "Prot LocalAddress:Port", remote[] = "  -> RemoteAddress:Port";

	if (lvsadm_has(command, LVSADM_STATS))
		fprintf(out, "%-33s %8s %8s %8s %8s %8s\n%s\n", local, "Conns", "InPkts", "OutPkts", "InBytes", "OutBytes", remote);
	else if (lvsadm_has(command, LVSADM_RATE))
		fprintf(out, "%-33s %8s %8s %8s %8s %8s\n%s\n", local, "CPS", "InPPS", "OutPPS", "InBPS", "OutBPS", remote);
	else if (lvsadm_has(command, LVSADM_THRESHOLDS))
		fprintf(out, "%-33s %-10s %-10s %-10s %-10s\n%s\n", local, "Uthreshold", "Lthreshold", "ActiveConn", "InActConn",
			remote);
	else if (lvsadm_has(command, LVSADM_PERSISTENT_CONN))
		fprintf(out, "%-33s %-9s %-11s %-10s %-10s\n%s\n", local, "Weight", "PersistConn", "ActiveConn", "InActConn",
			remote);
	else
		fprintf(out, "%s Scheduler Flags\n%s           Forward %sWeight ActiveConn InActConn\n", local, remote,
			lvsadm_has(command, LVSADM_TUN_INFO) ? "TunnelInfo    " : "");
}

static const char *address(const struct lvsadm_command *command, const struct lvs_addr *addr, uint16_t port, uint8_t protocol,
			   char *text)
{
	return lvsadm_address_text(addr, port, protocol, lvsadm_has(command, LVSADM_NUMERIC), text, LVSADM_ADDRESS_BYTES);
}

/* Large numbers lose their last digits, unless --exact wants them. */
static void print_count(FILE *out, const struct lvsadm_command *command, uint64_t n)
{
	if (lvsadm_has(command, LVSADM_EXACT))
		fprintf(out, " %8" PRIu64, n);
	else if (n < 100000000)
		fprintf(out, "%9" PRIu64, n);
	else if (n < 1000000000)
		fprintf(out, "%8" PRIu64 "K", n / 1000);
	else if (n < 100000000000)
		fprintf(out, "%8" PRIu64 "M", n / 1000000);
	else if (n < 100000000000000)
		fprintf(out, "%8" PRIu64 "G", n / 1000000000);
	else
		fprintf(out, "%8" PRIu64 "T", n / 1000000000000);
}

static void print_counts(FILE *out, const struct lvsadm_command *command, const uint64_t *counts)
{
	for (unsigned int i = 0; i < LVSADM_COUNTERS; i++)
		print_count(out, command, counts[i]);
	fputc('\n', out);
}

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? "TCP" : protocol == IPPROTO_UDP ? "UDP" : "SCTP";
}

/* Marks are printed as ipvsadm does, signed. */
static void service_name(const struct lvsadm_command *command, const struct lvsadm_key *key, char *name)
{
	char text[LVSADM_ADDRESS_BYTES];

	if (key->mark)
		(void)snprintf(name, NAME_BYTES, "FWM  %d%s", (int)key->mark, key->family == AF_INET6 ? " IPv6" : "");
	else
		(void)snprintf(name, NAME_BYTES, "%-4s %s", protocol_name(key->protocol),
			       address(command, &key->addr, key->port, key->protocol, text));
}

/* @option: what stands before a netmask that is not full */
static void print_netmask(FILE *out, const struct lvsadm_service *service, const char *option)
{
	char text[INET_ADDRSTRLEN];

	if (service->key.family == AF_INET6 && service->prefix != 128)
		fprintf(out, " %s %u", option, service->prefix);
	else if (service->key.family == AF_INET && service->netmask != LVS_BE32(0xffffffff))
		fprintf(out, " %s %s", option, inet_ntop(AF_INET, &service->netmask, text, sizeof(text)));
}

static void print_flags(FILE *out, const struct lvsadm_service *service)
{
	char flags[LVSADM_FLAGS_BYTES];

	fprintf(out, " %s", service->scheduler);
	if (service->flags)
		fprintf(out, " (%s)", lvsadm_flags_text(service->flags, service->scheduler, flags));
	if (service->persistent) {
		fprintf(out, " persistent %u", service->timeout);
		print_netmask(out, service, "mask");
		if (*service->pe)
			fprintf(out, " pe %s", service->pe);
	}
	fputs(service->one_packet ? " ops\n" : "\n", out);
}

static const char *tunnel_text(const struct lvsadm_server *server, char *text, size_t size)
{
	static const char *const csums[] = { [LVSADM_NOCSUM] = "-c", [LVSADM_CSUM] = "+c", [LVSADM_REMCSUM] = "r+c" };

	if (server->forward != LVSADM_TUNNEL)
		return "n/a";
	if (server->tunnel == LVSADM_IPIP)
		return "ipip";
	if (server->tunnel == LVSADM_GUE)
		(void)snprintf(text, size, "gue:%u:%s", server->tunnel_port, csums[server->csum]);
	else
		(void)snprintf(text, size, "gre:%s", csums[server->csum]);
	return text;
}

static void print_server(FILE *out, const struct lvsadm_command *command, const struct lvsadm_server_row *row, uint8_t protocol)
{
	const struct lvsadm_server *server = &row->server;
	char name[LVSADM_ADDRESS_BYTES], tunnel[24];

	fprintf(out, "  -> %-28s", address(command, &server->addr, server->port, protocol, name));
	if (lvsadm_has(command, LVSADM_STATS)) {
		print_counts(out, command, row->counts.total);
	} else if (lvsadm_has(command, LVSADM_RATE)) {
		/* ipvsadm shortens a server's bytes per second only */
		for (unsigned int i = 0; i < LVSADM_IN_BYTES; i++)
			fprintf(out, " %8" PRIu64, row->counts.rate[i]);
		print_count(out, command, row->counts.rate[LVSADM_IN_BYTES]);
		print_count(out, command, row->counts.rate[LVSADM_OUT_BYTES]);
		fputc('\n', out);
	} else if (lvsadm_has(command, LVSADM_THRESHOLDS)) {
		fprintf(out, " %-10u %-10u %-10u %-10u\n", server->upper, server->lower, row->active, row->inactive);
	} else if (lvsadm_has(command, LVSADM_PERSISTENT_CONN)) {
		fprintf(out, " %-9d %-11u %-10u %-10u\n", server->weight, row->templates, row->active, row->inactive);
	} else {
		fprintf(out, " %-7s ", row->label);
		if (lvsadm_has(command, LVSADM_TUN_INFO))
			fprintf(out, "%-13s ", tunnel_text(server, tunnel, sizeof(tunnel)));
		fprintf(out, "%-6d %-10u %-10u\n", server->weight, row->active, row->inactive);
	}
}

void lvsadm_print_service(FILE *out, const struct lvsadm_command *command, const struct lvsadm_service_row *row)
{
	char name[NAME_BYTES];

	service_name(command, &row->service.key, name);
	if (lvsadm_has(command, LVSADM_STATS) || lvsadm_has(command, LVSADM_RATE)) {
		fprintf(out, "%-33s", name);
		print_counts(out, command, lvsadm_has(command, LVSADM_STATS) ? row->counts.total : row->counts.rate);
	} else {
		fputs(name, out);
		print_flags(out, &row->service);
	}
	for (size_t i = 0; i < row->nservers; i++)
		print_server(out, command, &row->servers[i], row->service.key.mark ? 0 : row->service.key.protocol);
}

/* Marks are saved unsigned: -R would not take them otherwise. */
static void saved_name(const struct lvsadm_command *command, const struct lvsadm_key *key, char *name)
{
	const char *option = key->protocol == IPPROTO_TCP ? "-t" : key->protocol == IPPROTO_UDP ? "-u" : "--sctp-service";
	char text[LVSADM_ADDRESS_BYTES];

	if (key->mark)
		(void)snprintf(name, NAME_BYTES, "-f %" PRIu32 "%s", key->mark, key->family == AF_INET6 ? " -6" : "");
	else
		(void)snprintf(name, NAME_BYTES, "%s %s", option, address(command, &key->addr, key->port, key->protocol, text));
}

static void save_tunnel(FILE *out, const struct lvsadm_server *server)
{
	static const char *const csums[] = {
		[LVSADM_NOCSUM] = "--tun-nocsum", [LVSADM_CSUM] = "--tun-csum", [LVSADM_REMCSUM] = "--tun-remcsum",
	};

	if (server->tunnel == LVSADM_IPIP)
		fputs(" --tun-type ipip", out);
	else if (server->tunnel == LVSADM_GUE)
		fprintf(out, " --tun-type gue --tun-port %u %s", server->tunnel_port, csums[server->csum]);
	else
		fprintf(out, " --tun-type gre %s", csums[server->csum]);
}

static void save_server(FILE *out, FILE *warn, const struct lvsadm_command *command, const char *service,
			const struct lvsadm_server_row *row, uint8_t protocol)
{
	static const char *const options[] = {
		[LVSADM_MASQ] = "-m", [LVSADM_LOCAL] = "-g", [LVSADM_TUNNEL] = "-i", [LVSADM_DROUTE] = "-g", [LVSADM_OTHER] = "-m",
	};
	const struct lvsadm_server *server = &row->server;
	char name[LVSADM_ADDRESS_BYTES];

	(void)address(command, &server->addr, server->port, protocol, name);
	if (server->forward == LVSADM_OTHER)
		fprintf(warn, "%s of %s is a %s server, and was saved as -m\n", name, service, row->label);
	fprintf(out, "-a %s -r %s %s -w %d", service, name, options[server->forward], server->weight);
	if (server->forward == LVSADM_TUNNEL)
		save_tunnel(out, server);
	fputc('\n', out);
}

void lvsadm_print_saved(FILE *out, FILE *warn, const struct lvsadm_command *command, const struct lvsadm_service_row *row)
{
	const struct lvsadm_service *service = &row->service;
	char name[NAME_BYTES], flags[LVSADM_FLAGS_BYTES];

	saved_name(command, &service->key, name);
	fprintf(out, "-A %s -s %s", name, service->scheduler);
	if (service->persistent) {
		fprintf(out, " -p %u", service->timeout);
		print_netmask(out, service, "-M");
	}
	if (*service->pe)
		fprintf(out, " --pe %s", service->pe);
	if (service->one_packet)
		fputs(" -o", out);
	if (service->flags)
		fprintf(out, " -b %s", lvsadm_flags_text(service->flags, service->scheduler, flags));
	fputc('\n', out);
	for (size_t i = 0; i < row->nservers; i++)
		if (!row->servers[i].sorry)
			save_server(out, warn, command, name, &row->servers[i], service->key.mark ? 0 : service->key.protocol);
}
