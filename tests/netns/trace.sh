#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Watching packets over the API: what a web client and a server see is what is told, and nothing of others is; a capture has both
# sides, can be read by tcpdump, and replayed.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need curl python3
in_namespace "$0" "$@"
need_tun

socket=/run/lvsd/control.sock
packets="python3 ${top_srcdir:-../..}/tests/netns/capture.py"

# api <path> [curl arguments...]
api() { curl -sS -m 120 --unix-socket $socket "http://lvsd$1"; }

# watch <file> <path> - begin, and be there before the next packet
watch() {
	spawn director "$1.log" curl -sS -N -m 300 --unix-socket $socket -o "$1" -D "$1.headers" "http://lvsd$2"
	until_true 20 grep -q '200 OK' "$1.headers"
}

# watchers <n> - so many watch
watchers() { [ "$(at director ss -Hx state connected | grep -c "$socket")" = "$1" ]; }

stage 2
web s1
web s2
configure "$(web_conf rr 1 0)"
direct

echo "# a connection of one client, from the first packet to the last"
watch $work/trace "/v1/trace?protocol=tcp&client=10.0.0.2&virtual=$VIP:80"
watch $work/other "/v1/trace?client=10.9.9.9"
watch $work/dropped "/v1/trace?verdict=dropped&reason=no_service"
watch $work/capture.pcapng "/v1/capture?virtual=$VIP"
[ "$(at client curl -sS -m 20 http://$VIP/)" = s1 ] || FAIL "no page"
at client curl -sS -m 20 "http://[$VIP6]/" >$work/page6 || FAIL "no page"
at client curl -sS -m 20 "http://$VIP:81/" 2>/dev/null && FAIL "a page of another port"
# The last record of the connection: the state that both ends' FIN lead to.
until_true 20 grep -q '"after":"TIME_WAIT"' $work/trace
until_true 20 grep -q no_service $work/dropped
python3 - $work/trace $work/dropped <<'END' || FAIL "the trace: $(cat $work/trace)"
import json, sys

lines = [json.loads(line) for line in open(sys.argv[1]) if line.strip()]
first, second = lines[:2]
assert first["side"] == "in" and first["verdict"] == "forwarded" and first["flags"] == "S", first
assert first["destination"] == "192.0.2.10:80" and first["connection"]["begun"], first
assert first["connection"]["after"] == "SYN_RECV" and first["connection"]["server"] == "10.0.1.2:8080", first
assert second["side"] == "out" and second["number"] == first["number"], second
assert second["destination"] == "10.0.1.2:8080" and second["source"] == first["source"], second
assert first["text"] == "forwarded to 10.0.1.2:8080 (masq), new connection, SYN_RECV", first["text"]
ins = [line for line in lines if line["side"] == "in"]
outs = [line for line in lines if line["side"] == "out"]
assert [line["number"] for line in ins] == [line["number"] for line in outs]
assert all(line["connection"]["client"] == first["source"] for line in lines)
replies = [line for line in ins if line["connection"]["direction"] == "reply"]
assert replies and all(line["source"] == "10.0.1.2:8080" for line in replies)
assert any(line["connection"].get("before") == "SYN_RECV" and line["connection"]["after"] == "ESTABLISHED" for line in lines)
dropped = [json.loads(line) for line in open(sys.argv[2]) if line.strip()]
assert dropped[0]["verdict"] == "dropped" and dropped[0]["reason"] == "no_service", dropped
assert dropped[0]["destination"] == "192.0.2.10:81" and dropped[1]["verdict"] == "said", dropped
END
python3 "${top_srcdir:-../..}/tests/openapi.py" lines $work/trace >$work/answer || [ $? = 77 ] || FAIL "$(cat $work/answer)"
[ ! -s $work/other ] || FAIL "another client's packets: $(cat $work/other)"

echo "# the capture"
until_true 20 sh -c "$packets $work/capture.pcapng | grep -q '^out 192.0.2.10.81 '"
$packets $work/capture.pcapng >$work/text || FAIL "the capture cannot be read"
for line in '^in 10.0.0.2.[0-9]* > 192.0.2.10.80 S [0-9]* forwarded to 10.0.1.2:8080 (masq), new connection, SYN_RECV$' \
	'^out 10.0.0.2.[0-9]* > 10.0.1.2.8080 S [0-9]* forwarded to 10.0.1.2:8080' \
	'^in 10.0.1.2.8080 > 10.0.0.2.[0-9]* SA [0-9]* forwarded to client 10.0.0.2:[0-9]* (masq), SYN_RECV$' \
	'^out 192.0.2.10.80 > 10.0.0.2.[0-9]* SA ' '^in 10.0.0.2.[0-9]* > 192.0.2.10.81 S [0-9]* dropped (no_service): virtual' \
	'^out 192.0.2.10.81 > 10.0.0.2.[0-9]* RA [0-9]* said by the director: no_service$'; do
	grep -q "$line" $work/text || FAIL "not in the capture: $line: $(cat $work/text)"
done
grep -q "2001:db8" $work/text && FAIL "another service's packets are in the capture"
"$lvsd" --replay $work/capture.pcapng --config $work/lvs.conf --write $work/replayed.pcap >$work/replay.txt 2>&1 ||
	FAIL "not replayed: $(cat $work/replay.txt)"
grep -q '^dropped 1 (no_service)' $work/replay.txt || FAIL "replayed: $(cat $work/replay.txt)"
grep -q '^left out [1-9][0-9]*: marked as outbound' $work/replay.txt || FAIL "replayed: $(cat $work/replay.txt)"
grep -q '^service tcp 192.0.2.10:80 rr: 2 servers, 1 conns' $work/replay.txt || FAIL "replayed: $(cat $work/replay.txt)"

echo "# so many packets, then the end"
watch $work/three "/v1/capture?limit=3&snaplen=60"
three=$spawned
at client curl -sS -m 20 http://$VIP/ >/dev/null || FAIL "no page"
wait "$three" || FAIL "the capture did not end well: $(cat $work/three.log)"
[ "$($packets $work/three | grep -c .)" = 6 ] || FAIL "not three packets and what became of them"

echo "# by lvsctl"
ctl="${top_builddir:-../..}/lvsctl --socket $socket"
# shellcheck disable=SC2086 # words
spawn director $work/ctl.log $ctl trace 10.0.0.0/24 virtual=$VIP:80
lvsctl=$spawned
# shellcheck disable=SC2086 # words
spawn director $work/dump.log $ctl capture -w $work/dump.pcapng protocol=tcp server=10.0.1.2
dump=$spawned
until_true 60 sh -c "ip netns exec client curl -sS -m 20 http://$VIP/ >/dev/null; grep -q 'tcp S .*, new' $work/ctl.log &&
	[ -s $work/dump.pcapng ] && $packets $work/dump.pcapng | grep -q '^out .* > 10.0.1.2.8080 S '"
grep -q '^[0-9:.]* #[0-9]* in  10.0.0.2:[0-9]* > 192.0.2.10:80 tcp S [0-9]*  forwarded to 10.0.1.2:8080 (masq), new' $work/ctl.log ||
	FAIL "lvsctl trace: $(head -n 4 $work/ctl.log)"
kill "$lvsctl" "$dump"
$packets $work/dump.pcapng >$work/text || FAIL "lvsctl left a capture that cannot be read"
# shellcheck disable=SC2086 # words
at director $ctl trace limit=1 --json >$work/json &
json=$!
until_true 60 sh -c "ip netns exec client curl -sS -m 20 http://$VIP/ >/dev/null; ! kill -0 $json 2>/dev/null"
wait "$json" || FAIL "lvsctl trace --json"
python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' <$work/json || FAIL "no JSON: $(cat $work/json)"
# ctl <status> <pattern> <argument...>
ctl() {
	ctl_status=$1 ctl_pattern=$2; shift 2
	# shellcheck disable=SC2086 # a command and its options
	at director $ctl "$@" >$work/answer 2>&1
	[ $? = "$ctl_status" ] || FAIL "lvsctl $*: not status $ctl_status: $(cat $work/answer)"
	grep -q -e "$ctl_pattern" $work/answer || FAIL "lvsctl $*: no '$ctl_pattern': $(cat $work/answer)"
}
ctl 6 'no packet can have this "client"' trace nobody
ctl 2 "there is no filter 'clinet'; did you mean 'client'" trace clinet=10.0.0.2
ctl 2 "snaplen: '0' is no number from 1" capture --snaplen 0
ctl 1 'none/file: No such file' capture -w $work/none/file
ctl 2 "'trace' has no option --write" trace --write x
[ ! -e $work/untouched ]
at director "${top_builddir:-../..}/lvsctl" --socket $work/none capture -w $work/untouched 2>$work/answer
[ $? = 3 ] || FAIL "no daemon: $(cat $work/answer)"
[ ! -e $work/untouched ] || FAIL "no daemon, but a capture"

echo "# what cannot be asked for"
api "/v1/trace?client=nobody" >$work/answer
grep -q '"given":"nobody"' $work/answer || FAIL "a bad client: $(cat $work/answer)"
api "/v1/capture?snaplen=65536" >$work/answer
grep -q '"allowed":"1 to 65535"' $work/answer || FAIL "a bad length: $(cat $work/answer)"
api "/v1/trace?colour=red" >$work/answer
grep -q 'unknown key' $work/answer || FAIL "an unknown key: $(cat $work/answer)"
for n in 1 2 3 4; do watch $work/more.$n "/v1/trace?client=10.9.9.$n"; done
api /v1/trace >$work/answer
grep -q '8 traces and captures' $work/answer || FAIL "a ninth one: $(cat $work/answer)"

echo "# a reader that does not read loses records, not packets"
kill "$spawned"
until_true 20 watchers 7
spawn director $work/lazy.log python3 - $socket $work/read_on <<'END'
import os, re, socket, sys, time

peer = socket.socket(socket.AF_UNIX)
peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
peer.settimeout(100)
peer.connect(sys.argv[1])
peer.sendall(b"GET /v1/capture HTTP/1.1\r\nHost: lvsd\r\n\r\n")
peer.recv(100)
print("asked", flush=True)
while not os.path.exists(sys.argv[2]):
    time.sleep(0.05)
lost, tail = None, b""
while not lost:
    tail = tail[-100:] + peer.recv(1 << 20)
    lost = re.search(rb"\x02\x00\x04\x00[\x01\x02]\x00\x00\x00\x04\x00\x08\x00(.)", tail, re.DOTALL)
print("lost some", flush=True)
END
until_true 20 grep -q asked $work/lazy.log
mkdir -p $work/s1
head -c 20000000 /dev/zero >$work/s1/zeros
for n in 1 2 3; do
	[ "$(at client curl -sS -m 100 http://$VIP/files/zeros | wc -c)" = 20000000 ] || FAIL "a download broke"
done
touch $work/read_on
until_true 100 sh -c "ip netns exec client curl -sS -o /dev/null -m 20 http://$VIP/; grep -q 'lost some' $work/lazy.log"
stop
