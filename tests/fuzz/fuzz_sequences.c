// SPDX-License-Identifier: GPL-2.0-or-later
/* Sequences of operations, as the unit test has them, but decided by bytes: an engine and the plain director must agree. */
#include <stdlib.h>

#include "engine/engine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/play.h"

/* One engine for all inputs: each sequence ends with nothing left. */
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static struct play *play;

	if (!play) {
		play = calloc(1, sizeof(*play));
		CHECK(play);
		play_init(play);
	}
	play_bytes(play, input, size);
	return 0;
}
