// SPDX-License-Identifier: GPL-2.0-or-later
/* What is seen of a packet is written as one line per record; its bytes are compared with those that went in and came out. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/forward.h"
#include "engine/trace.h"
#include "engine/trace_ring.h"
#include "engine/wire.h"
#include "sys/addrtext.h"
#include "tests/lib/director.h"

#define LOG_MAX 8192
#define RING (1 << 20)

static const struct lvs_trace_filter everything = { .proto = 0 };

static struct lvs_tracer *start(struct director *director, const struct lvs_trace_filter *filter)
{
	struct lvs_tracer *tracer;

	assert_int_equal(lvs_trace_start(director->engine, filter, LVS_TRACE_SNAPLEN_MAX, RING, &tracer), 0);
	return tracer;
}

static const char *state_name(uint8_t proto, uint8_t state)
{
	return lvs_proto_find(proto)->states[state].name;
}

/* "2 in forwarded begun req >SYN_RECV 198.51.100.7:40000>192.0.2.1:80", the number counted from @base. */
static void describe(const struct lvs_trace_record *record, uint64_t base, char *text, size_t room)
{
	char src[LVS_ENDPOINT_TEXT_BYTES], dst[LVS_ENDPOINT_TEXT_BYTES], state[64] = "";

	if (record->known)
		snprintf(state, sizeof(state), " %s%s%s %s>%s", record->begun ? "begun " : "", record->ended ? "ended " : "",
			 record->dir == LVS_DIR_REQUEST ? "req" : "rep", record->begun ? "" : state_name(record->proto, record->before),
			 record->ended ? "" : state_name(record->proto, record->after));
	snprintf(text, room, "%llu %s %s%s%s%s %s>%s%s\n", (unsigned long long)(record->number - base),
		 record->out ? "out" : "in", lvs_trace_verdicts[record->verdict], !record->out && record->drop ? " " : "",
		 !record->out && record->drop ? lvs_drop_name(record->drop) : "", state,
		 lvs_endpoint_format(&record->tuple.src, lvs_host16(record->tuple.sport), src),
		 lvs_endpoint_format(&record->tuple.dst, lvs_host16(record->tuple.dport), dst),
		 lvs_addr_is_any(&record->via) ? "" : " via");
}

/* Take all there is, and stop. */
static void expect(struct lvs_tracer *tracer, const char *expected)
{
	const struct lvs_trace_record *record;
	char text[LOG_MAX] = "";
	uint64_t base = UINT64_MAX;

	while ((record = lvs_trace_peek(tracer))) {
		base = LVS_MIN(base, record->number - 1);
		describe(record, base, text + strlen(text), sizeof(text) - strlen(text));
		lvs_trace_pop(tracer);
	}
	lvs_trace_stop(tracer);
	if (strcmp(text, expected) != 0)
		fail_msg("\n%snot\n%s", text, expected);
}

static struct build request(uint8_t flags)
{
	return (struct build){ .src = "198.51.100.7", .dst = "192.0.2.1", .sport = 40000, .dport = 80, .tcp_flags = flags,
			       .payload = flags & LVS_TCP_SYN ? 0 : 11 };
}

static struct build reply(uint8_t flags)
{
	return (struct build){ .src = "10.0.0.11", .dst = "198.51.100.7", .sport = 8080, .dport = 40000, .tcp_flags = flags };
}

static struct build query(void)
{
	return (struct build){ .src = "2001:db8:c::7", .dst = "2001:db8::1", .sport = 5000, .dport = 53, .proto = LVS_PROTO_UDP,
			       .payload = 5 };
}

static int setup(void **state)
{
	director_setup(state);
	director_serve(*state, LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.11", 8080);
	director_serve(*state, LVS_PROTO_UDP, "2001:db8::1", 53, "2001:db8:1::11", 5300);
	director_serve(*state, LVS_PROTO_UDP, "192.0.2.1", 53, "10.0.0.11", 53);
	return 0;
}

static void take(struct director *director, struct build what)
{
	(void)director_take(director, &what);
}

/* A handshake, data, what is not for us, a ping, what is refused, what cannot be read, and the end. */
static void tell_a_story(struct director *director)
{
	struct lvs_packet broken;

	take(director, request(LVS_TCP_SYN));
	take(director, reply(LVS_TCP_SYN | LVS_TCP_ACK));
	take(director, request(LVS_TCP_ACK));
	take(director, query());
	take(director, (struct build){ .src = "203.0.113.9", .dst = "203.0.113.10", .sport = 1, .dport = 2 });
	take(director, (struct build){ .src = "198.51.100.7", .dst = "192.0.2.1", .proto = LVS_PROTO_ICMP,
				       .icmp_type = LVS_ICMP_ECHO });
	take(director, (struct build){ .src = "198.51.100.8", .dst = "192.0.2.1", .sport = 3, .dport = 80,
				       .tcp_flags = LVS_TCP_ACK });
	broken = build(&(struct build){ .src = "198.51.100.7", .dst = "192.0.2.1", .sport = 40000, .dport = 80 });
	broken.data[8]--;
	assert_int_equal(director_handle(director, broken), LVS_DROP_IP_CSUM);
	take(director, request(LVS_TCP_RST));
}

#define HANDSHAKE \
	"1 in forwarded begun req >SYN_RECV 198.51.100.7:40000>192.0.2.1:80\n" \
	"1 out forwarded begun req >SYN_RECV 198.51.100.7:40000>10.0.0.11:8080\n" \
	"2 in forwarded rep SYN_RECV>SYN_RECV 10.0.0.11:8080>198.51.100.7:40000\n" \
	"2 out forwarded rep SYN_RECV>SYN_RECV 192.0.2.1:80>198.51.100.7:40000\n" \
	"3 in forwarded req SYN_RECV>ESTABLISHED 198.51.100.7:40000>192.0.2.1:80\n" \
	"3 out forwarded req SYN_RECV>ESTABLISHED 198.51.100.7:40000>10.0.0.11:8080\n"
#define QUERY \
	"4 in forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8::1]:53\n" \
	"4 out forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8:1::11]:5300\n"
#define STRANGERS \
	"5 in passed 203.0.113.9:1>203.0.113.10:2\n" \
	"5 out passed 203.0.113.9:1>203.0.113.10:2\n"
#define PING \
	"6 in answered 198.51.100.7>192.0.2.1\n" \
	"6 out said 192.0.2.1>198.51.100.7\n"
#define REFUSED \
	"7 in dropped no_conn 198.51.100.8:3>192.0.2.1:80\n" \
	"7 out said 192.0.2.1:80>198.51.100.8:3\n"
#define BROKEN \
	"8 in dropped ip_csum 198.51.100.7>192.0.2.1\n"
#define END \
	"9 in forwarded req ESTABLISHED>CLOSE 198.51.100.7:40000>192.0.2.1:80\n" \
	"9 out forwarded req ESTABLISHED>CLOSE 198.51.100.7:40000>10.0.0.11:8080\n"

static void tells_what_became_of_each_packet(void **state)
{
	struct director *director = *state;
	struct lvs_tracer *tracer = start(director, &everything);

	tell_a_story(director);
	expect(tracer, HANDSHAKE QUERY STRANGERS PING REFUSED BROKEN END);
}

static struct lvs_trace_end end_of(const char *prefix, uint16_t port)
{
	struct lvs_trace_end end = { .port = LVS_BE16(port) };
	bool exact;

	if (prefix)
		assert_int_equal(lvs_prefix_parse(prefix, &end.prefix, &exact), 0);
	return end;
}

static void lets_through_what_is_asked_for(void **state)
{
	static const struct {
		const char *what, *client;
		uint16_t cport;
		const char *vip;
		uint16_t vport;
		const char *server;
		uint16_t sport;
		uint8_t proto;
		enum lvs_trace_family family;
		uint32_t verdicts;
		enum lvs_drop drop;
		const char *numbers;	/* of the story, with each record */
	} rows[] = {
		{ .what = "a client", .client = "198.51.100.7", .numbers = "112233668" "99" },
		{ .what = "its port, which a packet that could not be read may have", .client = "198.51.100.7", .cport = 40000,
		  .numbers = "112233899" },
		{ .what = "another port", .client = "198.51.100.7", .cport = 40001, .numbers = "8" },
		{ .what = "a network", .client = "198.51.100.0/24", .numbers = "11223366778" "99" },
		{ .what = "another network", .client = "198.51.101.0/24", .numbers = "" },
		{ .what = "a virtual address", .vip = "192.0.2.1", .numbers = "11223366778" "99" },
		{ .what = "a service", .vip = "192.0.2.1", .vport = 80, .numbers = "112233778" "99" },
		{ .what = "a server, before its connection is there", .server = "10.0.0.11", .numbers = "11223399" },
		{ .what = "a server's port", .server = "10.0.0.11", .sport = 8080, .numbers = "11223399" },
		{ .what = "a port alone", .sport = 8080, .numbers = "1122338" "99" },
		{ .what = "another one of it", .server = "10.0.0.11", .sport = 80, .numbers = "" },
		{ .what = "all ends of a connection", .client = "198.51.100.7", .cport = 40000, .vip = "192.0.2.1", .vport = 80,
		  .server = "10.0.0.11", .sport = 8080, .numbers = "11223399" },
		{ .what = "no packet has both", .client = "198.51.100.7", .vip = "198.51.100.7", .numbers = "" },
		{ .what = "either of two may be either end", .client = "192.0.2.1", .vip = "198.51.100.7", .numbers = "668" },
		{ .what = "a protocol", .proto = LVS_PROTO_UDP, .numbers = "44" },
		{ .what = "another one", .proto = LVS_PROTO_ICMP, .numbers = "66" },
		{ .what = "what passes by", .client = "203.0.113.0/24", .numbers = "55" },
		{ .what = "a family", .family = LVS_TRACE_IP6, .numbers = "44" },
		{ .what = "the other one", .family = LVS_TRACE_IP4, .proto = LVS_PROTO_TCP, .numbers = "112233557789" "9" },
		{ .what = "a server of IPv6", .server = "2001:db8:1::/48", .numbers = "44" },
		{ .what = "drops", .verdicts = 1 << LVS_TRACE_DROPPED, .numbers = "778" },
		{ .what = "one of them", .drop = LVS_DROP_IP_CSUM, .numbers = "8" },
		{ .what = "of a client", .client = "198.51.100.8", .verdicts = 1 << LVS_TRACE_DROPPED, .numbers = "77" },
		{ .what = "what was not forwarded", .verdicts = 1 << LVS_TRACE_PASSED | 1 << LVS_TRACE_ANSWERED, .numbers = "5566" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_trace_filter filter = { .proto = rows[i].proto, .family = rows[i].family,
						   .verdicts = rows[i].verdicts, .drop = rows[i].drop };
		const struct lvs_trace_record *record;
		struct lvs_tracer *tracer;
		char numbers[100] = "";
		size_t n = 0;

		filter.client = end_of(rows[i].client, rows[i].cport);
		filter.vip = end_of(rows[i].vip, rows[i].vport);
		filter.server = end_of(rows[i].server, rows[i].sport);
		director_teardown(state);
		setup(state);
		tracer = start(*state, &filter);
		tell_a_story(*state);
		while ((record = lvs_trace_peek(tracer))) {
			numbers[n++] = (char)('0' + record->number);
			lvs_trace_pop(tracer);
		}
		lvs_trace_stop(tracer);
		if (strcmp(numbers, rows[i].numbers) != 0)
			fail_msg("%s: %s, not %s", rows[i].what, numbers, rows[i].numbers);
	}
}

static void shows_the_very_bytes(void **state)
{
	struct director *director = *state;
	struct lvs_tracer *whole = start(director, &everything), *cut;
	struct build what = request(LVS_TCP_SYN);
	struct lvs_packet before = build(&what);
	const struct lvs_trace_record *record;

	assert_int_equal(lvs_trace_start(director->engine, &everything, 24, 4096, &cut), 0);
	director->now = LVS_SECONDS(4242) + 17;
	take(director, what);
	for (int i = 0; i < 2; i++) {
		const struct lvs_packet *expected = i ? &director->out[0] : &before;

		record = lvs_trace_peek(whole);
		assert_int_equal(record->out, i);
		assert_int_equal(record->time, director->now);
		assert_int_equal(record->len, 40);
		assert_int_equal(record->captured, 40);
		assert_memory_equal(record->data, expected->data, 40);
		assert_int_equal(record->tcp_flags, LVS_TCP_SYN);
		assert_ptr_equal(lvs_forwards[record->forward], lvs_forward_find("masq"));
		assert_int_equal(record->proto, LVS_PROTO_TCP);
		assert_int_equal(record->cport, LVS_BE16(40000));
		assert_int_equal(record->vport, LVS_BE16(80));
		assert_int_equal(record->dport, LVS_BE16(8080));
		assert_int_equal(record->server, 1);
		lvs_trace_pop(whole);
		record = lvs_trace_peek(cut);
		assert_int_equal(record->len, 40);
		assert_int_equal(record->captured, 24);
		assert_memory_equal(record->data, expected->data, 24);
		assert_int_equal(record->tuple.proto, LVS_PROTO_TCP);
		lvs_trace_pop(cut);
	}
	assert_null(lvs_trace_peek(whole));
	build_free(&before);
	lvs_trace_stop(cut);
	lvs_trace_stop(whole);
}

static void fragments_are_of_the_flow_of_their_first(void **state)
{
	struct lvs_trace_filter filter = { .proto = LVS_PROTO_UDP };
	struct build what = query();
	struct lvs_tracer *tracer;

	filter.vip = end_of("2001:db8::1", 53);
	tracer = start(*state, &filter);
	what.payload = 100;
	what.id = 7;
	what.frag_bytes = 32;
	what.frag_offset = 32;
	take(*state, what);
	what.frag_offset = 0;
	take(*state, what);
	what.frag_offset = 64;
	take(*state, what);
	expect(tracer, "1 in held [2001:db8:c::7]>[2001:db8::1]\n"
	       "2 in forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8::1]:53\n"
	       "2 out forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8:1::11]:5300\n"
	       "2 out forwarded begun req >UDP [2001:db8:c::7]>[2001:db8:1::11]\n"
	       "3 in forwarded req UDP>UDP [2001:db8:c::7]>[2001:db8::1]\n"
	       "3 out forwarded req UDP>UDP [2001:db8:c::7]>[2001:db8:1::11]\n");
}

static void errors_are_of_the_flow_they_are_about(void **state)
{
	struct lvs_trace_filter filter = { .proto = LVS_PROTO_TCP };
	struct build what = request(LVS_TCP_SYN), error;
	struct lvs_tracer *tracer;
	struct lvs_packet quoted;

	take(*state, what);
	filter.client = end_of("198.51.100.7", 40000);
	filter.server = end_of("10.0.0.11", 8080);
	tracer = start(*state, &filter);
	what.dst = "10.0.0.11";
	what.dport = 8080;
	quoted = build(&what);
	error = (struct build){ .src = "10.9.9.9", .dst = "198.51.100.7", .proto = LVS_PROTO_ICMP, .icmp_type = LVS_ICMP_UNREACHABLE,
				.icmp_code = 1, .quote = quoted.data, .quote_bytes = 28 };
	take(*state, error);
	quoted.data[21]++;	/* the client's port: of no connection, and none of ours */
	take(*state, error);
	build_free(&quoted);
	expect(tracer, "1 in forwarded rep SYN_RECV>SYN_RECV 10.9.9.9>198.51.100.7\n"
	       "1 out forwarded rep SYN_RECV>SYN_RECV 192.0.2.1>198.51.100.7\n");
}

static void one_packet_datagrams_have_a_connection_too(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service = lvs_service_find(rules, &(struct lvs_service_key){
		.addr = test_addr("2001:db8::1"), .port = LVS_BE16(53), .proto = LVS_PROTO_UDP });
	struct lvs_service_spec spec = service->spec;
	struct lvs_trace_filter filter = { .proto = 0 };
	struct lvs_tracer *tracer;

	spec.one_packet = true;
	assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
	filter.server = end_of("2001:db8:1::11", 5300);
	tracer = start(director, &filter);
	take(director, query());
	take(director, query());
	expect(tracer, "1 in forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8::1]:53\n"
	       "1 out forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8:1::11]:5300\n"
	       "2 in forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8::1]:53\n"
	       "2 out forwarded begun req >UDP [2001:db8:c::7]:5000>[2001:db8:1::11]:5300\n");
}

static void next_hops_are_shown(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, "192.0.2.9", 80, "10.0.0.12", 80);
	struct lvs_server_spec spec = server->spec;
	struct build what = request(LVS_TCP_SYN);
	struct lvs_tracer *tracer;

	spec.forward = lvs_forward_find("droute");
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	tracer = start(director, &everything);
	what.dst = "192.0.2.9";
	take(director, what);
	expect(tracer, "1 in forwarded begun req >SYN_RECV 198.51.100.7:40000>192.0.2.9:80\n"
	       "1 out forwarded begun req >SYN_RECV 198.51.100.7:40000>192.0.2.9:80 via\n");
}

static void a_second_life_begins(void **state)
{
	struct lvs_tracer *tracer;

	take(*state, request(LVS_TCP_SYN));
	take(*state, reply(LVS_TCP_RST));
	tracer = start(*state, &everything);
	take(*state, request(LVS_TCP_SYN));
	expect(tracer, "1 in forwarded begun req >SYN_RECV 198.51.100.7:40000>192.0.2.1:80\n"
	       "1 out forwarded begun req >SYN_RECV 198.51.100.7:40000>10.0.0.11:8080\n");
}

static void what_is_said_unasked_is_shown(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_trace_filter filter = { .proto = 0 };
	struct lvs_server *server;
	struct lvs_server_spec spec;
	struct lvs_tracer *tracer;

	take(director, request(LVS_TCP_SYN));
	take(director, reply(LVS_TCP_SYN | LVS_TCP_ACK));
	take(director, request(LVS_TCP_ACK));
	server = rules->servers[1];
	spec = server->spec;
	spec.drain = true;
	spec.drain_seconds = 1;
	assert_int_equal(lvs_server_edit(rules, server, &spec), 0);
	filter.server = end_of("10.0.0.11", 8080);
	tracer = start(director, &filter);
	director_wait(director, 0);
	director_wait(director, LVS_SECONDS(3));
	expect(tracer, "1 out said req ESTABLISHED>ESTABLISHED 198.51.100.7:40000>10.0.0.11:8080\n");
}

static void a_full_ring_is_counted_and_stops_nothing(void **state)
{
	struct director *director = *state;
	size_t room = 5 * lvs_trace_record_bytes(51);
	struct lvs_tracer *tracer;

	assert_int_equal(lvs_trace_start(director->engine, &everything, 51, room, &tracer), 0);
	for (int i = 0; i < 10; i++) {
		take(director, request(LVS_TCP_ACK | LVS_TCP_SYN));
		assert_int_equal(director->nout, 1);
	}
	assert_true(lvs_trace_lost(tracer) > 0);
	for (uint64_t n = 1; n <= 10 - lvs_trace_lost(tracer); n++) {
		for (int out = 0; out < 2; out++) {
			assert_int_equal(lvs_trace_peek(tracer)->number, n);
			assert_int_equal(lvs_trace_peek(tracer)->out, out);
			lvs_trace_pop(tracer);
		}
	}
	assert_null(lvs_trace_peek(tracer));
	take(director, request(LVS_TCP_SYN));
	assert_int_equal(lvs_trace_peek(tracer)->number, 11);
	lvs_trace_stop(tracer);
}

static void so_many_may_watch(void **state)
{
	struct director *director = *state;
	struct lvs_tracer *tracers[LVS_TRACERS_MAX], *one_more = NULL;

	assert_int_equal(lvs_trace_start(director->engine, &everything, 65536, RING, &one_more), -EINVAL);
	assert_int_equal(lvs_trace_start(director->engine, &everything, 100, 2 * lvs_trace_record_bytes(100) - 1, &one_more), -EINVAL);
	for (size_t i = 0; i < LVS_TRACERS_MAX; i++)
		tracers[i] = start(director, &everything);
	assert_int_equal(lvs_trace_start(director->engine, &everything, 100, RING, &one_more), -EBUSY);
	assert_null(one_more);
	take(director, request(LVS_TCP_SYN));
	lvs_trace_stop(tracers[0]);
	take(director, reply(LVS_TCP_SYN | LVS_TCP_ACK));
	assert_int_equal(director->nout, 1);
	for (size_t i = 1; i < LVS_TRACERS_MAX; i++) {
		int n = 0;

		for (; lvs_trace_peek(tracers[i]); n++)
			lvs_trace_pop(tracers[i]);
		assert_int_equal(n, 4);
		lvs_trace_stop(tracers[i]);
	}
	lvs_trace_stop(NULL);
	/* Nobody watches any more, and time passes with the sink that was before. */
	director_wait(director, LVS_SECONDS(1000));
	take(director, request(LVS_TCP_SYN));
	assert_int_equal(director->nout, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, director_teardown)
	const struct CMUnitTest tests[] = {
		TEST(tells_what_became_of_each_packet),
		TEST(lets_through_what_is_asked_for),
		TEST(shows_the_very_bytes),
		TEST(fragments_are_of_the_flow_of_their_first),
		TEST(errors_are_of_the_flow_they_are_about),
		TEST(one_packet_datagrams_have_a_connection_too),
		TEST(next_hops_are_shown),
		TEST(a_second_life_begins),
		TEST(what_is_said_unasked_is_shown),
		TEST(a_full_ring_is_counted_and_stops_nothing),
		TEST(so_many_may_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
