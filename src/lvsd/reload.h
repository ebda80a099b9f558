/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_RELOAD_H
#define LVS_LVSD_RELOAD_H

struct lvs_director;

/**
 * lvs_director_reload() - read lvs.conf again and go over to it, or say every error and change nothing
 *
 * In one turn of the loop: no packet sees half of it. What a running director cannot change (the device, the size of the
 * table) is an error like any other.
 */
void lvs_director_reload(struct lvs_director *director);

#endif
