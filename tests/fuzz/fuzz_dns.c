// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a name server answers. Input: a byte that chooses the question and what is expected, and the message behind its number.
 * Whoever answers "good" has said what was expected, and says it again.
 */
#include <stdlib.h>
#include <string.h>

#include "check/dns_message.h"
#include "tests/fuzz/fuzz.h"

static const struct { const char *type, *name, *expect; } questions[] = {
	{ "A", "a.example", "" },	    { "A", "a.example", "192.0.2.1" },
	{ "AAAA", "a.example", "2001:db8::1" }, { "TXT", "a.example", "v=1" },
	{ "MX", "example", "mx.a.example" }, { "SRV", ".", "mx.a.example." },
	{ "SOA", ".", "" },		    { "CNAME", "a.example", "b" },
};

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const size_t i = size ? *input % (sizeof(questions) / sizeof(*questions)) : 0;
	uint8_t query[LVS_DNS_QUERY_BYTES], *message;
	char text[LVS_DNS_TEXT_BYTES] = "", again[LVS_DNS_TEXT_BYTES] = "", buf[24];
	enum lvs_dns_verdict verdict;
	unsigned int code = 0;
	size_t query_len, len;

	if (size < 1)
		return 0;
	query_len = lvs_dns_query(questions[i].name, lvs_dns_type(questions[i].type), 0x4142, query);
	CHECK(query_len > 0 && query_len <= sizeof(query));
	/* Of its very size, so that a byte too far is seen. */
	len = size + 1;
	message = malloc(len);
	CHECK(message);
	memcpy(message, query, 2);
	memcpy(message + 2, input + 1, size - 1);
	verdict = lvs_dns_judge(message, len, query, query_len, questions[i].expect, &code, text);
	CHECK(verdict <= LVS_DNS_GARBAGE && strnlen(text, sizeof(text)) < sizeof(text));
	CHECK(verdict == lvs_dns_judge(message, len, query, query_len, questions[i].expect, &code, again) && !strcmp(text, again));
	for (const char *c = text; *c; c++)
		CHECK(*c >= ' ' && *c <= '~');
	if (verdict == LVS_DNS_REFUSED)
		CHECK(*lvs_dns_code(code, buf));
	message[0] ^= 1;
	CHECK(lvs_dns_judge(message, len, query, query_len, "", &code, again) == LVS_DNS_NOT_OURS);
	free(message);
	return 0;
}
