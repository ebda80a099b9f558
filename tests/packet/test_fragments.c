// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments of datagrams to and from a service, whole bytes: whatever the order they come in, out come the fragments of
 * the translated datagram, each once and each as if its sender had known the other end.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define PIECES 3


#define ENDS(from, fport, to, tport) { .src = from, .sport = fport, .dst = to, .dport = tport }

static const struct path {
	const char *what;
	struct build in, out;
} paths[] = {
	{ "request", ENDS("198.51.100.7", 40000, "192.0.2.1", 80), ENDS("198.51.100.7", 40000, "10.0.0.11", 8080) },
	{ "reply", ENDS("10.0.0.11", 8080, "198.51.100.7", 40000), ENDS("192.0.2.1", 80, "198.51.100.7", 40000) },
	{ "request, IPv6", ENDS("2001:db8:c::7", 40000, "2001:db8::1", 80),
	  ENDS("2001:db8:c::7", 40000, "2001:db8:1::11", 8080) },
	{ "reply, IPv6", ENDS("2001:db8:1::11", 8080, "2001:db8:c::7", 40000),
	  ENDS("2001:db8::1", 80, "2001:db8:c::7", 40000) },
	{ "not for us", ENDS("198.51.100.7", 40000, "203.0.113.9", 80), ENDS("198.51.100.7", 40000, "203.0.113.9", 80) },
	{ "not for us, IPv6", ENDS("2001:db8:c::7", 40000, "2001:db8:f::9", 80),
	  ENDS("2001:db8:c::7", 40000, "2001:db8:f::9", 80) },
};

static int set_up(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
	int err = director_setup(state);

	for (size_t p = 0; p < ARRAY_LEN(protos); p++) {
		director_serve(*state, protos[p], "192.0.2.1", 80, "10.0.0.11", 8080);
		director_serve(*state, protos[p], "2001:db8::1", 80, "2001:db8:1::11", 8080);
		for (size_t i = 0; i < ARRAY_LEN(paths); i += 2) {
			struct build first = paths[i].in;

			first.proto = protos[p];
			first.tcp_flags = LVS_TCP_SYN;
			assert_int_equal(director_take(*state, &first), LVS_DROP_NONE);
		}
	}
	return err;
}

static struct build piece(const struct build *ends, const struct build *shape, size_t n)
{
	static const size_t offsets[PIECES] = { 0, 48, 96 };
	size_t total = shape->payload + (shape->proto == LVS_PROTO_TCP ? 20 : 8);
	struct build what = *shape;

	what.src = ends->src;
	what.dst = ends->dst;
	what.sport = ends->sport;
	what.dport = ends->dport;
	what.frag_offset = offsets[n];
	what.frag_bytes = n + 1 < PIECES ? offsets[n + 1] - offsets[n] : total - offsets[n];
	return what;
}

static void send_in_order(struct director *director, const struct path *path, const struct build *shape,
			  const size_t order[PIECES])
{
	size_t waiting[PIECES], nwaiting = 0, first_at = PIECES;
	char text[128];

	snprintf(text, sizeof(text), "%s, protocol %u, %zu %zu %zu", path->what, shape->proto, order[0], order[1], order[2]);
	for (size_t i = 0; i < PIECES; i++) {
		struct build in = piece(&path->in, shape, order[i]), out = piece(&path->out, shape, order[i]);
		enum lvs_drop drop = director_take(director, &in);

		if (drop)
			fail_msg("%s: %s", text, lvs_drop_name(drop));
		if (order[i] == 0)
			first_at = i;
		if (i < first_at) {
			assert_int_equal(director->nout, 0);
			waiting[nwaiting++] = order[i];
			continue;
		}
		assert_int_equal(director->nout, i == first_at ? 1 + nwaiting : 1);
		build_expect(text, &director->out[0], build(&out));
		for (size_t w = 0; i == first_at && w < nwaiting; w++) {
			out = piece(&path->out, shape, waiting[w]);
			build_expect(text, &director->out[1 + w], build(&out));
		}
	}
}

static void fragments_arrive_translated_in_any_order(void **state)
{
	static const size_t orders[][PIECES] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };
	static const enum build_csum csums[] = { BUILD_COMPLETE, BUILD_WRONG };
	uint32_t id = 1;

	for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
		for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
			for (size_t i = 0; i < ARRAY_LEN(protos) * ARRAY_LEN(csums); i++) {
				struct build shape = { .proto = protos[i % 2], .csum = csums[i / 2], .payload = 121,
						       .tcp_flags = LVS_TCP_ACK, .id = id++ };

				send_in_order(*state, &paths[p], &shape, orders[o]);
			}
		}
	}
}

static void options_and_extension_headers_stay_in_each(void **state)
{
	static const size_t order[PIECES] = { 2, 0, 1 };

	for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
		struct build shape = { .proto = LVS_PROTO_UDP, .payload = 121, .id = 7 };

		if (lvs_addr_is4(&(struct lvs_addr[]){ test_addr(paths[p].in.src) }[0])) {
			shape.ip_options = "\224\4\0\0";	/* router alert is copied into every fragment */
			shape.ip_options_len = 4;
		} else {
			shape.ext[0] = LVS_PROTO_HOPOPTS;
			shape.ext_count = 1;
		}
		send_in_order(*state, &paths[p], &shape, order);
	}
}

/* Where no host counts hops, each fragment loses one, whichever way it takes. */
static void every_fragment_loses_a_hop(void **state)
{
	struct director *director = *state;
	static const size_t order[PIECES] = { 2, 0, 1 }, come_out[PIECES] = { 0, 2, 1 };

	lvs_engine_configure(director->engine, &(struct lvs_engine_settings){ .decrement_ttl = true }, director->now);
	for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
		struct build shape = { .proto = LVS_PROTO_UDP, .payload = 121, .id = 8 };

		for (size_t i = 0; i < PIECES; i++) {
			struct build in = piece(&paths[p].in, &shape, order[i]);
			size_t ttl = lvs_addr_is4(&(struct lvs_addr[]){ test_addr(in.src) }[0]) ? 8 : 7;

			assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
			assert_int_equal(director->nout, come_out[i]);
			for (size_t n = 0; n < director->nout; n++)
				if (director->out[n].data[ttl] != 63)
					fail_msg("%s: packet %zu of piece %zu", paths[p].what, n, i);
		}
	}
}

/* RFC 5722, and no better in IPv4: nothing of such a datagram goes on, not even what fits. */
static void overlaps_end_the_datagram(void **state)
{
	struct director *director = *state;

	for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
		struct build shape = { .proto = LVS_PROTO_UDP, .payload = 121, .id = 9 }, in;

		in = piece(&paths[p].in, &shape, 0);
		assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
		in = piece(&paths[p].in, &shape, 1);
		in.frag_offset -= 8;
		assert_int_equal(director_take(director, &in), LVS_DROP_FRAG_OVERLAP);
		in = piece(&paths[p].in, &shape, 2);
		assert_int_equal(director_take(director, &in), LVS_DROP_FRAG_OVERLAP);
		assert_int_equal(director->nout, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fragments_arrive_translated_in_any_order, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(options_and_extension_headers_stay_in_each, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(every_fragment_loses_a_hop, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(overlaps_end_the_datagram, set_up, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
