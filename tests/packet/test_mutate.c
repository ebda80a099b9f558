// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ten thousand damaged packets of each kind through the whole engine. Damage is what bad hardware, bad software and bad
 * people do: bits flip, bytes take extreme values, lengths lie, tails are missing or too long, offload headers are
 * invented. Half of the time checksums are made right again, or the damage would hardly get past the front door. The model
 * compares what comes out with what went in and goes through the books after each packet; sanitizers see the rest. The
 * random numbers are the same in every run.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/model.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define ROUNDS 10000
#define ROOM 256	/* bytes that a mutant may grow by */

#define REQUEST4 .src = "198.51.100.7", .dst = "192.0.2.1", .sport = 40000
#define REQUEST6 .src = "2001:db8:c::7", .dst = "2001:db8::1", .sport = 40000
#define REPLY4 .src = "10.0.0.11", .dst = "198.51.100.7", .dport = 40000
#define REPLY6 .src = "2001:db8:1::11", .dst = "2001:db8:c::7", .dport = 40000
#define TO_TCP .dport = 80
#define FROM_TCP .sport = 8080
#define TO_UDP .proto = LVS_PROTO_UDP, .dport = 53
#define FROM_UDP .proto = LVS_PROTO_UDP, .sport = 5353
#define PARTIAL .csum = BUILD_PARTIAL

static const struct kind {
	const char *what;
	struct build build;
	bool error;	/* not the packet itself, but an ICMP error about it */
} kinds[] = {
	{ "SYN", { REQUEST4, TO_TCP, .tcp_flags = LVS_TCP_SYN, .tcp_options = 20 } },
	{ "SYN, IPv6", { REQUEST6, TO_TCP, .tcp_flags = LVS_TCP_SYN, .tcp_options = 20 } },
	{ "data", { REQUEST4, TO_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 33 } },
	{ "data, IPv6", { REQUEST6, TO_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 33 } },
	{ "reply", { REPLY4, FROM_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 34 } },
	{ "reply, IPv6", { REPLY6, FROM_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 34 } },
	{ "partial", { REQUEST4, TO_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 33, PARTIAL } },
	{ "super-packet", { REQUEST6, TO_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 330, PARTIAL, .gso_size = 100 } },
	{ "super-packet reply", { REPLY4, FROM_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 330, PARTIAL, .gso_size = 100 } },
	{ "query", { REQUEST4, TO_UDP, .payload = 21 } },
	{ "query, IPv6", { REQUEST6, TO_UDP, .payload = 21 } },
	{ "answer", { REPLY4, FROM_UDP, .payload = 22 } },
	{ "answer, IPv6", { REPLY6, FROM_UDP, .payload = 22 } },
	{ "query without a sum", { REQUEST4, TO_UDP, .payload = 21, .csum = BUILD_NO_CSUM } },
	{ "UDP segments", { REQUEST4, TO_UDP, .payload = 330, PARTIAL, .gso_size = 100 } },
	{ "IPv4 options", { REQUEST4, TO_TCP, .tcp_flags = LVS_TCP_ACK, .ip_options = "\7\7\4\0\0\0\0\224\4\0\0",
			    .ip_options_len = 11 } },
	{ "extension headers", { REQUEST6, TO_TCP, .tcp_flags = LVS_TCP_ACK, .payload = 9, .ext_count = 4,
				 .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_DSTOPTS, LVS_PROTO_ROUTING, LVS_PROTO_FRAGMENT } } },
	{ "ping", { REQUEST4, .proto = LVS_PROTO_ICMP, .icmp_type = LVS_ICMP_ECHO, .payload = 33 } },
	{ "ping, IPv6", { REQUEST6, .proto = LVS_PROTO_ICMP6, .icmp_type = LVS_ICMP6_ECHO, .payload = 33 } },
	{ "error about a request", { .src = "198.51.100.7", .sport = 40000, .dst = "10.0.0.11", .dport = 8080,
				     .payload = 40 }, true },
	{ "error about a request, IPv6", { .src = "2001:db8:c::7", .sport = 40000, .dst = "2001:db8:1::11", .dport = 8080,
					   .payload = 40 }, true },
	{ "error about a reply", { .src = "192.0.2.1", .sport = 53, .dst = "198.51.100.7", .dport = 40000,
				   .proto = LVS_PROTO_UDP, .payload = 40 }, true },
	{ "error about a reply, IPv6", { .src = "2001:db8::1", .sport = 53, .dst = "2001:db8:c::7", .dport = 40000,
					 .proto = LVS_PROTO_UDP, .payload = 40 }, true },
	{ "first fragment", { REQUEST4, TO_UDP, .payload = 100, .frag_bytes = 48, .id = 1 } },
	{ "first fragment, IPv6", { REQUEST6, TO_UDP, .payload = 100, .frag_bytes = 48, .id = 1 } },
	{ "later fragment", { REQUEST4, TO_UDP, .payload = 100, .frag_offset = 48, .frag_bytes = 60, .id = 1 } },
	{ "later fragment, IPv6", { REQUEST6, TO_UDP, .payload = 100, .frag_offset = 48, .frag_bytes = 60, .id = 1 } },
	{ "GRE", { .src = "198.51.100.7", .dst = "203.0.113.9", .proto = 47, .payload = 60 } },
};

/* xorshift64*, Vigna 2014 */
static uint64_t draw(uint64_t *random)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return *random * 0x2545f4914f6cdd1dULL;
}

static uint32_t below(uint64_t *random, uint32_t n)
{
	return (uint32_t)((draw(random) >> 32) * n >> 32);
}

static bool one_in(uint64_t *random, uint32_t n)
{
	return below(random, n) == 0;
}

static void damage_byte(uint64_t *random, uint8_t *bytes, size_t len)
{
	static const uint8_t extremes[] = { 0, 1, 4, 8, 0x7f, 0x80, 0xfe, 0xff };
	size_t headers = LVS_MIN(len, 80U);	/* where it hurts */
	size_t at = below(random, (uint32_t)(one_in(random, 8) ? len : headers));

	switch (below(random, 5)) {
	case 0:
		bytes[at] ^= (uint8_t)(1U << below(random, 8));
		break;
	case 1:
		bytes[at] = extremes[below(random, ARRAY_LEN(extremes))];
		break;
	case 2:
		bytes[at] = (uint8_t)draw(random);
		break;
	case 3:
		bytes[at] = (uint8_t)(bytes[at] + 1 - 2 * below(random, 2));
		break;
	default:
		memcpy(bytes + at, bytes + below(random, (uint32_t)len), 1);
		break;
	}
}

static void damage_vnet(uint64_t *random, struct lvs_vnet *vnet, size_t len)
{
	uint16_t values[] = { 0, 1, 20, 40, 0xffff, (uint16_t)len, (uint16_t)draw(random) };
	uint16_t value = values[below(random, ARRAY_LEN(values))];

	switch (below(random, 6)) {
	case 0:
		vnet->flags = (uint8_t)below(random, 4);
		break;
	case 1:
		vnet->gso_type = (uint8_t)draw(random) & 0x87;
		break;
	case 2:
		vnet->hdr_len = value;
		break;
	case 3:
		vnet->gso_size = value;
		break;
	case 4:
		vnet->csum_start = value;
		break;
	default:
		vnet->csum_offset = value;
		break;
	}
}

/* Length fields say what is there. */
static void fix_lengths(uint8_t *bytes, size_t len)
{
	size_t field = len >= 20 && bytes[0] >> 4 == 4 ? 2 : 4;
	size_t value = field == 2 ? len : len - 40;

	if (len < 20 || (field == 4 && len < 40))
		return;
	bytes[field] = (uint8_t)(value >> 8);
	bytes[field + 1] = (uint8_t)value;
}

static void fix_icmp(uint8_t *bytes, size_t len)
{
	bool ip6 = bytes[0] >> 4 == 6;
	size_t at = ip6 ? 40 : (bytes[0] & 0xfU) * 4;
	uint32_t sum = 0;
	uint16_t csum;

	if (len < at + 8 || bytes[ip6 ? 6 : 9] != (ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP))
		return;
	bytes[at + 2] = bytes[at + 3] = 0;
	if (ip6)
		sum = build_sum(0, bytes + 8, 32) + LVS_PROTO_ICMP6 + (uint32_t)(len - at);
	csum = (uint16_t)~build_fold(build_sum(build_fold(sum), bytes + at, len - at));
	bytes[at + 2] = (uint8_t)(csum >> 8);
	bytes[at + 3] = (uint8_t)csum;
}

/* In a block of exactly its length. */
static struct lvs_packet mutant(uint64_t *random, const struct lvs_packet *packet)
{
	uint8_t bytes[1024];
	size_t len = packet->len;
	struct lvs_vnet vnet = packet->vnet;
	struct lvs_packet made;

	assert_true(len + ROOM <= sizeof(bytes));
	memcpy(bytes, packet->data, len);
	if (one_in(random, 6)) {
		len = below(random, (uint32_t)len + 1);
	} else if (one_in(random, 6)) {
		size_t more = below(random, ROOM);

		memset(bytes + len, (int)below(random, 256), more);
		len += more;
	}
	for (uint32_t n = below(random, 4); n && len; n--)
		damage_byte(random, bytes, len);
	if (one_in(random, 6))
		damage_vnet(random, &vnet, len);
	if (one_in(random, 2))
		fix_lengths(bytes, len);
	if (len >= 20 && !one_in(random, 8)) {
		if (bytes[0] >> 4 == 4 && (bytes[0] & 0xfU) * 4 >= 20 && (bytes[0] & 0xfU) * 4 <= len)
			build_fix_ip4(bytes);
		fix_icmp(bytes, len);
	}
	made = build_raw(bytes, len);
	made.vnet = vnet;
	return made;
}

static struct lvs_packet make(const struct kind *kind, uint32_t id)
{
	struct build what = kind->build;
	struct lvs_packet packet;

	what.id = id;
	packet = build(&what);
	if (kind->error) {
		bool ip6 = *packet.data >> 4 == 6;
		struct build error = {
			.src = kind->build.dst, .dst = kind->build.src, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
			.icmp_type = ip6 ? 1 : 3, .quote = packet.data, .quote_bytes = packet.len,
		};
		struct lvs_packet about = packet;

		packet = build(&error);
		build_free(&about);
	}
	return packet;
}

static void hand_in(struct model *model, struct lvs_packet packet)
{
	uint8_t *block = packet.data;

	model_handle(model, &packet, 1);
	free(block);
}

/* The other half of a fragment's datagram, whole. */
static void hand_in_other_half(struct model *model, const struct kind *kind, uint32_t id)
{
	struct build what = kind->build;

	what.frag_bytes = what.frag_offset ? 48 : 60;
	what.frag_offset = what.frag_offset ? 0 : 48;
	what.id = id;
	hand_in(model, build(&what));
}

/* The connections that the kinds belong to; most damage leaves them be, some of it ends them. */
static void open_connections(struct model *model, uint8_t flags)
{
	static const struct build firsts[] = { { REQUEST4, TO_TCP }, { REQUEST6, TO_TCP }, { REQUEST4, TO_UDP },
					       { REQUEST6, TO_UDP } };

	for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
		struct build first = firsts[i];

		first.tcp_flags = flags;
		hand_in(model, build(&first));
	}
}

static void one_server_each(struct model *model)
{
	for (unsigned int i = 0; i < 4; i++)
		model_toggle_server(model, i & 1, i & 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP, 0, 1, 1);
}

/**
 * struct outcome - of one kind's mutants
 * @taken:	forwarded or answered; @passed: not ours any more, or never
 * @drained:	dropped because their server is
 * @digest:	of all that came out
 */
struct outcome {
	uint64_t taken, passed, drained;
	uint64_t digest;
};

/* What was drained is put back, gets the connections, and has a second for them. */
static void drain(struct model *model)
{
	for (unsigned int seconds = 0; seconds < 2; seconds++) {
		for (unsigned int i = 0; i < 4; i++)
			model_drain_server(model, i & 1, i & 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP, 0, 0, seconds);
		model_advance(model, 0);
		if (seconds)
			continue;
		open_connections(model, LVS_TCP_SYN);
		open_connections(model, LVS_TCP_ACK);
	}
	model_advance(model, LVS_NS_PER_SEC);
}

/* @watched: most of the time somebody traces it */
static struct outcome torment(const struct kind *kind, uint64_t seed, bool drains, bool watched)
{
	static const struct lvs_engine_settings settings = { .ping = LVS_PING_ALWAYS, .reply_rate = 1000 };
	struct outcome outcome = { 0 };
	uint64_t random = seed;
	struct model model;

	model_init(&model, 64, &settings);
	one_server_each(&model);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		const struct lvs_stats *stats = lvs_engine_stats(model.engine);
		struct lvs_packet packet = make(kind, i);
		uint32_t half = kind->build.frag_bytes ? below(&random, 3) : 0;
		uint64_t taken, passed;

		if (i % 64 == 0) {
			model_advance(&model, LVS_NS_PER_SEC);
			open_connections(&model, LVS_TCP_SYN);
			if (drains)
				drain(&model);
			if (watched && i / 64 % 5 % 4 == 0)
				model_toggle_watch(&model, (uint8_t)(i / 64));
		}
		if (half == 1)
			hand_in_other_half(&model, kind, i);
		taken = stats->forwarded + stats->answered;
		passed = stats->passed;
		hand_in(&model, mutant(&random, &packet));
		outcome.taken += stats->forwarded + stats->answered - taken;
		outcome.passed += stats->passed - passed;
		if (half == 2)
			hand_in_other_half(&model, kind, i);
		build_free(&packet);
		model.now += LVS_NS_PER_MS * 50;
	}
	model_advance(&model, LVS_SECONDS(1000));
	assert_int_equal(lvs_engine_conns(model.engine)->used, 0);
	assert_int_equal(lvs_engine_stats(model.engine)->held, 0);
	outcome.drained = lvs_engine_stats(model.engine)->dropped[LVS_DROP_DRAINED];
	outcome.digest = model.digest;
	model_fini(&model);
	return outcome;
}

static void damaged_packets_do_no_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct outcome outcome = torment(&kinds[i], 0x9e3779b97f4a7c15ULL + i, false, false);
		bool ours = strcmp(kinds[i].what, "GRE") != 0;

		/* Enough must have got through, or this tested the front door only. */
		if ((ours ? outcome.taken : outcome.passed) < ROUNDS / 10)
			fail_msg("%s: %llu taken, %llu passed", kinds[i].what, (unsigned long long)outcome.taken,
				 (unsigned long long)outcome.passed);
	}
}

/* They become resets, or begin anew nowhere. */
static void nor_to_servers_that_are_drained(void **state)
{
	uint64_t taken = 0, drained = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct outcome outcome = torment(&kinds[i], 0x2545f4914f6cdd1dULL + i, true, true);

		taken += outcome.taken;
		drained += outcome.drained;
	}
	print_message("%llu taken, %llu drained\n", (unsigned long long)taken, (unsigned long long)drained);
	assert_true(taken > ROUNDS && drained > ROUNDS);
}

static void the_same_packets_come_out_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i += 9) {
		assert_true(torment(&kinds[i], 7, false, false).digest == torment(&kinds[i], 7, false, true).digest);
		assert_true(torment(&kinds[i], 7, false, false).digest != torment(&kinds[i], 8, false, false).digest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_packets_do_no_damage),
		cmocka_unit_test(nor_to_servers_that_are_drained),
		cmocka_unit_test(the_same_packets_come_out_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
