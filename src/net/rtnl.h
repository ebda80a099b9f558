/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rtnetlink socket: questions with their answers, and changes with their outcome. */
#ifndef LVS_NET_RTNL_H
#define LVS_NET_RTNL_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "net/object.h"

/**
 * struct lvs_rtnl - a socket
 * @portid:	our name in what the kernel tells about our own changes
 * @why:	the kernel's own words about the last failure; empty if it had none
 * @buf:	what is being received
 */
struct lvs_rtnl {
	struct mnl_socket *nl;
	uint32_t portid;
	uint32_t seq;
	char why[128];
	char *buf;
};

/* Large enough for one answer of the kernel: it fills at most 32 KiB, whatever is read. */
#define LVS_RTNL_BUF_BYTES 65536

/* Room for one of our questions. */
#define LVS_RTNL_ASK_BYTES 512

/**
 * lvs_rtnl_open() - open and bind
 * @groups:	RTMGRP_* to listen to, 0 for a socket that asks. A listening socket does not block
 * @ret_rtnl:	for lvs_rtnl_close()
 */
int lvs_rtnl_open(uint32_t groups, struct lvs_rtnl *ret_rtnl);

/* @rtnl: zeroed, closed or open */
void lvs_rtnl_close(struct lvs_rtnl *rtnl);

/**
 * lvs_rtnl_ask() - send one message and read all of its answer
 * @nlh:	built by mnl_nlmsg_put_header() in a buffer of the caller's; flags and sequence number are completed
 *		here
 * @on_answer:	called for every message of the answer; may be NULL
 *
 * Return: 0, or the kernel's error; -EINTR when a listing changed while it was read and should be asked for again
 */
int lvs_rtnl_ask(struct lvs_rtnl *rtnl, struct nlmsghdr *nlh, mnl_cb_t on_answer, void *arg);

/* Attributes by their type; NULL for what is not there. Types from 64 on are left out. */
struct lvs_rtnl_attrs {
	const struct nlattr *v[64];
};

/**
 * lvs_rtnl_parse() - take a message apart
 * @header:	length of its fixed part, bytes
 * @ret_attrs:	always set
 *
 * Return: the fixed part, borrowed; NULL if the message is too short for it
 */
const void *lvs_rtnl_parse(const struct nlmsghdr *nlh, size_t header, struct lvs_rtnl_attrs *ret_attrs);

/* The same for the attributes inside of @attr, which may be NULL. */
void lvs_rtnl_parse_nested(const struct nlattr *attr, struct lvs_rtnl_attrs *ret_attrs);

/* Return: the number in an attribute, 0 if it is not there */
uint32_t lvs_rtnl_get_u32(const struct lvs_rtnl_attrs *attrs, unsigned int type);

/* Put an address as attribute, in the length of its family. */
void lvs_rtnl_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct lvs_addr *addr);

/* Return: whether @attr holds an address; it is in *ret_addr then */
bool lvs_rtnl_get_addr(const struct nlattr *attr, struct lvs_addr *ret_addr);

/**
 * lvs_rtnl_change() - install or remove an object
 * @proto:	originator to write on it, or that it must have to be removed; addresses have none
 */
int lvs_rtnl_change(struct lvs_rtnl *rtnl, const struct lvs_net_object *object, bool install, uint8_t proto);

/**
 * lvs_rtnl_link_prepare() - make a link that is still down one that packets of strangers may come out of
 *
 * @routed:	IPv4 forwards what comes out of it, whatever its source
 *
 * IPv6 gives it no address of its own, which it would announce.
 * The same switches are below /proc/sys, which containers often may not write. Failure is no error: the switches are
 * looked at again there.
 */
void lvs_rtnl_link_prepare(struct lvs_rtnl *rtnl, uint32_t ifindex, bool routed);

/* Make a link a port of a bridge. */
int lvs_rtnl_link_enslave(struct lvs_rtnl *rtnl, uint32_t ifindex, uint32_t master);

/* Bring a link up. @mtu, @txqueuelen: 0 leaves them */
int lvs_rtnl_link_up(struct lvs_rtnl *rtnl, uint32_t ifindex, uint32_t mtu, uint32_t txqueuelen);

#endif
