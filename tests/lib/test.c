// SPDX-License-Identifier: GPL-2.0-or-later
/* Helpers shared by the unit tests. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct lvs_addr test_addr(const char *text)
{
	struct in6_addr addr6;
	struct in_addr addr4;

	if (inet_pton(AF_INET, text, &addr4) == 1)
		return lvs_addr_from4((LVS_FORCE lvs_be32)addr4.s_addr);
	if (inet_pton(AF_INET6, text, &addr6) == 1)
		return lvs_addr_from6(&addr6);
	abort();
}
