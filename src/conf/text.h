/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small values as lvs.conf spells them, and what services are called. */
#ifndef LVS_CONF_TEXT_H
#define LVS_CONF_TEXT_H

#include "conf/conf.h"

#define LVS_CONF_PORTS_TEXT_BYTES (LVS_PORTS_MAX * 12 + 1)
#define LVS_CONF_SERVICE_TEXT_BYTES (LVS_CONF_PORTS_TEXT_BYTES + 64)

/**
 * lvs_conf_ports_parse() - read "80,443,8000-8999"
 * @ret_ports:	in ascending order, whatever that of @text
 *
 * Return: NULL, or why it is refused, as the end of a sentence about the text
 */
const char *lvs_conf_ports_parse(const char *text, struct lvs_ports *ret_ports);

/* Return: @buf */
char *lvs_conf_ports_format(const struct lvs_ports *ports, char buf[LVS_CONF_PORTS_TEXT_BYTES]);

/* "tcp", "udp", "sctp" or, for 0, "any". */
const char *lvs_conf_protocol_text(uint8_t protocol);

/* Where a service is reached, for messages: "192.0.2.10:80, tcp", or "mark 7, inet6". Return: @buf */
char *lvs_conf_service_text(const struct lvs_conf_service *service, char buf[LVS_CONF_SERVICE_TEXT_BYTES]);

/*
 * The name of a service that has none of its own: "tcp-192.0.2.10:80", of a list of ports "tcp-192.0.2.10:80-8999", of a
 * mark "fwmark-7" or "fwmark-7-inet6".
 */
void lvs_conf_service_name(const struct lvs_conf_service *service, char name[LVS_CONF_NAME_BYTES]);

#endif
