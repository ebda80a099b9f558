// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host on a LAN, told anything by its neighbours. Input: messages, each with a byte of its kind (ARP, IPv6, a packet to
 * be sent, time), one of its length, and its bytes. IPv6 messages get a right checksum where the kind's third bit says so.
 * What is said stays within the limits, and to no group's address but those that such messages have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/csum.h"
#include "io/lan.h"
#include "io/nd.h"
#include "tests/fuzz/fuzz.h"

#define FRONT 32

static uint64_t said;
static volatile uint8_t spoken;

static void on_transmit(void *arg, struct lvs_packet *packet, lvs_be16 type, const struct lvs_mac *to)
{
	(void)arg;
	said++;
	CHECK(type == LVS_ETHER_ARP || type == LVS_ETHER_IP4 || type == LVS_ETHER_IP6);
	CHECK(lvs_mac_is_station(to) || lvs_mac_equal(to, &lvs_mac_broadcast) || (to->bytes[0] == 0x33 && to->bytes[1] == 0x33));
	memset(packet->data - FRONT, 0, FRONT);
	for (uint32_t i = 0; i < packet->len; i++)
		spoken = (uint8_t)(spoken ^ packet->data[i]);	/* all of it is there */
}

static void on_conflict(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac)
{
	CHECK(lvs_lan_is_ours(*(struct lvs_lan **)arg, addr));
	CHECK(lvs_mac_is_station(mac));
}

static struct lvs_addr ip6(uint8_t last)
{
	struct lvs_addr addr = { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 9 } };

	addr.bytes[15] = last;
	return addr;
}

static struct lvs_lan *new_lan(struct lvs_lan **arg)
{
	const struct lvs_lan_address addresses[] = { { lvs_addr_from4(LVS_BE32(0x0a090005)), 120 }, { ip6(5), 64 } };
	const struct lvs_lan_route routes[] = {
		{ { lvs_addr_any(true), 96 }, lvs_addr_from4(LVS_BE32(0x0a090001)) },
		{ { lvs_addr_any(false), 0 }, ip6(1) },
	};
	const struct lvs_lan_params params = { .mac = { { 2, 0, 0, 0, 0, 5 } }, .addresses = addresses, .naddresses = 2,
					       .routes = routes, .nroutes = 2, .mtu = 1500, .key = { 1, 2 }, .arg = arg,
					       .conflict = on_conflict };
	struct lvs_lan *lan;

	CHECK(lvs_lan_new(&params, FRONT, on_transmit, NULL, &lan) == 0);
	return lan;
}

/* Else no random message would come far. */
static void seal(uint8_t *packet, size_t len)
{
	struct lvs_addr src, dst;
	uint16_t sum;

	if (len < 48 || packet[6] != 58)
		return;
	packet[0] = 0x60;
	packet[4] = 0;
	packet[5] = (uint8_t)(len - 40);
	src = lvs_addr_from6(packet + 8);
	dst = lvs_addr_from6(packet + 24);
	packet[42] = packet[43] = 0;
	sum = (uint16_t)~lvs_csum_fold(lvs_csum_add(lvs_csum_pseudo(&src, &dst, 58, (uint32_t)len - 40), packet + 40, len - 40));
	memcpy(packet + 42, &sum, sizeof(sum));
}

static void one(struct lvs_lan *lan, uint8_t kind, uint8_t *bytes, size_t len, lvs_ns *now)
{
	const struct lvs_mac from = { { 2, 0, 0, 0, 0, kind } };

	switch (kind & 3) {
	case 0:
		lvs_lan_hear_arp(lan, bytes, len, *now);
		break;
	case 1:
		if (kind & 4)
			seal(bytes, len);
		(void)lvs_lan_hear_ip6(lan, bytes, len, &from, *now);
		break;
	case 2:
		if (len >= 40) {
			struct lvs_packet packet = { .data = bytes, .len = (uint32_t)len };

			bytes[0] = kind & 4 ? 0x60 : 0x45;
			(void)lvs_lan_resolve(lan, &packet, *now);
		}
		break;
	default:
		*now += (lvs_ns)kind * (LVS_NS_PER_SEC / 8);
		CHECK(lvs_lan_tick(lan, *now) > *now || lvs_lan_due(lan) <= *now);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	lvs_ns now = LVS_SECONDS(1);
	struct lvs_lan *lan;

	said = 0;
	lan = new_lan(&lan);
	while (size >= 2) {
		size_t len = LVS_MIN((size_t)input[1], size - 2);
		uint8_t kind = input[0], *bytes = malloc(len + 1);

		CHECK(bytes);
		memcpy(bytes, input + 2, len);
		one(lan, kind, bytes, len, &now);
		free(bytes);
		input += 2 + len;
		size -= 2 + len;
	}
	CHECK(said <= 4096 * (2 * LVS_NEIGHBOUR_HELD + 64));
	lvs_lan_free(lan);
	return 0;
}
