/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One service "web" with three servers whose health is looked after, from real checks to the engine's weights. The servers
 * are ports of 127.0.0.1 that are opened and closed; their weights are 10, 20 and 30.
 */
#ifndef LVS_TESTS_LIB_WARD_H
#define LVS_TESTS_LIB_WARD_H

#include <stdbool.h>
#include <stdint.h>

#include "lvsd/health.h"

struct lvs_conf;
struct lvs_loop;
struct lvs_server;
struct lvs_service;
struct lvs_timer;

#define WARD_SERVERS 3
#define WARD_CHECK "check: { type = \"tcp\"; interval = 0.1; fast_interval = 0.1; timeout = 0.1; rise = 1; fall = 1; };"

/**
 * struct ward - all of it
 * @fds, @ports: of servers on loopback, in the place of real ones; an fd of -1 is one that does not answer
 * @announced:	how often the set of servers' addresses was said to be another one
 * @web:	which service of @conf they are behind
 * @mark:	the test's own, for the facts it waits for
 */
struct ward {
	struct lvs_conf *conf;
	struct lvs_engine *engine;
	struct lvs_loop *loop;
	struct lvs_timer *timer;
	struct lvs_health *health;
	void *memory;
	int fds[WARD_SERVERS];
	uint16_t ports[WARD_SERVERS];
	int announced;
	size_t web;
	lvs_ns mark;
	bool (*wanted)(struct ward *f);
};

/* For cmocka; servers are up, and nothing is configured. */
int ward_setup(void **state);
int ward_teardown(void **state);

/* Text of lvs.conf; one that is wrong fails the test. */
struct lvs_conf *ward_parse(const char *text);

/**
 * ward_configure_beside() - a configuration for ward_reload()
 * @others:	services in front of "web", each with a comma behind it
 * @keys:	of "web"
 * @of_first:	keys of its first server
 * @backwards:	the servers stand in the other order
 */
struct lvs_conf *ward_configure_beside(struct ward *f, const char *others, const char *keys, const char *of_first,
				       bool backwards);
struct lvs_conf *ward_configure(struct ward *f, const char *keys, const char *of_first);

/* The first configuration comes into force. */
void ward_start(struct ward *f, const char *keys, const char *of_first);

/* The same with @conf, which is the ward's afterwards, and of which services[@web] is "web". */
void ward_start_at(struct ward *f, struct lvs_conf *conf, size_t web);

/* @conf, which is the ward's afterwards, follows the one in force; in between it is prepared once in vain. */
void ward_reload(struct ward *f, struct lvs_conf *conf);

/* The same with @conf->services[@web] being "web". */
void ward_reload_at(struct ward *f, struct lvs_conf *conf, size_t web);

/* Runs the loop until a fact is there. */
void ward_wait_for(struct ward *f, bool (*wanted)(struct ward *f));

void ward_bring_up(struct ward *f, int i);
void ward_take_down(struct ward *f, int i);

/* The whole of a file, for checks of that type. */
void ward_write(const char *path, const char *text);

struct lvs_service *ward_web(struct ward *f);
struct lvs_server *ward_server_at(struct ward *f, int i);

/* The engine's weights as a number of two digits each: 102030. */
unsigned int ward_weights(struct ward *f);

/* @i: in the order of the configuration */
struct lvs_server_view ward_view(struct ward *f, int i);
struct lvs_service_view ward_view_service(struct ward *f);

#endif
