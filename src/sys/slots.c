// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each slot begins with a line: what this is, its version, a sequence number, how long the text behind it is, and a CRC of
 * all that with zeros in the CRC's own place. A text goes into the slot that does not have the latest one, so that a write
 * that was cut short leaves that. Nothing is created or renamed later: a process that may open no file can go on writing.
 */
#include "sys/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"

#define MAGIC "lvsd-state "
#define HEAD MAGIC "1 %020llu %08zx %08x\n"

/* Writes the head over the first bytes of @slot, whose text is there. */
static void put_head(char *slot, uint64_t sequence, size_t len)
{
	char head[LVS_SLOTS_HEAD_BYTES + 1];

	(void)snprintf(head, sizeof(head), HEAD, (unsigned long long)sequence, len, 0u);
	memcpy(slot, head, LVS_SLOTS_HEAD_BYTES);
	(void)snprintf(head, sizeof(head), HEAD, (unsigned long long)sequence, len,
		       lvs_crc32c(slot, LVS_SLOTS_HEAD_BYTES + len));
	memcpy(slot, head, LVS_SLOTS_HEAD_BYTES);
}

/* What cannot be read to the end is as if it ended there. Return: how many bytes */
static size_t read_at(int fd, char *buf, size_t len, off_t off)
{
	size_t n = 0;

	while (n < len) {
		ssize_t got = pread(fd, buf + n, len - n, off + (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

/* Return: the sequence number of a whole text in @slot, which has @n bytes; 0: there is none */
static uint64_t examine(char *slot, size_t n, size_t *ret_len)
{
	char was[LVS_SLOTS_HEAD_BYTES + 1];
	unsigned long long sequence;
	size_t len;
	unsigned int crc;

	if (n < LVS_SLOTS_HEAD_BYTES)
		return 0;
	memcpy(was, slot, LVS_SLOTS_HEAD_BYTES);
	was[LVS_SLOTS_HEAD_BYTES] = '\0';
	if (sscanf(was, MAGIC "1 %20llu %8zx %8x", &sequence, &len, &crc) != 3 || len > n - LVS_SLOTS_HEAD_BYTES)
		return 0;
	put_head(slot, sequence, len);
	if (memcmp(slot, was, LVS_SLOTS_HEAD_BYTES) != 0)
		return 0;
	*ret_len = len;
	return sequence;
}

/* Return: 0; 1: there is something, but nothing whole; -EINVAL: it is nothing of ours; -ENOMEM */
static int read_latest(struct lvs_slots *slots, off_t size, char **ret_text, size_t *ret_len)
{
	char *slot = malloc(LVS_SLOT_BYTES + 1), *text = calloc(1, 1);
	size_t text_len = 0, ours = 0, len;

	for (int i = 0; slot && text && i < 2; i++) {
		size_t n = read_at(slots->fd, slot, LVS_SLOT_BYTES, (off_t)((size_t)i * LVS_SLOT_BYTES));
		uint64_t sequence;

		ours += n >= strlen(MAGIC) && memcmp(slot, MAGIC, strlen(MAGIC)) == 0;
		sequence = examine(slot, n, &len);
		if (sequence <= slots->sequence || sequence % 2 != (uint64_t)i)
			continue;
		free(text);
		text = malloc(len + 1);
		if (!text)
			break;
		memcpy(text, slot + LVS_SLOTS_HEAD_BYTES, len);
		text[len] = '\0';
		text_len = len;
		slots->sequence = sequence;
	}
	if (!slot || !text || (size && !ours)) {
		int err = slot && text ? -EINVAL : -ENOMEM;

		free(slot);
		free(text);
		return err;
	}
	free(slot);
	*ret_text = text;
	*ret_len = text_len;
	return size && !slots->sequence;
}

int lvs_slots_open(const char *path, struct lvs_slots *ret_slots, char **ret_text, size_t *ret_len)
{
	struct lvs_slots slots = { .fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600) };
	struct stat st;
	int err;

	if (slots.fd < 0)
		return -errno;
	err = fstat(slots.fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	if (!err && flock(slots.fd, LOCK_EX | LOCK_NB) < 0)
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (!err)
		err = read_latest(&slots, st.st_size, ret_text, ret_len);
	if (err < 0)
		close(slots.fd);
	else
		*ret_slots = slots;
	return err;
}

static int write_at(int fd, const char *buf, size_t len, off_t off)
{
	for (size_t n = 0; n < len;) {
		ssize_t put = pwrite(fd, buf + n, len - n, off + (off_t)n);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0)
			n += (size_t)put;
	}
	return 0;
}

int lvs_slots_write(struct lvs_slots *slots, const char *text, size_t len)
{
	uint64_t sequence = slots->sequence + 1;
	char *slot;
	int err;

	if (len > LVS_SLOTS_TEXT_MAX)
		return -EFBIG;
	slot = malloc(LVS_SLOTS_HEAD_BYTES + len);
	if (!slot)
		return -ENOMEM;
	if (len)
		memcpy(slot + LVS_SLOTS_HEAD_BYTES, text, len);
	put_head(slot, sequence, len);
	err = write_at(slots->fd, slot, LVS_SLOTS_HEAD_BYTES + len, (off_t)((size_t)(sequence % 2) * LVS_SLOT_BYTES));
	free(slot);
	if (!err && fdatasync(slots->fd) < 0)
		err = -errno;
	if (!err)
		slots->sequence = sequence;
	return err;
}

void lvs_slots_close(struct lvs_slots *slots)
{
	if (slots->fd >= 0)
		close(slots->fd);
	slots->fd = -1;
}
