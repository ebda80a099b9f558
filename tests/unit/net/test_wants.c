// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "net/net.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_lists_become_one),
		cmocka_unit_test(answers_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
