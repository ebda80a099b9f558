// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The net layer alone, driven from a script: holds a TUN device, takes commands from standard input and writes what
 * happens to standard output, one event a line.
 *
 *	net_driver <device> auto|manual [no-proxy]
 *
 *	vips <address>...	servers <address>...	one-way <address>...	sourced <address>...	networks <prefix>...	others <prefix>...	what is wanted; "apply" makes it so
 *	send <source> <destination> <bytes>		write a UDP packet that must not be fragmented to the device
 *	stats						the device's counters
 *	quit						clean up and end, as the end of input does
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "net/net.h"
#include "sys/addrtext.h"

#define ADDRS 20000

struct driver {
	struct lvs_net *net;
	int tun;
	struct lvs_addr vips[ADDRS], servers[ADDRS], one_way[ADDRS], sourced[ADDRS];
	struct lvs_prefix networks[64], others[64];
	size_t nvips, nservers, none_way, nsourced, nnetworks, nothers;
	char line[4096];
	size_t len;
	bool quit;
};

static lvs_ns now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return LVS_SECONDS(ts.tv_sec) + (lvs_ns)ts.tv_nsec;
}

static void say(void *arg, enum lvs_net_level level, const char *text)
{
	static const char *const names[] = { "error", "warning", "notice", "info" };

	(void)arg;
	printf("%s: %s\n", names[level], text);
}

static void server_path(void *arg, const struct lvs_addr *server, uint32_t mtu, const struct lvs_addr *source)
{
	char text[LVS_ADDR_TEXT_BYTES];

	(void)arg;
	printf("mtu %s %u\n", lvs_addr_format(server, text), mtu);
	if (!lvs_addr_is_any(source))
		printf("source %s\n", lvs_addr_format(source, text));
}

static void vip_local(void *arg, const struct lvs_addr *vip, bool local)
{
	char text[LVS_ADDR_TEXT_BYTES];

	(void)arg;
	printf("local %s %s\n", lvs_addr_format(vip, text), local ? "yes" : "no");
}

static int open_tun(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0) {
		perror("/dev/net/tun");
		exit(77);
	}
	return fd;
}

/* IPv6 stack noise is left out: what it says to ff00::/8 goes nowhere. */
static void print_packet(const uint8_t *p, size_t len)
{
	char src_text[LVS_ADDR_TEXT_BYTES], dst_text[LVS_ADDR_TEXT_BYTES];
	bool ip4 = p[0] >> 4 == 4;
	size_t l4 = ip4 ? (p[0] & 15) * 4U : 40;
	struct lvs_addr src, dst;
	lvs_be32 addrs[2];

	if (len < l4 + 8)
		return;
	memcpy(addrs, p + 12, sizeof(addrs));
	src = ip4 ? lvs_addr_from4(addrs[0]) : lvs_addr_from6(p + 8);
	dst = ip4 ? lvs_addr_from4(addrs[1]) : lvs_addr_from6(p + 24);
	if (lvs_addr_is_multicast(&dst))
		return;
	printf("packet %s %s proto %u type %u code %u mtu %u\n", lvs_addr_format(&src, src_text),
	       lvs_addr_format(&dst, dst_text), p[ip4 ? 9 : 6], p[l4], p[l4 + 1], p[l4 + 6] << 8 | p[l4 + 7]);
}

static void read_tun(int fd)
{
	uint8_t packet[65536];
	ssize_t len;

	while ((len = read(fd, packet, sizeof(packet))) > 0)
		print_packet(packet, (size_t)len);
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static size_t sum_bytes(const uint8_t *p, size_t len, size_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (size_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void send_packet(const struct driver *driver, const char *src_text, const char *dst_text, size_t len)
{
	uint8_t packet[65536] = { 0 };
	struct lvs_addr src, dst;
	bool ip4;
	uint8_t *udp;

	if (lvs_addr_parse(src_text, &src) < 0 || lvs_addr_parse(dst_text, &dst) < 0 || len < 48 || len > 65535)
		abort();
	ip4 = lvs_addr_is4(&src);
	udp = packet + (ip4 ? 20 : 40);
	put16(udp, 80);
	put16(udp + 2, 4000);
	put16(udp + 4, len - (ip4 ? 20 : 40));
	packet[0] = ip4 ? 0x45 : 0x60;
	packet[ip4 ? 8 : 7] = 64;
	packet[ip4 ? 9 : 6] = 17;
	if (ip4) {
		put16(packet + 2, len);
		put16(packet + 6, 0x4000);	/* must not be fragmented */
		memcpy(packet + 12, &src.words[3], 4);
		memcpy(packet + 16, &dst.words[3], 4);
		put16(packet + 10, ~sum_bytes(packet, 20, 0));
	} else {
		put16(packet + 4, len - 40);
		memcpy(packet + 8, &src, 16);
		memcpy(packet + 24, &dst, 16);
		put16(udp + 6, ~sum_bytes(udp, len - 40, sum_bytes(packet + 8, 32, len - 40 + 17)));
	}
	printf("%s\n", write(driver->tun, packet, len) == (ssize_t)len ? "sent" : "not sent");
}

static size_t read_addrs(char *words, struct lvs_addr *ret_addrs)
{
	size_t n = 0;

	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		if (n == ADDRS || lvs_addr_parse(word, &ret_addrs[n++]) < 0)
			abort();
	return n;
}

/* "range <base> <n>": so many addresses, counted up */
static size_t read_range(const char *words, struct lvs_addr *ret_addrs)
{
	char text[LVS_ADDR_TEXT_BYTES];
	struct lvs_addr base;
	unsigned int n;

	if (sscanf(words, "range %45s %u", text, &n) != 2 || n > ADDRS || lvs_addr_parse(text, &base) < 0)
		abort();
	for (unsigned int i = 0; i < n; i++) {
		ret_addrs[i] = base;
		ret_addrs[i].words[3] = (LVS_FORCE lvs_be32)LVS_SWAP32(lvs_host32(base.words[3]) + i);
	}
	return n;
}

static size_t read_list(char *words, struct lvs_addr *ret_addrs)
{
	return strncmp(words, "range ", 6) == 0 ? read_range(words, ret_addrs) : read_addrs(words, ret_addrs);
}

static size_t read_networks(char *words, struct lvs_prefix networks[64])
{
	bool exact = true;
	size_t n = 0;

	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		if (n == 64 || lvs_prefix_parse(word, &networks[n++], &exact) < 0 || !exact)
			abort();
	return n;
}

static void obey(struct driver *driver, char *line)
{
	char src[LVS_ADDR_TEXT_BYTES], dst[LVS_ADDR_TEXT_BYTES];
	unsigned int len;

	if (strncmp(line, "vips", 4) == 0) {
		driver->nvips = read_list(line + 4 + (line[4] == ' '), driver->vips);
	} else if (strncmp(line, "one-way", 7) == 0) {
		driver->none_way = read_list(line + 7 + (line[7] == ' '), driver->one_way);
	} else if (strncmp(line, "sourced", 7) == 0) {
		driver->nsourced = read_list(line + 7 + (line[7] == ' '), driver->sourced);
	} else if (strncmp(line, "servers", 7) == 0) {
		driver->nservers = read_list(line + 7 + (line[7] == ' '), driver->servers);
	} else if (strncmp(line, "networks", 8) == 0) {
		driver->nnetworks = read_networks(line + 8, driver->networks);
	} else if (strncmp(line, "others", 6) == 0) {
		driver->nothers = read_networks(line + 6, driver->others);
	} else if (strcmp(line, "apply") == 0) {
		const struct lvs_net_wanted wanted = { .vips = driver->vips, .nvips = driver->nvips,
						       .prefixes = driver->networks, .nprefixes = driver->nnetworks,
						       .transparent = driver->others, .ntransparent = driver->nothers,
						       .servers = driver->servers, .nservers = driver->nservers,
						       .one_way = driver->one_way, .none_way = driver->none_way,
						       .sourced = driver->sourced, .nsourced = driver->nsourced };
		lvs_ns start = now();
		int err = lvs_net_apply(driver->net, &wanted);

		printf("applied: %s, %llu us\n", err ? strerror(-err) : "fine",
		       (unsigned long long)((now() - start) / LVS_NS_PER_US));
	} else if (sscanf(line, "send %45s %45s %u", src, dst, &len) == 3) {
		send_packet(driver, src, dst, len);
	} else if (strcmp(line, "stats") == 0) {
		struct lvs_net_stats stats;
		int err = lvs_net_device_stats(driver->net, &stats);

		printf("stats: %s, rx %llu tx %llu dropped %llu\n", err ? strerror(-err) : "fine",
		       (unsigned long long)stats.rx_packets, (unsigned long long)stats.tx_packets,
		       (unsigned long long)stats.tx_dropped);
	} else {
		driver->quit = true;
	}
}

static void read_commands(struct driver *driver)
{
	ssize_t got = read(STDIN_FILENO, driver->line + driver->len, sizeof(driver->line) - driver->len - 1);
	char *end;

	if (got <= 0) {
		driver->quit = true;
		return;
	}
	driver->len += (size_t)got;
	driver->line[driver->len] = '\0';
	while (!driver->quit && (end = strchr(driver->line, '\n'))) {
		*end = '\0';
		obey(driver, driver->line);
		driver->len -= (size_t)(end + 1 - driver->line);
		memmove(driver->line, end + 1, driver->len + 1);
	}
}

static int timeout_ms(const struct driver *driver)
{
	lvs_ns deadline = lvs_net_deadline(driver->net), t = now();

	if (deadline == LVS_NS_NEVER)
		return -1;
	return deadline <= t ? 0 : (int)LVS_MIN((deadline - t + LVS_NS_PER_MS - 1) / LVS_NS_PER_MS, 60000);
}

int main(int argc, char **argv)
{
	const struct lvs_net_callbacks callbacks = { .say = say, .server_path = server_path, .vip_local = vip_local };
	struct lvs_net_options options = { .setup = LVS_NET_AUTO, .mtu = 1500 };
	static struct driver driver;
	int err;

	if (argc < 3)
		return 2;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	options.setup = strcmp(argv[2], "manual") == 0 ? LVS_NET_MANUAL : LVS_NET_AUTO;
	options.no_proxy = argc > 3 && strcmp(argv[3], "no-proxy") == 0;
	driver.tun = open_tun(argv[1]);
	err = lvs_net_new(&options, &callbacks, &driver.net);
	if (!err)
		err = lvs_net_attach(driver.net, argv[1]);
	printf("attached: %s\n", err ? strerror(-err) : "fine");
	while (!err && !driver.quit) {
		struct pollfd fds[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = driver.tun, .events = POLLIN },
			{ .fd = lvs_net_fd(driver.net), .events = POLLIN },
		};

		(void)poll(fds, ARRAY_LEN(fds), timeout_ms(&driver));
		if (fds[2].revents)
			lvs_net_readable(driver.net, now());
		if (lvs_net_deadline(driver.net) <= now())
			lvs_net_tick(driver.net, now());
		if (fds[1].revents)
			read_tun(driver.tun);
		if (fds[0].revents)
			read_commands(&driver);
	}
	lvs_net_free(driver.net);
	(void)close(driver.tun);
	printf("ended\n");
	return err ? 1 : 0;
}
