#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# UDP requests and answers of all sizes up to what only fragments carry, both families.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat cmp
in_namespace "$0" "$@"
need_tun

stage 1
configure "services: (
  { address = \"$VIP:53\"; protocol = \"udp\"; scheduler = \"rr\"; servers: ( { address = \"10.0.1.2:5300\"; } ); },
  { address = \"[$VIP6]:53\"; protocol = \"udp\"; scheduler = \"rr\"; servers: ( { address = \"[2001:db8:1::2]:5300\"; } ); }
);"
direct
spawn s1 $work/echo.log socat -b 65536 UDP6-RECVFROM:5300,ipv6only=0,fork,reuseaddr PIPE
until_true 30 sh -c "ip netns exec s1 ss -Hlun 'sport = :5300' | grep -q ."

# echo_of <what> <address> <bytes>
echo_of() {
	head -c "$3" /dev/urandom >$work/question
	spawn client $work/answer sh -c "exec socat -b 65536 -t 5 -T 5 - 'UDP:$2:53,shut-none' <$work/question 2>$work/socat.log"
	until_true 30 sh -c "[ \$(stat -c %s $work/answer) -ge $3 ]"
	kill "$spawned"
	cmp $work/question $work/answer || FAIL "$1, $3 bytes: the answer differs"
}

for bytes in 1 2 3 511 1471 1472 1473 2000 2001 8191 60000; do
	echo_of "IPv4" "$VIP" $bytes
	echo_of "IPv6" "[$VIP6]" $bytes
done
summary "service udp $VIP:53 rr: 1 servers, 11 conns"
