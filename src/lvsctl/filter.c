// SPDX-License-Identifier: GPL-2.0-or-later
/* What a value may be is the daemon's to say; which keys there are is known here, so that a slip of the finger is told at once. */
#include "lvsctl/filter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/path.h"
#include "conf/suggest.h"
#include "lvsctl/command.h"

/* Return: where the key is, or the end of the list */
static size_t find(const struct lvs_filter *filter, const char *key, struct lvs_conf_suggest *suggest)
{
	size_t i = 0;

	lvs_conf_suggest_init(suggest, key);
	while (filter->keys[i] && strcmp(filter->keys[i], key) != 0)
		lvs_conf_suggest_try(suggest, filter->keys[i++]);
	assert(i < LVS_FILTER_KEYS_MAX);
	return i;
}

void lvs_filter_set(struct lvs_filter *filter, const char *key, const char *value)
{
	struct lvs_conf_suggest suggest;

	if (value)
		filter->values[find(filter, key, &suggest)] = value;
}

int lvs_filter_read(struct lvs_filter *filter, char *args[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct lvs_conf_suggest suggest;
		char *equals = strchr(args[i], '=');
		size_t key;

		if (!equals) {
			lvs_filter_set(filter, filter->usual, args[i]);
			continue;
		}
		*equals = '\0';
		key = find(filter, args[i], &suggest);
		if (!filter->keys[key])
			return lvs_ctl_fail(LVS_EXIT_USAGE, "there is no filter '%s'%s%s%s", args[i], suggest.best ? "; did you mean '" : "",
					    suggest.best ? suggest.best : "", suggest.best ? "'?" : "");
		filter->values[key] = equals + 1;
	}
	return LVS_EXIT_OK;
}

char *lvs_filter_path(const struct lvs_filter *filter, const char *resource)
{
	const char *pairs[2 * LVS_FILTER_KEYS_MAX + 1];
	const char *const segments[] = { "v1", resource, NULL };
	char *path = lvs_client_path(segments), *whole;
	size_t n = 0;

	for (; filter->keys[n]; n++) {
		pairs[2 * n] = filter->keys[n];
		pairs[2 * n + 1] = filter->values[n];
	}
	pairs[2 * n] = NULL;
	whole = path ? lvs_client_query(path, pairs) : NULL;
	free(path);
	return whole;
}
