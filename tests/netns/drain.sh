#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A server drains: nobody new comes, who is there stays until its time is over, then both ends are reset, whether they speak
# or not. A server is removed: its connections wait for it, or end, as expire_nodest_conn says. Both families.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/talk.sh"
need python3
in_namespace "$0" "$@"
need_tun

# conf <keys of server 1> [keys of the services] - rr over the talkers of servers 1 and 2; "-" leaves server 1 out
conf() {
	echo "director: { log_level = \"debug\"; }; services: ("
	conf_comma=
	for conf_net in "$VIP 10.0.1.2 10.0.2.2" "[$VIP6] [2001:db8:1::2] [2001:db8:2::2]"; do
		# shellcheck disable=SC2086 # three words
		set -- "$1" "${2:-}" $conf_net
		echo "$conf_comma { address = \"$3:7\"; scheduler = \"rr\"; $2 servers: ( { address = \"$5:7\"; }"
		[ "$1" = - ] || echo ", { address = \"$4:7\"; $1 }"
		echo "); }"
		conf_comma=,
	done
	echo ");"
}

stage 2
for n in 1 2; do listen s$n 7; done

# meet <name> - connections of this name, until one is at server 1 in each family: $name4 and $name6
meet() {
	for family in 4 6; do
		if [ $family = 4 ]; then addr=$VIP; else addr=$VIP6; fi
		for try in 1 2 3; do
			talk "$1$family$try" $addr 7
			converse "$1$family$try" "$1$family$try"
			eval "$1$family=$1$family$try"
			! grep -q "heard $1$family$try" $work/s1.log || continue 2
		done
		FAIL "rr never took server 1"
	done
}

configure "$(conf '')"
direct
meet quiet
meet busy
configure "$(conf 'drain: { timeout = 4; };')"
reload
began=$(date +%s)
for n in 1 2 3 4; do
	talk "new$n" $VIP 7
	converse "new$n" "new$n"
	grep -q "heard new$n" $work/s2.log || FAIL "a draining server got a new connection"
done
# shellcheck disable=SC2154 # meet sets them
converse "$busy4" before
# shellcheck disable=SC2154
converse "$busy6" before
summary "weight 0 draining: "
# shellcheck disable=SC2154
for name in "$busy4" "$busy6" "$quiet4" "$quiet6"; do
	heard "$name" reset
	until_true 30 grep -q "reset of $name" $work/s1.log
done
[ $(($(date +%s) - began)) -ge 3 ] || FAIL "reset before its time"
summary "weight 0 drained: 0 active"
! grep -q reset $work/s2.log || FAIL "the other server's connections were reset"
converse new1 still

# Taken back.
configure "$(conf '')"
reload
meet again

# Removed: silence, and it goes on where it was.
configure "$(conf -)"
reload
# shellcheck disable=SC2154
say "$again4" lost
# shellcheck disable=SC2154
say "$again6" lost
summary "(server_gone)"
configure "$(conf '')"
reload
heard "$again4" "heard lost"
heard "$again6" "heard lost"

# Removed with expire_nodest_conn: it ends, and who speaks is told.
configure "$(conf '' 'expire_nodest_conn = "yes";')"
reload
configure "$(conf - 'expire_nodest_conn = "yes";')"
reload
say "$again4" gone
say "$again6" gone
heard "$again4" reset
heard "$again6" reset
converse new1 "and still"
stop
