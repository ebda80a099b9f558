// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/conn.h"

#define RECORDS 300

struct fixture {
	struct lvs_conn records[RECORDS + 1];
	struct lvs_wheel wheel;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	lvs_wheel_init(&f->wheel, f->records, 1000);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct lvs_conn *file(struct fixture *f, uint32_t id, lvs_tick expires, enum lvs_class class)
{
	f->records[id].expires = expires;
	f->records[id].class = (uint8_t)class;
	lvs_wheel_add(&f->wheel, &f->records[id]);
	return &f->records[id];
}

static struct lvs_conn *due(struct fixture *f, lvs_tick now)
{
	unsigned int budget = 100000;

	return lvs_wheel_due(&f->wheel, now, &budget);
}

static void a_record_is_due_at_its_tick_and_not_before(void **state)
{
	struct fixture *f = *state;
	struct lvs_conn *conn = file(f, 7, 1010, LVS_CLASS_CLOSING);

	assert_null(due(f, 1009));
	assert_ptr_equal(due(f, 1010), conn);
	assert_null(due(f, 2000));
}

static void a_deadline_in_the_past_is_due_at_the_next_tick(void **state)
{
	struct fixture *f = *state;
	struct lvs_conn *conn = file(f, 1, 10, LVS_CLASS_CLOSING);

	assert_null(due(f, 1000));
	assert_ptr_equal(due(f, 1001), conn);
}

static void a_used_record_is_filed_again(void **state)
{
	struct fixture *f = *state;
	struct lvs_conn *conn = file(f, 1, 1010, LVS_CLASS_ESTABLISHED);

	conn->expires = 1500;
	assert_null(due(f, 1499));
	assert_ptr_equal(due(f, 1500), conn);
}

static void a_deadline_beyond_the_horizon_is_kept_exactly(void **state)
{
	struct fixture *f = *state;
	lvs_tick far = 1000 + 5 * LVS_WHEEL_SLOTS + 77;
	struct lvs_conn *conn = file(f, 1, far, LVS_CLASS_DATAGRAM);

	for (lvs_tick now = 1001; now < far; now += 333)
		assert_null(due(f, now));
	assert_null(due(f, far - 1));
	assert_ptr_equal(due(f, far), conn);
}

static void time_may_jump_over_the_whole_ring(void **state)
{
	struct fixture *f = *state;
	unsigned int n = 0;

	for (uint32_t id = 1; id <= RECORDS; id++)
		file(f, id, 1000 + id * 100, id % LVS_CLASS_COUNT);
	while (due(f, 1000 + 40 * LVS_WHEEL_SLOTS))
		n++;
	assert_int_equal(n, RECORDS);
	assert_null(due(f, 1000 + 40 * LVS_WHEEL_SLOTS));
}

static void ticks_may_wrap(void **state)
{
	struct fixture *f = *state;
	struct lvs_conn *conn;

	lvs_wheel_init(&f->wheel, f->records, UINT32_MAX - 5);
	conn = file(f, 1, 20, LVS_CLASS_CLOSING);
	assert_null(due(f, UINT32_MAX));
	assert_null(due(f, 19));
	assert_ptr_equal(due(f, 20), conn);
}

static void a_turn_stops_at_its_budget_and_goes_on_later(void **state)
{
	struct fixture *f = *state;
	unsigned int budget = 10, n = 0;

	for (uint32_t id = 1; id <= 30; id++)
		file(f, id, 1005, LVS_CLASS_CLOSING);
	while (lvs_wheel_due(&f->wheel, 1005, &budget))
		n++;
	assert_int_equal(n, 10);
	assert_int_equal(budget, 0);
	for (n = 0; due(f, 1005); n++)
		;
	assert_int_equal(n, 20);
}

static void next_is_the_first_filled_slot_of_all_classes(void **state)
{
	struct fixture *f = *state;
	lvs_tick tick;

	assert_false(lvs_wheel_next(&f->wheel, &tick));
	file(f, 1, 5000, LVS_CLASS_HALF_OPEN);
	file(f, 2, 3000, LVS_CLASS_ESTABLISHED);
	file(f, 3, 4000, LVS_CLASS_CLOSING);
	assert_true(lvs_wheel_next(&f->wheel, &tick));
	assert_int_equal(tick, 3000);
	lvs_wheel_remove(&f->wheel, &f->records[2]);
	lvs_wheel_remove(&f->wheel, &f->records[2]);	/* twice does no harm */
	assert_true(lvs_wheel_next(&f->wheel, &tick));
	assert_int_equal(tick, 4000);
}

static void every_record_of_a_random_crowd_comes_exactly_in_its_tick(void **state)
{
	struct fixture *f = *state;
	uint32_t random = 12345;
	unsigned int n = 0;

	for (uint32_t id = 1; id <= RECORDS; id++) {
		random = random * 1664525 + 1013904223;
		file(f, id, 1001 + (random >> 8) % 20000, (random >> 3) % LVS_CLASS_COUNT);
	}
	for (uint32_t id = 1; id <= RECORDS; id += 3)
		lvs_wheel_remove(&f->wheel, &f->records[id]);
	for (lvs_tick now = 1001; now < 22000; now++) {
		struct lvs_conn *conn;

		while ((conn = due(f, now))) {
			assert_int_equal(conn->expires, now);
			n++;
		}
	}
	assert_int_equal(n, RECORDS - RECORDS / 3);
}

static void idlest_is_the_one_nearest_its_deadline(void **state)
{
	struct fixture *f = *state;
	struct lvs_conn *a = file(f, 1, 2000, LVS_CLASS_CLOSING), *b = file(f, 2, 3000, LVS_CLASS_CLOSING);

	assert_null(lvs_wheel_idlest(&f->wheel, LVS_CLASS_HALF_OPEN));
	assert_ptr_equal(lvs_wheel_idlest(&f->wheel, LVS_CLASS_CLOSING), a);
	a->expires = 9000;	/* used since it was filed */
	assert_ptr_equal(lvs_wheel_idlest(&f->wheel, LVS_CLASS_CLOSING), b);
}

static struct lvs_conn *half_open(struct fixture *f, uint32_t id, lvs_tick touched, lvs_tick timeout)
{
	f->records[id].timeout = timeout;
	return file(f, id, touched + timeout, LVS_CLASS_HALF_OPEN);
}

/* States of different length stand in one line, and who has stood there for long still stands before newcomers. */
static void of_half_open_ones_silence_decides(void **state)
{
	struct fixture *f = *state;
	struct lvs_conn *first = half_open(f, 1, 1000, 900), *second = half_open(f, 2, 1010, 450), *third;

	assert_ptr_equal(lvs_wheel_idlest(&f->wheel, LVS_CLASS_HALF_OPEN), first);
	first->expires = 1020 + first->timeout;	/* it spoke again */
	assert_ptr_equal(lvs_wheel_idlest(&f->wheel, LVS_CLASS_HALF_OPEN), second);
	for (lvs_tick now = 1100; now < 1400; now += 100) {
		assert_null(due(f, now));
		third = half_open(f, 3, now, 300);
		assert_ptr_not_equal(lvs_wheel_idlest(&f->wheel, LVS_CLASS_HALF_OPEN), third);
		lvs_wheel_remove(&f->wheel, third);
	}
	assert_ptr_equal(due(f, 1460), second);
	assert_null(due(f, 1919));
	assert_ptr_equal(due(f, 1920), first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_record_is_due_at_its_tick_and_not_before, setup, teardown),
		cmocka_unit_test_setup_teardown(a_deadline_in_the_past_is_due_at_the_next_tick, setup, teardown),
		cmocka_unit_test_setup_teardown(a_used_record_is_filed_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_deadline_beyond_the_horizon_is_kept_exactly, setup, teardown),
		cmocka_unit_test_setup_teardown(time_may_jump_over_the_whole_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(ticks_may_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(a_turn_stops_at_its_budget_and_goes_on_later, setup, teardown),
		cmocka_unit_test_setup_teardown(next_is_the_first_filled_slot_of_all_classes, setup, teardown),
		cmocka_unit_test_setup_teardown(every_record_of_a_random_crowd_comes_exactly_in_its_tick, setup, teardown),
		cmocka_unit_test_setup_teardown(idlest_is_the_one_nearest_its_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(of_half_open_ones_silence_decides, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
