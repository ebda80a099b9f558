/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_RELOAD_H
#define LVS_LVSD_RELOAD_H

struct lvs_director;
struct lvs_loaded;

/**
 * lvs_director_reload() - read lvs.conf again and go over to it, or say every error and change nothing
 *
 * Reading happens beside the loop, the change in one turn of it: no packet sees half of it. A request during a reload makes
 * for one more afterwards. What a running director cannot change (the device, the size of the table) is an error like any
 * other.
 */
void lvs_director_reload(struct lvs_director *director);

/* The loader's callback, @arg being the director. */
void lvs_director_loaded(void *arg, struct lvs_loaded *loaded);

#endif
