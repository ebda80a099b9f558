// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/fuzz.h"

void fuzz_fix_ip4(uint8_t *packet, size_t len)
{
	size_t header = len ? (packet[0] & 0xfU) * 4 : 0;
	uint32_t sum = 0;

	if (header < 20 || header > len || packet[0] >> 4 != 4)
		return;
	packet[10] = packet[11] = 0;
	for (size_t i = 0; i < header; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	packet[10] = (uint8_t)(~sum >> 8);
	packet[11] = (uint8_t)~sum;
}
