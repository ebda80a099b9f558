// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables once more, outwards. What is written is a file that means the same with every default spelled out; numbers
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

static void dump_group(const struct lvs_conf_group *group, const void *base, int depth, FILE *out);

static void dump_list(const struct lvs_conf_key *key, const void *base, int depth, FILE *out)
{
	const char *elements = *(const char *const *)(const void *)((const char *)base + key->offset);
	size_t n = *(const size_t *)(const void *)((const char *)base + key->count);

	(void)fprintf(out, "%s: (", key->name);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(i ? ",\n" : "\n", out);
		indent(out, depth + 1);
		(void)fputs("{\n", out);
		dump_group(key->group, elements + i * key->group->size, depth + 2, out);
		indent(out, depth + 1);
		(void)fputs("}", out);
	}
	if (n) {
		(void)fputc('\n', out);
		indent(out, depth);
	}
	(void)fputs(");\n", out);
}

static void dump_group(const struct lvs_conf_group *group, const void *base, int depth, FILE *out)
{
	char value[LVS_CONF_VALUE_BYTES];

	for (size_t i = 0; i < group->nkeys; i++) {
		const struct lvs_conf_key *key = &group->keys[i];

		if (key->type == LVS_CONF_ABSENT || lvs_conf_key_unset(key, base))
			continue;
		indent(out, depth);
		if (key->type == LVS_CONF_LIST) {
			dump_list(key, base, depth, out);
		} else if (key->type == LVS_CONF_GROUP) {
			(void)fprintf(out, "%s: {\n", key->name);
			dump_group(key->group, (const char *)base + key->offset, depth + 1, out);
			indent(out, depth);
			(void)fputs("};\n", out);
		} else {
			(void)fprintf(out, "%s = %s;\n", key->name, lvs_conf_key_format(key, base, value));
		}
	}
}

int lvs_conf_dump(const struct lvs_conf *conf, FILE *out)
{
	dump_group(&lvs_conf_root, conf, 0, out);
	return fflush(out) == 0 && !ferror(out) ? 0 : -EIO;
}
