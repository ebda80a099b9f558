/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server says of itself, in the words of HAProxy's agent checks. */
#ifndef LVS_CHECK_WORDS_H
#define LVS_CHECK_WORDS_H

#include "check/check.h"

/**
 * lvs_words_read() - one line of words, to what they come to
 * @text:	without its end
 *
 * Words stand between blanks, tabs and commas: "up", "down", "failed" and "stopped" with "#" and a reason behind them;
 * "ready", "drain" and "maint"; "N%" of the weight, or N as the weight; "maxconn:N" is skipped. Capitals do not matter.
 *
 * Return: are they such words, at least one? Else @ret_result has the reason and is BROKEN
 */
bool lvs_words_read(const char *text, struct lvs_check_result *ret_result);

#endif
