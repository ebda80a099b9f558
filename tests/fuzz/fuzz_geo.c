// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lvs.conf names besides itself. Input: a byte, whose lowest bit says which of the two it is, and a file of prefixes or a
 * MaxMind database. What is refused has a reason; what is accepted has an order of known sites for every client.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sites.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "tests/fuzz/fuzz.h"

/* Version 1.7 of the library forgets what it had read of metadata that break off. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libmaxminddb";
}

static int file_of(const void *text, size_t len)
{
	int fd = memfd_create("fuzz", 0);

	CHECK(fd >= 0 && write(fd, text, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void check_orders(const struct lvs_sites *sites)
{
	uint64_t seed = 88172645463325252ULL;

	for (int i = 0; i < 200; i++) {
		struct lvs_addr client = { .words = { 0, 0, LVS_ADDR_MAPPED, 0 } };
		const uint8_t *site;

		for (unsigned int at = i % 2 ? 12 : 0; at < sizeof(client); at++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			client.bytes[at] = (uint8_t)(seed >> 56);
		}
		for (site = lvs_sites_order(sites, &client); *site; site++)
			CHECK(*site <= sites->n && site < sites->orders + sites->orders_len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char text[400], path[40], line[600];
	int err, file, whole;

	if (!size)
		return 0;
	file = file_of(input + 1, size - 1);
	(void)snprintf(text, sizeof(text), "geo: { sites = \"a,bc,d\"; %s = \"/proc/self/fd/%d\"; rules: (\n"
		       "{ prefix = \"10.0.0.0/8\"; sites = \"d,*\"; }%s ); };",
		       *input & 1 ? "database" : "file", file,
		       *input & 1 ? ", { country = \"DE\"; sites = \"a\"; }, { continent = \"EU\"; sites = \"bc\"; }" : "");
	whole = file_of(text, strlen(text));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", whole);
	err = lvs_conf_load(path, &errors, &conf);
	CHECK((err == 0) == (errors.nerrors == 0) && (err == 0) == (conf != NULL));
	for (size_t i = 0; i < errors.n; i++)
		CHECK(*lvs_conf_errors_line(&errors, i, line, sizeof(line)));
	if (conf)
		check_orders(conf->geo.table);
	lvs_conf_free(conf);
	close(file);
	close(whole);
	return 0;
}
