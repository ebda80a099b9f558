// SPDX-License-Identifier: GPL-2.0-or-later
/* lvsadm(8): ipvsadm's command line for lvsd. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "lvsadm/parse.h"
#include "lvsadm/restore.h"
#include "lvsadm/run.h"

static int run(struct lvsadm *lvsadm, const struct lvsadm_command *command)
{
	struct lvsadm_fault fault = { .status = 0 };
	const char *socket = lvs_client_socket(command->socket);
	int err = lvs_client_new(socket, &lvsadm->client), status;

	if (err) {
		fprintf(stderr, "Can't initialize ipvs: %s\nthe socket \"%s\" cannot be used\n", strerror(-err), socket);
		return LVSADM_EXIT_USAGE;
	}
	if (command->kind == LVSADM_RESTORE) {
		status = lvsadm_restore(lvsadm, stdin);
	} else {
		if (!lvsadm_run(lvsadm, command, &fault))
			fprintf(stderr, "%s\n", fault.text);
		status = fault.status;
	}
	lvs_client_free(lvsadm->client);
	return status;
}

int main(int argc, char *argv[])
{
	struct lvsadm lvsadm = { .name = argc > 0 ? argv[0] : "lvsadm", .out = stdout, .err = stderr };
	struct lvsadm_fault fault = { .status = 0 };
	struct lvsadm_command command;
	int status;

	if (!lvsadm_parse(argv, &command, &fault)) {
		fprintf(stderr, "%s\n", fault.text);
		return fault.status;
	}
	status = run(&lvsadm, &command);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "cannot write to standard output: %s\n", strerror(errno));
		return status ? status : LVSADM_EXIT_LIST;
	}
	return status;
}
