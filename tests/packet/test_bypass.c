// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transparent services, whole bytes: what goes on to its own destination is what came in. Mark 7 is TCP 80 and UDP 53 of
 * anywhere (of IPv6, 2000::/3); two caches, if they have weight, are masqueraded.
 */
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/classify.h"
#include "engine/explain.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* what is left out is 0 */

static const struct family {
	const char *client, *site, *caches[2], *source, *vip, *router;
} families[] = {
	{ "10.1.0.7", "203.0.113.80", { "10.0.0.11", "10.0.0.12" }, "10.0.0.64", "192.0.2.1", "198.51.100.1" },
	{ "2001:db8:1::7", "2001:db8:ee::80", { "2001:db8:2::11", "2001:db8:2::12" }, "2001:db8:2::64", "2001:db8::1", "2001:db8:98::1" },
};

static const enum build_csum csums[] = { BUILD_COMPLETE, BUILD_PARTIAL };

static void mark(struct director *director)
{
	struct lvs_mark_rule rules[4];
	struct lvs_classifier *classifier;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		bool udp = i & 2;

		rules[i] = (struct lvs_mark_rule){
			.mark = 7, .proto = udp ? LVS_PROTO_UDP : LVS_PROTO_TCP, .transparent = true,
			.address = i & 1 ? (struct lvs_prefix){ test_addr("2000::"), 3 } : (struct lvs_prefix){ test_addr("0.0.0.0"), 96 },
			.ports = { 1, { { udp ? 53 : 80, udp ? 53 : 80 } } },
		};
	}
	assert_int_equal(lvs_classifier_new(rules, ARRAY_LEN(rules), &director->engine->rules.key, &classifier), 0);
	lvs_classifier_free(lvs_rules_set_classifier(&director->engine->rules, classifier));
}

static struct lvs_server *add(struct director *director, struct lvs_service *service, const char *addr, const char *forward,
			      uint32_t weight)
{
	struct lvs_server_spec spec = { .addr = test_addr(addr), .weight = weight, .forward = lvs_forward_find(forward) };
	struct lvs_server *server;

	assert_int_equal(lvs_server_add(lvs_engine_rules(director->engine), service, &spec, &server), 0);
	return server;
}

static struct lvs_service *serve(struct director *director, int ip6, uint32_t weight)
{
	struct lvs_service_spec spec = { .key = { .addr = lvs_addr_any(!ip6), .mark = 7 }, .sched = lvs_sched_find("rr") };
	struct lvs_service *service;

	mark(director);
	assert_int_equal(lvs_service_add(lvs_engine_rules(director->engine), &spec, &service), 0);
	for (size_t i = 0; i < 2; i++)
		add(director, service, families[ip6].caches[i], "masq", weight);
	return service;
}

static void settle(struct director *director, bool cache_bypass, bool on_lan)
{
	struct lvs_engine_settings settings = director->engine->settings;

	settings.cache_bypass = cache_bypass;
	settings.decrement_ttl = on_lan;
	lvs_engine_configure(director->engine, &settings, director->now);
}

static uint16_t next_port = 30000;

static struct build request(int ip6, uint8_t proto)
{
	return (struct build){ .src = families[ip6].client, .dst = families[ip6].site, .sport = next_port++, .proto = proto,
			       .dport = proto == LVS_PROTO_TCP ? 80 : 53, .payload = 7, .id = 77, .seq = 1000,
			       .tcp_flags = proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0 };
}

static struct build answer(const struct build *what)
{
	struct build back = *what;

	back.src = what->dst;
	back.sport = what->dport;
	back.dst = what->src;
	back.dport = what->sport;
	back.tcp_flags = what->tcp_flags ? LVS_TCP_SYN | LVS_TCP_ACK : 0;
	return back;
}

/* It goes in, and comes out as it is. */
static void goes_on(struct director *director, struct build what)
{
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&what));
	assert_true(lvs_addr_is_any(&director->via[0]));
}

/* Return: borrowed; NULL if no connection has the tuple of @what */
static struct lvs_conn *find(struct director *director, const struct build *what)
{
	const struct lvs_tuple tuple = { .src = test_addr(what->src), .dst = test_addr(what->dst), .sport = LVS_BE16(what->sport),
					 .dport = LVS_BE16(what->dport), .proto = what->proto };
	struct lvs_conn_table *conns = &director->engine->conns;
	enum lvs_dir dir;

	return lvs_conn_find(conns, &tuple, lvs_conn_hash(conns, &tuple), &dir);
}

static void set_weights(struct director *director, struct lvs_service *service, uint32_t weight)
{
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server_spec spec = service->servers[i]->spec;

		spec.weight = weight;
		assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), service->servers[i], &spec), 0);
	}
}

/* ipvs.md 1.1: a connection of 0.0.0.0:0, which is not a matter of the schedulers any more. */
static void without_a_cache_it_goes_to_the_site_and_stays_there(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
	struct director *director = *state;
	uint64_t bypassed = 0;

	settle(director, true, false);
	for (unsigned int i = 0; i < 2 * ARRAY_LEN(protos) * ARRAY_LEN(csums); i++) {
		int ip6 = i & 1;
		uint8_t proto = protos[i / 2 % 2];
		struct build what = request(ip6, proto), back = answer(&what);
		struct lvs_service *service = serve(director, ip6, 0);
		struct lvs_conn *conn;

		what.csum = back.csum = csums[i / 4];
		goes_on(director, what);
		conn = find(director, &what);
		assert_non_null(conn);
		assert_string_equal(lvs_forwards[conn->forward]->label, "Bypass");
		assert_true(lvs_addr_is_any(&conn->daddr) && lvs_addr_is4(&conn->daddr) == !ip6 && !conn->dport);
		assert_int_equal(lvs_engine_stats(director->engine)->bypassed, ++bypassed);
		assert_int_equal(service->counters.conns, 0);
		/* Replies pass by; one that comes here is none of ours. */
		assert_null(find(director, &back));
		goes_on(director, back);
		assert_true(conn->flags & LVS_CONN_NO_OUTPUT);
		set_weights(director, service, 1);
		what.tcp_flags = proto == LVS_PROTO_TCP ? LVS_TCP_ACK : 0;
		goes_on(director, what);
		if (proto == LVS_PROTO_TCP)	/* INPUT-ONLY: the client's word is all there is */
			assert_string_equal(lvs_protos[LVS_PROTO_INDEX_tcp]->states[conn->state].name, "ESTABLISHED");
		what.sport = next_port++;
		what.tcp_flags = proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.dst = families[ip6].caches[1];
		director_expect(director, build(&what));
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
		/* Nor does it matter that the service is gone. */
		assert_true(conn->flags & LVS_CONN_USED);
		what = back = answer(&back);
		what.tcp_flags = proto == LVS_PROTO_TCP ? LVS_TCP_ACK : 0;
		goes_on(director, what);
		director_wait(director, LVS_SECONDS(3600));
	}
}

static void it_is_for_who_wants_it(void **state)
{
	static const struct row {
		uint8_t own;
		bool everybody, goes;
	} rows[] = {
		{ LVS_CHOICE_INHERIT, false, false }, { LVS_CHOICE_INHERIT, true, true }, { LVS_CHOICE_NO, true, false },
		{ LVS_CHOICE_YES, false, true },
	};
	struct director *director = *state;

	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i / 2];
		struct lvs_service *service = serve(director, i & 1, 0);
		struct lvs_service_spec spec = service->spec;
		struct build what = request(i & 1, LVS_PROTO_TCP);

		spec.cache_bypass = row->own;
		assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
		settle(director, row->everybody, false);
		if (row->goes) {
			goes_on(director, what);
		} else {
			assert_int_equal(director_take(director, &what), LVS_DROP_NO_SERVER);
			assert_int_equal(director->nout, 1);	/* port unreachable */
		}
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

/* Behind an address that is the director's, or its host's, there is nobody else; nor is there where routers do not go. */
static void what_is_not_others_is_refused(void **state)
{
	struct director *director = *state;

	settle(director, true, false);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		const struct lvs_addr vip = test_addr(families[ip6].vip);
		struct build what = request(ip6, LVS_PROTO_TCP);

		serve(director, ip6, 0);
		director_serve(director, LVS_PROTO_TCP, families[ip6].vip, 443, families[ip6].caches[0], 443);
		for (int local = 0; local < 2; local++) {
			lvs_vip_set_local(lvs_engine_rules(director->engine), &vip, local);
			what.dst = families[ip6].vip;
			what.sport = next_port++;
			assert_int_equal(director_take(director, &what), LVS_DROP_NO_SERVER);
			assert_null(find(director, &what));
		}
	}
	for (size_t i = 0; i < 2; i++) {
		struct build what = request(0, LVS_PROTO_TCP);

		what.dst = i ? "127.0.0.1" : "240.0.0.1";
		assert_int_equal(director_take(director, &what), LVS_DROP_NO_SERVER);
	}
}

/* Of a virtual network nothing goes on, whatever cache_bypass says: it would come back. */
static void nor_does_what_is_virtual_as_a_whole(void **state)
{
	struct lvs_mark_rule rule = { .mark = 7, .address = { test_addr("203.0.113.0"), 120 } };
	struct director *director = *state;
	struct build what = request(0, LVS_PROTO_TCP);
	struct lvs_service *service = serve(director, 0, 0);
	struct lvs_classifier *classifier;

	settle(director, true, false);
	assert_int_equal(lvs_classifier_new(&rule, 1, &director->engine->rules.key, &classifier), 0);
	lvs_classifier_free(lvs_rules_set_classifier(&director->engine->rules, classifier));
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_SERVER);
	add(director, service, "192.0.2.99", "bypass", 1);
	assert_int_equal(director_take(director, &what), LVS_DROP_NOT_TRANSPARENT);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void a_server_that_is_bypassed_gets_its_share(void **state)
{
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct lvs_service *service = serve(director, ip6, 1);
		struct lvs_server *server = add(director, service, families[ip6].router, "bypass", 1);

		for (size_t i = 0; i < 6; i++) {
			struct build what = request(ip6, LVS_PROTO_TCP), out = what;

			what.csum = out.csum = csums[i / 3];
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
			if (i % 3)
				out.dst = families[ip6].caches[2 - i % 3];
			director_expect(director, build(&out));
		}
		assert_int_equal(server->active, 2);
		assert_int_equal(server->counters.in_packets, 2);
		assert_string_equal(server->spec.forward->label, "Bypass");
		assert_int_equal(lvs_engine_stats(director->engine)->bypassed, 0);
		assert_int_equal(lvs_server_find(service, &server->spec.addr, 0)->mtu, 0);
	}
}

/* Nothing is behind that. */
static void a_virtual_address_cannot_be_bypassed(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.11", 80);
	struct lvs_server_spec spec = server->spec;

	spec.forward = lvs_forward_find("bypass");
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), -EINVAL);
}

/* What is said of a packet is what becomes of it. */
static void it_can_be_explained(void **state)
{
	struct director *director = *state;

	for (unsigned int i = 0; i < 8; i++) {
		int ip6 = i & 1;
		bool goes = i & 2, up = i & 4;
		struct lvs_service *service = serve(director, ip6, up);
		const struct lvs_tuple tuple = { .src = test_addr(families[ip6].client), .dst = test_addr(families[ip6].site),
						 .sport = LVS_BE16(next_port++), .dport = LVS_BE16(80), .proto = LVS_PROTO_TCP };
		struct lvs_tuple own = tuple;
		struct lvs_explanation said;

		settle(director, goes, false);
		assert_int_equal(lvs_engine_explain(director->engine, &tuple, 0, director->now, &said), 0);
		assert_ptr_equal(said.service, service);
		assert_int_equal(said.server != NULL, up);
		assert_int_equal(said.bypassed, goes && !up);
		assert_int_equal(said.drop, up || goes ? LVS_DROP_NONE : LVS_DROP_NO_SERVER);
		own.src = test_addr(families[ip6].caches[0]);
		assert_int_equal(lvs_engine_explain(director->engine, &own, 0, director->now, &said), 0);
		assert_true(said.passed && !said.service && !said.bypassed && said.drop == LVS_DROP_NONE);
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

static void super_packets_stay_whole(void **state)
{
	struct director *director = *state;

	settle(director, true, false);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = request(ip6, LVS_PROTO_TCP);

		serve(director, ip6, 0);
		goes_on(director, what);
		what.tcp_flags = LVS_TCP_ACK;
		what.csum = BUILD_PARTIAL;
		what.gso_size = 1001;
		what.payload = 2500;
		goes_on(director, what);
	}
}

/* Those of a connection, of a datagram that is alone, and of one that has no mark; whichever comes first. */
static void fragments_go_the_same_way(void **state)
{
	struct director *director = *state;

	settle(director, true, false);
	for (unsigned int i = 0; i < 12; i++) {
		int ip6 = i & 1;
		struct lvs_service *service = serve(director, ip6, 0);
		struct lvs_service_spec spec = service->spec;
		struct build first = request(ip6, LVS_PROTO_UDP), later;

		spec.one_packet = i % 3 == 1;
		assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
		if (i % 3 == 2)
			first.dport = 5353;
		first.payload = 97;
		first.id += i;
		first.frag_bytes = 48;
		later = first;
		later.frag_offset = 48;
		later.frag_bytes = 57;
		if (i < 6) {
			goes_on(director, first);
			goes_on(director, later);
		} else {
			assert_int_equal(director_take(director, &later), LVS_DROP_NONE);
			assert_int_equal(director->nout, 0);
			assert_int_equal(director_take(director, &first), LVS_DROP_NONE);
			assert_int_equal(director->nout, 2);
			build_expect("first", &director->out[0], build(&first));
			build_expect("later", &director->out[1], build(&later));
		}
		assert_int_equal(find(director, &first) != NULL, i % 3 == 0);
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

static void a_datagram_alone_leaves_nothing(void **state)
{
	struct director *director = *state;

	settle(director, true, false);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct lvs_service *service = serve(director, ip6, 0);
		struct lvs_service_spec spec = service->spec;
		struct build what = request(ip6, LVS_PROTO_UDP);

		spec.one_packet = true;
		assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
		goes_on(director, what);
		add(director, service, families[ip6].router, "bypass", 1);
		goes_on(director, what);
		assert_null(find(director, &what));
		assert_int_equal(service->servers[0]->counters.in_packets, 1);
	}
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

/* What a cache asks itself is not for a cache; with "masquerade" it leaves in another name. */
static void caches_ask_the_site_itself(void **state)
{
	const struct lvs_addr sources[] = { test_addr(families[0].source), test_addr(families[1].source) };
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = request(ip6, LVS_PROTO_TCP);

		serve(director, ip6, 1);
		what.src = families[ip6].caches[0];
		goes_on(director, what);
		assert_null(find(director, &what));
	}
	assert_int_equal(lvs_engine_set_sources(director->engine, sources, 2, 20000, 20000), 0);
	lvs_engine_set_masquerade(director->engine, true, NULL, 0);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = request(ip6, LVS_PROTO_TCP);

		what.src = families[ip6].caches[0];
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.src = families[ip6].source;
		what.sport = 20000;
		director_expect(director, build(&what));
	}
}

/* Pings, other ports and segments from before our time: to their owner, with or without caches. */
static void what_is_not_begun_here_is_the_site_s(void **state)
{
	struct director *director = *state;

	for (unsigned int i = 0; i < 4; i++) {
		int ip6 = i & 1;
		struct lvs_service *service = serve(director, ip6, i / 2);
		struct build ping = { .src = families[ip6].client, .dst = families[ip6].site, .payload = 9,
				      .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
				      .icmp_type = ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO };
		struct build what = request(ip6, LVS_PROTO_TCP);

		settle(director, i / 2, false);
		goes_on(director, ping);
		what.tcp_flags = LVS_TCP_ACK;
		goes_on(director, what);
		what.tcp_flags = LVS_TCP_SYN;
		what.dport = 81;
		goes_on(director, what);
		assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

/* A client's about the site's answer, and a router's about the client's question, which finds its way by itself. */
static void errors_go_on_too(void **state)
{
	struct director *director = *state;

	settle(director, true, false);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = request(ip6, LVS_PROTO_TCP), back = answer(&what);

		serve(director, ip6, 0);
		goes_on(director, what);
		for (int router = 0; router < 2; router++) {
			struct lvs_packet quoted = build(router ? &what : &back);
			uint64_t forwarded = lvs_engine_stats(director->engine)->forwarded;

			goes_on(director, (struct build){
				.src = router ? families[ip6].router : families[ip6].client,
				.dst = router ? families[ip6].client : families[ip6].site,
				.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
				.icmp_type = ip6 ? LVS_ICMP6_TOO_BIG : LVS_ICMP_UNREACHABLE,
				.icmp_code = ip6 ? 0 : LVS_ICMP_UNREACHABLE_FRAG_NEEDED, .icmp_rest = 1300,
				.quote = quoted.data, .quote_bytes = quoted.len });
			assert_int_equal(lvs_engine_stats(director->engine)->forwarded - forwarded, !router);
			build_free(&quoted);
		}
	}
}

/* An error alone begins nothing: nobody knows whose connection it is about. */
static void errors_begin_nothing(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;
	struct build what = request(0, LVS_PROTO_TCP), back = answer(&what);
	struct lvs_packet quoted = build(&back);

	serve(director, 0, 0);
	settings.schedule_icmp = settings.cache_bypass = true;
	lvs_engine_configure(director->engine, &settings, director->now);
	goes_on(director, (struct build){ .src = families[0].client, .dst = families[0].site, .proto = LVS_PROTO_ICMP,
					  .icmp_type = LVS_ICMP_UNREACHABLE, .icmp_code = 1, .quote = quoted.data,
					  .quote_bytes = quoted.len });
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
	build_free(&quoted);
}

/* On a LAN of its own nobody else counts hops. */
static void a_hop_is_counted_on_a_lan(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;

	settings.dip4 = test_addr("10.9.0.5");
	settings.dip6 = test_addr("2001:db8:9::5");
	lvs_engine_configure(director->engine, &settings, director->now);
	settle(director, true, true);
	for (unsigned int i = 0; i < 4; i++) {
		int ip6 = i & 1;
		struct lvs_service *service = serve(director, ip6, 0);
		struct lvs_service_spec spec = service->spec;
		struct build what = request(ip6, i / 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP);
		struct lvs_packet quoted;

		spec.one_packet = i / 2;
		assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
		what.ttl = 2;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.ttl = 1;
		director_expect(director, build(&what));
		assert_int_equal(director_take(director, &what), LVS_DROP_TTL);
		/* Time exceeded, by a router that has a name of its own. */
		quoted = build(&what);
		director_expect(director, build(&(struct build){
			.src = ip6 ? "2001:db8:9::5" : "10.9.0.5", .dst = families[ip6].client, .tos = ip6 ? 0 : 0xc0,
			.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
			.icmp_type = ip6 ? LVS_ICMP6_TIME_EXCEEDED : LVS_ICMP_TIME_EXCEEDED,
			.quote = quoted.data, .quote_bytes = quoted.len,
			.id = ip6 ? 0 : lvs_host16(((const struct lvs_ip4 *)(const void *)director->out[0].data)->id) }));
		build_free(&quoted);
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
	}
}

/* xorshift64*, Vigna 2014 */
static uint32_t draw(uint64_t *random, uint32_t n)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)((*random * 0x2545f4914f6cdd1dULL >> 32) * n >> 32);
}

/* Whatever is wrong with it: what is not dropped or answered is what came in, and the books are right (see teardown). */
static void damage_goes_on_as_it_is(void **state)
{
	struct director *director = *state;
	uint64_t random = 20261123, on = 0;

	settle(director, true, false);
	serve(director, 0, 0);
	serve(director, 1, 0);
	for (unsigned int i = 0; i < 40000; i++) {
		const struct lvs_stats *stats = lvs_engine_stats(director->engine);
		uint64_t before = stats->forwarded + stats->passed;
		struct build what = request(i & 1, i & 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP);
		struct lvs_packet packet, copy;

		what.sport = (uint16_t)(1024 + draw(&random, 50));
		what.payload = draw(&random, 40);
		what.csum = csums[draw(&random, 2)];
		what.tcp_flags = what.tcp_flags ? (uint8_t)draw(&random, 32) : 0;
		packet = build(&what);
		for (uint32_t n = draw(&random, 4); n; n--)
			packet.data[draw(&random, packet.len)] = (uint8_t)draw(&random, 256);
		if (packet.data[0] == 0x45)
			build_fix_ip4(packet.data);
		copy = build_raw(packet.data, packet.len);
		copy.vnet = packet.vnet;
		(void)director_handle(director, packet);
		/* Fragments may be held, and come with others; lengths that lie may be those of shorter packets. */
		if (stats->forwarded + stats->passed == before + 1 && director->nout == 1 && director->out[0].len == copy.len) {
			build_expect("what goes on", &director->out[0], copy);
			on++;
		} else {
			build_free(&copy);
		}
		if (i % 100 == 0)
			director_wait(director, LVS_SECONDS(1));
	}
	assert_true(on > 20000);
	assert_true(lvs_engine_stats(director->engine)->bypassed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, director_setup, director_teardown)
		TEST(without_a_cache_it_goes_to_the_site_and_stays_there),
		TEST(it_is_for_who_wants_it),
		TEST(what_is_not_others_is_refused),
		TEST(nor_does_what_is_virtual_as_a_whole),
		TEST(a_server_that_is_bypassed_gets_its_share),
		TEST(a_virtual_address_cannot_be_bypassed),
		TEST(it_can_be_explained),
		TEST(super_packets_stay_whole),
		TEST(fragments_go_the_same_way),
		TEST(a_datagram_alone_leaves_nothing),
		TEST(caches_ask_the_site_itself),
		TEST(what_is_not_begun_here_is_the_site_s),
		TEST(errors_go_on_too),
		TEST(errors_begin_nothing),
		TEST(a_hop_is_counted_on_a_lan),
		TEST(damage_goes_on_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
