// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TAP driver: a station of its own on a LAN. Frames come and go behind a struct virtio_net_hdr, so that super-packets
 * pass whole; what is not IP for our station ends here, and what is leaves without the frame around it. The offload
 * header counts from where the frame begins, the engine from where the IP header does.
 *
 * Everything that a host says of itself to its neighbours is in lan.c; this file has the frames.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "io/lan.h"
#include "io/tuntap.h"
#include "sys/clock.h"
#include "sys/entropy.h"

#define LINK_BYTES_MAX (LVS_ETHER_BYTES + LVS_ETHER_TAG_BYTES)
static_assert(sizeof(struct lvs_vnet) + LINK_BYTES_MAX <= LVS_IO_FRONT, "frames would reach into the headroom");

/**
 * struct tap_io - a station
 * @tag:	what stands between the addresses and the type of each frame if @tagged
 * @now:	of the burst
 */
struct tap_io {
	struct lvs_tuntap tuntap;
	struct lvs_lan *lan;
	struct lvs_mac mac;
	struct lvs_ether_tag tag;
	bool tagged;
	lvs_ns now;
};

static struct tap_io *tap_io(struct lvs_io *io)
{
	return container_of(io, struct tap_io, tuntap.io);
}

static void tap_close(struct lvs_io *io)
{
	struct tap_io *tap;

	if (!io)
		return;
	tap = tap_io(io);
	lvs_tuntap_close(&tap->tuntap);
	lvs_lan_free(tap->lan);
	free(tap);
}

static void count_neighbours(struct tap_io *tap)
{
	const struct lvs_neighbour_stats *neighbours = lvs_lan_neighbour_stats(tap->lan);
	const struct lvs_lan_stats *lan = lvs_lan_stats(tap->lan);
	struct lvs_io_stats *stats = &tap->tuntap.io.stats;

	stats->tx_no_route = lan->no_route + lan->own;
	stats->tx_unresolved = neighbours->absent;
	stats->tx_waiting = neighbours->full;
	stats->lan_asked = neighbours->asked;
	stats->lan_unreachable = neighbours->unreachable;
	stats->lan_answered = lan->answered;
	stats->lan_limited = lan->limited;
	stats->lan_ignored = lan->ignored;
	stats->lan_conflicts = lan->conflicts;
}

/* What the table of neighbours has to do next may have changed. */
static void settle(struct tap_io *tap)
{
	tap->tuntap.io.deadline = lvs_lan_due(tap->lan);
}

/* Put the headers in front of an IP or ARP packet, and send it. Calls: write. */
static void send_frame(void *arg, struct lvs_packet *packet, lvs_be16 type, const struct lvs_mac *to)
{
	struct tap_io *tap = arg;
	struct lvs_io *io = &tap->tuntap.io;
	uint32_t link = tap->tuntap.link_bytes;
	uint8_t *at = packet->data - link;
	struct lvs_vnet vnet = packet->vnet;

	memcpy(at, to, sizeof(*to));
	memcpy(at + sizeof(*to), &tap->mac, sizeof(tap->mac));
	if (tap->tagged)
		memcpy(at + 2 * sizeof(*to), &tap->tag, sizeof(tap->tag));
	memcpy(packet->data - sizeof(type), &type, sizeof(type));
	if (vnet.flags & LVS_VNET_NEEDS_CSUM)
		vnet.csum_start = (uint16_t)(vnet.csum_start + link);
	if (vnet.hdr_len)
		vnet.hdr_len = (uint16_t)(vnet.hdr_len + link);
	at -= sizeof(vnet);
	memcpy(at, &vnet, sizeof(vnet));
	if (lvs_tuntap_write(io, at, sizeof(vnet) + link + packet->len))
		lvs_tuntap_tx_done(io, packet);
}

/* The configured address, that of the device it is bound to (macvtap), or, all zeros, one of lan.c's own making. */
static int find_mac(const struct tap_io *tap, struct lvs_lan_params *lan, char message[LVS_IO_MESSAGE_MAX])
{
	static const struct lvs_mac none;
	struct ifreq ifr = { 0 };
	struct lvs_mac mac;

	if (!tap->tuntap.foreign)
		return 0;
	if (ioctl(tap->tuntap.io.fd, SIOCGIFHWADDR, &ifr) < 0) {
		int err = errno;

		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot learn the address of device \"%s\": %s", tap->tuntap.io.name,
			       strerror(err));
		return -err;
	}
	memcpy(&mac, ifr.ifr_hwaddr.sa_data, sizeof(mac));
	if (!lvs_mac_equal(&lan->mac, &none) && !lvs_mac_equal(&lan->mac, &mac)) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "device \"%s\" has another address than device.mac, and takes no "
			       "frames for that one", tap->tuntap.io.name);
		return -EINVAL;
	}
	lan->mac = mac;
	return 0;
}

static int open_lan(struct tap_io *tap, const struct lvs_lan_params *params, char message[LVS_IO_MESSAGE_MAX])
{
	struct lvs_lan_params lan = *params;
	int err = find_mac(tap, &lan, message);

	if (err)
		return err;
	err = lvs_entropy_fill(&lan.key, sizeof(lan.key));
	if (!err)
		err = lvs_lan_new(&lan, LVS_IO_FRONT, send_frame, tap, &tap->lan);
	if (err)
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot set up neighbours on device \"%s\": %s", tap->tuntap.io.name,
			       strerror(-err));
	return err;
}

static int tap_open(const struct lvs_io_params *params, char message[LVS_IO_MESSAGE_MAX], struct lvs_io **ret_io)
{
	struct tap_io *tap = calloc(1, sizeof(*tap));
	int err;

	if (!tap) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "out of memory for the device");
		return -ENOMEM;
	}
	tap->tagged = params->lan->vlan != 0;
	tap->tag = (struct lvs_ether_tag){ .tpid = LVS_ETHER_VLAN, .tci = LVS_BE16(params->lan->vlan) };
	tap->tuntap.link_bytes = LVS_ETHER_BYTES + (tap->tagged ? LVS_ETHER_TAG_BYTES : 0);
	err = lvs_tuntap_open(&tap->tuntap, &lvs_io_tap, params, message);
	if (!err)
		err = open_lan(tap, params->lan, message);
	if (err) {
		if (params->fd >= 0)
			tap->tuntap.io.fd = -1;		/* the caller's still */
		tap_close(&tap->tuntap.io);
		return err;
	}
	tap->mac = *lvs_lan_mac(tap->lan);
	tap->tuntap.io.neighbours = true;
	tap->tuntap.io.offloads |= LVS_IO_NEIGHBOUR_OFFLOAD;
	*ret_io = &tap->tuntap.io;
	return 0;
}

static bool foreign(struct tap_io *tap)
{
	tap->tuntap.io.stats.rx_foreign++;
	return false;
}

/* The offload header counts from the IP header on. Return: false if it points in front of that */
static bool shift_vnet(struct lvs_vnet *vnet, uint32_t link)
{
	vnet->hdr_len = (uint16_t)(vnet->hdr_len > link ? vnet->hdr_len - link : 0);
	if (!(vnet->flags & LVS_VNET_NEEDS_CSUM))
		return true;
	if (vnet->csum_start < link)
		return false;
	vnet->csum_start = (uint16_t)(vnet->csum_start - link);
	return true;
}

/* The type of what is in a frame that was read up to @packet's data, 0 if it is not of our VLAN. */
static lvs_be16 type_of(const struct tap_io *tap, const struct lvs_packet *packet)
{
	const struct lvs_ether_tag *tag = (const void *)(packet->data - LINK_BYTES_MAX + 2 * sizeof(struct lvs_mac));
	lvs_be16 type;

	if (tap->tagged && (tag->tpid != tap->tag.tpid ||
			    (lvs_host16(tag->tci) & LVS_ETHER_VID) != lvs_host16(tap->tag.tci)))
		return 0;
	memcpy(&type, packet->data - sizeof(type), sizeof(type));
	return type;
}

/* Neighbours speak: seldom, so that what follows is not the fast path. */
static bool hear(struct tap_io *tap, const struct lvs_packet *packet, lvs_be16 type, const struct lvs_ether *frame)
{
	const struct lvs_mac from = frame->src;
	bool heard = true;

	if (type == LVS_ETHER_ARP)
		lvs_lan_hear_arp(tap->lan, packet->data, packet->len, tap->now);
	else
		heard = lvs_lan_hear_ip6(tap->lan, packet->data, packet->len, &from, tap->now);
	if (heard) {
		count_neighbours(tap);
		settle(tap);
	}
	return heard;
}

static bool take_frame(struct lvs_tuntap *tuntap, struct lvs_packet *packet)
{
	struct tap_io *tap = container_of(tuntap, struct tap_io, tuntap);
	const struct lvs_ether *frame = (const void *)(packet->data - tuntap->link_bytes);
	lvs_be16 type = type_of(tap, packet);
	bool for_us = lvs_mac_equal(&frame->dst, &tap->mac);

	if (!for_us && !lvs_mac_is_group(&frame->dst))
		return foreign(tap);
	if (!shift_vnet(&packet->vnet, tuntap->link_bytes)) {
		tuntap->io.stats.rx_bad++;
		return false;
	}
	/* Between an IPv6 header's 8th byte, the next header, and the message's type are 34 others. */
	if (type == LVS_ETHER_ARP || (type == LVS_ETHER_IP6 && packet->len > 40 && (packet->data[6] == 58 || !for_us)))
		if (hear(tap, packet, type, frame))
			return false;
	if (!for_us || (type != LVS_ETHER_IP4 && type != LVS_ETHER_IP6))
		return foreign(tap);
	/* One that says one thing and is another would be let through by its first byte. */
	return packet->data[0] >> 4 == (type == LVS_ETHER_IP4 ? 4 : 6) || foreign(tap);
}

/* Calls: read, write (answers). */
static int tap_rx(struct lvs_io *io, struct lvs_packet *packets, size_t max)
{
	struct tap_io *tap = tap_io(io);

	tap->now = lvs_clock_now();
	return lvs_tuntap_rx(&tap->tuntap, packets, max, take_frame);
}

/* Calls: write. */
static void tap_tx(struct lvs_io *io, struct lvs_packet *packet)
{
	struct tap_io *tap = tap_io(io);
	const struct lvs_mac *mac = lvs_lan_resolve(tap->lan, packet, tap->now);

	if (lvs_likely(mac)) {
		send_frame(tap, packet, packet->data[0] >> 4 == 4 ? LVS_ETHER_IP4 : LVS_ETHER_IP6, mac);
		return;
	}
	count_neighbours(tap);
	settle(tap);
}

static lvs_ns tap_tick(struct lvs_io *io, lvs_ns now)
{
	struct tap_io *tap = tap_io(io);

	tap->now = now;
	(void)lvs_lan_tick(tap->lan, now);
	count_neighbours(tap);
	settle(tap);
	return io->deadline;
}

static int tap_claim(struct lvs_io *io, const struct lvs_addr *addrs, size_t n, lvs_ns now)
{
	struct tap_io *tap = tap_io(io);
	int err = lvs_lan_claim(tap->lan, addrs, n, now);

	settle(tap);
	return err;
}

const struct lvs_io_ops lvs_io_tap = {
	.name = "tap",
	.l2 = true,
	.headroom = LVS_IO_HEADROOM,
	.open = tap_open,
	.rx = tap_rx,
	.tx = tap_tx,
	.tick = tap_tick,
	.claim = tap_claim,
	.close = tap_close,
};
