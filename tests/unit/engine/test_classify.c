// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/classify.h"
#include "engine/packet.h"
#include "engine/wire.h"

static const struct lvs_hash_key hash_key = { 3, 4 };

static struct lvs_prefix net(const char *addr, uint8_t bits)
{
	const struct lvs_addr base = test_addr(addr), mask = lvs_prefix_mask(bits);

	return (struct lvs_prefix){ .addr = lvs_addr_masked(&base, &mask), .bits = bits };
}

static struct lvs_classifier *make(const struct lvs_mark_rule *rules, uint32_t n)
{
	struct lvs_classifier *classifier = NULL;

	assert_int_equal(lvs_classifier_new(rules, n, &hash_key, &classifier), 0);
	return classifier;
}

static struct lvs_tuple to(const char *src, const char *dst, uint8_t proto, uint16_t port)
{
	return (struct lvs_tuple){ .src = test_addr(src), .dst = test_addr(dst), .sport = LVS_BE16(4711),
				   .dport = LVS_BE16(port), .proto = proto };
}

static void each_part_of_a_rule_counts(void **state)
{
	const struct lvs_mark_rule rules[] = {
		{ .mark = 1, .proto = LVS_PROTO_TCP, .address = net("192.0.2.10", 128), .ports = { 2, { { 80, 80 }, { 443, 443 } } } },
		{ .mark = 2, .proto = LVS_PROTO_UDP, .address = net("192.0.2.0", 124) },
		{ .mark = 3, .address = net("198.51.100.0", 120), .client = net("10.0.0.0", 104), .ports = { 1, { { 1, 1023 } } } },
		{ .mark = 4, .proto = LVS_PROTO_TCP, .address = net("2001:db8::", 64), .ports = { 1, { { 65535, 65535 } } } },
		{ .mark = 5, .address = net("192.0.2.10", 128) },
	};
	static const struct row {
		const char *src, *dst;
		uint8_t proto;
		uint16_t port;
		uint32_t mark;
	} rows[] = {
		{ "10.1.1.1", "192.0.2.10", LVS_PROTO_TCP, 80, 1 },
		{ "10.1.1.1", "192.0.2.10", LVS_PROTO_TCP, 443, 1 },
		{ "10.1.1.1", "192.0.2.10", LVS_PROTO_TCP, 81, 5 },
		{ "10.1.1.1", "192.0.2.10", LVS_PROTO_UDP, 80, 2 },
		{ "10.1.1.1", "192.0.2.10", LVS_PROTO_SCTP, 80, 5 },
		{ "10.1.1.1", "192.0.2.11", LVS_PROTO_TCP, 80, 0 },
		{ "10.1.1.1", "192.0.2.15", LVS_PROTO_UDP, 0, 2 },
		{ "10.1.1.1", "192.0.2.16", LVS_PROTO_UDP, 0, 0 },
		{ "10.255.1.1", "198.51.100.255", LVS_PROTO_SCTP, 1023, 3 },
		{ "10.255.1.1", "198.51.100.255", LVS_PROTO_SCTP, 1024, 0 },
		{ "11.0.0.0", "198.51.100.255", LVS_PROTO_TCP, 80, 0 },
		{ "2001:db8:1::1", "2001:db8::ffff", LVS_PROTO_TCP, 65535, 4 },
		{ "2001:db8:1::1", "2001:db8::ffff", LVS_PROTO_TCP, 65534, 0 },
		{ "2001:db8:1::1", "2001:db8:0:1::", LVS_PROTO_TCP, 65535, 0 },
	};
	struct lvs_classifier *classifier = make(rules, ARRAY_LEN(rules));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lvs_tuple tuple = to(rows[i].src, rows[i].dst, rows[i].proto, rows[i].port);

		if (lvs_classify(classifier, &tuple) != rows[i].mark)
			fail_msg("%s to %s, %u port %u: mark %u, not %u", rows[i].src, rows[i].dst, rows[i].proto, rows[i].port,
				 lvs_classify(classifier, &tuple), rows[i].mark);
	}
	lvs_classifier_free(classifier);
}

static void the_first_rule_wins_however_long_its_prefix(void **state)
{
	struct lvs_mark_rule rules[] = {
		{ .mark = 1, .address = net("192.0.2.0", 120), .ports = { 1, { { 100, 200 } } } },
		{ .mark = 2, .address = net("192.0.2.10", 128) },
	};
	const struct lvs_tuple both = to("10.0.0.1", "192.0.2.10", LVS_PROTO_TCP, 150);
	const struct lvs_tuple one = to("10.0.0.1", "192.0.2.10", LVS_PROTO_TCP, 201);
	struct lvs_classifier *classifier = make(rules, 2);
	const struct lvs_mark_rule first = rules[0];

	(void)state;
	assert_int_equal(lvs_classify(classifier, &both), 1);
	assert_int_equal(lvs_classify(classifier, &one), 2);
	lvs_classifier_free(classifier);
	rules[0] = rules[1];
	rules[1] = first;
	classifier = make(rules, 2);
	assert_int_equal(lvs_classify(classifier, &both), 2);
	lvs_classifier_free(classifier);
}

static void no_rules_mark_nothing(void **state)
{
	const struct lvs_tuple tuple = to("10.0.0.1", "192.0.2.10", LVS_PROTO_TCP, 80);
	struct lvs_classifier *classifier = make(NULL, 0);
	bool transparent;

	(void)state;
	assert_int_equal(lvs_classify(NULL, &tuple), 0);
	assert_false(lvs_classifier_covers(NULL, &tuple.dst));
	assert_null(lvs_classifier_prefix(NULL, 0, &transparent));
	assert_int_equal(lvs_classify(classifier, &tuple), 0);
	assert_false(lvs_classifier_covers(classifier, &tuple.dst));
	assert_null(lvs_classifier_prefix(classifier, 0, &transparent));
	lvs_classifier_free(classifier);
	lvs_classifier_free(NULL);
}

static void rules_that_are_none_are_refused(void **state)
{
	struct lvs_mark_rule bad[] = {
		{ .mark = 0, .address = net("192.0.2.10", 128) },
		{ .mark = 1, .address = { test_addr("192.0.2.1"), 120 } },
		{ .mark = 1, .address = net("192.0.2.10", 128), .client = { test_addr("10.0.0.1"), 104 } },
		{ .mark = 1, .address = { test_addr("192.0.2.10"), 129 } },
		{ .mark = 1, .address = net("192.0.2.10", 128), .ports = { 1, { { 80, 79 } } } },
		{ .mark = 1, .address = net("192.0.2.10", 128), .ports = { 2, { { 80, 90 }, { 90, 95 } } } },
		{ .mark = 1, .address = net("192.0.2.10", 128), .ports = { .n = LVS_PORTS_MAX + 1 } },
	};
	struct lvs_classifier *classifier = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(lvs_classifier_new(&bad[i], 1, &hash_key, &classifier), -EINVAL);
	assert_int_equal(lvs_classifier_new(bad, LVS_MARK_RULES_MAX + 1, &hash_key, &classifier), -EINVAL);
	assert_null(classifier);
}

static unsigned int draw(unsigned int *rand, unsigned int n)
{
	*rand = *rand * 1103515245 + 12345;
	return *rand / 65536 % n;
}

static struct lvs_prefix random_prefix(unsigned int *rand, bool ip4)
{
	static const uint8_t bits4[] = { 128, 128, 127, 126, 124, 120, 112, 96 }, bits6[] = { 128, 128, 127, 126, 64, 48, 1, 0 };
	const struct lvs_addr mask = lvs_prefix_mask(ip4 ? bits4[draw(rand, 8)] : bits6[draw(rand, 8)]);
	struct lvs_addr addr = test_addr(ip4 ? "192.0.2.0" : "2001:db8::");
	struct lvs_prefix prefix = { .bits = 0 };

	addr.bytes[15] = (uint8_t)draw(rand, 8);
	addr.bytes[7] ^= ip4 ? 0 : (uint8_t)draw(rand, 2);
	prefix.addr = lvs_addr_masked(&addr, &mask);
	while (prefix.bits < 128 && mask.bytes[prefix.bits / 8] & 0x80 >> prefix.bits % 8)
		prefix.bits++;
	return prefix;
}

static struct lvs_mark_rule random_rule(unsigned int *rand)
{
	static const uint8_t protos[] = { 0, LVS_PROTO_TCP, LVS_PROTO_UDP };
	bool ip4 = draw(rand, 2);
	struct lvs_mark_rule rule = { .mark = 1 + draw(rand, 9), .proto = protos[draw(rand, 3)], .address = random_prefix(rand, ip4) };
	uint32_t from = 0;

	rule.transparent = draw(rand, 3);
	if (draw(rand, 3) == 0)
		rule.client = random_prefix(rand, ip4);
	for (uint32_t i = 0, n = draw(rand, 4); i < n; i++) {
		uint32_t first = from + draw(rand, 8), last = first + draw(rand, 6);

		rule.ports.ranges[rule.ports.n++] = (struct lvs_port_range){ (uint16_t)first, (uint16_t)last };
		from = last + 1;
	}
	if (rule.ports.n && draw(rand, 4) == 0)
		rule.ports.ranges[rule.ports.n - 1].last = UINT16_MAX;
	return rule;
}

static bool fits(const struct lvs_mark_rule *rule, const struct lvs_tuple *tuple)
{
	bool port = !rule->ports.n;

	for (uint32_t i = 0; i < rule->ports.n; i++)
		port |= lvs_host16(tuple->dport) >= rule->ports.ranges[i].first &&
			lvs_host16(tuple->dport) <= rule->ports.ranges[i].last;
	return port && (!rule->proto || rule->proto == tuple->proto) && lvs_prefix_has(&rule->address, &tuple->dst) &&
	       lvs_prefix_has(&rule->client, &tuple->src);
}

static bool is_mark(const void *arg, uint32_t mark)
{
	return *(const uint32_t *)arg == mark;
}

/* Whose is an address? Whatever one rule makes virtual is. */
static bool is_transparent(const struct lvs_mark_rule *rules, uint32_t n, const struct lvs_prefix *prefix)
{
	bool transparent = true;

	for (uint32_t i = 0; i < n; i++)
		if (lvs_prefix_equal(&rules[i].address, prefix))
			transparent = transparent && rules[i].transparent;
	return transparent;
}

static void compare_addr(const struct lvs_classifier *classifier, const struct lvs_mark_rule *rules, uint32_t n,
			 const struct lvs_addr *addr)
{
	bool covered = false, has[10] = { false };

	for (uint32_t i = 0; i < n; i++) {
		if (!lvs_prefix_has(&rules[i].address, addr))
			continue;
		has[rules[i].mark] = true;
		covered |= !rules[i].transparent;
	}
	assert_int_equal(lvs_classifier_covers(classifier, addr), covered);
	for (uint32_t mark = 1; mark < ARRAY_LEN(has); mark++)
		assert_int_equal(lvs_classifier_any(classifier, addr, is_mark, &mark), has[mark]);
}

/* Each address of a rule is told once, and nothing else is. */
static void compare_prefixes(const struct lvs_classifier *classifier, const struct lvs_mark_rule *rules, uint32_t n)
{
	const struct lvs_prefix *prefix;
	uint32_t distinct = 0, told = 0;
	bool transparent;

	for (uint32_t i = 0; i < n; i++) {
		bool again = false;

		for (uint32_t k = 0; k < i; k++)
			again |= lvs_prefix_equal(&rules[k].address, &rules[i].address);
		distinct += !again;
	}
	for (; (prefix = lvs_classifier_prefix(classifier, told, &transparent)); told++) {
		bool known = false;

		for (uint32_t i = 0; i < n; i++)
			known |= lvs_prefix_equal(prefix, &rules[i].address);
		assert_true(known);
		assert_int_equal(transparent, is_transparent(rules, n, prefix));
	}
	assert_int_equal(told, distinct);
}

/* The judge goes through all rules from the first to the last. */
static void a_plain_search_agrees(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP, LVS_PROTO_SCTP };
	static const uint16_t far[] = { 100, 32767, 65534, 65535 };
	unsigned int rand = 20261123, marked = 0;

	(void)state;
	for (unsigned int turn = 0; turn < 1000; turn++) {
		struct lvs_mark_rule rules[40];
		uint32_t n = draw(&rand, ARRAY_LEN(rules) + 1);
		struct lvs_classifier *classifier;

		for (uint32_t i = 0; i < n; i++)
			rules[i] = random_rule(&rand);
		classifier = make(rules, n);
		compare_prefixes(classifier, rules, n);
		for (unsigned int i = 0; i < 300; i++) {
			bool ip4 = draw(&rand, 2);
			const struct lvs_prefix src = random_prefix(&rand, ip4), dst = random_prefix(&rand, ip4);
			const uint16_t port = (uint16_t)(draw(&rand, 8) ? draw(&rand, 45) : far[draw(&rand, 4)]);
			const struct lvs_tuple tuple = { .src = src.addr, .dst = dst.addr, .dport = LVS_BE16(port),
							 .proto = protos[draw(&rand, 3)] };
			uint32_t rule = 0;

			while (rule < n && !fits(&rules[rule], &tuple))
				rule++;
			marked += rule < n;
			assert_int_equal(lvs_classify(classifier, &tuple), rule < n ? rules[rule].mark : 0);
			compare_addr(classifier, rules, n, &tuple.dst);
		}
		lvs_classifier_free(classifier);
	}
	/* Both answers were given often. */
	assert_true(marked > 50000 && marked < 250000);
}

/* All of one address and the widest lists: what would be quadratic would not end here. */
static void as_many_rules_as_there_may_be(void **state)
{
	struct lvs_mark_rule *rules = calloc(LVS_MARK_RULES_MAX, sizeof(*rules));
	struct lvs_classifier *classifier;

	(void)state;
	assert_non_null(rules);
	for (uint32_t i = 0; i < LVS_MARK_RULES_MAX; i++)
		rules[i] = (struct lvs_mark_rule){ .mark = i + 1, .proto = LVS_PROTO_TCP, .address = net("192.0.2.10", 128),
						   .ports = { 2, { { (uint16_t)(i / 2), (uint16_t)(i / 2) },
								   { (uint16_t)(32768 + i / 2), UINT16_MAX } } } };
	classifier = make(rules, LVS_MARK_RULES_MAX);
	for (uint32_t port = 0; port < 65536; port += 251) {
		const struct lvs_tuple tuple = to("10.0.0.1", "192.0.2.10", LVS_PROTO_TCP, (uint16_t)port);

		assert_int_equal(lvs_classify(classifier, &tuple), port < 32768 ? 2 * port + 1 : 1);
	}
	lvs_classifier_free(classifier);
	free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_of_a_rule_counts),
		cmocka_unit_test(the_first_rule_wins_however_long_its_prefix),
		cmocka_unit_test(no_rules_mark_nothing),
		cmocka_unit_test(rules_that_are_none_are_refused),
		cmocka_unit_test(a_plain_search_agrees),
		cmocka_unit_test(as_many_rules_as_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
