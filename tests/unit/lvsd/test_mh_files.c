// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Directors that share their clients agree about every one of them as long as their files say the same, in whatever order:
 * services and servers shuffled, read at once or come by in reloads. From the text to the server that gets the packet.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "engine/core.h"
#include "engine/sched.h"
#include "lvsd/rules.h"

#define SERVICES 3
#define SERVERS 40
#define CLIENTS 20000
#define TEXT_BYTES 65536
#define ROOM 16

struct director {
	void *memory;
	struct lvs_engine *engine;
	struct lvs_conf *conf;
};

static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)((*random >> 32) % below);
}

/* 0 to @n - 1 in any order; as they are if *@random is 0 */
static void shuffle(uint32_t *numbers, uint32_t n, uint64_t *random)
{
	for (uint32_t i = 0; i < n; i++)
		numbers[i] = i;
	for (uint32_t i = n - 1; *random && i > 0; i--) {
		uint32_t k = draw(random, i + 1), swap = numbers[i];

		numbers[i] = numbers[k];
		numbers[k] = swap;
	}
}

/* IPv4 with weights, IPv6, and one whose key is the port as well. */
static size_t write_service(char *text, size_t at, uint32_t service, uint32_t nservers, uint64_t *random)
{
	static const char *const heads[SERVICES] = {
		"address = \"192.0.2.1:80\";",
		"address = \"[2001:db8::1]:80\"; protocol = \"udp\"; mh_table_size = 8191;",
		"address = \"192.0.2.2:443\"; scheduler_flags = [ \"mh-port\" ];",
	};
	uint32_t order[SERVERS];

	shuffle(order, nservers, random);
	at += (size_t)snprintf(text + at, TEXT_BYTES - at, "{ %s scheduler = \"mh\"; servers: (", heads[service]);
	for (uint32_t i = 0; i < nservers; i++) {
		uint32_t n = order[i];

		at += (size_t)snprintf(text + at, TEXT_BYTES - at,
				       service == 1 ? "%s { address = \"[2001:db8:1::%x]:80\"; weight = %u; }" :
						      "%s { address = \"10.0.0.%u:8080\"; weight = %u; }",
				       i ? "," : "", n + 1, service == 0 ? 1 + n % 4 : 1);
	}
	at += (size_t)snprintf(text + at, TEXT_BYTES - at, ") }");
	assert_true(at < TEXT_BYTES);
	return at;
}

/* *@random: the order, 0 for none */
static struct lvs_conf *file(uint32_t nservers, uint64_t *random)
{
	static char text[TEXT_BYTES];
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	uint32_t order[SERVICES];
	size_t at = (size_t)snprintf(text, sizeof(text), "services: (");

	shuffle(order, SERVICES, random);
	for (uint32_t i = 0; i < SERVICES; i++) {
		at = write_service(text, at, order[i], nservers, random);
		at += (size_t)snprintf(text + at, sizeof(text) - at, i + 1 < SERVICES ? "," : ");");
	}
	if (lvs_conf_parse(text, at, "test", &errors, &conf)) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("the test's own configuration is wrong");
	}
	return conf;
}

static void start(struct director *director, struct lvs_conf *conf)
{
	struct lvs_engine_options options;
	size_t bytes = (lvs_conn_table_bytes(ROOM) + 63) / 64 * 64;

	*director = (struct director){ .conf = conf, .memory = aligned_alloc(64, bytes) };
	assert_non_null(director->memory);
	memset(director->memory, 0, bytes);
	lvs_rules_options(conf, &options);
	options.max_connections = ROOM;
	options.memory = director->memory;
	options.key = (struct lvs_hash_key){ (uintptr_t)director->memory, 7 };	/* each has its own */
	assert_int_equal(lvs_engine_new(&options, 0, &director->engine), 0);
	assert_int_equal(lvs_rules_load(director->engine, conf, NULL), 0);
}

static void reload(struct director *director, struct lvs_conf *conf)
{
	struct lvs_classifier *classifier = NULL;	/* no marks */
	struct lvs_rules_plan *plan;
	struct lvs_conf_diff diff;

	assert_int_equal(lvs_conf_diff_init(director->conf, conf, &diff), 0);
	assert_int_equal(lvs_rules_plan_new(&diff, conf, &plan), 0);
	assert_int_equal(lvs_rules_apply(director->engine, plan, &classifier, NULL, 0), 0);
	lvs_rules_plan_free(plan);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(director->conf);
	director->conf = conf;
}

static void stop(struct director *director)
{
	lvs_engine_free(director->engine);
	lvs_conf_free(director->conf);
	free(director->memory);
}

/* Return: the server of client @i of @service */
static struct lvs_addr server_of(struct director *director, uint32_t service, uint32_t i)
{
	struct lvs_packet packet = { .proto = service == 1 ? 17 : 6, .kind = LVS_PACKET_FLOW };
	const struct lvs_server *server;
	struct lvs_service *found;

	packet.tuple.dst = test_addr(service == 0 ? "192.0.2.1" : service == 1 ? "2001:db8::1" : "192.0.2.2");
	packet.tuple.dport = LVS_BE16(service == 2 ? 443 : 80);
	packet.tuple.src = service == 1 ? test_addr("2001:db8:c::") : test_addr("198.18.0.0");
	packet.tuple.src.words[3] = LVS_BE32(lvs_host32(packet.tuple.src.words[3]) + i);
	packet.tuple.sport = LVS_BE16(1024 + i % 50000);
	packet.tuple.proto = packet.proto;
	found = lvs_service_lookup(lvs_engine_rules(director->engine), &packet);
	assert_non_null(found);
	server = found->spec.sched->pick(found, &packet.tuple, 0);
	assert_non_null(server);
	return server->spec.addr;
}

/* Return: how many of all clients have another server there */
static uint32_t differ(struct director *a, struct director *b)
{
	uint32_t n = 0;

	for (uint32_t service = 0; service < SERVICES; service++) {
		for (uint32_t i = 0; i < CLIENTS; i++) {
			const struct lvs_addr one = server_of(a, service, i), other = server_of(b, service, i);

			n += !lvs_addr_equal(&one, &other);
		}
	}
	return n;
}

static void the_order_in_a_file_does_not_matter(void **state)
{
	struct director plain, shuffled;
	uint64_t random = 0;

	(void)state;
	start(&plain, file(SERVERS, &random));
	for (unsigned int round = 1; round <= 5; round++) {
		random = round * 0x9e3779b97f4a7c15ULL;
		start(&shuffled, file(SERVERS, &random));
		assert_int_equal(differ(&plain, &shuffled), 0);
		stop(&shuffled);
	}
	stop(&plain);
}

static void neither_does_the_way_they_came_there(void **state)
{
	uint64_t random = 0, order = 88172645463325252ULL;
	struct director plain, reloaded;

	(void)state;
	start(&plain, file(SERVERS, &random));
	start(&reloaded, file(1, &order));
	for (uint32_t n = 2; n < SERVERS - 1; n += 1 + draw(&order, 5))
		reload(&reloaded, file(n, &order));
	assert_true(differ(&plain, &reloaded) > 0);	/* or the last step would show nothing */
	reload(&reloaded, file(SERVERS, &order));
	assert_int_equal(differ(&plain, &reloaded), 0);
	reload(&reloaded, file(SERVERS / 2, &order));
	reload(&reloaded, file(SERVERS, &order));
	assert_int_equal(differ(&plain, &reloaded), 0);
	stop(&reloaded);
	stop(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_in_a_file_does_not_matter),
		cmocka_unit_test(neither_does_the_way_they_came_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
