/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters on the command line, "KEY=VALUE", as the query of a call. */
#ifndef LVS_LVSCTL_FILTER_H
#define LVS_LVSCTL_FILTER_H

#include <stddef.h>

#define LVS_FILTER_KEYS_MAX 12

/**
 * struct lvs_filter - what may be asked for, and what is
 * @keys:	a list that ends with NULL
 * @usual:	the key of a word without "="
 * @values:	by key, borrowed; NULL: anything
 */
struct lvs_filter {
	const char *const *keys;
	const char *usual;
	const char *values[LVS_FILTER_KEYS_MAX];
};

/* @args: changed. Return: LVS_EXIT_OK, or LVS_EXIT_USAGE after a message */
int lvs_filter_read(struct lvs_filter *filter, char *args[], size_t n);

/* @key: one of the keys; @value: NULL leaves it as it is */
void lvs_filter_set(struct lvs_filter *filter, const char *key, const char *value);

/* Return: owned path with the query, or NULL without memory. @resource: behind "/v1/" */
char *lvs_filter_path(const struct lvs_filter *filter, const char *resource);

#endif
