// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <netinet/in.h>
#include <string.h>

#include "lvsctl/doctor/doctor.h"

static const char table[] = "IP Virtual Server version 1.2.1 (size=4096)\n"
			    "Prot LocalAddress:Port Scheduler Flags\n"
			    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
			    "TCP  C000020A:0050 wlc  \n"
			    "  -> 0A00000B:1F90      Masq    1      0          0         \n"
			    "UDP  [2001:0db8:0000:0000:0000:0000:0000:0053]:0035 rr \n"
			    "FWM  00000007 rr persistent 300 FFFFFFFF\n";

static const struct row {
	const char *what;
	const char *address;
	uint16_t port;
	uint8_t protocol;
	uint32_t mark;
	bool expect;
} rows[] = {
	{ "IPv4", "192.0.2.10", 80, IPPROTO_TCP, 0, true },
	{ "another port", "192.0.2.10", 81, IPPROTO_TCP, 0, false },
	{ "another protocol", "192.0.2.10", 80, IPPROTO_UDP, 0, false },
	{ "another address", "192.0.2.11", 80, IPPROTO_TCP, 0, false },
	{ "a server is no service", "10.0.0.11", 8080, IPPROTO_TCP, 0, false },
	{ "IPv6", "2001:db8::53", 53, IPPROTO_UDP, 0, true },
	{ "a mark", "0.0.0.0", 0, 0, 7, true },
	{ "another mark", "0.0.0.0", 0, 0, 8, false },
};

static void test_kernel_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lvs_conf_service service = { .port = rows[i].port, .protocol = rows[i].protocol, .mark = rows[i].mark };
		FILE *file = fmemopen((void *)(uintptr_t)table, strlen(table), "r");

		assert_non_null(file);
		service.addr = test_addr(rows[i].address);
		if (lvs_doctor_kernel_has(file, &service) != rows[i].expect)
			fail_msg("%s", rows[i].what);
		(void)fclose(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kernel_has) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
