/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver without a device: packets come from memory and go to memory. What a test, a benchmark or a what-if tool gives
 * and what it gets back.
 */
#ifndef LVS_IO_MEM_H
#define LVS_IO_MEM_H

#include "io/io.h"

/* @io in each of these: opened with lvs_io_mem.open(), which ignores its parameters. */

/**
 * lvs_io_mem_put() - queue one packet for rx
 * @bytes:	copied
 * @vnet:	copied; NULL: no offload
 *
 * Return: 0, -EMSGSIZE when longer than any packet can be, or -ENOMEM
 */
int lvs_io_mem_put(struct lvs_io *io, const void *bytes, size_t len, const struct lvs_vnet *vnet);

/**
 * struct lvs_io_mem_packet - one packet that was given to tx, as it stood then
 */
struct lvs_io_mem_packet {
	const uint8_t *bytes;
	uint32_t len;
	struct lvs_vnet vnet;
};

/* Return: how many packets were given to tx since the last lvs_io_mem_forget() */
size_t lvs_io_mem_sent(const struct lvs_io *io);

/**
 * lvs_io_mem_get() - look at the @index-th of these
 *
 * Return: true and @ret_packet, borrowed until the next tx or lvs_io_mem_forget(); false: there is no such packet
 */
bool lvs_io_mem_get(const struct lvs_io *io, size_t index, struct lvs_io_mem_packet *ret_packet);

/* Forget what was sent, and keep the memory for what comes. */
void lvs_io_mem_forget(struct lvs_io *io);

#endif
