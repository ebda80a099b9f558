/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONTROL_FINDING_H
#define LVS_CONTROL_FINDING_H

struct lvs_conf_errors;
struct lvs_edit;
struct lvs_render;

/* What the parser found in a rendered text, as problems of the request that it was rendered from. */
void lvs_findings(const struct lvs_render *render, const struct lvs_conf_errors *errors, struct lvs_edit *edit);

#endif
