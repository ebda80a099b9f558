// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a rule that marks packets. */
#include "conf/keys.h"

#include <netinet/in.h>

#include "base/bytes.h"
#include "conf/bad.h"
#include "conf/conf.h"

static const struct lvs_conf_word protocols[] = {
	{ "any", 0 },		  { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP },
	{ "sctp", IPPROTO_SCTP }, { NULL, 0 },
};

#define MARK(m) .reload = true, .name = #m, LVS_CONF_MEMBER(lvs_conf_mark, m)
static const struct lvs_conf_key mark_keys[] = {
	{ MARK(mark), .type = LVS_CONF_NUMBER, .required = true, .min = 1, .max = UINT32_MAX,
	  .where = offsetof(struct lvs_conf_mark, where),
	  .help = "the number that services name" },
	{ MARK(protocol), .type = LVS_CONF_CHOICE, .words = protocols, .def = 0,
	  .help = "the protocol" },
	{ MARK(address), .type = LVS_CONF_PREFIX, .required = true, .bad = lvs_conf_bad_marked,
	  .where = offsetof(struct lvs_conf_mark, address_where),
	  .help = "what clients reach: an address, or a network that is led to the device as a whole" },
	{ MARK(ports), .type = LVS_CONF_PORTS, .optional = true,
	  .help = "ports and ranges of them that clients reach" },
	{ MARK(client), .type = LVS_CONF_PREFIX, .optional = true, .bad = lvs_conf_bad_client,
	  .where = offsetof(struct lvs_conf_mark, client_where),
	  .help = "where the clients are: an address or a network" },
	{ MARK(transparent), .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether the addresses are those of others, as in front of caches" },
	{ .name = "interface", .type = LVS_CONF_ABSENT,
	  .help = "a packet from a TUN device does not say where it came in; from a TAP device it will",
	  .def_text = "tell the sides apart by \"client\", the network that packets come from" },
};

const struct lvs_conf_group lvs_conf_mark_group = {
	"a mark", sizeof(struct lvs_conf_mark), ARRAY_LEN(mark_keys), mark_keys, NULL,
};
