// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine alone, packets in memory, on one core.
 *
 * Each measurement runs over a long array of packets whose connections were chosen at random, and copies each burst
 * into the same few buffers before the engine gets it, as read() would. What that copying costs is measured by the same
 * loop without an engine, in the same round, and taken off. Beside the engine runs a loop that does only what no director
 * can do without (floor.h): the ratio of the two says more than millions per second, which are those of this machine.
 *
 * Rounds are interleaved: each goes through all sizes and all ways of running before the next begins, so that who uses
 * the machine's memory for a while hurts all alike; time is that of this program alone. What is printed are medians; the
 * spread is half the distance between the quartiles of the batched requests.
 */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/engine/director.h"
#include "bench/engine/floor.h"
#include "bench/engine/measure.h"
#include "bench/engine/traffic.h"
#include "engine/wire.h"

#define SIZES_MAX 3
#define DEFAULT_CAPACITY (1U << 20)	/* of an lvs.conf that says nothing about it */
#define NEWCOMERS (1U << 18)
#define BAR_GROWTH 2.0
#define BAR_NEWCOMERS 0.6
#define BAR_BYTES 144.0

static const struct traffic_kind kinds[] = {
	{ "udp4", LVS_PROTO_UDP, false },
	{ "tcp4", LVS_PROTO_TCP, false },
	{ "udp6", LVS_PROTO_UDP, true },
	{ "tcp6", LVS_PROTO_TCP, true },
};

enum way {
	COPY,		/* the burst into the buffers, and no more */
	COPY_SINGLE,
	REQUESTS,	/* bursts of 32 */
	MIXED,		/* the same, half of them replies */
	SINGLE,		/* requests, one at a time */
	FLOOR,		/* bursts of 32 */
	FLOOR_SINGLE,
	WAYS
};

/**
 * struct size - so many connections, and what came out
 * @bar:	millions of requests per second, in bursts; 0 for none
 * @ns:		per packet; copying taken off, except from that itself
 */
struct size {
	size_t connections;
	double bar;
	struct director director;
	struct floor floor;
	struct traffic requests, mixed;
	size_t repeat;
	struct measure ns[WAYS];
};

struct options {
	size_t rounds;
	size_t largest;
	unsigned int core;
	const char *only;
};

/* @empty: nobody else is connected; @ns: per connection begun, @ended: per connection ended */
struct newcomers {
	struct director empty;
	struct traffic traffic;
	struct measure ns[2], ended[2];
};

static void copy_run(struct traffic_buffers *buffers, const struct traffic *traffic, size_t burst)
{
	for (size_t at = 0; at < traffic->n; at += burst) {
		traffic_load(buffers, traffic, at, LVS_MIN(burst, traffic->n - at));
		__asm__ volatile("" : : "r"(buffers) : "memory");
	}
}

static void run_way(struct size *size, enum way way)
{
	switch (way) {
	case COPY:
		copy_run(&size->director.buffers, &size->requests, TRAFFIC_BURST);
		break;
	case COPY_SINGLE:
		copy_run(&size->director.buffers, &size->requests, 1);
		break;
	case REQUESTS:
		director_run(&size->director, &size->requests, TRAFFIC_BURST);
		break;
	case MIXED:
		director_run(&size->director, &size->mixed, TRAFFIC_BURST);
		break;
	case SINGLE:
		director_run(&size->director, &size->requests, 1);
		break;
	case FLOOR:
		floor_run(&size->floor, &size->requests, TRAFFIC_BURST);
		break;
	case FLOOR_SINGLE:
		floor_run(&size->floor, &size->requests, 1);
		break;
	case WAYS:
		break;
	}
}

static void measure_size(struct size *size)
{
	double copy[2] = { 0, 0 };

	for (enum way way = 0; way < WAYS; way++) {
		uint64_t begin;
		double ns;

		run_way(size, way);
		begin = measure_now();
		for (size_t i = 0; i < size->repeat; i++)
			run_way(size, way);
		ns = (double)(measure_now() - begin) / (double)(size->repeat * size->requests.n);
		if (way == COPY || way == COPY_SINGLE)
			copy[way] = ns;
		else
			ns -= copy[way == SINGLE || way == FLOOR_SINGLE];
		measure_add(&size->ns[way], ns);
	}
}

static void measure_newcomers(struct newcomers *newcomers, struct director *full)
{
	struct director *directors[] = { &newcomers->empty, full };
	uint64_t begin = measure_now();
	double copy;

	copy_run(&full->buffers, &newcomers->traffic, TRAFFIC_BURST);
	copy = (double)(measure_now() - begin) / NEWCOMERS;
	for (size_t i = 0; i < ARRAY_LEN(directors); i++) {
		begin = measure_now();
		director_run(directors[i], &newcomers->traffic, TRAFFIC_BURST);
		measure_add(&newcomers->ns[i], (double)(measure_now() - begin) / NEWCOMERS - copy);
		begin = measure_now();
		(void)director_settle(directors[i]);
		measure_add(&newcomers->ended[i], (double)(measure_now() - begin) / NEWCOMERS);
	}
}

static void init_size(struct size *size, const struct traffic_kind *kind, size_t connections, double bar)
{
	size_t packets = connections < 65536 ? 65536 : 1U << 21;

	*size = (struct size){ .connections = connections, .bar = bar, .repeat = connections < 65536 ? 16 : 1 };
	director_init(&size->director, kind, (uint32_t)LVS_MAX(connections + NEWCOMERS, DEFAULT_CAPACITY));
	director_fill(&size->director, connections);
	director_hurry(&size->director);
	size->requests = director_traffic(&size->director, packets, false);
	size->mixed = director_traffic(&size->director, packets, true);
	floor_init(&size->floor, &size->director);
}

static void fini_size(struct size *size)
{
	floor_fini(&size->floor);
	director_fini(&size->director);
	traffic_free(&size->requests);
	traffic_free(&size->mixed);
}

static const char *verdict(bool good)
{
	return good ? "PASS" : "BELOW";
}

static double mpps(const struct measure *ns)
{
	return 1e3 / measure_median(ns);
}

static void print_sizes(const struct traffic_kind *kind, struct size *sizes, size_t nsizes)
{
	double growth = measure_median(&sizes[nsizes - 1].ns[REQUESTS]) / measure_median(&sizes[0].ns[REQUESTS]);

	for (size_t i = 0; i < nsizes; i++) {
		const struct size *size = &sizes[i];
		const struct measure *ns = size->ns;
		double spread = (measure_quantile(&ns[REQUESTS], 0.75) - measure_quantile(&ns[REQUESTS], 0.25)) / 2;

		printf("%-5s %9zu  %7.1f %4.0f %-5s %6.1f%%  %7.1f %7.1f  %7.1f %7.1f  %6.2f %6.2f\n", kind->name,
		       size->connections, mpps(&ns[REQUESTS]), size->bar,
		       size->bar > 0 ? verdict(mpps(&ns[REQUESTS]) >= size->bar) : "",
		       100 * spread / measure_median(&ns[REQUESTS]), mpps(&ns[MIXED]), mpps(&ns[SINGLE]),
		       mpps(&ns[FLOOR]), mpps(&ns[FLOOR_SINGLE]), mpps(&ns[REQUESTS]) / mpps(&ns[FLOOR]),
		       mpps(&ns[SINGLE]) / mpps(&ns[FLOOR_SINGLE]));
	}
	printf("%-5s cost growth from %zu to %zu connections: %.2f (bar %.1f: %s); %.1f ns a packet taken off for copying\n",
	       kind->name, sizes[0].connections, sizes[nsizes - 1].connections, growth, BAR_GROWTH,
	       verdict(growth <= BAR_GROWTH), measure_median(&sizes[nsizes - 1].ns[COPY]));
}

static void print_newcomers(const struct traffic_kind *kind, const struct newcomers *newcomers, size_t live)
{
	double empty = mpps(&newcomers->ns[0]), full = mpps(&newcomers->ns[1]);

	printf("%-5s new connections: %.2f M/s into an empty table, %.2f M/s with %zu live: ratio %.2f (bar %.1f: %s); "
	       "ended %.2f and %.2f M/s\n",
	       kind->name, empty, full, live, full / empty, BAR_NEWCOMERS, verdict(full / empty >= BAR_NEWCOMERS),
	       mpps(&newcomers->ended[0]), mpps(&newcomers->ended[1]));
}

static void bench(const struct traffic_kind *kind, const struct options *options)
{
	static const double bars[SIZES_MAX] = { 20, 14, 10 };
	static const size_t connections[SIZES_MAX] = { 1000, 1000000, 10000000 };
	struct size *sizes = calloc(SIZES_MAX, sizeof(*sizes));
	struct newcomers *newcomers = calloc(1, sizeof(*newcomers));
	size_t before = measure_resident();
	struct director *weighed;
	size_t nsizes = 0;
	double bytes;

	if (!sizes || !newcomers)
		exit(EXIT_FAILURE);
	/* Weighed alone and without anything else around it. */
	weighed = &sizes[0].director;
	director_init(weighed, kind, (uint32_t)options->largest);
	director_fill(weighed, options->largest);
	bytes = (double)(measure_resident() - before) / (double)options->largest;
	director_fini(weighed);
	do {
		size_t n = LVS_MIN(connections[nsizes], options->largest);

		init_size(&sizes[nsizes], kind, n, n == connections[nsizes] ? bars[nsizes] : 0);
	} while (sizes[nsizes++].connections < options->largest && nsizes < SIZES_MAX);
	director_init(&newcomers->empty, kind, (uint32_t)(options->largest + NEWCOMERS));
	director_hurry(&newcomers->empty);
	newcomers->traffic = traffic_new(NEWCOMERS);
	for (size_t i = 0; i < NEWCOMERS; i++) {
		struct lvs_tuple tuple = traffic_client(kind, options->largest + i);

		traffic_set(&newcomers->traffic, i, &tuple, LVS_TCP_SYN);
	}
	for (size_t round = 0; round < options->rounds; round++) {
		for (size_t i = 0; i < nsizes; i++)
			measure_size(&sizes[i]);
		measure_newcomers(newcomers, &sizes[nsizes - 1].director);
	}
	print_sizes(kind, sizes, nsizes);
	print_newcomers(kind, newcomers, options->largest);
	printf("%-5s memory: %.1f bytes per connection, all in (bar %.0f: %s)\n\n", kind->name, bytes, BAR_BYTES,
	       verdict(bytes <= BAR_BYTES));
	(void)fflush(stdout);
	traffic_free(&newcomers->traffic);
	director_fini(&newcomers->empty);
	for (size_t i = 0; i < nsizes; i++)
		fini_size(&sizes[i]);
	free(newcomers);
	free(sizes);
}

static void usage(FILE *file)
{
	(void)fputs("Usage: bench [options]\n"
		    "  --quick          3 rounds, at most a million connections\n"
		    "  --rounds N       rounds, at most 64 (default 9)\n"
		    "  --largest N      connections at most (default 10000000: takes 4 GB)\n"
		    "  --core N         core to run on (default 1)\n"
		    "  --only KIND      udp4, tcp4, udp6 or tcp6\n", file);
}

/* Return: 0, or -1 when the program shall end with an error, 1 when it shall end without */
static int parse_options(int argc, char **argv, struct options *ret_options)
{
	static const struct option names[] = {
		{ "quick", no_argument, NULL, 'q' },	{ "rounds", required_argument, NULL, 'r' },
		{ "largest", required_argument, NULL, 'l' }, { "core", required_argument, NULL, 'c' },
		{ "only", required_argument, NULL, 'o' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .rounds = 9, .largest = 10000000, .core = 1 };
	int opt;

	while ((opt = getopt_long(argc, argv, "", names, NULL)) >= 0) {
		switch (opt) {
		case 'q':
			options.rounds = 3;
			options.largest = 1000000;
			break;
		case 'r':
			options.rounds = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			options.largest = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			options.core = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'o':
			options.only = optarg;
			break;
		case 'h':
			usage(stdout);
			return 1;
		default:
			usage(stderr);
			return -1;
		}
	}
	if (optind < argc || !options.rounds || options.rounds > MEASURE_ROUNDS_MAX || options.largest < 1000 ||
	    options.largest > 100000000) {
		usage(stderr);
		return -1;
	}
	*ret_options = options;
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	int end = parse_options(argc, argv, &options);

	if (end)
		return end < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	/* Large blocks stay mappings of their own however many were freed: untouched until used, as in a daemon. */
	(void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	if (measure_pin(options.core))
		(void)fprintf(stderr, "bench: cannot stay on core %u\n", options.core);
	measure_print_machine();
	printf("millions of packets per second, medians of %zu interleaved rounds; 64-byte packets, random connections\n\n",
	       options.rounds);
	printf("%-5s %9s  %7s %4s %-5s %7s  %7s %7s  %7s %7s  %6s %6s\n", "", "connec-", "batches", "", "", "", "half",
	       "one at", "floor,", "floor,", "of the", "of the");
	printf("%-5s %9s  %7s %4s %-5s %7s  %7s %7s  %7s %7s  %6s %6s\n", "", "tions", "of 32", "bar", "", "spread",
	       "replies", "a time", "32", "1", "floor", "fl., 1");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!options.only || strcmp(options.only, kinds[i].name) == 0)
			bench(&kinds[i], &options);
	return EXIT_SUCCESS;
}
