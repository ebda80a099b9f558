// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/ideal.h"

#include "engine/wire.h"

const struct ideal_place ideal_places[IDEAL_SERVICES] = {
	{ LVS_PROTO_TCP, false, 1 }, { LVS_PROTO_TCP, false, 2 }, { LVS_PROTO_UDP, false, 1 },
	{ LVS_PROTO_TCP, true, 1 },  { LVS_PROTO_UDP, false, 2 },
};

const struct lvs_proto_state *ideal_state(unsigned int service, const struct ideal_conn *conn)
{
	return &lvs_proto_find(ideal_places[service].proto)->states[conn->state];
}

static lvs_tick deadline(const struct ideal_conn *conn)
{
	return conn->touched + conn->timeout;
}

static bool alike(unsigned int a, unsigned int b)
{
	return ideal_places[a].proto == ideal_places[b].proto && ideal_places[a].ip6 == ideal_places[b].ip6;
}

/* Whose reply a packet of @server to @client would be. Return: the service, or IDEAL_SERVICES */
static unsigned int replied(const struct ideal *ideal, unsigned int service, unsigned int client, unsigned int server)
{
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++)
		if (alike(s, service) && ideal->conns[s][client].used && ideal->conns[s][client].server == server)
			return s;
	return IDEAL_SERVICES;
}

static bool usable(const struct ideal *ideal, unsigned int service, unsigned int server)
{
	return ideal->services[service].servers[server].there && ideal->services[service].servers[server].weight;
}

static bool starts(const struct ideal_packet *packet)
{
	return ideal_places[packet->service].proto == LVS_PROTO_UDP ||
	       (packet->tcp_flags & (LVS_TCP_SYN | LVS_TCP_RST)) == LVS_TCP_SYN;
}

static void track(struct ideal *ideal, unsigned int service, struct ideal_conn *conn, const struct ideal_packet *packet,
		  lvs_tick now, bool fresh)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(ideal_places[service].proto);
	const struct lvs_packet seen = { .tcp_flags = packet->tcp_flags };
	const struct lvs_conn was = { .state = conn->state };
	uint8_t state = proto->next_state(&was, &seen, packet->request ? LVS_DIR_REQUEST : LVS_DIR_REPLY, false);

	if (fresh || state != conn->state)
		conn->timeout = ideal->timeouts[proto->index][state];
	conn->state = state;
	conn->touched = now;
}

static struct ideal_verdict dropped(enum lvs_drop drop)
{
	return (struct ideal_verdict){ .fate = IDEAL_DROPPED, .drop = drop };
}

static struct ideal_verdict known(struct ideal *ideal, unsigned int service, const struct ideal_packet *packet, lvs_tick now)
{
	struct ideal_conn *conn = &ideal->conns[service][packet->client];

	if (!ideal->services[service].servers[conn->server].there)
		return dropped(LVS_DROP_SERVER_GONE);
	track(ideal, service, conn, packet, now, false);
	return (struct ideal_verdict){ IDEAL_FORWARDED, LVS_DROP_NONE, service, conn->server };
}

/* Not answered yet, by a server that was removed. */
static bool forsaken(const struct ideal *ideal, unsigned int service, const struct ideal_conn *conn)
{
	return ideal_state(service, conn)->class == LVS_CLASS_HALF_OPEN &&
	       !ideal->services[service].servers[conn->server].there;
}

static bool virtual(const struct ideal *ideal, unsigned int service)
{
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++)
		if (ideal->services[s].there && ideal_places[s].vip == ideal_places[service].vip &&
		    ideal_places[s].ip6 == ideal_places[service].ip6)
			return true;
	return false;
}

struct ideal_verdict ideal_take(struct ideal *ideal, const struct ideal_packet *packet, lvs_tick now)
{
	struct ideal_conn *conn = &ideal->conns[packet->service][packet->client];
	unsigned int service = packet->service;

	if (!packet->request) {
		service = replied(ideal, service, packet->client, packet->server);
		if (service < IDEAL_SERVICES)
			return known(ideal, service, packet, now);
		return (struct ideal_verdict){ .fate = IDEAL_PASSED };
	}
	if (conn->used && starts(packet) && (ideal_state(service, conn)->over || forsaken(ideal, service, conn)))
		ideal_end(ideal, conn);
	if (conn->used)
		return known(ideal, service, packet, now);
	if (!ideal->services[service].there && !virtual(ideal, service))
		return (struct ideal_verdict){ .fate = IDEAL_PASSED };
	if (!ideal->services[service].there)
		return dropped(LVS_DROP_NO_SERVICE);
	if (!starts(packet))
		return dropped(LVS_DROP_NO_CONN);
	for (unsigned int k = 0; k < IDEAL_SERVERS; k++)
		if (usable(ideal, service, k))
			return (struct ideal_verdict){ .fate = IDEAL_BEGINS, .service = service };
	return dropped(LVS_DROP_NO_SERVER);
}

static unsigned int service_of(const struct ideal *ideal, const struct ideal_conn *conn)
{
	return (unsigned int)(conn - ideal->conns[0]) / IDEAL_CLIENTS;
}

bool ideal_is_over(const struct ideal *ideal, const struct ideal_conn *conn)
{
	return ideal_state(service_of(ideal, conn), conn)->over;
}

struct ideal_conn *ideal_twin(struct ideal *ideal, const struct ideal_packet *packet, unsigned int server)
{
	unsigned int service = replied(ideal, packet->service, packet->client, server);

	return service < IDEAL_SERVICES ? &ideal->conns[service][packet->client] : NULL;
}

bool ideal_may_clash(struct ideal *ideal, const struct ideal_packet *packet)
{
	for (unsigned int k = 0; k < IDEAL_SERVERS; k++) {
		const struct ideal_conn *twin = ideal_twin(ideal, packet, k);

		if (usable(ideal, packet->service, k) && twin && !ideal_is_over(ideal, twin))
			return true;
	}
	return false;
}

bool ideal_begin(struct ideal *ideal, const struct ideal_packet *packet, unsigned int server, lvs_tick now)
{
	struct ideal_conn *conn = &ideal->conns[packet->service][packet->client];
	struct ideal_conn *twin = ideal_twin(ideal, packet, server);

	if (!usable(ideal, packet->service, server) || (twin && !ideal_is_over(ideal, twin)))
		return false;
	if (twin)
		ideal_end(ideal, twin);
	*conn = (struct ideal_conn){ .used = true, .server = server };
	ideal->used++;
	ideal->services[packet->service].servers[server].chosen++;
	track(ideal, packet->service, conn, packet, now, true);
	return true;
}

bool ideal_all_established(const struct ideal *ideal)
{
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++)
		for (unsigned int c = 0; c < IDEAL_CLIENTS; c++)
			if (ideal->conns[s][c].used && ideal_state(s, &ideal->conns[s][c])->class != LVS_CLASS_ESTABLISHED)
				return false;
	return true;
}

/* Half-open ones and closing ones may go before each other: it depends on how long the next of either was silent. */
static bool goes_before(unsigned int service, const struct ideal_conn *conn, enum lvs_class class)
{
	enum lvs_class its = ideal_state(service, conn)->class;

	return its < class && !(its == LVS_CLASS_HALF_OPEN && class == LVS_CLASS_CLOSING);
}

bool ideal_may_evict(const struct ideal *ideal, const struct ideal_conn *conn, const struct ideal_conn *newcomer,
		     lvs_tick now)
{
	enum lvs_class class = ideal_state(service_of(ideal, conn), conn)->class;

	for (unsigned int s = 0; s < IDEAL_SERVICES; s++) {
		for (unsigned int c = 0; c < IDEAL_CLIENTS; c++) {
			const struct ideal_conn *other = &ideal->conns[s][c];

			if (other->used && other != newcomer && goes_before(s, other, class))
				return false;
		}
	}
	return class != LVS_CLASS_ESTABLISHED || (uint64_t)(now - conn->touched) << LVS_TICK_SHIFT >= LVS_SECONDS(60);
}

void ideal_end(struct ideal *ideal, struct ideal_conn *conn)
{
	conn->used = false;
	ideal->used--;
}

lvs_tick ideal_expire(struct ideal *ideal, lvs_tick now, bool *ret_any)
{
	lvs_tick first = 0;

	*ret_any = false;
	for (unsigned int s = 0; s < IDEAL_SERVICES; s++) {
		for (unsigned int c = 0; c < IDEAL_CLIENTS; c++) {
			struct ideal_conn *conn = &ideal->conns[s][c];

			if (conn->used && deadline(conn) <= now)
				ideal_end(ideal, conn);
			if (!conn->used)
				continue;
			if (!*ret_any || deadline(conn) < first)
				first = deadline(conn);
			*ret_any = true;
		}
	}
	return first;
}

uint32_t ideal_count(const struct ideal *ideal, unsigned int service, unsigned int server, bool active)
{
	uint32_t n = 0;

	for (unsigned int c = 0; c < IDEAL_CLIENTS; c++) {
		const struct ideal_conn *conn = &ideal->conns[service][c];

		n += conn->used && conn->server == server && ideal_state(service, conn)->active == active;
	}
	return n;
}
