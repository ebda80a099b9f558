// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/plain.h"

#include <string.h>

#include "engine/sched.h"

void plain_add_service(struct plain *plain, unsigned int s, const struct lvs_service_spec *spec)
{
	struct plain_service *service = &plain->services[s];

	service->there = true;
	service->spec = *spec;
	service->since = ++plain->since;
	service->counters = (struct lvs_counters){ 0 };
	service->n = 0;
	plain_sched_attach(service);
}

void plain_edit_service(struct plain *plain, unsigned int s, const struct lvs_service_spec *spec)
{
	struct plain_service *service = &plain->services[s];
	bool other = service->spec.sched != spec->sched ||
		     (!strcmp(spec->sched->name, "mh") && service->spec.mh_as_added != spec->mh_as_added);

	service->spec = *spec;
	if (other)
		plain_sched_attach(service);
}

void plain_remove_service(struct plain *plain, unsigned int s)
{
	while (plain->services[s].n)
		plain_remove_server(plain, s, plain->services[s].order[0]);
	plain->services[s].there = false;
}

void plain_add_server(struct plain *plain, unsigned int s, unsigned int k)
{
	struct plain_service *service = &plain->services[s];

	memmove(service->order + 1, service->order, service->n * sizeof(*service->order));
	service->order[0] = k;
	service->n++;
	service->servers[k].there = true;
	plain_weigh(plain, s, k);
	plain_sched_moved(service);
}

void plain_edit_server(struct plain *plain, unsigned int s, unsigned int k)
{
	if (plain->services[s].servers[k].weight)
		plain->services[s].servers[k].last_weight = plain->services[s].servers[k].weight;
	plain_weigh(plain, s, k);
	plain_sched_edited(&plain->services[s]);
}

void plain_remove_server(struct plain *plain, unsigned int s, unsigned int k)
{
	struct plain_service *service = &plain->services[s];
	unsigned int at = 0;

	while (service->order[at] != k)
		at++;
	if (service->rr_last == (int)k)
		service->rr_last = at ? (int)service->order[at - 1] : -1;
	service->n--;
	memmove(service->order + at, service->order + at + 1, (service->n - at) * sizeof(*service->order));
	service->servers[k].there = false;
	for (unsigned int i = 0; i < plain->nconns; i++)
		plain->sweep |= plain->conns[i].service == s && plain->conns[i].server == k;
	for (unsigned int i = 0; i < service->nplaces; i++)	/* notes of lblc and lblcr name it too */
		for (unsigned int m = 0; m < service->places[i].n; m++)
			plain->sweep |= service->places[i].members[m] == k;
	plain_sched_moved(service);
}
