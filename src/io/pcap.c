// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file begins with a magic number that tells format and byte order. A pcap file has one link type and one unit of time; a
 * pcapng file is a row of blocks, of which those that describe interfaces say both for the packets that name them, and a
 * new section forgets them all. Blocks of other types are read past. Of either, one packet is in memory at a time; no length
 * in the file is believed beyond BLOCK_MAX, and after the first contradiction nothing is read any more, since nobody knows
 * where the next packet begins.
 */
#include "io/pcap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "io/pcap_link.h"

#define MAGIC_MICRO 0xa1b2c3d4
#define MAGIC_NANO 0xa1b23c4d
#define MAGIC_SECTION 0x0a0d0d0a
#define MAGIC_ORDER 0x1a2b3c4d

#define BLOCK_MAX (1u << 20)	/* bytes of a packet with all that is written beside it */
#define INTERFACES_MAX 1024
#define ERROR_BYTES 160

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_PACKET = 6,

	OPTION_END = 0,
	OPTION_FLAGS = 2,
	OPTION_TIME_UNIT = 9,
	OPTION_TIME_OFFSET = 14,

	FLAGS_DIRECTION = 3,
	FLAGS_OUTBOUND = 2,
};

/* What a packet's time is multiplied with and divided by to be nanoseconds; @divisor 0: cannot be done. @offset: seconds */
struct interface {
	uint32_t link, snaplen;
	uint64_t factor, divisor;
	int64_t offset;
};

/* @at: bytes read so far; @time: of the last packet; @interfaces: of a pcap file the only one */
struct lvs_pcap {
	FILE *file;
	bool begun, blocks, swapped;
	bool at_magic;	/* that of the first section has been read */
	uint64_t at;
	lvs_ns time;
	struct interface *interfaces;
	size_t ninterfaces;
	int err;
	char error[ERROR_BYTES];
	uint8_t bytes[BLOCK_MAX];
};

static const char *const reasons[] = {
	[LVS_PCAP_CUT] = "cut short when they were captured",
	[LVS_PCAP_NOT_IP] = "hold no IP packet",
	[LVS_PCAP_SHORT] = "end within their link header",
	[LVS_PCAP_LONG] = "longer than any IP packet",
	[LVS_PCAP_LINK] = "of an interface whose link type is not known",
	[LVS_PCAP_OUTBOUND] = "marked as outbound",
	[LVS_PCAP_TIME] = "without a time that can be",
};
static_assert(ARRAY_LEN(reasons) == LVS_PCAP_FOUND_COUNT, "a text for each");

const char *lvs_pcap_why(enum lvs_pcap_found found)
{
	return reasons[found];
}

const char *lvs_pcap_error(const struct lvs_pcap *pcap)
{
	return pcap->err ? pcap->error : NULL;
}

static int fail(struct lvs_pcap *pcap, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(struct lvs_pcap *pcap, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(pcap->error, sizeof(pcap->error), format, args);
	va_end(args);
	pcap->err = err;
	return err;
}

static int broken(struct lvs_pcap *pcap, const char *what)
{
	return fail(pcap, -EBADMSG, "broken before byte %" PRIu64 ": %s", pcap->at, what);
}

/* Return: 1; 0 if the file ends here; -Exxx, said */
static int take(struct lvs_pcap *pcap, void *bytes, size_t len)
{
	size_t n = fread(bytes, 1, len, pcap->file);

	pcap->at += n;
	if (n == len)
		return 1;
	if (ferror(pcap->file))
		return fail(pcap, errno ? -errno : -EIO, "%s", strerror(errno ? errno : EIO));
	return n ? fail(pcap, -EBADMSG, "ends within a packet or block, at byte %" PRIu64, pcap->at) : 0;
}

/* The same within something, where the file must not end. Return: 0, or -Exxx, said */
static int take_more(struct lvs_pcap *pcap, void *bytes, size_t len)
{
	int taken = len ? take(pcap, bytes, len) : 1;

	if (taken == 0)
		return fail(pcap, -EBADMSG, "ends within a packet or block, at byte %" PRIu64, pcap->at);
	return taken < 0 ? taken : 0;
}

static uint16_t get16(const struct lvs_pcap *pcap, const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return pcap->swapped ? __builtin_bswap16(value) : value;
}

static uint32_t get32(const struct lvs_pcap *pcap, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return pcap->swapped ? __builtin_bswap32(value) : value;
}

static uint64_t get64(const struct lvs_pcap *pcap, const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return pcap->swapped ? __builtin_bswap64(value) : value;
}

int lvs_pcap_new(FILE *file, struct lvs_pcap **ret_pcap)
{
	struct lvs_pcap *pcap = malloc(sizeof(*pcap));

	if (!pcap)
		return -ENOMEM;
	memset(pcap, 0, offsetof(struct lvs_pcap, bytes));
	pcap->file = file;
	pcap->interfaces = calloc(INTERFACES_MAX, sizeof(*pcap->interfaces));
	if (!pcap->interfaces) {
		free(pcap);
		return -ENOMEM;
	}
	*ret_pcap = pcap;
	return 0;
}

void lvs_pcap_free(struct lvs_pcap *pcap)
{
	if (!pcap)
		return;
	free(pcap->interfaces);
	free(pcap);
}

/* Return: is it one that can be? Then @ret_time. */
static bool find_time(const struct interface *interface, uint64_t stamp, lvs_ns *ret_time)
{
	__int128 ns = stamp;

	if (!interface->divisor)
		return false;
	ns = ns * interface->factor / interface->divisor;
	ns += (__int128)interface->offset * (int64_t)LVS_NS_PER_SEC;
	if (ns < 0 || ns > (__int128)LVS_PCAP_TIME_MAX)
		return false;
	*ret_time = (lvs_ns)ns;
	return true;
}

/* What was captured of a packet: @captured bytes of @len that it had. */
static enum lvs_pcap_found examine(const struct interface *interface, const uint8_t *frame, uint32_t captured,
				   uint32_t len, struct lvs_pcap_packet *packet)
{
	size_t off;

	if (!lvs_pcap_link_known(interface->link))
		return LVS_PCAP_LINK;
	if (captured < len)
		return LVS_PCAP_CUT;
	switch (lvs_pcap_link_skip(interface->link, frame, captured, &off)) {
	case 0:
		break;
	case -EPROTONOSUPPORT:
		return LVS_PCAP_NOT_IP;
	default:
		return LVS_PCAP_SHORT;
	}
	if (captured - off > LVS_PCAP_PACKET_MAX)
		return LVS_PCAP_LONG;
	packet->bytes = frame + off;
	packet->len = captured - off;
	return LVS_PCAP_PACKET;
}

/* Return: as lvs_pcap_next() */
static int next_record(struct lvs_pcap *pcap, struct lvs_pcap_packet *ret_packet)
{
	const struct interface *interface = &pcap->interfaces[0];
	struct lvs_pcap_packet packet = { .found = LVS_PCAP_PACKET };
	uint8_t header[16];
	uint32_t captured;
	int taken = take(pcap, header, sizeof(header));

	if (taken <= 0)
		return taken;
	captured = get32(pcap, header + 8);
	if (captured > sizeof(pcap->bytes))
		return broken(pcap, "a packet of more than a megabyte");
	taken = take_more(pcap, pcap->bytes, captured);
	if (taken)
		return taken;
	packet.found = examine(interface, pcap->bytes, captured, get32(pcap, header + 12), &packet);
	pcap->time = get32(pcap, header) * LVS_NS_PER_SEC + get32(pcap, header + 4) * interface->factor;
	packet.time = pcap->time;
	*ret_packet = packet;
	return 1;
}

static uint64_t power(uint64_t base, unsigned int exponent)
{
	uint64_t result = 1;

	while (exponent--)
		result *= base;
	return result;
}

/* Units of 10^-n seconds, or of 2^-n with the top bit set. */
static void set_time_unit(struct interface *interface, uint8_t unit)
{
	uint8_t n = unit & 0x7f;

	interface->factor = LVS_NS_PER_SEC;
	interface->divisor = 0;
	if (unit & 0x80)
		interface->divisor = n < 64 ? 1ULL << n : 0;
	else if (n < 20)
		interface->divisor = power(10, n);
}

/**
 * find_option() - look for an option in a list of them
 * @at, @end:	where the list is in pcap->bytes
 *
 * Return: its value, at least @len bytes; NULL if there is none
 */
static const uint8_t *find_option(const struct lvs_pcap *pcap, size_t at, size_t end, uint16_t wanted, uint16_t len)
{
	while (end - at >= 4) {
		uint16_t code = get16(pcap, pcap->bytes + at), bytes = get16(pcap, pcap->bytes + at + 2);

		at += 4;
		if (code == OPTION_END || bytes > end - at)
			break;
		if (code == wanted)
			return bytes >= len ? pcap->bytes + at : NULL;
		at += LVS_MIN((bytes + 3u) & ~3u, end - at);
	}
	return NULL;
}

static int add_interface(struct lvs_pcap *pcap, size_t len)
{
	struct interface *interface = &pcap->interfaces[pcap->ninterfaces];
	const uint8_t *unit, *offset;

	if (len < 8)
		return broken(pcap, "a short interface block");
	if (pcap->ninterfaces == INTERFACES_MAX)
		return broken(pcap, "too many interfaces");
	unit = find_option(pcap, 8, len, OPTION_TIME_UNIT, 1);
	offset = find_option(pcap, 8, len, OPTION_TIME_OFFSET, 8);
	*interface = (struct interface){ .link = get16(pcap, pcap->bytes), .snaplen = get32(pcap, pcap->bytes + 4) };
	set_time_unit(interface, unit ? *unit : 6);
	interface->offset = offset ? (int64_t)get64(pcap, offset) : 0;
	pcap->ninterfaces++;
	return 0;
}

/* A packet block in any of its three shapes, @data being where the packet is in pcap->bytes. */
struct block {
	uint32_t interface;
	bool timed;
	uint64_t stamp;
	uint32_t captured, len;
	size_t data;
};

static int read_packet(struct lvs_pcap *pcap, size_t len, const struct block *block, struct lvs_pcap_packet *ret_packet)
{
	struct lvs_pcap_packet packet = { .found = LVS_PCAP_PACKET };
	const struct interface *interface;
	const uint8_t *flags;
	size_t padded = ((size_t)block->captured + 3) & ~(size_t)3;

	if (block->interface >= pcap->ninterfaces)
		return broken(pcap, "a packet of an interface that was not described");
	if (block->captured > len - block->data)
		return broken(pcap, "a packet longer than its block");
	interface = &pcap->interfaces[block->interface];
	flags = find_option(pcap, LVS_MIN(block->data + padded, len), len, OPTION_FLAGS, 4);
	packet.found = examine(interface, pcap->bytes + block->data, block->captured, block->len, &packet);
	if (flags && (get32(pcap, flags) & FLAGS_DIRECTION) == FLAGS_OUTBOUND)
		packet.found = LVS_PCAP_OUTBOUND;
	else if (packet.found == LVS_PCAP_PACKET && block->timed && !find_time(interface, block->stamp, &pcap->time))
		packet.found = LVS_PCAP_TIME;
	packet.time = pcap->time;
	*ret_packet = packet;
	return 1;
}

static uint64_t stamp_at(const struct lvs_pcap *pcap, size_t at)
{
	return (uint64_t)get32(pcap, pcap->bytes + at) << 32 | get32(pcap, pcap->bytes + at + 4);
}

static int read_simple(struct lvs_pcap *pcap, size_t len, struct lvs_pcap_packet *ret_packet)
{
	struct block block = { .data = 4 };

	if (len < 4)
		return broken(pcap, "a short packet block");
	block.len = get32(pcap, pcap->bytes);
	block.captured = (uint32_t)LVS_MIN(block.len, len - 4);
	/* What was captured is not told but by the interface; 0 means no limit. */
	if (pcap->ninterfaces && pcap->interfaces[0].snaplen)
		block.captured = LVS_MIN(block.captured, pcap->interfaces[0].snaplen);
	return read_packet(pcap, len, &block, ret_packet);
}

static int read_block(struct lvs_pcap *pcap, uint32_t type, size_t len, struct lvs_pcap_packet *ret_packet)
{
	struct block block = { .timed = true, .data = 20 };

	if (type == BLOCK_INTERFACE)
		return add_interface(pcap, len);
	if (type == BLOCK_SIMPLE_PACKET)
		return read_simple(pcap, len, ret_packet);
	if (len < 20)
		return broken(pcap, "a short packet block");
	/* The old one has a count of drops in the upper half. */
	block.interface = type == BLOCK_PACKET ? get32(pcap, pcap->bytes) : get16(pcap, pcap->bytes);
	block.stamp = stamp_at(pcap, 4);
	block.captured = get32(pcap, pcap->bytes + 12);
	block.len = get32(pcap, pcap->bytes + 16);
	return read_packet(pcap, len, &block, ret_packet);
}

/* The length of the whole section is not needed. */
static int begin_section(struct lvs_pcap *pcap)
{
	uint8_t order[8];
	uint32_t magic;
	int err = take_more(pcap, order, sizeof(order));

	if (err)
		return err;
	memcpy(&magic, order, sizeof(magic));
	if (magic != MAGIC_ORDER && __builtin_bswap32(magic) != MAGIC_ORDER)
		return broken(pcap, "a section in no byte order");
	pcap->swapped = magic != MAGIC_ORDER;
	pcap->ninterfaces = 0;
	if (get16(pcap, order + 4) != 1)
		return fail(pcap, -EBADMSG, "pcapng format %u, 1 is known", get16(pcap, order + 4));
	return 0;
}

static int read_past(struct lvs_pcap *pcap, size_t len)
{
	int err = 0;

	for (size_t n; !err && len; len -= n) {
		n = LVS_MIN(len, sizeof(pcap->bytes));
		err = take_more(pcap, pcap->bytes, n);
	}
	return err;
}

static bool is_read(uint32_t type)
{
	return type == BLOCK_INTERFACE || type == BLOCK_OLD_PACKET || type == BLOCK_SIMPLE_PACKET || type == BLOCK_PACKET;
}

/* Return: as take() */
static int take_header(struct lvs_pcap *pcap, uint8_t header[8])
{
	const uint32_t magic = MAGIC_SECTION;
	int err;

	if (!pcap->at_magic)
		return take(pcap, header, 8);
	pcap->at_magic = false;
	memcpy(header, &magic, sizeof(magic));
	err = take_more(pcap, header + 4, 4);
	return err ? err : 1;
}

/* Return: 1 for a packet, 2 for another block, 0 at the end of the file, -Exxx, said */
static int next_block(struct lvs_pcap *pcap, struct lvs_pcap_packet *ret_packet)
{
	uint8_t header[8], trailer[4];
	uint32_t type, len, rest;
	int taken = take_header(pcap, header), err = 0, found = 0;

	if (taken <= 0)
		return taken;
	type = get32(pcap, header);
	if (type == MAGIC_SECTION)	/* the same in either byte order, which may change */
		err = begin_section(pcap);
	if (err)
		return err;
	len = get32(pcap, header + 4);
	if (len % 4 || len < (type == MAGIC_SECTION ? 28 : 12))
		return broken(pcap, "a block of no possible length");
	rest = len - 12 - (type == MAGIC_SECTION ? 8 : 0);
	if (!is_read(type)) {
		err = read_past(pcap, rest);
	} else if (rest > sizeof(pcap->bytes)) {
		err = broken(pcap, "a packet of more than a megabyte");
	} else {
		err = take_more(pcap, pcap->bytes, rest);
		found = err ? err : read_block(pcap, type, rest, ret_packet);
		err = LVS_MIN(found, 0);
	}
	err = err ? err : take_more(pcap, trailer, sizeof(trailer));
	if (!err && get32(pcap, trailer) != len)
		err = broken(pcap, "a block with two lengths");
	return err ? err : found ? 1 : 2;
}

/* The header of a pcap file behind its magic number. */
static int begin_records(struct lvs_pcap *pcap, bool nano)
{
	uint8_t header[20];
	int err = take_more(pcap, header, sizeof(header));

	if (err)
		return err;
	if (get16(pcap, header) != 2)
		return fail(pcap, -EBADMSG, "pcap format %u, 2 is known", get16(pcap, header));
	/* The upper half says whether frames end in a check sequence. */
	pcap->interfaces[0] = (struct interface){ .link = get32(pcap, header + 16) & 0xffff, .factor = nano ? 1 : 1000 };
	if (!lvs_pcap_link_known(pcap->interfaces[0].link))
		return fail(pcap, -EBADMSG, "link type %" PRIu32 " is not known: IP packets have type 1, 101, 113, 228, 229 or 276",
			    pcap->interfaces[0].link);
	return 0;
}

static int begin(struct lvs_pcap *pcap)
{
	uint8_t bytes[4];
	uint32_t magic = 0;
	int taken = take(pcap, bytes, sizeof(bytes));

	if (taken == 0)
		return fail(pcap, -EBADMSG, "empty");
	memcpy(&magic, bytes, sizeof(magic));
	if (taken < 0)
		return taken;
	if (magic == MAGIC_SECTION) {
		pcap->blocks = pcap->at_magic = true;
		return 0;
	}
	pcap->swapped = magic != MAGIC_MICRO && magic != MAGIC_NANO;
	magic = get32(pcap, bytes);
	if (magic != MAGIC_MICRO && magic != MAGIC_NANO)
		return fail(pcap, -EBADMSG, bytes[0] == 0x1f && bytes[1] == 0x8b ? "compressed: unpack it first" :
									       "neither pcap nor pcapng");
	return begin_records(pcap, magic == MAGIC_NANO);
}

int lvs_pcap_next(struct lvs_pcap *pcap, struct lvs_pcap_packet *ret_packet)
{
	int found;

	errno = 0;
	if (!pcap->begun && !pcap->err) {
		pcap->begun = true;
		(void)begin(pcap);
	}
	if (pcap->err)
		return pcap->err;
	if (!pcap->blocks)
		return next_record(pcap, ret_packet);
	do
		found = next_block(pcap, ret_packet);
	while (found > 1);
	return found;
}
