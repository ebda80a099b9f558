#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers come, go and change weight under load, a hundred how_often, once with a broken file: no request fails.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun

# One client with a connection per request, one with a long-lived one; both say when a request was not answered.
load() {
	spawn client $work/load1 curl -s -m 100 -H 'Connection: close' -w '%{http_code}\n' -o /dev/null "http://$VIP/?[1-1000000]"
	load1=$spawned
	spawn client $work/load2 curl -s -m 100 -w '%{http_code}\n' -o /dev/null "http://[$VIP6]/?[1-1000000]"
	load2=$spawned
	until_true 30 sh -c "[ -s $work/load1 ] && [ -s $work/load2 ]"
}

stage 3
for n in 1 2 3; do web s$n; done
configure "$(web_conf wlc 1 1 1)"
direct
load
for round in $(seq 100); do
	case $((round % 4)) in
	0) configure "$(web_conf wlc 1 1 1)" ;;
	1) configure "$(web_conf wlc 1 5 0)" ;;
	2) configure "$(web_conf wrr 1 1 -)" ;;
	3) configure "$(web_conf wlc 2 1 3)" ;;
	esac
	[ "$round" != 50 ] || configure 'services: ( { address = "192.0.2.10:80"; servrs: (); } );'
	reload
done
same "reloads" "99 done, 1 refused" "$(how_often 'reloaded ') done, $(how_often 'reload refused') refused"
said "lvs.conf:1:42: unknown key" || FAIL "the broken file was not explained: $(grep error $work/lvsd.log)"
kill $load1 $load2
wait $load1 $load2
same "answers on connections of their own" "200" "$(head -n -1 $work/load1 | sort -u)"
same "answers on a long-lived connection" "200" "$(head -n -1 $work/load2 | sort -u)"

# What a broken file leaves alone: everything.
configure "$(web_conf wrr 1 2 1)"
reload
ask 100 >/dev/null
configure "$(web_conf wrr 1 2 1) nonsense = 1;"
reload
same "after a refused reload" "25 s1 50 s2 25 s3" "$(ask 100 | shares)"
stop
