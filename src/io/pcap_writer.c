// SPDX-License-Identifier: GPL-2.0-or-later
/* All numbers are little-endian wherever this runs; readers look at the magic number. */
#include "io/pcap_writer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/pcap.h"
#include "io/pcap_link.h"

#define MAGIC_NANO 0xa1b23c4d

struct lvs_pcap_writer {
	FILE *file;
	int err;
};

static uint8_t *put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint64_t value)
{
	return put16(put16(at, (uint32_t)value & 0xffff), (uint32_t)(value >> 16) & 0xffff);
}

static void put(struct lvs_pcap_writer *writer, const void *bytes, size_t len)
{
	if (!writer->err && fwrite(bytes, 1, len, writer->file) != len)
		writer->err = errno ? -errno : -EIO;
}

int lvs_pcap_writer_new(FILE *file, struct lvs_pcap_writer **ret_writer)
{
	struct lvs_pcap_writer *writer = calloc(1, sizeof(*writer));
	uint8_t header[24], *at = header;

	if (!writer)
		return -ENOMEM;
	writer->file = file;
	at = put32(at, MAGIC_NANO);
	at = put16(put16(at, 2), 4);	/* version */
	at = put32(put32(at, 0), 0);	/* time zone and accuracy, which nobody sets */
	at = put32(at, LVS_PCAP_PACKET_MAX);
	(void)put32(at, LVS_PCAP_LINK_RAW);
	put(writer, header, sizeof(header));
	*ret_writer = writer;
	return 0;
}

void lvs_pcap_writer_put(struct lvs_pcap_writer *writer, lvs_ns time, const void *bytes, size_t len)
{
	uint8_t header[16], *at = header;

	at = put32(put32(at, time / LVS_NS_PER_SEC), time % LVS_NS_PER_SEC);
	(void)put32(put32(at, len), len);
	put(writer, header, sizeof(header));
	put(writer, bytes, len);
}

int lvs_pcap_writer_free(struct lvs_pcap_writer *writer)
{
	int err;

	if (!writer)
		return 0;
	if (fflush(writer->file) && !writer->err)
		writer->err = -errno;
	err = writer->err;
	free(writer);
	return err;
}
