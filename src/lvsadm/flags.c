// SPDX-License-Identifier: GPL-2.0-or-later
/* Three bits, which sh and mh have names of their own for: the first two they print by those names, the third not at all. */
#include "lvsadm/flags.h"

#include <stdio.h>
#include <string.h>

#include "lvsadm/command.h"

/* @scheduler: "" is everybody */
static const struct {
	const char *name;
	const char *scheduler;
	unsigned int flag;
} flags[] = {
	{ "sh-fallback", "sh", LVSADM_FLAG_1 }, { "sh-port", "sh", LVSADM_FLAG_2 }, { "mh-fallback", "mh", LVSADM_FLAG_1 },
	{ "mh-port", "mh", LVSADM_FLAG_2 },	{ "flag-1", "", LVSADM_FLAG_1 },    { "flag-2", "", LVSADM_FLAG_2 },
	{ "flag-3", "", LVSADM_FLAG_3 },
};
#define FLAGS (sizeof(flags) / sizeof(*flags))

static bool read_one(const char *name, size_t len, const char *scheduler, unsigned int *ret_flags, struct lvsadm_fault *fault)
{
	for (size_t i = 0; i < FLAGS; i++) {
		if (strlen(flags[i].name) != len || strncmp(flags[i].name, name, len) != 0)
			continue;
		if (*flags[i].scheduler && strcmp(flags[i].scheduler, scheduler) != 0)
			return lvsadm_fault(fault, "incompatible scheduler flag `%s'", flags[i].name);
		*ret_flags |= flags[i].flag;
		return true;
	}
	return lvsadm_fault(fault, "invalid scheduler flag `%.*s'", (int)len, name);
}

bool lvsadm_flags_parse(const char *text, const char *scheduler, unsigned int *ret_flags, struct lvsadm_fault *fault)
{
	unsigned int all = 0;

	for (;; text++) {
		size_t len = strcspn(text, ",");

		if (len && !read_one(text, len, scheduler, &all, fault))
			return false;
		text += len;
		if (!*text)
			break;
	}
	*ret_flags = all;
	return true;
}

const char *lvsadm_flag_name(unsigned int flag, const char *scheduler)
{
	const char *name = "";

	for (size_t i = 0; i < FLAGS; i++) {
		if (flags[i].flag != flag)
			continue;
		if (!strcmp(flags[i].scheduler, scheduler))
			return flags[i].name;
		if (!*flags[i].scheduler)
			name = flags[i].name;
	}
	return name;
}

const char *lvsadm_flags_text(unsigned int set, const char *scheduler, char *text)
{
	bool own = !strcmp(scheduler, "sh") || !strcmp(scheduler, "mh");
	size_t len = 0;

	*text = '\0';
	for (unsigned int flag = LVSADM_FLAG_1; flag <= (own ? LVSADM_FLAG_2 : LVSADM_FLAG_3); flag <<= 1)
		if (set & flag)
			len += (size_t)snprintf(text + len, LVSADM_FLAGS_BYTES - len, "%s%s", len ? "," : "",
						lvsadm_flag_name(flag, scheduler));
	return text;
}

unsigned int lvsadm_flag_find(const char *name)
{
	for (size_t i = 0; i < FLAGS; i++)
		if (!strcmp(flags[i].name, name))
			return flags[i].flag;
	return 0;
}
