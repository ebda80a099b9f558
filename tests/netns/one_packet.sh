#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One-packet scheduling: one socket of the client, three servers, and every answer comes from the service.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat
in_namespace "$0" "$@"
need_tun

stage 3
configure "services: (
  { address = \"$VIP:53\"; protocol = \"udp\"; scheduler = \"rr\"; one_packet = true; servers: (
    { address = \"10.0.1.2:5300\"; }, { address = \"10.0.2.2:5300\"; }, { address = \"10.0.3.2:5300\"; } ); },
  { address = \"[$VIP6]:53\"; protocol = \"udp\"; scheduler = \"rr\"; one_packet = true; servers: (
    { address = \"[2001:db8:1::2]:5300\"; }, { address = \"[2001:db8:2::2]:5300\"; }, { address = \"[2001:db8:3::2]:5300\"; } ); }
);"
direct
for n in 1 2 3; do
	spawn "s$n" "$work/s$n.log" socat UDP6-RECVFROM:5300,ipv6only=0,fork,reuseaddr PIPE
	until_true 30 sh -c "ip netns exec s$n ss -Hlun 'sport = :5300' | grep -q ."
done

# converse <address> - six datagrams from one connected socket, which takes answers of that address only, each after the last
converse() {
	: >"$work/answers"
	mkfifo "$work/questions"
	spawn client "$work/answers" sh -c "exec socat -u - - <$work/questions | exec socat -t 5 - 'UDP:$1:53,sp=4000$2'"
	exec 8>"$work/questions"
	for n in 1 2 3 4 5 6; do
		echo "$n" >&8
		until_true 30 sh -c "[ \$(wc -l <$work/answers) = $n ]"
	done
	exec 8>&-
	rm "$work/questions"
	same "answers from $1" "1 2 3 4 5 6" "$(tr '\n' ' ' <"$work/answers" | sed 's/ $//')"
}

converse "$VIP" 1
converse "[$VIP6]" 2
summary "service udp $VIP:53 rr: 3 servers, 6 conns, in 6 packets 180 bytes, out 6 packets 180 bytes"
for n in 1 2 3; do
	said "-> 10.0.$n.2:5300 Masq weight 1: 0 active, 0 inactive, .*2 conns, in 2 packets 60 bytes, out 2 packets" ||
		FAIL "server $n did not get every third datagram"
done
