// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver without a device. Packets wait in a ring of copies, are handed out in place, each with the room that io.h
 * promises around it, and are released at the next rx. What is given to tx is copied to a second ring, so that it can be
 * looked at after its buffer was used again.
 */
#include "io/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRONT (LVS_IO_HEADROOM + LVS_IO_FRONT)	/* a multiple of 16: data stays aligned as malloc aligns */

struct slot {
	uint8_t *buf;	/* FRONT bytes, the packet, LVS_IO_TAILROOM bytes */
	size_t room;	/* for the packet, bytes */
	uint32_t len;
	struct lvs_vnet vnet;
};

/* A ring. Slots keep their buffers when they are free: a benchmark that goes round allocates in its first round only. */
struct list {
	struct slot *slots;
	size_t room;
	size_t first;
	size_t len;
};

struct mem_io {
	struct lvs_io io;
	struct list queue;
	size_t given;	/* how many at the front of the queue the last rx handed out: still in use */
	struct list sent;
};

static struct mem_io *mem_io(const struct lvs_io *io)
{
	return container_of(io, struct mem_io, io);
}

static struct slot *list_at(const struct list *list, size_t index)
{
	return &list->slots[(list->first + index) % list->room];
}

/* Return: 0 or -ENOMEM */
static int list_grow(struct list *list)
{
	size_t room = list->room ? list->room * 2 : 64;
	struct slot *slots = calloc(room, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < list->room; i++)
		slots[i] = *list_at(list, i);
	free(list->slots);
	list->slots = slots;
	list->room = room;
	list->first = 0;
	return 0;
}

/* Return: 0 or -ENOMEM */
static int list_add(struct list *list, const void *bytes, size_t len, const struct lvs_vnet *vnet)
{
	struct slot *slot;

	if (list->len == list->room && list_grow(list) < 0)
		return -ENOMEM;
	slot = list_at(list, list->len);
	if (!slot->buf || slot->room < len) {
		uint8_t *buf = realloc(slot->buf, FRONT + len + LVS_IO_TAILROOM);

		if (!buf)
			return -ENOMEM;
		slot->buf = buf;
		slot->room = len;
	}
	memcpy(slot->buf + FRONT, bytes, len);
	slot->len = (uint32_t)len;
	slot->vnet = *vnet;
	list->len++;
	return 0;
}

static void list_fini(struct list *list)
{
	for (size_t i = 0; i < list->room; i++)
		free(list->slots[i].buf);
	free(list->slots);
}

static int mem_open(const struct lvs_io_params *params, char message[LVS_IO_MESSAGE_MAX], struct lvs_io **ret_io)
{
	struct mem_io *mem = calloc(1, sizeof(*mem));

	(void)params;
	if (!mem) {
		(void)strcpy(message, "out of memory");
		return -ENOMEM;
	}
	mem->io.ops = &lvs_io_mem;
	mem->io.fd = -1;
	mem->io.deadline = LVS_NS_NEVER;
	mem->io.offloads = LVS_IO_CSUM | LVS_IO_TSO | LVS_IO_TSO_ECN | LVS_IO_USO;
	(void)strcpy(mem->io.name, "mem");
	*ret_io = &mem->io;
	return 0;
}

int lvs_io_mem_put(struct lvs_io *io, const void *bytes, size_t len, const struct lvs_vnet *vnet)
{
	struct mem_io *mem = mem_io(io);
	const struct lvs_vnet none = { 0 };

	if (len >= LVS_IO_BYTES_MAX)
		return -EMSGSIZE;
	return list_add(&mem->queue, bytes, len, vnet ? vnet : &none);
}

static int mem_rx(struct lvs_io *io, struct lvs_packet *packets, size_t max)
{
	struct list *queue = &mem_io(io)->queue;
	size_t given = mem_io(io)->given;
	size_t n;

	if (given) {
		queue->first = (queue->first + given) % queue->room;
		queue->len -= given;
	}
	for (n = 0; n < queue->len && n < max; n++) {
		const struct slot *slot = list_at(queue, n);

		packets[n] = (struct lvs_packet){
			.data = slot->buf + FRONT,
			.len = slot->len,
			.headroom = LVS_IO_HEADROOM,
			.tailroom = LVS_IO_TAILROOM,
			.vnet = slot->vnet,
		};
		io->stats.rx_packets++;
		io->stats.rx_bytes += slot->len;
	}
	mem_io(io)->given = n;
	io->more = n < queue->len;
	return (int)n;
}

static void mem_tx(struct lvs_io *io, struct lvs_packet *packet)
{
	struct mem_io *mem = mem_io(io);

	/* As a real driver does, so that whoever lacks the room is found by a sanitizer here already. */
	memset(packet->data - LVS_IO_FRONT, 0, LVS_IO_FRONT);
	if (list_add(&mem->sent, packet->data, packet->len, &packet->vnet) < 0) {
		io->stats.tx_full++;
		return;
	}
	io->stats.tx_packets++;
	io->stats.tx_bytes += packet->len;
}

size_t lvs_io_mem_sent(const struct lvs_io *io)
{
	return mem_io(io)->sent.len;
}

bool lvs_io_mem_get(const struct lvs_io *io, size_t index, struct lvs_io_mem_packet *ret_packet)
{
	const struct mem_io *mem = mem_io(io);
	const struct slot *slot;

	if (index >= mem->sent.len)
		return false;
	slot = list_at(&mem->sent, index);
	*ret_packet = (struct lvs_io_mem_packet){ .bytes = slot->buf + FRONT, .len = slot->len, .vnet = slot->vnet };
	return true;
}

void lvs_io_mem_forget(struct lvs_io *io)
{
	mem_io(io)->sent.len = 0;
}

static void mem_close(struct lvs_io *io)
{
	struct mem_io *mem;

	if (!io)
		return;
	mem = mem_io(io);
	list_fini(&mem->queue);
	list_fini(&mem->sent);
	free(mem);
}

const struct lvs_io_ops lvs_io_mem = {
	.name = "mem",
	.l2 = false,
	.headroom = LVS_IO_HEADROOM,
	.open = mem_open,
	.rx = mem_rx,
	.tx = mem_tx,
	.close = mem_close,
};
