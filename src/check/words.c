// SPDX-License-Identifier: GPL-2.0-or-later
/* Later words go before earlier ones, as with HAProxy; what is not one of them makes the whole worthless. */
#include "check/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

#define SEPARATORS " \t,\r\n"
#define WEIGHT_MAX 65535
#define PERCENT_MAX 25600	/* HAProxy: 256 times */

static const struct word {
	const char *name;
	bool down;
	enum lvs_check_wish wish;
} words[] = {
	{ "up", false, LVS_CHECK_WISH_UNSAID },	     { "down", true, LVS_CHECK_WISH_UNSAID },
	{ "failed", true, LVS_CHECK_WISH_UNSAID },   { "fail", true, LVS_CHECK_WISH_UNSAID },
	{ "stopped", true, LVS_CHECK_WISH_UNSAID },  { "ready", false, LVS_CHECK_WISH_READY },
	{ "drain", false, LVS_CHECK_WISH_DRAIN },    { "maint", false, LVS_CHECK_WISH_MAINTENANCE },
};

static bool read_weight(const char *word, size_t len, struct lvs_check_answer *answer)
{
	char *end;
	unsigned long value;

	if (!isdigit((unsigned char)*word))
		return false;
	value = strtoul(word, &end, 10);
	if (*end == '%' && end + 1 == word + len && value <= PERCENT_MAX) {
		answer->weight = LVS_CHECK_WEIGHT_PERCENT;
	} else if (end == word + len && value <= WEIGHT_MAX) {
		answer->weight = LVS_CHECK_WEIGHT_ABSOLUTE;
	} else {
		return false;
	}
	answer->value = (int32_t)value;
	return true;
}

static bool read_word(const char *text, size_t len, struct lvs_check_result *result)
{
	if (len > 8 && !strncasecmp(text, "maxconn:", 8))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strlen(words[i].name) != len || strncasecmp(words[i].name, text, len) != 0)
			continue;
		if (words[i].wish == LVS_CHECK_WISH_UNSAID)
			result->outcome = words[i].down ? LVS_OUTCOME_FAILED : LVS_OUTCOME_PASSED;
		else
			result->answer.wish = words[i].wish;
		return true;
	}
	return read_weight(text, len, &result->answer);
}

bool lvs_words_read(const char *text, struct lvs_check_result *ret_result)
{
	const char *at = text + strspn(text, SEPARATORS), *reason = strchr(text, '#');
	const char *end = reason ? reason : text + strlen(text);

	*ret_result = (struct lvs_check_result){ .outcome = LVS_OUTCOME_PASSED };
	if (at >= end) {
		ret_result->outcome = LVS_OUTCOME_BROKEN;
		(void)snprintf(ret_result->reason, sizeof(ret_result->reason), "said nothing");
		return false;
	}
	while (at < end) {
		size_t len = LVS_MIN(strcspn(at, SEPARATORS), (size_t)(end - at));

		if (!read_word(at, len, ret_result)) {
			*ret_result = (struct lvs_check_result){ .outcome = LVS_OUTCOME_BROKEN };
			(void)snprintf(ret_result->reason, sizeof(ret_result->reason), "cannot make sense of \"%.*s\"",
				       (int)LVS_MIN(len, (size_t)40), at);
			return false;
		}
		at += len;
		at += strspn(at, SEPARATORS);
	}
	at = text + strspn(text, SEPARATORS);
	(void)snprintf(ret_result->reason, sizeof(ret_result->reason), "said \"%.*s\"", (int)strcspn(at, "\r\n"), at);
	return true;
}
