/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next start is to know, as text: one line for each server of which there is something to remember. */
#ifndef LVS_LVSD_MEMORY_H
#define LVS_LVSD_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "check/verdict.h"

struct lvs_conf;
struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_writer;

struct lvs_memory_line;

/**
 * struct lvs_memory - what was remembered; zeroes: nothing
 * @text:	owned
 * @lines:	owned, @n of them, sorted
 */
struct lvs_memory {
	char *text;
	struct lvs_memory_line *lines;
	size_t n;
};

/**
 * lvs_memory_init() - read a text
 * @text:	consumed, also on failure; @len bytes and a NUL
 *
 * Return: 0, -EINVAL: it is none, or -ENOMEM
 */
int lvs_memory_init(struct lvs_memory *memory, char *text, size_t len);

void lvs_memory_fini(struct lvs_memory *memory);

/* The last verdict of all checks of a server together. Return: LVS_HEALTH_UNKNOWN if there was none */
enum lvs_health_state lvs_memory_verdict(const struct lvs_memory *memory, const struct lvs_conf_service *service,
					 const struct lvs_conf_server *server);

/* What was commanded holds in @conf, the file's, too. Return: of how many servers */
size_t lvs_memory_command(const struct lvs_memory *memory, struct lvs_conf *conf);

/**
 * lvs_memory_write() - the text for @conf
 * @verdicts:	enum lvs_health_state of all servers, in the order of @conf; NULL: none is known
 * @max:	bytes; what does not fit is left out, verdicts first
 */
void lvs_memory_write(struct lvs_writer *writer, const struct lvs_conf *conf, const uint8_t *verdicts, size_t max);

#endif
