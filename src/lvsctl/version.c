// SPDX-License-Identifier: GPL-2.0-or-later
/* version: of this program, and of the daemon if there is one. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *answer = NULL, *whole;
	int status;

	(void)args;
	(void)n;
	if (!lvs_ctl_given(ctl, LVS_OPTION_json)) {
		puts("lvsctl " PACKAGE_VERSION);
		(void)fflush(stdout);
	}
	status = lvs_api_get(ctl, "/v1/version", &answer);
	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json)) {
		whole = json_pack("{s:s, s:O}", "lvsctl", PACKAGE_VERSION, "lvsd", answer);
		(void)lvs_api_print(whole);
		json_decref(whole);
	} else {
		printf("lvsd %s, API %lld, as IPVS %s\n", lvs_api_text(answer, "version"), lvs_api_int(answer, "api"),
		       lvs_api_text(answer, "ipvs"));
	}
	json_decref(answer);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_version = {
	.name = "version",
	.args = "",
	.help = "print the versions of lvsctl and of the running lvsd",
	.options = LVS_OPTION_BIT(json),
	.run = run,
};
