// SPDX-License-Identifier: GPL-2.0-or-later
/* What tables of ranges and words cannot say of a value. */
#include "conf/bad.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/bytes.h"

/* What a kernel accepts as an interface name, without '%', which it would replace by a number. */
const char *lvs_conf_bad_interface(const void *value)
{
	const char *name = value;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return "is not the name of an interface";
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("/:%\"\\", *name))
			return "is not the name of an interface";
	return NULL;
}

/* Names end up in logs, metrics and on command lines. */
const char *lvs_conf_bad_name(const void *value)
{
	const char *name = value;

	if (!*name)
		return "is empty";
	for (; *name; name++)
		if (!isascii(*name) || (!isalnum(*name) && !strchr("._-:[]", *name)))
			return "holds more than letters, digits and . _ - : [ ]";
	return NULL;
}

const char *lvs_conf_bad_user(const void *value)
{
	const char *name = value;

	if (*name == '-')
		return "begins with \"-\"";
	return lvs_conf_bad_name(value);
}

const char *lvs_conf_bad_group(const void *value)
{
	return *(const char *)value ? lvs_conf_bad_user(value) : NULL;
}

const char *lvs_conf_bad_table(const void *value)
{
	uint32_t table = *(const uint32_t *)value;

	return table >= 253 && table <= 255 ? "is one of the kernel's own tables" : NULL;
}

const char *lvs_conf_bad_netmask(const void *value)
{
	struct in_addr mask;

	return inet_pton(AF_INET, value, &mask) == 1 ? NULL : "is not four numbers up to 255, such as \"255.255.255.0\"";
}

const char *lvs_conf_bad_mh_table_size(const void *value)
{
	static const uint32_t sizes[] = { 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		if (*(const uint32_t *)value == sizes[i])
			return NULL;
	return "is not one of 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071";
}
