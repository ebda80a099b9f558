// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * patient ADDRESS PORT RATE SECONDS PATIENCE: a crowd of clients that come RATE a second, one connection and one request
 * each, whatever became of those before them. Who has no answer after PATIENCE milliseconds gives up. Prints "answered of
 * offered".
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 4096

static const char request[] = "GET / HTTP/1.0\r\nHost: patient\r\n\r\n";

/* @asked: the connection stands and the request was sent */
struct client {
	int64_t until;
	bool asked;
};

struct crowd {
	const struct addrinfo *to;
	struct pollfd polls[CLIENTS_MAX];
	struct client clients[CLIENTS_MAX];
	nfds_t n;
	unsigned int offered, answered;
};

static int64_t now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void arrive(struct crowd *crowd, int64_t until)
{
	int fd = socket(crowd->to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	crowd->offered++;
	if (fd < 0 || crowd->n == CLIENTS_MAX ||
	    (connect(fd, crowd->to->ai_addr, crowd->to->ai_addrlen) && errno != EINPROGRESS)) {
		if (fd >= 0)
			close(fd);
		return;
	}
	crowd->polls[crowd->n] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	crowd->clients[crowd->n++] = (struct client){ .until = until };
}

static void leave(struct crowd *crowd, nfds_t i, bool answered)
{
	close(crowd->polls[i].fd);
	crowd->answered += answered;
	crowd->n--;
	crowd->polls[i] = crowd->polls[crowd->n];
	crowd->clients[i] = crowd->clients[crowd->n];
}

/* Return: whether client @i is still there */
static bool serve(struct crowd *crowd, nfds_t i, int64_t now)
{
	struct pollfd *polled = &crowd->polls[i];
	struct client *client = &crowd->clients[i];
	char answer[256];
	ssize_t n;

	if (!polled->revents) {
		if (now < client->until)
			return true;
		leave(crowd, i, false);
		return false;
	}
	if (!client->asked && polled->revents == POLLOUT &&
	    write(polled->fd, request, sizeof(request) - 1) == sizeof(request) - 1) {
		client->asked = true;
		polled->events = POLLIN;
		return true;
	}
	n = client->asked ? read(polled->fd, answer, sizeof(answer)) : -1;
	leave(crowd, i, n > 12 && memcmp(answer + 9, "200", 3) == 0);
	return false;
}

int main(int argc, char *argv[])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	static struct crowd crowd;
	struct addrinfo *to;
	int64_t begin, patience;
	unsigned int rate, all;

	if (argc != 6 || getaddrinfo(argv[1], argv[2], &hints, &to))
		return 2;
	crowd.to = to;
	rate = (unsigned int)atoi(argv[3]);
	all = rate * (unsigned int)atoi(argv[4]);
	patience = (int64_t)atoi(argv[5]) * 1000;
	begin = now_us();
	while (crowd.offered < all || crowd.n) {
		int64_t now = now_us();

		while (crowd.offered < all && now >= begin + (int64_t)crowd.offered * 1000000 / rate)
			arrive(&crowd, now + patience);
		(void)poll(crowd.polls, crowd.n, 1);
		now = now_us();
		for (nfds_t i = 0; i < crowd.n;)
			if (serve(&crowd, i, now))
				i++;
	}
	printf("%u of %u\n", crowd.answered, crowd.offered);
	freeaddrinfo(to);
	return 0;
}
