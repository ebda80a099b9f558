#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tunnels to servers behind a router, ended there by lvs-decap: every type and checksum, IPv4 and IPv6 outside and inside;
# shares, 64 MiB each way byte for byte, a narrow link on the tunnel's path, segments that the server's kernel merged, and
# who is kept out. Then the same ended by the kernel's own devices, where it has them.
#
#	                  director 10.0.0.1
#	client 10.0.0.2 ─┤         10.0.5.1 ─ 10.0.5.2 router 10.0.1.1 ─ s1 10.0.1.2
#	                 └──────────────────── 10.0.9.1        10.0.2.1 ─ s2 10.0.2.2
#
# Answers go by the router to the client and never see the director. IPv6 alike: 2001:db8:5::1 and so on. The VIPs, on the
# servers' lo: 192.0.2.TF and 2001:db8:ff::TF, T the row of types below, F the family outside.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat cmp python3
in_namespace "$0" "$@"
need_tun

decap=${LVS_DECAP:-${top_builddir:-../..}/lvs-decap}
tunnel=${top_srcdir:-../..}/tests/netns/tunnel.py
[ -x "$decap" ] || FAIL "no lvs-decap at $decap"

types='1 ipip nocsum
2 gre nocsum
3 gre csum
4 gue nocsum
5 gue csum'

# each <command...> - for every type and family outside: the command with VIP, VIP for IPv6, type, csum, family
each() {
	echo "$types" | while read -r each_n each_type each_csum; do
		for each_family in 4 6; do
			"$@" "192.0.2.$each_n$each_family" "2001:db8:ff::$each_n$each_family" "$each_type" "$each_csum" "$each_family" ||
				exit 1
		done
	done || exit 1
}

rip() { if [ "$2" = 4 ]; then echo "10.0.$1.2:$3"; else echo "[2001:db8:$1::2]:$3"; fi; }

conf_services() {
	[ "$3" = gue ] && conf_port=' port = 6080;' || conf_port=
	for address in "$1" "[$2]"; do
		echo "$conf_comma{ address = \"$address:8080\"; forward = \"tunnel\"; scheduler = \"rr\";"
		echo "  tunnel = { type = \"$3\"; csum = \"$4\";$conf_port };"
		echo "  servers: ( { address = \"$(rip 1 "$5" 8080)\"; }, { address = \"$(rip 2 "$5" 8080)\"; } ); },"
		echo "{ address = \"$address:9001\"; forward = \"tunnel\";"
		echo "  tunnel = { type = \"$3\"; csum = \"$4\";$conf_port };"
		echo "  servers: ( { address = \"$(rip 1 "$5" 9001)\"; } ); }"
		conf_comma=,
	done
}

conf() {
	echo 'director: { dip = "10.0.5.1"; dip6 = "[2001:db8:5::1]"; conn_reuse_mode = 2; };'
	echo 'services: ('
	conf_comma=
	echo "$types" | while read -r n type csum; do
		for family in 4 6; do
			conf_services "192.0.2.$n$family" "2001:db8:ff::$n$family" "$type" "$csum" "$family"
		done
	done
	echo ');'
}

own_vips() { at "$own_server" ip addr add "$1/32" dev lo && at "$own_server" ip addr add "$2/128" dev lo nodad; }

# unwrap <server> <log> [options...] - lvs-decap, until it is ready; its process is $spawned
unwrap() {
	unwrap_server=$1 unwrap_log=$2; shift 2
	spawn "$unwrap_server" "$unwrap_log" "$decap" --type ipip,gre,gue --vip 192.0.2.0/26 --vip 2001:db8:ff::/64 "$@"
	until_true 30 sh -c "grep -q ready: $unwrap_log || ! kill -0 $spawned"
	grep -q ready: "$unwrap_log" || FAIL "lvs-decap did not start: $(cat "$unwrap_log")"
}

# counted <text> - the one on s1 has said it
counted() {
	: >$work/decap1.log
	until_true 30 sh -c "kill -USR1 $decap1; grep -q -- '$1' $work/decap1.log"
}

# refused - packets of who may not send to s1, as it last said;  refused_more <n> - it says that they are more than that
refused() { sed -n 's/.*dropped \([0-9]*\) (from).*/\1/p' $work/decap1.log | tail -n 1; }
refused_more() { kill -USR1 "$decap1"; refused_now=$(refused); [ "${refused_now:-0}" -gt "${1:-0}" ]; }

listening() { at s1 ss -Hln "sport = :$1" | grep -q .; }

# upload <address>, download <address> - 64 MiB, byte for byte
upload() {
	rm -f $work/up
	spawn s1 $work/socat.log socat -u TCP6-LISTEN:9001,ipv6only=0,reuseaddr CREATE:$work/up
	receiver=$spawned
	until_true 30 listening 9001
	at client timeout 120 socat -u FILE:$work/s1/blob "TCP:$1:9001" || FAIL "$1: upload broke off"
	wait "$receiver" || FAIL "$1: the server did not get all"
	cmp $work/s1/blob $work/up || FAIL "$1: upload differs"
}
download() {
	at client curl -sSf -m 60 -o $work/down "http://$1:8080/files/blob" || FAIL "$1: no download"
	cmp $work/s1/blob $work/down || FAIL "$1: download differs"
}

check_shares() {
	for address in "$1" "[$2]"; do
		same "$3 $4 over IPv$5, $address" "10 s1 10 s2" "$(ask 20 "http://$address:8080" | shares)" || exit 1
	done
}

host client director router s1 s2
wire client 10.0.0.2/24,2001:db8::2/64 director 10.0.0.1/24,2001:db8::1/64
wire director 10.0.5.1/24,2001:db8:5::1/64 router 10.0.5.2/24,2001:db8:5::2/64
wire client 10.0.9.2/24,2001:db8:9::2/64 router 10.0.9.1/24,2001:db8:9::1/64
at client ip route add default via 10.0.0.1
at client ip -6 route add default via 2001:db8::1
at director ip route add default via 10.0.5.2
at director ip -6 route add default via 2001:db8:5::2
at router ip route add 10.0.0.0/24 via 10.0.9.2
at router ip -6 route add 2001:db8::/64 via 2001:db8:9::2
at router ip route add default via 10.0.5.1	# a loose filter asks whether there is a way back
at router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for n in 1 2; do
	wire router "10.0.$n.1/24,2001:db8:$n::1/64" "s$n" "10.0.$n.2/24,2001:db8:$n::2/64"
	at "s$n" ip route add default via "10.0.$n.1"
	at "s$n" ip -6 route add default via "2001:db8:$n::1"
	own_server=s$n
	each own_vips
	web "s$n"
done
dd if=/dev/urandom of=$work/s1/blob bs=1M count=64 2>/dev/null
ln $work/s1/blob $work/s2/blob

# One host filters by the reverse path as strictly as can be.
at s2 sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1
unwrap s1 $work/decap1.log --from 10.0.5.1 --from 2001:db8:5::/64
decap1=$spawned
unwrap s2 $work/decap2.log --listen 10.0.2.2 --listen 2001:db8:2::2
decap2=$spawned
grep -q warning $work/decap1.log && FAIL "warned: $(cat $work/decap1.log)"
same "reverse path" "2" "$(at s2 sysctl -n net.ipv4.conf.lvsdecap0.rp_filter)"

configure "$(conf)"
direct
each check_shares
upload 192.0.2.14
download 192.0.2.14
upload "[2001:db8:ff::36]"
download "[2001:db8:ff::36]"
upload 192.0.2.44
download 192.0.2.44
# Over IPv4 what is IPv6 inside, and the reverse
upload "[2001:db8:ff::24]"
upload 192.0.2.16

# No end of a tunnel has told anybody that it does not know the protocol or the port.
said_unreachable() { at "$1" nstat -asz IcmpOutDestUnreachs Icmp6OutDestUnreachs Icmp6OutParmProblems | awk 'NR > 1 && $2 != 0'; }
if command -v nstat >/dev/null; then
	same "errors of s1" "" "$(said_unreachable s1)"
	same "errors of s2" "" "$(said_unreachable s2)"
fi

# Segments of one flow that the server's kernel has merged inside of their tunnel packets: fewer packets than there were.
# A cable merges what comes without segmentation offload, and only with patience, which root alone may ask for.
packets() { : >$work/decap1.log; counted '^lvs-decap: notice: in '; sed -n 's/.*notice: in \([0-9]*\) packets.*/\1/p' $work/decap1.log | head -n 1; }
patience() { at s1 sh -c "cd /sys/class/net/to-router && echo $1 >gro_flush_timeout && echo $2 >napi_defer_hard_irqs" 2>/dev/null; }
if command -v ethtool >/dev/null && patience 500000 8; then
	at router ethtool -K to-s1 tso off
	at s1 ethtool -K to-router gro on
	for address in 192.0.2.14 "[2001:db8:ff::16]" 192.0.2.36 "[2001:db8:ff::54]"; do
		before=$(packets)
		upload "$address"
		echo "merged, $address: $(($(packets) - before)) packets for 64 MiB"
	done
	at s1 ethtool -K to-router gro off
	at router ethtool -K to-s1 tso on
	patience 0 0
else
	echo "not shown: merged segments (no ethtool, or not root)"
fi

# The last link is narrow, and only the router knows.
at router ip link set to-s1 mtu 1400
at s1 ip route replace default via 10.0.1.1 mtu 1400 advmss 1460
at s1 ip -6 route replace default via 2001:db8:1::1 mtu 1400 advmss 1440
upload 192.0.2.14
at client ip route get 192.0.2.14 | grep -q 'mtu 1380' || FAIL "not told: $(at client ip route get 192.0.2.14)"
upload "[2001:db8:ff::36]"
at client ip -6 route get 2001:db8:ff::36 | grep -q 'mtu 1352' || FAIL "not told: $(at client ip -6 route get 2001:db8:ff::36)"
upload 192.0.2.44
at client ip route get 192.0.2.44 | grep -q 'mtu 1368' || FAIL "not told: $(at client ip route get 192.0.2.44)"
summary '(too_big)'
summary '(icmp_tunnel)'

# Without an address of lvsd's own they come from the host's, whose packets routers of IPv4 may cut; and from another one when
# the host has another one.
configure "$(conf | sed 's/dip = .*; conn_reuse/conn_reuse/')"
reload
each check_shares
upload 192.0.2.24
at client ip route get 192.0.2.24 | grep -q 'mtu 13' && FAIL "told: $(at client ip route get 192.0.2.24)"
at director ip rule | grep 'lookup 77' && FAIL "a rule for the host's own address"
at director ip addr add 10.0.5.9/24 dev to-router
at director ip route replace default via 10.0.5.2 src 10.0.5.9
# shellcheck disable=SC2317 # called by until_true
turned_away() { at client curl -s -m 1 -o /dev/null http://192.0.2.14:8080/; refused_more 0; }
until_true 60 turned_away
at director ip route replace default via 10.0.5.2
at director ip addr del 10.0.5.9/24 dev to-router
# shellcheck disable=SC2317 # called by until_true
served() { [ "$(ask 4 "http://192.0.2.14:8080" | shares)" = "2 s1 2 s2" ]; }
until_true 60 served
configure "$(conf)"
stop

# Who is not allowed to send, and what is not allowed to come.
refused_before=$(refused)
at router timeout 30 python3 "$tunnel" send 10.0.1.2 192.0.2.14 9
until_true 30 refused_more "$refused_before"
at director timeout 30 python3 "$tunnel" send 10.0.1.2 10.0.1.2 9
counted '(vip)'

kill -TERM "$decap1"
wait "$decap1" || FAIL "lvs-decap ended with status $?: $(cat $work/decap1.log)"
at s1 ip link show lvsdecap0 2>/dev/null && FAIL "the device is still there"
at s2 ip link del lvsdecap0
wait "$decap2" && FAIL "lvs-decap did not notice that its device is gone"
grep -q 'removed under us' $work/decap2.log || FAIL "lvs-decap did not say that its device is gone: $(cat $work/decap2.log)"

# The same ended by the kernel's own devices.
kernel_ends() {
	at "$1" ip link add kernel0 type ipip local "10.0.$2.2" remote any 2>/dev/null &&
		at "$1" ip link add kernel1 type gre local "10.0.$2.2" remote any 2>/dev/null &&
		at "$1" ip fou add port 6080 gue 2>/dev/null &&
		at "$1" ip link add kernel2 type ipip local "10.0.$2.2" remote 10.0.5.1 encap gue encap-sport 6080 encap-dport 6080 \
			2>/dev/null || return 1
	for device in kernel0 kernel1 kernel2; do
		at "$1" sysctl -qw "net.ipv4.conf.$device.rp_filter=0"
		at "$1" ip link set "$device" up
	done
	at "$1" sysctl -qw net.ipv4.conf.all.rp_filter=0
}
check_kernel() {
	[ "$5" = 4 ] || return 0
	same "$3 $4 to the kernel, $1" "10 s1 10 s2" "$(ask 20 "http://$1:8080" | shares)"
}
if kernel_ends s1 1 && kernel_ends s2 2; then
	direct
	each check_kernel
	stop
else
	echo "not shown: the kernel's own devices (it lacks one of ipip, gre, fou)"
fi
