// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a neighbour: who is asked when, what is believed, and what becomes of packets meanwhile. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "io/neighbour.h"

#define MAX 16
#define HELD 12
#define FRONT 32

static const struct lvs_mac one = { { 2, 0, 0, 0, 0, 1 } }, two = { { 2, 0, 0, 0, 0, 2 } };

/**
 * struct scene - what the table said
 * @asked:	how often, the last time about @addr and to @to (zeros: everybody)
 * @sent:	packets that waited, the last one's first byte, length and station
 */
struct scene {
	struct lvs_neighbours *neighbours;
	unsigned int asked, sent;
	struct lvs_addr addr;
	struct lvs_mac to, station;
	uint8_t first;
	uint32_t len;
};

static void on_ask(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac)
{
	struct scene *scene = arg;

	scene->asked++;
	scene->addr = *addr;
	scene->to = mac ? *mac : (struct lvs_mac){ { 0 } };
}

static void on_send(void *arg, struct lvs_packet *packet, const struct lvs_mac *mac)
{
	struct scene *scene = arg;

	scene->sent++;
	scene->first = packet->data[0];
	scene->len = packet->len;
	scene->station = *mac;
	memset(packet->data - FRONT, 0, FRONT);		/* as a driver may */
}

static int setup(void **state)
{
	const struct lvs_neighbour_limits limits = { .neighbours = MAX, .held = HELD, .held_bytes = 100, .front = FRONT };
	const struct lvs_hash_key key = { 1, 2 };
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct lvs_neighbour_callbacks callbacks = { .arg = scene, .ask = on_ask, .send = on_send };

	assert_non_null(scene);
	assert_int_equal(lvs_neighbours_new(&limits, &callbacks, &key, &scene->neighbours), 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	lvs_neighbours_free(scene->neighbours);
	lvs_neighbours_free(NULL);
	free(scene);
	return 0;
}

static struct lvs_addr host(unsigned int n)
{
	return lvs_addr_from4(LVS_BE32(0x0a090000 + n));
}

/* Return: the station, or NULL: the packet waits or is gone */
static const struct lvs_mac *resolve(struct scene *scene, unsigned int n, uint8_t first, uint32_t len, lvs_ns now)
{
	uint8_t bytes[200] = { first };
	const struct lvs_packet packet = { .data = bytes, .len = len };
	struct lvs_addr addr = host(n);

	return lvs_neighbours_resolve(scene->neighbours, &addr, &packet, now);
}

static void hear(struct scene *scene, unsigned int n, const struct lvs_mac *mac, unsigned int how, lvs_ns now)
{
	struct lvs_addr addr = host(n);

	lvs_neighbours_hear(scene->neighbours, &addr, mac, how, now);
}

static bool knows(struct scene *scene, unsigned int n, const struct lvs_mac *mac, lvs_ns now)
{
	struct lvs_addr addr = host(n);
	const struct lvs_mac *found = lvs_neighbours_find(scene->neighbours, &addr, now);

	return found && lvs_mac_equal(found, mac);
}

static const struct lvs_neighbour_stats *stats(struct scene *scene)
{
	return lvs_neighbours_stats(scene->neighbours);
}

/* Resolved at second 1 with an answer of @one. */
static void meet(struct scene *scene, unsigned int n)
{
	assert_null(resolve(scene, n, 0x45, 20, LVS_SECONDS(1)));
	hear(scene, n, &one, LVS_HEARD_ANSWER | LVS_HEARD_OVERRIDE, LVS_SECONDS(1));
	assert_true(knows(scene, n, &one, LVS_SECONDS(1)));
}

static void answer_releases_what_waits(void **state)
{
	struct scene *scene = *state;
	struct lvs_addr addr = host(1);

	assert_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(1)));
	assert_null(resolve(scene, 1, 0x60, 100, LVS_SECONDS(1)));
	assert_int_equal(scene->asked, 1);
	assert_true(lvs_addr_equal(&scene->addr, &addr));
	assert_int_equal(scene->to.bytes[0], 0);
	assert_int_equal(lvs_neighbours_due(scene->neighbours), LVS_SECONDS(2));
	hear(scene, 1, &one, LVS_HEARD_ANSWER, LVS_SECONDS(1));
	assert_int_equal(scene->sent, 2);
	assert_int_equal(scene->first, 0x60);
	assert_int_equal(scene->len, 100);
	assert_true(lvs_mac_equal(&scene->station, &one));
	assert_int_equal(lvs_neighbours_due(scene->neighbours), LVS_NS_NEVER);
	assert_true(lvs_mac_equal(resolve(scene, 1, 0x45, 20, LVS_SECONDS(2)), &one));
	assert_int_equal(stats(scene)->held, 2);
}

static void silence_is_asked_three_times(void **state)
{
	struct scene *scene = *state;

	assert_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(1)));
	assert_int_equal(lvs_neighbours_tick(scene->neighbours, LVS_SECONDS(2) - 1), LVS_SECONDS(2));
	assert_int_equal(scene->asked, 1);
	assert_int_equal(lvs_neighbours_tick(scene->neighbours, LVS_SECONDS(2)), LVS_SECONDS(3));
	assert_int_equal(lvs_neighbours_tick(scene->neighbours, LVS_SECONDS(3)), LVS_SECONDS(4));
	assert_int_equal(scene->asked, LVS_NEIGHBOUR_TRIES);
	assert_int_equal(lvs_neighbours_tick(scene->neighbours, LVS_SECONDS(4)), LVS_NS_NEVER);
	assert_int_equal(scene->asked, LVS_NEIGHBOUR_TRIES);
	assert_int_equal(stats(scene)->absent, 1);
	assert_int_equal(stats(scene)->unreachable, 1);
	hear(scene, 1, &one, LVS_HEARD_ANSWER, LVS_SECONDS(4));	/* too late: nobody asked */
	assert_int_equal(scene->sent, 0);
	assert_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(5)));
	assert_int_equal(scene->asked, LVS_NEIGHBOUR_TRIES + 1);
}

static void queues_are_bounded(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < LVS_NEIGHBOUR_HELD + 3; i++)
		assert_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(1)));
	assert_int_equal(stats(scene)->held, LVS_NEIGHBOUR_HELD);
	assert_int_equal(stats(scene)->full, 3);
	assert_null(resolve(scene, 2, 0x45, 101, LVS_SECONDS(1)));	/* longer than any that waits */
	assert_int_equal(stats(scene)->full, 4);
	for (unsigned int i = 0; i < HELD; i++)
		assert_null(resolve(scene, 2, 0x45, 20, LVS_SECONDS(1)));
	assert_int_equal(stats(scene)->held, HELD);	/* of all together */
	hear(scene, 1, &one, LVS_HEARD_ANSWER, LVS_SECONDS(1));
	assert_int_equal(scene->sent, LVS_NEIGHBOUR_HELD);
	assert_null(resolve(scene, 2, 0x45, 20, LVS_SECONDS(1)));
	assert_int_equal(stats(scene)->held, HELD + 1);
}

static void refreshed_at_the_station_itself(void **state)
{
	struct scene *scene = *state;
	lvs_ns old = LVS_SECONDS(1) + LVS_NEIGHBOUR_FRESH_MAX;

	meet(scene, 1);
	assert_true(knows(scene, 1, &one, LVS_SECONDS(1) + LVS_NEIGHBOUR_FRESH_MIN - 1));
	assert_false(knows(scene, 1, &one, old));
	assert_true(lvs_mac_equal(resolve(scene, 1, 0x45, 20, old), &one));	/* goes at once */
	assert_int_equal(scene->asked, 2);
	assert_true(lvs_mac_equal(&scene->to, &one));
	hear(scene, 1, &one, LVS_HEARD_ANSWER, old);
	assert_true(knows(scene, 1, &one, old + LVS_NEIGHBOUR_FRESH_MIN - 1));
	old += LVS_NEIGHBOUR_FRESH_MAX;
	assert_non_null(resolve(scene, 1, 0x45, 20, old));
	for (unsigned int i = 1; i <= LVS_NEIGHBOUR_TRIES; i++)
		(void)lvs_neighbours_tick(scene->neighbours, old + i * LVS_NEIGHBOUR_RETRY);
	assert_null(resolve(scene, 1, 0x45, 20, old + LVS_SECONDS(10)));	/* gone: everybody is asked */
	assert_int_equal(scene->to.bytes[0], 0);
}

static void unasked_words(void **state)
{
	struct scene *scene = *state;
	lvs_ns later = LVS_SECONDS(1) + LVS_NEIGHBOUR_LOCK;

	hear(scene, 1, &one, LVS_HEARD_OVERRIDE, LVS_SECONDS(1));	/* of a stranger, and not to us */
	assert_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(1)));
	hear(scene, 2, &one, LVS_HEARD_OVERRIDE | LVS_HEARD_CREATE, LVS_SECONDS(1));	/* wants something of us */
	assert_true(lvs_mac_equal(resolve(scene, 2, 0x45, 20, LVS_SECONDS(1)), &one));
	assert_true(lvs_mac_equal(&scene->to, &one));		/* and is asked whether it is true */

	meet(scene, 3);
	hear(scene, 3, &two, LVS_HEARD_ANSWER | LVS_HEARD_OVERRIDE, later - 1);
	assert_true(knows(scene, 3, &one, later));		/* the first answer counts */
	hear(scene, 3, &two, 0, later);				/* without override nothing changes but the trust */
	assert_false(knows(scene, 3, &one, later));
	assert_true(lvs_mac_equal(resolve(scene, 3, 0x45, 20, later), &one));
	hear(scene, 3, &one, LVS_HEARD_ANSWER, later);
	assert_true(knows(scene, 3, &one, later));
	later += LVS_NEIGHBOUR_LOCK;
	hear(scene, 3, &two, LVS_HEARD_OVERRIDE, later);	/* moved, says somebody */
	assert_false(knows(scene, 3, &two, later));
	assert_true(lvs_mac_equal(resolve(scene, 3, 0x45, 20, later), &two));
	assert_true(lvs_mac_equal(&scene->to, &two));
	assert_int_equal(stats(scene)->moved, 1);
}

static void absent_ones_drive_out_each_other_only(void **state)
{
	struct scene *scene = *state;

	for (unsigned int n = 1; n <= MAX / 2; n++)
		meet(scene, n);
	for (unsigned int n = 100; n < 1100; n++)
		assert_null(resolve(scene, n, 0x45, 20, LVS_SECONDS(2)));
	for (unsigned int n = 1; n <= MAX / 2; n++)
		assert_true(knows(scene, n, &one, LVS_SECONDS(2)));
	assert_int_equal(stats(scene)->evicted, 1000 - MAX / 4);
	assert_int_equal(stats(scene)->held, MAX / 2 + 1000);	/* each made room for the next */
	for (unsigned int n = 2000; n < 2000 + 4 * MAX; n++)
		hear(scene, n, &two, LVS_HEARD_CREATE, LVS_SECONDS(3));
	assert_non_null(resolve(scene, 2000 + 4 * MAX - 1, 0x45, 20, LVS_SECONDS(3)));
}

static void the_one_used_last_stays(void **state)
{
	struct scene *scene = *state;

	for (unsigned int n = 1; n <= MAX; n++)
		hear(scene, n, &one, LVS_HEARD_CREATE, LVS_SECONDS(n));
	assert_non_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(100)));
	hear(scene, 50, &one, LVS_HEARD_CREATE, LVS_SECONDS(101));
	assert_non_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(101)));
	assert_null(resolve(scene, 2, 0x45, 20, LVS_SECONDS(101)));	/* was longest out of use */
}

static void forgotten(void **state)
{
	struct scene *scene = *state;
	struct lvs_addr addr = host(1);

	assert_null(resolve(scene, 1, 0x45, 20, LVS_SECONDS(1)));
	lvs_neighbours_forget(scene->neighbours, &addr);
	lvs_neighbours_forget(scene->neighbours, &addr);
	assert_int_equal(stats(scene)->absent, 1);
	assert_int_equal(lvs_neighbours_due(scene->neighbours), LVS_NS_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answer_releases_what_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(silence_is_asked_three_times, setup, teardown),
		cmocka_unit_test_setup_teardown(queues_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(refreshed_at_the_station_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(unasked_words, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_ones_drive_out_each_other_only, setup, teardown),
		cmocka_unit_test_setup_teardown(the_one_used_last_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(forgotten, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
