// SPDX-License-Identifier: GPL-2.0-or-later
/* The server as a whole, on a loop that the test turns by hand; the linker puts a stream in place of /v1/version. */
#include "tests/lib/test.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "control/request.h"
#include "control/stream.h"
#include "sys/loop.h"

#define PART_BYTES 4096
#define PATIENCE 20000	/* turns of the loop */

static struct {
	char directory[64];
	struct lvs_conf *conf;
	struct lvs_loop *loop;
	struct lvs_control *control;
	int parts;	/* of each stream */
	bool rests;	/* in place of a part */
	struct lvs_request *resting;	/* the last one that did */
	int rested;
	int made, begun, dismissed;
} scene;

struct state {
	int left;
};

static bool step(void *arg, struct lvs_request *request, struct lvs_json *json)
{
	struct state *state = arg;
	char text[PART_BYTES];

	if (scene.rests) {
		scene.resting = request;
		scene.rested++;
		lvs_stream_rest(request);
		return true;
	}
	memset(text, 'a' + state->left % 26, sizeof(text));
	if (json->depth == 0)
		lvs_json_array(json, NULL);
	lvs_json_textn(json, NULL, text, sizeof(text));
	scene.made++;
	if (--state->left > 0)
		return true;
	lvs_json_end_array(json);
	return false;
}

static void dismiss(void *arg)
{
	scene.dismissed++;
	free(arg);
}

void __wrap_lvs_api_version(struct lvs_request *request);
void __wrap_lvs_api_version(struct lvs_request *request)
{
	struct state *state = calloc(1, sizeof(*state));

	assert_non_null(state);
	state->left = scene.parts;
	scene.begun++;
	lvs_request_stream(request, LVS_TYPE_JSON, step, dismiss, state);
}

static void turn(void)
{
	assert_true(event_base_loop(lvs_loop_base(scene.loop), EVLOOP_NONBLOCK) >= 0);
}

static int set_up(void **state)
{
	const struct lvs_control_host host_template = { .arg = NULL };
	struct lvs_control_host host = host_template;
	char message[LVS_CONTROL_MESSAGE_MAX];

	(void)state;
	memset(&scene, 0, sizeof(scene));
	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(scene.directory, sizeof(scene.directory), "/tmp/lvsd-test-XXXXXX");
	assert_non_null(mkdtemp(scene.directory));
	scene.conf = lvs_conf_new();
	assert_non_null(scene.conf);
	(void)snprintf(scene.conf->control.socket, sizeof(scene.conf->control.socket), "%s/sock", scene.directory);
	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	host.loop = scene.loop;
	assert_int_equal(lvs_control_new(&host, &scene.conf->control, message, &scene.control), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lvs_control_free(scene.control);
	lvs_loop_free(scene.loop);
	(void)unlink(scene.conf->control.socket);
	(void)rmdir(scene.directory);
	lvs_conf_free(scene.conf);
	return 0;
}

static int ask(const char *request)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", scene.conf->control.socket);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	return fd;
}

/* Turns the loop until the other side has closed. Return: all it said, the caller's */
static char *read_all(int fd)
{
	struct evbuffer *buffer = evbuffer_new();
	char *text;
	size_t len;

	assert_non_null(buffer);
	for (int i = 0; i < PATIENCE; i++) {
		int got;

		turn();
		got = evbuffer_read(buffer, fd, 65536);
		if (got == 0)
			break;
		assert_true(got > 0 || errno == EAGAIN);
	}
	len = evbuffer_get_length(buffer);
	text = calloc(1, len + 1);
	assert_non_null(text);
	(void)evbuffer_remove(buffer, text, len);
	evbuffer_free(buffer);
	close(fd);
	return text;
}

#define GET_AND_CLOSE "GET /v1/version HTTP/1.0\r\n\r\n"
#define GET "GET /v1/version HTTP/1.1\r\nHost: x\r\n\r\n"

static void parts_come_in_order(void **state)
{
	char *text, *at;

	(void)state;
	scene.parts = 100;
	text = read_all(ask(GET_AND_CLOSE));
	assert_non_null(strstr(text, "200 OK"));
	at = strstr(text, "\r\n\r\n[");
	assert_non_null(at);
	at += 5;
	for (int left = scene.parts; left > 0; left--, at += PART_BYTES + 3) {
		assert_int_equal(at[1], 'a' + left % 26);
		assert_int_equal(at[PART_BYTES], 'a' + left % 26);
	}
	assert_string_equal(at - 1, "]\n");
	assert_int_equal(scene.made, 100);
	assert_int_equal(scene.dismissed, 1);
	free(text);
}

static void who_does_not_read_holds_nobody_up(void **state)
{
	int slow, made;
	char *text;

	(void)state;
	scene.parts = 10000;
	slow = ask(GET);
	for (int i = 0; i < 1000; i++)
		turn();
	made = scene.made;
	/* What the socket takes, and the mark. */
	assert_in_range(made, 1, 200);
	for (int i = 0; i < 1000; i++)
		turn();
	assert_int_equal(scene.made, made);
	scene.parts = 50;
	text = read_all(ask(GET_AND_CLOSE));
	assert_non_null(strstr(text, "]\n"));
	assert_int_equal(scene.made, made + 50);
	assert_int_equal(scene.dismissed, 1);
	free(text);
	close(slow);
	for (int i = 0; i < 1000 && scene.dismissed < 2; i++)
		turn();
	assert_int_equal(scene.dismissed, 2);
}

static void who_has_nothing_to_say_rests(void **state)
{
	char *text;
	int fd;

	(void)state;
	scene.parts = 3;
	scene.rests = true;
	fd = ask(GET_AND_CLOSE);
	for (int rested = 1; rested <= 3; rested++) {
		for (int i = 0; i < 1000; i++)
			turn();
		assert_int_equal(scene.rested, rested);
		if (rested == 3)
			scene.rests = false;
		lvs_stream_wake(scene.resting);
	}
	text = read_all(fd);
	assert_int_equal(scene.made, 3);
	assert_int_equal(scene.dismissed, 1);
	free(text);
}

static void everybody_gets_a_turn(void **state)
{
	int fds[8];

	(void)state;
	scene.parts = 200;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = ask(GET);
	for (int i = 0; i < PATIENCE && scene.begun < (int)ARRAY_LEN(fds); i++)
		turn();
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		char some[65536];

		for (int k = 0; k < 64; k++)
			turn();
		assert_true(read(fds[i], some, sizeof(some)) > PART_BYTES);
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	for (int i = 0; i < PATIENCE && scene.dismissed < scene.begun; i++)
		turn();
	assert_int_equal(scene.dismissed, scene.begun);
}

static void head_makes_no_part(void **state)
{
	char *text;

	(void)state;
	scene.parts = 10;
	text = read_all(ask("HEAD /v1/version HTTP/1.0\r\n\r\n"));
	assert_non_null(strstr(text, "200 OK"));
	assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
	assert_int_equal(scene.made, 0);
	assert_int_equal(scene.dismissed, 1);
	free(text);
}

static void the_end_of_the_server_is_the_end_of_streams(void **state)
{
	int fd;

	(void)state;
	scene.parts = 10000;
	fd = ask(GET);
	for (int i = 0; i < PATIENCE && !scene.made; i++)
		turn();
	lvs_control_free(scene.control);
	scene.control = NULL;
	assert_int_equal(scene.dismissed, scene.begun);
	close(fd);
}

static void one_connection_asks_often(void **state)
{
	static const char pipeline[] = GET GET GET GET_AND_CLOSE;
	char *text, *at;
	int answers = 0;

	(void)state;
	scene.parts = 3;
	text = read_all(ask(pipeline));
	for (at = text; (at = strstr(at, " 200 OK\r\n")); at++)
		answers++;
	assert_int_equal(answers, 4);
	assert_int_equal(scene.dismissed, 4);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_come_in_order),
		TEST(who_does_not_read_holds_nobody_up),
		TEST(who_has_nothing_to_say_rests),
		TEST(everybody_gets_a_turn),
		TEST(head_makes_no_part),
		TEST(the_end_of_the_server_is_the_end_of_streams),
		TEST(one_connection_asks_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
