// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of a prefix and the sites for it, made by programs as often as by hand: one pass, without a copy of the text. More
 * findings than are shown end it, for then it is another kind of file.
 */
#include "conf/geo.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "sys/addrtext.h"

struct line {
	struct lvs_conf_geo_maker *maker;
	const char *text;
	uint32_t number;
	size_t start, end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct lvs_conf_where place(const struct line *line, size_t at)
{
	return (struct lvs_conf_where){ line->number, (uint32_t)at };
}

/* Return: 0 or -EINVAL, which was reported. @end: behind the prefix */
static int read_prefix(const struct line *line, size_t end, struct lvs_prefix *ret_prefix)
{
	struct lvs_conf_where where = place(line, line->start);
	struct lvs_conf_errors *errors = line->maker->errors;
	char text[LVS_PREFIX_TEXT_BYTES], hint[LVS_PREFIX_TEXT_BYTES + 16] = "write it like 192.0.2.0/24 or 2001:db8::/32";
	size_t len = end - line->start;
	bool exact = false;
	int err = -EINVAL;

	if (len < sizeof(text) && !memchr(line->text + line->start, '\0', len)) {
		memcpy(text, line->text + line->start, len);
		text[len] = '\0';
		err = lvs_prefix_parse(text, ret_prefix, &exact);
	}
	if (!err && exact)
		return 0;
	if (!err)
		(void)snprintf(hint, sizeof(hint), "write %s", lvs_prefix_format(ret_prefix, text));
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &where, hint, "\"%.*s\" %s", (int)LVS_MIN(len, 64u),
			    line->text + line->start,
			    err == -ERANGE ? "has no length from 0 to 32, or to 128" :
			    err		   ? "is not a prefix" :
					     "has ones behind its length");
	return -EINVAL;
}

/* Return: 0, -EINVAL, which was reported, -E2BIG or -ENOMEM */
static int read_line(const struct line *line)
{
	struct lvs_prefix_entry entry = { .tag = (uint32_t)line->start };
	struct lvs_conf_where where;
	struct lvs_prefix prefix;
	size_t at = line->start;
	int err;

	while (at < line->end && !is_blank(line->text[at]))
		at++;
	err = read_prefix(line, at, &prefix);
	if (err)
		return err;
	while (at < line->end && is_blank(line->text[at]))
		at++;
	where = place(line, at);
	err = lvs_conf_geo_order(line->maker, line->text + at, line->end - at, &where, true, &entry.value);
	if (err)
		return err;
	entry.addr = prefix.addr;
	entry.bits = prefix.bits;
	return lvs_conf_geo_add(line->maker, &entry);
}

/* The next line into @line, without a comment and blanks around it; empty is possible. Return: false after the last */
static bool next_line(struct line *line, size_t len, size_t *at)
{
	const char *newline, *comment;

	if (*at >= len)
		return false;
	line->number++;
	line->start = *at;
	newline = memchr(line->text + *at, '\n', len - *at);
	line->end = newline ? (size_t)(newline - line->text) : len;
	*at = line->end + 1;
	comment = memchr(line->text + line->start, '#', line->end - line->start);
	if (comment)
		line->end = (size_t)(comment - line->text);
	while (line->start < line->end && is_blank(line->text[line->start]))
		line->start++;
	while (line->end > line->start && is_blank(line->text[line->end - 1]))
		line->end--;
	return true;
}

int lvs_conf_geo_parse(struct lvs_conf_geo_maker *maker, const char *text, size_t len)
{
	struct line line = { .maker = maker, .text = text };
	size_t at = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
	size_t nerrors = maker->errors->nerrors;

	while (next_line(&line, len, &at)) {
		struct lvs_conf_where where = place(&line, line.start);
		int err = line.start < line.end ? read_line(&line) : 0;

		if (err == -ENOMEM)
			return err;
		if (err == -E2BIG)
			lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &where, NULL, "more than %u prefixes",
					    LVS_CONF_PREFIXES_MAX);
		if (err == -E2BIG || maker->errors->nerrors >= nerrors + LVS_CONF_ERRORS_MAX)
			break;
	}
	return 0;
}
