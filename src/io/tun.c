// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TUN driver: IP packets to and from the kernel, each behind a struct virtio_net_hdr, so that super-packets of up to
 * 64 KiB pass through whole and with partial checksums.
 *
 * One read() and one write() for each packet, both on the packet's own memory: the kernel puts the virtio_net_hdr directly
 * in front of the IP header, and before the write it is put back there, wherever the IP header begins by then.
 *
 *	area  | front 128: room to push ... vnet 10 | IP packet | tail | front ... vnet | IP packet | tail | ...
 *	                                            ^ aligned to 64
 *
 * Each packet is read right behind the one before it, and each read is offered room for the longest packet. So a burst of
 * small packets lies densely in a few pages instead of spread over as many 64 KiB buffers, whose headers would all fall
 * into the same cache sets. A burst ends when the area has no room for another long packet, and behind each super-packet:
 * that one is still in the cache and is to be handled before anything else is read over it.
 *
 * The calls are made by syscall(): in a process with threads the C library brackets read() and write() with what thread
 * cancellation needs, twice per packet.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/direct.h"

#define TUN_PATH "/dev/net/tun"

#define VNET_BYTES ((int)sizeof(struct lvs_vnet))
#define FRONT_BYTES (LVS_IO_HEADROOM + LVS_IO_FRONT)
#define ALIGN_BYTES 64
#define SLOT_MAX_BYTES (FRONT_BYTES + LVS_IO_BYTES_MAX + LVS_IO_TAILROOM)
#define SUPER_BYTES 4096	/* what is longer is handled alone */
#define BURST_BYTES (112 * 1024)	/* 64 packets of 1500 bytes, with their fronts */
#define AREA_BYTES (BURST_BYTES + SLOT_MAX_BYTES)

static_assert(FRONT_BYTES % ALIGN_BYTES == 0 && AREA_BYTES % ALIGN_BYTES == 0, "data would not be aligned");
static_assert(sizeof(struct lvs_vnet) <= LVS_IO_FRONT, "vnet would reach into the headroom");

#ifndef TUN_F_USO4	/* headers before Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct tun_io {
	struct lvs_io io;
	struct lvs_direct *direct;
	uint8_t *area;
};

static struct tun_io *tun_io(struct lvs_io *io)
{
	return container_of(io, struct tun_io, io);
}

static void tun_close(struct lvs_io *io)
{
	struct tun_io *tun;

	if (!io)
		return;
	tun = tun_io(io);
	if (io->fd >= 0)
		(void)close(io->fd);
	lvs_direct_close(tun->direct);
	free(tun->area);
	free(tun);
}

/* What opening the device node failed for, and the way out. */
static int explain_node(int err, char message[LVS_IO_MESSAGE_MAX])
{
	const char *why;

	switch (err) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		why = "there is no such device; on a host load the module \"tun\" or make the node with "
		      "\"mknod /dev/net/tun c 10 200\", for a container give \"--device /dev/net/tun\", "
		      "or hand in an open descriptor";
		break;
	case EACCES:
		why = "its mode keeps this user out; \"chmod 0666 /dev/net/tun\" opens it (a udev rule makes that last), "
		      "or hand in an open descriptor";
		break;
	case EPERM:
		why = "the device rules of this container or unit forbid it; give \"--device /dev/net/tun\" or "
		      "\"DeviceAllow=/dev/net/tun rw\", or hand in an open descriptor";
		break;
	default:
		why = strerror(err);
	}
	(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot open \"%s\": %s", TUN_PATH, why);
	return -err;
}

/* What attaching to the device @name failed for, and the way out. */
static int explain_attach(int err, const char *name, char message[LVS_IO_MESSAGE_MAX])
{
	const char *why;

	switch (err) {
	case EPERM:
		why = "no CAP_NET_ADMIN in this network namespace; give it with \"AmbientCapabilities=CAP_NET_ADMIN\" or "
		      "\"--cap-add NET_ADMIN\", start under \"unshare -Urn\", or let root make the device with "
		      "\"ip tuntap add NAME mode tun user USER\"";
		break;
	case EBUSY:
		why = "another process has it open; end that one or choose another name";
		break;
	case EINVAL:
		why = if_nametoindex(name) ? "it exists and is no TUN device with one queue; delete it or choose another name"
					   : "not a name for a network device";
		break;
	default:
		why = strerror(err);
	}
	(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot attach to device \"%s\": %s", name, why);
	return -err;
}

/* Make the device, or attach to one that an operator has made. Return: descriptor or -Exxx */
static int attach(const char *name, char message[LVS_IO_MESSAGE_MAX])
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int fd, err;

	if (!*name || strlen(name) >= sizeof(ifr.ifr_name)) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "device name \"%s\" is not 1 to %zu characters long", name,
			       sizeof(ifr.ifr_name) - 1);
		return -EINVAL;
	}
	fd = open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return explain_node(errno, message);
	(void)strcpy(ifr.ifr_name, name);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0) {
		err = explain_attach(errno, name, message);
		(void)close(fd);
		return err;
	}
	return fd;
}

/* Is the descriptor what it should be, whoever made it? Learns the device's name. Whether it was made with IFF_NO_PI cannot
 * be asked: TUNGETIFF gives that bit to IFF_NOFILTER. Return: 0 or -Exxx */
static int inspect(struct lvs_io *io, int fd, char message[LVS_IO_MESSAGE_MAX])
{
	struct ifreq ifr = { 0 };
	const char *why = NULL;
	int flags;

	if (ioctl(fd, TUNGETIFF, &ifr) < 0) {
		int err = errno;

		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "descriptor %d is no TUN device: %s", fd,
			       err == EBADFD ? "it is attached to none yet (TUNSETIFF)" : strerror(err));
		return -err;
	}
	if (!(ifr.ifr_flags & IFF_TUN))
		why = "it is a TAP device, a TUN device is needed (IFF_TUN)";
	else if (!(ifr.ifr_flags & IFF_VNET_HDR))
		why = "it was made without offload headers (IFF_VNET_HDR)";
	if (why) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "descriptor %d cannot be used: %s", fd, why);
		return -EINVAL;
	}
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) != O_RDWR || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "descriptor %d cannot be used: it is not open for both "
			       "reading and writing", fd);
		return -EINVAL;
	}
	memcpy(io->name, ifr.ifr_name, sizeof(io->name));
	io->persistent = ifr.ifr_flags & IFF_PERSIST;
	return 0;
}

/* The most that this kernel grants; USO came with Linux 6.2. Return: 0 or -Exxx */
static int set_offloads(struct lvs_io *io, int fd, bool offload)
{
	static const struct {
		unsigned long flags;
		unsigned int offloads;
	} ladder[] = {
		{ TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
		  LVS_IO_CSUM | LVS_IO_TSO | LVS_IO_TSO_ECN | LVS_IO_USO },
		{ TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN, LVS_IO_CSUM | LVS_IO_TSO | LVS_IO_TSO_ECN },
		{ TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6, LVS_IO_CSUM | LVS_IO_TSO },
		{ TUN_F_CSUM, LVS_IO_CSUM },
		{ 0, 0 },
	};
	const int header = VNET_BYTES;

	/* Whoever made the descriptor may have asked for the longer header of merged buffers. */
	if (ioctl(fd, TUNSETVNETHDRSZ, &header) < 0)
		return -errno;
	for (size_t i = offload ? 0 : ARRAY_LEN(ladder) - 1; i < ARRAY_LEN(ladder); i++) {
		if (ioctl(fd, TUNSETOFFLOAD, ladder[i].flags) == 0) {
			io->offloads = ladder[i].offloads;
			return 0;
		}
	}
	return -errno;
}

static int tun_open(const struct lvs_io_params *params, char message[LVS_IO_MESSAGE_MAX], struct lvs_io **ret_io)
{
	struct tun_io *tun = calloc(1, sizeof(*tun));
	bool mine = params->fd < 0;
	int fd = params->fd;
	int err = -ENOMEM;

	if (tun) {
		tun->io.fd = -1;
		tun->area = aligned_alloc(ALIGN_BYTES, AREA_BYTES);
	}
	if (!tun || !tun->area) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "out of memory for the device's buffers");
		goto fail;
	}
	memset(tun->area, 0, AREA_BYTES);	/* no page faults once packets flow */
	if (mine)
		fd = attach(params->name, message);
	if (fd < 0) {
		err = fd;
		goto fail;
	}
	err = inspect(&tun->io, fd, message);
	if (err < 0)
		goto fail;
	err = set_offloads(&tun->io, fd, params->offload);
	if (err < 0) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot set the offloads of device \"%s\": %s",
			       tun->io.name, strerror(-err));
		goto fail;
	}
	/* Without CAP_NET_RAW there are no neighbours, and who does not need them does not miss them. */
	tun->io.neighbours = lvs_direct_open(&tun->direct) == 0;
	tun->io.ops = &lvs_io_tun;
	tun->io.fd = fd;
	*ret_io = &tun->io;
	return 0;
fail:
	if (mine && fd >= 0)
		(void)close(fd);
	if (tun)
		tun_close(&tun->io);
	return err;
}

/* Packets that were read before the error are told first; it is still there the next time. */
static int rx_failed(struct lvs_io *io, int err, size_t n)
{
	io->more = n > 0;
	if (n > 0)
		return (int)n;
	if (err == EBADFD || err == ENODEV || err == ENXIO)
		return -ENODEV;
	io->stats.rx_errors++;
	return -err;
}

/* Calls: read. */
static int tun_rx(struct lvs_io *io, struct lvs_packet *packets, size_t max)
{
	uint8_t *at = tun_io(io)->area;
	const uint8_t *last = at + BURST_BYTES;
	size_t n = 0;

	io->more = true;
	for (size_t reads = 0; reads < max && at <= last; reads++) {
		struct lvs_packet *packet = &packets[n];
		uint8_t *data = at + FRONT_BYTES;
		ssize_t got;

		do
			got = syscall(SYS_read, io->fd, data - VNET_BYTES, VNET_BYTES + LVS_IO_BYTES_MAX);
		while (lvs_unlikely(got < 0) && errno == EINTR);
		if (got < 0) {
			if (errno != EAGAIN)
				return rx_failed(io, errno, n);
			io->more = false;
			break;
		}
		/* The kernel cuts what does not fit: no packet fills the room, the longest is a byte less. */
		if (lvs_unlikely(got <= VNET_BYTES || got == VNET_BYTES + LVS_IO_BYTES_MAX)) {
			io->stats.rx_bad++;
			continue;
		}
		packet->data = data;
		packet->len = (uint32_t)(got - VNET_BYTES);
		packet->headroom = LVS_IO_HEADROOM;
		packet->tailroom = LVS_IO_TAILROOM;
		memcpy(&packet->vnet, data - VNET_BYTES, sizeof(packet->vnet));
		io->stats.rx_packets++;
		io->stats.rx_bytes += packet->len;
		n++;
		if (packet->len > SUPER_BYTES)
			break;
		at += (FRONT_BYTES + packet->len + LVS_IO_TAILROOM + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
	}
	return (int)n;
}

static void tx_failed(struct lvs_io_stats *stats, int err)
{
	switch (err) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		stats->tx_full++;
		break;
	case EIO:
	case EBADFD:
	case ENODEV:
	case ENXIO:
		stats->tx_down++;
		break;
	case EINVAL:
		stats->tx_invalid++;
		break;
	default:
		stats->tx_errors++;
	}
}

static void tx_done(struct lvs_io *io, const struct lvs_packet *packet)
{
	io->stats.tx_packets++;
	io->stats.tx_bytes += packet->len;
}

static void tx_direct(struct tun_io *tun, const struct lvs_packet *packet)
{
	int err = tun->direct ? lvs_direct_send(tun->direct, packet) : -EPERM;

	if (err)
		tx_failed(&tun->io.stats, -err);
	else
		tx_done(&tun->io, packet);
}

/* Calls: write, sendto. */
static void tun_tx(struct lvs_io *io, struct lvs_packet *packet)
{
	uint8_t *at = packet->data - VNET_BYTES;
	ssize_t done;

	if (lvs_unlikely(packet->via)) {
		tx_direct(tun_io(io), packet);
		return;
	}
	memcpy(at, &packet->vnet, sizeof(packet->vnet));
	do
		done = syscall(SYS_write, io->fd, at, VNET_BYTES + (size_t)packet->len);
	while (lvs_unlikely(done < 0) && errno == EINTR);
	if (lvs_unlikely(done < 0)) {
		tx_failed(&io->stats, errno);
		return;
	}
	tx_done(io, packet);
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
