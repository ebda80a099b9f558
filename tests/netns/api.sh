#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The API by its socket: who may do what, what is said of requests that make no sense, and that no client, however slow or
# many, comes between a web client and its server.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need curl python3
in_namespace "$0" "$@"
need_tun

socket=/run/lvsd/control.sock
crowd="python3 ${top_srcdir:-../..}/tests/netns/crowd_api.py"

# api <method> <path> [curl arguments...] - ask; its status and what it says are in $work/answer
api() {
	api_method=$1 api_path=$2; shift 2
	curl -sS -m 20 --unix-socket "$socket" -X "$api_method" -o $work/body -w '%{http_code}\n' "$@" \
		"http://lvsd$api_path" >$work/answer 2>&1
	cat $work/body >>$work/answer
	rm -f $work/body
	api_what="$api_method $api_path $*"
}

# says <pattern...> - each of them is in the answer
says() {
	for says_pattern; do
		grep -q -e "$says_pattern" $work/answer || { tail -n 40 $work/lvsd.log; FAIL "$api_what: no '$says_pattern' in: $(cat $work/answer)"; }
	done
}

stage 2
web s1
web s2
configure "$(web_conf rr 1 1)"
direct

echo "# what there is, and what there is not"
[ "$(stat -c %a $socket)" = 660 ] || FAIL "the socket has mode $(stat -c %a $socket)"
api GET /v1/version
says '^200$' '"api":1' '"ipvs":"1.2.1"'
api HEAD /v1/version -I
says '^200$'
api GET /v1/nothing
says '^404$' '"type":"urn:lvsd:problem:not-found"' '"given":"/v1/nothing"'
api DELETE /v1/version -D $work/headers
says '^405$' 'urn:lvsd:problem:method'
grep -qi '^allow: GET, HEAD' $work/headers || FAIL "405 does not say what is allowed"
grep -qi '^content-type: application/problem+json' $work/headers || FAIL "a problem is called something else"

echo "# log level"
api GET /v1/log
says '"level":"info"'
api PUT /v1/log -d '{"level":"debug"}'
says '^200$' '"level":"debug"'
api PUT /v1/log -d '{"level":"loud"}'
says '^422$' '"field":"/level"' '"given":"\\"loud\\""' '"allowed":"error, warning'
api PUT /v1/log -d '{"levle":"info"}'
says '^422$' '"field":"/levle"'
api PUT /v1/log -d '{"level":'
says '^400$' 'urn:lvsd:problem:malformed' 'line 1'
api PUT /v1/log -d '[]'
says '^400$'
api GET /v1/log
says '"level":"debug"'

echo "# 500 clients of the worst kinds, while 20 others fetch pages through the director"
mkfifo $work/leave
# shellcheck disable=SC2086 # a command
spawn director $work/crowd.log sh -c "exec $crowd $socket 500 half garbage slow greedy busy <$work/leave"
crowd_pid=$spawned
exec 8>$work/leave
until_true 60 grep -q crowded $work/crowd.log
for n in $(seq 20); do
	at client curl -sS -m 60 --retry 0 "http://$VIP/?[1-50]" >$work/pages.$n 2>&1 &
	pages="${pages:-} $!"
done
for n in $pages; do wait "$n" || FAIL "a web client failed beside the crowd: $(cat $work/pages.*| grep -v '^s')"; done
[ "$(cat $work/pages.* | grep -c '^s[12]$')" = 1000 ] || FAIL "pages are missing"
api GET /v1/version
says '^200$'
exec 8>&-
wait "$crowd_pid"
api GET /v1/version
says '^200$'
# shellcheck disable=SC2012 # numbers
until_true 70 sh -c "[ \$(ls /proc/$director/fd | wc -l) -lt 60 ]"

echo "# somebody else reads, and changes nothing"
as_other="setpriv --reuid 12345 --regid 12345 --clear-groups"
chmod 666 $socket
if $as_other true 2>/dev/null; then
	$as_other curl -sS -m 20 --unix-socket $socket http://lvsd/v1/version | grep -q '"api":1' || FAIL "another user cannot read"
	$as_other curl -sS -m 20 --unix-socket $socket -X PUT -d '{"level":"info"}' http://lvsd/v1/log >$work/answer
	api_what="PUT as another user"
	says '"status":403' 'urn:lvsd:problem:forbidden' 'control.group'
fi

echo "# the socket is somebody's, or was somebody's"
"$lvsd" --config $work/lvs.conf >$work/second.log 2>&1 && FAIL "a second director took the socket"
grep -q "another director listens at '$socket'" $work/second.log || FAIL "no reason given: $(cat $work/second.log)"
kill -KILL "$director"
wait "$director"
[ -S $socket ] || FAIL "the socket is gone"
at director ip link del lvs0 2>/dev/null
configure "control: { mode = \"0600\"; listen = \"127.0.0.1:8404\"; }; $(web_conf rr 1 1)"
direct
api GET /v1/version
says '^200$'
[ "$(stat -c %a $socket)" = 600 ] || FAIL "the socket has another mode than 0600"

echo "# over TCP"
at director curl -sS -m 20 http://127.0.0.1:8404/v1/version | grep -q '"api":1' || FAIL "nothing over TCP"
at director curl -sS -m 20 -X PUT -d '{"level":"debug"}' http://127.0.0.1:8404/v1/log >$work/answer
api_what="PUT over TCP"
says '"status":403' 'over TCP nothing can be changed'

echo "# without"
stop
configure "control: { enabled = false; }; $(web_conf rr 1 1)"
direct
curl -sS -m 20 --unix-socket $socket http://lvsd/v1/version 2>/dev/null && FAIL "somebody listens"
stop
rm $socket
mkdir $socket
configure "$(web_conf rr 1 1)"
"$lvsd" --config $work/lvs.conf >$work/second.log 2>&1 && FAIL "a directory was taken for a socket"
grep -q "there is something else" $work/second.log || FAIL "no reason given: $(cat $work/second.log)"
