/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and servers as the daemon shows them, in ipvsadm's terms and order. */
#ifndef LVS_LVSADM_TABLE_H
#define LVS_LVSADM_TABLE_H

#include <jansson.h>
#include <stddef.h>

#include "lvsadm/command.h"

/* Both of struct ip_vs_stats: what passed, or what passes per second; bytes last. */
enum lvsadm_counter {
	LVSADM_CONNS,
	LVSADM_IN_PACKETS,
	LVSADM_OUT_PACKETS,
	LVSADM_IN_BYTES,
	LVSADM_OUT_BYTES,
	LVSADM_COUNTERS,
};

struct lvsadm_counts {
	uint64_t total[LVSADM_COUNTERS];
	uint64_t rate[LVSADM_COUNTERS];
};

/**
 * struct lvsadm_server_row - one real server
 * @server:	as -a would say it; its weight is the one that it was given if the configuration was asked for, else the
 * one in force
 * @sorry:	it is there while no other is, and none of those that were added
 * @label:	of its forwarding method, as it is listed
 */
struct lvsadm_server_row {
	struct lvsadm_server server;
	bool sorry;
	char label[12];
	unsigned int active;
	unsigned int inactive;
	unsigned int templates;
	struct lvsadm_counts counts;
};

/**
 * struct lvsadm_service_row - one virtual service
 * @service:	as -A would say it; of a mark, without a protocol
 * @servers:	owned
 */
struct lvsadm_service_row {
	struct lvsadm_service service;
	struct lvsadm_counts counts;
	size_t nservers;
	struct lvsadm_server_row *servers;
};

/**
 * struct lvsadm_table - all of them
 * @services:	owned
 */
struct lvsadm_table {
	size_t nservices;
	size_t room;
	struct lvsadm_service_row *services;
};

/**
 * lvsadm_table_add() - take over a service as the API shows it
 * @json:	borrowed
 *
 * Return: 0, -ENOMEM, or -EINVAL when it makes no sense
 */
int lvsadm_table_add(struct lvsadm_table *table, json_t *json);

/* By mark, family, protocol, address and port; servers by family, address and port. */
void lvsadm_table_sort(struct lvsadm_table *table);

/* Takes zeros as well. */
void lvsadm_table_fini(struct lvsadm_table *table);

#endif
