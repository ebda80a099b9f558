/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_ENGINE_DROP_H
#define LVS_ENGINE_DROP_H

/* The reasons of drop.def, behind LVS_DROP_NONE: "go on". */
enum lvs_drop {
	LVS_DROP_NONE,
#define DROP(sym, name, text) LVS_DROP_##sym,
#include "engine/drop.def"
#undef DROP
	LVS_DROP_COUNT
};

/* Metric label, such as "no_service"; "none" for LVS_DROP_NONE. */
const char *lvs_drop_name(enum lvs_drop drop);

/* One line for people. */
const char *lvs_drop_text(enum lvs_drop drop);

#endif
