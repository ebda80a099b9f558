// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"
#include "tests/lib/story.h"

#define BURST_MAX 64
#define CLIENTS 100
#define ANY '*'

/* What the prefixes mean. */
static const struct place {
	char prefix;
	uint8_t proto;
	unsigned int vip;
	uint16_t vport, rport;
} places[] = {
	{ 'x', LVS_PROTO_TCP, 1, 80, 8080 },
	{ 'y', LVS_PROTO_TCP, 2, 80, 8080 },
	{ 'z', LVS_PROTO_TCP, 2, 81, 8080 },
	{ 'u', LVS_PROTO_UDP, 1, 53, 5300 },
};

/* A packet of a burst and what must become of it: '>', '<', '!' or '='. @server: it goes to or comes from, or ANY */
struct step {
	char word[32];
	const struct place *place;
	unsigned int client;
	bool request;
	uint8_t flags;
	char verdict;
	unsigned int server;
	const char *reason;
};

/* @led: the server that each client was last led to, by place */
struct teller {
	const struct story *story;
	const char *word;
	struct director *director;
	bool ip6;
	unsigned int led[ARRAY_LEN(places)][CLIENTS];
	struct step steps[BURST_MAX];
	struct lvs_packet packets[BURST_MAX];
	size_t nsteps;
	bool burst;
};

static void wrong(const struct teller *t, const char *why)
{
	fail_msg("%s (IPv%c): \"%s\": %s", t->story->what, t->ip6 ? '6' : '4', t->word, why);
}

static const char *text_of(const struct teller *t, char *text, size_t size, const char *ip4, const char *ip6, unsigned int n)
{
	(void)snprintf(text, size, "%s%u", t->ip6 ? ip6 : ip4, n);
	return text;
}

#define TEXT_BYTES 40
#define CLIENT(n, text) text_of(t, text, TEXT_BYTES, "10.0.0.", "2001:db8::", n)
#define VIP(n, text) text_of(t, text, TEXT_BYTES, "192.0.2.", "2001:db8:a::", n)
#define SERVER(n, text) text_of(t, text, TEXT_BYTES, "10.1.0.", "2001:db8:b::", n)

static struct lvs_rules *rules_of(const struct teller *t)
{
	return lvs_engine_rules(t->director->engine);
}

static struct lvs_service_spec service_spec(const struct teller *t, const struct place *place)
{
	char text[TEXT_BYTES];

	return (struct lvs_service_spec){
		.key = { .addr = test_addr(VIP(place->vip, text)), .port = LVS_BE16(place->vport), .proto = place->proto },
		.sched = lvs_sched_find("rr"),
	};
}

static void make_service(const struct teller *t, const struct place *place)
{
	struct lvs_service_spec spec = service_spec(t, place);
	struct lvs_service *service;

	assert_int_equal(lvs_service_add(rules_of(t), &spec, &service), 0);
}

static struct lvs_service *service_of(const struct teller *t, const struct place *place)
{
	struct lvs_service_spec spec = service_spec(t, place);
	struct lvs_service *service = lvs_service_find(rules_of(t), &spec.key);

	if (!service)
		wrong(t, "there is no service");
	return service;
}

/* Removed ones too; the one that is not, if there are two. */
static struct lvs_server *server_of(const struct teller *t, const struct place *place, unsigned int n)
{
	struct lvs_service_spec of = service_spec(t, place);
	char text[TEXT_BYTES];
	struct lvs_addr addr = test_addr(SERVER(n, text));
	struct lvs_server *found = NULL;

	for (uint32_t id = 1; id < rules_of(t)->servers_len; id++) {
		struct lvs_server *server = rules_of(t)->servers[id];

		if (server && lvs_addr_equal(&server->spec.addr, &addr) && lvs_addr_equal(&server->of.addr, &of.key.addr) &&
		    server->of.port == of.key.port && server->of.proto == of.key.proto && (!found || server->service))
			found = server;
	}
	if (!found)
		wrong(t, "there is no such server");
	return found;
}

/* As it comes, or, if @away, as it leaves for or from server @n. */
static struct lvs_packet packet_of(const struct teller *t, const struct step *step, bool away, unsigned int n)
{
	char client[TEXT_BYTES], vip[TEXT_BYTES], server[TEXT_BYTES];
	const struct place *place = step->place;
	bool virtual = step->request != away;
	struct build what = {
		.proto = place->proto, .tcp_flags = step->flags, .seq = 7 * step->client, .payload = step->client % 4,
	};

	(void)VIP(place->vip, vip);
	(void)SERVER(n, server);
	what.src = CLIENT(step->client, client);
	what.sport = (uint16_t)(1000 + step->client);
	what.dst = virtual ? vip : server;
	what.dport = virtual ? place->vport : place->rport;
	if (!step->request) {
		const char *src = what.dst;
		uint16_t sport = what.dport;

		what.dst = what.src;
		what.dport = what.sport;
		what.src = src;
		what.sport = sport;
	}
	return build(&what);
}

/* Which server @out was sent to. */
static unsigned int server_in(const struct teller *t, const struct lvs_packet *out)
{
	for (unsigned int n = 1; n < 100; n++) {
		char text[TEXT_BYTES];
		struct lvs_addr addr = test_addr(SERVER(n, text));

		if (out->len >= 20 && !memcmp(out->data + (t->ip6 ? 24 : 16), addr.bytes + (t->ip6 ? 0 : 12), t->ip6 ? 16 : 4))
			return n;
	}
	wrong(t, "it was not sent to a server");
	return 0;
}

static void judge_out(struct teller *t, const struct step *step, const struct lvs_packet *out)
{
	unsigned int n = step->server;

	if (step->verdict == '>') {
		n = server_in(t, out);
		if (step->server != ANY && n != step->server)
			wrong(t, "another server was chosen");
		t->led[step->place - places][step->client] = n;
	}
	build_expect(step->word, out, packet_of(t, step, step->verdict != '=', n));
}

static enum lvs_drop reason_of(const struct teller *t, const char *end)
{
	for (size_t i = 1; i < LVS_DROP_COUNT; i++) {
		const char *name = lvs_drop_name((enum lvs_drop)i);

		if (strlen(name) >= strlen(end) && !strcmp(name + strlen(name) - strlen(end), end))
			return (enum lvs_drop)i;
	}
	wrong(t, "no reason has that name");
	return LVS_DROP_NONE;
}

/* All packets that were collected, in one burst. */
static void send_burst(struct teller *t)
{
	struct lvs_stats expect = *lvs_engine_stats(t->director->engine);
	const struct lvs_stats *got = lvs_engine_stats(t->director->engine);
	size_t out = 0;

	director_burst(t->director, t->packets, t->nsteps);
	for (size_t i = 0; i < t->nsteps; i++) {
		t->word = t->steps[i].word;
		if (t->steps[i].verdict == '!') {
			expect.dropped[reason_of(t, t->steps[i].reason)]++;
			continue;
		}
		if (out == t->director->nout)
			wrong(t, "nothing came out");
		judge_out(t, &t->steps[i], &t->director->out[out++]);
	}
	if (out != t->director->nout)
		wrong(t, "more came out");
	for (size_t i = 0; i < LVS_DROP_COUNT; i++)
		if (expect.dropped[i] != got->dropped[i])
			wrong(t, lvs_drop_name((enum lvs_drop)i));
	t->nsteps = 0;
}

static bool tell_packet(struct teller *t, const struct place *place, const char *word)
{
	static const char letters[] = "SAFRND";
	static const uint8_t flags[] = { LVS_TCP_SYN, LVS_TCP_ACK, LVS_TCP_FIN | LVS_TCP_ACK, LVS_TCP_RST, 0, 0 };
	const char *letter = strchr(letters, toupper(*word));
	struct step *step = &t->steps[t->nsteps];
	unsigned int *led;
	char *end;

	if (!letter || !isdigit(word[1]))
		return false;
	assert_true(t->nsteps < BURST_MAX);
	*step = (struct step){ .place = place, .request = isupper(*word), .flags = flags[letter - letters] };
	if (*word == 's')
		step->flags |= LVS_TCP_ACK;
	step->client = (unsigned int)strtoul(word + 1, &end, 10);
	assert_true(step->client < CLIENTS);
	(void)snprintf(step->word, sizeof(step->word), "%s", t->word);
	step->verdict = *end++;
	if (!strchr("><!=", step->verdict))
		wrong(t, "what becomes of it?");
	led = &t->led[place - places][step->client];
	if (step->verdict == '>' && *end != ANY)
		*led = (unsigned int)strtoul(end, NULL, 10);
	step->server = step->verdict == '>' && *end == ANY ? ANY : *led;
	step->reason = step->word + (end - t->word);
	t->packets[t->nsteps++] = packet_of(t, step, false, step->server);
	if (!t->burst)
		send_burst(t);
	return true;
}

static bool tell_server(struct teller *t, const struct place *place, const char *word)
{
	struct lvs_server_spec spec = { .port = LVS_BE16(place->rport), .forward = lvs_forward_find("masq") };
	unsigned int n = 0, weight = 0;
	struct lvs_server *server;
	char text[TEXT_BYTES], op;

	if (sscanf(word, "%c%u:%u", &op, &n, &weight) < 2 || !strchr("+=-", op))
		return false;
	spec.addr = test_addr(SERVER(n, text));
	spec.weight = weight;
	if (op == '+') {
		assert_int_equal(lvs_server_add(rules_of(t), service_of(t, place), &spec, &server), 0);
		return true;
	}
	server = lvs_server_find(service_of(t, place), &spec.addr, spec.port);
	if (!server)
		wrong(t, "there is no such server");
	else if (op == '=')
		assert_int_equal(lvs_server_edit(rules_of(t), server, &spec), 0);
	else
		lvs_server_remove(rules_of(t), server, t->director->now);
	return true;
}

static bool tell_count(const struct teller *t, const struct place *place, const char *word)
{
	const struct lvs_server *server;
	unsigned int n, a, b;

	if (sscanf(word, "#%u", &n) == 1) {
		if (lvs_engine_conns(t->director->engine)->used != n)
			wrong(t, "there are more or fewer connections");
	} else if (sscanf(word, "@%u:%u/%u", &n, &a, &b) == 3) {
		server = server_of(t, place, n);
		if (server->active != a || server->inactive != b)
			wrong(t, "it has other connections");
	} else if (sscanf(word, "c%u:%u", &n, &a) == 2) {
		if (server_of(t, place, n)->counters.conns != a)
			wrong(t, "it was chosen more or less often");
	} else {
		return false;
	}
	return true;
}

static void tell_word(struct teller *t, const struct place *place, const char *word)
{
	unsigned int time;
	char unit;

	if (!strcmp(word, "[")) {
		t->burst = true;
	} else if (!strcmp(word, "]")) {
		t->burst = false;
		send_burst(t);
	} else if (!strcmp(word, "del")) {
		lvs_service_remove(rules_of(t), service_of(t, place), t->director->now);
	} else if (!strcmp(word, "new")) {
		make_service(t, place);
	} else if (tell_packet(t, place, word) || tell_server(t, place, word) || tell_count(t, place, word)) {
		return;
	} else if (sscanf(word, "%u%c", &time, &unit) == 2) {
		director_wait(t->director, unit == 's' ? LVS_SECONDS(time) : time * LVS_NS_PER_MS);
	} else {
		wrong(t, "what does that mean?");
	}
}

static void tell(const struct story *story, bool ip6)
{
	static const struct lvs_engine_settings silent = { .ping = LVS_PING_NEVER };
	struct teller *t = calloc(1, sizeof(*t));
	char *words = strdup(story->words), *rest = words;
	void *state;

	assert_non_null(t);
	assert_non_null(words);
	assert_int_equal(director_setup(&state), 0);
	t->story = story;
	t->director = state;
	t->ip6 = ip6;
	lvs_engine_configure(t->director->engine, &silent, t->director->now);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		make_service(t, &places[i]);
	while ((t->word = strtok_r(rest, " ", &rest))) {
		const struct place *place = &places[0];
		const char *word = t->word;

		for (size_t i = 0; i < ARRAY_LEN(places); i++) {
			if (*word == places[i].prefix) {
				place = &places[i];
				word++;
				break;
			}
		}
		tell_word(t, place, word);
		invariants_hold(t->director->engine);
	}
	assert_int_equal(director_teardown(&state), 0);
	free(words);
	free(t);
}

void stories_come_true(const struct story *stories, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tell(&stories[i], false);
		tell(&stories[i], true);
	}
}
