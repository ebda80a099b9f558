/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines, and small values as the formats spell them. */
#ifndef LVS_LVSCTL_IMPORT_WORDS_H
#define LVS_LVSCTL_IMPORT_WORDS_H

#include <stdbool.h>

#include "lvsctl/import/model.h"

/* What a server at a loopback address becomes, for the note. */
#define LVS_IMPORT_LOOPBACK "the director itself: forward = \"local\", at the service's port"

/**
 * struct lvs_import_text - a text, line by line
 * @at:		of the last line
 * @from:	where the next one begins
 */
struct lvs_import_text {
	struct lvs_import_at at;
	const char *text;
	size_t len, from;
};

/* One with a NUL is bad. Return: the next line without its end, from malloc(); NULL: there is none, or the import has failed */
char *lvs_import_line_next(struct lvs_import *import, struct lvs_import_text *text);

/* Digits only. Return: whether @text is a number from @min to @max */
bool lvs_import_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number);

/* Digits with a fraction, in thousandths. */
bool lvs_import_thousandths(const char *text, uint64_t max, uint64_t *ret_thousandths);

/**
 * lvs_import_address() - an address or a host's name, which is looked up and noted as approximated
 * @family:	AF_INET, AF_INET6 or AF_UNSPEC; of a host's name only
 *
 * Return: whether it is one
 */
bool lvs_import_address(struct lvs_import *import, struct lvs_import_at at, const char *text, int family,
			struct lvs_addr *ret_addr);

/* A number from 0 to 65535, or a name of /etc/services, for @protocol. */
bool lvs_import_port(const char *text, uint8_t protocol, uint16_t *ret_port);

/* "192.0.2.1:80", "[2001:db8::1]:80", "www:http", or any of them without its port, which is 0 then. */
bool lvs_import_endpoint(struct lvs_import *import, struct lvs_import_at at, const char *text, uint8_t protocol,
			 struct lvs_addr *ret_addr, uint16_t *ret_port);

/* Return: static storage, the name of a scheduler of lvsd, or NULL */
const char *lvs_import_scheduler(const char *text);

/**
 * lvs_import_flag() - one more flag of the service's scheduler, which is known already
 *
 * Return: NULL, or why it is none of it, as the end of a sentence about the flag
 */
const char *lvs_import_flag(struct lvs_conf_service *service, const char *flag);

/* A weight beyond what lvs.conf takes is its greatest; noted. */
void lvs_import_weight(struct lvs_import *import, struct lvs_import_at at, uint64_t weight, uint32_t *ret_weight);

/* @text: a mask or a number of bits. Sets the mask of persistence for the family that @service has. Return: whether it is one */
bool lvs_import_netmask(struct lvs_conf_service *service, const char *text);

/* A name for the server that no other one of its service has. */
void lvs_import_name_server(struct lvs_import_service *service, struct lvs_import_server *server, const char *text);
void lvs_import_name_service(struct lvs_import *import, struct lvs_import_service *service, const char *text);

/* Tells that services of marks need rules that give them. */
void lvs_import_note_mark(struct lvs_import *import, const struct lvs_import_service *service);

/* A backslash with r, n, t or another backslash becomes what it stands for, in place. */
void lvs_import_unescape(char *text);

/* How persistence engine and protocol go together. Return: NULL, or why it is left, to follow "persistence engine sip" */
const char *lvs_import_engine(struct lvs_conf_service *service, const char *engine);

#endif
