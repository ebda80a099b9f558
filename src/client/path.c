// SPDX-License-Identifier: GPL-2.0-or-later
/* Every byte but the unreserved ones of RFC 3986 and ":" (which segments and queries may hold as it is) is encoded. */
#include "client/path.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool plain(unsigned char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte && strchr("-._~:", byte));
}

/* @at: has three bytes for each of @text; Return: behind what was written */
static char *encode(char *at, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (plain(byte)) {
			*at++ = *text;
			continue;
		}
		*at++ = '%';
		*at++ = digits[byte >> 4];
		*at++ = digits[byte & 15];
	}
	return at;
}

/* Two segments mean something of their own to who resolves paths, so they go out encoded. */
static char *encode_segment(char *at, const char *text)
{
	if (!strcmp(text, ".") || !strcmp(text, "..")) {
		for (; *text; text++, at += 3)
			memcpy(at, "%2E", 3);
		return at;
	}
	return encode(at, text);
}

char *lvs_client_path(const char *const *segments)
{
	size_t size = 1;
	char *path, *at;

	for (const char *const *segment = segments; *segment; segment++)
		size += 1 + 3 * strlen(*segment);
	path = malloc(size);
	if (!path)
		return NULL;
	at = path;
	for (const char *const *segment = segments; *segment; segment++) {
		*at++ = '/';
		at = encode_segment(at, *segment);
	}
	*at = '\0';
	return path;
}

char *lvs_client_query(const char *path, const char *const *pairs)
{
	size_t size = strlen(path) + 1;
	char separator = '?', *text, *at;

	for (const char *const *pair = pairs; *pair; pair += 2)
		size += pair[1] ? 2 + 3 * (strlen(pair[0]) + strlen(pair[1])) : 0;
	text = malloc(size);
	if (!text)
		return NULL;
	memcpy(text, path, strlen(path));
	at = text + strlen(path);
	for (const char *const *pair = pairs; *pair; pair += 2) {
		if (!pair[1])
			continue;
		*at++ = separator;
		at = encode(at, pair[0]);
		*at++ = '=';
		at = encode(at, pair[1]);
		separator = '&';
	}
	*at = '\0';
	return text;
}
