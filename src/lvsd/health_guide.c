// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks that go through the VIP come in through the device as clients do, so the engine has to be told of each what no
 * client can ask for: which server it is for.
 */
#include "lvsd/health_records.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "engine/appoint.h"
#include "sys/clock.h"

/* The check says when it is over: this is for the one that never does. */
#define GRACE LVS_SECONDS(5)

static struct lvs_tuple tuple_of(const struct lvs_check *check)
{
	return (struct lvs_tuple){
		.src = check->source, .dst = check->addr, .sport = LVS_BE16(check->lead.sport), .dport = LVS_BE16(check->port),
		.proto = check->lead.type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP,
	};
}

static int lead(void *arg, const struct lvs_check *check)
{
	const struct lvs_tuple tuple = tuple_of(check);
	lvs_ns now = lvs_clock_now();

	return lvs_appoint(arg, &tuple, &check->through.server, LVS_BE16(check->through.port), now, now + check->timeout + GRACE);
}

static void leave(void *arg, const struct lvs_check *check)
{
	const struct lvs_tuple tuple = tuple_of(check);

	lvs_appoint_end(arg, &tuple);
}

struct lvs_check_guide lvs_health_guide(struct lvs_engine *engine)
{
	return (struct lvs_check_guide){ .lead = lead, .leave = leave, .arg = engine };
}
