// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers and names dominate, so these are put into a stage of fixed size by hand; an evbuffer is asked for room once for
 * each stage rather than for each comma.
 */
#include "control/json.h"

#include <assert.h>
#include <event2/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\\ufffd"

void lvs_json_init(struct lvs_json *json, struct evbuffer *out)
{
	json->out = out;
	json->depth = 0;
	json->some = 0;
	json->staged = 0;
}

void lvs_json_set_out(struct lvs_json *json, struct evbuffer *out)
{
	assert(!json->staged);
	json->out = out;
}

void lvs_json_flush(struct lvs_json *json)
{
	if (json->staged)
		(void)evbuffer_add(json->out, json->stage, json->staged);
	json->staged = 0;
}

size_t lvs_json_length(const struct lvs_json *json)
{
	return evbuffer_get_length(json->out) + json->staged;
}

static void put(struct lvs_json *json, const char *bytes, size_t len)
{
	while (len) {
		size_t room = sizeof(json->stage) - json->staged;
		size_t n = len < room ? len : room;

		memcpy(json->stage + json->staged, bytes, n);
		json->staged += n;
		bytes += n;
		len -= n;
		if (json->staged == sizeof(json->stage))
			lvs_json_flush(json);
	}
}

static void put_char(struct lvs_json *json, char c)
{
	put(json, &c, 1);
}

/* The comma before, and the key. */
static void begin(struct lvs_json *json, const char *key)
{
	uint32_t bit = 1u << json->depth;

	if (json->some & bit)
		put_char(json, ',');
	json->some |= bit;
	if (!key)
		return;
	put_char(json, '"');
	put(json, key, strlen(key));
	put(json, "\":", 2);
}

static void open_bracket(struct lvs_json *json, const char *key, char bracket)
{
	begin(json, key);
	put_char(json, bracket);
	assert(json->depth + 1 < LVS_JSON_DEPTH_MAX);
	json->depth++;
	json->some &= ~(1u << json->depth);
}

static void close_bracket(struct lvs_json *json, char bracket)
{
	assert(json->depth);
	json->depth--;
	put_char(json, bracket);
}

void lvs_json_object(struct lvs_json *json, const char *key)
{
	open_bracket(json, key, '{');
}

void lvs_json_array(struct lvs_json *json, const char *key)
{
	open_bracket(json, key, '[');
}

void lvs_json_end_object(struct lvs_json *json)
{
	close_bracket(json, '}');
}

void lvs_json_end_array(struct lvs_json *json)
{
	close_bracket(json, ']');
}

/* Return: bytes of the UTF-8 sequence that begins at @text (RFC 3629), 0: there is none */
static size_t sequence(const unsigned char *text, size_t len)
{
	static const struct {
		unsigned char first, last, second_min, second_max, bytes;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (*text < forms[i].first || *text > forms[i].last)
			continue;
		if (len < forms[i].bytes || text[1] < forms[i].second_min || text[1] > forms[i].second_max)
			return 0;
		for (size_t k = 2; k < forms[i].bytes; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].bytes;
	}
	return 0;
}

static void put_escape(struct lvs_json *json, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	if (c == '"' || c == '\\') {
		text[1] = (char)c;
		put(json, text, 2);
	} else if (c == '\n') {
		put(json, "\\n", 2);
	} else if (c == '\t') {
		put(json, "\\t", 2);
	} else {
		put(json, text, sizeof(text));
	}
}

void lvs_json_textn(struct lvs_json *json, const char *key, const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + len;

	begin(json, key);
	put_char(json, '"');
	while (at < end) {
		const unsigned char *plain = at;
		size_t n;

		while (at < end && *at >= ' ' && *at < 0x7f && *at != '"' && *at != '\\')
			at++;
		put(json, (const char *)plain, (size_t)(at - plain));
		if (at == end)
			break;
		if (*at <= 0x7f) {
			put_escape(json, *at++);
			continue;
		}
		n = sequence(at, (size_t)(end - at));
		if (n)
			put(json, (const char *)at, n);
		else
			put(json, REPLACEMENT, strlen(REPLACEMENT));
		at += n ? n : 1;
	}
	put_char(json, '"');
}

void lvs_json_text(struct lvs_json *json, const char *key, const char *text)
{
	lvs_json_textn(json, key, text, strlen(text));
}

void lvs_json_format(struct lvs_json *json, const char *key, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lvs_json_text(json, key, text);
}

static void put_digits(struct lvs_json *json, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	put(json, digits + at, sizeof(digits) - at);
}

void lvs_json_number(struct lvs_json *json, const char *key, uint64_t value)
{
	begin(json, key);
	put_digits(json, value);
}

void lvs_json_signed(struct lvs_json *json, const char *key, int64_t value)
{
	begin(json, key);
	if (value < 0)
		put_char(json, '-');
	put_digits(json, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void lvs_json_bool(struct lvs_json *json, const char *key, bool value)
{
	begin(json, key);
	put(json, value ? "true" : "false", value ? 4 : 5);
}

void lvs_json_null(struct lvs_json *json, const char *key)
{
	begin(json, key);
	put(json, "null", 4);
}

void lvs_json_float(struct lvs_json *json, const char *key, double value, unsigned int decimals)
{
	char text[352];	/* the largest double has 309 digits before the point */
	int len = snprintf(text, sizeof(text), "%.*f", (int)(decimals < 9 ? decimals : 9), value);

	begin(json, key);
	put(json, text, (size_t)len);
}

void lvs_json_line(struct lvs_json *json)
{
	uint32_t bit = 1u << json->depth;

	/* The comma belongs to the line that ends. */
	if (json->some & bit)
		put_char(json, ',');
	json->some &= ~bit;
	put_char(json, '\n');
}
