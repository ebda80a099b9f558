// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "base/hash.h"

/*
 * SipHash-1-3 of 00 01 .. (n-1) under the key 00 01 .. 0f, from an independent byte-wise implementation (CPython's
 * Python/pyhash.c uses the same variant): n = 0, 8, 16, 40.
 */
static uint64_t plain_siphash13(const uint8_t *in, size_t len, const uint8_t key[16]);

static uint64_t load_le(const uint8_t *p)
{
	uint64_t x = 0;

	for (int i = 7; i >= 0; i--)
		x = x << 8 | p[i];
	return x;
}

#define ROTL(x, b) (uint64_t)(((x) << (b)) | ((x) >> (64 - (b))))

static void plain_round(uint64_t v[4])
{
	v[0] += v[1]; v[1] = ROTL(v[1], 13); v[1] ^= v[0]; v[0] = ROTL(v[0], 32);
	v[2] += v[3]; v[3] = ROTL(v[3], 16); v[3] ^= v[2];
	v[0] += v[3]; v[3] = ROTL(v[3], 21); v[3] ^= v[0];
	v[2] += v[1]; v[1] = ROTL(v[1], 17); v[1] ^= v[2]; v[2] = ROTL(v[2], 32);
}

static uint64_t plain_siphash13(const uint8_t *in, size_t len, const uint8_t key[16])
{
	uint64_t k0 = load_le(key), k1 = load_le(key + 8);
	uint64_t v[4] = { 0x736f6d6570736575ULL ^ k0, 0x646f72616e646f6dULL ^ k1, 0x6c7967656e657261ULL ^ k0,
			  0x7465646279746573ULL ^ k1 };
	uint8_t last[8] = { 0 };
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		uint64_t m = load_le(in + i);

		v[3] ^= m;
		plain_round(v);
		v[0] ^= m;
	}
	memcpy(last, in + i, len - i);
	last[7] = (uint8_t)len;
	v[3] ^= load_le(last);
	plain_round(v);
	v[0] ^= load_le(last);
	v[2] ^= 0xff;
	plain_round(v);
	plain_round(v);
	plain_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void equals_the_bytewise_definition(void **state)
{
	uint8_t key[16], in[64];
	struct lvs_hash_key k;

	(void)state;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	k = (struct lvs_hash_key){ load_le(key), load_le(key + 8) };
	for (size_t n = 0; n <= 8; n++) {
		uint64_t words[8];

		for (size_t i = 0; i < n; i++)
			words[i] = load_le(in + 8 * i);
		assert_true(lvs_hash_words(&k, words, n) == plain_siphash13(in, n * 8, key));
	}
	for (size_t len = 0; len <= sizeof(in); len++)
		assert_true(lvs_hash_bytes(&k, in, len) == plain_siphash13(in, len, key));
}

/* The byte on top counts modulo 256. */
static void more_bytes_than_the_length_byte_counts(void **state)
{
	uint8_t key[16] = { 1 }, in[600];
	const struct lvs_hash_key k = { 1, 0 };

	(void)state;
	memset(in, 0xa5, sizeof(in));
	for (size_t len = 250; len <= sizeof(in); len++)
		assert_true(lvs_hash_bytes(&k, in, len) == plain_siphash13(in, len, key));
}

static void other_keys_give_other_hashes(void **state)
{
	const uint64_t words[2] = { 1, 2 };
	const struct lvs_hash_key a = { 1, 2 }, b = { 1, 3 }, c = { 0, 2 };

	(void)state;
	assert_true(lvs_hash_words(&a, words, 2) != lvs_hash_words(&b, words, 2));
	assert_true(lvs_hash_words(&a, words, 2) != lvs_hash_words(&c, words, 2));
	assert_true(lvs_hash_words(&a, words, 1) != lvs_hash_words(&a, words, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_bytewise_definition),
		cmocka_unit_test(more_bytes_than_the_length_byte_counts),
		cmocka_unit_test(other_keys_give_other_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
