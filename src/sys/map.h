/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large memory that costs nothing until it is touched. */
#ifndef LVS_SYS_MAP_H
#define LVS_SYS_MAP_H

#include <stddef.h>

/**
 * lvs_map_new() - zeroed, page-aligned memory
 * @bytes:	may exceed what the machine has: pages come when they are touched, huge ones where the kernel has them
 * @ret_memory:	the caller's, given back with lvs_map_free() and the same @bytes
 *
 * Return: 0 or -ENOMEM
 */
int lvs_map_new(size_t bytes, void **ret_memory);

/* @memory: may be NULL */
void lvs_map_free(void *memory, size_t bytes);

#endif
