// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/engine/measure.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void measure_add(struct measure *measure, double value)
{
	if (measure->n < MEASURE_ROUNDS_MAX)
		measure->values[measure->n++] = value;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double measure_quantile(const struct measure *measure, double share)
{
	struct measure sorted = *measure;
	double at = share * (double)(sorted.n - 1);
	size_t below = (size_t)at;

	if (!sorted.n)
		return 0;
	qsort(sorted.values, sorted.n, sizeof(sorted.values[0]), compare);
	if (below + 1 == sorted.n)
		return sorted.values[below];
	return sorted.values[below] + (sorted.values[below + 1] - sorted.values[below]) * (at - (double)below);
}

uint64_t measure_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

size_t measure_resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	size_t pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*s %zu", &pages) != 1)
		pages = 0;
	(void)fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

int measure_pin(unsigned int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* The first line of @path that begins with @prefix, or "unknown". */
static void read_line(const char *path, const char *prefix, char *ret_line, size_t len)
{
	FILE *file = fopen(path, "re");

	(void)snprintf(ret_line, len, "unknown");
	if (!file)
		return;
	while (fgets(ret_line, (int)len, file)) {
		if (strncmp(ret_line, prefix, strlen(prefix)) != 0)
			continue;
		ret_line[strcspn(ret_line, "\n")] = '\0';
		break;
	}
	(void)fclose(file);
}

void measure_print_machine(void)
{
	char cpu[256], cache[64], huge[64];
	const char *model;
	struct utsname name;

	read_line("/proc/cpuinfo", "model name", cpu, sizeof(cpu));
	read_line("/sys/devices/system/cpu/cpu0/cache/index3/size", "", cache, sizeof(cache));
	read_line("/sys/kernel/mm/transparent_hugepage/enabled", "", huge, sizeof(huge));
	model = strchr(cpu, ':') ? strchr(cpu, ':') + 2 : cpu;
	(void)uname(&name);
	printf("machine: %s, %ld cores, L3 %s; Linux %s, huge pages %s; compiled by %s\n", model,
	       sysconf(_SC_NPROCESSORS_ONLN), cache, name.release, huge, __VERSION__);
}
