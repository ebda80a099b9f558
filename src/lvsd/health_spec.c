// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keys of a check that are of some types only go to the checker as text, by the names that lvs.conf has for them: a
 * new kind of check needs rows in conf/keys_check.c and nothing here.
 */
#include "lvsd/health_records.h"

#include <string.h>

#include "conf/keys.h"

const struct lvs_conf_check *lvs_health_check_of(const struct lvs_conf_service *service,
						 const struct lvs_conf_server *server, size_t i)
{
	bool own = server->ncheck + server->nchecks > 0;
	size_t ncheck = own ? server->ncheck : service->ncheck, nchecks = own ? server->nchecks : service->nchecks;

	/* Its address is a name, unless it says itself what is asked there. */
	if (!own && !strcmp(server->forward, "bypass"))
		return NULL;
	if (i < ncheck)
		return own ? &server->check[i] : &service->check[i];
	i -= ncheck;
	if (i >= nchecks)
		return NULL;
	return own ? &server->checks[i] : &service->checks[i];
}

/* Return: the value of a key that some types have, as text; NULL if it is none of them */
static const char *text_of(const struct lvs_conf_key *key, const struct lvs_conf_check *check)
{
	const char *member = (const char *)check + key->offset;

	switch (key->type) {
	case LVS_CONF_TEXT:
	case LVS_CONF_LINES:
		return member;
	case LVS_CONF_WORD:
		return *(const char *const *)(const void *)member;
	case LVS_CONF_BOOL:
		return "true";
	default:
		return NULL;
	}
}

void lvs_health_spec(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		     const struct lvs_conf_check *check, struct lvs_check_param params[LVS_HEALTH_PARAMS_MAX],
		     struct lvs_probe_spec *ret_spec)
{
	const struct lvs_conf_flap *flap = &service->flap;
	const bool via = check->via == LVS_CONF_VIA_VIP;
	size_t n = 0;

	for (size_t i = 0; i < lvs_conf_check_group.nkeys; i++) {
		const struct lvs_conf_key *key = &lvs_conf_check_group.keys[i];
		const char *text = key->optional && !lvs_conf_key_unset(key, check) ? text_of(key, check) : NULL;

		if (text && n < LVS_HEALTH_PARAMS_MAX)
			params[n++] = (struct lvs_check_param){ .name = key->name, .value = text };
	}
	*ret_spec = (struct lvs_probe_spec){
		.kind = lvs_check_find(check->type),
		.addr = via ? service->addr : server->addr,
		.port = (uint16_t)(check->port ? check->port : via ? service->port : server->port),
		.source = check->source,
		.interval = check->interval * LVS_NS_PER_MS,
		.fast_interval = check->fast_interval * LVS_NS_PER_MS,
		.timeout = check->timeout * LVS_NS_PER_MS,
		.jitter = check->jitter,
		.start_spread = check->start_spread * LVS_NS_PER_MS,
		.rules = { .rise = check->rise, .fall = check->fall },
		.params = params,
		.nparams = n,
	};
	if (via)
		ret_spec->through = (struct lvs_check_through){ .forward = server->forward, .server = server->addr,
								.port = server->port };
	if (flap->on) {
		ret_spec->rules.flap_changes = flap->changes;
		ret_spec->rules.flap_window = flap->window * LVS_NS_PER_MS;
		ret_spec->rules.flap_hold = flap->hold * LVS_NS_PER_MS;
	}
}
