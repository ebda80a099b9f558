#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lvsctl and a director that runs: listings, names and addresses, JSON, exit statuses, and top on a terminal and without.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip nginx curl python3
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/commands.sh"

stage 2
web s1
web s2
configure 'services: (
	{ name = "web"; address = "192.0.2.10:80"; scheduler = "wrr"; persistent = { timeout = 60; netmask = "255.255.255.0"; };
	  servers: ( { name = "one"; address = "10.0.1.2:8080"; weight = 3; upper_threshold = 100; }, { address = "10.0.2.2:8080"; } ); },
	{ address = "[2001:db8:ff::10]:80"; servers: ( { address = "[2001:db8:1::2]:8080"; } ); },
	{ address = "192.0.2.10:53"; protocol = "udp"; one_packet = true; servers: ( { address = "10.0.1.2:53"; drain = { timeout = 0; }; } ); } );'
direct
ask 5 >/dev/null

ctl 0 version
has '^lvsd .* API 1'
ctl 0 services
has '^tcp:192.0.2.10:80 web wrr 2 2 '
has '^udp:192.0.2.10:53 - wlc 0 1 '
has '^tcp:\[2001:db8:ff::10\]:80 - wlc 1 1 '
ctl 0 services web 2001:db8:ff::10 tcp:192.0.2.10:80 192.0.2.10:53
[ "$(wc -l <"$work/out")" = 5 ] || FAIL "services by name, address and id: $(cat "$work/out")"
ctl 2 services 192.0.2.10
complains 'could be each of 2 services'
ctl 4 services wbe
complains "did you mean 'web'"
ctl 4 services 192.0.2.10:81
complains "did you mean '192.0.2.10:80'"
ctl 0 services --names
same "names" "tcp:[2001:db8:ff::10]:80 udp:192.0.2.10:53 web" "$(sed 's/^tcp-\[/tcp:[/; s/^udp-/udp:/' "$work/out" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
ctl 0 services web --stats
has '^tcp:192.0.2.10:80 web 5 '
ctl 0 services web --json
same "JSON" "1 5" "$(json '"%d %d" % (len(d["services"]), d["services"][0]["stats"]["conns"])')"

ctl 0 servers
has '^web 10.0.1.2:8080 one masq 3 up '
has '^udp:192.0.2.10:53 10.0.1.2:53 - masq 0 drained '
ctl 0 servers web --json
same "JSON of servers" "2 tcp:192.0.2.10:80 one" "$(json '"%d %s %s" % (len(d["servers"]), d["servers"][0]["service"], d["servers"][0]["name"])')"
ctl 0 servers web --names
same "names of servers" "one 10.0.2.2:8080" "$(tr '\n' ' ' <"$work/out" | sed 's/ $//')"

ctl 0 conns
[ "$(grep -c '192.0.2.10:80' "$work/out")" -ge 5 ] || FAIL "connections: $(cat "$work/out")"
ctl 0 conns state=TIME_WAIT service=web templates=0 --json
same "JSON of connections" "5" "$(json 'len(d["connections"])')"
ctl 0 conns 10.0.0.2 limit=2 --json
same "two connections" "2" "$(json 'len(d["connections"])')"
ctl 0 conns 10.9.9.9 --json
same "no connections" "0" "$(json 'len(d["connections"])')"
ctl 2 conns clinet=10.0.0.2
complains "did you mean 'client'"

ctl 0 export ipvsadm
same "rules" "-A -t 192.0.2.10:80 -s wrr -p 60 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 10.0.1.2:8080 -m -w 3 -x 100" "$(grep '192.0.2.10:80' "$work/out" | head -n 2)"
cp "$work/out" "$work/rules"
ctl 0 import ipvsadm "$work/rules"
same "back from the rules" "3" "$(grep -c servers: "$work/out")"

ctl 0 log
same "level" "info" "$(cat "$work/out")"
ctl 0 log warning
ctl 0 log --json
same "changed level" "warning" "$(json 'd["level"]')"

ctl 0 services --watch=1 --count 2
[ "$(grep -c '^Service' "$work/out")" = 2 ] || FAIL "not watched twice: $(cat "$work/out")"

ctl 0 status
has '^Services 3, 2 live'
has '^Connections [1-9][0-9]* of 1048576'
ctl 0 status --json
same "JSON of the status" "3" "$(json 'd["services"]["total"]')"
ctl 0 drops --json
same "JSON of drops" "True" "$(json 'len(d["drops"]) > 10')"

ctl 0 metrics
has '^# EOF$'

# Which server, and why; nothing changes by asking.
ctl 0 explain 10.5.0.9 web
has '192.0.2.10:80: server 10.0.1.2:8080'
ctl 0 explain 10.5.0.9 to 192.0.2.10:80 --json
same "explained again" "server 10.0.1.2:8080" "$(json '"%s %s" % (d["result"], d["server"])')"
ctl 0 explain 10.5.0.9 '->' 192.0.2.99:80
has 'passed'
ctl 6 explain 10.5.0.9 nowhere

# Change things.
ctl 0 add service 192.0.2.20:80 name=new scheduler=rr persistent.timeout=60 servers=10.0.1.2:8080,10.0.2.2:8080
ctl 1 add service 192.0.2.20:80
ctl 2 add service 192.0.2.21:80 schedular=rr
complains "did you mean 'scheduler'"
ctl 6 add service 192.0.2.21:80 scheduler=xx
complains 'xx'
ctl 6 add server new 10.0.1.3:8080 weight=70000
complains '0 to 65535'
ctl 0 add server new 10.0.1.3:8080 weight=7
ctl 4 add server nwe 10.0.1.3:8080
ctl 0 set server new 10.0.1.3 weight=8 upper_threshold=100
ctl 0 set service new scheduler=wlc persistent=
ctl 0 set timeouts tcp=800
ctl 0 set options ping=always
ctl 2 set service new nonsense
ctl 0 services new --json
same "as it was set" "wlc 3 8 100" "$(json '(lambda s: "%s %d %d %d" % (s["scheduler"], len(s["servers"]), max(x["weight"] for x in s["servers"]), max(x["upper"] for x in s["servers"])))(d["services"][0])')"
ctl 0 config diff
has '^timeouts: tcp 800 -> 900'
has '^service "new" .*(not by a reload'
ctl 0 config show
has 'tcp = 800'
ctl 0 config show --origin file
has 'tcp = 900'
ctl 2 config show --origin else

ctl 0 weight web one 5
ctl 2 weight 10.0.1.2:8080 6
complains 'say --yes'
ctl 0 weight 10.0.1.2:8080 6 --yes
ctl 0 servers --json
same "weights" "6 6" "$(json '" ".join(str(s["weight"]) for s in d["servers"] if s["id"] == "10.0.1.2:8080")')"
ctl 2 weight one 65536
ctl 0 drain new 10.0.1.3 --wait
ctl 0 drain one --timeout 1 --wait
complains 'one of web: '
ctl 0 servers web
has 'one masq 0 drained'
ctl 0 ready web one --wait=60
ctl 0 servers web
has 'one masq 6 up'
ctl 4 drain noone
ctl 0 set server web one maintenance=true
ctl 0 servers web
has 'one masq 0 maintenance'
ctl 0 ready web one --wait=60
ctl 0 servers web
has 'one masq 6 up'
ctl 0 zero new
ctl 0 zero
ctl 0 services web --stats
has '^tcp:192.0.2.10:80 web 0 0 0 0 0'

ctl 0 config save "$work/saved.conf"
ctl 0 config check "$work/saved.conf"
ctl 2 config save "$work/saved.conf"
ctl 0 config save "$work/saved.conf" --yes
cp "$work/lvs.conf" "$work/good.conf"
echo 'services: ( { address = "192.0.2.10"; } );' >"$work/lvs.conf"
ctl 6 reload
complains 'lvs.conf:1:'
complains 'nothing has changed'
ctl 6 config diff
cp "$work/good.conf" "$work/lvs.conf"
ctl 0 reload
has '^timeouts: tcp 800 -> 900'
ctl 0 status
has '^Last change reload, .* done'
ctl 0 reload --json
same "nothing to do" "[]" "$(json 'd["changes"]')"

ctl 0 rm server new 10.0.1.3:8080
ctl 4 rm server new 10.0.1.3:8080
ctl 2 rm service new web
complains 'remove 2 services'
ctl 0 services --names
grep -q '^new$' "$work/out" || FAIL "removed without a yes"
ctl 0 rm service new

# Who may only read is told so.
if at director setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
	chmod 666 /run/lvsd/control.sock
	at director setpriv --reuid 65534 --regid 65534 --clear-groups "$lvsctl" services >"$work/out" 2>"$work/err" || FAIL "reading: $(cat "$work/err")"
	at director setpriv --reuid 65534 --regid 65534 --clear-groups "$lvsctl" rm all --yes >"$work/out" 2>"$work/err"
	same "not permitted" "5" "$?"
fi

# Three ways of not being there.
ctl 3 services --socket /run/none
complains 'there is no socket'
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/stale")'
ctl 3 services --socket /run/stale
complains 'nobody listens\|not running\|stale\|ended'
cp "$work/err" "$work/stale"
ctl 3 services --socket /run/none
cmp -s "$work/err" "$work/stale" && FAIL "no socket and a stale one are the same message"

# Without a terminal, and on one.
ctl 0 top --once
has '^tcp:192.0.2.10:80\|^web tcp:192.0.2.10:80'
has '^ one 10.0.1.2:8080 masq 6 up '
[ "$(awk '{ print length }' "$work/out" | sort -n | tail -n 1)" -le 80 ] || FAIL "wider than 80: $(cat "$work/out")"
ctl 1 top
complains 'once'
if "$lvsctl" top --help >/dev/null && grep -q 'define HAVE_NCURSES' "${top_builddir:-../..}/config.h"; then
	at director env LVSD_SOCKET=/run/lvsd/control.sock python3 "${top_srcdir:-../..}/tests/netns/top.py" "$lvsctl" 80x24 <<-'END' ||
		see SERVICE / SERVER
		see one 10.0.1.2:8080
		see F10 Quit
		press t
		miss 10.0.1.2:8080
		press t
		see 10.0.1.2:8080
		press /10.0.2
		miss 10.0.1.2:8080
		see 10.0.2.2
		press \r
		press h
		see Home End
		press h
		miss Home End
		press \x1b
		see 10.0.1.2:8080
		press >
		see sorted: name
		resize 120x30
		see F10 Quit
		press /one\r
		see filter: one
		press \x1bOB
		press +
		see weight 7 for one of web
		press n
		miss weight 7
		press d
		see drain one of web
		press y
		see draine
		press d
		see make ready one
		press y
		miss draine
		press q
		end 0
	END
		FAIL "top on a terminal"
	at director python3 "${top_srcdir:-../..}/tests/netns/top.py" "$lvsctl" 80x10 --count 2 <<-'END' || FAIL "top of a small terminal"
		see F10 Quit
		end 0
	END
fi
ctl 2 rm all
ctl 0 rm all --yes
ctl 0 services --names
same "nothing left" "" "$(cat "$work/out")"
stop
ctl 3 services
