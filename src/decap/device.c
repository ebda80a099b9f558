// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device. Packets come in by it that nobody would expect there: their sources are all over the Internet, and no route
 * leads back. So the reverse-path filter is off; where that of all interfaces is on it is loose, for the higher number of both
 * counts, and that of loose is higher than that of strict. A loose filter wants the interface to have an address, whichever:
 * it gets one of loopback, which no packet that leaves the host ever has. Nothing that comes in by it may be
 * forwarded: if the virtual address is missing on this host, the packet would go back to the director and around.
 *
 * System calls are all made before privileges are dropped.
 */
#include "decap/device.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/tunnel.h"
#include "io/io.h"
#include "sys/addrtext.h"
#include "sys/log.h"

#define RP_FILTER_LOOSE 2
#define OWN_ADDRESS 0x7f00004d	/* 127.0.0.77 */
#define ROOT "/proc/sys/net/"
#define PATH_BYTES (sizeof(ROOT) + IFNAMSIZ + 40)

/* @interface: "all" or a name. Return: its value, or -Exxx */
static int read_switch(const char *family, const char *interface, const char *name)
{
	char path[PATH_BYTES], text[16];
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), ROOT "%s/conf/%s/%s", family, interface, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (got <= 0)
		return -EIO;
	text[got] = '\0';
	return (int)strtol(text, NULL, 10);
}

/* Return: 0 or -Exxx */
static int write_switch(const char *family, const char *interface, const char *name, int value)
{
	char path[PATH_BYTES], text[16];
	int len = snprintf(text, sizeof(text), "%d\n", value), err = 0, fd;

	(void)snprintf(path, sizeof(path), ROOT "%s/conf/%s/%s", family, interface, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)len) != len)
		err = -errno;
	(void)close(fd);
	return err;
}

/* A switch that is not there, in a kernel that lacks it or without IPv6, does no harm. */
static void set_switch(const char *family, const char *device, const char *name, int value, const char *harm, struct lvs_log *log)
{
	int now = read_switch(family, device, name), err;

	if (now == value || now == -ENOENT)
		return;
	err = write_switch(family, device, name, value);
	if (err)
		lvs_log(log, LVS_LOG_WARNING, "cannot write \"" ROOT "%s/conf/%s/%s\": %s; %s; mend it with: "
			"sysctl -w net/%s/conf/%s/%s=%d", family, device, name, strerror(-err), harm, family, device, name, value);
}

/* Before it is up: the kernel is not to say anything by the device. */
static void set_switches(const struct lvs_decap_options *options, const char *device, struct lvs_log *log)
{
	bool ip6 = false;

	for (size_t i = 0; i < options->nvips; i++)
		ip6 = ip6 || !lvs_addr_is4(&options->vips[i].addr);
	set_switch("ipv4", device, "rp_filter", read_switch("ipv4", "all", "rp_filter") > 0 ? RP_FILTER_LOOSE : 0,
		   "as long as it is 1 there or in \"all\", packets are dropped", log);
	set_switch("ipv4", device, "forwarding", 0, "what is for no address of this host may go around in circles", log);
	if (!ip6)
		return;
	set_switch("ipv6", device, "disable_ipv6", 0, "IPv6 packets are dropped", log);
	set_switch("ipv6", device, "accept_ra", 0, "routers may be believed that nobody knows", log);
	set_switch("ipv6", device, "addr_gen_mode", 1, "the device gets an address that nobody needs", log);
}

/* Return: 0 or -Exxx */
static int give_address(int fd, const char *device, struct ifreq *ifr)
{
	const struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(OWN_ADDRESS) };

	if (LVS_MAX(read_switch("ipv4", "all", "rp_filter"), read_switch("ipv4", device, "rp_filter")) != RP_FILTER_LOOSE)
		return 0;
	if (ioctl(fd, SIOCGIFADDR, ifr) == 0)	/* an operator's device may have one */
		return 0;
	memcpy(&ifr->ifr_addr, &own, sizeof(own));
	return ioctl(fd, SIOCSIFADDR, ifr) < 0 ? -errno : 0;
}

/* Return: 0 or -Exxx */
static int set_up(int fd, struct ifreq *ifr)
{
	if (ioctl(fd, SIOCGIFFLAGS, ifr) < 0)
		return -errno;
	if (ifr->ifr_flags & IFF_UP)
		return 0;
	ifr->ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, ifr) < 0 ? -errno : 0;
}

/* Return: 0 or -Exxx */
static int bring_up(const char *device)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, device, strnlen(device, sizeof(ifr.ifr_name) - 1));
	err = give_address(fd, device, &ifr);
	if (!err)
		err = set_up(fd, &ifr);
	(void)close(fd);
	return err;
}

int lvs_decap_device_open(const struct lvs_decap_options *options, struct lvs_log *log, struct lvs_io **ret_io)
{
	const struct lvs_io_params params = { .name = options->device, .fd = -1, .offload = true };
	char message[LVS_IO_MESSAGE_MAX];
	struct lvs_io *io;
	int err = lvs_io_tun.open(&params, message, &io);

	if (err) {
		lvs_log(log, LVS_LOG_ERROR, "%s", message);
		return err;
	}
	set_switches(options, io->name, log);
	err = bring_up(io->name);
	if (err) {
		lvs_log(log, LVS_LOG_ERROR, "cannot bring up device \"%s\": %s", io->name, strerror(-err));
		io->ops->close(io);
		return err;
	}
	*ret_io = io;
	return 0;
}

static bool is_own(const struct lvs_addr *addr)
{
	bool ip4 = lvs_addr_is4(addr), own;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = (LVS_FORCE uint32_t)addr->words[3] };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	int fd = socket(ip4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&in6.sin6_addr, addr->bytes, sizeof(in6.sin6_addr));
	own = fd >= 0 && bind(fd, ip4 ? (const struct sockaddr *)&in : (const struct sockaddr *)&in6,
			      ip4 ? sizeof(in) : sizeof(in6)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return own;
}

/* Does the kernel have a module of this name? One that is compiled in is not in the list. */
static bool has_module(const char *name)
{
	FILE *file = fopen("/proc/modules", "re");
	char word[64];
	bool found = false;

	if (!file)
		return false;
	while (!found && fscanf(file, "%63s%*[^\n]", word) == 1)
		found = !strcmp(word, name);
	(void)fclose(file);
	return found;
}

void lvs_decap_host_check(const struct lvs_decap_options *options, struct lvs_log *log)
{
	static const struct {
		unsigned int type;
		const char *module;
	} rows[] = {
		{ 1U << LVS_TUNNEL_INDEX_ipip, "tunnel4" },
		{ 1U << LVS_TUNNEL_INDEX_ipip, "tunnel6" },
		{ 1U << LVS_TUNNEL_INDEX_gre, "gre" },
	};
	char text[LVS_PREFIX_TEXT_BYTES];

	for (size_t i = 0; i < options->nvips; i++)
		if (options->vips[i].bits == LVS_PREFIX_HOST && !is_own(&options->vips[i].addr))
			lvs_log(log, LVS_LOG_WARNING, "virtual address %s is none of this host: its packets get no answer; "
				"mend it with: ip addr add %s dev lo", lvs_prefix_format(&options->vips[i], text), text);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((options->types & rows[i].type) && has_module(rows[i].module))
			lvs_log(log, LVS_LOG_WARNING, "the kernel has the module \"%s\", and says to the director that tunnel "
				"packets are not taken where none of its own devices takes them; see lvs-decap(8)", rows[i].module);
}
