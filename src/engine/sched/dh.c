// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Destination hashing, for services that stand for many addresses: 256 buckets are dealt to the servers in turn, whatever
 * their weights, and the destination's address names the bucket. If its server is not usable nobody is.
 *
 * Buckets are dealt anew when servers come or go, by the first choice after that.
 */
#include "engine/kernel_hash.h"
#include "engine/sched.h"
#include "engine/service.h"

#define BUCKETS 256

struct dh {
	bool dealt;
	struct lvs_server *buckets[BUCKETS];
};

static void deal(struct dh *dh, const struct lvs_service *service)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		dh->buckets[i] = service->servers[i % service->nservers];
	dh->dealt = true;
}

static struct lvs_server *dh_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct dh *dh = service->sched_state;
	struct lvs_server *server;

	(void)now;
	if (!service->nservers)
		return NULL;
	if (!dh->dealt)
		deal(dh, service);
	server = dh->buckets[lvs_kernel_hash8(lvs_kernel_fold(&tuple->dst))];
	return lvs_server_usable(server) ? server : NULL;
}

static void dh_moved(struct lvs_service *service, uint32_t pos)
{
	struct dh *dh = service->sched_state;

	(void)pos;
	dh->dealt = false;
}

const struct lvs_sched_ops lvs_sched_dh = {
	.name = "dh",
	.state_bytes = sizeof(struct dh),
	.pick = dh_pick,
	.added = dh_moved,
	.removed = dh_moved,
};
