#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A flood of SYNs from a hundred thousand ends that do not exist, several times as many as the table has records, beside
# clients that mean it. Of these at least four in five are served at the first attempt, and memory stays within its cap.
#
#	client 10.0.0.2 ------------ director ------ s1, s2	(see director.sh)
#	attacker 10.9.0.2 ---------- 10.9.0.1
#	         2001:db8:9::2       2001:db8:9::1
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun

records=4096
rate=4000 seconds=4 sources=100000	# the flood
offered=50				# good clients a second

stage 2
host attacker
wire attacker 10.9.0.2/24,2001:db8:9::2/64 director 10.9.0.1/24,2001:db8:9::1/64
at attacker ip route add default via 10.9.0.1
at attacker ip -6 route add default via 2001:db8:9::1
at director ip route add 198.18.0.0/15 via 10.9.0.2
at director ip -6 route add 2001:db8:f10d::/48 via 2001:db8:9::2
web s1
web s2

resident() { awk '/^VmRSS/ { print $2 }' /proc/$director/status; }

# under <what> <address> <settings of the director> [of the services] - floods, beside them the clients, until four fifths of
# these were served. One flood is enough where nobody else wants the processors.
under() {
	for under_try in 1 2 3; do
		flooded "$@"
		[ "${served% of *}" -lt $((offered * (seconds - 1) * 4 / 5)) ] || return 0
	done
	FAIL "$1: only $served were served, in the last of $under_try floods"
}

flooded() {
	configure "director: { max_connections = $records; $3 };
$(web_conf wlc 1 1 | sed "s/scheduler = /${4:-} scheduler = /")"
	direct
	before=$(resident)
	spawn attacker $work/flood "${top_builddir:-../..}/tests/netns/flood" "$2" 80 $rate $seconds $sources
	flood=$spawned
	until_true 30 sh -c "kill -USR1 $director; tail -n 40 $work/lvsd.log | grep -q 'connections: [1-9]\|SYN proxy'"
	served=$(at client "${top_builddir:-../..}/tests/netns/patient" "$2" 80 $offered $((seconds - 1)) 900)
	wait $flood || FAIL "$1: the flood: $(cat $work/flood)"
	sent=$(cut -d' ' -f1 $work/flood)
	[ "$sent" -gt $((3 * records)) ] || FAIL "$1: only $sent SYNs were sent"
	summary "packets: [0-9]* received"
	echo "$1: $served served beside $sent SYNs; $(grep 'connections:' $work/lvsd.log | tail -n 1 | sed 's/.*connections: //')"
	grown=$(($(resident) - before))
	[ $grown -le $((records * 144 / 1024 + 1024)) ] || FAIL "$1: $grown KiB more for $records connections"
	stop
}

# nothing_stored - there were never more connections than good clients
nothing_stored() {
	stored=$(grep 'connections:' $work/lvsd.log | tail -n 1 | sed 's/.*connections: \([0-9]*\) of.*/\1/')
	[ "$stored" -le $((offered * seconds)) ] || FAIL "$stored connections"
}

under "full table" "$VIP" ""
under "full table, IPv6" "$VIP6" ""
under "half-open ones limited" "$VIP" "max_half_open = 512;"
under "drop_entry and secure_tcp" "$VIP" "drop_entry = 3; secure_tcp = 3;"
under "drop_entry and secure_tcp, half-open ones limited" "$VIP6" "drop_entry = 1; secure_tcp = 1; max_half_open = 512;"
under "drop_packet" "$VIP" "drop_packet = 3;"
under "SYN proxy when it is needed" "$VIP" "syn_backlog = 256;" 'syn_proxy = "auto";'
under "SYN proxy" "$VIP" "" 'syn_proxy = "on";'
nothing_stored
under "SYN proxy, IPv6" "$VIP6" "" 'syn_proxy = "on";'
nothing_stored
under "all of it, as needed" "$VIP6" "drop_packet = 1; drop_entry = 1; secure_tcp = 1; max_half_open = 512;"
