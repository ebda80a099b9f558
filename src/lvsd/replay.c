// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One packet after the other, each in its own burst and at its own time; the time of a capture that goes back stands still.
 * Between two packets the engine ends what has outlived its time, once a second as in pump.c. After an hour without a
 * packet only the seconds in which something is due are looked at: a capture may pause for years.
 *
 * Everything that a running director draws at random or learns from its host is the same each time here: the key of the
 * hashes, no sockets of the host at the VIPs, and no MTU of a path that the configuration does not give.
 */
#include "lvsd/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pcapng.h"
#include "conf/conf.h"
#include "control/trace_text.h"
#include "engine/engine.h"
#include "engine/trace.h"
#include "io/io.h"
#include "io/pcap.h"
#include "io/pcap_writer.h"
#include "lvsd/rules.h"
#include "lvsd/summary.h"
#include "sys/map.h"

#define FRONT_BYTES (LVS_IO_HEADROOM + LVS_IO_FRONT)
#define TICK LVS_SECONDS(1)
#define TICKS_MAX 3600
/* The engine's clock wraps; it must not be left alone for half of that. */
#define PAUSE_MAX LVS_SECONDS(365 * 24 * 3600)
/* Of what one packet, or the timers of one second, may be seen to do. */
#define RING_BYTES (64u << 20)
#define EXPLAINED ".pcapng"	/* how files are called that get both sides and the verdicts */

/**
 * struct replay - one run
 * @in_name:	for messages
 * @explained:	both sides are written, with verdicts; then there is a @tracer in place of the @writer
 * @report:	where the summary goes
 * @now:	of the packet that is being handled, or of the timers
 * @due:	when the timers are, LVS_NS_NEVER if they rest
 * @read:	packets of the capture, @left of them not given to the engine, by reason
 * @late:	packets with an earlier time than the one before
 * @lost:	packets that the tracer had no room for, and told of
 * @block:	of the file
 * @area:	where the packet is that is being handled, with room around it
 */
struct replay {
	struct lvs_sink sink;
	struct lvs_engine *engine;
	void *memory;
	size_t memory_bytes;
	struct lvs_pcap *pcap;
	struct lvs_pcap_writer *writer;
	bool explained;
	struct lvs_tracer *tracer;
	FILE *in, *out, *report;
	const char *in_name;
	lvs_ns now, due;
	uint64_t read, written, late, lost;
	uint64_t left[LVS_PCAP_FOUND_COUNT];
	uint8_t block[LVS_PCAPNG_PACKET_MAX];
	uint8_t area[FRONT_BYTES + LVS_PCAP_PACKET_MAX + LVS_IO_TAILROOM];
};

static int fail(int err, const char *what, const char *name)
{
	fprintf(stderr, "lvsd: %s '%s': %s\n", what, name, strerror(-err));
	return err;
}

static void emit(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct replay *replay = container_of(sink, struct replay, sink);

	replay->written++;
	if (replay->writer)
		lvs_pcap_writer_put(replay->writer, replay->now, packet->data, packet->len);
}

/* Write what was seen. What could not be is told with the next packet. */
static void explain(struct replay *replay)
{
	const struct lvs_trace_record *record;

	while (replay->tracer && (record = lvs_trace_peek(replay->tracer))) {
		char text[LVS_TRACE_TEXT_BYTES];
		const struct lvs_pcapng_packet packet = {
			.out = record->out, .time = record->time, .captured = record->captured, .len = record->len,
			.data = record->data, .lost = lvs_trace_lost(replay->tracer) - replay->lost,
			.comment = lvs_trace_text(record, text),
		};

		lvs_pcapng_packet(&packet, replay->block);
		(void)fwrite(replay->block, 1, lvs_pcapng_packet_bytes(&packet), replay->out);
		replay->lost = lvs_trace_lost(replay->tracer);
		lvs_trace_pop(replay->tracer);
	}
}

static int make_engine(struct replay *replay, const struct lvs_conf *conf, lvs_ns now)
{
	struct lvs_engine_options options;
	int err;

	lvs_rules_options(conf, &options);
	options.key = (struct lvs_hash_key){ 1, 2 };
	replay->memory_bytes = lvs_conn_table_bytes(options.max_connections);
	err = lvs_map_new(replay->memory_bytes, &replay->memory);
	if (err)
		return err;
	options.memory = replay->memory;
	err = lvs_engine_new(&options, now, &replay->engine);
	return err ? err : lvs_rules_load(replay->engine, conf, NULL);
}

/* On a LAN the way to each server is the link. */
static void set_link_mtu(struct lvs_rules *rules, uint32_t mtu)
{
	for (uint32_t id = 1; id < rules->servers_len; id++)
		if (rules->servers[id])
			lvs_server_set_mtu(rules->servers[id], mtu);
}

/* Return: when the timers want to be called again */
static lvs_ns tick(struct replay *replay)
{
	lvs_ns next, more;

	do {
		next = lvs_engine_expire(replay->engine, replay->now);
		more = lvs_engine_dismiss(replay->engine, replay->now, &replay->sink);
		next = LVS_MIN(next, more);
	} while (next <= replay->now);
	explain(replay);
	return next;
}

static void pass_time(struct replay *replay, lvs_ns until)
{
	for (unsigned int ticks = 0; replay->due <= until; ticks++) {
		lvs_ns next;

		replay->now = replay->due;
		next = tick(replay);
		if (next == LVS_NS_NEVER)
			replay->due = LVS_NS_NEVER;
		else if (ticks < TICKS_MAX)
			replay->due += TICK;
		else
			replay->due += (next - replay->now + TICK - 1) / TICK * TICK;
	}
	while (until - replay->now > PAUSE_MAX) {
		replay->now += PAUSE_MAX;
		(void)tick(replay);
	}
	replay->now = until;
}

static void handle(struct replay *replay, const struct lvs_pcap_packet *captured)
{
	struct lvs_packet packet = {
		.data = replay->area + FRONT_BYTES,
		.len = (uint32_t)captured->len,
		.headroom = LVS_IO_HEADROOM,
		.tailroom = LVS_IO_TAILROOM,
	};

	if (captured->time < replay->now)
		replay->late++;
	else
		pass_time(replay, captured->time);
	memcpy(packet.data, captured->bytes, captured->len);
	lvs_engine_handle(replay->engine, &packet, 1, replay->now, &replay->sink);
	explain(replay);
	if (replay->due == LVS_NS_NEVER)
		replay->due = replay->now + TICK;
}

/* Time begins with the first packet. Return: 0, or -Exxx, said */
static int begin(struct replay *replay, const struct lvs_conf *conf, lvs_ns now)
{
	const struct lvs_trace_filter everything = { .proto = 0 };
	int err = make_engine(replay, conf, now);

	if (!err && replay->explained)
		err = lvs_trace_start(replay->engine, &everything, LVS_TRACE_SNAPLEN_MAX, RING_BYTES, &replay->tracer);
	if (err)
		return fail(err, "cannot set up the engine for", replay->in_name);
	if (lvs_conf_on_lan(conf))
		set_link_mtu(lvs_engine_rules(replay->engine), conf->device.mtu);
	replay->now = now;
	return 0;
}

/* Return: 0 at the end of the capture, or -Exxx, said */
static int replay_all(struct replay *replay, const struct lvs_conf *conf)
{
	struct lvs_pcap_packet captured;
	int found;

	while ((found = lvs_pcap_next(replay->pcap, &captured)) > 0) {
		replay->read++;
		if (captured.found != LVS_PCAP_PACKET) {
			replay->left[captured.found]++;
			continue;
		}
		if (!replay->engine) {
			int err = begin(replay, conf, captured.time);

			if (err)
				return err;
		}
		handle(replay, &captured);
	}
	if (found < 0)
		fprintf(stderr, "lvsd: '%s': %s\n", replay->in_name, lvs_pcap_error(replay->pcap));
	return found;
}

static bool same_file(FILE *a, const char *path)
{
	struct stat x, y;

	return fstat(fileno(a), &x) == 0 && stat(path, &y) == 0 && S_ISREG(y.st_mode) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static int begin_output(struct replay *replay, const char *out)
{
	size_t len = strlen(out), ending = strlen(EXPLAINED);
	uint8_t bytes[LVS_PCAPNG_BEGIN_BYTES];
	int err;

	replay->explained = len > ending && strcmp(out + len - ending, EXPLAINED) == 0;
	if (replay->explained) {
		lvs_pcapng_begin(LVS_TRACE_SNAPLEN_MAX, bytes);
		(void)fwrite(bytes, 1, sizeof(bytes), replay->out);
		return 0;
	}
	err = lvs_pcap_writer_new(replay->out, &replay->writer);
	return err ? fail(err, "cannot write", out) : 0;
}

static int open_files(struct replay *replay, const char *in, const char *out)
{
	bool in_std = strcmp(in, "-") == 0, out_std = out && strcmp(out, "-") == 0;
	int err;

	replay->in_name = in_std ? "standard input" : in;
	replay->report = out_std ? stderr : stdout;
	replay->in = in_std ? stdin : fopen(in, "re");
	if (!replay->in)
		return fail(-errno, "cannot read", in);
	err = lvs_pcap_new(replay->in, &replay->pcap);
	if (err)
		return fail(err, "cannot read", replay->in_name);
	if (!out)
		return 0;
	if (!out_std && same_file(replay->in, out)) {
		fprintf(stderr, "lvsd: '%s' is to be read and cannot be written at the same time\n", out);
		return -EINVAL;
	}
	replay->out = out_std ? stdout : fopen(out, "we");
	if (!replay->out)
		return fail(-errno, "cannot write", out);
	return begin_output(replay, out);
}

struct report {
	struct lvs_summary summary;
	FILE *file;
};

static void say(struct lvs_summary *summary, const char *line)
{
	fprintf(container_of(summary, struct report, summary)->file, "%s\n", line);
}

static void print_summary(const struct replay *replay)
{
	struct report report = { .summary.say = say, .file = replay->report };

	fprintf(replay->report, "capture: %" PRIu64 " packets read, %" PRIu64 " written\n", replay->read, replay->written);
	for (enum lvs_pcap_found found = LVS_PCAP_PACKET + 1; found < LVS_PCAP_FOUND_COUNT; found++)
		if (replay->left[found])
			fprintf(replay->report, "left out %" PRIu64 ": %s\n", replay->left[found], lvs_pcap_why(found));
	if (replay->late)
		fprintf(replay->report, "in disorder %" PRIu64 ": earlier than the packet before\n", replay->late);
	if (!replay->engine)
		return;
	lvs_summary_packets(replay->engine, &report.summary);
	lvs_summary_services(replay->engine, &report.summary);
}

/* Return: what of writing failed, said */
static int close_files(struct replay *replay, const char *out)
{
	int err = lvs_pcap_writer_free(replay->writer);

	lvs_trace_stop(replay->tracer);
	if (replay->explained && !err && (fflush(replay->out) || ferror(replay->out)))
		err = errno ? -errno : -EIO;
	lvs_pcap_free(replay->pcap);
	if (replay->in && replay->in != stdin)
		(void)fclose(replay->in);
	if (replay->out && replay->out != stdout && fclose(replay->out) && !err)
		err = -errno;
	if (err)
		return fail(err, "cannot write", out);
	if (fflush(replay->report))
		return fail(-errno, "cannot write", "standard output");
	return 0;
}

int lvs_replay(const struct lvs_conf *conf, const char *in, const char *out)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	int err, closed;

	if (!replay)
		return fail(-ENOMEM, "cannot read", in);
	replay->sink.emit = emit;
	replay->due = LVS_NS_NEVER;
	replay->report = stdout;
	err = open_files(replay, in, out);
	if (!err) {
		err = replay_all(replay, conf);
		print_summary(replay);
	}
	closed = close_files(replay, out);
	lvs_engine_free(replay->engine);
	lvs_map_free(replay->memory, replay->memory_bytes);
	free(replay);
	return err ? err : closed;
}
