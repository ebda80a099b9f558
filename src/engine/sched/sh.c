// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Source hashing: 256 buckets are dealt to the servers in turn, to each as many as it has weight but at least one, and the
 * client's address names the bucket, with flag sh-port its port too. If the bucket's server is not usable nobody is; with
 * flag sh-fallback other buckets are asked then, from twice the number on, as the kernel does it.
 *
 * Buckets are dealt anew when servers come, go or change weight, by the first choice after that.
 */
#include "engine/kernel_hash.h"
#include "engine/sched.h"
#include "engine/service.h"

#define BUCKETS 256

struct sh {
	bool dealt;
	struct lvs_server *buckets[BUCKETS];
};

static void deal(struct sh *sh, const struct lvs_service *service)
{
	uint32_t pos = 0, turns = 0;

	for (uint32_t i = 0; i < BUCKETS; i++) {
		struct lvs_server *server = service->servers[pos];

		sh->buckets[i] = server;
		if (++turns >= server->spec.weight) {
			turns = 0;
			pos = (pos + 1) % service->nservers;
		}
	}
	sh->dealt = true;
}

static struct lvs_server *sh_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	uint16_t port = service->spec.sched_flags & LVS_SCHED_PORT ? lvs_host16(tuple->sport) : 0;
	uint32_t bucket = lvs_kernel_hash8(lvs_kernel_fold(&tuple->src) + port);
	struct sh *sh = service->sched_state;

	(void)now;
	if (!service->nservers)
		return NULL;
	if (!sh->dealt)
		deal(sh, service);
	if (lvs_server_usable(sh->buckets[bucket]))
		return sh->buckets[bucket];
	if (!(service->spec.sched_flags & LVS_SCHED_FALLBACK))
		return NULL;
	for (uint32_t i = 0; i < BUCKETS; i++) {
		struct lvs_server *server = sh->buckets[(2 * bucket + i) % BUCKETS];

		if (lvs_server_usable(server))
			return server;
	}
	return NULL;
}

static void sh_edited(struct lvs_service *service)
{
	struct sh *sh = service->sched_state;

	sh->dealt = false;
}

static void sh_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	sh_edited(service);
}

const struct lvs_sched_ops lvs_sched_sh = {
	.name = "sh",
	.state_bytes = sizeof(struct sh),
	.pick = sh_pick,
	.added = sh_moved,
	.removed = sh_moved,
	.edited = sh_edited,
};
