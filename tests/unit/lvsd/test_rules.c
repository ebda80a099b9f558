// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "engine/classify.h"
#include "engine/core.h"
#include "engine/helper.h"
#include "engine/sched.h"
#include "lvsd/rules.h"
#include "sys/addrtext.h"
#include "tests/lib/memory.h"

struct fixture {
	void *memory;
	struct lvs_engine *engine;
	struct lvs_conf *conf;
};

static struct lvs_conf *parse(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (lvs_conf_parse(text, strlen(text), "test", &errors, &conf)) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("the test's own configuration is wrong");
	}
	return conf;
}

static const char first[] = "services: ("
	"{ name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\"; servers: ("
	"  { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.2:80\"; weight = 2; } ); },"
	"{ name = \"dns\"; address = \"192.0.2.1:53\"; protocol = \"udp\"; servers: ( { address = \"10.0.0.1:53\"; } ); } );";

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct lvs_engine_options options;

	f->conf = parse(first);
	lvs_rules_options(f->conf, &options);
	options.max_connections = 100;
	f->memory = aligned_alloc(64, (lvs_conn_table_bytes(100) + 63) / 64 * 64);
	memset(f->memory, 0, lvs_conn_table_bytes(100));
	options.memory = f->memory;
	*state = f;
	if (lvs_engine_new(&options, 0, &f->engine))
		return -1;
	return lvs_rules_load(f->engine, f->conf, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	lvs_engine_free(f->engine);
	lvs_conf_free(f->conf);
	free(f->memory);
	free(f);
	return 0;
}

static void apply(struct fixture *f, const char *text)
{
	struct lvs_conf *conf = parse(text);
	struct lvs_classifier *classifier;
	struct lvs_rules_plan *plan;
	struct lvs_conf_diff diff;

	assert_int_equal(lvs_conf_diff_init(f->conf, conf, &diff), 0);
	assert_int_equal(lvs_rules_plan_new(&diff, conf, &plan), 0);
	assert_int_equal(diff.nrestart, 0);
	assert_int_equal(lvs_rules_classifier(&diff, conf, &lvs_engine_rules(f->engine)->key, &classifier), 0);
	assert_int_equal(lvs_rules_apply(f->engine, plan, &classifier, NULL, 0), 0);
	lvs_classifier_free(classifier);
	lvs_rules_plan_free(plan);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(f->conf);
	f->conf = conf;
}

static struct lvs_service *service_at(struct fixture *f, const char *addr, uint16_t port, uint8_t proto)
{
	const struct lvs_service_key key = { .addr = test_addr(addr), .port = LVS_BE16(port), .proto = proto };

	return lvs_service_find(lvs_engine_rules(f->engine), &key);
}

static struct lvs_server *server_at(struct lvs_service *service, const char *text, uint16_t port)
{
	struct lvs_addr addr = test_addr(text);

	return lvs_server_find(service, &addr, LVS_BE16(port));
}

static void a_file_becomes_services_and_servers(void **state)
{
	struct fixture *f = *state;
	struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6);

	assert_int_equal(lvs_engine_rules(f->engine)->nservices, 2);
	assert_int_equal(web->nservers, 2);
	assert_string_equal(web->spec.sched->name, "rr");
	assert_null(web->spec.helper);
	assert_int_equal(server_at(web, "10.0.0.2", 80)->spec.weight, 2);
	assert_int_equal(service_at(f, "192.0.2.1", 53, 17)->nservers, 1);
}

static void what_the_file_still_says_is_not_touched(void **state)
{
	struct fixture *f = *state;
	struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6);
	struct lvs_server *one = server_at(web, "10.0.0.1", 80), *two = server_at(web, "10.0.0.2", 80);
	void *cursor = web->sched_state;

	one->counters.conns = 7;
	two->counters.conns = 8;
	web->counters.conns = 15;
	apply(f, "services: ("
		 "{ name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\"; helper = \"ftp\"; servers: ("
		 "  { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.2:80\"; weight = 5; }, { address = \"10.0.0.3:80\"; } ); } );");
	assert_ptr_equal(service_at(f, "192.0.2.1", 80, 6), web);
	assert_ptr_equal(web->sched_state, cursor);
	assert_string_equal(web->spec.helper->name, "ftp");
	assert_int_equal(web->counters.conns, 15);
	assert_ptr_equal(server_at(web, "10.0.0.1", 80), one);
	assert_int_equal(one->counters.conns, 7);
	assert_int_equal(two->spec.weight, 5);
	assert_int_equal(two->counters.conns, 8);
	assert_non_null(server_at(web, "10.0.0.3", 80));
	assert_null(service_at(f, "192.0.2.1", 53, 17));
}

static void what_was_made_at_run_time_stays_unless_the_file_names_it(void **state)
{
	struct fixture *f = *state;
	struct lvs_rules *rules = lvs_engine_rules(f->engine);
	struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6), *mine;
	struct lvs_server_spec extra = server_at(web, "10.0.0.1", 80)->spec;
	struct lvs_service_spec spec = web->spec;
	struct lvs_server *server;

	extra.addr = test_addr("10.0.0.9");
	extra.weight = 9;
	assert_int_equal(lvs_server_add(rules, web, &extra, &server), 0);
	spec.key.port = LVS_BE16(8443);
	assert_int_equal(lvs_service_add(rules, &spec, &mine), 0);

	apply(f, "services: ("
		 "{ name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"wlc\"; servers: ( { address = \"10.0.0.1:80\"; } ); } );");
	assert_ptr_equal(service_at(f, "192.0.2.1", 8443, 6), mine);
	assert_ptr_equal(server_at(web, "10.0.0.9", 80), server);
	assert_int_equal(web->nservers, 2);
	assert_string_equal(web->spec.sched->name, "wlc");

	apply(f, "services: ( { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"wlc\"; servers: ("
		 "  { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.9:80\"; weight = 3; } ); } );");
	assert_ptr_equal(server_at(web, "10.0.0.9", 80), server);
	assert_int_equal(server->spec.weight, 3);
}

static void a_service_removed_at_run_time_comes_back_with_its_next_edit(void **state)
{
	struct fixture *f = *state;
	struct lvs_rules *rules = lvs_engine_rules(f->engine);

	lvs_service_remove(rules, service_at(f, "192.0.2.1", 80, 6), 0);
	apply(f, "services: ("
		 "{ name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"lc\"; servers: ("
		 "  { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.2:80\"; weight = 2; } ); } );");
	assert_int_equal(service_at(f, "192.0.2.1", 80, 6)->nservers, 2);
}

static void a_helper_comes_and_goes_with_what_it_needs(void **state)
{
	struct fixture *f = *state;
	struct lvs_service *sip;

	apply(f, "services: ( { address = \"192.0.2.5:5060\"; protocol = \"udp\"; helper = \"sip\"; persistent = {}; servers: ("
		 "  { address = \"10.0.0.1\"; } ); } );");
	sip = service_at(f, "192.0.2.5", 5060, 17);
	assert_ptr_equal(sip->spec.helper, lvs_helper_find("sip"));
	apply(f, "services: ( { address = \"192.0.2.5:5060\"; protocol = \"udp\"; servers: ( { address = \"10.0.0.1\"; } ); } );");
	assert_ptr_equal(service_at(f, "192.0.2.5", 5060, 17), sip);
	assert_null(sip->spec.helper);
	assert_int_equal(lvs_engine_rules(f->engine)->noriginating, 0);
}

static void thresholds_and_what_schedulers_take_reach_the_engine(void **state)
{
	struct fixture *f = *state;
	struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6);

	assert_int_equal(web->spec.sched_flags, 0);
	apply(f, "services: ( { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"mh\"; mh_table_size = 251;"
		 "mh_order = \"added\"; scheduler_flags = ( \"mh-port\", \"flag-3\" ); servers: ("
		 "  { address = \"10.0.0.1:80\"; upper_threshold = 9; lower_threshold = 4; } ); } );");
	assert_string_equal(web->spec.sched->name, "mh");
	assert_int_equal(web->spec.sched_flags, LVS_SCHED_PORT | LVS_SCHED_FLAG_3);
	assert_int_equal(web->spec.mh_slots, 251);
	assert_true(web->spec.mh_as_added);
	assert_int_equal(web->servers[0]->spec.upper, 9);
	assert_int_equal(web->servers[0]->spec.lower, 4);
	apply(f, "services: ( { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"sh\";"
		 "scheduler_flags = ( \"sh-fallback\", \"flag-2\" ); servers: ("
		 "  { address = \"10.0.0.1:80\"; upper_threshold = 3; } ); } );");
	assert_int_equal(web->spec.sched_flags, LVS_SCHED_FALLBACK | LVS_SCHED_PORT);
	assert_int_equal(web->spec.mh_slots, 4093);
	assert_false(web->spec.mh_as_added);
	assert_int_equal(web->servers[0]->spec.upper, 3);
	assert_int_equal(web->servers[0]->spec.lower, 0);
}

static void what_was_removed_at_run_time_needs_no_removal(void **state)
{
	struct fixture *f = *state;
	struct lvs_rules *rules = lvs_engine_rules(f->engine);
	struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6);

	lvs_server_remove(rules, server_at(web, "10.0.0.2", 80), 0);
	lvs_service_remove(rules, service_at(f, "192.0.2.1", 53, 17), 0);
	apply(f, "services: ("
		 "{ name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\"; servers: ( { address = \"10.0.0.1:80\"; } ); } );");
	assert_ptr_equal(service_at(f, "192.0.2.1", 80, 6), web);
	assert_int_equal(web->nservers, 1);
	lvs_service_remove(rules, web, 0);
	apply(f, "services: ( { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\"; } );");
	assert_null(service_at(f, "192.0.2.1", 80, 6));
}

/* Settings of a running engine change with the file, or not at all. */
static void settings_come_into_force_with_the_rest(void **state)
{
	struct fixture *f = *state;
	struct lvs_conf *conf = parse("timeouts: { udp = 1234; }; director: { reply_rate = 77; ping = \"never\"; };"
				      "services: ( { address = \"192.0.2.9:80\"; } );");
	struct lvs_classifier *classifier = NULL;
	struct lvs_rules_plan *plan;
	struct lvs_conf_diff diff;

	assert_int_equal(lvs_conf_diff_init(f->conf, conf, &diff), 0);
	assert_int_equal(lvs_rules_plan_new(&diff, conf, &plan), 0);
	memory_fail_at(1);
	assert_int_equal(lvs_rules_apply(f->engine, plan, &classifier, NULL, 0), -ENOMEM);
	assert_true(memory_failed());
	assert_int_equal(f->engine->settings.timeouts[LVS_PROTO_INDEX_udp][0], 300);
	assert_int_equal(f->engine->settings.ping, LVS_PING_WHEN_LIVE);
	assert_int_equal(lvs_rules_apply(f->engine, plan, &classifier, NULL, 0), 0);
	assert_int_equal(f->engine->settings.timeouts[LVS_PROTO_INDEX_udp][0], 1234);
	assert_int_equal(f->engine->timeouts[LVS_PROTO_INDEX_udp][0], lvs_ticks_from_seconds(1234));
	assert_int_equal(f->engine->settings.reply_rate, 77);
	assert_int_equal(f->engine->settings.ping, LVS_PING_NEVER);
	lvs_rules_plan_free(plan);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(f->conf);
	f->conf = conf;
}

static void limits_are_what_the_file_says(void **state)
{
	struct fixture *f = *state;
	const struct lvs_limit_spec *limits;
	struct lvs_service *service;

	apply(f, "director: { nat_icmp_send = true; }; services: ("
		 "{ address = \"192.0.2.1:80\"; scheduler = \"mh\"; pickup = true; },"
		 "{ address = \"192.0.2.1:81\"; limits: { client_connections = 7; client_rate = 10; client_burst = 3;"
		 "  client_prefix4 = 24; client_prefix6 = 56; server_rate = 1000; on_limit = \"reset\"; }; } );");
	assert_true(f->engine->settings.nat_icmp_send);
	assert_int_equal(f->engine->clients.max, 65536);
	service = service_at(f, "192.0.2.1", 80, 6);
	assert_true(service->spec.pickup);
	assert_int_equal(service->spec.limits.client_connections, 0);
	assert_int_equal(service->spec.limits.client_rate.interval, 0);
	assert_int_equal(service->spec.limits.server_rate.interval, 0);
	service = service_at(f, "192.0.2.1", 81, 6);
	assert_false(service->spec.pickup);
	limits = &service->spec.limits;
	assert_int_equal(limits->client_connections, 7);
	assert_int_equal(limits->client_rate.interval, 100 * LVS_NS_PER_MS);
	assert_int_equal(limits->client_rate.slack, 200 * LVS_NS_PER_MS);
	assert_int_equal(limits->server_rate.interval, LVS_NS_PER_MS);
	assert_int_equal(limits->server_rate.slack, 999 * LVS_NS_PER_MS);
	assert_int_equal(limits->client_bits4, 96 + 24);
	assert_int_equal(limits->client_bits6, 56);
	assert_true(limits->reset);
	apply(f, "services: ( { address = \"192.0.2.1:81\"; } );");
	assert_int_equal(service_at(f, "192.0.2.1", 81, 6)->spec.limits.client_connections, 0);
	assert_false(f->engine->settings.nat_icmp_send);
}

static void syn_proxies_are_what_the_file_says(void **state)
{
	static const struct {
		const char *said;
		enum lvs_syn_proxy_mode mode;
	} rows[] = { { "syn_proxy = \"on\";", LVS_SYN_PROXY_ON }, { "syn_proxy = \"auto\";", LVS_SYN_PROXY_AUTO },
		     { "syn_proxy = \"off\";", LVS_SYN_PROXY_OFF }, { "", LVS_SYN_PROXY_OFF } };
	struct fixture *f = *state;
	char text[200];

	assert_int_equal(f->engine->settings.syn_backlog, 1024);
	assert_int_equal(f->engine->settings.mtu, 1500);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(text, sizeof(text), "director: { syn_backlog = %zu; }; services: ( { address = \"192.0.2.1:80\"; %s"
			       "servers: ( { address = \"10.0.0.1:80\"; } ); } );", i, rows[i].said);
		apply(f, text);
		assert_int_equal(service_at(f, "192.0.2.1", 80, 6)->spec.syn_proxy, rows[i].mode);
		assert_int_equal(f->engine->settings.syn_backlog, i);
	}
}

static void segments_are_as_long_as_the_file_says(void **state)
{
	struct fixture *f = *state;
	const struct lvs_service *service;

	apply(f, "services: ( { address = \"192.0.2.1:80\"; mss = 1300; servers: ( { address = \"10.0.0.1:80\"; mtu = 1400; } ); },"
		 "{ address = \"192.0.2.1:81\"; mss_clamp = \"auto\"; servers: ( { address = \"10.0.0.1:80\"; } ); } );");
	service = service_at(f, "192.0.2.1", 80, 6);
	assert_int_equal(service->spec.mss, 1300);
	assert_false(service->spec.mss_of_path);
	assert_int_equal(service->servers[0]->spec.mtu, 1400);
	assert_int_equal(service->servers[0]->mtu, 1400);
	service = service_at(f, "192.0.2.1", 81, 6);
	assert_int_equal(service->spec.mss, 0);
	assert_true(service->spec.mss_of_path);
	assert_int_equal(service->servers[0]->mtu, 0);
}

static void servers_are_told_as_the_file_says(void **state)
{
	static const struct {
		const char *service, *server;
		enum lvs_introduction_kind kind;
	} rows[] = {
		{ "", "", LVS_INTRODUCE_NOT },
		{ "", "client_address = \"toa\";", LVS_INTRODUCE_TOA },
		{ "client_address = \"proxy-v2\";", "", LVS_INTRODUCE_PROXY },
		{ "client_address = \"proxy-v2\";", "client_address = \"none\";", LVS_INTRODUCE_NOT },
		{ "client_address = \"proxy-v2\";", "client_address = \"toa\";", LVS_INTRODUCE_TOA },
		{ "client_address = \"none\";", "", LVS_INTRODUCE_NOT },
	};
	struct fixture *f = *state;
	char text[300];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(text, sizeof(text), "services: ( { address = \"192.0.2.1:80\"; %s servers: ( { address = "
			       "\"10.0.0.1:80\"; %s } ); } );", rows[i].service, rows[i].server);
		apply(f, text);
		assert_int_equal(service_at(f, "192.0.2.1", 80, 6)->servers[0]->spec.introduce, rows[i].kind);
	}
}

static void persistence_is_what_the_file_says(void **state)
{
	struct fixture *f = *state;
	const struct lvs_persist_spec *persist;

	apply(f, "services: ( { address = \"192.0.2.1:80\"; scheduler = \"rr\"; },"
		 "{ address = \"192.0.2.1:81\"; persistent = { timeout = 77; netmask = \"255.255.0.0\"; sliding = true;"
		 "  on_failure = \"keep\"; }; },"
		 "{ address = \"[2001:db8::1]:80\"; persistent = { prefix6 = 56; }; } );");
	assert_int_equal(service_at(f, "192.0.2.1", 80, 6)->spec.persist.timeout, 0);
	persist = &service_at(f, "192.0.2.1", 81, 6)->spec.persist;
	assert_int_equal(persist->timeout, 77);
	assert_true(persist->sliding);
	assert_true(persist->keep);
	assert_int_equal(lvs_host32(persist->mask.words[3]), 0xffff0000);
	persist = &service_at(f, "2001:db8::1", 80, 6)->spec.persist;
	assert_int_equal(persist->timeout, 300);
	assert_false(persist->sliding);
	assert_false(persist->keep);
	assert_int_equal(lvs_host32(persist->mask.words[1]), 0xffffff00);
	assert_int_equal(persist->mask.halves[1], 0);
}

static const char *const timeouts[][2] = {
	{ "ESTABLISHED", "tcp" },	{ "SYN_SENT", "tcp_synsent" },	   { "SYN_RECV", "tcp_synrecv" },
	{ "FIN_WAIT", "tcpfin" },	{ "TIME_WAIT", "tcp_timewait" },   { "CLOSE", "tcp_close" },
	{ "CLOSE_WAIT", "tcp_closewait" }, { "LAST_ACK", "tcp_lastack" },  { "LISTEN", "tcp_listen" },
	{ "SYNACK", "tcp_synack" },
};

static uint32_t timeout_of(const struct lvs_engine_settings *settings, const char *state)
{
	for (size_t i = 0; i < lvs_proto_tcp.nstates; i++)
		if (!strcmp(lvs_proto_tcp.states[i].name, state))
			return settings->timeouts[LVS_PROTO_INDEX_tcp][i];
	fail_msg("no state %s", state);
	return 0;
}

static void timeouts_reach_the_states_they_are_named_after(void **state)
{
	struct lvs_engine_options options;
	struct lvs_conf *conf;
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++) {
		(void)snprintf(text, sizeof(text), "timeouts: { %s = 4711; };", timeouts[i][1]);
		conf = parse(text);
		lvs_rules_options(conf, &options);
		for (size_t k = 0; k < ARRAY_LEN(timeouts); k++)
			assert_int_equal(timeout_of(&options.settings, timeouts[k][0]) == 4711, i == k);
		lvs_conf_free(conf);
	}
	conf = parse("timeouts: { udp = 4711; };");
	lvs_rules_options(conf, &options);
	assert_int_equal(options.settings.timeouts[LVS_PROTO_INDEX_udp][0], 4711);
	lvs_conf_free(conf);
}

/* The file's defaults are those of the protocols, which stand where IPVS' stand. */
static uint32_t mark_of(struct fixture *f, const char *src, const char *dst, uint8_t proto, uint16_t port)
{
	const struct lvs_tuple tuple = { .src = test_addr(src), .dst = test_addr(dst), .dport = LVS_BE16(port), .proto = proto };

	return lvs_classify(lvs_engine_rules(f->engine)->classifier, &tuple);
}

static void marks_and_their_services_are_what_the_file_says(void **state)
{
	struct fixture *f = *state;
	struct lvs_service_key key4 = { .addr = lvs_addr_any(true), .mark = 7 }, key6 = { .addr = lvs_addr_any(false), .mark = 7 };
	struct lvs_service *service;

	apply(f, "marks: ( { mark = 7; protocol = \"tcp\"; address = \"192.0.2.16/28\"; ports = \"80,443\"; },"
		 "{ mark = 8; address = \"192.0.2.0/24\"; client = \"10.0.0.0/8\"; }, { mark = 7; address = \"2001:db8::1\"; } );"
		 "services: ( { mark = 7; servers: ( { address = \"10.9.0.1\"; } ); },"
		 "{ mark = 7; family = \"inet6\"; persistent: { prefix6 = 64; }; servers: ( { address = \"[fd00::1]:8080\"; } ); } );");
	assert_int_equal(mark_of(f, "10.1.1.1", "192.0.2.17", 6, 443), 7);
	assert_int_equal(mark_of(f, "10.1.1.1", "192.0.2.17", 6, 444), 8);
	assert_int_equal(mark_of(f, "11.1.1.1", "192.0.2.17", 6, 444), 0);
	assert_int_equal(mark_of(f, "fd00::9", "2001:db8::1", 132, 1), 7);
	service = lvs_service_find(lvs_engine_rules(f->engine), &key4);
	assert_non_null(service);
	assert_int_equal(service->servers[0]->spec.port, 0);
	assert_int_equal(service->spec.persist.timeout, 0);
	service = lvs_service_find(lvs_engine_rules(f->engine), &key6);
	assert_non_null(service);
	assert_int_equal(service->servers[0]->spec.port, LVS_BE16(8080));
	assert_int_equal(service->spec.persist.mask.bytes[7], 0xff);
	assert_int_equal(service->spec.persist.mask.bytes[8], 0);
	apply(f, first);
	assert_null(lvs_engine_rules(f->engine)->classifier);
	assert_null(lvs_service_find(lvs_engine_rules(f->engine), &key4));
	assert_int_equal(mark_of(f, "10.1.1.1", "192.0.2.17", 6, 443), 0);
}

static void what_is_transparent_and_goes_on_is_what_the_file_says(void **state)
{
	struct fixture *f = *state;
	struct lvs_service_key key = { .addr = lvs_addr_any(true), .mark = 7 };
	const struct lvs_addr other = test_addr("198.51.100.7"), virtual = test_addr("192.0.2.17");
	const struct lvs_engine_settings *settings = &f->engine->settings;
	struct lvs_rules *rules = lvs_engine_rules(f->engine);

	apply(f, "director: { cache_bypass = true; }; marks: ( { mark = 7; address = \"0.0.0.0/0\"; transparent = true; },"
		 "{ mark = 8; address = \"192.0.2.0/24\"; } );"
		 "services: ( { mark = 7; cache_bypass = \"no\"; servers: ( { address = \"10.9.0.1\"; forward = \"bypass\"; } ); },"
		 "{ mark = 8; servers: ( { address = \"10.9.0.1\"; } ); } );");
	assert_true(settings->cache_bypass);
	assert_int_equal(lvs_service_find(rules, &key)->spec.cache_bypass, LVS_CHOICE_NO);
	assert_ptr_equal(lvs_service_find(rules, &key)->servers[0]->spec.forward, &lvs_forward_bypass);
	assert_int_equal(lvs_rules_owner(rules, &other), LVS_OWNER_OTHER);
	assert_int_equal(lvs_rules_owner(rules, &virtual), LVS_OWNER_DIRECTOR);
	assert_int_equal(mark_of(f, "10.1.1.1", "198.51.100.7", 6, 80), 7);
	key.mark = 8;
	assert_int_equal(lvs_service_find(rules, &key)->spec.cache_bypass, LVS_CHOICE_INHERIT);
	apply(f, "marks: ( { mark = 7; address = \"198.51.0.0/16\"; } );"
		 "services: ( { mark = 7; servers: ( { address = \"10.9.0.1\"; } ); } );");
	assert_false(settings->cache_bypass);
	assert_int_equal(lvs_rules_owner(rules, &other), LVS_OWNER_DIRECTOR);
}

static void a_file_that_says_nothing_of_timeouts_changes_none(void **state)
{
	struct lvs_engine_options options;
	struct lvs_conf *conf = parse("");

	(void)state;
	lvs_rules_options(conf, &options);
	lvs_conf_free(conf);
	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++) {
		for (size_t s = 0; s < lvs_protos[p]->nstates; s++) {
			uint32_t seconds = options.settings.timeouts[p][s];

			if (seconds)
				assert_int_equal(seconds, lvs_protos[p]->states[s].timeout);
			else
				assert_int_equal(s, 0);
		}
	}
}

#define PICTURE_BYTES 4096

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* All that an operator can see of the rules, in an order of its own. */
static void picture(struct fixture *f, char text[PICTURE_BYTES])
{
	const struct lvs_rules *rules = lvs_engine_rules(f->engine);
	const struct lvs_prefix *marked;
	bool transparent;
	char lines[32][256];
	size_t n = 0, at = 0;

	for (uint32_t i = 0; (marked = lvs_classifier_prefix(rules->classifier, i, &transparent)); i++) {
		char net[LVS_PREFIX_TEXT_BYTES];

		(void)snprintf(lines[n++], sizeof(lines[0]), "marks %s%s\n", lvs_prefix_format(marked, net),
			       transparent ? " of others" : "");
	}

	for (uint32_t i = 0; i < rules->nheads; i++) {
		for (const struct lvs_service *service = rules->service_heads[i]; service; service = service->next) {
			char name[LVS_ENDPOINT_TEXT_BYTES], server_name[LVS_ENDPOINT_TEXT_BYTES];

			(void)lvs_endpoint_format(&service->spec.key.addr, lvs_host16(service->spec.key.port), name);
			(void)snprintf(lines[n++], sizeof(lines[0]), "%s %s conns %u local %d\n", name, service->spec.sched->name,
				       (unsigned int)service->counters.conns, service->vip->local);
			for (uint32_t k = 0; k < service->nservers; k++) {
				const struct lvs_server *server = service->servers[k];

				(void)lvs_endpoint_format(&server->spec.addr, lvs_host16(server->spec.port), server_name);
				assert_true(n < ARRAY_LEN(lines));
				(void)snprintf(lines[n++], sizeof(lines[0]), "%s %s: id %u weight %u conns %u\n", name, server_name,
					       server->id, server->spec.weight, (unsigned int)server->counters.conns);
			}
		}
	}
	qsort(lines, n, sizeof(lines[0]), by_text);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, PICTURE_BYTES - at, "%s", lines[i]);
}

static void what_becomes_of_connections_is_what_the_file_says(void **state)
{
	struct fixture *f = *state;
	const struct lvs_engine_settings *settings = &f->engine->settings;
	const struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6);
	const struct lvs_server *one;

	assert_false(settings->expire_nodest_conn || settings->expire_quiescent_template);
	assert_int_equal(settings->conn_reuse, LVS_REUSE_OVER);
	assert_int_equal(web->spec.expire_nodest_conn, LVS_CHOICE_INHERIT);
	assert_int_equal(web->spec.expire_quiescent_template, LVS_CHOICE_INHERIT);
	assert_int_equal(web->spec.conn_reuse, LVS_REUSE_INHERIT);
	assert_int_equal(web->spec.sloppy[LVS_PROTO_INDEX_tcp], LVS_CHOICE_INHERIT);
	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++)
		for (size_t s = 0; s < LVS_STATES_MAX; s++)
			assert_int_equal(web->spec.timeouts[p][s], 0);
	apply(f, "director: { expire_nodest_conn = true; expire_quiescent_template = true; conn_reuse_mode = 0; };"
		 "services: ( { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\"; sloppy_tcp = \"yes\";"
		 "  expire_nodest_conn = \"no\"; expire_quiescent_template = \"yes\"; conn_reuse_mode = \"2\";"
		 "  persistent: { on_drain = \"keep\"; }; timeouts: { tcpfin = 7; tcp_synack = 8; }; servers: ("
		 "  { address = \"10.0.0.1:80\"; drain: { timeout = 60; }; }, { address = \"10.0.0.2:80\"; weight = 2; } ); },"
		 "{ address = \"192.0.2.1:53\"; protocol = \"udp\"; timeouts: { udp = 9; }; servers: ( { address = \"10.0.0.1\"; } ); },"
		 "{ address = \"192.0.2.1:80\"; protocol = \"sctp\"; sloppy_sctp = \"no\"; timeouts: { sctp_cookie = 6; sctp = 5; };"
		 "  servers: ( { address = \"10.0.0.1\"; } ); } );");
	assert_true(settings->expire_nodest_conn && settings->expire_quiescent_template);
	assert_int_equal(settings->conn_reuse, LVS_REUSE_NEVER);
	assert_int_equal(web->spec.expire_nodest_conn, LVS_CHOICE_NO);
	assert_int_equal(web->spec.expire_quiescent_template, LVS_CHOICE_YES);
	assert_int_equal(web->spec.conn_reuse, LVS_REUSE_CLOSING);
	assert_int_equal(web->spec.sloppy[LVS_PROTO_INDEX_tcp], LVS_CHOICE_YES);
	assert_true(web->spec.persist.stay);
	assert_int_equal(web->spec.timeouts[LVS_PROTO_INDEX_tcp][1], 0);
	assert_int_equal(web->spec.timeouts[LVS_PROTO_INDEX_tcp][4], 7);
	assert_int_equal(web->spec.timeouts[LVS_PROTO_INDEX_tcp][10], 8);
	one = server_at(service_at(f, "192.0.2.1", 80, 6), "10.0.0.1", 80);
	assert_true(one->spec.drain);
	assert_int_equal(one->spec.drain_seconds, 60);
	assert_int_equal(one->spec.weight, 0);
	assert_int_equal(service_at(f, "192.0.2.1", 53, 17)->spec.timeouts[LVS_PROTO_INDEX_udp][0], 9);
	web = service_at(f, "192.0.2.1", 80, 132);
	assert_int_equal(web->spec.sloppy[LVS_PROTO_INDEX_sctp], LVS_CHOICE_NO);
	assert_int_equal(web->spec.timeouts[LVS_PROTO_INDEX_sctp][3], 6);
	assert_int_equal(web->spec.timeouts[LVS_PROTO_INDEX_sctp][8], 5);
	apply(f, first);
	assert_int_equal(one->spec.weight, 1);
	assert_false(one->spec.drain);
}

/*
 * Something of everything: marks, services and servers that come, go, change, were made at run time, and lead to one
 * address.
 */
static const char second[] = "marks: ( { mark = 7; address = \"192.0.2.16/28\"; } ); services: ("
	"{ mark = 7; servers: ( { address = \"10.0.0.5\"; } ); },"
	"{ name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"wlc\"; servers: ("
	"  { address = \"10.0.0.2:80\"; weight = 7; }, { address = \"10.0.0.3:80\"; }, { address = \"10.0.0.4:80\"; },"
	"  { address = \"10.0.0.9:80\"; weight = 3; } ); },"
	"{ name = \"mine\"; address = \"192.0.2.1:8443\"; scheduler = \"wrr\"; servers: ( { address = \"10.0.0.1:80\"; weight = 4; } ); },"
	"{ name = \"new\"; address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.2:80\"; } ); } );";

static void make_some_at_run_time(struct fixture *f)
{
	struct lvs_rules *rules = lvs_engine_rules(f->engine);
	struct lvs_service *web = service_at(f, "192.0.2.1", 80, 6), *mine;
	struct lvs_server_spec spec = server_at(web, "10.0.0.1", 80)->spec;
	struct lvs_service_spec of = web->spec;
	struct lvs_addr vip = test_addr("192.0.2.1");
	struct lvs_server *server;

	of.key.port = LVS_BE16(8443);
	assert_int_equal(lvs_service_add(rules, &of, &mine), 0);
	assert_int_equal(lvs_server_add(rules, mine, &spec, &server), 0);
	spec.addr = test_addr("10.0.0.9");
	assert_int_equal(lvs_server_add(rules, web, &spec, &server), 0);
	for (uint32_t id = 1; id < rules->servers_len; id++)
		if (rules->servers[id])
			rules->servers[id]->counters.conns = 100 + id;
	web->counters.conns = 7;
	mine->counters.conns = 8;
	service_at(f, "192.0.2.1", 53, 17)->counters.conns = 9;
	lvs_vip_set_local(rules, &vip, true);
}

/* Whichever of its allocations fails, nothing has happened; then it is tried again, and all has. */
static void a_reload_happens_or_does_not(void **state)
{
	struct fixture *f = *state;
	char before[PICTURE_BYTES], after[PICTURE_BYTES];
	struct lvs_conf *conf = parse(second);
	struct lvs_classifier *classifier, *made;
	struct lvs_rules_plan *plan;
	struct lvs_conf_diff diff;
	unsigned int n = 0;
	bool failed;
	int err;

	make_some_at_run_time(f);
	picture(f, before);
	assert_int_equal(lvs_conf_diff_init(f->conf, conf, &diff), 0);
	assert_int_equal(lvs_rules_plan_new(&diff, conf, &plan), 0);
	assert_int_equal(lvs_rules_classifier(&diff, conf, &lvs_engine_rules(f->engine)->key, &classifier), 0);
	made = classifier;
	assert_non_null(made);
	do {
		memory_fail_at(++n);
		err = lvs_rules_apply(f->engine, plan, &classifier, NULL, 0);
		failed = memory_failed();
		picture(f, after);
		if (err) {
			assert_int_equal(err, -ENOMEM);
			assert_string_equal(after, before);
			assert_ptr_equal(classifier, made);
		}
	} while (failed);
	assert_int_equal(err, 0);
	assert_in_range(n, 5, 100);
	assert_ptr_not_equal(classifier, made);
	lvs_classifier_free(classifier);
	lvs_rules_plan_free(plan);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(f->conf);
	f->conf = conf;
	assert_string_equal(after, "0.0.0.0 10.0.0.5: id 6 weight 1 conns 0\n"
				   "0.0.0.0 wlc conns 0 local 0\n"
				   "192.0.2.1:80 10.0.0.2:80: id 2 weight 7 conns 102\n"
				   "192.0.2.1:80 10.0.0.3:80: id 9 weight 1 conns 0\n"
				   "192.0.2.1:80 10.0.0.4:80: id 10 weight 1 conns 0\n"
				   "192.0.2.1:80 10.0.0.9:80: id 5 weight 3 conns 105\n"
				   "192.0.2.1:80 wlc conns 7 local 1\n"
				   "192.0.2.1:8443 10.0.0.1:80: id 4 weight 4 conns 104\n"
				   "192.0.2.1:8443 wrr conns 8 local 1\n"
				   "192.0.2.2:80 10.0.0.1:80: id 7 weight 1 conns 0\n"
				   "192.0.2.2:80 10.0.0.2:80: id 8 weight 1 conns 0\n"
				   "192.0.2.2:80 wlc conns 0 local 0\n"
				   "marks 192.0.2.16/28\n");
}

#define SITES(sites) "geo: { sites = \"" sites "\"; };" \
	"services: ( { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"geo\"; servers: (" \
	"  { address = \"10.0.0.1:80\"; site = \"fra\"; }, { address = \"10.0.0.2:80\"; site = \"nyc\"; } ); } );"

static const struct lvs_server *chosen(struct lvs_service *service)
{
	const struct lvs_tuple tuple = { .src = test_addr("203.0.113.5"), .dst = test_addr("192.0.2.1") };

	return service->spec.sched->pick(service, &tuple, 0);
}

/* wrr begins anew when a server is edited; that others have other sites is nothing to it. */
static void sites_do_not_disturb_other_schedulers(void **state)
{
#define WRR "services: ( { address = \"192.0.2.2:80\"; scheduler = \"wrr\"; servers: (" \
	"  { address = \"10.0.0.1:80\"; weight = 3; }, { address = \"10.0.0.2:80\"; weight = 2; } ); } );"
	struct fixture *f = *state;
	struct lvs_service *service;
	const struct lvs_server *seen[5];

	apply(f, WRR);
	service = service_at(f, "192.0.2.2", 80, 6);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		seen[i] = chosen(service);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		assert_ptr_equal(chosen(service), seen[i]);
		apply(f, i % 2 ? WRR : "geo: { sites = \"fra\"; };" WRR);
	}
}

/* Nothing else has changed, yet all numbers have, and the former table is gone. */
static void sites_are_those_of_the_file_in_force(void **state)
{
	struct fixture *f = *state;
	struct lvs_service *web;
	struct lvs_server *fra, *nyc;

	apply(f, SITES("fra,nyc"));
	web = service_at(f, "192.0.2.1", 80, 6);
	fra = server_at(web, "10.0.0.1", 80);
	nyc = server_at(web, "10.0.0.2", 80);
	assert_ptr_equal(chosen(web), fra);
	fra->counters.conns = 7;
	apply(f, SITES("lon,nyc,fra"));
	assert_ptr_equal(service_at(f, "192.0.2.1", 80, 6), web);
	assert_ptr_equal(lvs_engine_rules(f->engine)->sites, f->conf->geo.table);
	assert_int_equal(fra->site, 3);
	assert_int_equal(nyc->site, 2);
	assert_ptr_equal(chosen(web), nyc);
	assert_int_equal(fra->counters.conns, 7);
	apply(f, first);
	assert_null(lvs_engine_rules(f->engine)->sites);
	assert_int_equal(fra->site, 0);
	assert_string_equal(fra->spec.site, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_becomes_services_and_servers, setup, teardown),
		cmocka_unit_test_setup_teardown(what_the_file_still_says_is_not_touched, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_made_at_run_time_stays_unless_the_file_names_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_helper_comes_and_goes_with_what_it_needs, setup, teardown),
		cmocka_unit_test_setup_teardown(thresholds_and_what_schedulers_take_reach_the_engine, setup, teardown),
		cmocka_unit_test_setup_teardown(a_service_removed_at_run_time_comes_back_with_its_next_edit, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_removed_at_run_time_needs_no_removal, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_come_into_force_with_the_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(syn_proxies_are_what_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(segments_are_as_long_as_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(servers_are_told_as_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(persistence_is_what_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(limits_are_what_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(what_becomes_of_connections_is_what_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(marks_and_their_services_are_what_the_file_says, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_transparent_and_goes_on_is_what_the_file_says, setup, teardown),
		cmocka_unit_test(timeouts_reach_the_states_they_are_named_after),
		cmocka_unit_test(a_file_that_says_nothing_of_timeouts_changes_none),
		cmocka_unit_test_setup_teardown(a_reload_happens_or_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(sites_are_those_of_the_file_in_force, setup, teardown),
		cmocka_unit_test_setup_teardown(sites_do_not_disturb_other_schedulers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
