// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An anonymous mapping without a reservation in swap. Huge pages are asked for because a large connection table is read
 * at random: with 4 KiB pages nearly every lookup would miss the TLB as well as the cache.
 */
#include "sys/map.h"

#include <errno.h>
#include <sys/mman.h>

int lvs_map_new(size_t bytes, void **ret_memory)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	(void)madvise(memory, bytes, MADV_HUGEPAGE);	/* a kernel without them is only slower */
	*ret_memory = memory;
	return 0;
}

void lvs_map_free(void *memory, size_t bytes)
{
	if (memory)
		(void)munmap(memory, bytes);
}
