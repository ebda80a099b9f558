// SPDX-License-Identifier: GPL-2.0-or-later
/* Both groups are about what lvsd sees pass; so most of what can be wrong with them is that it would pass elsewhere. */
#include "conf/passive.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/check.h"
#include "conf/keys.h"

#define RETRY(m) .reload = true, .name = #m, LVS_CONF_MEMBER(lvs_conf_retry, m)
static const struct lvs_conf_key retry_keys[] = {
	{ RETRY(servers), .type = LVS_CONF_NUMBER, .min = 1, .max = 7, .def = 2,
	  .where = offsetof(struct lvs_conf_retry, where),
	  .help = "how many other servers a client is offered to" },
	{ RETRY(silence), .type = LVS_CONF_NUMBER, .min = 50, .max = 60000, .def = 500,
	  .help = "milliseconds after which a repeated SYN means that nobody answers" },
};
const struct lvs_conf_group lvs_conf_retry_group = {
	"connect_retry", sizeof(struct lvs_conf_retry), ARRAY_LEN(retry_keys), retry_keys, NULL,
};

#define PASSIVE(m) .reload = true, .name = #m, LVS_CONF_MEMBER(lvs_conf_passive, m)
static const struct lvs_conf_key passive_keys[] = {
	{ PASSIVE(failures), .type = LVS_CONF_NUMBER, .min = 1, .max = 1000000, .def = 5,
	  .help = "connections in a row that come to nothing before a server is left out" },
	{ PASSIVE(eject), .type = LVS_CONF_NUMBER, .min = 1, .max = 86400, .def = 10,
	  .where = offsetof(struct lvs_conf_passive, eject_where),
	  .help = "seconds that it is left out; twice as many when it fails again at once" },
	{ PASSIVE(eject_max), .type = LVS_CONF_NUMBER, .min = 1, .max = 86400, .def = 300,
	  .where = offsetof(struct lvs_conf_passive, eject_max_where),
	  .help = "seconds that it is left out at most" },
	{ PASSIVE(share), .type = LVS_CONF_NUMBER, .min = 1, .max = 100, .def = 50,
	  .help = "percent of the servers that may be left out at a time" },
};
const struct lvs_conf_group lvs_conf_passive_group = {
	"passive", sizeof(struct lvs_conf_passive), ARRAY_LEN(passive_keys), passive_keys, NULL,
};

/* Does the scheduler name one server for each client, and no other? */
static bool is_rigid(const struct lvs_conf_service *service)
{
	const char *name = service->scheduler;

	if (!strcmp(name, "sh"))
		return !(service->scheduler_flags & (LVS_CONF_SH_FALLBACK | LVS_CONF_FLAG_1));
	if (!strcmp(name, "mh"))
		return !(service->scheduler_flags & (LVS_CONF_MH_FALLBACK | LVS_CONF_FLAG_1));
	return !strcmp(name, "dh");
}

static void check_retry(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_where *where = service->connect_retry.where.line ? &service->connect_retry.where : &service->where;
	char hint[96];

	if (!service->mark && service->protocol != IPPROTO_TCP)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "only TCP says at once whether a connection is wanted",
				    "\"connect_retry\" is only for TCP");
	if (service->persistent.on && service->persistent.on_failure == LVS_CONF_KEEP)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where,
				    "with on_failure = \"break\" he takes his new server for his own",
				    "a client that is to \"keep\" his server cannot be offered to another one");
	if (service->syn_proxy == LVS_CONF_SYN_PROXY_ON) {
		(void)snprintf(hint, sizeof(hint), "\"syn_proxy\" is in line %u", service->syn_proxy_where.line);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, hint,
				    "with the SYN proxy \"on\" a client is connected before any server is asked");
	}
	if (is_rigid(service)) {
		(void)snprintf(hint, sizeof(hint), "give it scheduler_flags = (\"%s-fallback\")", service->scheduler);
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, where,
				    strcmp(service->scheduler, "dh") ? hint : "any other scheduler has",
				    "scheduler \"%s\" has no second server for a client", service->scheduler);
	}
}

static void check_passive(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_passive *passive = &service->passive;
	char hint[64];

	if (passive->eject_max < passive->eject) {
		(void)snprintf(hint, sizeof(hint), "\"eject\" is %u", passive->eject);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, passive->eject_max_where.line ? &passive->eject_max_where :
				    &passive->eject_where, hint, "\"eject_max\" is %u", passive->eject_max);
	}
	if (service->one_packet)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->one_packet_where, "remove one of them",
				    "a datagram of \"one_packet\" has no end that \"passive\" could see");
}

void lvs_conf_passive_check(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const char *without;

	if (service->connect_retry.on)
		check_retry(service, errors);
	if (service->passive.on)
		check_passive(service, errors);
	if (!service->connect_retry.on && !service->passive.on)
		return;
	without = !service->passive.on ? "\"connect_retry\" has" : !service->connect_retry.on ? "\"passive\" has" :
		  "\"connect_retry\" and \"passive\" have";
	for (size_t i = 0; i < service->nservers; i++) {
		const struct lvs_conf_server *server = &service->servers[i];

		if (strcmp(server->forward, "masq") != 0 && strcmp(server->forward, "fullnat") != 0)
			lvs_conf_errors_add(errors, LVS_CONF_WARNING, &server->where, "use \"masq\" or \"fullnat\"",
					    "by \"%s\" nobody sees whether server \"%s\" answers, so %s no effect on it",
					    server->forward, server->name, without);
	}
}
