/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small text in a file that a crash cannot take away: two slots, written in turn. */
#ifndef LVS_SYS_SLOTS_H
#define LVS_SYS_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#define LVS_SLOTS_HEAD_BYTES 52
#define LVS_SLOT_BYTES ((size_t)4 << 20)
#define LVS_SLOTS_TEXT_MAX (LVS_SLOT_BYTES - LVS_SLOTS_HEAD_BYTES)

/**
 * struct lvs_slots - an open file
 * @fd:		of it, locked; -1: none
 * @sequence:	of the text that was written last; 0: none ever was. It is in slot @sequence % 2
 */
struct lvs_slots {
	int fd;
	uint64_t sequence;
};

/**
 * lvs_slots_open() - open or make the file, and read the latest text that is whole
 * @ret_text:	to be freed, with a NUL behind its @ret_len bytes; empty if there is none
 *
 * Return: 0; 1: it is open, but nothing in it is whole or of this version, so that it begins anew; -EBUSY: another process
 * has it; -EINVAL: it is something else, and is left alone; or another -Exxx
 */
int lvs_slots_open(const char *path, struct lvs_slots *ret_slots, char **ret_text, size_t *ret_len);

/**
 * lvs_slots_write() - the next text; returns when it is on the disk
 * @len:	at most LVS_SLOTS_TEXT_MAX
 *
 * For any thread that has the file, one at a time. System calls: pwrite64, fdatasync.
 *
 * Return: 0 or -Exxx: the one before is still there
 */
int lvs_slots_write(struct lvs_slots *slots, const char *text, size_t len);

void lvs_slots_close(struct lvs_slots *slots);

#endif
