/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client is introduced to its server, which else may see another address than the client's, or wants to be told in its
 * own way: with a header of the PROXY protocol in front of the byte stream, or with an option in the TCP header. For
 * engine/ sources only.
 */
#ifndef LVS_ENGINE_INTRODUCE_H
#define LVS_ENGINE_INTRODUCE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/packet.h"

struct lvs_engine;
struct lvs_server;
struct lvs_stream;

/* How a server is told of its clients. */
enum lvs_introduction_kind {
	LVS_INTRODUCE_NOT,
	LVS_INTRODUCE_PROXY,	/* PROXY protocol, version 2 */
	LVS_INTRODUCE_TOA,	/* option 254, as the kernel module "toa" reads it */
};

/**
 * struct lvs_introduction - where one stands; part of struct lvs_stream
 * @bytes:	of the header or the option
 * @kind:	enum lvs_introduction_kind
 * @stage:	owned by introduce.c
 * @alone:	nothing else happens to the segments of the stream
 */
struct lvs_introduction {
	uint8_t bytes;
	uint8_t kind : 4, stage : 3;
	bool alone : 1;
};

/* Bytes that go to the server in front of the client's own. */
static inline uint32_t lvs_introduction_ahead(const struct lvs_introduction *introduction)
{
	return introduction->kind == LVS_INTRODUCE_PROXY ? introduction->bytes : 0;
}

/**
 * lvs_introduce_begin() - @conn has just been made, with a @server that wants to be told
 *
 * Only TCP connections are introduced, and those only whose SYN passes from now on. One that a helper reads is not.
 *
 * Return: LVS_DROP_NONE, or LVS_DROP_STREAM_FULL: then it cannot be
 */
enum lvs_drop lvs_introduce_begin(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_server *server);

/**
 * lvs_introduce() - a segment of a connection with an introduction is about to leave, in its sender's numbers
 * @stream:	of @conn
 * @packet:	may change, and may come out after one of the director's own
 *
 * Return: false if that went out in its place, and it must not leave any more
 */
bool lvs_introduce(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream, struct lvs_packet *packet,
		   enum lvs_dir dir);

/**
 * lvs_introduce_after_handshake() - the server of a client that the SYN proxy has shaken hands with has answered
 * @ack:	the director's, about to leave in the client's name and before it is rewritten; in the server's numbers
 *
 * Return: false if it is not needed any more
 */
bool lvs_introduce_after_handshake(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
				   struct lvs_packet *ack);

/* @quoted, in an error for the client, is a segment that went to the server: give it the number that the client knows. */
void lvs_introduce_quoted(const struct lvs_stream *stream, struct lvs_packet *quoted);

#endif
