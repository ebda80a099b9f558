// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A packet that came out is either one of the burst, rewritten; or another one, then the director made it or had held it. Of a rewritten one only ends and checksums may differ, and each sum must be as right
 * or as wrong as it was; or it has become a reset.
 *
 * Sums are made by tests/lib/build; the parser is the engine's own, for which there are other tests.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/client.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/trace.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/model.h"

/* Few enough for them to be given up. */
#define MODEL_CLIENTS 3

#define CHECK(cond)                                                              \
	do {                                                                     \
		if (!(cond)) {                                                   \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                 \
		}                                                                \
	} while (0)

const char *model_vip(bool ip6, unsigned int vip)
{
	static const char *const vips[2][MODEL_VIPS] = { { "192.0.2.1", "192.0.2.2" }, { "2001:db8::1", "2001:db8::2" } };

	return vips[ip6][vip % MODEL_VIPS];
}

const char *model_server(bool ip6, unsigned int server)
{
	static const char *const servers[2][MODEL_SERVERS] = {
		{ "10.0.0.11", "10.0.0.12", "10.0.0.13" },
		{ "2001:db8:1::11", "2001:db8:1::12", "2001:db8:1::13" },
	};

	return servers[ip6][server % MODEL_SERVERS];
}

uint16_t model_vport(uint8_t proto)
{
	return proto == LVS_PROTO_TCP ? 80 : 53;
}

/* The second address maps its ports to the same servers' ports as the first one: clashes happen. */
uint16_t model_server_port(uint8_t proto, unsigned int vip)
{
	(void)vip;
	return proto == LVS_PROTO_TCP ? 8080 : 5353;
}

enum sum {
	SUM_NONE,
	SUM_RIGHT,
	SUM_WRONG,
};

static enum sum judge_sum(const struct lvs_packet *packet)
{
	const struct lvs_addr *ends[] = { &packet->tuple.src, &packet->tuple.dst };
	const uint8_t *l4 = packet->data + packet->l4;
	uint32_t bytes = packet->len - packet->l4, sum = 0;
	size_t field = packet->proto == LVS_PROTO_TCP ? 16 : 6;

	if (packet->kind == LVS_PACKET_FLOW && packet->proto == LVS_PROTO_SCTP) {
		uint32_t crc = (uint32_t)l4[11] << 24 | (uint32_t)l4[10] << 16 | (uint32_t)l4[9] << 8 | l4[8];

		return crc ? build_crc(l4, bytes) == crc ? SUM_RIGHT : SUM_WRONG : SUM_NONE;
	}
	if (packet->kind != LVS_PACKET_ICMP || packet->ip6) {
		for (size_t i = 0; i < ARRAY_LEN(ends); i++)
			sum = build_sum(sum, ends[i]->bytes + (packet->ip6 ? 0 : 12), packet->ip6 ? 16 : 4);
		sum += packet->proto + bytes;
	}
	if (packet->kind == LVS_PACKET_FLOW && lvs_packet_is_partial(packet))
		return build_fold(sum) % 0xffff == (l4[field] << 8 | l4[field + 1]) % 0xffff ? SUM_RIGHT : SUM_WRONG;
	if (packet->kind == LVS_PACKET_FLOW && packet->proto == LVS_PROTO_UDP && !l4[6] && !l4[7])
		return SUM_NONE;
	return build_fold(build_sum(build_fold(sum), l4, bytes)) == 0xffff ? SUM_RIGHT : SUM_WRONG;
}

/* @packet's bytes from @from to @to are as they were; @a and @b have the same layout. */
static void check_same(const struct lvs_packet *a, const struct lvs_packet *b, size_t from, size_t to)
{
	CHECK(from <= to && to <= a->len && to <= b->len);
	CHECK(memcmp(a->data + from, b->data + from, to - from) == 0);
}

static void check_ip_header(const struct model *model, const struct lvs_packet *before, const struct lvs_packet *after)
{
	size_t ttl = before->ip6 ? 7 : 8;

	check_same(before, after, 0, ttl);
	CHECK(before->data[ttl] == after->data[ttl] + (model->takes_hop ? 1 : 0));
	if (before->ip6) {
		check_same(before, after, 40, before->l4);
	} else {
		check_same(before, after, 9, 10);
		check_same(before, after, 20, before->l4);
	}
}

static void check_flow(const struct lvs_packet *before, const struct lvs_packet *after)
{
	bool sctp = before->proto == LVS_PROTO_SCTP;
	size_t csum = before->l4 + (sctp ? 8U : before->proto == LVS_PROTO_TCP ? 16U : 6U);

	check_same(before, after, before->l4 + 4U, csum);
	check_same(before, after, csum + (sctp ? 4 : 2), before->len);
	if (!before->fragment)
		CHECK(judge_sum(before) == judge_sum(after));
}

static void check_error(const struct lvs_packet *before, const struct lvs_packet *after)
{
	check_same(before, after, before->l4, before->l4 + 2U);
	check_same(before, after, before->l4 + 4U, before->l4 + 8U);
	CHECK(judge_sum(after) == SUM_RIGHT);
}

static void check_echo(const struct lvs_packet *before, const struct lvs_packet *after)
{
	size_t bytes = before->len - before->l4;

	CHECK(after->kind == LVS_PACKET_ICMP);
	CHECK(after->len - after->l4 == bytes);
	CHECK(memcmp(after->data + after->l4 + 4, before->data + before->l4 + 4, bytes - 4) == 0);
	CHECK(lvs_addr_equal(&after->tuple.src, &before->tuple.dst));
	CHECK(lvs_addr_equal(&after->tuple.dst, &before->tuple.src));
	CHECK(judge_sum(after) == SUM_RIGHT);
}

static bool is_echo_answer(const struct lvs_packet *before, const struct lvs_packet *after)
{
	return before->kind == LVS_PACKET_ICMP && after->kind == LVS_PACKET_ICMP &&
	       before->data[before->l4] == (before->ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO) &&
	       after->data[after->l4] != before->data[before->l4];
}

static bool is_hung_up(const struct lvs_packet *before, const struct lvs_packet *after)
{
	return before->kind == LVS_PACKET_FLOW && after->kind == LVS_PACKET_FLOW && before->proto == LVS_PROTO_TCP &&
	       after->tcp_flags & LVS_TCP_RST && !(before->tcp_flags & LVS_TCP_RST);
}

/* Sequence numbers are those of the segment, and there is nothing else. */
static void check_hung_up(const struct lvs_packet *before, const struct lvs_packet *after)
{
	const struct lvs_vnet none = { .gso_type = LVS_GSO_NONE };

	CHECK(!before->fragment && after->l4 == before->l4 && after->len == after->l4 + 20U);
	CHECK(memcmp(&after->vnet, &none, sizeof(none)) == 0);
	check_same(before, after, before->l4 + 4U, before->l4 + 8U);
	if (before->tcp_flags & LVS_TCP_ACK)
		check_same(before, after, before->l4 + 8U, before->l4 + 12U);
	CHECK(after->tcp_flags == (LVS_TCP_RST | (before->tcp_flags & LVS_TCP_ACK)));
	CHECK(judge_sum(after) == SUM_RIGHT);
}

static void check_rewritten(const struct model *model, struct lvs_packet *before, const struct lvs_packet *after)
{
	CHECK(lvs_packet_parse(before) == LVS_DROP_NONE);
	CHECK(before->ip6 == after->ip6);
	if (is_echo_answer(before, after)) {
		check_echo(before, after);
		return;
	}
	if (is_hung_up(before, after)) {
		check_hung_up(before, after);
		return;
	}
	CHECK(before->len == after->len);
	CHECK(before->l4 == after->l4);
	CHECK(before->kind == after->kind);
	check_ip_header(model, before, after);
	switch (before->kind) {
	case LVS_PACKET_FLOW:
		CHECK(memcmp(&before->vnet, &after->vnet, sizeof(before->vnet)) == 0);
		check_flow(before, after);
		break;
	case LVS_PACKET_ICMP:
		if (memcmp(before->data + 12, after->data + 12, before->len - 12) != 0)	/* not just a hop */
			check_error(before, after);
		break;
	case LVS_PACKET_FRAGMENT:
	case LVS_PACKET_OTHER:
		CHECK(memcmp(&before->vnet, &after->vnet, sizeof(before->vnet)) == 0);
		check_same(before, after, before->l4, before->len);
		break;
	}
}

static void digest(struct model *model, const struct lvs_packet *packet)
{
	for (size_t i = 0; i < packet->len; i++)
		model->digest = (model->digest ^ packet->data[i]) * 0x100000001b3ULL;	/* FNV-1a */
	model->digest = (model->digest ^ packet->len) * 0x100000001b3ULL;
}

static void check_emitted(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct model *model = container_of(sink, struct model, sink);
	struct lvs_packet after = { .data = packet->data, .len = packet->len, .vnet = packet->vnet };

	model->emitted++;
	digest(model, packet);
	CHECK(lvs_packet_parse(&after) == LVS_DROP_NONE);
	CHECK(after.len == packet->len);
	if (packet >= model->in && packet < model->in + model->nin) {
		check_rewritten(model, &model->before[packet - model->in], &after);
		return;
	}
	CHECK(after.kind == LVS_PACKET_FRAGMENT || judge_sum(&after) == SUM_RIGHT);
}

void model_toggle_watch(struct model *model, uint8_t how)
{
	const struct lvs_trace_filter everything = { .proto = 0 };
	struct lvs_trace_filter narrow = { .proto = how & 1 ? LVS_PROTO_TCP : 0, .family = (enum lvs_trace_family)(how >> 1 & 3) };

	if (model->tracer) {
		lvs_trace_stop(model->tracer);
		lvs_trace_stop(model->narrow);
		model->tracer = model->narrow = NULL;
		return;
	}
	if (how & 8)
		narrow.vip.port = LVS_BE16(model_vport(LVS_PROTO_TCP));
	if (how & 16)
		narrow.server.prefix = (struct lvs_prefix){ test_addr(model_server(how & 1, 0)), LVS_PREFIX_HOST };
	if (how & 32)
		narrow.verdicts = 1 << LVS_TRACE_DROPPED;
	CHECK(lvs_trace_start(model->engine, &everything, LVS_TRACE_SNAPLEN_MAX, 1 << 20, &model->tracer) == 0);
	CHECK(lvs_trace_start(model->engine, &narrow, 60, 1024, &model->narrow) == 0);
}

/* Each packet of the burst was seen once, as it came, and everything that came out since @emitted. */
static void check_seen(struct model *model, uint64_t emitted, const struct lvs_stats *before)
{
	const struct lvs_stats *after = lvs_engine_stats(model->engine);
	uint64_t verdicts[LVS_TRACE_VERDICT_COUNT] = { 0 }, outs = 0;
	const struct lvs_trace_record *record;
	size_t ins = 0;

	while (model->tracer && (record = lvs_trace_peek(model->tracer))) {
		CHECK(record->verdict < LVS_TRACE_VERDICT_COUNT && record->captured == record->len);
		CHECK((record->verdict == LVS_TRACE_DROPPED) == (record->drop && !record->out));
		if (record->out) {
			outs++;
		} else {
			CHECK(ins < model->nin && record->len <= model->before[ins].len);
			CHECK(memcmp(record->data, model->before[ins].data, record->len) == 0);
			verdicts[record->verdict]++;
			ins++;
		}
		lvs_trace_pop(model->tracer);
	}
	if (!model->tracer)
		return;
	CHECK(lvs_trace_lost(model->tracer) == 0);
	CHECK(ins == model->nin && outs == model->emitted - emitted);
	CHECK(verdicts[LVS_TRACE_ANSWERED] == after->answered - before->answered);
	while (model->emitted % 3 && lvs_trace_peek(model->narrow))
		lvs_trace_pop(model->narrow);
}

void model_handle(struct model *model, struct lvs_packet *packets, size_t n)
{
	const struct lvs_stats before = *lvs_engine_stats(model->engine);
	uint64_t emitted = model->emitted;

	CHECK(n <= MODEL_BURST_MAX);
	for (size_t i = 0; i < n; i++) {
		model->before[i] = build_raw(packets[i].data, packets[i].len);
		model->before[i].vnet = packets[i].vnet;
	}
	model->in = packets;
	model->nin = n;
	lvs_engine_handle(model->engine, packets, n, model->now, &model->sink);
	check_seen(model, emitted, &before);
	model->nin = 0;
	for (size_t i = 0; i < n; i++)
		build_free(&model->before[i]);
	model_check_books(model);
}

void model_advance(struct model *model, lvs_ns by)
{
	const struct lvs_conn_table *table = lvs_engine_conns(model->engine);
	const struct lvs_stats before = *lvs_engine_stats(model->engine);
	uint64_t emitted = model->emitted;
	lvs_ns next, again;
	lvs_tick tick;

	model->now += by;
	tick = lvs_tick_from_ns(model->now);
	for (unsigned int turns = 0; turns < 1000; turns++) {
		next = lvs_engine_expire(model->engine, model->now);
		again = lvs_engine_dismiss(model->engine, model->now, &model->sink);
		if (next > model->now && again > model->now)
			break;
	}
	CHECK(next > model->now && again > model->now);
	check_seen(model, emitted, &before);
	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);

		if (!conn)
			continue;
		CHECK(lvs_tick_before(tick, conn->expires + 1));
		CHECK(lvs_tick_before(conn->expires, tick + conn->timeout + 1));
	}
	CHECK(table->used == 0 || next != LVS_NS_NEVER);
	model_check_books(model);
}

static struct lvs_service_key key_of(bool ip6, uint8_t proto, unsigned int vip)
{
	return (struct lvs_service_key){ .addr = test_addr(model_vip(ip6, vip)), .port = LVS_BE16(model_vport(proto)),
					 .proto = proto };
}

static const struct lvs_sched_ops *sched_of(unsigned int sched)
{
	static const char *const names[] = { "rr", "wrr", "lc", "wlc" };

	return lvs_sched_find(names[sched % ARRAY_LEN(names)]);
}

static struct lvs_service *find_service(const struct model *model, bool ip6, uint8_t proto, unsigned int vip)
{
	struct lvs_service_key key = key_of(ip6, proto, vip);

	return lvs_service_find(lvs_engine_rules(model->engine), &key);
}

static struct lvs_server *find_server(const struct model *model, bool ip6, uint8_t proto, unsigned int vip,
				      unsigned int server)
{
	struct lvs_service *service = find_service(model, ip6, proto, vip);
	struct lvs_addr addr = test_addr(model_server(ip6, server));

	return service ? lvs_server_find(service, &addr, LVS_BE16(model_server_port(proto, vip))) : NULL;
}

void model_toggle_service(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int sched)
{
	struct lvs_rules *rules = lvs_engine_rules(model->engine);
	struct lvs_service_spec spec = { .key = key_of(ip6, proto, vip), .sched = sched_of(sched) };
	struct lvs_service *service = find_service(model, ip6, proto, vip);

	if (service)
		lvs_service_remove(rules, service, model->now);
	else
		CHECK(lvs_service_add(rules, &spec, &service) == 0);
	model_check_books(model);
}

void model_toggle_server(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int server,
			 uint32_t weight)
{
	struct lvs_rules *rules = lvs_engine_rules(model->engine);
	struct lvs_service *service = find_service(model, ip6, proto, vip);
	struct lvs_server *there = find_server(model, ip6, proto, vip, server);
	struct lvs_server_spec spec = {
		.addr = test_addr(model_server(ip6, server)), .port = LVS_BE16(model_server_port(proto, vip)),
		.weight = weight, .forward = lvs_forward_find("masq"),
	};

	if (there)
		lvs_server_remove(rules, there, model->now);
	else if (service)
		CHECK(lvs_server_add(rules, service, &spec, &there) == 0);
	model_check_books(model);
}

void model_edit_server(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int server,
		       uint32_t weight, uint32_t mtu)
{
	struct lvs_server *there = find_server(model, ip6, proto, vip, server);
	struct lvs_server_spec spec;

	if (!there)
		return;
	spec = there->spec;
	spec.weight = weight;
	CHECK(lvs_server_edit(lvs_engine_rules(model->engine), there, &spec) == 0);
	lvs_server_set_mtu(there, mtu);
	model_check_books(model);
}

void model_drain_server(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int server,
			uint32_t seconds)
{
	struct lvs_server *there = find_server(model, ip6, proto, vip, server);
	struct lvs_server_spec spec;

	if (!there)
		return;
	spec = there->spec;
	spec.weight = 1;
	spec.drain = seconds != 0;
	spec.drain_seconds = seconds;
	CHECK(lvs_server_edit(lvs_engine_rules(model->engine), there, &spec) == 0);
	model_check_books(model);
}

void model_edit_service(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int sched)
{
	struct lvs_service *service = find_service(model, ip6, proto, vip);
	struct lvs_service_spec spec = { .key = key_of(ip6, proto, vip), .sched = sched_of(sched) };

	if (service)
		CHECK(lvs_service_edit(lvs_engine_rules(model->engine), service, &spec) == 0);
	model_check_books(model);
}

void model_limit_service(struct model *model, bool ip6, uint8_t proto, unsigned int vip, uint8_t how)
{
	struct lvs_service *service = find_service(model, ip6, proto, vip);
	struct lvs_service_spec spec;

	if (!service)
		return;
	spec = service->spec;
	spec.limits = (struct lvs_limit_spec){
		.client_connections = how & 3,
		.client_rate = lvs_rate_of(how & 4 ? 2 : 0, 0),
		.server_rate = lvs_rate_of(how & 8 ? 3 : 0, 1),
		.client_bits4 = how & 16 ? 104 : LVS_PREFIX_HOST,
		.client_bits6 = how & 16 ? 32 : LVS_PREFIX_HOST,
		.reset = how & 32,
	};
	spec.pickup = proto == LVS_PROTO_TCP && how & 64;
	spec.sched_flags = how & 128 ? LVS_SCHED_FALLBACK : 0;
	spec.sched = spec.pickup ? &lvs_sched_mh : sched_of(how);
	CHECK(lvs_service_edit(lvs_engine_rules(model->engine), service, &spec) == 0);
	model_check_books(model);
}

void model_init(struct model *model, uint32_t capacity, const struct lvs_engine_settings *settings)
{
	struct lvs_engine_options options = {
		.max_connections = capacity,
		.max_clients = MODEL_CLIENTS,
		.key = { 0x0123456789abcdef, 0xfedcba9876543210 },
		.fragments = { .datagrams = 8, .held = 6, .per_datagram = 3, .bytes = 16 << 10,
			       .timeout = LVS_SECONDS(2), .lifetime = LVS_SECONDS(30) },
		.settings = *settings,
	};
	size_t bytes = (lvs_conn_table_bytes(capacity) + 63) / 64 * 64;

	memset(model, 0, sizeof(*model));
	model->now = LVS_SECONDS(5000);
	model->takes_hop = settings->decrement_ttl;
	model->sink.emit = check_emitted;
	model->memory = aligned_alloc(64, bytes);
	CHECK(model->memory);
	memset(model->memory, 0, bytes);
	options.memory = model->memory;
	CHECK(lvs_engine_new(&options, model->now, &model->engine) == 0);
	for (unsigned int i = 0; i < 4 * MODEL_VIPS; i++) {
		bool ip6 = i & 1;
		uint8_t proto = i & 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP;
		unsigned int vip = i / 4;

		model_toggle_service(model, ip6, proto, vip, i);
		model_toggle_server(model, ip6, proto, vip, 0, 1);
		model_toggle_server(model, ip6, proto, vip, 1, 2);
	}
}

void model_fini(struct model *model)
{
	lvs_trace_stop(model->tracer);
	lvs_trace_stop(model->narrow);
	lvs_engine_free(model->engine);
	free(model->memory);
}

static void check_packets(const struct model *model)
{
	const struct lvs_stats *stats = lvs_engine_stats(model->engine);
	uint64_t ends = stats->forwarded + stats->passed + stats->answered + stats->held, left;

	for (size_t i = 0; i < LVS_DROP_COUNT; i++)
		ends += stats->dropped[i];
	CHECK(stats->received == ends);
	CHECK(stats->dropped[LVS_DROP_NONE] == 0);
	CHECK(stats->replied[LVS_REPLY_ECHO] == stats->answered);
	left = stats->forwarded + stats->passed;
	for (size_t i = 0; i < LVS_REPLY_COUNT; i++)
		left += stats->replied[i];
	CHECK(model->emitted == left);
	CHECK(stats->total.in_packets + stats->total.out_packets == stats->forwarded);
}

static void check_server(const struct lvs_conn_table *table, const struct lvs_server *server)
{
	uint32_t active = 0, inactive = 0;

	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);

		if (!conn || conn->server != server->id)
			continue;
		if (conn->flags & LVS_CONN_ACTIVE)
			active++;
		else
			inactive++;
	}
	CHECK(server->active == active);
	CHECK(server->inactive == inactive);
}

static void check_conns(const struct model *model)
{
	const struct lvs_rules *rules = lvs_engine_rules(model->engine);
	struct lvs_conn_table *table = (struct lvs_conn_table *)(uintptr_t)lvs_engine_conns(model->engine);
	uint32_t used = 0;

	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);
		struct lvs_tuple request, reply;
		enum lvs_dir dir;

		if (!conn)
			continue;
		used++;
		CHECK(conn->flags & LVS_CONN_INDEXED);
		CHECK(conn->flags & LVS_CONN_FILED);
		CHECK(conn->server < rules->servers_len && rules->servers[conn->server]);
		request = (struct lvs_tuple){ .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport,
					      .dport = conn->vport, .proto = conn->proto };
		reply = (struct lvs_tuple){ .src = conn->daddr, .dst = conn->caddr, .sport = conn->dport,
					    .dport = conn->cport, .proto = conn->proto };
		CHECK(lvs_conn_find(table, &request, lvs_conn_hash(table, &request), &dir) == conn);
		CHECK(dir == LVS_DIR_REQUEST);
		CHECK(lvs_conn_find(table, &reply, lvs_conn_hash(table, &reply), &dir) == conn);
		CHECK(dir == LVS_DIR_REPLY);
	}
	CHECK(table->used == used && used <= table->capacity);
}

/* Every client has as many connections as name him. */
static void check_clients(const struct lvs_clients *clients, const struct lvs_conn_table *table)
{
	uint32_t conns[MODEL_CLIENTS + 1] = { 0 }, established[MODEL_CLIENTS + 1] = { 0 }, used = 0;

	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);

		if (conn && lvs_clients_know(clients, conn->client, &conn->caddr)) {
			conns[conn->client & LVS_CLIENTS_MAX]++;
			established[conn->client & LVS_CLIENTS_MAX] += conn->class == LVS_CLASS_ESTABLISHED;
		}
	}
	for (uint32_t head = 0; head <= clients->mask; head++) {
		for (uint32_t i = clients->heads[head]; i; i = clients->clients[i].next) {
			CHECK(clients->clients[i].conns == conns[i]);
			CHECK(clients->clients[i].established == established[i]);
			used++;
		}
	}
	CHECK(clients->used == used && used <= MODEL_CLIENTS);
}

void model_check_books(const struct model *model)
{
	const struct lvs_rules *rules = lvs_engine_rules(model->engine);
	const struct lvs_conn_table *table = lvs_engine_conns(model->engine);

	check_packets(model);
	check_conns(model);
	check_clients(lvs_engine_clients(model->engine), table);
	for (uint32_t id = 1; id < rules->servers_len; id++)
		if (rules->servers[id])
			check_server(table, rules->servers[id]);
}
