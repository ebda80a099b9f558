/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The secret in a file that a browser has to know before it may change anything over TCP. */
#ifndef LVS_CONTROL_TOKEN_H
#define LVS_CONTROL_TOKEN_H

#include "control/socket.h"

#define LVS_TOKEN_MIN 16
#define LVS_TOKEN_MAX 128
#define LVS_TOKEN_BYTES (LVS_TOKEN_MAX + 1)

/**
 * lvs_token_read() - of the file's only line
 * @message:	set on failure
 *
 * To be called before privileges are given up.
 *
 * Return: 0; -EPERM: others than its owner may read or change the file; -EINVAL: what is in there is no token; or what
 * the system says
 */
int lvs_token_read(const char *path, char message[LVS_CONTROL_MESSAGE_MAX], char ret_token[LVS_TOKEN_BYTES]);

#endif
