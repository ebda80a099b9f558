#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers that answer their clients past the director die: a refusal is the client's, and silence is his until a check has taken the
# server out; then his next SYN goes to another one, and nobody notices any more. Nobody else is told, whatever he asks for.
#
#	client 10.9.0.2 ─┐
#	director 10.9.0.1 ├─ switch       VIP 10.9.0.100 and 2001:db8:9::100
#	s1 - s3 10.9.0.11 ┘
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/regulars.sh"
need nginx curl nft
in_namespace "$0" "$@"
need_tun

vip=10.9.0.100 vip6=2001:db8:9::100

# connect_retry and passive are there, and of no use: what servers answer is not seen here.
conf() {
	echo "director: { conn_reuse_mode = 2; };"
	echo "services: ("
	conf_comma=
	for conf_net in "four $vip 10.9.0.1" "six [$vip6] [2001:db8:9::1"; do
		# shellcheck disable=SC2086 # words
		set -- $conf_net
		case $1 in four) conf_end= ;; *) conf_end="]" ;; esac
		cat <<-END
		$conf_comma { name = "$1"; address = "$2:8080"; forward = "droute"; scheduler = "rr"; connect_retry: { }; passive: { };
		  check: { type = "tcp"; interval = 0.5; fast_interval = 0.2; timeout = 0.4; rise = 2; fall = 2; };
		  servers: ( { name = "s1"; address = "${3}1$conf_end:8080"; }, { name = "s2"; address = "${3}2$conf_end:8080"; },
		             { name = "s3"; address = "${3}3$conf_end:8080"; } ); }
		END
		conf_comma=,
	done
	echo ");"
}

# dies <server> <how> <revived how> - and is back
dies() {
	begins "$2"
	turns down "$1" "$2" "$1"
	begins "after_$2"
	enough
	begins "$3"
	turns up "$1" "$3" "$1"
	enough
	begins calm
	for phase in "$2" "after_$2" "$3"; do show "$phase"; done
	none "after_$2" "$1" failed r1 r2 reset closed silent
	none "$3" failed r1 r2 reset closed silent
}

lan switch
host client director s1 s2 s3
join client 10.9.0.2/24,2001:db8:9::2/64 switch
join director 10.9.0.1/24,2001:db8:9::1/64 switch
for n in 1 2 3; do
	join s$n 10.9.0.1$n/24,2001:db8:9::1$n/64 switch
	at s$n ip addr add $vip/32 dev lo
	at s$n ip addr add $vip6/128 dev lo nodad
	at s$n sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	web s$n
done
configure "$(conf)"
direct
services=2
for server in s1 s2 s3; do until_true 30 turned up $server $services; done
come four $vip 8080 200 400
come six $vip6 8080 200 400
enough

echo "# killed: its host resets, and nobody can take that back"
dies s1 kill_hard web
none kill_hard r1 r2

echo "# silence"
dies s2 fall_silent accept
some fall_silent r1
none fall_silent failed
stop
