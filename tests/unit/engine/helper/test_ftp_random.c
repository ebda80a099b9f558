// SPDX-License-Identifier: GPL-2.0-or-later
/* What an FTP client hears does not depend on how it was cut into segments: random replies, random cuts. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/ftp_talk.h"

#define RUNS 1500

static const char *const words[] = {
	"227 Entering Passive Mode (10,0,0,1,195,80).\r\n", "227 (10,0,0,1,195,81)\r\n", "227 10,0,0,1,5,5\n",
	"229 Entering Extended Passive Mode (|||50000|)\r\n", "227 (10,0,0,1,1,1)\r\n", "227 (10,0,0,1,256,1)\r\n", "227 ",
	"227", "22", "2", "229 (|||", "(10,0,0,1,195,80)", "\r\n", "\n", "\r", "200 ok\r\n", "234 go\r\n", "234 ", "211-many\r\n",
	"................................................................................................................", "x",
	"227 (10,0,0,1,195,80) ........................................................................\r\n",
	"227 (10,0,0,1,195,80) .........................................................................\r\n",
	"227 (10,0,0,1,195,80) ..........................................................................\r\r\n",
};

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((*seed >> 33) % below);
}

static void test_random(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int n = 0; n < RUNS; n++) {
		uint8_t cuts[200], text[FTP_TALK_MAX];
		size_t len = 0, ncuts = draw(&seed, sizeof(cuts)), nwords = 1 + draw(&seed, 30);
		uint8_t lengths = (uint8_t)(draw(&seed, 2) ? 0x3f : 0x07);
		const char *wrong;

		for (size_t i = 0; i < ncuts; i++)
			cuts[i] = (uint8_t)(draw(&seed, 256) & (0xc0U | lengths));
		for (size_t i = 0; i < nwords; i++) {
			const char *word = words[draw(&seed, sizeof(words) / sizeof(*words))];

			if (len + strlen(word) > sizeof(text))
				break;
			memcpy(text + len, word, strlen(word));
			len += strlen(word);
		}
		wrong = ftp_talk(draw(&seed, 64), cuts, ncuts, text, len);
		if (wrong)
			fail_msg("run %u: %s:\n%.*s", n, wrong, (int)len, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
