// SPDX-License-Identifier: GPL-2.0-or-later
/* services: all of them, or those that are named, with how many of their servers are up. */
#include "lvsctl/command.h"

#include <stdio.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/table.h"

static const char *const load_titles[] = { "Service", "Name", "Scheduler", ">Up", ">Servers", ">Active", ">Inactive", ">Conn/s",
					   ">In B/s", ">Out B/s", "Quorum", NULL };
static const char *const stats_titles[] = { "Service", "Name", ">Conns", ">InPkts", ">OutPkts", ">InBytes", ">OutBytes", NULL };

static void add_counters(struct lvs_table *table, const json_t *stats)
{
	static const char *const keys[] = { "conns", "in_packets", "out_packets", "in_bytes", "out_bytes" };

	for (size_t i = 0; i < 5; i++)
		lvs_table_number(table, (double)lvs_api_int(stats, keys[i]));
}

static void add_load(struct lvs_table *table, json_t *service)
{
	json_t *servers = json_object_get(service, "servers"), *server, *rates;
	size_t up = 0, n = json_array_size(servers), i;
	bool quorum = lvs_api_true(service, "quorum");

	json_array_foreach(servers, i, server)
		up += lvs_api_text(server, "state")[0] == 'u' && lvs_api_text(server, "state")[1] == 'p';
	rates = json_object_get(json_object_get(service, "rates"), "1s");
	lvs_table_add(table, LVS_PLAIN, "%s", lvs_api_text(service, "scheduler"));
	lvs_table_add(table, up == 0 ? LVS_RED : up < n ? LVS_YELLOW : LVS_GREEN, "%zu", up);
	lvs_table_add(table, LVS_PLAIN, "%zu", n);
	lvs_table_number(table, (double)lvs_api_int(service, "active"));
	lvs_table_number(table, (double)lvs_api_int(service, "inactive"));
	lvs_table_number(table, lvs_api_number(rates, "cps"));
	lvs_table_number(table, lvs_api_number(rates, "in_bps"));
	lvs_table_number(table, lvs_api_number(rates, "out_bps"));
	lvs_table_add(table, quorum ? LVS_GREEN : LVS_RED, "%s%s", quorum ? "yes" : "no: ",
		      quorum ? "" : lvs_api_text(service, "quorum_reason"));
}

static void print(const struct lvs_ctl *ctl, json_t *list)
{
	bool stats = lvs_ctl_given(ctl, LVS_OPTION_stats);
	struct lvs_table table;
	json_t *service;
	size_t i;

	if (lvs_ctl_given(ctl, LVS_OPTION_names)) {
		json_array_foreach(list, i, service)
			puts(lvs_object_name(service));
		return;
	}
	lvs_table_init(&table, ctl, stats ? stats_titles : load_titles);
	json_array_foreach(list, i, service) {
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(service, "id"));
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_object_is_named(service) ? lvs_api_text(service, "name") : "-");
		if (stats)
			add_counters(&table, json_object_get(service, "stats"));
		else
			add_load(&table, service);
	}
	lvs_table_print(&table);
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *chosen;
	int status = lvs_object_listed(ctl, args, n, &chosen);

	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json)) {
		json_t *all = json_pack("{s:O}", "services", chosen);

		(void)lvs_api_print(all);
		json_decref(all);
	} else {
		print(ctl, chosen);
	}
	json_decref(chosen);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_services = {
	.name = "services",
	.args = "[SERVICE...]",
	.help = "list services",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(raw) | LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count) |
		   LVS_OPTION_BIT(names) | LVS_OPTION_BIT(stats),
	.max = 1000,
	.run = run,
};
