// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it costs to begin: to choose a server among ten and among a thousand, to remember a client, and to live beside a
 * flood. Ratios say it; nanoseconds are those of this machine. As in bench.c rounds are interleaved, time is that of this
 * program alone, copying is taken off, and what is printed are medians, with half the distance between the quartiles.
 */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sites.h"
#include "bench/engine/director.h"
#include "bench/engine/measure.h"
#include "bench/engine/traffic.h"
#include "engine/sched.h"
#include "engine/wire.h"

#define SCHEDS_MAX 32
#define FEW 10
#define MANY 1000
#define CHOICES 65536
#define OPEN 1024		/* connections that stay open while others begin */
#define NEWCOMERS 32768
#define CLIENTS 1024		/* addresses from which the newcomers come that are known */
#define ESTABLISHED 10000
#define SOURCES 1000000
#define TABLE (1U << 18)	/* a quarter of the sources fit */
#define BAR_SCHED 3.0

static const struct traffic_kind tcp4 = { "tcp4", LVS_PROTO_TCP, false };

/**
 * struct sched - one scheduler with few servers, and with many
 * @choice:	ns for the choice and the counts of one connection's life
 * @whole:	ns for a SYN that begins a connection
 */
struct sched {
	const struct lvs_sched_ops *ops;
	struct director directors[2];
	struct measure choice[2], whole[2], choice_ratio, whole_ratio;
};

static void fail(const char *what)
{
	(void)fprintf(stderr, "choices: %s\n", what);
	exit(EXIT_FAILURE);
}

/* What copying @traffic costs, ns per packet. */
static double copy_ns(struct director *director, const struct traffic *traffic)
{
	uint64_t begin = measure_now();

	for (size_t at = 0; at < traffic->n; at += TRAFFIC_BURST) {
		traffic_load(&director->buffers, traffic, at, LVS_MIN((size_t)TRAFFIC_BURST, traffic->n - at));
		__asm__ volatile("" : : "r"(director) : "memory");
	}
	return (double)(measure_now() - begin) / (double)traffic->n;
}

static double run_ns(struct director *director, const struct traffic *traffic)
{
	double copy = copy_ns(director, traffic);
	uint64_t begin = measure_now();

	director_run(director, traffic, TRAFFIC_BURST);
	return (double)(measure_now() - begin) / (double)traffic->n - copy;
}

/* All that has begun ends, templates too. */
static void end_all(struct director *director)
{
	for (unsigned int i = 0; i < 3; i++) {
		director->now += LVS_SECONDS(2);
		while (lvs_engine_expire(director->engine, director->now) <= director->now)
			;
	}
}

/* The @i-th of newcomers who come from @naddrs addresses. */
static struct lvs_tuple newcomer(size_t i, size_t naddrs)
{
	return (struct lvs_tuple){ .src = lvs_addr_from4(LVS_BE32(0x0a000001 + (uint32_t)(i % naddrs))),
				   .dst = traffic_vip(false), .sport = LVS_BE16(1024 + (i / naddrs) % 60000),
				   .dport = TRAFFIC_PORT, .proto = LVS_PROTO_TCP };
}

static struct traffic newcomers(size_t n, size_t naddrs)
{
	struct traffic traffic = traffic_new(n);

	for (size_t i = 0; i < n; i++) {
		struct lvs_tuple tuple = newcomer(i, naddrs);

		traffic_set(&traffic, i, &tuple, LVS_TCP_SYN);
	}
	return traffic;
}

/* Connections begin, are active while OPEN others begin, then end. */
static double choice_ns(struct director *director)
{
	struct lvs_service *service = director_service(director);
	struct lvs_server *open[OPEN] = { NULL };
	uint64_t begin = measure_now();
	double ns;

	for (size_t i = 0; i < CHOICES; i++) {
		struct lvs_tuple tuple = newcomer(i * 7919, 1U << 22);
		struct lvs_server *server = service->spec.sched->pick(service, &tuple, director->now), *old = open[i % OPEN];

		if (!server)
			fail("nobody was chosen");
		lvs_server_bind(server);
		lvs_server_set_active(server, true);
		open[i % OPEN] = server;
		if (!old)
			continue;
		lvs_server_set_active(old, false);
		lvs_server_unbind(old, false);
	}
	ns = (double)(measure_now() - begin) / CHOICES;
	for (size_t i = 0; i < OPEN; i++)
		lvs_server_unbind(open[i], true);
	return ns;
}

static void print_spread(const char *before, const struct measure *measure, const char *after)
{
	printf("%s%6.2f ±%.2f%s", before, measure_median(measure),
	       (measure_quantile(measure, 0.75) - measure_quantile(measure, 0.25)) / 2, after);
}

/* Eight sites, of which each client is to go to the first that has room. */
static struct lvs_sites *make_sites(void)
{
	struct lvs_sites *sites = calloc(1, sizeof(*sites));

	if (!sites || !(sites->orders = calloc(1, 9)))
		fail("no memory");
	sites->n = 8;
	sites->orders_len = 9;
	for (uint8_t i = 0; i < sites->n; i++) {
		(void)snprintf(sites->names[i], sizeof(sites->names[i]), "site%u", i);
		sites->orders[i] = i + 1;
	}
	return sites;
}

static void init_sched(struct sched *sched, const struct lvs_sched_ops *ops, const struct lvs_sites *sites)
{
	bool ovf = ops == lvs_sched_find("ovf");

	sched->ops = ops;
	for (unsigned int many = 0; many < 2; many++) {
		const struct director_rules rules = {
			.sched = ops->name, .nservers = many ? MANY : FEW, .uneven = true,
			.weight = ovf ? LVS_WEIGHT_MAX - 10 : 1,	/* which takes no more than its weights */
			.sites = ops == lvs_sched_find("geo") ? sites : NULL,
		};

		director_init_with(&sched->directors[many], &tcp4, 2 * NEWCOMERS, &rules);
		director_hurry(&sched->directors[many]);
	}
}

static void measure_sched(struct sched *sched, const struct traffic *traffic)
{
	double ns[2];

	for (unsigned int many = 0; many < 2; many++) {
		ns[many] = choice_ns(&sched->directors[many]);
		measure_add(&sched->choice[many], ns[many]);
	}
	measure_add(&sched->choice_ratio, ns[1] / ns[0]);
	for (unsigned int many = 0; many < 2; many++) {
		ns[many] = run_ns(&sched->directors[many], traffic);
		measure_add(&sched->whole[many], ns[many]);
		end_all(&sched->directors[many]);
	}
	measure_add(&sched->whole_ratio, ns[1] / ns[0]);
}

static void bench_scheds(size_t rounds)
{
	struct sched *scheds = calloc(SCHEDS_MAX, sizeof(*scheds));
	struct traffic traffic = newcomers(NEWCOMERS, NEWCOMERS);
	struct lvs_sites *sites = make_sites();
	size_t n = 0;

	if (!scheds)
		fail("no memory");
	for (; lvs_scheds[n] && n < SCHEDS_MAX; n++)
		init_sched(&scheds[n], lvs_scheds[n], sites);
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < n; i++)
			measure_sched(&scheds[i], &traffic);
	printf("cost per scheduler, ns: the choice with the counts of a connection's life; the whole SYN that begins one\n");
	printf("%-6s %8s %8s  %-13s %-6s %8s %8s  %s\n", "", "10", "1000", "ratio", "", "10", "1000", "ratio");
	for (size_t i = 0; i < n; i++) {
		const struct sched *sched = &scheds[i];

		printf("%-6s %8.1f %8.1f", sched->ops->name, measure_median(&sched->choice[0]), measure_median(&sched->choice[1]));
		print_spread("  ", &sched->choice_ratio, "  ");
		printf("%-6s", sched->ops == lvs_sched_find("lblcr") ? "(set)" :
			       measure_median(&sched->choice_ratio) <= BAR_SCHED ? "PASS" : "BELOW");
		printf(" %8.1f %8.1f", measure_median(&sched->whole[0]), measure_median(&sched->whole[1]));
		print_spread("  ", &sched->whole_ratio, "\n");
		for (unsigned int many = 0; many < 2; many++)
			director_fini(&scheds[i].directors[many]);
	}
	printf("bar: at most %.0f times as much among a thousand as among ten; lblcr, which goes through a destination's set, has "
	       "all servers in it here\n\n", BAR_SCHED);
	traffic_free(&traffic);
	lvs_sites_free(sites);
	free(scheds);
}

/* New connections of clients who are remembered, of such as are new as well, and the same without persistence. */
static void bench_persistence(size_t rounds)
{
	struct traffic traffic[2] = { newcomers(NEWCOMERS, CLIENTS), newcomers(NEWCOMERS, NEWCOMERS) };
	struct measure ns[2][2] = { 0 }, ratios[2] = { 0 };
	struct director directors[2][2];

	for (unsigned int fresh = 0; fresh < 2; fresh++) {
		for (unsigned int with = 0; with < 2; with++) {
			const struct director_rules rules = { .sched = "wlc", .nservers = 8, .weight = 1,
							      .persist = !with ? 0 : fresh ? 1 : 1000000 };

			director_init_with(&directors[fresh][with], &tcp4, 4 * NEWCOMERS, &rules);
			director_hurry(&directors[fresh][with]);
		}
	}
	director_run(&directors[0][1], &traffic[0], TRAFFIC_BURST);	/* who is known from now on */
	end_all(&directors[0][1]);
	for (size_t round = 0; round < rounds; round++) {
		for (unsigned int fresh = 0; fresh < 2; fresh++) {
			double both[2];

			for (unsigned int with = 0; with < 2; with++) {
				both[with] = run_ns(&directors[fresh][with], &traffic[fresh]);
				measure_add(&ns[fresh][with], both[with]);
				end_all(&directors[fresh][with]);
			}
			measure_add(&ratios[fresh], both[1] / both[0]);
		}
	}
	printf("cost of persistence, ns for a SYN that begins a connection\n");
	for (unsigned int fresh = 0; fresh < 2; fresh++) {
		printf("%-28s %8.1f without, %8.1f with: ", fresh ? "each from another client" : "of clients who are known",
		       measure_median(&ns[fresh][0]), measure_median(&ns[fresh][1]));
		print_spread("ratio ", &ratios[fresh], "\n");
		for (unsigned int with = 0; with < 2; with++)
			director_fini(&directors[fresh][with]);
		traffic_free(&traffic[fresh]);
	}
	printf("\n");
}

/* Which bursts come between those that are timed, and whether these reach the engine. */
enum beside { NOTHING, COPIES_ONLY, FLOOD };

static uint64_t burst_ns(struct director *director, const struct traffic *traffic, size_t at, bool handle)
{
	size_t n = LVS_MIN((size_t)TRAFFIC_BURST, traffic->n - at);
	uint64_t begin = measure_now();

	traffic_load(&director->buffers, traffic, at, n);
	__asm__ volatile("" : : "r"(director) : "memory");
	if (handle)
		lvs_engine_handle(director->engine, director->buffers.packets, n, director->now, &director->sink);
	return measure_now() - begin;
}

/* Return: ns per packet of @calm, with bursts of @flood in between; @ret_flood: the same of those */
static double beside_ns(struct director *director, const struct traffic *calm, const struct traffic *flood, enum beside beside,
			double *ret_flood)
{
	uint64_t emitted = director->emitted, ns = 0, flood_ns = 0;
	size_t expect = beside == COPIES_ONLY ? 0 : beside == FLOOD ? calm->n + flood->n : calm->n;

	for (size_t at = 0; at < calm->n; at += TRAFFIC_BURST) {
		if (beside == FLOOD)
			flood_ns += burst_ns(director, flood, at, true);
		ns += burst_ns(director, calm, at, beside != COPIES_ONLY);
	}
	if (director->emitted != emitted + expect)
		fail("packets were lost");
	*ret_flood = (double)flood_ns / (double)flood->n;
	return (double)ns / (double)calm->n;
}

static void bench_flood(size_t rounds)
{
	struct traffic calm, flood = newcomers(SOURCES, SOURCES);
	struct measure alone = { 0 }, syn = { 0 }, ratio = { 0 };
	struct director director;
	size_t before, after;
	double copy, syn_ns;

	for (size_t i = 0; i < SOURCES; i++) {
		struct lvs_tuple tuple = newcomer(i, SOURCES);

		tuple.src = lvs_addr_from4(LVS_BE32(0x64400000 + (uint32_t)i));
		traffic_set(&flood, i, &tuple, LVS_TCP_SYN);
	}
	director_init(&director, &tcp4, TABLE);
	director_fill(&director, ESTABLISHED);
	calm = director_traffic(&director, SOURCES, false);
	before = measure_resident();
	(void)beside_ns(&director, &calm, &flood, FLOOD, &syn_ns);
	after = measure_resident();
	for (size_t round = 0; round < rounds; round++) {
		double ns[2];

		director.now += LVS_SECONDS(1);
		copy = beside_ns(&director, &calm, &flood, COPIES_ONLY, &syn_ns);
		ns[0] = beside_ns(&director, &calm, &flood, NOTHING, &syn_ns) - copy;
		ns[1] = beside_ns(&director, &calm, &flood, FLOOD, &syn_ns) - copy;
		measure_add(&alone, ns[0]);
		measure_add(&syn, syn_ns - copy);
		measure_add(&ratio, ns[1] / ns[0]);
	}
	printf("flood of %u sources into a table of %u, beside %u established connections, ns\n", SOURCES, TABLE, ESTABLISHED);
	printf("a packet of theirs %8.1f alone, a SYN of the flood %8.1f; ", measure_median(&alone), measure_median(&syn));
	print_spread("theirs beside the flood: ratio ", &ratio, "\n");
	printf("memory: %zu MiB more, the table is %zu MiB: %s; all established packets went through\n",
	       (after - LVS_MIN(before, after)) >> 20, lvs_conn_table_bytes(TABLE) >> 20,
	       after - LVS_MIN(before, after) <= lvs_conn_table_bytes(TABLE) ? "PASS" : "BELOW");
	director_fini(&director);
	traffic_free(&flood);
	traffic_free(&calm);
}

static void usage(FILE *file)
{
	(void)fputs("Usage: choices [options]\n"
		    "  --rounds N       rounds, at most 64 (default 9)\n"
		    "  --core N         core to run on (default 1)\n", file);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "rounds", required_argument, NULL, 'r' }, { "core", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },	    { NULL, 0, NULL, 0 },
	};
	unsigned int core = 1;
	size_t rounds = 9;
	int opt;

	while ((opt = getopt_long(argc, argv, "", names, NULL)) >= 0) {
		if (opt == 'r')
			rounds = strtoul(optarg, NULL, 10);
		else if (opt == 'c')
			core = (unsigned int)strtoul(optarg, NULL, 10);
		else
			usage(opt == 'h' ? stdout : stderr);
		if (opt == 'h' || opt == '?')
			return opt == 'h' ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (optind < argc || !rounds || rounds > MEASURE_ROUNDS_MAX) {
		usage(stderr);
		return EXIT_FAILURE;
	}
	(void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	if (measure_pin(core))
		(void)fprintf(stderr, "choices: cannot stay on core %u\n", core);
	measure_print_machine();
	printf("medians of %zu interleaved rounds\n\n", rounds);
	bench_scheds(rounds);
	bench_persistence(rounds);
	bench_flood(rounds);
	return EXIT_SUCCESS;
}
