// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sender keeps what a TCP sender keeps, and the receiver keeps the bytes he has heard: whatever is said to him again
 * has to be what he heard the first time.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/helper.h"
#include "engine/sched.h"
#include "engine/segment.h"
#include "tests/lib/director.h"
#include "tests/lib/ftp_talk.h"

#define ISN 0xfffffe00u
#define STEPS_MAX 20000
#define TAILROOM 64	/* of which drivers have as much, and headroom beside it */
#define WHOLE 1400

static const char *const ends[2][3] = {
	{ "203.0.113.77", "198.51.100.200", "10.0.0.1" },
	{ "2001:db8:9::7", "2001:db8::1", "2001:db8:1::11" },
};

/* @una, @sent: bytes of the text; @heard: @nheard bytes of what became of it */
struct talk {
	struct director *director;
	unsigned int how;
	const uint8_t *text;
	size_t len;
	size_t una, sent;
	size_t nheard;
	uint8_t heard[FTP_TALK_MAX * 3];
	uint64_t helped[LVS_HELPED_COUNT];
};

static struct build from(const struct talk *talk, bool client)
{
	const char *const *who = ends[talk->how & 1];

	if (client)
		return (struct build){ .src = who[0], .sport = 40000, .dst = who[1], .dport = 21, .tcp_flags = LVS_TCP_ACK };
	return (struct build){ .src = who[2], .sport = 21, .dst = who[0], .dport = 40000, .tcp_flags = LVS_TCP_ACK,
			       .csum = talk->how & 2 ? BUILD_PARTIAL : BUILD_COMPLETE };
}

static void greet(struct talk *talk)
{
	struct lvs_rules *rules = lvs_engine_rules(talk->director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = test_addr(ends[talk->how & 1][1]), .port = LVS_BE16(21), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find("rr"), .helper = lvs_helper_find("ftp"),
	};
	struct build syn = from(talk, true), synack = from(talk, false), ask = from(talk, true);
	struct lvs_service *service;
	char commands[80] = "";

	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	director_serve(talk->director, LVS_PROTO_TCP, ends[talk->how & 1][1], 21, ends[talk->how & 1][2], 21);
	syn.tcp_flags = LVS_TCP_SYN;
	assert_int_equal(director_take(talk->director, &syn), LVS_DROP_NONE);
	synack.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
	synack.seq = ISN - 1;
	synack.ack = 1;
	assert_int_equal(director_take(talk->director, &synack), LVS_DROP_NONE);
	for (unsigned int i = 0; i < (talk->how >> 3 & 7); i++)
		strcat(commands, "PASV\r\n");
	if (talk->how & 4)
		strcat(commands, "AUTH TLS\r\n");
	ask.seq = 1;
	ask.ack = ISN;
	ask.quote = (const uint8_t *)commands;
	ask.quote_bytes = strlen(commands);
	assert_int_equal(director_take(talk->director, &ask), LVS_DROP_NONE);
}

static const char *hear(struct talk *talk, const struct lvs_packet *packet)
{
	struct lvs_packet parsed = *packet;
	const struct lvs_tcp *tcp;
	size_t off, at;

	if (lvs_packet_parse(&parsed))
		return "no packet";
	tcp = lvs_packet_at(&parsed, parsed.l4, sizeof(*tcp));
	off = lvs_segment_header_end(&parsed);
	at = lvs_host32(tcp->seq) - ISN;
	if (off == parsed.len)
		return NULL;
	if (at > talk->nheard || at + parsed.len - off > sizeof(talk->heard))
		return "heard ahead";
	for (; off < parsed.len; off++, at++) {
		if (at < talk->nheard && talk->heard[at] != parsed.data[off])
			return "heard otherwise before";
		talk->heard[at] = parsed.data[off];
		if (at == talk->nheard)
			talk->nheard++;
	}
	return NULL;
}

static const char *say(struct talk *talk, size_t begin, size_t end)
{
	struct build what = from(talk, false);
	enum lvs_drop drop;

	what.seq = ISN + (uint32_t)begin;
	what.quote = talk->text + begin;
	what.quote_bytes = end - begin;
	if (end == talk->len)
		what.tcp_flags |= LVS_TCP_FIN;
	if (end > talk->sent)
		talk->sent = end;
	drop = director_handle(talk->director, build_with_room(build(&what), TAILROOM));
	if (drop == LVS_DROP_STREAM_BUSY || drop == LVS_DROP_STREAM_GAP || drop == LVS_DROP_NO_TAILROOM)
		return NULL;
	if (drop || talk->director->nout != 1)
		return "dropped";
	return hear(talk, &talk->director->out[0]);
}

static const char *acknowledge(struct talk *talk)
{
	struct build what = from(talk, true);
	const struct lvs_tcp *tcp;
	struct lvs_packet parsed;
	size_t acked;

	what.seq = 1000;
	what.ack = ISN + (uint32_t)talk->nheard;
	if (director_take(talk->director, &what) || talk->director->nout != 1)
		return "acknowledgement dropped";
	parsed = talk->director->out[0];
	if (lvs_packet_parse(&parsed))
		return "no acknowledgement";
	tcp = lvs_packet_at(&parsed, parsed.l4, sizeof(*tcp));
	acked = lvs_host32(tcp->ack) - ISN;
	if (acked < talk->una || acked > talk->sent)
		return "acknowledged what was not sent, or less than before";
	talk->una = acked;
	return NULL;
}

static const char *run(struct talk *talk, const uint8_t *cuts, size_t ncuts)
{
	const char *wrong = NULL;

	assert_int_equal(director_setup((void **)&talk->director), 0);
	greet(talk);
	for (size_t step = 0; talk->una < talk->len && !wrong; step++) {
		uint8_t cut = step < ncuts ? cuts[step] : 0;
		size_t begin = step < ncuts && !(cut & 0x40) && talk->sent < talk->len ? talk->sent : talk->una;
		size_t most = step < ncuts ? (cut & 0x3f) + 1U : WHOLE;

		if (step == STEPS_MAX)
			wrong = "it never ends";
		else
			wrong = say(talk, begin, begin + LVS_MIN(most, talk->len - begin));
		if (!wrong && !(cut & 0x80))
			wrong = acknowledge(talk);
	}
	memcpy(talk->helped, lvs_engine_stats(talk->director->engine)->helped, sizeof(talk->helped));
	director_teardown((void **)&talk->director);
	return wrong;
}

const char *ftp_talk(unsigned int how, const uint8_t *cuts, size_t ncuts, const uint8_t *text, size_t len)
{
	struct talk *whole = calloc(1, sizeof(*whole)), *pieces = calloc(1, sizeof(*pieces));
	const char *wrong;

	assert_true(whole && pieces && len <= FTP_TALK_MAX);
	whole->how = pieces->how = how;
	whole->text = pieces->text = text;
	whole->len = pieces->len = len;
	wrong = run(whole, NULL, 0);
	if (!wrong)
		wrong = run(pieces, cuts, ncuts);
	if (!wrong && (whole->nheard != pieces->nheard || memcmp(whole->heard, pieces->heard, whole->nheard)))
		wrong = "heard another text";
	if (!wrong && memcmp(whole->helped, pieces->helped, sizeof(whole->helped)))
		wrong = "counted otherwise";
	free(whole);
	free(pieces);
	return wrong;
}
