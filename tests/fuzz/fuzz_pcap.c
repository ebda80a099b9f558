// SPDX-License-Identifier: GPL-2.0-or-later
/* Captures of anything: what is found lies in the file, is no longer than it can be, and comes in bounded number. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/pcap.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	FILE *file = fmemopen((void *)(uintptr_t)input, size ? size : 1, "r");
	struct lvs_pcap_packet packet;
	struct lvs_pcap *pcap;
	size_t n = 0;
	int found;

	if (!file)
		return 0;
	CHECK(lvs_pcap_new(file, &pcap) == 0);
	while ((found = lvs_pcap_next(pcap, &packet)) == 1) {
		CHECK(packet.found < LVS_PCAP_FOUND_COUNT);
		CHECK(++n <= size / 12);
		if (packet.found != LVS_PCAP_PACKET)
			continue;
		CHECK(packet.len > 0 && packet.len <= LVS_PCAP_PACKET_MAX && packet.len <= size);
		CHECK(packet.time <= LVS_PCAP_TIME_MAX);
		CHECK(memmem(input, size, packet.bytes, packet.len));
	}
	CHECK(found == 0 || found == -EBADMSG);
	CHECK(!lvs_pcap_error(pcap) == !found);
	CHECK(lvs_pcap_next(pcap, &packet) == found);
	lvs_pcap_free(pcap);
	(void)fclose(file);
	return 0;
}
