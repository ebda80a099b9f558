// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvs.conf, fed with anything. Input: the text. What is refused has a reason, and never that libconfig and the scan in
 * front of it disagree; what is accepted is written out, read back equal, and compared with the defaults.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "tests/fuzz/fuzz.h"

/* The findings, in both forms; they must be printable whatever the text was. */
static void check_findings(const struct lvs_conf_errors *errors, size_t size)
{
	size_t len = 0;
	char *text = NULL, line[600];
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	for (size_t i = 0; i < errors->n; i++) {
		const struct lvs_conf_error *error = &errors->list[i];

		CHECK(error->line <= size + 1 && error->column <= size + 1);
		CHECK(error->severity == LVS_CONF_WARNING || error->line);
		CHECK(strcmp(error->message, "libconfig reads this differently") != 0);
		CHECK(strcmp(error->message, "syntax error") != 0);
		CHECK(*lvs_conf_errors_line(errors, i, line, sizeof(line)));
	}
	lvs_conf_errors_print(errors, out);
	CHECK(fclose(out) == 0);
	for (size_t i = 0; i < len; i++)
		CHECK(((unsigned char)text[i] >= ' ' && text[i] != 0x7f) || text[i] == '\n' || text[i] == '\t');
	free(text);
}

static void check_round_trip(const struct lvs_conf *conf)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *again = NULL;
	struct lvs_conf_diff diff;
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	CHECK(out && lvs_conf_dump(conf, out) == 0 && fclose(out) == 0);
	CHECK(lvs_conf_parse(text, len, "dump", &errors, &again) == 0);
	CHECK(lvs_conf_equal(conf, again));
	CHECK(lvs_conf_diff_init(conf, again, &diff) == 0);
	CHECK(diff.n == 0);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(again);
	free(text);
}

static void check_diff(const struct lvs_conf *conf)
{
	struct lvs_conf *defaults = lvs_conf_new();
	struct lvs_conf_diff diff;
	char line[300];

	CHECK(defaults && lvs_conf_diff_init(defaults, conf, &diff) == 0);
	CHECK((diff.n == 0) == lvs_conf_equal(defaults, conf));
	CHECK(diff.n >= conf->nservices);
	for (size_t i = 0; i < diff.n; i++)
		CHECK(*lvs_conf_change_describe(&diff.changes[i], line, sizeof(line)));
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(defaults);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	int err = lvs_conf_parse((const char *)input, size, "lvs.conf", &errors, &conf);

	CHECK((err == 0) == (errors.nerrors == 0));
	check_findings(&errors, size);
	if (err < 0) {
		CHECK(!conf);
		return 0;
	}
	check_round_trip(conf);
	check_diff(conf);
	lvs_conf_free(conf);
	return 0;
}
