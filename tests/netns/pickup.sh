#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Long transfers go on, byte for byte, through a director that is killed and started again in their midst, with its servers
# in another order; without pickup all of them are reset. Both directions, both families.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need python3
in_namespace "$0" "$@"
need_tun

transfer="$(dirname "$0")/transfer.py"
transfers=4

# conf <pickup> <server...> - a service of each family over servers, in this order
conf() {
	conf_pickup=$1; shift
	echo "services: ("
	for conf_vip in "$VIP" "[$VIP6]"; do
		[ "$conf_vip" = "$VIP" ] || echo ","
		echo "{ address = \"$conf_vip:80\"; scheduler = \"mh\"; scheduler_flags = ( \"mh-port\" ); pickup = $conf_pickup; servers: ("
		conf_comma=
		for n; do
			if [ "$conf_vip" = "$VIP" ]; then conf_server="10.0.$n.2:8080"; else conf_server="[2001:db8:$n::2]:8080"; fi
			echo "  $conf_comma { address = \"$conf_server\"; }"
			conf_comma=,
		done
		echo ") }"
	done
	echo ");"
}

progressed() { [ "$(cat "$work/progress" 2>/dev/null || echo 0)" -ge "$1" ]; }
gone() { ! at director ip link show dev lvs0; }

# interrupt <vip> <pickup> <result> - transfers while the director is killed and started again all end with this result
interrupt() {
	configure "$(conf "$2" 1 2 3)"
	direct
	rm -f "$work/progress"
	spawn client "$work/transfers" python3 "$transfer" fetch "$1" 80 $transfers "$work/progress"
	transferring=$spawned
	until_true 30 progressed 20
	kill -KILL "$director"
	wait "$director" 2>/dev/null
	until_true 30 gone
	progressed 90 && FAIL "the transfers were too fast"
	configure "$(conf "$2" 3 1 2)"
	direct
	wait "$transferring"
	same "transfers by $1 with pickup = $2" "$((2 * transfers)) $3" "$(sort "$work/transfers" | uniq -c | sed 's/^ *//')"
}

stage 3
for n in 1 2 3; do
	spawn s$n "$work/s$n.log" python3 "$transfer" serve 8080
	until_true 30 at s$n sh -c 'ss -Hltn sport = 8080 | grep -q .'
done
# While there is no director, nobody answers in its place.
at director ip route add blackhole default table 77 metric 4096
at director ip -6 route add blackhole default table 77 metric 4096

for vip in "$VIP" "$VIP6"; do
	interrupt "$vip" true complete
	stop
	interrupt "$vip" false "Connection reset by peer"
	stop
done
at director ip route show table 77 | grep -q blackhole || FAIL "lvsd took away a route that is not its own"
