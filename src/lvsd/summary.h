/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_SUMMARY_H
#define LVS_LVSD_SUMMARY_H

struct lvs_director;
struct lvs_engine;

/* SIGUSR1: services, servers and counters, one line of the log each. */
void lvs_director_summary(struct lvs_director *director);

/**
 * struct lvs_summary - where a summary goes; embed it
 * @say:	takes one line, which has no newline
 */
struct lvs_summary {
	void (*say)(struct lvs_summary *summary, const char *line);
};

/* Connections, and what became of packets. */
void lvs_summary_packets(struct lvs_engine *engine, struct lvs_summary *summary);

/* Drops by reason, then services and servers. */
void lvs_summary_services(struct lvs_engine *engine, struct lvs_summary *summary);

#endif
