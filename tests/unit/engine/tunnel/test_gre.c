// SPDX-License-Identifier: GPL-2.0-or-later
/* RFC 2784: whole bytes of what is sent, and all that may be received. */
#include "tests/lib/test.h"

#include "engine/tunnel.h"
#include "engine/wire.h"

static const struct lvs_tunnel_ops *const ops = &lvs_tunnel_gre;

static struct lvs_packet view(uint8_t *bytes, uint32_t len)
{
	return (struct lvs_packet){ .data = bytes, .len = len };
}

static void headers_are_as_the_rfc_has_them(void **state)
{
	struct lvs_tunnel_spec spec = { .type = LVS_TUNNEL_INDEX_gre };
	struct lvs_tunnel_ends ends = { .ip6 = false };
	uint8_t bytes[11] = { [4] = 0x45 };
	static const uint8_t plain4[] = { 0, 0, 0x08, 0x00 }, plain6[] = { 0, 0, 0x86, 0xdd };
	/* 0x8000 + 0x0800 + 0x0102 + 0x0300 = 0x8c02 over an odd payload of 01 02 03 */
	static const uint8_t summed[] = { 0x80, 0, 0x08, 0x00, 0x73, 0xfd, 0, 0, 1, 2, 3 };

	(void)state;
	assert_int_equal(ops->bytes(&spec), 4);
	assert_int_equal(ops->put(&spec, &ends, bytes, 8), 47);
	assert_memory_equal(bytes, plain4, 4);
	ends.ip6 = true;
	assert_int_equal(ops->put(&spec, &ends, bytes, 8), 47);
	assert_memory_equal(bytes, plain6, 4);
	ends.ip6 = false;
	spec.csum = LVS_TUNNEL_CSUM;
	assert_int_equal(ops->bytes(&spec), 8);
	memcpy(bytes + 8, summed + 8, 3);
	assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 47);
	assert_memory_equal(bytes, summed, sizeof(summed));
}

static void optional_fields_are_stepped_over(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags < 256; flags++) {
		int expect = 4 + (flags & 0x80 ? 4 : 0) + (flags & 0x20 ? 4 : 0) + (flags & 0x10 ? 4 : 0);
		bool never = flags & 0x4f, ip6 = false;

		for (int len = 0; len < 20; len++) {
			uint8_t bytes[20] = { (uint8_t)flags, 0, 0x86, 0xdd };
			struct lvs_packet packet = view(bytes, (uint32_t)len);

			assert_int_equal(ops->peel(&packet, 0, 47, 0, &ip6), never || len < expect ? -1 : expect);
		}
	}
}

static void what_is_not_ip_is_not_taken(void **state)
{
	uint8_t arp[] = { 0, 0, 0x08, 0x06 }, next[] = { 0, 1, 0x08, 0x00 }, fine[] = { 0, 0, 0x08, 0x00 };
	struct lvs_packet packet = view(arp, sizeof(arp));
	bool ip6;

	(void)state;
	assert_int_equal(ops->peel(&packet, 0, 47, 0, &ip6), -1);
	packet = view(next, sizeof(next));	/* version 1 is another protocol: PPTP's */
	assert_int_equal(ops->peel(&packet, 0, 47, 0, &ip6), -1);
	packet = view(fine, sizeof(fine));
	assert_int_equal(ops->peel(&packet, 0, 4, 0, &ip6), -1);
	assert_int_equal(ops->peel(&packet, 0, 47, 0, &ip6), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_as_the_rfc_has_them),
		cmocka_unit_test(optional_fields_are_stepped_over),
		cmocka_unit_test(what_is_not_ip_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
