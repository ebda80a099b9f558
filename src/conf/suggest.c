// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "Did you mean": the smallest number of insertions, deletions, replacements and swaps of neighbours that make one word
 * of another (optimal string alignment), letters alike in both cases. A third of the letters may be wrong; beyond that a
 * suggestion is more likely to mislead.
 */
#include "conf/suggest.h"

#include <ctype.h>
#include <string.h>

#include "base/bytes.h"

#define LEN_MAX 32	/* longer than any word of the configuration */

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int distance(const char *a, size_t alen, const char *b, size_t blen)
{
	/* Three rows of the usual matrix: a swap looks two rows back. */
	unsigned int rows[3][LEN_MAX + 1];

	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= alen; i++) {
		unsigned int *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= blen; j++) {
			unsigned int cost = up[j - 1] + !same(a[i - 1], b[j - 1]);

			cost = LVS_MIN(cost, up[j] + 1);
			cost = LVS_MIN(cost, row[j - 1] + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				cost = LVS_MIN(cost, up2[j - 2] + 1);
			row[j] = cost;
		}
	}
	return rows[alen % 3][blen];
}

void lvs_conf_suggest_init(struct lvs_conf_suggest *suggest, const char *wrong)
{
	size_t len = strlen(wrong);

	*suggest = (struct lvs_conf_suggest){ .wrong = wrong };
	suggest->distance = (unsigned int)LVS_MAX(len / 3, 1) + 1;
}

void lvs_conf_suggest_try(struct lvs_conf_suggest *suggest, const char *candidate)
{
	size_t alen = strlen(suggest->wrong), blen = strlen(candidate);
	unsigned int d;

	if (alen > LEN_MAX || blen > LEN_MAX)
		return;
	d = distance(suggest->wrong, alen, candidate, blen);
	/* Every letter replaced is another word, not a slip. */
	if (d < suggest->distance && d < blen) {
		suggest->distance = d;
		suggest->best = candidate;
	}
}
