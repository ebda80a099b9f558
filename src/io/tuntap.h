/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the TUN and the TAP driver share: the device, its memory, reading and writing. For io/ sources only. */
#ifndef LVS_IO_TUNTAP_H
#define LVS_IO_TUNTAP_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/io.h"

#define LVS_TUNTAP_VNET_BYTES ((uint32_t)sizeof(struct lvs_vnet))
#define LVS_TUNTAP_FRONT_BYTES (LVS_IO_HEADROOM + LVS_IO_FRONT)
#define LVS_TUNTAP_ALIGN_BYTES 64
#define LVS_TUNTAP_SLOT_MAX_BYTES (LVS_TUNTAP_FRONT_BYTES + LVS_IO_BYTES_MAX + LVS_IO_TAILROOM)
#define LVS_TUNTAP_SUPER_BYTES 4096		/* what is longer is handled alone */
#define LVS_TUNTAP_BURST_BYTES (112 * 1024)	/* 64 packets of 1500 bytes, with their fronts */
#define LVS_TUNTAP_AREA_BYTES (LVS_TUNTAP_BURST_BYTES + LVS_TUNTAP_SLOT_MAX_BYTES)

static_assert(LVS_TUNTAP_FRONT_BYTES % LVS_TUNTAP_ALIGN_BYTES == 0 && LVS_TUNTAP_AREA_BYTES % LVS_TUNTAP_ALIGN_BYTES == 0,
	      "data would not be aligned");

/**
 * struct lvs_tuntap - an open device; both drivers embed it
 * @link_bytes:	of the header between the offload header and the IP packet; 0 for TUN
 * @foreign:	the descriptor was handed in, and is not of /dev/net/tun but of something that behaves like it (macvtap)
 */
struct lvs_tuntap {
	struct lvs_io io;
	uint8_t *area;
	uint32_t link_bytes;
	bool foreign;
};

/**
 * lvs_tuntap_open() - make the device or attach to it, and ask for offloads
 * @tuntap:	zeroed; @link_bytes set
 * @ops:	with @l2 for a TAP device
 *
 * Return: as lvs_io_ops.open; lvs_tuntap_close() is due in either case
 */
int lvs_tuntap_open(struct lvs_tuntap *tuntap, const struct lvs_io_ops *ops, const struct lvs_io_params *params,
		    char message[LVS_IO_MESSAGE_MAX]);

void lvs_tuntap_close(struct lvs_tuntap *tuntap);

/* Reading ended with @err after @n packets. Return: what rx returns */
int lvs_tuntap_rx_failed(struct lvs_io *io, int err, size_t n);

/* Writing ended with @err. */
void lvs_tuntap_tx_failed(struct lvs_io *io, int err);

static inline void lvs_tuntap_tx_done(struct lvs_io *io, const struct lvs_packet *packet)
{
	io->stats.tx_packets++;
	io->stats.tx_bytes += packet->len;
}

/* Write @packet, with all its headers in front of it. Calls: write. Return: whether the device took it */
static inline bool lvs_tuntap_write(struct lvs_io *io, const uint8_t *at, size_t bytes)
{
	ssize_t done;

	do
		done = syscall(SYS_write, io->fd, at, bytes);
	while (lvs_unlikely(done < 0) && errno == EINTR);
	if (lvs_likely(done >= 0))
		return true;
	lvs_tuntap_tx_failed(io, errno);
	return false;
}

/* Does a packet that was read go to the caller? What does not is dealt with. */
typedef bool lvs_tuntap_take_fn(struct lvs_tuntap *tuntap, struct lvs_packet *packet);

/* The rx of both drivers; @take: NULL: all go. Calls: read. */
static inline __attribute__((always_inline)) int lvs_tuntap_rx(struct lvs_tuntap *tuntap, struct lvs_packet *packets,
							       size_t max, lvs_tuntap_take_fn *take)
{
	const uint32_t front = LVS_TUNTAP_VNET_BYTES + tuntap->link_bytes;
	struct lvs_io *io = &tuntap->io;
	uint8_t *at = tuntap->area;
	const uint8_t *last = at + LVS_TUNTAP_BURST_BYTES;
	size_t n = 0;

	io->more = true;
	for (size_t reads = 0; reads < max && at <= last; reads++) {
		struct lvs_packet *packet = &packets[n];
		uint8_t *data = at + LVS_TUNTAP_FRONT_BYTES;
		ssize_t got;

		do
			got = syscall(SYS_read, io->fd, data - front, front + LVS_IO_BYTES_MAX);
		while (lvs_unlikely(got < 0) && errno == EINTR);
		if (got < 0) {
			if (errno != EAGAIN)
				return lvs_tuntap_rx_failed(io, errno, n);
			io->more = false;
			break;
		}
		/* The kernel cuts what does not fit: no packet fills the room, the longest is a byte less. */
		if (lvs_unlikely(got <= front || got == front + LVS_IO_BYTES_MAX)) {
			io->stats.rx_bad++;
			continue;
		}
		packet->data = data;
		packet->len = (uint32_t)(got - front);
		packet->headroom = LVS_IO_HEADROOM;
		packet->tailroom = LVS_IO_TAILROOM;
		memcpy(&packet->vnet, data - front, sizeof(packet->vnet));
		if (take && !take(tuntap, packet))
			continue;
		io->stats.rx_packets++;
		io->stats.rx_bytes += packet->len;
		n++;
		if (packet->len > LVS_TUNTAP_SUPER_BYTES)
			break;
		at += (LVS_TUNTAP_FRONT_BYTES + packet->len + LVS_IO_TAILROOM + LVS_TUNTAP_ALIGN_BYTES - 1) &
		      ~(size_t)(LVS_TUNTAP_ALIGN_BYTES - 1);
	}
	return (int)n;
}

#endif
