// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets. The kernel has done what a host does before they see a packet: outer fragments are put together, the outer IP
 * header and the UDP checksum were right, the source is none that is impossible. An IPv4 raw socket gives the packet with
 * its IP header, an IPv6 one without, a UDP socket even without the UDP header: one is written again, as the tunnel type
 * wants to see it. What the missing headers said of congestion comes beside the packet.
 */
#include "decap/ends.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/tunnel.h"
#include "engine/wire.h"
#include "io/io.h"
#include "sys/addrtext.h"

#define QUEUE_BYTES (8 << 20)	/* some 10 ms of 10 Gbit/s, with what the kernel counts beside the bytes */
#define FRONT_BYTES (LVS_IO_HEADROOM + LVS_IO_FRONT)

#ifndef UDP_NO_CHECK6_RX
#define UDP_NO_CHECK6_RX 102
#endif

union sockaddr_any {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t sockaddr_of(const struct lvs_addr *addr, bool ip6, uint16_t port, union sockaddr_any *ret_to)
{
	memset(ret_to, 0, sizeof(*ret_to));
	if (ip6) {
		ret_to->in6.sin6_family = AF_INET6;
		ret_to->in6.sin6_port = htons(port);
		memcpy(&ret_to->in6.sin6_addr, addr->bytes, sizeof(ret_to->in6.sin6_addr));
		return sizeof(ret_to->in6);
	}
	ret_to->in.sin_family = AF_INET;
	ret_to->in.sin_port = htons(port);
	ret_to->in.sin_addr.s_addr = (LVS_FORCE uint32_t)addr->words[3];
	return sizeof(ret_to->in);
}

static bool set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Return: descriptor or -Exxx */
static int open_socket(bool ip6, uint8_t proto, const struct lvs_addr *addr, uint16_t port)
{
	bool udp = proto == LVS_PROTO_UDP, fine;
	int fd = socket(ip6 ? AF_INET6 : AF_INET, (udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC | SOCK_NONBLOCK, proto);
	union sockaddr_any own;
	socklen_t bytes = sockaddr_of(addr, ip6, udp ? port : 0, &own);
	int err;

	if (fd < 0)
		return -errno;
	fine = set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	if (ip6)
		fine = fine && set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) && (!udp || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
		       (!udp || set(fd, IPPROTO_UDP, UDP_NO_CHECK6_RX, 1));	/* RFC 6935: tunnels may do without */
	else
		fine = fine && (!udp || set(fd, IPPROTO_IP, IP_RECVTOS, 1));
	if (!fine || bind(fd, &own.any, bytes) < 0) {
		err = -errno;
		(void)close(fd);
		return err;
	}
	/* Without CAP_NET_ADMIN the system's limit holds. */
	if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_BYTES))
		(void)set(fd, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
	return fd;
}

static int explain(int err, uint8_t proto, const struct lvs_addr *addr, uint16_t port, char *message)
{
	char text[LVS_ENDPOINT_TEXT_BYTES], what[24] = "UDP";
	const char *why;

	switch (-err) {
	case EPERM:
	case EACCES:
		why = "no CAP_NET_RAW in this network namespace; start as root, or give it with "
		      "\"AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN\" or \"--cap-add NET_RAW\"";
		break;
	case EADDRINUSE:
		why = "another program has the port, or the kernel itself (\"ip fou show\")";
		break;
	case EADDRNOTAVAIL:
		why = "it is no address of this host";
		break;
	default:
		why = strerror(-err);
	}
	if (proto != LVS_PROTO_UDP)
		(void)snprintf(what, sizeof(what), "protocol %u", proto);
	(void)snprintf(message, LVS_DECAP_MESSAGE_MAX, "cannot listen for %s at %s: %s", what,
		       lvs_endpoint_format(addr, proto == LVS_PROTO_UDP ? port : 0, text), why);
	return err;
}

/* All sockets for one address. Return: 0 or -Exxx */
static int open_at(const struct lvs_decap_options *options, const struct lvs_addr *addr, bool ip6, char *message,
		   struct lvs_decap_ends *ends)
{
	static const struct {
		unsigned int type;
		uint8_t proto;
	} rows[] = {
		{ 1U << LVS_TUNNEL_INDEX_ipip, LVS_PROTO_IP4 },
		{ 1U << LVS_TUNNEL_INDEX_ipip, LVS_PROTO_IP6 },
		{ 1U << LVS_TUNNEL_INDEX_gre, LVS_PROTO_GRE },
		{ 1U << LVS_TUNNEL_INDEX_gue, LVS_PROTO_UDP },
	};
	uint16_t port = lvs_host16(options->rules.port);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd;

		if (!(options->types & rows[i].type))
			continue;
		fd = open_socket(ip6, rows[i].proto, addr, port);
		if (fd < 0)
			return explain(fd, rows[i].proto, addr, port, message);
		ends->v[ends->n++] = (struct lvs_decap_end){ .fd = fd, .ip6 = ip6, .proto = rows[i].proto,
							      .port = options->rules.port };
	}
	return 0;
}

static int open_all(const struct lvs_decap_options *options, char *message, struct lvs_decap_ends *ends)
{
	struct lvs_addr any;
	int err = 0;

	for (size_t i = 0; i < options->nlisten && !err; i++)
		err = open_at(options, &options->listen[i], !lvs_addr_is4(&options->listen[i]), message, ends);
	if (options->nlisten || err)
		return err;
	any = lvs_addr_any(true);
	err = open_at(options, &any, false, message, ends);
	if (err)
		return err;
	any = lvs_addr_any(false);
	err = open_at(options, &any, true, message, ends);
	/* Without IPv6, neither the sockets nor the address :: are there. */
	return err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL ? 0 : err;
}

int lvs_decap_ends_open(const struct lvs_decap_options *options, char message[LVS_DECAP_MESSAGE_MAX],
			struct lvs_decap_ends *ret_ends)
{
	struct lvs_decap_ends ends = { .room = calloc(1, FRONT_BYTES + LVS_IO_BYTES_MAX + LVS_IO_TAILROOM) };
	int err = -ENOMEM;

	if (ends.room)
		err = open_all(options, message, &ends);
	else
		(void)snprintf(message, LVS_DECAP_MESSAGE_MAX, "%s", strerror(ENOMEM));
	if (err) {
		lvs_decap_ends_fini(&ends);
		return err;
	}
	*ret_ends = ends;
	for (size_t i = 0; i < ends.n; i++)
		ret_ends->v[i].ends = ret_ends;
	return 0;
}

void lvs_decap_ends_fini(struct lvs_decap_ends *ends)
{
	for (size_t i = 0; i < ends->n; i++)
		(void)close(ends->v[i].fd);
	ends->n = 0;
	free(ends->room);
	ends->room = NULL;
}

static void read_control(struct lvs_decap_end *end, struct msghdr *message, uint8_t *tos)
{
	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		int value;

		if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_TCLASS) {
			memcpy(&value, CMSG_DATA(at), sizeof(value));
			*tos = (uint8_t)value;
		} else if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_TOS) {
			*tos = *CMSG_DATA(at);
		} else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&end->overrun, CMSG_DATA(at), sizeof(end->overrun));
		}
	}
}

/* Return: false if there is no whole IPv4 header in front */
static bool strip_ip4(struct lvs_packet *packet, uint8_t *tos)
{
	const struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
	uint32_t bytes = ip ? (ip->ver_ihl & 0x0fU) * 4 : 0;

	if (bytes < sizeof(*ip) || bytes > packet->len)
		return false;
	*tos = ip->tos;
	packet->data += bytes;
	packet->len -= bytes;
	packet->headroom += bytes;
	return true;
}

int lvs_decap_receive(struct lvs_decap_end *end, struct lvs_decap_outer *ret_outer, struct lvs_packet *ret_packet)
{
	struct lvs_udp *udp = (struct lvs_udp *)(end->ends->room + FRONT_BYTES);
	uint32_t before = end->proto == LVS_PROTO_UDP ? sizeof(*udp) : 0;
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(int)) * 2];
	} control;
	union sockaddr_any from;
	struct iovec part = { .iov_base = end->ends->room + FRONT_BYTES + before, .iov_len = LVS_IO_BYTES_MAX - before };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct lvs_packet packet = { .data = end->ends->room + FRONT_BYTES, .headroom = LVS_IO_HEADROOM,
				     .tailroom = LVS_IO_TAILROOM };
	struct lvs_decap_outer outer = { .proto = end->proto };
	ssize_t got;

	do
		got = recvmsg(end->fd, &message, 0);
	while (lvs_unlikely(got < 0) && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (message.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	packet.len = before + (uint32_t)got;
	outer.src = end->ip6 ? lvs_addr_from6(&from.in6.sin6_addr) : lvs_addr_from4((LVS_FORCE lvs_be32)from.in.sin_addr.s_addr);
	read_control(end, &message, &outer.tos);
	if (before)
		*udp = (struct lvs_udp){ .dport = end->port, .len = LVS_BE16(packet.len) };
	else if (!end->ip6 && !strip_ip4(&packet, &outer.tos))
		return -EMSGSIZE;
	*ret_outer = outer;
	*ret_packet = packet;
	return 1;
}
