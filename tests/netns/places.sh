#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where a VIP can be: routed to the director, in the subnet of one of its interfaces, or an address of its own that
# comes and goes while lvsd runs; and servers in the clients' own subnet.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun

# service <vip4> <vip6> <server4> <server6>
service() {
	configure "services: (
	  { address = \"$1:80\"; servers: ( { address = \"$3:8080\"; } ); },
	  { address = \"[$2]:80\"; servers: ( { address = \"[$4]:8080\"; } ); }
	);"
}
answers() { at client curl -sf -m 2 -o /dev/null "$1"; }
# serves <what> <vip4> <vip6> - each 20 times, so that neighbour tables play no part
serves() {
	until_true 30 answers "http://$2/"
	until_true 30 answers "http://[$3]/"
	same "$1, IPv4" "20 s1" "$(ask 20 "http://$2" | shares)"
	same "$1, IPv6" "20 s1" "$(ask 20 "http://[$3]" | shares)"
}

stage 1
web s1

service "$VIP" "$VIP6" 10.0.1.2 2001:db8:1::2
direct
serves "routed" "$VIP" "$VIP6"
stop

service 10.0.0.77 2001:db8::77 10.0.1.2 2001:db8:1::2
direct
serves "on an attached subnet" 10.0.0.77 2001:db8::77

# keepalived would do this.
at director ip addr add 10.0.0.77/24 dev to-client
at director ip addr add 2001:db8::77/64 dev to-client
until_true 30 sh -c "ip netns exec director ip -6 rule | grep -q ^100:"
until_true 30 sh -c "ip netns exec director ip rule | grep -q ^100:"
serves "local, since a moment" 10.0.0.77 2001:db8::77
at director ip addr del 10.0.0.77/24 dev to-client
at director ip addr del 2001:db8::77/64 dev to-client
until_true 30 sh -c "! ip netns exec director ip -6 rule | grep -q ^100:"
until_true 30 sh -c "! ip netns exec director ip rule | grep -q ^100:"
serves "local no more" 10.0.0.77 2001:db8::77
stop

at director ip addr add 10.0.0.77/32 dev lo
at director ip addr add 2001:db8::77/128 dev lo
web client
web director
own=$spawned
# What comes out of the device, whichever way it goes on, has to pass the reverse-path filter.
for filter in 0 1 2; do
	at director sysctl -qw net.ipv4.conf.all.rp_filter=$filter
	direct
	serves "local from the beginning, filter $filter" 10.0.0.77 2001:db8::77
	for address in 10.0.0.77 "[2001:db8::77]"; do
		same "the host's own server at $address, filter $filter" director "$(at client curl -s -m 5 "http://$address:8080")"
	done
	for address in 10.0.0.2 "[2001:db8::2]"; do
		same "a server as a client of $address, filter $filter" client "$(at s1 curl -s -m 5 "http://$address:8080")"
	done
	stop
done
kill "$own"
at director sysctl -qw net.ipv4.conf.all.rp_filter=0
same "early demultiplexing is back" 1 "$(at director sysctl -n net.ipv4.ip_early_demux)"
at director ip addr del 10.0.0.77/32 dev lo
at director ip addr del 2001:db8::77/128 dev lo

# Client, director and server on one LAN; the server's way out is the director.
lan switch
host one two s4
for family in 4 6; do
	[ $family = 6 ] || at director ip addr del 10.0.0.1/24 dev to-client
done
at director ip link del to-client
join client 10.0.0.2/24,2001:db8::2/64 switch
join director 10.0.0.1/24,2001:db8::1/64 switch
join s4 10.0.0.4/24,2001:db8::4/64 switch
# Only the director is asked for the way to the client: answers must not go there directly.
at s4 ip route add 10.0.0.2/32 via 10.0.0.1
at s4 ip -6 route add 2001:db8::2/128 via 2001:db8::1
at s4 sysctl -qw net.ipv4.conf.all.accept_redirects=0
web s4
service 10.0.0.77 2001:db8::77 10.0.0.4 2001:db8::4
direct
until_true 30 answers http://10.0.0.77/
until_true 30 answers "http://[2001:db8::77]/"
same "one subnet, IPv4" "20 s4" "$(ask 20 http://10.0.0.77 | shares)"
same "one subnet, IPv6" "20 s4" "$(ask 20 "http://[2001:db8::77]" | shares)"
stop
