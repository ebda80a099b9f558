// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/client.h"

#define ROOM 4
#define NOW LVS_SECONDS(1000)

static const struct lvs_rate none = { 0, 0 };

static int setup(void **state)
{
	static struct lvs_clients clients;
	const struct lvs_hash_key key = { 1, 2 };

	*state = &clients;
	return lvs_clients_init(&clients, ROOM, &key);
}

static int teardown(void **state)
{
	lvs_clients_fini(*state);
	return 0;
}

static struct lvs_prefix who(uint32_t n)
{
	return (struct lvs_prefix){ .addr = lvs_addr_from4(LVS_BE32(0x0a000000 + n)), .bits = LVS_PREFIX_HOST };
}

static uint32_t join(struct lvs_clients *clients, uint32_t n)
{
	const struct lvs_prefix prefix = who(n);

	return lvs_clients_join(clients, 1, &prefix, &none, true, NOW);
}

static void leave(struct lvs_clients *clients, uint32_t ref, uint32_t n, bool established)
{
	const struct lvs_prefix prefix = who(n);

	lvs_clients_leave(clients, ref, &prefix.addr, established, NOW);
}

static void establish(struct lvs_clients *clients, uint32_t ref, uint32_t n, int by)
{
	const struct lvs_prefix prefix = who(n);

	lvs_clients_establish(clients, ref, &prefix.addr, by);
}

static uint32_t conns(const struct lvs_clients *clients, uint32_t n)
{
	const struct lvs_prefix prefix = who(n);
	const struct lvs_client *client = lvs_clients_find(clients, 1, &prefix);

	return client ? client->conns : 0;
}

static void each_service_counts_for_itself(void **state)
{
	struct lvs_clients *clients = *state;
	const struct lvs_prefix host = who(1);
	struct lvs_prefix net = { .addr = lvs_addr_from4(LVS_BE32(0x0a000001)), .bits = 120 };
	uint32_t first = join(clients, 1), second = lvs_clients_join(clients, 2, &host, &none, true, NOW);

	assert_int_not_equal(first, second);
	assert_int_equal(join(clients, 1), first);
	assert_int_equal(lvs_clients_find(clients, 1, &host)->conns, 2);
	assert_int_equal(lvs_clients_find(clients, 2, &host)->conns, 1);
	assert_null(lvs_clients_find(clients, 3, &host));
	assert_null(lvs_clients_find(clients, 1, &net));
	assert_int_equal(clients->used, 2);
}

static void an_entry_that_knows_nothing_goes_at_once(void **state)
{
	const struct lvs_rate rate = lvs_rate_of(1, 1);
	struct lvs_clients *clients = *state;
	const struct lvs_prefix prefix = who(2);
	uint32_t ref = join(clients, 1);

	leave(clients, ref, 1, false);
	assert_int_equal(clients->used, 0);
	ref = lvs_clients_join(clients, 1, &prefix, &rate, true, NOW);
	leave(clients, ref, 2, false);
	assert_int_equal(clients->used, 1);	/* he owes a second */
	assert_int_equal(lvs_clients_find(clients, 1, &prefix)->due, NOW + LVS_SECONDS(1));
	ref = lvs_clients_join(clients, 1, &prefix, NULL, true, NOW + LVS_SECONDS(1));
	lvs_clients_leave(clients, ref, &prefix.addr, false, NOW + LVS_SECONDS(1));
	assert_int_equal(clients->used, 0);
	assert_int_equal(clients->evicted, 0);
}

static void a_full_table_gives_up_the_least_first(void **state)
{
	const struct lvs_rate rate = lvs_rate_of(1, 1);
	struct lvs_clients *clients = *state;
	const struct lvs_prefix debtor = who(4);
	uint32_t refs[4];

	for (uint32_t n = 1; n <= 3; n++)
		refs[n] = join(clients, n);
	establish(clients, refs[1], 1, 1);
	(void)lvs_clients_join(clients, 1, &debtor, &rate, false, NOW);
	assert_int_equal(clients->used, ROOM);
	assert_int_equal(clients->evicted, 0);

	(void)join(clients, 2);			/* 2 is heard of again, so 3 is the oldest */
	(void)join(clients, 5);
	assert_int_equal(conns(clients, 3), 0);
	(void)join(clients, 6);
	assert_int_equal(conns(clients, 2), 0);
	assert_int_equal(clients->evicted, 2);
	assert_int_equal(conns(clients, 1), 1);
	assert_int_equal(conns(clients, 5), 1);

	/* A debt that is paid counts for nothing. */
	assert_non_null(lvs_clients_find(clients, 1, &debtor));
	refs[0] = lvs_clients_join(clients, 1, &(struct lvs_prefix){ .addr = who(7).addr, .bits = LVS_PREFIX_HOST }, &none,
				   true, NOW + LVS_SECONDS(1));
	assert_null(lvs_clients_find(clients, 1, &debtor));
	assert_int_equal(clients->evicted, 2);
	assert_int_equal(clients->used, ROOM);
}

static void who_finds_no_room_is_nobody(void **state)
{
	struct lvs_clients *clients = *state;
	uint32_t refs[ROOM + 1];

	for (uint32_t n = 1; n <= ROOM; n++) {
		refs[n] = join(clients, n);
		establish(clients, refs[n], n, 1);
	}
	assert_int_equal(join(clients, 9), LVS_CLIENT_NOBODY);
	assert_int_equal(clients->unlimited, 1);
	establish(clients, LVS_CLIENT_NOBODY, 9, 1);
	leave(clients, LVS_CLIENT_NOBODY, 9, true);
	for (uint32_t n = 1; n <= ROOM; n++)
		assert_int_equal(conns(clients, n), 1);
	/* One of them closes his last connection: he may be given up. */
	establish(clients, refs[2], 2, -1);
	assert_int_not_equal(join(clients, 9), LVS_CLIENT_NOBODY);
	assert_int_equal(conns(clients, 2), 0);
}

/* The entry of client 1 is used by others until its generation comes around. */
static void what_is_left_of_an_entry_that_went_disturbs_nobody(void **state)
{
	struct lvs_clients *clients = *state;
	const struct lvs_prefix prefix = who(1);
	uint32_t ref = join(clients, 1), met = 0;

	for (uint32_t n = 2; n < 3000; n++) {
		uint32_t other = join(clients, n);

		if (n <= ROOM)
			continue;
		assert_false(lvs_clients_know(clients, ref, &prefix.addr));
		establish(clients, ref, 1, 1);
		establish(clients, ref, 1, -1);
		leave(clients, ref, 1, true);
		assert_int_equal(conns(clients, n), 1);
		met += other == ref;
	}
	assert_in_range(met, 2, 3);
	assert_int_equal(clients->used, ROOM);
}

static void a_table_without_room_limits_nobody(void **state)
{
	const struct lvs_hash_key key = { 1, 2 };
	struct lvs_clients clients;

	(void)state;
	assert_int_equal(lvs_clients_init(&clients, LVS_CLIENTS_MAX + 1, &key), -EINVAL);
	assert_int_equal(lvs_clients_init(&clients, 0, &key), 0);
	assert_int_equal(join(&clients, 1), LVS_CLIENT_NOBODY);
	assert_int_equal(conns(&clients, 1), 0);
	lvs_clients_fini(&clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_service_counts_for_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(an_entry_that_knows_nothing_goes_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_table_gives_up_the_least_first, setup, teardown),
		cmocka_unit_test_setup_teardown(who_finds_no_room_is_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_left_of_an_entry_that_went_disturbs_nobody, setup, teardown),
		cmocka_unit_test(a_table_without_room_limits_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
