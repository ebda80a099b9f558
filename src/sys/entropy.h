/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named so because <sys/random.h> is the C library's. */
#ifndef LVS_SYS_ENTROPY_H
#define LVS_SYS_ENTROPY_H

#include <stddef.h>

/**
 * lvs_entropy_fill() - bytes that nobody can guess
 * @buf:	@len bytes, all of them filled on success
 *
 * Waits for the kernel's generator at early boot. Calls: getrandom.
 *
 * Return: 0, or -ENOSYS where the kernel has no such call
 */
int lvs_entropy_fill(void *buf, size_t len);

#endif
