// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of FTP, fed with anything. Input: what tests/lib/ftp_talk.h has as @how, a number of cuts, that many cuts, and what
 * the server says. The same text is read as a client's and as a server's line too, which must stay in its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/ftp_line.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/ftp_talk.h"

/* A block of exactly its length. */
static void read_line(const uint8_t *text, size_t len)
{
	uint8_t *line = malloc(len ? len : 1);
	struct lvs_ftp_end end = { .port = 1 };

	CHECK(line);
	memcpy(line, text, len);
	if (lvs_ftp_read_command(line, len, &end) == LVS_FTP_ACTIVE)
		CHECK(end.port && end.len >= 1 && end.off + end.len <= len);
	if (lvs_ftp_read_reply(line, len, &end) == LVS_FTP_PASSIVE)
		CHECK(end.port && end.len >= 11 && end.len <= 23 && end.off + end.len <= len);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t ncuts;

	if (size < 2 || size > FTP_TALK_MAX)
		return 0;
	ncuts = bytes[1];
	if (ncuts > size - 2)
		return 0;
	read_line(bytes + 2 + ncuts, size - 2 - ncuts);
	CHECK(!ftp_talk(bytes[0], bytes + 2, ncuts, bytes + 2 + ncuts, size - 2 - ncuts));
	return 0;
}
