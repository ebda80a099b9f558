#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs are told what happens: a script, a FIFO, a webhook and the journal, each of the same events. Then each of them is
# hostile: a script that hangs, a FIFO that nobody reads, a webhook that never answers; forwarding goes on, and it is said once.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need python3 curl nginx socat
in_namespace "$0" "$@"
need_tun

stage 2
mkdir -p $work && chmod 777 $work
web s1

# listener <n> <how> - a webhook on the director at port 9000 + n: every body is a line of $work/hook.n
cat >$work/hook.py <<-'END'
	import http.server, sys, time
	class Hook(http.server.BaseHTTPRequestHandler):
	    def do_POST(self):
	        body = self.rfile.read(int(self.headers["Content-Length"]))
	        with open(sys.argv[2], "ab") as out:
	            out.write(body + b"\n")
	        while sys.argv[3] == "hangs":
	            time.sleep(1)
	        self.send_response(204)
	        self.end_headers()
	    def log_message(self, *args): pass
	http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
END
listener() {
	spawn director $work/hook.log python3 $work/hook.py "900$1" "$work/hook.$1" "$2"
	until_true 20 at director socat -u /dev/null "TCP:127.0.0.1:900$1"
}
listener 1 answers
listener 2 hangs

# shellcheck disable=SC2016 # the script expands them
printf '#!/bin/sh\necho "$LVSD_EVENT $LVSD_SERVICE $LVSD_SERVER $LVSD_STATE $LVSD_PREVIOUS $LVSD_WEIGHT" >>%s/script.out\n' $work >$work/event
# shellcheck disable=SC2016 # so does the script itself
printf '#!/bin/sh\necho $LVSD_EVENT >>%s/hangs.out\nsleep 600\n' $work >$work/hangs
chmod 755 $work/event $work/hangs

# conf <notify> - one service: a server, and a sorry server
conf() {
	configure "notify: { $1 };
services: ( { name = \"web\"; address = \"$VIP:80\"; scheduler = \"rr\"; sorry_server: { address = \"10.0.2.2:8080\"; };
  check: { type = \"http\"; path = \"/files/up\"; interval = 0.3; fast_interval = 0.1; timeout = 0.3; rise = 1; fall = 1; };
  servers: ( { name = \"one\"; address = \"10.0.1.2:8080\"; weight = 4; } ); } );"
}

# is <state> - what the journal heard last of the server
is() { grep 'MESSAGE=.*server "one"' $work/journal | tail -n 1 | grep -q "is $1"; }

# has <file> <text> - a line of it
has() { grep -qF -- "$2" "$1"; }

echo up >$work/s1/up
FIFO="fifo = \"$work/fifo\";"
conf "script = \"$work/event\"; $FIFO webhook = \"http://127.0.0.1:9001/\";"
# stderr is a stream of the journal's, which is ours.
mkdir -p /run/systemd/journal
spawn director $work/journal.log socat -u UNIX-RECV:/run/systemd/journal/socket OPEN:$work/journal,creat,append
until_true 20 test -S /run/systemd/journal/socket
: >$work/lvsd.log
chmod 666 /run/systemd/journal/socket
JOURNAL_STREAM=$(stat -c %d:%i $work/lvsd.log)
direct_journal() {
	spawn director $work/lvsd.log env JOURNAL_STREAM="$JOURNAL_STREAM" "$lvsd" --config "$work/lvs.conf"
	director=$spawned
	until_true 30 has $work/journal "MESSAGE=ready:"
}
direct_journal
spawn director $work/fifo.out cat $work/fifo

told_up() {
	has $work/script.out "server_up web one up unknown 4" && has $work/script.out "quorum_gained web  gained  4" &&
		has $work/fifo.out "RS [10.0.1.2]:tcp:8080 [$VIP]:tcp:80 UP" && has $work/fifo.out "VS [$VIP]:tcp:80 UP" &&
		has $work/hook.1 '"event":"server_up"' && has $work/journal "LVSD_EVENT=server_up"
}
until_true 30 told_up
rm $work/s1/up
told_down() {
	has $work/script.out "server_down web one down up 0" && has $work/script.out "quorum_lost web  lost gained 0" &&
		has $work/script.out "sorry_in web" &&
		has $work/fifo.out "RS [10.0.1.2]:tcp:8080 [$VIP]:tcp:80 DOWN" && has $work/fifo.out "VS [$VIP]:tcp:80 DOWN" &&
		has $work/hook.1 '"event":"server_down"' && has $work/hook.1 '"reason":"http check: status 404' &&
		has $work/journal "LVSD_EVENT=quorum_lost" && has $work/journal "MESSAGE_ID=ffd82db8f3b64c1d931c7249e34cf136"
}
until_true 30 told_down

# A mistake in the file is told, too, and so is its end.
echo "nonsense" >>$work/lvs.conf
kill -HUP "$director"
until_true 30 has $work/script.out "reload_refused   refused"
until_true 30 has $work/hook.1 '"event":"reload_refused"'

# From now on everybody is hostile, and a program may be another one without a restart.
echo up >$work/s1/up
until_true 30 is up
until_true 30 has $work/script.out "sorry_out web"
conf "script = \"$work/hangs\"; script_timeout = 0.5; $FIFO webhook = \"http://127.0.0.1:9002/\"; webhook_timeout = 0.5;"
kill -HUP "$director"
until_true 30 has $work/hangs.out reload_done
for _ in 1 2 3 4 5; do
	rm $work/s1/up
	until_true 30 is down
	echo up >$work/s1/up
	until_true 30 is up
done
until_true 30 has $work/journal "MESSAGE=notify: the script was not told of 1 event: no end within 500 ms"
until_true 30 has $work/journal "MESSAGE=notify: the webhook was not told of"
same "answers while nobody listens" "10 s1" "$(ask 10 | shares)"
same "how often it is said of the script" 1 "$(grep -c 'MESSAGE=notify: the script was not told' $work/journal)"
same "how often it is said of the webhook" 1 "$(grep -c 'MESSAGE=notify: the webhook was not told' $work/journal)"

# Somebody takes it again, which is said; and who is told nothing any more is told nothing.
conf "script = \"$work/event\"; $FIFO webhook = \"http://127.0.0.1:9001/\"; events = ( \"quorum\" );"
before=$(wc -l <$work/script.out)
kill -HUP "$director"
rm $work/s1/up
until_true 30 has $work/journal "MESSAGE=notify: the script works again"
until_true 30 has $work/journal "MESSAGE=notify: the webhook works again"
sed "1,${before}d" $work/script.out | grep -q quorum_lost || FAIL "the quorum: $(cat $work/script.out)"

# The first script takes a restart, and so does another FIFO.
sed -i "s|$work/fifo|$work/other|" $work/lvs.conf
kill -HUP "$director"
until_true 30 has $work/journal "only a restart can do that"
kill -TERM "$director"
wait "$director" || FAIL "lvsd ended with status $?"
conf "$FIFO"
rm $work/fifo
direct
conf "script = \"$work/event\";"
reload
said "lvs.conf:[0-9][0-9]*: there is no process that could run a" || FAIL "a script without a process"
# Nobody reads the FIFO, and there is no journal: nothing of that is in the way.
same "answers" "5 s1" "$(echo up >$work/s1/up; until_true 30 said '"one" is up'; ask 5 | shares)"
stop
printf 'x' >$work/plain
conf "fifo = \"$work/plain\";"
at director "$lvsd" --config $work/lvs.conf >$work/plain.log 2>&1 && FAIL "a file as FIFO"
grep -q "cannot open the FIFO '$work/plain': it is something else" $work/plain.log || FAIL "$(cat $work/plain.log)"
