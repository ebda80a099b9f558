// SPDX-License-Identifier: GPL-2.0-or-later
/* Real sockets send through a TUN device, in a network namespace made for it, as tests/lib/tun.h draws it. */
#include "tests/lib/test.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/csum.h"
#include "tests/lib/child.h"
#include "tests/lib/tun.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define MTU 1500

/* The sum over pseudo-header and datagram; 0xffff when its checksum is right. */
static uint16_t udp_sum(const struct lvs_packet *packet)
{
	const struct lvs_addr src = test_addr(TEST_TUN_SELF), dst = test_addr(TEST_TUN_PEER);
	uint32_t len = packet->len - 20;

	return lvs_csum_fold(lvs_csum_add(lvs_csum_pseudo(&src, &dst, 17, len), packet->data + 20, len));
}

static void check_datagram(const struct lvs_packet *packet, const char *payload)
{
	static const uint8_t ends[] = { 10, 99, 0, 1, 10, 99, 0, 2, 0x0f, 0xa0, 0x13, 0x88 };

	CHECK(packet->len == 28 + strlen(payload));
	CHECK((uintptr_t)packet->data % 64 == 0);
	CHECK(packet->headroom == LVS_IO_HEADROOM && packet->tailroom == LVS_IO_TAILROOM);
	CHECK(packet->data[2] == 0 && packet->data[3] == packet->len);
	CHECK(lvs_csum_fold(lvs_csum_add(0, packet->data, 20)) == 0xffff);
	CHECK(memcmp(packet->data + 12, ends, sizeof(ends)) == 0);
	CHECK(memcmp(packet->data + 28, payload, strlen(payload)) == 0);
	CHECK(packet->vnet.gso_type == LVS_GSO_NONE);
}

static int request_and_reply(void *arg)
{
	bool offload = *(bool *)arg;
	struct lvs_io *io = test_tun(offload);
	struct lvs_packet packet = { .via = NULL };
	int fd = test_tun_udp(5000);
	char buf[64] = "";

	CHECK(send(fd, "ping!", 5, 0) == 5);
	test_tun_next(io, 17, &packet);
	check_datagram(&packet, "ping!");
	if (offload) {
		CHECK(packet.vnet.flags & LVS_VNET_NEEDS_CSUM);
		CHECK(packet.vnet.csum_start == 20 && packet.vnet.csum_offset == 6);
		CHECK(udp_sum(&packet) != 0xffff);
	} else {
		CHECK(!(packet.vnet.flags & LVS_VNET_NEEDS_CSUM));
		CHECK(udp_sum(&packet) == 0xffff);
	}
	/* The answer: from 5000 to 4000, a byte of the payload changed and the sum with it when that is complete. */
	test_tun_turn(&packet);
	memcpy(packet.data + 20, "\x13\x88\x0f\xa0", 4);
	packet.data[29] = 'o';
	if (!offload) {
		packet.data[26] = packet.data[27] = 0;
		test_tun_turn(&packet);
		uint16_t sum = (uint16_t)~udp_sum(&packet);

		memcpy(packet.data + 26, &sum, 2);
		test_tun_turn(&packet);
	}
	lvs_io_tx(io, &packet);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 5);
	CHECK(strcmp(buf, "pong!") == 0);
	CHECK(io->stats.tx_packets == 1 && io->stats.tx_bytes == 33);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

/* A header pushed in front and pulled again, and packets from memory that is not the driver's. */
static int moved(void *arg)
{
	uint8_t own[LVS_IO_FRONT + 33];
	struct lvs_io *io = test_tun(true);
	struct lvs_packet packet = { .via = NULL };
	int fd = test_tun_udp(5000);
	char buf[64];

	(void)arg;
	CHECK(send(fd, "ping!", 5, 0) == 5);
	test_tun_next(io, 17, &packet);
	test_tun_turn(&packet);
	memcpy(packet.data + 20, "\x13\x88\x0f\xa0", 4);
	memmove(packet.data - LVS_IO_HEADROOM, packet.data, packet.len);
	packet.data -= LVS_IO_HEADROOM;
	lvs_io_tx(io, &packet);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 5 && memcmp(buf, "ping!", 5) == 0);
	memcpy(own + LVS_IO_FRONT, packet.data, packet.len);
	packet.data = own + LVS_IO_FRONT;
	lvs_io_tx(io, &packet);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 5 && memcmp(buf, "ping!", 5) == 0);
	CHECK(io->stats.tx_packets == 2);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static int bursts(void *arg)
{
	struct lvs_packet packets[32] = { { .via = NULL } };
	struct lvs_io *io = test_tun(true);
	uint32_t expected = 0;
	int fd = test_tun_udp(5000);
	int n;

	(void)arg;
	do {	/* what the kernel itself says when a device comes up */
		n = lvs_io_rx(io, packets, ARRAY_LEN(packets));
		CHECK(n >= 0);
	} while (n > 0);
	for (uint32_t i = 0; i < 100; i++) {
		uint8_t payload[1400];
		size_t len = i % 3 ? 4 : sizeof(payload);

		memset(payload, (int)i, sizeof(payload));
		memcpy(payload, &i, sizeof(i));
		CHECK(send(fd, payload, len, 0) == (ssize_t)len);
	}
	do {
		n = lvs_io_rx(io, packets, ARRAY_LEN(packets));
		CHECK(n > 0 && n <= 32);
		CHECK(io->more == (n == 32));
		/* Every byte of room is used, and no packet touches another, nor its room. */
		for (int i = 0; i < n; i++) {
			struct lvs_packet *packet = &packets[i];

			CHECK(i == 0 || packet->data - packet->headroom - LVS_IO_FRONT >=
						packet[-1].data + packet[-1].len + packet[-1].tailroom);
			memset(packet->data - packet->headroom - LVS_IO_FRONT, 0xee, packet->headroom + LVS_IO_FRONT);
			memset(packet->data + packet->len, 0xee, packet->tailroom);
		}
		for (int i = 0; i < n; i++) {
			uint32_t id;

			if (!test_tun_is_ip4(&packets[i], 17))
				continue;
			memcpy(&id, packets[i].data + 28, sizeof(id));
			CHECK(id == expected);
			CHECK(packets[i].len == (id % 3 ? 32 : 1428));
			for (uint32_t at = 32; at < packets[i].len; at++)
				CHECK(packets[i].data[at] == id);
			expected++;
		}
	} while (io->more);
	CHECK(expected == 100);
	CHECK(lvs_io_rx(io, packets, ARRAY_LEN(packets)) == 0 && !io->more);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

/* One way of a TCP connection through the device and back. */
struct transfer {
	struct lvs_io *io;
	uint8_t *bytes;
	size_t len;
	size_t sent;
	size_t received;
	int from, to;
	uint32_t longest;	/* packet seen, bytes */
	int supers;
};

static void reflect(struct transfer *t)
{
	struct lvs_packet packets[8] = { { .via = NULL } };

	do {
		int n = lvs_io_rx(t->io, packets, ARRAY_LEN(packets));

		CHECK(n >= 0);
		for (int i = 0; i < n; i++) {
			struct lvs_packet *packet = &packets[i];

			if (!test_tun_is_ip4(packet, 6))
				continue;
			t->longest = LVS_MAX(t->longest, packet->len);
			if (packet->len > MTU) {
				CHECK((packet->vnet.gso_type & ~LVS_GSO_ECN) == LVS_GSO_TCP4);
				CHECK(packet->vnet.gso_size > 0 && packet->vnet.gso_size <= MTU - 40);
				CHECK(packet->vnet.flags & LVS_VNET_NEEDS_CSUM);
				t->supers++;
			}
			if (packet->len > 4096)
				CHECK(i == n - 1 && t->io->more);	/* handled while it is hot */
			test_tun_turn(packet);
			lvs_io_tx(t->io, packet);
		}
	} while (t->io->more);
}

static void move_bytes(struct transfer *t)
{
	uint8_t buf[65536];
	ssize_t n;

	if (t->sent < t->len) {
		n = send(t->from, t->bytes + t->sent, t->len - t->sent, MSG_DONTWAIT);
		CHECK(n > 0 || errno == EAGAIN);
		t->sent += n > 0 ? (size_t)n : 0;
	}
	n = recv(t->to, buf, sizeof(buf), MSG_DONTWAIT);
	CHECK(n > 0 || errno == EAGAIN);
	if (n > 0) {
		CHECK(memcmp(buf, t->bytes + t->received, (size_t)n) == 0);
		t->received += (size_t)n;
	}
}

static void connect_through(struct transfer *t)
{
	struct sockaddr_in self = test_tun_address(TEST_TUN_SELF, 8080), peer = test_tun_address(TEST_TUN_PEER, 8080);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd ready = { .fd = t->io->fd, .events = POLLIN };

	CHECK(bind(listener, (struct sockaddr *)&self, sizeof(self)) == 0 && listen(listener, 1) == 0);
	t->from = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(connect(t->from, (struct sockaddr *)&peer, sizeof(peer)) < 0 && errno == EINPROGRESS);
	while ((t->to = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) < 0) {
		CHECK(errno == EAGAIN);
		CHECK(poll(&ready, 1, 10000) == 1);
		reflect(t);
	}
	(void)close(listener);
}

static int tcp_transfer(void *arg)
{
	bool offload = *(bool *)arg;
	struct transfer t = { .io = test_tun(offload), .len = 4 << 20 };

	t.bytes = malloc(t.len);
	CHECK(t.bytes);
	for (size_t i = 0; i < t.len; i++)
		t.bytes[i] = (uint8_t)(i * 2654435761u >> 24);
	connect_through(&t);
	while (t.received < t.len) {
		struct pollfd ready[] = {
			{ .fd = t.io->fd, .events = POLLIN },
			{ .fd = t.from, .events = t.sent < t.len ? POLLOUT : 0 },
			{ .fd = t.to, .events = POLLIN },
		};

		CHECK(poll(ready, ARRAY_LEN(ready), 10000) > 0);
		move_bytes(&t);
		reflect(&t);
	}
	if (offload) {
		CHECK(t.supers > 0 && t.longest > 4096);
	} else {
		CHECK(t.supers == 0 && t.longest == MTU);
	}
	CHECK(t.io->stats.tx_invalid == 0 && t.io->stats.tx_errors == 0);
	free(t.bytes);
	lvs_io_close(t.io);
	return TEST_CHILD_OK;
}

static int udp_super_packet(void *arg)
{
	struct lvs_io *io = test_tun(true);
	struct lvs_packet packet = { .via = NULL };
	int fd = test_tun_udp(5000);
	int segment = 1200;
	uint8_t payload[36000], buf[2000];

	(void)arg;
	if (!(io->offloads & LVS_IO_USO)) {
		(void)fprintf(stderr, "this kernel grants no USO\n");
		return TEST_CHILD_SKIP;
	}
	CHECK(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)) == 0);
	memset(payload, 'u', sizeof(payload));
	CHECK(send(fd, payload, sizeof(payload), 0) == sizeof(payload));
	test_tun_next(io, 17, &packet);
	CHECK(packet.len == sizeof(payload) + 28);
	CHECK(packet.vnet.gso_type == LVS_GSO_UDP_L4 && packet.vnet.gso_size == segment);
	test_tun_turn(&packet);
	memcpy(packet.data + 20, "\x13\x88\x0f\xa0", 4);
	lvs_io_tx(io, &packet);
	for (size_t i = 0; i < sizeof(payload) / (size_t)segment; i++)
		CHECK(recv(fd, buf, sizeof(buf), 0) == segment);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static void delete_device(const char *name)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} request = {
		.head = { .nlmsg_len = sizeof(request), .nlmsg_type = RTM_DELLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = (int)if_nametoindex(name) },
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	CHECK(send(fd, &request, sizeof(request), 0) == sizeof(request));
	CHECK(recv(fd, &answer, sizeof(answer), 0) >= (ssize_t)sizeof(answer.head) + 4);
	CHECK(answer.head.nlmsg_type == NLMSG_ERROR && answer.err.error == 0);
	(void)close(fd);
}

static int deleted(void *arg)
{
	struct lvs_io *io = test_tun(true);
	struct pollfd ready = { .fd = io->fd, .events = POLLIN };
	uint8_t own[LVS_IO_FRONT + 20] = { 0 };
	struct lvs_packet packet = { .data = own + LVS_IO_FRONT, .len = 20 };

	(void)arg;
	delete_device("lvs0");
	CHECK(poll(&ready, 1, 10000) == 1);	/* the loop wakes up for it */
	CHECK(lvs_io_rx(io, &packet, 1) == -ENODEV);
	CHECK(!io->more);
	packet = (struct lvs_packet){ .data = own + LVS_IO_FRONT, .len = 20 };
	lvs_io_tx(io, &packet);
	CHECK(io->stats.tx_down == 1 && io->stats.tx_packets == 0 && io->stats.rx_errors == 0);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static int refused(void *arg)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct lvs_io *io = test_tun(true);
	struct ifreq ifr = { .ifr_name = "lvs0" };
	uint8_t own[LVS_IO_FRONT + 28] = { 0 };
	struct lvs_packet packet = { .data = own + LVS_IO_FRONT, .len = 28 };

	(void)arg;
	lvs_io_tx(io, &packet);	/* IP version 0 */
	CHECK(io->stats.tx_invalid == 1);
	packet.data[0] = 0x45;
	packet.vnet = (struct lvs_vnet){ .gso_type = 0x7f, .gso_size = 1 };
	lvs_io_tx(io, &packet);
	CHECK(io->stats.tx_invalid == 2);
	CHECK(ioctl(fd, SIOCSIFFLAGS, &ifr) == 0);	/* down */
	packet.vnet = (struct lvs_vnet){ 0 };
	lvs_io_tx(io, &packet);
	CHECK(io->stats.tx_down == 1);
	CHECK(io->stats.tx_packets == 0 && io->stats.tx_full == 0 && io->stats.tx_errors == 0);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static void carries_a_datagram_with_a_partial_checksum(void **state)
{
	bool offload = true;

	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, request_and_reply, &offload));
}

static void carries_a_datagram_with_a_complete_checksum(void **state)
{
	bool offload = false;

	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, request_and_reply, &offload));
}

static void sends_packets_wherever_they_were_moved(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, moved, NULL));
}

static void reads_bursts_without_mixing_packets(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, bursts, NULL));
}

static void passes_tcp_super_packets_whole(void **state)
{
	bool offload = true;

	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, tcp_transfer, &offload));
}

static void sees_no_super_packet_without_offloads(void **state)
{
	bool offload = false;

	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, tcp_transfer, &offload));
}

static void passes_udp_super_packets_whole(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, udp_super_packet, NULL));
}

static void tells_when_the_device_was_deleted(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, deleted, NULL));
}

static void counts_what_the_device_refuses(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, refused, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_a_datagram_with_a_partial_checksum),
		cmocka_unit_test(carries_a_datagram_with_a_complete_checksum),
		cmocka_unit_test(sends_packets_wherever_they_were_moved),
		cmocka_unit_test(reads_bursts_without_mixing_packets),
		cmocka_unit_test(passes_tcp_super_packets_whole),
		cmocka_unit_test(sees_no_super_packet_without_offloads),
		cmocka_unit_test(passes_udp_super_packets_whole),
		cmocka_unit_test(tells_when_the_device_was_deleted),
		cmocka_unit_test(counts_what_the_device_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
