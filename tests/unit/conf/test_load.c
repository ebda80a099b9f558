// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/errors.h"

static char path[] = "test_load.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void check_load(const char *name, int err, const char *finding)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	char line[400], expect[400];

	assert_int_equal(lvs_conf_load(name, &errors, &conf), err);
	assert_int_equal(errors.n, 1);
	snprintf(expect, sizeof(expect), "%s%s", name, finding);
	assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)), expect);
	assert_int_equal(conf != NULL, err == 0);
	lvs_conf_free(conf);
}

static void a_file_is_read_as_a_whole(void **state)
{
	static const char text[] = "device: { mtu = 9000; };\nservices: ( { address = \"192.0.2.10:80\"; "
				   "servers: ( { address = \"10.0.0.1\"; } ); } );\n";
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	/* longer than one read */
	for (int i = 0; i < 3000; i++)
		fputs("# a comment of some forty characters here\n", file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(lvs_conf_load(path, &errors, &conf), 0);
	assert_int_equal(errors.n, 0);
	assert_int_equal(conf->device.mtu, 9000);
	assert_int_equal(conf->services[0].where.line, 3002);
	lvs_conf_free(conf);
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	check_load("test_load.absent", -ENOENT, ": cannot be read: No such file or directory");
	check_load("/", -EISDIR, ": cannot be read: Is a directory");
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		check_load(path, -EACCES, ": cannot be read: Permission denied");
		assert_int_equal(chmod(path, 0600), 0);
	}
	assert_int_equal(truncate(path, LVS_CONF_FILE_BYTES_MAX + 1), 0);
	check_load(path, -EFBIG, ": cannot be read: File too large");
	check_load("/dev/zero", -EFBIG, ": cannot be read: File too large");
	assert_int_equal(truncate(path, 0), 0);
	check_load(path, 0, ": warning: there are no services (add some to \"services\")");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_as_a_whole),
		cmocka_unit_test(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
