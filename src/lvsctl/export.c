// SPDX-License-Identifier: GPL-2.0-or-later
/* export: the running services as rules that ipvsadm -R takes. What those cannot say is told on standard error. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <string.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"

/* "-t 192.0.2.10:80", "-f 7 -6" */
static char *service_option(const json_t *service, char *buf, size_t size)
{
	static const struct {
		const char *protocol, *option;
	} rows[] = { { "tcp", "-t" }, { "udp", "-u" }, { "sctp", "--sctp-service" } };
	const char *address = lvs_api_text(service, "address");

	for (size_t i = 0; i < 3; i++)
		if (!strcmp(lvs_api_text(service, "protocol"), rows[i].protocol)) {
			bool six = strchr(address, ':') != NULL;

			(void)snprintf(buf, size, "%s %s%s%s:%lld", rows[i].option, six ? "[" : "", address, six ? "]" : "",
				       lvs_api_int(service, "port"));
			return buf;
		}
	(void)snprintf(buf, size, "-f %lld%s", lvs_api_int(service, "mark"), lvs_api_int(service, "family") == 6 ? " -6" : "");
	return buf;
}

static void put_flags(const json_t *config)
{
	json_t *flag, *flags = json_object_get(config, "scheduler_flags");
	size_t i;

	json_array_foreach(flags, i, flag)
		printf("%s%s", i ? "," : " -b ", json_string_value(flag));
}

static void put_service(const json_t *service, const char *option)
{
	const json_t *config = json_object_get(service, "config"), *persistent = json_object_get(config, "persistent");
	const char *helper = lvs_api_text(config, "helper"), *netmask = lvs_api_text(persistent, "netmask");
	long long prefix6 = lvs_api_int(persistent, "prefix6");

	printf("-A %s -s %s", option, lvs_api_text(service, "scheduler"));
	if (json_is_object(persistent))
		printf(" -p %lld", lvs_api_int(persistent, "timeout"));
	if (json_is_object(persistent) && lvs_api_int(service, "family") == 4 && *netmask &&
	    strcmp(netmask, "255.255.255.255") != 0)
		printf(" -M %s", netmask);
	if (json_is_object(persistent) && lvs_api_int(service, "family") == 6 && prefix6 && prefix6 != 128)
		printf(" -M %lld", prefix6);
	if (!strcmp(helper, "sip"))
		fputs(" --pe sip", stdout);
	if (lvs_api_true(config, "one_packet"))
		fputs(" -o", stdout);
	put_flags(config);
	putchar('\n');
	if (*lvs_api_text(service, "ports"))
		fprintf(stderr, "left: %s: the list of ports\n", lvs_object_name(service));
	if (*helper && strcmp(helper, "none") != 0 && strcmp(helper, "sip") != 0)
		fprintf(stderr, "left: %s: helper %s\n", lvs_object_name(service), helper);
}

static void put_tunnel(const json_t *server)
{
	const json_t *tunnel = json_object_get(server, "tunnel");
	const char *type, *csum;

	if (!tunnel)
		tunnel = json_object_get(json_object_get(server, "config"), "tunnel");
	type = lvs_api_text(tunnel, "type");
	csum = lvs_api_text(tunnel, "csum");
	fputs(" -i", stdout);
	if (*type)
		printf(" --tun-type %s", type);
	if (!strcmp(type, "gue"))
		printf(" --tun-port %lld", lvs_api_int(tunnel, "port"));
	if (*csum && *type && strcmp(type, "ipip") != 0)
		printf(" --tun-%s", csum);
}

static void put_server(const json_t *service, const json_t *server, const char *option)
{
	const char *forward = lvs_api_text(server, "forward"), *address = lvs_api_text(server, "address");
	bool six = strchr(address, ':') != NULL;

	printf("-a %s -r %s%s%s:%lld", option, six ? "[" : "", address, six ? "]" : "", lvs_api_int(server, "port"));
	if (!strcmp(forward, "tunnel"))
		put_tunnel(server);
	else
		fputs(!strcmp(forward, "masq") || !strcmp(forward, "fullnat") ? " -m" : " -g", stdout);
	printf(" -w %lld", lvs_api_int(server, "weight"));
	if (lvs_api_int(server, "upper"))
		printf(" -x %lld", lvs_api_int(server, "upper"));
	if (lvs_api_int(server, "lower"))
		printf(" -y %lld", lvs_api_int(server, "lower"));
	putchar('\n');
	if (!strcmp(forward, "fullnat"))
		fprintf(stderr, "approximated: %s of %s: fullnat as -m; its replies must pass by the director\n",
			lvs_object_name(server), lvs_object_name(service));
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *services, *service, *server;
	char option[96];
	size_t i, j;
	int status = lvs_object_services(ctl, false, &services);

	(void)args;
	(void)n;
	if (status)
		return status;
	json_array_foreach(services, i, service) {
		(void)service_option(service, option, sizeof(option));
		put_service(service, option);
		json_array_foreach(json_object_get(service, "servers"), j, server)
			put_server(service, server, option);
	}
	json_decref(services);
	return LVS_EXIT_OK;
}

static const char *const formats[] = { "ipvsadm", NULL };

const struct lvs_command lvs_command_export = {
	.name = "export",
	.args = "{ipvsadm}",
	.help = "print the running services as rules of ipvsadm",
	.words = formats,
	.min = 1,
	.max = 1,
	.run = run,
};
