/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help and --version. */
#ifndef LVS_LVSADM_HELP_H
#define LVS_LVSADM_HELP_H

#include <stdio.h>

/* Called as "ipvsadm", both say what ipvsadm 1.31 says, byte by byte. @name: as the program was called */
void lvsadm_version(FILE *out, const char *name);
void lvsadm_help(FILE *out, const char *name);

#endif
