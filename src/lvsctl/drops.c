// SPDX-License-Identifier: GPL-2.0-or-later
/* drops: packets that went nowhere, and why. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"
#include "lvsctl/table.h"

static const char *const titles[] = { ">Packets", "Reason", "Meaning", NULL };

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *answer, *drop;
	struct lvs_table table;
	int status = lvs_api_get(ctl, "/v1/drops", &answer);
	size_t i, seen = 0;

	(void)args;
	(void)n;
	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json)) {
		(void)lvs_api_print(answer);
		json_decref(answer);
		return LVS_EXIT_OK;
	}
	lvs_table_init(&table, ctl, titles);
	json_array_foreach(json_object_get(answer, "drops"), i, drop) {
		if (!lvs_api_int(drop, "count"))
			continue;
		lvs_table_number(&table, (double)lvs_api_int(drop, "count"));
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(drop, "reason"));
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(drop, "text"));
		seen++;
	}
	if (seen)
		lvs_table_print(&table);
	else
		puts("no packet was dropped");
	json_decref(answer);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_drops = {
	.name = "drops",
	.args = "",
	.help = "count what was dropped, by reason",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(raw) | LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count),
	.run = run,
};
