/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of an FTP control connection (RFC 959, RFC 2428), as far as data connections are spoken of. */
#ifndef LVS_ENGINE_FTP_LINE_H
#define LVS_ENGINE_FTP_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum lvs_ftp_line {
	LVS_FTP_OTHER,
	LVS_FTP_LIE,		/* one of the below, but for numbers, delimiters or lengths that cannot be */
	LVS_FTP_ASKS_PASSIVE,	/* PASV, EPSV but for EPSV ALL */
	LVS_FTP_ACTIVE,		/* PORT, EPRT: the client listens at @addr and @port */
	LVS_FTP_ASKS_TLS,	/* AUTH */
	LVS_FTP_PASSIVE,	/* 227: the server listens at @addr and @port */
	LVS_FTP_PASSIVE_PORT,	/* 229: the server listens at @port */
	LVS_FTP_TLS,		/* 234: from here on it is not text any more */
};

/**
 * struct lvs_ftp_end - where somebody listens
 * @port:	host order, not 0
 * @off, @len:	of 227 the six numbers, of 229 the digits: where they stand in the line
 */
struct lvs_ftp_end {
	struct lvs_addr addr;
	uint16_t port;
	uint32_t off, len;
};

/**
 * lvs_ftp_read_command() - a line of the client's
 * @line:	@len bytes, any, without the end of the line
 * @ret_end:	set for LVS_FTP_ACTIVE
 */
enum lvs_ftp_line lvs_ftp_read_command(const uint8_t *line, size_t len, struct lvs_ftp_end *ret_end);

/* A line of the server's. @ret_end: set for LVS_FTP_PASSIVE, and for LVS_FTP_PASSIVE_PORT but for the address */
enum lvs_ftp_line lvs_ftp_read_reply(const uint8_t *line, size_t len, struct lvs_ftp_end *ret_end);

#define LVS_FTP_END_BYTES 24

/* Six numbers separated by commas, of an IPv4 address. Return: how many bytes, without a NUL */
size_t lvs_ftp_write_end(const struct lvs_addr *addr, uint16_t port, char ret_text[LVS_FTP_END_BYTES]);

/* Digits. Return: how many */
size_t lvs_ftp_write_port(uint16_t port, char ret_text[LVS_FTP_END_BYTES]);

#endif
