// SPDX-License-Identifier: GPL-2.0-or-later
/* The loops over words and bytes; callers with a fixed number of words use the steps in the header, unrolled. */
#include "base/hash.h"

uint64_t lvs_hash_words(const struct lvs_hash_key *key, const uint64_t *words, size_t nwords)
{
	struct lvs_hash_state s = lvs_hash_begin(key);

	for (size_t i = 0; i < nwords; i++)
		lvs_hash_word(&s, words[i]);
	return lvs_hash_end(&s, nwords);
}

uint64_t lvs_hash_bytes(const struct lvs_hash_key *key, const void *bytes, size_t len)
{
	struct lvs_hash_state s = lvs_hash_begin(key);
	const uint8_t *at = bytes;
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++) {
		word |= (uint64_t)at[i] << i % 8 * 8;
		if (i % 8 == 7) {
			lvs_hash_word(&s, word);
			word = 0;
		}
	}
	return lvs_hash_finish(&s, (uint64_t)len << 56 | word);
}
