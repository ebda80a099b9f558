/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_HOST_H
#define LVS_LVSD_HOST_H

struct lvs_director;

/* Listens for whoever wants to ask and tell the director, if the configuration says so. Return: 0, or -Exxx (said) */
int lvs_director_listen(struct lvs_director *director);

#endif
