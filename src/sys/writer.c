// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A block that doubles when it is full. Failing is remembered and told once, at the end, so that what writes need not ask
 * after every word. Numbers are written by hand: long listings consist of them.
 */
#include "sys/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sys/addrtext.h"

#define ROOM_MIN 4096
#define NUMBER_BYTES 20

void lvs_writer_fini(struct lvs_writer *writer)
{
	free(writer->bytes);
	*writer = (struct lvs_writer){ .bytes = NULL };
}

/* Return: where @n bytes fit, NULL without memory */
static char *reserve(struct lvs_writer *writer, size_t n)
{
	if (lvs_unlikely(writer->room - writer->len < n)) {
		size_t room = LVS_MAX(2 * writer->room, (size_t)ROOM_MIN);
		char *bytes;

		while (room - writer->len < n)
			room *= 2;
		bytes = writer->failed ? NULL : realloc(writer->bytes, room);
		if (!bytes) {
			writer->failed = true;
			return NULL;
		}
		writer->bytes = bytes;
		writer->room = room;
	}
	return writer->bytes + writer->len;
}

void lvs_writer_bytes(struct lvs_writer *writer, const void *bytes, size_t n)
{
	char *at = reserve(writer, n);

	if (!at || !n)
		return;
	memcpy(at, bytes, n);
	writer->len += n;
}

void lvs_writer_char(struct lvs_writer *writer, char c)
{
	lvs_writer_bytes(writer, &c, 1);
}

void lvs_writer_text(struct lvs_writer *writer, const char *text)
{
	lvs_writer_bytes(writer, text, strlen(text));
}

/* Return: how many digits, at least @least, end where @end is */
static size_t digits_of(uint64_t number, size_t least, char *end)
{
	size_t n = 0;

	for (; number || n < least; number /= 10)
		*(end - ++n) = (char)('0' + number % 10);
	return n;
}

void lvs_writer_u64(struct lvs_writer *writer, uint64_t number)
{
	char digits[NUMBER_BYTES], *end = digits + sizeof(digits);
	size_t n = digits_of(number, 1, end);

	lvs_writer_bytes(writer, end - n, n);
}

void lvs_writer_fixed(struct lvs_writer *writer, uint64_t number, unsigned int digits)
{
	char text[NUMBER_BYTES], *end = text + sizeof(text);
	size_t n = digits_of(number, digits + 1, end);

	lvs_writer_bytes(writer, end - n, n - digits);
	if (!digits)
		return;
	lvs_writer_char(writer, '.');
	lvs_writer_bytes(writer, end - digits, digits);
}

void lvs_writer_format(struct lvs_writer *writer, const char *format, ...)
{
	va_list args;
	char *at;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	at = n < 0 ? NULL : reserve(writer, (size_t)n + 1);
	if (!at)
		return;
	va_start(args, format);
	(void)vsnprintf(at, (size_t)n + 1, format, args);
	va_end(args);
	writer->len += (size_t)n;
}

void lvs_writer_addr(struct lvs_writer *writer, const struct lvs_addr *addr)
{
	char text[LVS_ADDR_TEXT_BYTES];

	lvs_writer_text(writer, lvs_addr_format(addr, text));
}

void lvs_writer_endpoint(struct lvs_writer *writer, const struct lvs_addr *addr, uint16_t port)
{
	bool brackets = !lvs_addr_is4(addr);

	if (brackets)
		lvs_writer_char(writer, '[');
	lvs_writer_addr(writer, addr);
	if (brackets)
		lvs_writer_char(writer, ']');
	lvs_writer_char(writer, ':');
	lvs_writer_u64(writer, port);
}
