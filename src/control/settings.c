// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of keys once more, as JSON. What lvs.conf writes as a text is one here, with the same spelling; a set of words
 * or of addresses is an array of them.
 */
#include "control/settings.h"

#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"
#include "conf/text.h"
#include "control/json.h"
#include "sys/addrtext.h"

static void flags(struct lvs_json *json, const struct lvs_conf_key *key, uint32_t bits)
{
	lvs_json_array(json, key->name);
	for (const struct lvs_conf_word *word = key->words; word->text; word++)
		if (bits & word->value)
			lvs_json_text(json, NULL, word->text);
	lvs_json_end_array(json);
}

static void addresses(struct lvs_json *json, const char *name, const struct lvs_conf_addresses *list)
{
	char text[LVS_PREFIX_TEXT_BYTES];

	lvs_json_array(json, name);
	for (size_t i = 0; i < list->n; i++) {
		const struct lvs_prefix prefix = { .addr = list->list[i].addr, .bits = list->list[i].bits };

		lvs_json_text(json, NULL, lvs_prefix_format(&prefix, text));
	}
	lvs_json_end_array(json);
}

static void interfaces(struct lvs_json *json, const char *name, const struct lvs_conf_interfaces *list)
{
	lvs_json_array(json, name);
	for (size_t i = 0; i < list->n; i++)
		lvs_json_text(json, NULL, list->names[i]);
	lvs_json_end_array(json);
}

static void choice(struct lvs_json *json, const struct lvs_conf_key *key, const void *base)
{
	const char *word = lvs_conf_word_text(key->words, lvs_conf_choice_get(key, base));

	if (word)
		lvs_json_text(json, key->name, word);
}

static void text_value(struct lvs_json *json, const struct lvs_conf_key *key, const char *member)
{
	char text[LVS_ENDPOINT_TEXT_BYTES], ports[LVS_CONF_PORTS_TEXT_BYTES];
	uint16_t port;

	switch (key->type) {
	case LVS_CONF_WORD:
		if (*(const char *const *)(const void *)member)
			lvs_json_text(json, key->name, *(const char *const *)(const void *)member);
		break;
	case LVS_CONF_TEXT:
		lvs_json_text(json, key->name, member);
		break;
	case LVS_CONF_ENDPOINT:
		memcpy(&port, member + sizeof(struct lvs_addr), sizeof(port));
		lvs_json_text(json, key->name, lvs_endpoint_format((const void *)member, port, text));
		break;
	case LVS_CONF_PORTS:
		lvs_json_text(json, key->name, lvs_conf_ports_format((const void *)member, ports));
		break;
	case LVS_CONF_PREFIX:
		lvs_json_text(json, key->name, lvs_prefix_format((const void *)member, text));
		break;
	case LVS_CONF_ADDRESS:
		lvs_json_text(json, key->name, lvs_addr_format((const void *)member, text));
		break;
	default:
		break;
	}
}

static void lines(struct lvs_json *json, const char *name, const char *text)
{
	lvs_json_array(json, name);
	while (*text) {
		size_t len = strcspn(text, "\n");

		lvs_json_textn(json, NULL, text, len);
		text += len + (text[len] == '\n');
	}
	lvs_json_end_array(json);
}

static void number(struct lvs_json *json, const struct lvs_conf_key *key, uint32_t value)
{
	const char *word = key->words ? lvs_conf_word_text(key->words, value) : NULL;

	if (word)
		lvs_json_text(json, key->name, word);
	else
		lvs_json_number(json, key->name, value);
}

/* A list that is a value as a whole, of groups; or the one group that may be there. */
static void list(struct lvs_json *json, const struct lvs_conf_key *key, const void *base)
{
	const char *elements = lvs_conf_list_elements(key, base);

	if (!key->alone)
		lvs_json_array(json, key->name);
	for (size_t i = 0; i < lvs_conf_list_count(key, base); i++) {
		lvs_json_object(json, key->alone ? key->name : NULL);
		lvs_settings_json(json, key->group, elements + i * key->group->size, NULL, NULL);
		lvs_json_end_object(json);
	}
	if (!key->alone)
		lvs_json_end_array(json);
}

static void value(struct lvs_json *json, const struct lvs_conf_key *key, const void *base)
{
	const char *member = (const char *)base + key->offset;

	switch (key->type) {
	case LVS_CONF_BOOL:
		lvs_json_bool(json, key->name, *(const bool *)(const void *)member);
		break;
	case LVS_CONF_NUMBER:
		number(json, key, *(const uint32_t *)(const void *)member);
		break;
	case LVS_CONF_SECONDS:
		lvs_json_float(json, key->name, *(const uint32_t *)(const void *)member / 1000.0, 3);
		break;
	case LVS_CONF_LINES:
		lines(json, key->name, member);
		break;
	case LVS_CONF_LIST:
		list(json, key, base);
		break;
	case LVS_CONF_CHOICE:
		choice(json, key, base);
		break;
	case LVS_CONF_FLAGS:
		flags(json, key, *(const uint32_t *)(const void *)member);
		break;
	case LVS_CONF_ADDRESSES:
		addresses(json, key->name, (const void *)member);
		break;
	case LVS_CONF_INTERFACES:
		interfaces(json, key->name, (const void *)member);
		break;
	case LVS_CONF_GROUP:
		lvs_json_object(json, key->name);
		lvs_settings_json(json, key->group, member, NULL, NULL);
		lvs_json_end_object(json);
		break;
	default:
		text_value(json, key, member);
	}
}

void lvs_settings_json(struct lvs_json *json, const struct lvs_conf_group *group, const void *base,
		       const struct lvs_conf_group *outer, const void *outer_base)
{
	for (size_t i = 0; i < group->nkeys; i++) {
		const struct lvs_conf_key *key = &group->keys[i];

		if ((key->type == LVS_CONF_LIST && !key->whole) || key->type == LVS_CONF_ABSENT || lvs_conf_key_unset(key, base) ||
		    (outer && lvs_conf_key_as_around(key, base, outer, outer_base)))
			continue;
		value(json, key, base);
	}
}
