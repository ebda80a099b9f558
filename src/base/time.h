/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_BASE_TIME_H
#define LVS_BASE_TIME_H

#include <stdint.h>

/* All time inside the daemon: nanoseconds on a monotonic clock whose zero means nothing. */
typedef uint64_t lvs_ns;

#define LVS_NS_PER_US 1000ULL
#define LVS_NS_PER_MS 1000000ULL
#define LVS_NS_PER_SEC 1000000000ULL
#define LVS_SECONDS(n) ((lvs_ns)(n) * LVS_NS_PER_SEC)

/* "Never": later than any real time. */
#define LVS_NS_NEVER UINT64_MAX

#endif
