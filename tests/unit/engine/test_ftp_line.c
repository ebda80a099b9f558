// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that say something, lines that do not, and lines that lie. Each is read from a block of its very length. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/ftp_line.h"

struct row {
	const char *line;
	enum lvs_ftp_line expect;
	const char *addr;
	uint16_t port;
	const char *text;	/* what @off and @len point at */
};

static const struct row commands[] = {
	{ "PASV", LVS_FTP_ASKS_PASSIVE, NULL, 0, NULL },
	{ "pasv", LVS_FTP_ASKS_PASSIVE, NULL, 0, NULL },
	{ "PaSv ", LVS_FTP_ASKS_PASSIVE, NULL, 0, NULL },
	{ "EPSV", LVS_FTP_ASKS_PASSIVE, NULL, 0, NULL },
	{ "EPSV 1", LVS_FTP_ASKS_PASSIVE, NULL, 0, NULL },
	{ "epsv 2", LVS_FTP_ASKS_PASSIVE, NULL, 0, NULL },
	{ "EPSV ALL", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "EPSV all", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "AUTH TLS", LVS_FTP_ASKS_TLS, NULL, 0, NULL },
	{ "", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "PAS", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "PASVX", LVS_FTP_OTHER, NULL, 0, NULL },
	{ " PASV", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "XPORT 1,2,3,4,5,6", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "PORTS 1,2,3,4,5,6", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "RETR PORT 1,2,3,4,5,6", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "\377\364\377\362PASV", LVS_FTP_OTHER, NULL, 0, NULL },

	{ "PORT 192,0,2,1,4,1", LVS_FTP_ACTIVE, "192.0.2.1", 1025, "192,0,2,1,4,1" },
	{ "port  192,0,2,1,4,1 ", LVS_FTP_ACTIVE, "192.0.2.1", 1025, "192,0,2,1,4,1" },
	{ "PORT 255,255,255,255,255,255", LVS_FTP_ACTIVE, "255.255.255.255", 65535, "255,255,255,255,255,255" },
	{ "PORT 010,000,000,001,195,080", LVS_FTP_ACTIVE, "10.0.0.1", 50000, "010,000,000,001,195,080" },
	{ "PORT", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT ", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,1,", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,1,7", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,1x", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,0,0", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 256,0,2,1,4,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,256,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,256", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,999", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,0001", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,1,4,4294967297", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 4294967488,0,2,1,4,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT -1,0,2,1,4,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT +1,0,2,1,4,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192.0.2.1,4,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192,0,2,,4,1", LVS_FTP_LIE, NULL, 0, NULL },
	{ "PORT 192, 0,2,1,4,1", LVS_FTP_LIE, NULL, 0, NULL },

	{ "EPRT |1|132.235.1.2|6275|", LVS_FTP_ACTIVE, "132.235.1.2", 6275, "6275" },
	{ "EPRT |2|1080::8:800:200C:417A|5282|", LVS_FTP_ACTIVE, "1080::8:800:200c:417a", 5282, "5282" },
	{ "eprt !2!::1!65535!", LVS_FTP_ACTIVE, "::1", 65535, "65535" },
	{ "EPRT |2|1:2:3:4:5:6:7:8|1024|", LVS_FTP_ACTIVE, "1:2:3:4:5:6:7:8", 1024, "1024" },
	{ "EPRT |2|1:2:3:4:5:6:7::|1024|", LVS_FTP_ACTIVE, "1:2:3:4:5:6:7:0", 1024, "1024" },
	{ "EPRT |2|1::8|1024|", LVS_FTP_ACTIVE, "1::8", 1024, "1024" },
	{ "EPRT |2|::|1024|", LVS_FTP_ACTIVE, "::", 1024, "1024" },
	{ "EPRT |2|64:ff9b::192.0.2.33|1024|", LVS_FTP_ACTIVE, "64:ff9b::c000:221", 1024, "1024" },
	{ "EPRT |2|1:2:3:4:5:6:192.0.2.33|1024|", LVS_FTP_ACTIVE, "1:2:3:4:5:6:c000:221", 1024, "1024" },
	{ "EPRT |2|ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255|65535|", LVS_FTP_ACTIVE,
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, "65535" },
	{ "EPRT |1|132.235.1.2|6275", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1.2|6275|x", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1.2|6275!", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1.2|65536|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1.2|4294973571|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1.2|0|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|132.235.1.256|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |1|::1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|192.0.2.1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |3|::1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |0|::1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT ||::1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1:2:3:4:5:6:7|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1:2:3:4:5:6:7:8:9|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1:2:3:4::5:6:7:8|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1::2::3|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|:1::2|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1:|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1::2:|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|:::|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|12345::|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|::1%eth0|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2|1:2:3:4:5:6:7:192.0.2.1|6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT |2||6275|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT 121::1262752", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT :2:::1:6275:", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT \2" "2\2::1\2" "6275\2", LVS_FTP_LIE, NULL, 0, NULL },
	{ "EPRT", LVS_FTP_LIE, NULL, 0, NULL },
};

static const struct row replies[] = {
	{ "227 Entering Passive Mode (10,0,0,11,195,80).", LVS_FTP_PASSIVE, "10.0.0.11", 50000, "10,0,0,11,195,80" },
	{ "227 Entering Passive Mode (10,0,0,11,195,80)", LVS_FTP_PASSIVE, "10.0.0.11", 50000, "10,0,0,11,195,80" },
	{ "227 Entering Passive Mode 10,0,0,11,195,80", LVS_FTP_PASSIVE, "10.0.0.11", 50000, "10,0,0,11,195,80" },
	{ "227 =10,0,0,11,195,80 here", LVS_FTP_PASSIVE, "10.0.0.11", 50000, "10,0,0,11,195,80" },
	{ "227 10,0,0,11,195,80", LVS_FTP_PASSIVE, "10.0.0.11", 50000, "10,0,0,11,195,80" },
	{ "227 Mode (passive) 2 (1,2,3,4,5,6)", LVS_FTP_PASSIVE, "1.2.3.4", 1286, "1,2,3,4,5,6" },
	{ "227 Mode 2: 1,2,3,4,5,6", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (10,0,0,11,195,80", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (10,0,0,11,195,80,1)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (10,0,0,11,256,80)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (10,0,0,11,65536,80)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (10,0,0,256,195,80)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (10,0,0,11,0,0)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 10,0,0,11,195,8000", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 ", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 (", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227 no numbers", LVS_FTP_LIE, NULL, 0, NULL },
	{ "227-Entering Passive Mode (10,0,0,11,195,80)", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "227", LVS_FTP_OTHER, NULL, 0, NULL },
	{ " 227 (10,0,0,11,195,80)", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "", LVS_FTP_OTHER, NULL, 0, NULL },
	{ "226 Done (1,2,3,4,5,6)", LVS_FTP_OTHER, NULL, 0, NULL },

	{ "229 Entering Extended Passive Mode (|||6446|)", LVS_FTP_PASSIVE_PORT, NULL, 6446, "6446" },
	{ "229 Extended (passive) (!!!65535!).", LVS_FTP_PASSIVE_PORT, NULL, 65535, "65535" },
	{ "229 (|||06446|)", LVS_FTP_PASSIVE_PORT, NULL, 6446, "06446" },
	{ "229 (|||65536|)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|||4294973742|)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|||0|)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (||||)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|||6446)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|||6446|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|||6446!)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 |||6446|", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|1|10.0.0.11|6446|)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (aaa6446a)", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 (|||", LVS_FTP_LIE, NULL, 0, NULL },
	{ "229 ", LVS_FTP_LIE, NULL, 0, NULL },

	{ "234 Proceed with negotiation.", LVS_FTP_TLS, NULL, 0, NULL },
	{ "234-More", LVS_FTP_OTHER, NULL, 0, NULL },
};

typedef enum lvs_ftp_line reader(const uint8_t *line, size_t len, struct lvs_ftp_end *ret_end);

static void check(const struct row *rows, size_t n, reader *read)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		size_t len = strlen(row->line);
		uint8_t *line = malloc(len ? len : 1);
		struct lvs_ftp_end end, untouched;
		enum lvs_ftp_line got;

		assert_non_null(line);
		memcpy(line, row->line, len);
		memset(&end, 0x5a, sizeof(end));
		untouched = end;
		got = read(line, len, &end);
		if (got != row->expect)
			fail_msg("\"%s\": %d, not %d", row->line, got, row->expect);
		if (!row->text) {
			assert_memory_equal(&end, &untouched, sizeof(end));
		} else {
			struct lvs_addr addr = row->addr ? test_addr(row->addr) : (struct lvs_addr){ 0 };

			if (end.port != row->port || (row->addr && !lvs_addr_equal(&end.addr, &addr)))
				fail_msg("\"%s\": another end", row->line);
			assert_int_equal(end.len, strlen(row->text));
			assert_memory_equal(line + end.off, row->text, end.len);
		}
		free(line);
	}
}

static void test_commands(void **state)
{
	(void)state;
	check(commands, ARRAY_LEN(commands), lvs_ftp_read_command);
}

static void test_replies(void **state)
{
	(void)state;
	check(replies, ARRAY_LEN(replies), lvs_ftp_read_reply);
}

/* Each row, cut everywhere, each of its bytes replaced by each other: no step outside, and never more than it says. */
static void test_damaged(void **state)
{
	const struct {
		const struct row *rows;
		size_t n;
		reader *read;
	} tables[] = {
		{ commands, ARRAY_LEN(commands), lvs_ftp_read_command }, { replies, ARRAY_LEN(replies), lvs_ftp_read_reply },
	};

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			size_t all = strlen(tables[t].rows[i].line);

			for (size_t len = 0; len <= all; len++) {
				uint8_t *line = malloc(len ? len : 1);

				assert_non_null(line);
				for (unsigned int c = 0; c < 256; c++) {
					struct lvs_ftp_end end = { .port = 1 };
					enum lvs_ftp_line got;

					memcpy(line, tables[t].rows[i].line, len);
					if (len)
						line[len - 1] = (uint8_t)c;
					got = tables[t].read(line, len, &end);
					assert_in_range(got, LVS_FTP_OTHER, LVS_FTP_TLS);
					assert_true(end.off + end.len <= len && end.port);
				}
				free(line);
			}
		}
	}
}

/* What is written can be read. */
static void test_write(void **state)
{
	char text[LVS_FTP_END_BYTES], line[64] = "227 (";
	struct lvs_addr addr = test_addr("198.51.100.200");
	struct lvs_ftp_end end;
	size_t n;

	(void)state;
	for (uint32_t port = 1; port <= UINT16_MAX; port++) {
		n = lvs_ftp_write_end(&addr, (uint16_t)port, text);
		memcpy(line + 5, text, n);
		line[5 + n] = ')';
		assert_int_equal(lvs_ftp_read_reply((const uint8_t *)line, n + 6, &end), LVS_FTP_PASSIVE);
		assert_true(end.port == port && lvs_addr_equal(&end.addr, &addr) && end.len == n);
	}
	addr = test_addr("255.255.255.255");
	assert_int_equal(lvs_ftp_write_end(&addr, 65535, text), LVS_FTP_END_BYTES - 1);
	assert_memory_equal(text, "255,255,255,255,255,255", LVS_FTP_END_BYTES - 1);
	addr = test_addr("0.10.0.1");
	assert_int_equal(lvs_ftp_write_end(&addr, 1025, text), 12);
	assert_memory_equal(text, "0,10,0,1,4,1", 12);
	assert_int_equal(lvs_ftp_write_port(65535, text), 5);
	assert_memory_equal(text, "65535", 5);
	assert_int_equal(lvs_ftp_write_port(1000, text), 4);
	assert_memory_equal(text, "1000", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
