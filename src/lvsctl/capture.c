// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture: what the daemon sends is a pcapng file. Only whole blocks are written, so that the file can be read whenever this
 * ends, however it does.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pcapng.h"
#include "lvsctl/follow.h"

#define HEAD_BYTES 8	/* type and length, by which a block begins */
#define BLOCK_MIN 12

/* @n: bytes of @block so far */
struct capture {
	const char *name;
	FILE *file;
	size_t n;
	uint8_t block[LVS_PCAPNG_PACKET_MAX];
};

static uint32_t length_of(const struct capture *capture)
{
	const uint8_t *at = capture->block + 4;

	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int fail(const struct capture *capture)
{
	return lvs_ctl_fail(LVS_EXIT_FAILED, "%s: %s", capture->name, strerror(errno));
}

/* Not before there is something to write: a file of that name stays as it is when the daemon cannot be reached. */
static int open_file(struct capture *capture)
{
	capture->file = strcmp(capture->name, "-") == 0 ? stdout : fopen(capture->name, "we");
	return capture->file ? 0 : fail(capture);
}

static int take(void *arg, const char *bytes, size_t n)
{
	struct capture *capture = arg;

	if (!capture->file && open_file(capture))
		return LVS_EXIT_FAILED;
	while (n) {
		size_t want = capture->n < HEAD_BYTES ? HEAD_BYTES : length_of(capture), part;

		if (want > sizeof(capture->block) || (capture->n >= HEAD_BYTES && want < BLOCK_MIN))
			return lvs_ctl_fail(LVS_EXIT_FAILED, "lvsd sent something else than a capture");
		part = want - capture->n < n ? want - capture->n : n;
		memcpy(capture->block + capture->n, bytes, part);
		capture->n += part;
		bytes += part;
		n -= part;
		if (capture->n < HEAD_BYTES || capture->n < length_of(capture))
			continue;
		if (fwrite(capture->block, 1, capture->n, capture->file) != capture->n)
			return fail(capture);
		capture->n = 0;
	}
	return fflush(capture->file) ? fail(capture) : 0;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	const char *path = ctl->options[LVS_OPTION_write];
	struct capture *capture;
	unsigned long snaplen;
	int status = lvs_ctl_number(ctl, LVS_OPTION_snaplen, 1, 65535, 1, &snaplen);

	if (status)
		return status;
	if (!path && ctl->terminal)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "a capture is nothing to look at: say --write FILE");
	capture = calloc(1, sizeof(*capture));
	if (!capture)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	capture->name = path ? path : "-";
	status = lvs_follow(ctl, "capture", args, n, ctl->options[LVS_OPTION_snaplen], take, capture);
	if (capture->file && capture->file != stdout && fclose(capture->file) && !status)
		status = fail(capture);
	free(capture);
	return status;
}

const struct lvs_command lvs_command_capture = {
	.name = "capture",
	.args = "[FILTER...]",
	.help = "write packets of both sides to a pcapng file",
	.detail = LVS_FOLLOW_DETAIL,
	.options = LVS_FOLLOW_OPTIONS | LVS_OPTION_BIT(write) | LVS_OPTION_BIT(snaplen),
	.max = 16,
	.run = run,
};
