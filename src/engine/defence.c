// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing is measured per packet: how full the table is shows when time is let in (lvs_engine_expire()). drop_entry goes
 * through the records in order, a 32nd of them per second like the kernel, never so many at a time that packets wait.
 */
#include "engine/defence.h"

#include "engine/core.h"
#include "engine/persist.h"

/* Records looked at in one step. */
#define BUDGET 8192
#define SECONDS_PER_ROUND 32
/* IPVS: younger silence than this is none. */
#define IDLE_SECONDS 60

static bool on(const struct lvs_engine *engine, enum lvs_defence_mode mode)
{
	return mode == LVS_DEFENCE_ALWAYS || (mode != LVS_DEFENCE_OFF && engine->defence.attack);
}

static uint32_t half_open(const struct lvs_engine *engine)
{
	return engine->conns.wheel.counts[LVS_CLASS_HALF_OPEN];
}

/* One in how many: from hardly any, with an eighth of @room left, to each, with nothing left. 0: none */
static uint32_t rate_of(uint32_t used, uint32_t room)
{
	uint32_t wanted = room / 8, left = room - LVS_MIN(used, room);

	return left < wanted ? wanted / (wanted - left) : 0;
}

/*
 * Half-open connections make room by themselves, the oldest first: they are as good as free. A flood that were let in only as
 * they end by their time would let in hardly anybody else either.
 */
static uint32_t rate(const struct lvs_engine *engine)
{
	if (engine->settings.defence.drop_packet == LVS_DEFENCE_ALWAYS)
		return engine->settings.defence.rate;
	return rate_of(engine->conns.used - half_open(engine), engine->conns.capacity);
}

bool lvs_defence_refuses(struct lvs_engine *engine)
{
	struct lvs_defence *defence = &engine->defence;
	uint32_t one_in;

	if (lvs_likely(!on(engine, engine->settings.defence.drop_packet)))
		return false;
	one_in = rate(engine);
	if (!one_in)
		return false;
	defence->packets = LVS_MIN(defence->packets, one_in - 1);
	if (defence->packets) {
		defence->packets--;
		return false;
	}
	defence->packets = one_in - 1;
	return true;
}

bool lvs_defence_is_refusing(const struct lvs_engine *engine)
{
	return on(engine, engine->settings.defence.drop_packet) && rate(engine);
}

void lvs_defence_make_room(struct lvs_engine *engine)
{
	uint32_t max = engine->settings.defence.max_half_open;
	struct lvs_conn *oldest;

	if (!max || half_open(engine) < max)
		return;
	oldest = lvs_wheel_idlest(&engine->conns.wheel, LVS_CLASS_HALF_OPEN);
	engine->conns.evicted[LVS_CLASS_HALF_OPEN]++;
	lvs_engine_end(engine, oldest, true);
}

static bool fuller(uint32_t used, uint32_t room, uint32_t eighths)
{
	return (uint64_t)used * 8 > (uint64_t)room * eighths;
}

void lvs_defence_judge(struct lvs_engine *engine)
{
	uint32_t eighths = engine->defence.attack ? 6 : 7, max = engine->settings.defence.max_half_open;

	engine->defence.attack = fuller(engine->conns.used, engine->conns.capacity, eighths) ||
				 (max && fuller(half_open(engine), max, eighths));
	engine->secure = on(engine, engine->settings.defence.secure_tcp);
}

/* IPVS' rule: what floods leave behind at once; what was silent for a minute the sooner the less it ever said. */
static bool give_up(struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_proto_state *state;
	unsigned int seen = conn->flags >> LVS_CONN_SEEN_SHIFT;
	uint8_t *left = &engine->defence.entries[seen % LVS_DEFENCE_MANY];

	if (!(conn->flags & LVS_CONN_FILED) || conn->ncontrolled)
		return false;
	if (conn->flags & LVS_CONN_TEMPLATE)
		return conn->state != LVS_PERSIST_ASSURED;
	state = &lvs_proto_find(conn->proto)->states[conn->state];
	if (state->flooded)
		return true;
	if (state->class != LVS_CLASS_ESTABLISHED && state->class != LVS_CLASS_DATAGRAM)
		return false;
	if (!seen || seen >= LVS_DEFENCE_MANY ||
	    engine->tick - (conn->expires - conn->timeout) < lvs_ticks_from_seconds(IDLE_SECONDS))
		return false;
	if (*left) {
		--*left;
		return false;
	}
	*left = (uint8_t)(seen - 1);
	return true;
}

static void sweep(struct lvs_engine *engine, lvs_ns elapsed)
{
	struct lvs_defence *defence = &engine->defence;
	uint64_t n = (uint64_t)engine->conns.touched * LVS_MIN(elapsed / LVS_NS_PER_MS, 1000) / 1000 / SECONDS_PER_ROUND + 1;

	for (n = LVS_MIN(n, BUDGET); n; n--) {
		struct lvs_conn *conn;

		if (++defence->cursor > engine->conns.touched)
			defence->cursor = 1;
		conn = lvs_conn_at(&engine->conns, defence->cursor);
		if (conn && give_up(engine, conn)) {
			defence->given_up++;
			lvs_engine_end(engine, conn, true);
		}
	}
}

void lvs_defence_step(struct lvs_engine *engine)
{
	lvs_ns elapsed = engine->now - engine->defence.since;

	lvs_defence_judge(engine);
	engine->defence.since = engine->now;
	if (engine->conns.touched && on(engine, engine->settings.defence.drop_entry))
		sweep(engine, elapsed);
}
