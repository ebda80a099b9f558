#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may run lvsd: what it is after start, what it says when something is missing, and a descriptor handed in.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"

need_tun

status() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$director/status"; }

stage 1
web s1

# network.setup = "auto" keeps one capability, "manual" none; neither can gain any.
configure "$(web_conf rr 1)"
direct
same "CapEff, auto" 0000000000001000 "$(status CapEff)"
same "CapBnd, auto" 0000000000000000 "$(status CapBnd)"
same "NoNewPrivs" 1 "$(status NoNewPrivs)"
if ! said "not sealed"; then same "Seccomp" 2 "$(status Seccomp)"; fi
same "works" "5 s1" "$(ask 5 | shares)"

# A second director of the same name, and one with a name that is something else.
at director "$lvsd" --config $work/lvs.conf >$work/second.log 2>&1 && FAIL "two directors on one device"
grep -q "lvs0.*\(busy\|in use\|another process\)" $work/second.log || FAIL "busy device: $(cat $work/second.log)"
stop
configure "device: { name = \"to-client\"; }; $(web_conf rr 1)"
at director "$lvsd" --config $work/lvs.conf >$work/second.log 2>&1 && FAIL "a veth was taken for a TUN device"
grep -q "to-client" $work/second.log || FAIL "wrong device: $(cat $work/second.log)"

# Without the capability over the network.
configure "$(web_conf rr 1)"
at director setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$lvsd" --config $work/lvs.conf >$work/second.log 2>&1 &&
	FAIL "started without CAP_NET_ADMIN"
grep -q "CAP_NET_ADMIN" $work/second.log || FAIL "missing capability: $(cat $work/second.log)"

# No device node, and one that may not be opened.
mkdir $work/dev
for what in missing forbidden; do
	at director unshare -m sh -c "
		mount --bind $work/dev /dev/net || exit 99
		[ $what = missing ] || { : >/dev/net/tun; chmod 000 /dev/net/tun; }
		exec setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-all '$lvsd' --config $work/lvs.conf" \
		>$work/second.log 2>&1 && FAIL "started with /dev/net/tun $what"
	grep -q "/dev/net/tun" $work/second.log || FAIL "/dev/net/tun $what: $(cat $work/second.log)"
done

# The device made beforehand by somebody else, everything else manual.
at director ip tuntap add name lvs0 mode tun vnet_hdr
at director ip link set lvs0 up mtu 1500 txqueuelen 10000
at director sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lvs0.rp_filter=0 \
	net.ipv4.conf.lvs0.accept_local=1 net.ipv6.conf.all.forwarding=1
at director ip route add $VIP dev lvs0
at director ip -6 route add $VIP6 dev lvs0
at director ip route add default dev lvs0 table 77
at director ip -6 route add default dev lvs0 table 77
at director ip rule add pref 110 iif to-s1 lookup 77
at director ip -6 rule add pref 110 iif to-s1 lookup 77
configure "network: { setup = \"manual\"; }; $(web_conf rr 1)"
direct
same "CapEff, manual" 0000000000000000 "$(status CapEff)"
same "manual, IPv4" "5 s1" "$(ask 5 | shares)"
same "manual, IPv6" "5 s1" "$(ask 5 "http://[$VIP6]" | shares)"
stop
at director ip link show lvs0 >/dev/null || FAIL "the operator's device is gone"
