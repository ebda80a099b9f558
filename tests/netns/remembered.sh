#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Maintenance and drains by command stay until they are taken back, whatever the file says, and weights until the file says
# another one: over a reload, over a kill, over a damaged state file's replacement. So do verdicts, for those who begin as they
# were last.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip nginx curl python3
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/director.sh"
lvsctl=${top_builddir:-../..}/lvsctl

# conf [keys of server one] - the service and its state file; $timeout: of its checks
conf() {
	configure "director: { state_file = \"$work/state/file\"; };
	services: ( { name = \"web\"; address = \"$VIP:80\"; scheduler = \"rr\"; initial = \"last\"; initial_wait = 600.0;
		check = { type = \"tcp\"; interval = ${timeout:-0.3}; timeout = ${timeout:-0.3}; rise = 1; fall = 1; };
		servers: ( { name = \"one\"; address = \"10.0.1.2:8080\"; ${1:-} }, { name = \"two\"; address = \"10.0.2.2:8080\"; } ); } );"
}
ctl() { at director "$lvsctl" "$@" >"$work/out" 2>"$work/err" || FAIL "lvsctl $*: $(cat "$work/out" "$work/err")"; }
# is <python> - of server one as d, and two as e
is() {
	at director "$lvsctl" servers web --json >"$work/out" 2>&1 || return 1
	python3 -c 'import json, sys; d, e = json.load(open(sys.argv[1]))["servers"]; sys.exit(not eval(sys.argv[2]))' "$work/out" "$1"
}
out() { is 'd["state"] == "maintenance" and d["commanded"] == ["maintenance"]'; }
# answers <who> - and nobody else, to four requests
answers() { same "who answers" "$1" "$(for n in 1 2 3 4; do at client curl -s -m 5 "http://$VIP/"; done | sort -u)"; }
# file_has <text> - the latest of the state file's two texts does
file_has() {
	python3 -c '
import sys
data = open(sys.argv[1], "rb").read()
slots = [s for s in (data[:4 << 20], data[4 << 20:]) if s.startswith(b"lvsd-state 1 ")]
last = max(slots, key=lambda s: int(s[13:33]))
sys.exit(sys.argv[2].encode() not in last[52:52 + int(last[34:42], 16)])' $work/state/file "$1"
}
lacks() { ! file_has "$1"; }
die() { kill -KILL "$director"; wait "$director" 2>/dev/null; }

stage 2
web s1
web s2
mkdir -p $work/state

# A directory that is not there costs the memory, not the start.
configure "director: { state_file = \"$work/none/file\"; }; services: ( { address = \"$VIP:80\"; servers: ( { address = \"10.0.1.2:8080\"; } ); } );"
direct
same "warnings" 1 "$(how_often "$work/none/file' cannot be opened: No such file or directory")"
stop

conf
direct
until_true 30 is 'd["state"] == e["state"] == "up" and "commanded" not in d'
ctl set server web one maintenance=true
until_true 30 out
until_true 30 file_has 'tcp:192.0.2.10:80 10.0.1.2:8080 unknown maintenance'
conf 'upper_threshold = 9;'
reload
out || FAIL "a reload brought it back"
is 'd["config"]["upper_threshold"] == 9' || FAIL "the reload did nothing: $(cat $work/out)"

# Killed, and started: still out, and never in between.
die
direct
said '1 servers are as was commanded' || FAIL "nothing was said of it"
out || FAIL "a restart brought it back"
answers "s2"

# Taken back: in, and no longer remembered.
ctl set server web one maintenance=false
until_true 30 is 'd["state"] == "up"'
until_true 30 lacks maintenance
die
direct
until_true 30 is 'd["state"] == "up" and "commanded" not in d'

# By the file it goes with the file; said by command as well, it stays.
conf 'maintenance = true;'
reload
until_true 30 is 'd["state"] == "maintenance" and "commanded" not in d'
conf
reload
until_true 30 is 'd["state"] == "up"'
conf 'maintenance = true;'
reload
ctl set server web one maintenance=true
until_true 30 file_has maintenance
conf
reload
out || FAIL "what was commanded went with the file"
ctl set server web one maintenance=false
until_true 30 is 'd["state"] == "up"'

# A drain is an order as well; ipvsadm's weights are, and hold until the file says another one.
conf 'weight = 2;'
reload
ctl drain web one --timeout 60
at director "${top_builddir:-../..}/lvsadm" -e -t $VIP:80 -r 10.0.2.2:8080 -m -w 5 || FAIL "lvsadm -e"
drained() { is 'd["state"] == "drained" and d["config"]["drain"]["timeout"] == 60 and d["commanded"] == ["drain"]'; }
weighed() { is 'e["weight"] == e["config"]["weight"] == 5 and e["commanded"] == ["weight"]'; }
both() { drained && weighed; }
until_true 30 both
until_true 30 file_has '10.0.1.2:8080 up drain=60'
until_true 30 file_has '10.0.2.2:8080 up weight=5/1'
conf 'weight = 3;'
reload
both || FAIL "a reload forgot what was commanded: $(cat $work/out)"
is 'd["config"]["weight"] == 3' || FAIL "the reload did nothing: $(cat $work/out)"
die
direct
said '2 servers are as was commanded' || FAIL "nothing was said of them"
both || FAIL "a restart forgot what was commanded: $(cat $work/out)"
until_true 30 is 'e["state"] == "up"'
answers "s2"
ctl config diff
same "differences from the file" 2 "$(grep -c 'drain .*-> none\|weight 5 -> 1' $work/out)"
ctl ready web one
ctl weight web one 4
until_true 30 is 'd["state"] == "up" and d["commanded"] == ["weight"]'
until_true 30 file_has '10.0.1.2:8080 up weight=4/3'
stop

# What the file says since counts, be it said while lvsd did not run.
conf 'weight = 6;'
direct
is 'd["weight"] == 6 and "commanded" not in d' || FAIL "the file's weight does not count: $(cat $work/out)"
weighed || FAIL "the other one's weight went as well"
ctl weight web two 1
until_true 30 is '"commanded" not in e'
conf

# Who was up begins as such, who was down as such, as long as nobody knows more.
at s2 nginx -p $work -c $work/s2.nginx -s stop 2>/dev/null
until_true 30 is 'e["state"] == "down"'
until_true 30 file_has '10.0.2.2:8080 down'
until_true 30 file_has '10.0.1.2:8080 up'
die
for n in 1 2; do at s$n ip route add blackhole 10.0.$n.1/32; done
timeout=600.0
conf
direct
is 'd["health"]["state"] == e["health"]["state"] == "unknown" and d["health"]["in"] and not e["health"]["in"]' ||
	FAIL "verdicts were forgotten: $(cat $work/out)"
answers "s1"
die
direct
is 'd["health"]["in"] and not e["health"]["in"]' || FAIL "verdicts were forgotten at the second start: $(cat $work/out)"
stop

# forge <text> - a state file that is whole, with a text of somebody else's
forge() {
	python3 -c '
import sys
def crc32c(data):
	crc = 0xffffffff
	for byte in data:
		crc ^= byte
		for _ in range(8):
			crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
	return crc ^ 0xffffffff
text = sys.argv[2].encode()
head = lambda crc: b"lvsd-state 1 %020d %08x %08x\n" % (7, len(text), crc)
open(sys.argv[1], "wb").write(bytes(4 << 20) + head(crc32c(head(0) + text)) + text)' $work/state/file "$1"
}
# A file of before, which knew nothing of drains and weights, is read; of another one nothing is, with one warning.
forge 'tcp:192.0.2.10:80 10.0.1.2:8080 up maintenance
'
direct
out || FAIL "a file of before was not read: $(cat $work/out)"
stop
for bad in 'weight=70000/1' 'drain=-1' 'weight=3/1 reboot' 'drain=1
tcp:192.0.2.10:80 10.0.2.2:8080 up maintenance'; do
	forge "tcp:192.0.2.10:80 10.0.1.2:8080 up $bad"
	direct
	same "warnings of: $bad" 1 "$(how_often 'damaged or of another version')"
	is '"commanded" not in d and "commanded" not in e' || FAIL "of '$bad' something was believed: $(cat $work/out)"
	stop
done

# Damaged: one warning, and it begins anew.
python3 -c '
import sys
with open(sys.argv[1], "r+b") as f:
	for at in (11, (4 << 20) + 11):
		f.seek(at)
		f.write(b"\0")' $work/state/file
direct
same "warnings of damage" 1 "$(how_often 'damaged or of another version')"
is 'not d["health"]["in"]' || FAIL "a damaged file was believed"
ctl set server web two maintenance=true
until_true 30 file_has '10.0.2.2:8080 unknown maintenance'
stop
direct
is 'e["commanded"] == ["maintenance"]' || FAIL "it did not begin anew"
stop
