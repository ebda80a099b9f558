#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 ---- MTU 1300 ---- 10.1.0.1 director
#	       fd01::2                     fd01::1    lvs0
#
# What lvsd sends in a VIP's name towards the client does not fit: the host's own error has to come to the device, wherever the VIP
# is; nothing of it may end in the host.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/net_lib.sh"

host client director
wire client 10.1.0.2/24,fd01::2/64 director 10.1.0.1/24,fd01::1/64
start auto
want '192.0.2.10 2001:db8::10 10.1.0.50 fd01::50' ''

# The client is a neighbour already, so that only the size can be in the way.
at client ip route add default via 10.1.0.1
at client ip -6 route add default via fd01::1
at director ip link set to-client mtu 1300
until_true 30 sh -c "ip -n director -6 route get fd01::2 | grep -q to-client"

# too_big <vip> <client> <protocol and type> - the error arrives, with the MTU
too_big() {
	quiet
	tell "send $1 $2 1400"
	told "^packet [0-9a-f.:]* $1 $3 mtu 1300"
}
icmp='proto 1 type 3 code 4' icmpv6='proto 58 type 2 code 0'

too_big 192.0.2.10 10.1.0.2 "$icmp"
too_big 2001:db8::10 fd01::2 "$icmpv6"
too_big 10.1.0.50 10.1.0.2 "$icmp"
too_big fd01::50 fd01::2 "$icmpv6"

at director ip addr add 10.1.0.50/32 dev to-client
at director ip addr add fd01::50/128 dev to-client
told '^local 10.1.0.50 yes'
told '^local fd01::50 yes'
too_big 10.1.0.50 10.1.0.2 "$icmp"
too_big fd01::50 fd01::2 "$icmpv6"

# Neighbours find a local VIP that is routed away from the host, and the host finds its neighbours in the VIP's name.
resolves() {
	at client ip neigh flush dev to-director
	at director ip neigh flush dev to-client
	quiet
	at client ping -q -c 1 -W 1 "$1" >/run/test/ping
	told "^packet $2 $1 "
	quiet
	tell "send $1 $2 200"
	told "^packet $2 $1 proto [0-9]* type $3 "	# port unreachable: it got there
}
need ping
resolves 10.1.0.50 10.1.0.2 3
resolves fd01::50 fd01::2 1
finish
exit 0
