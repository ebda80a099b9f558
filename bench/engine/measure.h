/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time, memory, medians, and what machine this is. */
#ifndef LVS_BENCH_MEASURE_H
#define LVS_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#define MEASURE_ROUNDS_MAX 64

/* One value per round. */
struct measure {
	double values[MEASURE_ROUNDS_MAX];
	size_t n;
};

void measure_add(struct measure *measure, double value);

/* Quarters: of all rounds, this share was at most as much. Return: 0 without rounds */
double measure_quantile(const struct measure *measure, double share);

static inline double measure_median(const struct measure *measure)
{
	return measure_quantile(measure, 0.5);
}

/* Nanoseconds that this program had a core: what others do with it in between does not count. */
uint64_t measure_now(void);

/* Bytes of this process that are in memory. */
size_t measure_resident(void);

/* Stay on one core. Return: 0 or -Exxx */
int measure_pin(unsigned int core);

/* One line about processor, kernel and compiler. */
void measure_print_machine(void);

#endif
