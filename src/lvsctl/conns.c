// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conns: connections, one by one as they come in, so that a million of them need no memory. Columns have fixed widths for
 * the same reason.
 */
#include "lvsctl/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/each.h"
#include "lvsctl/api.h"
#include "lvsctl/filter.h"
#include "lvsctl/table.h"

static const char *const keys[] = { "protocol", "client", "virtual", "server", "service", "state", "templates", "limit", NULL };

/* @n: how many there were */
struct listing {
	const struct lvs_ctl *ctl;
	size_t n;
};

static int print(void *arg, json_t *conn)
{
	struct listing *listing = arg;
	char expires[LVS_NUMBER_BYTES];

	if (lvs_ctl_given(listing->ctl, LVS_OPTION_json)) {
		printf("%s\n  ", listing->n ? "," : "");
		(void)json_dumpf(conn, stdout, JSON_COMPACT);
	} else {
		if (!listing->n)
			lvs_put(listing->ctl, LVS_BOLD, "%-5s %-12s %8s  %-22s %-22s %s\n", "Proto", "State", "Expires", "Client", "Virtual",
				"Server");
		printf("%-5s %-12s %8s  %-22s %-22s %s%s%s%s\n", lvs_api_text(conn, "protocol"),
		       lvs_api_text(conn, "state"), lvs_seconds(listing->ctl, lvs_api_number(conn, "expires"), expires),
		       lvs_api_text(conn, "client"), lvs_api_text(conn, "virtual"), lvs_api_text(conn, "server"),
		       lvs_api_true(conn, "template") ? "  template" : "", *lvs_api_text(conn, "pe_data") ? "  " : "",
		       lvs_api_text(conn, "pe_data"));
	}
	listing->n++;
	return ferror(stdout);
}

static int list(struct lvs_ctl *ctl, const char *path)
{
	struct listing listing = { .ctl = ctl };
	int status = lvs_api_open(ctl);
	struct lvs_answer answer;

	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_json))
		fputs("{ \"connections\": [", stdout);
	if (lvs_client_each(ctl->client, path, print, &listing, &answer))
		status = lvs_api_complain(&answer.problem);
	else if (lvs_ctl_given(ctl, LVS_OPTION_json))
		puts(" ] }");
	else if (ctl->terminal)
		printf("%zu connections\n", listing.n);
	lvs_answer_fini(&answer);
	return status;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct lvs_filter filter = { .keys = keys, .usual = "client" };
	unsigned long limit;
	char *path;
	int status = lvs_ctl_number(ctl, LVS_OPTION_limit, 1, 1000000000, 0, &limit);

	if (!status)
		status = lvs_filter_read(&filter, args, n);
	if (status)
		return status;
	lvs_filter_set(&filter, "limit", ctl->options[LVS_OPTION_limit]);
	path = lvs_filter_path(&filter, "connections");
	if (!path)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	status = list(ctl, path);
	free(path);
	return status;
}

const struct lvs_command lvs_command_conns = {
	.name = "conns",
	.args = "[FILTER...]",
	.help = "list connections",
	.detail = "A filter is a client's address or network, or KEY=VALUE with one of\n"
		  "  protocol  tcp, udp, sctp or fwm           client   its address or network, and its port\n"
		  "  virtual   the address, and the port       server   the address, and the port\n"
		  "  service   its id or name                  state    such as ESTABLISHED\n"
		  "  templates 0, 1 or only                    limit    so many at most\n",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(raw) | LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count) |
		   LVS_OPTION_BIT(limit),
	.max = 16,
	.run = run,
};
