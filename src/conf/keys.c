// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from a row of a table alone: its default, its equality, its spelling. Rows name their member by offset, so
 * that one loop serves every group.
 */
#include "conf/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/text.h"
#include "sys/addrtext.h"

const struct lvs_conf_key *lvs_conf_group_find(const struct lvs_conf_group *group, const char *name)
{
	for (size_t i = 0; i < group->nkeys; i++)
		if (!strcmp(group->keys[i].name, name))
			return &group->keys[i];
	return NULL;
}

size_t lvs_conf_list_count(const struct lvs_conf_key *key, const void *base)
{
	return *(const size_t *)(const void *)((const char *)base + key->count);
}

const char *lvs_conf_list_elements(const struct lvs_conf_key *key, const void *base)
{
	return *(const char *const *)(const void *)((const char *)base + key->offset);
}

uint32_t lvs_conf_choice_get(const struct lvs_conf_key *key, const void *base)
{
	uint32_t value;

	if (key->size == sizeof(uint8_t))
		return *((const uint8_t *)base + key->offset);
	memcpy(&value, (const char *)base + key->offset, sizeof(value));
	return value;
}

void lvs_conf_choice_set(const struct lvs_conf_key *key, void *base, uint32_t value)
{
	assert(key->size == sizeof(uint8_t) || key->size == sizeof(uint32_t));
	if (key->size == sizeof(uint8_t))
		*((uint8_t *)base + key->offset) = (uint8_t)value;
	else
		memcpy((char *)base + key->offset, &value, sizeof(value));
}

static void set_default(const struct lvs_conf_key *key, void *base)
{
	void *member = (char *)base + key->offset;

	switch (key->type) {
	case LVS_CONF_BOOL:
		*(bool *)member = key->def;
		break;
	case LVS_CONF_NUMBER:
	case LVS_CONF_SECONDS:
	case LVS_CONF_FLAGS:
		*(uint32_t *)member = key->def;
		break;
	case LVS_CONF_CHOICE:
		lvs_conf_choice_set(key, base, key->def);
		break;
	case LVS_CONF_WORD:
		*(const char **)member = key->def_text;
		break;
	case LVS_CONF_TEXT:
		memset(member, 0, key->size);
		memcpy(member, key->def_text, strlen(key->def_text));
		break;
	case LVS_CONF_ENDPOINT:
		memset(member, 0, sizeof(struct lvs_addr) + sizeof(uint16_t));
		break;
	case LVS_CONF_LINES:
	case LVS_CONF_PORTS:
	case LVS_CONF_PREFIX:
	case LVS_CONF_ADDRESS:
	case LVS_CONF_ADDRESSES:
	case LVS_CONF_INTERFACES:
		memset(member, 0, key->size);
		break;
	case LVS_CONF_GROUP:
		if (key->optional)
			*(bool *)member = false;
		lvs_conf_group_defaults(key->group, member);
		break;
	case LVS_CONF_LIST:
		*(void **)member = NULL;
		*(size_t *)(void *)((char *)base + key->count) = 0;
		break;
	case LVS_CONF_ABSENT:
		break;
	}
}

void lvs_conf_group_defaults(const struct lvs_conf_group *group, void *base)
{
	for (size_t i = 0; i < group->nkeys; i++)
		set_default(&group->keys[i], base);
}

static bool interfaces_equal(const struct lvs_conf_interfaces *a, const struct lvs_conf_interfaces *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->names[i], b->names[i]) != 0)
			return false;
	return true;
}

static bool addresses_equal(const struct lvs_conf_addresses *a, const struct lvs_conf_addresses *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->list[i].bits != b->list[i].bits || !lvs_addr_equal(&a->list[i].addr, &b->list[i].addr))
			return false;
	return true;
}

static bool members_equal(const struct lvs_conf_key *key, const void *a, const void *b);

/* An optional word may be absent. */
static bool words_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* @a, @b: the members */
static bool values_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	switch (key->type) {
	case LVS_CONF_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case LVS_CONF_NUMBER:
	case LVS_CONF_SECONDS:
	case LVS_CONF_FLAGS:
		return *(const uint32_t *)a == *(const uint32_t *)b;
	case LVS_CONF_CHOICE:
		return !memcmp(a, b, key->size);
	case LVS_CONF_WORD:
		return words_equal(*(const char *const *)a, *(const char *const *)b);
	case LVS_CONF_TEXT:
	case LVS_CONF_LINES:
		return !strcmp(a, b);
	case LVS_CONF_ENDPOINT:
		return !memcmp(a, b, sizeof(struct lvs_addr) + sizeof(uint16_t));
	case LVS_CONF_PORTS:
		return !memcmp(a, b, sizeof(struct lvs_ports));
	case LVS_CONF_PREFIX:
		return lvs_prefix_equal(a, b);
	case LVS_CONF_ADDRESS:
		return lvs_addr_equal(a, b);
	case LVS_CONF_ADDRESSES:
		return addresses_equal(a, b);
	case LVS_CONF_INTERFACES:
		return interfaces_equal(a, b);
	case LVS_CONF_GROUP:
		return members_equal(key, a, b);
	default:
		return true;
	}
}

static bool members_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	if (key->optional && (!*(const bool *)a || !*(const bool *)b))
		return *(const bool *)a == *(const bool *)b;
	for (size_t i = 0; i < key->group->nkeys; i++)
		if (!lvs_conf_key_equal(&key->group->keys[i], a, b))
			return false;
	return true;
}

static bool elements_equal(const struct lvs_conf_key *key, const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n * key->group->nkeys; i++) {
		size_t at = i / key->group->nkeys * key->group->size;

		if (!lvs_conf_key_equal(&key->group->keys[i % key->group->nkeys], a + at, b + at))
			return false;
	}
	return true;
}

bool lvs_conf_key_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	if (key->type == LVS_CONF_LIST && key->whole) {
		size_t n = lvs_conf_list_count(key, a);

		return n == lvs_conf_list_count(key, b) &&
		       elements_equal(key, lvs_conf_list_elements(key, a), lvs_conf_list_elements(key, b), n);
	}
	return values_equal(key, (const char *)a + key->offset, (const char *)b + key->offset);
}

bool lvs_conf_key_as_around(const struct lvs_conf_key *key, const void *base, const struct lvs_conf_group *outer,
			    const void *outer_base)
{
	const struct lvs_conf_key *around = key->inherited ? lvs_conf_group_find(outer, key->name) : NULL;

	return around && values_equal(key, (const char *)base + key->offset, (const char *)outer_base + around->offset);
}

static void format_flags(const struct lvs_conf_word *words, uint32_t flags, char *buf)
{
	const char *comma = "";
	size_t at = 0;

	buf[at++] = '(';
	for (; words->text; words++) {
		if (!(words->value & flags))
			continue;
		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "%s\"%s\"", comma, words->text);
		comma = ", ";
	}
	(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, ")");
}

/* As a string of lvs.conf: what would end it, or is none of its characters, is written as the scan reads it. */
static size_t quote(const char *text, size_t len, char *buf, size_t size)
{
	size_t at = 0;

	if (size < 3)
		return 0;
	buf[at++] = '"';
	for (; len && at + 6 < size; text++, len--) {
		if (*text == '"' || *text == '\\')
			at += (size_t)snprintf(buf + at, size - at, "\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 127)
			at += (size_t)snprintf(buf + at, size - at, "\\x%02x", (unsigned char)*text);
		else
			buf[at++] = *text;
	}
	buf[at++] = '"';
	buf[at] = '\0';
	return at;
}

static void format_lines(const char *lines, char *buf)
{
	size_t at = 0;

	buf[at++] = '(';
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		at += quote(lines, len, buf + at, LVS_CONF_VALUE_BYTES - at);
		lines += len + (lines[len] == '\n');
		if (*lines && at + 2 < LVS_CONF_VALUE_BYTES)
			at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, ", ");
	}
	(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, ")");
}

static void format_seconds(uint32_t ms, char *buf)
{
	int len = snprintf(buf, LVS_CONF_VALUE_BYTES, "%u.%03u", ms / 1000, ms % 1000);

	while (buf[len - 1] == '0' && buf[len - 2] != '.')
		buf[--len] = '\0';
}

static void format_number(const struct lvs_conf_key *key, uint32_t value, char *buf)
{
	const char *word = key->words ? lvs_conf_word_text(key->words, value) : NULL;

	if (word)
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "\"%s\"", word);
	else
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "%u", value);
}

static void format_interfaces(const struct lvs_conf_interfaces *interfaces, char *buf)
{
	size_t at = 0;

	buf[at++] = '[';
	for (size_t i = 0; i < interfaces->n; i++)
		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "%s\"%s\"", i ? ", " : "",
				       interfaces->names[i]);
	(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "]");
}
static_assert(LVS_CONF_INTERFACES_MAX * (LVS_CONF_IFNAME_BYTES + 4) + 3 <= LVS_CONF_VALUE_BYTES, "all names fit");

static void format_addresses(const struct lvs_conf_addresses *addresses, char *buf)
{
	char text[LVS_PREFIX_TEXT_BYTES];
	size_t at = 0;

	buf[at++] = '[';
	for (size_t i = 0; i < addresses->n; i++) {
		const struct lvs_prefix prefix = { .addr = addresses->list[i].addr, .bits = addresses->list[i].bits };

		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "%s\"%s\"", i ? ", " : "",
				       lvs_prefix_format(&prefix, text));
	}
	(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "]");
}
static_assert(LVS_CONF_ADDRESSES_MAX * (LVS_PREFIX_TEXT_BYTES + 4) + 3 <= LVS_CONF_VALUE_BYTES, "all addresses fit");

static void format_group(const struct lvs_conf_key *key, const void *member, char *buf)
{
	char value[LVS_CONF_VALUE_BYTES];
	size_t at;

	if (key->optional && !*(const bool *)member) {
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "none");
		return;
	}
	at = (size_t)snprintf(buf, LVS_CONF_VALUE_BYTES, "{");
	for (size_t i = 0; i < key->group->nkeys && at < LVS_CONF_VALUE_BYTES; i++)
		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, " %s = %s;", key->group->keys[i].name,
				       lvs_conf_key_format(&key->group->keys[i], member, value));
	if (at < LVS_CONF_VALUE_BYTES)
		(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, " }");
}

/* Return: what is written in quotes as it is, or NULL: the value is of another type. @text, @ports: room for it */
static const char *word_of(const struct lvs_conf_key *key, const void *base, char text[LVS_ENDPOINT_TEXT_BYTES],
			   char ports[LVS_CONF_PORTS_TEXT_BYTES])
{
	const void *member = (const char *)base + key->offset;
	uint16_t port;

	switch (key->type) {
	case LVS_CONF_CHOICE:
		return lvs_conf_word_text(key->words, lvs_conf_choice_get(key, base));
	case LVS_CONF_WORD:
		return *(const char *const *)member;
	case LVS_CONF_ENDPOINT:
		memcpy(&port, (const char *)member + sizeof(struct lvs_addr), sizeof(port));
		return lvs_endpoint_format(member, port, text);
	case LVS_CONF_PORTS:
		return lvs_conf_ports_format(member, ports);
	case LVS_CONF_PREFIX:
		return lvs_prefix_format(member, text);
	case LVS_CONF_ADDRESS:
		return lvs_addr_format(member, text);
	default:
		return NULL;
	}
}

char *lvs_conf_key_format(const struct lvs_conf_key *key, const void *base, char buf[LVS_CONF_VALUE_BYTES])
{
	const void *member = (const char *)base + key->offset;
	char text[LVS_ENDPOINT_TEXT_BYTES], ports[LVS_CONF_PORTS_TEXT_BYTES];
	const char *word = word_of(key, base, text, ports);

	*buf = '\0';
	switch (key->type) {
	case LVS_CONF_BOOL:
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "%s", *(const bool *)member ? "true" : "false");
		break;
	case LVS_CONF_NUMBER:
		format_number(key, *(const uint32_t *)member, buf);
		break;
	case LVS_CONF_SECONDS:
		format_seconds(*(const uint32_t *)member, buf);
		break;
	case LVS_CONF_CHOICE:
	case LVS_CONF_WORD:
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "none");
		break;
	case LVS_CONF_TEXT:
		(void)quote(member, strlen(member), buf, LVS_CONF_VALUE_BYTES);
		break;
	case LVS_CONF_LINES:
		format_lines(member, buf);
		break;
	case LVS_CONF_FLAGS:
		format_flags(key->words, *(const uint32_t *)member, buf);
		break;
	case LVS_CONF_ADDRESSES:
		format_addresses(member, buf);
		break;
	case LVS_CONF_INTERFACES:
		format_interfaces(member, buf);
		break;
	case LVS_CONF_GROUP:
		format_group(key, member, buf);
		break;
	default:
		break;
	}
	if (word)
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "\"%s\"", word);
	return buf;
}

bool lvs_conf_key_unset(const struct lvs_conf_key *key, const void *base)
{
	const char *member = (const char *)base + key->offset;

	if (key->type == LVS_CONF_GROUP)
		return key->optional && !*(const bool *)member;
	if (key->type == LVS_CONF_ENDPOINT)
		return key->optional && lvs_addr_is_any((const void *)member);
	if (key->type == LVS_CONF_LIST)
		return key->optional && !lvs_conf_list_count(key, base);
	for (size_t i = 0; key->optional && i < key->size; i++)
		if (member[i])
			return false;
	return key->optional;
}

const char *lvs_conf_word_text(const struct lvs_conf_word *words, uint32_t value)
{
	for (; words->text; words++)
		if (words->value == value)
			return words->text;
	return NULL;
}
