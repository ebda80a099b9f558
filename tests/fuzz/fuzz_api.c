// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bodies of batches, fed with anything. Input: JSON, or what claims to be. What is refused is refused with a reason and a
 * pointer that is one; what is accepted is a configuration that a file could have, and the running one never changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "control/batch.h"
#include "control/edit.h"
#include "tests/fuzz/fuzz.h"

static const char running_text[] =
	"director: { dip = \"10.0.0.9\"; };"
	"services: ( { name = \"web\"; address = \"192.0.2.10:80\"; persistent: { }; check = { type = \"tcp\"; };"
	"  servers: ( { address = \"10.0.0.1:8080\"; }, { address = \"10.0.0.2:8080\"; forward = \"fullnat\"; } ); },"
	"  { address = \"[2001:db8::53]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8:1::1]:53\"; } ); },"
	"  { mark = 7; servers: ( { address = \"10.0.0.3\"; } ); } );";

static struct lvs_conf *parse(const char *text, size_t len)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	CHECK(lvs_conf_parse(text, len, "lvs.conf", &errors, &conf) == 0);
	return conf;
}

/* What a file says in place of it is the same. */
static void check_made(const struct lvs_conf *conf)
{
	struct lvs_conf *again;
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	CHECK(out && lvs_conf_dump(conf, out) == 0 && fclose(out) == 0);
	again = parse(text, len);
	CHECK(lvs_conf_equal(conf, again));
	lvs_conf_free(again);
	free(text);
}

static void check_refused(const struct lvs_edit *edit)
{
	CHECK(edit->n > 0 && edit->n <= LVS_EDIT_PROBLEMS_MAX);
	for (size_t i = 0; i < edit->n; i++) {
		const struct lvs_edit_problem *problem = &edit->problems[i];

		CHECK(problem->kind < LVS_PROBLEM_KINDS);
		CHECK(*problem->detail);
		CHECK(!*problem->field || *problem->field == '/');
		CHECK(problem->has_field || !*problem->field);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	json_t *body = json_loadb((const char *)input, size, JSON_REJECT_DUPLICATES, NULL);
	struct lvs_conf *running, *untouched, *made = NULL;
	struct lvs_edit edit = { .n = 0 };
	int err;

	if (!json_is_object(body)) {
		json_decref(body);
		return 0;
	}
	running = parse(running_text, sizeof(running_text) - 1);
	untouched = parse(running_text, sizeof(running_text) - 1);
	err = lvs_batch_make(body, running, &edit, &made);
	CHECK(err == 0 || err == -EINVAL);
	CHECK(lvs_conf_equal(running, untouched));
	if (err)
		check_refused(&edit);
	else
		check_made(made);
	lvs_conf_free(made);
	lvs_conf_free(untouched);
	lvs_conf_free(running);
	json_decref(body);
	return 0;
}
