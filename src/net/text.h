/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects as what everybody knows: commands of ip(8). */
#ifndef LVS_NET_TEXT_H
#define LVS_NET_TEXT_H

#include "net/object.h"

struct lvs_net_state;

#define LVS_NET_COMMAND_BYTES 192

/**
 * lvs_net_command() - the command that installs or removes an object
 * @text:	at least LVS_NET_COMMAND_BYTES
 *
 * Return: @text
 */
char *lvs_net_command(const struct lvs_net_state *state, const struct lvs_net_object *object, bool install, char *text);

#endif
