/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_TESTS_LIB_JOURNAL_H
#define LVS_TESTS_LIB_JOURNAL_H

#include <stdbool.h>

/*
 * A journal of our own, for children in a mount namespace: /run is private, and stderr is a stream that $JOURNAL_STREAM names.
 * @with_socket: somebody listens. Return: the socket that entries come to, non-blocking; -1 if there is none
 */
int test_journal(bool with_socket);

#endif
