#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A link of 1400 bytes behind the director: uploads and downloads of both families get through, and the client learns of it.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat cmp
in_namespace "$0" "$@"
need_tun

stage 1
configure "services: (
  { address = \"$VIP:9001\"; servers: ( { address = \"10.0.1.2:7001\"; } ); },
  { address = \"[$VIP6]:9001\"; servers: ( { address = \"[2001:db8:1::2]:7001\"; } ); }
);"
dd if=/dev/urandom of=$work/blob bs=64k count=64 2>/dev/null

# echo_all <what> <address> - 4 MiB to the server and back
echo_all() {
	spawn s1 $work/socat.log socat TCP6-LISTEN:7001,ipv6only=0,reuseaddr EXEC:cat
	until_true 30 sh -c "ip netns exec s1 ss -Hltn 'sport = :7001' | grep -q ."
	at client timeout 20 socat -t 20 - "TCP:$2:9001" <$work/blob >$work/back || FAIL "$1: broke off or hung"
	cmp $work/blob $work/back || FAIL "$1: came back changed"
}

# sends_at_most <host> <gateway> <gateway6> <bytes> - what the host sends; it offers its peers to take 1500 all the same.
# A cable drops what is longer than the MTU of the end it arrives at, so the far end of a narrow one must not send more.
sends_at_most() {
	at "$1" ip route replace default via "$2" mtu "$4" advmss 1460
	at "$1" ip -6 route replace default via "$3" mtu "$4" advmss 1440
}

# told <host> <address> <address6> <mtu> - the host has learned it
told() {
	at "$1" ip route get "$2" | grep -q "mtu $4" || FAIL "$1 was not told: $(at "$1" ip route get "$2")"
	at "$1" ip -6 route get "$3" | grep -q "mtu $4" || FAIL "$1 was not told: $(at "$1" ip -6 route get "$3")"
}

# To the server, only the director's end of the cable knows: the client believes that 1500 will do.
at director ip link set to-s1 mtu 1400
sends_at_most s1 10.0.1.1 2001:db8:1::1 1400
direct
echo_all "1400 to the server, IPv4" "$VIP"
echo_all "1400 to the server, IPv6" "[$VIP6]"
told client "$VIP" "$VIP6" 1400
summary '(too_big)'

# It changes while lvsd runs.
at director ip link set to-s1 mtu 1350
sends_at_most s1 10.0.1.1 2001:db8:1::1 1350
at client ip route flush cache
at client ip -6 route flush cache
echo_all "1350 to the server, IPv4" "$VIP"
echo_all "1350 to the server, IPv6" "[$VIP6]"
told client "$VIP" "$VIP6" 1350

# And on the way back: the director's host says so to the VIP, lvsd passes it on to the server.
at director ip link set to-s1 mtu 1500
sends_at_most s1 10.0.1.1 2001:db8:1::1 1500
at director ip link set to-client mtu 1320
sends_at_most client 10.0.0.1 2001:db8::1 1320
at client ip route flush cache
at client ip -6 route flush cache
echo_all "1320 to the client, IPv4" "$VIP"
echo_all "1320 to the client, IPv6" "[$VIP6]"
told s1 10.0.0.2 2001:db8::2 1320
stop

# The same when the VIPs are addresses of the director's host.
at director ip addr add $VIP/32 dev lo
at director ip addr add $VIP6/128 dev lo nodad
at s1 ip route flush cache
at s1 ip -6 route flush cache
direct
echo_all "1320 to the client, local VIP, IPv4" "$VIP"
echo_all "1320 to the client, local VIP, IPv6" "[$VIP6]"
told s1 10.0.0.2 2001:db8::2 1320
stop
