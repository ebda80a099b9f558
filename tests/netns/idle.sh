#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A director that has nothing to do sleeps, with connections or without; one whose device is taken away says so and ends.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat ss
in_namespace "$0" "$@"
need_tun

# wakes - how often any of its threads has gone to sleep;  ticks - how long it has worked, in hundredths of a second
wakes() { cat /proc/"$director"/task/*/status | awk '/^voluntary/ { n += $2 } END { print n }'; }
ticks() { awk '{ print $14 + $15 }' /proc/"$director"/stat; }

# sleeps <when> - at most two wake-ups per second, measured for three; of three times the quietest, as hosts around it talk too
sleeps() {
	sleeps_seen=
	for _ in 1 2 3; do
		wakes_before=$(wakes) ticks_before=$(ticks)
		sleep 3
		wakes=$(($(wakes) - wakes_before)) ticks=$(($(ticks) - ticks_before))
		[ $wakes -gt 6 ] || [ $ticks -gt 3 ] || return 0
		sleeps_seen="$sleeps_seen $wakes wake-ups and $ticks hundredths of a second of work,"
	done
	FAIL "in three seconds $1:$sleeps_seen"
}

# traces - rules and routes
traces() { for family in -4 -6; do at director ip $family rule; at director ip $family route show table all; done | grep -v lvs0; }

stage 2
for n in 1 2; do web s$n; done
configure "$(web_conf wlc 1 1)"
before=$(traces)
direct
# What the kernel does on interfaces that have just come up concerns us for a moment.
until_true 30 sh -c "ip netns exec client ping -c 1 -W 1 $VIP && ip netns exec client ping -c 1 -W 1 $VIP6"
sleeps "without connections"

ask 50 >/dev/null
for n in 1 2 3; do spawn client $work/client socat -u TCP:"$VIP":80 EXEC:'cat'; done
until_true 30 sh -c "[ \$(ip netns exec client ss -Htn state established | wc -l) = 3 ]"
until_true 30 sh -c "kill -USR1 $director; grep -q 'connections: 53 of' $work/lvsd.log"
sleeps "with idle connections"

at director ip link del lvs0
until_true 30 sh -c "! kill -0 $director 2>/dev/null || grep -q '^State:.Z' /proc/$director/status"
wait "$director"
same "status after the device was taken away" 1 $?
same "how often it was said" 1 "$(how_often "device 'lvs0' was removed under us")"
same "the last words" "lvsd: notice: stopped after an error" "$(tail -n 1 $work/lvsd.log)"
same "what is left" "$before" "$(traces)"
