/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An allocator that runs out of memory when a test wants it to. For programs linked with $(memory_wrap), whose own calls
 * all go through it.
 */
#ifndef LVS_TESTS_LIB_MEMORY_H
#define LVS_TESTS_LIB_MEMORY_H

#include <stdbool.h>

/* The @nth allocation from now on fails, once; 0: none does. */
void memory_fail_at(unsigned int nth);

/* Return: did it? Then nothing fails any more; nor does it otherwise. */
bool memory_failed(void);

#endif
