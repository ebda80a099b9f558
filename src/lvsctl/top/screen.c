// SPDX-License-Identifier: GPL-2.0-or-later
/* ncurses, and nothing of it outside of this file. */
#include "lvsctl/top/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lvsctl/top/frame.h"

#ifdef HAVE_NCURSES
#include <curses.h>

struct lvs_top_screen {
	SCREEN *terminal;
	bool colour;
};

/* By enum lvs_top_style. */
static const struct {
	int attributes;
	short colour;
} styles[] = {
	[LVS_TOP_PLAIN] = { A_NORMAL, 0 },	 [LVS_TOP_TITLE] = { A_REVERSE, 1 }, [LVS_TOP_SERVICE] = { A_BOLD, 0 },
	[LVS_TOP_BAD] = { A_BOLD, 2 },		 [LVS_TOP_WARN] = { A_NORMAL, 3 },   [LVS_TOP_SELECTED] = { A_REVERSE, 4 },
	[LVS_TOP_KEYS] = { A_REVERSE, 4 },
};

int lvs_top_screen_new(bool colour, struct lvs_top_screen **ret_screen)
{
	struct lvs_top_screen *screen = calloc(1, sizeof(*screen));

	if (!screen)
		return -ENOMEM;
	screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal) {
		free(screen);
		return -ENOTTY;
	}
	(void)raw();	/* keys that send signals are keys, so the terminal is always given back */
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)curs_set(0);
	(void)set_escdelay(50);
	screen->colour = colour && has_colors() && start_color() == OK && use_default_colors() == OK;
	if (screen->colour) {
		(void)init_pair(1, COLOR_BLACK, COLOR_GREEN);
		(void)init_pair(2, COLOR_RED, -1);
		(void)init_pair(3, COLOR_YELLOW, -1);
		(void)init_pair(4, COLOR_BLACK, COLOR_CYAN);
	}
	*ret_screen = screen;
	return 0;
}

void lvs_top_screen_free(struct lvs_top_screen *screen)
{
	if (!screen)
		return;
	(void)endwin();
	delscreen(screen->terminal);
	free(screen);
}

void lvs_top_screen_size(struct lvs_top_screen *screen, size_t *ret_width, size_t *ret_height)
{
	(void)screen;
	*ret_width = COLS > 0 ? (size_t)COLS : 1;
	*ret_height = LINES > 0 ? (size_t)LINES : 1;
}

void lvs_top_screen_draw(struct lvs_top_screen *screen, const struct lvs_top_line *lines, size_t n)
{
	(void)erase();
	for (size_t i = 0; i < n && i < (size_t)LINES; i++) {
		bool painted = screen->colour && styles[lines[i].style].colour;
		/* A colour of its own for the whole line takes the place of reverse video. */
		attr_t attributes = (attr_t)(painted ? styles[lines[i].style].attributes & ~(int)A_REVERSE
						     : styles[lines[i].style].attributes);

		(void)attr_set(attributes, painted ? styles[lines[i].style].colour : 0, NULL);
		(void)mvaddnstr((int)i, 0, lines[i].text, COLS);
		for (int at = getcurx(stdscr);
		     styles[lines[i].style].attributes == (int)A_REVERSE && at < COLS && getcury(stdscr) == (int)i;
		     at++)
			(void)mvaddch((int)i, at, ' ');
	}
	(void)attr_set(A_NORMAL, 0, NULL);
	(void)refresh();
}

int lvs_top_screen_key(struct lvs_top_screen *screen, int ms)
{
	static const struct {
		int theirs, ours;
	} keys[] = {
		{ KEY_UP, LVS_TOP_UP },		    { KEY_DOWN, LVS_TOP_DOWN },	  { KEY_PPAGE, LVS_TOP_PAGE_UP },
		{ KEY_NPAGE, LVS_TOP_PAGE_DOWN },   { KEY_HOME, LVS_TOP_HOME },	  { KEY_END, LVS_TOP_END },
		{ KEY_BACKSPACE, LVS_TOP_BACKSPACE }, { 127, LVS_TOP_BACKSPACE }, { 8, LVS_TOP_BACKSPACE },
		{ KEY_RESIZE, LVS_TOP_RESIZED },
	};
	int key;

	(void)screen;
	timeout(ms);
	key = getch();
	if (key == ERR)
		return LVS_TOP_NOTHING;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].theirs == key)
			return keys[i].ours;
	return key > KEY_F0 && key <= KEY_F(12) ? LVS_TOP_F + key - KEY_F0 : key;
}

#else

int lvs_top_screen_new(bool colour, struct lvs_top_screen **ret_screen)
{
	(void)colour;
	(void)ret_screen;
	return -ENOSYS;
}

void lvs_top_screen_free(struct lvs_top_screen *screen)
{
	(void)screen;
}

void lvs_top_screen_size(struct lvs_top_screen *screen, size_t *ret_width, size_t *ret_height)
{
	(void)screen;
	*ret_width = *ret_height = 0;
}

void lvs_top_screen_draw(struct lvs_top_screen *screen, const struct lvs_top_line *lines, size_t n)
{
	(void)screen;
	(void)lines;
	(void)n;
}

int lvs_top_screen_key(struct lvs_top_screen *screen, int ms)
{
	(void)screen;
	(void)ms;
	return LVS_TOP_NOTHING;
}

#endif
