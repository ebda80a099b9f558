// SPDX-License-Identifier: GPL-2.0-or-later
/* Families in both formats, byte for byte, and who asks for which. */
#include "tests/lib/test.h"

#include <string.h>

#include "metrics/exposition.h"

static const struct lvs_metric counter = { "lvsd_x_bytes", LVS_METRIC_COUNTER, "bytes", "Some bytes.", 0 };
static const struct lvs_metric gauge = { "lvsd_y_seconds", LVS_METRIC_GAUGE, "seconds", "Some time.", 3 };
static const struct lvs_metric info = { "lvsd_z", LVS_METRIC_INFO, NULL, "About it.", 0 };

static void expect(struct lvs_exposition *exposition, const char *text)
{
	struct lvs_writer *out = &exposition->out;

	if (out->len != strlen(text) || memcmp(out->bytes, text, out->len) != 0)
		fail_msg("%.*s\nis not\n%s", (int)out->len, out->bytes, text);
	lvs_writer_fini(out);
}

static void write_all(struct lvs_exposition *exposition)
{
	lvs_metric_begin(exposition, &counter);
	lvs_metric_labelled(exposition, &counter, "a", "b\"\\\nc", 18446744073709551614u);
	lvs_metric_sample(exposition, &counter, "a=\"1\"", 5, "b=\"2\"", 5, 7);
	lvs_metric_sample(exposition, &counter, "", 0, "b=\"2\"", 5, 8);
	lvs_metric_single(exposition, &gauge, 1250);
	lvs_metric_sample(exposition, &gauge, "", 0, "", 0, LVS_METRIC_ABSENT);
	lvs_metric_begin(exposition, &info);
	lvs_metric_labelled(exposition, &info, "version", "1", 1);
	lvs_exposition_end(exposition);
}

static void both_formats_are_what_they_should_be(void **state)
{
	struct lvs_exposition plain = { .open = false }, open = { .open = true };

	(void)state;
	write_all(&plain);
	expect(&plain, "# TYPE lvsd_x_bytes_total counter\n"
		       "# HELP lvsd_x_bytes_total Some bytes.\n"
		       "lvsd_x_bytes_total{a=\"b\\\"\\\\\\nc\"} 18446744073709551614\n"
		       "lvsd_x_bytes_total{a=\"1\",b=\"2\"} 7\n"
		       "lvsd_x_bytes_total{b=\"2\"} 8\n"
		       "# TYPE lvsd_y_seconds gauge\n"
		       "# HELP lvsd_y_seconds Some time.\n"
		       "lvsd_y_seconds 1.250\n"
		       "# TYPE lvsd_z_info gauge\n"
		       "# HELP lvsd_z_info About it.\n"
		       "lvsd_z_info{version=\"1\"} 1\n");
	write_all(&open);
	expect(&open, "# TYPE lvsd_x_bytes counter\n"
		      "# UNIT lvsd_x_bytes bytes\n"
		      "# HELP lvsd_x_bytes Some bytes.\n"
		      "lvsd_x_bytes_total{a=\"b\\\"\\\\\\nc\"} 18446744073709551614\n"
		      "lvsd_x_bytes_total{a=\"1\",b=\"2\"} 7\n"
		      "lvsd_x_bytes_total{b=\"2\"} 8\n"
		      "# TYPE lvsd_y_seconds gauge\n"
		      "# UNIT lvsd_y_seconds seconds\n"
		      "# HELP lvsd_y_seconds Some time.\n"
		      "lvsd_y_seconds 1.250\n"
		      "# TYPE lvsd_z info\n"
		      "# HELP lvsd_z About it.\n"
		      "lvsd_z_info{version=\"1\"} 1\n"
		      "# EOF\n");
}

static const struct {
	const char *accept;
	bool open;
} rows[] = {
	{ NULL, false },
	{ "", false },
	{ "*/*", false },
	{ "text/plain", false },
	{ "application/openmetrics-text", true },
	{ "application/openmetrics-text; version=1.0.0", true },
	{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
	  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true },	/* what Prometheus sends */
	{ "text/plain;version=0.0.4;q=0.5, application/openmetrics-text;q=0.4", false },
	{ "application/openmetrics-text; q=0", false },
	{ "application/openmetrics-text;q=0.4, text/plain;q=0.4", true },
	{ "application/openmetrics-textual", false },
	{ "text/html, text/plain;q=0.9", false },
	{ ",,;=,application/openmetrics-text;;q=;", false },
};

static void who_asks_for_it_gets_openmetrics(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (lvs_exposition_wants_open(rows[i].accept) != rows[i].open)
			fail_msg("%s", rows[i].accept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_formats_are_what_they_should_be),
		cmocka_unit_test(who_asks_for_it_gets_openmetrics),
	};

	return cmocka_run_group_tests_name("exposition", tests, NULL, NULL);
}
