#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 -------- 10.1.0.1 director 10.2.0.1 -------- 10.2.0.2 server
#	       fd01::2           fd01::1    lvs0   fd02::1           fd02::2
#
# network.setup = "manual" changes nothing; whoever does what its messages say ends up with a working director.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/net_lib.sh"

host client director server
wire client 10.1.0.2/24,fd01::2/64 director 10.1.0.1/24,fd01::1/64
wire director 10.2.0.1/24,fd02::1/64 server 10.2.0.2/24,fd02::2/64
at director ip addr add 10.1.0.60/24 dev to-client
at director ip addr add fd01::60/64 dev to-client
at director sysctl -qw net.ipv4.conf.all.rp_filter=1

everything() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	at director sh -c 'for f in -4 -6; do ip $f rule; ip $f route show table all; ip $f neigh show proxy; done
		sysctl -a 2>/dev/null | grep "forwarding\|rp_filter\|accept_local\|proxy\|accept_ra "'
}

# The device exists before, so that the comparison is about what the driver does and not about the device.
at director ip tuntap add lvs0 mode tun
before=$(everything)
ask() {
	start manual
	tell 'vips 192.0.2.10 10.1.0.50 10.1.0.60 2001:db8::10 fd01::50 fd01::60'; tell 'servers 10.2.0.2 fd02::2'; tell apply
	told '^applied: fine'
}
ask
same "untouched" "$before" "$(everything)"
told '^warning: the reverse-path filter drops .* mend it with: ip addr add 127.0.0.77/32 dev lvs0 scope host$'

# The messages are commands; a second look may find more, since some things only show when others are mended.
for round in 1 2 3 4; do
	sed -n 's/^warning: .* mend it with: //p' /run/test/log >"/run/test/mend"
	[ -s /run/test/mend ] || break
	at director sh -e /run/test/mend >/run/test/mended || FAIL "not a remedy: $(cat /run/test/mend)"
	finish
	ask
done
grep '^warning' /run/test/log && FAIL "still something missing after $round rounds"
[ "$round" -gt 1 ] || FAIL "nothing was missing"

# arrives <family> <from> <to> <interface> - the kernel would give it to the device
arrives() {
	at director ip "$1" route get "$3" from "$2" iif "$4" | grep -q 'dev lvs0' || FAIL "$2 > $3 does not arrive"
}
arrives -4 10.1.0.2 192.0.2.10 to-client
arrives -4 10.1.0.2 10.1.0.50 to-client
arrives -4 10.1.0.2 10.1.0.60 to-client
arrives -4 10.2.0.2 10.1.0.2 to-server
arrives -6 fd01::2 2001:db8::10 to-client
arrives -6 fd01::2 fd01::50 to-client
arrives -6 fd01::2 fd01::60 to-client
arrives -6 fd02::2 fd01::2 to-server
everything | grep "proto 77" && FAIL "manual mode has installed something"

# Something goes missing later: it is said.
quiet
at director ip rule del pref 110
told '^warning: replies do not reach the device; mend it with: ip route replace default dev lvs0 table 77 metric 1 && ip rule add pref 110 iif to-server lookup 77'

# It is not, of servers that answer by themselves.
quiet
tell 'servers'; tell 'one-way 10.2.0.2 fd02::2'; tell apply
told '^applied: fine'
grep 'replies do not reach' /run/test/log && FAIL "replies that are none of ours are asked for"
finish

at director ip addr del 127.0.0.77/32 dev lvs0
at director sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lvs0.rp_filter=0
ask
grep 'reverse-path' /run/test/log && FAIL "an address is asked for where nothing filters"
finish
exit 0
