// SPDX-License-Identifier: GPL-2.0-or-later
/* Files are built here number by number, in either byte order; tests/replay.sh reads those of another maker. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/pcap.h"

#define FILE_MAX 4096

struct file {
	bool big;
	size_t len;
	uint8_t bytes[FILE_MAX];
};

static void put(struct file *file, uint64_t value, size_t len)
{
	assert_true(file->len + len <= FILE_MAX);
	for (size_t i = 0; i < len; i++)
		file->bytes[file->len++] = (uint8_t)(value >> 8 * (file->big ? len - 1 - i : i));
}

static void put_text(struct file *file, const char *text, size_t padded)
{
	assert_true(file->len + padded <= FILE_MAX);
	memset(file->bytes + file->len, 0, padded);
	memcpy(file->bytes + file->len, text, strlen(text));
	file->len += padded;
}

static struct file pcap_file(bool big, uint32_t magic, uint32_t link)
{
	struct file file = { .big = big };

	put(&file, magic, 4);
	put(&file, 2, 2);
	put(&file, 4, 2);
	put(&file, 0, 8);
	put(&file, 65535, 4);
	put(&file, link, 4);
	return file;
}

static void put_record(struct file *file, uint32_t seconds, uint32_t fraction, uint32_t wire, const char *text)
{
	put(file, seconds, 4);
	put(file, fraction, 4);
	put(file, strlen(text), 4);
	put(file, wire, 4);
	put_text(file, text, strlen(text));
}

/* Blocks are begun, filled and ended, which writes their length twice. Return: where it began */
static size_t begin_block(struct file *file, uint32_t type)
{
	size_t at = file->len;

	put(file, type, 4);
	put(file, 0, 4);
	return at;
}

static void end_block(struct file *file, size_t at)
{
	size_t end = file->len;
	uint32_t len = (uint32_t)(end + 4 - at);

	file->len = at + 4;
	put(file, len, 4);
	file->len = end;
	put(file, len, 4);
}

static void put_section(struct file *file, bool big, uint16_t version)
{
	size_t at;

	file->big = big;
	at = begin_block(file, 0x0a0d0d0a);
	put(file, 0x1a2b3c4d, 4);
	put(file, version, 2);
	put(file, 0, 2);
	put(file, UINT64_MAX, 8);
	end_block(file, at);
}

/* @unit: of time, 0: not told; @offset: seconds, 0: not told */
static void put_interface(struct file *file, uint16_t link, uint32_t snaplen, uint8_t unit, int64_t offset)
{
	size_t at = begin_block(file, 1);

	put(file, link, 2);
	put(file, 0, 2);
	put(file, snaplen, 4);
	if (unit) {
		put(file, 9, 2);
		put(file, 1, 2);
		file->bytes[file->len++] = unit;
		put(file, 0, 3);
	}
	if (offset) {
		put(file, 14, 2);
		put(file, 8, 2);
		put(file, (uint64_t)offset, 8);
	}
	if (unit || offset)
		put(file, 0, 4);
	end_block(file, at);
}

/* @flags: 0: not told */
static void put_packet(struct file *file, uint32_t interface, uint64_t stamp, uint32_t wire, const char *text, uint32_t flags)
{
	size_t at = begin_block(file, 6), len = strlen(text);

	put(file, interface, 4);
	put(file, stamp >> 32, 4);
	put(file, stamp & UINT32_MAX, 4);
	put(file, len, 4);
	put(file, wire, 4);
	put_text(file, text, (len + 3) & ~(size_t)3);
	if (flags) {
		put(file, 1, 2);
		put(file, 5, 2);
		put_text(file, "hello", 8);
		put(file, 2, 2);
		put(file, 4, 2);
		put(file, flags, 4);
		put(file, 0, 4);
	}
	end_block(file, at);
}

static struct lvs_pcap *open_file(struct file *file, FILE **ret_file)
{
	struct lvs_pcap *pcap;

	*ret_file = fmemopen(file->bytes, file->len, "r");
	assert_non_null(*ret_file);
	assert_int_equal(lvs_pcap_new(*ret_file, &pcap), 0);
	return pcap;
}

static void close_file(struct lvs_pcap *pcap, FILE *file)
{
	lvs_pcap_free(pcap);
	fclose(file);
}

/* One packet of each file as "time:text", or why it is left out; in the end the error. */
static void expect(const char *what, struct file *file, const char *expected)
{
	char got[1000] = "";
	struct lvs_pcap_packet packet;
	struct lvs_pcap *pcap;
	FILE *stream;
	int found;

	pcap = open_file(file, &stream);
	while ((found = lvs_pcap_next(pcap, &packet)) == 1) {
		size_t at = strlen(got);

		if (packet.found == LVS_PCAP_PACKET)
			snprintf(got + at, sizeof(got) - at, "%llu:%.*s;", (unsigned long long)packet.time, (int)packet.len,
				 (const char *)packet.bytes);
		else
			snprintf(got + at, sizeof(got) - at, "%s;", lvs_pcap_why(packet.found));
	}
	assert_int_equal(!!lvs_pcap_error(pcap), found < 0);
	if (found < 0) {
		assert_int_equal(lvs_pcap_next(pcap, &packet), found);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s", lvs_pcap_error(pcap));
	}
	if (strcmp(got, expected) != 0)
		fail_msg("%s:\n%s\nnot\n%s", what, got, expected);
	close_file(pcap, stream);
}

static void reads_pcap_in_both_orders_and_both_units(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct file micro = pcap_file(big, 0xa1b2c3d4, 101), nano = pcap_file(big, 0xa1b23c4d, 0xf0000065);

		put_record(&micro, 1, 2, 3, "abc");
		put_record(&micro, UINT32_MAX, 999999, 1, "d");
		put_record(&micro, 0, 0, 9, "cut");
		put_record(&micro, 0, 0, 0, "");
		put_record(&micro, 0, 0, 2, "more");
		expect("microseconds", &micro, "1000002000:abc;4294967295999999000:d;cut short when they were captured;"
		       "end within their link header;0:more;");
		put_record(&nano, 1, 2, 3, "abc");
		expect("nanoseconds, and a check sequence told of", &nano, "1000000002:abc;");
	}
}

static void skips_link_headers(void **state)
{
	struct file file = pcap_file(false, 0xa1b2c3d4, 1);

	(void)state;
	put(&file, 1, 4);
	put(&file, 0, 4);
	put(&file, 17, 4);
	put(&file, 17, 4);
	put_text(&file, "123456123456\x08", 14);
	put_text(&file, "abc", 3);
	put_record(&file, 2, 0, 14, "123456123456ab");
	put_record(&file, 2, 0, 15, "123456123456abc");
	expect("Ethernet", &file, "1000000000:abc;end within their link header;hold no IP packet;");
}

static void reads_pcapng_in_both_orders(void **state)
{
	struct file file = { .len = 0 };

	(void)state;
	for (int big = 0; big < 2; big++) {
		put_section(&file, big, 1);
		put_interface(&file, 101, 0, 0, 0);
		put_interface(&file, 228, 0, 9, 0);
		put_interface(&file, 229, 0, 0x80 | 10, 100);
		put_interface(&file, 101, 0, 3, -1);
		put_interface(&file, 999, 0, 0, 0);
		put_packet(&file, 0, 5000001, 2, "ab", 0);
		put_packet(&file, 1, 5000001, 3, "abc", 1);
		put_packet(&file, 2, 1024 + 512, 4, "abcd", 0);
		put_packet(&file, 3, 1000, 5, "abcde", 4);
		put_packet(&file, 3, 999, 5, "early", 0);
		put_packet(&file, 4, 0, 1, "x", 0);
		put_packet(&file, 0, 0, 1, "x", 2);
		put_packet(&file, 0, 0, 2, "x", 0);
		put_packet(&file, 0, UINT64_MAX, 1, "x", 0);
	}
#define ONE_SECTION "5000001000:ab;5000001:abc;101500000000:abcd;0:abcde;without a time that can be;" \
	"of an interface whose link type is not known;marked as outbound;cut short when they were captured;" \
	"without a time that can be;"
	expect("two sections", &file, ONE_SECTION ONE_SECTION);
}

static void knows_units_of_time_that_can_be(void **state)
{
	static const struct {
		uint8_t unit;
		uint64_t stamp;
		int64_t offset;
		const char *expected;
	} rows[] = {
		{ 12, 7999, 0, "7:x;" },
		{ 19, UINT64_MAX, 0, "1844674407:x;" },
		{ 20, 1, 0, "without a time that can be;" },
		{ 0x80, 3, 0, "3000000000:x;" },
		{ 0x80 | 63, 1ULL << 63, 0, "1000000000:x;" },
		{ 0x80 | 64, 1, 0, "without a time that can be;" },
		{ 9, (1ULL << 62), 0, "4611686018427387904:x;" },
		{ 9, (1ULL << 62) + 1, 0, "without a time that can be;" },
		{ 9, 0, INT64_MAX, "without a time that can be;" },
		{ 9, 0, INT64_MIN, "without a time that can be;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct file file = { .len = 0 };

		put_section(&file, true, 1);
		put_interface(&file, 101, 0, rows[i].unit, rows[i].offset);
		put_packet(&file, 0, rows[i].stamp, 1, "x", 0);
		expect("a unit of time", &file, rows[i].expected);
	}
}

static void reads_packets_of_other_blocks(void **state)
{
	struct file file = { .len = 0 };
	size_t at;

	(void)state;
	put_section(&file, false, 1);
	put_interface(&file, 101, 4, 9, 0);
	at = begin_block(&file, 2);	/* the old one: interface, drops, and the rest as in the new one */
	put(&file, 0, 2);
	put(&file, 99, 2);
	put(&file, 0, 4);
	put(&file, 77, 4);
	put(&file, 3, 4);
	put(&file, 3, 4);
	put_text(&file, "old", 4);
	end_block(&file, at);
	at = begin_block(&file, 3);	/* the simple one has no time */
	put(&file, 3, 4);
	put_text(&file, "new", 4);
	end_block(&file, at);
	at = begin_block(&file, 3);
	put(&file, 9, 4);
	put_text(&file, "none", 4);
	end_block(&file, at);
	at = begin_block(&file, 0x80000001);
	put_text(&file, "of somebody else", 16);
	end_block(&file, at);
	expect("other blocks", &file, "77:old;77:new;cut short when they were captured;");
}

static void says_what_is_wrong(void **state)
{
	struct file file = { .len = 0 };
	size_t at;

	(void)state;
	put_text(&file, "this is a text", 14);
	expect("text", &file, "neither pcap nor pcapng");
	file = (struct file){ .len = 4, .bytes = { 0x1f, 0x8b, 8, 0 } };
	expect("gzip", &file, "compressed: unpack it first");
	file = pcap_file(false, 0xa1b2c3d4, 105);
	expect("802.11", &file, "link type 105 is not known: IP packets have type 1, 101, 113, 228, 229 or 276");
	file = pcap_file(false, 0xa1b2c3d4, 101);
	file.bytes[4] = 9;
	expect("version", &file, "pcap format 9, 2 is known");
	file.len = 20;
	expect("half a header", &file, "ends within a packet or block, at byte 20");
	file = pcap_file(false, 0xa1b2c3d4, 101);
	put(&file, 0, 8);
	put(&file, 1 << 20 | 1, 8);
	expect("a huge packet", &file, "broken before byte 40: a packet of more than a megabyte");
	file = pcap_file(false, 0xa1b2c3d4, 101);
	put_record(&file, 1, 0, 3, "abc");
	file.len--;
	expect("half a packet", &file, "ends within a packet or block, at byte 42");
	file.len = 0;
	put_section(&file, false, 2);
	expect("version of pcapng", &file, "pcapng format 2, 1 is known");
	file.len = 0;
	put_section(&file, false, 1);
	at = file.len;
	file.bytes[8] = 0;
	expect("no byte order", &file, "broken before byte 16: a section in no byte order");
	file.len = 0;
	put_section(&file, false, 1);
	put_packet(&file, 0, 0, 1, "x", 0);
	expect("no interface", &file, "broken before byte 60: a packet of an interface that was not described");
	file.len = at;
	put_section(&file, false, 1);
	file.bytes[file.len - 4]++;
	file.bytes[8] = 0x4d;
	expect("two lengths", &file, "broken before byte 56: a block with two lengths");
	file.len = at;
	put(&file, 6, 4);
	put(&file, 14, 4);
	expect("an odd length", &file, "broken before byte 36: a block of no possible length");
	file.len = at;
	put(&file, 6, 4);
	put(&file, UINT32_MAX - 3, 4);
	expect("a huge block", &file, "broken before byte 36: a packet of more than a megabyte");
	file.len = at;
	put(&file, 7, 4);
	put(&file, UINT32_MAX - 3, 4);
	expect("a huge block that is none of ours", &file, "ends within a packet or block, at byte 36");
	file.len = at;
	put_interface(&file, 101, 0, 0, 0);
	put_packet(&file, 0, 0, 4, "abcd", 0);
	file.bytes[at + 20 + 20] = 5;
	expect("longer than its block", &file, "broken before byte 80: a packet longer than its block");
}

static void has_room_for_so_many_interfaces(void **state)
{
	static uint8_t big[28 + 1025 * 20];
	struct file file = { .len = 0 };
	struct lvs_pcap_packet packet;
	struct lvs_pcap *pcap;
	FILE *stream;

	(void)state;
	put_section(&file, false, 1);
	put_interface(&file, 101, 0, 0, 0);
	memcpy(big, file.bytes, 28);
	for (size_t i = 0; i < 1025; i++)
		memcpy(big + 28 + i * 20, file.bytes + 28, 20);
	stream = fmemopen(big, sizeof(big), "r");
	assert_non_null(stream);
	assert_int_equal(lvs_pcap_new(stream, &pcap), 0);
	assert_int_equal(lvs_pcap_next(pcap, &packet), -EBADMSG);
	assert_string_equal(lvs_pcap_error(pcap), "broken before byte 20524: too many interfaces");
	close_file(pcap, stream);
}

/* Each byte of two files takes many values, and each file ends everywhere: nothing but what the contract says comes out. */
static void survives_any_damage(void **state)
{
	struct file files[2] = { pcap_file(true, 0xa1b2c3d4, 1), { .len = 0 } };

	(void)state;
	put_record(&files[0], 1, 2, 24, "123456123456\x08\x01uvwxyz1234");
	put_record(&files[0], 3, 4, 1, "x");
	put_section(&files[1], true, 1);
	put_interface(&files[1], 101, 0, 9, 5);
	put_packet(&files[1], 0, 5, 3, "abc", 1);
	for (size_t f = 0; f < 2; f++) {
		for (size_t at = 0; at < files[f].len; at++) {
			for (unsigned int value = 0; value < 256; value += 15) {
				struct file file = files[f];
				struct lvs_pcap_packet packet;
				struct lvs_pcap *pcap;
				FILE *stream;
				int n = 0, found;

				file.bytes[at] = (uint8_t)value;
				if (value % 2)
					file.len = at + 1;
				pcap = open_file(&file, &stream);
				while ((found = lvs_pcap_next(pcap, &packet)) == 1) {
					assert_true(packet.found < LVS_PCAP_FOUND_COUNT && packet.time <= LVS_PCAP_TIME_MAX);
					assert_true(packet.found != LVS_PCAP_PACKET || packet.len <= file.len);
					assert_true(++n < 10);
				}
				assert_true(found == 0 || found == -EBADMSG);
				close_file(pcap, stream);
			}
		}
	}
}

static void an_empty_file_is_none(void **state)
{
	struct lvs_pcap_packet packet;
	struct lvs_pcap *pcap;
	FILE *stream = fopen("/dev/null", "r");

	(void)state;
	assert_non_null(stream);
	assert_int_equal(lvs_pcap_new(stream, &pcap), 0);
	assert_null(lvs_pcap_error(pcap));
	assert_int_equal(lvs_pcap_next(pcap, &packet), -EBADMSG);
	assert_string_equal(lvs_pcap_error(pcap), "empty");
	close_file(pcap, stream);
	lvs_pcap_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_pcap_in_both_orders_and_both_units),
		cmocka_unit_test(skips_link_headers),
		cmocka_unit_test(reads_pcapng_in_both_orders),
		cmocka_unit_test(knows_units_of_time_that_can_be),
		cmocka_unit_test(reads_packets_of_other_blocks),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(has_room_for_so_many_interfaces),
		cmocka_unit_test(survives_any_damage),
		cmocka_unit_test(an_empty_file_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
