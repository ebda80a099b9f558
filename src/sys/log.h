/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon says: one event, one line, without ever waiting for whoever reads it.
 *
 * Goes to the journal as structured entries when stderr is connected to it, else to stderr as "lvsd: warning: text".
 */
#ifndef LVS_SYS_LOG_H
#define LVS_SYS_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

/* syslog(3) numbers: smaller is worse. */
enum lvs_log_level {
	LVS_LOG_ERROR = 3,	/* something asked for does not work */
	LVS_LOG_WARNING = 4,	/* works, but someone should look */
	LVS_LOG_NOTICE = 5,	/* rare and normal: started, reloaded, server down */
	LVS_LOG_INFO = 6,	/* what was done and why */
	LVS_LOG_DEBUG = 7,
};

#define LVS_LOG_LINE_MAX 1024	/* bytes of one message; what is longer is cut and ends in "..." */

struct lvs_log;

/**
 * lvs_log_new() - open the way out
 * @name:	who speaks: the prefix on stderr, SYSLOG_IDENTIFIER in the journal; copied
 * @level:	what is less important than this is not said
 * @ret_log:	the caller's, freed with lvs_log_free()
 *
 * Opens the journal's socket at once, so that nothing needs to be opened after sealing.
 *
 * Return: 0 or -ENOMEM; a journal that cannot be reached is no error, stderr is used then
 */
int lvs_log_new(const char *name, enum lvs_log_level level, struct lvs_log **ret_log);

/* @log: may be NULL */
void lvs_log_free(struct lvs_log *log);

void lvs_log_set_level(struct lvs_log *log, enum lvs_log_level level);
enum lvs_log_level lvs_log_level(const struct lvs_log *log);

/* "error" to "debug" */
const char *lvs_log_level_name(enum lvs_log_level level);

/* Return: is @name one of these? */
bool lvs_log_level_find(const char *name, enum lvs_log_level *ret_level);

/**
 * lvs_log() - say one thing
 * @log:	NULL: nobody listens
 * @fmt:	lower case, no full stop, no newline; control characters in the result become '?'
 *
 * Never blocks: when the reader does not keep up the line is lost and counted, and the next one that gets through says
 * how many were. Calls: sendto (journal); poll, write (stderr).
 */
void lvs_log(struct lvs_log *log, enum lvs_log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* For programs that read the journal. @name: capital letters, digits and '_'; control characters of @value become '?' */
struct lvs_log_field {
	const char *name, *value;
};

/* What all fields of one entry may take; those that go over it are left out. */
#define LVS_LOG_FIELDS_BYTES 4096

/* As lvs_log(), with @n fields beside it where the journal takes them. */
void lvs_log_fields(struct lvs_log *log, enum lvs_log_level level, const struct lvs_log_field *fields, size_t n,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

void lvs_log_va(struct lvs_log *log, enum lvs_log_level level, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));

/**
 * struct lvs_log_limit - how often one kind of event may be said; kept by whoever says it, zeroed at first
 * @since:	when the current interval began
 * @said:	lines in it
 * @suppressed:	lines kept back since the last one that was let through
 */
struct lvs_log_limit {
	lvs_ns since;
	uint32_t said;
	uint32_t suppressed;
};

#define LVS_LOG_LIMIT_BURST 5
#define LVS_LOG_LIMIT_INTERVAL LVS_SECONDS(10)

/**
 * lvs_log_limited() - say something that may happen very often
 * @limit:	of this call site, or of this thing (a server, an interface)
 * @now:	on any clock, the same for every use of @limit
 *
 * At most LVS_LOG_LIMIT_BURST lines in LVS_LOG_LIMIT_INTERVAL; the first one after a pause ends in "(suppressed n)".
 */
void lvs_log_limited(struct lvs_log *log, struct lvs_log_limit *limit, lvs_ns now, enum lvs_log_level level,
		     const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Return: lines lost so far because nobody took them */
uint64_t lvs_log_lost(const struct lvs_log *log);

#endif
