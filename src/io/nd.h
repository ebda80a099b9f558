/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbour discovery (RFC 4861) and, so that switches that watch groups let its questions through, membership reports
 * (MLDv2, RFC 3810), as they stand on the wire.
 */
#ifndef LVS_IO_ND_H
#define LVS_IO_ND_H

#include <stddef.h>

#include "base/addr.h"
#include "io/ether.h"

#define LVS_ND_BYTES 72			/* IPv6 header, message, link-layer address */
#define LVS_ND_REPORT_BYTES 76		/* IPv6 header, router alert, report with one record */

enum lvs_nd_type { LVS_ND_SOLICIT = 135, LVS_ND_ADVERTISE = 136 };

/**
 * struct lvs_nd - a solicitation or an advertisement
 * @from, @to:	of the packet; a solicitation from any address (::) is that of one who is not sure yet whether @target is
 *		his (RFC 4862 section 5.4)
 * @has_mac:	it names the link-layer address @mac: of the sender of a solicitation, of the target of an advertisement
 * @router, @solicited, @override: of an advertisement
 */
struct lvs_nd {
	enum lvs_nd_type type;
	struct lvs_addr from, to, target;
	bool has_mac;
	struct lvs_mac mac;
	bool router, solicited, override;
};

/* What an IPv6 packet is to a host that looks after neighbours. */
enum lvs_nd_kind {
	LVS_ND_OTHER,		/* not of this kind: for whoever takes packets */
	LVS_ND_MESSAGE,		/* a solicitation or an advertisement */
	LVS_ND_QUERY,		/* who belongs to which group? */
	LVS_ND_IGNORED,		/* of routers, or not as RFC 4861 section 7.1 has it: came from afar, malformed, wrong sum */
};

/**
 * lvs_nd_parse() - look at an IPv6 packet
 * @packet:	from its IPv6 header on, @len bytes; padding behind it is fine
 * @ret_nd:	set for LVS_ND_MESSAGE
 */
enum lvs_nd_kind lvs_nd_parse(const uint8_t *packet, size_t len, struct lvs_nd *ret_nd);

/* @nd: with @mac. @packet: gets all of the IPv6 packet */
void lvs_nd_build(const struct lvs_nd *nd, uint8_t packet[LVS_ND_BYTES]);

/* The report that @from listens to @group. */
void lvs_nd_build_report(const struct lvs_addr *from, const struct lvs_addr *group, uint8_t packet[LVS_ND_REPORT_BYTES]);

/* The group that whoever has @addr is asked by (RFC 4291 section 2.7.1). */
struct lvs_addr lvs_nd_solicited_node(const struct lvs_addr *addr);

/* ff02::1 and ff02::16 */
struct lvs_addr lvs_nd_all_nodes(void);
struct lvs_addr lvs_nd_report_routers(void);

/* Where frames to a group go (RFC 2464 section 7). */
struct lvs_mac lvs_nd_group_mac(const struct lvs_addr *group);

/* The link-local address that is made of a station's (RFC 4291 appendix A). */
struct lvs_addr lvs_nd_link_local(const struct lvs_mac *mac);

#endif
