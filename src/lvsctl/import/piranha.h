/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvs.cf: its blocks of settings, and the checks that follow from those of a virtual server. */
#ifndef LVS_LVSCTL_IMPORT_PIRANHA_H
#define LVS_LVSCTL_IMPORT_PIRANHA_H

#include "lvsctl/import/model.h"

#define LVS_PIRANHA_SETTINGS_MAX 64

/* @used: it has been noted */
struct lvs_piranha_setting {
	char *key, *value;
	struct lvs_import_at at;
	bool used;
};

struct lvs_piranha_block {
	char name[LVS_CONF_NAME_BYTES];
	struct lvs_import_at at;
	size_t n;
	struct lvs_piranha_setting settings[LVS_PIRANHA_SETTINGS_MAX];
};

/**
 * lvs_import_piranha() - lvs.cf, the file that pulse, lvs and nanny read
 * @path:	borrowed, for the notes
 * @text:	@len bytes, any
 *
 * What pulse does is VRRP's today: lines that keepalived takes are put behind the configuration, as comments.
 */
void lvs_import_piranha(struct lvs_import *import, const char *path, const char *text, size_t len);

/* Return: borrowed, or NULL */
struct lvs_piranha_setting *lvs_piranha_find(struct lvs_piranha_block *block, const char *key);

/* Notes with the setting in front. */
void lvs_piranha_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_piranha_setting *setting, const char *text);
void lvs_piranha_bad(struct lvs_import *import, struct lvs_piranha_setting *setting, const char *why);

/* Once for a virtual server, before its checks are made: reads escapes. @block: its settings */
void lvs_piranha_check_prepare(struct lvs_import *import, struct lvs_piranha_block *block);

/* How a server is asked. @check: empty */
void lvs_piranha_check(struct lvs_import *import, struct lvs_piranha_block *block, const struct lvs_import_service *service,
		       const struct lvs_import_server *server, struct lvs_import_pairs *check);

#endif
