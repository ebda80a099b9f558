// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk of a packet. A burst is taken in batches: all packets are parsed and hashed and the index lines they need are
 * fetched, then the records, then each walks to its end. A packet that belongs to a connection is tracked and relayed;
 * one that does not goes on in schedule.c.
 */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "base/csum.h"
#include "engine/appoint.h"
#include "engine/core.h"
#include "engine/handshake.h"
#include "engine/icmp.h"
#include "engine/ipsec.h"
#include "engine/limit.h"
#include "engine/mss.h"
#include "engine/originate.h"
#include "engine/persist.h"
#include "engine/rules.h"
#include "engine/wire.h"

/* As many as fit the line-fill buffers twice over: the first are there when the last are asked for. */
#define BATCH 32
/* Records looked at in one turn of lvs_engine_expire(): well under a millisecond even when none is in the cache. */
#define EXPIRE_BUDGET 2048
/* One connection in so many may have its payload read, or wait for an answer that is watched for; but never fewer. */
#define TEXTS_SHARE 16
#define TEXTS_MIN 1024

/* Of its own, so that no guess at a cookie says anything about the table, or the other way round. */
static struct lvs_hash_key cookie_key(const struct lvs_hash_key *key)
{
	return (struct lvs_hash_key){ lvs_hash_words(key, &(uint64_t){ 1 }, 1), lvs_hash_words(key, &(uint64_t){ 2 }, 1) };
}

int lvs_engine_new(const struct lvs_engine_options *options, lvs_ns now, struct lvs_engine **ret_engine)
{
	uint32_t texts = LVS_MIN(LVS_MAX(options->max_connections / TEXTS_SHARE, TEXTS_MIN), options->max_connections);
	struct lvs_engine *engine;
	int err;

	if (!options->max_connections || options->max_connections > LVS_CONN_MAX || !options->memory)
		return -EINVAL;
	engine = aligned_alloc(64, (sizeof(*engine) + 63) / 64 * 64);
	if (!engine)
		return -ENOMEM;
	memset(engine, 0, sizeof(*engine));
	err = lvs_rules_init(&engine->rules, &options->key);
	if (err)
		goto fail;
	lvs_masquerade_init(&engine->masquerade, &engine->rules);
	err = lvs_fragments_new(&options->fragments, &options->key, &engine->fragments);
	if (err)
		goto fail;
	err = lvs_streams_init(&engine->streams, options->max_connections, texts);
	if (err)
		goto fail;
	err = lvs_expectations_init(&engine->expectations, texts);
	if (err)
		goto fail;
	err = lvs_appointments_new(&engine->appointments);
	if (err)
		goto fail;
	err = lvs_clients_init(&engine->clients, options->max_clients, &options->key);
	if (err)
		goto fail;
	err = lvs_sources_init(&engine->sources, &options->key);
	if (err)
		goto fail;
	err = lvs_attempts_init(&engine->attempts, texts);
	if (err)
		goto fail;
	lvs_conn_table_init(&engine->conns, options->memory, options->max_connections, &options->key,
			    lvs_tick_from_ns(now));
	engine->conns.sources = engine->sources.slots;
	for (uint32_t i = 0; i < ARRAY_LEN(engine->helper_keys); i++)
		engine->helper_keys[i] = (struct lvs_hash_key){ lvs_hash_32(&options->key, 2 * i),
								lvs_hash_32(&options->key, 2 * i + 1) };
	engine->cookie_key = cookie_key(&options->key);
	lvs_replies_init(&engine->replies, options->settings.reply_rate, now);
	lvs_engine_configure(engine, &options->settings, now);
	*ret_engine = engine;
	return 0;
fail:
	lvs_engine_free(engine);
	return err;
}

void lvs_engine_free(struct lvs_engine *engine)
{
	if (!engine)
		return;
	assert(!engine->traces);
	lvs_sources_fini(&engine->sources);
	lvs_expectations_fini(&engine->expectations);
	lvs_appointments_free(engine->appointments);
	lvs_streams_fini(&engine->streams);
	lvs_fragments_free(engine->fragments);
	lvs_rules_fini(&engine->rules);
	lvs_clients_fini(&engine->clients);
	lvs_attempts_fini(&engine->attempts);
	free(engine);
}

static void set_own(struct lvs_engine *engine, const struct lvs_engine_settings *settings)
{
	struct lvs_addr own[LVS_OWN_MAX];
	uint32_t n = 0;

	assert(settings->nown <= ARRAY_LEN(settings->own));
	if (!lvs_addr_is_any(&settings->dip4))
		own[n++] = settings->dip4;
	if (!lvs_addr_is_any(&settings->dip6))
		own[n++] = settings->dip6;
	for (uint32_t i = 0; i < settings->nown; i++)
		own[n++] = settings->own[i];
	lvs_rules_set_own(&engine->rules, own, n);
}

void lvs_engine_configure(struct lvs_engine *engine, const struct lvs_engine_settings *settings, lvs_ns now)
{
	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++) {
		for (size_t s = 0; s < lvs_protos[p]->nstates; s++) {
			uint32_t seconds = settings->timeouts[p][s];

			engine->timeouts[p][s] = lvs_ticks_from_seconds(seconds ? seconds : lvs_protos[p]->states[s].timeout);
		}
	}
	engine->plain_ways = settings->direct_offload ? LVS_WAY_TUNNEL : LVS_WAY_TUNNEL | LVS_WAY_DIRECT;
	engine->link_mtu = settings->link_mtu ? settings->link_mtu : UINT32_MAX;
	set_own(engine, settings);
	lvs_replies_configure(&engine->replies, settings->reply_rate, now);
	engine->settings = *settings;
	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	lvs_defence_judge(engine);
}

struct lvs_rules *lvs_engine_rules(struct lvs_engine *engine)
{
	return &engine->rules;
}

const struct lvs_stats *lvs_engine_stats(const struct lvs_engine *engine)
{
	return &engine->stats;
}

const struct lvs_conn_table *lvs_engine_conns(const struct lvs_engine *engine)
{
	return &engine->conns;
}

const struct lvs_defence *lvs_engine_defence(const struct lvs_engine *engine)
{
	return &engine->defence;
}

const struct lvs_clients *lvs_engine_clients(const struct lvs_engine *engine)
{
	return &engine->clients;
}

void lvs_engine_pass(struct lvs_engine *engine, struct lvs_packet *packet)
{
	engine->stats.passed++;
	engine->sink->emit(engine->sink, packet);
}

void lvs_engine_answer(struct lvs_engine *engine, struct lvs_packet *packet)
{
	engine->stats.answered++;
	engine->stats.replied[LVS_REPLY_ECHO]++;
	engine->sink->emit(engine->sink, packet);
}

void lvs_engine_forward(struct lvs_engine *engine, struct lvs_packet *packet)
{
	engine->stats.forwarded++;
	engine->sink->emit(engine->sink, packet);
}

void lvs_engine_say(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_reply_kind kind)
{
	engine->stats.replied[kind]++;
	engine->sink->emit(engine->sink, packet);
}

void lvs_engine_drop(struct lvs_engine *engine, enum lvs_drop drop)
{
	engine->stats.dropped[drop]++;
}

static void count(struct lvs_counters *counters, uint32_t bytes, enum lvs_dir dir)
{
	if (dir == LVS_DIR_REQUEST) {
		counters->in_packets++;
		counters->in_bytes += bytes;
	} else {
		counters->out_packets++;
		counters->out_bytes += bytes;
	}
}

void lvs_engine_count(struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_packet *packet,
		      enum lvs_dir dir)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);

	count(&server->counters, packet->len, dir);
	count(&server->service->counters, packet->len, dir);
	count(&engine->stats.total, packet->len, dir);
}

static enum lvs_drop count_hop(struct lvs_engine *engine, struct lvs_packet *packet)
{
	uint8_t *ttl;

	if (packet->ip6) {
		struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		ttl = &ip->hop_limit;
	} else {
		struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		ttl = &ip->ttl;
		if (*ttl > 1)
			ip->csum = lvs_csum_update(ip->csum, lvs_csum_delta((LVS_FORCE uint16_t)LVS_BE16(0x0100), 0));
	}
	if (*ttl <= 1) {
		lvs_reply_error(engine, packet, LVS_ERROR_TIME_EXCEEDED, 0);
		return LVS_DROP_TTL;
	}
	--*ttl;
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_engine_take_hop(struct lvs_engine *engine, struct lvs_packet *packet)
{
	return engine->settings.decrement_ttl ? count_hop(engine, packet) : LVS_DROP_NONE;
}

enum lvs_drop lvs_engine_take_hop_apart(struct lvs_engine *engine, struct lvs_packet *packet)
{
	return engine->settings.decrement_ttl_apart ? count_hop(engine, packet) : LVS_DROP_NONE;
}

/* Of a server that has not been removed. */
static inline enum lvs_drop relay(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
				  enum lvs_dir dir)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	enum lvs_drop drop;

	if (dir == LVS_DIR_REQUEST && server->mtu && packet->len > server->mtu &&
	    lvs_server_too_long(server, lvs_packet_wire_len(packet), engine->now) && !lvs_packet_may_fragment(packet)) {
		lvs_reply_error(engine, packet, LVS_ERROR_TOO_BIG, server->mtu);
		return LVS_DROP_TOO_BIG;
	}
	if (lvs_unlikely(packet->len > engine->link_mtu) && dir == LVS_DIR_REPLY && !lvs_packet_may_fragment(packet) &&
	    lvs_packet_wire_len(packet) > engine->link_mtu) {
		lvs_reply_error(engine, packet, LVS_ERROR_TOO_BIG, engine->link_mtu);
		return LVS_DROP_TOO_BIG;
	}
	drop = lvs_engine_take_hop(engine, packet);
	if (drop)
		return drop;
	if (lvs_unlikely(packet->tcp_flags & LVS_TCP_SYN))
		lvs_mss_clamp(server, packet);
	if (lvs_unlikely(conn->flags & (LVS_CONN_STREAM | LVS_CONN_ONE_WAY | LVS_CONN_MIXED)))
		return lvs_engine_relay_rare(engine, conn, packet, dir);
	lvs_engine_count(engine, conn, packet, dir);
	drop = lvs_forwards[conn->forward]->rewrite(engine, conn, packet, dir);
	if (lvs_unlikely(drop))
		return drop;
	if (lvs_unlikely(packet->len > engine->link_mtu))
		return lvs_engine_relay_long(engine, packet);
	lvs_engine_forward(engine, packet);
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_engine_relay(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
			       enum lvs_dir dir)
{
	if (!lvs_server_at(&engine->rules, conn->server)->service)
		return LVS_DROP_SERVER_GONE;
	return relay(engine, conn, packet, dir);
}

lvs_tick lvs_engine_timeout(const struct lvs_engine *engine, const struct lvs_server *server,
			    const struct lvs_proto_ops *proto, uint8_t state)
{
	uint32_t own = server->service ? server->service->spec.timeouts[proto->index][state] : 0;

	return own ? lvs_ticks_from_seconds(own) : engine->timeouts[proto->index][state];
}

void lvs_engine_set_state(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_ops *proto,
			  uint8_t state)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	bool active = proto->states[state].active;

	if (active != !!(conn->flags & LVS_CONN_ACTIVE)) {
		lvs_server_set_active(server, active);
		conn->flags ^= LVS_CONN_ACTIVE;
	}
	if (lvs_unlikely(conn->client))
		lvs_limit_follow(engine, conn, &proto->states[conn->state], &proto->states[state]);
	conn->state = state;
	if (conn->control && proto->states[state].class == LVS_CLASS_ESTABLISHED)
		lvs_persist_assure(engine, conn);
	lvs_conn_set_timer(&engine->conns, conn, engine->tick, lvs_engine_timeout(engine, server, proto, state),
			   proto->states[state].class);
}

void lvs_engine_end(struct lvs_engine *engine, struct lvs_conn *conn, bool early)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);

	if (conn->flags & LVS_CONN_TEMPLATE)
		server->persistent--;
	else if (conn->flags & LVS_CONN_ONE_PACKET)
		server->pins--;
	else
		lvs_server_unbind(server, conn->flags & LVS_CONN_ACTIVE);
	if (conn->control)
		lvs_persist_unbind(engine, conn, early);
	if (conn->stream)
		lvs_stream_end(engine, conn);
	if (lvs_unlikely(conn->client))
		lvs_limit_end(engine, conn);
	if (lvs_unlikely(conn->attempt))
		lvs_attempt_end(engine, conn, early);
	if (lvs_unlikely(conn->dismissed)) {
		server->dismissing--;
		lvs_rules_settle(&engine->rules, server);
	}
	lvs_conn_release(&engine->conns, conn);
}

/* The server has spoken. */
static void answered(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(conn->proto);

	if (conn->flags & LVS_CONN_ONE_PACKET) {
		lvs_originate_again(engine, conn, packet);
		return;
	}
	conn->flags &= (uint16_t)~(LVS_CONN_NO_OUTPUT | LVS_CONN_UNANSWERED);
	if (conn->flags & LVS_CONN_FILED && conn->class != proto->states[conn->state].class)
		lvs_engine_set_state(engine, conn, proto, conn->state);
	if (conn->control && conn->class == LVS_CLASS_DATAGRAM)
		lvs_persist_assure(engine, conn);
}

enum lvs_drop lvs_engine_track(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_ops *proto,
			       struct lvs_packet *packet, enum lvs_dir dir)
{
	bool unseen = !(conn->flags >> LVS_CONN_SEEN_SHIFT);
	enum lvs_drop drop;
	uint8_t state;

	if (dir == LVS_DIR_REPLY && lvs_unlikely(conn->flags & LVS_CONN_UNANSWERED)) {
		if (lvs_handshake_is_open(engine, conn))
			return lvs_handshake_take(engine, conn, packet, dir);
		if (conn->attempt && lvs_attempt_answered(engine, conn, packet, &drop))
			return drop;
		answered(engine, conn, packet);
	}
	/* Young connections only: who has not met its server yet is among them. */
	if (dir == LVS_DIR_REQUEST && conn->flags < LVS_DEFENCE_MANY << LVS_CONN_SEEN_SHIFT) {
		if (lvs_unlikely(conn->flags & LVS_CONN_STREAM) && lvs_handshake_is_open(engine, conn))
			return lvs_handshake_take(engine, conn, packet, dir);
		if (lvs_unlikely(conn->attempt) && !unseen && lvs_attempt_repeated(engine, conn, packet, &drop))
			return drop;
		conn->flags = (uint16_t)(conn->flags + (1u << LVS_CONN_SEEN_SHIFT));
	}
	state = proto->next_state(conn, packet, dir, engine->secure);
	if (state != conn->state || lvs_unlikely(unseen))
		lvs_engine_set_state(engine, conn, proto, state);
	else
		lvs_conn_touch(conn, engine->tick);
	return relay(engine, conn, packet, dir);
}

static enum lvs_drop walk_flow(struct lvs_engine *engine, struct lvs_packet *packet)
{
	const struct lvs_proto_ops *proto;
	struct lvs_conn *conn;
	enum lvs_dir dir;

	conn = lvs_conn_find(&engine->conns, &packet->tuple, packet->hash, &dir);
	if (!conn)
		return lvs_engine_begin(engine, packet);
	proto = lvs_proto_find(packet->proto);
	if (lvs_unlikely(proto->states[conn->state].over | proto->states[conn->state].closing) &&
	    lvs_retire_replaced(engine, conn, proto, packet, dir)) {
		lvs_engine_end(engine, conn, true);
		return lvs_engine_begin(engine, packet);
	}
	if (lvs_unlikely(lvs_server_at(&engine->rules, conn->server)->retiring)) {
		enum lvs_drop drop = LVS_DROP_NONE;

		switch (lvs_retire_judge(engine, conn, proto, packet, dir, &drop)) {
		case LVS_RETIRE_STAYS:
			break;
		case LVS_RETIRE_DONE:
			return drop;
		case LVS_RETIRE_ENDED:
			return lvs_engine_begin(engine, packet);
		}
	}
	return lvs_engine_track(engine, conn, proto, packet, dir);
}

static enum lvs_drop walk_other(struct lvs_engine *engine, struct lvs_packet *packet)
{
	enum lvs_drop drop = lvs_engine_check_ends(engine, packet);

	if (drop || lvs_ipsec_relay(engine, packet, &drop))
		return drop;
	return lvs_engine_refuse_or_pass(engine, packet);
}

/* A first fragment walks like the whole packet would; the later ones go where it went. */
static enum lvs_drop walk_first_fragment(struct lvs_engine *engine, struct lvs_packet *packet)
{
	enum lvs_fragment_fate fate = LVS_FRAGMENT_DROP;
	enum lvs_drop drop = lvs_fragment_first(engine, packet);
	uint64_t passed = engine->stats.passed;
	const bool ip6 = packet->ip6;
	enum lvs_dir dir;

	if (drop)
		return drop;
	engine->one_packet = NULL;
	if (packet->kind == LVS_PACKET_FLOW)
		drop = walk_flow(engine, packet);
	else
		drop = walk_other(engine, packet);
	packet->ip6 = ip6;	/* it may have left as one of the other family; the others of its datagram are as it was */
	if (!drop) {
		bool ours = packet->kind == LVS_PACKET_FLOW &&
			    lvs_conn_find(&engine->conns, &packet->tuple, packet->hash, &dir);

		/* What went to a server and left no record is not the host's: he would send the rest here again. */
		if (engine->one_packet)
			fate = LVS_FRAGMENT_FOLLOW_ONE_PACKET;
		else if (ours)
			fate = LVS_FRAGMENT_FOLLOW;
		else if (engine->stats.passed != passed)
			fate = LVS_FRAGMENT_PASS;
	}
	lvs_fragment_resolve(engine, packet, fate);
	return drop;
}

/* Has two callers, one of which is in a hurry. */
#define INLINE inline __attribute__((always_inline))

static INLINE enum lvs_drop walk(struct lvs_engine *engine, struct lvs_packet *packet)
{
	enum lvs_drop drop;

	if (lvs_likely(packet->kind == LVS_PACKET_FLOW && !packet->fragment))
		return walk_flow(engine, packet);
	if (packet->kind == LVS_PACKET_FRAGMENT)
		return lvs_fragment_later(engine, packet);
	if (packet->fragment)
		return walk_first_fragment(engine, packet);
	if (packet->kind == LVS_PACKET_OTHER)
		return walk_other(engine, packet);
	drop = lvs_engine_check_ends(engine, packet);
	return drop ? drop : lvs_icmp_handle(engine, packet);
}

/* What is known of a packet before its walk. */
static INLINE enum lvs_drop take_in(struct lvs_engine *engine, struct lvs_packet *packet)
{
	enum lvs_drop drop;

	engine->stats.received++;
	engine->stats.received_bytes += packet->len;
	drop = lvs_packet_parse(packet);
	if (!drop && packet->kind == LVS_PACKET_FLOW)
		packet->hash = lvs_conn_hash(&engine->conns, &packet->tuple);
	return drop;
}

static INLINE void walk_all(struct lvs_engine *engine, struct lvs_packet *packets, size_t n, enum lvs_drop *drops)
{
	for (size_t i = 0; i < n; i++) {
		if (!drops[i])
			drops[i] = walk(engine, &packets[i]);
		if (lvs_unlikely(drops[i]))
			lvs_engine_drop(engine, drops[i]);
	}
}

static void handle_batch(struct lvs_engine *engine, struct lvs_packet *packets, size_t n)
{
	enum lvs_drop drops[BATCH];

	for (size_t i = 0; i < n; i++) {
		drops[i] = take_in(engine, &packets[i]);
		if (!drops[i] && packets[i].kind == LVS_PACKET_FLOW)
			lvs_conn_prefetch_bucket(&engine->conns, packets[i].hash);
	}
	for (size_t i = 0; n > 1 && i < n; i++)
		if (!drops[i] && packets[i].kind == LVS_PACKET_FLOW)
			lvs_conn_prefetch_record(&engine->conns, packets[i].hash);
	walk_all(engine, packets, n, drops);
}

static void handle_watched(struct lvs_engine *engine, struct lvs_packet *packets, size_t n, struct lvs_sink *sink)
{
	lvs_engine_set_sink(engine, sink);
	for (size_t i = 0; i < n; i++) {
		enum lvs_drop drop = take_in(engine, &packets[i]);

		lvs_trace_enter(engine, &packets[i], drop);
		walk_all(engine, &packets[i], 1, &drop);
		lvs_trace_leave(engine, drop);
	}
}

void lvs_engine_handle(struct lvs_engine *engine, struct lvs_packet *packets, size_t n, lvs_ns now,
		       struct lvs_sink *sink)
{
	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	if (lvs_unlikely(engine->watched)) {
		handle_watched(engine, packets, n, sink);
		return;
	}
	engine->sink = sink;
	while (n) {
		size_t batch = LVS_MIN(n, BATCH);

		handle_batch(engine, packets, batch);
		packets += batch;
		n -= batch;
	}
}

lvs_ns lvs_engine_expire(struct lvs_engine *engine, lvs_ns now)
{
	unsigned int budget = EXPIRE_BUDGET;
	struct lvs_conn *conn;
	bool sweeping;
	lvs_ns due, next;
	lvs_tick tick;

	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	while ((conn = lvs_wheel_due(&engine->conns.wheel, engine->tick, &budget)))
		if (!lvs_persist_stays(engine, conn) && !lvs_handshake_stays(engine, conn))
			lvs_engine_end(engine, conn, false);
	lvs_defence_step(engine);
	sweeping = lvs_retire_sweep(engine, &budget);
	if (engine->rules.news || now >= engine->rules_due)
		engine->rules_due = lvs_rules_expire(&engine->rules, now);
	next = LVS_MIN(lvs_fragments_expire(engine, now), engine->rules_due);
	if (!budget || sweeping)
		return now;
	if (lvs_wheel_next(&engine->conns.wheel, &tick)) {
		due = (lvs_ns)(int64_t)(int32_t)(tick - engine->tick);
		next = LVS_MIN(next, ((now >> LVS_TICK_SHIFT) + due) << LVS_TICK_SHIFT);
	}
	return next;
}
