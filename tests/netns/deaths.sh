#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two hundred clients of each family connect, ask, read and close without end, and one of three servers dies, in each of the ways
# in which servers do. Nobody fails to connect; who meets silence is connected by the first SYN that he repeats. Checks take it
# out in time, and after that nobody notices anything. It comes back, little by little, and nobody notices that either.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/regulars.sh"
need nginx curl nft python3
in_namespace "$0" "$@"
need_tun

# What an operator of such a service would write.
conf() {
	echo "notify: { script = \"$work/event\"; events = ( \"server\", \"sorry\" ); };"
	echo "services: ("
	conf_comma=
	for conf_net in "four $VIP 10.0. .2" "six [$VIP6] [2001:db8: ::2]"; do
		# shellcheck disable=SC2086 # words
		set -- $conf_net
		cat <<-END
		$conf_comma { name = "$1"; address = "$2:80"; scheduler = "wrr";
		  check: { type = "http"; path = "/"; interval = 0.5; fast_interval = 0.3; timeout = 0.4; rise = 2; fall = 2; };
		  connect_retry: { }; passive: { }; slow_start: { time = 4.0; };
		  sorry_server: { address = "${3}4$4:8080"; };
		  servers: ( { name = "s1"; address = "${3}1$4:8080"; weight = 8; },
		             { name = "s2"; address = "${3}2$4:8080"; weight = 8; },
		             { name = "s3"; address = "${3}3$4:8080"; weight = 8; } ); }
		END
		conf_comma=,
	done
	echo ");"
}

# What lvsd tells of its servers, at its own time.
# shellcheck disable=SC2016 # the script expands them
printf '#!/bin/sh\necho "$LVSD_TIME $LVSD_EVENT $LVSD_SERVICE $LVSD_SERVER" >>%s/events\n' "$work" >"$work/event"
chmod 755 "$work/event"
chmod 777 "$work"
: >"$work/events"
chmod 666 "$work/events"

# when <event> <service> <server> - its last one, in milliseconds since 1970
when() { date -d "$(grep " $1 $2 $3$" "$work/events" | tail -n 1 | cut -d' ' -f1)" +%s%3N; }

# happened <n> <event> <server> - so often in all, in both services
happened() { [ "$(grep -c " $2 [a-z]* $3$" "$work/events")" -ge "$1" ]; }
# again <event> <server> <command...> - do this, and wait until the event came of it, in both services
again() {
	again_n=$(($(grep -c " $1 [a-z]* $2$" "$work/events") + 2)) again_event=$1 again_server=$2; shift 2
	"$@"
	until_true 60 happened "$again_n" "$again_event" "$again_server"
}

# in_time <server> <phase> <began> - out of rotation in no more than interval x fall + timeout, with the jitter, and with the time
# for which this machine had none for us
in_time() {
	for crowd in $crowds; do
		took=$(($(when server_down "$crowd" "$1") - $3))
		limit=$((500 * 2 * 110 / 100 + 400 + 2 * ($(of "$crowd" "$2" stall_ms) + $(loop_max))))
		echo "$crowd: $1 is out after $took ms of at most $limit"
		[ $took -le $limit ] || FAIL "$crowd: $1 was out after $took ms only"
	done
}
# The longest turn of lvsd's loop, in milliseconds.
loop_max() {
	curl -sS -m 20 --unix-socket /run/lvsd/control.sock http://lvsd/v1/status | python3 -c '
import json, sys
print(int(json.load(sys.stdin)["loop"]["max_us"] / 1000))'
}

# dies <server> <how> - while clients come; who comes when it is out notices nothing
dies() {
	begins "$2"
	dies_began=$(date +%s%3N)
	again server_down "$1" "$2" "$1"
	begins "after_$2"
	enough
	in_time "$1" "$2" "$dies_began"
}

# returns <server> <how> - likewise
returns() {
	begins "$2"
	again server_up "$1" "$2" "$1"
	enough
	begins "after_$2"
}

# unnoticed <phases...> - every connect at once, every answer the right one
unnoticed() { for unnoticed_phase; do none "$unnoticed_phase" failed r1 r2 reset closed silent busy; done; }

stage 4
for n in 1 2 3 4; do web s$n; done
configure "$(conf)"
direct
for server in s1 s2 s3; do until_true 30 happened 2 server_up $server; done
come four $VIP 80 200 400
come six $VIP6 80 200 400
enough

echo "# killed: its host resets"
dies s1 kill_hard
ramps=
for crowd in $crowds; do
	spawn director "$work/ramp.$crowd" python3 "${top_srcdir:-../..}/tests/netns/ramp.py" "$crowd" s1
	ramps="$ramps $spawned"
done
returns s1 web
for ramp in $ramps; do wait "$ramp" || FAIL "$(cat $work/ramp.*)"; done
cat $work/ramp.*
begins calm
enough
for phase in start kill_hard after_kill_hard web after_web; do show $phase; done
none kill_hard failed r1 r2
unnoticed start after_kill_hard web after_web

echo "# silence"
dies s2 fall_silent
returns s2 accept
begins calm
for phase in fall_silent after_fall_silent accept; do show $phase; done
none fall_silent failed r2
some fall_silent r1
unnoticed after_fall_silent accept

echo "# it accepts, and says nothing"
dies s3 freeze
returns s3 thaw
begins calm
for phase in freeze after_freeze thaw; do show $phase; done
none freeze failed r1 r2 reset closed busy
some freeze silent
unnoticed after_freeze thaw

echo "# it says that it is busy"
dies s1 get_busy
returns s1 get_free
begins calm
for phase in get_busy after_get_busy get_free; do show $phase; done
none get_busy failed r1 r2 reset closed silent
some get_busy busy
unnoticed after_get_busy get_free

echo "# it comes and goes, once a second"
begins flap
for n in 1 2 3 4; do
	refuse s2
	sleep 0.5	# it is the pace that is wanted here
	accept s2
	sleep 0.5
done
begins after_flap
show flap
none flap failed r1 r2 closed silent busy

echo "# all of them"
# moves <how> <command...> - do this, and wait until the sorry server takes over, or leaves, in both services
sorry() { [ "$(how_often "the sorry server $1")" -ge "$2" ]; }
moves() {
	moves_how=$1 moves_n=$(($(how_often "the sorry server $1") + 2)); shift
	"$@"
	until_true 60 sorry "$moves_how" "$moves_n"
}
kill_all() { for server in s1 s2 s3; do kill_hard $server; done; }
# The host learns within some 10 ms that the sorry server's replies are to be led here.
led() { at director ip "$1" rule | grep -q "iif to-$2 lookup"; }
begins all_die
moves "takes over" kill_all
until_true 30 led -4 s4
until_true 30 led -6 s4
begins sorry
enough
begins one_back
moves leaves web s3
enough
begins after_one_back
enough
for phase in all_die sorry one_back; do show $phase; done
unnoticed sorry one_back
none sorry s1 s2 s3
some sorry s4

echo "# the sorry server leaves while it owes answers"
begins sorry_again
moves "takes over" kill_hard s3
begins silent_sorry
fall_silent s4
moves leaves web s3
begins after_silent_sorry
enough
begins calm
for phase in after_one_back silent_sorry after_silent_sorry; do show $phase; done
none silent_sorry failed
some silent_sorry s3
unnoticed after_one_back after_silent_sorry
none after_one_back s1 s2 s4
none after_silent_sorry s1 s2 s4
stop
