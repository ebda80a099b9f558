// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FTP sessions, line by line: what is said on one side and what is heard on the other, as whole packets under both kinds
 * of checksum.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/helper.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define TAILROOM 96	/* less than drivers have in all */

struct ends {
	const char *client, *vip, *server;
};

/* Six numbers of the server's address are shorter than those of the virtual one, or longer, or there are none. */
static const struct ends short_server = { "203.0.113.77", "198.51.100.200", "10.0.0.1" };
static const struct ends long_server = { "203.0.113.77", "10.9.8.7", "192.168.100.111" };
static const struct ends ip6 = { "2001:db8:9::7", "2001:db8::1", "2001:db8:1::11" };

/**
 * struct session - a control connection
 * @seq:	next sequence number of each side, its own
 * @heard:	by how much what the other side hears of it is ahead
 */
struct session {
	struct director *director;
	const struct ends *ends;
	enum build_csum csum;
	uint32_t seq[2];
	uint32_t heard[2];
};

static struct build from(const struct session *session, enum lvs_dir dir, bool after)
{
	const struct ends *ends = session->ends;
	struct build what = { .tcp_flags = LVS_TCP_ACK | LVS_TCP_PSH, .window = 1000, .csum = session->csum };

	what.seq = session->seq[dir];
	what.ack = session->seq[!dir] + session->heard[!dir];
	if (after) {
		what.seq += session->heard[dir];
		what.ack -= session->heard[!dir];
	}
	if (dir == LVS_DIR_REQUEST) {
		what.src = ends->client;
		what.sport = 40000;
		what.dst = after ? ends->server : ends->vip;
		what.dport = after ? 2121 : 21;
	} else {
		what.src = after ? ends->vip : ends->server;
		what.sport = after ? 21 : 2121;
		what.dst = ends->client;
		what.dport = 40000;
	}
	return what;
}

static const struct lvs_stats *stats_of(const struct session *session)
{
	return lvs_engine_stats(session->director->engine);
}

/* Hand in what @in describes, with @text; what comes out is @out with @heard. NULL: what was said. */
static void pass(const struct session *session, struct build in, const char *text, struct build out, const char *heard)
{
	in.quote = (const uint8_t *)text;
	in.quote_bytes = strlen(text);
	out.quote = heard ? (const uint8_t *)heard : in.quote;
	out.quote_bytes = strlen((const char *)out.quote);
	assert_int_equal(director_handle(session->director, build_with_room(build(&in), TAILROOM)), LVS_DROP_NONE);
	assert_int_equal(session->director->nout, 1);
	build_expect(text, &session->director->out[0], build(&out));
}

/* @dir says @text for the first time, and the other side hears @heard; NULL: the same. */
static void say(struct session *session, enum lvs_dir dir, const char *text, const char *heard)
{
	pass(session, from(session, dir, false), text, from(session, dir, true), heard);
	session->seq[dir] += (uint32_t)strlen(text);
	if (heard)
		session->heard[dir] += (uint32_t)(strlen(heard) - strlen(text));
}

static void client_says(struct session *session, const char *text)
{
	say(session, LVS_DIR_REQUEST, text, NULL);
}

static void server_says(struct session *session, const char *text, const char *heard)
{
	say(session, LVS_DIR_REPLY, text, heard);
}

/* What was said stays unsaid to the other side: a packet without payload. */
static void server_is_held_back(struct session *session, const char *text)
{
	pass(session, from(session, LVS_DIR_REPLY, false), text, from(session, LVS_DIR_REPLY, true), "");
}

static void serve(struct director *director, const struct ends *ends, const char *server, uint16_t vport, uint16_t rport)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = test_addr(ends->vip), .port = LVS_BE16(vport), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find("rr"), .helper = lvs_helper_find("ftp"),
	};
	struct lvs_service *service;

	if (!lvs_service_find(rules, &of.key))
		assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	director_serve(director, LVS_PROTO_TCP, ends->vip, vport, server, rport);
}

static void stop(struct director *director, const struct ends *ends)
{
	const struct lvs_service_key key = { .addr = test_addr(ends->vip), .port = LVS_BE16(21), .proto = LVS_PROTO_TCP };
	struct lvs_rules *rules = lvs_engine_rules(director->engine);

	lvs_service_remove(rules, lvs_service_find(rules, &key), director->now);
}

static struct session open_session(struct director *director, const struct ends *ends, enum build_csum csum)
{
	struct session session = { .director = director, .ends = ends, .csum = csum, .seq = { 0xfffffff0, 0xffffffe7 } };
	struct build in, out;

	for (int dir = LVS_DIR_REQUEST; dir <= LVS_DIR_REPLY; dir++) {
		in = from(&session, (enum lvs_dir)dir, false);
		out = from(&session, (enum lvs_dir)dir, true);
		in.tcp_flags = out.tcp_flags = dir == LVS_DIR_REQUEST ? LVS_TCP_SYN : LVS_TCP_SYN | LVS_TCP_ACK;
		pass(&session, in, "", out, NULL);
		session.seq[dir]++;
	}
	server_says(&session, "220 Welcome\r\n", NULL);
	return session;
}

/* A SYN from one end of a data connection. @expect: it leaves so; NULL: it is refused or not ours */
static enum lvs_drop dial(const struct session *session, const char *src, uint16_t sport, const char *dst, uint16_t dport,
			  const char *new_src, uint16_t new_sport, const char *new_dst, uint16_t new_dport)
{
	struct build in = { .src = src, .sport = sport, .dst = dst, .dport = dport, .tcp_flags = LVS_TCP_SYN,
			    .csum = session->csum };
	struct build out = { .src = new_src, .sport = new_sport, .dst = new_dst, .dport = new_dport,
			     .tcp_flags = LVS_TCP_SYN, .csum = session->csum };
	enum lvs_drop drop = director_take(session->director, &in);

	if (!drop && new_src)
		director_expect(session->director, build(&out));
	return drop;
}

/* The address grows or shrinks, and from then on both sides count differently. */
static void test_pasv(void **state)
{
	static const struct {
		const struct ends *ends;
		const char *said, *heard;
	} rows[] = {
		{ &short_server, "227 Entering Passive Mode (10,0,0,1,195,80).\r\n",
		  "227 Entering Passive Mode (198,51,100,200,195,80).\r\n" },
		{ &long_server, "227 Entering Passive Mode (192,168,100,111,195,80).\r\n",
		  "227 Entering Passive Mode (10,9,8,7,195,80).\r\n" },
		{ &short_server, "227 10,0,0,1,195,80\n", "227 198,51,100,200,195,80\n" },
		{ &short_server, "227 (010,000,000,001,195,080)\r\n", "227 (198,51,100,200,195,80)\r\n" },
	};
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows) * 2; i++) {
		const struct ends *ends = rows[i / 2].ends;
		struct session session;

		serve(director, ends, ends->server, 21, 2121);
		session = open_session(director, ends, i % 2 ? BUILD_PARTIAL : BUILD_COMPLETE);
		for (unsigned int round = 0; round < 3; round++) {
			client_says(&session, "PASV\r\n");
			server_says(&session, rows[i / 2].said, rows[i / 2].heard);
			assert_int_equal(dial(&session, ends->client, (uint16_t)(50000 + round), ends->vip, 50000, ends->client,
					      (uint16_t)(50000 + round), ends->server, 50000), LVS_DROP_NONE);
			/* It was for one connection. */
			assert_int_equal(dial(&session, ends->client, (uint16_t)(51000 + round), ends->vip, 50000, NULL, 0, NULL,
					      0), LVS_DROP_NO_SERVICE);
			client_says(&session, "RETR file\r\n");
			server_says(&session, "150 Here it comes\r\n226 Done\r\n", NULL);
		}
		director_wait(director, LVS_SECONDS(5000));
		stop(director, ends);
	}
	assert_int_equal(lvs_engine_stats(director->engine)->helped[LVS_HELPED_ANNOUNCED], 24);
	assert_int_equal(lvs_engine_stats(director->engine)->helped[LVS_HELPED_CONNECTED], 24);
	assert_int_equal(lvs_engine_stats(director->engine)->helped[LVS_HELPED_CHANGED], 24);
	assert_int_equal(lvs_engine_stats(director->engine)->helped[LVS_HELPED_REFUSED], 0);
}

/* Only the port, which stays: no byte changes. */
static void test_epsv(void **state)
{
	struct director *director = *state;
	struct session session;

	serve(director, &ip6, ip6.server, 21, 2121);
	session = open_session(director, &ip6, BUILD_PARTIAL);
	client_says(&session, "EPSV 2\r\n");
	server_says(&session, "229 Entering Extended Passive Mode (|||50123|)\r\n", NULL);
	assert_int_equal(dial(&session, "2001:db8:9::8", 50000, ip6.vip, 50123, NULL, 0, NULL, 0), LVS_DROP_NO_SERVICE);
	assert_int_equal(dial(&session, ip6.client, 50000, ip6.vip, 50123, ip6.client, 50000, ip6.server, 50123),
			 LVS_DROP_NONE);
	client_says(&session, "EPSV ALL\r\n");
	server_says(&session, "200 ok\r\n", NULL);
	server_says(&session, "229 nobody asked (|||50124|)\r\n", NULL);
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_ANNOUNCED], 1);
}

/* The server connects, from the port below its own or from any. */
static void test_active(void **state)
{
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&session, "PORT 203,0,113,77,156,64\r\n");
	server_says(&session, "200 PORT ok\r\n", NULL);
	assert_int_equal(dial(&session, short_server.server, 2120, short_server.client, 40000, short_server.vip, 20,
			      short_server.client, 40000), LVS_DROP_NONE);
	client_says(&session, "EPRT |1|203.0.113.77|40001|\r\n");
	assert_int_equal(dial(&session, short_server.server, 41234, short_server.client, 40001, short_server.vip, 41234,
			      short_server.client, 40001), LVS_DROP_NONE);
	assert_int_equal(director->engine->conns.used, 3);
}

/* The same over IPv6, where the server has the very port of the service. */
static void test_active6(void **state)
{
	struct director *director = *state;
	struct session session;

	serve(director, &ip6, ip6.server, 21, 2121);
	session = open_session(director, &ip6, BUILD_PARTIAL);
	client_says(&session, "EPRT |2|2001:DB8:9:0::7|40002|\r\n");
	assert_int_equal(dial(&session, ip6.server, 2120, ip6.client, 40002, ip6.vip, 20, ip6.client, 40002),
			 LVS_DROP_NONE);
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_CONNECTED], 1);
}

/* RFC 2577: nobody is attacked through the server, and no service of the client's own is. */
static void test_bounce(void **state)
{
	static const char *const rows[] = {
		"PORT 203,0,113,78,156,64\r\n", "PORT 203,0,113,77,3,255\r\n", "EPRT |1|203.0.113.78|40000|\r\n",
		"EPRT |1|203.0.113.77|1023|\r\n", "EPRT |2|::1|40000|\r\n", "PORT 203,0,113,77,156,264\r\n",
		"PORT 203,0,113,77,156\r\n",
	};
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		client_says(&session, rows[i]);
		assert_int_equal(stats_of(&session)->helped[LVS_HELPED_REFUSED], i + 1);
		assert_int_equal(director->engine->expectations.n, 0);
	}
}

/* Lines that lie pass as they are. */
static void test_lies(void **state)
{
	static const char *const rows[] = {
		"227 Entering Passive Mode (10,0,0,2,195,80).\r\n",	/* another server's address */
		"227 Entering Passive Mode (10,0,0,1,3,255).\r\n",
		"227 Entering Passive Mode (10,0,0,1,256,80).\r\n",
		"227 Entering Passive Mode (10,0,0,1,195,80,1).\r\n",
		"227 Entering Passive Mode\r\n",
		"227 ................................................................................... (10,0,0,1,195,80).\r\n",
		"229 (|||1023|)\r\n",
		"229 (|||65537|)\r\n",
		"229 (|1|10.0.0.1|50000|)\r\n",
	};
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_PARTIAL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		client_says(&session, "PASV\r\n");
		server_says(&session, rows[i], NULL);
		assert_int_equal(stats_of(&session)->helped[LVS_HELPED_REFUSED], i + 1);
		assert_int_equal(director->engine->expectations.n, 0);
		/* One question, one answer. */
		server_says(&session, "227 (10,0,0,1,195,80)\r\n", NULL);
		assert_int_equal(director->engine->expectations.n, 0);
	}
}

/* Who already says the virtual address is right, and so is who does not ask for it in so many words. */
static void test_right_already(void **state)
{
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_PARTIAL);
	client_says(&session, "PASV\r\n");
	server_says(&session, "227 ok (198,51,100,200,195,80)\r\n", NULL);
	assert_int_equal(dial(&session, short_server.client, 50000, short_server.vip, 50000, short_server.client, 50000,
			      short_server.server, 50000), LVS_DROP_NONE);
}

/* A reply of several lines, several replies in one segment, several questions at once. */
static void test_several(void **state)
{
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&session, "TYPE I\r\nPASV\r\nPASV\r\nNOOP\r\n");
	server_says(&session, "200 I\r\n227-soon\r\n 227 (10,0,0,1,1,1)\r\n227 (10,0,0,1,195,80)\r\n227 (10,0,0,1,195,81)\r\n"
		    "200 ok\r\n",
		    "200 I\r\n227-soon\r\n 227 (10,0,0,1,1,1)\r\n227 (198,51,100,200,195,80)\r\n"
		    "227 (198,51,100,200,195,81)\r\n200 ok\r\n");
	/* The latest counts. */
	assert_int_equal(dial(&session, short_server.client, 50000, short_server.vip, 50000, NULL, 0, NULL, 0),
			 LVS_DROP_NO_SERVICE);
	assert_int_equal(dial(&session, short_server.client, 50000, short_server.vip, 50001, short_server.client, 50000,
			      short_server.server, 50001), LVS_DROP_NONE);
	client_says(&session, "NOOP\r\n");
}

/* A command in two or three segments is one command. */
static void test_split_command(void **state)
{
	static const char line[] = "EPRT |2|2001:db8:9::7|40002|\r\n";
	struct director *director = *state;
	struct session session;

	serve(director, &ip6, ip6.server, 21, 2121);
	session = open_session(director, &ip6, BUILD_COMPLETE);
	for (size_t first = 1; first < sizeof(line) - 1; first++) {
		char a[sizeof(line)], b[2] = { line[first], 0 };

		memcpy(a, line, first);
		a[first] = 0;
		client_says(&session, a);
		client_says(&session, b);
		client_says(&session, line + first + 1);
		assert_int_equal(stats_of(&session)->helped[LVS_HELPED_ANNOUNCED], first);
	}
	/* Nothing is remembered of a line that is too long. */
	for (unsigned int i = 0; i < 20; i++)
		client_says(&session, "0123456789");
	client_says(&session, "EPRT |2|2001:db8:9::7|40002|\r\n");
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_ANNOUNCED], sizeof(line) - 2);
	client_says(&session, "EPRT |2|2001:db8:9::7|40002|\r\n");
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_ANNOUNCED], sizeof(line) - 1);
}

/* A reply that might be changed is held back until it is whole; nothing else is. */
static void test_split_reply(void **state)
{
	static const char said[] = "227 Entering Passive Mode (10,0,0,1,195,80).\r\n";
	static const char heard[] = "227 Entering Passive Mode (198,51,100,200,195,80).\r\n";
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	for (unsigned int kind = 0; kind < 2; kind++) {
		session = open_session(director, &short_server, kind ? BUILD_PARTIAL : BUILD_COMPLETE);
		for (size_t first = 1; first < sizeof(said) - 1; first++) {
			char beginning[sizeof(said)];
			struct build in, out;

			client_says(&session, "PASV\r\n");
			memcpy(beginning, said, first);
			beginning[first] = 0;
			server_is_held_back(&session, beginning);
			server_is_held_back(&session, beginning);	/* sent again */
			if (first > 1) {
				beginning[first / 2] = 0;
				server_is_held_back(&session, beginning);
			}
			in = from(&session, LVS_DIR_REPLY, false);
			out = from(&session, LVS_DIR_REPLY, true);
			in.seq += (uint32_t)first;
			pass(&session, in, said + first, out, heard);
			session.seq[LVS_DIR_REPLY] += sizeof(said) - 1;
			session.heard[LVS_DIR_REPLY] += sizeof(heard) - sizeof(said);
			client_says(&session, "NOOP\r\n");
			server_says(&session, "200 o", NULL);
			server_says(&session, "k\r\n", NULL);
		}
		director_wait(director, LVS_SECONDS(5000));
	}
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_CHANGED], 2 * (sizeof(said) - 2));
}

/* In front of what is held back the rest of the segment passes. */
static void test_held_tail(void **state)
{
	struct director *director = *state;
	struct session session;
	struct build in, out;

	serve(director, &long_server, long_server.server, 21, 2121);
	session = open_session(director, &long_server, BUILD_COMPLETE);
	client_says(&session, "TYPE I\r\nPASV\r\n");
	in = from(&session, LVS_DIR_REPLY, false);
	out = from(&session, LVS_DIR_REPLY, true);
	pass(&session, in, "200 ok\r\n227 (192,168,1", out, "200 ok\r\n");
	session.seq[LVS_DIR_REPLY] += 8;
	/* Sent again as a whole, and a byte more. */
	pass(&session, in, "200 ok\r\n227 (192,168,10", out, "200 ok\r\n");
	in = from(&session, LVS_DIR_REPLY, false);
	in.seq += 15;
	out = from(&session, LVS_DIR_REPLY, true);
	pass(&session, in, "0,111,195,80)\r\n221 Bye\r\n", out, "227 (10,9,8,7,195,80)\r\n221 Bye\r\n");
}

/* A server that ends in the midst of its line has said what it has said. */
static void test_held_then_fin(void **state)
{
	struct director *director = *state;

	serve(director, &short_server, short_server.server, 21, 2121);
	for (unsigned int kind = 0; kind < 2; kind++) {
		struct session session = open_session(director, &short_server, BUILD_COMPLETE);
		struct build in, out;

		client_says(&session, "PASV\r\n");
		server_is_held_back(&session, "227 Ent");
		in = from(&session, LVS_DIR_REPLY, false);
		out = from(&session, LVS_DIR_REPLY, true);
		in.seq += 7;
		in.tcp_flags = out.tcp_flags = LVS_TCP_ACK | LVS_TCP_FIN;
		pass(&session, in, kind ? "er" : "", out, kind ? "227 Enter" : "227 Ent");
		director_wait(director, LVS_SECONDS(5000));
	}
}

/* Too long to be held back: it passes, unchanged. */
static void test_held_too_long(void **state)
{
	struct director *director = *state;
	struct session session;
	char text[99] = "227 ";

	memset(text + 4, '.', 93);
	text[97] = 0;
	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&session, "PASV\r\n");
	server_says(&session, text, NULL);
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_REFUSED], 1);
	server_says(&session, "(10,0,0,1,195,80)\r\n", NULL);
	server_says(&session, "227 (10,0,0,1,195,80)\r\n", NULL);	/* it was the answer, and is over */
	client_says(&session, "AUTH TLS\r\nPASV\r\n");
	memcpy(text, "234 ", 4);
	server_says(&session, text, NULL);
	server_says(&session, "\r\n227 (10,0,0,1,195,80)\r\n", NULL);
}

/* Sent again in any pieces, the new text is heard as a whole. */
static void test_sent_again(void **state)
{
	static const char said[] = "227 (10,0,0,1,195,80)\r\n", heard[] = "227 (198,51,100,200,195,80)\r\n";
	static const size_t begin = 5, end = 20, grown = 6;
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_PARTIAL);
	client_says(&session, "PASV\r\n");
	pass(&session, from(&session, LVS_DIR_REPLY, false), said, from(&session, LVS_DIR_REPLY, true), heard);
	for (size_t first = 0; first < sizeof(said) - 1; first++) {
		for (size_t last = first + 1; last < sizeof(said); last++) {
			struct build in = from(&session, LVS_DIR_REPLY, false), out = from(&session, LVS_DIR_REPLY, true);
			size_t from_here = first <= begin ? first : first < end ? begin : first + grown;
			size_t to_there = last <= begin ? last : last < end ? end + grown : last + grown;
			char piece[sizeof(said)], expected[sizeof(heard)];

			snprintf(piece, sizeof(piece), "%.*s", (int)(last - first), said + first);
			snprintf(expected, sizeof(expected), "%.*s", (int)(to_there - from_here), heard + from_here);
			in.seq += (uint32_t)first;
			out.seq += (uint32_t)from_here;
			pass(&session, in, piece, out, expected);
		}
	}
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_CHANGED], 1);
}

/* Four changes under way are enough: the fifth reply waits until one is acknowledged. */
static void test_busy(void **state)
{
	struct director *director = *state;
	struct session session;
	char said[32], heard[40];
	struct build in;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&session, "PASV\r\nPASV\r\nPASV\r\nPASV\r\nPASV\r\n");
	for (unsigned int i = 0; i < 4; i++) {
		snprintf(said, sizeof(said), "227 (10,0,0,1,195,%u)\r\n", 80 + i);
		snprintf(heard, sizeof(heard), "227 (198,51,100,200,195,%u)\r\n", 80 + i);
		server_says(&session, said, heard);
	}
	in = from(&session, LVS_DIR_REPLY, false);
	in.quote = (const uint8_t *)"227 (10,0,0,1,195,90)\r\n";
	in.quote_bytes = 23;
	assert_int_equal(director_take(director, &in), LVS_DROP_STREAM_BUSY);
	pass(&session, from(&session, LVS_DIR_REPLY, false), "200 ok\r\n227 (10,0,0,1,195,90)\r\n",
	     from(&session, LVS_DIR_REPLY, true), "200 ok\r\n");
	session.seq[LVS_DIR_REPLY] += 8;
	client_says(&session, "NOOP\r\n");	/* acknowledges all of it */
	server_says(&session, "227 (10,0,0,1,195,90)\r\n", "227 (198,51,100,200,195,90)\r\n");
}

/* No longer than it was: what is too much is cut off, and so is the reply if it stands there. */
static void test_full_segment(void **state)
{
	struct director *director = *state;
	struct session session;
	char said[1461], heard[1500];

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	memset(said, '.', sizeof(said));
	said[1460] = 0;
	memcpy(said, "227 (10,0,0,1,195,80)\r\n", 23);
	memset(heard, '.', sizeof(heard));
	heard[1460] = 0;
	memcpy(heard, "227 (198,51,100,200,195,80)\r\n", 29);
	client_says(&session, "PASV\r\n");
	for (unsigned int times = 0; times < 2; times++)	/* it was lost, and is sent again */
		pass(&session, from(&session, LVS_DIR_REPLY, false), said, from(&session, LVS_DIR_REPLY, true), heard);
	session.seq[LVS_DIR_REPLY] += 1454;
	session.heard[LVS_DIR_REPLY] += 6;

	memset(said, '.', sizeof(said));
	memcpy(said + 1435, "\r\n227 (10,0,0,1,195,80)\r\n", 26);
	memset(heard, '.', sizeof(heard));
	memcpy(heard + 1435, "\r\n", 3);
	client_says(&session, "PASV\r\n");
	pass(&session, from(&session, LVS_DIR_REPLY, false), said, from(&session, LVS_DIR_REPLY, true), heard);
	session.seq[LVS_DIR_REPLY] += 1437;
	server_says(&session, "227 (10,0,0,1,195,80)\r\n", "227 (198,51,100,200,195,80)\r\n");
}

/* The more of what was replaced before is in it, the less of what follows leaves with it; never half of it. */
static void test_full_segment_again(void **state)
{
	struct director *director = *state;
	struct session session;
	char said[1461], heard[1500], line[64];
	struct build in, out;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&session, "PASV\r\nPASV\r\n");
	memset(said, '.', sizeof(said));
	said[1460] = 0;
	in = from(&session, LVS_DIR_REPLY, false);
	out = from(&session, LVS_DIR_REPLY, true);
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(line, sizeof(line), "227 (10,0,0,1,195,%u)\r\n", 80 + i);
		memcpy(said + (i ? 1437 : 0), line, 23);
		snprintf(heard, sizeof(heard), "227 (198,51,100,200,195,%u)\r\n", 80 + i);
		server_says(&session, line, heard);
		if (!i) {
			snprintf(heard, sizeof(heard), "%.*s", 1414, said + 23);
			heard[1412] = said[1435] = '\r';
			heard[1413] = said[1436] = '\n';
			server_says(&session, heard, NULL);
		}
	}
	memcpy(heard, "227 (198,51,100,200,195,80)\r\n", 29);
	memcpy(heard + 29, said + 23, 1414);
	memcpy(heard + 29 + 1414, "227 (", 6);
	pass(&session, in, said, out, heard);
	in.tcp_flags |= LVS_TCP_FIN;	/* it comes with what is cut off */
	pass(&session, in, said, out, heard);
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_CHANGED], 2);
}

/* A super-packet may grow: its segments are cut afterwards. */
static void test_super(void **state)
{
	struct director *director = *state;
	struct session session;
	char said[3001], heard[3100];
	struct build in, out;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_PARTIAL);
	memset(said, '.', sizeof(said));
	said[3000] = 0;
	memcpy(said + 1440, "\r\n227 (10,0,0,1,195,80)\r\n", 25);
	memset(heard, '.', sizeof(heard));
	heard[3006] = 0;
	memcpy(heard + 1440, "\r\n227 (198,51,100,200,195,80)\r\n", 31);
	client_says(&session, "PASV\r\n");
	in = from(&session, LVS_DIR_REPLY, false);
	out = from(&session, LVS_DIR_REPLY, true);
	in.gso_size = out.gso_size = 1448;
	pass(&session, in, said, out, heard);
}

/* Which SYN was the client's is known from the server; anybody can make up another. */
static void test_forged_syn(void **state)
{
	static const uint32_t aside[] = { 50000, 0x40000000, -50000u, 0xc0000000 };
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(aside); i++) {
		struct session session;
		struct build syn, answer;

		serve(director, &short_server, short_server.server, 21, 2121);
		for (unsigned int late = 0; late < 2; late++) {
			session = (struct session){ .director = director, .ends = &short_server,
						    .csum = BUILD_COMPLETE, .seq = { 1000, 2000 } };
			syn = from(&session, LVS_DIR_REQUEST, false);
			answer = from(&session, LVS_DIR_REPLY, false);
			syn.sport = answer.dport = (uint16_t)(40001 + late);
			syn.tcp_flags = LVS_TCP_SYN;
			answer.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
			answer.ack = syn.seq + 1;
			assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
			if (late)
				assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
			syn.seq += aside[i];
			assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
			if (!late)
				assert_int_equal(director_take(director, &answer), LVS_DROP_NONE);
			syn.seq -= aside[i] - 1;
			syn.tcp_flags = LVS_TCP_ACK;
			syn.quote = (const uint8_t *)"PASV\r\n";
			syn.quote_bytes = 6;
			assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
			answer = (struct build){ .src = answer.src, .dst = answer.dst, .sport = answer.sport,
						 .dport = answer.dport, .tcp_flags = LVS_TCP_ACK, .seq = answer.seq + 1,
						 .quote = (const uint8_t *)"227 (10,0,0,1,195,80)\r\n",
						 .quote_bytes = 23, .ack = 1007 };
			assert_int_equal(director_handle(director, build_with_room(build(&answer), TAILROOM)), LVS_DROP_NONE);
			assert_int_equal(director->out[0].len, 40 + 29);	/* it was heard that the client asked */
		}
		stop(director, &short_server);
		director_wait(director, LVS_SECONDS(2000));
	}
}

/* What is ahead of its turn waits, if its order matters. */
static void test_gap(void **state)
{
	struct director *director = *state;
	struct session session;
	struct build in;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	in = from(&session, LVS_DIR_REQUEST, false);
	in.seq++;
	in.payload = 5;
	assert_int_equal(director_take(director, &in), LVS_DROP_STREAM_GAP);
	in.payload = 0;		/* behind a FIN all numbers are */
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	in = from(&session, LVS_DIR_REPLY, false);
	in.seq++;
	in.payload = 5;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);	/* nothing is waited for */
	session.seq[LVS_DIR_REPLY] += 6;
	client_says(&session, "PASV\r\n");
	in = from(&session, LVS_DIR_REPLY, false);
	in.seq++;
	in.payload = 5;
	assert_int_equal(director_take(director, &in), LVS_DROP_STREAM_GAP);
	server_says(&session, "\r\n227 (10,0,0,1,195,80)\r\n", "\r\n227 (198,51,100,200,195,80)\r\n");
}

/* From the agreement on TLS on there is nothing to be read, whatever it looks like. */
static void test_tls(void **state)
{
	struct director *director = *state;
	struct session session;

	serve(director, &short_server, short_server.server, 21, 2121);
	session = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&session, "PASV\r\n");
	server_says(&session, "227 (10,0,0,1,195,80)\r\n", "227 (198,51,100,200,195,80)\r\n");
	client_says(&session, "AUTH TLS\r\nPASV\r\n");
	server_is_held_back(&session, "23");
	server_says(&session, "234 Go\r\n227 (10,0,0,1,195,80)\r\n", NULL);
	client_says(&session, "PORT 203,0,113,77,156,64\r\n");
	server_says(&session, "22", NULL);
	assert_int_equal(stats_of(&session)->helped[LVS_HELPED_ANNOUNCED], 1);
}

/* Two servers may offer one client the same port; and a port may have a service of its own. */
static void test_port_taken(void **state)
{
	struct director *director = *state;
	struct session first, second;
	struct build syn, synack;

	serve(director, &short_server, short_server.server, 21, 2121);
	director_serve(director, LVS_PROTO_TCP, short_server.vip, 50001, "10.0.0.9", 80);
	first = open_session(director, &short_server, BUILD_COMPLETE);
	client_says(&first, "EPSV\r\n");
	server_says(&first, "229 (|||50000|)\r\n", NULL);
	assert_int_equal(director->engine->expectations.n, 1);
	client_says(&first, "EPSV\r\n");
	server_says(&first, "229 (|||50000|)\r\n", NULL);	/* its own is no obstacle */
	assert_int_equal(director->engine->expectations.n, 1);

	second = first;
	second.seq[0] = second.seq[1] = 100;
	second.heard[0] = second.heard[1] = 0;
	syn = from(&second, LVS_DIR_REQUEST, false);
	syn.sport = 40001;
	syn.tcp_flags = LVS_TCP_SYN;
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	syn.tcp_flags = LVS_TCP_ACK;
	syn.seq = 101;
	syn.quote = (const uint8_t *)"EPSV\r\n";
	syn.quote_bytes = 6;
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	synack = from(&second, LVS_DIR_REPLY, false);
	synack.dport = 40001;
	synack.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
	assert_int_equal(director_take(director, &synack), LVS_DROP_NONE);
	synack.tcp_flags = LVS_TCP_ACK;
	synack.seq = 101;
	synack.quote = (const uint8_t *)"229 (|||50000|)\r\n";
	synack.quote_bytes = 17;
	assert_int_equal(director_handle(director, build_with_room(build(&synack), TAILROOM)), LVS_DROP_NONE);
	synack.src = short_server.vip;
	synack.sport = 21;
	synack.quote = (const uint8_t *)"229 (|||50002|)\r\n";
	director_expect(director, build(&synack));
	assert_int_equal(director->engine->expectations.n, 2);
	assert_int_equal(dial(&second, short_server.client, 60000, short_server.vip, 50002, short_server.client, 60000,
			      short_server.server, 50000), LVS_DROP_NONE);
	assert_int_equal(dial(&second, short_server.client, 60000, short_server.vip, 50000, NULL, 0, NULL, 0),
			 LVS_DROP_CONN_CLASH);
	assert_int_equal(dial(&second, short_server.client, 60001, short_server.vip, 50000, short_server.client, 60001,
			      short_server.server, 50000), LVS_DROP_NONE);
}

/* A control connection that says nothing lives as long as its transfer; a promise nobody keeps does not. */
static void test_time(void **state)
{
	struct director *director = *state;
	const struct ends *ends = &short_server;
	struct session session;

	serve(director, ends, ends->server, 21, 2121);
	session = open_session(director, ends, BUILD_COMPLETE);
	client_says(&session, "EPSV\r\n");
	server_says(&session, "229 (|||50000|)\r\n", NULL);
	director_wait(director, LVS_SECONDS(121));
	assert_int_equal(dial(&session, ends->client, 60000, ends->vip, 50000, NULL, 0, NULL, 0), LVS_DROP_NO_SERVICE);
	client_says(&session, "EPSV\r\n");
	server_says(&session, "229 (|||50000|)\r\n", NULL);
	director_wait(director, LVS_SECONDS(119));
	assert_int_equal(dial(&session, ends->client, 60000, ends->vip, 50000, ends->client, 60000, ends->server, 50000),
			 LVS_DROP_NONE);
	for (unsigned int i = 0; i < 50; i++) {
		struct build ack = { .src = ends->client, .sport = 60000, .dst = ends->vip, .dport = 50000,
				     .tcp_flags = LVS_TCP_ACK };

		assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
		director_wait(director, LVS_SECONDS(100));
	}
	assert_int_equal(director->engine->conns.used, 2);
	client_says(&session, "NOOP\r\n");
	director_wait(director, LVS_SECONDS(2000));
	assert_int_equal(director->engine->conns.used, 0);
	assert_int_equal(director->engine->streams.texts_used, 0);
}

/* With the control connection what it announced goes; what it began goes on. */
static void test_control_ends(void **state)
{
	struct director *director = *state;
	const struct ends *ends = &short_server;
	struct build reset = { .src = ends->client, .sport = 40000, .dst = ends->vip, .dport = 21, .tcp_flags = LVS_TCP_RST };
	struct build ack = { .src = ends->client, .sport = 60000, .dst = ends->vip, .dport = 50000, .tcp_flags = LVS_TCP_ACK };
	struct session session;

	serve(director, ends, ends->server, 21, 2121);
	session = open_session(director, ends, BUILD_COMPLETE);
	client_says(&session, "EPSV\r\n");
	server_says(&session, "229 (|||50000|)\r\n", NULL);
	assert_int_equal(dial(&session, ends->client, 60000, ends->vip, 50000, ends->client, 60000, ends->server, 50000),
			 LVS_DROP_NONE);
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
	client_says(&session, "EPSV\r\n");
	server_says(&session, "229 (|||50001|)\r\n", NULL);
	assert_int_equal(director->engine->expectations.n, 1);
	assert_int_equal(director_take(director, &reset), LVS_DROP_NONE);
	lvs_engine_end(director->engine, lvs_conn_at(&director->engine->conns, 1), true);
	assert_int_equal(director->engine->expectations.n, 0);
	assert_int_equal(director->engine->conns.used, 1);
	assert_int_equal(director_take(director, &ack), LVS_DROP_NONE);
}

/* A persistent client's session and its transfers: each holds on to what it came through, and lets go of it. */
static void test_persistent(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	const struct ends *ends = &short_server;
	const struct lvs_service_key key = { .addr = test_addr(ends->vip), .port = LVS_BE16(21), .proto = LVS_PROTO_TCP };
	struct lvs_conn_table *conns = &director->engine->conns;
	struct lvs_service_spec spec;
	struct session session;

	serve(director, ends, ends->server, 21, 2121);
	spec = lvs_service_find(rules, &key)->spec;
	spec.persist = (struct lvs_persist_spec){ .timeout = 300, .mask = lvs_persist_mask4(LVS_BE32(0xffffffff)) };
	assert_int_equal(lvs_service_edit(rules, lvs_service_find(rules, &key), &spec), 0);
	session = open_session(director, ends, BUILD_COMPLETE);
	client_says(&session, "PASV\r\n");
	server_says(&session, "227 (10,0,0,1,195,80)\r\n", "227 (198,51,100,200,195,80)\r\n");
	assert_int_equal(dial(&session, ends->client, 60000, ends->vip, 50000, ends->client, 60000, ends->server, 50000),
			 LVS_DROP_NONE);
	/* Without an announcement it is the rule for port 21 that has the high ports. */
	assert_int_equal(dial(&session, ends->client, 60001, ends->vip, 50001, ends->client, 60001, ends->server, 50001),
			 LVS_DROP_NONE);
	assert_int_equal(conns->used, 4);
	assert_int_equal(conns->ntemplates, 1);
	assert_int_equal(director->engine->streams.used, 1);
	for (uint32_t id = 1; id <= conns->touched; id++) {
		bool template = conns->records[id].flags & LVS_CONN_TEMPLATE, control = conns->records[id].stream;

		assert_int_equal(conns->records[id].ncontrolled, template ? 2 : control ? 1 : 0);
	}
	director_wait(director, LVS_SECONDS(70));	/* what never was more than a SYN */
	assert_int_equal(conns->used, 2);
	director_wait(director, LVS_SECONDS(2000));
	director_wait(director, LVS_SECONDS(400));	/* the template saw its last connection go */
	assert_int_equal(conns->used, 0);
}

/* Without room for its record a session does not begin: it would fail later, and nobody would know why. */
static void test_no_record(void **state)
{
	struct director *director = *state;
	struct build syn = { .src = "203.0.113.77", .sport = 40001, .dst = "198.51.100.200", .dport = 21,
			     .tcp_flags = LVS_TCP_SYN };

	serve(director, &short_server, short_server.server, 21, 2121);
	director->engine->streams.texts_capacity = 1;
	(void)open_session(director, &short_server, BUILD_COMPLETE);
	assert_int_equal(director_take(director, &syn), LVS_DROP_STREAM_FULL);
	assert_int_equal(director->engine->conns.used, 1);
	assert_int_equal(director->engine->streams.used, 1);
	director_wait(director, LVS_SECONDS(5000));
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
}

/* Picked up in its midst, a session is read from the next line on, and no order is insisted on. */
static void test_midway(void **state)
{
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;
	struct session session = { .director = director, .ends = &short_server, .seq = { 7, 9 } };

	settings.sloppy[LVS_PROTO_INDEX_tcp] = true;
	lvs_engine_configure(director->engine, &settings, director->now);
	serve(director, &short_server, short_server.server, 21, 2121);
	client_says(&session, "NOOP\r\nPASV\r\n");
	server_says(&session, "200 ok\r\n", NULL);
	session.seq[LVS_DIR_REQUEST] += 5;
	client_says(&session, "PASV\r\n");	/* perhaps the end of another line */
	client_says(&session, "PASV\r\n");
	session.seq[LVS_DIR_REPLY] += 5;
	server_says(&session, "227 (10,0,0,1,195,80)\r\n", NULL);
	server_says(&session, "227 (10,0,0,1,195,80)\r\n", "227 (198,51,100,200,195,80)\r\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, director_setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pasv),
		TEST(test_epsv),
		TEST(test_active),
		TEST(test_active6),
		TEST(test_bounce),
		TEST(test_lies),
		TEST(test_right_already),
		TEST(test_several),
		TEST(test_split_command),
		TEST(test_split_reply),
		TEST(test_held_tail),
		TEST(test_held_then_fin),
		TEST(test_held_too_long),
		TEST(test_sent_again),
		TEST(test_busy),
		TEST(test_full_segment),
		TEST(test_full_segment_again),
		TEST(test_super),
		TEST(test_forged_syn),
		TEST(test_gap),
		TEST(test_tls),
		TEST(test_port_taken),
		TEST(test_time),
		TEST(test_control_ends),
		TEST(test_persistent),
		TEST(test_no_record),
		TEST(test_midway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
