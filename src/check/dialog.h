/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A conversation over TCP, for checkers of protocols that consist of lines. */
#ifndef LVS_CHECK_DIALOG_H
#define LVS_CHECK_DIALOG_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>

struct lvs_check;
struct lvs_dialog;

#define LVS_DIALOG_OUT_BYTES 1024
#define LVS_DIALOG_IN_BYTES 8192

/**
 * lvs_dialog_fn - there is more to read, or the server has said all
 * @ended:	it has closed the connection
 *
 * Ends the run after lvs_dialog_stop(), or returns to hear more. Must not return when @ended, nor when @in is full.
 */
typedef void lvs_dialog_fn(struct lvs_check *check, struct lvs_dialog *dialog, bool ended);

/**
 * struct lvs_dialog - one; a member of a checker's run
 * @in:		@in_len bytes that were read and not dropped yet, with a NUL behind them; NULs in them became blanks
 */
struct lvs_dialog {
	struct lvs_check *check;
	lvs_dialog_fn *heard;
	int fd;
	struct event reads, writes;
	bool connected;
	size_t out_len, in_len;
	char out[LVS_DIALOG_OUT_BYTES];
	char in[LVS_DIALOG_IN_BYTES + 1];
};

/**
 * lvs_dialog_start() - connect, say @first, and listen; what fails on the way ends the run
 * @first:	at most LVS_DIALOG_OUT_BYTES; "" to let the server speak first
 */
void lvs_dialog_start(struct lvs_check *check, struct lvs_dialog *dialog, const char *first, lvs_dialog_fn *heard);

/* Say more. What no longer fits, because the server reads nothing, is lost, and the server's timeout near. */
void lvs_dialog_say(struct lvs_dialog *dialog, const char *text);

/* The first @n bytes were understood. */
void lvs_dialog_drop(struct lvs_dialog *dialog, size_t n);

/* Say what is left as far as the kernel takes it at once, then hang up as friends do. */
void lvs_dialog_finish(struct lvs_dialog *dialog);

/* Hang up. */
void lvs_dialog_stop(struct lvs_dialog *dialog);

#endif
