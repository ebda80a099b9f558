// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/trace.h"
#include "engine/trace_ring.h"

#define SIZE 4096
#define STEPS 200000

/* Lengths and numbers of what should be in the ring, oldest first. */
struct ideal {
	uint32_t captured[SIZE];
	uint8_t fill[SIZE];
	size_t first, n;
};

static uint32_t draw(uint32_t *random, uint32_t below)
{
	*random = *random * 1664525 + 1013904223;
	return (*random >> 8) % below;
}

static bool push(struct lvs_trace_ring *ring, struct ideal *ideal, uint32_t captured, uint8_t fill)
{
	struct lvs_trace_record *record = lvs_trace_ring_push(ring, captured);
	size_t at = (ideal->first + ideal->n) % SIZE;

	if (!record)
		return false;
	assert_int_equal((uintptr_t)record % 8, 0);
	assert_true((uint8_t *)record >= ring->bytes && (uint8_t *)record + record->bytes <= ring->bytes + SIZE);
	assert_true(record->bytes >= sizeof(*record) + captured);
	record->captured = captured;
	memset(record->data, fill, captured);
	ideal->captured[at] = captured;
	ideal->fill[at] = fill;
	ideal->n++;
	return true;
}

static void check(const struct lvs_trace_record *record, const struct ideal *ideal, size_t i)
{
	size_t at = (ideal->first + i) % SIZE;

	assert_non_null(record);
	assert_int_equal(record->captured, ideal->captured[at]);
	for (uint32_t k = 0; k < record->captured; k++)
		assert_int_equal(record->data[k], ideal->fill[at]);
}

/* Some records, of which all are looked at again, and which are kept or taken back. */
static size_t push_group(struct lvs_trace_ring *ring, struct ideal *ideal, uint32_t *random)
{
	struct lvs_trace_mark mark = lvs_trace_ring_mark(ring);
	size_t n = ideal->n, want = draw(random, 5), failed = 0, i = n;
	struct lvs_trace_record *record = NULL;

	for (; want; want--)
		failed += !push(ring, ideal, draw(random, 3) ? draw(random, 200) : draw(random, 1500), (uint8_t)draw(random, 256));
	while ((record = lvs_trace_ring_next(ring, &mark, record)))
		check(record, ideal, i++);
	assert_int_equal(i, ideal->n);
	if (draw(random, 3) == 0) {
		lvs_trace_ring_restore(ring, &mark);
		ideal->n = n;
	}
	return failed;
}

static void gives_back_what_was_pushed_in_order(void **state)
{
	struct ideal *ideal = calloc(1, sizeof(*ideal));
	struct lvs_trace_ring ring;
	uint32_t random = 20261123;
	size_t failed = 0, popped = 0, emptied = 0;

	(void)state;
	assert_non_null(ideal);
	assert_int_equal(lvs_trace_ring_init(&ring, SIZE), 0);
	for (int step = 0; step < STEPS; step++) {
		failed += push_group(&ring, ideal, &random);
		for (uint32_t n = draw(&random, draw(&random, 100) ? 4 : 100); n && ideal->n; n--) {
			check(lvs_trace_ring_peek(&ring), ideal, 0);
			lvs_trace_ring_pop(&ring);
			ideal->first = (ideal->first + 1) % SIZE;
			ideal->n--;
			popped++;
		}
		assert_int_equal(!lvs_trace_ring_peek(&ring), !ideal->n);
		emptied += !ideal->n;
	}
	assert_true(failed > 1000 && popped > 1000 && emptied > 100);
	lvs_trace_ring_fini(&ring);
	free(ideal);
}

static void takes_what_just_fits(void **state)
{
	uint32_t most = SIZE - (uint32_t)sizeof(struct lvs_trace_record);
	struct lvs_trace_ring ring;

	(void)state;
	assert_int_equal(lvs_trace_ring_init(&ring, SIZE), 0);
	for (int i = 0; i < 3; i++) {
		assert_null(lvs_trace_ring_push(&ring, most + 1));
		assert_non_null(lvs_trace_ring_push(&ring, most));
		assert_null(lvs_trace_ring_push(&ring, 0));
		lvs_trace_ring_pop(&ring);
		assert_null(lvs_trace_ring_peek(&ring));
	}
	lvs_trace_ring_fini(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_pushed_in_order),
		cmocka_unit_test(takes_what_just_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
