#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the director says itself: pings, ports without a service, services without a server.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl ping socat
in_namespace "$0" "$@"
need_tun

# tcp_error <address:port> - what connect() says
tcp_error() { at client socat -T 2 - "TCP:$1,connect-timeout=3" </dev/null 2>&1 | sed 's/.*: //' | tail -n 1; }
# udp_error <address:port> - what a datagram is answered with
udp_error() { echo x | at client socat -t 2 -T 2 - "UDP:$1" 2>&1 | sed 's/.*: //' | tail -n 1; }

stage 1
web s1
configure "$(web_conf rr 1)"
direct
for vip in $VIP "[$VIP6]"; do
	bare=$(echo "$vip" | tr -d '[]')
	at client ping -c 3 -i 0.2 -W 2 -q "$bare" | grep -q ' 3 received' || FAIL "$bare does not answer a ping"
	at client ping -c 1 -W 2 -s 1001 -q "$bare" | grep -q ' 1 received' || FAIL "$bare does not answer a ping of odd length"
	same "closed TCP port of $vip" "Connection refused" "$(tcp_error "$vip:81")"
	same "closed UDP port of $vip" "Connection refused" "$(udp_error "$vip:81")"
	same "open port of $vip" "s1" "$(ask 1 "http://$vip")"
done

# Without a server that may be chosen: no answer to pings, port unreachable to all else.
configure "$(web_conf rr 0)"
reload
for vip in $VIP "[$VIP6]"; do
	bare=$(echo "$vip" | tr -d '[]')
	at client ping -c 1 -W 1 -q "$bare" >/dev/null && FAIL "$bare answers a ping without a server"
	same "service of $vip without a server" "Connection refused" "$(tcp_error "$vip:80")"
done
summary 'dropped 2 (echo_no_server)'
said 'dropped 2 (no_server)' || FAIL "refused connections were not counted"
said 'dropped 4 (no_service)' || FAIL "closed ports were not counted"
stop
