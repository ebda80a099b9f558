// SPDX-License-Identifier: GPL-2.0-or-later
/* The director as the API sees it. */
#include "lvsd/host.h"

#include "conf/conf.h"
#include "control/control.h"
#include "io/io.h"
#include "lvsd/director.h"
#include "lvsd/pump.h"
#include "net/net.h"
#include "sys/log.h"

static const struct lvs_conf *host_conf(void *arg)
{
	const struct lvs_director *director = arg;

	return director->conf;
}

static void host_device(void *arg, struct lvs_control_device *ret_device)
{
	struct lvs_director *director = arg;
	const struct lvs_io *io = director->io;
	struct lvs_net_stats stats = { 0 };

	(void)lvs_net_device_stats(director->net, &stats);
	*ret_device = (struct lvs_control_device){
		.name = io->name,
		.type = io->ops->name,
		.mtu = director->conf->device.mtu,
		.offload_csum = io->offloads & LVS_IO_CSUM,
		.offload_tso = io->offloads & LVS_IO_TSO,
		.offload_uso = io->offloads & LVS_IO_USO,
		.rx_packets = io->stats.rx_packets,
		.rx_bytes = io->stats.rx_bytes,
		.tx_packets = io->stats.tx_packets,
		.tx_bytes = io->stats.tx_bytes,
		.queue_dropped = stats.tx_dropped,
		.refused = io->stats.tx_full + io->stats.tx_down + io->stats.tx_invalid + io->stats.tx_errors,
	};
}

static bool host_disconnect(void *arg, struct lvs_conn *conn, bool reset)
{
	struct lvs_director *director = arg;

	return lvs_pump_disconnect(director->pump, conn, reset);
}

int lvs_director_listen(struct lvs_director *director)
{
	const struct lvs_control_host host = {
		.arg = director,
		.loop = director->loop,
		.log = director->log,
		.engine = director->engine,
		.conf = host_conf,
		.device = host_device,
		.disconnect = host_disconnect,
	};
	char message[LVS_CONTROL_MESSAGE_MAX];
	int err;

	if (!director->conf->control.enabled)
		return 0;
	err = lvs_control_new(&host, &director->conf->control, message, &director->control);
	if (err)
		lvs_log(director->log, LVS_LOG_ERROR, "%s", message);
	return err;
}
