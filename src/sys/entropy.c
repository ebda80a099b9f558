// SPDX-License-Identifier: GPL-2.0-or-later
/* Random bytes from the kernel: keys of hash tables, never anything that has to be fast. */
#include "sys/entropy.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

int lvs_entropy_fill(void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len > 0) {	/* more than 256 bytes may come in pieces */
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}
