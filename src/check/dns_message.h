/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of DNS (RFC 1035) as it takes to ask one question and to look through the answers. Pure. */
#ifndef LVS_CHECK_DNS_MESSAGE_H
#define LVS_CHECK_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LVS_DNS_QUERY_BYTES 300	/* header, the longest name, type and class */
#define LVS_DNS_TEXT_BYTES 1025	/* of a name or of anything else that an answer holds, in presentation format */

/* Return: the number of a type of records, "A", "TXT" and so on, capitals or not; 0 if lvsd knows none of that name */
uint16_t lvs_dns_type(const char *name);

/**
 * lvs_dns_query() - a question, recursion desired
 * @name:	labels between dots, with or without one at the end; "." is the root
 *
 * Return: its bytes, or 0 if @name is none
 */
size_t lvs_dns_query(const char *name, uint16_t type, uint16_t id, uint8_t ret[LVS_DNS_QUERY_BYTES]);

enum lvs_dns_verdict {
	LVS_DNS_GOOD,
	LVS_DNS_NOT_OURS,	/* no answer to that question: as if it had not come */
	LVS_DNS_REFUSED,	/* an error, @ret_code */
	LVS_DNS_EMPTY,		/* nothing of that type */
	LVS_DNS_OTHER,		/* but not what was expected; @ret_text is the first one */
	LVS_DNS_GARBAGE,
};

/**
 * lvs_dns_judge() - look at an answer
 * @message:	@len bytes of anything
 * @query:	what was asked, @query_len bytes
 * @expect:	what one of the records of that type has to hold: an address, a name, a text; "" for anything
 */
enum lvs_dns_verdict lvs_dns_judge(const uint8_t *message, size_t len, const uint8_t *query, size_t query_len,
				   const char *expect, unsigned int *ret_code, char ret_text[LVS_DNS_TEXT_BYTES]);

/* "NXDOMAIN" and the like; "error N" of others. Return: @buf */
const char *lvs_dns_code(unsigned int code, char buf[24]);

#endif
