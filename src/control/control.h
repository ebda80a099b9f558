/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API: HTTP and JSON over a UNIX socket, and what may be read of it over TCP too. See lvsd-api(7). */
#ifndef LVS_CONTROL_CONTROL_H
#define LVS_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "control/socket.h"

struct lvs_conf;
struct lvs_conf_control;
struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_conn;
struct lvs_conf_job;
struct lvs_control;
struct lvs_engine;
struct lvs_log;
struct lvs_loop;

/**
 * struct lvs_control_device - the device, as far as it is told
 * @name, @type: borrowed until the next turn of the loop
 * @offload_csum, @offload_tso, @offload_uso: what the kernel granted
 * @queue_dropped: packets for lvsd that found the device's queue full
 * @refused:	packets from lvsd that the device did not take
 */
struct lvs_control_device {
	const char *name;
	const char *type;
	uint32_t mtu;
	bool offload_csum, offload_tso, offload_uso;
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t queue_dropped;
	uint64_t refused;
};

/**
 * struct lvs_control_verdict - what one check says of a server; strings are borrowed until the next turn of the loop
 * @type:	"tcp", ...
 * @state:	"up", "down" or "unknown"
 * @since:	when it came to be so; 0: it never was anything else
 * @reason:	of the last answer
 * @wish:	what the server wants, by that or by an answer before: "drain", "maintenance" or ""
 * @checked_at:	when the last answer came, 0: none has; @latency: of it
 * @held:	it would be up, had it not fallen so often
 */
struct lvs_control_verdict {
	const char *type, *state, *reason, *wish;
	lvs_ns since, checked_at, latency;
	bool held;
};

/**
 * struct lvs_control_health - what checks say of a server
 * @checks:	how many it has
 * @state:	of all of them together: "up", "down", "unknown" or "maintenance"
 * @since:	when it came to be so; 0: it never was anything else
 * @changes:	how often it became something else, @changed_at: when last, seconds since 1970
 * @passed, @failed, @broken: how many runs of all checks were so
 * @deciding:	of the check that speaks against it, or of the first one; all zeros if there is none
 * @in:		it may get new connections
 * @drains:	it is up, but said itself that it wants no new ones
 * @kept:	though it is down, because too few would be left
 * @starting:	it came up a short time ago, and has not its whole weight yet
 */
struct lvs_control_health {
	size_t checks;
	const char *state;
	lvs_ns since;
	uint32_t changes;
	int64_t changed_at;
	uint64_t passed, failed, broken;
	struct lvs_control_verdict deciding;
	bool in, drains, kept, starting;
};

/**
 * struct lvs_control_turn - one change of a server's state
 * @time:	seconds since 1970
 * @from, @to:	states as those of struct lvs_control_health, or "ejected"
 * @reason:	borrowed until the next turn of the loop
 */
struct lvs_control_turn {
	int64_t time;
	const char *from, *to, *reason;
};

/**
 * struct lvs_control_check - what one run of a check came to
 * @type:	"tcp", ...
 * @asked:	"10.0.0.11:80", or an address alone
 * @outcome:	"passed", "failed", "broken" or, of one that did not end, "gone"
 * @state:	of the check, after this run; NULL: it did not end
 * @latency:	0: there is none
 */
struct lvs_control_check {
	const char *type, *asked, *outcome, *reason, *state;
	lvs_ns latency;
};

#define LVS_CONTROL_REASON_BYTES 192

/**
 * struct lvs_control_quorum - the same of a service
 * @quorum:	enough of its servers are up, and so it is with all that it depends on
 * @sorry:	its sorry server answers
 * @reason:	why there is no quorum, in words; empty if there is one
 */
struct lvs_control_quorum {
	bool quorum, sorry;
	uint64_t live_weight, live, kept;
	char reason[LVS_CONTROL_REASON_BYTES];
};

/**
 * struct lvs_control_change - one change of the configuration that was tried
 * @time:	seconds since 1970
 * @what:	"reload" or another kind; borrowed until the next turn of the loop
 * @changes:	how many
 * @message:	why it was refused, or the first change; may be empty; borrowed as @what
 */
struct lvs_control_change {
	int64_t time;
	const char *what;
	bool ok;
	size_t changes;
	const char *message;
};

/**
 * struct lvs_control_host - what the daemon is to the API; all callbacks come from the loop
 * @arg:	for the callbacks
 * @loop, @log, @engine, @path: borrowed, live longer than the API; @path is that of lvs.conf
 * @started:	when the daemon was
 * @conf:	the configuration in force; borrowed until the next turn of the loop
 * @device:	@ret_device is set
 * @disconnect:	lvs_engine_disconnect(), now
 * @health, @quorum: of a server and a service of the configuration in force
 * @verdict:	of a server's check @i, "check" first. Return: false: it has not so many
 * @turn:	of a server, the latest change of its state (@back is 0) and those before it. Return: false: so many are not known
 * @check:	runs a server's checks now. Return: 0, and lvs_control_checked() has to be called with @wish later, from the
 *		loop, unless the API ends before; or -ENOENT: it has none; -EBUSY: too many are under way; -ENOMEM
 * @submit:	has a job done after those before it. Return: 0, or -EBUSY: too many wait
 * @history:	the latest change (@back is 0) and those before it. Return: false: so many are not known
 */
struct lvs_control_host {
	void *arg;
	struct lvs_loop *loop;
	struct lvs_log *log;
	struct lvs_engine *engine;
	const char *path;
	lvs_ns started;
	const struct lvs_conf *(*conf)(void *arg);
	void (*device)(void *arg, struct lvs_control_device *ret_device);
	bool (*disconnect)(void *arg, struct lvs_conn *conn, bool reset);
	void (*health)(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		       struct lvs_control_health *ret_health);
	void (*quorum)(void *arg, const struct lvs_conf_service *service, struct lvs_control_quorum *ret_quorum);
	bool (*verdict)(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server, size_t i,
			struct lvs_control_verdict *ret_verdict);
	bool (*turn)(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server, size_t back,
		     struct lvs_control_turn *ret_turn);
	int (*check)(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server, void *wish);
	int (*submit)(void *arg, struct lvs_conf_job *job);
	bool (*history)(void *arg, size_t back, struct lvs_control_change *ret_change);
};

/**
 * lvs_control_new() - listen; answers come from the loop once it runs
 * @host:	copied
 * @conf:	borrowed until this returns; enabled
 * @message:	set on failure
 *
 * To be called before privileges are given up. SIGPIPE has to be ignored.
 *
 * Return: 0 or -Exxx
 */
int lvs_control_new(const struct lvs_control_host *host, const struct lvs_conf_control *conf,
		    char message[LVS_CONTROL_MESSAGE_MAX], struct lvs_control **ret_control);

/* What @check of struct lvs_control_host was asked for. @checks: all @n of the server; borrowed until this returns */
void lvs_control_checked(void *wish, const struct lvs_control_check *checks, size_t n);

/* Ends all connections. @control: may be NULL. The engine and the loop must still be there. */
void lvs_control_free(struct lvs_control *control);

#endif
