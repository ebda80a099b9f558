// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Round-trip time of a small request over one TCP connection: one side sends 64 bytes and waits for them to come back.
 * Every round trip is kept, so the percentiles are exact.
 *
 * usage: pingpong serve ADDRESS PORT              (one connection after the other, until killed)
 *        pingpong ping  ADDRESS PORT SECONDS      (prints p50 and p99 in microseconds, and the number of samples)
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
	MESSAGE_BYTES = 64,
	MAX_SAMPLES = 1 << 20,
	PATIENCE_S = 2,		/* a lost message ends the measurement */
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int die(const char *what)
{
	fprintf(stderr, "pingpong: %s: %s\n", what, strerror(errno));
	return 1;
}

static struct addrinfo *resolve(const char *address, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *info = NULL;
	int err = getaddrinfo(address, port, &hints, &info);

	if (!err)
		return info;
	fprintf(stderr, "pingpong: \"%s\" port \"%s\": %s\n", address, port, gai_strerror(err));
	exit(2);
}

static void set_option(int fd, int level, int option)
{
	int on = 1;

	(void)setsockopt(fd, level, option, &on, sizeof(on));
}

static int serve(const char *address, const char *port)
{
	struct addrinfo *info = resolve(address, port);
	int listener = socket(info->ai_family, SOCK_STREAM, 0);
	int err;

	set_option(listener, SOL_SOCKET, SO_REUSEADDR);
	err = bind(listener, info->ai_addr, info->ai_addrlen) < 0 || listen(listener, 16) < 0;
	freeaddrinfo(info);
	if (err)
		return die("cannot listen");
	for (;;) {
		char message[MESSAGE_BYTES];
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			return die("cannot accept");
		set_option(fd, IPPROTO_TCP, TCP_NODELAY);
		while (recv(fd, message, sizeof(message), MSG_WAITALL) == sizeof(message))
			if (send(fd, message, sizeof(message), MSG_NOSIGNAL) < 0)
				break;
		close(fd);
	}
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int measure(int fd, double seconds, uint32_t *samples)
{
	int64_t begin = now_ns(), now = begin, end = begin + (int64_t)(seconds * 1e9);
	char message[MESSAGE_BYTES] = { 0 };
	size_t n = 0;

	do {
		int64_t sent = now;

		if (send(fd, message, sizeof(message), MSG_NOSIGNAL) < 0 ||
		    recv(fd, message, sizeof(message), MSG_WAITALL) != sizeof(message))
			return die("connection lost");
		now = now_ns();
		samples[n++] = (uint32_t)(now - sent);
	} while (n < MAX_SAMPLES && now < end);
	qsort(samples, n, sizeof(samples[0]), compare);
	printf("%.2f %.2f %zu\n", samples[n / 2] / 1e3, samples[n * 99 / 100] / 1e3, n);
	return 0;
}

static int ping(const char *address, const char *port, double seconds)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct addrinfo *info = resolve(address, port);
	int fd = socket(info->ai_family, SOCK_STREAM, 0);
	uint32_t *samples = calloc(MAX_SAMPLES, sizeof(*samples));
	int ret;

	set_option(fd, IPPROTO_TCP, TCP_NODELAY);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!samples || fd < 0 || connect(fd, info->ai_addr, info->ai_addrlen) < 0)
		ret = die("cannot connect");
	else
		ret = measure(fd, seconds, samples);
	freeaddrinfo(info);
	free(samples);
	close(fd);
	return ret;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "serve"))
		return serve(argv[2], argv[3]);
	if (argc == 5 && !strcmp(argv[1], "ping"))
		return ping(argv[2], argv[3], strtod(argv[4], NULL));
	fputs("usage: pingpong serve ADDRESS PORT\n       pingpong ping ADDRESS PORT SECONDS\n", stderr);
	return 2;
}
