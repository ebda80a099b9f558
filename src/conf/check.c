// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every check sorts and looks at neighbours, or looks a key up in what was sorted. The later one of two that collide
 * gets the message; the line of the first goes into the hint.
 */
#include "conf/check.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/check_forward.h"
#include "conf/limits.h"
#include "conf/order.h"
#include "conf/pool.h"
#include "conf/text.h"
#include "sys/addrtext.h"

/* @given: the file says it, as opposed to a name made from the key */
struct named {
	const char *name;
	struct lvs_conf_where where;
	bool given;
};

/* One range of a service's list of ports. */
struct span {
	const struct lvs_conf_service *service;
	struct lvs_port_range range;
};

static bool readable(const struct lvs_conf_service *service)
{
	bool one = service->port != 0, list = service->ports.n > 0;

	if (service->mark)
		return lvs_addr_is_any(&service->addr);
	return !lvs_addr_is_any(&service->addr) && !(one && list) && (one || list || service->persistent.on);
}

static char *first_in(const struct lvs_conf_where *where, char *buf, size_t size)
{
	(void)snprintf(buf, size, "the first one is in line %u", where->line);
	return buf;
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->where.offset > y->where.offset) - (x->where.offset < y->where.offset);
}

static struct named named(const char *name, const struct lvs_conf_where *given, const struct lvs_conf_where *made)
{
	return (struct named){ name, given->line ? *given : *made, given->line != 0 };
}

/* Sorts @list. Two made names are alike only where the keys are, which has its own message. */
static void check_names(struct named *list, size_t n, const char *what, struct lvs_conf_errors *errors)
{
	char hint[48];

	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(list[i - 1].name, list[i].name) && (list[i - 1].given || list[i].given))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &list[i].where,
					    first_in(&list[i - 1].where, hint, sizeof(hint)),
					    "two %s have the name \"%s\"", what, list[i].name);
}

static int check_service_names(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	struct named *list = calloc(conf->nservices + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		list[i] = named(service->name, &service->name_where, &service->where);
	}
	check_names(list, conf->nservices, "services", errors);
	free(list);
	return 0;
}

static int check_server_names(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	struct named *list = calloc(service->nservers + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < service->nservers; i++) {
		const struct lvs_conf_server *server = &service->servers[i];

		list[i] = named(server->name, &server->name_where, &server->where);
	}
	check_names(list, service->nservers, "servers", errors);
	free(list);
	return 0;
}

static void check_twin_services(const struct lvs_conf_service **sorted, size_t n, struct lvs_conf_errors *errors)
{
	char text[LVS_CONF_SERVICE_TEXT_BYTES], hint[48];

	for (size_t i = 1; i < n; i++) {
		const struct lvs_conf_service *service = sorted[i];

		if (!readable(service) || service->ports.n || lvs_conf_order_services(sorted[i - 1], service) != 0)
			continue;
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->where,
				    first_in(&sorted[i - 1]->where, hint, sizeof(hint)),
				    "there are two services %s %s", service->mark ? "of" : "at",
				    lvs_conf_service_text(service, text));
	}
}

static int check_twin_servers(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_server **sorted = lvs_conf_sorted_servers(service);
	char text[LVS_ENDPOINT_TEXT_BYTES], hint[48];

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 1; i < service->nservers; i++) {
		const struct lvs_conf_server *server = sorted[i];

		if (lvs_addr_is_any(&server->addr) || lvs_conf_order_servers(sorted[i - 1], server) != 0)
			continue;
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where,
				    first_in(&sorted[i - 1]->where, hint, sizeof(hint)),
				    "server %s is in service \"%s\" twice",
				    lvs_endpoint_format(&server->addr, server->port, text), service->name);
	}
	free(sorted);
	return 0;
}

/* Return: the first service in @sorted that is not before @key */
static size_t lower_bound(const struct lvs_conf_service **sorted, size_t n, const struct lvs_conf_service *key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lvs_conf_order_services(sorted[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_port(const struct lvs_conf_service *service, uint16_t port)
{
	if (!port || service->port == port)
		return true;
	for (uint32_t i = 0; i < service->ports.n; i++)
		if (port >= service->ports.ranges[i].first && port <= service->ports.ranges[i].last)
			return true;
	return false;
}

/*
 * What is sent to a server whose address is a VIP is routed back into the device. With a port of a service it is
 * scheduled again, without end when that service leads back. With another port it can arrive only where the VIP is
 * local to this machine.
 */
static void check_loops(const struct lvs_conf_service **sorted, size_t n, const struct lvs_conf_service *service,
			const struct lvs_conf_server *server, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_service key = { .addr = server->addr };
	const size_t first = lower_bound(sorted, n, &key);
	char text[LVS_ENDPOINT_TEXT_BYTES];

	lvs_endpoint_format(&server->addr, server->port, text);
	for (size_t at = first; at < n && lvs_addr_equal(&sorted[at]->addr, &server->addr); at++) {
		if ((sorted[at]->protocol != service->protocol && !service->mark) || !has_port(sorted[at], server->port))
			continue;
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where,
				    "a server needs an address of its own, not a service's",
				    "server %s is %s: its packets would come back", text,
				    sorted[at] == service ? "the service itself" : "a service");
		return;
	}
	if (first < n && lvs_addr_equal(&sorted[first]->addr, &server->addr))
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &server->where,
				    "it is reached only where that address is also one of this machine",
				    "server %s has the address of service \"%s\"", text, sorted[first]->name);
}

/* Return: was there something to say? */
static bool check_loopback(const struct lvs_addr *addr, uint16_t port, const struct lvs_conf_where *where,
			   struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (!lvs_addr_is_loopback(addr))
		return false;
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, NULL, "\"%s\" is a loopback address, which never leaves its machine",
			    lvs_endpoint_format(addr, port, text));
	return true;
}

static void check_one_packet(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	if (service->one_packet && service->protocol != IPPROTO_UDP && !service->mark)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->one_packet_where,
				    "a connection of any other protocol would be torn apart",
				    "\"one_packet\" is only for UDP, and service \"%s\" is %s", service->name,
				    lvs_conf_protocol_text(service->protocol));
}

static void check_helper(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	if (!strcmp(service->helper, "ftp") && service->protocol != IPPROTO_TCP && !service->mark)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->helper_where, "FTP is of TCP",
				    "helper \"ftp\" is only for TCP, and service \"%s\" is %s", service->name,
				    lvs_conf_protocol_text(service->protocol));
	if (strcmp(service->helper, "sip"))
		return;
	if (service->protocol != IPPROTO_UDP && !service->mark)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->helper_where, "a Call-ID is looked for in datagrams",
				    "helper \"sip\" is only for UDP, and service \"%s\" is %s", service->name,
				    lvs_conf_protocol_text(service->protocol));
	else if (!service->persistent.on)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->helper_where,
				    "write \"persistent = { timeout = 3600; };\" beside it, for how long a dialog is remembered",
				    "helper \"sip\" keeps dialogs at their servers, and service \"%s\" is not persistent",
				    service->name);
}

/* What is said about another protocol than the service's would never matter. */
static void check_protocol(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_timeouts *t = &service->timeouts.seconds;
	const struct {
		uint8_t protocol;
		uint32_t said;
		const struct lvs_conf_where *where;
		const char *what;
	} rows[] = {
		{ IPPROTO_TCP, t->tcp | t->tcpfin | t->tcp_synsent | t->tcp_synrecv | t->tcp_timewait | t->tcp_close |
		  t->tcp_closewait | t->tcp_lastack | t->tcp_listen | t->tcp_synack, &service->timeouts.tcp_where, "a timeout" },
		{ IPPROTO_UDP, t->udp, &service->timeouts.udp_where, "a timeout" },
		{ IPPROTO_SCTP, t->sctp | t->sctp_init1 | t->sctp_init | t->sctp_cookie | t->sctp_shutdown | t->sctp_rejected |
		  t->sctp_closed, &service->timeouts.sctp_where, "a timeout" },
		{ IPPROTO_TCP, service->sloppy_tcp, &service->sloppy_tcp_where, "\"sloppy_tcp\"" },
		{ IPPROTO_TCP, service->syn_proxy, &service->syn_proxy_where, "\"syn_proxy\"" },
		{ IPPROTO_TCP, service->mss, &service->mss_where, "\"mss\"" },
		{ IPPROTO_TCP, service->mss_clamp, &service->mss_clamp_where, "\"mss_clamp\"" },
		{ IPPROTO_TCP, service->client_address > LVS_CONF_CLIENT_NONE, &service->client_address_where,
		  "\"client_address\"" },
		{ IPPROTO_SCTP, service->sloppy_sctp, &service->sloppy_sctp_where, "\"sloppy_sctp\"" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].said && !service->mark && service->protocol != rows[i].protocol)
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, rows[i].where, "remove it",
					    "%s is of %s, and service \"%s\" is %s", rows[i].what,
					    lvs_conf_protocol_text(rows[i].protocol), service->name,
					    lvs_conf_protocol_text(service->protocol));
}

/* Who speaks in a server's place has to hear it. */
static void check_syn_proxy(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
			    struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (service->syn_proxy != LVS_CONF_SYN_PROXY_OFF && strcmp(server->forward, "masq") != 0 &&
	    strcmp(server->forward, "fullnat") != 0)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->syn_proxy_where, "\"masq\" brings them back",
				    "\"syn_proxy\" needs the replies of server %s, which \"%s\" does not lead through lvsd",
				    lvs_endpoint_format(&server->addr, server->port, text), server->forward);
}

/* Nor would it be told of its clients, if what it says could not be translated. */
static void check_client_address(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
				 struct lvs_conf_errors *errors)
{
	const bool own = server->client_address_where.line;
	const struct lvs_conf_where *where = own ? &server->client_address_where : &service->client_address_where;
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (server->client_address <= LVS_CONF_CLIENT_NONE)
		return;
	lvs_endpoint_format(&server->addr, server->port, text);
	if (own && !service->mark && service->protocol != IPPROTO_TCP)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "remove it",
				    "\"client_address\" is of tcp, and service \"%s\" is %s", service->name,
				    lvs_conf_protocol_text(service->protocol));
	if (strcmp(server->forward, "masq") != 0 && strcmp(server->forward, "fullnat") != 0)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "\"masq\" brings them back",
				    "\"client_address\" needs the replies of server %s, which \"%s\" does not lead through lvsd",
				    text, server->forward);
	if (!strcmp(service->helper, "ftp"))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "remove one of them; the data connections would come without",
				    "\"client_address\" of server %s does not go with helper \"ftp\"", text);
}

static void check_thresholds(const struct lvs_conf_server *server, struct lvs_conf_errors *errors)
{
	char hint[80] = "it needs an \"upper_threshold\" that is not smaller";

	if (server->lower_threshold <= server->upper_threshold)
		return;
	if (server->upper_where.line)
		(void)snprintf(hint, sizeof(hint), "\"upper_threshold\" is in line %u", server->upper_where.line);
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->lower_where, hint,
			    "\"lower_threshold\" is %u and \"upper_threshold\" is %u", server->lower_threshold,
			    server->upper_threshold);
}

/* Flags have names for those schedulers that know them, and numbers for all. */
static void check_flags(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	static const struct {
		const char *scheduler;
		uint32_t flags;
	} own[] = {
		{ "sh", LVS_CONF_SH_FALLBACK | LVS_CONF_SH_PORT },
		{ "mh", LVS_CONF_MH_FALLBACK | LVS_CONF_MH_PORT },
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (service->scheduler_flags & own[i].flags && strcmp(service->scheduler, own[i].scheduler) != 0)
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->flags_where,
					    "flag-1, flag-2 and flag-3 go with any scheduler",
					    "scheduler \"%s\" has no flags of \"%s\"", service->scheduler,
					    own[i].scheduler);
}

static void check_mh(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	char hint[80] = "give \"mh_table_size\" a greater number";

	if (strcmp(service->scheduler, "mh") != 0 || service->nservers <= service->mh_table_size)
		return;
	if (service->mh_where.line)
		(void)snprintf(hint, sizeof(hint), "\"mh_table_size\" is in line %u", service->mh_where.line);
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->servers[service->mh_table_size].where, hint,
			    "service \"%s\" has %zu servers and \"mh_table_size\" is %u", service->name,
			    service->nservers, service->mh_table_size);
}

static void check_ports(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (lvs_addr_is_any(&service->addr))
		return;
	lvs_endpoint_format(&service->addr, service->port, text);
	if (service->port && service->ports.n)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->ports_where, "leave the port out of \"address\"",
				    "\"%s\" has a port already", text);
	else if (!service->port && !service->ports.n && !service->ports_where.line && !service->persistent.on)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->where,
				    "put it behind a colon; only a persistent service may have all ports",
				    "\"%s\" has no port", text);
}

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = memcmp(&x->service->addr, &y->service->addr, sizeof(x->service->addr));

	if (!order)
		order = (int)x->service->protocol - (int)y->service->protocol;
	if (!order)
		order = (int)x->range.first - (int)y->range.first;
	return order ? order : (x->service > y->service) - (x->service < y->service);
}

/* One finding for each list that takes a port from another one. */
static int check_overlaps(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES], hint[48];
	struct span *spans, *widest;
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		n += conf->services[i].ports.n;
	spans = calloc(n + 1, sizeof(*spans));
	if (!spans)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < conf->nservices; i++)
		for (uint32_t k = 0; readable(&conf->services[i]) && k < conf->services[i].ports.n; k++)
			spans[n++] = (struct span){ &conf->services[i], conf->services[i].ports.ranges[k] };
	qsort(spans, n, sizeof(*spans), by_place);
	widest = spans;
	for (struct span *span = spans + 1; span < spans + n; span++) {
		bool same = lvs_addr_equal(&widest->service->addr, &span->service->addr) &&
			    widest->service->protocol == span->service->protocol;

		if (same && span->range.first <= widest->range.last) {
			const struct span *later = widest->service > span->service ? widest : span;
			const struct span *sooner = later == span ? widest : span;

			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &later->service->ports_where,
					    first_in(&sooner->service->ports_where, hint, sizeof(hint)),
					    "port %u of %s (%s) is in two services' lists", span->range.first,
					    lvs_endpoint_format(&span->service->addr, 0, text),
					    lvs_conf_protocol_text(span->service->protocol));
		}
		if (!same || span->range.last > widest->range.last)
			widest = span;
	}
	free(spans);
	return 0;
}

static void check_server(const struct lvs_conf *conf, const struct lvs_conf_service **sorted,
			 const struct lvs_conf_service *service, const struct lvs_conf_server *server,
			 struct lvs_conf_errors *errors)
{
	check_thresholds(server, errors);
	if (lvs_addr_is_any(&server->addr))
		return;
	lvs_conf_check_forward(conf, service, readable(service), server, errors);
	if (strcmp(server->forward, "local") != 0 && !check_loopback(&server->addr, server->port, &server->where, errors))
		check_loops(sorted, conf->nservices, service, server, errors);
	check_syn_proxy(service, server, errors);
	check_client_address(service, server, errors);
}

static void check_sorry(const struct lvs_conf *conf, const struct lvs_conf_service **sorted,
			const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_server *sorry = &service->sorry_server.server;
	char text[LVS_ENDPOINT_TEXT_BYTES], hint[48];

	check_server(conf, sorted, service, sorry, errors);
	for (size_t i = 0; i < service->nservers; i++)
		if (lvs_conf_order_servers(sorry, &service->servers[i]) == 0)
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &sorry->where,
					    first_in(&service->servers[i].where, hint, sizeof(hint)),
					    "%s is a server of service \"%s\", and its sorry server too",
					    lvs_endpoint_format(&sorry->addr, sorry->port, text), service->name);
}

static int check_service(const struct lvs_conf *conf, const struct lvs_conf_service **sorted,
			 const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	int err;

	if (!service->nservers && readable(service))
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->where, "clients are refused until it has some",
				    "service \"%s\" has no servers", service->name);
	for (size_t i = 0; i < service->nservers; i++)
		check_server(conf, sorted, service, &service->servers[i], errors);
	if (service->sorry_server.on)
		check_sorry(conf, sorted, service, errors);
	(void)check_loopback(&service->addr, service->port, &service->where, errors);
	check_ports(service, errors);
	lvs_conf_check_tunnel(service, errors);
	check_one_packet(service, errors);
	check_helper(service, errors);
	check_protocol(service, errors);
	check_flags(service, errors);
	check_mh(service, errors);
	lvs_conf_limits_check(service, errors);
	lvs_conf_pickup_check(service, errors);
	lvs_conf_passive_check(service, errors);
	lvs_conf_check_health(service, errors);
	err = check_twin_servers(service, errors);
	return err < 0 ? err : check_server_names(service, errors);
}

static void check_interfaces(const struct lvs_conf *conf, const struct lvs_conf_interfaces *interfaces, const char *key,
			     const char *hint, struct lvs_conf_errors *errors)
{
	for (size_t i = 0; i < interfaces->n; i++) {
		if (!strcmp(interfaces->names[i], conf->device.name))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &interfaces->where, hint,
					    "\"%s\" holds \"%s\", the device itself", key, conf->device.name);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(interfaces->names[i], interfaces->names[k]))
				lvs_conf_errors_add(errors, LVS_CONF_ERROR, &interfaces->where, NULL,
						    "\"%s\" holds \"%s\" twice", key, interfaces->names[i]);
	}
}

int lvs_conf_check(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_service **sorted = lvs_conf_sorted_services(conf);
	int err;

	if (!sorted)
		return -ENOMEM;
	check_interfaces(conf, &conf->network.server_interfaces, "server_interfaces",
			 "name the interfaces that lead to the real servers", errors);
	check_interfaces(conf, &conf->network.client_interfaces, "client_interfaces",
			 "name the interfaces that lead to the clients", errors);
	err = lvs_conf_check_tap(conf, errors);
	if (!err)
		err = lvs_conf_check_marks(conf, errors);
	if (err < 0) {
		free(sorted);
		return err;
	}
	lvs_conf_check_control(conf, errors);
	lvs_conf_check_notify(conf, errors);
	lvs_conf_check_dips(conf, errors);
	lvs_conf_check_pool(conf, errors);
	/* After errors it is more likely that they could not be read. */
	if (!conf->nservices && !errors->nerrors)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, NULL, "add some to \"services\"",
				    "there are no services");
	check_twin_services(sorted, conf->nservices, errors);
	err = check_overlaps(conf, errors);
	if (!err)
		err = check_service_names(conf, errors);
	if (!err)
		err = lvs_conf_check_depends(conf, errors);
	if (!err)
		err = lvs_conf_pickup_check_servers(conf, errors);
	for (size_t i = 0; err == 0 && i < conf->nservices; i++)
		err = check_service(conf, sorted, &conf->services[i], errors);
	lvs_conf_check_via(conf, errors);
	free(sorted);
	return err;
}
