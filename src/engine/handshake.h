/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handshake with a server whose client the SYN proxy has already shaken hands with. From the server's SYN-ACK on the
 * two talk to each other, and all that is left of the director is a constant between their sequence numbers, their
 * timestamps and their windows (engine/stream.h).
 */
#ifndef LVS_ENGINE_HANDSHAKE_H
#define LVS_ENGINE_HANDSHAKE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/drop.h"

struct lvs_cookie;
struct lvs_engine;
struct lvs_packet;
struct lvs_stream;

/**
 * struct lvs_handshake - what has been agreed upon with a client while the server is asked
 * @client:	initial sequence number of the client
 * @value:	timestamp of the client
 * @window:	of the client, as it stands in its segments
 * @mss:	of the client
 * @scale:	of the client's windows, or LVS_TCP_NO_SCALE
 * @tos:	of the client's packets
 * @ttl:	hops that they have left: the server is asked with no more, so that two directors who are each other's server
 *		come to an end
 * @tries:	how often the server has been asked; 0: there is no handshake, or it is over
 * @timestamps, @sack, @ecn: agreed upon
 *
 * Until the server has answered, the shifts of its direction of the stream are the sequence number and the timestamp that
 * the client knows: what comes to be subtracted are the server's.
 */
struct lvs_handshake {
	uint32_t client;
	uint32_t value;
	uint16_t window;
	uint16_t mss;
	uint8_t scale;
	uint8_t tos;
	uint8_t ttl;
	uint8_t tries : 4;
	bool timestamps : 1, sack : 1, ecn : 1;
};
static_assert(sizeof(struct lvs_handshake) == 16, "fits into the record of a stream");

/**
 * lvs_handshake_open() - ask the server
 * @conn:	a new one; it is gone if that fails, because its server's replies would not be heard or for want of room
 * @packet:	of the client, which brought @cookie back; counts as answered
 */
enum lvs_drop lvs_handshake_open(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet,
				 const struct lvs_cookie *cookie);

/* Have client and server of @conn not met yet? It is unanswered then, too. */
bool lvs_handshake_is_open(const struct lvs_engine *engine, const struct lvs_conn *conn);

/**
 * lvs_handshake_take() - a packet of a connection whose handshake is open
 *
 * The server's answer ends the handshake, for better or worse; nothing of the client goes on before that. @conn may be
 * gone afterwards.
 *
 * Return: LVS_DROP_NONE if others went out in the place of @packet
 */
enum lvs_drop lvs_handshake_take(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet,
				 enum lvs_dir dir);

/*
 * @packet is a SYN-ACK of a server whose handshake is over. If it answers another SYN than ours then its client has begun
 * anew, and the two agree on windows among themselves.
 */
void lvs_handshake_renew(struct lvs_stream *stream, const struct lvs_packet *packet);

/**
 * lvs_handshake_stays() - the time of @conn is over: ask its server again, if it is being asked
 *
 * Return: false if @conn is to end; a client that was waiting has then been told
 */
bool lvs_handshake_stays(struct lvs_engine *engine, struct lvs_conn *conn);

#endif
