// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tokens are those of libconfig's own scanner, minus what it lets pass and would surprise: numbers with a leading
 * zero (decimal there, octal elsewhere), digits followed by letters, escapes it does not know, and @include, since a
 * reload must see one text at one moment.
 */
#include "conf/token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static char peek(const struct lvs_conf_lexer *lexer, uint32_t ahead)
{
	/* No token holds a NUL. */
	return lexer->at + ahead < lexer->len ? lexer->text[lexer->at + ahead] : '\0';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct lvs_conf_where here(const struct lvs_conf_lexer *lexer)
{
	return (struct lvs_conf_where){ .line = lexer->line, .offset = lexer->at };
}

static void advance(struct lvs_conf_lexer *lexer)
{
	lexer->line += lexer->text[lexer->at] == '\n';
	lexer->at++;
}

static bool skip_comment(struct lvs_conf_lexer *lexer)
{
	struct lvs_conf_where start = here(lexer);

	lexer->at += 2;
	while (lexer->at < lexer->len) {
		if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
			lexer->at += 2;
			return true;
		}
		advance(lexer);
	}
	lvs_conf_errors_add(lexer->errors, LVS_CONF_ERROR, &start, "end it with */", "comment is never closed");
	return false;
}

/* Return: false when a comment has no end */
static bool skip_blanks(struct lvs_conf_lexer *lexer)
{
	for (;;) {
		char c = peek(lexer, 0);

		if (lexer->at < lexer->len && strchr(" \t\n\r\f", c)) {
			advance(lexer);
		} else if (c == '#' || (c == '/' && peek(lexer, 1) == '/')) {
			while (lexer->at < lexer->len && peek(lexer, 0) != '\n')
				lexer->at++;
		} else if (c == '/' && peek(lexer, 1) == '*') {
			if (!skip_comment(lexer))
				return false;
		} else {
			return true;
		}
	}
}

static void check_escape(struct lvs_conf_lexer *lexer)
{
	struct lvs_conf_where where = here(lexer);
	char c = peek(lexer, 1);

	if (c == 'x' && isxdigit((unsigned char)peek(lexer, 2)) && isxdigit((unsigned char)peek(lexer, 3))) {
		if (peek(lexer, 2) == '0' && peek(lexer, 3) == '0')
			lvs_conf_errors_add(lexer->errors, LVS_CONF_ERROR, &where, NULL, "string holds a NUL");
	} else if (c && !strchr("abfnrtv\\\"", c)) {
		lvs_conf_errors_add(lexer->errors, LVS_CONF_ERROR, &where, "a backslash itself is written \\\\",
				    "unknown escape in a string");
	}
}

static void string(struct lvs_conf_lexer *lexer, struct lvs_conf_token *token)
{
	lexer->at++;
	while (lexer->at < lexer->len) {
		char c = peek(lexer, 0);

		if (c == '"') {
			lexer->at++;
			token->kind = LVS_CONF_TOKEN_STRING;
			return;
		}
		if (c == '\\') {
			check_escape(lexer);
			lexer->at++;
			if (lexer->at == lexer->len)
				break;
		}
		advance(lexer);
	}
	lvs_conf_errors_add(lexer->errors, LVS_CONF_ERROR, &token->where, "a quote is missing",
			    "string is never closed");
	token->kind = LVS_CONF_TOKEN_FATAL;
}

uint32_t lvs_conf_token_digits(const char *text, uint32_t len)
{
	uint32_t n = 0;

	while (n < len && is_digit(text[n]))
		n++;
	return n;
}

static bool is_long_suffix(const char *text, uint32_t len)
{
	return (len == 1 && text[0] == 'L') || (len == 2 && text[0] == 'L' && text[1] == 'L');
}

static bool is_float(const char *text, uint32_t len)
{
	uint32_t i = len && strchr("+-", text[0]) ? 1 : 0;
	uint32_t whole, part = 0, power;

	whole = lvs_conf_token_digits(text + i, len - i);
	i += whole;
	if (i < len && text[i] == '.') {
		part = lvs_conf_token_digits(text + i + 1, len - i - 1);
		i += 1 + part;
	}
	if (!whole && !part)
		return false;
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		i++;
		if (i < len && strchr("+-", text[i]))
			i++;
		power = lvs_conf_token_digits(text + i, len - i);
		if (!power)
			return false;
		i += power;
	}
	return i == len;
}

static int classify(const char *text, uint32_t len)
{
	uint32_t sign = strchr("+-", text[0]) ? 1 : 0;
	uint32_t n = lvs_conf_token_digits(text + sign, len - sign);

	if (!sign && len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		n = 2;
		while (n < len && isxdigit((unsigned char)text[n]))
			n++;
		if (n > 2 && (n == len || is_long_suffix(text + n, len - n)))
			return LVS_CONF_TOKEN_NUMBER;
		return LVS_CONF_TOKEN_MALFORMED;
	}
	if (n && (sign + n == len || is_long_suffix(text + sign + n, len - sign - n))) {
		if (n > 1 && text[sign] == '0')
			return LVS_CONF_TOKEN_MALFORMED;
		return LVS_CONF_TOKEN_NUMBER;
	}
	return is_float(text, len) ? LVS_CONF_TOKEN_FLOAT : LVS_CONF_TOKEN_MALFORMED;
}

static void number(struct lvs_conf_lexer *lexer, struct lvs_conf_token *token)
{
	const char *text = lexer->text + lexer->at;
	uint32_t n = 1;

	for (;; n++) {
		char c = peek(lexer, n);
		bool exponent = (text[n - 1] == 'e' || text[n - 1] == 'E') && (c == '+' || c == '-');

		if (!is_alpha(c) && !is_digit(c) && c != '.' && c != '_' && !exponent)
			break;
	}
	lexer->at += n;
	token->kind = classify(text, n);
}

static void name(struct lvs_conf_lexer *lexer, struct lvs_conf_token *token)
{
	uint32_t n = 1;

	while (is_alpha(peek(lexer, n)) || is_digit(peek(lexer, n)) ||
	       (peek(lexer, n) && strchr("-_*", peek(lexer, n))))
		n++;
	token->kind = LVS_CONF_TOKEN_NAME;
	if ((n == 4 && !strncasecmp(lexer->text + lexer->at, "true", 4)) ||
	    (n == 5 && !strncasecmp(lexer->text + lexer->at, "false", 5)))
		token->kind = LVS_CONF_TOKEN_BOOL;
	lexer->at += n;
}

static void stranger(struct lvs_conf_lexer *lexer, struct lvs_conf_token *token)
{
	const char *text = lexer->text + lexer->at;
	uint32_t n = 1;

	token->kind = LVS_CONF_TOKEN_FATAL;
	if (lexer->len - lexer->at >= 8 && !strncmp(text, "@include", 8)) {
		lvs_conf_errors_add(lexer->errors, LVS_CONF_ERROR, &token->where,
				    "the configuration is one file, so that a reload sees all of it or nothing",
				    "@include is not supported");
		return;
	}
	/* One character, however many bytes: what follows a UTF-8 lead byte belongs to it. */
	while (n < 4 && ((unsigned char)text[0] & 0xc0) == 0xc0 && ((unsigned char)peek(lexer, n) & 0xc0) == 0x80)
		n++;
	lvs_conf_errors_add(lexer->errors, LVS_CONF_ERROR, &token->where,
			    n == 3 && !strncmp(text, "\xe2\x80", 2) ? "strings stand in plain quotes: \"" : NULL,
			    "unexpected character \"%.*s\"", (int)n, text);
}

struct lvs_conf_token lvs_conf_lexer_next(struct lvs_conf_lexer *lexer)
{
	struct lvs_conf_token token = { .kind = LVS_CONF_TOKEN_FATAL };
	char c;

	if (!skip_blanks(lexer))
		return token;
	token.where = here(lexer);
	c = peek(lexer, 0);
	if (lexer->at == lexer->len) {
		token.kind = LVS_CONF_TOKEN_END;
	} else if (strchr("=:;,{}[]()", c)) {
		token.kind = c;
		lexer->at++;
	} else if (c == '"') {
		string(lexer, &token);
	} else if (is_digit(c) || strchr("+-.", c)) {
		number(lexer, &token);
	} else if (is_alpha(c) || c == '*') {
		name(lexer, &token);
	} else {
		stranger(lexer, &token);
	}
	token.len = lexer->at - token.where.offset;
	return token;
}

void lvs_conf_lexer_extend(struct lvs_conf_lexer *lexer, struct lvs_conf_token *token)
{
	while (is_alpha(peek(lexer, 0)) || is_digit(peek(lexer, 0)) ||
	       (peek(lexer, 0) && strchr("._-:/%*", peek(lexer, 0))))
		lexer->at++;
	token->len = lexer->at - token->where.offset;
}

int64_t lvs_conf_token_number(const char *text, uint32_t len, bool *ret_long)
{
	bool negative = text[0] == '-';
	unsigned int base = 10;
	uint64_t sum = 0;
	bool wide = false;
	uint32_t i = text[0] == '-' || text[0] == '+';

	*ret_long = text[len - 1] == 'L';
	if (len > 2 && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	for (; i < len && text[i] != 'L'; i++) {
		char c = (char)tolower((unsigned char)text[i]);
		unsigned int digit = (unsigned int)(is_digit(c) ? c - '0' : c - 'a' + 10);

		wide |= sum > ((uint64_t)INT64_MAX - digit) / base;
		sum = sum * base + digit;
	}
	if (wide)
		return negative ? INT64_MIN : INT64_MAX;
	return negative ? -(int64_t)sum : (int64_t)sum;
}
