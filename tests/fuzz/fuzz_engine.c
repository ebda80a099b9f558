// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole director, driven by a stream of operations: packets in bursts, time, servers and services that come, change
 * and go, settings. The model checks what comes out and goes through the books after each operation.
 *
 * An operation is a byte, then what it needs. Packets are made from a few bytes that choose among ends that matter, and
 * may be damaged or be any bytes at all; input that has run out reads as zeros.
 */
#include <stdlib.h>

#include "engine/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/build.h"
#include "tests/lib/model.h"

#define OPERATIONS_MAX 64
#define CAPACITY 12	/* few enough for the table to be full */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t take(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

static uint16_t take16(struct input *input)
{
	uint16_t high = take(input);

	return (uint16_t)(high << 8 | take(input));
}

static uint8_t one_of(struct input *input, const uint8_t *values, size_t n)
{
	return values[take(input) % n];
}

/* Ends of a request, of a reply, or of what passes by. */
static struct build take_ends(struct input *input)
{
	static const char *const clients[2][2] = { { "198.51.100.7", "203.0.113.9" }, { "2001:db8:c::7", "2001:db8:f::9" } };
	uint8_t which = take(input);
	bool ip6 = which & 1;
	uint8_t proto = which & 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP;
	const char *client = clients[ip6][which >> 2 & 1];
	uint16_t cport = (uint16_t)(40000 + (which >> 3 & 3));
	unsigned int vip = which >> 5 & 1;

	if (which & 0x80)
		return (struct build){ .src = model_server(ip6, vip), .sport = model_server_port(proto, vip), .dst = client,
				       .dport = cport, .proto = proto };
	if (which & 0x40)
		return (struct build){ .src = client, .sport = cport, .dst = clients[ip6][!(which >> 2 & 1)], .dport = 80,
				       .proto = proto };
	return (struct build){ .src = client, .sport = cport, .dst = model_vip(ip6, vip), .dport = model_vport(proto),
			       .proto = proto };
}

/* Bits: 0-1 kind of checksum, 2 super-packet, 3 options or extension headers, 4-5 fragment, 6-7 payload. */
static void take_shape(struct input *input, struct build *what)
{
	static const uint8_t headers[] = { LVS_PROTO_HOPOPTS, LVS_PROTO_DSTOPTS, LVS_PROTO_ROUTING, LVS_PROTO_FRAGMENT };
	static const size_t payloads[] = { 0, 1, 60, 200 };
	uint8_t shape = take(input);
	bool ip6 = what->src[4] == ':';

	what->csum = (enum build_csum)(shape & 3);
	what->payload = payloads[shape >> 6];
	what->tcp_flags = take(input);
	what->id = shape >> 4 & 1;
	if (shape & 4) {
		what->csum = BUILD_PARTIAL;
		what->gso_size = 50;
	}
	if (what->proto == LVS_PROTO_TCP && what->csum == BUILD_NO_CSUM)
		what->csum = BUILD_WRONG;
	if ((shape & 8) && ip6) {
		what->ext_count = 1 + take(input) % 3;
		for (size_t i = 0; i < what->ext_count; i++)
			what->ext[i] = one_of(input, headers, sizeof(headers));
	} else if (shape & 8) {
		what->ip_options = "\7\7\4\0\0\0\0";
		what->ip_options_len = 7;
	}
	if (shape & 0x20) {
		size_t total = what->payload + (what->proto == LVS_PROTO_TCP ? 20 : 8);

		what->frag_offset = take(input) % (total / 8 + 1) * 8;
		what->frag_bytes = 8U + take(input) % 8 * 8U;
		if (what->frag_offset >= total)
			what->frag_offset = 0;
		if (what->frag_offset + what->frag_bytes > total)
			what->frag_bytes = total - what->frag_offset;
	}
}

/* About a packet that the other side would have got; or a ping. */
static struct lvs_packet take_icmp(struct input *input)
{
	struct build about = take_ends(input), what = { .src = about.dst, .dst = about.src };
	bool ip6 = about.src[4] == ':';
	struct lvs_packet quoted, packet;

	take_shape(input, &about);
	quoted = build(&about);
	what.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP;
	what.icmp_type = take(input);
	what.icmp_code = take(input);
	what.icmp_rest = take16(input);
	what.csum = take(input) & 7 ? BUILD_COMPLETE : BUILD_WRONG;
	what.quote = quoted.data;
	what.quote_bytes = take(input);
	what.quote_bytes = LVS_MIN(what.quote_bytes, quoted.len);
	if (what.icmp_type == LVS_ICMP_ECHO || what.icmp_type == LVS_ICMP6_ECHO) {
		what.src = about.src;
		what.dst = about.dst;
	}
	packet = build(&what);
	build_free(&quoted);
	return packet;
}

static struct lvs_packet take_bytes(struct input *input)
{
	size_t len = take(input);
	struct lvs_packet packet;

	len = LVS_MIN(len, input->left);
	packet = build_raw(input->at, len);
	input->at += len;
	input->left -= len;
	fuzz_fix_ip4(packet.data, packet.len);
	return packet;
}

static void damage(struct input *input, struct lvs_packet *packet)
{
	uint8_t how = take(input);

	for (uint8_t n = how & 3; n && packet->len; n--) {
		size_t at = take(input) % packet->len;

		packet->data[at] = take(input);
	}
	if (how & 4) {
		struct lvs_packet shorter = build_prefix(packet, take(input) % (packet->len + 1));

		build_free(packet);
		*packet = shorter;
	}
	if (how & 8) {
		packet->vnet.flags = take(input) & 3;
		packet->vnet.gso_type = take(input);
		packet->vnet.hdr_len = packet->vnet.gso_size = take(input);
		packet->vnet.csum_start = take(input);
		packet->vnet.csum_offset = take(input);
	}
	if (how & 0x10)
		fuzz_fix_ip4(packet->data, packet->len);
}

static struct lvs_packet take_packet(struct input *input)
{
	uint8_t how = take(input);
	struct lvs_packet packet;

	if (how % 8 == 0) {
		packet = take_bytes(input);
	} else if (how % 8 == 1) {
		packet = take_icmp(input);
	} else {
		struct build what = take_ends(input);

		take_shape(input, &what);
		packet = build(&what);
	}
	if (how & 0x80)
		damage(input, &packet);
	return packet;
}

static void burst(struct model *model, struct input *input)
{
	struct lvs_packet packets[MODEL_BURST_MAX];
	uint8_t *blocks[MODEL_BURST_MAX];
	size_t n = 1U + take(input) % MODEL_BURST_MAX;

	for (size_t i = 0; i < n; i++) {
		packets[i] = take_packet(input);
		blocks[i] = packets[i].data;
	}
	model_handle(model, packets, n);
	for (size_t i = 0; i < n; i++)
		free(blocks[i]);
}

static struct lvs_engine_settings take_settings(struct input *input)
{
	uint8_t how = take(input);
	struct lvs_engine_settings settings = {
		.ping = (enum lvs_ping)(how % 3),
		.reply_rate = how & 4 ? 3 : how & 8 ? 0 : 1000,
	};

	settings.expire_nodest_conn = how & 0x40;
	settings.nat_icmp_send = how & 0x20;
	settings.conn_reuse = (enum lvs_reuse)(how >> 5 & 3);
	for (size_t i = 0; how & 0x10 && i < LVS_STATES_MAX; i++)
		settings.timeouts[how >> 5 & 1][i] = take(input);
	return settings;
}

static void operate(struct model *model, struct input *input)
{
	static const uint32_t mtus[] = { 0, 100, 576, 1280, 1500 };
	uint8_t what = take(input), which = take(input);
	bool ip6 = which & 1;
	uint8_t proto = which & 2 ? LVS_PROTO_UDP : LVS_PROTO_TCP;
	unsigned int vip = which >> 2 & 1, number = which >> 3;
	struct lvs_engine_settings settings;

	switch (what % 16) {
	case 0:
		model_advance(model, (lvs_ns)take16(input) * LVS_NS_PER_MS);
		break;
	case 1:
		model_advance(model, LVS_SECONDS(take16(input)));
		break;
	case 2:
		model->now += (lvs_ns)take16(input) * LVS_NS_PER_MS;	/* packets come before the timer does */
		break;
	case 3:
		model_toggle_service(model, ip6, proto, vip, number);
		break;
	case 4:
	case 5:
		model_toggle_server(model, ip6, proto, vip, number, take(input) % 4);
		break;
	case 6:
		model_edit_server(model, ip6, proto, vip, number, take(input) % 4, mtus[take(input) % ARRAY_LEN(mtus)]);
		break;
	case 7:
		model_edit_service(model, ip6, proto, vip, number);
		break;
	case 8:
		settings = take_settings(input);
		settings.decrement_ttl = model->takes_hop;
		lvs_engine_configure(model->engine, &settings, model->now);
		break;
	case 9:
		model_drain_server(model, ip6, proto, vip, number, take(input) % 4);
		break;
	case 10:
		model_limit_service(model, ip6, proto, vip, take(input));
		break;
	case 11:
		model_toggle_watch(model, which);
		break;
	default:
		burst(model, input);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = { bytes, size };
	struct lvs_engine_settings settings = take_settings(&input);
	struct model model;

	settings.decrement_ttl = take(&input) & 1;
	model_init(&model, CAPACITY, &settings);
	for (unsigned int i = 0; i < OPERATIONS_MAX && input.left; i++)
		operate(&model, &input);
	model_advance(&model, LVS_SECONDS(100000));
	CHECK(lvs_engine_conns(model.engine)->used == 0);
	CHECK(lvs_engine_stats(model.engine)->held == 0);
	model_fini(&model);
	return 0;
}
