// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of kinds, and what every checker says in the end. */
#include "check/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

const struct lvs_check_ops *const lvs_checks[LVS_CHECK_INDEX_COUNT] = {
#define CHECK(name) [LVS_CHECK_INDEX_##name] = &lvs_check_##name,
#include "check/check.def"
#undef CHECK
};

int lvs_check_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(lvs_checks); i++)
		if (!strcmp(lvs_checks[i]->name, name))
			return (int)i;
	return -ENOENT;
}

const char *lvs_check_param_find(const struct lvs_check_param *params, size_t nparams, const char *name)
{
	for (size_t i = 0; i < nparams; i++)
		if (!strcmp(params[i].name, name))
			return params[i].value;
	return NULL;
}

__attribute__((format(printf, 3, 0)))
static void say(struct lvs_check *check, enum lvs_outcome outcome, const char *format, va_list args)
{
	struct lvs_check_result result = { .outcome = outcome };

	(void)vsnprintf(result.reason, sizeof(result.reason), format, args);
	lvs_check_done(check, &result);
}

void lvs_check_passed(struct lvs_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(check, LVS_OUTCOME_PASSED, format, args);
	va_end(args);
}

void lvs_check_failed(struct lvs_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(check, LVS_OUTCOME_FAILED, format, args);
	va_end(args);
}

void lvs_check_broken(struct lvs_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(check, LVS_OUTCOME_BROKEN, format, args);
	va_end(args);
}
