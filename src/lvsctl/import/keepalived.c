// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The outermost blocks of keepalived.conf. A virtual server of a group becomes a service for each address of the group, with the
 * same servers: lvsd has no groups, and counts each of them for itself.
 */
#include "lvsctl/import/keepalived.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "conf/bad.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

#define RANGE_MAX 256	/* addresses of one range */

static void note(struct lvs_import *import, enum lvs_import_kind kind, const struct lvs_keepalived_node *node, const char *why)
{
	char text[200];

	lvs_import_note(import, kind, node->at, "%s: %s", lvs_keepalived_text(node, text, sizeof(text)), why);
}

void lvs_keepalived_done(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *as)
{
	note(import, LVS_IMPORT_TRANSLATED, node, as);
}

void lvs_keepalived_near(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *as)
{
	note(import, LVS_IMPORT_APPROXIMATED, node, as);
}

void lvs_keepalived_left(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *why)
{
	note(import, LVS_IMPORT_LEFT, node, why);
}

void lvs_keepalived_bad(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *why)
{
	char text[200];

	lvs_import_bad(import, node->at, "%s: %s", lvs_keepalived_text(node, text, sizeof(text)), why);
}

static const struct lvs_keepalived_node *find_group(const struct lvs_keepalived_node *root, const char *name)
{
	for (; root; root = root->next)
		if (!strcmp(lvs_keepalived_word(root, 0), "virtual_server_group") && !strcmp(lvs_keepalived_word(root, 1), name))
			return root;
	return NULL;
}

static uint8_t protocol_of(struct lvs_import *import, const struct lvs_keepalived_node *node)
{
	const struct lvs_keepalived_node *child = lvs_keepalived_child(node, "protocol");
	const char *word = child ? lvs_keepalived_word(child, 1) : "TCP";

	if (!strcasecmp(word, "UDP"))
		return IPPROTO_UDP;
	if (!strcasecmp(word, "SCTP"))
		return IPPROTO_SCTP;
	if (strcasecmp(word, "TCP") != 0)
		lvs_keepalived_bad(import, child, "no protocol that there is");
	return IPPROTO_TCP;
}

/*
 * The key of a service. @words: "ADDRESS PORT" or "fwmark N", from the @first one on
 * Return: whether it was one
 */
static bool read_key(struct lvs_import *import, const struct lvs_keepalived_node *node, size_t first, uint8_t protocol,
		     struct lvs_conf_service *key)
{
	const char *word = lvs_keepalived_word(node, first), *port = lvs_keepalived_word(node, first + 1);
	uint64_t mark;

	if (!strcmp(word, "fwmark")) {
		if (!lvs_import_number(port, 1, UINT32_MAX, &mark))
			return false;
		key->mark = (uint32_t)mark;
		key->protocol = 0;
		return true;
	}
	key->protocol = protocol;
	return lvs_import_address(import, node->at, word, AF_UNSPEC, &key->addr) &&
	       (!*port || lvs_import_port(port, protocol, &key->port));
}

/* The service that the others of its group are copies of, or the only one. Return: its index, or SIZE_MAX */
static size_t add_first(struct lvs_import *import, const struct lvs_keepalived_node *root,
			const struct lvs_keepalived_node *node, const struct lvs_conf_service *key)
{
	const struct lvs_keepalived_node *family = lvs_keepalived_child(node, "ip_family");
	struct lvs_keepalived_place place = { .import = import, .root = root, .weight = 1 };
	struct lvs_conf_service whole = *key;

	if (key->mark) {
		bool six = family && !strcmp(lvs_keepalived_word(family, 1), "inet6");

		whole.family = six ? LVS_CONF_INET6 : LVS_CONF_INET;
		whole.addr = lvs_addr_any(!six);
	}
	if (lvs_import_find_service(import, &whole)) {
		lvs_keepalived_left(import, node, "there is this virtual server already");
		return SIZE_MAX;
	}
	place.service = lvs_import_add_service(import, node->at);
	if (!place.service)
		return SIZE_MAX;
	place.service->conf.addr = whole.addr;
	place.service->conf.port = whole.port;
	place.service->conf.mark = whole.mark;
	place.service->conf.family = whole.family;
	place.service->conf.protocol = whole.protocol;
	lvs_keepalived_service(&place, node);
	lvs_import_pairs_fini(&place.checks);
	if (whole.mark)
		lvs_import_note_mark(import, place.service);
	return (size_t)(place.service - import->services);
}

static void add_copy(struct lvs_import *import, const struct lvs_keepalived_node *node, size_t first,
		     const struct lvs_conf_service *key)
{
	struct lvs_import_service *copy;
	struct lvs_conf_service whole = import->services[first].conf;

	whole.addr = key->addr;
	whole.port = key->port;
	whole.mark = key->mark;
	whole.protocol = key->protocol;
	whole.family = LVS_CONF_FAMILY_NONE;
	*whole.name = '\0';
	if (key->mark) {
		whole.family = import->services[first].conf.family ? import->services[first].conf.family : LVS_CONF_INET;
		whole.addr = lvs_addr_any(whole.family == LVS_CONF_INET);
		whole.one_packet = false;
	}
	if (lvs_import_find_service(import, &whole)) {
		lvs_keepalived_left(import, node, "there is this virtual server already");
		return;
	}
	copy = lvs_import_add_service(import, node->at);
	if (!copy)
		return;
	copy->conf = whole;
	lvs_import_copy_servers(import, copy, &import->services[first]);
	lvs_import_pairs_inherit(import, &copy->more, &import->services[first].more);
	lvs_import_pairs_inherit(import, &copy->hooks, &import->services[first].hooks);
	if (whole.mark)
		lvs_import_note_mark(import, copy);
}

/* "10.0.0.1-20 80": the last byte, or for IPv6 the last two, in hexadecimal. Return: how many, 0 when it is no range */
static unsigned int read_range(struct lvs_import *import, const struct lvs_keepalived_node *node, uint8_t protocol,
			       struct lvs_conf_service *key)
{
	const char *word = lvs_keepalived_word(node, 0), *dash = strchr(word, '-');
	unsigned long first, last;
	char text[LVS_ADDR_TEXT_BYTES], *end;
	bool four;

	if (!dash || (size_t)(dash - word) >= sizeof(text))
		return 0;
	memcpy(text, word, (size_t)(dash - word));
	text[dash - word] = '\0';
	if (lvs_addr_parse(text, &key->addr))
		return 0;
	key->protocol = protocol;
	four = lvs_addr_is4(&key->addr);
	first = four ? key->addr.bytes[15] : (unsigned int)key->addr.bytes[14] << 8 | key->addr.bytes[15];
	last = strtoul(dash + 1, &end, four ? 10 : 16);
	if (*end || end == dash + 1 || last < first || last > (four ? 255U : 65535U) || last - first >= RANGE_MAX ||
	    !lvs_import_port(lvs_keepalived_word(node, 1), protocol, &key->port)) {
		lvs_keepalived_bad(import, node, "no range of addresses, or one of more than 256");
		return 0;
	}
	return (unsigned int)(last - first) + 1;
}

static void read_members(struct lvs_import *import, const struct lvs_keepalived_node *root,
			 const struct lvs_keepalived_node *node, const struct lvs_keepalived_node *group)
{
	uint8_t protocol = protocol_of(import, node);
	size_t first = SIZE_MAX;

	for (const struct lvs_keepalived_node *member = group->children; member; member = member->next) {
		struct lvs_conf_service key = { .mark = 0 };
		unsigned int n = strchr(lvs_keepalived_word(member, 0), '-') ? read_range(import, member, protocol, &key) : 1;

		if (n == 1 && !strchr(lvs_keepalived_word(member, 0), '-') && !read_key(import, member, 0, protocol, &key)) {
			lvs_keepalived_bad(import, member, "neither an address, a range nor a mark");
			continue;
		}
		for (; n > 0 && !import->failed; n--) {
			if (first == SIZE_MAX)
				first = add_first(import, root, node, &key);
			else
				add_copy(import, member, first, &key);
			if (!++key.addr.bytes[15])
				key.addr.bytes[14]++;
		}
		if (first != SIZE_MAX)
			lvs_keepalived_near(import, member, "a service of its own for each address, which counts its own connections");
	}
}

static void read_virtual_server(struct lvs_import *import, const struct lvs_keepalived_node *root,
				const struct lvs_keepalived_node *node)
{
	struct lvs_conf_service key = { .mark = 0 };
	const struct lvs_keepalived_node *group;

	if (!strcmp(lvs_keepalived_word(node, 1), "group")) {
		group = find_group(root, lvs_keepalived_word(node, 2));
		if (group) {
			read_members(import, root, node, group);
			lvs_keepalived_done(import, node, "services");
		} else {
			lvs_keepalived_bad(import, node, "there is no such group");
		}
		return;
	}
	if (!read_key(import, node, 1, protocol_of(import, node), &key))
		lvs_keepalived_bad(import, node, "no address and port");
	else if (add_first(import, root, node, &key) != SIZE_MAX)
		lvs_keepalived_done(import, node, "service");
}

static void read_timeouts(struct lvs_import *import, const struct lvs_keepalived_node *node)
{
	struct lvs_conf_timeouts *timeouts = &import->base->timeouts;
	const struct {
		const char *name;
		uint32_t *member;
	} rows[] = { { "tcp", &timeouts->tcp }, { "tcpfin", &timeouts->tcpfin }, { "udp", &timeouts->udp } };
	uint64_t seconds;

	for (size_t i = 1; i < node->nwords; i += 2) {
		size_t j = 0;

		while (j < ARRAY_LEN(rows) && strcmp(rows[j].name, node->words[i]) != 0)
			j++;
		if (j == ARRAY_LEN(rows) || !lvs_import_number(lvs_keepalived_word(node, i + 1), 1, 2678400, &seconds)) {
			lvs_keepalived_bad(import, node, "no timeouts");
			return;
		}
		*rows[j].member = (uint32_t)seconds;
	}
	lvs_keepalived_done(import, node, "timeouts");
}

/* That of all of keepalived tells of servers too. */
static void read_fifo(struct lvs_import *import, const struct lvs_keepalived_node *node)
{
	struct lvs_conf_notify *notify = &import->base->notify;
	const char *path = lvs_keepalived_word(node, 1);

	if (*notify->fifo) {
		lvs_keepalived_left(import, node, "there is one FIFO");
	} else if (strlen(path) >= sizeof(notify->fifo) || lvs_conf_bad_path(path)) {
		lvs_keepalived_left(import, node, "no path from the root, or none of plain characters");
	} else {
		memcpy(notify->fifo, path, strlen(path) + 1);
		if (*lvs_keepalived_word(node, 0) == 'l')
			lvs_keepalived_done(import, node, "fifo of \"notify\"");
		else
			lvs_keepalived_near(import, node, "fifo of \"notify\", without the lines of VRRP");
	}
}

static void read_script_user(struct lvs_import *import, const struct lvs_keepalived_node *node)
{
	struct lvs_conf_director *director = &import->base->director;
	const char *user = lvs_keepalived_word(node, 1);

	if (!*user || strlen(user) >= sizeof(director->script_user) || lvs_conf_bad_group(user)) {
		lvs_keepalived_left(import, node, "no name of a user");
		return;
	}
	memcpy(director->script_user, user, strlen(user) + 1);
	lvs_keepalived_done(import, node, "director.script_user");
}

static void read_globals(struct lvs_import *import, const struct lvs_keepalived_node *node)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "lvs_sync_daemon", "connection synchronisation: nothing of lvs.conf" },
		{ "lvs_sync_daemon_interface", "connection synchronisation: nothing of lvs.conf" },
		{ "lvs_flush", "lvsd begins with empty tables" },
		{ "lvs_flush_on_stop", "lvsd ends with its tables" },
		{ "net_namespace", "start lvsd in that network namespace" },
		{ "net_namespace_ipvs", "start lvsd in that network namespace" },
		{ "lvs_notify_fifo_script", "nobody is started to read the FIFO" },
		{ "notify_fifo_script", "nobody is started to read the FIFO" },
		{ "nftables_ipvs", "lvsd gives marks itself" },
	};

	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next) {
		const char *why = "keepalived's own", *word = lvs_keepalived_word(child, 0);

		if (!strcmp(word, "lvs_timeouts")) {
			read_timeouts(import, child);
			continue;
		}
		if (!strcmp(word, "lvs_notify_fifo") || !strcmp(word, "notify_fifo")) {
			read_fifo(import, child);
			continue;
		}
		if (!strcmp(word, "script_user")) {
			read_script_user(import, child);
			continue;
		}
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			if (!strcmp(rows[i].name, word))
				why = rows[i].why;
		lvs_keepalived_left(import, child, why);
	}
}

static void read_block(struct lvs_import *import, const struct lvs_keepalived_node *root, const struct lvs_keepalived_node *node)
{
	const char *word = lvs_keepalived_word(node, 0);

	if (!strcmp(word, "global_defs"))
		read_globals(import, node);
	else if (!strcmp(word, "virtual_server"))
		read_virtual_server(import, root, node);
	else if (!strcmp(word, "virtual_server_group"))
		return;
	else if (!strncmp(word, "vrrp_", 5))
		lvs_keepalived_left(import, node, "VRRP is keepalived's: leave it in keepalived.conf");
	else if (!strncmp(word, "bfd_", 4))
		lvs_keepalived_left(import, node, "BFD is keepalived's");
	else if (!strcmp(word, "track_file"))
		lvs_keepalived_left(import, node, "leave it in keepalived.conf, if that has more than checks; these have its file");
	else
		lvs_keepalived_left(import, node, "not of virtual servers: leave it in keepalived.conf");
}

int lvs_import_keepalived(struct lvs_import *import, const char *path, const char *config_id,
			  struct lvs_keepalived_tree **ret_tree)
{
	struct lvs_keepalived_tree *tree = lvs_keepalived_read(import, path, config_id);
	const struct lvs_keepalived_node *root;

	if (!tree)
		return import->failed ? -ENOMEM : -errno;
	root = lvs_keepalived_root(tree);
	for (const struct lvs_keepalived_node *node = root; node && !import->failed; node = node->next)
		read_block(import, root, node);
	*ret_tree = tree;
	return 0;
}
