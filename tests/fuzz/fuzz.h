/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the harnesses share. */
#ifndef LVS_TESTS_FUZZ_FUZZ_H
#define LVS_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* A broken oracle is a crash like any other. */
#define CHECK(cond)                      \
	do {                             \
		if (!(cond))             \
			__builtin_trap(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* Right checksum into an IPv4 header, if there is one. */
void fuzz_fix_ip4(uint8_t *packet, size_t len);

#endif
