// SPDX-License-Identifier: GPL-2.0-or-later
/* Sessions by cookies of all kinds, until they are over; tokens; and which pages are ours. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "control/session.h"

#define BEGIN LVS_SECONDS(1000)
#define TOKEN "0123456789abcdef0123"

static struct lvs_sessions sessions;

static int set_up(void **state)
{
	(void)state;
	memset(&sessions, 0, sizeof(sessions));
	lvs_sessions_name(&sessions, (const uint8_t[4]){ 0xde, 0xad, 0x00, 0x07 });
	(void)strcpy(sessions.token, TOKEN);
	return 0;
}

static struct lvs_session *begin(uint8_t seed, bool local, lvs_ns now)
{
	uint8_t random[LVS_SESSION_RANDOM_BYTES];

	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)(seed + 3 * i);
	return lvs_sessions_begin(&sessions, local, random, now);
}

static struct lvs_session *find(const char *cookies, lvs_ns now)
{
	return lvs_sessions_find(&sessions, cookies, false, now);
}

static void secrets_are_compared_as_a_whole(void **state)
{
	char most[LVS_TOKEN_MAX + 1], more[4 * LVS_TOKEN_MAX];

	(void)state;
	memset(most, 'x', sizeof(most) - 1);
	most[sizeof(most) - 1] = '\0';
	memset(more, 'x', sizeof(more) - 1);
	more[sizeof(more) - 1] = '\0';
	assert_true(lvs_secret_same("secret", "secret"));
	assert_true(lvs_secret_same(most, most));
	assert_false(lvs_secret_same("secre", "secret"));
	assert_false(lvs_secret_same("secrets", "secret"));
	assert_false(lvs_secret_same("Secret", "secret"));
	assert_false(lvs_secret_same("secreT", "secret"));
	assert_false(lvs_secret_same(more, most));
	assert_false(lvs_secret_same(most + 1, most));
	/* What is not set is known to nobody. */
	assert_false(lvs_secret_same("", ""));
	assert_false(lvs_secret_same("x", ""));
}

static void a_cookie_finds_its_session(void **state)
{
	static const struct {
		const char *what, *format;
		bool found;
	} rows[] = {
		{ "alone", "lvsd-dead0007=%s", true },
		{ "after others", "a=b; c=\"d;e\"; lvsd-dead0007=%s", true },
		{ "before others", "lvsd-dead0007=%s;x=y", true },
		{ "without spaces", "a=b;lvsd-dead0007=%s", true },
		{ "with many of them", " \t ;; ; lvsd-dead0007=%s \t;", true },
		{ "after one of the name that is nobody's", "lvsd-dead0007=00000000000000000000000000000000; lvsd-dead0007=%s", true },
		{ "another director's", "lvsd-dead0008=%s", false },
		{ "a longer name", "xlvsd-dead0007=%s", false },
		{ "no name", "=%s", false },
		{ "the value alone", "%s", false },
		{ "in quotes", "lvsd-dead0007=\"%s\"", false },
		{ "spaces around the sign", "lvsd-dead0007 = %s", false },
		{ "one digit more", "lvsd-dead0007=%s0", false },
		{ "inside of another", "a=lvsd-dead0007=%s", false },
		{ "with commas, as lists are", "a=b,lvsd-dead0007=%s", false },
		{ "no value", "lvsd-dead0007=", false },
		{ "no sign", "lvsd-dead0007", false },
		{ "nothing", "", false },
		{ "only signs", ";;;;====;;;;", false },
	};
	const struct lvs_session *session = begin(1, false, BEGIN);
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"	/* of the table */
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		(void)snprintf(text, sizeof(text), rows[i].format, session->id);
#pragma GCC diagnostic pop
		if ((find(text, BEGIN) == session) != rows[i].found)
			fail_msg("%s", rows[i].what);
	}
	assert_null(find(NULL, BEGIN));
}

static void only_the_whole_id_counts(void **state)
{
	const struct lvs_session *session = begin(1, false, BEGIN);
	char text[64];

	(void)state;
	for (size_t i = 0; i < LVS_SESSION_ID_BYTES - 1; i++) {
		(void)snprintf(text, sizeof(text), "lvsd-dead0007=%s", session->id);
		text[strlen("lvsd-dead0007=") + i] ^= 1;
		assert_null(find(text, BEGIN));
		text[strlen("lvsd-dead0007=") + i] = '\0';	/* cut off */
		assert_null(find(text, BEGIN));
	}
	/* Slots that nobody has are all zeroes. */
	assert_null(find("lvsd-dead0007=", BEGIN));
	assert_null(find("lvsd-dead0007=00000000000000000000000000000000", BEGIN));
	assert_string_not_equal(session->id, session->form);
	assert_int_equal(strlen(session->id), LVS_SESSION_ID_BYTES - 1);
	assert_int_equal(strlen(session->form), LVS_SESSION_ID_BYTES - 1);
}

static void any_cookies_end(void **state)
{
	char text[300];

	(void)state;
	(void)begin(1, false, BEGIN);
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)random() % sizeof(text);
		char *exact;

		for (size_t k = 0; k < len; k++)
			text[k] = (char)(random() % 3 ? "lvsd-dead0007=; \t\"\\"[random() % 18] : random() % 255 + 1);
		exact = strndup(text, len);	/* so that a byte too far is seen */
		assert_non_null(exact);
		assert_null(find(exact, BEGIN));
		free(exact);
	}
}

static void a_session_counts_at_its_door(void **state)
{
	const struct lvs_session *local = begin(1, true, BEGIN);
	char text[64];

	(void)state;
	(void)snprintf(text, sizeof(text), "lvsd-dead0007=%s", local->id);
	assert_null(lvs_sessions_find(&sessions, text, false, BEGIN));
	assert_ptr_equal(lvs_sessions_find(&sessions, text, true, BEGIN), local);
}

static void a_session_ends(void **state)
{
	struct lvs_session *session = begin(1, false, BEGIN);
	char text[64];
	lvs_ns now = BEGIN;

	(void)state;
	(void)snprintf(text, sizeof(text), "lvsd-dead0007=%s", session->id);
	/* Its time begins anew with each request ... */
	for (; now < BEGIN + LVS_SESSION_LIFE; now += LVS_SESSION_IDLE - 1)
		assert_ptr_equal(find(text, now), session);
	/* ... but not for ever. */
	assert_ptr_equal(find(text, BEGIN + LVS_SESSION_LIFE - 1), session);
	assert_null(find(text, BEGIN + LVS_SESSION_LIFE));
	assert_string_equal(session->id, "");
	assert_string_equal(session->form, "");

	session = begin(2, false, now);
	(void)snprintf(text, sizeof(text), "lvsd-dead0007=%s", session->id);
	assert_null(find(text, now + LVS_SESSION_IDLE));

	session = begin(3, false, now);
	(void)snprintf(text, sizeof(text), "lvsd-dead0007=%s", session->id);
	lvs_session_end(session);
	assert_null(find(text, now));
}

static void there_are_so_many_at_most(void **state)
{
	char first[64], second[64];

	(void)state;
	(void)snprintf(first, sizeof(first), "lvsd-dead0007=%s", begin(0, false, BEGIN)->id);
	(void)snprintf(second, sizeof(second), "lvsd-dead0007=%s", begin(1, false, BEGIN + 1)->id);
	for (uint8_t i = 2; i < LVS_SESSIONS_MAX; i++)
		(void)begin(i, false, BEGIN + i);
	assert_non_null(find(first, BEGIN + 100));
	/* The next one takes the place of who was used least recently. */
	(void)begin(200, false, BEGIN + 101);
	assert_non_null(find(first, BEGIN + 102));
	assert_null(find(second, BEGIN + 102));
}

static void wrong_tokens_are_slow(void **state)
{
	lvs_ns now = BEGIN;

	(void)state;
	for (int i = 0; i < LVS_LOGIN_TRIES; i++)
		assert_int_equal(lvs_sessions_login(&sessions, "wrong", now), LVS_LOGIN_WRONG);
	assert_int_equal(sessions.wrong, LVS_LOGIN_TRIES);
	/* Not even the right one is looked at. */
	assert_int_equal(lvs_sessions_login(&sessions, TOKEN, now), LVS_LOGIN_WAIT);
	assert_int_equal(lvs_sessions_login(&sessions, "wrong", now + LVS_LOGIN_PAUSE - 1), LVS_LOGIN_WAIT);
	assert_int_equal(sessions.wrong, LVS_LOGIN_TRIES);
	now += LVS_LOGIN_PAUSE;
	assert_int_equal(lvs_sessions_login(&sessions, "wrong", now), LVS_LOGIN_WRONG);
	assert_int_equal(lvs_sessions_login(&sessions, TOKEN, now), LVS_LOGIN_WAIT);
	now += LVS_LOGIN_PAUSE;
	assert_int_equal(lvs_sessions_login(&sessions, TOKEN, now), LVS_LOGIN_OK);
	/* After a while all is forgotten, and no more than that. */
	now += 1000 * LVS_LOGIN_PAUSE;
	for (int i = 0; i < LVS_LOGIN_TRIES; i++)
		assert_int_equal(lvs_sessions_login(&sessions, "", now), LVS_LOGIN_WRONG);
	assert_int_equal(lvs_sessions_login(&sessions, TOKEN, now), LVS_LOGIN_WAIT);
}

static void without_a_token_nobody_logs_in(void **state)
{
	(void)state;
	memset(sessions.token, 0, sizeof(sessions.token));
	assert_int_equal(lvs_sessions_login(&sessions, "", BEGIN), LVS_LOGIN_WRONG);
}

static void hosts_are_no_names(void **state)
{
	static const char *const good[] = { "127.0.0.1", "127.0.0.1:8404", "[::1]:8404", "[::1]", "localhost", "localhost:8404",
					    "192.0.2.1:80" };
	static const char *const bad[] = { "", "example.com", "localhost.example.com", "localhost:", "localhost:80.example.com",
					   "127.0.0.1.example.com", "127.0.0.1:80:80", "localhost:8404/", "lvsd", "::1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!lvs_session_host(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (lvs_session_host(bad[i]))
			fail_msg("%s", bad[i]);
	assert_false(lvs_session_host(NULL));
}

static void pages_of_others_are_known(void **state)
{
	static const struct {
		const char *what, *host, *origin, *site;
		bool typed, good;
	} rows[] = {
		{ "a program says nothing", "127.0.0.1:8404", NULL, NULL, false, true },
		{ "a form of ours", "127.0.0.1:8404", "http://127.0.0.1:8404", "same-origin", false, true },
		{ "an old browser", "localhost:8404", "http://localhost:8404", NULL, false, true },
		{ "typed in", "localhost:8404", NULL, "none", true, true },
		{ "nobody types a form", "localhost:8404", NULL, "none", false, false },
		{ "another site", "127.0.0.1:8404", "http://example.com", "cross-site", false, false },
		{ "another port", "127.0.0.1:8404", "http://127.0.0.1:8080", "same-site", false, false },
		{ "another site's link", "127.0.0.1:8404", NULL, "cross-site", true, false },
		{ "a frame without origin", "127.0.0.1:8404", "null", NULL, false, false },
		{ "no origin", "127.0.0.1:8404", "", NULL, false, false },
		{ "another scheme", "127.0.0.1:8404", "https://127.0.0.1:8404", NULL, false, false },
		{ "one that begins alike", "127.0.0.1:8404", "http://127.0.0.1:84040", NULL, false, false },
		{ "a name made to lead here", "example.com:8404", "http://example.com:8404", "same-origin", false, false },
		{ "no host", NULL, NULL, NULL, false, false },
		{ "a site that is none", "127.0.0.1:8404", NULL, "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (lvs_session_origin(rows[i].host, rows[i].origin, rows[i].site, rows[i].typed) != rows[i].good)
			fail_msg("%s", rows[i].what);
}

static void tokens_are_read(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		int err;
		const char *message;
	} rows[] = {
		{ TOKEN "\n", 0600, 0, NULL },
		{ TOKEN, 0400, 0, NULL },
		{ TOKEN "\n", 0640, -EPERM, "is open to others: its mode is 0640, and is to be 0600 or 0400" },
		{ TOKEN "\n", 0604, -EPERM, "0604" },
		{ TOKEN "\n", 0602, -EPERM, "0602" },
		{ TOKEN "\n\n", 0600, -EINVAL, "one line" },
		{ "0123456789 abcdef\n", 0600, -EINVAL, "without spaces" },
		{ "0123456789abcde\303\244\n", 0600, -EINVAL, "ASCII" },
		{ "0123456789abcde\n", 0600, -EINVAL, "too short: 16 to 128 characters" },
		{ "", 0600, -EINVAL, "too short" },
	};
	char path[] = "/tmp/lvsd-test-XXXXXX", message[LVS_CONTROL_MESSAGE_MAX], token[LVS_TOKEN_BYTES] = "untouched";
	char more[LVS_TOKEN_MAX + 2];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].text, strlen(rows[i].text), 0), strlen(rows[i].text));
		assert_int_equal(fchmod(fd, rows[i].mode), 0);
		(void)strcpy(token, "untouched");
		assert_int_equal(lvs_token_read(path, message, token), rows[i].err);
		assert_string_equal(token, rows[i].err ? "untouched" : TOKEN);
		if (!rows[i].err)
			continue;
		if (!strstr(message, rows[i].message) || !strstr(message, path))
			fail_msg("%s", message);
		assert_null(strstr(message, "0123456789"));
	}
	memset(more, 'x', sizeof(more));
	assert_int_equal(pwrite(fd, more, sizeof(more), 0), sizeof(more));
	assert_int_equal(lvs_token_read(path, message, token), -EINVAL);
	assert_non_null(strstr(message, "too long"));
	close(fd);
	(void)unlink(path);
	assert_int_equal(lvs_token_read(path, message, token), -ENOENT);
	assert_non_null(strstr(message, "cannot read token file"));
	assert_int_equal(lvs_token_read("/tmp", message, token), -EINVAL);
	assert_non_null(strstr(message, "is no file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_compared_as_a_whole),
		cmocka_unit_test_setup(a_cookie_finds_its_session, set_up),
		cmocka_unit_test_setup(only_the_whole_id_counts, set_up),
		cmocka_unit_test_setup(any_cookies_end, set_up),
		cmocka_unit_test_setup(a_session_counts_at_its_door, set_up),
		cmocka_unit_test_setup(a_session_ends, set_up),
		cmocka_unit_test_setup(there_are_so_many_at_most, set_up),
		cmocka_unit_test_setup(wrong_tokens_are_slow, set_up),
		cmocka_unit_test_setup(without_a_token_nobody_logs_in, set_up),
		cmocka_unit_test(hosts_are_no_names),
		cmocka_unit_test(pages_of_others_are_known),
		cmocka_unit_test(tokens_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
