// SPDX-License-Identifier: GPL-2.0-or-later
/* What tables of ranges and words cannot say of a value. */
#include "conf/bad.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/prefix.h"
#include "sys/addrtext.h"

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

/* What each name means is looked at when all are there. */
const char *lvs_conf_bad_sites(const void *value)
{
	const char *text = value;

	if (!*text)
		return "is empty";
	for (; *text; text++)
		if (!isascii(*text) || (!isalnum(*text) && !strchr("._-:[]*, ", *text)))
			return "is not a list of names";
	return NULL;
}

const char *lvs_conf_bad_prefix(const void *value)
{
	struct lvs_prefix prefix;
	bool exact;
	int err = lvs_prefix_parse(value, &prefix, &exact);

	if (err == -ERANGE)
		return "has no length from 0 to 32, or to 128";
	return err ? "is not a prefix" : NULL;
}

/* Is @value, two letters, among @codes? */
static bool among(const char *codes, const char *value)
{
	if (strlen(value) != 2)
		return false;
	for (; *codes; codes += 2)
		if (!memcmp(codes, value, 2))
			return true;
	return false;
}

/* ISO 3166-1 alpha-2, and XK, which databases use for Kosovo. */
const char *lvs_conf_bad_country(const void *value)
{
	static const char codes[] =
		"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCV"
		"CWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIM"
		"INIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMW"
		"MXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSS"
		"STSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZWXK";

	static_assert(sizeof(codes) == 250 * 2 + 1, "249 countries and Kosovo");
	return among(codes, value) ? NULL : "is not the code of a country";
}

const char *lvs_conf_bad_continent(const void *value)
{
	return among("AFANASEUNAOCSA", value) ? NULL : "is not the code of a continent";
}

/* It is opened again on each reload, wherever that is then. */
const char *lvs_conf_bad_path(const void *value)
{
	const char *path = value;

	if (*path != '/')
		return "does not begin with \"/\"";
	for (; *path; path++)
		if (*path < ' ' || *path > '~' || *path == '"' || *path == '\\')
			return "holds more than plain characters";
	return NULL;
}

const char *lvs_conf_bad_mode(const void *value)
{
	const char *mode = value;

	return strspn(mode, "01234567") == strlen(mode) && (strlen(mode) == 3 || (strlen(mode) == 4 && *mode == '0'))
		       ? NULL : "is not a mode in octal digits, such as \"0660\"";
}

/* Its packets are led to the device, but none that routers do not forward. A /3 of IPv6 is what has been allocated so far. */
const char *lvs_conf_bad_marked(const void *value)
{
	const struct lvs_prefix *prefix = value;
	struct lvs_addr last = lvs_prefix_last(prefix);

	if (lvs_addr_is4(&prefix->addr) && prefix->bits == LVS_PREFIX_IP4)
		return NULL;
	if (prefix->bits < 3)
		return "is too wide: \"2000::/3\" is all that is routed";
	if (!lvs_addr_is_unicast(&prefix->addr) || !lvs_addr_is_unicast(&last) || lvs_addr_is_loopback(&prefix->addr) ||
	    lvs_addr_is_linklocal6(&prefix->addr))
		return "is not what clients can reach";
	return NULL;
}

const char *lvs_conf_bad_client(const void *value)
{
	return lvs_addr_is_multicast(&((const struct lvs_prefix *)value)->addr) ? "is not where clients are" : NULL;
}

/* Six pairs of digits, of one station. Nothing stands for an address of lvsd's own making. */
const char *lvs_conf_bad_mac(const void *value)
{
	unsigned int bytes[6], any = 0;
	const char *text = value;
	int end = 0;

	if (!*text)
		return NULL;
	if (strlen(text) != 17 || strspn(text, "0123456789abcdefABCDEF:") != 17 ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &bytes[4], &bytes[5],
		   &end) != 6 || end != 17)
		return "is not six pairs of hexadecimal digits, such as \"02:00:00:00:00:05\"";
	if (bytes[0] & 1)
		return "is a group's address (its first byte is odd), not one station's";
	for (size_t i = 0; i < ARRAY_LEN(bytes); i++)
		any |= bytes[i];
	return any ? NULL : "is no station's address";
}

/* A host that can be met on a LAN, by a link-local address too. */
const char *lvs_conf_bad_neighbour(const void *value)
{
	const struct lvs_addr *addr = value;

	return lvs_addr_is_unicast(addr) && !lvs_addr_is_loopback(addr) ? NULL : "is not the address of one machine on a LAN";
}

const char *lvs_conf_bad_route(const void *value)
{
	const struct lvs_prefix *prefix = value;

	if (lvs_addr_is_multicast(&prefix->addr) || lvs_addr_is_loopback(&prefix->addr) ||
	    lvs_addr_is_linklocal6(&prefix->addr))
		return "is not what is routed";
	return NULL;
}
