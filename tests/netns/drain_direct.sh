#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A server that answers its clients directly drains: the director never hears it, and both ends are reset all the same, those
# of silent connections too.
#
#	client 10.9.0.2 ─┐
#	director 10.9.0.1 ├─ switch       VIP 10.9.0.100 and 2001:db8:9::100
#	s1, s2 10.9.0.11 ─┘
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
. "${top_srcdir:-../..}/tests/netns/talk.sh"
need python3
in_namespace "$0" "$@"
need_tun

vip=10.9.0.100 vip6=2001:db8:9::100

# conf [keys of server 1]
conf() {
	cat <<-END
	services: (
	  { address = "$vip:7"; forward = "droute"; scheduler = "rr";
	    servers: ( { address = "10.9.0.12:7"; }, { address = "10.9.0.11:7"; $1 } ); },
	  { address = "[$vip6]:7"; forward = "droute"; scheduler = "rr";
	    servers: ( { address = "[2001:db8:9::12]:7"; }, { address = "[2001:db8:9::11]:7"; $1 } ); }
	);
	END
}

lan switch
host client director s1 s2
join client 10.9.0.2/24,2001:db8:9::2/64 switch
join director 10.9.0.1/24,2001:db8:9::1/64 switch
for n in 1 2; do
	join s$n 10.9.0.1$n/24,2001:db8:9::1$n/64 switch
	at s$n ip addr add $vip/32 dev lo
	at s$n ip addr add $vip6/128 dev lo nodad
	at s$n sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	listen s$n 7
done
configure "$(conf)"
direct
for name in a b; do
	talk ${name}4 $vip 7
	talk ${name}6 $vip6 7
	converse ${name}4 ${name}4
	converse ${name}6 ${name}6
done
same "connections of server 1" 2 "$(grep -c heard $work/s1.log)"
configure "$(conf 'drain: { timeout = 2; };')"
reload
for family in 4 6; do
	grep -q "heard a$family" $work/s1.log && name=a$family other=b$family || name=b$family other=a$family
	heard "$name" reset
	until_true 30 grep -q "reset of $name" $work/s1.log
	converse "$other" "and still"
done
summary "weight 0 drained: 0 active"
! grep -q reset $work/s2.log || FAIL "the other server's connections were reset"
stop
