#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Loops: a server that sends back what it gets, two directors that are each other's server, a tunnel whose end is its
# beginning. One datagram of the client may cause no more than 64 times its bytes, of all that all hosts send.
#
#	client 10.9.0.9 ─┐
#	a 10.9.0.1 ──────┤
#	b 10.9.0.2 ──────┼─ switch	IPv6 alike, 2001:db8:9::1 and so on; services at 192.0.2.10 (a, b) and .20 (b)
#	s 10.9.0.3 ──────┘		and 2001:db8:ff::10 and ::20
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat
in_namespace "$0" "$@"
need_tun

decap=${LVS_DECAP:-${top_builddir:-../..}/lvs-decap}
port=7

# ip_of <family> <host number> - on the LAN;  vip <family> <10 or 20>;  with_port <family> <address>
ip_of() { if [ "$1" = 4 ]; then echo "10.9.0.$2"; else echo "2001:db8:9::$2"; fi; }
vip() { if [ "$1" = 4 ]; then echo "192.0.2.$2"; else echo "2001:db8:ff::$2"; fi; }
with_port() { if [ "$1" = 4 ]; then echo "$2:$port"; else echo "[$2]:$port"; fi; }

# conf <family> <own number> <method> <vip> <server> - a director with one service of one server
conf() {
	echo "control: { enabled = false; };"
	echo "director: { dip = \"10.9.0.$2\"; dip6 = \"[2001:db8:9::$2]\"; source_pool = \"10.9.0.6$2, 2001:db8:9::6$2\"; };"
	echo "services: ( { address = \"$(with_port "$1" "$4")\"; protocol = \"udp\"; forward = \"${3%-*}\";"
	case $3 in
	tunnel-gue) echo "tunnel = { type = \"gue\"; port = 6080; };" ;;
	tunnel-*) echo "tunnel = { type = \"${3#*-}\"; };" ;;
	esac
	echo "servers: ( { address = \"$(with_port "$1" "$5")\"; } ); } );"
}

# start <host> <conf> - lvsd, until it is ready; its process is $pid_<host>
start() {
	echo "$2" >"$work/$1.conf"
	chmod 644 "$work/$1.conf"
	spawn "$1" "$work/$1.log" "$lvsd" --config "$work/$1.conf"
	eval "pid_$1=$spawned"
	until_true 30 sh -c "grep -q ready: $work/$1.log || ! kill -0 $spawned"
	grep -q ready: "$work/$1.log" || FAIL "lvsd on $1 did not start"
}
finish() { # <host...>
	for name; do
		eval "kill -TERM \$pid_$name; wait \$pid_$name" || FAIL "lvsd on $name ended with status $?"
	done
}

# unwrap <host> <own number> - tunnels end there, and what is for others is forwarded, as from the kernel's own devices
unwrap() {
	spawn "$1" "$work/$1.decap.log" "$decap" --type ipip,gre,gue --listen "10.9.0.$2" --listen "2001:db8:9::$2" \
		--vip 192.0.2.0/24 --vip 2001:db8:ff::/64
	eval "decap_$1=$spawned"
	until_true 30 grep -q ready: "$work/$1.decap.log"
	at "$1" sysctl -qw net.ipv4.conf.lvsdecap0.forwarding=1 net.ipv4.conf.lvsdecap0.rp_filter=0
}
rewrap() { for name; do eval "kill -TERM \$decap_$name; wait \$decap_$name"; done; }

# sent - bytes that all hosts have sent, headers of Ethernet included
sent() { at switch sh -c 'cat /sys/class/net/to-*/statistics/rx_bytes' | awk '{ n += $1 } END { print n }'; }
more_than() { [ $(($(sent) - before)) -gt "$1" ]; }
settled() { last=$(sent); sleep 1; [ "$(sent)" -le $((last + 300)) ]; }	# a neighbour may be asked after

# one <what> <family> <vip> <bytes> [least] - a datagram, and what becomes of it; least: how often its bytes are seen again, so
# that there is a loop
one() {
	before=$(sent)
	head -c "$4" /dev/zero | at client socat -u - "UDP$2-SENDTO:$(with_port "$2" "$3")" || FAIL "$1: nothing was sent"
	frame=$(($4 + 8 + (${2}0 - 20) + 14))
	until_true 30 more_than $((frame * ${5:-1} - 1))
	until_true 30 settled
	times=$((($(sent) - before) * 10 / frame))
	echo "$1, IPv$2, $4 bytes: $((times / 10)).$((times % 10)) times"
	[ $times -le 640 ] || FAIL "$1: that is more than 64 times"
}

lan switch
n=1
for name in a b s; do
	host "$name"
	join "$name" "10.9.0.$n/24,2001:db8:9::$n/64" switch
	at "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.switch.send_redirects=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.switch.rp_filter=0
	n=$((n + 1))
done
host client
join client 10.9.0.9/24,2001:db8:9::9/64 switch
mkdir -p "$work"
for family in 4 6; do
	at client ip -$family route add "$(vip $family 10)" via "$(ip_of $family 1)"
	at s ip -$family route add "$(vip $family 10)" via "$(ip_of $family 1)"
done

tunnels='tunnel-ipip tunnel-gre tunnel-gue'
[ -x "$decap" ] || { tunnels=; echo "no lvs-decap at $decap: tunnels that end are not tried"; }

# A server that does not know the address, and has a route to it.
[ -z "$tunnels" ] || unwrap s 3
for method in droute $tunnels; do
	for family in 4 6; do
		start a "$(conf $family 1 "$method" "$(vip $family 10)" "$(ip_of $family 3)")"
		for bytes in 100 1000; do one "$method, the server sends it back" $family "$(vip $family 10)" $bytes 10; done
		finish a
	done
done
[ -z "$tunnels" ] || rewrap s

# Two directors. By direct routing and tunnels they share an address, otherwise each has one.
[ -z "$tunnels" ] || { unwrap a 1; unwrap b 2; }
for method in droute $tunnels; do
	for family in 4 6; do
		start a "$(conf $family 1 "$method" "$(vip $family 10)" "$(ip_of $family 2)")"
		start b "$(conf $family 2 "$method" "$(vip $family 10)" "$(ip_of $family 1)")"
		for bytes in 100 1000; do one "$method, two directors" $family "$(vip $family 10)" $bytes 10; done
		finish a b
	done
done
[ -z "$tunnels" ] || rewrap a b
# By the others the destination is the server's: only who translates it once more sends it back to a service.
for family in 4 6; do
	at a ip -$family route add "$(vip $family 20)" via "$(ip_of $family 2)"
	at b ip -$family route add "$(vip $family 10)" via "$(ip_of $family 1)"
done
for method in masq fullnat; do
	for family in 4 6; do
		start a "$(conf $family 1 "$method" "$(vip $family 10)" "$(vip $family 20)")"
		start b "$(conf $family 2 "$method" "$(vip $family 20)" "$(vip $family 10)")"
		for bytes in 100 1000; do one "$method, two directors" $family "$(vip $family 10)" $bytes 10; done
		finish a b
	done
done

# Tunnels that end nowhere, and whose packets are for the service: each would wrap the other's packet once more. The first one that sees its own ends that.
# shellcheck disable=SC2154 # start sets it
told() { until_true 30 sh -c "kill -USR1 $pid_a; grep -q '(tunnel_loop)' $work/a.log"; }
port=6080
for family in 4 6; do
	start a "$(conf $family 1 tunnel-gue "$(vip $family 10)" "$(vip $family 20)")"
	start b "$(conf $family 2 tunnel-gue "$(vip $family 20)" "$(vip $family 10)")"
	one "tunnels in tunnels, two directors" $family "$(vip $family 10)" 100 3
	[ $times -le 100 ] || FAIL "they were not recognised"
	told
	grep -q "warning: [0-9]* tunnel packets of our own came back to device 'lvs0'" $work/a.log || FAIL "nobody was told"
	finish a b
done

# And one whose server is routed to the device.
for family in 4 6; do
	for method in tunnel-ipip tunnel-gre tunnel-gue; do
		start a "$(conf $family 1 $method "$(vip $family 10)" "$(vip $family 40)")"
		at a ip -$family route add "$(vip $family 40)" dev lvs0
		one "$method into the device" $family "$(vip $family 10)" 1000
		[ $times -le 20 ] || FAIL "it left the director"
		told
		finish a
	done
done
