/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A regular expression that what a server says is held against, at a bounded price. */
#ifndef LVS_CHECK_REGEX_H
#define LVS_CHECK_REGEX_H

#include <stddef.h>

#include "check/check.h"

struct lvs_regex;

/* TOO_LONG: more steps than an expression may take. NO_MEMORY: which says nothing of the bytes. */
enum lvs_regex_found { LVS_REGEX_FOUND, LVS_REGEX_NOT_FOUND, LVS_REGEX_TOO_LONG, LVS_REGEX_NO_MEMORY };

/**
 * lvs_regex_new() - compile @text
 * @message:	says why not
 *
 * Return: 0; -EINVAL: it does not compile, or this lvsd was built without PCRE2; -ENOMEM
 */
int lvs_regex_new(const char *text, struct lvs_regex **ret_regex, char message[LVS_CHECK_MESSAGE_BYTES]);

/* @regex: may be NULL */
void lvs_regex_free(struct lvs_regex *regex);

/* Is it anywhere in the bytes? */
enum lvs_regex_found lvs_regex_search(const struct lvs_regex *regex, const char *bytes, size_t len);

#endif
