// SPDX-License-Identifier: GPL-2.0-or-later
/* servers: of all services, or of those that are named. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <string.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/table.h"

static const char *const load_titles[] = { "Service", "Server", "Name", "Forward", ">Weight", "State", ">Since", ">Active", ">Inactive",
					   ">Conn/s", "Check", NULL };
static const char *const stats_titles[] = { "Service", "Server", "Name", ">Conns", ">InPkts", ">OutPkts", ">InBytes", ">OutBytes",
					    NULL };

static enum lvs_colour colour_of(const char *state)
{
	if (!strcmp(state, "up"))
		return LVS_GREEN;
	return !strcmp(state, "down") ? LVS_RED : LVS_YELLOW;
}

/* "agent: said "up" (wants drain, 0.4 ms)" */
static void add_check(struct lvs_table *table, const json_t *health)
{
	const char *wish = lvs_api_text(health, "wish");
	char more[64] = "";

	if (!lvs_api_int(health, "checks")) {
		lvs_table_add(table, LVS_PLAIN, "-");
		return;
	}
	if (json_object_get(health, "latency_ms"))
		(void)snprintf(more, sizeof(more), " (%s%s%s%.1f ms)", *wish ? "wants " : "", wish, *wish ? ", " : "",
			       lvs_api_number(health, "latency_ms"));
	lvs_table_add(table, LVS_PLAIN, "%s: %s%s", lvs_api_text(health, "check"), lvs_api_text(health, "reason"), more);
}

static void add_load(struct lvs_table *table, const json_t *server)
{
	const char *state = lvs_api_text(server, "state"), *condition = lvs_api_text(server, "condition");
	json_t *health = json_object_get(server, "health");
	char since[LVS_NUMBER_BYTES];

	lvs_table_add(table, LVS_PLAIN, "%s", lvs_api_text(server, "forward"));
	lvs_table_add(table, LVS_PLAIN, "%lld", lvs_api_int(server, "weight"));
	lvs_table_add(table, *condition && !strcmp(state, "up") ? LVS_YELLOW : colour_of(state), "%s%s%s", state,
		      *condition ? ", " : "", condition);
	if (json_object_get(health, "seconds"))
		lvs_table_add(table, LVS_PLAIN, "%s", lvs_seconds(table->ctl, lvs_api_number(health, "seconds"), since));
	else
		lvs_table_add(table, LVS_PLAIN, "-");
	lvs_table_number(table, (double)lvs_api_int(server, "active"));
	lvs_table_number(table, (double)lvs_api_int(server, "inactive"));
	lvs_table_number(table, lvs_api_number(json_object_get(json_object_get(server, "rates"), "1s"), "cps"));
	add_check(table, health);
}

static void add_counters(struct lvs_table *table, const json_t *stats)
{
	static const char *const keys[] = { "conns", "in_packets", "out_packets", "in_bytes", "out_bytes" };

	for (size_t i = 0; i < 5; i++)
		lvs_table_number(table, (double)lvs_api_int(stats, keys[i]));
}

static void add_servers(struct lvs_table *table, json_t *service, bool stats)
{
	json_t *server;
	size_t i;

	json_array_foreach(json_object_get(service, "servers"), i, server) {
		lvs_table_add(table, LVS_PLAIN, "%s",
			      lvs_object_is_named(service) ? lvs_api_text(service, "name")
							   : lvs_api_text(service, "id"));
		lvs_table_add(table, LVS_PLAIN, "%s", lvs_api_text(server, "id"));
		lvs_table_add(table, LVS_PLAIN, "%s", lvs_object_is_named(server) ? lvs_api_text(server, "name") : "-");
		if (stats)
			add_counters(table, json_object_get(server, "stats"));
		else
			add_load(table, server);
	}
}

/* One array of all servers, each with its service's id. */
static void print_json(json_t *services)
{
	json_t *all = json_array(), *service, *server, *whole;
	size_t i, j;

	json_array_foreach(services, i, service) {
		json_array_foreach(json_object_get(service, "servers"), j, server) {
			json_t *copy = json_copy(server);

			(void)json_object_set(copy, "service", json_object_get(service, "id"));
			(void)json_array_append_new(all, copy);
		}
	}
	whole = json_pack("{s:o}", "servers", all);
	(void)lvs_api_print(whole);
	json_decref(whole);
}

static void print(const struct lvs_ctl *ctl, json_t *services)
{
	bool stats = lvs_ctl_given(ctl, LVS_OPTION_stats);
	struct lvs_table table;
	json_t *service, *server;
	size_t i, j;

	if (lvs_ctl_given(ctl, LVS_OPTION_names)) {
		json_array_foreach(services, i, service)
			json_array_foreach(json_object_get(service, "servers"), j, server)
				puts(lvs_object_name(server));
		return;
	}
	lvs_table_init(&table, ctl, stats ? stats_titles : load_titles);
	json_array_foreach(services, i, service)
		add_servers(&table, service, stats);
	lvs_table_print(&table);
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	json_t *chosen;
	int status = lvs_object_listed(ctl, args, n, &chosen);

	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json))
		print_json(chosen);
	else
		print(ctl, chosen);
	json_decref(chosen);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_servers = {
	.name = "servers",
	.args = "[SERVICE...]",
	.help = "list real servers",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(raw) | LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count) |
		   LVS_OPTION_BIT(names) | LVS_OPTION_BIT(stats),
	.max = 1000,
	.run = run,
};
