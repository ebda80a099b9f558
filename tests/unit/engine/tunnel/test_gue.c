// SPDX-License-Identifier: GPL-2.0-or-later
/* GUE version 0: whole bytes of what is sent, and all that may be received. */
#include "tests/lib/test.h"

#include "engine/tunnel.h"
#include "engine/wire.h"

static const struct lvs_tunnel_ops *const ops = &lvs_tunnel_gue;

static struct lvs_packet view(uint8_t *bytes, uint32_t len)
{
	return (struct lvs_packet){ .data = bytes, .len = len };
}

static void headers_are_as_linux_takes_them(void **state)
{
	struct lvs_tunnel_spec spec = { .type = LVS_TUNNEL_INDEX_gue, .port = LVS_BE16(6080) };
	struct lvs_tunnel_ends ends = { .src = test_addr("10.0.0.1"), .dst = test_addr("10.0.0.11"), .flow = 28232 + 5 };
	uint8_t bytes[15] = { [12] = 1, 2, 3 };
	static const uint8_t plain[] = { 0x80, 0x05, 0x17, 0xc0, 0, 15, 0, 0, 0, 4, 0, 0, 1, 2, 3 };
	/*
	 * Pseudo-header 0a00 + 0001 + 0a00 + 000b + 0011 + 000f, header 8005 + 17c0 + 000f + 0004, payload 0102 + 0300:
	 * 0xb006, of which the inverse is 0x4ff9
	 */
	static const uint8_t summed[] = { 0x80, 0x05, 0x17, 0xc0, 0, 15, 0x4f, 0xf9, 0, 4, 0, 0, 1, 2, 3 };

	(void)state;
	assert_int_equal(ops->bytes(&spec), 12);
	assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 17);
	assert_memory_equal(bytes, plain, sizeof(plain));
	spec.csum = LVS_TUNNEL_CSUM;
	assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 17);
	assert_memory_equal(bytes, summed, sizeof(summed));
	ends.ip6 = true;
	assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 17);
	assert_int_equal(bytes[9], 41);
}

static void flows_have_ports_of_their_own(void **state)
{
	struct lvs_tunnel_spec spec = { .type = LVS_TUNNEL_INDEX_gue, .port = LVS_BE16(6080) };
	uint8_t bytes[13] = { 0 };

	(void)state;
	for (uint64_t flow = 0; flow < 100000; flow += 7) {
		struct lvs_tunnel_ends ends = { .flow = flow * 0x9e3779b97f4a7c15 };

		assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 17);
		assert_in_range(bytes[0] << 8 | bytes[1], 32768, 60999);
	}
}

static void what_may_be_received(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 256; first++) {
		int expect = 12 + (int)(first & 0x1f) * 4;
		bool never = first & 0xe0, ip6 = false;

		for (int len = 0; len < 150; len += 2) {
			uint8_t bytes[150] = { 0, 1, 0x17, 0xc0, 0, 0, 0, 0, (uint8_t)first, 41 };
			struct lvs_packet packet = view(bytes, (uint32_t)len);

			assert_int_equal(ops->peel(&packet, 0, 17, LVS_BE16(6080), &ip6), never || len < expect ? -1 : expect);
			assert_int_equal(ops->peel(&packet, 0, 17, LVS_BE16(6081), &ip6), -1);
			assert_int_equal(ops->peel(&packet, 0, 47, LVS_BE16(6080), &ip6), -1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_as_linux_takes_them),
		cmocka_unit_test(flows_have_ports_of_their_own),
		cmocka_unit_test(what_may_be_received),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
