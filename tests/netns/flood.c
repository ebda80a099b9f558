// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flood ADDRESS PORT RATE SECONDS SOURCES: sends RATE SYNs a second to ADDRESS, from SOURCES different ends in turn that do
 * not exist: ports of 198.18.0.0/15 (RFC 2544) or of 2001:db8:f10d::/48. Checksums are right. Says how many were sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define ADDRESSES 131072U
#define FIRST_PORT 1024U
#define PORTS 60000U
#define TURNS_PER_SECOND 1000U

struct flood {
	bool ip6;
	int fd;
	struct sockaddr_storage to;
	socklen_t to_len;
	uint8_t dst[16];
	uint16_t port;
	uint64_t sources;
};

static void give_up(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t add(uint32_t sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void open_socket(struct flood *flood, const char *address)
{
	struct sockaddr_in *to4 = (struct sockaddr_in *)&flood->to;
	struct sockaddr_in6 *to6 = (struct sockaddr_in6 *)&flood->to;

	flood->ip6 = strchr(address, ':') != NULL;
	flood->to.ss_family = flood->ip6 ? AF_INET6 : AF_INET;
	flood->to_len = flood->ip6 ? sizeof(*to6) : sizeof(*to4);
	if (inet_pton(flood->to.ss_family, address, flood->dst) != 1)
		exit(2);
	if (flood->ip6)
		memcpy(&to6->sin6_addr, flood->dst, 16);
	else
		memcpy(&to4->sin_addr, flood->dst, 4);
	flood->fd = socket(flood->to.ss_family, SOCK_RAW, IPPROTO_RAW);	/* which takes a packet with its IP header */
	if (flood->fd < 0)
		give_up("raw socket");
}

static size_t put_ip4(const struct flood *flood, uint32_t source, uint8_t *bytes, uint32_t *ret_sum)
{
	struct ip ip = { .ip_v = 4, .ip_hl = 5, .ip_len = htons(sizeof(ip) + sizeof(struct tcphdr)), .ip_ttl = 64,
			 .ip_p = IPPROTO_TCP, .ip_src.s_addr = htonl(0xc6120000U + source) };

	memcpy(&ip.ip_dst, flood->dst, 4);
	ip.ip_sum = fold(add(0, &ip, sizeof(ip)));
	memcpy(bytes, &ip, sizeof(ip));
	*ret_sum = add(add(0, &ip.ip_src, 4), &ip.ip_dst, 4);
	return sizeof(ip);
}

static size_t put_ip6(const struct flood *flood, uint32_t source, uint8_t *bytes, uint32_t *ret_sum)
{
	struct ip6_hdr ip = { .ip6_flow = htonl(6U << 28), .ip6_plen = htons(sizeof(struct tcphdr)), .ip6_nxt = IPPROTO_TCP,
			      .ip6_hlim = 64 };
	uint32_t words[4] = { htonl(0x20010db8U), htonl(0xf10d0000U), 0, htonl(source) };

	memcpy(&ip.ip6_src, words, 16);
	memcpy(&ip.ip6_dst, flood->dst, 16);
	memcpy(bytes, &ip, sizeof(ip));
	*ret_sum = add(add(0, &ip.ip6_src, 16), &ip.ip6_dst, 16);
	return sizeof(ip);
}

/* The @i-th SYN. Return: was it sent? */
static bool send_one(const struct flood *flood, uint64_t i)
{
	uint64_t end = i % flood->sources;
	struct tcphdr tcp = { .th_sport = htons((uint16_t)(FIRST_PORT + end / ADDRESSES % PORTS)), .th_dport = htons(flood->port),
			      .th_seq = htonl((uint32_t)i * 2654435761U), .th_off = 5, .th_flags = TH_SYN,
			      .th_win = htons(64240) };
	uint8_t bytes[sizeof(struct ip6_hdr) + sizeof(tcp)];
	uint32_t source = (uint32_t)(end % ADDRESSES), sum;
	size_t len = flood->ip6 ? put_ip6(flood, source, bytes, &sum) : put_ip4(flood, source, bytes, &sum);

	tcp.th_sum = fold(add(sum + IPPROTO_TCP + sizeof(tcp), &tcp, sizeof(tcp)));
	memcpy(bytes + len, &tcp, sizeof(tcp));
	len += sizeof(tcp);
	if (sendto(flood->fd, bytes, len, 0, (const struct sockaddr *)&flood->to, flood->to_len) == (ssize_t)len)
		return true;
	if (errno != ENOBUFS && errno != EAGAIN)
		give_up("sendto");
	return false;
}

int main(int argc, char *argv[])
{
	struct flood flood = { 0 };
	uint64_t rate, turns, sent = 0, i = 0;
	struct timespec next;

	if (argc != 6)
		return 2;
	open_socket(&flood, argv[1]);
	flood.port = (uint16_t)atoi(argv[2]);
	rate = strtoull(argv[3], NULL, 10);
	turns = strtoull(argv[4], NULL, 10) * TURNS_PER_SECOND;
	flood.sources = strtoull(argv[5], NULL, 10);
	if (!rate || !turns || !flood.sources)
		return 2;
	(void)clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint64_t turn = 1; turn <= turns; turn++) {
		for (; i < turn * rate / TURNS_PER_SECOND; i++)
			sent += send_one(&flood, i);
		next.tv_nsec += 1000000000 / TURNS_PER_SECOND;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("%llu sent\n", (unsigned long long)sent);
	return 0;
}
