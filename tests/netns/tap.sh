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
need nginx curl socat cmp ping python3 ethtool
in_namespace "$0" "$@"
need_tun

vip=10.9.0.100 vip6=2001:db8:9::100 mac=02:00:5e:10:00:05

# The director does not always see the servers close; a client's port that is used again is a connection of its own nevertheless.
conf() {
	cat <<-END
	device: { type = "tap"; name = "lvs0"; mac = "$mac"; bridge = "br0"; };
	director: { conn_reuse_mode = 2; };
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
	until_true 30 listening 9001
	at "$2" socat -u FILE:$work/s1/blob "TCP:$3:9001" || FAIL "$1: upload broke off"
	wait "$receiver" || FAIL "$1: the server did not get all"
	cmp $work/s1/blob $work/up || FAIL "$1: upload differs"
}

# both_ways <what> <host> - shares, 64 MiB each way, both families
both_ways() {
	for address in "$vip" "[$vip6]"; do
		same "$1, $2, $address" "20 s1 20 s2" "$(at "$2" curl -sSf -m 60 -H 'Connection: close' "http://$address/?[1-40]" | shares)"
		upload "$1, $2, $address" "$2" "$address"
		at "$2" curl -sSf -m 60 -o $work/down "http://$address/files/blob" || FAIL "$1, $2, $address: no download"
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

# Another station says that it has our address: once in the log, and nobody fights.
at client python3 - $vip <<-'END'
	import socket, sys
	ip, mac = socket.inet_aton(sys.argv[1]), bytes.fromhex("020000000099")
	port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	port.bind(("director", 0))
	for i in range(20):
	    port.send(b"\xff" * 6 + mac + bytes.fromhex("08060001080006040001") + mac + ip + bytes(6) + ip + bytes(18))
	END
until_true 30 said "02:00:00:00:00:99 on the LAN of device 'lvs0' says that it has $vip, which is ours"
[ "$(how_often "which is ours")" -le 10 ] || FAIL "the log is flooded by somebody else's claims"
summary "conflicts [1-9]"

# A path to the server that is narrower than the client's: the sender is told, and the transfer goes on.
configure "$(conf masq 8080 | sed 's/bridge = "br0";/bridge = "br0"; mtu = 1400;/')"
stop
direct
for address in "$vip" "[$vip6]"; do
	at client ip route flush cache
	at client ip -6 route flush cache
	at client curl -sSf -m 60 -o $work/down "http://$address/files/blob" || FAIL "MTU 1400: no download from $address"
	cmp $work/s1/blob $work/down || FAIL "MTU 1400: $address: download differs"
	upload "MTU 1400, $address" client "$address"
done
stop

# Direct routing: super-packets stay whole, replies pass by.
for server in s1 s2; do
	at $server ip addr add $vip/32 dev lo
	at $server ip addr add $vip6/128 dev lo nodad
	at $server sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	at $server ip route del 10.9.0.2/32 via 10.9.0.5
	at $server ip -6 route del 2001:db8:9::2/128 via 2001:db8:9::5
	at $server ip route replace default via 10.9.0.1
	at $server ip -6 route replace default via 2001:db8:9::1
done
sed -i 's/listen 8080/listen 80 backlog=4096; listen [::]:80 backlog=4096; listen 8080/' $work/s1.nginx $work/s2.nginx
for server in s1 s2; do at $server nginx -p $work -c $work/$server.nginx -s reload; done
until_true 30 at s1 curl -sf -m 1 -o /dev/null http://127.0.0.1:80/
until_true 30 at s2 curl -sf -m 1 -o /dev/null http://127.0.0.1:80/
configure "$(conf droute 80)"
direct
both_ways droute client
both_ways droute far
same "who has the VIP" "$mac" "$(neighbour client $vip)"
summary "> 10.9.0.11:80 Route weight 1"
summary "service tcp $vip:80 rr: 2 servers, [0-9]* conns, in [0-9]* packets [0-9]* bytes, out 0 packets"
stop

# Addresses of others, to which lvsd is the client's router: without a cache they are reached by way of lvsd's own gateway.
at client ip route add 10.7.0.0/24 via 10.9.0.5
at client ip -6 route add 2001:db8:7::/64 via 2001:db8:9::5
web far
bypass_conf() {
	conf masq 8080 | sed "/^services/,\$d; s/conn_reuse_mode = 2;/cache_bypass = $1;/"
	cat <<-END
	marks: ( { mark = 7; address = "10.7.0.0/24"; ports = "8080"; transparent = true; },
	  { mark = 7; address = "2001:db8:7::/64"; ports = "8080"; transparent = true; } );
	services: ( { mark = 7; servers: ( { address = "10.9.0.11:8080"; weight = 0; } ); },
	  { mark = 7; family = "inet6"; servers: ( { address = "[2001:db8:9::11]:8080"; weight = 0; } ); } );
	END
}
configure "$(bypass_conf true)"
direct
for address in 10.7.0.2 "[2001:db8:7::2]"; do
	same "bypass, $address" far "$(at client curl -sSf -m 60 "http://$address:8080/")"
	at client ping -c 1 -W 10 -q "$(echo "$address" | tr -d '[]')" >/dev/null || FAIL "no answer to a ping to $address"
done
at client ping -c 1 -W 2 -t 1 10.7.0.2 | grep -q "From 10.9.0.5.*exceeded" || FAIL "nobody counts this hop"
summary "bypassed: 2 connections"
configure "$(bypass_conf false)"
reload
for address in 10.7.0.2 "[2001:db8:7::2]"; do
	at client curl -s -m 60 "http://$address:8080/" && FAIL "$address: not refused"
done
stop
at client ip route del 10.7.0.0/24 via 10.9.0.5
at client ip -6 route del 2001:db8:7::/64 via 2001:db8:9::5

# Tunnels, from lvsd's own address, ended by lvs-decap.
decap=${LVS_DECAP:-${top_builddir:-../..}/lvs-decap}
if [ -x "$decap" ]; then
	unwrapping() { grep -q ready: "$work/$1.decap"; }
	for server in s1 s2; do
		spawn $server $work/$server.decap "$decap" --type gue --vip $vip --vip $vip6
		until_true 30 unwrapping $server
	done
	configure "$(conf tunnel 80 | sed 's/forward = "tunnel";/forward = "tunnel"; tunnel: { type = "gue"; port = 6080; };/')"
	direct
	both_ways tunnel client
	stop
else
	echo "no lvs-decap at $decap: tunnels are not tried"
fi

# 250 servers on one LAN, each with a station of its own address, are all found and get one connection each.
for n in $(seq 250); do echo "addr add 10.9.1.$n/16 dev director"; done | at s2 ip -batch -
configure "device: { type = \"tap\"; name = \"lvs0\"; mac = \"$mac\"; bridge = \"br0\"; };
	tap: { addresses = [\"10.9.0.5/16\"]; };
	services: ( { address = \"$vip:80\"; scheduler = \"rr\"; forward = \"masq\"; servers: (
	$(for n in $(seq 250); do echo "{ address = \"10.9.1.$n:8080\"; },"; done | sed '$s/,$//') ); } );"
at s2 ip addr del $vip/32 dev lo
at s2 ip route add 10.9.0.2/32 via 10.9.0.5
direct
same "250 servers" "250 s2" "$(at client curl -sSf -m 60 -H 'Connection: close' "http://$vip/?[1-250]" | shares)"
summary "10.9.1.250:8080 Masq weight 1: [0-9]* active, [0-9]* inactive, 0 persistent, 1 conns"
summary "10.9.1.1:8080 Masq weight 1: [0-9]* active, [0-9]* inactive, 0 persistent, 1 conns"
stop

# In a VLAN: a port of the switch tags what goes to lvsd and untags what comes from it; what has another tag, or none, is not
# heard.
at director ip link add br1 type bridge
at director ip link set br1 up
at director ip link add access type veth peer name access0
at director ip link add trunk type veth peer name trunk0
at director ip link set access0 master br0
at director ip link set trunk0 master br1
for port in access access0 trunk trunk0; do at director ip link set $port up; done
at client ethtool -K director tx off >/dev/null
at s2 ethtool -K director tx off >/dev/null
at client ip addr add 10.10.0.2/24 dev director
at s2 ip addr add 10.10.0.12/24 dev director
at s2 ip route add 10.10.0.2/32 via 10.10.0.5
tag() {
	spawn director $work/tagger.log python3 "${top_srcdir:-../..}/tests/netns/tagger.py" access trunk "$1"
	tagger=$spawned
	until_true 30 grep -q ready $work/tagger.log
}
configure "device: { type = \"tap\"; name = \"lvs0\"; bridge = \"br1\"; offload = false; };
	tap: { addresses = [\"10.10.0.5/24\"]; vlan = 10; };
	services: ( { address = \"10.10.0.100:80\"; servers: ( { address = \"10.10.0.12:8080\"; } ); } );"
direct
tag 10
until_true 30 at client ping -c 1 -W 1 -q 10.10.0.5
same "VLAN" "3 s2" "$(at client curl -sf -m 20 -H 'Connection: close' "http://10.10.0.100/?[1-3]" | shares)"
at client curl -sSf -m 60 -o $work/down http://10.10.0.100/files/blob || FAIL "VLAN: no download"
cmp $work/s1/blob $work/down || FAIL "VLAN: download differs"
kill "$tagger"
tag 11
at client ping -c 1 -W 1 -q 10.10.0.5 >/dev/null && FAIL "lvsd hears another VLAN"
summary "frames: for others [1-9]"
stop
