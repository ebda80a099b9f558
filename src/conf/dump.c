// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables once more, outwards. What is written is a file that means the same with every default spelled out; what
 * servers have from their service stands there only, or many servers would make a file too long to be read. Numbers
 * stay as they are even beyond what libconfig's int holds, since the scan reads them.
 */
#include "conf/conf.h"

#include <errno.h>

#include "conf/keys.h"

static void indent(FILE *out, int depth)
{
	while (depth-- > 0)
		(void)fputc('\t', out);
}

/* The group that is being written: @around are those whose list or member it is in, NULL at the root. */
struct place {
	const struct lvs_conf_group *group;
	const void *base;
	const struct place *around;
	int depth;
};

static void dump_group(const struct place *place, FILE *out);

static void dump_braces(const struct place *place, const struct lvs_conf_key *key, const void *base, FILE *out)
{
	(void)fprintf(out, "%s: {\n", key->name);
	dump_group(&(struct place){ key->group, base, place, place->depth + 1 }, out);
	indent(out, place->depth);
	(void)fputs("};\n", out);
}

static void dump_list(const struct place *place, const struct lvs_conf_key *key, FILE *out)
{
	const void *base = place->base;
	int depth = place->depth;
	const char *elements = lvs_conf_list_elements(key, base);
	size_t n = lvs_conf_list_count(key, base);

	if (key->alone) {
		dump_braces(place, key, elements, out);
		return;
	}
	(void)fprintf(out, "%s: (", key->name);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(i ? ",\n" : "\n", out);
		indent(out, depth + 1);
		(void)fputs("{\n", out);
		dump_group(&(struct place){ key->group, elements + i * key->group->size, place, depth + 2 }, out);
		indent(out, depth + 1);
		(void)fputs("}", out);
	}
	if (n) {
		(void)fputc('\n', out);
		indent(out, depth);
	}
	(void)fputs(");\n", out);
}

static bool is_left_out(const struct place *place, const struct lvs_conf_key *key)
{
	return key->type == LVS_CONF_ABSENT || lvs_conf_key_unset(key, place->base) ||
	       (place->around && lvs_conf_key_as_around(key, place->base, place->around->group, place->around->base));
}

static void dump_group(const struct place *place, FILE *out)
{
	char value[LVS_CONF_VALUE_BYTES];

	for (size_t i = 0; i < place->group->nkeys; i++) {
		const struct lvs_conf_key *key = &place->group->keys[i];

		if (is_left_out(place, key))
			continue;
		indent(out, place->depth);
		if (key->type == LVS_CONF_LIST) {
			dump_list(place, key, out);
		} else if (key->type == LVS_CONF_GROUP) {
			dump_braces(place, key, (const char *)place->base + key->offset, out);
		} else {
			(void)fprintf(out, "%s = %s;\n", key->name, lvs_conf_key_format(key, place->base, value));
		}
	}
}

int lvs_conf_dump(const struct lvs_conf *conf, FILE *out)
{
	dump_group(&(struct place){ &lvs_conf_root, conf, NULL, 0 }, out);
	return fflush(out) == 0 && !ferror(out) ? 0 : -EIO;
}
