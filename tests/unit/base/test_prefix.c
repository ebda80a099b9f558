// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "base/prefix.h"

/* Bit by bit, as the words say. */
static bool begins_alike(const struct lvs_addr *a, const struct lvs_addr *b, unsigned int bits)
{
	for (unsigned int bit = 0; bit < bits; bit++)
		if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static void a_prefix_has_what_begins_alike(void **state)
{
	const struct lvs_addr base = test_addr("2001:db8:aaaa:5555:ff00:ff:1234:8001");

	(void)state;
	for (unsigned int bits = 0; bits <= LVS_PREFIX_HOST; bits++) {
		const struct lvs_addr mask = lvs_prefix_mask((uint8_t)bits);
		const struct lvs_prefix prefix = { .addr = lvs_addr_masked(&base, &mask), .bits = (uint8_t)bits };
		const struct lvs_addr last = lvs_prefix_last(&prefix);

		assert_true(lvs_prefix_has(&prefix, &base));
		assert_true(lvs_prefix_has(&prefix, &last));
		for (unsigned int bit = 0; bit < LVS_PREFIX_HOST; bit++) {
			struct lvs_addr other = base;

			other.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(lvs_prefix_has(&prefix, &other), begins_alike(&base, &other, bits));
			assert_int_equal(last.bytes[bit / 8] >> (7 - bit % 8) & 1,
					 bit < bits ? base.bytes[bit / 8] >> (7 - bit % 8) & 1 : 1);
			assert_int_equal(prefix.addr.bytes[bit / 8] >> (7 - bit % 8) & 1,
					 bit < bits ? base.bytes[bit / 8] >> (7 - bit % 8) & 1 : 0);
		}
	}
}

static void an_ipv4_prefix_is_one_of_the_long_form(void **state)
{
	const struct lvs_prefix net = { .addr = test_addr("192.0.2.16"), .bits = LVS_PREFIX_IP4 + 28 };
	const struct lvs_addr first = test_addr("192.0.2.16"), last = test_addr("192.0.2.31");
	const struct lvs_addr below = test_addr("192.0.2.15"), above = test_addr("192.0.2.32");
	const struct lvs_addr highest = lvs_prefix_last(&net);

	(void)state;
	assert_true(lvs_prefix_has(&net, &first) && lvs_prefix_has(&net, &last));
	assert_false(lvs_prefix_has(&net, &below) || lvs_prefix_has(&net, &above));
	assert_true(lvs_addr_equal(&highest, &last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_has_what_begins_alike),
		cmocka_unit_test(an_ipv4_prefix_is_one_of_the_long_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
