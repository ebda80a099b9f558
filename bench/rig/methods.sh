# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run, network.sh and peers.sh set and use some of the variables
# lvsd with each of its forwarding methods, as peers of the rig. What differs is the way of the packets: masq and fullnat carry
# the replies back, droute and tunnel never see them. So all of them stand on a LAN together with client and server, where each
# way is possible, and the ports are the server's own, as droute and tunnel cannot map them.

methods="masq droute tunnel fullnat proxy-v2"

start_masq() { at server ip route add "$cip/$bits" via "$dip_s" && start_method masq; }
stop_masq() { at server ip route del "$cip/$bits"; }

start_droute() { own_vip && start_method droute; }
stop_droute() { disown_vip; }

# The server's end is lvs-decap, which takes its share of the cores too.
start_tunnel() {
	own_vip || return 1
	start server decap "$decap" --type ipip --vip "$vip" --from "$dip_s" --listen "$rip"
	decap_pid=$spawned
	until_true 10 grep -q ready: "$work/decap.log"
	start_method tunnel
}
stop_tunnel() {
	stop "$decap_pid"
	disown_vip
}

start_fullnat() { start_method fullnat; }
stop_fullnat() { :; }
start_proxy_v2() { start_method proxy-v2; }
stop_proxy_v2() { :; }

# own_vip - the VIP is an address of the server as well, and no neighbour hears of it
own_vip() {
	at server sysctl -q -w "net.ipv4.conf.$lan.arp_ignore=1" "net.ipv4.conf.$lan.arp_announce=2" &&
		at server ip addr add "$vip/$bits" dev lo
}
disown_vip() { at server ip addr del "$vip/$bits" dev lo; }

start_method() {
	method_conf "$1" >"$work/$1.conf"
	start "$1" "$1" "$lvsd" --config "$work/$1.conf"
	peer_pid=$spawned
}

# method_conf PEER - proxy-v2 is fullnat, and the web server is told of its clients
method_conf() {
	method=$1 web_port=$((HTTP + SHIFT)) web_keys=
	[ "$1" != proxy-v2 ] || method=fullnat web_port=$((HTTP + PROXY_SHIFT)) web_keys='client_address = "proxy-v2";'
	echo 'device: { name = "lvs0"; };'
	case $method in
	tunnel) echo "director: { $dip_key = \"$(url_host "$dip_s")\"; };" ;;
	fullnat) echo "director: { source_pool = \"$pool\"; };" ;;
	esac
	echo 'services: ('
	for port in $BULK $PING; do
		service tcp $((port + SHIFT)) $((port + SHIFT)) "$method"
		echo ,
	done
	service tcp $((HTTP + SHIFT)) "$web_port" "$method" "$web_keys"
	echo ');'
}

# lacking PEER - print why it cannot be measured here; false when it can
lacking() {
	if [ "$1" = tunnel ] && [ ! -x "$decap" ]; then
		echo "no lvs-decap beside lvsd, or set LVS_DECAP"
	elif ! { ip link add probe type bridge && ip link del probe; } 2>/dev/null; then
		echo "no bridges"
	else
		address "$1"
		method_conf "$1" >"$work/$1.conf"
		! "$lvsd" --check-config "$work/$1.conf" 2>&1
	fi
}
