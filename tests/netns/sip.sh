#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Telephones and three exchanges: a dialog stays with its exchange wherever its messages come from, dialogs of one telephone
# spread, and exchanges call telephones. Over IPv4 and IPv6, with connections and with one-packet scheduling.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need python3
in_namespace "$0" "$@"
need_tun

sip=${top_srcdir:-../..}/tests/netns/sip.py
sip() { sip_host=$1; shift; at "$sip_host" timeout 20 python3 "$sip" "$@"; }

# service <address> <port> <options> - one over all exchanges; "%" in an address is the server's number
service() {
	echo "  { address = \"$1\"; protocol = \"udp\"; scheduler = \"rr\"; persistent = { timeout = 60; }; helper = \"sip\"; $3"
	echo "    servers: ("
	echo "      { address = \"${2%\%*}1${2#*%}\"; },"
	echo "      { address = \"${2%\%*}2${2#*%}\"; },"
	echo "      { address = \"${2%\%*}3${2#*%}\"; }"
	echo "    ); }"
}
stage 3
at client ip addr add 10.0.0.3/24 dev to-director
at client ip addr add 2001:db8::3/64 dev to-director
configure "services: (
$(service "$VIP:5060" "10.0.%.2:5060" "one_packet = true;"),
$(service "$VIP:5070" "10.0.%.2:5062"),
$(service "[$VIP6]:5060" "[2001:db8:%::2]:5060" "one_packet = true;"),
$(service "[$VIP6]:5070" "[2001:db8:%::2]:5062")
);"
direct
for n in 1 2 3; do
	for port in 5060 5062; do
		spawn "s$n" "$work/s$n-$port.log" env NAME="s$n" python3 "$sip" serve $port
		until_true 30 grep -q listening "$work/s$n-$port.log"
	done
done

# exchanges <vip> <port> <our address> <our other address> <server's port> - all of it, for one service
exchanges() {
	for n in 1 2 3 4; do
		id=dialog-$n-$2@$3
		first=$(sip client say INVITE "$3" "600$n" "$1" "$2" "$id")
		who=${first%% *}
		same "who answers INVITE $n" "$who True $1 $2" "$first"
		sip client say ACK "$3" "601$n" "$1" "$2" "$id"
		until_true 30 grep -q "ACK $id from $3 601$n" "$work/$who-$5.log"
		same "who answers BYE $n" "$who True $1 $2" "$(sip client say BYE "$4" "610$n" "$1" "$2" "$id")"
	done
	same "a large message" "True $1 $2" "$(sip client say INVITE "$3" 6200 "$1" "$2" "large@$3" 4000 | cut -d ' ' -f 2-)"
	for n in 1 2 3; do
		spawn client "$work/phone.log" timeout 20 python3 "$sip" ring "$3" "630$n"
		phone=$spawned
		until_true 30 grep -q listening "$work/phone.log"
		id=call-$n-$2@$3
		sip "s$n" call "$5" "$3" "630$n" "$id" $((n * 1000))
		wait "$phone" || FAIL "no call of s$n from $1 $2: $(cat "$work/phone.log")"
		grep -Eq "^INVITE $id from $1 $2 ${n}[0-9]{3}\$" "$work/phone.log" || FAIL "INVITE: $(cat "$work/phone.log")"
		grep -q "^ACK $id from $1 $2\$" "$work/phone.log" || FAIL "ACK: $(cat "$work/phone.log")"
		grep -q "SIP/2.0 $id from $3 630$n" "$work/s$n-$5.log" || FAIL "no answer to s$n"
		sip client say BYE "$4" "640$n" "$1" "$2" "$id" | grep -q "^s$n " || FAIL "BYE of a call of s$n"
	done
}
exchanges $VIP 5060 10.0.0.2 10.0.0.3 5060
exchanges $VIP 5070 10.0.0.2 10.0.0.3 5062
exchanges $VIP6 5060 2001:db8::2 2001:db8::3 5060
exchanges $VIP6 5070 2001:db8::2 2001:db8::3 5062

for round in INVITE BYE; do
	for n in $(seq 20); do
		sip client say $round 10.0.0.2 6500 $VIP 5060 "spread-$n" | cut -d ' ' -f 1
	done >"$work/spread.$round"
done
same "dialogs of one socket" "$(cat "$work/spread.INVITE")" "$(cat "$work/spread.BYE")"
[ "$(shares <"$work/spread.INVITE" | tr ' ' '\n' | grep -c '^[67]$')" = 3 ] || FAIL "shares: $(shares <"$work/spread.INVITE")"

printf '\r\n\r\n' | at client timeout 5 python3 -c '
import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.stdin.buffer.read(), (sys.argv[1], 5060))' $VIP
summary "dropped 1 (no_call_id)"
