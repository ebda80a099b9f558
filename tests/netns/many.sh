#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two thousand connections open at the same time, each of them in use.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun
# shellcheck disable=SC3045 # dash and bash have it
ulimit -n 8192 2>/dev/null || SKIP "no 8192 descriptors"

stage 2
web s1
web s2
configure "$(web_conf rr 1 1)"
direct
for address in "$VIP" "$VIP6"; do
	at client "${top_builddir:-.}/tests/netns/crowd" "$address" 80 2000 3 >$work/answers || FAIL "$address: some were not answered"
	same "$address: answers" "3000 s1 3000 s2" "$(shares <$work/answers)"
done
summary "service tcp $VIP:80 rr: 2 servers, 2000 conns"
said "room for" || FAIL "no start message"
stop
