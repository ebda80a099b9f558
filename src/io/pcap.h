/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures, as tcpdump, Wireshark and others write them: pcap (micro- and nanoseconds) and pcapng, in either byte order.
 * What comes out are IP packets; a file may hold anything, and costs no more memory than a packet takes.
 */
#ifndef LVS_IO_PCAP_H
#define LVS_IO_PCAP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/time.h"

#define LVS_PCAP_PACKET_MAX 65535	/* bytes of an IP packet */
#define LVS_PCAP_TIME_MAX (1ULL << 62)	/* nanoseconds since 1970: the year 2116 */

/* Whether a packet is there whole, or why it is not. */
enum lvs_pcap_found {
	LVS_PCAP_PACKET,
	LVS_PCAP_CUT,		/* the capture has only its beginning */
	LVS_PCAP_NOT_IP,	/* ARP and others */
	LVS_PCAP_SHORT,		/* ends within its link header */
	LVS_PCAP_LONG,		/* longer than any IP packet */
	LVS_PCAP_LINK,		/* of a pcapng interface whose link type is not known */
	LVS_PCAP_OUTBOUND,	/* pcapng says that it left */
	LVS_PCAP_TIME,		/* its time is none, or past LVS_PCAP_TIME_MAX */
	LVS_PCAP_FOUND_COUNT
};

/**
 * struct lvs_pcap_packet - one packet of a capture
 * @found:	if it is not LVS_PCAP_PACKET, nothing else is set
 * @time:	since 1970; of a packet that has none, the time of the one before it
 * @bytes:	from the IP header on, borrowed until the next lvs_pcap_next()
 */
struct lvs_pcap_packet {
	enum lvs_pcap_found found;
	lvs_ns time;
	const uint8_t *bytes;
	size_t len;
};

struct lvs_pcap;

/**
 * lvs_pcap_new() - begin to read
 * @file:	borrowed; only read forward, so a pipe will do
 *
 * Return: 0 or -ENOMEM; what is wrong with the file is told by lvs_pcap_next()
 */
int lvs_pcap_new(FILE *file, struct lvs_pcap **ret_pcap);

/* @pcap: may be NULL */
void lvs_pcap_free(struct lvs_pcap *pcap);

/**
 * lvs_pcap_next() - the next packet
 *
 * Return: 1; 0 at the end of the file; -EBADMSG (not a capture, or broken from here on) or what reading failed for, again
 * and again, and lvs_pcap_error() says more
 */
int lvs_pcap_next(struct lvs_pcap *pcap, struct lvs_pcap_packet *ret_packet);

/* Return: what is wrong, fit to follow the file's name and a colon; NULL if nothing is */
const char *lvs_pcap_error(const struct lvs_pcap *pcap);

/* Return: why a packet was left out, fit to follow a number of packets; @found is not LVS_PCAP_PACKET */
const char *lvs_pcap_why(enum lvs_pcap_found found);

#endif
