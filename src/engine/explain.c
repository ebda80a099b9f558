// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The steps of engine.c and schedule.c once more, in their order. Each asks what they ask, of functions that only look; the
 * scheduler chooses for a copy of its state. A test holds what is said here against what packets meet.
 */
#include "engine/explain.h"

#include "engine/classify.h"
#include "engine/core.h"
#include "engine/eject.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/syn_proxy.h"
#include "engine/wire.h"

static struct lvs_packet first_packet(const struct lvs_tuple *tuple)
{
	return (struct lvs_packet){ .tuple = *tuple, .proto = tuple->proto, .kind = LVS_PACKET_FLOW,
				    .ip6 = !lvs_addr_is4(&tuple->src),
				    .tcp_flags = tuple->proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0 };
}

/* The connection that @packet would belong to, and not take the place of; or NULL */
static struct lvs_conn *known(struct lvs_engine *engine, const struct lvs_proto_ops *proto, const struct lvs_packet *packet)
{
	struct lvs_conn *conn;
	enum lvs_dir dir;

	if (!packet->tuple.sport)
		return NULL;
	conn = lvs_conn_find(&engine->conns, &packet->tuple, lvs_conn_hash(&engine->conns, &packet->tuple), &dir);
	if (!conn || (packet->proto == LVS_PROTO_TCP && lvs_retire_replaced(engine, conn, proto, packet, dir)))
		return NULL;
	return conn;
}

static enum lvs_found found_by(const struct lvs_service *service, const struct lvs_tuple *tuple)
{
	const struct lvs_service_key *key = &service->spec.key;

	if (key->mark)
		return LVS_FOUND_MARK;
	if (key->ranged)
		return LVS_FOUND_PORT_LIST;
	if (key->port == tuple->dport)
		return LVS_FOUND_PORT;
	return key->port ? LVS_FOUND_FTP : LVS_FOUND_ANY_PORT;
}

static bool any_left_out(const struct lvs_service *service)
{
	for (uint32_t i = 0; i < service->nservers; i++)
		if (service->servers[i]->seen.ejected && service->servers[i]->spec.weight)
			return true;
	return false;
}

/* As lvs_engine_choose() does. */
static int choose(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
		  struct lvs_explanation *ret)
{
	int err;

	lvs_limit_recover(service, engine->now);
	lvs_eject_recover(service, engine->now);
	ret->keyed = service->spec.persist.timeout && service->spec.helper && service->spec.helper->key;
	if (service->spec.persist.timeout && !ret->keyed &&
	    lvs_persist_peek(engine, service, packet, &ret->server, &ret->template)) {
		ret->drop = ret->server ? LVS_DROP_NONE : LVS_DROP_NO_SERVER;
		return 0;
	}
	err = lvs_sched_peek(service, &packet->tuple, engine->now, &ret->server);
	if (err || ret->server)
		return err;
	ret->forgiven = !service->spec.persist.keep && any_left_out(service);
	if (!ret->forgiven)
		ret->drop = lvs_limit_waiting(service) ? LVS_DROP_SERVER_RATE : LVS_DROP_NO_SERVER;
	return 0;
}

static struct lvs_service *lookup(const struct lvs_engine *engine, const struct lvs_packet *packet, uint32_t mark)
{
	const struct lvs_service_key key = { .addr = lvs_addr_any(lvs_addr_is4(&packet->tuple.dst)), .mark = mark };
	struct lvs_service *service = mark ? lvs_service_find(&engine->rules, &key) : NULL;

	if (!service)
		service = lvs_service_lookup(&engine->rules, packet);
	return service && lvs_bypass_spares(engine, service, packet) ? NULL : service;
}

static int begin(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
		 struct lvs_explanation *ret)
{
	int err;

	ret->found = found_by(service, &packet->tuple);
	ret->defence = lvs_defence_is_refusing(engine);
	ret->cookie = service->spec.syn_proxy != LVS_SYN_PROXY_OFF && lvs_syn_proxy_wants(engine, service, packet);
	ret->drop = lvs_limit_check(engine, service, &packet->tuple.src);
	if (ret->drop)
		return 0;
	err = choose(engine, service, packet, ret);
	if (!err && !ret->server && !ret->forgiven && lvs_bypass_wants(engine, service, packet)) {
		ret->bypassed = true;
		ret->drop = LVS_DROP_NONE;
	}
	return err;
}

int lvs_engine_explain(struct lvs_engine *engine, const struct lvs_tuple *tuple, uint32_t mark, lvs_ns now,
		       struct lvs_explanation *ret_explanation)
{
	const struct lvs_packet packet = first_packet(tuple);
	const struct lvs_proto_ops *proto = lvs_proto_find(tuple->proto);
	struct lvs_explanation ret = { .drop = LVS_DROP_NONE };
	int err = 0;

	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	ret.conn = proto ? known(engine, proto, &packet) : NULL;
	if (ret.conn) {
		ret.server = lvs_server_at(&engine->rules, ret.conn->server);
		ret.service = ret.server->service;
		ret.drop = ret.service ? LVS_DROP_NONE : LVS_DROP_SERVER_GONE;
		*ret_explanation = ret;
		return 0;
	}
	ret.mark = mark ? mark : lvs_classify(engine->rules.classifier, tuple);
	ret.drop = lvs_engine_check_ends(engine, &packet);
	if (!ret.drop)
		ret.service = lookup(engine, &packet, mark);
	if (ret.service)
		err = begin(engine, ret.service, &packet, &ret);
	else if (!ret.drop && lvs_rules_owner(&engine->rules, &tuple->dst) != LVS_OWNER_DIRECTOR)
		ret.passed = true;
	else if (!ret.drop)
		ret.drop = LVS_DROP_NO_SERVICE;
	if (!err)
		*ret_explanation = ret;
	return err;
}
