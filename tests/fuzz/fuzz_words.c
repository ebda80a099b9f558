// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What agents, files and the operator write: words, bytes in hexadecimal, and command lines. Input: any bytes, read as each of
 * them. Words come to a verdict with a reason that ends; what is no word never is "up".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/hex.h"
#include "check/words.h"
#include "sys/command.h"
#include "tests/fuzz/fuzz.h"

static void read_words(const char *text)
{
	struct lvs_check_result result;
	bool good = lvs_words_read(text, &result);

	CHECK(strnlen(result.reason, sizeof(result.reason)) < sizeof(result.reason) && *result.reason);
	CHECK(good == (result.outcome != LVS_OUTCOME_BROKEN));
	if (!good)
		CHECK(result.answer.weight == LVS_CHECK_WEIGHT_UNSAID && result.answer.wish == LVS_CHECK_WISH_UNSAID);
	CHECK(result.answer.value >= 0 && result.answer.value <= 65535);
}

static void read_hex(const char *text)
{
	struct lvs_hex hex;
	int err = lvs_hex_parse(text, &hex);

	CHECK(!err || err == -EINVAL || err == -E2BIG);
	if (err)
		return;
	CHECK(hex.len <= LVS_HEX_MAX && lvs_hex_begins(&hex, hex.bytes, hex.len));
	CHECK(!hex.len || !lvs_hex_begins(&hex, hex.bytes, hex.len - 1));
}

static void read_command(char *text)
{
	const char *words[LVS_COMMAND_WORDS_MAX + 1], *end = text + strlen(text);
	int err = lvs_command_split(text, words);

	CHECK(!err || err == -EINVAL || err == -E2BIG);
	for (size_t i = 0; !err && words[i]; i++)
		CHECK(i < LVS_COMMAND_WORDS_MAX && words[i] >= text && words[i] + strlen(words[i]) <= end);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	char *text = malloc(size + 1);

	CHECK(text);
	memcpy(text, input, size);
	text[size] = '\0';
	read_words(text);
	read_hex(text);
	read_command(text);
	free(text);
	return 0;
}
