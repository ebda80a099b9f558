// SPDX-License-Identifier: GPL-2.0-or-later
/* What one look at /dev, /proc and the interfaces tells. */
#include "lvsctl/doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sysctl.h"

/* Who has the device open already has got what this is about. */
static void check_tun(struct lvs_doctor *doctor)
{
	int fd;

	if (doctor->services || lvs_conf_on_lan(doctor->conf))
		return;
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
	} else if (errno == EACCES || errno == EPERM) {
		lvs_doctor_find(doctor, "tun", "chmod 666 /dev/net/tun", "no permission for /dev/net/tun");
	} else {
		lvs_doctor_find(doctor, "tun", "modprobe tun && { test -e /dev/net/tun || { mkdir -p /dev/net && mknod /dev/net/tun c 10 200; }; }",
				"/dev/net/tun: %s", strerror(errno));
	}
}

static void check_device(struct lvs_doctor *doctor)
{
	const struct lvs_conf_device *device = &doctor->conf->device;
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char fix[128];

	if (fd < 0)
		return;
	memcpy(ifr.ifr_name, device->name, sizeof(ifr.ifr_name));
	if (ioctl(fd, SIOCGIFFLAGS, &ifr)) {
		lvs_doctor_find(doctor, "device", doctor->services ? "systemctl restart lvsd" : "systemctl start lvsd",
				"there is no device \"%s\"", device->name);
		close(fd);
		return;
	}
	if (!(ifr.ifr_flags & IFF_UP)) {
		(void)snprintf(fix, sizeof(fix), "ip link set dev %s up", device->name);
		lvs_doctor_find(doctor, "device", fix, "device \"%s\" is down", device->name);
	}
	if (!ioctl(fd, SIOCGIFTXQLEN, &ifr) && (uint32_t)ifr.ifr_qlen < device->txqueuelen) {
		(void)snprintf(fix, sizeof(fix), "ip link set dev %s txqueuelen %u", device->name, device->txqueuelen);
		lvs_doctor_find(doctor, "queue", fix, "the queue of \"%s\" takes %d packets, and drops the rest of a burst in silence",
				device->name, ifr.ifr_qlen);
	}
	if (!ioctl(fd, SIOCGIFMTU, &ifr) && (uint32_t)ifr.ifr_mtu != device->mtu) {
		(void)snprintf(fix, sizeof(fix), "ip link set dev %s mtu %u", device->name, device->mtu);
		lvs_doctor_find(doctor, "mtu", fix, "the MTU of \"%s\" is %d, not %u as lvs.conf has it", device->name, ifr.ifr_mtu,
				device->mtu);
	}
	close(fd);
}

/* Lines "TCP  C000020A:0050 rr", "UDP  [2001:0db8:...]:0035 rr", "FWM  00000007 rr". */
bool lvs_doctor_kernel_has(FILE *table, const struct lvs_conf_service *service)
{
	const uint8_t *bytes = service->addr.bytes;
	char key[96], line[256];
	size_t at = 0;

	if (service->mark) {
		(void)snprintf(key, sizeof(key), "FWM  %08X ", service->mark);
	} else {
		at = (size_t)snprintf(key, sizeof(key), "%s  ",
				      service->protocol == IPPROTO_TCP	 ? "TCP"
				      : service->protocol == IPPROTO_UDP ? "UDP"
									 : "SCTP");
		if (lvs_addr_is4(&service->addr))
			at += (size_t)snprintf(key + at, sizeof(key) - at, "%02X%02X%02X%02X", bytes[12], bytes[13],
					       bytes[14], bytes[15]);
		for (size_t i = 0; i < 16 && !lvs_addr_is4(&service->addr); i += 2)
			at += (size_t)snprintf(key + at, sizeof(key) - at, "%s%02x%02x%s", i ? ":" : "[", bytes[i],
					       bytes[i + 1], i == 14 ? "]" : "");
		(void)snprintf(key + at, sizeof(key) - at, ":%04X ", service->port);
	}
	while (fgets(line, sizeof(line), table))
		if (!strncmp(line, key, strlen(key)))
			return true;
	return false;
}

static void check_kernel_ipvs(struct lvs_doctor *doctor)
{
	FILE *table = fopen("/proc/net/ip_vs", "re");

	for (size_t i = 0; table && i < doctor->conf->nservices; i++) {
		rewind(table);
		if (lvs_doctor_kernel_has(table, &doctor->conf->services[i]))
			lvs_doctor_find(doctor, "kernel-ipvs", "ipvsadm -C",
					"service \"%s\" is in the kernel's IPVS too, which takes its packets away",
					doctor->conf->services[i].name);
	}
	if (table)
		(void)fclose(table);
}

static void check_conntrack(struct lvs_doctor *doctor)
{
	int count, max;
	char fix[64];

	if (lvs_net_sysctl_read("netfilter/nf_conntrack_count", &count) ||
	    lvs_net_sysctl_read("netfilter/nf_conntrack_max", &max) || max <= 0 || count / 9 < max / 10)
		return;
	(void)snprintf(fix, sizeof(fix), "sysctl -w net.netfilter.nf_conntrack_max=%lld", 4LL * max);
	lvs_doctor_find(doctor, "conntrack", fix,
			"netfilter's table holds %d of %d connections, and drops packets when it is full", count, max);
}

void lvs_doctor_host(struct lvs_doctor *doctor)
{
	check_tun(doctor);
	check_device(doctor);
	check_kernel_ipvs(doctor);
	check_conntrack(doctor);
}
