// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever a client sends, his server takes nothing for the PROXY header that is not the director's. */
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "tests/lib/talk.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define FIRST 0x7ffffff0u	/* the client's number of its first byte */

static const struct told {
	uint32_t bytes;
	uint8_t header[52];
} headers[2] = {
	{ 28,
	  { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c,
	    198, 51, 100, 7, 192, 0, 2, 1, 0x9c, 0x40, 0x00, 0x50 } },
	{ 52,
	  { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x21, 0x00, 0x24,
	    0x20, 0x01, 0x0d, 0xb8, 0, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
	    0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x9c, 0x40, 0x00, 0x50 } },
};

/* Up to the server's SYN-ACK; @ahead: bytes of the header */
static void begin(struct talk *t, enum lvs_introduction_kind kind, uint32_t ahead)
{
	struct lvs_server *server = serve(t, LVS_SYN_PROXY_OFF);
	struct lvs_server_spec spec = server->spec;
	struct build syn = from_client(t, (struct build){ .tcp_flags = SYN, .seq = FIRST - 1 });
	struct build syn_ack = from_server(t, (struct build){ .tcp_flags = SYN | ACK, .ack = FIRST - ahead });

	spec.introduce = (uint8_t)kind;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(t->director->engine), server, &spec), 0);
	assert_int_equal(take(t, &syn), LVS_DROP_NONE);
	assert_int_equal(take(t, &syn_ack), LVS_DROP_NONE);
}

/* xorshift64*, Vigna 2014 */
static uint32_t draw(uint64_t *random)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)((*random * 0x2545f4914f6cdd1dULL) >> 32);
}

/* Bytes that the server may take for the header are the header. */
static void expect_no_forgery(const struct told *told, const struct lvs_packet *out)
{
	uint32_t l4 = out->data[0] >> 4 == 4 ? 20 : 40, end = l4 + (out->data[l4 + 12] >> 4) * 4U, seq;

	seq = (uint32_t)out->data[l4 + 4] << 24 | (uint32_t)out->data[l4 + 5] << 16 | (uint32_t)out->data[l4 + 6] << 8 |
	      out->data[l4 + 7];
	/* No host keeps what a reset carries. */
	if (out->len == end || (int32_t)(seq - FIRST) >= 0 || (out->data[l4 + 13] & (ACK | RST)) != ACK)
		return;
	assert_int_equal(seq, FIRST - told->bytes);
	assert_int_equal(out->len - end, told->bytes);
	assert_memory_equal(out->data + end, told->header, told->bytes);
}

/* Any segment at all but a SYN, of a client who wants to be somebody else; and any of a server that lacks the header. */
static void nothing_passes_for_the_header(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		struct talk t = { .hosts = &talk_families[i & 1] };
		const struct told *told = &headers[i & 1];
		bool proxy = !(i & 2);
		uint64_t random = i + 1;

		director_setup((void **)&t.director);
		begin(&t, proxy ? LVS_INTRODUCE_PROXY : LVS_INTRODUCE_TOA, proxy ? told->bytes : 0);
		for (unsigned int k = 0; k < 20000; k++) {
			struct build shape = { .tcp_flags = (uint8_t)(draw(&random) & ~(uint32_t)SYN),
					       .seq = FIRST + draw(&random) % 160 - 80, .ack = 1 + draw(&random) % 3,
					       .payload = draw(&random) % 4 ? draw(&random) % 120 : 0, .first = (uint8_t)k };
			struct options options = { .len = (uint8_t)(draw(&random) % 11 * 4) };
			bool client = draw(&random) % 4;

			for (size_t b = 0; b < options.len; b++)
				options.bytes[b] = (uint8_t)(draw(&random) % 3 ? draw(&random) % 12 : draw(&random));
			if (!client)
				shape.ack = FIRST - 1 - draw(&random) % 80;
			shape = with(client ? from_client(&t, shape) : from_server(&t, shape), &options);
			(void)director_handle(t.director, build_with_room(build(&shape), 64));
			for (size_t n = 0; client && proxy && n < t.director->nout; n++)
				expect_no_forgery(told, &t.director->out[n]);
		}
		director_teardown((void **)&t.director);
	}
	(void)state;
}

/* Only a server whose replies pass can be told. */
static void not_where_replies_pass_by(void **state)
{
	struct talk t = { .hosts = &talk_families[0] };
	struct lvs_server_spec spec;
	struct lvs_server *server;

	director_setup((void **)&t.director);
	server = serve(&t, LVS_SYN_PROXY_OFF);
	spec = server->spec;
	spec.introduce = LVS_INTRODUCE_PROXY;
	spec.forward = lvs_forward_find("tunnel");
	spec.port = LVS_BE16(TALK_VPORT);
	assert_int_equal(lvs_server_edit(lvs_engine_rules(t.director->engine), server, &spec), -EINVAL);
	director_teardown((void **)&t.director);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_passes_for_the_header),
		cmocka_unit_test(not_where_replies_pass_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
