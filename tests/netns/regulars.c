// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * regulars ADDRESS PORT N PAUSE [hold]: N clients that connect, ask, read the answer, close, and come again after PAUSE
 * milliseconds. Who is to "hold" stays when he was answered, says so when his connection ends, and then comes again.
 *
 * Each line of standard input names the phase that begins: what a connection comes to counts for the phase in which it
 * began, however long it takes. "enough PHASE" is printed when two connections for each client have ended, or one for
 * each is held, and what became of all of them when the phase and all of them are over:
 *
 *	PHASE connects=N failed=N r0=N r1=N r2=N late=N reset=N closed=N silent=N p50_us=N p99_us=N max_us=N stall_ms=N
 *	and NAME=N for each answer
 *
 * r0, r1, r2: connects after no, one, several repetitions of the SYN. late: of r0, those that took so long that others
 * may well have been repeated for nothing. The next three: connections that stood, and were reset, closed, or silent for
 * too long, before an answer; else its text is counted. Times are from the first SYN to the answer's end. A stall is
 * time that this program wanted to run and did not. When the input ends so does the last phase.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 1024
#define PHASES_MAX 64
#define NAMES_MAX 8
#define NAME_BYTES 24
#define PORT_MIN 1024
#define PORTS 64000
/* How long somebody waits to be connected: longer than four repetitions. And for an answer. */
#define CONNECT_PATIENCE INT64_C(40000000)
#define ANSWER_PATIENCE INT64_C(4000000)
/* A SYN is repeated after a second. */
#define LATE INT64_C(300000)

static const char leaving[] = "GET / HTTP/1.0\r\nHost: regulars\r\n\r\n";
static const char staying[] = "GET / HTTP/1.1\r\nHost: regulars\r\n\r\n";

struct phase {
	char name[NAME_BYTES];
	unsigned int open, ended, failed, repeated[3], late, reset, closed, silent;
	int64_t stall;
	uint32_t *took;
	size_t ntook;
	struct { char text[NAME_BYTES]; unsigned int n; } answers[NAMES_MAX];
	bool told, past;
};

/* @fd: -1: rests until @until; else there is no patience left then */
struct client {
	int fd;
	bool asked, held;
	unsigned int phase;
	int64_t began, until;
	char answer[512];
	size_t len;
};

struct crowd {
	const struct addrinfo *to;
	unsigned int n, nphases;
	in_port_t port;
	int64_t pause;
	bool hold, over;
	struct client clients[CLIENTS_MAX];
	struct phase phases[PHASES_MAX];
};

static void give_up(const char *what)
{
	fprintf(stderr, "regulars: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(struct phase *phase)
{
	if (phase->ntook)
		qsort(phase->took, phase->ntook, sizeof(*phase->took), by_size);
	printf("%s connects=%u failed=%u r0=%u r1=%u r2=%u late=%u reset=%u closed=%u silent=%u", phase->name,
	       phase->ended, phase->failed, phase->repeated[0], phase->repeated[1], phase->repeated[2], phase->late,
	       phase->reset, phase->closed, phase->silent);
	printf(" p50_us=%u p99_us=%u max_us=%u stall_ms=%lld", phase->ntook ? phase->took[phase->ntook / 2] : 0,
	       phase->ntook ? phase->took[phase->ntook * 99 / 100] : 0, phase->ntook ? phase->took[phase->ntook - 1] : 0,
	       (long long)(phase->stall / 1000));
	for (int i = 0; i < NAMES_MAX && phase->answers[i].n; i++)
		printf(" %s=%u", phase->answers[i].text, phase->answers[i].n);
	printf("\n");
	free(phase->took);
	phase->took = NULL;
}

static void look_at(struct crowd *crowd, struct phase *phase)
{
	if (!phase->told && phase->ended >= (crowd->hold ? 1 : 2) * crowd->n) {
		printf("enough %s\n", phase->name);
		phase->told = true;
	}
	if (phase->past && !phase->open)
		report(phase);
}

static void begin_phase(struct crowd *crowd, const char *name)
{
	struct phase *last = crowd->nphases ? &crowd->phases[crowd->nphases - 1] : NULL;

	if (last) {
		last->past = true;
		look_at(crowd, last);
	}
	if (crowd->nphases == PHASES_MAX) {
		fprintf(stderr, "regulars: too many phases\n");
		exit(1);
	}
	(void)snprintf(crowd->phases[crowd->nphases++].name, NAME_BYTES, "%s", name);
}

static void leave(struct crowd *crowd, struct client *client, unsigned int *count)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct phase *phase = &crowd->phases[client->phase];

	if (client->held)
		printf("%s: %s of %.*s\n", phase->name, count == &phase->reset ? "reset" : "end", (int)client->len,
		       client->answer);
	else
		phase->ended++;
	if (count) {
		++*count;
		/* Nothing is left behind that the kernel would repeat. */
		(void)setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	}
	close(client->fd);
	client->fd = -1;
	client->until = now_us() + crowd->pause;
	phase->open--;
	look_at(crowd, phase);
}

static void fail(struct crowd *crowd, struct client *client, int err)
{
	fprintf(stderr, "regulars: %s: connect: %s\n", crowd->phases[client->phase].name, strerror(err));
	leave(crowd, client, &crowd->phases[client->phase].failed);
}

/* A port that no connection had before, as far as that goes: what a server remembers of an old one is not in the way. */
static void take_port(struct crowd *crowd, int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in ip4;
		struct sockaddr_in6 ip6;
	} from;
	int tries = PORTS;

	do {
		memset(&from, 0, sizeof(from));
		from.any.sa_family = (sa_family_t)crowd->to->ai_family;
		crowd->port = (in_port_t)(crowd->port + 1 < PORT_MIN + PORTS ? crowd->port + 1 : PORT_MIN);
		if (crowd->to->ai_family == AF_INET)
			from.ip4.sin_port = htons(crowd->port);
		else
			from.ip6.sin6_port = htons(crowd->port);
	} while (bind(fd, &from.any, crowd->to->ai_addrlen) && --tries);
	if (!tries)
		give_up("bind");
}

static void arrive(struct crowd *crowd, struct client *client, int64_t now)
{
	int err;

	client->fd = socket(crowd->to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		give_up("socket");
	take_port(crowd, client->fd);
	client->asked = client->held = false;
	client->len = 0;
	client->phase = crowd->nphases - 1;
	client->began = now;
	client->until = now + CONNECT_PATIENCE;
	crowd->phases[client->phase].open++;
	err = connect(client->fd, crowd->to->ai_addr, crowd->to->ai_addrlen) ? errno : 0;
	if (err && err != EINPROGRESS)
		fail(crowd, client, err);
}

static void ask(struct crowd *crowd, struct client *client, int64_t now)
{
	const char *request = crowd->hold ? staying : leaving;
	struct tcp_info info;
	socklen_t len = sizeof(info), err_len = sizeof(int);
	int err = 0;

	if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &err, &err_len) ||
	    getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		give_up("getsockopt");
	/* To a SYN a reset is ECONNREFUSED: this one stood, and is reset already. */
	if (err && err != ECONNRESET) {
		fail(crowd, client, err);
		return;
	}
	crowd->phases[client->phase].repeated[info.tcpi_total_retrans < 2 ? info.tcpi_total_retrans : 2]++;
	crowd->phases[client->phase].late += !info.tcpi_total_retrans && now - client->began > LATE;
	client->asked = true;
	client->until = now + ANSWER_PATIENCE;
	if (err || write(client->fd, request, strlen(request)) < 0)
		leave(crowd, client, &crowd->phases[client->phase].reset);
}

/* Return: what stands below the headers, up to the end of its first line; NULL if it is not all there yet */
static char *body_of(struct client *client)
{
	char *body, *end;

	client->answer[client->len] = '\0';
	body = strstr(client->answer, "\r\n\r\n");
	end = body ? strchr(body + 4, '\n') : NULL;
	if (!end)
		return NULL;
	*end = '\0';
	return body + 4;
}

static void count_answer(struct crowd *crowd, struct client *client, const char *text, int64_t now)
{
	struct phase *phase = &crowd->phases[client->phase];
	int i = 0;

	while (i < NAMES_MAX - 1 && phase->answers[i].n && strcmp(phase->answers[i].text, text) != 0)
		i++;
	(void)snprintf(phase->answers[i].text, NAME_BYTES, "%s", text);
	phase->answers[i].n++;
	phase->took = realloc(phase->took, (phase->ntook + 1) * sizeof(*phase->took));
	if (!phase->took)
		give_up("realloc");
	phase->took[phase->ntook++] = (uint32_t)(now - client->began);
}

static void hold(struct crowd *crowd, struct client *client, const char *text)
{
	struct phase *phase = &crowd->phases[client->phase];

	(void)snprintf(client->answer, sizeof(client->answer), "%.*s", NAME_BYTES, text);
	client->len = strlen(client->answer);
	client->held = true;
	client->until = INT64_MAX;
	phase->ended++;
	look_at(crowd, phase);
}

static void hear(struct crowd *crowd, struct client *client, int64_t now)
{
	struct phase *phase = &crowd->phases[client->phase];
	char scrap[16], *into = client->held ? scrap : client->answer + client->len;
	ssize_t n = read(client->fd, into, client->held ? sizeof(scrap) : sizeof(client->answer) - 1 - client->len);
	const char *body;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		leave(crowd, client, &phase->reset);
		return;
	}
	if (client->held && n > 0)
		return;
	if (!client->held)
		client->len += (size_t)n;
	if (n > 0 && !crowd->hold)
		return;
	body = client->held ? NULL : body_of(client);
	if (body)
		count_answer(crowd, client, body, now);
	if (body && crowd->hold)
		hold(crowd, client, body);
	else if (!n)
		leave(crowd, client, body ? NULL : &phase->closed);
}

static void serve(struct crowd *crowd, struct client *client, short what, int64_t now)
{
	if (what && !client->asked)
		ask(crowd, client, now);
	else if (what)
		hear(crowd, client, now);
	else if (now >= client->until && !client->asked)
		fail(crowd, client, ETIMEDOUT);
	else if (now >= client->until)
		leave(crowd, client, &crowd->phases[client->phase].silent);
}

static void read_phases(struct crowd *crowd)
{
	char text[512], *rest = text, *line;
	ssize_t n = read(STDIN_FILENO, text, sizeof(text) - 1);

	if (n < 0)
		give_up("read");
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")) && *line)
		begin_phase(crowd, line);
	crowd->over = !n;
	for (unsigned int i = 0; i < crowd->n && crowd->over; i++) {
		struct client *client = &crowd->clients[i];

		if (client->fd < 0 || !client->held)
			continue;
		close(client->fd);
		client->fd = -1;
		crowd->phases[client->phase].open--;
	}
}

/* Return: is anybody left? */
static bool turn(struct crowd *crowd)
{
	struct pollfd polls[CLIENTS_MAX + 1];
	int64_t before = now_us(), due = before + 1000000, now;
	bool any = false;
	int late;

	polls[crowd->n] = (struct pollfd){ .fd = crowd->over ? -1 : STDIN_FILENO, .events = POLLIN };
	for (unsigned int i = 0; i < crowd->n; i++) {
		struct client *client = &crowd->clients[i];

		if (client->fd < 0 && before >= client->until && !crowd->over)
			arrive(crowd, client, before);
		polls[i] = (struct pollfd){ .fd = client->fd, .events = client->asked ? POLLIN : POLLOUT };
		any |= client->fd >= 0;
		if (client->fd >= 0 || !crowd->over)
			due = client->until < due ? client->until : due;
	}
	late = poll(polls, crowd->n + 1, due > before ? (int)((due - before + 999) / 1000) : 0);
	if (late < 0 && errno != EINTR)
		give_up("poll");
	now = now_us();
	if (!late && now - due > crowd->phases[crowd->nphases - 1].stall)
		crowd->phases[crowd->nphases - 1].stall = now - due;
	for (unsigned int i = 0; i < crowd->n; i++)
		if (polls[i].fd >= 0)
			serve(crowd, &crowd->clients[i], polls[i].revents, now);
	if (polls[crowd->n].revents)
		read_phases(crowd);
	return any || !crowd->over;
}

int main(int argc, char *argv[])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	static struct crowd crowd;
	struct addrinfo *to;

	if (argc < 5 || argc > 6 || (argc == 6 && strcmp(argv[5], "hold") != 0) ||
	    getaddrinfo(argv[1], argv[2], &hints, &to))
		return 2;
	crowd.to = to;
	crowd.n = (unsigned int)atoi(argv[3]);
	crowd.pause = (int64_t)atoi(argv[4]) * 1000;
	crowd.hold = argc == 6;
	crowd.port = PORT_MIN;
	if (crowd.n > CLIENTS_MAX)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	begin_phase(&crowd, "start");
	for (unsigned int i = 0; i < crowd.n; i++)
		crowd.clients[i] = (struct client){ .fd = -1, .until = now_us() + crowd.pause * i / crowd.n };
	while (turn(&crowd))
		;
	crowd.phases[crowd.nphases - 1].past = true;
	look_at(&crowd, &crowd.phases[crowd.nphases - 1]);
	freeaddrinfo(to);
	return 0;
}
