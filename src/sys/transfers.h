/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcurl's multi interface on our loop. */
#ifndef LVS_SYS_TRANSFERS_H
#define LVS_SYS_TRANSFERS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

struct event_base;
struct lvs_transfers;

/* Who answers with more bytes than that, whatever they are, is reset. */
#define LVS_TRANSFER_BYTES_MAX ((size_t)256 << 10)

/**
 * struct lvs_transfer - one request and its answer
 * @easy:	the owner's, set before it is started; its CURLOPT_PRIVATE and CURLOPT_OPENSOCKETFUNCTION are taken
 * @bytes_max:	if more than LVS_TRANSFER_BYTES_MAX are wanted
 * @running:	between lvs_transfers_start() and the end
 * @err:	it failed for want of a socket or of memory, -Exxx; 0: not so
 * @too_much:	it failed because the server said too much
 * @fd, @of_running: for sys/transfers.c
 * @bind:	whatever a new socket needs before it is connected, a source perhaps; NULL: nothing. Return: 0 or -Exxx
 * @finished:	it is over and taken out; may start it or another one again
 */
struct lvs_transfer {
	CURL *easy;
	size_t bytes_max;
	bool running, too_much;
	int err, fd;
	struct lvs_list of_running;
	int (*bind)(struct lvs_transfer *transfer, int fd, int type);
	void (*finished)(struct lvs_transfer *transfer, CURLcode code);
};

/**
 * lvs_transfers_new() - before sealing: what libcurl sets up once is set up here
 *
 * Return: 0, -EIO or -ENOMEM
 */
int lvs_transfers_new(struct event_base *base, struct lvs_transfers **ret_transfers);

/* @transfers: may be NULL; none runs any more */
void lvs_transfers_free(struct lvs_transfers *transfers);

/* @transfer->finished is called later, from the loop. Return: 0, or -EIO: it could not begin */
int lvs_transfers_start(struct lvs_transfers *transfers, struct lvs_transfer *transfer);

/* Nothing is called. @transfer may be one that does not run. */
void lvs_transfers_cancel(struct lvs_transfers *transfers, struct lvs_transfer *transfer);

#endif
