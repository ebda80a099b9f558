// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crowd ADDRESS PORT N ROUNDS: opens N connections, all of them before the first request, then asks on each of them in
 * every round and prints the body of each answer. Ends with 1 if anything is missing after a minute.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.1\r\nHost: crowd\r\n\r\n";

static void give_up(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_one(const struct addrinfo *to)
{
	const struct timeval patience = { .tv_sec = 60 };
	int fd = socket(to->ai_family, SOCK_STREAM, 0);

	if (fd < 0)
		give_up("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		give_up("setsockopt");
	if (connect(fd, to->ai_addr, to->ai_addrlen))
		give_up("connect");
	return fd;
}

/* One answer, which is short and comes in one piece. */
static void read_answer(int fd)
{
	char text[2048], *body;
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		give_up("read");
	text[n] = 0;
	body = strstr(text, "\r\n\r\n");
	if (!body)
		give_up("half an answer");
	fputs(body + 4, stdout);
}

int main(int argc, char *argv[])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *to;
	int n, rounds, *fds;

	if (argc != 5 || getaddrinfo(argv[1], argv[2], &hints, &to))
		return 2;
	n = atoi(argv[3]);
	rounds = atoi(argv[4]);
	fds = calloc((size_t)n, sizeof(*fds));
	if (!fds)
		give_up("calloc");
	for (int i = 0; i < n; i++)
		fds[i] = open_one(to);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < n; i++)
			if (write(fds[i], request, sizeof(request) - 1) != sizeof(request) - 1)
				give_up("write");
		for (int i = 0; i < n; i++)
			read_answer(fds[i]);
	}
	for (int i = 0; i < n; i++)
		close(fds[i]);
	free(fds);
	freeaddrinfo(to);
	return 0;
}
