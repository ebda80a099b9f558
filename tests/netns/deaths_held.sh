#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What happens to live connections of a server that is down, as "on_failure" says. Two hundred clients of each family hold theirs:
# they keep them, or all of those of that server are reset at once, be its host there or not. Sessions of UDP go to another
# server with the next datagram, or stay.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/regulars.sh"
need nginx curl nft python3
in_namespace "$0" "$@"
need_tun

sessions="${top_srcdir:-../..}/tests/netns/sessions.py"

# service <name> <address> <protocol> <on_failure> <server address>... - with servers s1 to s3, asked for their web page
service() {
	echo "{ name = \"$1\"; address = \"$2\"; protocol = \"$3\"; on_failure = \"$4\"; scheduler = \"rr\";"
	echo "check: { type = \"http\"; port = 8080; interval = 0.5; fast_interval = 0.2; timeout = 0.4; rise = 1; fall = 2; };"
	shift 4
	service_n=0 service_comma=
	echo "servers: ("
	for server; do
		service_n=$((service_n + 1))
		echo "$service_comma { name = \"s$service_n\"; address = \"$server\"; }"
		service_comma=,
	done
	echo "); }"
}

# conf <on_failure of the web> - and UDP with each
conf() {
	echo "services: ("
	service four "$VIP:80" tcp "$1" 10.0.1.2:8080 10.0.2.2:8080 10.0.3.2:8080; echo ,
	service six "[$VIP6]:80" tcp "$1" "[2001:db8:1::2]:8080" "[2001:db8:2::2]:8080" "[2001:db8:3::2]:8080"
	conf_port=5300
	for conf_how in remove reset quiesce; do
		conf_port=$((conf_port + 1))
		echo ,; service "four_$conf_how" "$VIP:$conf_port" udp $conf_how 10.0.1.2:53 10.0.2.2:53 10.0.3.2:53
		echo ,; service "six_$conf_how" "[$VIP6]:$conf_port" udp $conf_how "[2001:db8:1::2]:53" "[2001:db8:2::2]:53" "[2001:db8:3::2]:53"
	done
	echo ");"
}
# held <server> <family> - connections that its host has
held() { at "$1" ss -"$2"Htn state established "sport = :8080" | grep -c '\[*\(10.0.0.2\|2001:db8::2\)\]*:'; }
# resets <crowd> [server] - that its clients met while they held a connection
resets() { grep -c ": reset of ${2:-}" "$work/$1.log"; }
reset_of() { [ "$(resets four "$1")" = "$2" ] && [ "$(resets six "$1")" = "$3" ]; }
nobody_at() { [ "$(held "$1" 4)$(held "$1" 6)" = 00 ]; }

# asked <port> <seconds> - who answered the sessions of this port, of both families
asked() {
	for family in four six; do
		asked_n=$(grep -c "^$1:" "$work/$family.answers")
		echo "ask $1 $2" 1<>"$work/$family.asks"
	done
	for family in four six; do
		until_true 60 sh -c "[ \$(grep -c '^$1:' $work/$family.answers) -gt $asked_n ]"
		grep "^$1:" "$work/$family.answers" | tail -n 1 | cut -d: -f2
	done | tr '\n' ' '
}

stage 3
for n in 1 2 3; do
	web s$n
	spawn s$n "$work/s$n.udp" python3 "$sessions" server s$n 53
	until_true 30 grep -q ready "$work/s$n.udp"
done
mkfifo "$work/four.asks" "$work/six.asks"
spawn client "$work/four.answers" python3 "$sessions" client $VIP 50 <>"$work/four.asks"
spawn client "$work/six.answers" python3 "$sessions" client $VIP6 50 <>"$work/six.asks"
configure "$(conf remove)"
direct
services=8
for server in s1 s2 s3; do until_true 30 turned up $server $services; done
come four $VIP 80 200 200 hold
come six $VIP6 80 200 200 hold
enough
for server in s1 s2 s3; do same "$server holds" "1 1" "$(($(held $server 4) / 66)) $(($(held $server 6) / 66))"; done

echo "# kept"
before=$(held s1 4) before6=$(held s1 6)
turns down s1 get_busy s1
same "what s1 still has" "$before $before6" "$(held s1 4) $(held s1 6)"
same "resets" "0 0" "$(resets four) $(resets six)"
turns up s1 get_free s1

echo "# reset: the server is there"
configure "$(conf reset)"
reload
begins reset
turns down s1 get_busy s1
until_true 60 reset_of s1 "$before" "$before6"
until_true 60 nobody_at s1
turns up s1 get_free s1

echo "# reset: its host is not"
for port in 5301 5302 5303; do eval "first_$port=\$(asked $port 30)"; done
before=$(held s2 4) before6=$(held s2 6)
began=$(date +%s%3N)
turns down s2 fall_silent s2
noticed=$(date +%s%3N)
until_true 60 reset_of s2 "$before" "$before6"
now=$(date +%s%3N)
echo "$((before + before6)) connections: reset $((now - noticed)) ms after s2 was found down, $((now - began)) after it fell silent"
same "resets of others" "0 0" "$(resets four s3) $(resets six s3)"

echo "# UDP goes on elsewhere, with one datagram; or stays"
for port in 5301 5302; do
	eval "first=\$first_$port"
	for word in $(asked $port 30) -; do
		# shellcheck disable=SC2086 # words
		set -- $first
		case "$1 $word" in
		"s2 s1" | "s2 s3" | "s1 s1" | "s3 s3") ;;
		" -") break ;;
		*) FAIL "port $port: who had $1 got $word" ;;
		esac
		shift
		first=$*
	done
done
# shellcheck disable=SC2154 # set by eval
same "who was to stay" "$(echo "$first_5303" | sed 's/s2/-/g')" "$(asked 5303 2)"
turns up s2 accept s2
same "who has stayed" "$first_5303" "$(asked 5303 30)"
stop
