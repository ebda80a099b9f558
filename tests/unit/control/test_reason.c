// SPDX-License-Identifier: GPL-2.0-or-later
/* There are words for everything that may be said of a packet. */
#include "tests/lib/test.h"

#include <event2/buffer.h>
#include <string.h>

#include "control/json.h"
#include "control/reason.h"
#include "engine/engine.h"
#include "engine/sched.h"

static char *why(const struct lvs_explanation *said, char text[1024])
{
	struct evbuffer *out = evbuffer_new();
	struct lvs_json json;
	int len;

	assert_non_null(out);
	lvs_json_init(&json, out);
	lvs_json_object(&json, NULL);
	lvs_reason_why(&json, said);
	lvs_json_end_object(&json);
	lvs_json_flush(&json);
	len = evbuffer_remove(out, text, 1023);
	assert_true(len > 0);
	text[len] = '\0';
	evbuffer_free(out);
	return text;
}

static void every_scheduler_has_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; lvs_scheds[i]; i++) {
		struct lvs_service service = { .spec = { .sched = lvs_scheds[i] } };
		struct lvs_server server = { .service = &service };
		const struct lvs_explanation said = { .service = &service, .server = &server, .found = LVS_FOUND_PORT };
		char text[1024];

		if (strstr(why(&said, text), "its own rule") || !strstr(text, lvs_scheds[i]->name))
			fail_msg("%s: %s", lvs_scheds[i]->name, text);
	}
}

static void every_way_of_being_found_has_a_sentence(void **state)
{
	(void)state;
	for (enum lvs_found found = LVS_FOUND_MARK; found <= LVS_FOUND_ANY_PORT; found++) {
		const struct lvs_explanation said = { .found = found };
		char text[1024];

		assert_non_null(strchr(why(&said, text), '.') ? NULL : strstr(text, "the "));
	}
}

static void who_may_not_be_chosen_is_told_why(void **state)
{
	struct lvs_server server = { .spec = { .weight = 1 } };

	(void)state;
	assert_null(lvs_reason_why_not(&server));
	server.seen.ejected = true;
	assert_string_equal(lvs_reason_why_not(&server), "it failed, and is left out for a while");
	server.waits = true;
	assert_string_equal(lvs_reason_why_not(&server), "it got as many new connections as it may have now");
	server.overload = true;
	assert_string_equal(lvs_reason_why_not(&server), "it has as many connections as it may have");
	server.spec.weight = 0;
	assert_string_equal(lvs_reason_why_not(&server), "its weight is 0");
	server.spec.drain = true;
	assert_string_equal(lvs_reason_why_not(&server), "it drains");
	server.drained = true;
	assert_string_equal(lvs_reason_why_not(&server), "its time to drain is over");
	assert_string_equal(lvs_reason_not_in("down"), "its checks say that it is down");
	assert_string_equal(lvs_reason_not_in("unknown"), "its checks do not know yet whether it is up");
	assert_string_equal(lvs_reason_not_in("maintenance"), "it is in maintenance");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scheduler_has_a_reason),
		cmocka_unit_test(every_way_of_being_found_has_a_sentence),
		cmocka_unit_test(who_may_not_be_chosen_is_told_why),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
