// SPDX-License-Identifier: GPL-2.0-or-later
/* A host on a LAN, frame by frame. What it hears and what it has to say was written by scapy, another implementation. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/lan.h"

#define ARP_REQUEST "000108000604000102005e1000050a0900050000000000000a09000b"
#define ARP_ASKS_US "00010800060400010200000000990a09000b0000000000000a090005"
#define ARP_ANSWERS_US "00010800060400020200000000990a09000b02005e1000050a090005"
#define ARP_OURS "000108000604000202005e1000050a0900050200000000990a09000b"
#define ARP_GRATUITOUS "000108000604000102005e1000050a0900050000000000000a090005"
#define ARP_OTHER_HAS_OURS "00010800060400010200000000990a0900050000000000000a090005"
#define ARP_PROBE "0001080006040001020000000099000000000000000000000a090005"
#define ARP_FROM_AFAR "00010800060400010200000000990a6300010000000000000a090005"
#define NS "6000000000203aff20010db8000900000000000000000005ff0200000000000000000001ff000011" \
	   "8700bdde0000000020010db8000900000000000000000011010102005e100005"
#define NA_ANSWERS_US "6000000000203aff20010db800090000000000000000001120010db8000900000000000000000005" \
	   "8800899d6000000020010db80009000000000000000000110201020000000099"
#define NS_ASKS_US "6000000000203aff20010db8000900000000000000000011ff0200000000000000000001ff000005" \
	   "87001b670000000020010db80009000000000000000000050101020000000099"
#define NA_OURS "6000000000203aff20010db800090000000000000000000520010db8000900000000000000000011" \
	   "8800ac2ce000000020010db8000900000000000000000005020102005e100005"
#define NS_DAD "6000000000183aff00000000000000000000000000000000ff0200000000000000000001ff000005" \
	   "87004cdc0000000020010db8000900000000000000000005"
#define NA_UNASKED "6000000000203aff20010db8000900000000000000000005ff020000000000000000000000000001" \
	   "88001afca000000020010db8000900000000000000000005020102005e100005"
#define MLD_REPORT "6000000000240001fe8000000000000000005efffe100005ff020000000000000000000000000016" \
	   "3a000502000001008f0013ef0000000104000000ff0200000000000000000001ff000005"
#define MLD_QUERY "6000000000240001fe800000000000000000000000000001ff020000000000000000000000000001" \
	   "3a0005020000010082005913271000000000000000000000000000000000000000000000"

static const struct lvs_mac us = { { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x05 } }, peer = { { 2, 0, 0, 0, 0, 0x99 } };

struct frame {
	struct lvs_mac to;
	lvs_be16 type;
	char hex[2 * 128 + 1];
};

struct scene {
	struct lvs_lan *lan;
	struct frame frames[400];
	size_t n;
	unsigned int conflicts;
	struct lvs_addr contested;
};

static void on_transmit(void *arg, struct lvs_packet *packet, lvs_be16 type, const struct lvs_mac *to)
{
	struct scene *scene = arg;
	struct frame *frame = &scene->frames[scene->n % ARRAY_LEN(scene->frames)];

	*frame = (struct frame){ .to = *to, .type = type };
	for (uint32_t i = 0; i < packet->len && i < 128; i++)
		(void)snprintf(frame->hex + 2 * i, 3, "%02x", packet->data[i]);
	memset(packet->data - 32, 0, 32);
	scene->n++;
}

static void on_conflict(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac)
{
	struct scene *scene = arg;

	assert_true(lvs_mac_equal(mac, &peer));
	scene->conflicts++;
	scene->contested = *addr;
}

static struct lvs_lan_params params(void)
{
	static struct lvs_lan_address addresses[3];
	static struct lvs_lan_route routes[3];

	addresses[0] = (struct lvs_lan_address){ test_addr("10.9.0.5"), 120 };
	addresses[1] = (struct lvs_lan_address){ test_addr("2001:db8:9::5"), 64 };
	addresses[2] = (struct lvs_lan_address){ test_addr("10.20.0.5"), 112 };
	routes[0] = (struct lvs_lan_route){ { lvs_addr_any(true), 96 }, test_addr("10.9.0.1") };
	routes[1] = (struct lvs_lan_route){ { lvs_addr_any(false), 0 }, test_addr("fe80::1") };
	routes[2] = (struct lvs_lan_route){ { test_addr("10.99.0.0"), 112 }, test_addr("10.20.0.7") };
	return (struct lvs_lan_params){ .mac = us, .addresses = addresses, .naddresses = 3, .routes = routes, .nroutes = 3,
					.mtu = 1500, .key = { 1, 2 }, .conflict = on_conflict };
}

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lvs_lan_params made = params();

	assert_non_null(scene);
	made.arg = scene;
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, scene, &scene->lan), 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	lvs_lan_free(scene->lan);
	lvs_lan_free(NULL);
	free(scene);
	return 0;
}

/* Exactly as many bytes as there are, so that a sanitizer sees what is read behind them. */
static uint8_t *unhex(const char *hex, size_t *ret_len)
{
	size_t len = strlen(hex) / 2;
	uint8_t *bytes = malloc(len ? len : 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++) {
		unsigned int byte = 0;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
	*ret_len = len;
	return bytes;
}

static void hear(struct scene *scene, const char *hex, lvs_ns now)
{
	size_t len;
	uint8_t *bytes = unhex(hex, &len);

	if (bytes[0] >> 4 == 6)
		assert_true(lvs_lan_hear_ip6(scene->lan, bytes, len, &peer, now));
	else
		lvs_lan_hear_arp(scene->lan, bytes, len, now);
	free(bytes);
}

static const struct lvs_mac *send(struct scene *scene, const char *dst, const char *via, lvs_ns now)
{
	uint8_t bytes[60] = { 0x45 };
	struct lvs_addr to = test_addr(dst), by;
	struct lvs_packet packet = { .data = bytes, .len = sizeof(bytes) };

	if (via) {
		by = test_addr(via);
		packet.via = &by;
	}
	if (lvs_addr_is4(&to)) {
		memcpy(bytes + 16, &to.words[3], 4);
	} else {
		bytes[0] = 0x60;
		memcpy(bytes + 24, to.bytes, 16);
	}
	return lvs_lan_resolve(scene->lan, &packet, now);
}

static void expect(const struct scene *scene, size_t i, const struct lvs_mac *to, lvs_be16 type, const char *hex)
{
	assert_true(i < scene->n);
	assert_string_equal(scene->frames[i].hex, hex);
	assert_memory_equal(&scene->frames[i].to, to, sizeof(*to));
	assert_int_equal(scene->frames[i].type, type);
}

static void asks_and_believes_the_answer(void **state)
{
	struct scene *scene = *state;
	const struct lvs_mac group = { { 0x33, 0x33, 0xff, 0, 0, 0x11 } };

	assert_null(send(scene, "10.9.0.11", NULL, 1));
	expect(scene, 0, &lvs_mac_broadcast, LVS_ETHER_ARP, ARP_REQUEST);
	hear(scene, ARP_ANSWERS_US, 2);
	assert_int_equal(scene->n, 2);		/* what waited */
	assert_memory_equal(&scene->frames[1].to, &peer, sizeof(peer));
	assert_memory_equal(send(scene, "10.9.0.11", NULL, 3), &peer, sizeof(peer));
	assert_null(send(scene, "2001:db8:9::11", NULL, 4));
	expect(scene, 2, &group, LVS_ETHER_IP6, NS);
	hear(scene, NA_ANSWERS_US, 5);
	assert_int_equal(scene->n, 4);
	assert_int_equal(scene->frames[3].type, LVS_ETHER_IP6);
	assert_memory_equal(send(scene, "2001:db8:9::11", NULL, 6), &peer, sizeof(peer));
}

static void answers_for_its_own(void **state)
{
	struct scene *scene = *state;
	const struct lvs_mac all = { { 0x33, 0x33, 0, 0, 0, 1 } };

	hear(scene, ARP_ASKS_US, 1);
	expect(scene, 0, &peer, LVS_ETHER_ARP, ARP_OURS);
	hear(scene, NS_ASKS_US, 1);
	expect(scene, 1, &peer, LVS_ETHER_IP6, NA_OURS);
	hear(scene, NS_DAD, 1);			/* somebody is about to take it: everybody is told */
	expect(scene, 2, &all, LVS_ETHER_IP6, NA_UNASKED);
	hear(scene, ARP_PROBE, 1);
	assert_int_equal(scene->n, 4);
	/* Who asked is known, though not for sure. */
	assert_memory_equal(send(scene, "10.9.0.11", NULL, 2), &peer, sizeof(peer));
	assert_memory_equal(send(scene, "2001:db8:9::11", NULL, 2), &peer, sizeof(peer));
	assert_int_equal(lvs_lan_stats(scene->lan)->answered, 4);
}

static void virtual_addresses_come_and_go(void **state)
{
	struct scene *scene = *state;
	const struct lvs_addr vip = test_addr("10.9.0.11");

	assert_null(send(scene, "10.9.0.11", NULL, 1));
	scene->n = 0;
	assert_int_equal(lvs_lan_claim(scene->lan, &vip, 1, 2), 0);
	assert_true(lvs_lan_is_ours(scene->lan, &vip));
	assert_null(send(scene, "10.9.0.11", NULL, 3));		/* would come back */
	assert_int_equal(scene->n, 0);
	assert_int_equal(lvs_lan_stats(scene->lan)->own, 1);
	hear(scene, ARP_REQUEST, 3);		/* it is our own, come back by a loop: nothing */
	assert_int_equal(scene->n, 0);
	assert_int_equal(lvs_lan_claim(scene->lan, NULL, 0, 4), 0);
	assert_false(lvs_lan_is_ours(scene->lan, &vip));
}

/* Times that an address is announced in the frames so far. */
static size_t count(const struct scene *scene, const char *hex)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->n; i++)
		n += !strcmp(scene->frames[i].hex, hex);
	return n;
}

static void announces_three_times_over(void **state)
{
	struct scene *scene = *state;
	struct lvs_addr vips[100];
	lvs_ns now = LVS_SECONDS(10);

	for (unsigned int i = 0; i < ARRAY_LEN(vips); i++)
		vips[i] = lvs_addr_from4(LVS_BE32(0x0a090100 + i));
	assert_int_equal(lvs_lan_claim(scene->lan, vips, ARRAY_LEN(vips), now), 0);
	assert_int_equal(lvs_lan_due(scene->lan), now);
	(void)lvs_lan_tick(scene->lan, now);
	assert_true(scene->n > 0 && scene->n <= 64);	/* not all at once */
	for (unsigned int ticks = 0; lvs_lan_due(scene->lan) != LVS_NS_NEVER; ticks++) {
		assert_true(ticks < 100);
		now = lvs_lan_due(scene->lan);
		(void)lvs_lan_tick(scene->lan, now);
	}
	assert_true(now >= LVS_SECONDS(10) + 2 * LVS_LAN_ANNOUNCE_INTERVAL);
	assert_int_equal(count(scene, ARP_GRATUITOUS), LVS_LAN_ANNOUNCEMENTS);
	assert_int_equal(count(scene, NA_UNASKED), LVS_LAN_ANNOUNCEMENTS);
	assert_int_equal(count(scene, MLD_REPORT), LVS_LAN_ANNOUNCEMENTS);
	/* 103 addresses of the host and its services, its link-local one, and two reports. */
	assert_int_equal(scene->n, LVS_LAN_ANNOUNCEMENTS * (104 + 2));
	scene->n = 0;
	hear(scene, MLD_QUERY, now);
	while (lvs_lan_due(scene->lan) != LVS_NS_NEVER) {
		now = lvs_lan_due(scene->lan);
		(void)lvs_lan_tick(scene->lan, now);
	}
	assert_int_equal(count(scene, MLD_REPORT), 1);
	assert_int_equal(scene->n, 2);
}

static void another_one_has_ours(void **state)
{
	struct scene *scene = *state;
	struct lvs_addr ours = test_addr("10.9.0.5");

	hear(scene, ARP_OTHER_HAS_OURS, 1);
	assert_int_equal(scene->conflicts, 1);
	assert_true(lvs_addr_equal(&scene->contested, &ours));
	assert_int_equal(scene->n, 0);		/* no fight */
	hear(scene, ARP_GRATUITOUS, 1);
	assert_int_equal(scene->conflicts, 1);	/* that was ourselves */
	hear(scene, NA_UNASKED, 1);
	assert_int_equal(scene->conflicts, 1);
}

static void next_hops(void **state)
{
	static const struct {
		const char *dst, *via, *asked;
	} rows[] = {
		{ "10.9.0.11", NULL, "10.9.0.11" },
		{ "10.20.3.4", NULL, "10.20.3.4" },
		{ "192.0.2.1", NULL, "10.9.0.1" },	/* the gateway */
		{ "10.99.1.2", NULL, "10.20.0.7" },	/* the longest prefix */
		{ "10.9.0.100", "10.20.0.9", "10.20.0.9" },
		{ "10.9.0.100", "192.0.2.9", NULL },	/* beyond a router: would come back */
		{ "10.9.0.100", "10.9.0.5", NULL },	/* ourselves */
		{ "10.9.0.5", NULL, NULL },
		{ "224.0.0.5", NULL, "10.9.0.1" },	/* the engine passes none of these; by unicast at most */
		{ "2001:db8:9::11", NULL, "2001:db8:9::11" },
		{ "2001:db8:aaaa::1", NULL, "fe80::1" },
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_addr asked = test_addr(rows[i].asked ? rows[i].asked : "0.0.0.0");
		bool ip4 = lvs_addr_is4(&asked);
		char hex[33] = "";

		assert_int_equal(lvs_lan_claim(scene->lan, NULL, 0, LVS_NS_NEVER), 0);
		scene->n = 0;
		/* Each at a time when all before it are forgotten. */
		(void)lvs_lan_tick(scene->lan, LVS_SECONDS(100 * i + 97));
		(void)lvs_lan_tick(scene->lan, LVS_SECONDS(100 * i + 98));
		(void)lvs_lan_tick(scene->lan, LVS_SECONDS(100 * i + 99));
		scene->n = 0;
		assert_null(send(scene, rows[i].dst, rows[i].via, LVS_SECONDS(100 * i + 100)));
		assert_int_equal(scene->n, rows[i].asked ? 1 : 0);
		for (size_t k = 0; k < (ip4 ? 4 : 16); k++)
			(void)snprintf(hex + 2 * k, 3, "%02x", asked.bytes[(ip4 ? 12 : 0) + k]);
		if (!rows[i].asked)
			continue;
		/* Of a request the last four bytes, of a solicitation what stands behind header, type, sum and flags. */
		scene->frames[0].hex[ip4 ? 56 : 2 * 64] = '\0';
		assert_string_equal(hex, scene->frames[0].hex + (ip4 ? 48 : 2 * 48));
	}
}

/* Each is like a message that is believed, but for one thing. */
static void hostile_messages(void **state)
{
	static const struct {
		const char *what;
		const char *like;
		size_t at;
		uint8_t value;
		size_t cut;	/* bytes that are left; 0: all */
	} rows[] = {
		{ "ARP for another hardware", ARP_ASKS_US, 1, 6, 0 },
		{ "ARP for another protocol", ARP_ASKS_US, 3, 1, 0 },
		{ "long hardware addresses", ARP_ASKS_US, 4, 8, 0 },
		{ "long protocol addresses", ARP_ASKS_US, 5, 16, 0 },
		{ "no request, no reply", ARP_ASKS_US, 7, 3, 0 },
		{ "from a group's address", ARP_ASKS_US, 8, 1, 0 },
		{ "a byte short", ARP_ASKS_US, 0, 0, 27 },
		{ "nothing", ARP_ASKS_US, 0, 0, 1 },
		{ "for a multicast address", ARP_ASKS_US, 24, 224, 0 },
		{ "from a multicast address", ARP_ASKS_US, 14, 224, 0 },
		{ "ND from afar", NS_ASKS_US, 7, 254, 0 },
		{ "ND with a code", NS_ASKS_US, 41, 1, 0 },
		{ "ND with a wrong sum", NS_ASKS_US, 43, 0, 0 },
		{ "ND for a multicast address", NS_ASKS_US, 48, 0xff, 0 },
		{ "an option of no length", NS_ASKS_US, 65, 0, 0 },
		{ "an option longer than the message", NS_ASKS_US, 65, 2, 0 },
		{ "from a group's station", NS_ASKS_US, 66, 3, 0 },
		{ "ND without a target", NS_ASKS_US, 5, 16, 56 },
		{ "a router's redirect", NS_ASKS_US, 40, 137, 0 },
		{ "a router's advertisement", NS_ASKS_US, 40, 134, 0 },
		{ "duplicate detection with an address", NS_DAD, 8, 1, 0 },
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len, before = scene->n;
		uint8_t *bytes = unhex(rows[i].like, &len), *cut;

		if (rows[i].value || rows[i].at)
			bytes[rows[i].at] = rows[i].value;
		len = rows[i].cut ? rows[i].cut : len;
		cut = malloc(len);
		assert_non_null(cut);
		memcpy(cut, bytes, len);
		if (strlen(rows[i].like) > 100 || rows[i].like[0] == '6')
			(void)lvs_lan_hear_ip6(scene->lan, cut, len, &peer, 1);
		else
			lvs_lan_hear_arp(scene->lan, cut, len, 1);
		if (scene->n != before)
			print_error("%s: was answered\n", rows[i].what);
		assert_int_equal(scene->n, before);
		free(cut);
		free(bytes);
	}
	hear(scene, ARP_FROM_AFAR, 1);		/* answered, but not learned: it is no neighbour */
	assert_int_equal(scene->n, 1);
	assert_null(send(scene, "10.99.0.1", NULL, 1));
	assert_int_equal(scene->n, 2);		/* its router is asked for */
	assert_true(lvs_lan_stats(scene->lan)->ignored >= ARRAY_LEN(rows) - 1);
}

/* Not for neighbours: for whoever takes packets. */
static void other_packets(void **state)
{
	struct scene *scene = *state;
	size_t len;
	uint8_t *bytes = unhex(NS_ASKS_US, &len);

	bytes[40] = 128;	/* an echo request */
	assert_false(lvs_lan_hear_ip6(scene->lan, bytes, len, &peer, 1));
	bytes[6] = 6;
	assert_false(lvs_lan_hear_ip6(scene->lan, bytes, len, &peer, 1));
	bytes[5] = 33;
	assert_false(lvs_lan_hear_ip6(scene->lan, bytes, len, &peer, 1));
	assert_false(lvs_lan_hear_ip6(scene->lan, bytes, 39, &peer, 1));
	free(bytes);
}

static void answers_have_a_limit(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < 3 * LVS_LAN_RATE; i++)
		hear(scene, ARP_ASKS_US, 1);
	assert_int_equal(scene->n, LVS_LAN_RATE);
	assert_int_equal(lvs_lan_stats(scene->lan)->limited, 2 * LVS_LAN_RATE);
	hear(scene, ARP_ASKS_US, 1 + LVS_SECONDS(1));
	assert_int_equal(scene->n, LVS_LAN_RATE + 1);
	/* Questions have their own. */
	assert_null(send(scene, "10.9.0.77", NULL, 1));
	assert_int_equal(scene->n, LVS_LAN_RATE + 2);
}

static void makes_up_an_address(void **state)
{
	struct lvs_lan_params made = params();
	struct lvs_lan *a, *b;

	(void)state;
	made.mac = (struct lvs_mac){ { 0 } };
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &a), 0);
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &b), 0);
	assert_true(lvs_mac_is_station(lvs_lan_mac(a)));
	assert_true(lvs_mac_equal(lvs_lan_mac(a), lvs_lan_mac(b)));	/* after a restart it is the same */
	lvs_lan_free(b);
	made.vlan = 10;
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &b), 0);
	assert_false(lvs_mac_equal(lvs_lan_mac(a), lvs_lan_mac(b)));
	lvs_lan_free(a);
	lvs_lan_free(b);
}

static void refused(void **state)
{
	struct lvs_lan_params made = params();
	struct lvs_lan_route twice[2] = { made.routes[0], made.routes[0] };
	struct lvs_lan_route far = { made.routes[0].to, test_addr("192.0.2.1") };
	struct lvs_lan_route same = { { test_addr("10.9.0.0"), 120 }, test_addr("10.9.0.1") };
	struct lvs_lan *lan = NULL;

	(void)state;
	made.routes = twice;
	made.nroutes = 2;
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &lan), -EINVAL);
	made.routes = &far;
	made.nroutes = 1;
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &lan), -EINVAL);
	made.routes = &same;
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &lan), -EINVAL);
	made.naddresses = 0;
	assert_int_equal(lvs_lan_new(&made, 32, on_transmit, NULL, &lan), -EINVAL);
	assert_null(lan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asks_and_believes_the_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_for_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(virtual_addresses_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(announces_three_times_over, setup, teardown),
		cmocka_unit_test_setup_teardown(another_one_has_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(next_hops, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(other_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_have_a_limit, setup, teardown),
		cmocka_unit_test(makes_up_an_address),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
