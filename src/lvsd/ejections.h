/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling of servers that the engine leaves out because they failed clients, and of those that it lets in again. */
#ifndef LVS_LVSD_EJECTIONS_H
#define LVS_LVSD_EJECTIONS_H

struct lvs_director;
struct lvs_ejections;

/**
 * lvs_ejections_new() - nobody is out yet
 * @director:	borrowed; its loop, engine, configuration, health and notices are there when lvs_ejections_look() is called
 *
 * Return: 0 or -Exxx
 */
int lvs_ejections_new(struct lvs_director *director, struct lvs_ejections **ret_ejections);

/* @ejections: may be NULL */
void lvs_ejections_free(struct lvs_ejections *ejections);

/* Something may have happened: it is told of, and when the time of who is out is over, that is too. */
void lvs_ejections_look(struct lvs_ejections *ejections);

#endif
