/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONF_LOAD_H
#define LVS_CONF_LOAD_H

#include <stddef.h>

/**
 * lvs_conf_read_file() - all of a file
 * @max:	bytes
 * @ret_text:	from malloc(), NULL if there is nothing in it
 *
 * Return: 0, -EFBIG, -ENOMEM, or what open() and read() say
 */
int lvs_conf_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len);

#endif
