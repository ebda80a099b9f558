// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it costs packets when somebody looks: a listing of a million connections, made part by part with a burst of packets
 * after each, and a look at the counters of ten thousand servers, turn by turn. How long packets have to wait is the longest
 * part or turn; time is that of this program alone.
 */
#include <event2/buffer.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/engine/director.h"
#include "bench/engine/measure.h"
#include "control/connections.h"
#include "control/json.h"
#include "engine/wire.h"

#define CONNECTIONS 1000000
#define SERVERS 10000
#define BAR_WAIT 2e6	/* ns */
#define PARTS_MAX (1u << 18)

static const struct traffic_kind tcp4 = { "tcp4", LVS_PROTO_TCP, false };

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const char *what, double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	printf("%-44s %8zu turns: half %6.1f us, 99 in 100 %6.1f us, longest %6.1f us (bar %.0f us: %s)\n", what, n,
	       values[n / 2] / 1e3, values[n - 1 - n / 100] / 1e3, values[n - 1] / 1e3, BAR_WAIT / 1e3,
	       values[n - 1] <= BAR_WAIT ? "ok" : "MISSED");
}

static void list(struct director *director, const struct traffic *traffic, const struct lvs_conn_filter *filter,
		 const char *what)
{
	struct lvs_conn_listing listing = { .filter = *filter, .at = 1, .left = UINT64_MAX };
	double *parts = calloc(PARTS_MAX, sizeof(*parts)), sum = 0;
	struct evbuffer *out = evbuffer_new();
	struct lvs_json json;
	size_t n = 0, bytes = 0;
	bool more = true;

	if (!parts || !out)
		exit(EXIT_FAILURE);
	lvs_json_init(&json, out);
	while (more && n < PARTS_MAX) {
		uint64_t begin = measure_now();

		more = lvs_conn_list(&listing, director->engine, lvs_tick_from_ns(director->now), &json);
		lvs_json_flush(&json);
		parts[n] = (double)(measure_now() - begin);
		sum += parts[n++];
		bytes += evbuffer_get_length(out);
		evbuffer_drain(out, evbuffer_get_length(out));
		director_run(director, traffic, TRAFFIC_BURST);
	}
	print(what, parts, n);
	printf("%-44s %.0f MB in %.2f s of work\n", "", (double)bytes / 1e6, sum / 1e9);
	evbuffer_free(out);
	free(parts);
}

/* Every server's counters move, as far as the first packets of each turn go. */
static void look(void)
{
	const struct director_rules rules = { .sched = "rr", .nservers = SERVERS, .weight = 1 };
	double *turns = calloc(PARTS_MAX, sizeof(*turns));
	struct director director;
	size_t n = 0;

	if (!turns)
		exit(EXIT_FAILURE);
	director_init_with(&director, &tcp4, 2 * SERVERS, &rules);
	director_fill(&director, SERVERS);
	for (int second = 0; second < 20; second++) {
		lvs_ns due;

		do {
			uint64_t begin = measure_now();

			due = lvs_engine_look(director.engine, director.now);
			turns[n++] = (double)(measure_now() - begin);
		} while (due <= director.now);
		director.now = due;
	}
	print("a look at the counters of 10000 servers", turns, n);
	director_fini(&director);
	free(turns);
}

int main(void)
{
	const struct lvs_conn_filter all = { .proto = 0 }, none = { .proto = LVS_PROTO_UDP };
	struct director director;
	struct traffic traffic;

	(void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	measure_print_machine();
	director_init(&director, &tcp4, CONNECTIONS);
	director_fill(&director, CONNECTIONS);
	traffic = director_traffic(&director, TRAFFIC_BURST, true);
	list(&director, &traffic, &all, "a million connections");
	list(&director, &traffic, &none, "of them those that are none of these");
	look();
	traffic_free(&traffic);
	director_fini(&director);
	return EXIT_SUCCESS;
}
