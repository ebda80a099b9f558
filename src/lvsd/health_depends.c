// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a service has to do with those that it depends on. They are gone through in such an order that whatever a service
 * needs has been dealt with before it, so that one pass is enough, however long the chains are, and nobody comes in and
 * leaves again on the way.
 */
#include "lvsd/health_records.h"

#include <stdio.h>
#include <string.h>

#define NONE SIZE_MAX

/* Return: the first one that @service, of @set, needs and that does not serve; NONE */
static size_t missing(const struct lvs_health_set *set, size_t service)
{
	const uint32_t *list;
	size_t n = lvs_conf_needs_of(&set->needs, service, &list);

	for (size_t i = 0; i < n; i++)
		if (!lvs_health_serves(set->services[list[i]]))
			return list[i];
	return NONE;
}

/* Return: the one that lacks nothing but its own quorum, at the end of the way from @service, which does not serve */
static const struct service_health *root_of(const struct lvs_health_set *set, size_t service)
{
	size_t next;

	while (set->services[service]->quorum) {
		next = missing(set, service);
		if (next == NONE)
			break;
		service = next;
	}
	return set->services[service];
}

/* Before the first answer it says nothing that there is no quorum. */
static bool is_known(const struct service_health *service)
{
	return service->known || !service->n;
}

/* As long as nothing is known of what it needs, a service is as it was: in the beginning it waits. */
static bool lacks(const struct lvs_health_set *set, size_t service)
{
	const uint32_t *list;
	size_t n = lvs_conf_needs_of(&set->needs, service, &list);

	for (size_t i = 0; i < n; i++) {
		if (lvs_health_serves(set->services[list[i]]))
			continue;
		if (set->services[service]->lacking || is_known(root_of(set, list[i])))
			return true;
	}
	return false;
}

/* Borrowed services have their part in it, too, and are as before at the end: @set may never come into force. */
void lvs_health_foresee(struct lvs_health_set *set, lvs_ns now)
{
	for (size_t i = 0; i < set->needs.norder; i++) {
		size_t index = set->needs.order[i];
		struct service_health *service = set->services[index];

		service->lacked = service->lacking;
		service->lacking = lacks(set, index);
		if (!set->borrowed[index] && service->lacking != service->lacked)
			lvs_health_assess(service, now);
	}
	for (size_t i = 0; i < set->needs.norder; i++) {
		size_t index = set->needs.order[i];

		if (set->borrowed[index])
			set->services[index]->lacking = set->services[index]->lacked;
	}
}

void lvs_health_depend(struct lvs_health *health, lvs_ns now)
{
	const struct lvs_health_set *set = health->set;

	for (size_t i = 0; i < set->needs.norder; i++) {
		size_t index = set->needs.order[i];
		struct service_health *service = set->services[index];
		bool is = lacks(set, index);

		if (service->lacking != is) {
			service->lacking = is;
			lvs_health_assess(service, now);
		} else if (!service->turn && (!lvs_list_empty(&service->stirred) || !is || service->told_quorum)) {
			continue;
		}
		/* Behind those that it needs: causes are told before what follows from them. */
		lvs_health_give_turn(service);
	}
}

bool lvs_health_quorum_known(const struct service_health *service)
{
	const struct lvs_health_set *set = service->health->set;

	if (!service->quorum || !service->lacking)
		return service->known;
	return is_known(root_of(set, (size_t)(service->conf - set->conf->services)));
}

void lvs_health_lacking(const struct service_health *service, char reason[LVS_SERVICE_REASON_BYTES])
{
	const struct lvs_health_set *set = service->health->set;
	size_t next = service->lacking ? missing(set, (size_t)(service->conf - set->conf->services)) : NONE;
	const struct service_health *root;
	const char *what;

	reason[0] = '\0';
	if (next == NONE)
		return;
	root = root_of(set, next);
	what = is_known(root) ? "which has no quorum" : "of which nothing is known yet";
	if (root == set->services[next])
		(void)snprintf(reason, LVS_SERVICE_REASON_BYTES, "depends on \"%s\", %s", root->conf->name, what);
	else
		(void)snprintf(reason, LVS_SERVICE_REASON_BYTES, "depends on \"%s\", and that on \"%s\", %s",
			       set->services[next]->conf->name, root->conf->name, what);
}
