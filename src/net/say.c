// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host is examined again and again, and what is missing today is missing at the next look too. A complaint is
 * therefore remembered, as the hash of its text, for as long as every round repeats it; when it has gone away and
 * comes back, it is news.
 */
#include "net/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

#define TEXT_BYTES 512

static void tell(const struct lvs_net_say *say, enum lvs_net_level level, const char *text)
{
	if (say->say)
		say->say(say->arg, level, text);
}

void lvs_net_say(struct lvs_net_say *say, enum lvs_net_level level, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tell(say, level, text);
}

/* The texts are our own, so any key will do. */
static uint64_t hash(const char *text)
{
	const struct lvs_hash_key key = { 0, 0 };
	uint64_t words[TEXT_BYTES / sizeof(uint64_t)] = { 0 };
	size_t len = strnlen(text, sizeof(words) - 1);

	memcpy(words, text, len);
	return lvs_hash_words(&key, words, len / sizeof(*words) + 1);
}

static bool among(const uint64_t *v, size_t n, uint64_t x)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

void lvs_net_complain(struct lvs_net_say *say, enum lvs_net_level level, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list args;
	uint64_t h;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	h = hash(text);
	if (among(say->current, say->ncurrent, h))
		return;
	if (!among(say->before, say->nbefore, h))
		tell(say, level, text);
	if (say->ncurrent == say->room_current) {
		size_t room = say->room_current ? say->room_current * 2 : 16;
		uint64_t *v = reallocarray(say->current, room, sizeof(*v));

		if (!v)
			return;	/* said again next time: better than not at all */
		say->current = v;
		say->room_current = room;
	}
	say->current[say->ncurrent++] = h;
}

void lvs_net_say_round(struct lvs_net_say *say)
{
	uint64_t *spare = say->before;
	size_t room = say->room_before;

	say->before = say->current;
	say->nbefore = say->ncurrent;
	say->room_before = say->room_current;
	say->current = spare;
	say->ncurrent = 0;
	say->room_current = room;
}

void lvs_net_say_fini(struct lvs_net_say *say)
{
	free(say->before);
	free(say->current);
	say->before = say->current = NULL;
	say->nbefore = say->ncurrent = say->room_before = say->room_current = 0;
}
