/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which handler answers what. */
#ifndef LVS_CONTROL_ROUTE_H
#define LVS_CONTROL_ROUTE_H

#include <stddef.h>

struct lvs_request;

#define LVS_ROUTE_PARAMS_MAX 2
#define LVS_METHODS_TEXT_BYTES 64

enum lvs_method {
	LVS_METHOD_GET,	/* HEAD too */
	LVS_METHOD_POST,
	LVS_METHOD_PUT,
	LVS_METHOD_PATCH,
	LVS_METHOD_DELETE,
	LVS_METHOD_OTHER,
};

/* @LVS_ACCESS_SESSION: everybody gets as far as the handler, which looks at the session, see visit.h */
enum lvs_access { LVS_ACCESS_READ, LVS_ACCESS_ADMIN, LVS_ACCESS_SESSION };

/**
 * struct lvs_route - one row of route.def
 * @path:	with {names} for what differs
 * @handler:	answers a request, now or later; who asks may do so
 */
struct lvs_route {
	enum lvs_method method;
	const char *path;
	enum lvs_access access;
	void (*handler)(struct lvs_request *request);
};

extern const struct lvs_route lvs_routes[];
extern const size_t lvs_nroutes;

/**
 * lvs_route_find() - whose business is it?
 * @path:	as it stands in the request
 * @ret_params:	on success, what stands in place of {names}, decoded; from malloc()
 * @ret_allowed: a bit for each method that the path has; 0: there is no such path
 *
 * Return: borrowed, or NULL
 */
const struct lvs_route *lvs_route_find(enum lvs_method method, const char *path, char *ret_params[LVS_ROUTE_PARAMS_MAX],
				       unsigned int *ret_allowed);

/* "GET, PUT"; Return: @buf */
char *lvs_methods_text(unsigned int methods, char buf[LVS_METHODS_TEXT_BYTES]);

#define ROUTE(method, path, access, handler) void lvs_api_##handler(struct lvs_request *request);
#include "control/route.def"
#undef ROUTE

#endif
