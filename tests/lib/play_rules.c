// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever an operator may change, by chance, for the engine and for the plain director alike. */
#include "tests/lib/play.h"

#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"

const uint8_t play_protos[PLAY_PROTOS] = { LVS_PROTO_TCP, LVS_PROTO_UDP, LVS_PROTO_SCTP };

/* xorshift64*, or what the input says */
uint32_t play_draw(struct play *play, uint32_t below)
{
	uint32_t value = 0;

	if (play->input) {
		for (uint32_t rest = below - 1; rest && play->input_left; rest >>= 8, play->input_left--)
			value = value << 8 | *play->input++;
		return value % below;
	}
	play->random ^= play->random >> 12;
	play->random ^= play->random << 25;
	play->random ^= play->random >> 27;
	return (uint32_t)((play->random * 0x2545f4914f6cdd1dULL >> 32) % below);
}

bool play_chance(struct play *play, uint32_t in)
{
	return play_draw(play, in) == in - 1;	/* input that has run out means no */
}

struct lvs_addr play_addr(bool ip6, uint32_t word)
{
	struct lvs_addr ret = lvs_addr_from4(LVS_BE32(word));

	if (ip6)
		ret = (struct lvs_addr){ .words = { LVS_BE32(0x20010db8), 0, LVS_BE32(word >> 8), LVS_BE32(word & 0xff) } };
	return ret;
}

struct lvs_addr play_vip(bool ip6, unsigned int n)
{
	return play_addr(ip6, 0xc0000201 + n);
}

struct lvs_service *play_service(struct play *play, unsigned int s)
{
	struct lvs_service *service = lvs_service_find(lvs_engine_rules(play->engine), &play->plain.services[s].spec.key);

	PLAY_CHECK((service != NULL) == play->plain.services[s].there);
	return service;
}

struct lvs_server *play_server(struct play *play, unsigned int s, unsigned int k)
{
	const struct plain_end *end = &play->plain.services[s].servers[k].end;
	struct lvs_server *server = lvs_server_find(play_service(play, s), &end->addr, LVS_BE16(end->port));

	PLAY_CHECK(server);
	return server;
}

static struct lvs_server_spec server_spec(const struct plain_server *server)
{
	return (struct lvs_server_spec){ .addr = server->end.addr, .port = LVS_BE16(server->end.port),
					 .weight = server->weight, .upper = server->upper, .lower = server->lower, .forward = lvs_forward_find(server->direct ? "droute" : "masq") };
}

/* Direct routing leaves the port as it is. */
static void draw_server(struct play *play, const struct lvs_service_key *key, struct plain_server *server)
{
	server->direct = !key->ranged && !key->mark && key->port && key->port != LVS_PORT_FTP &&
			 lvs_host16(key->port) == server->end.port && play_chance(play, 2);
	server->weight = play_chance(play, 5) ? 0 : 1 + play_draw(play, play_chance(play, 8) ? 300 : 4);
	server->upper = play_chance(play, 4) ? 1 + play_draw(play, 5) : 0;
	server->lower = server->upper ? play_draw(play, server->upper + 1) : 0;
}

static bool has_records(const struct plain *plain, unsigned int s, unsigned int k)
{
	for (unsigned int i = 0; i < plain->nconns; i++)
		if (plain->conns[i].service == s && plain->conns[i].server == k)
			return true;
	return false;
}

/* One that comes back is the same again, unless it was forgotten meanwhile: after two minutes without anything of its own. */
static void add_server(struct play *play, unsigned int s, unsigned int k)
{
	struct plain_server *server = &play->plain.services[s].servers[k];
	struct lvs_rules *rules = lvs_engine_rules(play->engine);
	uint32_t ntrash = rules->ntrash;
	struct lvs_server_spec spec;
	struct lvs_server *got;

	draw_server(play, &play->plain.services[s].spec.key, server);
	spec = server_spec(server);
	PLAY_CHECK(lvs_server_add(rules, play_service(play, s), &spec, &got) == 0);
	if (rules->ntrash == ntrash) {
		PLAY_CHECK(!has_records(&play->plain, s, k));
		PLAY_CHECK(!play->removed_at[s][k] || play->now - play->removed_at[s][k] >= LVS_SECONDS(120));
		server->counters = (struct lvs_counters){ 0 };
		server->overload = false;
		server->last_weight = 0;
	}
	if (server->weight)
		server->last_weight = server->weight;
	plain_add_server(&play->plain, s, k);
}

void play_change_server(struct play *play, unsigned int s)
{
	unsigned int k = play_draw(play, PLAIN_SERVERS);
	struct plain_server *server = &play->plain.services[s].servers[k];

	if (!server->there) {
		add_server(play, s, k);
	} else if (play_chance(play, 3)) {
		lvs_server_remove(lvs_engine_rules(play->engine), play_server(play, s, k), play->now);
		plain_remove_server(&play->plain, s, k);
		play->removed_at[s][k] = play->now;
	} else {
		struct lvs_server_spec spec;

		draw_server(play, &play->plain.services[s].spec.key, server);
		spec = server_spec(server);
		PLAY_CHECK(lvs_server_edit(lvs_engine_rules(play->engine), play_server(play, s, k), &spec) == 0);
		plain_edit_server(&play->plain, s, k);
	}
}

static void draw_persistence(struct play *play, struct lvs_service_spec *spec)
{
	static const unsigned int bits[2][3] = { { 128, 120, 112 }, { 128, 96, 64 } };
	bool must = !spec->key.port && !spec->key.mark;

	spec->persist = (struct lvs_persist_spec){ .mask = lvs_persist_mask6(128) };
	if (!must && !play_chance(play, 3))
		return;
	spec->persist.timeout = 10 + play_draw(play, 400);
	spec->persist.sliding = play_chance(play, 3);
	spec->persist.keep = play_chance(play, 4);
	spec->persist.mask = lvs_persist_mask6(bits[!lvs_addr_is4(&spec->key.addr)][play_draw(play, 3)]);
}

/* What may change while the service is there. */
static void draw_spec(struct play *play, struct lvs_service_spec *spec)
{
	const char *name;
	uint32_t n = 0;

	while (lvs_scheds[n])
		n++;
	spec->sched = lvs_scheds[play_draw(play, n)];
	name = spec->sched->name;
	/* Those of locality take a megabyte each: let them be fewer. */
	if (!plain_knows(name) || (!strncmp(name, "lblc", 4) && !play_chance(play, 2)))
		spec->sched = lvs_scheds[0];
	spec->sched_flags = (uint8_t)play_draw(play, 4);
	spec->mh_slots = 251;
	spec->mh_as_added = play_chance(play, 2);
	spec->one_packet = play_chance(play, 5);
	spec->expire_quiescent_template = (uint8_t)play_draw(play, 3);
	spec->expire_nodest_conn = (uint8_t)play_draw(play, 3);
	spec->conn_reuse = (uint8_t)play_draw(play, 4);
	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++) {
		spec->sloppy[p] = (uint8_t)(play_chance(play, 4) ? play_draw(play, 3) : LVS_CHOICE_INHERIT);
		for (size_t state = 0; state < lvs_protos[p]->nstates; state++)
			spec->timeouts[p][state] = play_chance(play, 16) ? 1 + play_draw(play, 300) : 0;
	}
	draw_persistence(play, spec);
}

static void draw_name(struct play *play, unsigned int s, bool ip6, struct lvs_service_spec *ret_spec)
{
	static const uint16_t ports[] = { 80, 80, 21, 0 };
	uint16_t first = (uint16_t)(2000 + s % 2);

	*ret_spec = (struct lvs_service_spec){
		.key = { .addr = play_vip(ip6, play_draw(play, 2)), .proto = play_protos[play_draw(play, ARRAY_LEN(play_protos))],
			 .port = LVS_BE16(ports[play_draw(play, ARRAY_LEN(ports))]) },
	};
	if (play_chance(play, 5)) {
		ret_spec->key.ranged = true;
		ret_spec->key.port = LVS_BE16(first);
		ret_spec->ports = (struct lvs_ports){ .n = 2, .ranges = { { first, 2050 }, { 2100, 2100 } } };
	} else if (play_chance(play, 5)) {
		ret_spec->key = (struct lvs_service_key){ .addr = lvs_addr_any(!ip6), .mark = 1 + play_draw(play, 2) };
	}
}

static bool is_taken(const struct play *play, const struct lvs_service_key *key)
{
	for (unsigned int s = 0; s < PLAIN_SERVICES; s++)
		if (play->plain.services[s].spec.sched && !memcmp(&play->plain.services[s].spec.key, key, sizeof(*key)))
			return true;
	return false;
}

/* The name of a service and of its servers, for the whole sequence. */
void play_draw_place(struct play *play, unsigned int s)
{
	static const uint16_t ports[] = { 0, 80, 8080 };
	struct plain_service *service = &play->plain.services[s];
	bool ip6 = play_chance(play, 3);
	struct lvs_service_spec spec;

	draw_name(play, s, ip6, &spec);
	if (is_taken(play, &spec.key))
		return;
	service->spec = spec;
	for (unsigned int k = 0; k < PLAIN_SERVERS; k++)
		service->servers[k].end = (struct plain_end){ play_addr(ip6, 0x0a020001 + k), ports[play_draw(play, ARRAY_LEN(ports))] };
	memset(play->removed_at[s], 0, sizeof(play->removed_at[s]));
	draw_spec(play, &service->spec);
}

void play_toggle_service(struct play *play, unsigned int s)
{
	struct plain_service *service = &play->plain.services[s];
	struct lvs_rules *rules = lvs_engine_rules(play->engine);
	struct lvs_service *got;

	if (!service->spec.sched)
		return;
	if (service->there) {
		for (unsigned int k = 0; k < PLAIN_SERVERS; k++)
			if (service->servers[k].there)
				play->removed_at[s][k] = play->now;
		lvs_service_remove(rules, play_service(play, s), play->now);
		plain_remove_service(&play->plain, s);
		return;
	}
	draw_spec(play, &service->spec);
	PLAY_CHECK(lvs_service_add(rules, &service->spec, &got) == 0);
	plain_add_service(&play->plain, s, &service->spec);
	for (unsigned int n = 1 + play_draw(play, PLAIN_SERVERS); n; n--) {
		unsigned int k = play_draw(play, PLAIN_SERVERS);

		if (!service->servers[k].there)
			add_server(play, s, k);
	}
}

void play_edit_service(struct play *play, unsigned int s)
{
	struct lvs_service_spec spec = play->plain.services[s].spec;

	draw_spec(play, &spec);
	PLAY_CHECK(lvs_service_edit(lvs_engine_rules(play->engine), play_service(play, s), &spec) == 0);
	plain_edit_service(&play->plain, s, &spec);
}

void play_change_settings(struct play *play)
{
	struct lvs_engine_settings settings = { .ping = LVS_PING_NEVER, .defence.rate = 1 + play_draw(play, 4) };

	settings.expire_quiescent_template = play_chance(play, 2);
	settings.expire_nodest_conn = play_chance(play, 3);
	settings.conn_reuse = (enum lvs_reuse)play_draw(play, 4);
	settings.defence.drop_packet = play_chance(play, 8) ? LVS_DEFENCE_ALWAYS : LVS_DEFENCE_OFF;
	settings.defence.secure_tcp = play_chance(play, 4) ? LVS_DEFENCE_ALWAYS : LVS_DEFENCE_OFF;
	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++) {
		settings.sloppy[p] = play_chance(play, 8);
		for (size_t state = 0; state < lvs_protos[p]->nstates; state++)
			settings.timeouts[p][state] = play_chance(play, 4) ? 1 + play_draw(play, 300) : 0;
	}
	lvs_engine_configure(play->engine, &settings, play->now);
	play->plain.settings = settings;
}

void play_change_marks(struct play *play)
{
	struct plain *plain = &play->plain;
	struct lvs_classifier *classifier = NULL;

	plain->nmarks = play_chance(play, 3) ? play_draw(play, PLAIN_MARKS + 1) : 0;
	for (uint32_t i = 0; i < plain->nmarks; i++) {
		struct lvs_mark_rule *rule = &plain->marks[i];
		bool ip6 = play_chance(play, 3);

		*rule = (struct lvs_mark_rule){ .mark = 1 + play_draw(play, 2), .address = { play_vip(ip6, play_draw(play, 3)), LVS_PREFIX_HOST } };
		if (play_chance(play, 2))
			rule->proto = play_protos[play_draw(play, 3)];
		if (play_chance(play, 3))
			rule->client = (struct lvs_prefix){ play_addr(ip6, 0x0a000000), ip6 ? 96 : 120 };
		if (play_chance(play, 3))
			rule->ports = (struct lvs_ports){ .n = 1, .ranges = { { 80, 2000 } } };
	}
	if (plain->nmarks)
		PLAY_CHECK(lvs_classifier_new(plain->marks, plain->nmarks, &(struct lvs_hash_key){ 3, 4 }, &classifier) == 0);
	lvs_classifier_free(lvs_rules_set_classifier(lvs_engine_rules(play->engine), classifier));
}
