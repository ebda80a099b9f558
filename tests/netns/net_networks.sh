#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 -------- 10.1.0.1 director 10.2.0.1 -------- 10.2.0.2 world
#	       fd01::2           fd01::1    lvs0   fd02::1           fd02::2
#
# Networks of VIPs: one route each, and this host's own addresses in them like VIPs. Networks of others, which leave the host's
# own way alone.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/net_lib.sh"

host client director world
wire client 10.1.0.2/24,fd01::2/64 director 10.1.0.1/24,fd01::1/64

# everything - rules, our routes and proxy entries of one family
everything() {
	at director ip "$1" rule show | grep -v 'lookup \(main\|default\)'
	at director ip "$1" route show table all proto 77 | sed 's/ pref medium//; s/ *$//'
	at director ip "$1" neigh show proxy | sed 's/ *$//'
}
# shellcheck disable=SC2317 # called by until_true
is() { [ "$(everything "$1")" = "$2" ]; }
rules4=$(everything -4) rules6=$(everything -6)

start auto
tell 'networks 192.0.2.16/28 10.1.0.64/27 2001:db8::/64'
tell 'vips 192.0.2.20'
tell apply
told '^applied: fine'
plain4='0:	from all lookup local
10.1.0.64/27 dev lvs0 scope link metric 1
192.0.2.16/28 dev lvs0 scope link metric 1
192.0.2.20 dev lvs0 scope link metric 1'
plain6='0:	from all lookup local
2001:db8::/64 dev lvs0 metric 1'
same "one route each, IPv4" "$plain4" "$(everything -4)"
same "one route each, IPv6" "$plain6" "$(everything -6)"
told '^warning: nobody answers for "10.1.0.64/27" to its neighbours on "to-client"'
if grep 'nobody answers for "\(192\|2001\)' /run/test/log; then FAIL "said of what is elsewhere"; fi

# an address of this host inside of a network is a VIP of its own, answered for where its subnet is
at director ip addr add 10.1.0.70/32 dev lo
until_true 30 is -4 '10:	from all iif lo ipproto icmp lookup 77 suppress_prefixlength 0 proto 77
10:	from all iif to-client lookup 77 suppress_prefixlength 0 proto 77
100:	from all lookup local proto 77
10.1.0.70 dev lvs0 table 77 scope link metric 1
10.1.0.64/27 dev lvs0 scope link metric 1
10.1.0.70 dev lvs0 scope link metric 1
192.0.2.16/28 dev lvs0 scope link metric 1
192.0.2.20 dev lvs0 scope link metric 1
10.1.0.70 dev to-client proxy proto 77'
told '^local 10.1.0.70 yes'
at director ip addr del 10.1.0.70/32 dev lo
until_true 30 is -4 "$plain4"
told '^local 10.1.0.70 no'
same "IPv6 was not concerned" "$plain6" "$(everything -6)"

# a network that this host has as a whole
at director ip -6 route add local 2001:db8::/64 dev lo
until_true 30 is -6 '10:	from all iif lo ipproto ipv6-icmp lookup 77 suppress_prefixlength 0 proto 77
10:	from all iif to-client lookup 77 suppress_prefixlength 0 proto 77
100:	from all lookup local proto 77
2001:db8::/64 dev lvs0 table 77 metric 1
2001:db8::/64 dev lvs0 metric 1'
at director ip -6 route del local 2001:db8::/64 dev lo
until_true 30 is -6 "$plain6"

# what takes a network away is named; what somebody removes comes back
at director ip route add 192.0.2.16/29 via 10.1.0.2
told '^warning: another route or rule takes what is for "192.0.2.17" away from the device'
at director ip route del 192.0.2.16/29 via 10.1.0.2
at director ip route del 192.0.2.16/28 dev lvs0
until_true 30 is -4 "$plain4"

# another network in its place
tell 'networks 192.0.2.16/29'
tell 'vips'
tell apply
until_true 30 is -4 '0:	from all lookup local
192.0.2.16/29 dev lvs0 scope link metric 1'
until_true 30 is -6 "$rules6"
finish
same "IPv4 afterwards" "$rules4" "$(everything -4)"
same "IPv6 afterwards" "$rules6" "$(everything -6)"

# others: where clients are, and nowhere else; addresses of this host are its own
wire director 10.2.0.1/24,fd02::1/64 world 10.2.0.2/24,fd02::2/64
at director ip route add default via 10.2.0.2
at director ip -6 route add default via fd02::2
plain4=$(everything -4) plain6=$(everything -6)
start auto
tell 'others 0.0.0.0/0 2001:db8::/64'
tell 'one-way 10.1.0.2'
tell apply
told '^applied: fine'
same "others, IPv4" "0:	from all lookup local
112:	from 10.1.0.2 iif to-client lookup main proto 77
113:	from all iif to-client lookup 77 proto 77
default dev lvs0 table 77 scope link metric 1" "$(at director ip -4 rule show | grep -v 'from all lookup \(main\|default\)'
	at director ip -4 route show table all proto 77 | sed 's/ *$//')"
same "others, IPv6" "0:	from all lookup local
113:	from all iif to-client lookup 77 suppress_prefixlength 0 proto 77
2001:db8::/64 dev lvs0 table 77 metric 1" "$(everything -6 | sed 's/ pref medium//')"
# to <what> <output> <route get arguments...> - where such a packet goes
to() { to_what=$1 to_dev=$2; shift 2; at director ip route get "$@" 2>&1 | grep -q "dev $to_dev" || FAIL "$to_what"; }
to "a client's packet" lvs0 203.0.113.1 from 10.1.0.9 iif to-client
to "a client's packet, IPv6" lvs0 2001:db8::7 from fd01::9 iif to-client
to "another network's, IPv6" to-world 2001:db8:1::7 from fd01::9 iif to-client
to "a server's packet" to-world 203.0.113.1 from 10.1.0.2 iif to-client
to "one from the device" to-world 203.0.113.1 from 10.1.0.9 iif lvs0
to "one that comes back" to-client 10.1.0.9 from 203.0.113.1 iif to-world
to "the host's own" to-world 203.0.113.1
to "one for the host" lo 10.2.0.1 from 10.1.0.9 iif to-client
# a VIP of this host does not take its other addresses along
at director ip addr add 2001:db8::1/128 dev lo nodad
at director ip addr add fd01::50/128 dev lo nodad
tell 'vips fd01::50'
tell apply
until_true 20 sh -c "ip netns exec director ip -6 rule | grep -q '^10:.*iif to-client lookup 77 suppress_prefixlength 64'"
to "a VIP of the host" lvs0 fd01::50 from fd01::9 iif to-client
to "the host's own among others" lo 2001:db8::1 from fd01::9 iif to-client
to "another one's, still" lvs0 2001:db8::7 from fd01::9 iif to-client
at director ip addr del fd01::50/128 dev lo
at director ip addr del 2001:db8::1/128 dev lo
tell 'vips'
tell apply
until_true 20 sh -c "! ip netns exec director ip -6 rule | grep -q '^10:'"
# the way out changes: clients come from the other side then
at director ip route replace default via 10.1.0.2
until_true 20 sh -c "ip netns exec director ip rule | grep -q 'iif to-world lookup 77'"
at director ip rule | grep 'iif to-client lookup 77' && FAIL "where the world is no clients are"
at director ip route replace default via 10.2.0.2
until_true 20 sh -c "ip netns exec director ip rule | grep -q 'iif to-client lookup 77'"
# what somebody removes comes back
at director ip rule del pref 113 iif to-client
at director ip route del default table 77
until_true 20 sh -c "ip netns exec director ip rule | grep -q 'iif to-client lookup 77' && ip netns exec director ip route show table 77 | grep -q default"
tell 'others'
tell 'one-way'
tell apply
until_true 20 is -4 "$plain4"
until_true 20 is -6 "$plain6"
finish

# made by somebody else: what is missing, with the command that makes it
start manual
tell 'networks 192.0.2.16/28 2001:db8::/64'
tell apply
told '^applied: fine'
told 'requests to a virtual service do not reach the device; mend it with: ip route replace 192.0.2.16/28 dev lvs0 table main metric 1'
told 'requests to a virtual service do not reach the device; mend it with: ip -6 route replace 2001:db8::/64 dev lvs0 table main metric 1'
tell 'networks'
tell 'others 198.51.100.0/24 2001:db8::/64'
tell apply
told 'packets do not reach the device; mend it with: ip rule add pref 113 iif to-client lookup 77 suppress_prefixlength 0'
told 'packets do not reach the device; mend it with: ip -6 rule add pref 113 iif to-client lookup 77 suppress_prefixlength 0'
finish

# what is there is not missed
start manual
at director ip link set lvs0 up
at director sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
at director ip route replace 198.51.100.0/24 dev lvs0 table 77 metric 1
at director ip rule add pref 113 iif to-client lookup 77 suppress_prefixlength 0
at director ip -6 route replace 2001:db8::/64 dev lvs0 table 77 metric 1
at director ip -6 rule add pref 113 iif to-client lookup 77 suppress_prefixlength 0
tell 'others 198.51.100.0/24 2001:db8::/64 203.0.113.0/24'
tell apply
told 'requests to a virtual service do not reach the device; mend it with: ip route replace 203.0.113.0/24 dev lvs0 table 77 metric 1'
if grep '198.51.100.0\|2001:db8::\|pref 113' /run/test/log; then FAIL "said of what is there"; fi
finish
