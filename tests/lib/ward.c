// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/ward.h"

#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "lvsd/rules.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "tests/lib/asker.h"

struct lvs_conf *ward_parse(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (lvs_conf_parse(text, strlen(text), "test", &errors, &conf)) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("the test's own configuration is wrong");
	}
	return conf;
}

/* The ports of the servers are asked at 127.0.0.1, whose addresses may not be servers' in a file. */
struct lvs_conf *ward_configure_beside(struct ward *f, const char *others, const char *keys, const char *of_first,
				       bool backwards)
{
	char text[4096];
	struct lvs_conf *conf;
	int at;

	at = snprintf(text, sizeof(text), "services: ( %s { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\";\n%s\n"
		      "servers: (", others, keys);
	for (int i = 0; i < WARD_SERVERS; i++) {
		int which = backwards ? WARD_SERVERS - 1 - i : i;

		at += snprintf(text + at, sizeof(text) - (size_t)at, "%s{ address = \"10.0.0.%d:80\"; weight = %d; %s }", i ? "," : "",
			       which + 1, 10 * (which + 1), which ? "" : of_first);
	}
	(void)snprintf(text + at, sizeof(text) - (size_t)at, "); } );");
	conf = ward_parse(text);
	for (size_t i = 0; i < conf->nservices; i++) {
		for (size_t k = 0; !strcmp(conf->services[i].name, "web") && k < WARD_SERVERS; k++) {
			struct lvs_conf_server *server = &conf->services[i].servers[k];

			server->port = f->ports[server->weight / 10 - 1];
			server->addr = test_addr("127.0.0.1");
		}
	}
	return conf;
}

struct lvs_conf *ward_configure(struct ward *f, const char *keys, const char *of_first)
{
	return ward_configure_beside(f, "", keys, of_first, false);
}

static void on_announce(void *arg)
{
	struct ward *f = arg;

	f->announced++;
}

static void on_look(void *arg)
{
	struct ward *f = arg;
	lvs_ns now = lvs_clock_now();

	if (f->wanted(f))
		lvs_loop_stop(f->loop);
	else
		lvs_timer_start(f->timer, now + 5 * LVS_NS_PER_MS, now);
}

void ward_wait_for(struct ward *f, bool (*wanted)(struct ward *f))
{
	f->wanted = wanted;
	lvs_timer_start(f->timer, 0, lvs_clock_now());
	assert_int_equal(lvs_loop_run(f->loop), 0);
}

void ward_bring_up(struct ward *f, int i)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) }, .sin_port = htons(f->ports[i]) };

	if (f->fds[i] < 0) {
		f->fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(setsockopt(f->fds[i], SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)), 0);
		assert_int_equal(bind(f->fds[i], (struct sockaddr *)&at, sizeof(at)), 0);
	}
	assert_int_equal(listen(f->fds[i], 4096), 0);
}

void ward_take_down(struct ward *f, int i)
{
	(void)close(f->fds[i]);
	f->fds[i] = -1;
}

void ward_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

int ward_setup(void **state)
{
	struct ward *f = calloc(1, sizeof(*f));

	for (int i = 0; i < WARD_SERVERS; i++) {
		f->ports[i] = test_dead_port(&f->fds[i]);
		ward_bring_up(f, i);
	}
	*state = f;
	return lvs_loop_new(&f->loop) || lvs_timer_new(f->loop, on_look, f, &f->timer) ? -1 : 0;
}

void ward_start_at(struct ward *f, struct lvs_conf *conf, size_t web)
{
	struct lvs_engine_options options;
	struct lvs_health_options health = { .loop = f->loop, .changed = on_announce, .arg = f };
	char message[LVS_HEALTH_MESSAGE_BYTES];
	struct lvs_health_set *set;

	f->conf = conf;
	f->web = web;
	lvs_rules_options(f->conf, &options);
	options.max_connections = 100;
	f->memory = aligned_alloc(64, (lvs_conn_table_bytes(100) + 63) / 64 * 64);
	memset(f->memory, 0, lvs_conn_table_bytes(100));
	options.memory = f->memory;
	assert_int_equal(lvs_engine_new(&options, 0, &f->engine), 0);
	health.engine = f->engine;
	assert_int_equal(lvs_health_new(&health, &f->health), 0);
	assert_int_equal(lvs_health_draft(f->health, f->conf, NULL, message, &set), 0);
	assert_int_equal(lvs_health_prepare(f->health, set), 0);
	assert_int_equal(lvs_rules_load(f->engine, f->conf, lvs_health_overlay(set)), 0);
	lvs_health_adopt(f->health, set);
}

void ward_start(struct ward *f, const char *keys, const char *of_first)
{
	ward_start_at(f, ward_configure(f, keys, of_first), 0);
}

void ward_reload_at(struct ward *f, struct lvs_conf *conf, size_t web)
{
	struct lvs_classifier *classifier = NULL;
	struct lvs_rules_plan *plan;
	struct lvs_conf_diff diff;
	char message[LVS_HEALTH_MESSAGE_BYTES];
	struct lvs_health_set *set;

	assert_int_equal(lvs_conf_diff_init(f->conf, conf, &diff), 0);
	assert_int_equal(lvs_rules_plan_new(&diff, conf, &plan), 0);
	/* Those that do not come into force first. */
	for (int prepared = 0; prepared < 2; prepared++) {
		assert_int_equal(lvs_health_draft(f->health, conf, &diff, message, &set), 0);
		if (prepared)
			assert_int_equal(lvs_health_prepare(f->health, set), 0);
		lvs_health_discard(set);
	}
	assert_int_equal(lvs_health_draft(f->health, conf, &diff, message, &set), 0);
	assert_int_equal(lvs_health_prepare(f->health, set), 0);
	assert_int_equal(lvs_rules_apply(f->engine, plan, &classifier, lvs_health_overlay(set), 0), 0);
	lvs_health_adopt(f->health, set);
	lvs_rules_plan_free(plan);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(f->conf);
	f->conf = conf;
	f->web = web;
}

void ward_reload(struct ward *f, struct lvs_conf *conf)
{
	ward_reload_at(f, conf, 0);
}

int ward_teardown(void **state)
{
	struct ward *f = *state;

	lvs_health_free(f->health);
	lvs_engine_free(f->engine);
	lvs_timer_free(f->timer);
	lvs_loop_free(f->loop);
	lvs_conf_free(f->conf);
	for (int i = 0; i < WARD_SERVERS; i++)
		if (f->fds[i] >= 0)
			(void)close(f->fds[i]);
	free(f->memory);
	free(f);
	return 0;
}

struct lvs_service *ward_web(struct ward *f)
{
	return lvs_service_find(lvs_engine_rules(f->engine), &(struct lvs_service_key){ .addr = test_addr("192.0.2.1"),
			.port = LVS_BE16(80), .proto = 6 });
}

struct lvs_server *ward_server_at(struct ward *f, int i)
{
	struct lvs_addr addr = test_addr("127.0.0.1");

	return lvs_server_find(ward_web(f), &addr, LVS_BE16(f->ports[i]));
}

unsigned int ward_weights(struct ward *f)
{
	unsigned int sum = 0;

	for (int i = 0; i < WARD_SERVERS; i++)
		sum = sum * 100 + ward_server_at(f, i)->spec.weight;
	return sum;
}

struct lvs_server_view ward_view(struct ward *f, int i)
{
	struct lvs_server_view view;

	lvs_health_server(f->health, &f->conf->services[f->web], &f->conf->services[f->web].servers[i], &view);
	return view;
}

struct lvs_service_view ward_view_service(struct ward *f)
{
	struct lvs_service_view view;

	lvs_health_service(f->health, &f->conf->services[f->web], &view);
	return view;
}
