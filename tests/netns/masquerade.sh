#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Real servers that are clients themselves: of their own virtual service, where a neighbour or they themselves are chosen
# (hairpin), and of a host that knows nothing of their network (masquerade). Both families, TCP and UDP.
#
#	world 10.0.0.2 ── 10.0.0.1 director 10.9.0.1 ──┬ switch	pool 10.0.0.64-10.0.0.65, in the world's network
#	no route to 10.9.0.0/24                        ├ s1 10.9.0.11
#	                                               └ s2 10.9.0.12
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat cmp
in_namespace "$0" "$@"
need_tun

[ -x "$lvsd" ] || FAIL "no lvsd at $lvsd"
lan switch
host world director s1 s2
wire world 10.0.0.2/24,2001:db8::2/64 director 10.0.0.1/24,2001:db8::1/64
join director 10.9.0.1/24,2001:db8:9::1/64 switch
for n in 1 2; do
	join s$n 10.9.0.1$n/24,2001:db8:9::1$n/64 switch
	at s$n ip route add default via 10.9.0.1
	at s$n ip -6 route add default via 2001:db8:9::1
	web s$n
done
web world
at world ip route get 10.9.0.11 >/dev/null 2>&1 && FAIL "the world has a route to the servers"

conf() {
	cat <<-END
	director: { source_pool = "10.0.0.64-10.0.0.65, 2001:db8::64"; $1 };
	services: (
	  { address = "$VIP:80"; scheduler = "rr";
	    servers: ( { address = "10.9.0.11:8080"; }, { address = "10.9.0.12:8080"; } ); },
	  { address = "[$VIP6]:80"; scheduler = "rr";
	    servers: ( { address = "[2001:db8:9::11]:8080"; }, { address = "[2001:db8:9::12]:8080"; } ); },
	  { address = "$VIP:9001"; servers: ( { address = "10.9.0.12:9001"; } ); }
	);
	END
}

ask_from() { at "$1" curl -sf -m 20 -H 'Connection: close' "$2/?[1-$3]" | shares; }

configure "$(conf 'masquerade = "servers";')"
direct
for url in "http://$VIP" "http://[$VIP6]"; do
	same "s1 asks $url" "10 s1 10 s2" "$(ask_from s1 "$url" 20)"
	same "s2 asks $url" "10 s1 10 s2" "$(ask_from s2 "$url" 20)"
done

# 64 MiB to a neighbour and the same to the world.
dd if=/dev/urandom of=$work/blob bs=1M count=64 2>/dev/null
listening() { at "$1" ss -Hltn "sport = :9001" | grep -q .; }
upload() { # <from> <receiver> <address>
	rm -f $work/up
	spawn "$2" $work/socat.log socat -u TCP6-LISTEN:9001,ipv6only=0,reuseaddr CREATE:$work/up
	receiver=$spawned
	until_true 30 listening "$2"
	at "$1" socat -u FILE:$work/blob "TCP:$3:9001" || FAIL "$3: upload broke off"
	wait "$receiver" || FAIL "$3: not all arrived"
	cmp $work/blob $work/up || FAIL "$3: upload differs"
}
upload s1 world 10.0.0.2
upload s2 world "[2001:db8::2]"

for url in "http://10.0.0.2:8080" "http://[2001:db8::2]:8080"; do
	same "the world at $url" "20 world" "$(ask_from s1 "$url" 20)"
done

# Who asks is what the world sees: a page that says it.
# shellcheck disable=SC2016 # expanded by socat's shell
spawn world $work/who.log socat TCP6-LISTEN:9002,ipv6only=0,reuseaddr,fork SYSTEM:'echo $SOCAT_PEERADDR'
until_true 30 sh -c "ip netns exec world ss -Hltn 'sport = :9002' | grep -q ."
at s1 socat -T 5 -u TCP:10.0.0.2:9002 - | grep -qE '10\.0\.0\.6[45]|0a00:004[01]' || FAIL "the world saw the server"
at s1 socat -T 5 -u "TCP:[2001:db8::2]:9002" - | grep -qE ':(00)?64[]]?$' || FAIL "the world saw the server, IPv6"
spawn world $work/echo.log socat UDP6-RECVFROM:7,ipv6only=0,fork PIPE
until_true 30 sh -c "ip netns exec world ss -Hlun 'sport = :7' | grep -q ."
datagram() { [ "$(printf hello | at "$1" timeout 9 socat -t 1 STDIO "$2")" = hello ]; }
until_true 30 datagram s1 UDP4:10.0.0.2:7
until_true 30 datagram s2 "UDP6:[2001:db8::2]:7"
# A port where nobody listens: the world's error finds back.
refused() { printf x | at s1 timeout 9 socat -t 2 STDIO UDP4-CONNECT:10.0.0.2:8 2>&1 | grep -q refused; }
until_true 30 refused

# And without the setting, nothing is translated.
configure "$(conf '')"
reload
at s1 curl -s -m 2 -o /dev/null http://10.0.0.2:8080/
same "status of curl without masquerade" 28 $?
same "s1 asks for itself" "10 s1 10 s2" "$(ask_from s1 "http://$VIP" 20)"
stop
