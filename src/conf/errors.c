// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The collector copies what it needs of the text at once, so that findings outlive it. Everything that came from the
 * text is made printable on the way in: a file must not be able to steer the terminal or forge a log line.
 */
#include "conf/errors.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"

#define SHOWN_BEFORE 60		/* characters of a long line that are shown left of the caret */
#define SHOWN_MAX 76

/* Whether a byte begins a character of UTF-8, as opposed to continuing one. */
static bool starts(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* U+200b to U+200f, U+2028 to U+202e, U+2060 to U+206f: invisible, and able to turn the direction of what follows. */
static bool is_mark(const char *p)
{
	unsigned int code = 0x2000u + ((unsigned char)p[1] - 0x80u) + ((unsigned char)p[0] - 0x80u) * 0x40u;

	return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f);
}

/* Length of the printable UTF-8 sequence at @p, 0 when there is none. C1 controls (U+0080 to U+009f) are none. */
static size_t printable(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;
	size_t len = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (len == 1)
		return c >= ' ' && c < 0x7f;
	if (!len || (size_t)(end - p) < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if (starts(p[i]))
			return 0;
	if (c == 0xc2 && (unsigned char)p[1] < 0xa0)
		return 0;
	if (c == 0xe2 && is_mark(p + 1))
		return 0;
	return len;
}

/* Copies whole characters while they fit; whatever cannot be shown becomes '?', a tab stays. Return: characters */
static uint32_t copy_printable(char *to, size_t size, const char *from, const char *end, uint32_t max)
{
	uint32_t n = 0;
	size_t at = 0;

	while (from < end && n < max) {
		size_t len = printable(from, end);

		if (at + LVS_MAX(len, 1) >= size)
			break;
		if (len) {
			memcpy(to + at, from, len);
			at += len;
			from += len;
		} else {
			to[at++] = *from == '\t' ? '\t' : '?';
			/* The rest of a refused character goes with it: one column each, as they were counted. */
			for (from++; from < end && !starts(*from);)
				from++;
		}
		n++;
	}
	to[at] = '\0';
	return n;
}

static uint32_t count(const char *from, const char *to)
{
	uint32_t n = 0;

	for (; from < to; from++)
		n += starts(*from);
	return n;
}

/* Fills in the column, and the line or the part of it that is around the column. */
static void quote(const struct lvs_conf_errors *errors, uint32_t offset, struct lvs_conf_error *error)
{
	const char *at = errors->text + LVS_MIN((size_t)offset, errors->len);
	const char *end = memchr(at, '\n', errors->len - (size_t)(at - errors->text));
	const char *start = memrchr(errors->text, '\n', (size_t)(at - errors->text));
	const char *from;

	start = start ? start + 1 : errors->text;
	if (!end)
		end = errors->text + errors->len;
	if (end > at && end[-1] == '\r')
		end--;
	/* A byte order mark is no character of the first line. */
	if (start == errors->text && at - start >= 3 && !memcmp(start, "\xef\xbb\xbf", 3))
		start += 3;
	error->column = count(start, at) + 1;
	from = at;
	for (uint32_t left = SHOWN_BEFORE; from > start && left; left--)
		while (--from > start && !starts(*from))
			;
	/* A line that fits is shown from its start. */
	if (count(start, end) <= SHOWN_MAX)
		from = start;
	error->caret = count(from, at);
	copy_printable(error->source, sizeof(error->source), from, end, SHOWN_MAX);
}

void lvs_conf_errors_init(struct lvs_conf_errors *errors, const char *filename, const char *text, size_t len)
{
	*errors = (struct lvs_conf_errors){ .text = text, .len = len };
	copy_printable(errors->filename, sizeof(errors->filename), filename, filename + strlen(filename), UINT32_MAX);
}

void lvs_conf_errors_enter(struct lvs_conf_errors *errors, const char *filename, const char *text, size_t len)
{
	errors->inside = true;
	errors->outer = errors->text;
	errors->outer_len = errors->len;
	errors->text = text;
	errors->len = len;
	copy_printable(errors->other, sizeof(errors->other), filename, filename + strlen(filename), UINT32_MAX);
}

void lvs_conf_errors_leave(struct lvs_conf_errors *errors)
{
	errors->inside = false;
	errors->text = errors->outer;
	errors->len = errors->outer_len;
}

static struct lvs_conf_error *new_entry(struct lvs_conf_errors *errors, enum lvs_conf_severity severity)
{
	if (errors->n < LVS_CONF_ERRORS_MAX)
		return &errors->list[errors->n++];
	if (severity == LVS_CONF_WARNING)
		return NULL;
	for (size_t i = errors->n; i-- > 0;)
		if (errors->list[i].severity == LVS_CONF_WARNING)
			return &errors->list[i];
	return NULL;
}

void lvs_conf_errors_add(struct lvs_conf_errors *errors, enum lvs_conf_severity severity,
			 const struct lvs_conf_where *where, const char *hint, const char *format, ...)
{
	struct lvs_conf_error *error;
	char message[512];
	va_list args;

	*(severity == LVS_CONF_ERROR ? &errors->nerrors : &errors->nwarnings) += 1;
	error = new_entry(errors, severity);
	if (!error)
		return;
	*error = (struct lvs_conf_error){ .severity = severity, .inside = errors->inside };
	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	copy_printable(error->message, sizeof(error->message), message, message + strlen(message), UINT32_MAX);
	if (hint)
		copy_printable(error->hint, sizeof(error->hint), hint, hint + strlen(hint), UINT32_MAX);
	if (where && where->line && where->line != LVS_CONF_ELSEWHERE) {
		error->line = where->line;
		if (errors->text)
			quote(errors, where->offset, error);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct lvs_conf_error *x = a, *y = b;

	if (x->inside != y->inside)
		return x->inside - y->inside;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->message, y->message);
}

void lvs_conf_errors_seal(struct lvs_conf_errors *errors)
{
	qsort(errors->list, errors->n, sizeof(errors->list[0]), by_place);
	errors->text = NULL;
	errors->len = 0;
}

/* "lvs.conf:12:17: warning: " */
static void prefix(const struct lvs_conf_errors *errors, const struct lvs_conf_error *error, char *buf, size_t size)
{
	const char *kind = error->severity == LVS_CONF_WARNING ? "warning: " : "";
	const char *filename = error->inside ? errors->other : errors->filename;

	if (error->line && error->column)
		(void)snprintf(buf, size, "%s:%u:%u: %s", filename, error->line, error->column, kind);
	else if (error->line)
		(void)snprintf(buf, size, "%s:%u: %s", filename, error->line, kind);
	else
		(void)snprintf(buf, size, "%s: %s", filename, kind);
}

char *lvs_conf_errors_line(const struct lvs_conf_errors *errors, size_t i, char *buf, size_t size)
{
	const struct lvs_conf_error *error = &errors->list[i];
	char place[sizeof(errors->filename) + 40];

	prefix(errors, error, place, sizeof(place));
	if (*error->hint)
		(void)snprintf(buf, size, "%s%s (%s)", place, error->message, error->hint);
	else
		(void)snprintf(buf, size, "%s%s", place, error->message);
	return buf;
}

static void print_source(const struct lvs_conf_error *error, FILE *out)
{
	const char *p = error->source;

	(void)fprintf(out, "  %s\n  ", error->source);
	/* Tabs stay tabs, so that the caret stands right whatever their width. */
	for (uint32_t i = 0; i < error->caret; i++) {
		(void)fputc(*p == '\t' ? '\t' : ' ', out);
		while (*p && !starts(*++p))
			;
	}
	(void)fputs("^\n", out);
}

void lvs_conf_errors_print(const struct lvs_conf_errors *errors, FILE *out)
{
	size_t total = errors->nerrors + errors->nwarnings;

	for (size_t i = 0; i < errors->n; i++) {
		const struct lvs_conf_error *error = &errors->list[i];
		char place[sizeof(errors->filename) + 40];

		prefix(errors, error, place, sizeof(place));
		(void)fprintf(out, "%s%s\n", place, error->message);
		if (error->column)
			print_source(error, out);
		if (*error->hint)
			(void)fprintf(out, "hint: %s\n", error->hint);
	}
	if (total > errors->n)
		(void)fprintf(out, "%s: and %zu more\n", errors->filename, total - errors->n);
}
