/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIP between clients and servers: 192.0.2.10 and 2001:db8::10, port 5060 of UDP with helper sip, before 10.2.0.1, .2 and
 * .3 (2001:db8:2::1 and so on), port 5062, round robin, which begins with the third. Families count from 0, IPv4.
 */
#ifndef LVS_TESTS_LIB_DIALOG_H
#define LVS_TESTS_LIB_DIALOG_H

#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define DIALOG_VPORT 5060
#define DIALOG_PORT 5062
#define DIALOG_SECONDS 60

extern const char *const dialog_vips[2];
extern const char *const dialog_clients[2][2];
extern const char *const dialog_servers[2][3];
extern const enum build_csum dialog_csums[4];

/* A message and the datagram that it travels in, whose ends are not set. */
struct dialog_message {
	char text[3000];
	struct build build;
};

/* For cmocka, like director_setup() and beside director_teardown(). */
int dialog_setup_connections(void **state);
int dialog_setup_one_packet(void **state);

/* Borrowed. */
struct lvs_service *dialog_service(struct director *director, const char *vip);
bool dialog_is_one_packet(struct director *director);

/* The third server of the IPv4 service begins to drain. */
void dialog_drain(struct director *director, uint32_t seconds);

/* The template of @call_id of the IPv4 service. Return: borrowed, or NULL */
struct lvs_conn *dialog_template(struct director *director, const char *call_id);

/* @method: how the start line begins. Return: valid until the next call */
struct dialog_message *dialog_message(const char *method, const char *call_id);

/* @client says it to the service. Return: index of the server that it goes to, in every byte; -1 if it is dropped */
int dialog_say(struct director *director, unsigned int family, const char *client, uint16_t port,
	       struct dialog_message *message);

/* Server @i says it to @client, who gets it from the service, in every byte. */
void dialog_tell(struct director *director, unsigned int family, int i, const char *client, uint16_t port,
		 struct dialog_message *message);

#endif
