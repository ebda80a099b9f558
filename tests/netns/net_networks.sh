#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 -------- 10.1.0.1 director
#	       fd01::2           fd01::1    lvs0
#
# Networks of VIPs: one route each, and this host's own addresses in them like VIPs.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/net_lib.sh"

host client director
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

# made by somebody else: what is missing, with the command that makes it
start manual
tell 'networks 192.0.2.16/28 2001:db8::/64'
tell apply
told '^applied: fine'
told 'requests to a virtual service do not reach the device; mend it with: ip route replace 192.0.2.16/28 dev lvs0 table main metric 1'
told 'requests to a virtual service do not reach the device; mend it with: ip -6 route replace 2001:db8::/64 dev lvs0 table main metric 1'
finish
