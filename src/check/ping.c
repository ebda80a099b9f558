// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Echo requests. All of them leave through one socket for each family, opened before privileges go: an ordinary ICMP
 * socket where net.ipv4.ping_group_range lets us have one, else a raw one. Requests are told apart by their number, and
 * carry a mark that nobody can guess, so that only who got the request can answer it.
 */
#include "check/check.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/list.h"
#include "check/socket.h"
#include "sys/entropy.h"

#define HEADS 256
/* Answers read in one turn. */
#define TURN 64

struct ping_message {
	uint8_t type, code;
	uint16_t checksum, id, number;
	uint64_t mark;
};
static_assert(sizeof(struct ping_message) == 16, "no padding");

/* @raw: @fd is a raw socket, which sums nothing and, for IPv4, has the IP header in front; @open_err: why there is none */
struct door {
	struct ping_shared *shared;
	int fd;
	bool raw;
	int open_err;
	struct event *event;
};

/* @runs: those under way, by number; @n of them */
struct ping_shared {
	struct door doors[2];
	struct lvs_hash_key key;
	uint16_t id, next;
	size_t n;
	struct lvs_list runs[HEADS];
};

struct ping_run {
	struct lvs_check *check;
	uint16_t number;
	struct lvs_list of_number;
};

static struct door *door_of(struct lvs_check *check)
{
	return &((struct ping_shared *)check->shared)->doors[lvs_addr_is4(&check->addr) ? 0 : 1];
}

static void close_doors(struct ping_shared *shared)
{
	for (size_t i = 0; i < 2; i++)
		if (!shared->n)
			(void)event_del(shared->doors[i].event);
}

static void ping_cancel(struct lvs_check *check)
{
	struct ping_shared *shared = check->shared;
	struct ping_run *run = check->run;

	lvs_list_remove(&run->of_number);
	shared->n--;
	close_doors(shared);
}

static uint64_t mark_of(const struct ping_shared *shared, uint16_t number)
{
	return lvs_hash_32(&shared->key, number);
}

static void take_answer(struct ping_shared *shared, const struct lvs_addr *from, const struct ping_message *answer)
{
	struct ping_run *run;

	if (answer->mark != mark_of(shared, answer->number))
		return;
	lvs_list_for_each(run, &shared->runs[answer->number % HEADS], of_number) {
		if (run->number == answer->number && lvs_addr_equal(&run->check->addr, from)) {
			ping_cancel(run->check);
			lvs_check_passed(run->check, "echo reply");
			return;
		}
	}
}

static struct lvs_addr addr_of(const struct sockaddr_storage *from)
{
	struct lvs_addr addr = lvs_addr_any(from->ss_family == AF_INET);

	if (from->ss_family == AF_INET)
		memcpy(&addr.bytes[12], &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	else
		memcpy(addr.bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
	return addr;
}

static void on_answers(evutil_socket_t fd, short what, void *arg)
{
	struct door *door = arg;
	struct ping_shared *shared = door->shared;
	bool four = door == &shared->doors[0];
	struct sockaddr_storage from;
	struct ping_message answer;
	struct lvs_addr addr;

	(void)what;
	for (int i = 0; i < TURN; i++) {
		socklen_t from_len = sizeof(from);
		uint8_t data[128];
		ssize_t len = recvfrom(fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
		size_t skip = door->raw && four && len > 0 ? (data[0] & 0xfu) * 4u : 0;

		if (len < 0)
			return;
		if ((size_t)len < skip + sizeof(answer))
			continue;
		memcpy(&answer, data + skip, sizeof(answer));
		addr = addr_of(&from);
		if (answer.type == (four ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) && (!door->raw || answer.id == shared->id))
			take_answer(shared, &addr, &answer);
	}
}

/* RFC 1071; a raw ICMPv6 socket sums for itself. */
static uint16_t sum_of(const struct ping_message *message)
{
	uint16_t words[sizeof(*message) / 2];
	uint32_t sum = 0;

	memcpy(words, message, sizeof(words));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/* Room for either family's "from this address". */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void set_source(struct msghdr *msg, union control *control, const struct lvs_addr *source)
{
	struct in6_pktinfo info6 = { .ipi6_ifindex = 0 };
	struct in_pktinfo info4 = { .ipi_ifindex = 0 };
	struct cmsghdr *header = &control->header;

	if (lvs_addr_is_any(source))
		return;
	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	if (lvs_addr_is4(source)) {
		memcpy(&info4.ipi_spec_dst, &source->bytes[12], 4);
		*header = (struct cmsghdr){ CMSG_LEN(sizeof(info4)), IPPROTO_IP, IP_PKTINFO };
		memcpy(CMSG_DATA(header), &info4, sizeof(info4));
		msg->msg_controllen = CMSG_SPACE(sizeof(info4));
	} else {
		memcpy(&info6.ipi6_addr, source->bytes, 16);
		*header = (struct cmsghdr){ CMSG_LEN(sizeof(info6)), IPPROTO_IPV6, IPV6_PKTINFO };
		memcpy(CMSG_DATA(header), &info6, sizeof(info6));
		msg->msg_controllen = CMSG_SPACE(sizeof(info6));
	}
}

static int send_request(struct lvs_check *check, uint16_t number)
{
	const struct ping_shared *shared = check->shared;
	bool four = lvs_addr_is4(&check->addr);
	struct ping_message request = { .type = four ? ICMP_ECHO : ICMP6_ECHO_REQUEST, .id = shared->id, .number = number,
					.mark = mark_of(shared, number) };
	struct iovec data = { .iov_base = &request, .iov_len = sizeof(request) };
	struct sockaddr_storage to;
	struct msghdr msg = { .msg_name = &to, .msg_iov = &data, .msg_iovlen = 1 };
	union control control;

	msg.msg_namelen = lvs_sockaddr_of(&check->addr, 0, &to);
	set_source(&msg, &control, &check->source);
	if (four)
		request.checksum = sum_of(&request);
	return sendmsg(door_of(check)->fd, &msg, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void ping_start(struct lvs_check *check)
{
	struct ping_shared *shared = check->shared;
	const struct door *door = door_of(check);
	struct ping_run *run = check->run;
	int err;

	if (door->fd < 0) {
		lvs_check_broken(check, "no ICMP socket (%s): see net.ipv4.ping_group_range", strerror(-door->open_err));
		return;
	}
	run->check = check;
	run->number = shared->next++;
	err = send_request(check, run->number);
	if (!err && event_add(door->event, NULL) < 0)
		err = -ENOMEM;
	if (err) {
		lvs_check_refused(check, err, false);
		return;
	}
	lvs_list_push_back(&shared->runs[run->number % HEADS], &run->of_number);
	shared->n++;
}

/* A raw socket hears every ICMP message there is, unless it is told not to. */
static void hear_replies_only(int fd, bool four)
{
	uint32_t filter4 = ~(1u << ICMP_ECHOREPLY);
	struct icmp6_filter filter6;

	ICMP6_FILTER_SETBLOCKALL(&filter6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
	if (four)
		(void)setsockopt(fd, IPPROTO_RAW, 1 /* ICMP_FILTER, of a header that does not go with netinet's */, &filter4,
				 sizeof(filter4));
	else
		(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
}

/* Without a socket it is not BROKEN yet: nobody may ask. */
static int open_door(struct event_base *base, struct ping_shared *shared, bool four)
{
	struct door *door = &shared->doors[four ? 0 : 1];
	int family = four ? AF_INET : AF_INET6, proto = four ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	door->shared = shared;
	door->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
	if (door->fd < 0) {
		door->open_err = -errno;
		door->fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
		door->raw = door->fd >= 0;
	}
	if (door->raw)
		hear_replies_only(door->fd, four);
	door->event = event_new(base, door->fd, EV_READ | EV_PERSIST, on_answers, door);
	return door->event ? 0 : -ENOMEM;
}

static void ping_tear_down(void *arg)
{
	struct ping_shared *shared = arg;

	for (size_t i = 0; i < 2; i++) {
		if (shared->doors[i].event)
			event_free(shared->doors[i].event);
		if (shared->doors[i].fd >= 0)
			(void)close(shared->doors[i].fd);
	}
	free(shared);
}

static int ping_set_up(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct ping_shared *shared = calloc(1, sizeof(*shared));
	int err;

	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
	if (!shared)
		return -ENOMEM;
	shared->doors[0].fd = shared->doors[1].fd = -1;
	for (size_t i = 0; i < HEADS; i++)
		lvs_list_init(&shared->runs[i]);
	err = lvs_entropy_fill(&shared->key, sizeof(shared->key));
	if (!err)
		err = open_door(base, shared, true);
	if (!err)
		err = open_door(base, shared, false);
	if (err) {
		ping_tear_down(shared);
		return err;
	}
	shared->id = (uint16_t)lvs_hash_32(&shared->key, UINT32_MAX);
	*ret_shared = shared;
	return 0;
}

const struct lvs_check_ops lvs_check_ping = {
	.name = "ping", .no_port = true, .run_bytes = sizeof(struct ping_run), .set_up = ping_set_up,
	.tear_down = ping_tear_down, .start = ping_start, .cancel = ping_cancel,
};
