#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Health checks that talk, with real servers: each goes up, down and up again for its own reason. A name server, a mail
# server, something with lines, an agent, a script and a file; and a reload changes nothing of what they found.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need dnsmasq socat
need_module aiosmtpd
in_namespace "$0" "$@"
need_tun

CHECK='interval = 0.3; fast_interval = 0.1; timeout = 0.3; rise = 1; fall = 1;'

# service <port> <protocol> <check> - one with one server
service() {
	printf '%s\n' "{ name = \"$1\"; address = \"$VIP:$1\"; protocol = \"$2\"; scheduler = \"rr\"; check: { $CHECK $3 };" \
		"  servers: ( { address = \"10.0.1.2:$1\"; } ); }"
}

# serve <command...> - on s1, in the background; stops with: kill $spawned
serve() { spawn s1 $work/serve.log "$@"; }

# goes <state> <service> - wait until its server is so
goes() { until_true 20 became "$1" "$2"; }
became() { grep "service \"$2\": server" $work/lvsd.log | tail -n 1 | grep -q "is $1"; }

# gone <pid> - end it, and its children, and wait
gone() {
	kill "$1"
	wait "$1" 2>/dev/null
}

stage 1
mkdir -p $work && chmod 777 $work
echo up >$work/state && chmod 644 $work/state
cat >$work/decide <<-END
	#!/bin/sh
	echo "\$(cat $work/verdict) on \$LVSD_ADDRESS:\$LVSD_PORT"
	exit "\$(cat $work/verdict)"
END
echo 0 >$work/verdict
chmod 755 $work/decide && chmod 644 $work/verdict
configure "services: (
$(service 53 udp "type = \"dns\"; query_type = \"A\"; query_name = \"www.example.org\"; answer = \"198.51.100.7\";"),
$(service 25 tcp "type = \"smtp\"; timeout = 0.3;" | sed 's/timeout = 0.3; rise/rise/'),
$(service 6379 tcp 'type = "send_expect"; send_text = "PING\r\n"; expect_text = "+PONG";'),
$(service 80 tcp 'type = "agent"; port = 9777;'),
$(service 81 tcp "type = \"script\"; command = \"$work/decide now\";"),
$(service 82 tcp "type = \"file\"; file = \"$work/state\";")
);"
direct

# A name server: first none, then one that knows the answer, another answer, and none.
goes down 53
serve dnsmasq -d -C /dev/null -p 53 --no-resolv --no-hosts --address=/www.example.org/198.51.100.7
goes up 53
gone "$spawned"
serve dnsmasq -d -C /dev/null -p 53 --no-resolv --no-hosts --address=/www.example.org/198.51.100.8
goes down 53
said 'answered "198.51.100.8", not "198.51.100.7"' || FAIL "the reason of the name server is not told"
gone "$spawned"

goes down 25
# It looks up what this host is called before it greets, and not every host knows that without a name server.
{ cat /etc/hosts; echo "127.0.0.1 $(uname -n)"; } >$work/hosts
mount --bind $work/hosts /etc/hosts || FAIL "no hosts of our own"
serve "$python" -m aiosmtpd -n -c aiosmtpd.handlers.Sink -l 10.0.1.2:25
goes up 25
gone "$spawned"
goes down 25

goes down 6379
serve socat TCP-LISTEN:6379,reuseaddr,fork SYSTEM:'read line; echo +PONG'
goes up 6379
gone "$spawned"
serve socat TCP-LISTEN:6379,reuseaddr,fork SYSTEM:'read line; echo -LOADING'
goes down 6379
gone "$spawned"

# weight <n> <port> - what its server has
weight() { summary "10.0.1.2:$2 Masq weight $1"; }

serve socat TCP-LISTEN:9777,reuseaddr,fork SYSTEM:"cat $work/state"
echo 'up 100%' >$work/state
goes up 80
goes up 82
echo 'down # by hand' >$work/state
goes down 80
goes down 82
said 'down # by hand' || FAIL "the reason of the agent is not told"
echo 'up 7' >$work/state
goes up 80
weight 7 80
weight 7 82

goes up 81
echo 1 >$work/verdict
goes down 81
said '1 on 10.0.1.2:81, status 1' || FAIL "the reason of the script is not told"
echo 12 >$work/verdict
goes up 81
weight 10 81

# A reload finds everybody as he was.
before=$(how_often ': server')
sed -i 's/scheduler = "rr"/scheduler = "wlc"/' $work/lvs.conf
reload
said "reload refused" && FAIL "the reload is refused"
weight 10 81
weight 7 82
same "verdicts that the reload changed" "$before" "$(how_often ': server')"

# A mistake is found when the file is read, with its line.
sed "s|$work/decide now|/etc/passwd|" $work/lvs.conf >$work/wrong.conf
"$lvsd" --check-config $work/wrong.conf 2>&1 | grep -q '"/etc/passwd" names what cannot be run' ||
	FAIL "a script that cannot be run: $("$lvsd" --check-config $work/wrong.conf 2>&1)"
stop
