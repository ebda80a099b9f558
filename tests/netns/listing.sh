#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# While all connections, services and metrics are listed again and again, clients get their answers and no packet is lost.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl python3
in_namespace "$0" "$@"
need_tun
# shellcheck disable=SC3045 # dash and bash have it
ulimit -n 4096 2>/dev/null || SKIP "no 4096 descriptors"

get() { curl -sS -m 60 --unix-socket /run/lvsd/control.sock "http://lvsd$1"; }

# of <path> <python expression about "it"> - its value
of() { get "$1" | python3 -c 'import json, sys; it = json.load(sys.stdin); print(eval(sys.argv[1]))' "$2"; }
lost='it["device"]["queue_dropped"] + it["device"]["refused"]'

stage 2
host attacker
wire attacker 10.9.0.2/24 director 10.9.0.1/24
at attacker ip route add default via 10.9.0.1
at director ip route add 198.18.0.0/15 via 10.9.0.2
web s1
web s2
configure "$(web_conf rr 1 1)"
direct

# Half-open ones, which stay for a minute; as slowly as none of them gets lost.
at attacker "${top_builddir:-../..}/tests/netns/flood" "$VIP" 80 3000 5 15000 >$work/flooded
until_true 30 sh -c "curl -sS --unix-socket /run/lvsd/control.sock http://lvsd/v1/status | grep -q '\"used\":[0-9]\{5\}'"
before=$(of /v1/status "$lost")

spawn client $work/answers "${top_builddir:-../..}/tests/netns/crowd" "$VIP" 80 1000 10
crowd=$spawned
rounds=0
while kill -0 $crowd 2>/dev/null && ! grep -q '^State:.Z' /proc/$crowd/status 2>/dev/null; do
	n=$(of /v1/connections 'len({c["id"] for c in it["connections"]})') || FAIL "no whole listing"
	[ "$n" -ge 10000 ] || FAIL "only $n connections were listed"
	[ "$(of "/v1/services?brief=1" 'len(it["services"])')" = 2 ] || FAIL "not all services"
	get /metrics >$work/metrics
	rounds=$((rounds + 1))
done
wait $crowd || FAIL "some were not answered: $(tail -n 3 $work/answers)"
same "answers" "5000 s1 5000 s2" "$(shares <$work/answers)"
same "lost at the device" "$before" "$(of /v1/status "$lost")"
[ $rounds -gt 0 ] || FAIL "nothing was listed meanwhile"
python3 "${top_srcdir:-../..}/tests/netns/metrics.py" plain $work/metrics lvsd_tracked || FAIL "no metrics"
stop
