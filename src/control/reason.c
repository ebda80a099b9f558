// SPDX-License-Identifier: GPL-2.0-or-later
/* What the engine says of a packet, in sentences. */
#include "control/reason.h"

#include <string.h>

#include "control/json.h"
#include "engine/engine.h"
#include "engine/sched.h"

/* By what they choose, to be read behind "scheduler "wlc": ". */
static const struct {
	const char *name, *text;
} schedulers[] = {
	{ "rr", "the next in turn" },
	{ "wrr", "the next in turn, more often the more it weighs" },
	{ "lc", "the fewest connections, an active one counting as 256" },
	{ "wlc", "the fewest connections for its weight, an active one counting as 256" },
	{ "lblc", "whom the destination went to before, or else as wlc" },
	{ "lblcr", "one of those whom the destination went to before, or else as wlc" },
	{ "dh", "whom the destination's hash names" },
	{ "sh", "whom the client's hash names" },
	{ "mh", "whom the client's hash names in the table" },
	{ "sed", "the shortest expected delay: active connections and one more, for its weight" },
	{ "nq", "an idle one, or else as sed" },
	{ "fo", "the greatest weight" },
	{ "ovf", "the greatest weight that has fewer active connections than that" },
	{ "ll", "the quickest to answer SYNs, for its weight and its active connections" },
	{ "twos", "the less loaded of two drawn by lot" },
	{ "geo", "the client's best site, within it as wlc" },
};

static const char *scheduler_text(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(schedulers); i++)
		if (strcmp(schedulers[i].name, name) == 0)
			return schedulers[i].text;
	return "its own rule";
}

void lvs_reason_why(struct lvs_json *json, const struct lvs_explanation *said)
{
	static const char *const found[] = {
		[LVS_FOUND_MARK] = "the service is found by the packet's mark",
		[LVS_FOUND_PORT] = "the service is found by address and port",
		[LVS_FOUND_PORT_LIST] = "the service has the port in its list",
		[LVS_FOUND_FTP] = "the address has a persistent FTP service, whose data connections come to such ports",
		[LVS_FOUND_ANY_PORT] = "the service has all ports of the address that no other service has",
	};

	if (said->service)
		lvs_json_text(json, "scheduler", said->service->spec.sched->name);
	lvs_json_array(json, "why");
	if (said->conn)
		lvs_json_text(json, NULL, "there is such a connection, and it stays with its server");
	if (found[said->found])
		lvs_json_text(json, NULL, found[said->found]);
	if (said->defence)
		lvs_json_text(json, NULL, "drop_packet is at work: some of what would begin a connection is dropped");
	if (said->cookie)
		lvs_json_text(json, NULL, "the SYN proxy answers first, and the server is chosen when the client has answered");
	if (said->keyed)
		lvs_json_text(json, NULL, "what is read from the packet may name a server; this is for what nobody has seen yet");
	if (said->template)
		lvs_json_text(json, NULL, "persistence knows the client, and names his server");
	if (said->forgiven)
		lvs_json_text(json, NULL, "all servers left are out because they failed: one of them gets another chance");
	if (said->bypassed)
		lvs_json_text(json, NULL, "no server can be chosen, so it goes on to where it is going (cache_bypass)");
	if (said->passed)
		lvs_json_text(json, NULL, "no service has it, and it is for the host to deal with");
	if (said->drop)
		lvs_json_text(json, NULL, lvs_drop_text(said->drop));
	if (said->server && !said->conn && !said->template)
		lvs_json_format(json, NULL, "scheduler \"%s\": %s", said->service->spec.sched->name,
				scheduler_text(said->service->spec.sched->name));
	lvs_json_end_array(json);
}

const char *lvs_reason_why_not(const struct lvs_server *server)
{
	if (server->spec.drain)
		return server->drained ? "its time to drain is over" : "it drains";
	if (!server->spec.weight)
		return "its weight is 0";
	if (server->overload)
		return "it has as many connections as it may have";
	if (server->waits)
		return "it got as many new connections as it may have now";
	return server->seen.ejected ? "it failed, and is left out for a while" : NULL;
}

const char *lvs_reason_not_in(const char *state)
{
	if (strcmp(state, "maintenance") == 0)
		return "it is in maintenance";
	return strcmp(state, "unknown") == 0 ? "its checks do not know yet whether it is up" : "its checks say that it is down";
}
