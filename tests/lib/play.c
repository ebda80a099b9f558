// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "sys/addrtext.h"
#include "tests/lib/play_packet.h"
#include "tests/lib/test.h"

#define CAPACITY PLAIN_CONNS
#define CLIENTS 4
#define PORTS 3

static void keep(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct play *play = container_of(sink, struct play, sink);

	PLAY_CHECK(play->nout < ARRAY_LEN(play->out) && packet->len <= PLAY_PACKET_BYTES);
	memcpy(play->out[play->nout], packet->data, packet->len);
	play->direct[play->nout] = packet->via;
	if (packet->via)
		play->via[play->nout] = *packet->via;
	play->out_len[play->nout++] = packet->len;
}

/* Two neighbours, and others farther away. */
static struct plain_end client(struct play *play, bool ip6)
{
	static const uint32_t words[CLIENTS] = { 0x0a000001, 0x0a000002, 0x0a000101, 0x0a010001 };

	return (struct plain_end){ play_addr(ip6, words[play_draw(play, CLIENTS)]),
				   play_chance(play, 50) ? 20 : (uint16_t)(1000 + play_draw(play, PORTS)) };
}

/* Ports that services have, and one that none has. */
static uint16_t asked_port(struct play *play)
{
	static const uint16_t ports[] = { 80, 80, 80, 21, 20, 2000, 2001, 2100, 999 };

	return ports[play_draw(play, ARRAY_LEN(ports))];
}

/* Beside a word on where: what was expected of which packet. */
static void tell(const struct plain_packet *packet, bool later, const struct plain_verdict *verdict)
{
	static const char *const fates[] = { "dropped", "passed", "forwarded" };
	char src[LVS_ADDR_TEXT_BYTES], dst[LVS_ADDR_TEXT_BYTES];

	fprintf(stderr, "protocol %u, %s port %u > %s port %u, TCP flags %#x, chunk %u%s%s: to be %s%s%s",
		packet->proto, lvs_addr_format(&packet->src.addr, src), packet->src.port,
		lvs_addr_format(&packet->dst.addr, dst), packet->dst.port, packet->tcp_flags, packet->chunk,
		packet->fragment ? ", fragment" : "", later ? " of the end" : "", fates[verdict->fate],
		verdict->drop ? " for " : "", verdict->drop ? lvs_drop_name(verdict->drop) : "");
	if (verdict->fate == PLAIN_FORWARDED)
		fprintf(stderr, ", %s port %u > %s port %u", lvs_addr_format(&verdict->src.addr, src), verdict->src.port,
			lvs_addr_format(&verdict->dst.addr, dst), verdict->dst.port);
	fputc('\n', stderr);
}

/* Is the next that came out this one, from whomever to whomever? */
static bool came_out(const struct play *play, const struct plain_packet *packet, uint32_t serial, bool later)
{
	uint8_t mine[PLAY_PACKET_BYTES];
	const uint8_t *out = play->out[play->taken];
	size_t len = play_write(packet, serial, later, mine);
	bool ip6 = !lvs_addr_is4(&packet->src.addr);
	size_t at = packet->proto == LVS_PROTO_UDP ? 8 : 4;

	if (play->taken == play->nout || play->out_len[play->taken] != len || out[0] >> 4 != mine[0] >> 4)
		return false;
	if (packet->fragment)
		return ip6 ? !memcmp(out + 40, mine + 40, 8) : !memcmp(out + 4, mine + 4, 4);
	return out[ip6 ? 6 : 9] == packet->proto && !memcmp(out + (ip6 ? 40 : 20) + at, mine + (ip6 ? 40 : 20) + at, 4);
}

static struct plain_end told_end(const struct play *play, bool ip6)
{
	struct plain_end end = { .port = 0 };

	if (play->direct[play->taken])
		end.addr = play->via[play->taken];
	else if (ip6)
		memcpy(end.addr.bytes, play->out[play->taken] + 24, 16);
	else
		end.addr = play_addr(false, (uint32_t)play->out[play->taken][16] << 24 | (uint32_t)play->out[play->taken][17] << 16 |
				 (uint32_t)play->out[play->taken][18] << 8 | play->out[play->taken][19]);
	return end;
}

static void judge(struct play *play, const struct plain_packet *packet, uint32_t serial, bool later,
		  const struct plain_verdict *verdict)
{
	struct plain_packet expect = *packet;
	uint8_t bytes[PLAY_PACKET_BYTES], *out = play->out[play->taken];
	size_t len;

	if (getenv("SEQUENCE"))
		tell(packet, later, verdict);
	if (verdict->fate == PLAIN_DROPPED) {
		play->dropped[verdict->drop]++;
		return;
	}
	PLAY_CHECK(came_out(play, packet, serial, later));
	expect.src = verdict->src;
	expect.dst = verdict->dst;
	len = play_write(&expect, serial, later, bytes);
	PLAY_CHECK(play->out_len[play->taken] == len);
	if (!packet->fragment) {
		play_blank_sums(packet, out);
		play_blank_sums(packet, bytes);
	}
	PLAY_CHECK(memcmp(out, bytes, len) == 0);
	PLAY_CHECK(play->direct[play->taken] == verdict->direct);
	PLAY_CHECK(!verdict->direct || lvs_addr_equal(&play->via[play->taken], &verdict->via));
	play->taken++;
}

static void check_stats(struct play *play)
{
	const struct lvs_stats *stats = lvs_engine_stats(play->engine);

	PLAY_CHECK(play->taken == play->nout);
	PLAY_CHECK(stats->forwarded == play->plain.forwarded);
	PLAY_CHECK(stats->passed == play->plain.passed);
	PLAY_CHECK(memcmp(stats->dropped, play->plain.dropped, sizeof(stats->dropped)) == 0);
	PLAY_CHECK(memcmp(&stats->total, &play->plain.total, sizeof(stats->total)) == 0);
	PLAY_CHECK(stats->held == 0);
	PLAY_CHECK(lvs_engine_conns(play->engine)->used == play->plain.nconns);
}

/* One that goes on with what is there, in either direction. */
static void draw_known(struct play *play, struct plain_packet *packet)
{
	const struct plain_conn *conn = &play->plain.conns[play_draw(play, play->plain.nconns)];

	if (conn->kind == PLAIN_TEMPLATE)
		return;
	packet->proto = conn->proto;
	packet->src = conn->client;
	packet->dst = conn->vip;
	if (play_chance(play, 2)) {
		packet->src = conn->real;
		packet->dst = conn->client;
	}
}

static struct plain_packet draw_packet(struct play *play)
{
	static const uint8_t flags[] = { LVS_TCP_SYN, LVS_TCP_SYN, LVS_TCP_SYN, LVS_TCP_ACK, LVS_TCP_ACK,
					 LVS_TCP_ACK | LVS_TCP_FIN, LVS_TCP_RST, LVS_TCP_SYN | LVS_TCP_ACK, 0 };
	static const uint8_t chunks[] = { 1, 1, 1, 2, 10, 11, 0, 7, 8, 14, 9, 6 };
	const struct plain_service *service = &play->plain.services[play_draw(play, PLAIN_SERVICES)];
	bool ip6 = service->there ? !lvs_addr_is4(&service->spec.key.addr) : play_chance(play, 2);
	struct plain_packet packet = { .proto = play_protos[play_draw(play, ARRAY_LEN(play_protos))], .src = client(play, ip6),
				       .dst = { play_vip(ip6, play_draw(play, 3)), asked_port(play) },
				       .tcp_flags = flags[play_draw(play, ARRAY_LEN(flags))],
				       .chunk = chunks[play_draw(play, ARRAY_LEN(chunks))] };
	uint8_t bytes[PLAY_PACKET_BYTES];

	if (service->there && !service->spec.key.mark && !play_chance(play, 4)) {
		packet.proto = service->spec.key.proto;
		packet.dst.addr = service->spec.key.addr;
		if (service->spec.key.port && !service->spec.key.ranged && !play_chance(play, 8))
			packet.dst.port = lvs_host16(service->spec.key.port);
	}
	if (play->plain.nconns && play_chance(play, 2))
		draw_known(play, &packet);
	packet.fragment = packet.proto == LVS_PROTO_UDP && play_chance(play, 8);
	packet.bytes = (uint32_t)play_write(&packet, 0, false, bytes);
	packet.later_bytes = (uint32_t)play_write(&packet, 0, true, bytes);
	return packet;
}

static void send_burst(struct play *play)
{
	struct plain_packet burst[PLAY_BURST];
	struct lvs_packet packets[2 * PLAY_BURST];
	uint8_t bytes[2 * PLAY_BURST][PLAY_PACKET_BYTES];
	size_t n = 1 + play_draw(play, PLAY_BURST), npackets = 0;
	lvs_tick tick = lvs_tick_from_ns(play->now);

	for (size_t i = 0; i < n; i++) {
		burst[i] = draw_packet(play);
		for (unsigned int later = 0; later <= burst[i].fragment; later++, npackets++) {
			packets[npackets] = (struct lvs_packet){ .data = bytes[npackets] };
			packets[npackets].len = (uint32_t)play_write(&burst[i], play->serial + (uint32_t)i, later, bytes[npackets]);
		}
	}
	play->nout = play->taken = 0;
	lvs_engine_handle(play->engine, packets, npackets, play->now, &play->sink);
	for (size_t i = 0; i < n; i++) {
		uint32_t serial = play->serial + (uint32_t)i;
		struct plain_end told = told_end(play, !lvs_addr_is4(&burst[i].src.addr));
		struct plain_verdict verdict =
			plain_take(&play->plain, &burst[i], came_out(play, &burst[i], serial, false) ? &told : NULL, tick);

		judge(play, &burst[i], serial, false, &verdict);
		if (!burst[i].fragment)
			continue;
		verdict = plain_take_later(&play->plain, &burst[i], &verdict);
		judge(play, &burst[i], serial, true, &verdict);
	}
	play->serial += (uint32_t)n;
	play->packets += npackets;
	check_stats(play);
}

static struct lvs_conn *find(struct play *play, const struct plain_conn *conn)
{
	struct lvs_conn_table *table = &play->engine->conns;
	struct lvs_tuple tuple = { .src = conn->client.addr, .dst = conn->vip.addr, .sport = LVS_BE16(conn->client.port),
				   .dport = LVS_BE16(conn->vip.port), .proto = conn->proto };
	enum lvs_dir dir;

	if (conn->kind == PLAIN_TEMPLATE)
		tuple.proto |= LVS_PERSIST_PROTO;
	if (conn->kind == PLAIN_ONE_PACKET)
		tuple = (struct lvs_tuple){ .src = conn->real.addr, .dst = conn->client.addr, .sport = LVS_BE16(conn->real.port),
					    .dport = LVS_BE16(conn->client.port), .proto = conn->proto };
	return lvs_conn_find(table, &tuple, lvs_conn_hash(table, &tuple), &dir);
}

static bool outlives(void *arg, const struct plain_conn *template)
{
	struct play *play = arg;
	const struct lvs_conn *conn = find(play, template);

	return conn && conn->expires == lvs_tick_from_ns(play->now) + template->timeout;
}

/* Of a tick around now; there may have been more of them than fit a number. */
static lvs_ns begin_of(const struct play *play, lvs_tick tick)
{
	lvs_ns ahead = (lvs_ns)(int64_t)(int32_t)(tick - lvs_tick_from_ns(play->now));

	return ((play->now >> LVS_TICK_SHIFT) + ahead) << LVS_TICK_SHIFT;
}

/* Ends everything at its time, tick by tick where something ends. */
static void let_time_pass(struct play *play, lvs_ns by)
{
	lvs_ns until = play->now + by;
	lvs_tick next;

	while (plain_next(&play->plain, &next) && begin_of(play, next) <= until) {
		play->now = LVS_MAX(play->now, begin_of(play, next));
		while (lvs_engine_expire(play->engine, play->now) <= play->now)
			;
		plain_expire(&play->plain, next, outlives, play);
		plain_sweep(&play->plain);
		PLAY_CHECK(lvs_engine_conns(play->engine)->used == play->plain.nconns);
	}
	play->now = until;
	while (lvs_engine_expire(play->engine, play->now) <= play->now)
		;
	plain_sweep(&play->plain);
	PLAY_CHECK(lvs_engine_conns(play->engine)->used == play->plain.nconns);
}

static void check_conn(struct play *play, const struct plain_conn *conn)
{
	const struct lvs_conn *got = find(play, conn);

	PLAY_CHECK(got);
	PLAY_CHECK(got->expires == conn->expires);
	PLAY_CHECK(got->timeout == conn->timeout);
	if (conn->kind == PLAIN_TEMPLATE) {
		PLAY_CHECK(got->state == (conn->assured ? LVS_PERSIST_ASSURED : LVS_PERSIST_NONE));
		return;
	}
	PLAY_CHECK(got->state == conn->state);
	PLAY_CHECK(got->dport == LVS_BE16(conn->real.port) && lvs_addr_equal(&got->daddr, &conn->real.addr));
	PLAY_CHECK(got->vport == LVS_BE16(conn->vip.port) && lvs_addr_equal(&got->vaddr, &conn->vip.addr));
	PLAY_CHECK(!got->control == !conn->control);
}

static void look_at_everything(struct play *play)
{
	struct plain *plain = &play->plain;

	for (unsigned int i = 0; i < plain->nconns; i++)
		check_conn(play, &plain->conns[i]);
	for (unsigned int s = 0; s < PLAIN_SERVICES; s++) {
		const struct plain_service *service = &plain->services[s];
		const struct lvs_service *got = service->spec.sched ? play_service(play, s) : NULL;

		if (!got)
			continue;
		PLAY_CHECK(got->nservers == service->n);
		PLAY_CHECK(memcmp(&got->counters, &service->counters, sizeof(got->counters)) == 0);
		for (unsigned int i = 0; i < service->n; i++) {
			unsigned int k = service->order[i];
			const struct lvs_server *server = play_server(play, s, k);

			PLAY_CHECK(server->pos == i);
			PLAY_CHECK(server->active == plain_count(plain, s, k, true));
			PLAY_CHECK(server->inactive == plain_count(plain, s, k, false));
			PLAY_CHECK(server->persistent == plain_templates(plain, s, k));
			PLAY_CHECK(server->overload == service->servers[k].overload);
			PLAY_CHECK(server->last_weight == service->servers[k].last_weight);
			PLAY_CHECK(memcmp(&server->counters, &service->servers[k].counters, sizeof(server->counters)) == 0);
		}
	}
}

static void operate(struct play *play)
{
	unsigned int s = play_draw(play, PLAIN_SERVICES);
	uint32_t kind = play_draw(play, 100);

	if (kind < 70)
		send_burst(play);
	else if (kind < 80)
		let_time_pass(play, play_chance(play, 3) ? LVS_SECONDS(play_draw(play, 600)) : play_draw(play, 3000) * LVS_NS_PER_MS);
	else if (kind < 91 && play->plain.services[s].there)
		play_change_server(play, s);
	else if (kind < 95 && play->plain.services[s].there)
		play_edit_service(play, s);
	else if (kind < 97)
		play_toggle_service(play, s);
	else if (kind < 98)
		play_change_settings(play);
	else if (kind < 99)
		play_change_marks(play);
	else
		look_at_everything(play);
}

static void end_all(struct play *play)
{
	for (unsigned int s = 0; s < PLAIN_SERVICES; s++)
		if (play->plain.services[s].there)
			play_toggle_service(play, s);
	for (unsigned int i = 0; play->plain.nconns || lvs_engine_rules(play->engine)->ntrash; i++) {
		PLAY_CHECK(i < 10);
		let_time_pass(play, LVS_SECONDS(3600));
	}
}

static void run(struct play *play)
{
	unsigned int places = 1 + play_draw(play, PLAIN_SERVICES), operations = 10 + play_draw(play, 60);

	memset(play->plain.services, 0, sizeof(play->plain.services));
	play->operation = 0;
	play_change_settings(play);
	play_change_marks(play);
	for (unsigned int s = 0; s < places; s++) {
		play_draw_place(play, s);
		play_toggle_service(play, s);
	}
	for (play->operation = 1; play->operation <= operations; play->operation++)
		operate(play);
	look_at_everything(play);
	end_all(play);
}

void play_sequence(struct play *play, uint64_t seed)
{
	play->name = seed;
	play->random = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	play->input = NULL;
	play->input_left = 1;
	run(play);
}

void play_bytes(struct play *play, const uint8_t *input, size_t len)
{
	play->input = input;
	play->input_left = len;
	run(play);
}

void play_init(struct play *play)
{
	struct lvs_engine_options options = {
		.max_connections = CAPACITY, .key = { 5, 6 }, .fragments = lvs_fragment_limits_default,
	};
	size_t bytes = (lvs_conn_table_bytes(CAPACITY) + 63) / 64 * 64;

	memset(play, 0, sizeof(*play));
	play->memory = aligned_alloc(64, bytes);
	PLAY_CHECK(play->memory);
	memset(play->memory, 0, bytes);
	options.memory = play->memory;
	play->sink.emit = keep;
	play->now = LVS_SECONDS(5);
	PLAY_CHECK(lvs_engine_new(&options, play->now, &play->engine) == 0);
}

void play_fini(struct play *play)
{
	lvs_engine_free(play->engine);
	free(play->memory);
}
