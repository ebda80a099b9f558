// SPDX-License-Identifier: GPL-2.0-or-later
/* Arrays of pointers, sorted by qsort(); elements of one array compare by where they stand when their keys are equal. */
#include "conf/order.h"

#include <stdlib.h>
#include <string.h>

static int order_endpoints(const struct lvs_addr *a, uint16_t aport, const struct lvs_addr *b, uint16_t bport)
{
	int order = memcmp(a, b, sizeof(*a));

	return order ? order : (int)aport - (int)bport;
}

int lvs_conf_order_services(const struct lvs_conf_service *a, const struct lvs_conf_service *b)
{
	int order = order_endpoints(&a->addr, a->port, &b->addr, b->port);

	if (!order)
		order = (int)a->protocol - (int)b->protocol;
	if (!order)
		order = (int)a->ports.ranges[0].first - (int)b->ports.ranges[0].first;
	return order ? order : (a->mark > b->mark) - (a->mark < b->mark);
}

int lvs_conf_order_servers(const struct lvs_conf_server *a, const struct lvs_conf_server *b)
{
	return order_endpoints(&a->addr, a->port, &b->addr, b->port);
}

static int compare_services(const void *a, const void *b)
{
	const struct lvs_conf_service *x = *(const struct lvs_conf_service *const *)a;
	const struct lvs_conf_service *y = *(const struct lvs_conf_service *const *)b;
	int order = lvs_conf_order_services(x, y);

	return order ? order : (x > y) - (x < y);
}

static int compare_servers(const void *a, const void *b)
{
	const struct lvs_conf_server *x = *(const struct lvs_conf_server *const *)a;
	const struct lvs_conf_server *y = *(const struct lvs_conf_server *const *)b;
	int order = lvs_conf_order_servers(x, y);

	return order ? order : (x > y) - (x < y);
}

const struct lvs_conf_service **lvs_conf_sorted_services(const struct lvs_conf *conf)
{
	const struct lvs_conf_service **sorted = calloc(conf->nservices + 1, sizeof(const struct lvs_conf_service *));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < conf->nservices; i++)
		sorted[i] = &conf->services[i];
	qsort(sorted, conf->nservices, sizeof(const struct lvs_conf_service *), compare_services);
	return sorted;
}

const struct lvs_conf_server **lvs_conf_sorted_servers(const struct lvs_conf_service *service)
{
	const struct lvs_conf_server **sorted = calloc(service->nservers + 1, sizeof(const struct lvs_conf_server *));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < service->nservers; i++)
		sorted[i] = &service->servers[i];
	qsort(sorted, service->nservers, sizeof(const struct lvs_conf_server *), compare_servers);
	return sorted;
}
