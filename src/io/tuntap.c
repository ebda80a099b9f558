// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device, whichever of both kinds it is: who may open it, what it is called, what its kernel takes off our hands.
 *
 * Reading and writing are one call each for a packet, on the packet's own memory: the kernel puts the virtio_net_hdr (and
 * the link header, if there is one) directly in front of the IP header, and before the write they are put back there,
 * wherever the IP header begins by then.
 *
 *	area  | front 128: room to push ... vnet 10, link | IP packet | tail | front ... vnet, link | IP packet | tail | ...
 *	                                                  ^ aligned to 64
 *
 * Each packet is read right behind the one before it, and each read is offered room for the longest packet. So a burst of
 * small packets lies densely in a few pages instead of spread over as many 64 KiB buffers, whose headers would all fall
 * into the same cache sets. A burst ends when the area has no room for another long packet, and behind each super-packet:
 * that one is still in the cache and is to be handled before anything else is read over it.
 *
 * The calls are made by syscall(): in a process with threads the C library brackets read() and write() with what thread
 * cancellation needs, twice per packet.
 */
#include "io/tuntap.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define TUN_PATH "/dev/net/tun"
#define TUN_MAJOR 10
#define TUN_MINOR 200

#ifndef TUN_F_USO4	/* headers before Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

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
static int explain_attach(int err, const char *name, bool tap, char message[LVS_IO_MESSAGE_MAX])
{
	const char *why;

	switch (err) {
	case EPERM:
		why = tap ? "no CAP_NET_ADMIN in this network namespace; give it with \"AmbientCapabilities=CAP_NET_ADMIN\" or "
			    "\"--cap-add NET_ADMIN\", start under \"unshare -Urn\", or let root make the device with "
			    "\"ip tuntap add NAME mode tap user USER\""
			  : "no CAP_NET_ADMIN in this network namespace; give it with \"AmbientCapabilities=CAP_NET_ADMIN\" or "
			    "\"--cap-add NET_ADMIN\", start under \"unshare -Urn\", or let root make the device with "
			    "\"ip tuntap add NAME mode tun user USER\"";
		break;
	case EBUSY:
		why = "another process has it open; end that one or choose another name";
		break;
	case EINVAL:
		why = !if_nametoindex(name) ? "not a name for a network device"
		      : tap ? "it exists and is no TAP device with one queue; delete it or choose another name"
			    : "it exists and is no TUN device with one queue; delete it or choose another name";
		break;
	default:
		why = strerror(err);
	}
	(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot attach to device \"%s\": %s", name, why);
	return -err;
}

/* Make the device, or attach to one that an operator has made. Return: descriptor or -Exxx */
static int attach(const char *name, bool tap, char message[LVS_IO_MESSAGE_MAX])
{
	struct ifreq ifr = { .ifr_flags = (short)((tap ? IFF_TAP : IFF_TUN) | IFF_NO_PI | IFF_VNET_HDR) };
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
		err = explain_attach(errno, name, tap, message);
		(void)close(fd);
		return err;
	}
	return fd;
}

/* Is the descriptor what it should be, whoever made it? Learns the device's name. Whether it was made with IFF_NO_PI cannot
 * be asked: TUNGETIFF gives that bit to IFF_NOFILTER. Return: 0 or -Exxx */
static int inspect(struct lvs_tuntap *tuntap, int fd, bool tap, char message[LVS_IO_MESSAGE_MAX])
{
	struct lvs_io *io = &tuntap->io;
	struct ifreq ifr = { 0 };
	const char *why = NULL;
	struct stat node;
	int flags;

	if (ioctl(fd, TUNGETIFF, &ifr) < 0) {
		int err = errno;

		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "descriptor %d is no %s device: %s", fd,
			       tap ? "TAP" : "TUN", err == EBADFD ? "it is attached to none yet (TUNSETIFF)" : strerror(err));
		return -err;
	}
	if (tap && !(ifr.ifr_flags & IFF_TAP))
		why = "it is a TUN device, a TAP device is needed (IFF_TAP)";
	else if (!tap && !(ifr.ifr_flags & IFF_TUN))
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
	tuntap->foreign = fstat(fd, &node) == 0 && node.st_rdev != makedev(TUN_MAJOR, TUN_MINOR);
	io->persistent = tuntap->foreign || ifr.ifr_flags & IFF_PERSIST;
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
	const int header = LVS_TUNTAP_VNET_BYTES;

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

int lvs_tuntap_open(struct lvs_tuntap *tuntap, const struct lvs_io_ops *ops, const struct lvs_io_params *params,
		    char message[LVS_IO_MESSAGE_MAX])
{
	bool mine = params->fd < 0;
	int fd = params->fd;
	int err;

	tuntap->io.fd = -1;
	tuntap->io.deadline = LVS_NS_NEVER;
	tuntap->area = aligned_alloc(LVS_TUNTAP_ALIGN_BYTES, LVS_TUNTAP_AREA_BYTES);
	if (!tuntap->area) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "out of memory for the device's buffers");
		return -ENOMEM;
	}
	memset(tuntap->area, 0, LVS_TUNTAP_AREA_BYTES);	/* no page faults once packets flow */
	if (mine)
		fd = attach(params->name, ops->l2, message);
	if (fd < 0)
		return fd;
	err = inspect(tuntap, fd, ops->l2, message);
	if (err < 0)
		goto fail;
	err = set_offloads(&tuntap->io, fd, params->offload);
	if (err < 0) {
		(void)snprintf(message, LVS_IO_MESSAGE_MAX, "cannot set the offloads of device \"%s\": %s",
			       tuntap->io.name, strerror(-err));
		goto fail;
	}
	tuntap->io.ops = ops;
	tuntap->io.fd = fd;
	return 0;
fail:
	if (mine)
		(void)close(fd);
	return err;
}

void lvs_tuntap_close(struct lvs_tuntap *tuntap)
{
	if (tuntap->io.fd >= 0)
		(void)close(tuntap->io.fd);
	free(tuntap->area);
}

/* Packets that were read before the error are told first; it is still there the next time. */
int lvs_tuntap_rx_failed(struct lvs_io *io, int err, size_t n)
{
	io->more = n > 0;
	if (n > 0)
		return (int)n;
	if (err == EBADFD || err == ENODEV || err == ENXIO)
		return -ENODEV;
	io->stats.rx_errors++;
	return -err;
}

void lvs_tuntap_tx_failed(struct lvs_io *io, int err)
{
	struct lvs_io_stats *stats = &io->stats;

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
