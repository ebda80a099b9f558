/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP packets into a pcap file: nanoseconds, link type RAW. */
#ifndef LVS_IO_PCAP_WRITER_H
#define LVS_IO_PCAP_WRITER_H

#include <stddef.h>
#include <stdio.h>

#include "base/time.h"

struct lvs_pcap_writer;

/**
 * lvs_pcap_writer_new() - begin a file
 * @file:	borrowed
 *
 * The same packets make the same bytes on every machine.
 *
 * Return: 0 or -ENOMEM; what fails later is told by lvs_pcap_writer_free()
 */
int lvs_pcap_writer_new(FILE *file, struct lvs_pcap_writer **ret_writer);

/* One packet, of LVS_PCAP_PACKET_MAX bytes at most. */
void lvs_pcap_writer_put(struct lvs_pcap_writer *writer, lvs_ns time, const void *bytes, size_t len);

/**
 * lvs_pcap_writer_free() - that was all; nothing is left in memory
 * @writer:	may be NULL
 *
 * Return: 0, or -Exxx: what the first write failed for
 */
int lvs_pcap_writer_free(struct lvs_pcap_writer *writer);

#endif
