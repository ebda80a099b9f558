#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Signals at bad moments: while the network is being set up, before there is a loop, and in heaps. Whatever the moment, the
# director ends in order and leaves nothing behind.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need strace
in_namespace "$0" "$@"
need_tun
strace -qq -o /dev/null true 2>/dev/null || SKIP "processes cannot be traced"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"	# which does not work in a traced process

# direct_when <signal> <nth> - start the director and send it a signal when it speaks to the kernel for the nth time
direct_when() {
	: >$work/lvsd.log
	spawn director $work/lvsd.log strace -D -qq -o $work/trace -e trace=sendto -e "inject=sendto:signal=$1:when=$2" \
		"$lvsd" --config $work/lvs.conf
	director=$spawned
}

# left - what is there of ours
left() {
	for family in -4 -6; do
		at director ip $family rule show proto 77
		at director ip $family route show table all proto 77
		at director ip $family neigh show proxy
	done
	at director ip link show dev lvs0 2>/dev/null
	at director cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
}

stage 1
configure 'services: (
  { address = "10.0.0.77:80"; servers: ( { address = "10.0.1.2:8080"; } ); },
  { address = "[2001:db8::77]:80"; servers: ( { address = "[2001:db8:1::2]:8080"; } ); } );'
before=$(left)

direct_when CONT 1
until_true 30 said "ready:"
messages=$(grep -c sendto $work/trace)
[ "$messages" -gt 20 ] || FAIL "only $messages messages to the kernel"
[ "$before" != "$(left)" ] || FAIL "nothing was set up"
stop
same "left by an undisturbed director" "$before" "$(left)"

for signal in TERM INT; do
	for nth in $(seq 1 3 "$messages"); do
		direct_when $signal "$nth"
		wait "$director" || FAIL "status $? after SIG$signal at message $nth: $(tail -n 3 $work/lvsd.log)"
		same "left after SIG$signal at message $nth" "$before" "$(left)"
	done
done

# Not for the end: these wait until there is a loop to hear them.
for signal in HUP USR1; do
	direct_when $signal 9
	until_true 30 said "ready:"
	[ $signal = HUP ] && until_true 30 said "reloaded '"
	[ $signal = USR1 ] && until_true 30 said "connections: 0 of"
	stop
done

# Nor are they while the configuration is being read.
for signal in HUP USR1; do
	: >$work/lvsd.log
	spawn director $work/lvsd.log strace -D -qq -o $work/trace -P $work/lvs.conf -e trace=openat \
		-e inject=openat:signal=$signal:when=1 "$lvsd" --config $work/lvs.conf
	director=$spawned
	until_true 30 ready_or_dead
	grep -q "SIG$signal" $work/trace || FAIL "no SIG$signal was sent: $(cat $work/trace)"
	[ $signal = HUP ] && until_true 30 said "reloaded '"
	[ $signal = USR1 ] && until_true 30 said "connections: 0 of"
	stop
done

# In heaps: a reload is for all who asked before it began.
direct
for _ in $(seq 500); do kill -HUP "$director"; done
until_true 30 said "reloaded '"
for _ in $(seq 500); do kill -HUP "$director" && kill -USR1 "$director"; done
stop
same "left after heaps of signals" "$before" "$(left)"
[ "$(how_often "reloaded '")" -lt 500 ] || FAIL "each of a heap of SIGHUPs made a reload of its own"
