// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ICMP errors about packets of connections, whole bytes, quoted packet included. One about a request comes from the
 * server's side and quotes the packet as the server saw it; the client must get one that quotes what it had sent, and
 * the other way round. Both quotes are built afresh.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

/**
 * struct side - where an error comes in
 * @sender:	of the error; the router in between is as good as the host behind it
 * @about:	ends of the packet as the sender of the error saw it
 * @seen:	ends of the same packet as the receiver of the error knows it
 */
struct side {
	const char *what;
	const char *sender;
	struct build about, seen;
};

#define C4 "198.51.100.7"
#define V4 "192.0.2.1"
#define S4 "10.0.0.11"
#define C6 "2001:db8:c::7"
#define V6 "2001:db8::1"
#define S6 "2001:db8:1::11"

#define ENDS(from, fport, to, tport) { .src = from, .sport = fport, .dst = to, .dport = tport }

static const struct side sides[] = {
	{ "server about a request", S4, ENDS(C4, 40000, S4, 8080), ENDS(C4, 40000, V4, 80) },
	{ "router about a request", "10.9.9.9", ENDS(C4, 40000, S4, 8080), ENDS(C4, 40000, V4, 80) },
	{ "client about a reply", C4, ENDS(V4, 80, C4, 40000), ENDS(S4, 8080, C4, 40000) },
	{ "router about a reply", "203.0.113.77", ENDS(V4, 80, C4, 40000), ENDS(S4, 8080, C4, 40000) },
	{ "server about a request, IPv6", S6, ENDS(C6, 40000, S6, 8080), ENDS(C6, 40000, V6, 80) },
	{ "router about a request, IPv6", "2001:db8:9::9", ENDS(C6, 40000, S6, 8080), ENDS(C6, 40000, V6, 80) },
	{ "client about a reply, IPv6", C6, ENDS(V6, 80, C6, 40000), ENDS(S6, 8080, C6, 40000) },
	{ "router about a reply, IPv6", "2001:db8:f::1", ENDS(V6, 80, C6, 40000), ENDS(S6, 8080, C6, 40000) },
};

static bool about_request(const struct side *side)
{
	return side->about.dport == 8080;
}

static bool is_ip6(const struct side *side)
{
	return !lvs_addr_is4(&(struct lvs_addr[]){ test_addr(side->sender) }[0]);
}

/* Type and code, and the word behind the checksum. */
struct error {
	uint8_t type, code;
	uint32_t rest;
};

static const struct error errors4[] = {
	{ 3, 0 }, { 3, 1 }, { 3, 3 }, { 3, 4, 1400 }, { 3, 4, 0 }, { 3, 13 }, { 4, 0 }, { 11, 0 }, { 11, 1 },
	{ 12, 0, 0x14000000 },
}, errors6[] = {
	{ 1, 0 }, { 1, 3 }, { 1, 4 }, { 2, 0, 1280 }, { 2, 0, 1400 }, { 3, 0 }, { 4, 1, 6 }, { 100, 0, 7 },
};

static struct build packet_of(const struct build *ends, uint8_t proto, const struct build *shape)
{
	struct build what = *shape;

	what.src = ends->src;
	what.dst = ends->dst;
	what.sport = ends->sport;
	what.dport = ends->dport;
	what.proto = proto;
	what.tcp_flags = LVS_TCP_ACK;
	what.seq = 0x10203040;
	return what;
}

/* @bytes of what is quoted; 0 for all */
static struct lvs_packet error_about(const char *from, const char *to, const struct error *error,
				     const struct build *about, size_t bytes)
{
	struct lvs_packet quoted = build(about), packet;
	struct build what = {
		.src = from, .dst = to, .proto = *quoted.data >> 4 == 6 ? 58 : 1, .ttl = 61, .tos = 0xc0, .id = 0x99,
		.icmp_type = error->type, .icmp_code = error->code, .icmp_rest = error->rest,
		.quote = quoted.data, .quote_bytes = bytes && bytes < quoted.len ? bytes : quoted.len,
	};

	packet = build(&what);
	build_free(&quoted);
	return packet;
}

static void expect_translated(struct director *director, const struct side *side, uint8_t proto,
			      const struct error *error, const struct build *shape, size_t bytes)
{
	struct build about = packet_of(&side->about, proto, shape), seen = packet_of(&side->seen, proto, shape);
	const char *vip = is_ip6(side) ? V6 : V4;
	struct lvs_packet in = error_about(side->sender, about.src, error, &about, bytes), out;
	enum lvs_drop drop;
	char text[200];

	/* Towards the client it comes from the virtual address, towards the server it keeps its sender. */
	out = error_about(about_request(side) ? vip : side->sender, seen.src, error, &seen, bytes);
	snprintf(text, sizeof(text), "%s, protocol %u, type %u code %u, %zu bytes quoted", side->what, proto, error->type,
		 error->code, bytes);
	drop = director_handle(director, in);
	if (drop || director->nout != 1)
		fail_msg("%s: %s, %zu came out", text, lvs_drop_name(drop), director->nout);
	build_expect(text, &director->out[0], out);
}

static void establish(struct director *director, uint8_t proto)
{
	static const struct build firsts[] = { ENDS(C4, 40000, V4, 80), ENDS(C6, 40000, V6, 80) };

	director_serve(director, proto, V4, 80, S4, 8080);
	director_serve(director, proto, V6, 80, S6, 8080);
	for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
		struct build first = firsts[i];

		first.proto = proto;
		first.tcp_flags = LVS_TCP_SYN;
		assert_int_equal(director_take(director, &first), LVS_DROP_NONE);
	}
}

static void every_error_is_translated_both_ways(void **state)
{
	struct director *director = *state;
	static const struct build shape = { .payload = 101 };
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };

	for (size_t p = 0; p < ARRAY_LEN(protos); p++) {
		establish(director, protos[p]);
		for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
			const struct error *errors = is_ip6(&sides[i]) ? errors6 : errors4;
			size_t n = is_ip6(&sides[i]) ? ARRAY_LEN(errors6) : ARRAY_LEN(errors4);

			for (size_t e = 0; e < n; e++)
				expect_translated(director, &sides[i], protos[p], &errors[e], &shape, 0);
		}
	}
}

/* From the eight bytes that RFC 792 asks for up to the whole packet, the sum quoted or not. */
static void every_length_of_quote_is_translated(void **state)
{
	struct director *director = *state;
	static const struct build shapes[] = {
		{ .payload = 33 },
		{ .payload = 33, .csum = BUILD_WRONG },
		{ .payload = 33, .ip_options = "\7\7\4\0\0\0\0", .ip_options_len = 7 },
	};
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
	static const struct error error = { 3, 0 };

	for (size_t p = 0; p < ARRAY_LEN(protos); p++) {
		establish(director, protos[p]);
		for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
			for (size_t s = 0; s < ARRAY_LEN(shapes); s++) {
				struct build shape = shapes[s];
				size_t header = is_ip6(&sides[i]) ? 40 : 20 + (shape.ip_options_len + 3) / 4 * 4;

				if (is_ip6(&sides[i]) && shape.ip_options) {
					shape.ext[0] = LVS_PROTO_HOPOPTS;
					shape.ext_count = 1;
					header += 8;
				}
				for (size_t bytes = header + 8; bytes <= header + 60; bytes++) {
					if (protos[p] == LVS_PROTO_TCP && bytes == header + 17)
						continue;	/* half a sum: nothing right could be written */
					expect_translated(director, &sides[i], protos[p], &error, &shape, bytes);
				}
			}
		}
	}
}

static void quoted_udp_without_a_sum_keeps_none(void **state)
{
	struct director *director = *state;
	static const struct build shape = { .payload = 5, .csum = BUILD_NO_CSUM };
	static const struct error error = { 3, 0 };

	establish(director, LVS_PROTO_UDP);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		expect_translated(director, &sides[i], LVS_PROTO_UDP, &error, &shape, 0);
}

static void quoted_first_fragments_are_translated(void **state)
{
	struct director *director = *state;
	static const struct build shape = { .payload = 200, .frag_bytes = 64, .id = 0x1234 };
	static const struct error error = { 3, 0 };

	establish(director, LVS_PROTO_UDP);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		expect_translated(director, &sides[i], LVS_PROTO_UDP, &error, &shape, 0);
}

static const struct not_ours {
	const char *what;
	const char *sender, *to;
	struct build about;
	enum lvs_drop expect;	/* none: it passes */
} not_ours[] = {
	{ "no connection, to a virtual address", C4, V4, ENDS(V4, 80, C4, 41000), LVS_DROP_ICMP_NO_CONN },
	{ "no connection, to a virtual address, IPv6", C6, V6, ENDS(V6, 80, C6, 41000), LVS_DROP_ICMP_NO_CONN },
	{ "no connection, to somebody", S4, C4, ENDS(C4, 41000, S4, 8080), LVS_DROP_NONE },
	{ "no connection, to somebody, IPv6", S6, C6, ENDS(C6, 41000, S6, 8080), LVS_DROP_NONE },
	{ "a connection's packet, but sent to another than its sender", S4, "203.0.113.9", ENDS(C4, 40000, S4, 8080),
	  LVS_DROP_NONE },
};

static void errors_about_nothing_of_ours(void **state)
{
	struct director *director = *state;
	static const struct build shape = { .payload = 33 };
	static const struct error error = { 3, 1 };

	establish(director, LVS_PROTO_TCP);
	for (size_t i = 0; i < ARRAY_LEN(not_ours); i++) {
		const struct not_ours *row = &not_ours[i];
		struct build about = packet_of(&row->about, LVS_PROTO_TCP, &shape);
		enum lvs_drop drop = director_handle(director, error_about(row->sender, row->to, &error, &about, 0));

		if (drop != row->expect || director->nout != (row->expect ? 0U : 1U))
			fail_msg("%s: %s, %zu came out", row->what, lvs_drop_name(drop), director->nout);
		if (!row->expect)
			build_expect(row->what, &director->out[0], error_about(row->sender, row->to, &error, &about, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_error_is_translated_both_ways, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(every_length_of_quote_is_translated, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(quoted_udp_without_a_sum_keeps_none, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(quoted_first_fragments_are_translated, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(errors_about_nothing_of_ours, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
