// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ceiling of a TUN data plane: read a packet, rewrite it, write it, nothing else. One fixed mapping stands where a
 * director has services, schedulers and connections: port p of the VIP becomes port p + SHIFT of the RIP, and back.
 * Packets that fit neither direction are written as they came. The device has the offloads that lvsd asks for, so
 * super-packets pass through with their virtio_net_hdr, and a checksum is complete (addresses and ports count) or partial
 * (addresses only). Fragments are not looked for: the rig sends none.
 *
 * usage: echo DEVICE VIP RIP SHIFT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/csum.h"
#include "engine/packet.h"
#include "engine/wire.h"

#ifndef TUN_F_USO4	/* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

/* struct mapping - @to_rip: what VIP -> RIP adds to a checksum; @to_vip: the way back */
struct mapping {
	struct lvs_addr vip, rip;
	uint16_t shift;
	uint16_t to_rip, to_vip;
};

/* struct frame - what one read() fills and one write() takes */
struct frame {
	uint8_t pad[6];		/* puts the IP header on 16 bytes */
	struct wire {
		struct lvs_vnet vnet;
		uint8_t ip[65536];
	} wire;
};

static int tun_open(const char *name)
{
	static const unsigned int ladder[] = {
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
	};
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	err = ioctl(fd, TUNSETIFF, &ifr) < 0 ? -errno : 0;
	if (!err && ioctl(fd, TUNSETOFFLOAD, ladder[0]) < 0 && ioctl(fd, TUNSETOFFLOAD, ladder[1]) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int addr_parse(const char *text, struct lvs_addr *ret_addr)
{
	lvs_be32 addr4;
	uint8_t addr6[16];

	if (inet_pton(AF_INET, text, &addr4) == 1)
		*ret_addr = lvs_addr_from4(addr4);
	else if (inet_pton(AF_INET6, text, addr6) == 1)
		*ret_addr = lvs_addr_from6(addr6);
	else
		return -EINVAL;
	return 0;
}

/* @field: the address in the header. Return: whether it was @from, and now is @to. */
static bool addr_swap(uint8_t *field, size_t len, const struct lvs_addr *from, const struct lvs_addr *to)
{
	if (memcmp(field, from->bytes + 16 - len, len) != 0)
		return false;
	memcpy(field, to->bytes + 16 - len, len);
	return true;
}

static void l4_rewrite(const struct lvs_vnet *vnet, uint8_t proto, uint8_t *l4, uint16_t addr_delta, bool reply,
		       uint16_t shift)
{
	lvs_be16 *port = (lvs_be16 *)(void *)(l4 + (reply ? 0 : 2));
	lvs_be16 *csum = (lvs_be16 *)(void *)(l4 + (proto == LVS_PROTO_TCP ? offsetof(struct lvs_tcp, csum) :
							     offsetof(struct lvs_udp, csum)));
	lvs_be16 old = *port;

	*port = LVS_BE16(reply ? lvs_host16(old) - shift : lvs_host16(old) + shift);
	if (vnet->flags & LVS_VNET_NEEDS_CSUM) {
		*csum = lvs_csum_update_partial(*csum, addr_delta);
	} else if (proto == LVS_PROTO_TCP || *csum) {
		*csum = lvs_csum_update(*csum, lvs_csum_fold((uint32_t)addr_delta + lvs_csum_delta(old, *port)));
		if (proto == LVS_PROTO_UDP && !*csum)
			*csum = LVS_BE16(0xffff);
	}
}

static void rewrite(const struct mapping *map, struct wire *wire)
{
	struct lvs_ip4 *ip4 = (struct lvs_ip4 *)wire->ip;
	struct lvs_ip6 *ip6 = (struct lvs_ip6 *)wire->ip;
	bool is4 = wire->ip[0] >> 4 == 4;
	uint8_t *src = is4 ? (uint8_t *)&ip4->src : ip6->src;
	uint8_t *dst = is4 ? (uint8_t *)&ip4->dst : ip6->dst;
	uint8_t proto = is4 ? ip4->proto : ip6->next;
	size_t len = is4 ? 4 : 16;
	bool reply = false;
	uint16_t delta;

	if (is4 != lvs_addr_is4(&map->vip) || (proto != LVS_PROTO_TCP && proto != LVS_PROTO_UDP))
		return;
	if (!addr_swap(dst, len, &map->vip, &map->rip)) {
		reply = addr_swap(src, len, &map->rip, &map->vip);
		if (!reply)
			return;
	}
	delta = reply ? map->to_vip : map->to_rip;
	if (is4)
		ip4->csum = lvs_csum_update(ip4->csum, delta);
	l4_rewrite(&wire->vnet, proto, wire->ip + (is4 ? (ip4->ver_ihl & 15) * 4 : (int)sizeof(*ip6)), delta, reply,
		   map->shift);
}

/* Return: only when the device fails */
static int pump(int fd, const struct mapping *map, struct wire *wire)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t n = read(fd, wire, sizeof(*wire));

		if (n >= (ssize_t)(sizeof(wire->vnet) + sizeof(struct lvs_ip4) + sizeof(struct lvs_udp))) {
			rewrite(map, wire);
			n = write(fd, wire, (size_t)n);
			(void)n;	/* what the kernel refuses is lost, as on a wire */
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -errno;
		} else if (n < 0 && poll(&pfd, 1, -1) < 0 && errno != EINTR) {
			return -errno;
		}
	}
}

int main(int argc, char **argv)
{
	struct mapping map = { 0 };
	struct frame *frame;
	int fd, err;

	if (argc != 5 || addr_parse(argv[2], &map.vip) || addr_parse(argv[3], &map.rip)) {
		fputs("usage: echo DEVICE VIP RIP SHIFT\n", stderr);
		return 2;
	}
	map.shift = (uint16_t)strtoul(argv[4], NULL, 10);
	map.to_rip = lvs_csum_delta(lvs_csum_addr(&map.vip), lvs_csum_addr(&map.rip));
	map.to_vip = lvs_csum_delta(lvs_csum_addr(&map.rip), lvs_csum_addr(&map.vip));
	fd = tun_open(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "echo: cannot open \"%s\": %s\n", argv[1], strerror(-fd));
		return 1;
	}
	frame = aligned_alloc(4096, (sizeof(*frame) + 4095) / 4096 * 4096);
	err = frame ? pump(fd, &map, &frame->wire) : -ENOMEM;
	fprintf(stderr, "echo: \"%s\": %s\n", argv[1], strerror(-err));
	free(frame);
	close(fd);
	return 1;
}
