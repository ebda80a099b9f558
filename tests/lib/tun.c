// SPDX-License-Identifier: GPL-2.0-or-later
/* Made through the driver that is tested, configured with the oldest ioctls there are, so that nothing else is needed. */
#include "tests/lib/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/child.h"

struct sockaddr_in test_tun_address(const char *text, uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };

	CHECK(inet_pton(AF_INET, text, &addr.sin_addr) == 1);
	return addr;
}

struct lvs_io *test_tun(bool offload)
{
	const struct lvs_io_params params = { .name = "lvs0", .fd = -1, .offload = offload };
	struct sockaddr_in addr = test_tun_address(TEST_TUN_SELF, 0);
	struct sockaddr_in mask = test_tun_address("255.255.255.0", 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr = { .ifr_name = "lvs0" };
	char message[LVS_IO_MESSAGE_MAX];
	struct lvs_io *io;

	if (access("/dev/net/tun", R_OK | W_OK) < 0) {
		(void)fprintf(stderr, "cannot open /dev/net/tun: %s\n", strerror(errno));
		_exit(TEST_CHILD_SKIP);
	}
	CHECK(lvs_io_tun.open(&params, message, &io) == 0);
	memcpy(&ifr.ifr_addr, &addr, sizeof(addr));
	CHECK(ioctl(fd, SIOCSIFADDR, &ifr) == 0);
	memcpy(&ifr.ifr_netmask, &mask, sizeof(mask));
	CHECK(ioctl(fd, SIOCSIFNETMASK, &ifr) == 0);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	CHECK(ioctl(fd, SIOCSIFFLAGS, &ifr) == 0);
	(void)close(fd);
	return io;
}

int test_tun_udp(uint16_t port)
{
	struct sockaddr_in self = test_tun_address(TEST_TUN_SELF, 4000);
	struct sockaddr_in peer = test_tun_address(TEST_TUN_PEER, port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(bind(fd, (struct sockaddr *)&self, sizeof(self)) == 0);
	CHECK(connect(fd, (struct sockaddr *)&peer, sizeof(peer)) == 0);
	return fd;
}

bool test_tun_is_ip4(const struct lvs_packet *packet, uint8_t proto)
{
	return packet->len >= 20 && packet->data[0] == 0x45 && packet->data[9] == proto;
}

void test_tun_next(struct lvs_io *io, uint8_t proto, struct lvs_packet *packet)
{
	struct pollfd ready = { .fd = io->fd, .events = POLLIN };

	for (;;) {
		int n = lvs_io_rx(io, packet, 1);

		CHECK(n >= 0);
		if (n == 1 && test_tun_is_ip4(packet, proto))
			return;
		if (n == 0)
			CHECK(poll(&ready, 1, 10000) == 1);
	}
}

void test_tun_turn(struct lvs_packet *packet)
{
	uint8_t src[4];

	memcpy(src, packet->data + 12, 4);
	memcpy(packet->data + 12, packet->data + 16, 4);
	memcpy(packet->data + 16, src, 4);
}
