// SPDX-License-Identifier: GPL-2.0-or-later
/* Who gets a cookie, and whose cookie is believed. */
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/classify.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "tests/lib/talk.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

static const struct lvs_stats *stats(const struct talk *t)
{
	return lvs_engine_stats(t->director->engine);
}

static uint32_t used(const struct talk *t)
{
	return lvs_engine_conns(t->director->engine)->used;
}

static struct talk served(void **state, size_t family, enum lvs_syn_proxy_mode mode)
{
	struct talk t = { .hosts = &talk_families[family], .scale = 7 };

	director_setup(state);
	t.director = *state;
	serve(&t, mode);
	return t;
}

static void edit(const struct talk *t, const struct lvs_service_spec *spec)
{
	struct lvs_rules *rules = lvs_engine_rules(t->director->engine);
	struct lvs_service *service = lvs_service_find(rules, &spec->key);

	assert_int_equal(lvs_service_edit(rules, service, spec), 0);
}

static struct lvs_service *service_of(const struct talk *t)
{
	return lvs_server_at(lvs_engine_rules(t->director->engine), 1)->service;
}

static struct lvs_engine_settings settings_of(const struct talk *t)
{
	return t->director->engine->settings;
}

static void configure(const struct talk *t, const struct lvs_engine_settings *settings)
{
	lvs_engine_configure(t->director->engine, settings, t->director->now);
}

/* A SYN from another port; is it answered with a cookie? Else it is forwarded. */
static bool gets_cookie(const struct talk *t, uint16_t port)
{
	uint64_t before = stats(t)->replied[LVS_REPLY_COOKIE];
	struct build segment = from_client(t, (struct build){ .tcp_flags = SYN, .seq = port });

	segment.sport = port;
	assert_int_equal(take(t, &segment), LVS_DROP_NONE);
	expect_n("SYN", t, 1);
	return stats(t)->replied[LVS_REPLY_COOKIE] - before;
}

static void a_flood_leaves_nothing(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct lvs_engine_settings settings = settings_of(&t);

	settings.reply_rate = 0;
	configure(&t, &settings);
	for (uint16_t port = 1024; port < 9024; port++)
		assert_true(gets_cookie(&t, port));
	assert_int_equal(stats(&t)->answered, 8000);
	assert_int_equal(used(&t), 0);
	assert_int_equal(t.director->engine->streams.used, 0);
	knock(&t);
	prove(&t);
	director_teardown(state);
}

static void off_means_off(void **state)
{
	struct talk t = served(state, 1, LVS_SYN_PROXY_OFF);

	assert_false(gets_cookie(&t, 1001));
	assert_int_equal(used(&t), 1);
	director_teardown(state);
}

static void auto_begins_at_the_backlog(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_AUTO);
	struct lvs_engine_settings settings = settings_of(&t);

	settings.syn_backlog = 3;
	configure(&t, &settings);
	for (uint16_t port = 1001; port <= 1003; port++)
		assert_false(gets_cookie(&t, port));
	for (uint16_t port = 1004; port < 1100; port++)
		assert_true(gets_cookie(&t, port));
	knock(&t);
	prove(&t);	/* one more half-open, but a proven one */
	meet(&t);
	assert_int_equal(used(&t), 4);
	director_wait(t.director, LVS_SECONDS(61));	/* nobody answered the first three */
	assert_int_equal(used(&t), 1);
	assert_false(gets_cookie(&t, 1005));
	director_teardown(state);
}

static void auto_begins_under_attack(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_AUTO);
	uint16_t port = 1001;

	for (; !t.director->engine->defence.attack; port++) {
		assert_false(gets_cookie(&t, port));
		director_wait(t.director, 1);
	}
	assert_in_range(port, 1056, 1059);	/* seven eighths of 64 */
	assert_true(gets_cookie(&t, port));
	director_wait(t.director, LVS_SECONDS(61));
	assert_false(gets_cookie(&t, port));
	director_teardown(state);
}

static const struct refused_row {
	const char *what;
	struct build segment;
	enum lvs_drop drop;
	size_t answers;
} refused[] = {
	{ "SYN and ACK", { .tcp_flags = SYN | ACK }, LVS_DROP_NO_CONN, 1 },
	{ "SYN and FIN", { .tcp_flags = SYN | FIN }, LVS_DROP_NO_CONN, 1 },
	{ "a first fragment of a SYN", { .tcp_flags = SYN, .payload = 100, .frag_bytes = 64 }, LVS_DROP_NO_CONN, 1 },
	{ "no flag", { .tcp_flags = 0 }, LVS_DROP_NO_CONN, 1 },
	{ "FIN", { .tcp_flags = FIN }, LVS_DROP_NO_CONN, 1 },
	{ "RST", { .tcp_flags = RST }, LVS_DROP_NO_CONN, 0 },
	{ "RST and ACK", { .tcp_flags = RST | ACK }, LVS_DROP_NO_CONN, 0 },
	{ "an ACK that was never asked for", { .tcp_flags = ACK, .ack = 1 }, LVS_DROP_COOKIE, 1 },
	{ "data", { .tcp_flags = ACK | PSH, .ack = 1, .payload = 9 }, LVS_DROP_COOKIE, 1 },
	{ "a first fragment of an ACK", { .tcp_flags = ACK, .payload = 100, .frag_bytes = 64 }, LVS_DROP_NO_CONN, 1 },
};

static void nothing_else_is_answered(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = served(state, family, LVS_SYN_PROXY_ON);

		knock(&t);
		for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
			struct build segment = from_client(&t, refused[i].segment);

			print_message("  %s\n", refused[i].what);
			segment.id = (uint32_t)i;
			assert_int_equal(take(&t, &segment), refused[i].drop);
			expect_n(refused[i].what, &t, refused[i].answers);
		}
		assert_int_equal(used(&t), 0);
		assert_int_equal(stats(&t)->replied[LVS_REPLY_COOKIE], 1);
		assert_int_equal(stats(&t)->cookies_accepted, 0);
		director_teardown(state);
	}
}

/* Takes what was learned in knock() back to the director in another way than it should be. */
static enum lvs_drop tamper(struct talk *t, unsigned int how)
{
	struct options options = proof_options(t);
	struct build segment = proof(t, &options);

	switch (how) {
	case 0:
		segment.ack ^= 0x400;
		break;
	case 1:
		segment.ack ^= 1;
		break;
	case 2:
		segment.seq += 1;
		break;
	case 3:
		segment.seq -= 2;
		break;
	case 4:
		segment.sport++;
		break;
	case 5:
		options.bytes[11] ^= 0x10;	/* SACK in our timestamp */
		break;
	case 6:
		segment.tcp_options = 0;
		break;
	case 7:
		segment.tcp_flags |= SYN;
		break;
	default:
		segment.src = t->hosts == &talk_families[0] ? "198.51.100.8" : "2001:db8:c::8";
		break;
	}
	return take(t, &segment);
}

static void wrong_cookies_are_refused(void **state)
{
	for (size_t family = 0; family < 2; family++) {
		struct talk t = served(state, family, LVS_SYN_PROXY_ON);

		knock(&t);
		for (unsigned int how = 0; how < 9; how++) {
			assert_int_equal(tamper(&t, how), how == 7 ? LVS_DROP_NO_CONN : LVS_DROP_COOKIE);
			expect_n("reset", &t, 1);
			assert_int_equal(used(&t), 0);
		}
		assert_int_equal(stats(&t)->dropped[LVS_DROP_COOKIE], 8);
		prove(&t);
		director_teardown(state);
	}
}

static void old_cookies_are_refused(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct options options;
	struct build segment;

	knock(&t);
	options = proof_options(&t);
	segment = proof(&t, &options);
	director_wait(t.director, LVS_SECONDS(60));
	assert_true(gets_cookie(&t, 1001));
	director_wait(t.director, LVS_SECONDS(60));
	assert_int_equal(take(&t, &segment), LVS_DROP_COOKIE);
	director_wait(t.director, LVS_SECONDS(60));	/* the latest one has had its time too: nobody looks any more */
	assert_int_equal(take(&t, &segment), LVS_DROP_NO_CONN);
	director_teardown(state);
}

/* Its own, but of an engine that has sent none. */
static void cookies_count_only_where_some_were_sent(void **state)
{
	struct talk t = served(state, 1, LVS_SYN_PROXY_ON), fresh;
	struct options options;
	struct build segment;
	void *other;

	knock(&t);
	options = proof_options(&t);
	segment = proof(&t, &options);
	fresh = served(&other, 1, LVS_SYN_PROXY_ON);
	assert_int_equal(take(&fresh, &segment), LVS_DROP_NO_CONN);
	assert_true(gets_cookie(&fresh, 1001));
	assert_int_equal(take(&fresh, &segment), LVS_DROP_NONE);	/* both have the tests' key */
	director_teardown(&other);
	director_teardown(state);
}

/* It is not taken again while its connection is there; behind that, it is a handshake like any other, for its time. */
static void replays_make_one_connection(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct options options;
	struct build again, reset = from_client(&t, (struct build){ .tcp_flags = RST, .seq = TALK_CLIENT_ISN + 1 });

	knock(&t);
	options = proof_options(&t);
	again = proof(&t, &options);
	prove(&t);
	assert_int_equal(take(&t, &again), LVS_DROP_HANDSHAKE);
	meet(&t);
	assert_int_equal(take(&t, &again), LVS_DROP_NONE);
	assert_int_equal(used(&t), 1);
	assert_int_equal(stats(&t)->cookies_accepted, 1);
	assert_int_equal(take(&t, &reset), LVS_DROP_NONE);
	director_wait(t.director, LVS_SECONDS(12));
	assert_int_equal(used(&t), 0);
	prove(&t);
	assert_int_equal(stats(&t)->cookies_accepted, 2);
	director_teardown(state);
}

static const struct proving_row {
	const char *what;
	struct build segment;
	uint32_t back;
} proving[] = {
	{ "a probe of the closed window", { .tcp_flags = ACK }, 1 },
	{ "data, which is not kept", { .tcp_flags = ACK | PSH, .payload = 77 }, 0 },
	{ "data with a partial checksum", { .tcp_flags = ACK | PSH, .payload = 3000, .csum = BUILD_PARTIAL, .gso_size = 1000 }, 0 },
	{ "FIN, which comes again", { .tcp_flags = ACK | FIN }, 0 },
};

static void any_segment_may_bring_it_back(void **state)
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(proving); i++) {
		struct talk t = served(state, i % 2, LVS_SYN_PROXY_ON);
		const struct proving_row *row = &proving[i / 2];
		struct options options;
		struct build segment;

		knock(&t);
		options = proof_options(&t);
		segment = proof(&t, &options);
		segment.tcp_flags = row->segment.tcp_flags;
		segment.payload = row->segment.payload;
		segment.csum = row->segment.csum;
		segment.gso_size = row->segment.gso_size;
		segment.seq -= row->back;
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		expect_server_syn(row->what, &t);
		meet(&t);
		director_teardown(state);
	}
}

static void data_in_a_syn_is_not_acknowledged(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct options options = syn_options(&t);
	struct build segment = syn(&t, &options);
	struct lvs_packet *out = &t.director->out[0];

	segment.payload = 100;
	assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
	expect_n("SYN-ACK", &t, 1);
	assert_memory_equal(out->data + 28, "\0\0\0\0", 4);	/* TALK_CLIENT_ISN + 1 */
	director_teardown(state);
}

static uint16_t offered_mss(const struct talk *t)
{
	const uint8_t *tcp = t->director->out[0].data + (t->hosts == &talk_families[0] ? 20 : 40);

	assert_int_equal(tcp[20], 2);
	assert_int_equal(tcp[21], 4);
	return (uint16_t)(tcp[22] << 8 | tcp[23]);
}

static void sizes_fit_the_device(void **state)
{
	static const struct {
		uint32_t mtu;
		uint16_t mss[2];
	} rows[] = { { 0, { 1460, 1440 } }, { 1280, { 1240, 1220 } }, { 9000, { 8960, 8940 } }, { 65535, { 65495, 65475 } } };

	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct talk t = served(state, i % 2, LVS_SYN_PROXY_ON);
		struct lvs_engine_settings settings = settings_of(&t);

		settings.mtu = rows[i / 2].mtu;
		configure(&t, &settings);
		assert_true(gets_cookie(&t, 1001));
		assert_int_equal(offered_mss(&t), rows[i / 2].mss[i % 2]);
		director_teardown(state);
	}
}

/* The client is told before anybody knows which server it will be, so the narrowest path counts; the server by then. */
static void sizes_fit_the_service_and_its_paths(void **state)
{
	static const struct {
		uint16_t mss;
		bool of_path;
		uint32_t mtu;
		uint16_t offered[2];
	} rows[] = { { 1300, false, 1200, { 1300, 1300 } }, { 0, true, 1300, { 1260, 1240 } }, { 1250, true, 1300, { 1250, 1240 } },
		     { 0, false, 1300, { 1460, 1440 } }, { 0, true, 0, { 1460, 1440 } } };

	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct talk t = served(state, i % 2, LVS_SYN_PROXY_ON);
		struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
		struct lvs_service *service = rules->servers[1]->service;
		struct lvs_service_spec spec = service->spec;
		struct options options;
		struct build segment;

		spec.mss = rows[i / 2].mss;
		spec.mss_of_path = rows[i / 2].of_path;
		assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
		lvs_server_set_mtu(service->servers[0], rows[i / 2].mtu);
		t.mss = rows[i / 2].offered[i % 2];
		knock(&t);
		options = proof_options(&t);
		segment = proof(&t, &options);
		assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
		assert_int_equal(offered_mss(&t), t.mss);
		director_teardown(state);
	}
}

/* Not at every SYN, which may come as fast as they like. */
static void paths_are_looked_at_once_a_second(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
	struct lvs_service *service = rules->servers[1]->service;
	struct lvs_service_spec spec = service->spec;

	spec.mss_of_path = true;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	lvs_server_set_mtu(service->servers[0], 1400);
	assert_true(gets_cookie(&t, 1001));
	assert_int_equal(offered_mss(&t), 1360);
	lvs_server_set_mtu(service->servers[0], 1300);
	t.director->now += LVS_SECONDS(1) - 1;
	assert_true(gets_cookie(&t, 1002));
	assert_int_equal(offered_mss(&t), 1360);
	t.director->now++;
	assert_true(gets_cookie(&t, 1003));
	assert_int_equal(offered_mss(&t), 1260);
	director_teardown(state);
}

static void without_a_server_clients_are_told(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct build segment = from_client(&t, (struct build){ .tcp_flags = SYN });
	struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
	struct lvs_server_spec spec = lvs_server_at(rules, 1)->spec;

	spec.weight = 0;
	assert_int_equal(lvs_server_edit(rules, lvs_server_at(rules, 1), &spec), 0);
	assert_int_equal(take(&t, &segment), LVS_DROP_NO_SERVER);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_ERROR], 1);
	lvs_server_remove(rules, lvs_server_at(rules, 1), t.director->now);
	assert_int_equal(take(&t, &segment), LVS_DROP_NO_SERVER);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_COOKIE], 0);
	director_teardown(state);
}

/* The server was there when the cookie was sent. */
static void server_goes_before_the_cookie_comes_back(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
	struct options options;
	struct build segment;

	knock(&t);
	options = proof_options(&t);
	segment = proof(&t, &options);
	lvs_server_remove(rules, lvs_server_at(rules, 1), t.director->now);
	assert_int_equal(take(&t, &segment), LVS_DROP_NO_SERVER);
	assert_int_equal(used(&t), 0);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_RESET], 1);	/* an ICMP error would not end what stands */
	assert_int_equal(stats(&t)->replied[LVS_REPLY_ERROR], 0);
	director_teardown(state);
}

static void clients_persist(void **state)
{
	struct talk t = served(state, 1, LVS_SYN_PROXY_ON);
	struct lvs_service_spec spec = service_of(&t)->spec;
	struct build reset = from_client(&t, (struct build){ .tcp_flags = RST, .seq = TALK_CLIENT_ISN + 1 });
	struct lvs_conn *template;

	spec.persist = (struct lvs_persist_spec){ .timeout = 300, .mask = lvs_persist_mask6(64) };
	edit(&t, &spec);
	knock(&t);
	assert_int_equal(used(&t), 0);
	prove(&t);
	assert_int_equal(used(&t), 2);
	template = lvs_conn_at(lvs_engine_conns(t.director->engine), 1);
	assert_true(template->flags & LVS_CONN_TEMPLATE);
	assert_int_equal(template->state, LVS_PERSIST_NONE);
	meet(&t);
	assert_int_equal(template->state, LVS_PERSIST_ASSURED);
	assert_int_equal(take(&t, &reset), LVS_DROP_NONE);
	t.mss = TALK_SERVER_MSS;
	knock(&t);	/* what was translated for another connection is in nobody's way */
	prove(&t);
	meet(&t);
	assert_int_equal(template->ncontrolled, 1);
	director_teardown(state);
}

/* Refused: the template that was made for it goes, so that the next try may lead elsewhere. */
static void refusal_forgets_a_new_client(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct lvs_service_spec spec = service_of(&t)->spec;
	struct build segment = from_server(&t, (struct build){ .tcp_flags = RST | ACK, .ack = TALK_CLIENT_ISN + 1 });

	spec.persist = (struct lvs_persist_spec){ .timeout = 300, .mask = lvs_persist_mask4(~(lvs_be32)0) };
	edit(&t, &spec);
	knock(&t);
	prove(&t);
	assert_int_equal(take(&t, &segment), LVS_DROP_NONE);
	assert_int_equal(used(&t), 0);
	director_teardown(state);
}

static void lists_of_ports_work(void **state)
{
	struct talk t = { .hosts = &talk_families[0], .scale = 7 };
	struct lvs_service_spec spec = {
		.key = { .addr = test_addr(t.hosts->vip), .port = LVS_BE16(70), .proto = LVS_PROTO_TCP, .ranged = true },
		.ports = { .n = 1, .ranges = { { 70, 90 } } }, .sched = lvs_sched_find("rr"), .syn_proxy = LVS_SYN_PROXY_ON,
	};
	struct lvs_server_spec server = { .addr = test_addr(t.hosts->server), .port = LVS_BE16(TALK_SERVER_PORT), .weight = 1,
					  .forward = lvs_forward_find("masq") };
	struct lvs_service *service;
	struct lvs_server *ignored;

	director_setup(state);
	t.director = *state;
	assert_int_equal(lvs_service_add(lvs_engine_rules(t.director->engine), &spec, &service), 0);
	assert_int_equal(lvs_server_add(lvs_engine_rules(t.director->engine), service, &server, &ignored), 0);
	knock(&t);
	prove(&t);
	meet(&t);
	director_teardown(state);
}

static void a_full_table_keeps_its_connections(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	const struct lvs_conn_table *conns = lvs_engine_conns(t.director->engine);

	knock(&t);
	prove(&t);
	meet(&t);
	for (uint32_t i = 0; i < 200; i++) {
		struct talk other = t;

		assert_true(gets_cookie(&other, (uint16_t)(1001 + i)));
	}
	assert_int_equal(conns->used, 1);
	assert_int_equal(conns->evicted[LVS_CLASS_HALF_OPEN], 0);
	director_teardown(state);
}

/* SYNs are not counted, connections are. */
static void limits_are_for_the_proven(void **state)
{
	struct talk t = served(state, 1, LVS_SYN_PROXY_ON), other;
	struct lvs_service_spec spec = service_of(&t)->spec;
	struct options options;
	struct build segment;

	spec.limits = (struct lvs_limit_spec){ .client_connections = 1, .client_bits4 = 128, .client_bits6 = 64, .reset = true };
	edit(&t, &spec);
	knock(&t);
	other = t;
	other.hosts = &(struct talk_hosts){ "2001:db8:c::8", t.hosts->vip, t.hosts->server };
	knock(&other);
	prove(&t);
	options = proof_options(&other);
	segment = proof(&other, &options);
	assert_int_equal(take(&other, &segment), LVS_DROP_CLIENT_CONNECTIONS);
	expect_n("reset", &other, 1);
	meet(&t);
	other.mss = TALK_SERVER_MSS;
	knock(&other);
	assert_int_equal(used(&t), 1);
	director_teardown(state);
}

/* All servers wait for their rate: no SYN gets by for that. */
static void servers_that_wait_are_servers(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct lvs_service_spec spec = service_of(&t)->spec;

	spec.limits.server_rate = (struct lvs_rate){ .interval = LVS_NS_PER_SEC };
	edit(&t, &spec);
	knock(&t);
	prove(&t);
	assert_false(lvs_server_usable(lvs_server_at(lvs_engine_rules(t.director->engine), 1)));
	assert_true(gets_cookie(&t, 1001));
	director_wait(t.director, LVS_NS_PER_SEC / 2);
	assert_true(gets_cookie(&t, 1002));
	director_wait(t.director, LVS_NS_PER_SEC / 2);
	assert_true(gets_cookie(&t, 1003));
	assert_int_equal(used(&t), 1);
	director_teardown(state);
}

/* Records for streams are as many as for connections, so this takes another engine's habits. */
static void without_a_record_nothing_begins(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct options options;
	struct build segment;

	knock(&t);
	options = proof_options(&t);
	segment = proof(&t, &options);
	t.director->engine->streams.capacity = 0;
	assert_int_equal(take(&t, &segment), LVS_DROP_STREAM_FULL);
	assert_int_equal(used(&t), 0);
	assert_int_equal(lvs_server_at(lvs_engine_rules(t.director->engine), 1)->inactive, 0);
	t.director->engine->streams.capacity = 64;
	prove(&t);
	director_teardown(state);
}

static void services_that_cannot_have_it(void **state)
{
	struct talk t = served(state, 0, LVS_SYN_PROXY_ON);
	struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
	struct lvs_service_spec spec = service_of(&t)->spec;
	struct lvs_server_spec server = lvs_server_at(rules, 1)->spec;
	struct lvs_service *service = service_of(&t);
	struct lvs_server *added;

	server.forward = lvs_forward_find("droute");
	server.port = LVS_BE16(TALK_VPORT);
	assert_int_equal(lvs_server_edit(rules, service->servers[0], &server), -EINVAL);
	server.addr.bytes[15]++;
	assert_int_equal(lvs_server_add(rules, service, &server, &added), -EINVAL);
	spec.syn_proxy = LVS_SYN_PROXY_OFF;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	assert_int_equal(lvs_server_add(rules, service, &server, &added), 0);
	spec.key.port = LVS_BE16(53);
	spec.key.proto = LVS_PROTO_UDP;
	spec.syn_proxy = LVS_SYN_PROXY_AUTO;
	assert_int_equal(lvs_service_add(rules, &spec, &service), -EINVAL);
	spec.syn_proxy = LVS_SYN_PROXY_OFF;
	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	spec.syn_proxy = LVS_SYN_PROXY_ON;
	assert_int_equal(lvs_service_edit(rules, service, &spec), -EINVAL);
	assert_int_equal(service->spec.syn_proxy, LVS_SYN_PROXY_OFF);
	director_teardown(state);
}

/* The service was edited while its server was there. */
static void who_would_not_be_heard_is_not_asked(void **state)
{
	struct talk t = served(state, 1, LVS_SYN_PROXY_OFF);
	struct lvs_rules *rules = lvs_engine_rules(t.director->engine);
	struct lvs_service_spec spec = service_of(&t)->spec;
	struct lvs_server *server = lvs_server_at(rules, 1), *direct;
	struct lvs_server_spec droute = { .addr = test_addr("2001:db8:1::12"), .port = LVS_BE16(TALK_VPORT), .weight = 1,
					  .forward = lvs_forward_find("droute") };
	struct options options;
	struct build segment;

	assert_int_equal(lvs_server_add(rules, server->service, &droute, &direct), 0);
	lvs_server_remove(rules, server, t.director->now);
	spec.syn_proxy = LVS_SYN_PROXY_ON;
	edit(&t, &spec);
	knock(&t);
	options = proof_options(&t);
	segment = proof(&t, &options);
	assert_int_equal(take(&t, &segment), LVS_DROP_HANDSHAKE);
	expect_n("reset", &t, 1);
	assert_int_equal(stats(&t)->replied[LVS_REPLY_RESET], 1);
	assert_int_equal(used(&t), 0);
	assert_int_equal(direct->inactive + direct->active, 0);
	director_teardown(state);
}

/* A service of a mark has all protocols; only TCP shakes hands. */
static void marked_packets_get_cookies(void **state)
{
	struct talk t = { .hosts = &talk_families[0], .scale = 7 };
	struct lvs_service_spec spec = { .key = { .addr = test_addr("0.0.0.0"), .mark = 5 }, .sched = lvs_sched_find("rr"),
					 .syn_proxy = LVS_SYN_PROXY_ON };
	struct lvs_server_spec server = { .addr = test_addr(t.hosts->server), .port = LVS_BE16(TALK_SERVER_PORT), .weight = 1,
					  .forward = lvs_forward_find("masq") };
	struct lvs_mark_rule rule = { .mark = 5, .address = { test_addr(t.hosts->vip), LVS_PREFIX_HOST } };
	struct lvs_classifier *classifier;
	struct build datagram;
	struct lvs_service *service;
	struct lvs_server *ignored;

	director_setup(state);
	t.director = *state;
	assert_int_equal(lvs_service_add(lvs_engine_rules(t.director->engine), &spec, &service), 0);
	assert_int_equal(lvs_server_add(lvs_engine_rules(t.director->engine), service, &server, &ignored), 0);
	assert_int_equal(lvs_classifier_new(&rule, 1, &lvs_engine_rules(t.director->engine)->key, &classifier), 0);
	lvs_classifier_free(lvs_rules_set_classifier(lvs_engine_rules(t.director->engine), classifier));
	knock(&t);
	prove(&t);
	meet(&t);
	datagram = from_client(&t, (struct build){ .proto = LVS_PROTO_UDP, .payload = 10 });
	assert_int_equal(take(&t, &datagram), LVS_DROP_NONE);
	assert_int_equal(used(&t), 2);
	director_teardown(state);
}

/* An error about a packet of nobody's is no proof: it begins nothing where a SYN would not. */
static void errors_begin_nothing(void **state)
{
	static const enum lvs_syn_proxy_mode modes[] = { LVS_SYN_PROXY_AUTO, LVS_SYN_PROXY_ON };

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct talk t = served(state, i, modes[i]);
		struct lvs_engine_settings settings = settings_of(&t);
		struct lvs_tuple tuple = { .src = test_addr(t.hosts->client), .dst = test_addr(t.hosts->vip),
					   .sport = LVS_BE16(TALK_CLIENT_PORT), .dport = LVS_BE16(TALK_VPORT),
					   .proto = LVS_PROTO_TCP };

		settings.schedule_icmp = true;
		settings.syn_backlog = 1;
		configure(&t, &settings);
		director_begin(t.director);
		if (modes[i] == LVS_SYN_PROXY_AUTO)
			assert_non_null(lvs_engine_schedule_quoted(t.director->engine, &tuple));	/* not yet */
		tuple.sport = LVS_BE16(TALK_CLIENT_PORT + 1);
		assert_null(lvs_engine_schedule_quoted(t.director->engine, &tuple));
		assert_int_equal(used(&t), modes[i] == LVS_SYN_PROXY_AUTO);
		director_teardown(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_leaves_nothing),
		cmocka_unit_test(off_means_off),
		cmocka_unit_test(auto_begins_at_the_backlog),
		cmocka_unit_test(auto_begins_under_attack),
		cmocka_unit_test(nothing_else_is_answered),
		cmocka_unit_test(errors_begin_nothing),
		cmocka_unit_test(wrong_cookies_are_refused),
		cmocka_unit_test(old_cookies_are_refused),
		cmocka_unit_test(cookies_count_only_where_some_were_sent),
		cmocka_unit_test(replays_make_one_connection),
		cmocka_unit_test(any_segment_may_bring_it_back),
		cmocka_unit_test(data_in_a_syn_is_not_acknowledged),
		cmocka_unit_test(sizes_fit_the_device),
		cmocka_unit_test(sizes_fit_the_service_and_its_paths),
		cmocka_unit_test(paths_are_looked_at_once_a_second),
		cmocka_unit_test(without_a_server_clients_are_told),
		cmocka_unit_test(server_goes_before_the_cookie_comes_back),
		cmocka_unit_test(clients_persist),
		cmocka_unit_test(refusal_forgets_a_new_client),
		cmocka_unit_test(lists_of_ports_work),
		cmocka_unit_test(a_full_table_keeps_its_connections),
		cmocka_unit_test(limits_are_for_the_proven),
		cmocka_unit_test(servers_that_wait_are_servers),
		cmocka_unit_test(without_a_record_nothing_begins),
		cmocka_unit_test(services_that_cannot_have_it),
		cmocka_unit_test(who_would_not_be_heard_is_not_asked),
		cmocka_unit_test(marked_packets_get_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
