/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packets somebody wants to see, as text. */
#ifndef LVS_CONTROL_TRACE_FILTER_H
#define LVS_CONTROL_TRACE_FILTER_H

#include "control/problem.h"

struct lvs_trace_filter;

#define LVS_TRACE_DETAIL_BYTES 160

/**
 * lvs_trace_filter_set() - one more condition
 * @key:	"protocol", "family", "client", "virtual", "server", "verdict" or "reason"
 * @value:	what stands in the query
 * @filter:	zeros at first; changed on success
 * @detail:	for what @ret_problem points to
 *
 * Return: 1; 0 if @key is none of these; -EINVAL, and @ret_problem says what is wrong
 */
int lvs_trace_filter_set(struct lvs_trace_filter *filter, const char *key, const char *value,
			 char detail[LVS_TRACE_DETAIL_BYTES], struct lvs_problem *ret_problem);

#endif
