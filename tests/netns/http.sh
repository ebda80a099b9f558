#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# HTTP over IPv4 and IPv6 with port mapping; rr and wrr give exact shares; SIGTERM leaves nothing behind.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun

# What the director's network looks like, the device and neighbour caches aside.
look() {
	at director ip rule
	at director ip -6 rule
	at director ip route show table all | sort
	at director ip -6 route show table all | sort
	at director ip neigh show proxy
	at director ip -6 neigh show proxy
	at director ip -o link | cut -d: -f2
	at director sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv4.conf.all.rp_filter
}

stage 3
for n in 1 2 3; do web s$n; done
before=$(look)
configure "$(web_conf rr 1 1 1)"
direct

same "round robin, IPv4" "100 s1 100 s2 100 s3" "$(ask 300 | shares)"
same "round robin, IPv6" "100 s1 100 s2 100 s3" "$(ask 300 "http://[$VIP6]" | shares)"
configure "$(web_conf wrr 3 2 1)"
reload
same "weighted round robin, IPv4" "150 s1 100 s2 50 s3" "$(ask 300 | shares)"
same "weighted round robin, IPv6" "150 s1 100 s2 50 s3" "$(ask 300 "http://[$VIP6]" | shares)"
configure "$(web_conf wrr 3 0 1)"
reload
same "weight 0 gets nothing" "225 s1 75 s3" "$(ask 300 | shares)"
summary "service tcp $VIP:80 wrr: 3 servers, 900 conns"

stop
same "nothing is left behind" "$before" "$(look)"
