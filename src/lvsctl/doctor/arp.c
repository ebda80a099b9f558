// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who has VIP? is asked on each network that the address is on. This host hears no answers of its own, so whoever
 * answers is another: a real server by direct routing that has the VIP and was not told to keep quiet about it, mostly.
 * The classic of LVS.
 */
#include "lvsctl/doctor/doctor.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sys/addrtext.h"

#define WAIT_MS 500
#define ASKED_MAX 64

/* One network: its socket, and whom was asked for there. */
struct asked {
	size_t n;
	struct lvs_addr vips[ASKED_MAX];
	bool answered[ASKED_MAX];
};

static bool send_question(int fd, const struct sockaddr_ll *mine, lvs_be32 own, const struct lvs_addr *vip)
{
	struct ether_arp arp = {
		.ea_hdr = { htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), ETH_ALEN, 4, htons(ARPOP_REQUEST) },
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = mine->sll_ifindex,
				  .sll_halen = ETH_ALEN };

	memset(to.sll_addr, 0xff, ETH_ALEN);
	memcpy(arp.arp_sha, mine->sll_addr, ETH_ALEN);
	memcpy(arp.arp_spa, &own, 4);
	memcpy(arp.arp_tpa, &vip->words[3], 4);
	return sendto(fd, &arp, sizeof(arp), 0, (const struct sockaddr *)&to, sizeof(to)) == sizeof(arp);
}

static void take_answer(struct lvs_doctor *doctor, struct asked *asked, const struct ether_arp *arp, const char *interface)
{
	char text[LVS_ADDR_TEXT_BYTES];

	if (arp->ea_hdr.ar_op != htons(ARPOP_REPLY))
		return;
	for (size_t i = 0; i < asked->n; i++) {
		const uint8_t *mac = arp->arp_sha;

		if (memcmp(arp->arp_spa, &asked->vips[i].words[3], 4) != 0 || asked->answered[i])
			continue;
		asked->answered[i] = true;
		lvs_doctor_find(doctor, "arp", "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2  # there",
				"%02x:%02x:%02x:%02x:%02x:%02x on \"%s\" answers for the virtual address %s, which should be this director's alone",
				mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], interface, lvs_addr_format(&asked->vips[i], text));
	}
}

static long long milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void listen_for(struct lvs_doctor *doctor, struct asked *asked, int fd, const char *interface)
{
	long long end = milliseconds() + WAIT_MS;
	struct ether_arp arp;

	for (long long left = WAIT_MS; left > 0; left = end - milliseconds()) {
		struct pollfd waiting = { .fd = fd, .events = POLLIN };

		if (poll(&waiting, 1, (int)left) <= 0)
			continue;
		if (recv(fd, &arp, sizeof(arp), 0) == sizeof(arp))
			take_answer(doctor, asked, &arp, interface);
	}
}

/* Return: -errno of a socket that was not to be had, else 0 */
static int ask_on(struct lvs_doctor *doctor, const struct ifaddrs *entry)
{
	const struct sockaddr_in *own = (const void *)entry->ifa_addr, *mask = (const void *)entry->ifa_netmask;
	struct sockaddr_ll mine = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP),
				    .sll_ifindex = (int)if_nametoindex(entry->ifa_name) };
	struct asked asked = { .n = 0 };
	socklen_t len = sizeof(mine);
	int fd;

	for (size_t i = 0; i < doctor->conf->nservices && asked.n < ASKED_MAX; i++) {
		const struct lvs_addr *vip = &doctor->conf->services[i].addr;
		bool twice = false;

		for (size_t j = 0; j < asked.n; j++)
			twice = twice || lvs_addr_equal(&asked.vips[j], vip);
		if (!twice && !doctor->conf->services[i].mark && lvs_addr_is4(vip) &&
		    !((vip->words[3] ^ own->sin_addr.s_addr) & mask->sin_addr.s_addr))
			asked.vips[asked.n++] = *vip;
	}
	if (!asked.n)
		return 0;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&mine, sizeof(mine)) && !getsockname(fd, (struct sockaddr *)&mine, &len) &&
	    mine.sll_hatype == ARPHRD_ETHER) {
		for (size_t i = 0; i < asked.n; i++)
			(void)send_question(fd, &mine, own->sin_addr.s_addr, &asked.vips[i]);
		listen_for(doctor, &asked, fd, entry->ifa_name);
	}
	close(fd);
	return 0;
}

void lvs_doctor_arp(struct lvs_doctor *doctor)
{
	struct ifaddrs *list;
	int err = 0;

	if (getifaddrs(&list))
		return;
	for (const struct ifaddrs *entry = list; entry && !err; entry = entry->ifa_next)
		if (entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET && entry->ifa_netmask &&
		    !(entry->ifa_flags & (IFF_LOOPBACK | IFF_NOARP)) && entry->ifa_flags & IFF_UP &&
		    ((const struct sockaddr_in *)(const void *)entry->ifa_netmask)->sin_addr.s_addr != INADDR_BROADCAST)
			err = ask_on(doctor, entry);
	if (err)
		lvs_doctor_skip(doctor, "arp", err == -EPERM ? "needs CAP_NET_RAW: run as root" : strerror(-err));
	freeifaddrs(list);
}
