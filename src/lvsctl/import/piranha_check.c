// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What nanny does for a virtual server of lvs.cf becomes a check: it sends something and expects something, or runs a program
 * and looks at what that writes; at port 80 it speaks HTTP when nothing is said.
 */
#include "lvsctl/import/piranha.h"

#include <netinet/in.h>
#include <string.h>

#include "base/bytes.h"
#include "lvsctl/import/programs.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

#define RISE_MAX 100

struct place {
	struct lvs_import *import;
	struct lvs_piranha_block *block;
	const struct lvs_import_service *service;
	const struct lvs_import_server *server;
	struct lvs_import_pairs *check;
};

/* "*" expects anything, and so says nothing. */
static bool is_said(const struct lvs_piranha_setting *setting)
{
	return setting && strcmp(setting->value, "*") != 0;
}

/* Return: seconds; nanny's own without a setting, or with one that is none, which is wrong */
static uint64_t seconds_of(const struct place *place, const char *key, uint64_t otherwise)
{
	struct lvs_piranha_setting *setting = lvs_piranha_find(place->block, key);

	if (setting && !lvs_import_number(setting->value, 1, 86400, &otherwise))
		lvs_piranha_bad(place->import, setting, "no number that it can be");
	return otherwise;
}

static struct lvs_import_at at_of(const struct place *place, const char *key)
{
	const struct lvs_piranha_setting *setting = lvs_piranha_find(place->block, key);

	return setting ? setting->at : place->service->at;
}

/*
 * nanny asks each "timeout" seconds, and takes a server out at the first bad answer, but in only when all have been good for
 * "reentry" seconds.
 */
static void set_times(const struct place *place)
{
	struct lvs_import_at timeout_at = at_of(place, "timeout"), reentry_at = at_of(place, "reentry");
	uint64_t timeout = seconds_of(place, "timeout", 10), reentry = seconds_of(place, "reentry", 180);
	uint64_t rise = (reentry + timeout - 1) / timeout;
	static const char *const keys[] = { "interval", "fast_interval", "timeout" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		lvs_import_pair(place->import, place->check, timeout_at, keys[i], "%llu.0",
				(unsigned long long)(i == 2 ? LVS_MIN(timeout, 3600) : timeout));
	if (rise > RISE_MAX)
		lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, reentry_at,
				"reentry: after 100 good answers, the greatest number there is");
	lvs_import_pair(place->import, place->check, reentry_at, "rise", "%llu", (unsigned long long)LVS_MIN(rise, RISE_MAX));
	lvs_import_pair(place->import, place->check, place->service->at, "fall", "1");
}

/* %h and %p are the server's. */
static void set_program(const struct place *place, struct lvs_piranha_setting *program)
{
	struct lvs_piranha_setting *expect = lvs_piranha_find(place->block, "expect"), *regex = lvs_piranha_find(place->block, "use_regex");
	char command[LVS_IMPORT_COMMAND_BYTES] = "", address[LVS_ADDR_TEXT_BYTES];
	size_t n = 0;

	lvs_addr_format(&place->server->conf.addr, address);
	for (const char *c = program->value; *c && n < sizeof(command) - sizeof(address); c++) {
		if (c[0] == '%' && (c[1] == 'h' || c[1] == 'p'))
			n += (size_t)(*++c == 'h' ? snprintf(command + n, sizeof(command) - n, "%s", address) :
						    snprintf(command + n, sizeof(command) - n, "%u", place->server->conf.port));
		else
			command[n++] = *c;
	}
	command[n] = '\0';
	if (is_said(expect))
		lvs_import_command_expect(place->import, place->check, program->at, command, expect->value,
					  regex && strcmp(regex->value, "0") != 0);
	else
		lvs_import_command_strict(place->import, place->check, program->at, command);
	lvs_piranha_note(place->import, LVS_IMPORT_APPROXIMATED, program, is_said(expect) ?
	     "grep looks for what is expected in what it writes" : "its exit status decides, since nothing is expected");
}

static void set_expect(const struct place *place, struct lvs_piranha_setting *expect, bool udp)
{
	struct lvs_piranha_setting *regex = lvs_piranha_find(place->block, "use_regex");

	if (udp)
		lvs_piranha_note(place->import, LVS_IMPORT_LEFT, expect,
				 "any answer over UDP is good, and so is none unless the port is closed");
	else
		lvs_import_pair_text(place->import, place->check, expect->at,
				     regex && strcmp(regex->value, "0") != 0 ? "expect_regex" : "expect_text", expect->value);
}

void lvs_piranha_check(struct lvs_import *import, struct lvs_piranha_block *block, const struct lvs_import_service *service,
		       const struct lvs_import_server *server, struct lvs_import_pairs *check)
{
	const struct place place = { import, block, service, server, check };
	struct lvs_piranha_setting *send = lvs_piranha_find(block, "send"), *expect = lvs_piranha_find(block, "expect");
	struct lvs_piranha_setting *program = lvs_piranha_find(block, "send_program");
	bool udp = service->conf.protocol == IPPROTO_UDP, web = !udp && service->conf.port == 80 && !send && !expect;

	lvs_import_pair_text(import, check, service->at, "type",
			     program ? "script" : udp ? "udp" : send || is_said(expect) || web ? "send_expect" : "tcp");
	if (program) {
		set_program(&place, program);
	} else {
		if (send && udp)
			lvs_import_pair_hex(import, check, send->at, "send", send->value);
		else if (send)
			lvs_import_pair_text(import, check, send->at, "send_text", send->value);
		if (is_said(expect))
			set_expect(&place, expect, udp);
		if (web) {
			lvs_import_pair_text(import, check, service->at, "send_text", "GET / HTTP/1.0\r\n\r\n");
			lvs_import_pair_text(import, check, service->at, "expect_text", "HTTP");
		}
	}
	set_times(&place);
}

void lvs_piranha_check_prepare(struct lvs_import *import, struct lvs_piranha_block *block)
{
	static const char *const keys[] = { "send", "expect", "use_regex", "send_program", "timeout", "reentry" };
	struct lvs_piranha_setting *load = lvs_piranha_find(block, "load_monitor");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct lvs_piranha_setting *setting = lvs_piranha_find(block, keys[i]);

		if (!setting)
			continue;
		setting->used = true;
		if (i < 2)
			lvs_import_unescape(setting->value);
	}
	if (load && !strcmp(load->value, "none"))
		lvs_piranha_note(import, LVS_IMPORT_TRANSLATED, load, "weights stay as they are");
}
