// SPDX-License-Identifier: GPL-2.0-or-later
/* Who does not speak TLS. Who does is asked in tests/netns/health_http.sh. */
#include "tests/lib/strangers.h"

int main(void)
{
	return strangers_are_down("https");
}
