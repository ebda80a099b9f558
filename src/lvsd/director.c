// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Start: device, rules, routes, then privileges go, then "ready" is said. Everything is taken back in the opposite order.
 * What comes later is a turn of the loop each: packets (pump.c), signals, what netlink tells, and three timers.
 */
#include "lvsd/director.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "control/control.h"
#include "engine/engine.h"
#include "io/io.h"
#include "lvsd/announce.h"
#include "lvsd/ejections.h"
#include "lvsd/health.h"
#include "lvsd/host.h"
#include "lvsd/lan.h"
#include "lvsd/loader.h"
#include "lvsd/pump.h"
#include "lvsd/reload.h"
#include "lvsd/rules.h"
#include "lvsd/scripts.h"
#include "lvsd/state.h"
#include "lvsd/summary.h"
#include "lvsd/tell.h"
#include "lvsd/ways.h"
#include "net/net.h"
#include "notify/notices.h"
#include "priv/stages.h"
#include "sys/addrtext.h"
#include "sys/clock.h"
#include "sys/entropy.h"
#include "sys/listen.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/map.h"
#include "sys/runner.h"

/* The name under which a service manager hands in the device's descriptor. */
#define DEVICE_FD_NAME "device"

/* Sorry servers seldom come and go alone. */
#define SERVERS_SETTLE (10 * LVS_NS_PER_MS)

static int fail(struct lvs_director *director, int err, const char *what)
{
	lvs_log(director->log, LVS_LOG_ERROR, "%s: %s", what, strerror(-err));
	return err;
}

static int make_engine(struct lvs_director *director)
{
	struct lvs_engine_options options;
	lvs_ns now = lvs_clock_now();
	int err;

	lvs_rules_options(director->conf, &options);
	err = lvs_entropy_fill(&options.key, sizeof(options.key));
	if (err)
		return fail(director, err, "no random key for the connection table");
	director->memory_bytes = lvs_conn_table_bytes(options.max_connections);
	err = lvs_map_new(director->memory_bytes, &director->memory);
	if (err) {
		lvs_log(director->log, LVS_LOG_ERROR, "no address space for %u connections (%zu MiB): lower director.max_connections",
			options.max_connections, director->memory_bytes >> 20);
		return err;
	}
	options.memory = director->memory;
	err = lvs_engine_new(&options, now, &director->engine);
	return err ? fail(director, err, "cannot set up the engine") : 0;
}

/* Other addresses are servers now, perhaps of a thousand services, one after the other. */
static void on_servers_changed(void *arg)
{
	struct lvs_director *director = arg;
	lvs_ns now = lvs_clock_now();

	if (!director->changed_timer)	/* in the beginning they are told to the network anyway */
		return;
	if (!director->changed)
		lvs_timer_start(director->changed_timer, now + SERVERS_SETTLE, now);
	director->changed = true;
}

static void on_changed_timer(void *arg)
{
	struct lvs_director *director = arg;

	director->changed = false;
	(void)lvs_director_announce(director);	/* what failed has been said, and is tried again */
}

/* In the beginning there are no connections. */
static void on_reset(void *arg)
{
	struct lvs_director *director = arg;

	if (director->pump)
		lvs_pump_wake(director->pump);
}

static int make_notices(struct lvs_director *director)
{
	const struct lvs_notices_options options = {
		.loop = director->loop, .log = director->log, .runner = director->runner, .fifo = director->conf->notify.fifo,
	};
	int err = lvs_notices_new(&options, &director->notices);

	if (err)
		return fail(director, err, "cannot set up notifications");
	lvs_tell_configure(director->notices, director->conf);
	return 0;
}

static void on_noted(void *arg)
{
	const struct lvs_director *director = arg;

	lvs_state_stir(director->state);
}

static enum lvs_health_state on_recall(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server)
{
	const struct lvs_director *director = arg;

	return lvs_state_verdict(director->state, service, server);
}

/* Whether a server is up is known, or not known, before the first packet comes. */
static int load_rules(struct lvs_director *director)
{
	const struct lvs_health_options options = {
		.loop = director->loop, .engine = director->engine, .log = director->log, .runner = director->runner,
		.notices = director->notices, .changed = on_servers_changed, .reset = on_reset, .noted = on_noted,
		.recall = on_recall, .arg = director,
	};
	char message[LVS_HEALTH_MESSAGE_BYTES];
	struct lvs_health_set *set = NULL;
	int err = lvs_health_new(&options, &director->health);

	if (err)
		return fail(director, err, "cannot set up health checks");
	err = lvs_health_draft(director->health, director->conf, NULL, message, &set);
	if (err) {
		lvs_log(director->log, LVS_LOG_ERROR, "%s", message);
		return err;
	}
	err = lvs_health_prepare(director->health, set);
	if (!err)
		err = lvs_rules_load(director->engine, director->conf, lvs_health_overlay(set));
	if (err) {
		lvs_health_discard(set);
		return fail(director, err, "cannot set up services");
	}
	lvs_health_adopt(director->health, set);
	return 0;
}

static void on_conflict(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac)
{
	struct lvs_director *director = arg;
	const uint8_t *b = mac->bytes;
	char text[LVS_ADDR_TEXT_BYTES];

	lvs_log_limited(director->log, &director->conflicts, lvs_clock_now(), LVS_LOG_WARNING,
			"%02x:%02x:%02x:%02x:%02x:%02x on the LAN of device '%s' says that it has %s, which is ours", b[0], b[1],
			b[2], b[3], b[4], b[5], director->conf->device.name, lvs_addr_format(addr, text));
}

static int check_ways(struct lvs_director *director)
{
	struct lvs_conf_errors errors;
	char line[LVS_LOG_LINE_MAX];
	int err;

	lvs_conf_errors_init(&errors, director->path, NULL, 0);
	err = lvs_ways_check(director->conf, director->io, &errors);
	if (err)
		lvs_log(director->log, LVS_LOG_ERROR, "%s", lvs_conf_errors_line(&errors, 0, line, sizeof(line)));
	return err;
}

static int open_device(struct lvs_director *director)
{
	const struct lvs_conf_device *device = &director->conf->device;
	struct lvs_lan_params lan = { .naddresses = 0 };
	struct lvs_io_params params = { .name = device->name, .fd = -1, .offload = device->offload, .lan = &lan };
	const struct lvs_io_ops *ops = lvs_io_find(device->type);
	char message[LVS_IO_MESSAGE_MAX];
	int err = lvs_listen_find(DEVICE_FD_NAME, &params.fd);

	if (err && err != -ENOENT)
		return fail(director, err, "cannot take the device descriptor that was handed in");
	err = lvs_lan_params_init(director->conf, &lan);
	if (err)
		return fail(director, err, "cannot set up the device");
	lan.arg = director;
	lan.conflict = on_conflict;
	err = ops->open(&params, message, &director->io);
	lvs_lan_params_fini(&lan);
	if (err) {
		lvs_log(director->log, LVS_LOG_ERROR, "%s", message);
		return err;
	}
	lvs_log(director->log, LVS_LOG_INFO, "device '%s': %s%s%s%s", director->io->name,
		director->io->offloads & LVS_IO_CSUM ? "checksum" : "no",
		director->io->offloads & LVS_IO_TSO ? ", TCP segmentation" : "",
		director->io->offloads & LVS_IO_USO ? ", UDP segmentation" : "", " offload");
	return check_ways(director);
}

static void on_net_say(void *arg, enum lvs_net_level level, const char *text)
{
	static const enum lvs_log_level levels[] = {
		[LVS_NET_ERROR] = LVS_LOG_ERROR,
		[LVS_NET_WARNING] = LVS_LOG_WARNING,
		[LVS_NET_NOTICE] = LVS_LOG_NOTICE,
		[LVS_NET_INFO] = LVS_LOG_INFO,
	};
	struct lvs_director *director = arg;

	lvs_log(director->log, levels[level], "%s", text);
}

static void on_server_path(void *arg, const struct lvs_addr *server, uint32_t mtu, const struct lvs_addr *source)
{
	struct lvs_director *director = arg;

	lvs_paths_set(&director->paths, server, mtu, source);
}

static void on_vip_local(void *arg, const struct lvs_addr *addr, bool local)
{
	struct lvs_director *director = arg;
	const struct lvs_conf_director *conf = &director->conf->director;
	const struct lvs_vip *vip = lvs_vip_find(lvs_engine_rules(director->engine), addr);
	char text[LVS_ADDR_TEXT_BYTES];

	if (vip && vip->own && local && !vip->local && !lvs_addr_equal(addr, &conf->dip) && !lvs_addr_equal(addr, &conf->dip6))
		lvs_log(director->log, LVS_LOG_WARNING, "%s:%u: \"source_pool\" holds '%s', an address of this host, whose own "
			"connections may come to have the same ports", director->path,
			(director->file ? director->file : director->conf)->director.source_pool_where.line,
			lvs_addr_format(addr, text));
	lvs_vip_set_local(lvs_engine_rules(director->engine), addr, local);
}

/* After anything that may have changed what net knows or wants. */
static void net_settled(struct lvs_director *director)
{
	if (director->paths.dirty)
		lvs_paths_apply(&director->paths, director->engine);
	lvs_timer_start(director->net_timer, lvs_net_deadline(director->net), lvs_clock_now());
}

static void on_net_readable(void *arg)
{
	struct lvs_director *director = arg;

	lvs_net_readable(director->net, lvs_clock_now());
	net_settled(director);
}

static void on_net_timer(void *arg)
{
	struct lvs_director *director = arg;

	lvs_net_tick(director->net, lvs_clock_now());
	net_settled(director);
	if (!lvs_net_busy(director->net))
		lvs_director_told(director);
}

static int set_up_network(struct lvs_director *director)
{
	const struct lvs_conf *conf = director->conf;
	const char *servers[LVS_CONF_INTERFACES_MAX], *clients[LVS_CONF_INTERFACES_MAX];
	const struct lvs_net_options options = {
		.setup = conf->network.setup == LVS_CONF_SETUP_AUTO ? LVS_NET_AUTO : LVS_NET_MANUAL,
		.mtu = conf->device.mtu,
		.txqueuelen = conf->device.txqueuelen,
		.link_only = director->io->ops->l2,
		.bridge = conf->device.bridge,
		.table = conf->network.table,
		.priority = conf->network.priority,
		.no_proxy = !conf->network.proxy,
		.ignore_tunneled = conf->director.ignore_tunneled,
		.server_interfaces = servers,
		.nserver_interfaces = conf->network.server_interfaces.n,
		.client_interfaces = clients,
		.nclient_interfaces = conf->network.client_interfaces.n,
	};
	const struct lvs_net_callbacks callbacks = {
		.arg = director, .say = on_net_say, .server_path = on_server_path, .vip_local = on_vip_local,
	};
	int err;

	for (size_t i = 0; i < LVS_CONF_INTERFACES_MAX; i++) {
		servers[i] = conf->network.server_interfaces.names[i];
		clients[i] = conf->network.client_interfaces.names[i];
	}
	err = lvs_net_new(&options, &callbacks, &director->net);
	if (err)
		return fail(director, err, "cannot talk to the kernel over netlink");
	err = lvs_net_attach(director->net, director->io->name);
	if (!err)
		err = lvs_announce(director->engine, conf, director->net, director->io, true);
	if (err)	/* net has said which piece */
		return fail(director, err, "network set-up failed");
	lvs_paths_apply(&director->paths, director->engine);
	return 0;
}

static void on_watchdog(void *arg)
{
	struct lvs_director *director = arg;
	lvs_ns now = lvs_clock_now();

	/* Reached only when the loop turns and lets timers have their turn beside packets. */
	lvs_notify_alive(&director->notify);
	lvs_timer_start(director->watchdog, now + director->notify.watchdog / 2, now);
}

static void on_stop(void *arg)
{
	struct lvs_director *director = arg;

	lvs_loop_stop(director->loop);
}

static void on_lost(void *arg)
{
	struct lvs_director *director = arg;

	lvs_log(director->log, LVS_LOG_ERROR, "device '%s' was removed under us", director->io->name);
	director->failed = true;
	lvs_loop_stop(director->loop);
}

static void on_ejected(void *arg)
{
	const struct lvs_director *director = arg;

	lvs_ejections_look(director->ejections);
}

static void on_reload(void *arg)
{
	lvs_director_reload(arg);
}

static void on_summary(void *arg)
{
	lvs_director_summary(arg);
}

/* Before anything is there that would have to be taken back: what a signal asks for is done once the loop runs. */
static int make_loop(struct lvs_director *director)
{
	static const struct {
		int signo;
		lvs_loop_fn *fn;
	} signals[] = { { SIGTERM, on_stop }, { SIGINT, on_stop }, { SIGHUP, on_reload }, { SIGUSR1, on_summary } };
	int err = lvs_loop_new(&director->loop);

	for (size_t i = 0; !err && i < ARRAY_LEN(signals); i++)
		err = lvs_loop_on_signal(director->loop, signals[i].signo, signals[i].fn, director);
	return err ? fail(director, err, "cannot make an event loop") : 0;
}

static int set_up_loop(struct lvs_director *director)
{
	struct lvs_loop *loop = director->loop;
	int err = lvs_ejections_new(director, &director->ejections);

	if (!err)
		err = lvs_pump_new(loop, director->io, director->engine, director->log, on_lost, on_ejected, director,
				   &director->pump);
	if (!err)
		err = lvs_timer_new(loop, on_net_timer, director, &director->net_timer);
	if (!err)
		err = lvs_timer_new(loop, on_watchdog, director, &director->watchdog);
	if (!err)
		err = lvs_timer_new(loop, lvs_director_settle, director, &director->jobs.later);
	if (!err)
		err = lvs_timer_new(loop, on_changed_timer, director, &director->changed_timer);
	if (!err)
		err = lvs_loop_on_readable(loop, lvs_net_fd(director->net), on_net_readable, director);
	return err ? fail(director, err, "cannot set up the event loop") : 0;
}

static int give_up_privilege(struct lvs_director *director)
{
	const struct lvs_conf_director *conf = &director->conf->director;
	const struct lvs_priv_params params = {
		/* The packaged user may be missing in a container; one that the operator names may not. */
		.user = strcmp(conf->user, LVS_PRIV_USER) ? conf->user : NULL,
		.group = conf->group[0] ? conf->group : NULL,
		.net_admin = director->conf->network.setup == LVS_CONF_SETUP_AUTO,
	};
	const struct lvs_loader_options loader = {
		.path = director->path, .key = &lvs_engine_rules(director->engine)->key, .io = director->io,
		.health = director->health, .scripts = director->runner, .keep = lvs_state_fd(director->state),
		.done = lvs_director_loaded, .arg = director,
	};
	char message[LVS_PRIV_MESSAGE_MAX];
	int err = lvs_priv_drop(&params, message);

	lvs_log(director->log, err ? LVS_LOG_ERROR : LVS_LOG_INFO, "%s", message);
	if (err)
		return err;
	err = lvs_loader_new(director->loop, &loader, &director->loader);
	if (err)
		return fail(director, err, "cannot start the thread that reads the configuration");
	err = lvs_priv_seal(&params, message);
	lvs_log(director->log, err ? LVS_LOG_ERROR : LVS_LOG_INFO, "%s", message);
	return err;
}

int lvs_director_announce(struct lvs_director *director)
{
	int err = lvs_announce(director->engine, director->conf, director->net, director->io, false);

	lvs_paths_apply(&director->paths, director->engine);
	net_settled(director);
	lvs_pump_wake(director->pump);
	lvs_notify_status(&director->notify, "%u services, %zu of the file", lvs_engine_rules(director->engine)->nservices,
			  director->conf->nservices);
	return err;
}

int lvs_director_start(struct lvs_director *director, struct lvs_conf *conf, struct lvs_log *log)
{
	int err;

	director->conf = conf;
	director->log = log;
	lvs_jobs_init(&director->jobs);
	err = lvs_notify_init(&director->notify);
	if (err)
		lvs_log(log, LVS_LOG_WARNING, "cannot reach the service manager: %s", strerror(-err));
	err = make_loop(director);
	if (!err)
		err = lvs_scripts_start(director->loop, conf, log, &director->runner);
	if (!err)
		err = make_notices(director);
	if (!err)
		err = make_engine(director);
	if (!err)	/* not among what the process that runs scripts has: it may outlive us, and keep the file locked */
		err = lvs_state_open(director);
	if (!err)
		err = load_rules(director);
	if (!err)
		err = open_device(director);
	if (!err)
		err = set_up_network(director);
	if (!err)
		err = set_up_loop(director);
	if (!err)
		err = lvs_director_listen(director);
	if (!err)
		err = give_up_privilege(director);
	if (err)
		return err;
	net_settled(director);
	lvs_state_begin(director->state);
	if (director->notify.watchdog)
		on_watchdog(director);
	lvs_notify_status(&director->notify, "%zu services", conf->nservices);
	lvs_notify_ready(&director->notify);
	lvs_log(log, LVS_LOG_NOTICE, "ready: %zu services on device '%s', room for %u connections", conf->nservices,
		director->io->name, conf->director.max_connections);
	return 0;
}

int lvs_director_run(struct lvs_director *director)
{
	int err = lvs_loop_run(director->loop);

	if (err)
		return fail(director, err, "event loop");
	return director->failed ? -EIO : 0;
}

void lvs_director_stop(struct lvs_director *director)
{
	lvs_notify_stopping(&director->notify);
	lvs_loader_free(director->loader);
	lvs_jobs_cancel(&director->jobs);
	lvs_control_free(director->control);
	lvs_state_free(director->state);
	lvs_health_free(director->health);
	lvs_notices_free(director->notices);
	lvs_runner_free(director->runner);
	lvs_net_free(director->net);
	lvs_timer_free(director->jobs.later);
	lvs_timer_free(director->changed_timer);
	lvs_timer_free(director->watchdog);
	lvs_timer_free(director->net_timer);
	lvs_pump_free(director->pump);
	lvs_ejections_free(director->ejections);
	lvs_io_close(director->io);
	lvs_engine_free(director->engine);
	lvs_map_free(director->memory, director->memory_bytes);
	lvs_paths_fini(&director->paths);
	lvs_loop_free(director->loop);
	lvs_notify_fini(&director->notify);
	lvs_conf_free(director->file);
	lvs_conf_free(director->conf);
}
