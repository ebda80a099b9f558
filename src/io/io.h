/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet drivers: where packets come from and go to. A driver is one file ending in one struct lvs_io_ops, and one row in
 * io.def.
 *
 * A packet lives in one buffer from rx to tx:
 *
 *	| headroom (the engine may push)   | 32 | IP packet ...            | tailroom |
 *	                                        ^ data, aligned to 64 when it was read
 *
 * The 32 bytes directly in front of @data belong to the driver whatever @headroom says, wherever @data was moved to:
 * there it writes its own headers (virtio_net_hdr, Ethernet) so that one write() takes all. @headroom is what may be
 * pushed beside them.
 */
#ifndef LVS_IO_IO_H
#define LVS_IO_IO_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/packet.h"

#define LVS_IO_FRONT 32		/* bytes in front of the data that every packet given to tx must have */
#define LVS_IO_HEADROOM 96	/* bytes that may be pushed into a packet from rx, beside these */
#define LVS_IO_TAILROOM 64	/* bytes that may be grown into behind a packet from rx */
#define LVS_IO_BYTES_MAX 65536	/* the longest super-packet is one less */
#define LVS_IO_MESSAGE_MAX 384

struct lvs_io;
struct lvs_lan_params;

/* What the kernel may leave undone in packets that it gives us, and does for packets we give it. */
enum {
	LVS_IO_CSUM = 1,	/* partial checksums */
	LVS_IO_TSO = 2,		/* TCP super-packets, both families */
	LVS_IO_TSO_ECN = 4,	/* also those with ECN's CWR */
	LVS_IO_USO = 8,		/* UDP super-packets, both families */
	LVS_IO_NEIGHBOUR_OFFLOAD = 16,	/* all of these for packets with @via too */
};

/**
 * struct lvs_io_params - which device
 * @name:	of the device, made if it does not exist; "lvs%d" lets the kernel choose a number
 * @fd:		a descriptor that was handed in, consumed by a successful open; -1: none. @name is not used then. For TUN
 *		made with IFF_TUN (for TAP: IFF_TAP) | IFF_NO_PI | IFF_VNET_HDR; the second is taken on trust. What behaves
 *		like a TAP device, such as macvtap, is one.
 * @offload:	ask for every offload the kernel grants; false: none, at a fifth of the speed
 * @lan:	who the station is, for drivers with @l2; see io/lan.h. Its key is the driver's to fill
 */
struct lvs_io_params {
	const char *name;
	int fd;
	bool offload;
	const struct lvs_lan_params *lan;
};

/**
 * struct lvs_io_stats - what happened to packets at the device, since it was opened
 * @rx_packets:	given to the caller; super-packets count once
 * @rx_bad:	cut short or longer than any packet can be: dropped here
 * @rx_errors:	read() failed with something else than "nothing there"
 * @tx_packets:	taken by the device
 * @tx_full:	dropped: no memory or no room (ENOBUFS, ENOMEM, EAGAIN)
 * @tx_down:	dropped: device is down or gone (EIO, EBADFD, ENODEV)
 * @tx_invalid:	dropped: the kernel does not believe the headers (EINVAL): a bug of ours
 * @tx_errors:	dropped: anything else
 *
 * Of a station on a LAN:
 * @rx_foreign:	frames that are not for it, or hold neither IP nor ARP: dropped here
 * @tx_no_route: dropped: no route, or back to ourselves
 * @tx_unresolved: dropped: the next hop did not answer
 * @tx_waiting:	dropped: too many packets wait for next hops to answer
 * @lan_asked, @lan_answered: questions asked of neighbours, and answered to them
 * @lan_unreachable: next hops that did not answer
 * @lan_limited: questions that were neither asked nor answered, as there were too many
 * @lan_ignored: what others said that is not as it has to be
 * @lan_conflicts: another station said that it has an address of ours
 */
struct lvs_io_stats {
	uint64_t rx_packets, rx_bytes;
	uint64_t rx_bad, rx_errors;
	uint64_t tx_packets, tx_bytes;
	uint64_t tx_full, tx_down, tx_invalid, tx_errors;
	uint64_t rx_foreign;
	uint64_t tx_no_route, tx_unresolved, tx_waiting;
	uint64_t lan_asked, lan_answered, lan_unreachable, lan_limited, lan_ignored, lan_conflicts;
};

/**
 * struct lvs_io_ops - one driver
 * @name:	as in lvs.conf
 * @l2:		packets are Ethernet frames on the device; the engine still sees IP
 * @headroom:	what packets from @rx have at least
 *
 * @open:	Return: 0 or -Exxx, and then @message says what is missing and how to give it, fit for a log line. A failed
 *		open leaves @ret_io and the handed-in descriptor alone.
 *
 * @rx:		read up to @max packets that are there, without waiting. @data, @len, @headroom, @tailroom and @vnet are set;
 *		the bytes are valid until the next @rx. Ends early behind a super-packet, which must be handled while it is
 *		in the cache. io->more tells whether to come back at once (true), or the device was found empty.
 *		Return: number of packets; -ENODEV: the device was deleted under us, nothing will come any more;
 *		other -Exxx: unexpected, and io->stats.rx_errors counts it
 *
 * @tx:		give one packet to the device, at once. The packet may be one from @rx, changed and moved within its room, or
 *		any other memory with LVS_IO_FRONT writable bytes in front of @data, which are overwritten. @vnet goes out
 *		with it. A packet with @via goes to that neighbour: only if io->neighbours says so, and it must be plain
 *		unless LVS_IO_NEIGHBOUR_OFFLOAD does. Failures are counted, not told: nobody tries again.
 *
 * @tick:	do what io->deadline was about; NULL: the driver never has anything to do by itself. Return: io->deadline
 *
 * @claim:	answer for exactly these addresses beside the station's own, and announce all of them; NULL: there is no LAN
 *		where that would be asked for. Return: 0 or -ENOMEM
 *
 * @close:	takes NULL and half-open objects
 */
struct lvs_io_ops {
	const char *name;
	bool l2;
	uint32_t headroom;
	int (*open)(const struct lvs_io_params *params, char message[LVS_IO_MESSAGE_MAX], struct lvs_io **ret_io);
	int (*rx)(struct lvs_io *io, struct lvs_packet *packets, size_t max);
	void (*tx)(struct lvs_io *io, struct lvs_packet *packet);
	lvs_ns (*tick)(struct lvs_io *io, lvs_ns now);
	int (*claim)(struct lvs_io *io, const struct lvs_addr *addrs, size_t n, lvs_ns now);
	void (*close)(struct lvs_io *io);
};

/**
 * struct lvs_io - an open device; drivers embed it
 * @fd:		readable when there are packets; -1: the driver has none
 * @more:	see rx
 * @persistent:	the device was there before us and stays when we go
 * @offloads:	LVS_IO_*: what the kernel granted
 * @neighbours:	packets with @via can be sent
 * @deadline:	when @tick wants to be called, LVS_NS_NEVER: not at all; rx, tx and claim may make that earlier
 * @name:	of the network device, as the kernel has it
 */
struct lvs_io {
	const struct lvs_io_ops *ops;
	int fd;
	bool more;
	bool persistent;
	unsigned int offloads;
	bool neighbours;
	lvs_ns deadline;
	char name[IFNAMSIZ];
	struct lvs_io_stats stats;
};

/* Return: the driver called @name in io.def, or NULL */
const struct lvs_io_ops *lvs_io_find(const char *name);

#define IO(driver) extern const struct lvs_io_ops lvs_io_##driver;
#include "io/io.def"
#undef IO

static inline int lvs_io_rx(struct lvs_io *io, struct lvs_packet *packets, size_t max)
{
	return io->ops->rx(io, packets, max);
}

static inline void lvs_io_tx(struct lvs_io *io, struct lvs_packet *packet)
{
	io->ops->tx(io, packet);
}

/* @io: may be NULL */
static inline void lvs_io_close(struct lvs_io *io)
{
	if (io)
		io->ops->close(io);
}

#endif
