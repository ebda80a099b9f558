/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is known by a cookie, until when, and what a browser has to say before it is believed. Pure: time is an argument. */
#ifndef LVS_CONTROL_SESSION_H
#define LVS_CONTROL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "control/token.h"

#define LVS_SESSIONS_MAX 32
#define LVS_SESSION_ID_BYTES 33	/* 32 digits, hexadecimal */
#define LVS_SESSION_RANDOM_BYTES 32
#define LVS_SESSION_NOTE_BYTES 512
#define LVS_SESSION_COOKIE_BYTES 16
#define LVS_SESSION_IDLE LVS_SECONDS(15 * 60)	/* without a request */
#define LVS_SESSION_LIFE LVS_SECONDS(8 * 3600)	/* however busy it is */
#define LVS_LOGIN_TRIES 5	/* wrong tokens in a row, after which one more is looked at ... */
#define LVS_LOGIN_PAUSE LVS_SECONDS(10)	/* ... each time this has passed */

/**
 * struct lvs_session - one browser
 * @id:		in its cookie; empty: nobody
 * @form:	in the forms it is given, so that they are known to be ours
 * @begun, @used: when
 * @local:	it came by the UNIX socket, and counts nowhere else
 * @note:	to be told once; may be empty
 */
struct lvs_session {
	char id[LVS_SESSION_ID_BYTES];
	char form[LVS_SESSION_ID_BYTES];
	lvs_ns begun, used;
	bool local;
	char note[LVS_SESSION_NOTE_BYTES];
};

/**
 * struct lvs_sessions - all of them; zeroes are none
 * @cookie:	its name, which no other director has: browsers do not tell ports apart
 * @token:	to be known over TCP; empty: nobody can log in
 * @wrong:	tokens that were
 * @settled:	when the wrong ones are forgotten, see LVS_LOGIN_TRIES
 */
struct lvs_sessions {
	struct lvs_session list[LVS_SESSIONS_MAX];
	char cookie[LVS_SESSION_COOKIE_BYTES];
	char token[LVS_TOKEN_BYTES];
	uint64_t wrong;
	lvs_ns settled;
};

enum lvs_login { LVS_LOGIN_OK, LVS_LOGIN_WRONG, LVS_LOGIN_WAIT };

/* Is @given the secret? How long that takes tells nothing of it. @secret: up to LVS_TOKEN_MAX bytes; empty: never */
bool lvs_secret_same(const char *given, const char *secret);

/* @random: four bytes of it */
void lvs_sessions_name(struct lvs_sessions *sessions, const uint8_t random[4]);

/**
 * lvs_sessions_login() - is that the token?
 * @given:	anything
 *
 * Return: LVS_LOGIN_WAIT: there were too many wrong ones; it was not looked at
 */
enum lvs_login lvs_sessions_login(struct lvs_sessions *sessions, const char *given, lvs_ns now);

/**
 * lvs_sessions_begin() - somebody may change things
 * @random:	that nobody can guess
 *
 * When there are LVS_SESSIONS_MAX, the one that was used least recently ends.
 *
 * Return: borrowed until it ends, which is at the next call of a function of this file
 */
struct lvs_session *lvs_sessions_begin(struct lvs_sessions *sessions, bool local,
				       const uint8_t random[LVS_SESSION_RANDOM_BYTES], lvs_ns now);

/* @cookies: what the browser sent as Cookie, NULL: nothing. Return: as lvs_sessions_begin(), or NULL */
struct lvs_session *lvs_sessions_find(struct lvs_sessions *sessions, const char *cookies, bool local, lvs_ns now);

void lvs_session_end(struct lvs_session *session);

/* May a browser mean us by @host, its header? Addresses and "localhost": no name that somebody else's DNS resolves to us. */
bool lvs_session_host(const char *host);

/**
 * lvs_session_origin() - does a request come from a page of ours?
 * @host, @origin, @site: the headers Host, Origin and Sec-Fetch-Site; NULL: not sent
 * @typed:	it may also have been typed in, or be a bookmark
 */
bool lvs_session_origin(const char *host, const char *origin, const char *site, bool typed);

#endif
