// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Small UDP packets as fast as one core sends them, and the counter at the far end. What counts is what arrives: the
 * sink starts its clock with the first packet, ignores the first 100 ms (queues fill, neighbours resolve), and prints
 * packets per second over the window that follows. The sender spreads its batches over several source ports, so a
 * director sees several flows.
 *
 * usage: udpblast send ADDRESS PORT SECONDS BYTES FLOWS     (BYTES: the whole IP packet)
 *        udpblast sink ADDRESS PORT SECONDS
 */
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 32,
	MAX_FLOWS = 1024,
	MAX_PAYLOAD = 1472,
	WARM_UP_MS = 100,
	PATIENCE_S = 10,	/* for the first packet */
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Return: a UDP socket, connected to or bound at the address; *ret_family its family. Ends the program on failure. */
static int udp_open(const char *address, const char *port, int connected, int *ret_family)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *info = NULL;
	int buffer = 32 << 20, fd, err = getaddrinfo(address, port, &hints, &info);

	if (err) {
		fprintf(stderr, "udpblast: \"%s\" port \"%s\": %s\n", address, port, gai_strerror(err));
		exit(2);
	}
	fd = socket(info->ai_family, SOCK_DGRAM, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));	/* in a user namespace */
	if (fd < 0 || (connected ? connect(fd, info->ai_addr, info->ai_addrlen) :
				   bind(fd, info->ai_addr, info->ai_addrlen)) < 0) {
		fprintf(stderr, "udpblast: \"%s\" port \"%s\": %s\n", address, port, strerror(errno));
		exit(1);
	}
	*ret_family = info->ai_family;
	freeaddrinfo(info);
	return fd;
}

static int blast(const char *address, const char *port, double seconds, size_t bytes, unsigned int flows)
{
	static const char payload[MAX_PAYLOAD];
	struct iovec iov = { .iov_base = (void *)(uintptr_t)payload };
	struct mmsghdr batch[BATCH];
	int fds[MAX_FLOWS], family = 0;
	int64_t start, end;
	uint64_t sent = 0;

	for (unsigned int i = 0; i < flows; i++)
		fds[i] = udp_open(address, port, 1, &family);
	iov.iov_len = bytes - (family == AF_INET6 ? 48 : 28);
	if (bytes < 48 || iov.iov_len > MAX_PAYLOAD)
		return 2;
	for (size_t i = 0; i < BATCH; i++)
		batch[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } };
	start = now_ns();
	end = start + (int64_t)(seconds * 1e9);
	for (unsigned int i = 0; now_ns() < end; i = (i + 1) % flows) {
		int n = sendmmsg(fds[i], batch, BATCH, 0);

		if (n > 0)
			sent += (uint64_t)n;
	}
	printf("%.0f\n", (double)sent * 1e9 / (double)(now_ns() - start));
	return 0;
}

static int drain(int fd, struct mmsghdr *batch, double seconds)
{
	struct timeval patience = { .tv_sec = PATIENCE_S }, tick = { .tv_usec = WARM_UP_MS * 1000 };
	int64_t begin = 0, end = 0, now = 0;
	uint64_t got = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (!end || now < end) {
		int n = recvmmsg(fd, batch, BATCH, MSG_WAITFORONE, NULL);

		now = now_ns();
		if (n > 0 && !end) {
			begin = now + WARM_UP_MS * 1000000;
			end = begin + (int64_t)(seconds * 1e9);
			setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
		} else if (n > 0 && now >= begin) {
			got += (uint64_t)n;
		} else if (n < 0 && !end) {
			fprintf(stderr, "udpblast: no packet within %d s\n", PATIENCE_S);
			return 1;
		}
	}
	printf("%.0f\n", (double)got * 1e9 / (double)(now - begin));
	return 0;
}

static int sink(const char *address, const char *port, double seconds)
{
	static char bytes[BATCH][MAX_PAYLOAD];
	struct mmsghdr batch[BATCH];
	struct iovec iov[BATCH];
	int family, fd = udp_open(address, port, 0, &family);

	for (size_t i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ .iov_base = bytes[i], .iov_len = sizeof(bytes[i]) };
		batch[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i], .msg_iovlen = 1 } };
	}
	return drain(fd, batch, seconds);
}

int main(int argc, char **argv)
{
	unsigned long flows = argc == 7 ? strtoul(argv[6], NULL, 10) : 0;

	if (argc == 7 && !strcmp(argv[1], "send") && flows >= 1 && flows <= MAX_FLOWS)
		return blast(argv[2], argv[3], strtod(argv[4], NULL), strtoul(argv[5], NULL, 10), (unsigned int)flows);
	if (argc == 5 && !strcmp(argv[1], "sink"))
		return sink(argv[2], argv[3], strtod(argv[4], NULL));
	fputs("usage: udpblast send ADDRESS PORT SECONDS BYTES FLOWS\n"
	      "       udpblast sink ADDRESS PORT SECONDS\n", stderr);
	return 2;
}
