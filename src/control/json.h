/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON, written while it goes out: nothing is kept but the way back to the outermost bracket, so that a million
 * connections take no more memory than one.
 */
#ifndef LVS_CONTROL_JSON_H
#define LVS_CONTROL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;

#define LVS_JSON_DEPTH_MAX 32
#define LVS_JSON_STAGE_BYTES 2048

/**
 * struct lvs_json - one text being written
 * @out:	borrowed; gets what is done once @stage is full, and with lvs_json_flush()
 * @depth:	open brackets
 * @some:	a bit for each open bracket: there is something in it
 * @stage:	@staged bytes, not in @out yet
 */
struct lvs_json {
	struct evbuffer *out;
	unsigned int depth;
	uint32_t some;
	size_t staged;
	char stage[LVS_JSON_STAGE_BYTES];
};

/* Also to go on with another @out, once what is staged was flushed. */
void lvs_json_init(struct lvs_json *json, struct evbuffer *out);
void lvs_json_set_out(struct lvs_json *json, struct evbuffer *out);

/* All that was written so far is in @out. */
void lvs_json_flush(struct lvs_json *json);

/* Return: bytes written so far that @out holds, or will */
size_t lvs_json_length(const struct lvs_json *json);

/*
 * Values. @key: NULL for elements of arrays and for the outermost value. Keys are plain ASCII and need no escapes; texts
 * are made valid, whatever they are.
 */
void lvs_json_object(struct lvs_json *json, const char *key);
void lvs_json_array(struct lvs_json *json, const char *key);
void lvs_json_end_object(struct lvs_json *json);
void lvs_json_end_array(struct lvs_json *json);
void lvs_json_text(struct lvs_json *json, const char *key, const char *text);
void lvs_json_textn(struct lvs_json *json, const char *key, const char *text, size_t len);
void lvs_json_format(struct lvs_json *json, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
void lvs_json_number(struct lvs_json *json, const char *key, uint64_t value);
void lvs_json_signed(struct lvs_json *json, const char *key, int64_t value);
void lvs_json_bool(struct lvs_json *json, const char *key, bool value);
void lvs_json_null(struct lvs_json *json, const char *key);

/* @value: must be finite; written with @decimals digits behind the point, at most 9 */
void lvs_json_float(struct lvs_json *json, const char *key, double value, unsigned int decimals);

/* A line break before the next value, for those who read line by line. */
void lvs_json_line(struct lvs_json *json);

#endif
