/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_SUMMARY_H
#define LVS_LVSD_SUMMARY_H

struct lvs_director;

/* SIGUSR1: services, servers and counters, one line of the log each. */
void lvs_director_summary(struct lvs_director *director);

#endif
