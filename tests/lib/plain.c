// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/plain.h"

#include <string.h>

#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"

#define ONE_PACKET_SECONDS 10

static bool same_end(const struct plain_end *a, const struct plain_end *b)
{
	return a->port == b->port && lvs_addr_equal(&a->addr, &b->addr);
}

const struct lvs_proto_state *plain_state(const struct plain_conn *conn)
{
	return &lvs_proto_find(conn->proto)->states[conn->state];
}

static struct plain_server *server_of(struct plain *plain, const struct plain_conn *conn)
{
	return &plain->services[conn->service].servers[conn->server];
}

uint32_t plain_count(const struct plain *plain, unsigned int service, unsigned int server, bool active)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < plain->nconns; i++) {
		const struct plain_conn *conn = &plain->conns[i];

		n += conn->kind == PLAIN_FLOW && conn->service == service && conn->server == server &&
		     plain_state(conn)->active == active;
	}
	return n;
}

uint32_t plain_templates(const struct plain *plain, unsigned int service, unsigned int server)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < plain->nconns; i++) {
		const struct plain_conn *conn = &plain->conns[i];

		n += conn->kind == PLAIN_TEMPLATE && conn->service == service && conn->server == server;
	}
	return n;
}

void plain_weigh(struct plain *plain, unsigned int s, unsigned int k)
{
	struct plain_server *server = &plain->services[s].servers[k];
	uint32_t total = plain_count(plain, s, k, true) + plain_count(plain, s, k, false);
	uint32_t lower = server->lower ? server->lower : server->upper - server->upper / 4;

	if (server->upper && total >= server->upper)
		server->overload = true;
	else if (!server->upper || total < lower)
		server->overload = false;
}

static struct plain_conn *by_serial(struct plain *plain, uint64_t serial)
{
	for (unsigned int i = 0; serial && i < plain->nconns; i++)
		if (plain->conns[i].serial == serial)
			return &plain->conns[i];
	return NULL;
}

static uint32_t ncontrolled(const struct plain *plain, uint64_t serial)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < plain->nconns; i++)
		n += plain->conns[i].control == serial;
	return n;
}

/* Records move when one goes, so nobody holds on to one; serials stay. */
static void drop_record(struct plain *plain, uint64_t serial)
{
	struct plain_conn *conn = by_serial(plain, serial);

	*conn = plain->conns[--plain->nconns];
}

/* @early: before its time. @making: a template through which a connection is being made just now; it stays */
static void end(struct plain *plain, uint64_t serial, bool early, uint64_t making)
{
	struct plain_conn ended = *by_serial(plain, serial), *template;
	lvs_tick last = ended.expires - ended.timeout;

	drop_record(plain, serial);
	if (ended.kind == PLAIN_FLOW)
		plain_weigh(plain, ended.service, ended.server);
	template = by_serial(plain, ended.control);
	if (!template)
		return;
	if (early && !template->assured && template->serial != making && !ncontrolled(plain, template->serial))
		drop_record(plain, template->serial);
	else if (ended.sliding && lvs_tick_before(template->expires, last + template->timeout))
		template->expires = last + template->timeout;
}

static struct plain_conn *new_record(struct plain *plain, const struct plain_conn *conn)
{
	struct plain_conn *record = &plain->conns[plain->nconns++];

	*record = *conn;
	record->serial = ++plain->serial;
	return record;
}

static struct plain_conn *find(struct plain *plain, const struct plain_packet *packet, bool *ret_reply)
{
	for (unsigned int i = 0; i < plain->nconns; i++) {
		struct plain_conn *conn = &plain->conns[i];
		bool request = same_end(&conn->client, &packet->src) && same_end(&conn->vip, &packet->dst);
		bool reply = !conn->direct && same_end(&conn->real, &packet->src) && same_end(&conn->client, &packet->dst);

		if (conn->proto != packet->proto || conn->kind == PLAIN_TEMPLATE || (!reply && conn->kind == PLAIN_ONE_PACKET) ||
		    !(request || reply))
			continue;
		*ret_reply = reply;
		return conn;
	}
	return NULL;
}

/* As the protocols see it. */
struct view {
	uint8_t bytes[16];
	struct lvs_packet packet;
};

static void look(struct view *view, const struct plain_packet *packet)
{
	*view = (struct view){ .packet = { .proto = packet->proto, .len = sizeof(view->bytes), .tcp_flags = packet->tcp_flags,
					   .tuple.sport = LVS_BE16(packet->src.port), .tuple.dport = LVS_BE16(packet->dst.port) } };
	view->bytes[12] = packet->chunk;
	view->bytes[15] = 4;
	view->packet.data = view->bytes;
}

static bool starts(const struct plain_packet *packet, bool sloppy)
{
	struct view view;

	look(&view, packet);
	return lvs_proto_find(packet->proto)->starts(&view.packet, sloppy);
}

static void count(struct lvs_counters *counters, uint32_t bytes, bool reply)
{
	counters->in_packets += !reply;
	counters->out_packets += reply;
	counters->in_bytes += reply ? 0 : bytes;
	counters->out_bytes += reply ? bytes : 0;
}

static struct plain_verdict dropped(struct plain *plain, enum lvs_drop drop)
{
	plain->dropped[drop]++;
	return (struct plain_verdict){ .fate = PLAIN_DROPPED, .drop = drop };
}

static struct plain_verdict passed(struct plain *plain, const struct plain_packet *packet)
{
	plain->passed++;
	return (struct plain_verdict){ .fate = PLAIN_PASSED, .src = packet->src, .dst = packet->dst };
}

static struct plain_verdict relay(struct plain *plain, const struct plain_conn *conn, const struct plain_packet *packet,
				  bool reply)
{
	struct plain_server *server = server_of(plain, conn);

	count(&server->counters, packet->bytes, reply);
	count(&plain->services[conn->service].counters, packet->bytes, reply);
	count(&plain->total, packet->bytes, reply);
	plain->forwarded++;
	if (reply)
		return (struct plain_verdict){ .fate = PLAIN_FORWARDED, .src = conn->vip, .dst = conn->client };
	if (conn->direct)
		return (struct plain_verdict){ PLAIN_FORWARDED, LVS_DROP_NONE, conn->client, conn->vip, true, conn->real.addr };
	return (struct plain_verdict){ .fate = PLAIN_FORWARDED, .src = conn->client, .dst = conn->real };
}

/* A service may have its own. */
static lvs_tick timeout_of(const struct plain *plain, const struct plain_service *service, const struct lvs_proto_ops *proto,
			   uint8_t state)
{
	uint32_t seconds = service->spec.timeouts[proto->index][state];

	if (!seconds)
		seconds = plain->settings.timeouts[proto->index][state];
	return lvs_ticks_from_seconds(seconds ? seconds : proto->states[state].timeout);
}

static void assure(struct plain *plain, const struct plain_conn *conn)
{
	struct plain_conn *template = by_serial(plain, conn->control);

	if (template)
		template->assured = true;
}

static struct plain_verdict track(struct plain *plain, struct plain_conn *conn, const struct plain_packet *packet,
				  bool reply, lvs_tick now)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(packet->proto);
	struct lvs_conn was = { .state = conn->state, .flags = conn->direct ? LVS_CONN_NO_OUTPUT : 0 };
	struct view view;
	uint8_t state;

	look(&view, packet);
	state = proto->next_state(&was, &view.packet, reply ? LVS_DIR_REPLY : LVS_DIR_REQUEST,
				  plain->settings.defence.secure_tcp == LVS_DEFENCE_ALWAYS);
	if (reply && !conn->answered && proto->number == LVS_PROTO_UDP)
		assure(plain, conn);
	if (state != conn->state || !conn->seen) {
		conn->state = state;
		conn->timeout = timeout_of(plain, &plain->services[conn->service], proto, state);
		if (plain_state(conn)->class == LVS_CLASS_ESTABLISHED)
			assure(plain, conn);
	}
	conn->seen |= !reply;
	conn->answered |= reply;
	conn->expires = now + conn->timeout;
	return relay(plain, conn, packet, reply);
}

/* The first of the rules that fits. */
static uint32_t mark_of(const struct plain *plain, const struct plain_packet *packet)
{
	for (uint32_t i = 0; i < plain->nmarks; i++) {
		const struct lvs_mark_rule *rule = &plain->marks[i];
		bool port = !rule->ports.n;

		for (uint32_t r = 0; r < rule->ports.n; r++)
			port |= packet->dst.port >= rule->ports.ranges[r].first && packet->dst.port <= rule->ports.ranges[r].last;
		if (port && (!rule->proto || rule->proto == packet->proto) && lvs_prefix_has(&rule->address, &packet->dst.addr) &&
		    (!rule->client.bits || lvs_prefix_has(&rule->client, &packet->src.addr)))
			return rule->mark;
	}
	return 0;
}

static bool is_for(const struct plain_service *service, const struct plain_packet *packet, uint16_t port)
{
	const struct lvs_service_key *key = &service->spec.key;

	return service->there && !key->mark && !key->ranged && key->proto == packet->proto &&
	       lvs_addr_equal(&key->addr, &packet->dst.addr) && lvs_host16(key->port) == port;
}

static bool lists(const struct plain_service *service, const struct plain_packet *packet)
{
	const struct lvs_service_key *key = &service->spec.key;

	if (!service->there || !key->ranged || key->proto != packet->proto || !lvs_addr_equal(&key->addr, &packet->dst.addr))
		return false;
	for (uint32_t i = 0; i < service->spec.ports.n; i++)
		if (packet->dst.port >= service->spec.ports.ranges[i].first && packet->dst.port <= service->spec.ports.ranges[i].last)
			return true;
	return false;
}

static struct plain_service *exact(struct plain *plain, const struct plain_packet *packet, uint16_t port)
{
	for (unsigned int s = 0; s < PLAIN_SERVICES; s++)
		if (is_for(&plain->services[s], packet, port))
			return &plain->services[s];
	return NULL;
}

/* IPVS' order, and lists behind the very port. */
static struct plain_service *lookup(struct plain *plain, const struct plain_packet *packet)
{
	uint32_t mark = mark_of(plain, packet);
	struct plain_service *found;

	for (unsigned int s = 0; mark && s < PLAIN_SERVICES; s++)
		if (plain->services[s].there && plain->services[s].spec.key.mark == mark &&
		    lvs_addr_is4(&plain->services[s].spec.key.addr) == lvs_addr_is4(&packet->dst.addr))
			return &plain->services[s];
	found = exact(plain, packet, packet->dst.port);
	for (unsigned int s = 0; !found && s < PLAIN_SERVICES; s++)
		if (lists(&plain->services[s], packet))
			found = &plain->services[s];
	for (unsigned int s = 0; found && found->spec.key.ranged && s < PLAIN_SERVICES; s++)
		if (lists(&plain->services[s], packet) && plain->services[s].since < found->since)
			found = &plain->services[s];
	if (found)
		return found;
	if (packet->proto == LVS_PROTO_TCP && (packet->dst.port == 20 || packet->dst.port >= 1024)) {
		found = exact(plain, packet, 21);
		if (found && found->spec.persist.timeout)
			return found;
	}
	return exact(plain, packet, 0);
}

/* Whose the packet is that no service wants: somebody else's, unless we have the address. */
static struct plain_verdict refuse_or_pass(struct plain *plain, const struct plain_packet *packet)
{
	for (unsigned int s = 0; s < PLAIN_SERVICES; s++)
		if (plain->services[s].there && !plain->services[s].spec.key.mark &&
		    lvs_addr_equal(&plain->services[s].spec.key.addr, &packet->dst.addr))
			return dropped(plain, LVS_DROP_NO_SERVICE);
	for (uint32_t i = 0; i < plain->nmarks; i++)
		if (lvs_prefix_has(&plain->marks[i].address, &packet->dst.addr))
			return dropped(plain, LVS_DROP_NO_SERVICE);
	return passed(plain, packet);
}

static bool refuses(struct plain *plain)
{
	const struct lvs_defence_settings *defence = &plain->settings.defence;

	if (defence->drop_packet != LVS_DEFENCE_ALWAYS)
		return false;
	plain->refuse_in = LVS_MIN(plain->refuse_in, defence->rate - 1);
	if (plain->refuse_in) {
		plain->refuse_in--;
		return false;
	}
	plain->refuse_in = defence->rate - 1;
	return true;
}

static bool many_ports(const struct lvs_service_key *key)
{
	return !key->mark && (!key->port || key->port == LVS_PORT_FTP);
}

/* Where a connection to @asked goes. */
static struct plain_end real_end(const struct plain_service *service, unsigned int k, uint16_t asked)
{
	const struct lvs_service_key *key = &service->spec.key;
	struct plain_end end = service->servers[k].end;

	if (!end.port || (many_ports(key) && asked != lvs_host16(key->port)) || (key->mark && service->spec.persist.timeout))
		end.port = asked;
	return end;
}

/* What a template of the packet's client is found by. */
static struct plain_conn template_key(const struct plain_service *service, const struct plain_packet *packet)
{
	struct plain_conn key = { .kind = PLAIN_TEMPLATE, .proto = packet->proto, .client.addr = packet->src.addr,
				  .vip = packet->dst };

	for (size_t i = 0; i < sizeof(key.client.addr.bytes); i++)
		key.client.addr.bytes[i] &= service->spec.persist.mask.bytes[i];
	if (many_ports(&service->spec.key))
		key.vip.port = 0;
	if (service->spec.key.mark) {
		key.proto = 0;
		key.vip.port = 0;
		key.vip.addr = service->spec.key.addr;
		key.vip.addr.words[lvs_addr_is4(&key.vip.addr) ? 3 : 0] = LVS_BE32(service->spec.key.mark);
	}
	return key;
}

static struct plain_conn *find_template(struct plain *plain, const struct plain_conn *key)
{
	for (unsigned int i = 0; i < plain->nconns; i++) {
		struct plain_conn *conn = &plain->conns[i];

		if (conn->kind == PLAIN_TEMPLATE && conn->proto == key->proto && same_end(&conn->client, &key->client) &&
		    same_end(&conn->vip, &key->vip))
			return conn;
	}
	return NULL;
}

/*
 * *@s: the service, and then whose server it is: services of all ports and of FTP share their clients.
 * @ret_template: serial of the one that is to be used, 0 for none; @ret_fresh: it was made for this connection
 */
static int persist(struct plain *plain, unsigned int *s, const struct plain_packet *packet, const struct plain_end *told,
		   uint64_t *ret_template, bool *ret_fresh)
{
	struct plain_service *service = &plain->services[*s];
	struct plain_conn key = template_key(service, packet), *template = find_template(plain, &key);
	int k;

	if (template) {
		const struct plain_server *server = server_of(plain, template);

		if (!server->there && service->spec.persist.keep)
			return -1;
		if (server->there && (server->weight || !lvs_choice_is(service->spec.expire_quiescent_template,
								       plain->settings.expire_quiescent_template))) {
			*ret_template = template->serial;
			*s = template->service;
			return (int)template->server;
		}
		drop_record(plain, template->serial);
	}
	k = plain_schedule(plain, *s, packet, told);
	if (k < 0)
		return -1;
	key.service = *s;
	key.server = (unsigned int)k;
	key.timeout = lvs_ticks_from_seconds(service->spec.persist.timeout);
	*ret_template = new_record(plain, &key)->serial;
	*ret_fresh = true;
	return k;
}

static bool is_once(const struct plain_service *service, const struct plain_packet *packet)
{
	return service->spec.one_packet && packet->proto == LVS_PROTO_UDP;
}

/* Who answers with these ends? */
static struct plain_conn *twin_of(struct plain *plain, const struct plain_conn *conn)
{
	const struct plain_packet answer = { .proto = conn->proto, .src = conn->real, .dst = conn->client };
	bool reply;

	return conn->direct ? NULL : find(plain, &answer, &reply);
}

bool plain_clashes(struct plain *plain, unsigned int s, unsigned int k, const struct plain_packet *packet)
{
	const struct plain_conn draft = { .proto = packet->proto, .client = packet->src,
					  .real = real_end(&plain->services[s], k, packet->dst.port),
					  .direct = plain->services[s].servers[k].direct };
	const struct plain_conn *twin = twin_of(plain, &draft);

	if (is_once(&plain->services[s], packet))
		return twin && twin->kind == PLAIN_FLOW;
	return twin && !plain_state(twin)->over;
}

static struct plain_verdict one_packet(struct plain *plain, const struct plain_conn *draft,
				       const struct plain_packet *packet, lvs_tick now)
{
	struct plain_conn *twin = twin_of(plain, draft), *conn = twin;
	struct plain_service *service = &plain->services[draft->service];
	struct plain_conn once = *draft;

	if (twin && twin->kind == PLAIN_FLOW)
		return dropped(plain, LVS_DROP_CONN_CLASH);
	if (twin && (!same_end(&twin->vip, &draft->vip) || twin->service != draft->service || twin->server != draft->server)) {
		drop_record(plain, twin->serial);
		twin = NULL;
	}
	if (!twin)
		conn = draft->direct ? &once : new_record(plain, draft);
	conn->kind = PLAIN_ONE_PACKET;
	conn->seen = true;
	conn->timeout = LVS_MIN(lvs_ticks_from_seconds(ONE_PACKET_SECONDS), timeout_of(plain, service, &lvs_proto_udp, 0));
	conn->expires = now + conn->timeout;
	service->servers[draft->server].counters.conns++;
	service->counters.conns++;
	plain->total.conns++;
	return relay(plain, conn, packet, false);
}

/* Return: a new connection, or NULL if another one looks like it to the server */
static struct plain_conn *connect_to(struct plain *plain, const struct plain_conn *draft, uint64_t template)
{
	struct plain_conn *twin = twin_of(plain, draft), *conn;

	if (twin && !plain_state(twin)->over)
		return NULL;
	if (twin)
		end(plain, twin->serial, true, template);
	conn = new_record(plain, draft);
	plain_weigh(plain, draft->service, draft->server);
	plain->services[draft->service].servers[draft->server].counters.conns++;
	plain->services[draft->service].counters.conns++;
	plain->total.conns++;
	return conn;
}

/* A packet of no connection to @service. */
static struct plain_verdict begin(struct plain *plain, struct plain_service *service, const struct plain_packet *packet,
				  const struct plain_end *told, lvs_tick now)
{
	const struct lvs_service_key *key = &service->spec.key;
	bool own = key->mark || key->ranged || packet->dst.port == lvs_host16(key->port), fresh = false;
	unsigned int s = (unsigned int)(service - plain->services);
	struct plain_conn draft = { .proto = packet->proto, .client = packet->src, .vip = packet->dst }, *conn;
	uint8_t index = lvs_proto_find(packet->proto)->index;
	bool once = is_once(service, packet);
	struct plain_verdict verdict;
	uint64_t template = 0;
	int k;

	if (!starts(packet, lvs_choice_is(service->spec.sloppy[index], plain->settings.sloppy[index])))
		return own ? dropped(plain, LVS_DROP_NO_CONN) : refuse_or_pass(plain, packet);
	if (refuses(plain))
		return dropped(plain, LVS_DROP_DEFENCE);
	if (service->spec.persist.timeout)
		k = persist(plain, &s, packet, told, &template, &fresh);
	else
		k = plain_schedule(plain, s, packet, told);
	if (k < 0 && !own && key->port == LVS_PORT_FTP)
		return refuse_or_pass(plain, packet);
	if (k < 0)
		return dropped(plain, LVS_DROP_NO_SERVER);
	draft.service = s;
	draft.server = (unsigned int)k;
	draft.real = real_end(&plain->services[s], draft.server, packet->dst.port);
	draft.direct = plain->services[s].servers[k].direct;
	draft.control = once ? 0 : template;
	draft.sliding = template && !once && service->spec.persist.sliding;
	if (once) {
		verdict = one_packet(plain, &draft, packet, now);
	} else {
		conn = connect_to(plain, &draft, template);
		verdict = conn ? track(plain, conn, packet, false, now) : dropped(plain, LVS_DROP_CONN_CLASH);
	}
	if (template && verdict.drop && fresh)
		drop_record(plain, template);
	else if (template && !verdict.drop)
		by_serial(plain, template)->expires = now + by_serial(plain, template)->timeout;
	return verdict;
}

/* expire_nodest_conn: what a server leaves behind does not wait for it. */
static bool does_not_wait(const struct plain *plain, const struct plain_conn *conn)
{
	const struct plain_service *service = &plain->services[conn->service];

	return lvs_choice_is(service->there ? service->spec.expire_nodest_conn : LVS_CHOICE_INHERIT,
			     plain->settings.expire_nodest_conn);
}

static enum lvs_reuse reuse_of(struct plain *plain, const struct plain_conn *conn)
{
	enum lvs_reuse reuse = LVS_REUSE_INHERIT;

	if (server_of(plain, conn)->there)
		reuse = plain->services[conn->service].spec.conn_reuse;
	if (reuse == LVS_REUSE_INHERIT)
		reuse = plain->settings.conn_reuse;
	return reuse == LVS_REUSE_INHERIT ? LVS_REUSE_OVER : reuse;
}

/* Is @conn to make place for what its client wants now? */
static bool is_to_go(struct plain *plain, const struct plain_conn *conn, const struct plain_packet *packet, bool reply)
{
	bool begins = !reply && starts(packet, false), reuses = reuse_of(plain, conn) != LVS_REUSE_NEVER;
	const struct plain_server *server = server_of(plain, conn);

	if (begins && reuses && !conn->control &&
	    (plain_state(conn)->over ||
	     (plain_state(conn)->closing && conn->direct && reuse_of(plain, conn) == LVS_REUSE_CLOSING)))
		return true;
	if (!server->there)
		return does_not_wait(plain, conn) || (begins && plain_state(conn)->class == LVS_CLASS_HALF_OPEN);
	return begins && reuses && !server->weight && plain_state(conn)->class != LVS_CLASS_DATAGRAM &&
	       does_not_wait(plain, conn);
}

struct plain_verdict plain_take(struct plain *plain, const struct plain_packet *packet, const struct plain_end *told,
				lvs_tick now)
{
	struct plain_service *service;
	struct plain_conn *conn;
	bool reply;

	conn = find(plain, packet, &reply);
	if (conn && is_to_go(plain, conn, packet, reply)) {
		end(plain, conn->serial, true, 0);
		if (reply)
			return dropped(plain, LVS_DROP_SERVER_GONE);
		conn = NULL;
	}
	if (conn && !server_of(plain, conn)->there)
		return dropped(plain, LVS_DROP_SERVER_GONE);
	if (conn)
		return track(plain, conn, packet, reply, now);
	service = lookup(plain, packet);
	return service ? begin(plain, service, packet, told, now) : refuse_or_pass(plain, packet);
}

static bool is_swept(struct plain *plain, const struct plain_conn *conn)
{
	const struct plain_service *service = &plain->services[conn->service];

	if (server_of(plain, conn)->there || !does_not_wait(plain, conn))
		return false;
	return conn->kind != PLAIN_TEMPLATE || !service->there || !service->spec.persist.keep;
}

void plain_sweep(struct plain *plain)
{
	for (unsigned int i = 0; plain->sweep && i < plain->nconns;) {
		if (!is_swept(plain, &plain->conns[i])) {
			i++;
			continue;
		}
		end(plain, plain->conns[i].serial, true, 0);
		i = 0;
	}
	plain->sweep = false;
}

struct plain_verdict plain_take_later(struct plain *plain, const struct plain_packet *packet,
				      const struct plain_verdict *first)
{
	struct plain_packet later = *packet, answer = { .proto = packet->proto, .src = first->dst, .dst = first->src };
	struct plain_conn *conn;
	bool reply;

	later.bytes = packet->later_bytes;
	if (first->fate == PLAIN_DROPPED)
		return dropped(plain, LVS_DROP_FRAG_FIRST_DROPPED);
	if (first->fate == PLAIN_PASSED)
		return passed(plain, packet);
	conn = find(plain, packet, &reply);
	if (!conn && first->direct)	/* one packet, and nothing remembers it */
		return dropped(plain, LVS_DROP_FRAG_FIRST_DROPPED);
	if (conn)
		return relay(plain, conn, &later, reply);
	return relay(plain, find(plain, &answer, &reply), &later, false);	/* one packet */
}

bool plain_next(const struct plain *plain, lvs_tick *ret_tick)
{
	for (unsigned int i = 0; i < plain->nconns; i++)
		if (!i || lvs_tick_before(plain->conns[i].expires, *ret_tick))
			*ret_tick = plain->conns[i].expires;
	return plain->nconns;
}

static bool is_due(const struct plain_conn *conn, lvs_tick now)
{
	return !lvs_tick_before(now, conn->expires);
}

void plain_expire(struct plain *plain, lvs_tick now, bool (*outlives)(void *arg, const struct plain_conn *template),
		  void *arg)
{
	/* Templates that control connections which end now as well may come before them, and then stay. */
	for (unsigned int i = 0; i < plain->nconns; i++) {
		struct plain_conn *conn = &plain->conns[i];

		if (conn->kind == PLAIN_TEMPLATE && is_due(conn, now) && ncontrolled(plain, conn->serial) && outlives(arg, conn))
			conn->expires = now + conn->timeout;
	}
	for (unsigned int i = 0; i < plain->nconns;) {
		if (plain->conns[i].kind == PLAIN_TEMPLATE || !is_due(&plain->conns[i], now)) {
			i++;
			continue;
		}
		end(plain, plain->conns[i].serial, false, 0);
		i = 0;
	}
	for (unsigned int i = 0; i < plain->nconns;) {
		struct plain_conn *conn = &plain->conns[i];

		if (conn->kind != PLAIN_TEMPLATE || !is_due(conn, now)) {
			i++;
		} else if (ncontrolled(plain, conn->serial)) {
			conn->expires = now + conn->timeout;
			i++;
		} else {
			drop_record(plain, conn->serial);
			i = 0;
		}
	}
}
