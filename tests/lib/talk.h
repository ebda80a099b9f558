/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that begin with a SYN cookie, step by step. What the cookie is, is read out of the SYN-ACK; all else is built
 * afresh, from what each end believes, and compared in every byte.
 *
 *	client 198.51.100.7 / 2001:db8:c::7		believes in sequence numbers from the cookie on
 *	    |
 *	virtual 192.0.2.1 / 2001:db8::1, port 80
 *	    |
 *	server 10.0.0.11 / 2001:db8:1::11, port 8080	counts from TALK_SERVER_ISN on
 */
#ifndef LVS_TESTS_LIB_TALK_H
#define LVS_TESTS_LIB_TALK_H

#include "engine/wire.h"
#include "tests/lib/director.h"

#define TALK_CLIENT_PORT 40000
#define TALK_VPORT 80
#define TALK_SERVER_PORT 8080
#define TALK_SERVER_ISN 0xfffffff0u	/* wraps soon */
#define TALK_CLIENT_ISN 0xffffffffu	/* at once */
#define TALK_CLIENT_VALUE 0x7ffffff0u
#define TALK_SERVER_MSS 1400
#define TALK_SERVER_VALUE 0xffffff00u
#define TALK_OUR_SCALE 7
#define TALK_TOS 0xb8

enum { SYN = LVS_TCP_SYN, ACK = LVS_TCP_ACK, RST = LVS_TCP_RST, FIN = LVS_TCP_FIN, PSH = LVS_TCP_PSH,
       ECE = LVS_TCP_ECE, CWR = LVS_TCP_CWR };

struct talk_hosts {
	const char *client, *vip, *server;
};

extern const struct talk_hosts talk_families[2];

/* Options in the making. */
struct options {
	uint8_t bytes[40];
	uint8_t len;
};

void put_option(struct options *options, const uint8_t *bytes, size_t len);
void put_option32(struct options *options, uint32_t value);
void put_timestamps(struct options *options, uint32_t value, uint32_t echo);

/* Timestamps as data segments have them, or nothing. */
struct options stamp(bool there, uint32_t value, uint32_t echo);

enum {
	TALK_NO_TIMESTAMPS = 1 << 0,
	TALK_NO_SACK = 1 << 1,
	TALK_NO_ECN = 1 << 2,
	TALK_NO_SCALE = 1 << 3,
};

/**
 * struct talk - one connection, as a test knows it
 * @plain:	the client's SYN has no option but MSS
 * @unstamped:	it has no timestamps
 * @isn:	the one that the client was given
 * @value:	the timestamp that it was given
 * @scale:	of the server's windows
 * @lacks:	TALK_NO_*: what the server does not do
 * @offered:	TALK_NO_*: what the director does not offer any more
 * @mss:	what the director offers, 0: what fits into 1500 bytes
 */
struct talk {
	struct director *director;
	const struct talk_hosts *hosts;
	bool plain;
	bool unstamped;
	uint32_t isn, value;
	int scale;
	unsigned int lacks;
	unsigned int offered;
	uint16_t mss;
};

/* @what with the ends of one of the four ways. */
struct build from_client(const struct talk *t, struct build what);
struct build to_server(const struct talk *t, struct build what);
struct build from_server(const struct talk *t, struct build what);
struct build to_client(const struct talk *t, struct build what);

/* @options: borrowed */
struct build with(struct build what, const struct options *options);

/* As the director's own segments are. */
struct build own(struct build what);

enum lvs_drop take(const struct talk *t, const struct build *what);

/* So many packets came out of it; the @i-th is that; it is the only one. */
void expect_n(const char *what, const struct talk *t, size_t n);
void expect_out(const char *what, const struct talk *t, size_t i, struct build wanted);
void expect_only(const char *what, const struct talk *t, struct build wanted);

/* The service, with its server behind it and @mode. */
struct lvs_server *serve(struct talk *t, enum lvs_syn_proxy_mode mode);

/* The client's SYN; it is answered with a cookie and a closed window. */
struct options syn_options(const struct talk *t);
struct build syn(const struct talk *t, const struct options *options);
void knock(struct talk *t);

/* The cookie comes back; the server is asked. */
struct options proof_options(const struct talk *t);
struct build proof(const struct talk *t, const struct options *options);
void expect_server_syn(const char *what, const struct talk *t);
void prove(struct talk *t);

/* The server agrees; both are told. */
struct options agreed(const struct talk *t);
struct build syn_ack(const struct talk *t, const struct options *options);
void meet(struct talk *t);

/* All of that. */
void begin_talk(struct talk *t);

/* So many connections in these classes, all of them active at server 1, each with a record for its stream. */
void expect_counts(const struct talk *t, uint32_t half_open, uint32_t established);

#endif
