// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of packets that no connection waits for, whole bytes: they pass unchanged, or are dropped for a reason,
 * some with an answer.
 *
 *	192.0.2.1 and 2001:db8::1	port 80 of TCP, port 53 of UDP
 *	192.0.2.2 and 2001:db8::2	port 80 of TCP, port 53 of UDP; the servers have weight 0
 */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define CLIENT4 .src = "198.51.100.7", .sport = 40000
#define CLIENT6 .src = "2001:db8:c::7", .sport = 40000
#define WEB4 CLIENT4, .dst = "192.0.2.1", .dport = 80
#define WEB6 CLIENT6, .dst = "2001:db8::1", .dport = 80
#define OTHER4 CLIENT4, .dst = "203.0.113.9", .dport = 80
#define OTHER6 CLIENT6, .dst = "2001:db8:f::9", .dport = 80
#define UDP .proto = LVS_PROTO_UDP
#define PARTIAL .csum = BUILD_PARTIAL
#define SYN .tcp_flags = LVS_TCP_SYN
#define ACK .tcp_flags = LVS_TCP_ACK

static int set_up(void **state)
{
	static const struct {
		uint8_t proto;
		const char *vip;
		uint16_t vport;
		const char *server;
		uint32_t weight;
	} rows[] = {
		{ LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.11", 1 },
		{ LVS_PROTO_UDP, "192.0.2.1", 53, "10.0.0.11", 1 },
		{ LVS_PROTO_TCP, "2001:db8::1", 80, "2001:db8:1::11", 1 },
		{ LVS_PROTO_UDP, "2001:db8::1", 53, "2001:db8:1::11", 1 },
		{ LVS_PROTO_TCP, "192.0.2.2", 80, "10.0.0.11", 0 },
		{ LVS_PROTO_UDP, "192.0.2.2", 53, "10.0.0.11", 0 },
		{ LVS_PROTO_TCP, "2001:db8::2", 80, "2001:db8:1::11", 0 },
		{ LVS_PROTO_UDP, "2001:db8::2", 53, "2001:db8:1::11", 0 },
	};
	int err = director_setup(state);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct director *director = *state;
		struct lvs_server *server = director_serve(director, rows[i].proto, rows[i].vip, rows[i].vport,
							   rows[i].server, 8080);
		struct lvs_server_spec spec = server->spec;

		spec.weight = rows[i].weight;
		assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	}
	return err;
}

static const struct passed {
	const char *what;
	struct build build;
} passed[] = {
	{ "TCP to somebody else", { OTHER4, SYN } },
	{ "TCP to somebody else, IPv6", { OTHER6, ACK, .payload = 999 } },
	{ "TCP with impossible flags", { OTHER4, .tcp_flags = 0xff } },
	{ "a super-packet", { OTHER4, ACK, PARTIAL, .gso_size = 1000, .payload = 30001 } },
	{ "a super-packet, IPv6, UDP", { OTHER6, UDP, PARTIAL, .gso_size = 1000, .payload = 30001 } },
	{ "partial sum", { OTHER6, ACK, PARTIAL, .payload = 3 } },
	{ "wrong sum", { OTHER4, UDP, .csum = BUILD_WRONG, .payload = 3 } },
	{ "no sum", { OTHER4, UDP, .csum = BUILD_NO_CSUM, .payload = 3 } },
	{ "options", { OTHER4, SYN, .ip_options = "\7\7\4\0\0\0\0", .ip_options_len = 7 } },
	{ "extension headers", { OTHER6, SYN, .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_DSTOPTS }, .ext_count = 2 } },
	{ "hop limit 1 is the host's business", { OTHER6, SYN, .ttl = 1 } },
	{ "ping to somebody else", { OTHER4, .proto = 1, .icmp_type = 8, .icmp_rest = 0x10001, .payload = 56 } },
	{ "ping to somebody else, IPv6", { OTHER6, .proto = 58, .icmp_type = 128, .icmp_rest = 0x10001, .payload = 57 } },
	{ "ICMP with a wrong sum", { OTHER4, .proto = 1, .icmp_type = 8, .csum = BUILD_WRONG } },
	{ "GRE", { OTHER4, .proto = 47, .payload = 40 } },
	{ "ESP", { OTHER6, .proto = 50, .payload = 40 } },
	{ "no next header", { OTHER6, .proto = 59 } },
	{ "first fragment", { OTHER4, UDP, .id = 1, .payload = 100, .frag_bytes = 48 } },
	{ "and the second", { OTHER4, UDP, .id = 1, .payload = 100, .frag_offset = 48, .frag_bytes = 60 } },
	{ "first fragment, IPv6", { OTHER6, UDP, .id = 1, .payload = 100, .frag_bytes = 48 } },
	{ "and the second, IPv6", { OTHER6, UDP, .id = 1, .payload = 100, .frag_offset = 48, .frag_bytes = 60 } },
	{ "first fragment of a ping",
	  { OTHER4, .proto = 1, .icmp_type = 8, .id = 2, .payload = 100, .frag_bytes = 48 } },
	{ "and its second",
	  { OTHER4, .proto = 1, .icmp_type = 8, .id = 2, .payload = 100, .frag_offset = 48, .frag_bytes = 60 } },
	{ "a server on its own business", { .src = "10.0.0.11", .dst = "203.0.113.9", .sport = 33333, .dport = 443, SYN } },
	{ "a server to its client, no connection", { .src = "10.0.0.11", .dst = "198.51.100.7", .sport = 8080, .dport = 9, ACK } },
};

static void not_for_us_passes_unchanged(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
		enum lvs_drop drop = director_take(director, &passed[i].build);

		if (drop || director->nout != 1)
			fail_msg("%s: %s, %zu came out", passed[i].what, lvs_drop_name(drop), director->nout);
		build_expect(passed[i].what, &director->out[0], build(&passed[i].build));
	}
	assert_int_equal(lvs_engine_stats(director->engine)->passed, ARRAY_LEN(passed));
}

static const struct dropped {
	const char *what;
	struct build build;
	enum lvs_drop expect;
} dropped[] = {
	{ "source route", { WEB4, SYN, .ip_options = "\203\7\4\12\0\0\1", .ip_options_len = 7 }, LVS_DROP_SOURCE_ROUTE },
	{ "source route to somebody else", { OTHER4, SYN, .ip_options = "\211\3\4", .ip_options_len = 3 },
	  LVS_DROP_SOURCE_ROUTE },
	{ "option of length 0", { WEB4, SYN, .ip_options = "\7\0", .ip_options_len = 2 }, LVS_DROP_IP_OPTIONS },
	{ "hop-by-hop options behind others",
	  { WEB6, SYN, .ext = { LVS_PROTO_DSTOPTS, LVS_PROTO_HOPOPTS }, .ext_count = 2 }, LVS_DROP_EXT_HEADERS },
	{ "tiny first fragment", { WEB4, SYN, .payload = 40, .frag_bytes = 16 }, LVS_DROP_L4_SHORT },
	{ "source is nobody", { .src = "0.0.0.0", .dst = "192.0.2.1", .dport = 80, SYN }, LVS_DROP_MARTIAN },
	{ "source is everybody", { .src = "255.255.255.255", .dst = "192.0.2.1", .dport = 80, SYN }, LVS_DROP_MARTIAN },
	{ "source is a group", { .src = "224.0.0.5", .dst = "192.0.2.1", .dport = 80, SYN }, LVS_DROP_MARTIAN },
	{ "source is 240/4", { .src = "250.1.2.3", .dst = "192.0.2.1", .dport = 80, SYN }, LVS_DROP_MARTIAN },
	{ "source is loopback", { .src = "127.0.0.1", .dst = "192.0.2.1", .dport = 53, UDP }, LVS_DROP_MARTIAN },
	{ "source is nobody, IPv6", { .src = "::", .dst = "2001:db8::1", .dport = 80, SYN }, LVS_DROP_MARTIAN },
	{ "source is a group, IPv6", { .src = "ff02::1", .dst = "2001:db8::1", .dport = 53, UDP }, LVS_DROP_MARTIAN },
	{ "source is loopback, IPv6", { .src = "::1", .dst = "2001:db8::1", .dport = 80, SYN }, LVS_DROP_MARTIAN },
	{ "source is the destination", { .src = "192.0.2.1", .dst = "192.0.2.1", .sport = 80, .dport = 80, SYN },
	  LVS_DROP_LAND },
	{ "source is the destination, IPv6",
	  { .src = "2001:db8::1", .dst = "2001:db8::1", .sport = 53, .dport = 53, UDP }, LVS_DROP_LAND },
	{ "GRE to a virtual address", { WEB4, .proto = 47, .payload = 40 }, LVS_DROP_PROTO_UNSUPPORTED },
	{ "no next header to a virtual address", { WEB6, .proto = 59 }, LVS_DROP_PROTO_UNSUPPORTED },
	{ "timestamp request", { WEB4, .proto = 1, .icmp_type = 13, .payload = 12 }, LVS_DROP_ICMP_TYPE },
	{ "ping with a wrong sum", { WEB4, .proto = 1, .icmp_type = 8, .csum = BUILD_WRONG }, LVS_DROP_ICMP_CSUM },
	{ "ping without a live server", { CLIENT4, .dst = "192.0.2.2", .proto = 1, .icmp_type = 8 },
	  LVS_DROP_ECHO_NO_SERVER },
	{ "ping without a live server, IPv6", { CLIENT6, .dst = "2001:db8::2", .proto = 58, .icmp_type = 128 },
	  LVS_DROP_ECHO_NO_SERVER },
	{ "reset of no connection", { WEB4, .tcp_flags = LVS_TCP_RST }, LVS_DROP_NO_CONN },
	{ "reset to a port without a service", { CLIENT4, .dst = "192.0.2.1", .dport = 81, .tcp_flags = LVS_TCP_RST },
	  LVS_DROP_NO_SERVICE },
};

static void dropped_packets_are_counted_and_not_answered(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(dropped); i++) {
		enum lvs_drop drop = director_take(director, &dropped[i].build);

		if (drop != dropped[i].expect || director->nout != 0)
			fail_msg("%s: %s, %zu came out", dropped[i].what, lvs_drop_name(drop), director->nout);
	}
	assert_int_equal(lvs_engine_stats(director->engine)->forwarded, 0);
}

static const struct refused {
	const char *what;
	struct build build;
	enum lvs_drop expect;
	struct build answer;	/* ends are those of @build, reversed; an error quotes what came in */
} refused[] = {
	{ "segment of no connection", { WEB4, ACK, .seq = 7, .ack = 1000, .payload = 3 }, LVS_DROP_NO_CONN,
	  { .tcp_flags = LVS_TCP_RST, .seq = 1000, .df = true } },
	{ "segment of no connection, IPv6", { WEB6, .tcp_flags = LVS_TCP_ACK | LVS_TCP_FIN, .seq = 7, .ack = 1000 },
	  LVS_DROP_NO_CONN, { .tcp_flags = LVS_TCP_RST, .seq = 1000 } },
	{ "data without ACK", { WEB4, .seq = 0xfffffffe, .payload = 5 }, LVS_DROP_NO_CONN,
	  { .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK, .ack = 3, .df = true } },
	{ "TCP port without a service", { CLIENT4, .dst = "192.0.2.1", .dport = 81, SYN, .seq = 41, .tcp_options = 20 },
	  LVS_DROP_NO_SERVICE, { .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK, .ack = 42, .df = true } },
	{ "TCP port without a service, IPv6", { CLIENT6, .dst = "2001:db8::1", .dport = 81, SYN, .seq = 41 },
	  LVS_DROP_NO_SERVICE, { .tcp_flags = LVS_TCP_RST | LVS_TCP_ACK, .ack = 42 } },
	{ "UDP port without a service", { CLIENT4, .dst = "192.0.2.1", .dport = 54, UDP, .payload = 1000 },
	  LVS_DROP_NO_SERVICE, { .proto = 1, .icmp_type = 3, .icmp_code = 3, .tos = 0xc0, .quote_bytes = 548 } },
	{ "UDP port without a service, odd", { CLIENT4, .dst = "192.0.2.1", .dport = 54, UDP, .payload = 3 },
	  LVS_DROP_NO_SERVICE, { .proto = 1, .icmp_type = 3, .icmp_code = 3, .tos = 0xc0, .quote_bytes = 31 } },
	{ "UDP port without a service, IPv6", { CLIENT6, .dst = "2001:db8::1", .dport = 54, UDP, .payload = 1400 },
	  LVS_DROP_NO_SERVICE, { .proto = 58, .icmp_type = 1, .icmp_code = 4, .quote_bytes = 1232 } },
	{ "no server, TCP", { CLIENT4, .dst = "192.0.2.2", .dport = 80, SYN }, LVS_DROP_NO_SERVER,
	  { .proto = 1, .icmp_type = 3, .icmp_code = 3, .tos = 0xc0, .quote_bytes = 40 } },
	{ "no server, UDP, IPv6", { CLIENT6, .dst = "2001:db8::2", .dport = 53, UDP }, LVS_DROP_NO_SERVER,
	  { .proto = 58, .icmp_type = 1, .icmp_code = 4, .quote_bytes = 48 } },
	{ "ping", { WEB4, .proto = 1, .icmp_type = 8, .icmp_rest = 0x12340001, .payload = 57, .tos = 0xb8 },
	  LVS_DROP_NONE, { .proto = 1, .icmp_type = 0, .icmp_rest = 0x12340001, .payload = 57, .tos = 0xb8 } },
	{ "ping behind options and extension headers",
	  { WEB6, .proto = 58, .icmp_type = 128, .payload = 8, .ext = { LVS_PROTO_HOPOPTS }, .ext_count = 1 },
	  LVS_DROP_NONE, { .proto = 58, .icmp_type = 129, .payload = 8 } },
};

/* What the answer to @row has to be; only its identification is the director's own choice. */
static struct lvs_packet answer_to(const struct refused *row, const struct lvs_packet *got)
{
	struct build what = row->answer;
	struct lvs_packet about = build(&row->build), answer;

	what.src = row->build.dst;
	what.dst = row->build.src;
	what.sport = row->build.dport;
	what.dport = row->build.sport;
	if (what.quote_bytes)
		what.quote = about.data;
	if (*got->data >> 4 == 4 && !what.df)
		what.id = (uint32_t)got->data[4] << 8 | got->data[5];
	answer = build(&what);
	build_free(&about);
	return answer;
}

static void refusals_are_what_a_host_would_say(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		enum lvs_drop drop = director_take(director, &refused[i].build);

		if (drop != refused[i].expect || director->nout != 1)
			fail_msg("%s: %s, %zu came out", refused[i].what, lvs_drop_name(drop), director->nout);
		build_expect(refused[i].what, &director->out[0], answer_to(&refused[i], &director->out[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(not_for_us_passes_unchanged, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(dropped_packets_are_counted_and_not_answered, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(refusals_are_what_a_host_would_say, set_up, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
