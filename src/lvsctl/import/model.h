/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration of another program comes to: services as lvs.conf has them, and a report that has a line for
 * each thing that was translated, approximated or left.
 */
#ifndef LVS_LVSCTL_IMPORT_MODEL_H
#define LVS_LVSCTL_IMPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"

#define LVS_IMPORT_SERVICES_MAX 20000
#define LVS_IMPORT_SERVERS_MAX 65536	/* of all services */
#define LVS_IMPORT_NOTES_MAX 200000

/* @file: borrowed, as long as the import lives. @column: from 1, for what is wrong; 0: the line as a whole */
struct lvs_import_at {
	const char *file;
	unsigned int line, column;
};

/* LEFT: the new configuration says nothing of it. WRONG: the other program would refuse it. */
enum lvs_import_kind { LVS_IMPORT_TRANSLATED, LVS_IMPORT_APPROXIMATED, LVS_IMPORT_LEFT, LVS_IMPORT_WRONG };

struct lvs_import_note {
	enum lvs_import_kind kind;
	struct lvs_import_at at;
	char *text;
};

/**
 * struct lvs_import_pair - a key that need not be one of lvs.conf of this version
 * @value:	as lvs.conf spells it
 * @left:	it is none, or its value was refused: it is put out as a comment
 */
struct lvs_import_pair {
	struct lvs_import_at at;
	char key[32];
	char *value;
	bool left;
};

/* A group of them, or those of an object. */
struct lvs_import_pairs {
	size_t n;
	struct lvs_import_pair *list;
	bool left;
};

/* @hooks:	by event, the commands that the other program ran then */
struct lvs_import_server {
	struct lvs_conf_server conf;
	struct lvs_import_at at;
	struct lvs_import_pairs more, hooks;
	size_t nchecks;
	struct lvs_import_pairs *checks;
	bool left;
};

/* @conf: without servers. @hooks: as above. @checks: of all servers; none until the configuration is put out */
struct lvs_import_service {
	struct lvs_conf_service conf;
	struct lvs_import_at at;
	struct lvs_import_pairs more, hooks;
	size_t nchecks;
	struct lvs_import_pairs *checks;
	size_t nservers;
	struct lvs_import_server *servers;
	bool left;
};

/**
 * struct lvs_import - all of it
 * @base:	everything that is no service
 * @lookup:	names of hosts are asked for; else they are no addresses
 * @failed:	there was no memory, or more than the limits above
 * @invalid:	the text is none that the other program would have taken
 * @more:	lines that go behind the configuration, each as a comment
 */
struct lvs_import {
	struct lvs_conf *base;
	size_t nservices;
	struct lvs_import_service *services;
	size_t nservers;
	size_t nnotes;
	struct lvs_import_note *notes;
	bool lookup;
	bool failed;
	bool invalid;
	size_t nlines;
	char **lines;
};

/* Return: 0 or -ENOMEM */
int lvs_import_init(struct lvs_import *import);
void lvs_import_fini(struct lvs_import *import);

void lvs_import_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_import_at at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The text is wrong: what the other program would refuse. */
void lvs_import_bad(struct lvs_import *import, struct lvs_import_at at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A line for the end of the configuration. */
void lvs_import_line(struct lvs_import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Return: one with every default, or NULL; the pointers to services from before are no longer valid */
struct lvs_import_service *lvs_import_add_service(struct lvs_import *import, struct lvs_import_at at);

/* Return: the service with the same protocol, address and port, or mark and family, or NULL */
struct lvs_import_service *lvs_import_find_service(struct lvs_import *import, const struct lvs_conf_service *key);

/* @at: of the list. Removes a service with all that it has. */
void lvs_import_remove_service(struct lvs_import *import, struct lvs_import_service *service);

/* Return: one with every default at the end of the list, or NULL; as above */
struct lvs_import_server *lvs_import_add_server(struct lvs_import *import, struct lvs_import_service *service,
						struct lvs_import_at at);
struct lvs_import_server *lvs_import_find_server(struct lvs_import_service *service, const struct lvs_addr *addr,
						 uint16_t port);
void lvs_import_remove_server(struct lvs_import *import, struct lvs_import_service *service, struct lvs_import_server *server);

/* Where all servers of a service have the same checks, the service has them, and the servers have none. */
void lvs_import_share_checks(struct lvs_import_service *service);

/* Return: one more group of keys at the end of the list, or NULL */
struct lvs_import_pairs *lvs_import_add_check(struct lvs_import *import, struct lvs_import_server *server);

/* Sets a key; one of the same name is replaced. @format: of its value as lvs.conf spells it */
void lvs_import_pair(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
		     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same with a text, which gets its quotation marks. */
void lvs_import_pair_text(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
			  const char *text);

/* The same with its bytes in hexadecimal. */
void lvs_import_pair_hex(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
			 const char *bytes);

/* Return: the value, or NULL */
const char *lvs_import_pair_find(const struct lvs_import_pairs *pairs, const char *key);

/* Copies @from's keys to @to, but for those that @to has. */
void lvs_import_pairs_inherit(struct lvs_import *import, struct lvs_import_pairs *to, const struct lvs_import_pairs *from);

void lvs_import_pairs_fini(struct lvs_import_pairs *pairs);

/* All servers of a service, as copies, to another one. */
void lvs_import_copy_servers(struct lvs_import *import, struct lvs_import_service *to, const struct lvs_import_service *from);

/* A name that lvs.conf takes, from any text: other characters become '-'. */
void lvs_import_name(char name[LVS_CONF_NAME_BYTES], const char *text);

#endif
