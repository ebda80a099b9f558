// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plays series of connections against a scheduler, with rules as an engine has them but without packets: a connection is
 * no more than a count, and begins as an active one.
 */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/service.h"
#include "engine/wire.h"

#define SERVERS 16

/**
 * struct play - one row being played
 * @servers:	by number, once they were added
 * @word:	number of the word, for messages
 * @conns:	connections begun so far
 */
struct play {
	const struct test_sequence *row;
	struct lvs_rules rules;
	struct lvs_service *service;
	struct lvs_server *servers[SERVERS];
	unsigned int word;
	unsigned int conns;
};

static struct lvs_server_spec server_spec(unsigned int number, uint32_t weight)
{
	struct lvs_server_spec spec = {
		.addr = test_addr("10.2.0.0"),
		.port = LVS_BE16(8000),
		.weight = weight,
		.forward = lvs_forwards[0],
	};

	spec.addr.bytes[15] = (uint8_t)number;
	return spec;
}

static void add(struct play *play, unsigned int number, uint32_t weight)
{
	struct lvs_server_spec spec = server_spec(number, weight);

	assert_int_equal(lvs_server_add(&play->rules, play->service, &spec, &play->servers[number]), 0);
}

static void edit(struct play *play, unsigned int number, uint32_t weight)
{
	struct lvs_server_spec spec = server_spec(number, weight);

	assert_int_equal(lvs_server_edit(&play->rules, play->servers[number], &spec), 0);
}

/* Another scheduler takes over for a moment. */
static void attach_anew(struct play *play)
{
	struct lvs_service_spec own = play->service->spec, other = own;

	other.sched = own.sched == lvs_scheds[0] ? lvs_scheds[1] : lvs_scheds[0];
	assert_int_equal(lvs_service_edit(&play->rules, play->service, &other), 0);
	assert_int_equal(lvs_service_edit(&play->rules, play->service, &own), 0);
}

/* @expect: 0 for none */
static void connect_one(struct play *play, unsigned int expect)
{
	static const struct lvs_tuple tuple;
	struct lvs_server *server = play->service->spec.sched->pick(play->service, &tuple);
	unsigned int got = server ? server->spec.addr.bytes[15] : 0;
	bool closes = play->row->closing == TEST_CLOSES ||
		      (play->row->closing == TEST_EVERY_SECOND_CLOSES && play->conns % 2 == 1);

	play->conns++;
	if (got != expect)
		fail_msg("%s: word %u, connection %u: server %u, not %u", play->row->what, play->word, play->conns,
			 expect, got);
	if (!server)
		return;
	if (closes)
		server->inactive++;
	else
		server->active++;
}

static void have(struct play *play, unsigned int number, uint32_t active, uint32_t inactive)
{
	play->servers[number]->active = active;
	play->servers[number]->inactive = inactive;
}

static void check_count(struct play *play, unsigned int number, uint32_t active, uint32_t inactive)
{
	const struct lvs_server *server = play->servers[number];

	if (server->active != active || server->inactive != inactive)
		fail_msg("%s: word %u: server %u has %u active and %u inactive connections, not %u and %u",
			 play->row->what, play->word, number, server->active, server->inactive, active, inactive);
}

static void play_word(struct play *play, const char *word)
{
	unsigned int number, a, b;
	char end;

	if (sscanf(word, "+%u:%u%c", &number, &a, &end) == 2 && number < SERVERS)
		add(play, number, a);
	else if (sscanf(word, "=%u:%u%c", &number, &a, &end) == 2 && number < SERVERS)
		edit(play, number, a);
	else if (sscanf(word, "!%u:%u%c", &number, &a, &end) == 2 && number < SERVERS)
		play->servers[number]->spec.weight = a;
	else if (sscanf(word, "-%u%c", &number, &end) == 1 && number < SERVERS)
		lvs_server_remove(&play->rules, play->servers[number], 0);
	else if (sscanf(word, "%u:%u/%u%c", &number, &a, &b, &end) == 3 && number < SERVERS)
		have(play, number, a, b);
	else if (sscanf(word, "%u@%u/%u%c", &number, &a, &b, &end) == 3 && number < SERVERS)
		check_count(play, number, a, b);
	else if (sscanf(word, "%u%c", &number, &end) == 1 && number > 0)
		connect_one(play, number);
	else if (strcmp(word, "x") == 0)
		connect_one(play, 0);
	else if (strcmp(word, "*") == 0)
		attach_anew(play);
	else
		fail_msg("%s: word %u: \"%s\" means nothing", play->row->what, play->word, word);
}

static void play_row(const struct lvs_sched_ops *sched, const struct test_sequence *row)
{
	const struct lvs_hash_key key = { 1, 2 };
	const struct lvs_service_spec spec = {
		.key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(8000), .proto = LVS_PROTO_TCP },
		.sched = sched,
	};
	struct play play = { .row = row };
	char *series = strdup(row->series);
	char *rest;

	assert_non_null(series);
	assert_int_equal(lvs_rules_init(&play.rules, &key), 0);
	assert_int_equal(lvs_service_add(&play.rules, &spec, &play.service), 0);
	for (char *word = strtok_r(series, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		play.word++;
		play_word(&play, word);
	}
	lvs_rules_fini(&play.rules);
	free(series);
}

void test_sequences(const char *name, const struct test_sequence *rows, size_t n)
{
	const struct lvs_sched_ops *sched = lvs_sched_find(name);

	assert_non_null(sched);
	for (size_t i = 0; i < n; i++)
		play_row(sched, &rows[i]);
}
