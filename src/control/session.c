// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A few sessions at most, so they are simply walked through. An id is compared with all of them in a time that depends on
 * nothing, as a token is with the one it should be.
 *
 * Wrong tokens are paid for: each moves the time when all is forgotten on by a pause, and while that is more than so many
 * pauses away, nothing is looked at. So a burst of typing errors costs nothing, and guessing is slow for all together,
 * since on one machine all guessers look the same.
 *
 * A cookie goes along with whatever a browser sends to a host, whoever made it do so. So what changes something needs the
 * session's other secret too, which only our pages have; and a page of ours is one whose origin is the host that is
 * asked, by an address or "localhost": a name could be anybody's, made to lead here (DNS rebinding).
 */
#include "control/session.h"

#include <stdio.h>
#include <string.h>

#include "sys/addrtext.h"

#define ID_DIGITS (LVS_SESSION_ID_BYTES - 1)

bool lvs_secret_same(const char *given, const char *secret)
{
	size_t len = strnlen(given, LVS_TOKEN_BYTES), wanted = strnlen(secret, LVS_TOKEN_MAX);
	char padded[LVS_TOKEN_BYTES] = "", expected[LVS_TOKEN_BYTES] = "";
	volatile unsigned char differ = 0;

	memcpy(padded, given, len < LVS_TOKEN_MAX ? len : LVS_TOKEN_MAX);
	memcpy(expected, secret, wanted);
	for (size_t i = 0; i < LVS_TOKEN_BYTES; i++)
		differ |= (unsigned char)(padded[i] ^ expected[i]);
	return !differ && wanted && len == wanted;
}

void lvs_sessions_name(struct lvs_sessions *sessions, const uint8_t random[4])
{
	(void)snprintf(sessions->cookie, sizeof(sessions->cookie), "lvsd-%02x%02x%02x%02x", random[0], random[1], random[2],
		       random[3]);
}

enum lvs_login lvs_sessions_login(struct lvs_sessions *sessions, const char *given, lvs_ns now)
{
	if (sessions->settled < now)
		sessions->settled = now;
	if (sessions->settled - now > (LVS_LOGIN_TRIES - 1) * LVS_LOGIN_PAUSE)
		return LVS_LOGIN_WAIT;
	if (lvs_secret_same(given, sessions->token))
		return LVS_LOGIN_OK;
	sessions->settled += LVS_LOGIN_PAUSE;
	sessions->wrong++;
	return LVS_LOGIN_WRONG;
}

static bool is_over(const struct lvs_session *session, lvs_ns now)
{
	return now - session->used >= LVS_SESSION_IDLE || now - session->begun >= LVS_SESSION_LIFE;
}

static void end_old(struct lvs_sessions *sessions, lvs_ns now)
{
	for (size_t i = 0; i < LVS_SESSIONS_MAX; i++)
		if (*sessions->list[i].id && is_over(&sessions->list[i], now))
			lvs_session_end(&sessions->list[i]);
}

static void put_digits(char *text, const uint8_t *bytes)
{
	for (size_t i = 0; i < ID_DIGITS / 2; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

struct lvs_session *lvs_sessions_begin(struct lvs_sessions *sessions, bool local,
				       const uint8_t random[LVS_SESSION_RANDOM_BYTES], lvs_ns now)
{
	struct lvs_session *session = NULL;

	end_old(sessions, now);
	for (size_t i = 0; i < LVS_SESSIONS_MAX; i++) {
		struct lvs_session *other = &sessions->list[i];

		if (!*other->id) {
			session = other;
			break;
		}
		if (!session || other->used < session->used)
			session = other;
	}
	lvs_session_end(session);
	put_digits(session->id, random);
	put_digits(session->form, random + ID_DIGITS / 2);
	session->local = local;
	session->begun = session->used = now;
	return session;
}

static struct lvs_session *find_id(struct lvs_sessions *sessions, const char *id, bool local)
{
	struct lvs_session *found = NULL;

	for (size_t i = 0; i < LVS_SESSIONS_MAX; i++)
		if (lvs_secret_same(id, sessions->list[i].id) && sessions->list[i].local == local)
			found = &sessions->list[i];
	return found;
}

struct lvs_session *lvs_sessions_find(struct lvs_sessions *sessions, const char *cookies, bool local, lvs_ns now)
{
	const size_t name = strlen(sessions->cookie);
	struct lvs_session *found = NULL;

	end_old(sessions, now);
	while (cookies && *cookies && !found) {
		const char *start = cookies + strspn(cookies, " \t;");
		const size_t len = strcspn(start, "; \t");
		char id[LVS_SESSION_ID_BYTES] = "";

		cookies = start + len;
		if (!name || len != name + 1 + ID_DIGITS || memcmp(start, sessions->cookie, name) != 0 || start[name] != '=')
			continue;
		memcpy(id, start + name + 1, ID_DIGITS);
		found = find_id(sessions, id, local);
	}
	if (found)
		found->used = now;
	return found;
}

void lvs_session_end(struct lvs_session *session)
{
	memset(session, 0, sizeof(*session));
}

bool lvs_session_host(const char *host)
{
	static const char name[] = "localhost";
	struct lvs_addr addr;
	uint16_t port;

	if (!host)
		return false;
	if (strncmp(host, name, strlen(name)) != 0)
		return lvs_endpoint_parse(host, &addr, &port) == 0;
	host += strlen(name);
	return !*host || (*host == ':' && host[1] && strspn(host + 1, "0123456789") == strlen(host + 1));
}

bool lvs_session_origin(const char *host, const char *origin, const char *site, bool typed)
{
	static const char scheme[] = "http://";

	if (!lvs_session_host(host))
		return false;
	if (origin && (strncmp(origin, scheme, strlen(scheme)) != 0 || strcmp(origin + strlen(scheme), host) != 0))
		return false;
	return !site || strcmp(site, "same-origin") == 0 || (typed && strcmp(site, "none") == 0);
}
