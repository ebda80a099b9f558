#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Direct routing on one LAN, the classic way: client, director and servers in one subnet, the VIPs on the servers' loopback,
# told to nobody. Shares, methods mixed in one service, 64 MiB each way byte for byte, path MTU, and a server that is local.
#
#	client 10.9.0.2 ─┐
#	director 10.9.0.1 ├─ switch       VIP 10.9.0.100 and 2001:db8:9::100
#	s1, s2 10.9.0.11 ─┘
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat cmp
in_namespace "$0" "$@"
need_tun

vip=10.9.0.100 vip6=2001:db8:9::100

# A real server: the address is there, and no neighbour hears of it.
real_server() {
	at "$1" ip addr add $vip/32 dev lo
	at "$1" ip addr add $vip6/128 dev lo nodad
	at "$1" sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	web "$1"
}

# The director does not see the servers close; a client's port that is used again is a connection of its own nevertheless.
conf() {
	cat <<-END
	director: { conn_reuse_mode = 2; };
	services: (
	  { address = "$vip:8080"; forward = "$1"; scheduler = "rr";
	    servers: ( { address = "10.9.0.11:8080"; }, { address = "10.9.0.12:8080"; $2 } ); },
	  { address = "[$vip6]:8080"; forward = "$1"; scheduler = "rr";
	    servers: ( { address = "[2001:db8:9::11]:8080"; }, { address = "[2001:db8:9::12]:8080"; $2 } ); },
	  { address = "$vip:9001"; forward = "$1"; servers: ( { address = "10.9.0.11:9001"; } ); },
	  { address = "[$vip6]:9001"; forward = "$1"; servers: ( { address = "[2001:db8:9::11]:9001"; } ); },
	  { address = "$vip:7"; protocol = "udp"; forward = "$1"; servers: ( { address = "10.9.0.11:7"; } ); }
	);
	END
}

listening() { at s1 ss -Hln "sport = :$1" | grep -q .; }

# upload <what> <address> - 64 MiB to the server, and back to us over the same connection
upload() {
	rm -f $work/up
	spawn s1 $work/socat.log socat -u TCP6-LISTEN:9001,ipv6only=0,reuseaddr CREATE:$work/up
	receiver=$spawned
	until_true 30 listening 9001
	at client socat -u FILE:$work/s1/blob "TCP:$2:9001" || FAIL "$1: upload broke off"
	wait "$receiver" || FAIL "$1: the server did not get all"
	cmp $work/s1/blob $work/up || FAIL "$1: upload differs"
}

lan switch
host client director s1 s2
join client 10.9.0.2/24,2001:db8:9::2/64 switch
join director 10.9.0.1/24,2001:db8:9::1/64 switch
join s1 10.9.0.11/24,2001:db8:9::11/64 switch
join s2 10.9.0.12/24,2001:db8:9::12/64 switch
real_server s1
real_server s2
mkdir -p $work/s1 && dd if=/dev/urandom of=$work/s1/blob bs=1M count=64 2>/dev/null
ln $work/s1/blob $work/s2/blob

configure "$(conf droute)"
direct
# The servers' own packets are none of ours: nothing on their side of the host leads to the device.
for family in -4 -6; do
	at director ip $family rule | grep -E "lookup 77|10\.9\.0\.1[12]|2001:db8:9::1" && FAIL "a rule for servers whose replies pass by"
	same "routes, IPv$family" "" "$(at director ip $family route show table 77 2>/dev/null)"
done
same "shares, IPv4" "50 s1 50 s2" "$(ask 100 "http://$vip:8080" | shares)"
same "shares, IPv6" "50 s1 50 s2" "$(ask 100 "http://[$vip6]:8080" | shares)"
for address in "$vip" "[$vip6]"; do
	upload "$address" "$address"
	at client curl -sSf -m 60 -o $work/down "http://$address:8080/files/blob" || FAIL "$address: no download"
	cmp $work/s1/blob $work/down || FAIL "$address: download differs"
done
summary "> 10.9.0.11:8080 Route weight 1"
# Replies go straight to the client: none was counted.
summary "service tcp $vip:8080 rr: 2 servers, 1[0-9][0-9] conns, in [0-9]* packets [0-9]* bytes, out 0 packets"

# A datagram without "don't fragment" that is longer than the way to the server arrives in pieces.
at s1 ip link set switch mtu 1400
at director ip route replace 10.9.0.11/32 dev switch mtu 1400
spawn s1 $work/echo.log socat -b 65536 "UDP4-RECVFROM:7,bind=$vip,fork" PIPE
until_true 30 listening 7
long=$(head -c 1450 /dev/zero | tr '\0' x)
answer() { [ "$(printf %s "$long" | at client timeout 3 socat -b 65536 -t 1 STDIO "UDP4:$vip:7,ip-mtu-discover=0")" = "$long" ]; }
until_true 30 answer
at director ip route del 10.9.0.11/32 dev switch mtu 1400
at s1 ip link set switch mtu 1500

local_answers() { ask 2 "http://$vip:8080" | grep -q director; }

# One server by droute, the other one on the director's own host.
at director ip addr add $vip/32 dev lo
at director ip addr add $vip6/128 dev lo nodad
web director
configure "$(conf droute 'forward = "local";')"
reload
said "reload refused" && FAIL "refused: $(tail -n 3 $work/lvsd.log)"
until_true 30 local_answers
for filter in 0 2; do
	at director sysctl -qw net.ipv4.conf.all.rp_filter=$filter
	same "local and droute, IPv4, filter $filter" "50 director 50 s1" "$(ask 100 "http://$vip:8080" | shares)"
	same "local and droute, IPv6, filter $filter" "50 director 50 s1" "$(ask 100 "http://[$vip6]:8080" | shares)"
done
summary "> 10.9.0.12:8080 Local weight 1"
stop
