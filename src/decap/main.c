// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvs-decap(8): sockets and device are opened, privileges go, packets flow, and everything is closed in the opposite order.
 * The device ends with its descriptor.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decap/device.h"
#include "decap/options.h"
#include "decap/serve.h"
#include "engine/tunnel.h"
#include "io/io.h"
#include "priv/stages.h"
#include "sys/log.h"
#include "sys/notify.h"

enum { EXIT_USAGE = 2 };

static const char usage[] =
	"usage: lvs-decap --vip ADDRESS[/LENGTH]... [options]\n"
	"\n"
	"  -v, --vip ADDRESS[/LENGTH]   let in packets for this virtual address or network; at least one\n"
	"  -t, --type TYPE[,TYPE...]    tunnels to take: ipip, gre, gue (ipip)\n"
	"  -p, --port PORT              UDP port of gue (6080)\n"
	"  -f, --from ADDRESS[/LENGTH]  let in tunnel packets of this director or network only\n"
	"  -l, --listen ADDRESS         take tunnel packets at this address of the host only\n"
	"  -d, --device NAME            of the TUN device (" LVS_DECAP_DEVICE ")\n"
	"  -V, --version                print the version, then exit\n"
	"  -h, --help                   print this, then exit\n"
	"\n"
	"vip, type, from and listen can be given several times.\n"
	"Signals: USR1 log counters, TERM stop. See lvs-decap(8).\n";

/* opened -> dropped -> sealed. Return: 0 or -Exxx */
static int give_up(struct lvs_log *log)
{
	const struct lvs_priv_params params = { .net_admin = false };
	char message[LVS_PRIV_MESSAGE_MAX];
	int err = lvs_priv_drop(&params, message);

	lvs_log(log, err ? LVS_LOG_ERROR : LVS_LOG_INFO, "%s", message);
	if (err)
		return err;
	err = lvs_priv_seal(&params, message);
	lvs_log(log, err ? LVS_LOG_ERROR : LVS_LOG_INFO, "%s", message);
	return err;
}

static void say_ready(const struct lvs_decap_options *options, const struct lvs_decap *decap)
{
	char types[32] = "";

	for (size_t i = 0; i < LVS_TUNNEL_INDEX_COUNT; i++)
		if (options->types & 1U << i)
			(void)snprintf(types + strlen(types), sizeof(types) - strlen(types), "%s%s", *types ? ", " : "",
				       lvs_tunnels[i]->name);
	lvs_log(decap->log, LVS_LOG_NOTICE, "ready: %s to device \"%s\", %zu virtual addresses or networks", types,
		decap->io->name, options->nvips);
	if (!options->nfrom)
		lvs_log(decap->log, LVS_LOG_WARNING, "no --from: whoever can send to this host reaches the virtual addresses, by any name");
}

/* Return: 0 or -Exxx; what went wrong was said */
static int serve(const struct lvs_decap_options *options, struct lvs_decap *decap, struct lvs_notify *notify)
{
	char message[LVS_DECAP_MESSAGE_MAX];
	int err = lvs_decap_ends_open(options, message, &decap->ends);

	if (err) {
		lvs_log(decap->log, LVS_LOG_ERROR, "%s", message);
		return err;
	}
	err = lvs_decap_device_open(options, decap->log, &decap->io);
	if (err)
		return err;
	lvs_decap_host_check(options, decap->log);
	err = lvs_decap_begin(decap);
	if (err) {
		lvs_log(decap->log, LVS_LOG_ERROR, "cannot wait for packets: %s", strerror(-err));
		return err;
	}
	err = give_up(decap->log);
	if (err)
		return err;
	say_ready(options, decap);
	lvs_notify_ready(notify);
	err = lvs_decap_run(decap);
	lvs_notify_stopping(notify);
	lvs_decap_report(decap);
	return err;
}

static int run(const struct lvs_decap_options *options)
{
	struct lvs_decap decap = { .rules = &options->rules };
	struct lvs_notify notify;
	int err = lvs_log_new("lvs-decap", LVS_LOG_INFO, &decap.log);

	if (err) {
		fprintf(stderr, "lvs-decap: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	err = lvs_notify_init(&notify);
	if (err)
		lvs_log(decap.log, LVS_LOG_WARNING, "cannot reach the service manager: %s", strerror(-err));
	err = serve(options, &decap, &notify);
	lvs_decap_finish(&decap);
	if (decap.io)
		decap.io->ops->close(decap.io);
	lvs_decap_ends_fini(&decap.ends);
	lvs_notify_fini(&notify);
	lvs_log(decap.log, LVS_LOG_NOTICE, err ? "stopped after an error" : "stopped");
	lvs_log_free(decap.log);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Who asks for counters before there is a loop to hear it shall not be the end of us; the loop lets it come in. */
static void hold_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int main(int argc, char *argv[])
{
	char message[LVS_DECAP_MESSAGE_MAX];
	struct lvs_decap_options options;
	int status = EXIT_SUCCESS, err;

	hold_signals();
	err = lvs_decap_options_parse(argc, argv, message, &options);
	if (err) {
		if (*message)
			fprintf(stderr, "lvs-decap: %s\n", message);
		fputs("try 'lvs-decap --help'\n", stderr);
		status = err == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
	} else if (options.action == LVS_DECAP_HELP) {
		fputs(usage, stdout);
	} else if (options.action == LVS_DECAP_VERSION) {
		puts("lvs-decap " PACKAGE_VERSION);
	} else {
		status = run(&options);
	}
	lvs_decap_options_fini(&options);
	return status;
}
