#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# "shop" needs "db", and "desk" needs "shop". When the database fails, so do both: the sorry server takes over from the shop,
# whoever asks the desk is refused, everybody is told why, and all of it ends when the database returns.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl python3
in_namespace "$0" "$@"
need_tun

lvsctl=${lvsd%lvsd}lvsctl
lvsadm=${lvsd%lvsd}lvsadm
ctl() { at director "$lvsctl" "$@"; }
get() { at director curl -sS -m 20 --unix-socket /run/lvsd/control.sock "http://lvsd$1"; }

# conf [keys of the desk] - server 1 is the database, 2 the shop's and the desk's, 3 the sorry server
conf() {
	configure "control: { listen = \"127.0.0.1:8404\"; };
notify: { script = \"$work/event\"; };
services: (
  { name = \"desk\"; address = \"$VIP:81\"; ${1-depends_on = ( \"shop\" );}
    servers: ( { name = \"two\"; address = \"10.0.2.2:8080\"; } ); },
  { name = \"shop\"; address = \"$VIP:80\"; depends_on = ( \"db\" ); sorry_server: { address = \"10.0.3.2:8080\"; };
    servers: ( { name = \"two\"; address = \"10.0.2.2:8080\"; } ); },
  { name = \"db\"; address = \"$VIP:5432\";
    check: { type = \"http\"; path = \"/files/up\"; interval = 0.3; fast_interval = 0.1; timeout = 0.3; rise = 1; fall = 1; };
    servers: ( { name = \"one\"; address = \"10.0.1.2:8080\"; } ); } );"
}

# answers <shop> <desk> - who does; "nobody" refuses
answers() {
	for answers_port in 80 81; do
		at client curl -s -m 2 "http://$VIP:$answers_port/" || echo nobody
	done >$work/answers
	[ "$(tr '\n' ' ' <$work/answers)" = "$1 $2 " ]
}

# has <file> <text> - a line of it
has() { grep -qF -- "$2" "$1"; }

stage 3
mkdir -p $work && chmod 777 $work
for n in 1 2 3; do web s$n; done
echo up >$work/s1/up
# shellcheck disable=SC2016 # the script expands them
printf '#!/bin/sh\necho "$LVSD_EVENT $LVSD_SERVICE $LVSD_STATE $LVSD_PREVIOUS $LVSD_REASON" >>%s/events\n' $work >$work/event
chmod 755 $work/event
conf
direct
until_true 30 answers s2 s2

rm $work/s1/up
until_true 30 answers s3 nobody
NEEDS_DB='depends on "db", which has no quorum'
NEEDS_SHOP='depends on "shop", and that on "db", which has no quorum'

# In words everywhere, and causes before what follows from them.
said "service \"shop\": quorum lost, it $NEEDS_DB" || FAIL "the shop in the log: $(cat $work/lvsd.log)"
said "service \"desk\": quorum lost, it $NEEDS_SHOP" || FAIL "the desk in the log: $(cat $work/lvsd.log)"
same "in which order" "db shop desk " \
	"$(sed -n 's/.*service "\([a-z]*\)": quorum lost.*/\1/p' $work/lvsd.log | tr '\n' ' ')"
said 'service "shop": the sorry server takes over' || FAIL "the sorry server"
until_true 30 has $work/events "quorum_lost shop lost gained $NEEDS_DB"
until_true 30 has $work/events "quorum_lost desk lost gained $NEEDS_SHOP"
ctl services >$work/services
grep -q "desk .*no: $NEEDS_SHOP" $work/services || FAIL "lvsctl services: $(cat $work/services)"
grep -q "shop .*no: $NEEDS_DB" $work/services || FAIL "lvsctl services: $(cat $work/services)"
ctl servers desk >$work/servers
grep -q "two .*up, out" $work/servers || FAIL "lvsctl servers: $(cat $work/servers)"
ctl explain 10.0.0.2 tcp:$VIP:81 >$work/explained || :
grep -q "the service has no quorum: $NEEDS_SHOP" $work/explained || FAIL "lvsctl explain: $(cat $work/explained)"
get /v1/health | python3 -c '
import json, sys
services = {one["name"]: one for one in json.load(sys.stdin)["services"]}
assert not services["shop"]["quorum"] and services["shop"]["sorry"], services["shop"]
assert services["shop"]["quorum_reason"] == sys.argv[1], services["shop"]
assert services["desk"]["quorum_reason"] == sys.argv[2], services["desk"]
assert services["db"]["quorum_reason"] == "weight 0 of 1", services["db"]
assert services["desk"]["servers"][0]["state"] == "up", services["desk"]
assert services["desk"]["servers"][0]["condition"] == "out", services["desk"]
' "$NEEDS_DB" "$NEEDS_SHOP" || FAIL "the API: $(get /v1/health)"
get /metrics >$work/metrics
for name in desk shop db; do
	grep -q "^lvsd_service_quorum{service=\"$name\".* 0$" $work/metrics || FAIL "the metrics: $(grep quorum $work/metrics)"
done
at director curl -sS -m 20 http://127.0.0.1:8404/ >$work/page
grep -q "quorum lost: depends on &quot;shop&quot;, and that on &quot;db&quot;, which has no quorum" $work/page ||
	grep -q 'quorum lost: depends on "shop", and that on "db", which has no quorum' $work/page || FAIL "the page: $(grep quorum $work/page)"

# A reload of something else brings nobody back; one that takes the dependency away does, at once.
conf 'depends_on = ( "shop" ); mss = 1300;'
reload
answers s3 nobody || FAIL "after a reload: $(cat $work/answers)"
conf ''
reload
answers s3 s2 || FAIL "without the dependency: $(cat $work/answers)"
conf
reload
answers s3 nobody || FAIL "with it again: $(cat $work/answers)"

# Down at the start as well.
stop
direct
until_true 30 said 'service "desk": quorum lost, it depends on "shop"'
answers s3 nobody || FAIL "after a start: $(cat $work/answers)"

echo up >$work/s1/up
until_true 30 answers s2 s2
said 'service "shop": quorum gained, weight 1 of 1' || FAIL "nobody said that the shop is back"
until_true 30 has $work/events "quorum_gained desk gained lost "
get /v1/health | grep -q quorum_reason && FAIL "a reason without need: $(get /v1/health)"

# Who is needed cannot be removed, unless all go together; circles and strangers do not come in.
ctl rm service --yes "tcp:$VIP:5432" >$work/rm 2>&1 && FAIL "what is needed was removed"
grep -q 'service "shop" depends on "db", and there is no such service' $work/rm || FAIL "lvsctl rm: $(cat $work/rm)"
at director "$lvsadm" -D -t "$VIP:5432" >$work/rm 2>&1 && FAIL "lvsadm removed what is needed"
grep -q 'service "shop" depends on "db"' $work/rm || FAIL "lvsadm -D: $(cat $work/rm)"
ctl set service "tcp:$VIP:5432" depends_on=desk >$work/set 2>&1 && FAIL "a circle"
grep -q 'depends on itself, by way of' $work/set || FAIL "lvsctl set: $(cat $work/set)"
ctl add service "tcp:$VIP:82" name=late depends_on=nobody >$work/add 2>&1 && FAIL "it depends on nobody"
ctl add service "tcp:$VIP:82" name=late depends_on=db,shop || FAIL "it may depend on what is there"
ctl set service "tcp:$VIP:82" depends_on= || FAIL "and on nothing"
conf 'depends_on = ( "shop", "dv" );'
reload
said "lvs.conf:4:.*: service \"desk\" depends on \"dv\", and there is no such service" || FAIL "$(tail -n 3 $work/lvsd.log)"
answers s2 s2 || FAIL "after a reload that was refused"
at director "$lvsadm" -C || FAIL "all of them together"
ctl services >$work/services
grep -q "$VIP" $work/services && FAIL "after lvsadm -C: $(cat $work/services)"
stop
