// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/child.h"

int test_journal(bool with_socket)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
	char stream[64];
	struct stat st;
	int fd = -1;

	CHECK(mount("none", "/run", "tmpfs", 0, NULL) == 0);
	if (with_socket) {
		CHECK(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/journal", 0755) == 0);
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	}
	CHECK(fstat(STDERR_FILENO, &st) == 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino);
	CHECK(setenv("JOURNAL_STREAM", stream, 1) == 0);
	return fd;
}
