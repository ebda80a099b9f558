// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both sides are sorted by key and walked together, as lists are merged: what only one side has came or went, what both
 * have is compared key by key of its table.
 */
#include "conf/diff.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/sites.h"
#include "conf/keys.h"
#include "conf/order.h"
#include "conf/text.h"
#include "sys/addrtext.h"

struct differ {
	struct lvs_conf_diff diff;
	size_t size;
	const struct lvs_conf *old_conf, *new_conf;
};

static int add(struct differ *d, struct lvs_conf_change change)
{
	change.old_conf = d->old_conf;
	change.new_conf = d->new_conf;
	if (d->diff.n == d->size) {
		size_t size = d->size ? d->size * 2 : 16;
		struct lvs_conf_change *changes = realloc(d->diff.changes, size * sizeof(*changes));

		if (!changes)
			return -ENOMEM;
		d->diff.changes = changes;
		d->size = size;
	}
	d->diff.nrestart += change.restart;
	d->diff.changes[d->diff.n++] = change;
	return 0;
}

static const void *member(const void *base, size_t offset)
{
	return (const char *)base + offset;
}

/* Whether all plain keys are the same; of lists inside only those that are whole are looked at. */
static bool keys_equal(const struct lvs_conf_group *group, const void *a, const void *b)
{
	for (size_t i = 0; i < group->nkeys; i++)
		if (!lvs_conf_key_equal(&group->keys[i], a, b))
			return false;
	return true;
}

static bool group_equal(const struct lvs_conf_group *group, const void *a, const void *b);

/* Of a list, its elements and their order. */
static bool list_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	const char *in_a = lvs_conf_list_elements(key, a), *in_b = lvs_conf_list_elements(key, b);
	size_t n = lvs_conf_list_count(key, a);

	if (n != lvs_conf_list_count(key, b))
		return false;
	for (size_t k = 0; k < n; k++)
		if (!group_equal(key->group, in_a + k * key->group->size, in_b + k * key->group->size))
			return false;
	return true;
}

/* Lists that a running director can change have changes of their own kind. */
static bool setting_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	return key->type == LVS_CONF_LIST && !key->reload ? list_equal(key, a, b) : lvs_conf_key_equal(key, a, b);
}

static int compare_settings(struct differ *d)
{
	for (size_t i = 0; i < lvs_conf_root.nkeys; i++) {
		const struct lvs_conf_key *outer = &lvs_conf_root.keys[i];
		const void *a = member(d->old_conf, outer->offset), *b = member(d->new_conf, outer->offset);

		for (size_t k = 0; outer->type == LVS_CONF_GROUP && k < outer->group->nkeys; k++) {
			const struct lvs_conf_key *key = &outer->group->keys[k];
			int err;

			if (setting_equal(key, a, b))
				continue;
			err = add(d, (struct lvs_conf_change){ .kind = LVS_CONF_SET, .restart = !key->reload,
							       .group = outer->name, .key = key });
			if (err < 0)
				return err;
		}
	}
	/* Not by its rules: the file and the database may have changed and not their names. */
	if (!lvs_sites_equal(d->old_conf->geo.table, d->new_conf->geo.table))
		return add(d, (struct lvs_conf_change){ .kind = LVS_CONF_SITES_CHANGED });
	return 0;
}

/* Return: the index of the first rule that differs, or is on one side only; nmarks of both if all are the same */
static size_t first_other_mark(const struct lvs_conf *a, const struct lvs_conf *b)
{
	size_t i = 0;

	while (i < a->nmarks && i < b->nmarks && keys_equal(&lvs_conf_mark_group, &a->marks[i], &b->marks[i]))
		i++;
	return i;
}

static int compare_marks(struct differ *d)
{
	if (d->old_conf->nmarks == d->new_conf->nmarks && first_other_mark(d->old_conf, d->new_conf) == d->old_conf->nmarks)
		return 0;
	return add(d, (struct lvs_conf_change){ .kind = LVS_CONF_MARKS });
}

static int compare_server(struct differ *d, struct lvs_conf_change change)
{
	if (!change.old_server)
		change.kind = LVS_CONF_SERVER_ADDED;
	else if (!change.new_server)
		change.kind = LVS_CONF_SERVER_REMOVED;
	else if (!keys_equal(&lvs_conf_server_group, change.old_server, change.new_server))
		change.kind = LVS_CONF_SERVER_EDITED;
	else
		return 0;
	return add(d, change);
}

static int compare_servers(struct differ *d, const struct lvs_conf_service *old_service,
			   const struct lvs_conf_service *new_service)
{
	const struct lvs_conf_server **a = lvs_conf_sorted_servers(old_service);
	const struct lvs_conf_server **b = lvs_conf_sorted_servers(new_service);
	size_t i = 0, k = 0;
	int err = a && b ? 0 : -ENOMEM;

	while (err == 0 && (i < old_service->nservers || k < new_service->nservers)) {
		struct lvs_conf_change change = { .old_service = old_service, .new_service = new_service };
		int order = i == old_service->nservers	 ? 1
			    : k == new_service->nservers ? -1
							 : lvs_conf_order_servers(a[i], b[k]);

		if (order <= 0)
			change.old_server = a[i++];
		if (order >= 0)
			change.new_server = b[k++];
		err = compare_server(d, change);
	}
	free(a);
	free(b);
	return err;
}

static int compare_service(struct differ *d, const struct lvs_conf_service *old_service,
			   const struct lvs_conf_service *new_service)
{
	struct lvs_conf_change change = { .old_service = old_service, .new_service = new_service };
	int err = 0;

	if (!old_service || !new_service) {
		change.kind = old_service ? LVS_CONF_SERVICE_REMOVED : LVS_CONF_SERVICE_ADDED;
		return add(d, change);
	}
	if (!keys_equal(&lvs_conf_service_group, old_service, new_service)) {
		change.kind = LVS_CONF_SERVICE_EDITED;
		err = add(d, change);
	}
	return err < 0 ? err : compare_servers(d, old_service, new_service);
}

static int compare_services(struct differ *d)
{
	const struct lvs_conf_service **a = lvs_conf_sorted_services(d->old_conf);
	const struct lvs_conf_service **b = lvs_conf_sorted_services(d->new_conf);
	size_t i = 0, k = 0;
	int err = a && b ? 0 : -ENOMEM;

	while (err == 0 && (i < d->old_conf->nservices || k < d->new_conf->nservices)) {
		const struct lvs_conf_service *old_service = NULL, *new_service = NULL;
		int order = i == d->old_conf->nservices	  ? 1
			    : k == d->new_conf->nservices ? -1
							  : lvs_conf_order_services(a[i], b[k]);

		if (order <= 0)
			old_service = a[i++];
		if (order >= 0)
			new_service = b[k++];
		err = compare_service(d, old_service, new_service);
	}
	free(a);
	free(b);
	return err;
}

/* Pointers into one array, or NULL on both sides. */
static int by_pointer(const void *a, const void *b)
{
	return (a > b) - (a < b);
}

/* Elements of one kind have their object on the same side, so their pointers are into one array and in its order. */
static int by_kind(const void *a, const void *b)
{
	const struct lvs_conf_change *x = a, *y = b;
	int order = (int)x->kind - (int)y->kind;

	if (!order)
		order = by_pointer(x->key, y->key);
	if (!order)
		order = x->new_service ? by_pointer(x->new_service, y->new_service)
				       : by_pointer(x->old_service, y->old_service);
	if (!order)
		order = x->new_server ? by_pointer(x->new_server, y->new_server)
				      : by_pointer(x->old_server, y->old_server);
	return order;
}

int lvs_conf_diff_init(const struct lvs_conf *old_conf, const struct lvs_conf *new_conf, struct lvs_conf_diff *ret_diff)
{
	struct differ d = { .old_conf = old_conf, .new_conf = new_conf };
	size_t settings;
	int err;

	err = compare_settings(&d);
	if (err == 0)
		err = compare_marks(&d);
	settings = d.diff.n;
	if (err == 0)
		err = compare_services(&d);
	if (err < 0) {
		lvs_conf_diff_fini(&d.diff);
		return err;
	}
	if (d.diff.n > settings)
		qsort(d.diff.changes + settings, d.diff.n - settings, sizeof(*d.diff.changes), by_kind);
	*ret_diff = d.diff;
	return 0;
}

void lvs_conf_diff_fini(struct lvs_conf_diff *diff)
{
	free(diff->changes);
	*diff = (struct lvs_conf_diff){ .n = 0 };
}

const char *lvs_conf_key_name(const struct lvs_conf_key *key)
{
	return key->name;
}

struct line {
	char *buf;
	size_t size;
	size_t at;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line->buf + line->at, line->size - line->at, format, args);
	va_end(args);
	if (len > 0)
		line->at = (size_t)len < line->size - line->at ? line->at + (size_t)len : line->size - 1;
}

static void put_key(struct line *line, const struct lvs_conf_key *key, const void *a, const void *b)
{
	char from[LVS_CONF_VALUE_BYTES], to[LVS_CONF_VALUE_BYTES];

	if (key->type == LVS_CONF_LIST) {
		put(line, "other %s", key->name);
		return;
	}
	put(line, "%s %s -> %s", key->name, lvs_conf_key_format(key, a, from), lvs_conf_key_format(key, b, to));
}

static void put_keys(struct line *line, const struct lvs_conf_group *group, const void *a, const void *b)
{
	const char *comma = "";

	for (size_t i = 0; i < group->nkeys; i++) {
		if (lvs_conf_key_equal(&group->keys[i], a, b))
			continue;
		put(line, "%s", comma);
		put_key(line, &group->keys[i], a, b);
		comma = ", ";
	}
}

static void put_service(struct line *line, const struct lvs_conf_service *service, const char *what)
{
	char text[LVS_CONF_SERVICE_TEXT_BYTES];

	put(line, "service \"%s\" (%s) %s, %zu server%s", service->name, lvs_conf_service_text(service, text), what,
	    service->nservers, service->nservers == 1 ? "" : "s");
}

static void put_server(struct line *line, const struct lvs_conf_change *change)
{
	const struct lvs_conf_server *server = change->new_server ? change->new_server : change->old_server;
	char text[LVS_ENDPOINT_TEXT_BYTES];

	put(line, "service \"%s\": server %s", change->new_service->name,
	    lvs_endpoint_format(&server->addr, server->port, text));
	if (!change->new_server) {
		put(line, " removed");
	} else if (!change->old_server) {
		put(line, " added, weight %u", server->weight);
	} else {
		put(line, ": ");
		put_keys(line, &lvs_conf_server_group, change->old_server, change->new_server);
	}
}

static void put_setting(struct line *line, const struct lvs_conf_change *change)
{
	const struct lvs_conf_key *group = lvs_conf_group_find(&lvs_conf_root, change->group);

	put(line, "%s: ", change->group);
	put_key(line, change->key, member(change->old_conf, group->offset), member(change->new_conf, group->offset));
	if (change->restart)
		put(line, " (takes a restart)");
}

static void put_marks(struct line *line, const struct lvs_conf *a, const struct lvs_conf *b)
{
	size_t i = first_other_mark(a, b);

	put(line, "marks: %zu rule%s -> %zu", a->nmarks, a->nmarks == 1 ? "" : "s", b->nmarks);
	if (i < a->nmarks && i < b->nmarks) {
		put(line, ", from rule %zu on: ", i + 1);
		put_keys(line, &lvs_conf_mark_group, &a->marks[i], &b->marks[i]);
	}
}

char *lvs_conf_change_describe(const struct lvs_conf_change *change, char *buf, size_t size)
{
	struct line line = { .buf = buf, .size = size };

	switch (change->kind) {
	case LVS_CONF_SET:
		put_setting(&line, change);
		break;
	case LVS_CONF_SITES_CHANGED:
		put(&line, "geo: other orders of sites, %zu prefixes -> %zu", change->old_conf->geo.nprefixes,
		    change->new_conf->geo.nprefixes);
		break;
	case LVS_CONF_MARKS:
		put_marks(&line, change->old_conf, change->new_conf);
		break;
	case LVS_CONF_SERVICE_REMOVED:
		put_service(&line, change->old_service, "removed");
		break;
	case LVS_CONF_SERVICE_ADDED:
		put_service(&line, change->new_service, "added");
		break;
	case LVS_CONF_SERVICE_EDITED:
		put(&line, "service \"%s\": ", change->old_service->name);
		put_keys(&line, &lvs_conf_service_group, change->old_service, change->new_service);
		break;
	case LVS_CONF_SERVER_REMOVED:
	case LVS_CONF_SERVER_ADDED:
	case LVS_CONF_SERVER_EDITED:
		put_server(&line, change);
		break;
	}
	return buf;
}

static bool group_equal(const struct lvs_conf_group *group, const void *a, const void *b)
{
	for (size_t i = 0; i < group->nkeys; i++) {
		const struct lvs_conf_key *key = &group->keys[i];
		const void *in_a = member(a, key->offset), *in_b = member(b, key->offset);

		if (key->type == LVS_CONF_GROUP && !group_equal(key->group, in_a, in_b))
			return false;
		if (!lvs_conf_key_equal(key, a, b))
			return false;
		if (key->type == LVS_CONF_LIST && !list_equal(key, a, b))
			return false;
	}
	return true;
}

bool lvs_conf_equal(const struct lvs_conf *a, const struct lvs_conf *b)
{
	return group_equal(&lvs_conf_root, a, b);
}
