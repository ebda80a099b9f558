// SPDX-License-Identifier: GPL-2.0-or-later
/* When a server has too many connections, and when it has few enough again. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>

#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/service.h"

/*
 * Each word of @steps: "+" a connection begins, "a" one becomes active, "i" one inactive, "-" an inactive one ends, "*" an
 * active one ends, "=u/l" thresholds are edited, "O" and "." expect overload, or none.
 */
static const struct {
	const char *what;
	uint32_t upper, lower;
	const char *steps;
} rows[] = {
	{ "without thresholds nothing is too much", 0, 0, "+ + + + + + + + ." },
	{ "at the upper threshold, not above it", 3, 0, "+ + . + O" },
	{ "active and inactive ones count alike", 3, 0, "+ a + a + O i i O a O" },
	{ "an active one ends", 2, 0, "+ a + O * ." },
	{ "without a lower threshold: below three quarters", 8, 0, "+ + + + + + + + O - O - O - ." },
	{ "three quarters of what four does not divide", 7, 0, "+ + + + + + + O - O - ." },
	{ "and of less than four", 1, 0, "+ O - ." },
	{ "below the lower threshold, not at it", 4, 2, "+ + + + O - O - O - ." },
	{ "lower as high as upper", 3, 3, "+ + + O - . + O" },
	{ "it is full again only at the upper threshold", 4, 2, "+ + + + - - - . + + . + O" },
	{ "edit: at or above the new upper threshold", 9, 0, "+ + + . =3/1 O" },
	{ "edit: in between, it stays", 4, 2, "+ + + + O =9/3 O - O - ." },
	{ "edit: in between, it stays away too", 9, 2, "+ + + . =4/2 ." },
	{ "edit: below the new lower threshold", 4, 1, "+ + + + O =9/5 ." },
	{ "edit: no thresholds any more", 2, 1, "+ + O =0/0 . + ." },
	{ "edit: the same again changes nothing", 4, 2, "+ + + + - O =4/2 O" },
};

struct world {
	struct lvs_rules rules;
	struct lvs_service *service;
	struct lvs_server *server;
};

static struct lvs_server_spec spec(uint32_t upper, uint32_t lower)
{
	return (struct lvs_server_spec){ .addr = test_addr("10.0.0.1"), .port = LVS_BE16(80), .weight = 1, .upper = upper,
					 .lower = lower, .forward = lvs_forward_find("masq") };
}

static void begin(struct world *world, uint32_t upper, uint32_t lower)
{
	const struct lvs_service_spec service = {
		.key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = 6 },
		.sched = lvs_sched_find("wlc"),
	};
	const struct lvs_server_spec server = spec(upper, lower);

	assert_int_equal(lvs_rules_init(&world->rules, &(struct lvs_hash_key){ 1, 2 }), 0);
	assert_int_equal(lvs_service_add(&world->rules, &service, &world->service), 0);
	assert_int_equal(lvs_server_add(&world->rules, world->service, &server, &world->server), 0);
}

static void step(struct world *world, const char *what, const char *steps)
{
	struct lvs_server *server = world->server;
	struct lvs_server_spec next;
	unsigned int upper, lower;

	switch (*steps) {
	case '+':
		lvs_server_bind(server);
		break;
	case 'a':
	case 'i':
		lvs_server_set_active(server, *steps == 'a');
		break;
	case '-':
	case '*':
		lvs_server_unbind(server, *steps == '*');
		break;
	case '=':
		assert_int_equal(sscanf(steps, "=%u/%u", &upper, &lower), 2);
		next = spec(upper, lower);
		assert_int_equal(lvs_server_edit(&world->rules, server, &next), 0);
		break;
	case 'O':
	case '.':
		if (server->overload != (*steps == 'O') || lvs_server_usable(server) == server->overload)
			fail_msg("%s: at \"%s\"", what, steps);
		break;
	default:
		fail_msg("%s: \"%s\" means nothing", what, steps);
	}
}

static void overload_follows_the_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world world;

		begin(&world, rows[i].upper, rows[i].lower);
		for (const char *at = rows[i].steps; *at; at += strcspn(at, " "), at += *at == ' ')
			step(&world, rows[i].what, at);
		lvs_rules_fini(&world.rules);
	}
}

static void thresholds_that_contradict_are_refused(void **state)
{
	struct lvs_server_spec bad = spec(5, 6);
	struct lvs_server *server = NULL;
	struct world world;

	(void)state;
	begin(&world, 4, 2);
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &bad), -ERANGE);
	assert_int_equal(world.server->spec.upper, 4);
	assert_int_equal(world.server->spec.lower, 2);
	bad.addr = test_addr("10.0.0.2");
	assert_int_equal(lvs_server_add(&world.rules, world.service, &bad, &server), -ERANGE);
	assert_null(server);
	lvs_rules_fini(&world.rules);
}

/* The kernel's trash keeps the flag up to date too. */
static void overload_survives_removal(void **state)
{
	struct lvs_server_spec again = spec(2, 0);
	struct lvs_server *server = NULL;
	struct world world;

	(void)state;
	begin(&world, 2, 0);
	lvs_server_bind(world.server);
	lvs_server_bind(world.server);
	lvs_server_remove(&world.rules, world.server, 0);
	assert_int_equal(lvs_server_add(&world.rules, world.service, &again, &server), 0);
	assert_ptr_equal(server, world.server);
	assert_true(server->overload);
	lvs_server_remove(&world.rules, world.server, 0);
	lvs_server_unbind(world.server, false);
	lvs_server_unbind(world.server, false);
	assert_int_equal(lvs_server_add(&world.rules, world.service, &again, &server), 0);
	assert_false(server->overload);
	lvs_rules_fini(&world.rules);
}

static void the_last_weight_that_was_not_zero_is_kept(void **state)
{
	struct lvs_server_spec next = spec(0, 0);
	struct lvs_server *server = NULL;
	struct world world;

	(void)state;
	begin(&world, 0, 0);
	assert_int_equal(world.server->last_weight, 1);
	next.weight = 7;
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	next.weight = 0;
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_int_equal(world.server->last_weight, 7);
	next.addr = test_addr("10.0.0.2");
	assert_int_equal(lvs_server_add(&world.rules, world.service, &next, &server), 0);
	assert_int_equal(server->last_weight, 0);
	lvs_rules_fini(&world.rules);
}

/* What is said of the path comes before what the host's routes say; who sits on the path knows better than both. */
static void a_path_is_as_wide_as_it_is_said_to_be(void **state)
{
	struct lvs_server_spec next = spec(0, 0);
	struct world world;

	(void)state;
	begin(&world, 0, 0);
	next.mtu = 1400;
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_int_equal(world.server->mtu, 1400);
	lvs_server_set_mtu(world.server, 1300);
	assert_int_equal(world.server->mtu, 1400);
	lvs_server_set_mtu(world.server, 9000);
	assert_int_equal(world.server->mtu, 1400);
	lvs_server_report_mtu(world.server, 1200, 0);
	assert_int_equal(world.server->mtu, 1200);
	assert_true(lvs_server_too_long(world.server, 1201, 0));
	assert_false(lvs_server_too_long(world.server, 1400, LVS_SECONDS(601)));
	assert_int_equal(world.server->mtu, 1400);
	next.mtu = 0;
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_int_equal(world.server->mtu, 9000);
	next.mtu = 1400;
	next.forward = lvs_forward_find("tunnel");
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_int_equal(world.server->mtu, 1380);
	lvs_rules_fini(&world.rules);
}

/* Connections of the old method outlive it, and so does what the host has to do for their replies. */
static void replies_are_led_as_long_as_they_may_come(void **state)
{
	struct lvs_server_spec next = spec(0, 0);
	struct world world;

	(void)state;
	begin(&world, 0, 0);
	assert_true(world.server->led);
	lvs_server_bind(world.server);
	next.forward = lvs_forward_find("droute");
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_true(world.server->led);
	lvs_server_unbind(world.server, false);
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_false(world.server->led);
	lvs_server_bind(world.server);
	next.forward = lvs_forward_find("fullnat");
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_false(world.server->led);
	next.forward = lvs_forward_find("masq");
	assert_int_equal(lvs_server_edit(&world.rules, world.server, &next), 0);
	assert_true(world.server->led);
	lvs_server_unbind(world.server, false);
	lvs_rules_fini(&world.rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overload_follows_the_counts),
		cmocka_unit_test(thresholds_that_contradict_are_refused),
		cmocka_unit_test(overload_survives_removal),
		cmocka_unit_test(the_last_weight_that_was_not_zero_is_kept),
		cmocka_unit_test(a_path_is_as_wide_as_it_is_said_to_be),
		cmocka_unit_test(replies_are_led_as_long_as_they_may_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
