// SPDX-License-Identifier: GPL-2.0-or-later
/* config: what lvs.conf says. "check" reads a file as lvsd does, and asks no daemon. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"

#define DEFAULT_CONFIG LVS_SYSCONFDIR "/lvs.conf"

static int check(const char *path)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	size_t nservers = 0;
	int err = lvs_conf_load(path, &errors, &conf);

	lvs_conf_errors_print(&errors, stderr);
	if (err)
		return LVS_EXIT_CONFIG;
	for (size_t i = 0; i < conf->nservices; i++)
		nservers += conf->services[i].nservers;
	printf("%s: fine, %zu services, %zu servers\n", path, conf->nservices, nservers);
	lvs_conf_free(conf);
	return LVS_EXIT_OK;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	(void)ctl;
	return check(n > 1 ? args[1] : DEFAULT_CONFIG);
}

static const char *const words[] = { "check", NULL };

const struct lvs_command lvs_command_config = {
	.name = "config",
	.args = "check [FILE]",
	.help = "look at the configuration",
	.words = words,
	.min = 1,
	.max = 2,
	.run = run,
};
