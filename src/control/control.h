/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API: HTTP and JSON over a UNIX socket, and what may be read of it over TCP too. See lvsd-api(7). */
#ifndef LVS_CONTROL_CONTROL_H
#define LVS_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "control/socket.h"

struct lvs_conf;
struct lvs_conf_control;
struct lvs_conn;
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
 * struct lvs_control_host - what the daemon is to the API; all callbacks come from the loop
 * @arg:	for the callbacks
 * @loop, @log, @engine: borrowed, live longer than the API
 * @conf:	the configuration in force; borrowed until the next turn of the loop
 * @device:	@ret_device is set
 * @disconnect:	lvs_engine_disconnect(), now
 */
struct lvs_control_host {
	void *arg;
	struct lvs_loop *loop;
	struct lvs_log *log;
	struct lvs_engine *engine;
	const struct lvs_conf *(*conf)(void *arg);
	void (*device)(void *arg, struct lvs_control_device *ret_device);
	bool (*disconnect)(void *arg, struct lvs_conn *conn, bool reset);
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

/* Ends all connections. @control: may be NULL. The engine and the loop must still be there. */
void lvs_control_free(struct lvs_control *control);

#endif
