#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lvsctl check: what is found at once is what follows from it. Who waits for a check may go away, and only so many may wait.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/commands.sh"
need nginx curl python3
in_namespace "$0" "$@"
need_tun

rarely='interval = 3600; fast_interval = 3600; timeout = 600;'
stage 2
web s1
web s2
# Nobody is asked twice by itself while this runs. A web server waits for its client to speak, and so does a check of mail.
configure "services: (
  { name = \"web\"; address = \"$VIP:80\"; check = { type = \"http\"; $rarely rise = 1; fall = 2; };
    servers: ( { name = \"one\"; address = \"10.0.1.2:8080\"; }, { name = \"two\"; address = \"10.0.2.2:8080\"; } ); },
  { name = \"six\"; address = \"[$VIP6]:80\";
    servers: ( { name = \"one\"; address = \"[2001:db8:1::2]:8080\"; } ); },
  { name = \"mail\"; address = \"$VIP:25\"; check = { type = \"smtp\"; $rarely };
    servers: ( { name = \"mute\"; address = \"10.0.1.2:8080\"; } ); } );"
direct

ctl 0 check web one
has '^one of web: up$'
has '^http 10\.0\.1\.2:8080 passed [0-9.]* up status 200'
ctl 0 check two

# Down as after any other failures, and the engine knows at once.
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
gone() { ! at s1 curl -s -o /dev/null http://127.0.0.1:8080/; }
until_true 20 gone
ctl 0 check web one
has '^http 10\.0\.1\.2:8080 failed [0-9.]* up connect'
ctl 1 check web one --json
[ "$(json "d['health']['state'], d['results'][0]['outcome'], d['results'][0]['state']")" = "('down', 'failed', 'down')" ] ||
	FAIL "one fell: $(cat $work/out)"
[ "$(for n in 1 2 3 4; do at client curl -s -m 5 http://$VIP/; done | sort -u)" = s2 ] || FAIL "clients get who was found to be down"
web s1
ctl 0 check web one

# How it came to be so; a reload does not forget it.
history() {
	at director curl -s --unix-socket /run/lvsd/control.sock http://lvsd/v1/services/web/servers/one >"$work/out"
	json "[(c['from'], c['to']) for c in d['health']['history']]"
}
happened="[('down', 'up'), ('up', 'down'), ('unknown', 'up')]"
[ "$(history)" = "$happened" ] || FAIL "the history is $(history)"
sed -i 's/fall = 2; };/& mss = 1300;/' $work/lvs.conf
reload
[ "$(history)" = "$happened" ] || FAIL "after a reload the history is $(history)"

ctl 2 check one
complains "2 services have 'one'"
ctl 4 check nobody
ctl 6 check six one
complains 'the server has no check'

# Those who wait go away, and their wishes go on; there are as many as there may be.
path=/v1/services/mail/servers/mute/check
wishes=
for n in $(seq 64); do
	spawn director /dev/null curl -s --unix-socket /run/lvsd/control.sock -X POST http://lvsd$path
	wishes="$wishes $spawned"
done
busy() { [ "$(at director curl -s -m 5 --unix-socket /run/lvsd/control.sock -X POST -o $work/busy -w '%{http_code}' http://lvsd$path)" = 503 ]; }
until_true 60 busy
grep -q '"type":"urn:lvsd:problem:busy"' $work/busy || FAIL "what is too many: $(cat $work/busy)"
# shellcheck disable=SC2086 # numbers
kill $wishes 2>/dev/null
for n in $wishes; do wait "$n" 2>/dev/null; done
busy || FAIL "who went away took his wish along"

# The check is taken back: it is over for all of them.
sed -i 's/type = "smtp";/type = "tcp";/' $work/lvs.conf
reload
ctl 0 check mute

# Who is asked in another way than before is unknown until he has answered.
sed -i 's/type = "http"; interval = 3600;/type = "http"; path = "\/other"; interval = 3600;/' $work/lvs.conf
reload
said 'server "one" is unknown: http check: no answer yet$' || FAIL "what is said of who is asked anew: $(tail -n 5 $work/lvsd.log)"
stop
