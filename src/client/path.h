/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of the API from names that may hold anything. */
#ifndef LVS_CLIENT_PATH_H
#define LVS_CLIENT_PATH_H

/**
 * lvs_client_path() - join segments to a path
 * @segments:	"v1", "services", ... and a NULL behind them; each is percent-encoded
 *
 * Return: owned text, "/v1/services/..."; NULL when out of memory
 */
char *lvs_client_path(const char *const *segments);

/**
 * lvs_client_query() - put a query behind a path
 * @path:	as made by lvs_client_path()
 * @pairs:	name, value, name, value, ... and a NULL behind them; pairs whose value is NULL are left out, and values
 *		are percent-encoded
 *
 * Return: owned text; NULL when out of memory
 */
char *lvs_client_query(const char *path, const char *const *pairs);

#endif
