// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names are looked up among all names, sorted. Then services get their place in the order one by one, each when the last
 * of those that it needs has its own: who gets none is in a circle, or needs one that is. From there it is followed from
 * need to need until one comes up again, which is the circle to be told of.
 */
#include "conf/depends.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "conf/suggest.h"

#define SUGGEST_MAX 1024	/* more names, and more findings than are kept, would take their time */

/**
 * struct maker - what is there while names are resolved
 * @sorted:	services by name
 * @waits:	of each service how many of its needs have no place in the order yet
 * @head, @next: the other way: who needs a service stands at @owner of its @head, and at the @next one of each such place
 * @place:	of each need, where it stands in its list
 * @seen:	in which search for a circle it was met; 0: in none
 */
struct maker {
	const struct lvs_conf *conf;
	struct lvs_conf_errors *errors;
	struct lvs_conf_needs *needs;
	const struct lvs_conf_service **sorted;
	uint32_t *waits, *head, *seen, *next, *owner, *place;
};

static int by_name(const void *a, const void *b)
{
	const struct lvs_conf_service *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int has_name(const void *key, const void *element)
{
	return strcmp(key, (*(const struct lvs_conf_service *const *)element)->name);
}

static void say_unknown(const struct maker *maker, const struct lvs_conf_service *service, const char *name, size_t place)
{
	struct lvs_conf_suggest suggest;
	char hint[100] = "write the \"name\" of another service";

	lvs_conf_suggest_init(&suggest, name);
	for (size_t i = 0; i < maker->conf->nservices && i < SUGGEST_MAX && maker->errors->n < LVS_CONF_ERRORS_MAX; i++)
		if (&maker->conf->services[i] != service)
			lvs_conf_suggest_try(&suggest, maker->conf->services[i].name);
	if (suggest.best)
		(void)snprintf(hint, sizeof(hint), "did you mean \"%s\"?", suggest.best);
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &service->depends_on.places[place], hint,
			    "service \"%s\" depends on \"%s\", and there is no such service", service->name, name);
}

/* Return: the service that is meant, or NULL, which was said */
static const struct lvs_conf_service *resolve(const struct maker *maker, const struct lvs_conf_service *service,
					      const char *name, size_t place)
{
	const struct lvs_conf_where *where = &service->depends_on.places[place];
	const struct lvs_conf_service *const *found;

	found = bsearch(name, maker->sorted, maker->conf->nservices, sizeof(*maker->sorted), has_name);
	if (found && *found != service)
		return *found;
	if (!maker->errors)
		return NULL;
	if (found)
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, "remove it", "service \"%s\" depends on itself",
				    service->name);
	else
		say_unknown(maker, service, name, place);
	return NULL;
}

static bool is_listed(const struct lvs_conf_needs *needs, uint32_t from, uint32_t to, uint32_t service)
{
	for (uint32_t i = from; i < to; i++)
		if (needs->needs[i] == service)
			return true;
	return false;
}

/* Return: how many needs there are up to @at and of @service */
static uint32_t take_needs(struct maker *maker, uint32_t service, uint32_t at)
{
	const struct lvs_conf_service *conf = &maker->conf->services[service], *found;
	struct lvs_conf_needs *needs = maker->needs;
	char name[LVS_CONF_DEPENDS_BYTES];
	const uint32_t begin = at;
	size_t place = 0;

	for (const char *text = conf->depends_on.names; *text && place < LVS_CONF_DEPENDS_MAX; place++) {
		size_t len = strcspn(text, "\n");
		uint32_t index;

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
		found = resolve(maker, conf, name, place);
		if (!found)
			continue;
		index = (uint32_t)(found - maker->conf->services);
		if (is_listed(needs, begin, at, index)) {
			if (maker->errors)
				lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &conf->depends_on.places[place], "remove it",
						    "service \"%s\" depends on \"%s\" twice", conf->name, name);
			continue;
		}
		maker->owner[at] = service;
		maker->place[at] = (uint32_t)place;
		maker->next[at] = maker->head[index];
		maker->head[index] = at;
		needs->needs[at++] = index;
		needs->needed[index] = true;
	}
	return at;
}

/* Whose last need got its place gets the next one. Who needs nothing is where it begins, and has none itself. */
static void settle(struct maker *maker, uint32_t service)
{
	struct lvs_conf_needs *needs = maker->needs;

	for (uint32_t e = maker->head[service]; e != UINT32_MAX; e = maker->next[e])
		if (--maker->waits[maker->owner[e]] == 0)
			needs->order[needs->norder++] = maker->owner[e];
}

static void put_in_order(struct maker *maker)
{
	struct lvs_conf_needs *needs = maker->needs;

	for (uint32_t i = 0; i < needs->nservices; i++)
		maker->waits[i] = needs->first[i + 1] - needs->first[i];
	for (uint32_t i = 0; i < needs->nservices; i++)
		if (needs->first[i + 1] == needs->first[i])
			settle(maker, i);
	for (size_t i = 0; i < needs->norder; i++)
		settle(maker, needs->order[i]);
}

/* Return: the first of its needs that has no place in the order. Who has none itself has one. */
static uint32_t follow(const struct maker *maker, uint32_t service)
{
	const struct lvs_conf_needs *needs = maker->needs;
	uint32_t e = needs->first[service];

	while (!maker->waits[needs->needs[e]])
		e++;
	return e;
}

/* @service: one of it */
static void say_circle(const struct maker *maker, uint32_t service)
{
	const struct lvs_conf_service *services = maker->conf->services, *first;
	char way[120] = "";
	uint32_t begin = service, e;
	size_t at = 0;

	/* The one that stands first in the file speaks for all. */
	for (uint32_t i = maker->needs->needs[follow(maker, service)]; i != service; i = maker->needs->needs[follow(maker, i)])
		begin = i < begin ? i : begin;
	first = &services[begin];
	e = follow(maker, begin);
	for (uint32_t i = maker->needs->needs[e]; i != begin && at < sizeof(way); i = maker->needs->needs[follow(maker, i)])
		at += (size_t)snprintf(way + at, sizeof(way) - at, "%s\"%s\"", at ? ", " : "", services[i].name);
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &first->depends_on.places[maker->place[e]],
			    "one of them has to come up without the others",
			    "service \"%s\" depends on itself, by way of %s", first->name, way);
}

static void look_for_circles(struct maker *maker)
{
	for (uint32_t i = 0; i < maker->needs->nservices; i++) {
		uint32_t at = i;

		while (maker->waits[at] && !maker->seen[at]) {
			maker->seen[at] = i + 1;
			at = maker->needs->needs[follow(maker, at)];
		}
		if (maker->waits[at] && maker->seen[at] == i + 1)
			say_circle(maker, at);
	}
}

static size_t count_names(const struct lvs_conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		if (*conf->services[i].depends_on.names)
			n += LVS_CONF_DEPENDS_MAX;
	return n;
}

static void make_order(struct maker *maker)
{
	const struct lvs_conf *conf = maker->conf;
	uint32_t at = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		maker->sorted[i] = &conf->services[i];
	qsort(maker->sorted, conf->nservices, sizeof(*maker->sorted), by_name);
	for (size_t i = 0; i < conf->nservices; i++)
		maker->head[i] = UINT32_MAX;
	for (uint32_t i = 0; i < conf->nservices; i++) {
		maker->needs->first[i] = at;
		at = take_needs(maker, i, at);
	}
	maker->needs->first[conf->nservices] = at;
	put_in_order(maker);
	if (maker->errors)
		look_for_circles(maker);
}

/* @errors: NULL: nobody is told */
static int make_needs(const struct lvs_conf *conf, struct lvs_conf_errors *errors, struct lvs_conf_needs *ret_needs)
{
	const size_t n = conf->nservices, names = count_names(conf);
	struct lvs_conf_needs needs = { .nservices = n };
	struct maker maker = { .conf = conf, .errors = errors, .needs = &needs };
	uint32_t *room;

	if (!names) {
		*ret_needs = (struct lvs_conf_needs){ .nservices = 0 };
		return 0;
	}
	needs.first = calloc(n + 1, sizeof(*needs.first));
	needs.needs = calloc(names, sizeof(*needs.needs));
	needs.order = calloc(n, sizeof(*needs.order));
	needs.needed = calloc(n, sizeof(*needs.needed));
	maker.sorted = calloc(n, sizeof(*maker.sorted));
	room = calloc(3 * n + 3 * names, sizeof(*room));
	if (!needs.first || !needs.needs || !needs.order || !needs.needed || !maker.sorted || !room) {
		lvs_conf_needs_fini(&needs);
		free(maker.sorted);
		free(room);
		return -ENOMEM;
	}
	maker.waits = room;
	maker.head = maker.waits + n;
	maker.seen = maker.head + n;
	maker.next = maker.seen + n;
	maker.owner = maker.next + names;
	maker.place = maker.owner + names;
	make_order(&maker);
	free(maker.sorted);
	free(room);
	*ret_needs = needs;
	return 0;
}

int lvs_conf_needs_init(const struct lvs_conf *conf, struct lvs_conf_needs *ret_needs)
{
	return make_needs(conf, NULL, ret_needs);
}

int lvs_conf_check_depends(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	struct lvs_conf_needs needs;
	int err = make_needs(conf, errors, &needs);

	if (!err)
		lvs_conf_needs_fini(&needs);
	return err;
}

void lvs_conf_needs_fini(struct lvs_conf_needs *needs)
{
	free(needs->first);
	free(needs->needs);
	free(needs->order);
	free(needs->needed);
	*needs = (struct lvs_conf_needs){ .nservices = 0 };
}

size_t lvs_conf_needs_of(const struct lvs_conf_needs *needs, size_t service, const uint32_t **ret_list)
{
	if (!needs->nservices)
		return 0;
	*ret_list = needs->needs + needs->first[service];
	return needs->first[service + 1] - needs->first[service];
}

bool lvs_conf_needs_concern(const struct lvs_conf_needs *needs, size_t service)
{
	return needs->nservices && (needs->needed[service] || needs->first[service + 1] > needs->first[service]);
}
