#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Full NAT: the servers have no route to the client, and no default route at all. Both families and both mixtures, with curl,
# 64 MiB each way byte for byte with offloads and without, datagrams, path MTU, a pool that runs dry, and reloads of the pool.
#
#	client 10.0.0.2 ── director ── s1 10.0.1.2, s2 10.0.2.2	pool 10.0.1.64-10.0.1.67, in the first server's subnet
#
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat cmp ss
in_namespace "$0" "$@"
need_tun

# pairs <port> <server port> <protocol> [comma] - one service for each family at the front, and each family behind
pairs() {
	comma=${4:-}
	for pair in "$VIP:$1 10.0.1.2:$2" "[$VIP6]:$1 [2001:db8:1::2]:$2" "$VIP:6$1 [2001:db8:1::2]:$2" "[$VIP6]:4$1 10.0.1.2:$2"; do
		echo "$comma { address = \"${pair% *}\"; protocol = \"$3\"; forward = \"fullnat\"; servers: ( { address = \"${pair#* }\"; } ); }"
		comma=,
	done
}

conf() {
	cat <<-END
	device: { offload = $1; };
	director: { source_pool = "10.0.1.64-10.0.1.67, 2001:db8:1::64-2001:db8:1::67"; $2 };
	services: ($(pairs 80 8080 tcp) $(pairs 901 7001 tcp ,) $(pairs 902 7002 tcp ,) $(pairs 53 5300 udp ,));
	END
}

listening() { at s1 ss -Hln"$2" "sport = :$1" | grep -q .; }

# transfer <what> <address> <prefix of the port> - from the server and to it, at the same time
transfer() {
	rm -f $work/down $work/up
	spawn s1 $work/socat1.log socat -u FILE:$work/blob TCP6-LISTEN:7001,ipv6only=0,reuseaddr
	sender=$spawned
	spawn s1 $work/socat2.log socat -u TCP6-LISTEN:7002,ipv6only=0,reuseaddr CREATE:$work/up
	receiver=$spawned
	until_true 30 listening 7001 t
	until_true 30 listening 7002 t
	spawn client $work/socat3.log socat -u "TCP:$2:${3}901" CREATE:$work/down
	downloader=$spawned
	at client socat -u FILE:$work/blob "TCP:$2:${3}902" || FAIL "$1: upload broke off"
	wait "$downloader" || FAIL "$1: download broke off"
	wait "$receiver" || FAIL "$1: the server did not get all"
	wait "$sender" || FAIL "$1: the server could not send all"
	cmp $work/blob $work/down || FAIL "$1: download differs"
	cmp $work/blob $work/up || FAIL "$1: upload differs"
}

each() { # <function> - for each of the four
	"$1" "IPv4" "$VIP" ""
	"$1" "IPv6" "[$VIP6]" ""
	"$1" "IPv4 to IPv6" "$VIP" 6
	"$1" "IPv6 to IPv4" "[$VIP6]" 4
}

page() { same "$1" "20 s1" "$(ask 20 "http://$2:${3}80" | shares)"; }

echoed() { [ "$(printf %s "$long" | at client timeout 9 socat -b 65536 -t 1 STDIO "$1")" = "$long" ]; }
echoes() {
	for bytes in 1 100 1441; do
		long=$(head -c $bytes /dev/zero | tr '\0' x)
		kind=UDP4 option=,ip-mtu-discover=0
		case $2 in [[]*) kind=UDP6 option=;; esac
		until_true 30 echoed "$kind:$2:${3}53$option"
	done
}

stage 2
for server in s1 s2; do
	at $server ip route del default
	at $server ip -6 route del default
done
at s1 ip route get 10.0.0.2 >/dev/null 2>&1 && FAIL "the server has a route to the client"
web s1
dd if=/dev/urandom of=$work/blob bs=1M count=64 2>/dev/null
for offload in true false; do
	configure "$(conf $offload)"
	direct
	each page
	each transfer
	stop
done

# Only the director's end of the server's cable knows that it is narrow; the client is told, in the words of its family.
at director ip link set to-s1 mtu 1400
at s1 ip route replace 10.0.1.0/24 dev to-director src 10.0.1.2 mtu 1400 advmss 1460
at s1 ip -6 route replace 2001:db8:1::/64 dev to-director mtu 1400 advmss 1440
configure "$(conf true)"
direct
each transfer
summary '(too_big)'
stop
at director ip link set to-s1 mtu 1500
at s1 ip route replace 10.0.1.0/24 dev to-director src 10.0.1.2
at s1 ip -6 route replace 2001:db8:1::/64 dev to-director
at client ip route flush cache
at client ip -6 route flush cache

# And of the client's, so that the server is told.
at director ip link set to-client mtu 1400
at client ip route replace default via 10.0.0.1 mtu 1400 advmss 1460
at client ip -6 route replace default via 2001:db8::1 mtu 1400 advmss 1440
direct
each transfer
stop
at director ip link set to-client mtu 1500
at client ip route replace default via 10.0.0.1
at client ip -6 route replace default via 2001:db8::1
at s1 ip route flush cache
at s1 ip -6 route flush cache

# The server sees addresses of the pool alone.
configure "$(conf true)"
direct
spawn s1 $work/echo.log socat -b 65536 UDP6-RECVFROM:5300,ipv6only=0,fork PIPE
until_true 30 listening 5300 u
each echoes
spawn s1 $work/hold.log socat -u TCP6-LISTEN:7002,ipv6only=0,fork /dev/null
until_true 30 listening 7002 t
spawn client $work/hold1.log socat -u "TCP:$VIP:902" /dev/null
spawn client $work/hold2.log socat -u "TCP:[$VIP6]:902" /dev/null
until_true 30 sh -c "[ \$(ip netns exec s1 ss -Htn state established sport = :7002 | wc -l) = 2 ]"
at s1 ss -Htn state established "sport = :7002" | grep -vE '10\.0\.1\.6[4-7]|2001:db8:1::6[4-7]' &&
	FAIL "the server saw somebody else"

# They are pinged, and refuse whoever is in no connection.
at s1 ping -c 1 -W 2 10.0.1.64 >/dev/null || FAIL "no ping of the pool"
at s1 ping -c 1 -W 2 2001:db8:1::67 >/dev/null || FAIL "no ping of the IPv6 pool"
at s1 curl -s -m 5 -o /dev/null http://10.0.1.65:80/
same "status of curl" 7 $?
stop

# Behind a SYN proxy, which speaks to each end in its family.
proxied() {
	comma=
	for pair in "$VIP:80 10.0.1.2:8080" "[$VIP6]:80 [2001:db8:1::2]:8080" "$VIP:680 [2001:db8:1::2]:8080" \
		"[$VIP6]:480 10.0.1.2:8080"; do
		echo "$comma { address = \"${pair% *}\"; forward = \"fullnat\"; syn_proxy = \"on\";"
		echo "servers: ( { address = \"${pair#* }\"; } ); }"
		comma=,
	done
}
configure "director: { source_pool = \"10.0.1.64, 2001:db8:1::64\"; }; services: ($(proxied));"
direct
each page
stop

# A single port: the second connection is refused, and counted. More of them after a reload, and other addresses.
few() {
	cat <<-END
	director: { source_pool = "$1"; source_ports = "$2"; };
	services: ( { address = "$VIP:902"; forward = "fullnat"; servers: ( { address = "10.0.1.2:7002"; } ); } );
	END
}
configure "$(few 10.0.1.64 5000-5000)"
direct
spawn client $work/hold3.log socat -u "TCP:$VIP:902" /dev/null
held() { at s1 ss -Htn state established "sport = :7002" | grep -q "$1"; }
until_true 30 held 10.0.1.64.*:5000
at client timeout 5 socat -u /dev/null "TCP:$VIP:902,connect-timeout=3" 2>/dev/null && FAIL "two connections of one port"
summary '(no_source)'
configure "$(few 10.0.1.70-10.0.1.71 5000-5001)"
reload
said "reload refused" && FAIL "refused: $(tail -n 3 $work/lvsd.log)"
for n in 4 5 6 7; do
	spawn client $work/hold$n.log socat -u "TCP:$VIP:902" /dev/null
done
until_true 30 sh -c "[ \$(ip netns exec s1 ss -Htn state established sport = :7002 | grep -c '10.0.1.7[01]') = 4 ]"
said 'an address of this host' && FAIL "a foreign address was taken for the host's"

# An address that the director's host has itself is said, with its line.
configure "$(few 10.0.1.1 5000-5001)"
reload
until_true 30 said "lvs.conf:1: \"source_pool\" holds '10.0.1.1', an address of this host"
stop
