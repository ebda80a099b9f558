// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon gives up the right to start anything before the first packet comes; so the process that may is made while the
 * configuration of the start is read, and only if that has a use for it.
 */
#include "lvsd/scripts.h"

#include <errno.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "priv/stages.h"
#include "sys/log.h"
#include "sys/runner.h"

/* Return: the first check that is a program, or NULL */
static const struct lvs_conf_check *find(const struct lvs_conf_check *checks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (checks[i].type && !strcmp(checks[i].type, "script"))
			return &checks[i];
	return NULL;
}

static const struct lvs_conf_check *find_in_server(const struct lvs_conf_server *server)
{
	const struct lvs_conf_check *found = find(server->check, server->ncheck);

	return found ? found : find(server->checks, server->nchecks);
}

static const struct lvs_conf_check *first_script(const struct lvs_conf *conf)
{
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];
		const struct lvs_conf_check *found = find(service->check, service->ncheck);

		if (!found)
			found = find(service->checks, service->nchecks);
		for (size_t k = 0; !found && k < service->nservers; k++)
			found = find_in_server(&service->servers[k]);
		if (found)
			return found;
	}
	return NULL;
}

static int become(void *arg)
{
	const struct lvs_conf_director *conf = arg;
	const char *user = *conf->script_user ? conf->script_user : strcmp(conf->user, LVS_PRIV_USER) ? conf->user : NULL;
	const struct lvs_priv_params params = { .user = user };
	char message[LVS_PRIV_MESSAGE_MAX];

	return lvs_priv_drop(&params, message);
}

/* Return: where a program stands that would be run, or NULL */
static const struct lvs_conf_where *first_program(const struct lvs_conf *conf)
{
	const struct lvs_conf_check *check = *conf->notify.script ? NULL : first_script(conf);

	return *conf->notify.script ? &conf->notify.script_where : check ? &check->type_where : NULL;
}

int lvs_scripts_start(struct lvs_loop *loop, const struct lvs_conf *conf, struct lvs_log *log, struct lvs_runner **ret_runner)
{
	int err;

	*ret_runner = NULL;
	if (!first_program(conf))
		return 0;
	err = lvs_runner_new(loop, become, (void *)(uintptr_t)&conf->director, ret_runner);
	if (err)
		lvs_log(log, LVS_LOG_ERROR, "cannot start the process that runs scripts: %s", strerror(-err));
	return err;
}

int lvs_scripts_refuse(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_where *where = first_program(conf);

	if (!where)
		return 0;
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "only a restart can make it",
			    "there is no process that could run a \"script\", because there was none at the start");
	return -EPERM;
}
