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

echo "# services and servers come, change and go"
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"scheduler":"wlc","servers":[{"address":"10.0.1.2:8080"},{"address":"10.0.2.2:8080","weight":3}]}'
says '^201$' 'service \\"tcp-192.0.2.20:80\\" (192.0.2.20:80, tcp) added, 2 servers'
[ "$(at client curl -sS -m 20 http://192.0.2.20/ | grep -c '^s[12]$')" = 1 ] || FAIL "the new service does not work"
api PUT /v1/services/tcp:192.0.2.20:80 -H 'If-None-Match: *' -d '{}'
says '^409$' 'urn:lvsd:problem:exists'
api PATCH /v1/services/tcp:192.0.2.20:80 -d '{"scheduler":"rr","persistent":{"timeout":60}}'
says '^200$' 'scheduler \\"wlc\\" -> \\"rr\\"' 'timeout = 60'
api PATCH /v1/services/tcp-192.0.2.20:80 -d '{"persistent":null}'
says '^200$' 'persistent'
api PATCH /v1/services/tcp:192.0.2.20:80/servers/10.0.2.2:8080 -d '{"weight":0}'
says '^200$' 'weight 3 -> 0'
api PUT /v1/services/tcp:192.0.2.20:80/servers/10.0.1.2:8080 -d '{"weight":7}'
says '^200$' 'weight 1 -> 7'
api DELETE /v1/services/tcp:192.0.2.20:80/servers/10.0.2.2:8080
says '^200$' 'server 10.0.2.2:8080 removed'
api DELETE /v1/services/tcp:192.0.2.20:80/servers/10.0.2.2:8080
says '^404$'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"scheduler":"wrr"}'
says '^200$' 'scheduler'
api GET /v1/services/tcp:192.0.2.20:80
says '^200$' '"id":"10.0.1.2:8080"' '"scheduler":"wrr"'

echo "# what is refused changes nothing, and says where"
api PUT /v1/services/tcp:192.0.2.20:80/servers/10.0.1.2:8080 -d '{"weight":70000}'
says '^422$' '"field":"/weight"' '"given":"70000"' '"allowed":"0 to 65535"'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"schedular":"rr"}'
says '^422$' '"field":"/schedular"' 'did you mean \\"scheduler\\"'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"scheduler":"random"}'
says '^422$' '"field":"/scheduler"' '"allowed":"\\"rr\\", \\"wrr\\"'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"servers":[{"address":"10.0.1.2:8080"},{"address":"10.0.1.2:8080"}]}'
says '^422$' '"field":"/servers/1/address"'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"servers":[{"address":"10.0.1.2:8080","drain":{"timeout":-1}}]}'
says '^422$' '"field":"/servers/0/drain/timeout"'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"address":"192.0.2.21:80"}'
says '^422$' '"field":"/address"' 'the path says'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{"we ird":1}'
says '^422$' '"field":"/we ird"'
api PUT /v1/services/nobody -d '{}'
says '^404$' 'a new one is named by its address'
api PATCH /v1/services/nobody -d '{}'
says '^404$'
api PUT /v1/services/tcp:192.0.2.20:80 -d '{'
says '^400$' 'urn:lvsd:problem:malformed'
api GET /v1/services/tcp:192.0.2.20:80
says '"weight":7' '"scheduler":"wrr"'

echo "# batches: all or nothing"
api POST /v1/batch -d '{"operations":[
  {"method":"PUT","path":"/v1/services/udp:192.0.2.20:53","body":{"scheduler":"rr"}},
  {"method":"PUT","path":"/v1/services/udp:192.0.2.20:53/servers/10.0.1.2:53","body":{"weight":"heavy"}}]}'
says '^422$' '"field":"/operations/1/body/weight"'
api GET /v1/services/udp:192.0.2.20:53
says '^404$'
api POST /v1/batch -d '{"operations":[
  {"method":"DELETE","path":"/v1/services/tcp:192.0.2.20:80"},
  {"method":"DELETE","path":"/v1/services/tcp:192.0.2.20:80"}]}'
says '^404$' '"field":"/operations/1/path"'
api POST /v1/batch -d '{"operations":[
  {"method":"PUT","path":"/v1/services/udp:192.0.2.20:53","body":{"scheduler":"rr"},"if_none_match":true},
  {"method":"PUT","path":"/v1/services/udp:192.0.2.20:53/servers/10.0.1.2:53","body":{"weight":2}},
  {"method":"PATCH","path":"/v1/services/udp:192.0.2.20:53","body":{"name":"dns"}},
  {"method":"PATCH","path":"/v1/timeouts","body":{"udp":33}}]}'
says '^200$' 'udp 300 -> 33'
api GET /v1/services/dns
says '"id":"udp:192.0.2.20:53"' '"weight":2'
api GET /v1/timeouts
says '"udp":33'

echo "# options"
api PATCH /v1/options -d '{"sloppy_tcp":true}'
says '^200$' 'sloppy_tcp false -> true'
api PATCH /v1/options -d '{"max_connections":2048}'
says '^409$' 'urn:lvsd:problem:restart-needed' '"field":"/max_connections"'
api PATCH /v1/options -d '{"drop_entry":4}'
says '^422$' '"field":"/drop_entry"' '"allowed":"0 to 3"'

echo "# what runs, and what the file says"
api GET /v1/config
says '^200$' 'sloppy_tcp = true' 'name = "dns"'
sed 1d $work/answer >$work/running.conf
"$lvsd" --check-config $work/running.conf >/dev/null || FAIL "what runs is no valid file"
api GET "/v1/config?origin=file"
says '^200$' 'sloppy_tcp = false'
grep -q dns $work/answer && FAIL "the file knows what it does not"

echo "# a reload: the file holds again, and what was made stays"
api DELETE /v1/services/tcp:$VIP:80
says '^200$'
api POST /v1/reload
says '^200$' 'tcp-192.0.2.10:80' 'sloppy_tcp true -> false'
api GET /v1/services/dns
says '^200$' '"weight":2'
cp $work/lvs.conf $work/good.conf
echo 'services: ( { address = "nowhere"; } );' >$work/lvs.conf
api POST /v1/reload
says '^422$' '"file":"/run/test/lvs.conf"' '"line":1' '"column":25' 'is not an address'
cp $work/good.conf $work/lvs.conf

echo "# zero"
at client curl -sS -m 20 http://192.0.2.20/ >/dev/null
api POST /v1/services/tcp:192.0.2.20:80/zero
says '^204$'
api GET /v1/services/tcp:192.0.2.20:80
says '"stats":{"conns":0'
api POST /v1/zero
says '^204$'
api DELETE /v1/services
says '^200$'
api GET /v1/services
says '"services":\[\s*\]'
api POST /v1/reload
says '^200$'

echo "# 500 clients of the worst kinds, while 20 others fetch pages through the director"
mkfifo $work/leave
# shellcheck disable=SC2086 # a command
spawn director $work/crowd.log sh -c "CROWD_PATH=/v1/drops exec $crowd $socket 500 half garbage slow greedy busy <$work/leave"
crowd_pid=$spawned
exec 8>$work/leave
until_true 60 grep -q crowded $work/crowd.log
for n in $(seq 20); do
	at client curl -sS -m 60 --retry 0 "http://$VIP/?[1-50]" >"$work/pages.$n" 2>&1 &
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
