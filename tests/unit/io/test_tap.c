// SPDX-License-Identifier: GPL-2.0-or-later
/* A TAP device, and the kernel's own stack as the neighbour behind it: frames, tags, super-packets. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "io/lan.h"
#include "sys/clock.h"
#include "tests/lib/child.h"
#include "tests/lib/tun.h"

static char message[LVS_IO_MESSAGE_MAX];

static const struct lvs_mac us = { { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x05 } };

static int open_tap(const char *name, int fd, uint16_t vlan, struct lvs_io **ret_io)
{
	struct lvs_lan_address address = { test_addr(TEST_TUN_PEER), 120 };
	struct lvs_lan_params lan = { .mac = us, .addresses = &address, .naddresses = 1, .vlan = vlan, .mtu = 1500 };
	const struct lvs_io_params params = { .name = name, .fd = fd, .offload = true, .lan = &lan };

	message[0] = '\0';
	return lvs_io_tap.open(&params, message, ret_io);
}

static void need_tun(void)
{
	if (access("/dev/net/tun", R_OK | W_OK) < 0) {
		(void)fprintf(stderr, "cannot open /dev/net/tun: %s\n", strerror(errno));
		_exit(TEST_CHILD_SKIP);
	}
}

/* The kernel's side of the device: up, with TEST_TUN_SELF. */
static void bring_up(const char *name)
{
	struct sockaddr_in addr = test_tun_address(TEST_TUN_SELF, 0), mask = test_tun_address("255.255.255.0", 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr = { 0 };

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	memcpy(&ifr.ifr_addr, &addr, sizeof(addr));
	CHECK(ioctl(fd, SIOCSIFADDR, &ifr) == 0);
	memcpy(&ifr.ifr_netmask, &mask, sizeof(mask));
	CHECK(ioctl(fd, SIOCSIFNETMASK, &ifr) == 0);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	CHECK(ioctl(fd, SIOCSIFFLAGS, &ifr) == 0);
	(void)close(fd);
}

/* The next IPv4 packet of @proto; neighbours are answered on the way. */
static void next(struct lvs_io *io, uint8_t proto, struct lvs_packet *packet)
{
	struct pollfd ready = { .fd = io->fd, .events = POLLIN };

	for (;;) {
		int n = lvs_io_rx(io, packet, 1);

		CHECK(n >= 0);
		if (n == 1 && test_tun_is_ip4(packet, proto))
			return;
		if (n == 0 && !io->more)
			CHECK(poll(&ready, 1, 10000) == 1);
	}
}

static int opened(void *arg)
{
	struct lvs_io *io;

	(void)arg;
	need_tun();
	CHECK(open_tap("lvs3", -1, 0, &io) == 0);
	CHECK(strcmp(io->name, "lvs3") == 0 && if_nametoindex("lvs3"));
	CHECK(io->ops->l2 && io->neighbours && io->offloads & LVS_IO_NEIGHBOUR_OFFLOAD && io->offloads & LVS_IO_TSO);
	lvs_io_close(io);
	CHECK(!if_nametoindex("lvs3"));
	lvs_io_tap.close(NULL);
	return TEST_CHILD_OK;
}

static int refused(void *arg)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, .ifr_name = "given0" };
	struct lvs_io *io = NULL;
	int fd;

	(void)arg;
	need_tun();
	fd = open("/dev/net/tun", O_RDWR);
	CHECK(ioctl(fd, TUNSETIFF, &ifr) == 0);
	CHECK(open_tap(NULL, fd, 0, &io) == -EINVAL);
	CHECK(strstr(message, "a TAP device is needed"));
	CHECK(fcntl(fd, F_GETFD) >= 0);		/* the caller's still */
	CHECK(open_tap("given0", -1, 0, &io) < 0);
	CHECK(open_tap("a name too long for it", -1, 0, &io) == -EINVAL);
	CHECK(!io);
	return TEST_CHILD_OK;
}

/* Ping-pong with a UDP socket: the kernel asks for us by ARP, and we ask for it. */
static int talks(void *arg)
{
	struct lvs_packet packet = { .via = NULL };	/* the parser sees to that */
	struct lvs_io *io;
	char buf[8] = "";
	int fd;

	(void)arg;
	need_tun();
	CHECK(open_tap("lvs0", -1, 0, &io) == 0);
	bring_up("lvs0");
	fd = test_tun_udp(4000);
	CHECK(write(fd, "hello", 5) == 5);
	next(io, 17, &packet);
	CHECK(packet.headroom == LVS_IO_HEADROOM && packet.len == 33);
	if (packet.vnet.flags & LVS_VNET_NEEDS_CSUM)
		CHECK(packet.vnet.csum_start == 20 && packet.vnet.csum_offset == 6);
	test_tun_turn(&packet);
	lvs_io_tx(io, &packet);		/* who asked for us is known */
	CHECK(io->stats.tx_packets >= 2);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 5 && !strcmp(buf, "hello"));
	CHECK(io->stats.rx_packets == 1 && !io->stats.tx_errors && !io->stats.tx_invalid);
	CHECK(write(fd, "again", 5) == 5);
	next(io, 17, &packet);
	packet.data[16 + 3] = 77;	/* to somebody who is not there */
	packet.vnet = (struct lvs_vnet){ 0 };
	lvs_io_tx(io, &packet);
	CHECK(io->deadline != LVS_NS_NEVER);
	for (unsigned int i = 0; i < LVS_NEIGHBOUR_TRIES + 2; i++)
		(void)io->ops->tick(io, lvs_clock_now() + (i + 1) * LVS_NEIGHBOUR_RETRY + LVS_SECONDS(1));
	CHECK(io->stats.tx_unresolved == 1 && io->stats.lan_unreachable == 1);
	packet.data[16] = 192;		/* no route */
	lvs_io_tx(io, &packet);
	CHECK(io->stats.tx_no_route == 1);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

/* Frames as somebody on the wire writes them. */
static int only_what_is_for_us(void *arg)
{
	static const struct {
		uint8_t bytes[6 + 6 + 2 + 28];
		size_t len;
	} frames[] = {
		{ { 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x08, 0x00, 0x45 }, 42 },		/* ours */
		{ { 2, 0, 0x5e, 0x10, 0, 6, 2, 0, 0, 0, 0, 9, 0x08, 0x00, 0x45 }, 42 },		/* another station's */
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 0x08, 0x00, 0x45 }, 42 }, /* RFC 1122 3.3.6 */
		{ { 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x08, 0x00, 0x65 }, 42 },		/* not what it says */
		{ { 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, 0x45 }, 42 },
		{ { 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x88, 0xcc, 0x45 }, 42 },		/* LLDP */
		{ { 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x81, 0x00, 0, 10, 8, 0, 0x45 }, 42 }, /* tagged */
		{ { 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x08, 0x00 }, 14 },			/* empty */
	};
	int pipe_fds[2];
	struct lvs_packet packets[ARRAY_LEN(frames)];
	struct lvs_io *io;

	(void)arg;
	need_tun();
	CHECK(open_tap("lvs0", -1, 0, &io) == 0);
	CHECK(pipe2(pipe_fds, O_DIRECT | O_NONBLOCK) == 0);	/* one read gives one frame, as a device does */
	CHECK(dup2(pipe_fds[0], io->fd) == io->fd);
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		uint8_t bytes[10 + sizeof(frames[0].bytes)] = { 0 };

		memcpy(bytes + 10, frames[i].bytes, frames[i].len);
		CHECK(write(pipe_fds[1], bytes, 10 + frames[i].len) == (ssize_t)(10 + frames[i].len));
	}
	CHECK(lvs_io_rx(io, packets, ARRAY_LEN(packets)) == 1);
	CHECK(packets[0].len == 28 && packets[0].data[0] == 0x45);
	CHECK(io->stats.rx_foreign == ARRAY_LEN(frames) - 2 && io->stats.rx_bad == 1);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

/* In a VLAN: what we say has its tag, what has another one or none is not heard. */
static int tagged(void *arg)
{
	uint8_t frame[10 + 18 + 28] = { [10] = 2, 0, 0x5e, 0x10, 0, 5, 2, 0, 0, 0, 0, 9, 0x81, 0, 0x60, 10, 8, 0, 0x45 };
	const uint8_t arp[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0x5e, 0x10, 0, 5, 0x81, 0, 0, 10, 8, 6, 0, 1 };
	uint8_t buf[LVS_IO_FRONT + 28] = { [LVS_IO_FRONT] = 0x45, [LVS_IO_FRONT + 16] = 10, 99, 0, 9 };
	struct lvs_packet packet = { .data = buf + LVS_IO_FRONT, .len = 28 }, packets[3];
	uint8_t got[LVS_IO_FRONT + 128];
	int in[2], fd;
	struct lvs_io *io;

	(void)arg;
	need_tun();
	CHECK(open_tap("lvs0", -1, 10, &io) == 0);
	CHECK(pipe2(in, O_DIRECT | O_NONBLOCK) == 0);
	fd = io->fd;
	CHECK(dup2(in[0], fd) == fd);
	frame[0] = 1;			/* a partial checksum, behind both headers */
	frame[6] = 18 + 20;
	CHECK(write(in[1], frame, sizeof(frame)) == (ssize_t)sizeof(frame));
	frame[10 + 15] = 11;
	CHECK(write(in[1], frame, sizeof(frame)) == (ssize_t)sizeof(frame));
	frame[10 + 15] = 10;
	frame[6] = 17;			/* points into the Ethernet header */
	CHECK(write(in[1], frame, sizeof(frame)) == (ssize_t)sizeof(frame));
	CHECK(lvs_io_rx(io, packets, ARRAY_LEN(packets)) == 1);
	CHECK(packets[0].data[0] == 0x45 && packets[0].len == 28 && packets[0].vnet.csum_start == 20);
	CHECK(io->stats.rx_foreign == 1 && io->stats.rx_bad == 1);
	CHECK(dup2(in[1], fd) == fd);
	lvs_io_tx(io, &packet);
	CHECK(read(in[0], got, sizeof(got)) == 10 + 18 + 28);
	CHECK(memcmp(got + 10, arp, sizeof(arp)) == 0);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static void opened_test(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, opened, NULL));
}

static void refused_test(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, refused, NULL));
}

static void talks_test(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, talks, NULL));
}

static void frames_test(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, only_what_is_for_us, NULL));
}

static void tagged_test(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, tagged, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opened_test), cmocka_unit_test(refused_test), cmocka_unit_test(talks_test),
		cmocka_unit_test(frames_test), cmocka_unit_test(tagged_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
