/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONF_PARSE_H
#define LVS_CONF_PARSE_H

#include "conf/conf.h"

/* As lvs_conf_parse(). @files: read those that the text names */
int lvs_conf_parse_text(const char *text, size_t len, const char *filename, bool files, struct lvs_conf_errors *errors,
			struct lvs_conf **ret_conf);

/**
 * lvs_conf_parse_part() - the same without the checks of the whole: services may want what is not in the text
 * @errors:	not sealed: findings about the result can be added while @text is there
 *
 * Return: 0, also after findings that leave a configuration; or -Exxx
 */
int lvs_conf_parse_part(const char *text, size_t len, const char *filename, struct lvs_conf_errors *errors,
			struct lvs_conf **ret_conf);

#endif
