// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/cookie.h"

#define NOW (LVS_SECONDS(1000000) + 7)	/* 40 seconds into a minute */
#define LEFT LVS_SECONDS(20)

static const struct lvs_hash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };

static struct lvs_tuple tuple_of(const char *src, const char *dst)
{
	return (struct lvs_tuple){ .src = test_addr(src), .dst = test_addr(dst), .sport = LVS_BE16(40000),
				   .dport = LVS_BE16(80), .proto = 6 };
}

static struct lvs_tuple tuples[2];

static int name_ends(void **state)
{
	(void)state;
	tuples[0] = tuple_of("198.51.100.7", "192.0.2.10");
	tuples[1] = tuple_of("2001:db8:1::7", "2001:db8::10");
	return 0;
}

/* A SYN's offer, what went out, and the answer that a good client gives. */
struct exchange {
	struct lvs_tuple tuple;
	struct lvs_cookie offer;
	uint32_t cookie, value;
	struct lvs_tcp_options options;
};

static const struct lvs_cookie rich = { .client = 0xfffffffe, .mss = 1460, .scale = 7, .sack = true, .ecn = true,
					.timestamps = true };
static const struct lvs_cookie plain = { .client = 5, .mss = 1460, .scale = LVS_TCP_NO_SCALE };

static struct exchange exchange(const struct lvs_tuple *tuple, struct lvs_cookie offer, lvs_ns now)
{
	struct exchange x = { .tuple = *tuple, .offer = offer, .options.scale = LVS_TCP_NO_SCALE };

	x.cookie = lvs_cookie_make(&key, tuple, &x.offer, now, &x.value);
	x.options.timestamps = offer.timestamps;
	x.options.value = 4711;
	x.options.echo = offer.timestamps ? x.value : 0;
	return x;
}

static bool accepted(const struct exchange *x, lvs_ns now)
{
	struct lvs_cookie seen;

	return lvs_cookie_read(&key, &x->tuple, x->offer.client + 1, x->cookie + 1, &x->options, now, &seen);
}

static void remembers(const struct exchange *x)
{
	struct lvs_cookie seen;

	/* The octet behind the SYN, and a probe of the closed window, which repeats the one before. */
	for (uint32_t probe = 0; probe < 2; probe++) {
		assert_true(lvs_cookie_read(&key, &x->tuple, x->offer.client + 1 - probe, x->cookie + 1, &x->options, NOW,
					    &seen));
		assert_int_equal(seen.client, x->offer.client);
		assert_int_equal(seen.mss, x->offer.mss);
		assert_int_equal(seen.timestamps, x->offer.timestamps);
		assert_int_equal(seen.scale, x->offer.scale);
		assert_int_equal(seen.sack, x->offer.sack);
		assert_int_equal(seen.ecn, x->offer.ecn);
	}
}

static void everything_is_remembered(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * 16 * 8; i++) {
		/* Of scales that are not sent in a timestamp, some are taken for smaller ones. */
		static const uint8_t rounded[] = { 0, 0, 2, 2, 4, 4, 6, 7, 8, 8, 10, 10, 10, 10, 10, LVS_TCP_NO_SCALE };
		struct lvs_cookie offer = { .client = i * 0x9e3779b1u, .mss = 1460, .scale = i & 15,
					    .sack = i & 16, .ecn = i & 32, .timestamps = i & 64 };
		struct exchange x = exchange(&tuples[i >> 7], offer, NOW);

		assert_int_equal(x.offer.scale, offer.timestamps ? offer.scale : rounded[offer.scale]);
		assert_int_equal(x.offer.sack, offer.sack);
		assert_int_equal(x.offer.ecn, offer.ecn && offer.timestamps);
		remembers(&x);
	}
}

static const struct size_row {
	uint16_t asked, remembered[2];
} sizes[] = {
	{ 0, { 216, 216 } },	 { 88, { 216, 216 } },	   { 536, { 536, 216 } },   { 1199, { 536, 216 } },
	{ 1220, { 1200, 1220 } }, { 1359, { 1200, 1340 } }, { 1440, { 1440, 1440 } }, { 1459, { 1440, 1440 } },
	{ 1460, { 1460, 1440 } }, { 8940, { 1460, 8940 } }, { 8960, { 8960, 8940 } }, { 65535, { 8960, 8940 } },
};

static void sizes_are_rounded_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t family = 0; family < 2; family++) {
			struct lvs_cookie offer = rich;
			struct exchange x;

			offer.mss = sizes[i].asked;
			x = exchange(&tuples[family], offer, NOW);
			assert_int_equal(x.offer.mss, sizes[i].remembered[family]);
			remembers(&x);
		}
	}
}

static void cookies_age(void **state)
{
	struct exchange x = exchange(&tuples[0], rich, NOW);

	(void)state;
	assert_true(accepted(&x, NOW + LEFT - 8));
	assert_true(accepted(&x, NOW + LEFT));
	assert_true(accepted(&x, NOW + LEFT + LVS_COOKIE_PERIOD - 8));
	assert_false(accepted(&x, NOW + LEFT + LVS_COOKIE_PERIOD));
	assert_false(accepted(&x, NOW + LVS_COOKIE_LIFETIME));
	assert_false(accepted(&x, NOW + LVS_SECONDS(86400)));
	assert_false(accepted(&x, NOW - LVS_COOKIE_PERIOD));	/* nor does one come from the future */
	/* The oldest that there can be. */
	x = exchange(&tuples[0], rich, NOW + LEFT - 7);
	assert_true(accepted(&x, NOW + LEFT - 7 + LVS_COOKIE_LIFETIME - 1));
	assert_false(accepted(&x, NOW + LEFT - 7 + LVS_COOKIE_LIFETIME));
}

static void nobody_else_can_use_it(void **state)
{
	static const struct lvs_hash_key other_key = { 0x0706050403020100, 0x0f0e0d0c0b0a0909 };

	(void)state;
	for (size_t family = 0; family < 2; family++) {
		const struct exchange x = exchange(&tuples[family], rich, NOW);
		struct lvs_cookie seen;
		struct exchange y;

		for (size_t byte = 0; byte < 2 * sizeof(struct lvs_addr); byte++) {
			y = x;
			(byte < sizeof(struct lvs_addr) ? &y.tuple.src : &y.tuple.dst)->bytes[byte % sizeof(struct lvs_addr)] ^= 1;
			assert_false(accepted(&y, NOW));
		}
		y = x;
		y.tuple.sport ^= LVS_BE16(1);
		assert_false(accepted(&y, NOW));
		y = x;
		y.tuple.dport ^= LVS_BE16(1);
		assert_false(accepted(&y, NOW));
		y.tuple = lvs_tuple_reverse(&x.tuple);
		assert_false(accepted(&y, NOW));
		assert_false(lvs_cookie_read(&other_key, &x.tuple, x.offer.client + 1, x.cookie + 1, &x.options, NOW, &seen));
		for (uint32_t off = 2; off < 1000; off++)
			assert_false(lvs_cookie_read(&key, &x.tuple, x.offer.client + off, x.cookie + 1, &x.options, NOW, &seen));
	}
}

static void every_bit_counts(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 32; bit++) {
		struct exchange x = exchange(&tuples[0], rich, NOW);

		x.cookie ^= 1u << bit;
		assert_false(accepted(&x, NOW));
		x = exchange(&tuples[1], plain, NOW);
		x.cookie ^= 1u << bit;
		assert_false(accepted(&x, NOW));
		x = exchange(&tuples[1], rich, NOW);
		x.options.echo ^= 1u << bit;
		assert_int_equal(accepted(&x, NOW), bit >= 6);	/* those above are a clock */
	}
}

static void timestamps_cannot_come_or_go(void **state)
{
	struct exchange x = exchange(&tuples[0], rich, NOW);

	(void)state;
	x.options.timestamps = false;
	assert_false(accepted(&x, NOW));
	x = exchange(&tuples[0], plain, NOW);
	x.options.timestamps = true;
	for (uint32_t echo = 0; echo < 64; echo++) {
		x.options.echo = echo;
		assert_false(accepted(&x, NOW));
	}
}

static void clock_runs_and_starts_anywhere(void **state)
{
	struct exchange first = exchange(&tuples[0], rich, NOW), later = exchange(&tuples[0], rich, NOW + LVS_SECONDS(10));
	struct exchange other = exchange(&tuples[1], rich, NOW);

	(void)state;
	assert_in_range(later.value - first.value, 10000 - 64, 10000 + 64);
	assert_true(other.value - first.value > 64 && first.value - other.value > 64);
}

/* One in 2^27 is right by chance, one in 2^23 without timestamps: of a million none is, with this key. */
static void guesses_are_wrong(void **state)
{
	struct exchange x = exchange(&tuples[0], rich, NOW), y = exchange(&tuples[1], plain, NOW);
	uint32_t right = x.cookie, right_too = y.cookie, hits = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000000; i++) {
		x.cookie = y.cookie = i * 0x9e3779b1u;
		hits += x.cookie != right && accepted(&x, NOW);
		hits += y.cookie != right_too && accepted(&y, NOW);
	}
	assert_int_equal(hits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_remembered),
		cmocka_unit_test(sizes_are_rounded_down),
		cmocka_unit_test(cookies_age),
		cmocka_unit_test(nobody_else_can_use_it),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(timestamps_cannot_come_or_go),
		cmocka_unit_test(clock_runs_and_starts_anywhere),
		cmocka_unit_test(guesses_are_wrong),
	};

	return cmocka_run_group_tests(tests, name_ends, NULL);
}
