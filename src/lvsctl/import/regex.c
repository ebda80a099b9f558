// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Characters that have to be there one behind the other make a run; whatever stands for several characters, or for none, ends
 * it. What is in parentheses is passed over, since it may be optional; where the expression has alternatives, or says how
 * it is to be read, nothing is sure.
 */
#include "lvsctl/import/regex.h"

#include <ctype.h>
#include <string.h>

/* @run: the current one, of @n bytes. @best: the longest so far. @whole: nothing but characters has been seen */
struct reader {
	char run[256], *best;
	size_t n, size, best_n;
	bool whole;
};

static void end_run(struct reader *reader)
{
	if (reader->n > reader->best_n && reader->size) {
		reader->best_n = reader->n < reader->size ? reader->n : reader->size - 1;
		memcpy(reader->best, reader->run, reader->best_n);
		reader->best[reader->best_n] = '\0';
	}
	reader->n = 0;
	reader->whole = false;
}

static void add(struct reader *reader, char c)
{
	bool whole = reader->whole;

	if (reader->n == sizeof(reader->run)) {
		end_run(reader);
		whole = false;
	}
	reader->run[reader->n++] = c;
	reader->whole = whole;
}

/* @text: behind a '['. Return: behind its ']', or NULL */
static const char *skip_class(const char *text)
{
	text += *text == '^';
	text += *text == ']';
	while (text && *text && *text != ']') {
		if (*text == '[' && strchr(":=.", text[1]) && text[1]) {
			text = strchr(text + 2, ']');
			text = text ? text + 1 : NULL;
		} else {
			text += *text == '\\' && text[1] ? 2 : 1;
		}
	}
	return text && *text ? text + 1 : NULL;
}

/* What was last may be missing: all bytes of its character. */
static void drop_last(struct reader *reader)
{
	while (reader->n && ((unsigned char)reader->run[reader->n - 1] & 0xc0) == 0x80)
		reader->n--;
	if (reader->n)
		reader->n--;
	end_run(reader);
}

/* @text: behind a '('. Return: behind its ')', or NULL, also for options and what else begins with a question mark */
static const char *skip_group(const char *text)
{
	if (*text == '?' && text[1] != ':')
		return NULL;
	for (unsigned int depth = 1; text && *text;) {
		char c = *text++;

		if (c == '\\' && *text)
			text++;
		else if (c == '[')
			text = skip_class(text);
		else if (c == '(' && *text == '?' && text[1] != ':')
			return NULL;
		else if (c == '(')
			depth++;
		else if (c == ')' && !--depth)
			return text;
	}
	return NULL;
}

/* @text: behind a backslash. Return: behind what it escapes, or NULL */
static const char *take_escape(struct reader *reader, const char *text)
{
	static const char letters[] = "nrt", values[] = "\n\r\t";
	const char *letter;

	if (!*text || strchr("QEcx0NoupPgk", *text))
		return NULL;
	letter = strchr(letters, *text);
	if (letter)
		add(reader, values[letter - letters]);
	else if (isalnum((unsigned char)*text))
		end_run(reader);
	else
		add(reader, *text);
	return text + 1;
}

/* Return: behind what stands at @text, or NULL when nothing is sure */
static const char *take(struct reader *reader, const char *text)
{
	switch (*text) {
	case '|':
	case ')':
		return NULL;
	case '\\':
		return take_escape(reader, text + 1);
	case '[':
		end_run(reader);
		return skip_class(text + 1);
	case '(':
		end_run(reader);
		return skip_group(text + 1);
	case '*':
	case '?':
	case '{':
		drop_last(reader);
		return *text == '{' ? text + strcspn(text, "}") + (strchr(text, '}') != NULL) : text + 1;
	case '+':
	case '.':
	case '^':
	case '$':
		end_run(reader);
		return text + 1;
	default:
		add(reader, *text);
		return text + 1;
	}
}

bool lvs_import_regex_literal(const char *regex, char *ret_text, size_t size)
{
	struct reader reader = { .best = ret_text, .size = size, .whole = true };
	bool whole;

	if (size)
		*ret_text = '\0';
	for (const char *text = regex; text && *text;) {
		text = take(&reader, text);
		if (text)
			continue;
		if (size)
			*ret_text = '\0';
		return false;
	}
	whole = reader.whole && reader.n < size;
	end_run(&reader);
	return whole;
}
