/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSCTL_IMPORT_REGEX_H
#define LVS_LVSCTL_IMPORT_REGEX_H

#include <stdbool.h>
#include <stddef.h>

/**
 * lvs_import_regex_literal() - the longest text that is in whatever a regular expression matches
 * @regex:	of Perl, or extended
 * @ret_text:	empty if there is none that is sure
 * @size:	of @ret_text; a longer text is cut off, which leaves it sure
 *
 * Return: whether it is the whole of the expression, which then matches whatever has the text
 */
bool lvs_import_regex_literal(const char *regex, char *ret_text, size_t size);

#endif
