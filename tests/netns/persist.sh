#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A client stays with his server: over connections of his own, after the server got weight 0, after a reload; until the
# server is removed. Both families, and a service of all ports.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun

# conf <scheduler> <weight1> <weight2> <weight3> - persistent services; weight "-" leaves a server out
conf() {
	web_conf "$@" | sed 's/scheduler =/persistent: { timeout = 300; prefix6 = 64; }; &/'
}

# page <url> - who answers one request
page() { at client curl -sf -m 10 "$1"; }

stage 3
for n in 1 2 3; do web s$n; done
configure "$(conf rr 1 1 1)"
direct

for url in "http://$VIP" "http://[$VIP6]"; do
	configure "$(conf rr 1 1 1)"
	reload
	mine=$(page "$url/")
	same "20 connections of one client" "20 $mine" "$(ask 20 "$url" | shares)"
	n=${mine#s}

	set -- 1 1 1
	case $n in 1) set -- 0 1 1 ;; 2) set -- 1 0 1 ;; 3) set -- 1 1 0 ;; esac
	configure "$(conf rr "$@")"
	reload
	same "after its server got weight 0" "5 $mine" "$(ask 5 "$url" | shares)"

	configure "$(conf wlc 1 1 1)"
	reload
	same "after a reload with another scheduler" "5 $mine" "$(ask 5 "$url" | shares)"

	set -- 1 1 1
	case $n in 1) set -- - 1 1 ;; 2) set -- 1 - 1 ;; 3) set -- 1 1 - ;; esac
	configure "$(conf rr "$@")"
	reload
	other=$(page "$url/")
	[ "$other" != "$mine" ] || FAIL "a removed server answers"
	same "after its server was removed" "5 $other" "$(ask 5 "$url" | shares)"
done
summary " 1 persistent"

configure "services: ( { address = \"$VIP\"; scheduler = \"rr\"; persistent: { };
  servers: ( { address = \"10.0.1.2\"; }, { address = \"10.0.2.2\"; } ); } );"
reload
mine=$(page "http://$VIP:8080/")
same "a service of all ports" "10 $mine" "$(ask 10 "http://$VIP:8080" | shares)"
stop
