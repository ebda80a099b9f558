// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <event2/buffer.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "metrics/html.h"

/* What was appended is @text; the buffer is empty again. */
static void expect(struct evbuffer *out, const char *text)
{
	size_t len = evbuffer_get_length(out);
	char *got = malloc(len + 1);

	assert_non_null(got);
	assert_int_equal(evbuffer_remove(out, got, len), len);
	got[len] = '\0';
	assert_string_equal(got, text);
	free(got);
}

static void texts_are_harmless(void **state)
{
	static const struct { const char *text, *html, *url; } rows[] = {
		{ "", "", "" },
		{ "web", "web", "web" },
		{ "<script>", "&lt;script&gt;", "%3Cscript%3E" },
		{ "a\"b'c&d", "a&quot;b&#39;c&amp;d", "a%22b%27c%26d" },
		{ "tcp:[2001:db8::1]:80", "tcp:[2001:db8::1]:80", "tcp%3A%5B2001%3Adb8%3A%3A1%5D%3A80" },
		{ "\xc3\xa4 ?", "\xc3\xa4 ?", "%C3%A4%20%3F" },
	};
	struct evbuffer *out = evbuffer_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		lvs_html_text(out, rows[i].text);
		expect(out, rows[i].html);
		lvs_html_url(out, rows[i].text);
		expect(out, rows[i].url);
	}
	evbuffer_free(out);
}

#define GAP "&#8239;"

static void numbers_are_readable(void **state)
{
	static const struct { uint64_t number; const char *text; } counts[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1" GAP "000" }, { 1234567, "1" GAP "234" GAP "567" }, { 10001, "10" GAP "001" },
		{ UINT64_MAX, "18" GAP "446" GAP "744" GAP "073" GAP "709" GAP "551" GAP "615" },
	}, amounts[] = {
		{ 0, "0&nbsp;B" }, { 1, "0.1&nbsp;B" }, { 10, "1&nbsp;B" }, { 123, "12.3&nbsp;B" }, { 9999, "999&nbsp;B" },
		{ 10000, "1&nbsp;kB" }, { 12345, "1.2&nbsp;kB" }, { 123456789, "12.3&nbsp;MB" }, { 9999999999, "999&nbsp;MB" },
		{ UINT64_MAX, "1844&nbsp;PB" },
	}, times[] = {
		{ 0, "0&nbsp;s" }, { 59, "59&nbsp;s" }, { 60, "1&nbsp;min" }, { 3599, "59&nbsp;min" }, { 3600, "1&nbsp;h" },
		{ 7260, "2&nbsp;h 1&nbsp;min" }, { 86400, "1&nbsp;d" }, { 100 * 86400 + 7200, "100&nbsp;d 2&nbsp;h" },
	};
	struct evbuffer *out = evbuffer_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		lvs_html_count(out, counts[i].number);
		expect(out, counts[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
		lvs_html_amount(out, amounts[i].number, "B");
		expect(out, amounts[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		lvs_html_time(out, times[i].number);
		expect(out, times[i].text);
	}
	lvs_html_when(out, 0);
	expect(out, "1970-01-01 00:00:00 UTC");
	lvs_html_when(out, 1795425001);
	expect(out, "2026-11-23 09:10:01 UTC");
	lvs_html_amount(out, 50, "");
	expect(out, "5");
	evbuffer_free(out);
}

static void a_line(void **state)
{
	const uint64_t values[] = { 0, 5, 10 }, none[] = { 0, 0 };
	struct evbuffer *out = evbuffer_new();

	(void)state;
	lvs_html_spark(out, values, ARRAY_LEN(values), "at most \"1\"");
	expect(out, "<svg class=\"spark\" viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\" role=\"img\" "
		    "aria-label=\"at most &quot;1&quot;\"><polyline points=\"0,18.0 50,10.0 100,2.0\"/></svg>");
	lvs_html_spark(out, none, ARRAY_LEN(none), "");
	expect(out, "<svg class=\"spark\" viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\" role=\"img\" "
		    "aria-label=\"\"><polyline points=\"0,18.0 100,18.0\"/></svg>");
	evbuffer_free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_harmless),
		cmocka_unit_test(numbers_are_readable),
		cmocka_unit_test(a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
