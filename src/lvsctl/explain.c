// SPDX-License-Identifier: GPL-2.0-or-later
/* explain: what would become of a connection that a client began now, and why, without anything becoming of it. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/path.h"
#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/table.h"

static const char *const titles[] = { "", "Server", ">Weight", ">Active", ">Inactive", "", NULL };

/*
 * What is asked for may be a service, by its name. @ret_text: "192.0.2.10:80", owned; @protocol: the service's, else as it was
 * Return: LVS_EXIT_OK, or an exit status after a message
 */
static int virtual_of(struct lvs_ctl *ctl, const char *word, char protocol[8], char **ret_text)
{
	json_t *services, *service;
	int status = lvs_object_services(ctl, true, &services);
	char *text = NULL;
	size_t i;

	if (status)
		return status;
	json_array_foreach(services, i, service) {
		const char *address = lvs_api_text(service, "address");

		if (text || !*address ||
		    (strcmp(lvs_api_text(service, "name"), word) != 0 && strcmp(lvs_api_text(service, "id"), word) != 0))
			continue;
		(void)snprintf(protocol, 8, "%s", lvs_api_text(service, "protocol"));
		if (asprintf(&text, strchr(address, ':') ? "[%s]:%lld" : "%s:%lld", address, lvs_api_int(service, "port")) < 0)
			text = NULL;
	}
	json_decref(services);
	*ret_text = text ? text : strdup(word);
	return *ret_text ? LVS_EXIT_OK : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
}

static void print(const struct lvs_ctl *ctl, const json_t *answer, const char *client, const char *virtual)
{
	const char *result = lvs_api_text(answer, "result"), *server = lvs_api_text(answer, "server");
	struct lvs_table table;
	json_t *item;
	size_t i;

	printf("%s -> %s: ", client, virtual);
	if (!strcmp(result, "dropped"))
		lvs_put(ctl, LVS_RED, "dropped (%s)\n", lvs_api_text(answer, "drop"));
	else if (*server)
		lvs_put(ctl, LVS_GREEN, "server %s\n", server);
	else
		lvs_put(ctl, LVS_YELLOW, "%s\n", result);
	if (*lvs_api_text(answer, "service"))
		printf("  service %s\n", lvs_api_text(answer, "service"));
	if (lvs_api_int(answer, "mark"))
		printf("  mark %lld\n", lvs_api_int(answer, "mark"));
	json_array_foreach(json_object_get(answer, "why"), i, item)
		printf("  %s\n", json_is_string(item) ? json_string_value(item) : "");
	if (!json_array_size(json_object_get(answer, "servers")))
		return;
	lvs_table_init(&table, ctl, titles);
	json_array_foreach(json_object_get(answer, "servers"), i, item) {
		lvs_table_add(&table, LVS_GREEN, "%s", lvs_api_true(item, "chosen") ? "->" : "");
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(item, "id"));
		lvs_table_number(&table, (double)lvs_api_int(item, "weight"));
		lvs_table_number(&table, (double)lvs_api_int(item, "active"));
		lvs_table_number(&table, (double)lvs_api_int(item, "inactive"));
		lvs_table_add(&table, LVS_YELLOW, "%s", lvs_api_text(item, "why_not"));
	}
	lvs_table_print(&table);
}

static int ask(struct lvs_ctl *ctl, const char *client, const char *virtual, const char *protocol)
{
	const char *const segments[] = { "v1", "explain", NULL };
	const char *const pairs[] = { "client", client, "virtual", virtual, "protocol", protocol,
				      "mark", ctl->options[LVS_OPTION_mark], NULL };
	char *path = lvs_client_path(segments), *whole = path ? lvs_client_query(path, pairs) : NULL;
	json_t *answer;
	int status = whole ? lvs_api_get(ctl, whole, &answer) : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");

	free(path);
	free(whole);
	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json))
		(void)lvs_api_print(answer);
	else
		print(ctl, answer, client, virtual);
	json_decref(answer);
	return LVS_EXIT_OK;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	const char *option = ctl->options[LVS_OPTION_protocol];
	char protocol[8] = "", *virtual;
	int status;

	/* "CLIENT -> VIP:PORT" reads well, and the shell leaves an arrow in quotation marks alone. */
	if (n == 3 && strcmp(args[1], "->") != 0 && strcmp(args[1], "to") != 0)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl explain CLIENT ADDRESS:PORT");
	status = virtual_of(ctl, args[n - 1], protocol, &virtual);
	if (status)
		return status;
	status = ask(ctl, args[0], virtual, option ? option : *protocol ? protocol : NULL);
	free(virtual);
	return status;
}

const struct lvs_command lvs_command_explain = {
	.name = "explain",
	.args = "CLIENT [to] SERVICE",
	.help = "tell which server a client would get, and why",
	.detail = "CLIENT is an address, with a port or without; SERVICE a name, an id, or an ADDRESS:PORT that packets go to, of TCP if\n"
		  "--protocol says nothing else. Nothing changes: no connection begins, and no turn is taken.\n",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(raw) | LVS_OPTION_BIT(protocol) | LVS_OPTION_BIT(mark) |
		   LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count),
	.min = 2,
	.max = 3,
	.run = run,
};
