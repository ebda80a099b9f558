// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages are kept, not printed: -R has to know first what becomes of its other lines. */
#include "lvsadm/fault.h"

#include <stdarg.h>
#include <stdio.h>

static bool fill(struct lvsadm_fault *fault, int status, bool ends, const char *text, va_list args)
	__attribute__((format(printf, 4, 0)));

static bool fill(struct lvsadm_fault *fault, int status, bool ends, const char *text, va_list args)
{
	fault->status = status;
	fault->ends = ends;
	(void)vsnprintf(fault->text, sizeof(fault->text), text, args);
	return false;
}

bool lvsadm_fault(struct lvsadm_fault *fault, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	(void)fill(fault, LVSADM_EXIT_USAGE, true, text, args);
	va_end(args);
	return false;
}

bool lvsadm_fault_status(struct lvsadm_fault *fault, int status, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	(void)fill(fault, status, false, text, args);
	va_end(args);
	return false;
}

bool lvsadm_fault_try(struct lvsadm_fault *fault, const char *name)
{
	(void)lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "Try `%s -h' or '%s --help' for more information.", name, name);
	fault->ends = true;
	return false;
}
