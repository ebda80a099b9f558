# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run and network.sh set and use some of the variables
# The directors that are compared. start_PEER brings its data plane up in the namespace of that name, stop_PEER takes
# it down again. What a peer needs from the network (routes, a local VIP) belongs to it.

all_peers="FWD NFT ECHO HAP NGX lvsd lvsd-plain"
ports="$HTTP $BULK $PING $BLAST"

# target PEER PORT - set to_addr and to_port: where the client finds that service
target() {
	address "$1"
	to_addr=$vip to_port=$2
	[ "$1" != FWD ] || to_addr=$rip to_port=$(($2 + SHIFT))
	! member "$1" "$methods" || to_port=$(($2 + SHIFT))
}

# can PEER METRIC - is that measurement meaningful?
can() {
	case $1/$2 in
	proxy-v2/bulk1) return 1 ;;	# iperf3 does not read the header
	masq/* | droute/* | tunnel/* | fullnat/* | proxy-v2/*)
		member "$2" "bulk1 download keepalive close"
		return ;;
	*/download) return 1 ;;		# is between the methods
	HAP/udp) return 1 ;;		# no UDP in HAProxy
	lvsd-plain/bulk1) return 0 ;;	# the offload gain, and nothing else
	lvsd-plain/*) return 1 ;;
	esac
}

# up PEER - start it, and wait until a request has come through
up() {
	address "$1"
	peer_pid=
	"start_$(echo "$1" | tr - _)" || { cat "$work/$1.log" >&2; die "$1: cannot start"; }
	target "$1" "$PING"
	(until_true 10 at client "$bin/pingpong" ping "$to_addr" "$to_port" 0.001) >&2 ||
		{ cat "$work/$1.log" >&2; die "$1: nothing comes through"; }
	echo "$peer_pid" >"$work/$1.pid"
}

# down PEER
down() {
	address "$1"
	peer_pid=$(cat "$work/$1.pid")
	[ -z "$peer_pid" ] || stop "$peer_pid"
	"stop_$(echo "$1" | tr - _)"
}

# FWD: the kernel forwards, nobody balances; clients speak to the real server.
start_FWD() { : >"$work/FWD.log"; }
stop_FWD() { :; }

# NFT: destination NAT by nftables and connection tracking.
start_NFT() {
	proto=ip
	[ "$family" = 4 ] || proto=ip6
	map=
	for port in $ports; do
		map="$map $port : $((port + SHIFT)),"
	done
	at NFT nft -f - >"$work/NFT.log" 2>&1 <<-RULES
		table $proto rig {
			chain prerouting {
				type nat hook prerouting priority -100
				$proto daddr $vip meta l4proto tcp dnat to $(url_host "$rip"):tcp dport map {${map%,} }
				$proto daddr $vip meta l4proto udp dnat to $(url_host "$rip"):udp dport map {${map%,} }
			}
		}
	RULES
}
stop_NFT() { at NFT nft flush ruleset; }

# ECHO: the ceiling of a TUN loop, with the routes that lvsd sets.
start_ECHO() {
	start ECHO ECHO "$bin/echo" echo0 "$vip" "$rip" "$SHIFT"
	peer_pid=$spawned
	until_true 10 at ECHO ip link show echo0
	at ECHO ip link set echo0 up txqueuelen 10000 &&
		at ECHO ip route add "$vip/$bits" dev echo0 &&
		at ECHO ip "-$family" rule add pref 110 iif to-server lookup 110 &&
		at ECHO ip "-$family" route add default dev echo0 table 110
}
stop_ECHO() { at ECHO ip "-$family" rule del pref 110; }

# HAP: HAProxy in TCP mode, one thread per core as it comes.
start_HAP() {
	at HAP ip addr add "$vip/$bits" dev lo
	{
		printf 'global\n\tmaxconn 8192\ndefaults\n\tmode tcp\n'
		printf '\ttimeout connect 10s\n\ttimeout client 1m\n\ttimeout server 1m\n'
		for port in $ports; do
			printf 'listen p%s\n\tbind %s:%s backlog 4096\n' "$port" "$(url_host "$vip")" "$port"
			printf '\tserver s %s:%s\n' "$(url_host "$rip")" $((port + SHIFT))
		done
	} >"$work/HAP.conf"
	start HAP HAP haproxy -db -f "$work/HAP.conf"
	peer_pid=$spawned
}
stop_HAP() { at HAP ip addr del "$vip/$bits" dev lo; }

# NGX: nginx stream, one worker per core. Its UDP sessions live in one worker each, hence reuseport.
start_NGX() {
	at NGX ip addr add "$vip/$bits" dev lo
	{
		for module in /usr/share/nginx/modules /usr/lib/nginx/modules /usr/lib64/nginx/modules; do
			[ ! -e "$module/ngx_stream_module.so" ] || echo "load_module $module/ngx_stream_module.so;"
		done | head -n 1
		printf '%s\n' 'daemon off;' 'user root root;' 'worker_processes auto;' 'worker_rlimit_nofile 65536;' \
			"pid $work/NGX.nginx;" 'error_log stderr;' 'events { worker_connections 8192; }' 'stream {'
		for port in $ports; do
			echo "server { listen $(url_host "$vip"):$port backlog=4096;"
			echo "	proxy_pass $(url_host "$rip"):$((port + SHIFT)); }"
		done
		echo "server { listen $(url_host "$vip"):$BLAST udp reuseport;"
		echo "	proxy_pass $(url_host "$rip"):$((BLAST + SHIFT)); } }"
	} >"$work/NGX.conf"
	start NGX NGX nginx -p "$work" -c "$work/NGX.conf" -e stderr
	peer_pid=$spawned
}
stop_NGX() { at NGX ip addr del "$vip/$bits" dev lo; }

# lvsd, and the same daemon without offloads. It brings its own routes and takes them away.
start_lvsd() { start_daemon lvsd true; }
stop_lvsd() { :; }
start_lvsd_plain() { start_daemon lvsd-plain false; }
stop_lvsd_plain() { :; }

# lvsd, while somebody asks for its services ten times a second.
start_lvsd_polled() {
	start_daemon lvsd-polled true
	polled_pid=$peer_pid
	start lvsd-polled poll python3 "$here/poll.py" "$work/lvsd-polled.sock" 0.1
	poller_pid=$spawned
	peer_pid=$polled_pid
}
stop_lvsd_polled() { kill "$poller_pid" 2>/dev/null; }

# service PROTOCOL PORT SERVER-PORT METHOD [KEYS] - one of lvs.conf's services
service() {
	printf '{ name = "p%s"; address = "%s:%s"; protocol = "%s"; scheduler = "wlc"; forward = "%s"; %s\n' \
		"$2" "$(url_host "$vip")" "$2" "$1" "$4" "${5:-}"
	printf '  servers: ( { address = "%s:%s"; } ); }\n' "$(url_host "$rip")" "$3"
}

start_daemon() {
	{
		echo "control: { socket = \"$work/$1.sock\"; };"
		echo "device: { name = \"lvs0\"; offload = $2; };"
		echo 'services: ('
		for port in $HTTP $BULK $PING; do
			service tcp "$port" $((port + SHIFT)) masq
			echo ,
		done
		service udp "$BLAST" $((BLAST + SHIFT)) masq
		echo ');'
	} >"$work/$1.conf"
	start "$1" "$1" "$lvsd" --config "$work/$1.conf"
	peer_pid=$spawned
}
