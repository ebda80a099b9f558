// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "base/csum.h"

/* RFC 1071 section 4.1, the plainest form: 16-bit words in host order, odd byte padded with zero. */
static uint16_t plain_sum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void sums_equal_the_plain_loop_at_every_length_and_alignment(void **state)
{
	uint8_t data[80];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 167 + 13);
	for (size_t off = 0; off < 8; off++)
		for (size_t len = 0; len + off <= sizeof(data); len++)
			assert_int_equal(lvs_csum_fold(lvs_csum_add(0, data + off, len)),
					 (LVS_FORCE uint16_t)LVS_BE16(plain_sum(data + off, len)));
}

static void carries_out_of_64_bits_are_kept(void **state)
{
	uint8_t ones[64];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(lvs_csum_fold(lvs_csum_add(0, ones, sizeof(ones))), 0xffff);
}

/* Every pair of old and new word: the update equals a sum made anew. */
static void update_equals_recomputation_for_all_words(void **state)
{
	const uint16_t rest = 0x1234;

	(void)state;
	for (uint32_t from = 0; from <= 0xffff; from += 0x0101) {
		for (uint32_t to = 0; to <= 0xffff; to++) {
			uint16_t before = (uint16_t)~lvs_csum_fold((uint64_t)rest + from);
			uint16_t after = (uint16_t)~lvs_csum_fold((uint64_t)rest + to);
			uint16_t delta = lvs_csum_delta(from, to);

			assert_int_equal((LVS_FORCE uint16_t)lvs_csum_update((LVS_FORCE lvs_be16)before, delta), after);
		}
	}
}

static void delta_and_its_reverse_cancel(void **state)
{
	(void)state;
	for (uint32_t from = 1; from <= 0xffff; from += 257)
		for (uint32_t to = 1; to <= 0xffff; to += 101) {
			lvs_be16 csum = (LVS_FORCE lvs_be16)0xbeef;

			csum = lvs_csum_update(csum, lvs_csum_delta(from, to));
			csum = lvs_csum_update(csum, lvs_csum_delta(to, from));
			assert_int_equal((LVS_FORCE uint16_t)csum, 0xbeef);
		}
}

static void pseudo_header_is_the_header_s_bytes(void **state)
{
	struct lvs_addr src4 = test_addr("192.0.2.1"), dst4 = test_addr("198.51.100.7");
	struct lvs_addr src6 = test_addr("2001:db8::1"), dst6 = test_addr("2001:db8:ffff::7:8");
	const uint8_t flat4[] = { 192, 0, 2, 1, 198, 51, 100, 7, 0, 17, 0x12, 0x35 };
	uint8_t flat6[40] = { 0 };

	(void)state;
	assert_int_equal(lvs_csum_fold(lvs_csum_pseudo(&src4, &dst4, 17, 0x1235)),
			 (LVS_FORCE uint16_t)LVS_BE16(plain_sum(flat4, sizeof(flat4))));
	memcpy(flat6, src6.bytes, 16);
	memcpy(flat6 + 16, dst6.bytes, 16);
	flat6[33] = 1;	/* length 0x00010203 */
	flat6[34] = 2;
	flat6[35] = 3;
	flat6[39] = 6;
	assert_int_equal(lvs_csum_fold(lvs_csum_pseudo(&src6, &dst6, 6, 0x010203)),
			 (LVS_FORCE uint16_t)LVS_BE16(plain_sum(flat6, sizeof(flat6))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_equal_the_plain_loop_at_every_length_and_alignment),
		cmocka_unit_test(carries_out_of_64_bits_are_kept),
		cmocka_unit_test(update_equals_recomputation_for_all_words),
		cmocka_unit_test(delta_and_its_reverse_cancel),
		cmocka_unit_test(pseudo_header_is_the_header_s_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
