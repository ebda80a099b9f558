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
#define CONNS 1024

/* Addresses that are used in turn, from @first on. */
struct turns {
	struct lvs_addr first;
	unsigned int length, next;
};

/**
 * struct play - one row being played
 * @servers:	by number, once they were added
 * @word:	number of the word, for messages
 * @conns:	connections begun so far
 * @open:	the server of each one that is active
 */
struct play {
	const struct test_sequence *row;
	struct lvs_rules rules;
	struct lvs_service *service;
	struct lvs_server *servers[SERVERS];
	struct turns clients, destinations;
	uint16_t port;
	lvs_ns now;
	unsigned int word;
	unsigned int conns;
	struct lvs_server *open[CONNS];
};

static struct lvs_server_spec server_spec(const struct play *play, unsigned int number, const uint32_t numbers[3])
{
	struct lvs_server_spec spec = {
		.addr = test_addr(lvs_addr_is4(&play->service->spec.key.addr) ? "10.2.0.0" : "fd02::"),
		.port = LVS_BE16(8000),
		.weight = numbers[0],
		.upper = numbers[1],
		.lower = numbers[2],
		.forward = lvs_forwards[0],
	};

	spec.addr.bytes[15] = (uint8_t)number;
	return spec;
}

/* Another scheduler takes over for a moment. */
static void attach_anew(struct play *play)
{
	struct lvs_service_spec own = play->service->spec, other = own;

	other.sched = own.sched == lvs_scheds[0] ? lvs_scheds[1] : lvs_scheds[0];
	assert_int_equal(lvs_service_edit(&play->rules, play->service, &other), 0);
	assert_int_equal(lvs_service_edit(&play->rules, play->service, &own), 0);
}

static struct lvs_addr take_turn(struct turns *turns)
{
	struct lvs_addr addr = turns->first;

	addr.bytes[15] = (uint8_t)(addr.bytes[15] + turns->next++ % turns->length);
	return addr;
}

/* The connection, active until now, lingers. */
static void close_one(struct play *play, unsigned int conn)
{
	if (play->open[conn])
		lvs_server_set_active(play->open[conn], false);
	play->open[conn] = NULL;
}

/* @expect: 0 for none */
static void connect_one(struct play *play, unsigned int expect)
{
	const struct lvs_tuple tuple = { .src = take_turn(&play->clients), .sport = LVS_BE16(play->port),
					 .dst = take_turn(&play->destinations), .dport = LVS_BE16(8000),
					 .proto = LVS_PROTO_TCP };
	struct lvs_server *server = play->service->spec.sched->pick(play->service, &tuple, play->now);
	unsigned int got = server ? server->spec.addr.bytes[15] : 0, conn = play->conns++;

	play->port++;
	assert_true(conn < CONNS);
	if (got != expect)
		fail_msg("%s: word %u, connection %u: server %u, not %u", play->row->what, play->word, play->conns,
			 got, expect);
	if (!server)
		return;
	lvs_server_bind(server);
	lvs_server_set_active(server, true);
	play->open[conn] = server;
	if (play->row->closing == TEST_CLOSES || (play->row->closing == TEST_EVERY_SECOND_CLOSES && conn % 2 == 1))
		close_one(play, conn);
}

static void have(struct lvs_server *server, uint32_t active, uint32_t inactive)
{
	server->active = active;
	server->inactive = inactive;
	lvs_server_weigh(server);
	lvs_server_changed(server);
}

static void set_overload(struct lvs_server *server, bool overload)
{
	server->overload = overload;
	lvs_server_changed(server);
}

static void check_count(struct play *play, unsigned int number, uint32_t active, uint32_t inactive)
{
	const struct lvs_server *server = play->servers[number];

	if (server->active != active || server->inactive != inactive)
		fail_msg("%s: word %u: server %u has %u active and %u inactive connections, not %u and %u",
			 play->row->what, play->word, number, server->active, server->inactive, active, inactive);
}

/* @text: "10.1.0.1" or "10.1.0.1/2" */
static struct turns turns(const char *text)
{
	const char *slash = strchr(text, '/');
	char *addr = strndup(text, slash ? (size_t)(slash - text) : strlen(text));
	struct turns turns = { .length = slash ? (unsigned int)atoi(slash + 1) : 256 };

	assert_non_null(addr);
	assert_true(turns.length > 0);
	turns.first = test_addr(addr);
	free(addr);
	return turns;
}

/* What is done to a server. Return: whether @word means something */
static bool change(struct play *play, const char *word)
{
	struct lvs_server_spec spec;
	unsigned int number, a, b;
	uint32_t n[3] = { 0 };
	struct lvs_server **server;
	char verb, end;
	int words;

	if (sscanf(word, "%u:%u/%u%c", &number, &a, &b, &end) == 3 && number < SERVERS) {
		have(play->servers[number], a, b);
		return true;
	}
	words = sscanf(word, "%c%u:%u:%u:%u", &verb, &number, &n[0], &n[1], &n[2]);
	if (words < 2 || !strchr("+=!-", verb) || number >= SERVERS)
		return false;
	server = &play->servers[number];
	spec = server_spec(play, number, n);
	if (verb == '+' && words > 2)
		assert_int_equal(lvs_server_add(&play->rules, play->service, &spec, server), 0);
	else if (verb == '=' && words > 2)
		assert_int_equal(lvs_server_edit(&play->rules, *server, &spec), 0);
	else if (verb == '!' && words == 3)
		set_overload(*server, n[0] == 0);
	else if (verb == '-' && words == 2)
		lvs_server_remove(&play->rules, *server, play->now);
	else
		return false;
	return true;
}

static void play_word(struct play *play, const char *word)
{
	unsigned int number, a, b;
	char end;

	if (change(play, word))
		return;
	if (sscanf(word, "%u@%u/%u%c", &number, &a, &b, &end) == 3 && number < SERVERS)
		check_count(play, number, a, b);
	else if (sscanf(word, "%u%c", &number, &end) == 1 && number > 0)
		connect_one(play, number);
	else if (strcmp(word, "x") == 0)
		connect_one(play, 0);
	else if (sscanf(word, "<%u%c", &number, &end) == 1 && number <= play->conns)
		for (unsigned int conn = 0; conn < number; conn++)
			close_one(play, conn);
	else if (strcmp(word, "*") == 0)
		attach_anew(play);
	else if (*word == 'c')
		play->clients = turns(word + 1);
	else if (*word == 'd')
		play->destinations = turns(word + 1);
	else if (sscanf(word, "p%u%c", &number, &end) == 1)
		play->port = (uint16_t)number;
	else if (sscanf(word, "t%u%c", &number, &end) == 1)
		play->now += LVS_SECONDS(number);
	else
		fail_msg("%s: word %u: \"%s\" means nothing", play->row->what, play->word, word);
}

static void play_row(const struct lvs_service_spec *spec, const struct test_sequence *row)
{
	const struct lvs_hash_key key = { 1, 2 };
	struct play play = { .row = row, .clients = turns("10.1.0.1/1"), .destinations = turns("192.0.2.10/1"),
			     .port = 1024, .now = LVS_SECONDS(1000000) };
	char *series = strdup(row->series);
	char *rest;

	assert_non_null(series);
	assert_int_equal(lvs_rules_init(&play.rules, &key), 0);
	assert_int_equal(lvs_service_add(&play.rules, spec, &play.service), 0);
	for (char *word = strtok_r(series, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		play.word++;
		play_word(&play, word);
	}
	lvs_rules_fini(&play.rules);
	free(series);
}

void test_sequences_of(const struct lvs_service_spec *spec, const struct test_sequence *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		play_row(spec, &rows[i]);
}

void test_sequences(const char *name, const struct test_sequence *rows, size_t n)
{
	const struct lvs_service_spec spec = {
		.key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(8000), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find(name),
	};

	assert_non_null(spec.sched);
	test_sequences_of(&spec, rows, n);
}
