#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A director that is itself a real server behind a tunnel: what it unpacks for its own address is balanced again, or not.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat python3
in_namespace "$0" "$@"
need_tun

tunnel=${top_srcdir:-../..}/tests/netns/tunnel.py

# conf <bool> - whether what comes out of tunnels is left alone
conf() {
	echo "director: { ignore_tunneled = $1; };
	services: ( { address = \"$VIP:5353\"; protocol = \"udp\"; servers: ( { address = \"10.0.1.2\"; } ); } );"
}

# plain - who answers a datagram that is not packed;  packed - who answers one that is
plain() { at client python3 "$tunnel" ask - $VIP 5353; }
packed() { at client python3 "$tunnel" ask 10.0.0.1 $VIP 5353; }

stage 1
at director ip addr add $VIP/32 dev lo
spawn s1 $work/s1.log socat UDP4-RECVFROM:5353,fork SYSTEM:"echo s1"
spawn director $work/own.log socat UDP4-RECVFROM:5353,bind=$VIP,fork SYSTEM:"echo the director"
spawn director $work/tunnel.log python3 "$tunnel" unpack ipip0
until_true 30 grep -q unpacking $work/tunnel.log
at director sysctl -qw net.ipv4.conf.ipip0.rp_filter=0	# as on any real server behind a tunnel
at director ip link set ipip0 up
until_true 30 sh -c "ip netns exec s1 ss -Hlun 'sport = :5353' | grep -q ."
until_true 30 sh -c "ip netns exec director ss -Hlun 'sport = :5353' | grep -q ."

configure "$(conf false)"
direct
same "plain" s1 "$(plain)"
same "out of a tunnel, balanced as well" s1 "$(packed)"
configure "$(conf true)"
reload
said 'ignore_tunneled false -> true (takes a restart): only a restart can do that' || FAIL "$(tail -n 3 "$work/lvsd.log")"
stop

configure "$(conf true)"
direct
same "plain, whatever becomes of others" s1 "$(plain)"
same "out of a tunnel, left to the director" "the director" "$(packed)"
stop
