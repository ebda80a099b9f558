#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SCTP associations between programs that make their packets themselves: to a port that stays and to one that changes.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need python3
in_namespace "$0" "$@"
need_tun

stage 1
configure "services: (
  { address = \"$VIP:7000\"; protocol = \"sctp\"; scheduler = \"rr\"; servers: ( { address = \"10.0.1.2:7000\"; } ); },
  { address = \"$VIP:7001\"; protocol = \"sctp\"; scheduler = \"rr\"; servers: ( { address = \"10.0.1.2:7070\"; } ); }
);"
direct
ends=${top_srcdir:-../..}/tests/netns/sctp.py
for port in 7000 7070; do
	spawn s1 $work/$port.log python3 "$ends" serve $port
	until_true 30 grep -q listening $work/$port.log
done
for port in 7000 7001; do
	[ "$(at client python3 "$ends" call $VIP $port)" = "done" ] || FAIL "no association with port $port"
done
[ "$(at client python3 "$ends" refused $VIP 7002)" = aborted ] || FAIL "no ABORT from a port without a service"
summary "service sctp $VIP:7000 rr: 1 servers, 1 conns, in 9 packets"
summary "service sctp $VIP:7001 rr: 1 servers, 1 conns, in 9 packets"
said "0 active, 1 inactive" || FAIL "not over after the shutdown"
