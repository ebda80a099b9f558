// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/ideal_health.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

const struct ideal_rules ideal_rules[IDEAL_KINDS] = { { 1, 1 }, { 2, 3 } };

static struct ideal_probe *probe_of(struct ideal *ideal, const struct ideal_service *service, const struct ideal_server *server,
				    int kind)
{
	return &ideal->probes[server->address][kind][service->flap];
}

bool ideal_serves(const struct ideal_service *service)
{
	return service->had && !service->lacking;
}

static void fall(struct ideal_probe *probe, bool flap, lvs_ns now)
{
	unsigned int recent = 0;

	assert(probe->nfell < ARRAY_LEN(probe->fell));
	probe->fell[probe->nfell++] = now;
	for (size_t i = 0; i < probe->nfell; i++)
		recent += probe->fell[i] + LVS_SECONDS(IDEAL_FLAP_WINDOW) >= now;
	if (flap && recent >= IDEAL_FLAP_CHANGES)
		probe->held_until = now + LVS_SECONDS(IDEAL_FLAP_HOLD);
}

static enum lvs_health_state next_state(const struct ideal_probe *probe, const struct ideal_rules *rules, enum lvs_outcome outcome,
					lvs_ns now)
{
	bool held = now < probe->held_until;

	switch (probe->state) {
	case LVS_HEALTH_UP:
		if (probe->misses < rules->fall)
			return LVS_HEALTH_UP;
		return outcome == LVS_OUTCOME_FAILED ? LVS_HEALTH_DOWN : LVS_HEALTH_UNKNOWN;
	case LVS_HEALTH_DOWN:
		if (outcome == LVS_OUTCOME_BROKEN && probe->breaks >= rules->fall)
			return LVS_HEALTH_UNKNOWN;
		return probe->passes >= rules->rise && !held ? LVS_HEALTH_UP : LVS_HEALTH_DOWN;
	default:
		if (outcome == LVS_OUTCOME_BROKEN)
			return LVS_HEALTH_UNKNOWN;
		return outcome == LVS_OUTCOME_PASSED && !held ? LVS_HEALTH_UP : LVS_HEALTH_DOWN;
	}
}

void ideal_answer(struct ideal *ideal, unsigned int address, int kind, bool flap, const struct lvs_check_result *result)
{
	struct ideal_probe *probe = &ideal->probes[address][kind][flap];
	enum lvs_health_state was = probe->state;

	assert(probe->there);
	probe->passes = result->outcome == LVS_OUTCOME_PASSED ? probe->passes + 1 : 0;
	probe->misses = result->outcome != LVS_OUTCOME_PASSED ? probe->misses + 1 : 0;
	probe->breaks = result->outcome == LVS_OUTCOME_BROKEN ? probe->breaks + 1 : 0;
	probe->state = next_state(probe, &ideal_rules[kind], result->outcome, ideal->now);
	probe->judged |= probe->state != LVS_HEALTH_UNKNOWN;
	if (was == LVS_HEALTH_UP && probe->state == LVS_HEALTH_DOWN)
		fall(probe, flap, ideal->now);
	if (result->answer.weight != LVS_CHECK_WEIGHT_UNSAID) {
		probe->answer.weight = result->answer.weight;
		probe->answer.value = result->answer.value;
	}
	if (result->answer.wish != LVS_CHECK_WISH_UNSAID)
		probe->answer.wish = result->answer.wish;
}

/* What its checks say, one by one. */
struct opinions {
	unsigned int n, up, unknown, unjudged;
	bool drain, maintenance;
	int64_t weight;
};

static struct opinions ask(struct ideal *ideal, const struct ideal_service *service, const struct ideal_server *server)
{
	struct opinions opinions = { .weight = server->weight };

	for (int kind = 0; kind < IDEAL_KINDS; kind++) {
		const struct ideal_probe *probe = probe_of(ideal, service, server, kind);
		const int64_t value = probe->answer.value;

		if (!(service->kinds & 1u << kind))
			continue;
		opinions.n++;
		opinions.up += probe->state == LVS_HEALTH_UP;
		opinions.unknown += probe->state == LVS_HEALTH_UNKNOWN;
		opinions.unjudged += !probe->judged;
		opinions.drain |= probe->answer.wish == LVS_CHECK_WISH_DRAIN;
		opinions.maintenance |= probe->answer.wish == LVS_CHECK_WISH_MAINTENANCE;
		if (probe->answer.weight == LVS_CHECK_WEIGHT_PERCENT)
			opinions.weight = (opinions.weight * value + 99) / 100;
		else if (probe->answer.weight == LVS_CHECK_WEIGHT_ABSOLUTE)
			opinions.weight = value;
		else if (probe->answer.weight == LVS_CHECK_WEIGHT_PLUS)
			opinions.weight += value;
	}
	if (opinions.drain || !server->weight)
		opinions.weight = 0;
	return opinions;
}

static enum lvs_health_state state_of(const struct ideal_service *service, const struct ideal_server *server,
				      const struct opinions *opinions)
{
	unsigned int needed = service->any ? LVS_MIN(1u, opinions->n) : opinions->n;

	if (server->maintenance || opinions->maintenance)
		return LVS_HEALTH_MAINTENANCE;
	if (opinions->up >= needed)
		return LVS_HEALTH_UP;
	return opinions->up + opinions->unknown >= needed ? LVS_HEALTH_UNKNOWN : LVS_HEALTH_DOWN;
}

/* Return: is it up, or taken to be? */
static bool judge_server(struct ideal *ideal, const struct ideal_service *service, struct ideal_server *server,
			 const struct opinions *opinions)
{
	enum lvs_health_state state = state_of(service, server, opinions);
	bool as_before;

	if (state != server->state)
		server->since = ideal->now;
	server->state = state;
	if (state != LVS_HEALTH_UNKNOWN) {
		server->known = state;
		return state == LVS_HEALTH_UP;
	}
	if (ideal->now - server->since >= LVS_SECONDS(IDEAL_WAIT))
		return false;
	as_before = server->known != LVS_HEALTH_UNKNOWN && opinions->unjudged;
	if (!as_before && service->initial != IDEAL_LAST)
		return service->initial == IDEAL_UP;
	return server->known == LVS_HEALTH_UP;
}

/* Those that fell last stay, as long as there are too few. */
static void keep_last(struct ideal_service *service, const bool *up, const struct opinions *opinions)
{
	unsigned int enough = 0;

	for (size_t i = 0; i < service->n; i++)
		service->servers[i].kept = false;
	for (size_t i = 0; i < service->n; i++)
		enough += up[i] && !service->servers[i].drain && opinions[i].weight;
	while (enough < service->min_servers) {
		struct ideal_server *last = NULL;

		for (size_t i = 0; i < service->n; i++) {
			struct ideal_server *server = &service->servers[i];
			lvs_ns fell = server->known == LVS_HEALTH_UNKNOWN ? 0 : server->since;

			if (up[i] || server->kept || server->drain || !opinions[i].weight || server->state == LVS_HEALTH_MAINTENANCE)
				continue;
			if (!last || fell > (last->known == LVS_HEALTH_UNKNOWN ? 0 : last->since))
				last = server;
		}
		if (!last)
			return;
		last->kept = true;
		enough++;
	}
}

static void count_quorum(struct ideal_service *service, const bool *up, const struct opinions *opinions)
{
	unsigned int hysteresis = LVS_MIN(service->hysteresis, service->quorum - 1);
	int64_t weight = 0;

	for (size_t i = 0; i < service->n; i++)
		if ((up[i] || service->servers[i].kept) && !service->servers[i].drain)
			weight += opinions[i].weight;
	if (weight >= service->quorum + hysteresis)
		service->had = true;
	else if (!weight || weight < service->quorum - hysteresis)
		service->had = false;
}

static uint32_t share(const struct ideal_service *service, const struct ideal_server *server, int64_t weight, lvs_ns now)
{
	lvs_ns whole = LVS_SECONDS(service->slow_start), part = now - server->came;

	if (!server->came || part >= whole || weight <= 1)
		return (uint32_t)weight;
	return (uint32_t)LVS_MAX((uint64_t)weight * part / whole, 1u);
}

static void judge_service(struct ideal *ideal, struct ideal_service *service)
{
	struct opinions opinions[IDEAL_ADDRESSES];
	bool up[IDEAL_ADDRESSES];

	for (size_t i = 0; i < service->n; i++) {
		opinions[i] = ask(ideal, service, &service->servers[i]);
		up[i] = judge_server(ideal, service, &service->servers[i], &opinions[i]);
	}
	keep_last(service, up, opinions);
	count_quorum(service, up, opinions);
	for (size_t i = 0; i < service->n; i++) {
		struct ideal_server *server = &service->servers[i];
		bool was_in = server->in;

		server->in = (up[i] || server->kept) && !service->lacking && (service->had || !service->sorry);
		if (!server->in)
			server->came = 0;
		else if (!was_in && server->late)
			server->came = ideal->now;
		server->late |= server->known != LVS_HEALTH_UNKNOWN && !service->lacking;
		server->is_down = !server->in && (!service->quiesce || server->state == LVS_HEALTH_MAINTENANCE);
		server->has = server->in ? share(service, server, opinions[i].weight, ideal->now) : 0;
	}
}

static bool is_known(const struct ideal_service *service)
{
	for (size_t i = 0; i < service->n; i++)
		if (service->servers[i].known != LVS_HEALTH_UNKNOWN)
			return true;
	return !service->n;
}

/* Return: the one at the end of the way from @service, which does not serve */
static const struct ideal_service *root_of(const struct ideal *ideal, const struct ideal_service *service)
{
	for (int i = 0; service->had && i < IDEAL_SERVICES; i++)
		if (service->needs & 1u << i && !ideal_serves(&ideal->services[i]))
			return root_of(ideal, &ideal->services[i]);
	return service;
}

static bool lacks(const struct ideal *ideal, const struct ideal_service *service)
{
	for (int i = 0; i < IDEAL_SERVICES; i++)
		if (service->needs & 1u << i && !ideal_serves(&ideal->services[i]) &&
		    (service->lacking || is_known(root_of(ideal, &ideal->services[i]))))
			return true;
	return false;
}

void ideal_judge(struct ideal *ideal, lvs_ns now)
{
	ideal->now = now;
	for (int i = 0; i < IDEAL_SERVICES; i++)
		if (ideal->services[i].there)
			judge_service(ideal, &ideal->services[i]);
	for (int i = 0; i < IDEAL_SERVICES; i++) {
		struct ideal_service *service = &ideal->services[i];
		bool is = service->there && lacks(ideal, service);

		if (is == service->lacking)
			continue;
		service->lacking = is;
		judge_service(ideal, service);
	}
}

/* Who asks nobody any more forgets what was said. */
static void renew_probes(struct ideal *ideal)
{
	bool asked[IDEAL_ADDRESSES + 1][IDEAL_KINDS][2];

	memset(asked, 0, sizeof(asked));
	for (int i = 0; i < IDEAL_SERVICES; i++) {
		const struct ideal_service *service = &ideal->services[i];

		for (size_t k = 0; service->there && k < service->n; k++)
			for (int kind = 0; kind < IDEAL_KINDS; kind++)
				asked[service->servers[k].address][kind][service->flap] |= service->kinds >> kind & 1;
	}
	for (unsigned int address = 1; address <= IDEAL_ADDRESSES; address++) {
		for (int kind = 0; kind < IDEAL_KINDS; kind++) {
			for (int flap = 0; flap < 2; flap++) {
				struct ideal_probe *probe = &ideal->probes[address][kind][flap];

				if (!asked[address][kind][flap])
					memset(probe, 0, sizeof(*probe));
				probe->there = asked[address][kind][flap];
			}
		}
	}
}

static const struct ideal_server *find(const struct ideal_service *service, unsigned int address)
{
	for (size_t i = 0; service->there && i < service->n; i++)
		if (service->servers[i].address == address)
			return &service->servers[i];
	return NULL;
}

static void go_on(const struct ideal *ideal, const struct ideal_service *was, struct ideal_service *service)
{
	service->had = was->there ? was->had : true;
	service->lacking = service->needs && (!was->there || was->lacking);
	for (size_t i = 0; i < service->n; i++) {
		struct ideal_server *server = &service->servers[i];
		const struct ideal_server *before = find(was, server->address);
		const struct ideal_server now = *server;

		if (before)
			*server = *before;
		else
			*server = (struct ideal_server){ .since = ideal->now, .late = was->there };
		server->address = now.address;
		server->weight = now.weight;
		server->maintenance = now.maintenance;
		server->drain = now.drain;
		/* Nobody will ever say that it is up. */
		if (!before && !service->kinds)
			server->state = server->known = LVS_HEALTH_UP;
	}
}

void ideal_reload(struct ideal *ideal, const struct ideal_service services[IDEAL_SERVICES], lvs_ns now)
{
	ideal->now = now;
	for (int i = 0; i < IDEAL_SERVICES; i++) {
		struct ideal_service was = ideal->services[i];

		ideal->services[i] = services[i];
		go_on(ideal, &was, &ideal->services[i]);
	}
	renew_probes(ideal);
	ideal_judge(ideal, now);
}

void ideal_start(struct ideal *ideal, const struct ideal_service services[IDEAL_SERVICES], lvs_ns now)
{
	memset(ideal, 0, sizeof(*ideal));
	ideal_reload(ideal, services, now);
}
