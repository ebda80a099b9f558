// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sender with a text, a receiver who is to get that text with some of its words replaced, and the translation between
 * them. The model is the two texts and a table that says which byte of one stands where in the other; sequence numbers
 * are looked up in it, and every packet that leaves is built from it and compared byte by byte. Segments of all lengths are
 * lost on either side of the director and sent again in other pieces; acknowledgements with SACK blocks come back, and
 * get lost too. All numbers begin near the end of their range.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/segment.h"
#include "engine/stream.h"
#include "tests/lib/build.h"

#define TEXT_MAX 2000
#define EDITS_MAX 40
#define RUNS 1500
#define GSO 40

struct word {
	uint32_t at, from_len, to_len;
	uint8_t bytes[LVS_STREAM_TEXT];
};

/**
 * struct world
 * @from, @to:	the two texts
 * @words:	what differs, in order
 * @map:	where the byte of @from stands in @to; of a byte in the midst of a word, UINT32_MAX
 * @passed:	bytes of @from that the director has let pass
 * @acked, @acked_to: the most that the director has seen acknowledged, in either text
 * @una:	the most that the sender has seen acknowledged; @sent: what he has ever sent
 * @got:	by byte of @to: the receiver has it; @have: so many from the beginning
 */
struct world {
	uint64_t seed;
	uint8_t from[TEXT_MAX], to[TEXT_MAX * 2];
	uint32_t from_len, to_len, nwords;
	struct word words[EDITS_MAX];
	uint32_t map[TEXT_MAX + 1];
	uint32_t passed, acked, acked_to, una, sent, have;
	bool got[TEXT_MAX * 2];
	uint32_t isn, isn_to, other, other_to, ts, ts_to, ts_other, ts_other_to;
	bool ip6;
	enum lvs_dir dir;
	struct lvs_streams streams;
	struct lvs_conn conn;
};

static uint32_t draw(struct world *world, uint32_t below)
{
	world->seed = world->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((world->seed >> 33) % below);
}

static void make_texts(struct world *world)
{
	uint32_t at = 0;

	world->from_len = 1 + draw(world, TEXT_MAX - 1);
	for (uint32_t i = 0; i < world->from_len; i++)
		world->from[i] = (uint8_t)draw(world, 256);
	while (world->nwords < EDITS_MAX) {
		struct word *word = &world->words[world->nwords];

		word->at = at + draw(world, 200) * draw(world, 2);
		word->from_len = 1 + draw(world, 30);
		word->to_len = draw(world, LVS_STREAM_TEXT + 1);
		if (word->at + word->from_len > world->from_len)
			break;
		for (uint32_t i = 0; i < word->to_len; i++)
			word->bytes[i] = (uint8_t)draw(world, 256);
		at = word->at + word->from_len;
		world->nwords++;
	}
	at = 0;
	for (uint32_t n = 0; n <= world->nwords; n++) {
		const struct word *word = n < world->nwords ? &world->words[n] : NULL;

		for (; at < (word ? word->at : world->from_len); at++) {
			world->map[at] = world->to_len;
			world->to[world->to_len++] = world->from[at];
		}
		world->map[at] = world->to_len;
		if (!word)
			break;
		memcpy(world->to + world->to_len, word->bytes, word->to_len);
		world->to_len += word->to_len;
		for (uint32_t i = 1; i < word->from_len; i++)
			world->map[at + i] = UINT32_MAX;
		at += word->from_len;
	}
}

/* The boundary in @from at or before @at that is in no word; @up: at or behind it. */
static uint32_t edge(const struct world *world, uint32_t at, bool up)
{
	while (world->map[at] == UINT32_MAX)
		at += up ? 1 : -1u;
	return at;
}

/* The boundary in what passed of @from that stands at @at in @to, or the next one before; @up: the next one behind. */
static uint32_t edge_back(const struct world *world, uint32_t at, bool up)
{
	uint32_t best = up ? world->passed : 0;

	for (uint32_t i = 0; i <= world->passed; i++) {
		if (world->map[i] == UINT32_MAX)
			continue;
		if (world->map[i] == at)
			best = i;		/* the last of those: what became nothing is acknowledged with what is before it */
		else if (!up && world->map[i] < at)
			best = i;
	}
	if (!up)
		return best;
	for (uint32_t i = world->passed + 1; i-- > 0;)
		if (world->map[i] != UINT32_MAX && world->map[i] >= at && world->map[best] != at)
			best = i;
	return best;
}

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_timestamps(uint8_t *options, uint32_t value, uint32_t echo)
{
	memcpy(options, "\1\1\10\12", 4);
	put32(options + 4, value);
	put32(options + 8, echo);
}

static struct build data_of(const struct world *world, bool sent, uint32_t seq, const uint8_t *bytes, uint32_t len,
			    uint8_t *options)
{
	bool reply = world->dir == LVS_DIR_REPLY;
	struct build what = {
		.src = world->ip6 ? "2001:db8::1" : "192.0.2.1", .dst = world->ip6 ? "2001:db8::2" : "192.0.2.2",
		.sport = reply ? 21 : 40000, .dport = reply ? 40000 : 21, .window = 500, .tcp_flags = LVS_TCP_ACK,
		.seq = seq, .ack = sent ? world->other_to : world->other, .tcp_options = 12, .options = options,
		.quote = bytes, .quote_bytes = len,
	};

	put_timestamps(options, sent ? world->ts : world->ts_to, sent ? world->ts_other_to : world->ts_other);
	return what;
}

/*
 * As a helper does it: what is new and whole is replaced, what is not whole waits.
 * Return: how far the segment goes now
 */
static uint32_t replace_new(struct world *world, struct lvs_stream_segment *segment, uint32_t begin, uint32_t end)
{
	for (uint32_t n = 0; n < world->nwords; n++) {
		const struct word *word = &world->words[n];
		uint32_t off = word->at - begin + segment->grown;

		if (word->at < world->passed || word->at >= end)
			continue;
		if (word->at + word->from_len <= end) {
			enum lvs_drop drop = lvs_stream_replace(&world->streams, segment, off, word->from_len, word->bytes,
								word->to_len);

			if (!drop)
				continue;
			assert_int_equal(drop, LVS_DROP_STREAM_BUSY);
		}
		lvs_stream_cut(segment, off);
		return word->at;
	}
	return end;
}

static void receive(struct world *world, uint32_t at, uint32_t len)
{
	for (uint32_t i = at; i < at + len; i++)
		world->got[i] = true;
	while (world->have < world->to_len && world->got[world->have])
		world->have++;
}

/* What the receiver does not have yet must be right; the rest he throws away. */
static void check_old(const struct world *world, const struct lvs_packet *packet)
{
	uint32_t off = lvs_segment_header_end(packet), at;
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));

	at = lvs_host32(tcp->seq) - world->isn_to;
	for (; off < packet->len; off++, at++)
		if ((int32_t)(at - world->acked_to) >= 0)
			assert_int_equal(packet->data[off], world->to[at]);
}

/* The segment of @begin to @end goes through the director, and perhaps arrives. */
static void send(struct world *world, uint32_t begin, uint32_t end)
{
	uint8_t options[12];
	struct build what = data_of(world, true, world->isn + begin, world->from + begin, end - begin, options);
	struct lvs_stream_segment segment;
	struct lvs_packet packet;
	uint32_t stop;

	what.csum = draw(world, 2) ? BUILD_PARTIAL : BUILD_COMPLETE;
	what.gso_size = what.csum == BUILD_PARTIAL && end - begin > GSO ? GSO : 0;
	packet = build_with_room(build(&what), 300);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_stream_enter(&world->streams, &world->conn, &packet, world->dir, &segment), LVS_DROP_NONE);
	assert_int_equal(segment.seq, world->isn + begin);
	assert_int_equal(segment.end, world->isn + end);
	if (begin > world->passed) {	/* a helper lets nothing pass that is ahead of its turn */
		build_free(&packet);
		return;
	}
	stop = replace_new(world, &segment, begin, end);
	world->passed = LVS_MAX(world->passed, stop);
	lvs_stream_leave(&world->streams, &segment);
	if (begin >= world->acked) {
		uint32_t first = edge(world, begin, false), last = stop == begin ? first : edge(world, stop, true);

		what = data_of(world, false, world->isn_to + world->map[first], world->to + world->map[first],
			       world->map[last] - world->map[first], options);
		what.csum = packet.vnet.flags ? BUILD_PARTIAL : BUILD_COMPLETE;
		what.gso_size = packet.vnet.gso_size;
		if (what.quote_bytes > GSO && stop == end && end - begin > GSO && packet.vnet.flags && world->nwords == 0)
			assert_int_equal(packet.vnet.gso_size, GSO);
		assert_true(what.quote_bytes > GSO || !packet.vnet.gso_size);
		build_expect("data", &packet, build(&what));
		if (draw(world, 4))
			receive(world, world->map[first], (uint32_t)what.quote_bytes);
	} else {
		check_old(world, &packet);
	}
	build_free(&packet);
}

/* A block of what the receiver has behind a hole; or any other, to be mean. */
static void draw_block(struct world *world, uint32_t *ret_left, uint32_t *ret_right)
{
	uint32_t most = world->map[edge(world, world->passed, false)], left = world->have, right;

	left += draw(world, most - left + 1);
	while (left < most && !world->got[left] && draw(world, 8))
		left++;
	right = left;
	while (right < most && world->got[right])
		right++;
	if (left == right)
		right += draw(world, most - left + 1);
	*ret_left = left;
	*ret_right = right;
}

static void acknowledge(struct world *world)
{
	uint32_t ack = draw(world, 3) ? world->have : world->acked_to + draw(world, world->have - world->acked_to + 1);
	unsigned int nblocks = draw(world, 4);
	uint8_t options[40], expected[40];
	bool odd = draw(world, 2);
	bool reply = world->dir == LVS_DIR_REQUEST;
	struct build what = {
		.src = world->ip6 ? "2001:db8::2" : "192.0.2.2", .dst = world->ip6 ? "2001:db8::1" : "192.0.2.1",
		.sport = reply ? 21 : 40000, .dport = reply ? 40000 : 21, .window = 500, .tcp_flags = LVS_TCP_ACK,
		.seq = world->other, .ack = world->isn_to + ack, .tcp_options = (uint8_t)(16 + nblocks * 8),
		.options = options, .csum = draw(world, 2) ? BUILD_PARTIAL : BUILD_COMPLETE, .payload = draw(world, 3),
	};
	struct lvs_stream_segment segment;
	struct lvs_packet packet;

	memset(options, 1, sizeof(options));
	put_timestamps(options, world->ts_other, world->ts_to);
	if (nblocks) {
		options[12 + odd] = 5;
		options[12 + odd + 1] = (uint8_t)(2 + 8 * nblocks);
	}
	memcpy(expected, options, sizeof(expected));
	put_timestamps(expected, world->ts_other_to, world->ts);
	for (unsigned int i = 0; i < nblocks; i++) {
		uint32_t off = 12 + odd + 2 + 8 * i, left, right, left_from, right_from;

		draw_block(world, &left, &right);
		left_from = edge_back(world, left, true);
		right_from = edge_back(world, right, false);
		left_from = LVS_MIN(left_from, right_from);
		put32(options + off, world->isn_to + left);
		put32(options + off + 4, world->isn_to + right);
		put32(expected + off, world->isn + left_from);
		put32(expected + off + 4, world->isn + right_from);
	}
	packet = build(&what);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_stream_enter(&world->streams, &world->conn, &packet, !world->dir, &segment), LVS_DROP_NONE);
	lvs_stream_leave(&world->streams, &segment);
	what.seq = world->other_to;
	what.ack = world->isn + edge_back(world, ack, false);
	what.options = expected;
	build_expect("acknowledgement", &packet, build(&what));
	build_free(&packet);
	world->acked_to = LVS_MAX(world->acked_to, ack);
	world->acked = edge_back(world, world->acked_to, false);
	if (draw(world, 4))
		world->una = LVS_MAX(world->una, world->acked);
}

static void set_up(struct world *world, uint64_t seed)
{
	struct lvs_stream *stream;

	*world = (struct world){ .seed = seed };
	draw(world, 2);
	make_texts(world);
	world->ip6 = draw(world, 2);
	world->dir = draw(world, 2) ? LVS_DIR_REQUEST : LVS_DIR_REPLY;
	world->isn = -draw(world, 1000);
	world->isn_to = world->isn + (draw(world, 2) ? draw(world, UINT32_MAX) : 0);
	world->other = -draw(world, 3);
	world->other_to = world->other + draw(world, UINT32_MAX);
	world->ts = draw(world, UINT32_MAX);
	world->ts_to = world->ts + (draw(world, 2) ? draw(world, UINT32_MAX) : 0);
	world->ts_other = draw(world, UINT32_MAX);
	world->ts_other_to = world->ts_other + draw(world, 2) * 1000;
	assert_int_equal(lvs_streams_init(&world->streams, 2, 1), 0);
	assert_non_null(lvs_stream_add_text(&world->streams, &world->conn));
	stream = lvs_stream_of(&world->streams, &world->conn);
	lvs_stream_shift(stream, world->dir, world->isn_to - world->isn);
	lvs_stream_shift(stream, !world->dir, world->other_to - world->other);
	lvs_stream_shift_timestamps(stream, world->dir, world->ts_to - world->ts);
	lvs_stream_shift_timestamps(stream, !world->dir, world->ts_other_to - world->ts_other);
	lvs_stream_start(stream, world->dir, world->isn);
}

static void run(struct world *world)
{
	for (unsigned int step = 0; world->una < world->from_len; step++) {
		uint32_t begin = world->sent, end;

		assert_true(step < 100000);
		if (world->sent == world->from_len || draw(world, 3) == 0)
			begin = draw(world, 2) ? world->una : world->una + draw(world, world->sent - world->una + 1);
		end = begin + 1 + draw(world, draw(world, 3) ? 300 : 12);
		end = LVS_MIN(end, world->from_len);
		world->sent = LVS_MAX(world->sent, end);
		if (draw(world, 4))
			send(world, begin, end);
		if (draw(world, 2))
			acknowledge(world);
	}
	assert_int_equal(world->have, world->to_len);
}

static void test_random(void **state)
{
	struct world *world = malloc(sizeof(*world));

	(void)state;
	assert_non_null(world);
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		set_up(world, seed);
		run(world);
		lvs_stream_remove(&world->streams, &world->conn);
		assert_int_equal(world->streams.used + world->streams.texts_used, 0);
		lvs_streams_fini(&world->streams);
	}
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
