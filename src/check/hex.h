/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as lvs.conf writes them: pairs of hexadecimal digits, with blanks anywhere; "?" is any digit. */
#ifndef LVS_CHECK_HEX_H
#define LVS_CHECK_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LVS_HEX_MAX 256

/* @mask: the bits of @bytes that count */
struct lvs_hex {
	size_t len;
	uint8_t bytes[LVS_HEX_MAX];
	uint8_t mask[LVS_HEX_MAX];
};

/* Return: 0, -EINVAL if @text is no such bytes, or -E2BIG if there are more than LVS_HEX_MAX */
int lvs_hex_parse(const char *text, struct lvs_hex *ret_hex);

/* Do the @len bytes of @data begin with it? */
bool lvs_hex_begins(const struct lvs_hex *hex, const uint8_t *data, size_t len);

#endif
