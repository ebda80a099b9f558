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
	until_true 5 sh -c "ip netns exec s1 ss -Hltn 'sport = :7001' | grep -q ."
	at client timeout 20 socat -t 20 - "TCP:$2:9001" <$work/blob >$work/back || FAIL "$1: broke off or hung"
	cmp $work/blob $work/back || FAIL "$1: came back changed"
}

# Only the director's end knows: the server and the client believe in 1500.
at director ip link set to-s1 mtu 1400
at s1 ip link set to-director mtu 1500
direct
echo_all "1400 at the director, IPv4" "$VIP"
echo_all "1400 at the director, IPv6" "[$VIP6]"
at client ip route get $VIP | grep -q 'mtu 1400' || FAIL "the client was not told: $(at client ip route get $VIP)"
at client ip -6 route get $VIP6 | grep -q 'mtu 1400' || FAIL "the client was not told: $(at client ip -6 route get $VIP6)"
summary '(too_big)'

# It changes while lvsd runs, and on the way back.
at director ip link set to-s1 mtu 1350
at director ip link set to-client mtu 1320
at client ip route flush cache
at client ip -6 route flush cache
echo_all "1350 and 1320, IPv4" "$VIP"
echo_all "1350 and 1320, IPv6" "[$VIP6]"
stop
