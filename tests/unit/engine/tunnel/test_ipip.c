// SPDX-License-Identifier: GPL-2.0-or-later
/* No header at all: the outer protocol number says it. */
#include "tests/lib/test.h"

#include "engine/tunnel.h"
#include "engine/wire.h"

static const struct lvs_tunnel_ops *const ops = &lvs_tunnel_ipip;

static struct lvs_packet view(uint8_t *bytes, uint32_t len)
{
	return (struct lvs_packet){ .data = bytes, .len = len };
}

static void nothing_is_put_between(void **state)
{
	const struct lvs_tunnel_spec spec = { .type = LVS_TUNNEL_INDEX_ipip };
	struct lvs_tunnel_ends ends = { .ip6 = false };
	uint8_t bytes[1] = { 0x45 };

	(void)state;
	assert_int_equal(ops->bytes(&spec), 0);
	assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 4);
	ends.ip6 = true;
	assert_int_equal(ops->put(&spec, &ends, bytes, sizeof(bytes)), 41);
	assert_int_equal(bytes[0], 0x45);
}

static void its_protocols_are_its_own(void **state)
{
	uint8_t bytes[20] = { 0 };
	struct lvs_packet packet = view(bytes, sizeof(bytes));
	bool ip6 = true;

	(void)state;
	assert_int_equal(ops->peel(&packet, 0, 4, 0, &ip6), 0);
	assert_false(ip6);
	assert_int_equal(ops->peel(&packet, 0, 41, 0, &ip6), 0);
	assert_true(ip6);
	for (int proto = 0; proto < 256; proto++)
		if (proto != 4 && proto != 41)
			assert_int_equal(ops->peel(&packet, 0, (uint8_t)proto, 0, &ip6), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_put_between),
		cmocka_unit_test(its_protocols_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
