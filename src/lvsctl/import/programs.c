// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvsd runs programs without a shell, so where one is needed it is named. The shell's text stays the same, and what differs
 * is in its parameters: nothing of the other program's configuration has to be made fit for a shell.
 *
 * lvsd has one script for all events, which is told by its environment what happened. Commands for single events become
 * parameters of such a script, pairs of an event at some address and a command; more of them than fit into a line of
 * lvs.conf are put behind the configuration instead, for a script of the operator's.
 */
#include "lvsctl/import/programs.h"

#include <netinet/in.h>
#include <string.h>

#include "base/bytes.h"
#include "sys/addrtext.h"
#include "sys/command.h"

#define STRICT "/bin/sh -c '\"$0\" \"$@\" || exit 1' "
#define EXPECT "/bin/sh -c '\"$@\" | grep -q%s -e \"$0\" || exit 1'"
#define FILE_STATE "v=0; [ ! -e \"$0\" ] || read -r v <\"$0\"; [ \"$v\" -eq 0 ] || exit 1"
#define FILE_WEIGHT                                                                                                            \
	"v=0; [ ! -e \"$0\" ] || read -r v <\"$0\"; w=$(($1+v*$2)) || exit 1; [ $w -gt 0 ] || w=0; [ $w -lt 254 ] || w=253; "     \
	"exit $((w+2))"
#define ON_EVENT                                                                                                               \
	"/bin/sh -c 'while [ $# -gt 1 ]; do [ \"$LVSD_EVENT $LVSD_SERVICE_ADDRESS$LVSD_SERVER_ADDRESS\" = \"$1\" ] && "           \
	"{ eval \"$2\"; exit; }; shift 2; done' sh"
#define ON_EVENT_WORDS 4

void lvs_import_command_add(char command[LVS_IMPORT_COMMAND_BYTES], const char *word)
{
	size_t at = strlen(command);
	bool plain = *word && !strpbrk(word, " \t\"'");
	char quote = '\0';

	if (at && at < LVS_IMPORT_COMMAND_BYTES - 1)
		command[at++] = ' ';
	if (!*word && at < LVS_IMPORT_COMMAND_BYTES - 3) {
		command[at++] = '\'';
		command[at++] = '\'';
	}
	/* A word may change its quotes in its midst, since neither kind can hold itself. */
	for (; *word && at < LVS_IMPORT_COMMAND_BYTES - 4; word++) {
		char wanted = plain ? '\0' : *word == '\'' ? '"' : '\'';

		if (quote != wanted && quote)
			command[at++] = quote;
		if (quote != wanted)
			command[at++] = wanted;
		quote = wanted;
		command[at++] = *word;
	}
	if (quote)
		command[at++] = quote;
	command[at] = '\0';
}

void lvs_import_command_strict(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at,
			       const char *command)
{
	char text[LVS_IMPORT_COMMAND_BYTES];

	(void)snprintf(text, sizeof(text), STRICT "%s", command);
	lvs_import_pair_text(import, check, at, "command", text);
}

void lvs_import_command_expect(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at,
			       const char *command, const char *expect, bool regex)
{
	char text[LVS_IMPORT_COMMAND_BYTES];
	size_t len;

	(void)snprintf(text, sizeof(text), EXPECT, regex ? "E" : "F");
	lvs_import_command_add(text, expect);
	len = strlen(text);
	(void)snprintf(text + len, sizeof(text) - len, " %s", command);
	lvs_import_pair_text(import, check, at, "command", text);
}

void lvs_import_command_file(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at,
			     const char *path, uint32_t weight, const char *factor)
{
	char text[LVS_IMPORT_COMMAND_BYTES] = "/bin/sh -c", number[16];
	bool state = !strcmp(factor, "0");

	lvs_import_command_add(text, state ? FILE_STATE : FILE_WEIGHT);
	lvs_import_command_add(text, path);
	(void)snprintf(number, sizeof(number), "%u", weight);
	if (!state) {
		lvs_import_command_add(text, number);
		lvs_import_command_add(text, factor);
	}
	lvs_import_pair_text(import, check, at, "command", text);
}

void lvs_import_hook(struct lvs_import *import, struct lvs_import_pairs *hooks, struct lvs_import_at at, const char *event,
		     const char *command)
{
	lvs_import_pair(import, hooks, at, event, "%s", command);
}

/* As the script's environment has it. */
static void format_at(const struct lvs_addr *addr, uint8_t protocol, uint16_t port, char *text, size_t size)
{
	char address[LVS_ADDR_TEXT_BYTES];

	(void)snprintf(text, size, "[%s]:%s:%u", lvs_addr_format(addr, address),
		       protocol == IPPROTO_UDP ? "udp" : protocol == IPPROTO_SCTP ? "sctp" : "tcp", port);
}

/* @n: words of @script so far. Return: how many there are now, more than there may be if they did not fit */
static size_t add_hooks(struct lvs_import *import, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
			const struct lvs_import_pairs *hooks, char script[LVS_IMPORT_COMMAND_BYTES], size_t n)
{
	char at[2][LVS_ADDR_TEXT_BYTES + 16] = { "", "" }, event[2 * sizeof(at[0]) + 40];

	if (service->mark)
		(void)snprintf(at[0], sizeof(at[0]), "FWM %u", service->mark);
	else
		format_at(&service->addr, service->protocol, service->port, at[0], sizeof(at[0]));
	if (server)
		format_at(&server->addr, service->protocol, server->port, at[1], sizeof(at[1]));
	for (size_t i = 0; i < hooks->n; i++) {
		(void)snprintf(event, sizeof(event), "%s %s%s", hooks->list[i].key, at[0], at[1]);
		if (!script) {
			lvs_import_line(import, "%s: %s", event, hooks->list[i].value);
			continue;
		}
		lvs_import_command_add(script, event);
		lvs_import_command_add(script, hooks->list[i].value);
		n += 2;
	}
	return n;
}

static void note_hooks(struct lvs_import *import, const struct lvs_import_pairs *hooks, bool fit)
{
	for (size_t i = 0; i < hooks->n; i++)
		lvs_import_note(import, fit ? LVS_IMPORT_APPROXIMATED : LVS_IMPORT_LEFT, hooks->list[i].at, "%s, %s: %s",
				hooks->list[i].key, hooks->list[i].value,
				fit ? "the script of \"notify\" runs it, as director.script_user" :
				      "too many for one line: make a script for \"notify\" of the lines at the end");
}

/* @script: NULL: lines at the end. Return: as add_hooks() */
static size_t walk(struct lvs_import *import, char script[LVS_IMPORT_COMMAND_BYTES])
{
	size_t n = ON_EVENT_WORDS;

	for (size_t i = 0; i < import->nservices; i++) {
		const struct lvs_import_service *service = &import->services[i];

		n = add_hooks(import, &service->conf, NULL, &service->hooks, script, n);
		for (size_t j = 0; j < service->nservers; j++)
			n = add_hooks(import, &service->conf, &service->servers[j].conf, &service->servers[j].hooks, script, n);
	}
	return n;
}

void lvs_import_hooks_finish(struct lvs_import *import)
{
	struct lvs_conf_notify *notify = &import->base->notify;
	char script[LVS_IMPORT_COMMAND_BYTES] = ON_EVENT;
	size_t n = walk(import, script);
	bool fit = n <= LVS_COMMAND_WORDS_MAX && strlen(script) < sizeof(notify->script);

	if (n == ON_EVENT_WORDS)
		return;
	for (size_t i = 0; i < import->nservices; i++) {
		note_hooks(import, &import->services[i].hooks, fit);
		for (size_t j = 0; j < import->services[i].nservers; j++)
			note_hooks(import, &import->services[i].servers[j].hooks, fit);
	}
	if (!fit) {
		lvs_import_line(import, "Commands for a script of \"notify\", by $LVSD_EVENT $LVSD_SERVICE_ADDRESS$LVSD_SERVER_ADDRESS:");
		(void)walk(import, NULL);
		return;
	}
	notify->events = LVS_CONF_EVENT_SERVER | LVS_CONF_EVENT_QUORUM;
	memcpy(notify->script, script, strlen(script) + 1);
}
