// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TUN driver: IP packets to and from the kernel, each behind a struct virtio_net_hdr, so that super-packets of up to
 * 64 KiB pass through whole and with partial checksums. What goes to a neighbour whatever its destination takes raw
 * sockets, which have no offloads.
 */
#include <stdio.h>
#include <stdlib.h>

#include "io/direct.h"
#include "io/tuntap.h"

static_assert(sizeof(struct lvs_vnet) <= LVS_IO_FRONT, "vnet would reach into the headroom");

struct tun_io {
	struct lvs_tuntap tuntap;
	struct lvs_direct *direct;
};

static struct tun_io *tun_io(struct lvs_io *io)
{
	return container_of(io, struct tun_io, tuntap.io);
}

static void tun_close(struct lvs_io *io)
{
	struct tun_io *tun;

	if (!io)
		return;
	tun = tun_io(io);
	lvs_tuntap_close(&tun->tuntap);
	lvs_direct_close(tun->direct);
	free(tun);
}

static int tun_open(const struct lvs_io_params *params, char message[LVS_IO_MESSAGE_MAX], struct lvs_io **ret_io)
{
	struct tun_io *tun = calloc(1, sizeof(*tun));
	int err;

	if (!tun) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "out of memory for the device");
		return -ENOMEM;
	}
	err = lvs_tuntap_open(&tun->tuntap, &lvs_io_tun, params, message);
	if (err) {
		tun_close(&tun->tuntap.io);
		return err;
	}
	/* Without CAP_NET_RAW there are no neighbours, and who does not need them does not miss them. */
	tun->tuntap.io.neighbours = lvs_direct_open(&tun->direct) == 0;
	*ret_io = &tun->tuntap.io;
	return 0;
}

static int tun_rx(struct lvs_io *io, struct lvs_packet *packets, size_t max)
{
	return lvs_tuntap_rx(&tun_io(io)->tuntap, packets, max, NULL);
}

static void tx_direct(struct tun_io *tun, const struct lvs_packet *packet)
{
	int err = tun->direct ? lvs_direct_send(tun->direct, packet) : -EPERM;

	if (err)
		lvs_tuntap_tx_failed(&tun->tuntap.io, -err);
	else
		lvs_tuntap_tx_done(&tun->tuntap.io, packet);
}

/* Calls: write, sendto. */
static void tun_tx(struct lvs_io *io, struct lvs_packet *packet)
{
	uint8_t *at = packet->data - sizeof(packet->vnet);

	if (lvs_unlikely(packet->via)) {
		tx_direct(tun_io(io), packet);
		return;
	}
	memcpy(at, &packet->vnet, sizeof(packet->vnet));
	if (lvs_tuntap_write(io, at, sizeof(packet->vnet) + packet->len))
		lvs_tuntap_tx_done(io, packet);
}

const struct lvs_io_ops lvs_io_tun = {
	.name = "tun",
	.l2 = false,
	.headroom = LVS_IO_HEADROOM,
	.open = tun_open,
	.rx = tun_rx,
	.tx = tun_tx,
	.close = tun_close,
};
