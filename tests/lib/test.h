/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test needs before anything else: cmocka with its prerequisites, in the order it wants them. */
#ifndef LVS_TESTS_LIB_TEST_H
#define LVS_TESTS_LIB_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "base/addr.h"

/* @text: IPv4 or IPv6 literal; anything else ends the test program. */
struct lvs_addr test_addr(const char *text);

#endif
