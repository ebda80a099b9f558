/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of text on standard output, and numbers for people or for programs. */
#ifndef LVS_LVSCTL_TABLE_H
#define LVS_LVSCTL_TABLE_H

#include <stddef.h>

#include "lvsctl/command.h"

#define LVS_TABLE_COLUMNS_MAX 16

/* SGR codes */
enum lvs_colour { LVS_PLAIN = 0, LVS_BOLD = 1, LVS_DIM = 2, LVS_RED = 31, LVS_GREEN = 32, LVS_YELLOW = 33 };

struct lvs_table_cell {
	char *text;
	enum lvs_colour colour;
};

/**
 * struct lvs_table - rows that are collected until all are there, so that columns are as wide as they must be
 * @titles:	borrowed; those that begin with '>' stand on the right
 */
struct lvs_table {
	const struct lvs_ctl *ctl;
	size_t ncolumns;
	const char *const *titles;
	size_t ncells;
	struct lvs_table_cell *cells;
};

/* @titles: a list that ends with NULL */
void lvs_table_init(struct lvs_table *table, const struct lvs_ctl *ctl, const char *const *titles);

/* The next cell; the text is made printable. */
void lvs_table_add(struct lvs_table *table, enum lvs_colour colour, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A number as lvs_number() writes it. */
void lvs_table_number(struct lvs_table *table, double number);

/* Prints and empties it. */
void lvs_table_print(struct lvs_table *table);

#define LVS_NUMBER_BYTES 32

/**
 * lvs_number() - "1234567", or "1.23M" on a terminal without --raw
 *
 * Return: @buf
 */
char *lvs_number(const struct lvs_ctl *ctl, double number, char buf[LVS_NUMBER_BYTES]);

/* Seconds as "3d 4h", "5m 6s" on a terminal without --raw, else as a number. Return: @buf */
char *lvs_seconds(const struct lvs_ctl *ctl, double seconds, char buf[LVS_NUMBER_BYTES]);

/* Puts text on standard output in a colour, if there are any. */
void lvs_put(const struct lvs_ctl *ctl, enum lvs_colour colour, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
