// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "control/socket.h"

#define OTHER 12345	/* neither root nor us */

static struct {
	char directory[64];
	char path[100];
	char message[LVS_CONTROL_MESSAGE_MAX];
} scene;

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(scene.directory, sizeof(scene.directory), "/tmp/lvsd-test-XXXXXX");
	assert_non_null(mkdtemp(scene.directory));
	assert_int_equal(chmod(scene.directory, 0755), 0);
	(void)snprintf(scene.path, sizeof(scene.path), "%s/sock", scene.directory);
	*scene.message = '\0';
	return 0;
}

static int tear_down(void **state)
{
	char deep[100];

	(void)state;
	(void)unlink(scene.path);
	(void)snprintf(deep, sizeof(deep), "%s/a/b/sock", scene.directory);
	(void)unlink(deep);
	for (char *slash = strrchr(deep, '/'); slash && slash > deep + strlen("/tmp/l"); slash = strrchr(deep, '/')) {
		*slash = '\0';
		(void)rmdir(deep);
	}
	return 0;
}

static int open_at(const char *path, mode_t mode)
{
	int fd = -1, err = lvs_socket_unix(path, mode, LVS_CONTROL_NO_GROUP, scene.message, &fd);

	if (err)
		fail_msg("%s", scene.message);
	return fd;
}

static int ask(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

static void a_socket_has_its_mode_and_its_directory(void **state)
{
	static const mode_t modes[] = { 0600, 0660, 0666 };
	char deep[100];
	struct stat st;
	int fd;

	(void)state;
	(void)snprintf(deep, sizeof(deep), "%s/a/b/sock", scene.directory);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		fd = open_at(deep, modes[i]);
		assert_int_equal(stat(deep, &st), 0);
		assert_true(S_ISSOCK(st.st_mode));
		assert_int_equal(st.st_mode & 07777, modes[i]);
		close(fd);
	}
}

static void what_was_left_behind_is_replaced(void **state)
{
	int fd = open_at(scene.path, 0600), client;

	(void)state;
	close(fd);
	assert_int_equal(ask(scene.path), -ECONNREFUSED);
	fd = open_at(scene.path, 0600);
	client = ask(scene.path);
	assert_true(client >= 0);
	close(client);
	close(fd);
}

static void somebody_who_listens_stays(void **state)
{
	int fd = open_at(scene.path, 0600), second = -1;

	(void)state;
	assert_int_equal(lvs_socket_unix(scene.path, 0600, LVS_CONTROL_NO_GROUP, scene.message, &second), -EADDRINUSE);
	assert_non_null(strstr(scene.message, "another director listens at"));
	assert_int_equal(second, -1);
	close(fd);
}

static void what_is_no_socket_stays(void **state)
{
	FILE *file = fopen(scene.path, "w");
	struct stat st;
	int fd = -1;

	(void)state;
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(lvs_socket_unix(scene.path, 0600, LVS_CONTROL_NO_GROUP, scene.message, &fd), -EEXIST);
	assert_non_null(strstr(scene.message, "there is something else"));
	assert_int_equal(stat(scene.path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	/* Nor does a link lead anywhere. */
	assert_int_equal(unlink(scene.path), 0);
	assert_int_equal(symlink("/dev/null", scene.path), 0);
	assert_int_equal(lvs_socket_unix(scene.path, 0600, LVS_CONTROL_NO_GROUP, scene.message, &fd), -EEXIST);
	assert_int_equal(fd, -1);
}

static void a_path_that_cannot_be_is_said(void **state)
{
	char path[200];
	int fd = -1;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[150] = '\0';
	assert_int_equal(lvs_socket_unix(path, 0600, LVS_CONTROL_NO_GROUP, scene.message, &fd), -ENAMETOOLONG);
	assert_non_null(strstr(scene.message, "cannot make socket"));
	assert_int_equal(lvs_socket_unix("/dev/null/sock", 0600, LVS_CONTROL_NO_GROUP, scene.message, &fd), -ENOTDIR);
	assert_int_equal(fd, -1);
}

static void groups_are_names_or_numbers(void **state)
{
	gid_t group = 1;

	(void)state;
	assert_int_equal(lvs_socket_group("4711", &group), 0);
	assert_int_equal(group, 4711);
	assert_int_equal(lvs_socket_group("no-such-group", &group), -ENOENT);
	assert_int_equal(lvs_socket_group("12x", &group), -ENOENT);
	assert_int_equal(lvs_socket_group("4294967295", &group), -ENOENT);
	assert_int_equal(group, 4711);
	if (getgrgid(0)) {
		assert_int_equal(lvs_socket_group(getgrgid(0)->gr_name, &group), 0);
		assert_int_equal(group, 0);
	}
	assert_int_equal(lvs_socket_group("", &group), 0);
	assert_int_equal(group, getgrnam("lvsd") ? getgrnam("lvsd")->gr_gid : LVS_CONTROL_NO_GROUP);
}

/* Connects as somebody else, who then waits to be let go. Return: our end, or -1 if there is nobody else here */
static int visited_by(int listener, uid_t uid, gid_t gid, gid_t second, pid_t *ret_pid)
{
	int pipes[2], fd;
	char said = 0;

	assert_int_equal(pipe(pipes), 0);
	*ret_pid = fork();
	assert_true(*ret_pid >= 0);
	if (*ret_pid == 0) {
		close(pipes[0]);
		if (setgroups(second ? 1 : 0, &second) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			_exit(77);
		fd = ask(scene.path);
		(void)!write(pipes[1], fd >= 0 ? "+" : "-", 1);
		pause();
		_exit(0);
	}
	close(pipes[1]);
	if (read(pipes[0], &said, 1) != 1 || said != '+') {
		close(pipes[0]);
		return -1;
	}
	close(pipes[0]);
	return accept(listener, NULL, NULL);
}

static void let_go(pid_t pid, int fd)
{
	if (fd >= 0)
		close(fd);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void who_is_who_decides(void **state)
{
	static const struct {
		const char *what;
		uid_t uid;
		gid_t gid, second, group;
		bool expect;
	} rows[] = {
		{ "root", 0, 0, 0, LVS_CONTROL_NO_GROUP, true },
		{ "somebody else", OTHER, OTHER, 0, LVS_CONTROL_NO_GROUP, false },
		{ "somebody else, where there is a group", OTHER, OTHER, 0, 4711, false },
		{ "who is in the group", OTHER, 4711, 0, 4711, true },
		{ "who is in it too", OTHER, OTHER, 4711, 4711, true },
		{ "who is in another one", OTHER, OTHER, 4712, 4711, false },
		{ "who is in the group of those whom nobody knows", OTHER, 65534, 0, 65534, false },
	};
	int listener = open_at(scene.path, 0666), fd;
	pid_t pid;

	(void)state;
	fd = ask(scene.path);
	assert_true(fd >= 0);
	close(fd);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(lvs_socket_is_admin(fd, LVS_CONTROL_NO_GROUP), geteuid() != 65534);
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fd = visited_by(listener, rows[i].uid, rows[i].gid, rows[i].second, &pid);
		if (fd < 0) {
			let_go(pid, fd);
			close(listener);
			skip();	/* only root can be somebody else */
		}
		if (lvs_socket_is_admin(fd, rows[i].group) != rows[i].expect) {
			let_go(pid, fd);
			fail_msg("%s", rows[i].what);
		}
		let_go(pid, fd);
	}
	close(listener);
}

static void tcp_listens_where_it_is_told_to(void **state)
{
	struct lvs_addr four = test_addr("127.0.0.1"), six = test_addr("::1"), nobody = test_addr("192.0.2.1");
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	int fd = -1, second = -1;

	(void)state;
	assert_int_equal(lvs_socket_tcp(&four, 0, scene.message, &fd), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	assert_int_equal(in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(lvs_socket_tcp(&four, ntohs(in.sin_port), scene.message, &second), -EADDRINUSE);
	assert_non_null(strstr(scene.message, "127.0.0.1:"));
	close(fd);
	fd = -1;
	assert_int_equal(lvs_socket_tcp(&nobody, 8404, scene.message, &fd), -EADDRNOTAVAIL);
	assert_int_equal(fd, -1);
	if (lvs_socket_tcp(&six, 0, scene.message, &fd) == 0)	/* where there is IPv6 */
		close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_socket_has_its_mode_and_its_directory),
		TEST(what_was_left_behind_is_replaced),
		TEST(somebody_who_listens_stays),
		TEST(what_is_no_socket_stays),
		TEST(a_path_that_cannot_be_is_said),
		TEST(groups_are_names_or_numbers),
		TEST(who_is_who_decides),
		TEST(tcp_listens_where_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
