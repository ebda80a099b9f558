/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that says any text to a client who has asked for passive mode, twice: in large segments, and cut and repeated in
 * any way. What the client hears must not depend on that.
 */
#ifndef LVS_TESTS_LIB_FTP_TALK_H
#define LVS_TESTS_LIB_FTP_TALK_H

#include <stddef.h>
#include <stdint.h>

#define FTP_TALK_MAX 4096

/**
 * ftp_talk() - let it be said
 * @how:	bit 0: IPv6; bit 1: partial checksums; bit 2: the client has sent AUTH; bits 3 to 5: how often he sent PASV
 * @cuts:	a byte for each segment: bits 0 to 5 its length less one, bit 6 it begins with the first byte that was not
 *		acknowledged, bit 7 nothing is acknowledged afterwards
 * @len:	up to FTP_TALK_MAX
 *
 * Return: NULL, or what is wrong
 */
const char *ftp_talk(unsigned int how, const uint8_t *cuts, size_t ncuts, const uint8_t *text, size_t len);

#endif
