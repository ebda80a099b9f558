#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lvsd as a host of its own on a LAN: the TAP device is a port of the bridge, and the machine with the bridge has no address.
# Every method, both families; a client behind a router, path MTU, a second station with our address, 250 servers.
#
#	client 10.9.0.2 ──────┐
#	s1 10.9.0.11 ─────────┤            lvsd 10.9.0.5, VIPs 10.9.0.100 and 2001:db8:9::100
#	s2 10.9.0.12 ─────────┼─ bridge of "director" ── lvs0
#	router 10.9.0.1 ──────┘
#	  └── far 10.7.0.2
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat cmp ping python3
in_namespace "$0" "$@"
need_tun

vip=10.9.0.100 vip6=2001:db8:9::100 mac=02:00:5e:10:00:05

conf() {
	cat <<-END
	device: { type = "tap"; name = "lvs0"; mac = "$mac"; bridge = "br0"; };
	tap: { addresses = ["10.9.0.5/24", "2001:db8:9::5/64"]; gateway = "10.9.0.1"; gateway6 = "2001:db8:9::1";
	  routes: ( { to = "10.6.0.0/16"; via = "10.9.0.12"; } ); };
	services: (
	  { address = "$vip:80"; forward = "$1"; scheduler = "rr";
	    servers: ( { address = "10.9.0.11:$2"; }, { address = "10.9.0.12:$2"; } ); },
	  { address = "[$vip6]:80"; forward = "$1"; scheduler = "rr";
	    servers: ( { address = "[2001:db8:9::11]:$2"; }, { address = "[2001:db8:9::12]:$2"; } ); },
	  { address = "$vip:9001"; forward = "$1"; servers: ( { address = "10.9.0.11:9001"; } ); },
	  { address = "[$vip6]:9001"; forward = "$1"; servers: ( { address = "[2001:db8:9::11]:9001"; } ); }
	);
	END
}

listening() { at s1 ss -Hln "sport = :$1" | grep -q .; }

# upload <what> <host> <address> - 64 MiB from the host to the server
upload() {
	rm -f $work/up
	spawn s1 $work/socat.log socat -u TCP6-LISTEN:9001,ipv6only=0,reuseaddr CREATE:$work/up
	receiver=$spawned
	until_true 5 listening 9001
	at "$2" socat -u FILE:$work/s1/blob "TCP:$3:9001" || FAIL "$1: upload broke off"
	wait "$receiver" || FAIL "$1: the server did not get all"
	cmp $work/s1/blob $work/up || FAIL "$1: upload differs"
}

# both_ways <what> <host> - shares, 64 MiB each way, both families
both_ways() {
	for address in "$vip" "[$vip6]"; do
		same "$1, $2, $address" "20 s1 20 s2" "$(at "$2" curl -sf -m 60 -H 'Connection: close' "http://$address/?[1-40]" | shares)"
		upload "$1, $2, $address" "$2" "$address"
		at "$2" curl -sf -m 60 -o $work/down "http://$address/files/blob" || FAIL "$1, $2, $address: no download"
		cmp $work/s1/blob $work/down || FAIL "$1, $2, $address: download differs"
	done
}

# neighbour <host> <address> - the station that the host has found there
neighbour() { at "$1" ip neigh show "$2" | sed -n 's/.*lladdr \([0-9a-f:]*\).*/\1/p'; }

lan director
host client s1 s2 router far
join client 10.9.0.2/24,2001:db8:9::2/64 director
join s1 10.9.0.11/24,2001:db8:9::11/64 director
join s2 10.9.0.12/24,2001:db8:9::12/64 director
join router 10.9.0.1/24,2001:db8:9::1/64 director
wire far 10.7.0.2/24,2001:db8:7::2/64 router 10.7.0.1/24,2001:db8:7::1/64
at router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
at far ip route add default via 10.7.0.1
at far ip -6 route add default via 2001:db8:7::1
for server in s1 s2; do
	at $server ip route add default via 10.9.0.5
	at $server ip -6 route add default via 2001:db8:9::5
	web $server
done
mkdir -p $work/s1 && dd if=/dev/urandom of=$work/s1/blob bs=1M count=64 2>/dev/null
ln $work/s1/blob $work/s2/blob

# Masquerading: to clients on the LAN replies would come straight from the server, so the client is behind the router, and
# one on the LAN that the servers reach by lvsd alone.
for server in s1 s2; do
	at $server ip route add 10.9.0.2/32 via 10.9.0.5
	at $server ip -6 route add 2001:db8:9::2/128 via 2001:db8:9::5
done
configure "$(conf masq 8080)"
direct
both_ways masq client
both_ways masq far
for address in $vip 10.9.0.5 $vip6 2001:db8:9::5; do
	at client ping -c 2 -i 0.2 -W 2 -q "$address" >/dev/null || FAIL "no answer to a ping to $address"
	same "who has $address" "$mac" "$(neighbour client "$address")"
done
# What is for others passes lvsd, which is the servers' router.
at s1 ping -c 2 -i 0.2 -W 2 -q 10.7.0.2 >/dev/null || FAIL "s1 does not reach far"
at s1 ping -c 2 -i 0.2 -W 2 -q 2001:db8:7::2 >/dev/null || FAIL "s1 does not reach far, IPv6"
at s1 ping -c 1 -W 2 -t 1 10.7.0.2 | grep -q "exceeded" || FAIL "nobody says that the time is exceeded"
summary "neighbours:"
stop
