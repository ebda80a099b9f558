// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hundred thousand random sequences of operations, each the same for ever: see tests/lib/play.h. The one that fails is
 * played alone with SEQUENCE set to its number.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/sched.h"
#include "tests/lib/invariants.h"
#include "tests/lib/play.h"

/* With sanitizers each takes ten times as long. */
#if defined(__SANITIZE_ADDRESS__)
#define SEQUENCES 10000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEQUENCES 10000
#endif
#endif
#ifndef SEQUENCES
#define SEQUENCES 100000
#endif
#define LOOK_EVERY 1000	/* sequences */

static void an_engine_does_what_plain_words_say(void **state)
{
	static const enum lvs_drop seen[] = { LVS_DROP_NO_CONN, LVS_DROP_NO_SERVER, LVS_DROP_NO_SERVICE, LVS_DROP_SERVER_GONE,
					      LVS_DROP_CONN_CLASH, LVS_DROP_DEFENCE, LVS_DROP_FRAG_FIRST_DROPPED };
	const char *only = getenv("SEQUENCE");
	static struct play play;

	(void)state;
	play_init(&play);
	if (only) {
		play_sequence(&play, strtoull(only, NULL, 10));
		play_fini(&play);
		return;
	}
	for (uint64_t seed = 0; seed < SEQUENCES; seed++) {
		play_sequence(&play, seed);
		if (seed % LOOK_EVERY == 0)
			invariants_hold(play.engine);
	}
	print_message("%llu packets, %llu connections\n", play.packets, (unsigned long long)play.plain.total.conns);
	/* Or it would prove little. */
	assert_true(play.plain.total.conns > 10 * SEQUENCES / 2 && play.packets > 50 * SEQUENCES);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		if (play.dropped[seen[i]] < SEQUENCES / 100)
			fail_msg("%s: only %llu times", lvs_drop_name(seen[i]), play.dropped[seen[i]]);
	play_fini(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_engine_does_what_plain_words_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
