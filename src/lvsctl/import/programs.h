/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the other program ran: as commands of checks, and as the script that is told of events. */
#ifndef LVS_LVSCTL_IMPORT_PROGRAMS_H
#define LVS_LVSCTL_IMPORT_PROGRAMS_H

#include "lvsctl/import/model.h"

#define LVS_IMPORT_COMMAND_BYTES 1024

/* Appends @word to a command, behind a blank, in quotes where it needs them. What does not fit is cut off: no conf takes it. */
void lvs_import_command_add(char command[LVS_IMPORT_COMMAND_BYTES], const char *word);

/**
 * lvs_import_command_strict() - set the "command" of a check for whose program any status but 0 means "down"
 * @command:	as lvs.conf has it; its words stay what they are
 *
 * lvs.conf's own reading is that statuses from 2 on are weights.
 */
void lvs_import_command_strict(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at,
			       const char *command);

/* The same for a program that is good when it writes what @expect says: a text, or with @regex an expression. */
void lvs_import_command_expect(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at,
			       const char *command, const char *expect, bool regex);

/**
 * lvs_import_command_file() - the same for a file with a number, which is 0 when there is no file
 * @factor:	the number times it is added to @weight, up to 253 in all; "0": any number but 0 means "down"
 */
void lvs_import_command_file(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at,
			     const char *path, uint32_t weight, const char *factor);

/* A line of shell for an event of a service, or of a server. @event: as lvs.conf(5) calls it; @what: for the note */
void lvs_import_hook(struct lvs_import *import, struct lvs_import_pairs *hooks, struct lvs_import_at at, const char *event,
		     const char *command);

/* Makes "notify" of all hooks, and the notes about them. Once, when everything else is read. */
void lvs_import_hooks_finish(struct lvs_import *import);

#endif
