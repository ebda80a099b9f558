// SPDX-License-Identifier: GPL-2.0-or-later
/* Columns two blanks apart, the last one as long as it likes; a cell that was not to be had in memory is empty. */
#include "lvsctl/table.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

void lvs_table_init(struct lvs_table *table, const struct lvs_ctl *ctl, const char *const *titles)
{
	*table = (struct lvs_table){ .ctl = ctl, .titles = titles };
	while (titles[table->ncolumns])
		table->ncolumns++;
}

void lvs_table_add(struct lvs_table *table, enum lvs_colour colour, const char *format, ...)
{
	struct lvs_table_cell *larger;
	va_list args;
	char *text;

	if (!(table->ncells & (table->ncells - 1))) {
		larger = realloc(table->cells, (table->ncells ? table->ncells * 2 : 1) * sizeof(*larger));
		if (!larger)
			return;
		table->cells = larger;
	}
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	for (char *c = text; c && *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	table->cells[table->ncells++] = (struct lvs_table_cell){ text, colour };
}

void lvs_table_number(struct lvs_table *table, double number)
{
	char buf[LVS_NUMBER_BYTES];

	lvs_table_add(table, LVS_PLAIN, "%s", lvs_number(table->ctl, number, buf));
}

static void put_cell(const struct lvs_table *table, size_t column, const char *text, enum lvs_colour colour, const int *widths)
{
	bool right = *table->titles[column] == '>', last = column + 1 == table->ncolumns;
	int blanks = widths[column] - (int)strlen(text);

	printf("%s%*s", column ? "  " : "", right ? blanks : 0, "");
	if (colour && table->ctl->colour)
		printf("\033[%dm%s\033[0m", colour, text);
	else
		fputs(text, stdout);
	printf("%*s", right || last ? 0 : blanks, "");
	if (last)
		putchar('\n');
}

void lvs_table_print(struct lvs_table *table)
{
	int widths[LVS_TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->ncolumns; i++)
		widths[i] = (int)strlen(table->titles[i]) - (*table->titles[i] == '>');
	for (size_t i = 0; i < table->ncells; i++) {
		int width = table->cells[i].text ? (int)strlen(table->cells[i].text) : 0;

		if (width > widths[i % table->ncolumns])
			widths[i % table->ncolumns] = width;
	}
	for (size_t i = 0; i < table->ncolumns; i++)
		put_cell(table, i, table->titles[i] + (*table->titles[i] == '>'), LVS_BOLD, widths);
	for (size_t i = 0; i < table->ncells; i++) {
		put_cell(table, i % table->ncolumns, table->cells[i].text ? table->cells[i].text : "",
			 table->cells[i].colour, widths);
		free(table->cells[i].text);
	}
	free(table->cells);
	table->cells = NULL;
	table->ncells = 0;
}

char *lvs_number(const struct lvs_ctl *ctl, double number, char buf[LVS_NUMBER_BYTES])
{
	static const char units[] = " kMGTPE";
	size_t unit = 0;

	if (!ctl->terminal || lvs_ctl_given(ctl, LVS_OPTION_raw) || number < 10000) {
		(void)snprintf(buf, LVS_NUMBER_BYTES, "%.0f", number);
		return buf;
	}
	/* What would be rounded up to 1000 has the next unit. */
	for (; number >= 999.5 && unit + 1 < sizeof(units) - 1; unit++)
		number /= 1000;
	(void)snprintf(buf, LVS_NUMBER_BYTES, "%.*f%c", number < 9.995 ? 2 : number < 99.95 ? 1 : 0, number, units[unit]);
	return buf;
}

char *lvs_seconds(const struct lvs_ctl *ctl, double seconds, char buf[LVS_NUMBER_BYTES])
{
	unsigned long whole = seconds > 0 ? (unsigned long)seconds : 0;

	if (!ctl->terminal || lvs_ctl_given(ctl, LVS_OPTION_raw))
		(void)snprintf(buf, LVS_NUMBER_BYTES, "%.0f", seconds);
	else if (whole >= 86400)
		(void)snprintf(buf, LVS_NUMBER_BYTES, "%lud %luh", whole / 86400, whole / 3600 % 24);
	else if (whole >= 3600)
		(void)snprintf(buf, LVS_NUMBER_BYTES, "%luh %lum", whole / 3600, whole / 60 % 60);
	else if (whole >= 60)
		(void)snprintf(buf, LVS_NUMBER_BYTES, "%lum %lus", whole / 60, whole % 60);
	else
		(void)snprintf(buf, LVS_NUMBER_BYTES, "%lus", whole);
	return buf;
}

void lvs_put(const struct lvs_ctl *ctl, enum lvs_colour colour, const char *format, ...)
{
	va_list args;

	if (colour && ctl->colour)
		printf("\033[%dm", colour);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	if (colour && ctl->colour)
		fputs("\033[0m", stdout);
}
