#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever the kernel refuses while the director starts, one call at a time: it either does without, or says why it cannot
# go on, ends with status 1 and leaves nothing behind.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need strace
in_namespace "$0" "$@"
need_tun
strace -qq -o /dev/null true 2>/dev/null || SKIP "processes cannot be traced"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"	# which does not work in a traced process

calls="socket bind ioctl sendto recvmsg epoll_create1 epoll_ctl socketpair eventfd2 prctl capset seccomp"

# left - what is there of ours
left() {
	for family in -4 -6; do
		at director ip $family rule show
		at director ip $family route show table all
		at director ip $family neigh show proxy
	done | grep -v 'dev to-'
	at director cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
}

# attempt <strace arguments> - start the director and wait until it is ready or has ended
attempt() {
	: >$work/lvsd.log
	# shellcheck disable=SC2086 # two arguments
	spawn director $work/lvsd.log strace -D -qq -o $work/trace $1 "$lvsd" --config $work/lvs.conf
	director=$spawned
	until_true 30 ready_or_dead
}

stage 1
configure 'services: (
  { address = "10.0.0.77:80"; servers: ( { address = "10.0.1.2:8080"; } ); },
  { address = "[2001:db8::77]:80"; servers: ( { address = "[2001:db8:1::2]:8080"; } ); } );'
before=$(left)

attempt "-e trace=$(echo "$calls" | tr ' ' ',')"
said "ready:" || FAIL "lvsd did not start: $(cat $work/lvsd.log)"
# A refused call is one without a number to the kernel, and the sealed process would be killed for that. What is refused at
# the end, where nothing is sealed, is another matter.
sed '/^seccomp(/q' $work/trace >$work/all
stop
ended=0
for call in $calls; do
	total=$(grep -c "^$call(" $work/all)
	for nth in $(seq 1 $((total / 12 + 1)) "$total"); do
		attempt "-e trace=$call -e inject=$call:error=ENOMEM:when=$nth"
		if said "ready:"; then
			stop
		else
			wait "$director"
			same "status after $call() number $nth was refused" 1 $?
			said "error:" || FAIL "no reason was given after $call() number $nth was refused: $(cat $work/lvsd.log)"
			ended=$((ended + 1))
		fi
		same "left after $call() number $nth was refused" "$before" "$(left)"
	done
done
[ $ended -gt 10 ] || FAIL "only $ended refusals kept it from starting"
