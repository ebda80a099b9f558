#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a server says of itself through an agent: each word does to new connections what it says, and nothing to those that are
# there; its reason is told. Commands and other checks count beside it: who is out for one of them is out.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/talk.sh"
need nginx curl python3 socat
in_namespace "$0" "$@"
need_tun
lvsctl=${top_builddir:-../..}/lvsctl

ctl() { at director "$lvsctl" "$@" >"$work/out" 2>"$work/err" || FAIL "lvsctl $*: $(cat "$work/out" "$work/err")"; }
# is <python> - of server one as d, and its health as h
is() {
	at director "$lvsctl" servers web --json >"$work/out" 2>&1 || return 1
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))["servers"][0]; h = d["health"]; sys.exit(not eval(sys.argv[2]))' "$work/out" "$1"
}
# listed <text> - in the line of server one
listed() { at director "$lvsctl" servers web | grep '10\.0\.1\.2' | tr -s ' ' | grep -q -F -- "$1"; }
# says <words> - the agent does, from now on; in one piece
says() { echo "$1" >"$work/next" && mv "$work/next" "$work/agent"; }
# heard_it - lvsd did hear what it says now
heard_it() { ctl check web one && grep -q -F -- "said \"$(cat $work/agent)\"" $work/out; }
# logged <text> - the last that was said of server one
logged() { grep 'service "web": server "one"' $work/lvsd.log | tail -n 1 | grep -q -F -- "$1"; }

# follows <when> <python> <who> - that it is so, and who gets new connections
follows() {
	until_true 20 is "$2"
	same "$1: who gets new connections" "$3" "$(ask 4 | sort -u | xargs)"
	converse "$old" "still there: $1"
}

stage 2
for n in 1 2; do
	web s$n
	listen s$n 7
done
check='interval = 0.3; fast_interval = 0.1; timeout = 0.3; rise = 1; fall = 1;'
agent="{ type = \"agent\"; port = 9777; $check }"
service() {
	printf '%s\n' "{ name = \"$1\"; address = \"$VIP:$2\"; scheduler = \"rr\"; min_servers = 1; check = { type = \"tcp\"; $check };" \
		"servers: ( { name = \"one\"; address = \"10.0.1.2:$3\"; weight = 4; checks = ( { type = \"tcp\"; $check }, $agent ); }," \
		"{ name = \"two\"; address = \"10.0.2.2:$3\"; } ); }"
}
configure "services: ( $(service web 80 8080), $(service echo 7 7) );"
says up
spawn s1 $work/agent.log socat TCP-LISTEN:9777,reuseaddr,fork SYSTEM:"cat $work/agent"
direct
until_true 20 is 'd["state"] == "up"'
summary '10.0.1.2:7 Masq weight 4: '
summary '10.0.2.2:7 Masq weight 1: '
for n in 1 2 3; do
	old=old$n
	talk $old $VIP 7
	converse $old $old
	! grep -q "heard $old\$" $work/s1.log || break
done
grep -q "heard $old\$" $work/s1.log || FAIL "rr never took server one"

echo "# drains"
says 'drain # backup'
follows drain 'd["state"] in ("draining", "drained") and d["weight"] == 0 and h["state"] == "up" and h["wish"] == "drain"' s2
listed 'agent: said "drain # backup" (wants drain,' || FAIL "the reason is not listed: $(cat $work/out)"
logged 'drains: agent check: said "drain # backup"' || FAIL "nobody was told"
says up
follows 'drain, then up' 'h["reason"] == "said \"up\"" and h["wish"] == "drain" and d["weight"] == 0' s2
says 'ready # done'
follows ready 'd["state"] == "up" and d["weight"] == 4 and "wish" not in h' 's1 s2'
logged 'takes new connections again' || FAIL "nobody was told that it is back"

echo "# weights"
says '0% # cold'
follows 0% 'd["state"] in ("draining", "drained") and d["weight"] == 0 and h["reason"] == "said \"0% # cold\""' s2
says '50%'
follows 50% 'd["state"] == "up" and d["weight"] == 2' 's1 s2'
says 100%
follows 100% 'd["weight"] == 4' 's1 s2'

echo "# maintenance"
says 'maint # disks'
follows maint 'd["state"] == "maintenance" and h["wish"] == "maintenance" and h["reason"] == "said \"maint # disks\""' s2
logged 'is in maintenance: agent check: said "maint # disks"' || FAIL "the reason was not logged"
at director curl -s --unix-socket /run/lvsd/control.sock http://lvsd/v1/services/web/servers/one >$work/out
python3 -c 'import json, sys
health = json.load(open(sys.argv[1]))["health"]
last = health["history"][0]
verdicts = [(v["check"], v["state"], v.get("wish"), v["reason"]) for v in health["verdicts"]]
assert verdicts == [("tcp", "up", None, "connected"), ("agent", "up", "maintenance", "said \"maint # disks\"")], verdicts
assert (last["from"], last["to"], last["reason"]) == ("up", "maintenance", "agent check: said \"maint # disks\""), last' $work/out ||
	FAIL "the history does not tell of it"
says 'ready'
follows 'ready after maint' 'd["state"] == "up"' 's1 s2'

echo "# down"
for word in down failed fail stopped; do
	says "$word # by hand"
	follows $word "d[\"state\"] == \"down\" and h[\"reason\"] == \"said \\\"$word # by hand\\\"\"" s2
done
says 'drain up'
follows 'up and drain' 'd["state"] in ("draining", "drained")' s2
says 'down'
follows 'down, draining' 'd["state"] == "down"' s2
says 'up, ready'
follows 'up again' 'd["state"] == "up"' 's1 s2'

echo "# beside commands"
ctl drain web one --timeout 0
follows 'drained by command' 'd["state"] in ("draining", "drained") and d["commanded"] == ["drain"]' s2
says 'up ready 100%'
until_true 20 heard_it
follows 'ready, drained by command' 'd["state"] in ("draining", "drained")' s2
ctl ready web one
follows 'ready by command' 'd["state"] == "up"' 's1 s2'
says maint
until_true 20 is 'd["state"] == "maintenance"'
ctl ready web one
follows 'ready by command, not by itself' 'd["state"] == "maintenance" and "commanded" not in d' s2
says ready
follows 'ready both ways' 'd["state"] == "up"' 's1 s2'
ctl weight web one 0
says 'up 7'
until_true 20 heard_it
follows 'no weight by command' 'd["state"] in ("draining", "drained") and d["weight"] == 0' s2
ctl weight web one 4
follows 'a weight of its own' 'd["weight"] == 7' 's1 s2'
says 100%
follows 'the one it was given' 'd["weight"] == 4' 's1 s2'

echo "# beside other checks"
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
follows 'the other check fails' 'd["state"] == "down" and h["check"] == "tcp"' s2
says maint
follows 'maintenance, and down' 'd["state"] == "maintenance" and h["check"] == "agent"' s2
says ready
follows 'down again' 'd["state"] == "down" and h["check"] == "tcp"' s2
web s1
follows 'all is well' 'd["state"] == "up"' 's1 s2'

# "min_servers" keeps who fell, not who wants to go.
says drain
follows 'drains again' 'd["state"] in ("draining", "drained")' s2
at s2 nginx -p $work -c $work/s2.nginx -s stop 2>/dev/null
kept() {
	at director "$lvsctl" servers web --json >"$work/out" 2>&1
	python3 -c 'import json, sys
one, two = json.load(open(sys.argv[1]))["servers"]
sys.exit(not (two["health"]["kept"] and two["weight"] and not one["health"]["kept"] and not one["weight"]))' "$work/out"
}
until_true 20 kept
stop
