/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a configuration: up to 20 findings, with the line of the text each one points at. */
#ifndef LVS_CONF_ERRORS_H
#define LVS_CONF_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct lvs_conf_where;

#define LVS_CONF_ERRORS_MAX 20

enum lvs_conf_severity { LVS_CONF_ERROR, LVS_CONF_WARNING };

/**
 * struct lvs_conf_error - one finding
 * @line:	from 1; 0 when it is about the file as a whole
 * @column:	in characters, from 1
 * @message:	lower case, no full stop
 * @hint:	what to do about it, or empty
 * @source:	the line, or the part of it around the column, made printable
 * @caret:	index of the column in @source, in characters
 * @inside:	it is about the other file
 */
struct lvs_conf_error {
	enum lvs_conf_severity severity;
	uint32_t line;
	uint32_t column;
	char message[200];
	char hint[160];
	char source[320];
	uint32_t caret;
	bool inside;
};

/**
 * struct lvs_conf_errors - all findings, ordered by place once the parser has returned
 * @nerrors:	how many errors were found, kept or not
 * @nwarnings:	how many warnings were found, kept or not
 * @n:		how many of both are kept; an error takes the place of a warning when all are taken
 * @text:	borrowed while parsing, NULL afterwards
 * @inside:	findings are about another file now, which the first one names
 * @other:	that file's name
 * @outer, @outer_len: the text of the first one meanwhile
 */
struct lvs_conf_errors {
	char filename[256];
	size_t nerrors;
	size_t nwarnings;
	size_t n;
	struct lvs_conf_error list[LVS_CONF_ERRORS_MAX];
	const char *text;
	size_t len;
	bool inside;
	char other[256];
	const char *outer;
	size_t outer_len;
};

/* @text: borrowed until lvs_conf_errors_seal(); NULL when there is none to show */
void lvs_conf_errors_init(struct lvs_conf_errors *errors, const char *filename, const char *text, size_t len);

/**
 * lvs_conf_errors_add() - one more finding
 * @where:	NULL: about the file as a whole
 * @hint:	NULL: none
 * @format:	printf's. What came from the text is made printable, whatever it is.
 */
void lvs_conf_errors_add(struct lvs_conf_errors *errors, enum lvs_conf_severity severity,
			 const struct lvs_conf_where *where, const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/**
 * lvs_conf_errors_enter() - what is found next is found in another file; there is one at most
 * @text:	borrowed until lvs_conf_errors_leave()
 */
void lvs_conf_errors_enter(struct lvs_conf_errors *errors, const char *filename, const char *text, size_t len);
void lvs_conf_errors_leave(struct lvs_conf_errors *errors);

/* Orders the findings and lets go of the text. */
void lvs_conf_errors_seal(struct lvs_conf_errors *errors);

/**
 * lvs_conf_errors_line() - one finding on one line, for logs: "lvs.conf:12:17: message (hint)"
 * @i:		below @errors->n
 *
 * Return: @buf
 */
char *lvs_conf_errors_line(const struct lvs_conf_errors *errors, size_t i, char *buf, size_t size);

/* Each finding as "lvs.conf:12:17: message", the source line, a caret below it, and "hint: ..." */
void lvs_conf_errors_print(const struct lvs_conf_errors *errors, FILE *out);

#endif
