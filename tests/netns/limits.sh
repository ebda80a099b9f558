#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A client gets as many connections as the service gives him, and no more; so does each server per second. Others are not
# harmed. And a real server that sends to nobody it knows is told so.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat
in_namespace "$0" "$@"
need_tun

# conf <limits> - the services of web_conf with these limits
conf() { web_conf rr 1 1 | sed "s/scheduler =/limits: { $1 }; &/"; }

# one <address> <url> - how one request from this address ends: the server's name, or curl's exit status
one() { at client curl -s -m 2 --interface "$1" "$2/" || echo "status $?"; }

# hold <address> <vip> - a connection that stays; its process is $spawned
hold() {
	before=$(held "$2")
	spawn client "$work/hold.log" socat -T 120 PIPE "TCP:$2:80,bind=$1"
	until_true 30 sh -c "[ \$(ip netns exec client ss -Htn state established dst $2 | grep -c .) -gt $before ]"
}
held() { at client ss -Htn state established dst "$1" | grep -c .; }

# due <n> <what> - n are five and one for each second since $began
due() {
	{ [ "$1" -ge 5 ] && [ "$1" -le $((6 + $(date +%s) - began)) ]; } || FAIL "$1 of $2, 5 and one per second were due"
}

stage 2
for n in 1 2; do web s$n; done
at client ip addr add 10.0.0.3/24 dev to-director
at client ip -6 addr add 2001:db8::3/64 dev to-director
configure "$(conf 'client_connections = 3; on_limit = "reset";')"
direct

for n in 1 2 3; do hold 10.0.0.2 "$VIP"; done
last=$spawned
same "the fourth connection" "status 7" "$(one 10.0.0.2 "http://$VIP")"
case $(one 10.0.0.3 "http://$VIP") in s1 | s2) ;; *) FAIL "another client is refused too" ;; esac
configure "$(conf 'client_connections = 3;')"
reload
same "the fourth connection, refused in silence" "status 28" "$(one 10.0.0.2 "http://$VIP")"
summary "(client_connections)"
kill "$last"
wait "$last" 2>/dev/null
# It is over when both ends have closed it.
until_true 30 sh -c "ip netns exec client curl -sf -m 1 --interface 10.0.0.2 -o /dev/null http://$VIP/"

summary "clients: [1-9]"

# A client of IPv6 is a network.
for n in 1 2 3; do hold "[2001:db8::2]" "[$VIP6]"; done
same "a neighbour's connection" "status 28" "$(one 2001:db8::3 "http://[$VIP6]")"
configure "$(conf 'client_connections = 3; client_prefix6 = 128;')"
reload
case $(one 2001:db8::3 "http://[$VIP6]") in s1 | s2) ;; *) FAIL "a neighbour is one client with another" ;; esac

# So many at once, then one per second. Servers are as patient as they are told to be.
configure "$(conf 'client_rate = 1; client_burst = 5; on_limit = "reset";')"
reload
began=$(date +%s)
got=$(at client curl -s -m 60 --interface 10.0.0.3 -H 'Connection: close' "http://$VIP/?[1-20]" | grep -c '^s')
due "$got" "20 connections of one client"
configure "$(conf 'server_rate = 1; server_burst = 5; on_limit = "reset";')"
reload
began=$(date +%s)
at client curl -s -m 60 -H 'Connection: close' "http://$VIP/?[1-30]" >"$work/got"
for n in 1 2; do
	due "$(grep -c "^s$n" "$work/got")" "30 connections to s$n and another"
done
summary "(client_rate)"
said "(server_rate)" || FAIL "connections beyond the servers' rate were not counted"

# A datagram of a server that nobody asked for.
for on in false true; do
	configure "director: { nat_icmp_send = $on; }; services: (
	  { address = \"$VIP:53\"; protocol = \"udp\"; servers: ( { address = \"10.0.1.2:5300\"; } ); },
	  { address = \"[$VIP6]:53\"; protocol = \"udp\"; servers: ( { address = \"[2001:db8:1::2]:5300\"; } ); } );"
	reload
	for to in 10.0.0.2 "[2001:db8::2]"; do
		spawn client "$work/heard" socat -u "UDP6-RECV:5353" STDOUT
		listener=$spawned
		until_true 30 at client sh -c 'ss -Hlun sport = 5353 | grep -q .'
		answer=$(echo unasked | at s1 socat -t 1 -T 1 - "UDP:$to:5353,sourceport=5300" 2>&1 | sed 's/.*: //')
		if [ $on = true ]; then
			same "what the server hears" "Connection refused" "$answer"
			[ ! -s "$work/heard" ] || FAIL "the client got a datagram of nobody"
		else
			until_true 30 grep -q unasked "$work/heard"
			same "what the server hears without nat_icmp_send" "" "$answer"
		fi
		kill "$listener"
		wait "$listener" 2>/dev/null
	done
done
stop
