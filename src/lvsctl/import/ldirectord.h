/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ldirectord.cf: its directives, and the virtual services with theirs. */
#ifndef LVS_LVSCTL_IMPORT_LDIRECTORD_H
#define LVS_LVSCTL_IMPORT_LDIRECTORD_H

#include "lvsctl/import/model.h"

/* @text: of @len bytes, not ended by a NUL. @path: borrowed, as long as the import lives */
void lvs_import_ldirectord(struct lvs_import *import, const char *path, const char *text, size_t len);

/**
 * struct lvs_ldirectord_setting - a directive
 * @name:	static storage
 * @value:	what is behind the '=', without quotation marks and blanks around
 * @at:		with the column of the value
 * @left:	that lvs.conf has nothing for it has been said
 */
struct lvs_ldirectord_setting {
	const char *name;
	char *value;
	struct lvs_import_at at;
	bool left;
};

/**
 * struct lvs_ldirectord_block - what is global, or a virtual service
 * @value:	of "virtual"; NULL: global
 * @six:	"virtual6"
 */
struct lvs_ldirectord_block {
	struct lvs_import_at at;
	char *value;
	bool six;
	size_t n;
	struct lvs_ldirectord_setting *list;
};

/**
 * struct lvs_ldirectord_place - the virtual service that is being read
 * @service:	what it becomes
 */
struct lvs_ldirectord_place {
	struct lvs_import *import;
	const struct lvs_ldirectord_block *global, *block;
	struct lvs_import_service *service;
};

/* What the line of a real server says of its check. NULL: nothing. @port: 0: nothing */
struct lvs_ldirectord_real {
	struct lvs_import_at at;
	const char *request, *receive;
	uint16_t port;
};

/* Return: the last one of that name, which counts, or NULL */
struct lvs_ldirectord_setting *lvs_ldirectord_find(const struct lvs_ldirectord_block *block, const char *name);

/* The same of the virtual service, or else the global one. */
struct lvs_ldirectord_setting *lvs_ldirectord_setting(const struct lvs_ldirectord_place *place, const char *name);

/* Return: the value of that, or @otherwise */
const char *lvs_ldirectord_value(const struct lvs_ldirectord_place *place, const char *name, const char *otherwise);

/* Its first digits are the number, as for ldirectord. Return: as above; not more than @max, which is noted */
uint32_t lvs_ldirectord_number(const struct lvs_ldirectord_place *place, const char *name, uint32_t max, uint32_t otherwise);

/* Notes with the directive in front, its value where that is no secret. What is left is put behind the configuration too. */
void lvs_ldirectord_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_ldirectord_setting *setting,
			 const char *text);

/* Reads all of a virtual service. @place: without @service */
void lvs_ldirectord_service(struct lvs_ldirectord_place *place);

/* How the servers of the service are asked, said once for all of them. */
void lvs_ldirectord_check_notes(const struct lvs_ldirectord_place *place);

/* How one of them is asked. */
void lvs_ldirectord_check(const struct lvs_ldirectord_place *place, struct lvs_import_server *server,
			  const struct lvs_ldirectord_real *real);

#endif
