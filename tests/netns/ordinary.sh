#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An ordinary user in a user namespace, with a device descriptor handed in: once as the root of that namespace, with the
# network set up by lvsd, and once without any capability at all.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl setpriv
door=${top_builddir:-../..}/tests/netns/tun_door

# Root becomes nobody, and leaves somebody behind who opens /dev/net/tun for it.
if [ "$(id -u)" = 0 ] && [ -z "${LVS_TEST_DOOR:-}" ]; then
	[ -c /dev/net/tun ] || SKIP "no /dev/net/tun"
	dir=$(mktemp -d) || FAIL "no temporary directory"
	chmod 755 "$dir"
	mkdir -p "$dir/tests/netns"
	cp "$lvsd" "$door" "$dir"	# where nobody may read them, as perhaps the sources
	cp "${0%/*}"/*.sh "$dir/tests/netns"
	"$dir/tun_door" serve "$dir/socket" &
	opener=$!
	trap 'kill $opener 2>/dev/null; rm -rf "$dir"' EXIT
	until_true 30 test -S "$dir/socket"
	cd "$dir" || FAIL "no $dir"
	LVS_TEST_DOOR=$dir LVSD=$dir/lvsd top_srcdir=$dir setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$dir/tests/netns/${0##*/}" "$@"
	exit $?
fi
[ -n "${LVS_TEST_DOOR:-}" ] || SKIP "not root, so nobody opens /dev/net/tun for us"
in_namespace "$0" "$@"

stage 1
web s1
grep -q '^ *0 *65534 *1$' /proc/self/uid_map || FAIL "not an ordinary user: $(cat /proc/self/uid_map)"
(: <>/dev/net/tun) 2>/dev/null && SKIP "everybody may open /dev/net/tun here"

configure "$(web_conf rr 1)"
direct_as "$LVS_TEST_DOOR/tun_door" "$LVS_TEST_DOOR/socket" lvs0
same "auto, IPv4" "10 s1" "$(ask 10 | shares)"
same "auto, IPv6" "10 s1" "$(ask 10 "http://[$VIP6]" | shares)"
stop
at director ip link show lvs0 >/dev/null 2>&1 && FAIL "the device is still there"

# Everything made beforehand, and no capability from the first instruction on.
cat >$work/begin <<-END
	set -e
	ip link set lvs0 up mtu 1500 txqueuelen 10000
	sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lvs0.rp_filter=0
	sysctl -qw net.ipv4.conf.lvs0.accept_local=1 net.ipv6.conf.all.forwarding=1
	ip route add $VIP dev lvs0
	ip -6 route add $VIP6 dev lvs0
	ip route add default dev lvs0 table 77
	ip -6 route add default dev lvs0 table 77
	ip rule add pref 110 iif to-s1 lookup 77
	ip -6 rule add pref 110 iif to-s1 lookup 77
	exec setpriv --bounding-set=-all --inh-caps=-all "\$@"
END
configure "network: { setup = \"manual\"; }; $(web_conf rr 1)"
direct_as "$LVS_TEST_DOOR/tun_door" "$LVS_TEST_DOOR/socket" lvs0 sh $work/begin
same "manual, IPv4" "10 s1" "$(ask 10 | shares)"
same "manual, IPv6" "10 s1" "$(ask 10 "http://[$VIP6]" | shares)"
said "with no capability" || FAIL "capabilities are left: $(cat $work/lvsd.log)"
stop
