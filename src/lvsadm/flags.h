/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flags of schedulers by name. */
#ifndef LVS_LVSADM_FLAGS_H
#define LVS_LVSADM_FLAGS_H

#include <stddef.h>

#include "lvsadm/fault.h"

#define LVSADM_FLAGS_BYTES 32	/* all flags of a scheduler, with their NUL */

/**
 * lvsadm_flags_parse() - read what -b says
 * @text:	names, separated by commas
 * @scheduler:	whose flags; "" is nobody's
 * @ret_flags:	LVSADM_FLAG_*
 *
 * Return: whether @scheduler has them; if not, @fault says which it has not
 */
bool lvsadm_flags_parse(const char *text, const char *scheduler, unsigned int *ret_flags, struct lvsadm_fault *fault);

/**
 * lvsadm_flags_text() - write flags
 * @text:	LVSADM_FLAGS_BYTES; empty for flags that @scheduler has no name for
 *
 * Return: @text
 */
const char *lvsadm_flags_text(unsigned int flags, const char *scheduler, char *text);

/**
 * lvsadm_flag_name() - what lvs.conf calls a flag
 * @flag:	one of LVSADM_FLAG_*
 */
const char *lvsadm_flag_name(unsigned int flag, const char *scheduler);

/* Return: LVSADM_FLAG_*, or 0 for a name that is none */
unsigned int lvsadm_flag_find(const char *name);

#endif
