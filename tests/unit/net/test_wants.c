// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "net/net.h"
#include "net/state.h"
#include "net/wants.h"

static size_t make(const char *const *texts, struct lvs_addr *ret_addrs)
{
	size_t n = 0;

	for (; texts[n]; n++)
		ret_addrs[n] = test_addr(texts[n]);
	return n;
}

/* One after the other, from nothing on: what is wanted, whether that is news, and which servers are one-way, as bits. */
static const struct {
	const char *what;
	const char *servers[4], *one_way[4];
	int news;
	size_t n;
	unsigned int bits;
} rows[] = {
	{ "nobody", { NULL }, { NULL }, 0, 0, 0 },
	{ "one of each", { "10.0.0.2" }, { "10.0.0.1" }, 1, 2, 1 },
	{ "the same", { "10.0.0.2", "10.0.0.2" }, { "10.0.0.1", "10.0.0.1" }, 0, 2, 1 },
	{ "they change places", { "10.0.0.1" }, { "10.0.0.2" }, 1, 2, 2 },
	{ "who is in both lists is heard", { "10.0.0.2", "10.0.0.1" }, { "10.0.0.2", "2001:db8::2" }, 1, 3, 4 },
	{ "all are one-way", { NULL }, { "10.0.0.2", "10.0.0.1", "2001:db8::2" }, 1, 3, 7 },
	{ "none is", { "10.0.0.2", "10.0.0.1", "2001:db8::2" }, { NULL }, 1, 3, 0 },
	{ "they go", { NULL }, { NULL }, 1, 0, 0 },
};

static void both_lists_become_one(void **state)
{
	struct lvs_net_targets targets = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_addr servers[4], one_way[4];
		const struct lvs_net_wanted wanted = {
			.servers = servers, .nservers = make(rows[i].servers, servers),
			.one_way = one_way, .none_way = make(rows[i].one_way, one_way),
		};
		unsigned int bits = 0;

		print_message("  %s\n", rows[i].what);
		assert_int_equal(lvs_net_wants_servers(&wanted, &targets), rows[i].news);
		assert_int_equal(targets.n, rows[i].n);
		for (size_t t = 0; t < targets.n; t++)
			bits |= (unsigned int)targets.v[t].one_way << t;
		assert_int_equal(bits, rows[i].bits);
		for (size_t t = 0; t < targets.n; t++) {
			bool answers = false;

			for (size_t a = 0; a < wanted.none_way; a++)
				answers |= lvs_addr_equal(&one_way[a], &targets.v[t].addr);
			assert_int_equal(targets.v[t].answers, answers);
		}
	}
	lvs_net_targets_fini(&targets);
}

/* Which address the host sends from is asked for those that it is wanted of, and once more whenever its addresses change. */
static void sources_are_asked_for_where_they_are_wanted(void **state)
{
	const struct lvs_addr addrs[] = { test_addr("10.0.0.1"), test_addr("10.0.0.2") };
	struct lvs_net_wanted wanted = { .one_way = addrs, .none_way = 2 };
	struct lvs_net_targets targets = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		wanted.sourced = addrs + 1;
		wanted.nsourced = i == 1;
		assert_int_equal(lvs_net_wants_servers(&wanted, &targets), 1);
		assert_int_equal(lvs_net_wants_servers(&wanted, &targets), 0);
		assert_false(targets.v[0].sourced);
		assert_int_equal(targets.v[1].sourced, i == 1);
		assert_int_equal(targets.nstale, i ? 1 : 2);
		targets.v[0].stale = targets.v[1].stale = false;
		targets.nstale = 0;
		lvs_net_targets_touch_sourced(&targets);
		lvs_net_targets_touch_sourced(&targets);
		assert_int_equal(targets.nstale, i == 1);
		assert_int_equal(targets.v[1].stale, i == 1);
		targets.v[1].stale = false;
		targets.nstale = 0;
	}
	lvs_net_targets_fini(&targets);
}

/* The path is known already. */
static void answers_stay(void **state)
{
	const struct lvs_addr addr = test_addr("10.0.0.1");
	const struct lvs_net_wanted heard = { .servers = &addr, .nservers = 1 }, one_way = { .one_way = &addr, .none_way = 1 };
	struct lvs_net_targets targets = { 0 };

	(void)state;
	assert_int_equal(lvs_net_wants_servers(&heard, &targets), 1);
	targets.v[0].stale = false;
	targets.v[0].mtu = 1400;
	targets.nstale = 0;
	assert_int_equal(lvs_net_wants_servers(&one_way, &targets), 1);
	assert_true(targets.v[0].one_way);
	assert_int_equal(targets.v[0].mtu, 1400);
	assert_int_equal(targets.nstale, 0);
	lvs_net_targets_fini(&targets);
}

/* Where the host asks from is among the VIPs, and news by itself. */
static void where_the_host_asks_from(void **state)
{
	const struct lvs_addr addrs[] = { test_addr("198.18.0.1"), test_addr("192.0.2.10"), test_addr("198.18.0.1") };
	struct lvs_net_wanted wanted = { .vips = addrs + 1, .nvips = 1, .asking = addrs, .nasking = 3 };
	const struct lvs_net_state host = { .naddrs = 0 };
	struct lvs_net_wants wants = { .nvips = 0 };
	struct lvs_addr *vips;
	size_t nvips;

	(void)state;
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 0);
	assert_int_equal(wants.nvips, 1);
	assert_int_equal(wants.nasking, 2);
	assert_true(lvs_net_wants_asking(&wants, &addrs[0]));
	assert_int_equal(lvs_net_wants_vips(&wants, &host, &vips, &nvips), 0);
	assert_int_equal(nvips, 3);
	free(vips);
	wanted.nasking = 1;
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
	assert_false(lvs_net_wants_asking(&wants, &addrs[1]));
	wanted.asking = addrs + 1;
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
	wanted.nasking = 0;
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
	assert_false(lvs_net_wants_asking(&wants, &addrs[1]));
	lvs_net_wants_fini(&wants);
}

/* What stands for a network of others, and what is news of them. */
static void others_have_an_address_each_that_stands_for_them(void **state)
{
	static const struct {
		const char *network;
		uint8_t bits;
		const char *way;
	} networks_of[] = {
		{ "0.0.0.0", 96, "240.0.0.1" }, { "2000::", 3, "2000::1" }, { "198.51.100.0", 120, "198.51.100.1" },
		{ "198.51.100.4", 128, "198.51.100.4" },
	};
	struct lvs_prefix networks[ARRAY_LEN(networks_of) + 1];
	struct lvs_net_wanted wanted = { .transparent = networks };
	struct lvs_net_wants wants = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(networks_of); i++) {
		const struct lvs_addr way = test_addr(networks_of[i].way);
		struct lvs_addr seen;

		networks[i] = (struct lvs_prefix){ test_addr(networks_of[i].network), networks_of[i].bits };
		seen = lvs_net_way(&networks[i]);
		assert_true(lvs_addr_equal(&seen, &way));
		wanted.ntransparent = i + 1;
		assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
		assert_int_equal(wants.ntransparent, i + 1);
		assert_non_null(lvs_net_targets_find(&wants.ways, &way));
		assert_int_equal(wants.ways.nstale, i + 1);
	}
	/* Twice the same is no news, and a network of VIPs is another matter. */
	networks[wanted.ntransparent++] = networks[0];
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 0);
	wanted.prefixes = networks + 2;
	wanted.nprefixes = 1;
	wanted.ntransparent = 0;
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
	assert_int_equal(wants.ways.n, 0);
	assert_int_equal(wants.probes.n, 1);
	lvs_net_wants_fini(&wants);
}

/* Addresses of this host are its own there. */
static void what_is_this_host_s_among_others_is_no_vip(void **state)
{
	const struct lvs_prefix world = { test_addr("0.0.0.0"), 96 }, net = { test_addr("10.0.0.0"), 120 };
	const struct lvs_net_wanted wanted = { .transparent = &world, .ntransparent = 1, .prefixes = &net, .nprefixes = 1 };
	struct lvs_net_ifaddr own[] = { { .addr = test_addr("10.1.0.1") }, { .addr = test_addr("10.0.0.1") } };
	const struct lvs_net_state host = { .addrs = own, .naddrs = ARRAY_LEN(own) };
	struct lvs_net_wants wants = { 0 };
	struct lvs_addr *vips;
	size_t n;

	(void)state;
	assert_int_equal(lvs_net_wants_replace(&wants, &wanted), 1);
	assert_int_equal(lvs_net_wants_vips(&wants, &host, &vips, &n), 0);
	assert_int_equal(n, 1);
	assert_true(lvs_addr_equal(&vips[0], &own[1].addr));
	free(vips);
	lvs_net_wants_fini(&wants);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_have_an_address_each_that_stands_for_them),
		cmocka_unit_test(what_is_this_host_s_among_others_is_no_vip),
		cmocka_unit_test(both_lists_become_one),
		cmocka_unit_test(answers_stay),
		cmocka_unit_test(where_the_host_asks_from),
		cmocka_unit_test(sources_are_asked_for_where_they_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
