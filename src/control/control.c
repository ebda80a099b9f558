// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The API is made of turns of the loop like everything else. The loop calls it back a few times in a row at most and
 * packets go first; so what remains is that no single turn takes long. Requests are small, long answers are streams
 * (stream.c), and what takes long to work out is done by the thread that makes configurations.
 */
#include "control/control.h"

#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "conf/conf.h"
#include "control/request.h"
#include "control/server.h"
#include "control/stream.h"
#include "sys/entropy.h"
#include "sys/log.h"
#include "sys/loop.h"

#define DEFAULT_SOCKET LVS_RUNDIR "/control.sock"
/* Beside peers: the device, netlink, logs, raw sockets, what is read for a moment. */
#define OTHER_FILES 128

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	lvs_streams_turn(arg);
}

static void on_admit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	lvs_doors_admit(arg);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	lvs_doors_sweep(arg);
}

/* As many descriptors as there may be peers, or as many peers as there are descriptors. */
static void fit_files(struct lvs_control *control)
{
	const rlim_t wanted = LVS_CONTROL_PEERS_MAX + LVS_CONTROL_TCP_PEERS_MAX + OTHER_FILES;
	struct rlimit limit;
	rlim_t left;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 && getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	if (limit.rlim_cur >= wanted)
		return;
	left = limit.rlim_cur > 2 * OTHER_FILES ? limit.rlim_cur - OTHER_FILES : limit.rlim_cur / 2;
	for (size_t i = 0; i < LVS_DOORS; i++)
		control->doors[i].max = (unsigned int)((rlim_t)control->doors[i].max * left / wanted) + 1;
}

static int open_unix(struct lvs_control *control, const struct lvs_conf_control *conf, char *message)
{
	const char *path = *conf->socket ? conf->socket : DEFAULT_SOCKET;
	int fd, err = lvs_socket_group(conf->group, &control->group);

	if (err) {
		(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "there is no group \"%s\", which control.group names",
			       conf->group);
		return err;
	}
	err = lvs_socket_unix(path, (mode_t)strtoul(conf->mode, NULL, 8), control->group, message, &fd);
	/* Nobody asked for it: who may not have a socket there does without. */
	if ((err == -EACCES || err == -EPERM || err == -EROFS) && !*conf->socket) {
		lvs_log(control->host.log, LVS_LOG_WARNING,
			"%s: no lvsctl and no lvsadm; set control.socket to a path that this user may write, or control.enabled to false",
			message);
		return 0;
	}
	return err ? err : lvs_door_open(control, &control->doors[LVS_DOOR_UNIX], fd);
}

static int open_tcp(struct lvs_control *control, const struct lvs_conf_control *conf, char *message)
{
	int fd, err;

	if (lvs_addr_is_any(&conf->listen))
		return 0;
	if (*conf->token_file) {
		err = lvs_token_read(conf->token_file, message, control->sessions.token);
		if (err)
			return err;
	}
	err = lvs_socket_tcp(&conf->listen, conf->listen_port, message, &fd);
	return err ? err : lvs_door_open(control, &control->doors[LVS_DOOR_TCP], fd);
}

int lvs_control_new(const struct lvs_control_host *host, const struct lvs_conf_control *conf,
		    char message[LVS_CONTROL_MESSAGE_MAX], struct lvs_control **ret_control)
{
	struct event_base *base = lvs_loop_base(host->loop);
	struct lvs_control *control = calloc(1, sizeof(*control));
	uint8_t name[4];
	int err = -ENOMEM;

	(void)snprintf(message, LVS_CONTROL_MESSAGE_MAX, "cannot set up the control socket: out of memory");
	if (!control)
		return -ENOMEM;
	control->host = *host;
	json_object_seed(0);	/* at once: later two threads would do it */
	lvs_list_init(&control->requests);
	lvs_list_init(&control->ready);
	for (size_t i = 0; i < LVS_DOORS; i++)
		lvs_list_init(&control->doors[i].peers);
	if (lvs_entropy_fill(name, sizeof(name)) == 0)
		lvs_sessions_name(&control->sessions, name);
	control->turn = event_new(base, -1, 0, on_turn, control);
	control->admit = event_new(base, -1, 0, on_admit, control);
	control->sweep = evtimer_new(base, on_sweep, control);
	if (control->turn && control->admit && control->sweep)
		err = open_unix(control, conf, message);
	if (!err)
		err = open_tcp(control, conf, message);
	if (err) {
		lvs_control_free(control);
		return err;
	}
	fit_files(control);
	*ret_control = control;
	return 0;
}

void lvs_control_free(struct lvs_control *control)
{
	if (!control)
		return;
	lvs_requests_end(control);
	for (size_t i = 0; i < LVS_DOORS; i++)
		lvs_door_close(&control->doors[i]);
	if (control->turn)
		event_free(control->turn);
	if (control->admit)
		event_free(control->admit);
	if (control->sweep)
		event_free(control->sweep);
	free(control);
}
