#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand servers of one service are asked each second, and all of them fall silent at once. Twenty clients of another
# service do not notice: none of their requests fails, before, meanwhile and after.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl python3
scripts=$(cd "${top_srcdir:-../..}/tests/netns" && pwd)
in_namespace "$0" "$@"
need_tun
# shellcheck disable=SC3045 # dash and bash have it
ulimit -n 4096 2>/dev/null || SKIP "no 4096 descriptors"

stage 3
web s1
web s2
spawn s3 $work/answer.log python3 "$scripts/answer.py" 1000
until_true 60 grep -q ready $work/answer.log
configure "services: ( { name = \"web\"; address = \"$VIP:80\"; scheduler = \"rr\";
	servers: ( { address = \"10.0.1.2:8080\"; }, { address = \"10.0.2.2:8080\"; } ); },
	{ name = \"thousand\"; address = \"$VIP:81\";
	  check = { type = \"tcp\"; interval = 1.0; fast_interval = 1.0; timeout = 1.0; rise = 1; fall = 2; };
	  servers: ( $(seq 20000 20999 | sed 's/.*/{ address = "10.0.3.2:&"; }/' | paste -sd ,) ); } );"
direct

# are <n> <up|down> - so many of them are said to be so last
are() {
	grep 'service "thousand": server' $work/lvsd.log | sed 's/.*server "\([^"]*\)" is \([a-z]*\):.*/\1 \2/' |
		awk -v n="$1" -v state="$2" '{ last[$1] = $2 } END { for (server in last) found += last[server] == state; exit found != n }'
}
until_true 120 are 1000 up

loads=
for n in $(seq 20); do
	spawn client "$work/load$n" curl -s -m 300 -H 'Connection: close' -w '%{http_code}\n' -o /dev/null "http://$VIP/?[1-1000000]"
	loads="$loads $spawned"
done
# answered <n> - each of the clients has had so many answers since the last time
answered() {
	for answered_n in $(seq 20); do
		[ "$(tail -n +$(($(cat "$work/mark$answered_n") + 1)) "$work/load$answered_n" | wc -l)" -ge "$1" ] || return 1
	done
}
mark() { for mark_n in $(seq 20); do wc -l <"$work/load$mark_n" >"$work/mark$mark_n"; done; }
mark
until_true 60 answered 5
at s3 ip route add blackhole 10.0.3.1/32
mark
until_true 120 are 1000 down
said "is down: tcp check: no answer within 1000 ms" || FAIL "nobody was silent"
until_true 60 answered 5
at s3 ip route del blackhole 10.0.3.1/32
mark
until_true 120 are 1000 up
until_true 60 answered 5
# shellcheck disable=SC2086 # words
kill $loads
for n in $(seq 20); do
	same "answers to client $n" 200 "$(head -n -1 "$work/load$n" | sort -u)"
done
stop
