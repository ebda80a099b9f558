/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The largest segment that the ends of a connection agree on (RFC 9293 section 3.7.1), lowered on its way: for paths whose
 * routers' complaints about long packets never arrive.
 */
#ifndef LVS_ENGINE_MSS_H
#define LVS_ENGINE_MSS_H

#include <stdint.h>

struct lvs_packet;
struct lvs_server;
struct lvs_service_spec;

/* No less is made of a path's MTU: what RFC 9293 takes every host to receive, with this many bytes in a segment. */
#define LVS_MSS_LEAST_IP4 536
#define LVS_MSS_LEAST_IP6 1220

/**
 * lvs_mss_limit() - what @spec lets a segment carry that is exchanged with @server
 * @server:	NULL: nobody knows yet which one it will be, and the path does not count
 *
 * A path is measured in packets of clients, and so are its headers: those of the service's family, whatever the server's is.
 *
 * Return: bytes; UINT16_MAX if there is no limit
 */
uint16_t lvs_mss_limit(const struct lvs_service_spec *spec, const struct lvs_server *server);

/**
 * lvs_mss_clamp() - a SYN is about to leave: what it says of its sender's segments must not be more than that
 * @packet:	parsed TCP segment with SYN of a connection of @server, which is not removed
 *
 * Options that are not there, malformed or low enough stay as they are; the checksum follows, unless it is partial.
 */
void lvs_mss_clamp(const struct lvs_server *server, struct lvs_packet *packet);

#endif
