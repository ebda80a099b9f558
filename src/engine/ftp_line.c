// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line is read from the left by a cursor that never leaves it; every number has a largest value and a largest number of
 * digits, and what follows it is looked at too, so that no longer number is taken for its beginning.
 *
 * Servers write the six numbers of 227 in parentheses or, older ones, behind any text without digits (RFC 1123 section
 * 4.1.2.6).
 */
#include "engine/ftp_line.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

struct cursor {
	const uint8_t *line;
	size_t at, len;
};

/* Return: -1 behind the end */
static int peek(const struct cursor *cursor, size_t ahead)
{
	return ahead < cursor->len - cursor->at ? cursor->line[cursor->at + ahead] : -1;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool take(struct cursor *cursor, int c)
{
	if (peek(cursor, 0) != c)
		return false;
	cursor->at++;
	return true;
}

static void skip_spaces(struct cursor *cursor)
{
	while (take(cursor, ' '))
		;
}

/* One to @digits digits, and no more of them behind. */
static bool take_number(struct cursor *cursor, unsigned int digits, uint32_t max, uint32_t *ret_number)
{
	uint32_t number = 0;
	unsigned int n = 0;

	for (; n < digits && is_digit(peek(cursor, 0)); n++)
		number = number * 10 + cursor->line[cursor->at++] - '0';
	if (!n || is_digit(peek(cursor, 0)) || number > max)
		return false;
	*ret_number = number;
	return true;
}

static bool take_ip4(struct cursor *cursor, int separator, struct lvs_addr *ret_addr)
{
	uint32_t addr = 0, byte;

	for (unsigned int i = 0; i < 4; i++) {
		if ((i && !take(cursor, separator)) || !take_number(cursor, 3, 255, &byte))
			return false;
		addr = addr << 8 | byte;
	}
	*ret_addr = lvs_addr_from4(LVS_BE32(addr));
	return true;
}

static int hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One to four hexadecimal digits. */
static bool take_group(struct cursor *cursor, uint8_t group[2])
{
	uint32_t value = 0;
	unsigned int n = 0;

	for (; n < 4 && hex_value(peek(cursor, 0)) >= 0; n++)
		value = value << 4 | (uint32_t)hex_value(cursor->line[cursor->at++]);
	group[0] = (uint8_t)(value >> 8);
	group[1] = (uint8_t)value;
	return n && hex_value(peek(cursor, 0)) < 0;
}

/* RFC 4291 section 2.2, all three forms. */
static bool take_ip6(struct cursor *cursor, struct lvs_addr *ret_addr)
{
	uint8_t bytes[16] = { 0 };
	size_t n = 0, gap = sizeof(bytes) + 1;

	while (n < sizeof(bytes)) {
		struct cursor dotted = *cursor;
		struct lvs_addr tail;

		if (gap > sizeof(bytes) && peek(cursor, 0) == ':' && peek(cursor, 1) == ':') {
			cursor->at += 2;
			gap = n;
			if (hex_value(peek(cursor, 0)) < 0)
				break;
		} else if (n && gap != n && !take(cursor, ':')) {
			break;
		}
		dotted.at = cursor->at;
		if (n + 4 <= sizeof(bytes) && take_ip4(&dotted, '.', &tail)) {
			memcpy(bytes + n, tail.bytes + 12, 4);
			cursor->at = dotted.at;
			n += 4;
			break;
		}
		if (!take_group(cursor, bytes + n))
			return false;
		n += 2;
	}
	if (gap <= sizeof(bytes)) {
		if (n == sizeof(bytes))
			return false;
		memmove(bytes + sizeof(bytes) - (n - gap), bytes + gap, n - gap);
		memset(bytes + gap, 0, sizeof(bytes) - n);
	} else if (n < sizeof(bytes)) {
		return false;
	}
	*ret_addr = lvs_addr_from6(bytes);
	return true;
}

/* h1,h2,h3,h4,p1,p2 (RFC 959 section 4.1.2) */
static bool take_six(struct cursor *cursor, struct lvs_ftp_end *end)
{
	uint32_t high, low;
	size_t begin = cursor->at;

	if (!take_ip4(cursor, ',', &end->addr) || !take(cursor, ',') || !take_number(cursor, 3, 255, &high) ||
	    !take(cursor, ',') || !take_number(cursor, 3, 255, &low) || peek(cursor, 0) == ',')
		return false;
	end->port = (uint16_t)(high << 8 | low);
	end->off = (uint32_t)begin;
	end->len = (uint32_t)(cursor->at - begin);
	return end->port != 0;
}

static bool take_port(struct cursor *cursor, struct lvs_ftp_end *end)
{
	size_t begin = cursor->at;
	uint32_t port;

	if (!take_number(cursor, 5, UINT16_MAX, &port))
		return false;
	end->port = (uint16_t)port;
	end->off = (uint32_t)begin;
	end->len = (uint32_t)(cursor->at - begin);
	return port != 0;
}

/* RFC 2428 section 2: any printable character; but none that could be part of what it delimits. */
static bool is_delimiter(int c)
{
	return c > ' ' && c < 127 && hex_value(c) < 0 && c != '.' && c != ':';
}

static bool at_end(struct cursor *cursor)
{
	skip_spaces(cursor);
	return cursor->at == cursor->len;
}

/* <d>1<d>132.235.1.2<d>6275<d> */
static bool take_extended(struct cursor *cursor, struct lvs_ftp_end *end)
{
	int d = peek(cursor, 0);
	uint32_t family;

	if (!is_delimiter(d) || !take(cursor, d) || !take_number(cursor, 1, 2, &family) || !take(cursor, d))
		return false;
	if (!(family == 1 ? take_ip4(cursor, '.', &end->addr) : family == 2 && take_ip6(cursor, &end->addr)))
		return false;
	return take(cursor, d) && take_port(cursor, end) && take(cursor, d) && at_end(cursor);
}

/* @verb in capital letters; @line in any, and nothing or a space behind it. */
static bool is_verb(struct cursor *cursor, const char *verb)
{
	size_t n = strlen(verb);

	for (size_t i = 0; i < n; i++)
		if ((peek(cursor, i) & ~0x20) != verb[i])
			return false;
	if (peek(cursor, n) != ' ' && peek(cursor, n) != -1)
		return false;
	cursor->at += n;
	skip_spaces(cursor);
	return true;
}

enum lvs_ftp_line lvs_ftp_read_command(const uint8_t *line, size_t len, struct lvs_ftp_end *ret_end)
{
	struct cursor cursor = { line, 0, len };
	struct lvs_ftp_end end = { 0 };

	if (is_verb(&cursor, "PASV"))
		return LVS_FTP_ASKS_PASSIVE;
	if (is_verb(&cursor, "EPSV"))
		return peek(&cursor, 0) == 'A' || peek(&cursor, 0) == 'a' ? LVS_FTP_OTHER : LVS_FTP_ASKS_PASSIVE;
	if (is_verb(&cursor, "AUTH"))
		return LVS_FTP_ASKS_TLS;
	if (is_verb(&cursor, "PORT")) {
		if (!take_six(&cursor, &end) || !at_end(&cursor))
			return LVS_FTP_LIE;
	} else if (is_verb(&cursor, "EPRT")) {
		if (!take_extended(&cursor, &end))
			return LVS_FTP_LIE;
	} else {
		return LVS_FTP_OTHER;
	}
	*ret_end = end;
	return LVS_FTP_ACTIVE;
}

static enum lvs_ftp_line read_227(struct cursor *cursor, struct lvs_ftp_end *ret_end)
{
	struct lvs_ftp_end end = { 0 };

	while (peek(cursor, 0) >= 0 && !(peek(cursor, 0) == '(' && is_digit(peek(cursor, 1))))
		cursor->at++;
	if (take(cursor, '(')) {
		if (!take_six(cursor, &end) || peek(cursor, 0) != ')')
			return LVS_FTP_LIE;
	} else {
		cursor->at = sizeof("227 ") - 1;
		while (peek(cursor, 0) >= 0 && !is_digit(peek(cursor, 0)))
			cursor->at++;
		if (!take_six(cursor, &end))
			return LVS_FTP_LIE;
	}
	*ret_end = end;
	return LVS_FTP_PASSIVE;
}

/* (<d><d><d>6446<d>) behind any text */
static enum lvs_ftp_line read_229(struct cursor *cursor, struct lvs_ftp_end *ret_end)
{
	struct lvs_ftp_end end = { 0 };
	int d;

	for (;; cursor->at++) {
		if (peek(cursor, 0) < 0)
			return LVS_FTP_LIE;
		d = peek(cursor, 1);
		if (peek(cursor, 0) == '(' && is_delimiter(d) && peek(cursor, 2) == d && peek(cursor, 3) == d)
			break;
	}
	cursor->at += 4;
	if (!take_port(cursor, &end) || !take(cursor, d) || !take(cursor, ')'))
		return LVS_FTP_LIE;
	*ret_end = end;
	return LVS_FTP_PASSIVE_PORT;
}

enum lvs_ftp_line lvs_ftp_read_reply(const uint8_t *line, size_t len, struct lvs_ftp_end *ret_end)
{
	struct cursor cursor = { line, 4, len };

	if (len < 4)
		return LVS_FTP_OTHER;
	if (memcmp(line, "227 ", 4) == 0)
		return read_227(&cursor, ret_end);
	if (memcmp(line, "229 ", 4) == 0)
		return read_229(&cursor, ret_end);
	return memcmp(line, "234 ", 4) == 0 ? LVS_FTP_TLS : LVS_FTP_OTHER;
}

static size_t write_number(uint32_t number, char *text)
{
	char digits[10];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	for (size_t i = 0; i < n; i++)
		text[i] = digits[n - 1 - i];
	return n;
}

size_t lvs_ftp_write_end(const struct lvs_addr *addr, uint16_t port, char ret_text[LVS_FTP_END_BYTES])
{
	size_t n = 0;

	for (unsigned int i = 0; i < 4; i++) {
		n += write_number(addr->bytes[12 + i], ret_text + n);
		ret_text[n++] = ',';
	}
	n += write_number(port >> 8, ret_text + n);
	ret_text[n++] = ',';
	return n + write_number(port & 0xff, ret_text + n);
}

size_t lvs_ftp_write_port(uint16_t port, char ret_text[LVS_FTP_END_BYTES])
{
	return write_number(port, ret_text);
}
