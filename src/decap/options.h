/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of lvs-decap(8). */
#ifndef LVS_DECAP_OPTIONS_H
#define LVS_DECAP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/prefix.h"
#include "decap/unwrap.h"

#define LVS_DECAP_MESSAGE_MAX 256
#define LVS_DECAP_PREFIXES_MAX 256	/* of --vip, and of --from */
#define LVS_DECAP_LISTEN_MAX 8
#define LVS_DECAP_DEVICE "lvsdecap0"
#define LVS_DECAP_PORT 6080

enum lvs_decap_action { LVS_DECAP_RUN, LVS_DECAP_HELP, LVS_DECAP_VERSION };

/**
 * struct lvs_decap_options - what was asked for
 * @types:	bit n: the tunnel type with index n
 * @device:	borrowed from the command line
 * @listen:	addresses that tunnels end at; none: all
 * @vips:	in the order given
 * @rules:	made of these; @rules.port is set if gue is among @types
 */
struct lvs_decap_options {
	enum lvs_decap_action action;
	unsigned int types;
	uint16_t port;
	const char *device;
	struct lvs_addr listen[LVS_DECAP_LISTEN_MAX];
	size_t nlisten;
	struct lvs_prefix vips[LVS_DECAP_PREFIXES_MAX];
	size_t nvips;
	struct lvs_prefix from[LVS_DECAP_PREFIXES_MAX];
	size_t nfrom;
	struct lvs_decap_rules rules;
};

/**
 * lvs_decap_options_parse() - read the command line
 * @message:	set when it fails; empty if getopt_long(3) has spoken already
 * @ret_options: to be ended with lvs_decap_options_fini(), also after a failure
 *
 * Return: 0, -EINVAL, or -ENOMEM
 */
int lvs_decap_options_parse(int argc, char *argv[], char message[LVS_DECAP_MESSAGE_MAX],
			    struct lvs_decap_options *ret_options);

void lvs_decap_options_fini(struct lvs_decap_options *options);

#endif
