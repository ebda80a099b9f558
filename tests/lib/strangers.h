/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers that do not speak TLS, for each kind of check that does. */
#ifndef LVS_TESTS_LIB_STRANGERS_H
#define LVS_TESTS_LIB_STRANGERS_H

/* All of them are "down" to a check of @kind. Return: as cmocka_run_group_tests() */
int strangers_are_down(const char *kind);

#endif
