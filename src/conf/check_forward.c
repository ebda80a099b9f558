// SPDX-License-Identifier: GPL-2.0-or-later
/* What a forwarding method keeps as it is cannot differ, and what it needs has to be there. */
#include "conf/check_forward.h"

#include <stdio.h>
#include <string.h>

#include "conf/errors.h"
#include "conf/pool.h"
#include "sys/addrtext.h"

/* RFC 8200 section 5 */
#define MTU_MIN_IP6 1280

static bool is(const struct lvs_conf_server *server, const char *forward)
{
	return !strcmp(server->forward, forward);
}

static void check_port(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		       struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (is(server, "masq") || is(server, "fullnat") || server->port == service->port)
		return;
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where, "only masq and fullnat can map a port to another one",
			    "\"%s\" keeps the port, and server %s has another one than service \"%s\"", server->forward,
			    lvs_endpoint_format(&server->addr, server->port, text), service->name);
}

static void check_family(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
			 struct lvs_conf_errors *errors)
{
	bool four = lvs_addr_is4(&service->addr);
	char text[LVS_ENDPOINT_TEXT_BYTES], hint[48];

	if (is(server, "tunnel") || is(server, "fullnat") || lvs_addr_is4(&server->addr) == four)
		return;
	(void)snprintf(hint, sizeof(hint), "%s keeps the address family", server->forward);
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where, hint, "server %s is %s and service \"%s\" is %s",
			    lvs_endpoint_format(&server->addr, server->port, text), four ? "IPv6" : "IPv4",
			    service->name, four ? "IPv4" : "IPv6");
}

static bool same_place(const struct lvs_conf_where *a, const struct lvs_conf_where *b)
{
	return a->line == b->line && a->offset == b->offset;
}

/* Has @server the tunnel of its service, because it says nothing of its own? */
static bool inherits(const struct lvs_conf_server *server, const struct lvs_conf_service *service)
{
	const struct lvs_conf_tunnel *a = &server->tunnel, *b = &service->tunnel;

	return same_place(&a->type_where, &b->type_where) && same_place(&a->port_where, &b->port_where) &&
	       same_place(&a->csum_where, &b->csum_where);
}

/* Where the first thing is that a tunnel says, or else @other. */
static const struct lvs_conf_where *place_of(const struct lvs_conf_tunnel *tunnel, const struct lvs_conf_where *other)
{
	if (tunnel->type_where.line)
		return &tunnel->type_where;
	if (tunnel->port_where.line)
		return &tunnel->port_where;
	return tunnel->csum_where.line ? &tunnel->csum_where : other;
}

/* Whether anybody uses it or not. @where: of whose it is */
static void check_tunnel(const struct lvs_conf_tunnel *tunnel, const struct lvs_conf_where *where,
			 struct lvs_conf_errors *errors)
{
	bool gue = !strcmp(tunnel->type, "gue");

	if (gue && !tunnel->port)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, place_of(tunnel, where), "the server listens there, often at 6080",
				    "a \"gue\" tunnel needs a \"port\"");
	if (!gue && tunnel->port)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &tunnel->port_where, "only \"gue\" has a port",
				    "a tunnel of type \"%s\" has no \"port\"", tunnel->type);
	if ((tunnel->csum == LVS_CONF_REMCSUM && !gue) || (tunnel->csum == LVS_CONF_CSUM && !strcmp(tunnel->type, "ipip")))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &tunnel->csum_where,
				    "\"ipip\" has none, \"gre\" takes \"csum\", \"gue\" all",
				    "a tunnel of type \"%s\" has no such checksum", tunnel->type);
}

/* A tunnel that nobody asks for is not an error: servers may come and go. */
static void check_own_tunnel(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
			     struct lvs_conf_errors *errors)
{
	if (!server->tunnel.on || inherits(server, service))
		return;
	check_tunnel(&server->tunnel, &server->where, errors);
	if (!is(server, "tunnel"))
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, place_of(&server->tunnel, &server->where),
				    "it needs \"forward = \\\"tunnel\\\"\" to have a meaning",
				    "server \"%s\" has a tunnel, but its forwarding method is \"%s\"", server->name,
				    server->forward);
}

void lvs_conf_check_tunnel(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_server *sorry = service->sorry_server.on ? &service->sorry_server.server : NULL;
	bool used = !strcmp(service->forward, "tunnel") || (sorry && is(sorry, "tunnel") && inherits(sorry, service));

	if (!service->tunnel.on)
		return;
	check_tunnel(&service->tunnel, &service->where, errors);
	for (size_t i = 0; !used && i < service->nservers; i++)
		used = is(&service->servers[i], "tunnel") && inherits(&service->servers[i], service);
	if (!used)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, place_of(&service->tunnel, &service->where),
				    "it is for servers with \"forward = \\\"tunnel\\\"\" that have none of their own",
				    "service \"%s\" has a tunnel, and none of its servers is reached by it", service->name);
}

static void check_dip_of_tunnel(const struct lvs_conf *conf, const struct lvs_conf_server *server,
				struct lvs_conf_errors *errors)
{
	bool four = lvs_addr_is4(&server->addr);
	struct lvs_addr dip = lvs_conf_dip(conf, four);

	if (lvs_conf_on_lan(conf) && lvs_addr_is_any(&dip))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where,
				    four ? "give \"tap.addresses\" one of IPv4" : "give \"tap.addresses\" one of IPv6",
				    "tunnel packets to server \"%s\" have no address to come from", server->name);
}

/* Of the path, so of the family that goes along it. */
static void check_mtu(const struct lvs_conf_server *server, struct lvs_conf_errors *errors)
{
	if (server->mtu && server->mtu < MTU_MIN_IP6 && !lvs_addr_is4(&server->addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->mtu_where, "every link carries 1280 bytes of IPv6",
				    "an \"mtu\" of %u is too small for IPv6 server \"%s\"", server->mtu, server->name);
}

void lvs_conf_check_forward(const struct lvs_conf *conf, const struct lvs_conf_service *service, bool readable,
			    const struct lvs_conf_server *server, struct lvs_conf_errors *errors)
{
	if (readable) {
		check_port(service, server, errors);
		check_family(service, server, errors);
	}
	check_mtu(server, errors);
	if (is(server, "fullnat"))
		lvs_conf_check_fullnat(conf, service, server, errors);
	if (is(server, "tunnel"))
		check_dip_of_tunnel(conf, server, errors);
	check_own_tunnel(service, server, errors);
}

static void check_dip(const struct lvs_addr *addr, uint16_t port, bool four, const struct lvs_conf_where *where,
		      struct lvs_conf_errors *errors)
{
	const char *key = four ? "dip" : "dip6", *other = four ? "\"dip6\" is for IPv6" : "\"dip\" is for IPv4";
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (lvs_addr_is_any(addr))
		return;
	lvs_endpoint_format(addr, port, text);
	if (lvs_addr_is4(addr) != four)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, other, "\"%s\" is %s, and \"%s\" is not", key,
				    four ? "IPv4" : "IPv6", text);
	else if (port)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "it is an address without a port",
				    "\"%s\" has a port: \"%s\"", key, text);
	else if (lvs_addr_is_loopback(addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, NULL,
				    "\"%s\" is a loopback address, which never leaves its machine", text);
}

void lvs_conf_check_dips(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_director *director = &conf->director;

	check_dip(&director->dip, director->dip_port, true, &director->dip_where, errors);
	check_dip(&director->dip6, director->dip6_port, false, &director->dip6_where, errors);
}
