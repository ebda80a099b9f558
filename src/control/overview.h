/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The director in numbers, but for services and servers, of which there may be many. */
#ifndef LVS_CONTROL_OVERVIEW_H
#define LVS_CONTROL_OVERVIEW_H

struct lvs_control_host;
struct lvs_json;

/* Begins an object, which the caller ends. */
void lvs_overview(struct lvs_json *json, const struct lvs_control_host *host);

#endif
