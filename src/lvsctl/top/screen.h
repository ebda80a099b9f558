/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal of "lvsctl top". */
#ifndef LVS_LVSCTL_TOP_SCREEN_H
#define LVS_LVSCTL_TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct lvs_top_line;
struct lvs_top_screen;

/* What was pressed, where it is no character. */
enum lvs_top_key {
	LVS_TOP_NOTHING = -1,
	LVS_TOP_UP = 0x1000,
	LVS_TOP_DOWN,
	LVS_TOP_PAGE_UP,
	LVS_TOP_PAGE_DOWN,
	LVS_TOP_HOME,
	LVS_TOP_END,
	LVS_TOP_BACKSPACE,
	LVS_TOP_RESIZED,
	LVS_TOP_F,	/* F1 is LVS_TOP_F + 1 */
};

/**
 * lvs_top_screen_new() - take the terminal
 *
 * Return: 0; -ENOTTY when standard output is none that can show it; -ENOSYS when this was built without ncurses; -ENOMEM
 */
int lvs_top_screen_new(bool colour, struct lvs_top_screen **ret_screen);

/* Gives the terminal back as it was. */
void lvs_top_screen_free(struct lvs_top_screen *screen);

void lvs_top_screen_size(struct lvs_top_screen *screen, size_t *ret_width, size_t *ret_height);

void lvs_top_screen_draw(struct lvs_top_screen *screen, const struct lvs_top_line *lines, size_t n);

/* Return: a character, enum lvs_top_key, or LVS_TOP_NOTHING after @ms milliseconds */
int lvs_top_screen_key(struct lvs_top_screen *screen, int ms);

#endif
