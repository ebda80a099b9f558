// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each limit may be is in its row; here is also what they may not be together, and what the service has to be that
 * picks connections up. Of two values that exclude each other the first named one gets the message, and the line of the
 * other goes into the hint.
 */
#include "conf/limits.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/keys.h"
#include "conf/order.h"
#include "sys/addrtext.h"

static const struct lvs_conf_word answers[] = {
	{ "drop", LVS_CONF_LIMIT_DROP }, { "reset", LVS_CONF_LIMIT_RESET }, { NULL, 0 },
};

#define LIMIT(m) .reload = true, .name = #m, LVS_CONF_MEMBER(lvs_conf_limits, m)
static const struct lvs_conf_key limits_keys[] = {
	{ LIMIT(client_connections), .type = LVS_CONF_NUMBER, .min = 0, .max = 100000000, .def = 0,
	  .where = offsetof(struct lvs_conf_limits, connections_where),
	  .help = "connections that a client may have at a time; 0: any number" },
	{ LIMIT(client_rate), .type = LVS_CONF_NUMBER, .min = 0, .max = 1000000, .def = 0,
	  .help = "new connections of a client per second; 0: any number" },
	{ LIMIT(client_burst), .type = LVS_CONF_NUMBER, .min = 0, .max = 1000000, .def = 0,
	  .where = offsetof(struct lvs_conf_limits, client_burst_where),
	  .help = "new connections of a client at once; 0: as many as in a second" },
	{ LIMIT(client_prefix4), .type = LVS_CONF_NUMBER, .min = 1, .max = 32, .def = 32,
	  .help = "how many equal bits make IPv4 addresses one client" },
	{ LIMIT(client_prefix6), .type = LVS_CONF_NUMBER, .min = 1, .max = 128, .def = 64,
	  .help = "how many equal bits make IPv6 addresses one client" },
	{ LIMIT(server_rate), .type = LVS_CONF_NUMBER, .min = 0, .max = 1000000, .def = 0,
	  .help = "new connections of each server per second; 0: any number" },
	{ LIMIT(server_burst), .type = LVS_CONF_NUMBER, .min = 0, .max = 1000000, .def = 0,
	  .where = offsetof(struct lvs_conf_limits, server_burst_where),
	  .help = "new connections of each server at once; 0: as many as in a second" },
	{ LIMIT(on_limit), .type = LVS_CONF_CHOICE, .words = answers, .def = LVS_CONF_LIMIT_DROP,
	  .help = "whether who is refused is told so" },
};
const struct lvs_conf_group lvs_conf_limits_group = {
	"limits", sizeof(struct lvs_conf_limits), ARRAY_LEN(limits_keys), limits_keys, NULL,
};

static void check_burst(uint32_t burst, uint32_t rate, const char *who, const struct lvs_conf_where *where,
			struct lvs_conf_errors *errors)
{
	char hint[64];

	(void)snprintf(hint, sizeof(hint), "it begins a \"%s_rate\"", who);
	if (burst && !rate)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, hint, "\"%s_burst\" is %u without a \"%s_rate\"", who, burst,
				    who);
}

void lvs_conf_limits_check(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_limits *limits = &service->limits;
	char hint[96];

	if (!limits->on)
		return;
	if (!limits->client_connections && !limits->client_rate && !limits->server_rate && !limits->client_burst &&
	    !limits->server_burst)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->where,
				    "give it \"client_connections\", \"client_rate\" or \"server_rate\"",
				    "\"limits\" of service \"%s\" limit nothing", service->name);
	check_burst(limits->client_burst, limits->client_rate, "client", &limits->client_burst_where, errors);
	check_burst(limits->server_burst, limits->server_rate, "server", &limits->server_burst_where, errors);
	if (limits->client_connections && limits->client_burst > limits->client_connections) {
		(void)snprintf(hint, sizeof(hint), "\"client_connections\" is in line %u", limits->connections_where.line);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &limits->client_burst_where, hint,
				    "\"client_burst\" is %u and \"client_connections\" is %u", limits->client_burst,
				    limits->client_connections);
	}
	if (limits->client_connections && service->one_packet && !service->mark) {
		(void)snprintf(hint, sizeof(hint), "\"one_packet\" is in line %u; a \"client_rate\" counts datagrams",
			       service->one_packet_where.line);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &limits->connections_where, hint,
				    "a datagram of \"one_packet\" is no connection that \"client_connections\" could count");
	}
}

void lvs_conf_pickup_check(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_where *where = &service->pickup_where;

	if (!service->pickup)
		return;
	if (service->mark)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "a server's segment does not tell what mark its client's had",
				    "\"pickup\" is not for services of a mark");
	else if (service->protocol != IPPROTO_TCP)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "any packet begins a flow of UDP; SCTP has \"sloppy_sctp\"",
				    "\"pickup\" is only for TCP");
	if (strcmp(service->scheduler, "mh") != 0)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "use \"mh\", whose table names the server of each client",
				    "\"pickup\" is not for scheduler \"%s\"", service->scheduler);
	if (service->persistent.on)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "remove one of them; \"mh\" without \"mh-port\" sends a client "
				    "to one server too", "\"pickup\" asks a table, and \"persistent\" does not");
	if (service->syn_proxy != LVS_CONF_SYN_PROXY_OFF)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "remove one of them; after a restart nobody knows how sequence "
				    "numbers were translated", "\"pickup\" does not go with \"syn_proxy\"");
	if (strcmp(service->helper, "none") != 0)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "remove one of them; after a restart nobody knows what the "
				    "helper has read", "\"pickup\" does not go with helper \"%s\"", service->helper);
}

static int by_server(const void *a, const void *b)
{
	const struct lvs_conf_server *const *x = a, *const *y = b;
	int order = lvs_conf_order_servers(*x, *y);

	return order ? order : ((*x)->where.offset > (*y)->where.offset) - ((*x)->where.offset < (*y)->where.offset);
}

int lvs_conf_pickup_check_servers(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES], hint[96];
	const struct lvs_conf_server **list;
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		n += conf->services[i].pickup ? conf->services[i].nservers : 0;
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < conf->nservices; i++)
		for (size_t k = 0; conf->services[i].pickup && k < conf->services[i].nservers; k++)
			list[n++] = &conf->services[i].servers[k];
	qsort(list, n, sizeof(*list), by_server);
	for (size_t i = 1; i < n; i++) {
		if (lvs_addr_is_any(&list[i]->addr) || lvs_conf_order_servers(list[i - 1], list[i]) != 0)
			continue;
		(void)snprintf(hint, sizeof(hint), "the first one is in line %u; segments of the server do not tell whose they are",
			       list[i - 1]->where.line);
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &list[i]->where, hint,
				    "server %s is in two services that pick connections up",
				    lvs_endpoint_format(&list[i]->addr, list[i]->port, text));
	}
	free(list);
	return 0;
}
