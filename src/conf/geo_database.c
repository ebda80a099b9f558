// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A MaxMind database is a tree of bits whose leaves are records. It is walked once, from left to right, and each network
 * whose country or continent has a rule becomes a prefix; neighbours that go to the same sites become one. So nothing of
 * the library is in use while packets flow, and the database may be replaced at any time (by renaming another one over
 * it: it is mapped while it is read).
 *
 * In a tree for IPv6, IPv4 is below ::/96, and other networks, such as 2002::/16, lead to the same nodes: those aliases
 * are left out. Every other node has one way to it; a tree in which more nodes are met than there are has a loop.
 */
#include "conf/geo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_MAXMINDDB
#include <maxminddb.h>

#include "base/bytes.h"

#define CACHED 1024
#define PENDING_MAX (LVS_PREFIX_HOST + 2)

/* A place in the tree that is still to be looked at. */
struct place {
	struct lvs_addr addr;
	uint64_t record;
	uint8_t type;
	unsigned int bits;
	MMDB_entry_s entry;
};

/* What a record comes to; many networks share one. @offset: of the record, and one more; 0: free */
struct cached {
	uint32_t offset;
	uint32_t order;
};

struct walker {
	struct lvs_conf_geo_maker *maker;
	MMDB_s mmdb;
	struct place pending[PENDING_MAX];
	unsigned int npending;
	struct cached cache[CACHED];
};

static uint32_t code_of(MMDB_entry_s *entry, const char *group, const char *key)
{
	MMDB_entry_data_s data;

	if (MMDB_get_value(entry, &data, group, key, NULL) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING)
		return LVS_CONF_CODES;
	return lvs_conf_geo_code(data.utf8_string, data.data_size);
}

/* Return: which order is for a record, and one more; 0: no rule says */
static uint32_t order_of(struct walker *walker, MMDB_entry_s *entry)
{
	struct cached *cached = &walker->cache[entry->offset % CACHED];
	uint32_t code;

	if (cached->offset == entry->offset + 1)
		return cached->order;
	*cached = (struct cached){ .offset = entry->offset + 1 };
	code = code_of(entry, "country", "iso_code");
	if (code < LVS_CONF_CODES)
		cached->order = walker->maker->countries[code];
	if (!cached->order) {
		code = code_of(entry, "continent", "code");
		if (code < LVS_CONF_CODES)
			cached->order = walker->maker->continents[code];
	}
	return cached->order;
}

/* Is @entry the left half and @right the right half of one prefix with one order? It is @entry from then on. */
static bool merge(struct lvs_prefix_entry *entry, const struct lvs_prefix_entry *right)
{
	unsigned int bit = right->bits - 1u;
	struct lvs_addr left = right->addr;

	if (!entry->weak || entry->bits != right->bits || entry->value != right->value || !right->bits ||
	    right->bits == LVS_PREFIX_IP4 || !(left.bytes[bit / 8] & 0x80 >> bit % 8))
		return false;
	left.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	if (!lvs_addr_equal(&left, &entry->addr))
		return false;
	entry->bits--;
	return true;
}

/* Return: 0, -E2BIG or -ENOMEM */
static int take_network(struct walker *walker, struct place *place)
{
	struct lvs_conf_geo_maker *maker = walker->maker;
	uint32_t order = order_of(walker, &place->entry);
	struct lvs_prefix_entry entry = {
		.addr = place->addr, .bits = (uint8_t)place->bits, .value = order - 1, .weak = true,
	};

	if (!order)
		return 0;
	if (place->bits >= LVS_PREFIX_IP4 && !place->addr.halves[0] && !place->addr.words[2])
		entry.addr.words[2] = LVS_ADDR_MAPPED;
	while (maker->n && merge(&maker->entries[maker->n - 1], &entry))
		entry = maker->entries[--maker->n];
	return lvs_conf_geo_add(maker, &entry);
}

static bool is_alias(const struct walker *walker, const struct place *place)
{
	const MMDB_ipv4_start_node_s *start = &walker->mmdb.ipv4_start_node;
	bool there = place->bits == LVS_PREFIX_IP4 && !place->addr.halves[0] && !place->addr.words[2];

	return walker->mmdb.metadata.ip_version == 6 && start->netmask == LVS_PREFIX_IP4 &&
	       place->record == start->node_value && !there;
}

/* Both halves of a node are pending. Return: 0 or -EINVAL */
static int enter(struct walker *walker, const struct place *place)
{
	struct place left = *place, right = *place;
	MMDB_search_node_s node;

	if (place->bits == LVS_PREFIX_HOST || walker->npending + 2 > PENDING_MAX ||
	    MMDB_read_node(&walker->mmdb, (uint32_t)place->record, &node) != MMDB_SUCCESS)
		return -EINVAL;
	left.bits = right.bits = place->bits + 1;
	right.addr.bytes[place->bits / 8] |= (uint8_t)(0x80 >> place->bits % 8);
	left.record = node.left_record;
	left.type = node.left_record_type;
	left.entry = node.left_record_entry;
	right.record = node.right_record;
	right.type = node.right_record_type;
	right.entry = node.right_record_entry;
	walker->pending[walker->npending++] = right;
	walker->pending[walker->npending++] = left;
	return 0;
}

/* Return: 0, -EINVAL when the tree is none, -E2BIG or -ENOMEM */
static int walk(struct walker *walker)
{
	bool four = walker->mmdb.metadata.ip_version == 4;
	uint32_t left = walker->mmdb.metadata.node_count;
	int err = 0;

	walker->pending[walker->npending++] = (struct place){
		.addr = four ? lvs_addr_from4(LVS_BE32(0)) : (struct lvs_addr){ .halves = { 0, 0 } },
		.bits = four ? LVS_PREFIX_IP4 : 0, .type = MMDB_RECORD_TYPE_SEARCH_NODE,
	};
	while (!err && walker->npending) {
		struct place place = walker->pending[--walker->npending];

		switch (place.type) {
		case MMDB_RECORD_TYPE_SEARCH_NODE:
			if (!is_alias(walker, &place))
				err = left-- ? enter(walker, &place) : -EINVAL;
			break;
		case MMDB_RECORD_TYPE_DATA:
			err = take_network(walker, &place);
			break;
		case MMDB_RECORD_TYPE_EMPTY:
			break;
		default:
			err = -EINVAL;
		}
	}
	return err;
}

int lvs_conf_geo_database(struct lvs_conf_geo_maker *maker, const char *path, const struct lvs_conf_where *where)
{
	struct walker *walker = calloc(1, sizeof(*walker));
	int status, err;

	if (!walker)
		return -ENOMEM;
	walker->maker = maker;
	status = MMDB_open(path, MMDB_MODE_MMAP, &walker->mmdb);
	if (status != MMDB_SUCCESS) {
		free(walker);
		if (status == MMDB_OUT_OF_MEMORY_ERROR)
			return -ENOMEM;
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, NULL, "\"%s\" cannot be read: %s", path,
				    status == MMDB_FILE_OPEN_ERROR ? strerror(errno) : MMDB_strerror(status));
		return 0;
	}
	err = walk(walker);
	if (err == -EINVAL)
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, "is it whole?",
				    "\"%s\" is not a tree of networks", path);
	if (err == -E2BIG)
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, NULL,
				    "\"%s\" makes it more than %u prefixes", path, LVS_CONF_PREFIXES_MAX);
	MMDB_close(&walker->mmdb);
	free(walker);
	return err == -ENOMEM ? err : 0;
}
#else
int lvs_conf_geo_database(struct lvs_conf_geo_maker *maker, const char *path, const struct lvs_conf_where *where)
{
	(void)path;
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, "\"file\" takes prefixes of any origin",
			    "databases are not supported by this build, which is without libmaxminddb");
	return 0;
}
#endif
