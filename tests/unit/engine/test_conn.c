// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/conn.h"

struct fixture {
	void *memory;
	struct lvs_conn_table table;
};

static const struct lvs_hash_key key = { 0x0123456789abcdefULL, 0xfedcba9876543210ULL };

static struct fixture *make(uint32_t capacity)
{
	struct fixture *f = calloc(1, sizeof(*f));
	size_t bytes = (lvs_conn_table_bytes(capacity) + 63) / 64 * 64;

	f->memory = aligned_alloc(64, bytes);
	memset(f->memory, 0, bytes);
	lvs_conn_table_init(&f->table, f->memory, capacity, &key, 0);
	return f;
}

static void destroy(struct fixture *f)
{
	free(f->memory);
	free(f);
}

/* The @n-th client of one service, in either family. */
static void fill(struct lvs_conn *conn, uint32_t n, bool ip6)
{
	conn->caddr = test_addr(ip6 ? "2001:db8::" : "10.0.0.0");
	conn->caddr.words[3] = LVS_BE32(lvs_host32(conn->caddr.words[3]) + n / 50000);
	conn->cport = LVS_BE16(1024 + n % 50000);
	conn->vaddr = test_addr(ip6 ? "2001:db8:1::1" : "192.0.2.1");
	conn->vport = LVS_BE16(80);
	conn->daddr = test_addr(ip6 ? "2001:db8:2::2" : "198.51.100.2");
	conn->dport = LVS_BE16(8080);
	conn->proto = 6;
}

static struct lvs_tuple request_of(const struct lvs_conn *conn)
{
	return (struct lvs_tuple){ .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
				   .proto = conn->proto };
}

static struct lvs_tuple reply_of(const struct lvs_conn *conn)
{
	return (struct lvs_tuple){ .src = conn->daddr, .dst = conn->caddr, .sport = conn->dport, .dport = conn->cport,
				   .proto = conn->proto };
}

static struct lvs_conn *find(struct fixture *f, struct lvs_tuple tuple, enum lvs_dir *ret_dir)
{
	return lvs_conn_find(&f->table, &tuple, lvs_conn_hash(&f->table, &tuple), ret_dir);
}

static struct lvs_conn *add(struct fixture *f, uint32_t n, bool ip6)
{
	struct lvs_conn *conn = lvs_conn_claim(&f->table);

	if (!conn)
		return NULL;
	fill(conn, n, ip6);
	assert_int_equal(lvs_conn_publish(&f->table, conn), 0);
	lvs_conn_set_timer(&f->table, conn, 0, 100, LVS_CLASS_HALF_OPEN);
	return conn;
}

static void both_directions_find_one_record(void **state)
{
	struct fixture *f = make(16);
	enum lvs_dir dir = LVS_DIR_REPLY;

	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct lvs_conn *conn = add(f, 1, ip6);

		assert_ptr_equal(find(f, request_of(conn), &dir), conn);
		assert_int_equal(dir, LVS_DIR_REQUEST);
		assert_ptr_equal(find(f, reply_of(conn), &dir), conn);
		assert_int_equal(dir, LVS_DIR_REPLY);
	}
	destroy(f);
}

static void every_part_of_the_tuple_counts(void **state)
{
	struct fixture *f = make(16);
	struct lvs_tuple tuple = request_of(add(f, 1, false)), other;
	enum lvs_dir dir;

	(void)state;
	for (size_t i = 0; i < offsetof(struct lvs_tuple, zero); i++) {
		other = tuple;
		((uint8_t *)&other)[i] ^= 1;
		assert_null(find(f, other, &dir));
	}
	destroy(f);
}

/* Or else somebody could send all his packets to one bucket. */
static void every_part_of_the_tuple_is_hashed(void **state)
{
	struct fixture *f = make(1);

	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct lvs_conn conn = { 0 };
		struct lvs_tuple tuple;
		uint64_t hash;

		fill(&conn, 1, ip6);
		tuple = request_of(&conn);
		hash = lvs_conn_hash(&f->table, &tuple);
		for (size_t i = 0; i < offsetof(struct lvs_tuple, zero); i++) {
			struct lvs_tuple other = tuple;

			((uint8_t *)&other)[i] ^= 1;
			assert_true(lvs_conn_hash(&f->table, &other) != hash);
		}
		f->table.key.k0 ^= 1;
		assert_true(lvs_conn_hash(&f->table, &tuple) != hash);
	}
	destroy(f);
}

static void what_exists_is_not_published_twice(void **state)
{
	struct fixture *f = make(16);
	struct lvs_conn *a = add(f, 1, false), *b = lvs_conn_claim(&f->table);
	enum lvs_dir dir;

	(void)state;
	fill(b, 1, false);
	assert_int_equal(lvs_conn_publish(&f->table, b), -EEXIST);
	b->vaddr = test_addr("192.0.2.99");	/* another VIP, but the server could not tell the replies apart */
	assert_int_equal(lvs_conn_publish(&f->table, b), -EEXIST);
	lvs_conn_release(&f->table, b);
	assert_ptr_equal(find(f, reply_of(a), &dir), a);
	destroy(f);
}

static void a_released_record_is_found_no_more_and_used_again(void **state)
{
	struct fixture *f = make(4);
	struct lvs_conn *conn = add(f, 1, false);
	struct lvs_tuple request = request_of(conn), reply = reply_of(conn);
	enum lvs_dir dir;

	(void)state;
	lvs_conn_release(&f->table, conn);
	assert_null(find(f, request, &dir));
	assert_null(find(f, reply, &dir));
	assert_int_equal(f->table.used, 0);
	assert_ptr_equal(add(f, 2, true), conn);
	destroy(f);
}

/* The index must hold all that the pool holds, or the pool is smaller than promised. */
static void a_pool_can_be_filled_to_the_last_record(void **state)
{
	const uint32_t capacity = 100000;
	struct fixture *f = make(capacity);
	enum lvs_dir dir;

	(void)state;
	for (uint32_t n = 0; n < capacity; n++)
		assert_non_null(add(f, n, n % 2));
	assert_null(lvs_conn_claim(&f->table));
	for (uint32_t id = 1; id <= capacity; id++) {
		struct lvs_conn *conn = lvs_conn_at(&f->table, id);

		assert_ptr_equal(find(f, request_of(conn), &dir), conn);
		assert_ptr_equal(find(f, reply_of(conn), &dir), conn);
	}
	destroy(f);
}

/* An index far too small for its pool: who finds no room is refused, and those who were moved about for him are all there. */
static void an_index_without_room_loses_nobody(void **state)
{
	enum { CAPACITY = 200 };
	uint32_t refused = 0;

	(void)state;
	for (uint32_t nbuckets = 1; nbuckets <= 8; nbuckets++) {
		struct fixture *f = make(CAPACITY);
		uint32_t entries = 0;
		enum lvs_dir dir;

		f->table.nbuckets = nbuckets;
		for (uint32_t n = 0; n < CAPACITY; n++) {
			struct lvs_conn *conn = lvs_conn_claim(&f->table);
			int err;

			fill(conn, n, n % 2);
			err = lvs_conn_publish(&f->table, conn);
			if (!err)
				continue;
			assert_int_equal(err, -ENOSPC);
			lvs_conn_release(&f->table, conn);
			refused++;
		}
		for (uint32_t id = 1; id <= f->table.touched; id++) {
			struct lvs_conn *conn = lvs_conn_at(&f->table, id);

			if (!conn)
				continue;
			assert_ptr_equal(find(f, request_of(conn), &dir), conn);
			assert_int_equal(dir, LVS_DIR_REQUEST);
			assert_ptr_equal(find(f, reply_of(conn), &dir), conn);
			assert_int_equal(dir, LVS_DIR_REPLY);
		}
		for (uint32_t b = 0; b < nbuckets; b++)
			for (size_t slot = 0; slot < ARRAY_LEN(f->table.buckets[b].tags); slot++)
				entries += f->table.buckets[b].tags[slot] != 0;
		assert_int_equal(entries, 2 * f->table.used);
		/* A request may have found the last slot, so that its reply did not. */
		assert_in_range(entries, nbuckets * 9, nbuckets * ARRAY_LEN(f->table.buckets->tags));
		destroy(f);
	}
	assert_true(refused > 1000);
}

static void a_random_crowd_stays_findable(void **state)
{
	enum { CAPACITY = 2000, STEPS = 200000 };
	struct fixture *f = make(CAPACITY);
	static struct lvs_conn *live[CAPACITY];
	uint32_t random = 1, n = 0, next = 0;
	enum lvs_dir dir;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		random = random * 1664525 + 1013904223;
		if (n < CAPACITY && random >> 31) {
			live[n++] = add(f, next++, random >> 30 & 1);
		} else if (n) {
			uint32_t i = (random >> 4) % n;
			struct lvs_tuple reply = reply_of(live[i]);

			assert_ptr_equal(find(f, reply, &dir), live[i]);
			lvs_conn_release(&f->table, live[i]);
			assert_null(find(f, reply, &dir));
			live[i] = live[--n];
		}
		assert_int_equal(f->table.used, n);
	}
	destroy(f);
}

static void victims_come_by_class_and_then_by_idleness(void **state)
{
	struct fixture *f = make(16);
	const lvs_tick now = 5000, minute = lvs_ticks_from_seconds(60);
	struct lvs_conn *established = add(f, 1, false), *busy = add(f, 2, false), *closing = add(f, 3, false);
	struct lvs_conn *late = add(f, 4, false), *early = add(f, 5, false), *datagram = add(f, 6, false);
	struct lvs_conn *stale = add(f, 7, false);

	(void)state;
	lvs_conn_set_timer(&f->table, established, now - minute - 1, 6000, LVS_CLASS_ESTABLISHED);
	lvs_conn_set_timer(&f->table, busy, now - 1, 7000, LVS_CLASS_ESTABLISHED);
	lvs_conn_set_timer(&f->table, closing, now, 10, LVS_CLASS_CLOSING);
	lvs_conn_set_timer(&f->table, datagram, now, 10, LVS_CLASS_DATAGRAM);
	lvs_conn_set_timer(&f->table, late, now - 4, 500, LVS_CLASS_HALF_OPEN);
	lvs_conn_set_timer(&f->table, early, now - 2, 900, LVS_CLASS_HALF_OPEN);
	lvs_conn_set_timer(&f->table, stale, now - lvs_ticks_from_seconds(3), 950, LVS_CLASS_HALF_OPEN);
	/* Silence counts, and not how long their states last. */
	lvs_conn_set_timer(&f->table, late, now, 500, LVS_CLASS_HALF_OPEN);
	assert_ptr_equal(lvs_conn_victim(&f->table, now), stale);
	lvs_conn_release(&f->table, stale);
	assert_ptr_equal(lvs_conn_victim(&f->table, now), closing);	/* a handshake may take a moment */
	lvs_conn_release(&f->table, closing);
	assert_ptr_equal(lvs_conn_victim(&f->table, now), early);
	lvs_conn_release(&f->table, early);
	assert_ptr_equal(lvs_conn_victim(&f->table, now), late);
	lvs_conn_release(&f->table, late);
	assert_ptr_equal(lvs_conn_victim(&f->table, now), datagram);
	lvs_conn_release(&f->table, datagram);
	assert_ptr_equal(lvs_conn_victim(&f->table, now), established);
	lvs_conn_release(&f->table, established);
	assert_null(lvs_conn_victim(&f->table, now));	/* who spoke a moment ago is not given up */
	destroy(f);
}

static void a_shorter_timeout_takes_effect_at_once(void **state)
{
	struct fixture *f = make(4);
	struct lvs_conn *conn = add(f, 1, false);
	unsigned int budget = 10;

	(void)state;
	lvs_conn_set_timer(&f->table, conn, 10, 5000, LVS_CLASS_CLOSING);
	lvs_conn_set_timer(&f->table, conn, 20, 30, LVS_CLASS_CLOSING);
	assert_null(lvs_wheel_due(&f->table.wheel, 49, &budget));
	assert_ptr_equal(lvs_wheel_due(&f->table.wheel, 50, &budget), conn);
	destroy(f);
}

static void memory_may_move(void **state)
{
	struct fixture *f = make(64);
	size_t bytes = (lvs_conn_table_bytes(64) + 63) / 64 * 64;
	struct lvs_conn *conn = add(f, 1, true);
	uint32_t id = lvs_conn_id(&f->table, conn);
	void *elsewhere = aligned_alloc(64, bytes);
	enum lvs_dir dir;

	(void)state;
	memcpy(elsewhere, f->memory, bytes);
	memset(f->memory, 0xaa, bytes);
	f->table.buckets = (void *)((char *)elsewhere + ((char *)f->table.buckets - (char *)f->memory));
	f->table.records = elsewhere;
	assert_int_equal(lvs_conn_id(&f->table, find(f, request_of(&f->table.records[id]), &dir)), id);
	free(elsewhere);
	destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_find_one_record),
		cmocka_unit_test(every_part_of_the_tuple_counts),
		cmocka_unit_test(every_part_of_the_tuple_is_hashed),
		cmocka_unit_test(what_exists_is_not_published_twice),
		cmocka_unit_test(a_released_record_is_found_no_more_and_used_again),
		cmocka_unit_test(a_pool_can_be_filled_to_the_last_record),
		cmocka_unit_test(an_index_without_room_loses_nobody),
		cmocka_unit_test(a_random_crowd_stays_findable),
		cmocka_unit_test(victims_come_by_class_and_then_by_idleness),
		cmocka_unit_test(a_shorter_timeout_takes_effect_at_once),
		cmocka_unit_test(memory_may_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
