/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSCTL_IMPORT_PIRANHA_H
#define LVS_LVSCTL_IMPORT_PIRANHA_H

#include <stddef.h>

struct lvs_import;

/**
 * lvs_import_piranha() - lvs.cf, the file that pulse, lvs and nanny read
 * @path:	borrowed, for the notes
 * @text:	@len bytes, any
 *
 * What pulse does is VRRP's today: lines that keepalived takes are put behind the configuration, as comments.
 */
void lvs_import_piranha(struct lvs_import *import, const char *path, const char *text, size_t len);

#endif
