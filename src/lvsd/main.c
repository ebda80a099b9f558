// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of lvsd(8). */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "lvsd/director.h"
#include "lvsd/replay.h"
#include "sys/log.h"

#define DEFAULT_CONFIG LVS_SYSCONFDIR "/lvs.conf"

enum { EXIT_USAGE = 2, EXIT_CONFIG = 6 };

enum mode { MODE_RUN, MODE_CHECK, MODE_DUMP, MODE_REPLAY };

/* What the command line says. @in, @out: of a replay */
struct args {
	enum mode mode;
	const char *config, *in, *out;
};

static const char usage[] =
	"usage: lvsd [--config FILE]\n"
	"       lvsd --check-config [FILE]\n"
	"       lvsd --dump-config [FILE]\n"
	"       lvsd --replay IN.pcap [--write OUT.pcap] [--config FILE]\n"
	"\n"
	"  -f, --config FILE         read FILE instead of " DEFAULT_CONFIG "\n"
	"  -t, --check-config        say what is wrong with the configuration, then exit (0 fine, 6 invalid)\n"
	"  -T, --dump-config         print the configuration with every default, then exit\n"
	"  -r, --replay IN.pcap      give a capture (pcap or pcapng, - for standard input) to the engine, then exit\n"
	"  -w, --write OUT.pcap      write what lvsd would have written (- for standard output); to OUT.pcapng, both sides and verdicts\n"
	"  -V, --version             print the version, then exit\n"
	"  -h, --help                print this, then exit\n"
	"\n"
	"Signals: HUP reload, USR1 log a summary, TERM stop. See lvsd(8) and lvs.conf(5).\n";

static int usage_error(const char *message, const char *argument)
{
	if (message)
		fprintf(stderr, "lvsd: %s%s%s%s\n", message, argument ? " '" : "", argument ? argument : "", argument ? "'" : "");
	fputs("try 'lvsd --help'\n", stderr);
	return EXIT_USAGE;
}

/* What a mode takes beside its options. Return: an exit status, or -1 to go on */
static int check_args(struct args *args, int argc, char *argv[])
{
	if (args->in && args->mode != MODE_RUN)
		return usage_error("--replay goes with neither --check-config nor --dump-config", NULL);
	if (args->out && !args->in)
		return usage_error("--write goes with --replay only", NULL);
	if (args->in)
		args->mode = MODE_REPLAY;
	else if (optind < argc && args->mode != MODE_RUN)
		args->config = argv[optind++];
	return optind < argc ? usage_error("unexpected argument", argv[optind]) : -1;
}

/* Return: what is left in order of importance: an exit status, or -1 to go on */
static int parse_args(int argc, char *argv[], struct args *ret_args)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'f' }, { "check-config", no_argument, NULL, 't' },
		{ "dump-config", no_argument, NULL, 'T' },  { "replay", required_argument, NULL, 'r' },
		{ "write", required_argument, NULL, 'w' },  { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },	    { NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "f:tTr:w:Vh", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			ret_args->config = optarg;
			break;
		case 't':
			ret_args->mode = MODE_CHECK;
			break;
		case 'T':
			ret_args->mode = MODE_DUMP;
			break;
		case 'r':
			ret_args->in = optarg;
			break;
		case 'w':
			ret_args->out = optarg;
			break;
		case 'V':
			puts("lvsd " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			return usage_error(NULL, NULL);
		}
	}
	return check_args(ret_args, argc, argv);
}

static size_t count_servers(const struct lvs_conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		n += conf->services[i].nservers;
	return n;
}

static int run(const char *path, struct lvs_conf *conf)
{
	struct lvs_director director = { .path = path };
	struct lvs_log *log;
	int err = lvs_log_new("lvsd", (enum lvs_log_level)conf->director.log_level, &log);

	if (err) {
		fprintf(stderr, "lvsd: %s\n", strerror(-err));
		lvs_conf_free(conf);
		return EXIT_FAILURE;
	}
	err = lvs_director_start(&director, conf, log);
	if (!err)
		err = lvs_director_run(&director);
	lvs_director_stop(&director);
	lvs_log(log, LVS_LOG_NOTICE, err ? "stopped after an error" : "stopped");
	lvs_log_free(log);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * Who asks for a reload before there is a loop to hear it shall not be the end of us; the loop lets these come in. Nor
 * shall a client that went away before its answer came.
 */
static void hold_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Return: exit status */
static int print(const struct args *args, const struct lvs_conf *conf)
{
	int err = 0;

	if (args->mode == MODE_CHECK)
		printf("%s: fine, %zu services, %zu servers\n", args->config, conf->nservices, count_servers(conf));
	else
		err = lvs_conf_dump(conf, stdout);
	if (fflush(stdout) || err) {
		fprintf(stderr, "lvsd: cannot write to standard output: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	struct args args = { .mode = MODE_RUN, .config = DEFAULT_CONFIG };
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	int status = parse_args(argc, argv, &args), err;

	if (status >= 0)
		return status;
	if (args.mode == MODE_RUN)
		hold_signals();
	err = lvs_conf_load(args.config, &errors, &conf);
	lvs_conf_errors_print(&errors, stderr);
	if (err)
		return err == -EINVAL || args.mode == MODE_CHECK || args.mode == MODE_DUMP ? EXIT_CONFIG : EXIT_FAILURE;
	if (args.mode == MODE_RUN)
		return run(args.config, conf);
	if (args.mode == MODE_REPLAY)
		status = lvs_replay(conf, args.in, args.out) ? EXIT_FAILURE : EXIT_SUCCESS;
	else
		status = print(&args, conf);
	lvs_conf_free(conf);
	return status;
}
