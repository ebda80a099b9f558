// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "notify/event.h"
#include "tests/lib/notices.h"

static void kinds_are_sound(void **state)
{
	(void)state;
	for (enum lvs_event_kind kind = 0; kind < LVS_EVENT_COUNT; kind++) {
		const char *id = lvs_event_id(kind);
		size_t len = strlen(lvs_event_state(kind));

		assert_int_equal(strspn(id, "0123456789abcdef"), 32);
		assert_int_equal(strlen(id), 32);
		/* The state is how the name ends. */
		assert_true(strlen(lvs_event_name(kind)) > len);
		assert_string_equal(lvs_event_name(kind) + strlen(lvs_event_name(kind)) - len, lvs_event_state(kind));
		assert_true(lvs_event_topic(kind) < LVS_TOPIC_COUNT);
		for (enum lvs_event_kind other = 0; other < kind; other++) {
			assert_string_not_equal(id, lvs_event_id(other));
			assert_string_not_equal(lvs_event_name(kind), lvs_event_name(other));
		}
	}
}

static void fields_are_all_there(void **state)
{
	static const struct { const char *name, *value; } expect[] = {
		{ "EVENT", "server_down" }, { "TIME", "2001-09-09T01:46:40.007Z" }, { "DIRECTOR", "lb1" }, { "SERVICE", "web" },
		{ "SERVICE_ADDRESS", "[192.0.2.10]:tcp:80" }, { "SERVER", "a\"b" }, { "SERVER_ADDRESS", "[10.0.0.1]:tcp:8080" },
		{ "STATE", "down" }, { "PREVIOUS", "up" }, { "WEIGHT", "3" },
		{ "SECONDS", "" }, { "REASON", "because" }, { "MESSAGE", "said" },
	};
	struct lvs_event event = test_event(LVS_EVENT_SERVER_DOWN, LVS_EVENT_SERVER_UP);
	struct lvs_event_fields fields;

	(void)state;
	event.time = 1000000000007;
	(void)strcpy(event.message, "said");
	lvs_event_fields(&event, "lb1", &fields);
	assert_int_equal(ARRAY_LEN(expect), LVS_EVENT_FIELDS);
	for (size_t i = 0; i < ARRAY_LEN(expect); i++) {
		assert_string_equal(fields.list[i].name, expect[i].name);
		assert_string_equal(fields.list[i].value, expect[i].value);
		assert_int_equal(fields.list[i].number, !strcmp(expect[i].name, "WEIGHT") || !strcmp(expect[i].name, "SECONDS"));
	}
	event = (struct lvs_event){ .kind = LVS_EVENT_RELOAD_DONE, .was = LVS_EVENT_COUNT };
	lvs_event_fields(&event, "", &fields);
	assert_string_equal(fields.list[0].value, "reload_done");
	assert_string_equal(fields.list[1].value, "1970-01-01T00:00:00.000Z");
	for (size_t i = 2; i < LVS_EVENT_FIELDS; i++)
		assert_string_equal(fields.list[i].value, i == 7 ? "done" : "");
}

/* For how long somebody is out. */
static void seconds_are_a_number(void **state)
{
	struct lvs_event event = test_event(LVS_EVENT_SERVER_EJECTED, LVS_EVENT_COUNT);
	struct lvs_event_fields fields;

	(void)state;
	event.has_seconds = true;
	event.seconds = 300;
	lvs_event_fields(&event, "lb1", &fields);
	assert_string_equal(fields.list[10].name, "SECONDS");
	assert_string_equal(fields.list[10].value, "300");
	/* Up and out are two things: neither says all there is to know of the other. */
	assert_int_not_equal(lvs_event_topic(LVS_EVENT_SERVER_UP), lvs_event_topic(LVS_EVENT_SERVER_EJECTED));
	assert_int_equal(lvs_event_topic(LVS_EVENT_SERVER_RETURNED), lvs_event_topic(LVS_EVENT_SERVER_EJECTED));
}

static void subjects(void **state)
{
	const struct lvs_event down = test_event(LVS_EVENT_SERVER_DOWN, LVS_EVENT_COUNT);
	struct lvs_event others[6];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		others[i] = test_event(LVS_EVENT_SERVER_UP, LVS_EVENT_COUNT);
	assert_true(lvs_event_same_subject(&down, &others[0]));
	assert_true(lvs_event_subject(&down) == lvs_event_subject(&others[0]));
	others[0].kind = LVS_EVENT_QUORUM_LOST;
	(void)strcpy(others[1].server, "another");
	(void)strcpy(others[2].server_at, "[10.0.0.1]:tcp:8081");
	(void)strcpy(others[3].service, "mail");
	(void)strcpy(others[4].service_at, "FWM 5");
	others[5].service[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_false(lvs_event_same_subject(&down, &others[i]));
		assert_false(lvs_event_subject(&down) == lvs_event_subject(&others[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_sound),
		cmocka_unit_test(fields_are_all_there),
		cmocka_unit_test(seconds_are_a_number),
		cmocka_unit_test(subjects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
