// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quorum as keepalived counts it: won at quorum + hysteresis, lost below quorum - hysteresis or when nothing is left, and
 * in between it is as it was. And the last servers, which are kept if all seem to fall.
 */
#include "check/quorum.h"

#include "base/bytes.h"

bool lvs_quorum_is(bool had, uint32_t quorum, uint32_t hysteresis, uint64_t weight)
{
	hysteresis = LVS_MIN(hysteresis, quorum - 1);
	if (weight >= (uint64_t)quorum + hysteresis)
		return true;
	if (!weight || weight < quorum - hysteresis)
		return false;
	return had;
}

/* Return: the one that fell last of those that are not kept, or NULL */
static struct lvs_protected *last_fallen(struct lvs_protected *servers, size_t n)
{
	struct lvs_protected *last = NULL;

	for (size_t i = 0; i < n; i++) {
		struct lvs_protected *server = &servers[i];

		if (!server->live && !server->exempt && !server->ret_kept && (!last || server->since > last->since))
			last = server;
	}
	return last;
}

size_t lvs_quorum_protect(struct lvs_protected *servers, size_t n, uint32_t min)
{
	size_t live = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		servers[i].ret_kept = false;
		live += servers[i].live && !servers[i].exempt;
	}
	while (live + kept < min) {
		struct lvs_protected *server = last_fallen(servers, n);

		if (!server)
			break;
		server->ret_kept = true;
		kept++;
	}
	return kept;
}
