// SPDX-License-Identifier: GPL-2.0-or-later
/* A wildcard is a digit whose bits do not count. */
#include "check/hex.h"

#include <errno.h>

/* Return: is @c a digit? @ret_mask: the bits of it that count */
static bool parse_digit(char c, uint8_t *ret_value, uint8_t *ret_mask)
{
	*ret_mask = 0xf;
	if (c >= '0' && c <= '9')
		*ret_value = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret_value = (uint8_t)(c - 'a' + 10);
	else if (c >= 'A' && c <= 'F')
		*ret_value = (uint8_t)(c - 'A' + 10);
	else
		*ret_value = *ret_mask = 0;
	return *ret_mask || c == '?';
}

int lvs_hex_parse(const char *text, struct lvs_hex *ret_hex)
{
	struct lvs_hex hex = { .len = 0 };
	size_t digits = 0;

	for (; *text; text++) {
		uint8_t value, mask;

		if (*text == ' ')
			continue;
		if (!parse_digit(*text, &value, &mask))
			return -EINVAL;
		if (digits / 2 == LVS_HEX_MAX)
			return -E2BIG;
		hex.bytes[digits / 2] = (uint8_t)(hex.bytes[digits / 2] << 4 | value);
		hex.mask[digits / 2] = (uint8_t)(hex.mask[digits / 2] << 4 | mask);
		digits++;
	}
	if (digits % 2)
		return -EINVAL;
	hex.len = digits / 2;
	*ret_hex = hex;
	return 0;
}

bool lvs_hex_begins(const struct lvs_hex *hex, const uint8_t *data, size_t len)
{
	if (len < hex->len)
		return false;
	for (size_t i = 0; i < hex->len; i++)
		if ((data[i] ^ hex->bytes[i]) & hex->mask[i])
			return false;
	return true;
}
