// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop over words; callers with a fixed number of words use the steps in the header, unrolled. */
#include "base/hash.h"

uint64_t lvs_hash_words(const struct lvs_hash_key *key, const uint64_t *words, size_t nwords)
{
	struct lvs_hash_state s = lvs_hash_begin(key);

	for (size_t i = 0; i < nwords; i++)
		lvs_hash_word(&s, words[i]);
	return lvs_hash_end(&s, nwords);
}
