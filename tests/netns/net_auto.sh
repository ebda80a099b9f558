#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 -------- 10.1.0.1 director 10.2.0.1 -------- 10.2.0.2 server
#	       fd01::2           fd01::1    lvs0   fd02::1           fd02::2
#
# What network.setup = "auto" installs, follows, repairs and removes.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/net_lib.sh"

host client director server
wire client 10.1.0.2/24,fd01::2/64 director 10.1.0.1/24,fd01::1/64
wire director 10.2.0.1/24,fd02::1/64 server 10.2.0.2/24,fd02::2/64

# everything - rules, our routes and proxy entries of one family
everything() {
	at director ip "$1" rule show | grep -v 'lookup \(main\|default\)'
	at director ip "$1" route show table all proto 77 | sed 's/ pref medium//; s/ *$//'
	at director ip "$1" neigh show proxy | sed 's/ *$//'
}
# shellcheck disable=SC2317 # called by until_true
is() { [ "$(everything "$1")" = "$2" ]; }
switches() {
	at director sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.all.proxy_ndp \
		net.ipv4.conf.all.rp_filter net.ipv6.conf.to-client.proxy_ndp net.ipv4.neigh.to-client.proxy_delay
}

at director sysctl -qw net.ipv4.conf.all.rp_filter=1
rules4=$(everything -4) rules6=$(everything -6) before=$(switches)

start auto
tell 'vips 192.0.2.10 10.1.0.50 2001:db8::10 fd01::50'
tell 'servers 10.2.0.2 10.2.0.3 fd02::2'
tell apply
told '^applied: fine'

plain4='0:	from all lookup local
110:	from all iif to-server lookup 77 proto 77
default dev lvs0 table 77 scope link metric 1
10.1.0.50 dev lvs0 scope link metric 1
192.0.2.10 dev lvs0 scope link metric 1
10.1.0.50 dev to-client proxy proto 77'
plain6='0:	from all lookup local
110:	from all iif to-server lookup 77 proto 77
default dev lvs0 table 77 metric 1
2001:db8::10 dev lvs0 metric 1
fd01::50 dev lvs0 metric 1
fd01::50 dev to-client proxy proto 77'
same "installed for IPv4" "$plain4" "$(everything -4)"
same "installed for IPv6" "$plain6" "$(everything -6)"
same "switches" 'net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
net.ipv6.conf.all.proxy_ndp = 1
net.ipv4.conf.all.rp_filter = 2
net.ipv6.conf.to-client.proxy_ndp = 1
net.ipv4.neigh.to-client.proxy_delay = 0' "$(switches)"
at director ip link show lvs0 | grep -q 'UP.*qlen 10000' || FAIL "the device is not up with a queue of 10000"
same "the device's own switches" '1
1
0' "$(at director sysctl -n net.ipv4.conf.lvs0.forwarding net.ipv4.conf.lvs0.accept_local net.ipv4.conf.lvs0.rp_filter)"
addresses() { at director ip addr show dev lvs0 | sed -n 's/ *$//; s/^ *inet/inet/p'; }
# shellcheck disable=SC2317 # called by until_true
addressed() { [ "$(addresses)" = 'inet 127.0.0.77/32 scope host lvs0' ]; }
same "addresses of the device" 'inet 127.0.0.77/32 scope host lvs0' "$(addresses)"
for mtu in '10.2.0.2 1500' '10.2.0.3 1500' 'fd02::2 1500'; do told "^mtu $mtu"; done

# which address the host would send from, while that is wanted, and when it changes
tell 'one-way 10.2.0.4 fd02::4'
tell 'sourced 10.2.0.4 fd02::4 10.2.0.3'
tell apply
told '^source 10.2.0.1'
told '^source fd02::1'
quiet
at director ip addr add 10.2.0.9/24 dev to-server
at director ip route add 10.2.0.4 dev to-server src 10.2.0.9
told '^source 10.2.0.9'
at director ip addr del 10.2.0.9/24 dev to-server	# the route goes with it
told '^source 10.2.0.1'
tell 'one-way'
tell 'sourced'
tell apply

# keepalived brings the VIP: its rules appear; takes it away: they go, and the local table is in its old place
at director ip addr add 10.1.0.50/32 dev to-client
local4='10:	from all iif lo ipproto icmp lookup 77 suppress_prefixlength 0 proto 77
10:	from all iif to-client lookup 77 suppress_prefixlength 0 proto 77
10:	from all iif to-server lookup 77 suppress_prefixlength 0 proto 77
100:	from all lookup local proto 77
110:	from all iif to-server lookup 77 proto 77
default dev lvs0 table 77 scope link metric 1
10.1.0.50 dev lvs0 table 77 scope link metric 1
10.1.0.50 dev lvs0 scope link metric 1
192.0.2.10 dev lvs0 scope link metric 1
10.1.0.50 dev to-client proxy proto 77'
until_true 30 is -4 "$local4"
told '^local 10.1.0.50 yes'
same "IPv6 is not concerned" "$plain6" "$(everything -6)"
at director ip addr del 10.1.0.50/32 dev to-client
until_true 30 is -4 "$plain4"
told '^local 10.1.0.50 no'

at director ip addr add fd01::50/128 dev to-client
local6='10:	from all iif lo ipproto ipv6-icmp lookup 77 suppress_prefixlength 0 proto 77
10:	from all iif to-client lookup 77 suppress_prefixlength 0 proto 77
10:	from all iif to-server lookup 77 suppress_prefixlength 0 proto 77
100:	from all lookup local proto 77
110:	from all iif to-server lookup 77 proto 77
fd01::50 dev lvs0 table 77 metric 1
default dev lvs0 table 77 metric 1
2001:db8::10 dev lvs0 metric 1
fd01::50 dev lvs0 metric 1
fd01::50 dev to-client proxy proto 77'
until_true 30 is -6 "$local6"
at director ip addr del fd01::50/128 dev to-client
until_true 30 is -6 "$plain6"

# what somebody else removes comes back
at director ip route del 192.0.2.10
at director ip -6 rule del pref 110
until_true 30 is -4 "$plain4"
until_true 30 is -6 "$plain6"
at director ip link set lvs0 down
until_true 30 is -4 "$plain4"
until_true 30 is -6 "$plain6"
at director ip route flush table 77
until_true 30 is -4 "$plain4"
at director ip addr del 127.0.0.77/32 dev lvs0
until_true 30 addressed
until_true 30 is -4 "$plain4"

# the path to a real server: MTU of the link, of the route, no route
at director ip link set to-server mtu 1400
told '^mtu 10.2.0.2 1400'
told '^mtu fd02::2 1400'
at director ip route add 10.2.0.3 dev to-server mtu 1300
told '^mtu 10.2.0.3 1300'
at director ip route del 10.2.0.3
until_true 30 sh -c 'grep "^mtu 10.2.0.3" /run/test/log | tail -n 1 | grep -q " 1400$"'
at director ip route add unreachable 10.2.0.3
told '^mtu 10.2.0.3 0'
told '^warning: real server "10.2.0.3" cannot be reached: no route'
at director ip route del unreachable 10.2.0.3

# a server that answers by itself: the path to it matters, no rule ever names it
tell 'one-way 10.2.0.4 10.2.0.2'
tell apply
told '^mtu 10.2.0.4 [1-9]'
until_true 30 is -4 "$plain4"

# clients come through the servers' interface too: rules name the servers, neighbouring ones together
at director ip route add default via 10.2.0.254
shared4='0:	from all lookup local
111:	from all iif to-server ipproto icmp lookup 77 proto 77
111:	from 10.2.0.2/31 iif to-server lookup 77 proto 77
default dev lvs0 table 77 scope link metric 1
10.1.0.50 dev lvs0 scope link metric 1
192.0.2.10 dev lvs0 scope link metric 1
10.1.0.50 dev to-client proxy proto 77'
until_true 30 is -4 "$shared4"
at director ip route del default
until_true 30 is -4 "$plain4"

# a change touches what has changed
at director ip monitor route rule neigh >/run/test/monitor &
monitor=$!
until_true 30 sh -c 'ip -n director link set lo up; ip -n director route add 203.0.113.1 dev lo; ip -n director route del 203.0.113.1; grep -q 203.0.113.1 /run/test/monitor'
tell 'vips 192.0.2.11 10.1.0.50 2001:db8::10 fd01::50'
tell apply
# shellcheck disable=SC2317 # called by until_true
both() { grep -q '^Deleted 192.0.2.10' /run/test/monitor && grep -q '^192.0.2.11' /run/test/monitor; }
until_true 30 both
same "touched" 'Deleted 192.0.2.10 dev lvs0 proto 77 scope link metric 1
192.0.2.11 dev lvs0 proto 77 scope link metric 1' "$(grep 'proto 77' /run/test/monitor | sed 's/ *$//' | sort -r)"
kill "$monitor"

finish
same "IPv4 afterwards" "$rules4" "$(everything -4)"
same "IPv6 afterwards" "$rules6" "$(everything -6)"
same "switches afterwards" "$before" "$(switches)"

# killed: the device and its routes go, the rest stays; the next one cleans it away or takes it over
start auto
tell 'vips 10.1.0.50 fd01::50'
tell 'servers 10.2.0.2'
at director ip addr add 10.1.0.50/32 dev to-client
tell apply
told '^applied: fine'
kill -9 "$spawned"
wait "$spawned" 2>/dev/null
at director ip rule show | grep -q '^100:' || FAIL "no leftovers to clean"
at director ip addr del 10.1.0.50/32 dev to-client
start auto
tell 'vips 192.0.2.10'
tell 'servers'
tell apply
told '^applied: fine'
same "leftovers are gone" '0:	from all lookup local
192.0.2.10 dev lvs0 scope link metric 1' "$(everything -4)"
same "leftovers are gone" "$rules6" "$(everything -6)"

# a second one keeps away
at director "${top_builddir:-../..}/tests/netns/net_driver" lvs1 auto </dev/null >/run/test/second && FAIL "two at a time"
grep -q '^error: another lvsd manages this network namespace through device "lvs0"' /run/test/second || FAIL "$(cat /run/test/second)"
finish
same "IPv4 in the end" "$rules4" "$(everything -4)"

# a device that outlives us keeps no address: not when we end, and not from one who was killed
at director ip tuntap add lvs0 mode tun
start auto
want 192.0.2.10 ''
addressed || FAIL "no address: $(addresses)"
finish
same "addresses afterwards" '' "$(addresses)"
start auto
want 192.0.2.10 ''
kill -9 "$spawned"
wait "$spawned" 2>/dev/null
addressed || FAIL "no leftover to clean"
start auto
want 2001:db8::10 ''
same "the leftover is gone" '' "$(addresses)"
finish
exit 0
