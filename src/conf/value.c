// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One value at a time: is it of the type that its row says, is it in range, and what is the most helpful thing to say if
 * not. Strings come from libconfig, which knows escapes; numbers from the scan, which knows their digits.
 */
#include "conf/value.h"

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/suggest.h"
#include "conf/text.h"
#include "sys/addrtext.h"

static const char *const kind_names[] = {
	[LVS_CONF_NODE_NUMBER] = "a whole number",
	[LVS_CONF_NODE_FLOAT] = "a number with a fraction",
	[LVS_CONF_NODE_BOOL] = "true or false",
	[LVS_CONF_NODE_STRING] = "a string",
	[LVS_CONF_NODE_ARRAY] = "an array",
	[LVS_CONF_NODE_LIST] = "a list",
	[LVS_CONF_NODE_GROUP] = "a group",
	[LVS_CONF_NODE_BAD] = "nothing",
};

static void other_kind(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		       const struct lvs_conf_node *node, const char *takes, const char *hint)
{
	if (node->kind != LVS_CONF_NODE_BAD)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, hint, "\"%s\" takes %s, not %s",
				    key->name, takes, kind_names[node->kind]);
}

bool lvs_conf_value_is(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		       const struct lvs_conf_node *node, enum lvs_conf_node_kind kind, const char *takes)
{
	if (node->kind == kind)
		return true;
	other_kind(reader, key, node, takes, key->help);
	return false;
}

static void read_bool(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		      const struct lvs_conf_node *node, void *base)
{
	if (lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_BOOL, "true or false"))
		*(bool *)((char *)base + key->offset) = config_setting_get_bool(node->setting) == CONFIG_TRUE;
}

/* What may stand here instead of @wrong. */
static void hint_words(const struct lvs_conf_word *words, const char *wrong, char *hint, size_t size)
{
	struct lvs_conf_suggest suggest;
	size_t at = 0;

	lvs_conf_suggest_init(&suggest, wrong);
	for (const struct lvs_conf_word *word = words; word->text; word++)
		lvs_conf_suggest_try(&suggest, word->text);
	if (suggest.best)
		at = (size_t)snprintf(hint, size, "did you mean \"%s\"? ", suggest.best);
	at += (size_t)snprintf(hint + at, size - at, "there is");
	for (const struct lvs_conf_word *word = words; word->text; word++)
		if (at < size)
			at += (size_t)snprintf(hint + at, size - at, " \"%s\"", word->text);
}

static const struct lvs_conf_word *read_word(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
					     const struct lvs_conf_node *node, const char *takes, const char *noun)
{
	const struct lvs_conf_word *word = key->words;
	const char *text;
	char hint[192];

	if (node->kind != LVS_CONF_NODE_STRING) {
		hint_words(key->words, "", hint, sizeof(hint));
		other_kind(reader, key, node, takes, hint);
		return NULL;
	}
	text = config_setting_get_string(node->setting);
	while (word->text && strcmp(word->text, text) != 0)
		word++;
	if (word->text)
		return word;
	hint_words(key->words, text, hint, sizeof(hint));
	lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, hint, "there is no %s \"%s\"", noun, text);
	return NULL;
}

static void read_number(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			const struct lvs_conf_node *node, void *base)
{
	int len = (int)LVS_MIN(node->value_len, 40u);
	const char *text = reader->text + node->value.offset;
	const char *reason;
	uint32_t value;

	if (node->kind == LVS_CONF_NODE_STRING && key->words) {
		const struct lvs_conf_word *word = read_word(reader, key, node, "a whole number or a word", key->name);

		if (word)
			*(uint32_t *)(void *)((char *)base + key->offset) = word->value;
		return;
	}
	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_NUMBER, "a whole number"))
		return;
	if (node->number < key->min || node->number > key->max) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" is %.*s, but has to be from %lld to %lld", key->name, len, text,
				    (long long)key->min, (long long)key->max);
		return;
	}
	value = (uint32_t)node->number;
	reason = key->bad ? key->bad(&value) : NULL;
	if (reason) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help, "\"%s\": %u %s", key->name,
				    value, reason);
		return;
	}
	*(uint32_t *)(void *)((char *)base + key->offset) = value;
}

static void read_seconds(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			 const struct lvs_conf_node *node, void *base)
{
	int len = (int)LVS_MIN(node->value_len, 40u);
	double seconds = (double)node->number;

	if (node->kind == LVS_CONF_NODE_FLOAT)
		seconds = config_setting_get_float(node->setting);
	else if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_NUMBER, "a number of seconds"))
		return;
	/* Written so that what is no number is refused too. */
	if (!(seconds >= (double)key->min / 1000 && seconds <= (double)key->max / 1000)) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" is %.*s, but has to be from %g to %g seconds", key->name, len,
				    reader->text + node->value.offset, (double)key->min / 1000, (double)key->max / 1000);
		return;
	}
	*(uint32_t *)(void *)((char *)base + key->offset) = (uint32_t)(seconds * 1000 + 0.5);
}

static void read_flags(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		       const struct lvs_conf_node *node, void *base)
{
	uint32_t flags = 0;

	if (node->kind != LVS_CONF_NODE_LIST &&
	    !lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_ARRAY, "a list of words, ( \"...\" )"))
		return;
	for (uint32_t i = node->first; i; i = reader->scan->nodes[i].next) {
		const struct lvs_conf_word *word =
			read_word(reader, key, &reader->scan->nodes[i], "words in quotes", "flag");

		if (!word)
			return;
		flags |= word->value;
	}
	*(uint32_t *)(void *)((char *)base + key->offset) = flags;
}

/* Return: whether @text was copied; if not, that is reported */
static bool copy_text(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		      const struct lvs_conf_node *node, char *to, size_t size)
{
	const char *text = config_setting_get_string(node->setting);
	const char *reason = key->bad ? key->bad(text) : NULL;

	if (strlen(text) >= size) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" is longer than %zu characters", key->name, size - 1);
		return false;
	}
	if (reason) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help, "\"%s\": \"%s\" %s",
				    key->name, text, reason);
		return false;
	}
	memset(to, 0, size);
	memcpy(to, text, strlen(text));
	return true;
}

static void read_lines(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		       const struct lvs_conf_node *node, void *base)
{
	char lines[LVS_CONF_LINES_BYTES], *member = (char *)base + key->offset;
	struct lvs_conf_where *places = (void *)((char *)base + key->where);
	size_t at = 0, n = 0;

	if (node->kind != LVS_CONF_NODE_LIST &&
	    !lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_ARRAY, "a list of strings, ( \"...\" )"))
		return;
	assert(key->size <= sizeof(lines));
	if (key->places && node->nchildren > key->places) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help, "\"%s\" holds more than %zu names",
				    key->name, key->places);
		return;
	}
	for (uint32_t i = node->first; i; i = reader->scan->nodes[i].next) {
		const struct lvs_conf_node *element = &reader->scan->nodes[i];

		if (key->places)
			places[n++] = element->value;
		if (at)
			lines[at++] = '\n';
		if (!lvs_conf_value_is(reader, key, element, LVS_CONF_NODE_STRING, "strings") ||
		    !copy_text(reader, key, element, lines + at, key->size - at))
			return;
		at += strlen(lines + at);
		if (at + 1 >= key->size && reader->scan->nodes[i].next) {
			lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
					    "\"%s\" is longer than %zu characters in all", key->name, key->size - 1);
			return;
		}
	}
	memset(member, 0, key->size);
	memcpy(member, lines, at);
}

static void read_interfaces(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			    const struct lvs_conf_node *node, void *base)
{
	struct lvs_conf_interfaces list = { .n = 0 };
	uint32_t i = node->first;

	if (node->kind != LVS_CONF_NODE_LIST &&
	    !lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_ARRAY, "an array of names"))
		return;
	if (node->nchildren > LVS_CONF_INTERFACES_MAX) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" holds more than %d names", key->name, LVS_CONF_INTERFACES_MAX);
		return;
	}
	for (; i; i = reader->scan->nodes[i].next) {
		const struct lvs_conf_node *element = &reader->scan->nodes[i];

		if (!lvs_conf_value_is(reader, key, element, LVS_CONF_NODE_STRING, "names in quotes") ||
		    !copy_text(reader, key, element, list.names[list.n], sizeof(list.names[0])))
			return;
		list.n++;
	}
	memcpy((char *)base + key->offset, &list, sizeof(list));
}

/* What is most likely wrong with a text that is no endpoint. */
static const char *endpoint_hint(const char *text)
{
	struct lvs_addr addr;

	if (lvs_addr_parse(text, &addr) == 0)
		return "IPv6 stands in brackets: \"[2001:db8::53]\", \"[2001:db8::53]:53\"";
	if (!strncmp(text, "[::ffff:", 8))
		return "write it as an IPv4 address";
	if (text[strspn(text, "0123456789.:")] == '\0') {
		for (const char *p = text; *p && *p != ':'; p += strspn(p, ".")) {
			if (p[0] == '0' && p[1] >= '0' && p[1] <= '9')
				return "IPv4 addresses have no leading zeros, which some read as octal";
			p += strcspn(p, ".:");
		}
		return "an IPv4 address has four numbers up to 255: \"192.0.2.10:80\"";
	}
	if (strchr(text, ':') != strrchr(text, ':'))
		return "IPv6 stands in brackets: \"[2001:db8::53]\", \"[2001:db8::53]:53\"";
	return "names are not looked up: write \"192.0.2.10:80\" or \"[2001:db8::53]:53\"";
}

static const char *bad_address(const struct lvs_addr *addr)
{
	if (lvs_addr_is_any(addr))
		return "stands for every address";
	if (lvs_addr_is_multicast(addr))
		return "is a multicast address";
	if (lvs_addr_is_linklocal6(addr))
		return "is a link-local address, which is not routed";
	if (!lvs_addr_is_unicast(addr))
		return "is not the address of one machine";
	return NULL;
}

static void read_endpoint(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			  const struct lvs_conf_node *node, void *base)
{
	char *member = (char *)base + key->offset;
	const char *text, *reason;
	struct lvs_addr addr;
	uint16_t port;
	int err;

	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_STRING, "a string"))
		return;
	text = config_setting_get_string(node->setting);
	err = lvs_endpoint_parse(text, &addr, &port);
	reason = err < 0 ? NULL : bad_address(&addr);
	if (reason)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, NULL, "\"%s\" %s", text, reason);
	else if (err == -ERANGE)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, "a port is a number from 1 to 65535",
				    "\"%s\" has no valid port", text);
	else if (err < 0)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, endpoint_hint(text),
				    "\"%s\" is not an address", text);
	else {
		memcpy(member, &addr, sizeof(addr));
		memcpy(member + sizeof(addr), &port, sizeof(port));
	}
}

static void read_ports(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		       const struct lvs_conf_node *node, void *base)
{
	const char *text, *reason;
	struct lvs_ports ports;

	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_STRING, "a string"))
		return;
	text = config_setting_get_string(node->setting);
	reason = lvs_conf_ports_parse(text, &ports);
	if (reason)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, "write it like \"80,443,8000-8999\"",
				    "\"%s\": \"%s\" %s", key->name, text, reason);
	else
		memcpy((char *)base + key->offset, &ports, sizeof(ports));
}

static void read_prefix(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			const struct lvs_conf_node *node, void *base)
{
	char better[LVS_PREFIX_TEXT_BYTES], hint[80];
	const char *text, *reason;
	struct lvs_prefix prefix;
	bool exact;
	int err;

	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_STRING, "a string"))
		return;
	text = config_setting_get_string(node->setting);
	memset(&prefix, 0, sizeof(prefix));
	err = lvs_prefix_parse(text, &prefix, &exact);
	reason = err ? NULL : key->bad(&prefix);
	if (err == -ERANGE) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value,
				    "behind the slash stands a number up to 32, for IPv6 up to 128",
				    "\"%s\" has no valid length", text);
	} else if (err < 0) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value,
				    "write it like \"192.0.2.0/28\" or \"2001:db8::/64\"",
				    "\"%s\" is neither an address nor a network", text);
	} else if (!exact) {
		(void)snprintf(hint, sizeof(hint), "did you mean \"%s\"?", lvs_prefix_format(&prefix, better));
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, hint,
				    "\"%s\" is not where a network of that length begins", text);
	} else if (reason) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help, "\"%s\": \"%s\" %s",
				    key->name, text, reason);
	} else {
		memcpy((char *)base + key->offset, &prefix, sizeof(prefix));
	}
}

/* "10.9.0.5/24", host bits and all. Return: 0, or as lvs_prefix_parse() */
static int parse_address(const char *text, struct lvs_conf_address *ret)
{
	char alone[LVS_ADDR_TEXT_BYTES];
	size_t len = strcspn(text, "/");
	struct lvs_prefix prefix;
	bool exact;
	int err = lvs_prefix_parse(text, &prefix, &exact);

	if (err)
		return err;
	(void)snprintf(alone, sizeof(alone), "%.*s", (int)len, text);
	memset(ret, 0, sizeof(*ret));
	ret->bits = prefix.bits;
	return lvs_addr_parse(alone, &ret->addr);
}

static bool read_one_address(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			     const struct lvs_conf_node *node, struct lvs_conf_address *ret)
{
	const char *text, *reason;
	int err;

	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_STRING, "addresses in quotes"))
		return false;
	text = config_setting_get_string(node->setting);
	err = parse_address(text, ret);
	reason = err ? NULL : key->bad(&ret->addr);
	if (err == -ERANGE)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value,
				    "behind the slash stands a number up to 32, for IPv6 up to 128",
				    "\"%s\" has no valid length", text);
	else if (err)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help, "\"%s\" is not an address", text);
	else if (reason)
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help, "\"%s\": \"%s\" %s", key->name,
				    text, reason);
	return !err && !reason;
}

static void read_addresses(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			   const struct lvs_conf_node *node, void *base)
{
	struct lvs_conf_addresses list = { .n = 0 };

	if (node->kind != LVS_CONF_NODE_LIST &&
	    !lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_ARRAY, "an array of addresses"))
		return;
	if (!node->nchildren || node->nchildren > LVS_CONF_ADDRESSES_MAX) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" holds %u addresses, but has to hold from 1 to %d", key->name, node->nchildren,
				    LVS_CONF_ADDRESSES_MAX);
		return;
	}
	for (uint32_t i = node->first; i; i = reader->scan->nodes[i].next)
		if (!read_one_address(reader, key, &reader->scan->nodes[i], &list.list[list.n++]))
			return;
	memcpy((char *)base + key->offset, &list, sizeof(list));
}

static void read_address(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			 const struct lvs_conf_node *node, void *base)
{
	struct lvs_conf_address address;

	if (!read_one_address(reader, key, node, &address))
		return;
	if (address.bits != LVS_PREFIX_HOST) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" is a single address, without a length", key->name);
		return;
	}
	memcpy((char *)base + key->offset, &address.addr, sizeof(address.addr));
}

void lvs_conf_value_read(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			 const struct lvs_conf_node *node, void *base)
{
	const struct lvs_conf_word *word;

	switch (key->type) {
	case LVS_CONF_BOOL:
		read_bool(reader, key, node, base);
		break;
	case LVS_CONF_NUMBER:
		read_number(reader, key, node, base);
		break;
	case LVS_CONF_SECONDS:
		read_seconds(reader, key, node, base);
		break;
	case LVS_CONF_CHOICE:
		word = read_word(reader, key, node, "a word in quotes", key->name);
		if (word)
			lvs_conf_choice_set(key, base, word->value);
		break;
	case LVS_CONF_WORD:
		word = read_word(reader, key, node, "a word in quotes", key->name);
		if (word)
			*(const char **)(void *)((char *)base + key->offset) = word->text;
		break;
	case LVS_CONF_FLAGS:
		read_flags(reader, key, node, base);
		break;
	case LVS_CONF_TEXT:
		if (lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_STRING, "a string"))
			copy_text(reader, key, node, (char *)base + key->offset, key->size);
		break;
	case LVS_CONF_LINES:
		read_lines(reader, key, node, base);
		break;
	case LVS_CONF_ENDPOINT:
		read_endpoint(reader, key, node, base);
		break;
	case LVS_CONF_PORTS:
		read_ports(reader, key, node, base);
		break;
	case LVS_CONF_PREFIX:
		read_prefix(reader, key, node, base);
		break;
	case LVS_CONF_ADDRESS:
		read_address(reader, key, node, base);
		break;
	case LVS_CONF_ADDRESSES:
		read_addresses(reader, key, node, base);
		break;
	case LVS_CONF_INTERFACES:
		read_interfaces(reader, key, node, base);
		break;
	default:
		break;
	}
	if (key->where && !key->places)
		*(struct lvs_conf_where *)(void *)((char *)base + key->where) = node->value;
}
