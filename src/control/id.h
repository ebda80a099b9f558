/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What services and servers are called in the API: "tcp:192.0.2.10:80", "udp:[2001:db8::53]:53", of a list of ports
 * "tcp:192.0.2.10:80,443,8000-8999", of a mark "fwm:7" or, for IPv6, "fwm6:7"; a server "10.0.0.11:8080". Where they are
 * asked for, their names do as well.
 */
#ifndef LVS_CONTROL_ID_H
#define LVS_CONTROL_ID_H

#include "base/ports.h"
#include "conf/text.h"
#include "engine/server.h"
#include "sys/addrtext.h"

struct lvs_conf;
struct lvs_conf_service;

#define LVS_ID_BYTES (LVS_CONF_PORTS_TEXT_BYTES + 64)

/**
 * lvs_id_service() - of a service
 * @ports:	its list of ports; only if @key is ranged
 *
 * Return: @buf
 */
char *lvs_id_service(const struct lvs_service_key *key, const struct lvs_ports *ports, char buf[LVS_ID_BYTES]);

/* Of a server, or of any end of a connection; @port may be 0. Return: @buf */
char *lvs_id_end(const struct lvs_addr *addr, lvs_be16 port, char buf[LVS_ENDPOINT_TEXT_BYTES]);

/* "tcp", "udp", "sctp"; "fwm" for 0. */
const char *lvs_id_protocol(uint8_t proto);

/**
 * lvs_id_parse_service() - what an id says
 * @ret_ports:	n is 0 if the id has no list
 *
 * Return: is @text one, of whatever there is or not?
 */
bool lvs_id_parse_service(const char *text, struct lvs_service_key *ret_key, struct lvs_ports *ret_ports);

/* As lvs_endpoint_parse(), but a port of 0 can be said. Return: is @text one? */
bool lvs_id_parse_end(const char *text, struct lvs_addr *ret_addr, lvs_be16 *ret_port);

/* By id or by name. Return: borrowed, or NULL */
const struct lvs_conf_service *lvs_id_find_service(const struct lvs_conf *conf, const char *text);
const struct lvs_conf_server *lvs_id_find_server(const struct lvs_conf_service *service, const char *text);

#endif
