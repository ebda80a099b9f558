#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A service with a list of ports: each leads to the same port of a server; a service of one port comes before it.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat curl nginx
in_namespace "$0" "$@"
need_tun

stage 2
for family in "$VIP 10.0.1.2 10.0.2.2" "[$VIP6] [2001:db8:1::2] [2001:db8:2::2]"; do
	# shellcheck disable=SC2086 # three words
	set -- $family
	printf '%s\n' "{ address = \"$1\"; ports = \"80,8080-8082\"; scheduler = \"rr\"; servers: ( { address = \"$2\"; } ); }," \
		"{ address = \"$1:8081\"; scheduler = \"rr\"; servers: ( { address = \"$3:8080\"; } ); },"
done >$work/services
configure "services: ( $(sed '$s/,$//' $work/services) );"
direct
for n in 1 2; do web "s$n"; done
spawn s1 "$work/other.log" socat TCP6-LISTEN:8082,ipv6only=0,fork,reuseaddr SYSTEM:"echo port 8082"
until_true 30 sh -c "ip netns exec s1 ss -Hltn 'sport = :8082' | grep -q ."

for vip in "$VIP" "[$VIP6]"; do
	same "the port that was asked for, $vip" s1 "$(at client curl -sf -m 5 "http://$vip:8080/")"
	same "a service of one port, $vip" s2 "$(at client curl -sf -m 5 "http://$vip:8081/")"
	same "the end of the range, $vip" "port 8082" "$(at client socat -u -T 5 "TCP:$vip:8082" -)"
	at client curl -s -m 5 "http://$vip:8083/"
	same "behind the range, $vip: refused" 7 $?
	at client curl -s -m 5 "http://$vip:80/"
	same "a port of the list that the server refuses, $vip" 7 $?
done
