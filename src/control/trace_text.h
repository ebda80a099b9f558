/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was seen of a packet, in words and as JSON. */
#ifndef LVS_CONTROL_TRACE_TEXT_H
#define LVS_CONTROL_TRACE_TEXT_H

#include "base/time.h"

struct lvs_json;
struct lvs_trace_record;

#define LVS_TRACE_TEXT_BYTES 320

/* One line about what became of a packet: "forwarded to 10.0.0.11:8080 (masq), new connection, SYN_RECV". Return: @text */
char *lvs_trace_text(const struct lvs_trace_record *record, char text[LVS_TRACE_TEXT_BYTES]);

/* One object. @epoch: what the engine's clock lacks to be the time since 1970 */
void lvs_trace_json(struct lvs_json *json, const struct lvs_trace_record *record, lvs_ns epoch);

#endif
