// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configurations of other programs. Input: a byte that says of which one, and its file. Whatever is read, what comes out is a
 * configuration that lvsd takes, or nothing; keepalived's includes find nothing here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf/errors.h"
#include "lvsctl/import/emit.h"
#include "lvsctl/import/ipvsadm.h"
#include "lvsctl/import/keepalived.h"
#include "lvsctl/import/ldirectord.h"
#include "lvsctl/import/piranha.h"
#include "tests/fuzz/fuzz.h"

static void read_keepalived(struct lvs_import *import, const uint8_t *text, size_t len, struct lvs_keepalived_tree **ret_tree)
{
	int fd = memfd_create("fuzz", 0);
	char path[40];

	CHECK(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)lvs_import_keepalived(import, path, "one", ret_tree);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct lvs_keepalived_tree *tree = NULL;
	struct lvs_conf_errors errors;
	struct lvs_import import;
	struct lvs_conf *conf;
	char *text;
	size_t len;
	int err;

	if (!size || memmem(input, size, "include", 7))
		return 0;
	CHECK(!lvs_import_init(&import));
	import.lookup = false;
	if (*input % 4 == 0)
		lvs_import_ipvsadm(&import, "fuzz", (const char *)input + 1, size - 1);
	else if (*input % 4 == 1)
		lvs_import_ldirectord(&import, "fuzz", (const char *)input + 1, size - 1);
	else if (*input % 4 == 2)
		lvs_import_piranha(&import, "fuzz", (const char *)input + 1, size - 1);
	else
		read_keepalived(&import, input + 1, size - 1, &tree);
	err = lvs_import_emit(&import, "fuzz", &text, &len);
	CHECK(!err || err == -ENOMEM);
	if (!err) {
		CHECK(!lvs_conf_parse(text, len, "fuzz", &errors, &conf));
		lvs_conf_free(conf);
		free(text);
	}
	lvs_import_fini(&import);
	lvs_keepalived_free(tree);
	return 0;
}
