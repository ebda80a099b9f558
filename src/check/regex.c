// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCRE2 with a limit of steps: expressions may take time that grows with the power of what they search, and what they search
 * comes from a server that may be anybody's. Without the library none compiles.
 */
#include "check/regex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Some milliseconds. */
#define MATCH_MAX 200000
#define HEAP_KIB_MAX 4096

struct lvs_regex {
	pcre2_code *code;
};

int lvs_regex_new(const char *text, struct lvs_regex **ret_regex, char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct lvs_regex *regex = malloc(sizeof(*regex));
	PCRE2_SIZE offset;
	int error;

	if (!regex) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	regex->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
	if (!regex->code) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES,
			       "the regular expression does not compile, from character %zu on", offset);
		free(regex);
		return -EINVAL;
	}
	*ret_regex = regex;
	return 0;
}

void lvs_regex_free(struct lvs_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

enum lvs_regex_found lvs_regex_search(const struct lvs_regex *regex, const char *bytes, size_t len)
{
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	int found = PCRE2_ERROR_NOMEMORY;

	if (match && context) {
		(void)pcre2_set_match_limit(context, MATCH_MAX);
		(void)pcre2_set_heap_limit(context, HEAP_KIB_MAX);
		found = pcre2_match(regex->code, (PCRE2_SPTR)bytes, len, 0, 0, match, context);
	}
	pcre2_match_data_free(match);
	pcre2_match_context_free(context);
	return found >= 0 ? LVS_REGEX_FOUND : found == PCRE2_ERROR_NOMATCH ? LVS_REGEX_NOT_FOUND :
	       found == PCRE2_ERROR_NOMEMORY ? LVS_REGEX_NO_MEMORY : LVS_REGEX_TOO_LONG;
}
#else
int lvs_regex_new(const char *text, struct lvs_regex **ret_regex, char message[LVS_CHECK_MESSAGE_BYTES])
{
	(void)text;
	(void)ret_regex;
	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "built without PCRE2");
	return -EINVAL;
}

void lvs_regex_free(struct lvs_regex *regex)
{
	(void)regex;
}

enum lvs_regex_found lvs_regex_search(const struct lvs_regex *regex, const char *bytes, size_t len)
{
	(void)regex;
	(void)bytes;
	(void)len;
	return LVS_REGEX_NOT_FOUND;
}
#endif
