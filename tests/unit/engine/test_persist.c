// SPDX-License-Identifier: GPL-2.0-or-later
/* Who comes back to which server, and how long: the series of the reference as tables, and its points by name. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>

#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

#define VIP "192.0.2.10"

struct service {
	uint16_t port;
	uint8_t proto;
	uint16_t server_port;
	struct lvs_persist_spec persist;
};

static const struct lvs_service_spec *spec_of(const struct service *what)
{
	static struct lvs_service_spec spec;

	spec = (struct lvs_service_spec){
		.key = { .addr = test_addr(VIP), .port = LVS_BE16(what->port), .proto = what->proto },
		.sched = lvs_sched_find("rr"),
		.persist = what->persist,
	};
	if (!spec.persist.mask.halves[0])
		spec.persist.mask = lvs_persist_mask6(128);
	return &spec;
}

static struct lvs_server_spec server_spec(unsigned int number, uint16_t port, uint32_t weight)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "10.2.0.%u", number);
	return (struct lvs_server_spec){ .addr = test_addr(text), .port = LVS_BE16(port), .weight = weight,
					 .forward = lvs_forward_find("masq") };
}

static struct lvs_service *serve(struct director *director, const struct service *what)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, spec_of(what), &service), 0);
	for (unsigned int n = 1; n <= 3; n++) {
		struct lvs_server_spec spec = server_spec(n, what->server_port, 1);

		assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	}
	return service;
}

static struct lvs_service *serve_web(struct director *director)
{
	return serve(director, &(struct service){ .port = 8000, .proto = LVS_PROTO_TCP, .server_port = 8000,
						  .persist = { .timeout = 300 } });
}

static struct lvs_server *nth(const struct lvs_service *service, unsigned int number)
{
	struct lvs_server_spec spec = server_spec(number, 0, 0);

	for (uint32_t i = 0; i < service->nservers; i++)
		if (lvs_addr_equal(&service->servers[i]->spec.addr, &spec.addr))
			return service->servers[i];
	return NULL;
}

static struct build segment(const char *client, uint16_t cport, uint16_t vport, uint8_t flags)
{
	return (struct build){ .src = client, .dst = VIP, .sport = cport, .dport = vport, .proto = LVS_PROTO_TCP,
			       .tcp_flags = flags };
}

/* Return: last byte of the server's address that a SYN went to, 0 if it went nowhere */
static unsigned int syn(struct director *director, const char *client, uint16_t cport, uint16_t vport)
{
	struct build what = segment(client, cport, vport, LVS_TCP_SYN);

	if (director_take(director, &what) != LVS_DROP_NONE)
		return 0;
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].data[17], 2);
	return director->out[0].data[19];
}

static uint16_t out_port(const struct director *director)
{
	return (uint16_t)(director->out[0].data[22] << 8 | director->out[0].data[23]);
}

/* A whole connection, up to TIME_WAIT. */
static unsigned int connect_once(struct director *director, const char *client, uint16_t cport, uint16_t vport)
{
	unsigned int server = syn(director, client, cport, vport);
	struct build ack = segment(client, cport, vport, LVS_TCP_ACK);
	struct build fin = segment(client, cport, vport, LVS_TCP_FIN | LVS_TCP_ACK);

	if (server) {
		assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
		assert_int_equal(director_take(director, &fin), LVS_DROP_NONE);
	}
	return server;
}

static struct lvs_conn *find_template(const struct director *director, const char *client, uint16_t vport)
{
	struct lvs_conn_table *table = &director->engine->conns;
	struct lvs_tuple key = { .src = test_addr(client), .dst = test_addr(VIP), .dport = LVS_BE16(vport),
				 .proto = LVS_PROTO_TCP | LVS_PERSIST_PROTO };
	enum lvs_dir dir;

	return lvs_conn_find(table, &key, lvs_conn_hash(table, &key), &dir);
}

static uint32_t templates(const struct director *director)
{
	return lvs_engine_conns(director->engine)->ntemplates;
}

static void reweigh(struct director *director, struct lvs_server *server, uint32_t weight, uint32_t upper)
{
	struct lvs_server_spec spec = server->spec;

	spec.weight = weight;
	spec.upper = upper;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
}

/* The first series: four clients of three servers, newest server first. */
static void clients_come_back_to_their_server(void **state)
{
	static const struct {
		const char *client;
		unsigned int server;
	} rows[] = {
		{ "10.1.0.1", 3 }, { "10.1.0.1", 3 }, { "10.1.0.1", 3 }, { "10.1.0.1", 3 }, { "10.1.0.2", 2 },
		{ "10.1.0.2", 2 }, { "10.1.0.3", 1 }, { "10.1.0.3", 1 }, { "10.1.0.4", 3 }, { "10.1.0.1", 3 },
	};
	static const uint32_t pins[] = { 1, 1, 2 }, inactive[] = { 2, 2, 6 };
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(connect_once(director, rows[i].client, (uint16_t)(40001 + i), 8000), rows[i].server);
	for (unsigned int n = 1; n <= 3; n++) {
		assert_int_equal(nth(service, n)->persistent, pins[n - 1]);
		assert_int_equal(nth(service, n)->active, 0);
		assert_int_equal(nth(service, n)->inactive, inactive[n - 1]);
	}
	assert_int_equal(templates(director), 4);
	assert_int_equal(find_template(director, "10.1.0.1", 8000)->state, LVS_PERSIST_ASSURED);
	assert_int_equal(find_template(director, "10.1.0.1", 8000)->dport, LVS_BE16(8000));
	invariants_hold(director->engine);
}

/* Reference section 6, point 13. */
static void weight_0_still_gets_connections_of_persistent_clients(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);
	struct lvs_service_spec spec = service->spec;

	assert_int_equal(connect_once(director, "10.1.0.1", 40001, 8000), 3);
	reweigh(director, nth(service, 3), 0, 0);
	assert_int_equal(connect_once(director, "10.1.0.1", 40002, 8000), 3);
	assert_int_equal(connect_once(director, "10.1.0.2", 40003, 8000), 2);

	spec.expire_quiescent_template = LVS_CHOICE_YES;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	assert_int_equal(connect_once(director, "10.1.0.1", 40004, 8000), 1);
	assert_int_equal(connect_once(director, "10.1.0.1", 40005, 8000), 1);
	assert_int_equal(nth(service, 3)->persistent, 0);
	invariants_hold(director->engine);
}

static void a_removed_server_loses_its_clients(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);
	unsigned int other;

	assert_int_equal(connect_once(director, "10.1.0.1", 40001, 8000), 3);
	lvs_server_remove(lvs_engine_rules(director->engine), nth(service, 3), director->now);
	other = connect_once(director, "10.1.0.1", 40002, 8000);
	assert_in_range(other, 1, 2);
	assert_int_equal(connect_once(director, "10.1.0.1", 40003, 8000), other);
	assert_int_equal(templates(director), 1);
	invariants_hold(director->engine);
	director_wait(director, LVS_SECONDS(1000));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	assert_int_equal(lvs_engine_rules(director->engine)->ntrash, 0);
}

static void with_keep_a_client_waits_for_his_server(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve(director, &(struct service){
		.port = 8000, .proto = LVS_PROTO_TCP, .server_port = 8000, .persist = { .timeout = 300, .keep = true } });
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_server_spec spec = server_spec(3, 8000, 1);
	struct lvs_server *server = nth(service, 3);

	assert_int_equal(connect_once(director, "10.1.0.1", 40001, 8000), 3);
	lvs_server_remove(rules, server, director->now);
	assert_int_equal(syn(director, "10.1.0.1", 40002, 8000), 0);
	assert_int_equal(lvs_engine_stats(director->engine)->dropped[LVS_DROP_NO_SERVER], 1);
	assert_int_equal(connect_once(director, "10.1.0.2", 40003, 8000), 2);
	director_wait(director, LVS_SECONDS(200));
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	assert_int_equal(server->persistent, 1);
	assert_int_equal(connect_once(director, "10.1.0.1", 40004, 8000), 3);

	lvs_server_remove(rules, server, director->now);
	director_wait(director, LVS_SECONDS(301));
	assert_in_range(connect_once(director, "10.1.0.1", 40005, 8000), 1, 2);
}

/* Reference section 6, point 7: they do not escape being counted either. */
static void persistent_clients_ignore_overload(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);

	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	reweigh(director, nth(service, 3), 1, 1);
	assert_true(nth(service, 3)->overload);
	assert_int_equal(syn(director, "10.1.0.1", 40002, 8000), 3);
	assert_int_equal(nth(service, 3)->active, 2);
	assert_int_equal(syn(director, "10.1.0.2", 40003, 8000), 2);
	assert_int_equal(syn(director, "10.1.0.3", 40004, 8000), 1);
	assert_int_equal(syn(director, "10.1.0.4", 40005, 8000), 2);
}

static void templates_do_not_count_towards_thresholds(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);

	reweigh(director, nth(service, 3), 1, 2);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	assert_false(nth(service, 3)->overload);
	assert_int_equal(syn(director, "10.1.0.1", 40002, 8000), 3);
	assert_true(nth(service, 3)->overload);
}

/* The series with groups of eight addresses. */
static void a_netmask_makes_neighbours_one_client(void **state)
{
	static const struct {
		const char *client;
		unsigned int server;
	} rows[] = {
		{ "10.1.0.1", 3 }, { "10.1.0.2", 3 }, { "10.1.0.7", 3 },  { "10.1.0.8", 2 },
		{ "10.1.0.9", 2 }, { "10.1.0.15", 2 }, { "10.1.0.16", 1 },
	};
	struct director *director = *state;

	serve(director, &(struct service){
		.port = 8000, .proto = LVS_PROTO_TCP, .server_port = 8000,
		.persist = { .timeout = 300, .mask = lvs_persist_mask4(LVS_BE32(0xfffffff8)) } });
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(connect_once(director, rows[i].client, (uint16_t)(40020 + i), 8000), rows[i].server);
	assert_non_null(find_template(director, "10.1.0.0", 8000));
	assert_non_null(find_template(director, "10.1.0.16", 8000));
	assert_null(find_template(director, "10.1.0.1", 8000));
}

static void masks_are_made_of_prefixes(void **state)
{
	static const struct {
		unsigned int prefix;
		uint8_t bytes[16];
	} rows[] = {
		{ 1, { 0x80 } },
		{ 64, { 255, 255, 255, 255, 255, 255, 255, 255 } },
		{ 67, { 255, 255, 255, 255, 255, 255, 255, 255, 0xe0 } },
		{ 128, { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_addr mask = lvs_persist_mask6(rows[i].prefix);

		assert_memory_equal(mask.bytes, rows[i].bytes, 16);
	}
}

/* The port-0 series; reference section 6, point 14, second half. */
static void one_template_is_for_all_ports_of_a_port_0_service(void **state)
{
	struct director *director = *state;

	serve(director, &(struct service){ .proto = LVS_PROTO_TCP, .persist = { .timeout = 300 } });
	assert_int_equal(connect_once(director, "10.1.0.1", 40027, 8000), 3);
	assert_int_equal(out_port(director), 8000);
	assert_int_equal(connect_once(director, "10.1.0.1", 40028, 8001), 3);
	assert_int_equal(out_port(director), 8001);
	assert_int_equal(connect_once(director, "10.1.0.2", 40029, 8000), 2);
	assert_int_equal(templates(director), 2);
	assert_int_equal(find_template(director, "10.1.0.1", 0)->dport, 0);
	invariants_hold(director->engine);
}

static void a_service_of_its_own_goes_before_the_one_of_all_ports(void **state)
{
	struct director *director = *state;

	serve(director, &(struct service){ .proto = LVS_PROTO_TCP, .persist = { .timeout = 300 } });
	director_serve(director, LVS_PROTO_TCP, VIP, 80, "10.2.0.9", 8080);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 80), 9);
	assert_int_equal(out_port(director), 8080);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 81), 3);
}

static void all_ports_need_persistence(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct service what = { .proto = LVS_PROTO_TCP, .persist = { .timeout = 300 } };
	struct lvs_service *service;
	struct lvs_service_spec spec;

	service = serve(director, &what);
	spec = service->spec;
	spec.persist.timeout = 0;
	assert_int_equal(lvs_service_edit(rules, service, &spec), -EINVAL);
	lvs_service_remove(rules, service, director->now);
	assert_int_equal(lvs_service_add(rules, &spec, &service), -EINVAL);
}

/* Data connections of passive FTP follow their control connection; port 21 itself may be another one on the servers. */
static void a_persistent_ftp_service_takes_high_ports(void **state)
{
	static const struct {
		uint16_t port;
		uint16_t server_port;	/* 0: none */
	} rows[] = { { 21, 2121 }, { 20, 20 }, { 1024, 1024 }, { 50000, 50000 }, { 1023, 0 }, { 80, 0 } };
	struct director *director = *state;

	serve(director, &(struct service){ .port = 21, .proto = LVS_PROTO_TCP, .server_port = 2121,
					   .persist = { .timeout = 300 } });
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(syn(director, "10.1.0.1", (uint16_t)(40001 + i), rows[i].port), rows[i].server_port ? 3 : 0);
		if (rows[i].server_port)
			assert_int_equal(out_port(director), rows[i].server_port);
	}
	assert_int_equal(templates(director), 1);
	assert_non_null(find_template(director, "10.1.0.1", 0));
}

static void an_ftp_service_without_persistence_keeps_to_its_port(void **state)
{
	struct director *director = *state;

	director_serve(director, LVS_PROTO_TCP, VIP, 21, "10.2.0.1", 21);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 21), 1);
	assert_int_equal(syn(director, "10.1.0.1", 40002, 5000), 0);
	assert_int_equal(lvs_engine_stats(director->engine)->dropped[LVS_DROP_NO_SERVICE], 1);
}

/* Reference section 6, point 12, first half. */
static void the_time_begins_anew_with_new_connections_only(void **state)
{
	struct director *director = *state;
	struct build ack = segment("10.1.0.1", 40001, 8000, LVS_TCP_ACK);
	lvs_tick first;

	serve_web(director);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	first = find_template(director, "10.1.0.1", 8000)->expires;
	director_wait(director, LVS_SECONDS(10));
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	assert_int_equal(find_template(director, "10.1.0.1", 8000)->expires, first);
	assert_int_equal(syn(director, "10.1.0.1", 40002, 8000), 3);
	assert_true(find_template(director, "10.1.0.1", 8000)->expires > first);
}

/* The second half, as lvsd has it: a template that outlived its time keeps the service's, not 60 seconds. */
static void a_template_lives_while_it_controls_connections(void **state)
{
	struct director *director = *state;
	struct build ack = segment("10.1.0.1", 40001, 8000, LVS_TCP_ACK);

	serve_web(director);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	director_wait(director, LVS_SECONDS(600));
	assert_int_equal(templates(director), 1);
	assert_int_equal(find_template(director, "10.1.0.1", 8000)->timeout, lvs_ticks_from_seconds(300));
	assert_int_equal(syn(director, "10.1.0.1", 40002, 8000), 3);
	for (int i = 0; i < 13; i++)
		director_wait(director, LVS_SECONDS(100));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void a_sliding_time_begins_with_the_last_packet(void **state)
{
	struct director *director = *state;
	struct build ack = segment("10.1.0.1", 40001, 8000, LVS_TCP_ACK);
	struct build rst = segment("10.1.0.1", 40001, 8000, LVS_TCP_RST);

	for (unsigned int sliding = 0; sliding < 2; sliding++) {
		struct lvs_service *service = serve(director, &(struct service){
			.port = 8000, .proto = LVS_PROTO_TCP, .server_port = 8000,
			.persist = { .timeout = 300, .sliding = sliding } });

		assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
		assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
		director_wait(director, LVS_SECONDS(280));
		assert_int_equal(director_take(director, &rst), LVS_DROP_NONE);
		director_wait(director, LVS_SECONDS(100));
		assert_int_equal(templates(director), sliding);
		director_wait(director, LVS_SECONDS(195));
		assert_int_equal(templates(director), sliding);
		director_wait(director, LVS_SECONDS(10));
		assert_int_equal(templates(director), 0);
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

static void the_time_of_a_template_is_that_of_its_creation(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);
	struct lvs_service_spec spec = service->spec;

	assert_int_equal(connect_once(director, "10.1.0.1", 40001, 8000), 3);
	spec.persist.timeout = 1000;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
	assert_int_equal(connect_once(director, "10.1.0.1", 40002, 8000), 3);
	assert_int_equal(find_template(director, "10.1.0.1", 8000)->timeout, lvs_ticks_from_seconds(300));
	director_wait(director, LVS_SECONDS(301));
	assert_int_equal(templates(director), 0);
}

/* Reference section 6, point 16. */
static void a_controlled_connection_is_not_reused(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);

	assert_int_equal(connect_once(director, "10.1.0.1", 40001, 8000), 3);
	reweigh(director, nth(service, 3), 0, 0);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	assert_int_equal(nth(service, 3)->counters.conns, 1);
}

static void a_packet_from_port_0_does_not_find_the_template(void **state)
{
	struct director *director = *state;

	serve_web(director);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	assert_int_equal(syn(director, "10.1.0.1", 0, 8000), 3);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 3);
	assert_int_equal(find_template(director, "10.1.0.1", 8000)->ncontrolled, 2);
	invariants_hold(director->engine);
}

static void an_answered_datagram_assures_the_template(void **state)
{
	struct director *director = *state;
	struct build request = { .src = "10.1.0.1", .dst = VIP, .sport = 4000, .dport = 53, .proto = LVS_PROTO_UDP };
	struct build reply = { .src = "10.2.0.3", .dst = "10.1.0.1", .sport = 53, .dport = 4000, .proto = LVS_PROTO_UDP };
	const struct lvs_conn_table *table = lvs_engine_conns(director->engine);

	serve(director, &(struct service){ .port = 53, .proto = LVS_PROTO_UDP, .server_port = 53, .persist = { .timeout = 30 } });
	assert_int_equal(director_take(director, &request), LVS_DROP_NONE);
	assert_int_equal(table->records[1].flags & LVS_CONN_TEMPLATE, LVS_CONN_TEMPLATE);
	assert_int_equal(table->records[1].state, LVS_PERSIST_NONE);
	assert_int_equal(director_take(director, &reply), LVS_DROP_NONE);
	assert_int_equal(table->records[1].state, LVS_PERSIST_ASSURED);
}

/* More clients than records: templates go before what is established, and what they leave behind ends in good order. */
static void a_full_table_gives_up_templates(void **state)
{
	struct director *director = *state;
	char client[16];

	serve_web(director);
	for (unsigned int i = 1; i <= 200; i++) {
		struct build ack;

		(void)snprintf(client, sizeof(client), "10.1.0.%u", i);
		if (syn(director, client, 40001, 8000)) {
			ack = segment(client, 40001, 8000, LVS_TCP_ACK);
			assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
		}
		invariants_hold(director->engine);
	}
	assert_true(lvs_engine_conns(director->engine)->evicted[LVS_CLASS_TEMPLATE] > 0);
	assert_int_equal(lvs_engine_conns(director->engine)->evicted[LVS_CLASS_ESTABLISHED], 0);
	director_wait(director, LVS_SECONDS(5000));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	invariants_hold(director->engine);
}

static void an_unassured_template_goes_with_its_last_connection(void **state)
{
	struct director *director = *state;

	serve_web(director);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 3);
	lvs_engine_end(director->engine, &director->engine->conns.records[2], true);
	assert_int_equal(templates(director), 0);
	assert_int_equal(connect_once(director, "10.1.0.1", 40002, 8000), 2);
	lvs_engine_end(director->engine, lvs_conn_victim(&director->engine->conns, 0), true);
	assert_int_equal(templates(director), 1);
	invariants_hold(director->engine);
}

static void a_template_is_refused_like_a_connection_without_a_server(void **state)
{
	struct director *director = *state;
	struct lvs_service *service = serve_web(director);

	for (unsigned int n = 1; n <= 3; n++)
		reweigh(director, nth(service, n), 0, 0);
	assert_int_equal(syn(director, "10.1.0.1", 40001, 8000), 0);
	assert_int_equal(director->nout, 1);
	assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_ERROR], 1);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clients_come_back_to_their_server),
		TEST(weight_0_still_gets_connections_of_persistent_clients),
		TEST(a_removed_server_loses_its_clients),
		TEST(with_keep_a_client_waits_for_his_server),
		TEST(persistent_clients_ignore_overload),
		TEST(templates_do_not_count_towards_thresholds),
		TEST(a_netmask_makes_neighbours_one_client),
		cmocka_unit_test(masks_are_made_of_prefixes),
		TEST(one_template_is_for_all_ports_of_a_port_0_service),
		TEST(a_service_of_its_own_goes_before_the_one_of_all_ports),
		TEST(all_ports_need_persistence),
		TEST(a_persistent_ftp_service_takes_high_ports),
		TEST(an_ftp_service_without_persistence_keeps_to_its_port),
		TEST(the_time_begins_anew_with_new_connections_only),
		TEST(a_template_lives_while_it_controls_connections),
		TEST(a_sliding_time_begins_with_the_last_packet),
		TEST(the_time_of_a_template_is_that_of_its_creation),
		TEST(a_controlled_connection_is_not_reused),
		TEST(a_packet_from_port_0_does_not_find_the_template),
		TEST(an_answered_datagram_assures_the_template),
		TEST(a_full_table_gives_up_templates),
		TEST(an_unassured_template_goes_with_its_last_connection),
		TEST(a_template_is_refused_like_a_connection_without_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
