/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvs.conf cut into tokens, the way libconfig cuts it, but strictly: what it would guess about is an error. */
#ifndef LVS_CONF_TOKEN_H
#define LVS_CONF_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/errors.h"

/* Punctuation is its own character. */
enum lvs_conf_token_kind {
	LVS_CONF_TOKEN_END = 256,
	LVS_CONF_TOKEN_NAME,
	LVS_CONF_TOKEN_NUMBER,
	LVS_CONF_TOKEN_FLOAT,
	LVS_CONF_TOKEN_MALFORMED,	/* begins like a number and is none; not reported */
	LVS_CONF_TOKEN_BOOL,
	LVS_CONF_TOKEN_STRING,
	LVS_CONF_TOKEN_FATAL,		/* reported; there is nothing to go on with */
};

struct lvs_conf_token {
	int kind;
	struct lvs_conf_where where;
	uint32_t len;
};

/**
 * struct lvs_conf_lexer - where in the text we are
 * @text:	@len bytes without a NUL, neither inside nor behind
 */
struct lvs_conf_lexer {
	const char *text;
	uint32_t len;
	uint32_t at;
	uint32_t line;
	struct lvs_conf_errors *errors;
};

/**
 * lvs_conf_lexer_next() - the next token
 *
 * Strings with escapes that mean nothing are reported and returned all the same.
 */
struct lvs_conf_token lvs_conf_lexer_next(struct lvs_conf_lexer *lexer);

/* Extends a name or malformed number to all that was probably meant as one value, e.g. www.example.com:80. */
void lvs_conf_lexer_extend(struct lvs_conf_lexer *lexer, struct lvs_conf_token *token);

/**
 * lvs_conf_token_number() - the value of a NUMBER
 * @text:	the token's own @len bytes
 * @ret_long:	whether it ends in L
 *
 * Return: the value; INT64_MAX or INT64_MIN when it does not fit
 */
int64_t lvs_conf_token_number(const char *text, uint32_t len, bool *ret_long);

/* Return: how many of the @len bytes at @text are decimal digits, before the first that is none */
uint32_t lvs_conf_token_digits(const char *text, uint32_t len);

#endif
