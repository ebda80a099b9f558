// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"

static char *finish(struct lvs_json *json, struct evbuffer *out)
{
	size_t len;
	char *text;

	lvs_json_flush(json);
	len = evbuffer_get_length(out);
	text = calloc(1, len + 1);
	assert_non_null(text);
	assert_int_equal(evbuffer_remove(out, text, len), len);
	return text;
}

static void commas_and_brackets_are_where_they_belong(void **state)
{
	struct evbuffer *out = evbuffer_new();
	struct lvs_json json;
	char *text;

	(void)state;
	lvs_json_init(&json, out);
	lvs_json_object(&json, NULL);
	lvs_json_array(&json, "empty");
	lvs_json_end_array(&json);
	lvs_json_array(&json, "some");
	lvs_json_number(&json, NULL, 0);
	lvs_json_number(&json, NULL, UINT64_MAX);
	lvs_json_signed(&json, NULL, INT64_MIN);
	lvs_json_object(&json, NULL);
	lvs_json_end_object(&json);
	lvs_json_end_array(&json);
	lvs_json_bool(&json, "yes", true);
	lvs_json_null(&json, "nothing");
	lvs_json_float(&json, "float", 1.25, 1);
	lvs_json_format(&json, "formatted", "%d\"", 7);
	lvs_json_array(&json, "lines");
	for (int i = 0; i < 2; i++) {
		lvs_json_line(&json);
		lvs_json_number(&json, NULL, (uint64_t)i);
	}
	lvs_json_end_array(&json);
	lvs_json_end_object(&json);
	text = finish(&json, out);
	assert_string_equal(text, "{\"empty\":[],\"some\":[0,18446744073709551615,-9223372036854775808,{}],\"yes\":true,"
				  "\"nothing\":null,\"float\":1.2,\"formatted\":\"7\\\"\",\"lines\":[\n0,\n1]}");
	free(text);
	evbuffer_free(out);
}

static const struct {
	const char *what;
	const char *text;
	size_t len;
	const char *expect;
} texts[] = {
	{ "nothing", "", 0, "\"\"" },
	{ "plain", "a:b", 3, "\"a:b\"" },
	{ "what JSON escapes", "\"\\\n\t", 4, "\"\\\"\\\\\\n\\t\"" },
	{ "control characters", "\x01\x1f\x7f", 3, "\"\\u0001\\u001f\\u007f\"" },
	{ "a NUL", "a\0b", 3, "\"a\\u0000b\"" },
	{ "two, three and four bytes", "\xc3\xa4\xe2\x86\x92\xf0\x9f\x98\x80", 9, "\"\xc3\xa4\xe2\x86\x92\xf0\x9f\x98\x80\"" },
	{ "half a sequence", "a\xe2\x86", 3, "\"a\\ufffd\\ufffd\"" },
	{ "an overlong form", "\xc0\xaf", 2, "\"\\ufffd\\ufffd\"" },
	{ "a surrogate", "\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "beyond Unicode", "\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
	{ "no UTF-8 at all", "\xff", 1, "\"\\ufffd\"" },
};

static void any_bytes_make_a_valid_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct evbuffer *out = evbuffer_new();
		struct lvs_json json;
		char *text;

		lvs_json_init(&json, out);
		lvs_json_textn(&json, NULL, texts[i].text, texts[i].len);
		text = finish(&json, out);
		if (strcmp(text, texts[i].expect) != 0)
			fail_msg("%s: %s, not %s", texts[i].what, text, texts[i].expect);
		free(text);
		evbuffer_free(out);
	}
}

/* Whatever the bytes and wherever the stage ends, the other library can read it. */
static void another_reader_understands_it(void **state)
{
	struct evbuffer *out = evbuffer_new();
	struct lvs_json json;
	uint32_t seed = 1;
	char bytes[97], *text;
	json_t *read;

	(void)state;
	lvs_json_init(&json, out);
	lvs_json_array(&json, NULL);
	for (int i = 0; i < 2000; i++) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			seed = seed * 1664525 + 1013904223;
			bytes[k] = (char)(seed >> 24);
		}
		lvs_json_object(&json, NULL);
		lvs_json_textn(&json, "bytes", bytes, seed % sizeof(bytes));
		lvs_json_number(&json, "seed", seed);
		lvs_json_end_object(&json);
	}
	lvs_json_end_array(&json);
	lvs_json_flush(&json);
	assert_int_equal(lvs_json_length(&json), evbuffer_get_length(out));
	text = finish(&json, out);
	read = json_loads(text, JSON_ALLOW_NUL, NULL);
	assert_non_null(read);
	assert_int_equal(json_array_size(read), 2000);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(read, 1999), "seed")), seed);
	json_decref(read);
	free(text);
	evbuffer_free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_brackets_are_where_they_belong),
		cmocka_unit_test(any_bytes_make_a_valid_text),
		cmocka_unit_test(another_reader_understands_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
