/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The families of the director itself. */
#ifndef LVS_METRICS_DIRECTOR_H
#define LVS_METRICS_DIRECTOR_H

struct lvs_control_host;
struct lvs_exposition;

void lvs_metrics_director(const struct lvs_control_host *host, struct lvs_exposition *exposition);

#endif
