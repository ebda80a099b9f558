// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "check/heap.h"

#define N 500

static void check_order(const struct lvs_heap *heap)
{
	for (size_t i = 1; i <= heap->n; i++) {
		assert_int_equal(heap->entries[i]->at, i);
		assert_true(i == 1 || heap->entries[i / 2]->deadline <= heap->entries[i]->deadline);
	}
}

static void first_deadline_is_on_top_whatever_comes_and_goes(void **state)
{
	struct lvs_heap_entry entries[N] = { { .at = 0 } };
	struct lvs_heap heap = { .n = 0 };
	unsigned int random = 12345;
	size_t waiting = 0;

	(void)state;
	assert_null(lvs_heap_first(&heap));
	assert_int_equal(lvs_heap_reserve(&heap, N), 0);
	for (int i = 0; i < 20000; i++) {
		struct lvs_heap_entry *entry = &entries[((random = random * 1103515245 + 12345) >> 16) % N];

		if (random & 0x10000000) {
			waiting += !entry->at;
			lvs_heap_put(&heap, entry, random >> 8 & 0xfff);
		} else {
			waiting -= entry->at != 0;
			lvs_heap_remove(&heap, entry);
			lvs_heap_remove(&heap, entry);
		}
		assert_int_equal(heap.n, waiting);
		if (i % 64 == 0)
			check_order(&heap);
	}
	for (lvs_ns last = 0; lvs_heap_first(&heap);) {
		struct lvs_heap_entry *first = lvs_heap_first(&heap);

		assert_true(first->deadline >= last);
		last = first->deadline;
		lvs_heap_remove(&heap, first);
		assert_int_equal(first->at, 0);
	}
	lvs_heap_fini(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(first_deadline_is_on_top_whatever_comes_and_goes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
